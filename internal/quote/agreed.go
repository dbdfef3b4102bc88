package quote

import (
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// Agreed is the price base that an accepted quotation is of its customer's orders and contracts (QUO-05).
type Agreed struct {
	QuotationID uuid.UUID
	Number      string
	Revision    int
	ValidUntil  time.Time
	Lines       map[uuid.UUID]AgreedLine // by line id
}

// AgreedLine is one product at one agreed price.
type AgreedLine struct {
	LineID      uuid.UUID
	LineNo      int
	ProductID   uuid.UUID
	Unit        string
	Price       decimal.Decimal  // net of the quotation's discount: a net price at or above it is agreed
	MinQuantity decimal.Decimal  // the range of quantities that it is agreed for
	MaxQuantity *decimal.Decimal // nil: no bound
}

// Covers reports whether the line agrees to this quantity.
func (l AgreedLine) Covers(quantity decimal.Decimal) bool {
	return quantity.Cmp(l.MinQuantity) >= 0 && (l.MaxQuantity == nil || quantity.Cmp(*l.MaxQuantity) <= 0)
}

// AgreedPrices returns what the quotation agreed with the customer (QUO-05). It must be accepted by this customer, by an approved
// offer, and its last day not be over in Shanghai at tx.Now. Returns ErrNotAgreed (also for one that doesn't exist), ErrExpired and
// ErrUnapproved (QUO-07). One statement; takes no lock: an accepted quotation doesn't change.
func AgreedPrices(tx pg.Tx, quotationID, customerID uuid.UUID) (Agreed, error) {
	q, lines, err := readAgreed(tx, quotationID)
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return Agreed{}, ErrNotAgreed.With("number", "")
	case err != nil:
		return Agreed{}, err
	case q.CustomerID == nil || *q.CustomerID != customerID:
		return Agreed{}, ErrNotAgreed.With("number", "") // another customer's isn't named
	case q.State != StateAccepted:
		return Agreed{}, ErrNotAgreed.With("number", q.Number)
	case q.Unapproved:
		return Agreed{}, ErrUnapproved.With("number", q.Number)
	case clock.Today(tx.Now).After(q.ValidUntil):
		return Agreed{}, ErrExpired.With("number", q.Number, "valid_until", day(q.ValidUntil))
	}
	a := Agreed{QuotationID: q.ID, Number: q.Number, Revision: q.Revision, ValidUntil: q.ValidUntil, Lines: make(map[uuid.UUID]AgreedLine, len(lines))}
	for _, l := range lines {
		a.Lines[l.LineID] = l
	}
	return a, nil
}
