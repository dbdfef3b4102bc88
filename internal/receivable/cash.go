package receivable

import (
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// isCash reports whether the goods of a delivery note were to be paid when they were delivered (SHP-11).
func isCash(n delivery.Note) bool { return n.Flow == shipping.COD }

// payCash pays a fresh invoice with what is free of the payer's receipts, the oldest first, as far as its cash deliveries go: what the driver
// brought back is a prepayment until somebody allocates it, and the invoice, due at once, would be overdue although the money is there
// (SHP-11). What is set aside for orders and notices isn't free.
func (s *Service) payCash(tx pg.Tx, account *credit.Account, v *Invoice, notes []delivery.Note) error {
	cash, err := v.cash(notes)
	left := cash.Min(v.Open())
	if err != nil || !left.IsPos() {
		return err
	}
	free, err := freeReceipts(tx, v.PayerID)
	if err != nil {
		return err
	}
	for _, r := range free {
		amount := r.Free().Min(left)
		if !amount.IsPos() {
			break
		}
		before := r
		if err := s.allocate(tx, account, &r, []Share{{InvoiceID: v.ID, Amount: amount}}); err != nil {
			return err
		}
		if err := record(tx, "allocateReceipt", subjectReceipt, r.ID, before, r); err != nil { // nobody had said what it is for
			return err
		}
		left, v.Paid, v.Version = money.Sub(left, amount), money.Add(v.Paid, amount), v.Version+1
	}
	return nil
}

// cash is what of an invoice its cash deliveries come to.
func (v *Invoice) cash(notes []delivery.Note) (decimal.Decimal, error) {
	sum := decimal.Zero.Pad(money.AmountScale)
	from, err := fromNotes(v.Lines)
	if err != nil {
		return sum, err
	}
	for _, n := range notes {
		if !isCash(n) {
			continue
		}
		for _, f := range from {
			if f.Note != n.ID {
				continue
			}
			if sum, err = money.Sum(sum, f.Amount); err != nil {
				return sum, err
			}
		}
	}
	return sum, nil
}
