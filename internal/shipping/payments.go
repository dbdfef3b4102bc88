package shipping

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

// Payments is what shipping has to know of payments, which stand behind it in the import order: the module receivable
// implements it.
type Payments interface {
	// Look returns what Cover would, and reserves nothing: for who judges, before the last gate.
	Look(tx pg.Tx, noticeID, payerID uuid.UUID, amount decimal.Decimal, named []uuid.UUID) (Cover, error)
	// Cover reserves as much of the payer's unallocated prepayments for a notice as is there, at most amount, and reports
	// how much it holds now, what an earlier call reserved included. It takes of the receipts that are named alone, in
	// their order, or with none named of what is set aside for the notice's orders, then of the oldest. What is reserved for one
	// notice covers no other, and is allocated to the invoices of that notice's delivery notes. It moves no exposure. The
	// payer's credit account is locked. Returns ErrNoPayment for a named receipt that isn't a posted one of the payer.
	Cover(tx pg.Tx, noticeID, payerID uuid.UUID, amount decimal.Decimal, named []uuid.UUID) (Cover, error)
	// ReleaseCover gives back what is reserved for a notice above keep: 0 gives all of it back, to the orders for which it was set aside
	// before. It does nothing when
	// there is no more than keep. The payer's credit account is locked.
	ReleaseCover(tx pg.Tx, noticeID uuid.UUID, keep decimal.Decimal) error
}

// Cover is what prepayments hold for a notice.
type Cover struct {
	Covered  decimal.Decimal // reserved for the notice, at most its amount
	Receipts []string        // numbers of the receipts that it comes from, for the decision
	Bare     []string        `json:",omitempty"` // those of them that say of no bank slip and no bill where the money came from
}

// proved reports whether there is evidence of all of it (SHP-10): each receipt names its bank slip or its bill, or papers of the payment are
// on the notice.
func (c Cover) proved(papers int) bool { return len(c.Bare) == 0 || papers > 0 }

// noPayments is a company that never received a payment ahead.
type noPayments struct{}

func (noPayments) Look(pg.Tx, uuid.UUID, uuid.UUID, decimal.Decimal, []uuid.UUID) (Cover, error) {
	return Cover{Covered: decimal.Zero}, nil
}

func (noPayments) Cover(pg.Tx, uuid.UUID, uuid.UUID, decimal.Decimal, []uuid.UUID) (Cover, error) {
	return Cover{Covered: decimal.Zero}, nil
}

func (noPayments) ReleaseCover(pg.Tx, uuid.UUID, decimal.Decimal) error { return nil }
