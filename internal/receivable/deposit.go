package receivable

import (
	"errors"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Deposit is a part of a receipt set aside for an order (ARV-01): its notices and invoices take it before anything else is asked for.
type Deposit struct {
	OrderID   uuid.UUID
	ReceiptID uuid.UUID
	Amount    decimal.Decimal
}

// TableName is for GORM.
func (Deposit) TableName() string { return "order_deposits" }

// SetDeposit sets an amount of a receipt aside for an order of the payer, or changes what is: 0 gives it back. Money set aside is a
// prepayment still, which no other order, notice or invoice takes. Returns ErrOtherOrder, ErrNotFree, ErrReversed. version is optional.
// Locks the credit account.
func (s *Service) SetDeposit(tx pg.Tx, who identity.Principal, receiptID, orderID uuid.UUID, version *int64, amount decimal.Decimal) (Receipt, error) {
	r, _, err := s.lockReceipt(tx, who, receiptID)
	switch {
	case err != nil:
		return Receipt{}, err
	case version != nil && *version != r.Version:
		return Receipt{}, errs.ErrStale
	case r.State == Reversed:
		return Receipt{}, ErrReversed
	case amount.IsNeg():
		return Receipt{}, ErrNoAmount.At("/amount")
	}
	aside, err := pg.TakeForUpdate[Deposit](tx, "order_id = ? AND receipt_id = ?", orderID, receiptID)
	if errors.Is(err, errs.ErrNotFound) {
		aside, err = Deposit{OrderID: orderID, ReceiptID: receiptID}, nil
	}
	if err != nil {
		return Receipt{}, err
	}
	more := money.Sub(money.Fen(amount), aside.Amount)
	if more.Cmp(r.Free()) > 0 {
		return Receipt{}, ErrNotFree.With("left", money.Add(r.Free(), aside.Amount)).At("/amount")
	}
	if more.IsPos() {
		if err := ofPayer(tx, orderID, r.PayerID); err != nil {
			return Receipt{}, err
		}
	}
	before := r
	if err := deposit(tx, &r, orderID, more); err != nil {
		return Receipt{}, err
	}
	r.Deposits, err = depositsOf(tx, r.ID)
	if err != nil {
		return Receipt{}, err
	}
	return r, record(tx, "setDeposit", subjectReceipt, r.ID, before, r)
}

// ofPayer returns ErrOtherOrder unless the payer pays for the order and it is under way.
func ofPayer(tx pg.Tx, orderID, payer uuid.UUID) error {
	var ok bool
	err := pg.ScanRow(tx, []any{&ok}, `SELECT EXISTS (SELECT FROM orders o JOIN customers c ON c.id = o.customer_id
		WHERE o.id = ? AND coalesce(c.bill_to_id, c.id) = ? AND o.state NOT IN ('cancelled', 'closed'))`, orderID, payer)
	if err == nil && !ok {
		err = ErrOtherOrder.At("/order_id")
	}
	return err
}

// deposit moves an amount (negative: back) of a locked receipt to an order.
func deposit(tx pg.Tx, r *Receipt, orderID uuid.UUID, amount decimal.Decimal) error {
	if amount.IsZero() {
		return nil
	}
	r.Covering = money.Add(r.Covering, amount)
	if err := updateReceipt(tx, r, map[string]any{"covering": r.Covering}); err != nil {
		return err
	}
	if amount.IsNeg() {
		return pg.One(tx.Exec("UPDATE order_deposits SET amount = amount + ? WHERE order_id = ? AND receipt_id = ?", amount, orderID, r.ID))
	}
	return tx.Exec(`INSERT INTO order_deposits (order_id, receipt_id, amount) VALUES (?, ?, ?)
		ON CONFLICT (order_id, receipt_id) DO UPDATE SET amount = order_deposits.amount + excluded.amount`, orderID, r.ID, amount).Error
}

// FreeDeposits gives back what is set aside for orders that were cancelled, or closed with nothing left to ship or to invoice: of at most n
// receipts of one payer, and returns how many those were (ARV-01). Locks that payer's account.
func (s *Service) FreeDeposits(tx pg.Tx, n int) (int, error) {
	ids, err := receiptsToFree(tx, n)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		r, _, err := s.lockReceipt(tx, identity.System(), id)
		if err != nil {
			return 0, err
		}
		before := r
		for _, d := range r.Deposits {
			ended, err := orderEnded(tx, d.OrderID)
			if err != nil {
				return 0, err
			}
			if !ended {
				continue
			}
			if err := deposit(tx, &r, d.OrderID, d.Amount.Neg()); err != nil {
				return 0, err
			}
		}
		if r.Deposits, err = depositsOf(tx, id); err != nil {
			return 0, err
		}
		if err := record(tx, "freeDeposit", subjectReceipt, id, before, r); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// endedOrder is the condition of an order o that asks for no money any more.
const endedOrder = `(o.state = 'cancelled' OR o.state = 'closed' AND NOT EXISTS (SELECT FROM delivery_note_lines l JOIN delivery_notes n ON n.id = l.delivery_note_id
		WHERE l.order_id = o.id AND n.state <> 'cancelled' AND l.invoiced_quantity + l.returned_quantity < l.quantity + l.corrected_quantity
			AND l.invoiced_amount + l.returned_amount < l.amount + l.corrected_amount)
	AND NOT EXISTS (SELECT FROM shipping_notice_lines l JOIN shipping_notices n ON n.id = l.notice_id
		WHERE l.order_id = o.id AND n.state NOT IN ('refused', 'dispatched', 'closed', 'cancelled')))`

func receiptsToFree(tx pg.Tx, n int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	return ids, tx.Raw(`WITH due AS (
			SELECT DISTINCT r.payer_id, r.id FROM order_deposits d JOIN orders o ON o.id = d.order_id JOIN receipts r ON r.id = d.receipt_id
			WHERE d.amount > 0 AND `+endedOrder+`
		)
		SELECT id FROM due WHERE payer_id = (SELECT min(payer_id::text)::uuid FROM due) ORDER BY id LIMIT ?`, n).Scan(&ids).Error
}

func orderEnded(tx pg.Tx, id uuid.UUID) (ended bool, err error) {
	err = pg.ScanRow(tx, []any{&ended}, "SELECT "+endedOrder+" FROM orders o WHERE o.id = ?", id)
	return ended, err
}

func depositsOf(tx pg.Tx, receipts ...uuid.UUID) ([]Deposit, error) {
	var rows []Deposit
	return rows, tx.Where("receipt_id IN ? AND amount > 0", receipts).Order("order_id").Find(&rows).Error
}

// depositsFor returns what is set aside for orders, the oldest money first. The caller holds the payer's account.
func depositsFor(tx pg.Tx, orders []uuid.UUID) ([]Deposit, error) {
	var rows []Deposit
	err := tx.Raw(`SELECT d.* FROM order_deposits d JOIN receipts r ON r.id = d.receipt_id WHERE d.order_id IN ? AND d.amount > 0
		ORDER BY r.received_on, r.id, d.order_id FOR UPDATE`, orders).Scan(&rows).Error
	return rows, err
}

// depositsOfNotice returns what is set aside for the orders of a notice, the oldest money first: of each order no more than its goods on the
// notice come to, beyond what the notice has taken of its deposit already. The caller holds the payer's account.
func depositsOfNotice(tx pg.Tx, noticeID uuid.UUID) ([]part, error) {
	var rows []struct {
		Receipt   `gorm:"embedded"`
		OrderID   uuid.UUID
		Deposited decimal.Decimal
		Room      decimal.Decimal
	}
	err := tx.Raw(`SELECT r.*, d.order_id, d.amount AS deposited,
			g.amount - coalesce((SELECT sum(c.amount) FROM notice_covers c WHERE c.notice_id = ? AND c.order_id = g.order_id), 0) AS room
		FROM (SELECT order_id, sum(amount) AS amount FROM shipping_notice_lines WHERE notice_id = ? GROUP BY order_id) g
		JOIN order_deposits d ON d.order_id = g.order_id AND d.amount > 0 JOIN receipts r ON r.id = d.receipt_id
		ORDER BY r.received_on, r.id, d.order_id`, noticeID, noticeID).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	taken := map[uuid.UUID]decimal.Decimal{}
	var parts []part
	for _, row := range rows {
		order := row.OrderID
		if take := row.Deposited.Min(money.Sub(row.Room, taken[order])); take.IsPos() {
			parts, taken[order] = append(parts, part{row.Receipt, &order, take}), money.Add(taken[order], take)
		}
	}
	return parts, nil
}

// payFromDeposits pays a fresh invoice with what was set aside for the orders of its goods: each order's deposit pays that order's goods.
func (s *Service) payFromDeposits(tx pg.Tx, account *credit.Account, v *Invoice) error {
	byOrder, orders, err := orderTotals(tx, v.ID)
	if err != nil || len(orders) == 0 {
		return err
	}
	rows, err := depositsFor(tx, orders)
	if err != nil {
		return err
	}
	for _, d := range rows {
		take := d.Amount.Min(byOrder[d.OrderID]).Min(v.Open())
		if !take.IsPos() {
			continue
		}
		r, err := pg.TakeForUpdate[Receipt](tx, "id = ?", d.ReceiptID)
		if err != nil {
			return err
		}
		if err := deposit(tx, &r, d.OrderID, take.Neg()); err != nil {
			return err
		}
		if err := s.allocate(tx, account, &r, []Share{{InvoiceID: v.ID, Amount: take}}); err != nil {
			return err
		}
		byOrder[d.OrderID] = money.Sub(byOrder[d.OrderID], take)
		v.Paid, v.Version = money.Add(v.Paid, take), v.Version+1
	}
	return nil
}

// orderTotals adds up the lines of an invoice by order, of the orders that something is set aside for.
func orderTotals(tx pg.Tx, invoice uuid.UUID) (map[uuid.UUID]decimal.Decimal, []uuid.UUID, error) {
	totals, orders := map[uuid.UUID]decimal.Decimal{}, []uuid.UUID{}
	var id uuid.UUID
	var amount decimal.Decimal
	err := pg.ScanRows(tx, []any{&id, &amount}, func() error {
		totals[id], orders = amount, append(orders, id)
		return nil
	}, `SELECT d.order_id, sum(l.amount) FROM invoice_lines l JOIN delivery_note_lines d ON d.id = l.delivery_line_id
		WHERE l.invoice_id = ? AND EXISTS (SELECT FROM order_deposits x WHERE x.order_id = d.order_id AND x.amount > 0) GROUP BY d.order_id ORDER BY 1`, invoice)
	return totals, orders, err
}
