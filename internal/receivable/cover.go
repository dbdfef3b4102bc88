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

// part is an amount of a receipt that is to cover a notice; OrderID is the order that it is set aside for until then, nil for none.
type part struct {
	Receipt Receipt
	OrderID *uuid.UUID
	Amount  decimal.Decimal
}

// Look returns what Cover would, and sets nothing aside. The caller holds the payer's account. It implements shipping.Payments.
func (s *Service) Look(tx pg.Tx, noticeID, payerID uuid.UUID, amount decimal.Decimal, named []uuid.UUID) (shipping.Cover, error) {
	_, cover, err := planCover(tx, noticeID, payerID, amount, named)
	return cover, err
}

// Cover sets aside unallocated receipts of the payer for a notice, those named or else the oldest first, until amount is reached, and
// returns what is covered now: less than amount when the money isn't there. Asking again tops up. The caller holds the
// payer's account. It implements shipping.Payments.
func (s *Service) Cover(tx pg.Tx, noticeID, payerID uuid.UUID, amount decimal.Decimal, named []uuid.UUID) (shipping.Cover, error) {
	parts, cover, err := planCover(tx, noticeID, payerID, amount, named)
	if err != nil {
		return shipping.Cover{}, err
	}
	for _, p := range parts {
		r, err := pg.TakeForUpdate[Receipt](tx, "id = ?", p.Receipt.ID)
		if err != nil {
			return shipping.Cover{}, err
		}
		if p.OrderID != nil {
			if err := deposit(tx, &r, *p.OrderID, p.Amount.Neg()); err != nil {
				return shipping.Cover{}, err
			}
		}
		if err := setAside(tx, &r, noticeID, p.OrderID, p.Amount); err != nil {
			return shipping.Cover{}, err
		}
	}
	return cover, nil
}

// planCover says what has to be set aside so that amount is covered, and what is covered then: first of all what is set aside for the
// notice's orders (ARV-01), then free money. It only reads.
func planCover(tx pg.Tx, noticeID, payerID uuid.UUID, amount decimal.Decimal, named []uuid.UUID) ([]part, shipping.Cover, error) {
	if err := mustBePosted(tx, payerID, named); err != nil {
		return nil, shipping.Cover{}, err
	}
	cover, err := coveredBy(tx, noticeID)
	if err != nil || cover.Covered.Cmp(amount) >= 0 {
		return nil, cover, err
	}
	found, err := depositsOfNotice(tx, noticeID)
	if err != nil {
		return nil, shipping.Cover{}, err
	}
	found = slices.DeleteFunc(found, func(p part) bool { return len(named) > 0 && !slices.Contains(named, p.Receipt.ID) })
	free, err := freeReceipts(tx, payerID)
	if err != nil {
		return nil, shipping.Cover{}, err
	}
	for _, r := range theNamed(free, named) {
		found = append(found, part{Receipt: r, Amount: r.Free()})
	}
	var parts []part
	for _, p := range found {
		p.Amount = money.Fen(p.Amount.Min(money.Sub(amount, cover.Covered)))
		if !p.Amount.IsPos() {
			continue
		}
		parts = append(parts, p)
		cover.Covered = money.Add(cover.Covered, p.Amount)
		name(&cover, &p.Receipt)
	}
	return parts, cover, nil
}

// name puts a receipt on a cover, once.
func name(cover *shipping.Cover, r *Receipt) {
	if slices.Contains(cover.Receipts, r.Number) {
		return
	}
	cover.Receipts = append(cover.Receipts, r.Number)
	if r.bare() {
		cover.Bare = append(cover.Bare, r.Number)
	}
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
	if err := tx.Raw("SELECT * FROM notice_covers WHERE receipt_id = ? AND amount > 0 ORDER BY notice_id, order_id FOR UPDATE", r.ID).Scan(&covers).Error; err != nil {
		return nil, err
	}
	var notices []uuid.UUID
	for _, c := range covers {
		if err := setAside(tx, r, c.NoticeID, c.OrderID, c.Amount.Neg()); err != nil {
			return nil, err
		}
		if !slices.Contains(notices, c.NoticeID) {
			notices = append(notices, c.NoticeID)
		}
	}
	for _, d := range r.Deposits {
		if err := deposit(tx, r, d.OrderID, d.Amount.Neg()); err != nil {
			return nil, err
		}
	}
	return notices, nil
}

// ReleaseCover gives back what is set aside for a notice above keep: the notice died, was changed, or shipped less. Free money goes first, the
// newest receipt first; what was set aside for an order is so again (ARV-01). The caller holds the payer's account. It implements
// shipping.Payments.
func (s *Service) ReleaseCover(tx pg.Tx, noticeID uuid.UUID, keep decimal.Decimal) error {
	covers, err := lockCovers(tx, noticeID)
	if err != nil {
		return err
	}
	for _, c := range covers {
		if back := money.NotNegative(money.Sub(c.Amount, keep)); back.IsPos() {
			if err := giveBack(tx, c, back); err != nil {
				return err
			}
		}
		keep = money.NotNegative(money.Sub(keep, c.Amount))
	}
	return nil
}

func giveBack(tx pg.Tx, c Cover, amount decimal.Decimal) error {
	r, err := pg.TakeForUpdate[Receipt](tx, "id = ?", c.ReceiptID)
	if err != nil {
		return err
	}
	if err := setAside(tx, &r, c.NoticeID, c.OrderID, amount.Neg()); err != nil || c.OrderID == nil {
		return err
	}
	return deposit(tx, &r, *c.OrderID, amount)
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
			if err := setAside(tx, &r, notice, c.OrderID, amount.Neg()); err != nil {
				return err
			}
			if err := s.allocate(tx, account, &r, []Share{{InvoiceID: v.ID, Amount: amount}}); err != nil {
				return err
			}
			left, v.Paid, v.Version = money.Sub(left, amount), money.Add(v.Paid, amount), v.Version+1
		}
	}
	return nil
}
