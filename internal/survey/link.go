package survey

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// purpose is what links are signed for.
func purpose(days int) identity.Purpose {
	return identity.Purpose{Audience: "survey", Type: "survey+jwt", Life: time.Duration(days) * 24 * time.Hour}
}

// CreateLink makes the survey's link and returns it with its token, which is shown now and never again. A link that was made before
// is good no more. version is optional. Returns ErrEnded and ErrNoPerson. Locks the survey.
func (s *Service) CreateLink(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Link, string, error) {
	v, err := lock(tx, who, id)
	if err != nil {
		return Link{}, "", err
	}
	if err := v.mustBeOpen(version); err != nil {
		return Link{}, "", err
	}
	if who.Kind != identity.KindUser {
		return Link{}, "", ErrNoPerson
	}
	days, err := s.rules.Int(tx, "survey.link_days")
	if err != nil {
		return Link{}, "", err
	}
	l := Link{ID: uuid.Must(uuid.NewV7()), SurveyID: id, CreatedBy: who.ID, CreatedAt: tx.Now}
	token, expires, err := s.people.SignLink(tx.Statement.Context, purpose(days), id, l.ID)
	if err != nil {
		return Link{}, "", err
	}
	hash := sha256.Sum256([]byte(token))
	l.TokenHash, l.ExpiresAt = hash[:], expires
	if err := revokeLinks(tx, id); err != nil {
		return Link{}, "", err
	}
	if err := pg.Insert(tx, &l); err != nil {
		return Link{}, "", err
	}
	return l, token, audit.Record(tx, audit.Entry{
		Action: "createSurveyLink", SubjectType: Subject, SubjectID: id, After: map[string]any{"link_id": l.ID, "expires_at": l.ExpiresAt},
	})
}

// RevokeLink takes back the survey's link; without one it changes nothing. Locks the survey.
func (s *Service) RevokeLink(tx pg.Tx, who identity.Principal, id uuid.UUID) (Survey, error) {
	v, err := lock(tx, who, id)
	if err != nil {
		return Survey{}, err
	}
	if err := revokeLinks(tx, id); err != nil {
		return Survey{}, err
	}
	return v, audit.Record(tx, audit.Entry{Action: "revokeSurveyLink", SubjectType: Subject, SubjectID: id})
}

// Follow returns the survey that a customer's link is for, to be shown before it is answered. Returns ErrLink for a token that isn't
// ours, and ErrGone for a link that is good no more.
func (s *Service) Follow(tx pg.Tx, token string) (Survey, Link, error) {
	claims, err := s.verify(tx, token)
	if err != nil {
		return Survey{}, Link{}, err
	}
	v, err := pg.Take[Survey](tx, "id = ?", claims.Subject)
	if err != nil {
		return Survey{}, Link{}, hidden(err)
	}
	l, err := pg.Take[Link](tx, "id = ?", claims.ID)
	if err != nil {
		return Survey{}, Link{}, hidden(err)
	}
	return v, l, usable(tx, v, l, token)
}

// AnswerLink takes the customer's answer, once. Returns what Follow does, and ErrScores. Locks the survey, then the link.
func (s *Service) AnswerLink(tx pg.Tx, token string, a Answer) (Survey, error) {
	claims, err := s.verify(tx, token)
	if err != nil {
		return Survey{}, err
	}
	v, err := pg.TakeForUpdate[Survey](tx, "id = ?", claims.Subject)
	if err != nil {
		return Survey{}, hidden(err)
	}
	l, err := pg.TakeForUpdate[Link](tx, "id = ?", claims.ID)
	if err != nil {
		return Survey{}, hidden(err)
	}
	if err := usable(tx, v, l, token); err != nil {
		return Survey{}, err
	}
	if err := useLink(tx, l); err != nil {
		return Survey{}, err
	}
	v.Source = ByLink
	return v, s.answer(tx, &v, "answerSurvey", a)
}

// verify reads the token. The days don't matter for it: the token says itself until when.
func (s *Service) verify(tx pg.Tx, token string) (identity.LinkClaims, error) {
	claims, err := s.people.VerifyLink(tx.Statement.Context, purpose(0), token)
	switch {
	case errors.Is(err, identity.ErrTokenExpired):
		return claims, ErrGone
	case errors.Is(err, identity.ErrToken):
		return claims, ErrLink
	}
	return claims, err
}

// usable holds a link to what the database knows of it: a token that we signed and whose link isn't this one's is as forged.
func usable(tx pg.Tx, v Survey, l Link, token string) error {
	hash := sha256.Sum256([]byte(token))
	switch {
	case l.SurveyID != v.ID || subtle.ConstantTimeCompare(hash[:], l.TokenHash) != 1:
		return ErrLink
	case !l.good(tx.Now) || v.State != Open:
		return ErrGone
	}
	return nil
}

func hidden(err error) error {
	if errors.Is(err, errs.ErrNotFound) {
		return ErrLink
	}
	return err
}
