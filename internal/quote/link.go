package quote

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Link lets the customer's side read a quotation, and answer it once.
type Link struct {
	ID          uuid.UUID
	QuotationID uuid.UUID
	Revision    int
	TokenHash   []byte
	CreatedBy   uuid.UUID
	CreatedAt   time.Time
	ExpiresAt   time.Time
	UsedAt      *time.Time
	RevokedAt   *time.Time
}

// TableName is for GORM.
func (Link) TableName() string { return "quotation_links" }

// purpose is what links are signed for.
func purpose(life time.Duration) identity.Purpose {
	return identity.Purpose{Audience: "quotation", Type: "quotation+jwt", Life: life}
}

// CreateLink makes the link of a sent quotation and returns it with its token, which is shown now and never again. It is good until the
// quotation's last day is over, and quote.link_days at most; one that was made before is good no more. Returns errs.ErrNotFound,
// errs.ErrStale, errs.ErrState, ErrOver and ErrNoPerson. Locks the quotation.
func (s *Service) CreateLink(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Link, string, error) {
	q, err := s.locked(tx, who, id, version, VerbAccept)
	if err != nil {
		return Link{}, "", err
	}
	if who.Kind != identity.KindUser {
		return Link{}, "", ErrNoPerson
	}
	if q.Over(tx.Now) {
		return Link{}, "", ErrOver.With("valid_until", day(q.ValidUntil))
	}
	days, err := s.rules.Int(tx, "quote.link_days")
	if err != nil {
		return Link{}, "", err
	}
	life := min(time.Duration(days)*24*time.Hour, endOf(q.ValidUntil).Sub(tx.Now))
	l := Link{ID: uuid.Must(uuid.NewV7()), QuotationID: id, Revision: q.Revision, CreatedBy: who.ID, CreatedAt: tx.Now}
	token, expires, err := s.people.SignLink(tx.Statement.Context, purpose(life), id, l.ID)
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
		Action: "createQuotationLink", SubjectType: Subject, SubjectID: id, After: map[string]any{"link_id": l.ID, "expires_at": l.ExpiresAt},
	})
}

// endOf is the instant at which a day in Shanghai is over.
func endOf(date time.Time) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, clock.Shanghai).UTC()
}

// Follow returns the quotation that a customer's link is for. Returns ErrLink for a token that isn't ours, and ErrGone for a link that is
// good no more: used, expired, revoked, or of a revision that was superseded.
func (s *Service) Follow(tx pg.Tx, token string) (Quotation, Link, error) {
	claims, err := s.verify(tx, token)
	if err != nil {
		return Quotation{}, Link{}, err
	}
	q, err := take(tx, claims.Subject)
	if err != nil {
		return Quotation{}, Link{}, hidden(err)
	}
	l, err := pg.Take[Link](tx, "id = ?", claims.ID)
	if err != nil {
		return Quotation{}, Link{}, hidden(err)
	}
	return q, l, usable(tx, q, l, token)
}

// AnswerLink takes the customer's answer, once: yes by name, or no with a reason. Returns what Follow, Accept and Decline do. Locks the
// quotation, then the link.
func (s *Service) AnswerLink(tx pg.Tx, token string, accepted bool, name, reason string) (Quotation, error) {
	claims, err := s.verify(tx, token)
	if err != nil {
		return Quotation{}, err
	}
	q, err := lock(tx, claims.Subject)
	if err != nil {
		return Quotation{}, hidden(err)
	}
	l, err := pg.TakeForUpdate[Link](tx, "id = ?", claims.ID)
	if err != nil {
		return Quotation{}, hidden(err)
	}
	if err := usable(tx, q, l, token); err != nil {
		return Quotation{}, err
	}
	if accepted {
		err = s.accept(tx, &q, name, "link")
		if errors.Is(err, ErrCustomerNotActive) { // what we think of them is ours to know
			err = pg.Keep(ErrGone)
		}
	} else {
		err = s.decline(tx, &q, reason)
	}
	if err != nil {
		return Quotation{}, err
	}
	return q, useLink(tx, l)
}

// verify reads the token. The life doesn't matter for it: the token says itself until when.
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
func usable(tx pg.Tx, q Quotation, l Link, token string) error {
	hash := sha256.Sum256([]byte(token))
	switch {
	case l.QuotationID != q.ID || subtle.ConstantTimeCompare(hash[:], l.TokenHash) != 1:
		return ErrLink
	case l.UsedAt != nil || l.RevokedAt != nil || !tx.Now.Before(l.ExpiresAt) || l.Revision != q.Revision || q.State != StateSent || q.Over(tx.Now):
		return ErrGone
	}
	return nil
}

// RevokeLink takes back the quotation's link; without one it changes nothing. Returns errs.ErrNotFound. Locks the quotation.
func (s *Service) RevokeLink(tx pg.Tx, who identity.Principal, id uuid.UUID) (Quotation, error) {
	q, err := s.locked(tx, who, id, nil, VerbCopy) // any state
	if err != nil {
		return Quotation{}, err
	}
	if err := revokeLinks(tx, id); err != nil {
		return Quotation{}, err
	}
	return q, audit.Record(tx, audit.Entry{Action: "revokeQuotationLink", SubjectType: Subject, SubjectID: id})
}
