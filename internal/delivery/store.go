package delivery

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func attachLines(tx pg.Tx, notes []Note) error {
	if len(notes) == 0 {
		return nil
	}
	at := make(map[uuid.UUID]int, len(notes))
	ids := make([]uuid.UUID, len(notes))
	for i, n := range notes {
		at[n.ID], ids[i] = i, n.ID
	}
	var lines []Line
	if err := tx.Where("delivery_note_id IN ?", ids).Order("delivery_note_id, position_no").Find(&lines).Error; err != nil {
		return err
	}
	for _, l := range lines {
		n := &notes[at[l.DeliveryNoteID]]
		n.Lines = append(n.Lines, l)
	}
	return nil
}

// The columns that say what became of a delivery line.
const (
	columnInvoiced = "invoiced"
	columnReturned = "returned"
)

// count adds the parts to what is invoiced or came back (sign 1), or takes them off (sign −1), in one statement.
func count(tx pg.Tx, column string, parts []Invoiced, sign int64) error {
	type delta struct {
		ID       uuid.UUID       `json:"id"`
		Quantity decimal.Decimal `json:"quantity"`
		Amount   decimal.Decimal `json:"amount"`
	}
	deltas := make([]delta, len(parts))
	for i, p := range parts {
		deltas[i] = delta{p.LineID, p.Quantity, p.Amount}
		if sign < 0 {
			deltas[i] = delta{p.LineID, p.Quantity.Neg(), p.Amount.Neg()}
		}
	}
	if len(deltas) == 0 {
		return nil
	}
	b, err := json.Marshal(deltas)
	if err != nil {
		return err
	}
	res := tx.Exec(`UPDATE delivery_note_lines l
		SET `+column+`_quantity = l.`+column+`_quantity + d.quantity, `+column+`_amount = l.`+column+`_amount + d.amount
		FROM (SELECT id, sum(quantity) AS quantity, sum(amount) AS amount
			FROM json_to_recordset(?::json) AS d (id uuid, quantity numeric(18, 4), amount numeric(18, 2)) GROUP BY id) d
		WHERE l.id = d.id`, string(b))
	if res.Error == nil && res.RowsAffected == 0 {
		return errs.ErrNotFound
	}
	return res.Error
}

// insertNote writes a delivery note with its lines.
func insertNote(tx pg.Tx, d Note) error {
	if err := pg.Insert(tx, &d); err != nil {
		return err
	}
	return pg.Insert(tx, &d.Lines)
}

// storeCancelled writes the end of a delivery note.
func storeCancelled(tx pg.Tx, d Note) error {
	return pg.One(tx.Exec(`UPDATE delivery_notes SET state = ?, cancel_reason = ?, version = ? WHERE id = ? AND version = ?`,
		d.State, d.CancelReason, d.Version, d.ID, d.Version-1))
}

// storeLeft writes that the goods left the gate.
func storeLeft(tx pg.Tx, d *Note) error {
	err := pg.One(tx.Exec(`UPDATE delivery_notes SET state = ?, left_at = ?, reported_at = ?, reported_by = ?, version = version + 1
		WHERE id = ? AND version = ?`, d.State, d.LeftAt, d.ReportedAt, d.ReportedBy, d.ID, d.Version))
	d.Version++
	return err
}

// Filter narrows a list of delivery notes; zero fields don't.
type Filter struct {
	NoticeID   *uuid.UUID
	CustomerID *uuid.UUID
	OrderID    *uuid.UUID
	State      string
	Open       bool // only those with something to invoice
}

// Summary is a delivery note as a list shows it.
type Summary struct {
	ID             uuid.UUID
	Number         string
	NoticeID       uuid.UUID
	NoticeNumber   string
	CustomerID     uuid.UUID
	CustomerName   string
	State          string
	Vehicle        string
	ShippedOn      time.Time
	Currency       string
	Amount         decimal.Decimal // of what really left
	InvoicedAmount decimal.Decimal
	Version        int64
}

// List returns delivery notes that the caller may see (ORG-06), newest first, and the cursor of the next page. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Summary, string, error) {
	q := tx.Table("delivery_notes d").Select(`d.id, d.number, d.notice_id, n.number AS notice_number, d.customer_id,
		c.name AS customer_name, d.state, d.vehicle, d.shipped_on, d.currency, d.version, x.amount, x.invoiced_amount`).
		Joins(`JOIN shipping_notices n ON n.id = d.notice_id JOIN customers c ON c.id = d.customer_id CROSS JOIN LATERAL
		(SELECT sum(` + ReallyLeftIn + `) AS amount, sum(l.invoiced_amount) AS invoiced_amount FROM delivery_note_lines l WHERE l.delivery_note_id = d.id) x`)
	if owners, all := who.Owners(); !all {
		q = q.Where("d.owner_id IN ?", owners)
	}
	if f.NoticeID != nil {
		q = q.Where("d.notice_id = ?", *f.NoticeID)
	}
	if f.CustomerID != nil {
		q = q.Where("d.customer_id = ?", *f.CustomerID)
	}
	if f.OrderID != nil {
		q = q.Where("d.id IN (SELECT delivery_note_id FROM delivery_note_lines WHERE order_id = ?)", *f.OrderID)
	}
	if f.State != "" {
		q = q.Where("d.state = ?", f.State)
	}
	if f.Open {
		q = q.Where(`d.state <> 'cancelled' AND EXISTS (SELECT FROM delivery_note_lines l
			WHERE l.delivery_note_id = d.id AND l.invoiced_quantity + l.returned_quantity < l.quantity + l.corrected_quantity
				AND l.invoiced_amount + l.returned_amount < l.amount + l.corrected_amount)`)
	}
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("d.id < ?", last)
	}
	var rows []Summary
	if err := q.Order("d.id DESC").Limit(p.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Summary) any { return r.ID })
}

// correctLines adds deltas to what is corrected of delivery lines, in one statement.
func correctLines(tx pg.Tx, d *Note, deltas []Delta) error {
	type row struct {
		ID        uuid.UUID       `json:"id"`
		Quantity  decimal.Decimal `json:"quantity"`
		Amount    decimal.Decimal `json:"amount"`
		Unordered decimal.Decimal `json:"unordered"`
	}
	rows := make([]row, len(deltas))
	for i, delta := range deltas {
		rows[i] = row{delta.LineID, delta.Quantity, delta.Amount, d.line(delta.LineID).UnorderedQuantity}
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	n, err := pg.Exec(tx, `UPDATE delivery_note_lines l SET corrected_quantity = l.corrected_quantity + d.quantity, corrected_amount = l.corrected_amount + d.amount,
			unordered_quantity = d.unordered
		FROM json_to_recordset(?::json) AS d (id uuid, quantity numeric(18, 4), amount numeric(18, 2), unordered numeric(18, 4)) WHERE l.id = d.id`, string(b))
	if err == nil && n != int64(len(deltas)) {
		err = errs.ErrNotFound
	}
	return err
}

// LeftUninvoiced implements shipping.Deliveries. One statement.
func (s *Service) LeftUninvoiced(tx pg.Tx, notice uuid.UUID) (amount decimal.Decimal, err error) {
	err = pg.ScanRow(tx, []any{&amount}, `SELECT COALESCE(sum(l.amount + l.corrected_amount - l.invoiced_amount - l.returned_amount), 0.00) FROM delivery_notes n
		JOIN delivery_note_lines l ON l.delivery_note_id = n.id WHERE n.notice_id = ? AND n.state <> 'cancelled'`, notice)
	return amount, err
}
