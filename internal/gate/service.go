package gate

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/shipping"
)

// Service is the gate. Build it with New; it is safe for concurrent use.
type Service struct {
	Corrections Corrections // of delivery notes; app sets it, since departure is built after gate
	Payments    Payments    // app sets it, too

	rules      *rulebook.Service
	shipments  *shipping.Service
	deliveries *delivery.Service
	keys       *passKeys
}

// Corrections proposes a correction of a delivery note whose vehicle was let out with other goods (SHP-14). The note is locked.
type Corrections interface {
	ProposeSeen(tx pg.Tx, who identity.Principal, d *delivery.Note, seen []delivery.Goods) error
}

// Payments says what the payer's money covers of a payment-first notice, set aside for it or free (SHP-10). It only reads.
type Payments interface {
	Look(tx pg.Tx, noticeID, payerID uuid.UUID, amount decimal.Decimal, named []uuid.UUID) (shipping.Cover, error)
}

// New returns the service, which app gives to delivery as its Gate. masterKey guards the key that signs gate passes, as it does
// identity's; "" derives it from the database alone.
func New(rules *rulebook.Service, shipments *shipping.Service, deliveries *delivery.Service, masterKey string) *Service {
	return &Service{rules: rules, shipments: shipments, deliveries: deliveries, keys: newPassKeys(masterKey)}
}

// notFound maps a missing row to another error.
func notFound(err error, as error) error {
	if err == error(errs.ErrNotFound) { //nolint:errorlint // Take returns it as it is
		return as
	}
	return err
}

var _ delivery.Gate = (*Service)(nil)
