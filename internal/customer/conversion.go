package customer

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Origin is the prospect that a customer was, with the owner that goes along.
type Origin struct {
	ProspectID uuid.UUID
	OwnerID    uuid.UUID
	OwnedAt    time.Time
}

// FromProspect registers the customer that a prospect becomes (CUS-03): for the prospect's owner since the day they registered
// it, with the prospect's claims. The caller has locked the prospect. Its owner's territory isn't asked again.
func (s *Service) FromProspect(tx pg.Tx, who identity.Principal, o Origin, d Draft) (Customer, error) {
	c := Customer{ID: uuid.Must(uuid.NewV7()), Code: d.Code, OwnerID: o.OwnerID, OwnedAt: o.OwnedAt, CreatedAt: tx.Now, Version: 1}
	if err := takeOverClaims(tx, o.ProspectID, c.ID); err != nil {
		return Customer{}, err
	}
	if err := s.fill(tx, who, &c, d); err != nil {
		return Customer{}, err
	}
	if c.Code == "" {
		var err error
		if c.Code, err = pg.NextNumber(tx, "C", tx.Now); err != nil {
			return Customer{}, err
		}
	}
	if err := insert(tx, c); err != nil {
		return Customer{}, err
	}
	return c, audit.Record(tx, audit.Entry{Action: "createCustomer", SubjectType: subject, SubjectID: c.ID, After: c.snapshot()})
}
