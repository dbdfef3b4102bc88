package receivable

import (
	"slices"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// The payment-first flow (SHP-10): finance finds the payment, it is set aside for the notice, and pays the notice's invoice
// when that is posted. The money stays a prepayment until then, so it holds the exposure down by what the notice adds.

// Cover sets aside unallocated receipts of the payer for a notice, oldest first, until amount is reached, and returns
// what is covered now: less than amount when the money isn't there. Asking again tops up. The caller holds the
// payer's account. It implements shipping.Payments.
func (s *Service) Cover(tx pg.Tx, noticeID, payerID uuid.UUID, amount decimal.Decimal) (shipping.Cover, error) {
	cover, err := coveredBy(tx, noticeID)
	if err != nil {
		return shipping.Cover{}, err
	}
	receipts, err := lockFreeReceipts(tx, payerID)
	if err != nil {
		return shipping.Cover{}, err
	}
	for i := range receipts {
		missing, err := amount.Sub(cover.Covered)
		if err != nil {
			return shipping.Cover{}, err
		}
		if !missing.IsPos() {
			break
		}
		take := money.Fen(missing.Min(receipts[i].Free()))
		if err := setAside(tx, &receipts[i], noticeID, take); err != nil {
			return shipping.Cover{}, err
		}
		if cover.Covered, err = cover.Covered.Add(take); err != nil {
			return shipping.Cover{}, err
		}
		if !slices.Contains(cover.Receipts, receipts[i].Number) {
			cover.Receipts = append(cover.Receipts, receipts[i].Number)
		}
	}
	return cover, nil
}

// ReleaseCover gives back what is set aside for a notice above keep, newest receipt first: the notice died, was changed,
// or shipped less. The caller holds the payer's account. It implements shipping.Payments.
func (s *Service) ReleaseCover(tx pg.Tx, noticeID uuid.UUID, keep decimal.Decimal) error {
	covers, err := lockCovers(tx, noticeID)
	if err != nil {
		return err
	}
	for _, c := range covers {
		back, err := c.Amount.Sub(keep)
		if err != nil {
			return err
		}
		if back = money.NotNegative(back); back.IsPos() {
			if err := s.giveBack(tx, c, back); err != nil {
				return err
			}
		}
		if keep, err = keep.Sub(c.Amount); err != nil {
			return err
		}
		keep = money.NotNegative(keep)
	}
	return nil
}

func (s *Service) giveBack(tx pg.Tx, c Cover, amount decimal.Decimal) error {
	r, err := pg.TakeForUpdate[Receipt](tx, "id = ?", c.ReceiptID)
	if err != nil {
		return err
	}
	return setAside(tx, &r, c.NoticeID, amount.Neg())
}

// payFromCovers pays a fresh invoice with what was set aside for its notices: each notice's cover pays that notice's goods
// and no others' (SHP-10).
func (s *Service) payFromCovers(tx pg.Tx, account *credit.Account, v *Invoice, totals []noticeTotal) error {
	for _, total := range totals {
		notice, left := total.notice, total.amount
		covers, err := lockCovers(tx, notice)
		if err != nil {
			return err
		}
		for _, c := range covers {
			amount := c.Amount.Min(left)
			if !amount.IsPos() {
				continue
			}
			r, err := pg.TakeForUpdate[Receipt](tx, "id = ?", c.ReceiptID)
			if err != nil {
				return err
			}
			if err := setAside(tx, &r, notice, amount.Neg()); err != nil {
				return err
			}
			if err := s.allocate(tx, account, &r, []Share{{InvoiceID: v.ID, Amount: amount}}); err != nil {
				return err
			}
			if left, err = left.Sub(amount); err != nil {
				return err
			}
			if v.Paid, err = v.Paid.Add(amount); err != nil {
				return err
			}
			v.Version++
		}
	}
	return nil
}
