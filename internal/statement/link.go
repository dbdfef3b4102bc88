package statement

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Link lets the customer's side open a statement without signing in. Its token is shown when it is made and kept nowhere.
type Link struct {
	ID          uuid.UUID
	StatementID uuid.UUID
	TokenHash   []byte
	CreatedBy   uuid.UUID
	CreatedAt   time.Time
	ExpiresAt   time.Time
	RevokedAt   *time.Time
}

// TableName implements gorm's Tabler.
func (Link) TableName() string { return "statement_links" }

// purpose is what links are signed for.
func purpose(days int) identity.Purpose {
	return identity.Purpose{Audience: "statement", Type: "statement+jwt", Life: time.Duration(days) * 24 * time.Hour}
}

// createLink makes the link of a locked statement, and ends the one before.
func (s *Service) createLink(tx pg.Tx, who identity.Principal, v Statement) (string, error) {
	if who.Kind != identity.KindUser {
		return "", ErrNoPerson
	}
	days, err := s.rules.Int(tx, "statement.link_days")
	if err != nil {
		return "", err
	}
	l := Link{ID: uuid.Must(uuid.NewV7()), StatementID: v.ID, CreatedBy: who.ID, CreatedAt: tx.Now}
	token, expires, err := s.people.SignLink(tx.Statement.Context, purpose(days), v.ID, l.ID)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256([]byte(token))
	l.TokenHash, l.ExpiresAt = hash[:], expires
	if err := revokeLinks(tx, v.ID); err != nil {
		return "", err
	}
	return token, pg.Insert(tx, &l)
}

// Follow returns the statement that a customer's link is for. Returns ErrLink for a token that isn't ours, and ErrGone for a link that is good
// no more.
func (s *Service) Follow(tx pg.Tx, token string) (Statement, Link, error) {
	claims, err := s.verify(tx, token)
	if err != nil {
		return Statement{}, Link{}, err
	}
	return opened(tx, claims, token, pg.Take[Statement])
}

// opened reads the statement of a verified token with take, and holds the token to what the database knows of its link: one that we signed and
// whose link isn't this one's is as forged.
func opened(tx pg.Tx, claims identity.LinkClaims, token string, take func(pg.Tx, string, ...any) (Statement, error)) (Statement, Link, error) {
	v, err := take(tx, "id = ?", claims.Subject)
	if err != nil {
		return Statement{}, Link{}, hidden(err)
	}
	l, err := pg.Take[Link](tx, "id = ?", claims.ID)
	if err != nil {
		return Statement{}, Link{}, hidden(err)
	}
	hash := sha256.Sum256([]byte(token))
	switch {
	case l.StatementID != v.ID || subtle.ConstantTimeCompare(hash[:], l.TokenHash) != 1:
		return Statement{}, Link{}, ErrLink
	case l.RevokedAt != nil || !tx.Now.Before(l.ExpiresAt) || v.State == Superseded:
		return Statement{}, Link{}, ErrGone
	}
	return v, l, nil
}

// FollowLines returns the lines of the statement that a customer's link is for, and the disputes about them. Returns what Follow does.
func (s *Service) FollowLines(tx pg.Tx, token string, p pg.Page) ([]Line, string, error) {
	v, _, err := s.Follow(tx, token)
	if err != nil {
		return nil, "", err
	}
	return linesOf(tx, v, p)
}

// ConfirmLink takes the customer's confirmation of the whole (ARV-02). Returns what Follow does, errs.ErrState once it is confirmed or while it is
// disputed, ErrName. Locks the statement, so that of a confirmation and a dispute at once one counts.
func (s *Service) ConfirmLink(tx pg.Tx, token, name string) (Statement, error) {
	v, err := s.lockLinked(tx, token)
	if err != nil {
		return Statement{}, err
	}
	if err := v.May(VerbConfirm); err != nil {
		return Statement{}, err
	}
	return v, s.confirm(tx, &v, "confirmStatement", ByLink, name)
}

// DisputeLink takes what the customer doesn't agree with. Returns what Follow and raise do. Locks the statement.
func (s *Service) DisputeLink(tx pg.Tx, token, name string, lines []Objection) (Statement, error) {
	v, err := s.lockLinked(tx, token)
	if err != nil {
		return Statement{}, err
	}
	if err := v.May(VerbDispute); err != nil {
		return Statement{}, err
	}
	return v, s.raise(tx, &v, "disputeStatement", ByLink, name, lines)
}

func (s *Service) lockLinked(tx pg.Tx, token string) (Statement, error) {
	claims, err := s.verify(tx, token)
	if err != nil {
		return Statement{}, err
	}
	v, _, err := opened(tx, claims, token, pg.TakeForUpdate[Statement])
	return v, err
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

func hidden(err error) error {
	if errors.Is(err, errs.ErrNotFound) {
		return ErrLink
	}
	return err
}
