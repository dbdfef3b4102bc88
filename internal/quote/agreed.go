package quote

import (
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
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

// Covers reports whether the line agrees to this quantity: that of all lines of one order or contract which name it, together (QUO-05).
func (l AgreedLine) Covers(quantity decimal.Decimal) bool {
	return quantity.Cmp(l.MinQuantity) >= 0 && (l.MaxQuantity == nil || quantity.Cmp(*l.MaxQuantity) <= 0)
}

// Sums adds up by the line of a quotation what the lines of one document take of it: the range of quantities that a price was agreed for
// is of a whole order or contract, however it is cut into lines (QUO-05).
type Sums map[uuid.UUID]decimal.Decimal

// Add adds what one line of the document takes; nil names none. Returns ErrTooLarge.
func (s Sums) Add(lineID *uuid.UUID, quantity decimal.Decimal) error {
	if lineID == nil {
		return nil
	}
	sum, err := money.Sum(s[*lineID], quantity)
	if err != nil {
		return ErrTooLarge.Wrap(err)
	}
	s[*lineID] = sum
	return nil
}

// AgreedPrices returns what the quotation agreed with the customer (QUO-05). It must be accepted by this customer, by an approved
// offer, and its last day not be over in Shanghai at tx.Now. An offer that was approved by word of mouth is no price base of anything
// new while the word is overdue for confirmation (QUO-06). Returns ErrNotAgreed (also for one that doesn't exist), ErrExpired,
// ErrUnapproved (QUO-07) and ErrUnconfirmed. One statement, which shares a lock on the quotation until the transaction ends: what it
// returns can't be taken back meanwhile. Quotations come before contracts and orders in the lock order.
func AgreedPrices(tx pg.Tx, quotationID, customerID uuid.UUID) (Agreed, error) {
	return AgreedOn(tx, quotationID, customerID, tx.Now)
}

// AgreedOn is AgreedPrices for what was submitted at an instant: an approval that comes after the quotation's last day is of what the
// customer ordered before.
func AgreedOn(tx pg.Tx, quotationID, customerID uuid.UUID, submitted time.Time) (Agreed, error) {
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
	case clock.Today(submitted).After(q.ValidUntil):
		return Agreed{}, ErrExpired.With("number", q.Number, "valid_until", day(q.ValidUntil))
	case q.unconfirmed:
		return Agreed{}, ErrUnconfirmed.With("number", q.Number)
	}
	a := Agreed{QuotationID: q.ID, Number: q.Number, Revision: q.Revision, ValidUntil: q.ValidUntil, Lines: make(map[uuid.UUID]AgreedLine, len(lines))}
	for _, l := range lines {
		a.Lines[l.LineID] = l
	}
	return a, nil
}
