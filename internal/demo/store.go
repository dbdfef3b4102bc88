package demo

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// state is how far the database is.
type state struct {
	begun    *time.Time
	complete bool
	people   bool // anybody at all
}

func readState(tx pg.Tx) (state, error) {
	var s struct {
		Begun            *time.Time
		Complete, People bool
	}
	err := tx.Raw(`SELECT (SELECT done_at FROM demo_steps WHERE name = 'begin') AS begun,
		EXISTS (SELECT FROM demo_steps WHERE name = 'complete') AS complete, EXISTS (SELECT FROM users) AS people`).Scan(&s).Error
	return state{s.Begun, s.Complete, s.People}, err
}

// markDone reports whether the step wasn't done before. Of two loads at once the second waits for the first here.
func markDone(tx pg.Tx, name string) (fresh bool, err error) {
	res := tx.Exec("INSERT INTO demo_steps (name, done_at) VALUES (?, ?) ON CONFLICT DO NOTHING", name, tx.Now)
	return res.RowsAffected == 1, res.Error
}

func isDone(tx pg.Tx, name string) (done bool, err error) {
	err = tx.Raw("SELECT EXISTS (SELECT FROM demo_steps WHERE name = ?)", name).Scan(&done).Error
	return done, err
}

// Sample names documents of the demo company that a first call can be made with.
type Sample struct {
	CustomerID, CustomerName string
	ProductID, ProductName   string
	Price                    string // its base price
}

// FindSample returns a customer of the person that owes something, and a product with a base price.
func FindSample(tx pg.Tx, username string) (Sample, error) {
	var s Sample
	err := tx.Raw(`SELECT c.id AS customer_id, c.name AS customer_name, p.id AS product_id, p.name AS product_name, p.price
		FROM (SELECT c.id, c.name FROM customers c JOIN users u ON u.id = c.owner_id LEFT JOIN credit_accounts a ON a.payer_id = c.id
			WHERE u.username = ? AND c.status = 'active' AND c.code LIKE 'C0%'
			ORDER BY coalesce(a.receivable, 0) DESC, c.code LIMIT 1) c,
		(SELECT p.id, p.name, b.price FROM products p JOIN valid_base_prices b ON b.product_id = p.id
			WHERE p.lifecycle = 'standard' AND b.effective_at <= ? ORDER BY p.code, b.effective_at DESC LIMIT 1) p`, username, tx.Now).Scan(&s).Error
	return s, err
}

// trail is what has become of a deal so far.
type trail struct {
	OrderID     *uuid.UUID
	OrderState  string
	OrderTotal  decimal.Decimal
	NoticeID    *uuid.UUID
	NoticeState string
	Unbilled    []uuid.UUID `gorm:"-"` // delivery notes with something left to invoice
}

// follow finds the documents of a deal by the customer's order number.
func follow(tx pg.Tx, reference string) (trail, error) {
	var t trail
	err := tx.Raw(`SELECT o.id AS order_id, o.state AS order_state, o.total AS order_total, n.id AS notice_id, coalesce(n.state, '') AS notice_state
		FROM orders o LEFT JOIN LATERAL (SELECT n.id, n.state FROM shipping_notice_lines l JOIN shipping_notices n ON n.id = l.notice_id
			WHERE l.order_id = o.id LIMIT 1) n ON true
		WHERE o.customer_order_no = ?`, reference).Scan(&t).Error
	if err != nil || t.OrderID == nil {
		return t, err
	}
	var notes []string
	err = tx.Raw(`SELECT DISTINCT l.delivery_note_id::text FROM delivery_note_lines l JOIN delivery_notes d ON d.id = l.delivery_note_id
		WHERE l.order_id = ? AND l.invoiced_quantity + l.returned_quantity < l.quantity + l.corrected_quantity AND d.state <> 'cancelled' ORDER BY 1`, *t.OrderID).Scan(&notes).Error
	for _, id := range notes {
		t.Unbilled = append(t.Unbilled, uuid.MustParse(id))
	}
	return t, err
}

// openInvoices returns what is open of an order's invoices, and the sum.
func openInvoices(tx pg.Tx, orderID uuid.UUID) (shares []receivable.Share, total decimal.Decimal, err error) {
	err = tx.Raw(`SELECT v.id AS invoice_id, v.total - v.paid AS amount FROM invoices v WHERE v.state = 'posted' AND v.total > v.paid AND v.id IN
		(SELECT i.invoice_id FROM invoice_lines i JOIN delivery_note_lines l ON l.id = i.delivery_line_id WHERE l.order_id = ?)
		ORDER BY v.id`, orderID).Scan(&shares).Error
	amounts := make([]decimal.Decimal, len(shares))
	for i, s := range shares {
		amounts[i] = s.Amount
	}
	if err == nil {
		total, err = money.Sum(amounts...)
	}
	return shares, total, err
}

// opened is an item of the books before.
type opened struct {
	InvoiceID, PayerID uuid.UUID
	Amount             decimal.Decimal
}

func openItem(tx pg.Tx, number string) (o opened, err error) {
	err = tx.Raw(`SELECT id AS invoice_id, payer_id, total - paid AS amount FROM invoices WHERE number = ? AND state = 'posted'`, number).Scan(&o).Error
	return o, err
}

// askedRole is the role that the open step of a request asks, "" when it has ended.
func askedRole(tx pg.Tx, request uuid.UUID) (role string, err error) {
	err = tx.Raw("SELECT role FROM approval_tasks WHERE request_id = ? AND state = 'open' AND role IS NOT NULL ORDER BY slot LIMIT 1", request).Scan(&role).Error
	return role, err
}

// nearly is a customer with room below its limit, and the product to fill it with.
type nearly struct {
	Code      string
	Headroom  decimal.Decimal
	Product   string
	ProductID uuid.UUID
	Price     decimal.Decimal
	Customer  customer.Customer `gorm:"-"`
}

// nearLimit returns the customers with the least room below a limit, nothing overdue.
func nearLimit(tx pg.Tx, n int) (rows []nearly, err error) {
	err = tx.Raw(`SELECT c.code, p.limit_amount - a.receivable - a.shipped - a.released + a.prepaid AS headroom,
			x.code AS product, x.id AS product_id, b.price
		FROM credit_profiles p JOIN credit_accounts a ON a.payer_id = p.customer_id JOIN customers c ON c.id = p.customer_id,
			(SELECT id, code FROM products WHERE lifecycle = 'standard' ORDER BY code LIMIT 1) x
			JOIN LATERAL (SELECT price FROM valid_base_prices WHERE product_id = x.id AND effective_at <= ? ORDER BY effective_at DESC LIMIT 1) b ON true
		WHERE p.valid_to IS NULL AND p.limit_kind = 'amount' AND p.grade IN ('A', 'B') AND c.status = 'active'
			AND p.limit_amount - a.receivable - a.shipped - a.released + a.prepaid > 5000
			AND NOT EXISTS (SELECT FROM credit_open_items i WHERE i.payer_id = c.id AND i.due_on < ?)
		ORDER BY headroom, c.code LIMIT ?`, tx.Now, tx.Now, n).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.Code
	}
	known, err := customer.IDsByCode(tx, codes)
	for i := range rows {
		rows[i].Customer = known[rows[i].Code]
	}
	return rows, err
}
