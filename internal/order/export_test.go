package order

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Reopen makes a confirmed order a draft of the next revision, as a denied verbal approval does.
func (s *Service) Reopen(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Order, error) {
	return s.stop(tx, who, id, version, VerbRevise, reason, func(o *Order) error {
		o.Revision++
		o.back(tx, reason)
		return nil
	})
}
