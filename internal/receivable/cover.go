package receivable

import (
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// The payment-first flow (SHP-10): finance finds the payment, it is set aside for the notice, and pays the notice's invoice
// when that is posted. The money stays a prepayment until then, so it holds the exposure down by what the notice adds.

// Cover sets aside unallocated receipts of the payer for a notice, those named or else the oldest first, until amount is reached, and
// returns what is covered now: less than amount when the money isn't there. Asking again tops up. The caller holds the
// payer's account. It implements shipping.Payments.
func (s *Service) Cover(tx pg.Tx, noticeID, payerID uuid.UUID, amount decimal.Decimal, named []uuid.UUID) (shipping.Cover, error) {
	if err := mustBePosted(tx, payerID, named); err != nil {
		return shipping.Cover{}, err
	}
	cover, err := coveredBy(tx, noticeID)
	if err != nil {
		return shipping.Cover{}, err
	}
	if err := coverFromDeposits(tx, noticeID, amount, named, &cover); err != nil {
		return shipping.Cover{}, err
	}
	receipts, err := lockFreeReceipts(tx, payerID)
	if err != nil {
		return shipping.Cover{}, err
	}
	receipts = theNamed(receipts, named)
	for i := range receipts {
		missing, err := amount.Sub(cover.Covered)
		if err != nil {
			return shipping.Cover{}, err
		}
		if !missing.IsPos() {
			break
		}
		if err := coverWith(tx, &cover, &receipts[i], noticeID, money.Fen(missing.Min(receipts[i].Free()))); err != nil {
			return shipping.Cover{}, err
		}
	}
	return cover, nil
}

// coverFromDeposits covers a notice first of all with what is set aside for its orders (ARV-01).
func coverFromDeposits(tx pg.Tx, noticeID uuid.UUID, amount decimal.Decimal, named []uuid.UUID, cover *shipping.Cover) error {
	missing := money.Fen(minus(amount, cover.Covered))
	if !missing.IsPos() {
		return nil
	}
	freed, err := freeDeposits(tx, noticeID, missing, named)
	if err != nil {
		return err
	}
	for _, f := range freed {
		r, err := pg.TakeForUpdate[Receipt](tx, "id = ?", f.ReceiptID)
		if err != nil {
			return err
		}
		if err := coverWith(tx, cover, &r, noticeID, f.Amount); err != nil {
			return err
		}
	}
	return nil
}

// coverWith sets an amount of one receipt aside for a notice.
func coverWith(tx pg.Tx, cover *shipping.Cover, r *Receipt, noticeID uuid.UUID, amount decimal.Decimal) error {
	if err := setAside(tx, r, noticeID, amount); err != nil {
		return err
	}
	cover.Covered = plus(cover.Covered, amount)
	if !slices.Contains(cover.Receipts, r.Number) {
		cover.Receipts = append(cover.Receipts, r.Number)
		if r.bare() {
			cover.Bare = append(cover.Bare, r.Number)
		}
	}
	return nil
}

// bare reports whether a receipt names neither a bank's reference nor a bill, so that nothing proves it by itself.
func (r *Receipt) bare() bool {
	return strings.TrimSpace(r.Reference) == "" && r.Method != AcceptanceBill
}

// theNamed keeps the receipts that are named, in the order in which they are; all of them when none is.
func theNamed(receipts []Receipt, named []uuid.UUID) []Receipt {
	if len(named) == 0 {
		return receipts
	}
	var found []Receipt
	for _, id := range named {
		same := func(r Receipt) bool { return r.ID == id }
		if i := slices.IndexFunc(receipts, same); i >= 0 && !slices.ContainsFunc(found, same) {
			found = append(found, receipts[i])
		}
	}
	return found
}

// withdraw gives back all that a receipt covers, of notices and of orders, and returns the notices.
func withdraw(tx pg.Tx, r *Receipt) ([]uuid.UUID, error) {
	var covers []Cover
	if err := tx.Raw("SELECT * FROM notice_covers WHERE receipt_id = ? AND amount > 0 ORDER BY notice_id FOR UPDATE", r.ID).Scan(&covers).Error; err != nil {
		return nil, err
	}
	var notices []uuid.UUID
	for _, c := range covers {
		if err := setAside(tx, r, c.NoticeID, c.Amount.Neg()); err != nil {
			return nil, err
		}
		notices = append(notices, c.NoticeID)
	}
	for _, d := range r.Deposits {
		if err := deposit(tx, r, d.OrderID, d.Amount.Neg()); err != nil {
			return nil, err
		}
	}
	return notices, nil
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
