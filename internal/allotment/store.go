package allotment

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// allotmentLine is a line as it is kept.
type allotmentLine struct {
	AllotmentID uuid.UUID
	Want
}

// TableName is for GORM.
func (allotmentLine) TableName() string { return "shortage_allotment_lines" }

// wanting are the open lines of orders that count, of a product that is being made.
const wanting = `FROM production_lines l JOIN order_lines ol ON ol.id = l.id JOIN orders o ON o.id = ol.order_id
	WHERE l.live AND l.product_id = ? AND ol.product_id = l.product_id AND o.state IN ('confirmed', 'partly_shipped') AND ol.shipped + ol.noticed < ol.quantity`

// lockOrders holds the orders that want a product, in id order.
func lockOrders(tx pg.Tx, product uuid.UUID) error {
	return tx.Exec(`SELECT FROM orders WHERE id IN (SELECT o.id `+wanting+`) ORDER BY id FOR NO KEY UPDATE`, product).Error
}

// openLines returns the lines that want a product, and who pays for each.
func openLines(tx pg.Tx, product uuid.UUID) ([]Want, []uuid.UUID, error) {
	var rows []struct {
		Want
		PayerID uuid.UUID
	}
	err := tx.Raw(`SELECT ol.id AS order_line_id, o.id AS order_id, o.number AS order_number, ol.line_no, o.customer_id, o.owner_id,
			coalesce(c.bill_to_id, c.id) AS payer_id, coalesce(l.agreed_on, ol.promised_on) AS promised_on, o.confirmed_at,
			ol.shipped + ol.noticed AS taken, ol.quantity - ol.shipped - ol.noticed AS wanted
		FROM production_lines l JOIN order_lines ol ON ol.id = l.id JOIN orders o ON o.id = ol.order_id JOIN customers c ON c.id = o.customer_id
		WHERE l.live AND l.product_id = ? AND ol.product_id = l.product_id AND o.state IN ('confirmed', 'partly_shipped')
			AND ol.shipped + ol.noticed < ol.quantity
		ORDER BY ol.id`, product).Scan(&rows).Error
	wants, payers := make([]Want, len(rows)), make([]uuid.UUID, len(rows))
	for i, r := range rows {
		wants[i], payers[i] = r.Want, r.PayerID
	}
	return wants, payers, err
}

func unitOf(tx pg.Tx, product uuid.UUID) (unit string, err error) {
	err = pg.ScanRow(tx, []any{&unit}, "SELECT unit FROM products WHERE id = ?", product)
	if errors.Is(err, errs.ErrNotFound) {
		err = ErrNoProduct.At("/product_id")
	}
	return unit, err
}

func insert(tx pg.Tx, a *Allotment) error {
	if err := pg.Insert(tx, a); err != nil {
		return err
	}
	rows := make([]allotmentLine, len(a.Lines))
	for i, w := range a.Lines {
		rows[i] = allotmentLine{a.ID, w}
	}
	return tx.CreateInBatches(&rows, 1000).Error
}

// allotmentLines reads the lines of allotments, by rank, with what of each has been taken since.
const allotmentLines = `SELECT a.*, o.number AS order_number, o.owner_id, c.name AS customer_name, coalesce(ol.line_no, l.line_no) AS line_no,
		greatest(coalesce(ol.shipped + ol.noticed, a.taken) - a.taken, 0) AS used
	FROM shortage_allotment_lines a JOIN orders o ON o.id = a.order_id JOIN customers c ON c.id = a.customer_id
	JOIN production_lines l ON l.id = a.order_line_id LEFT JOIN order_lines ol ON ol.id = a.order_line_id`

const allotments = `SELECT s.*, p.code AS product_code, p.name AS product_name FROM shortage_allotments s JOIN products p ON p.id = s.product_id`

func readOne(tx pg.Tx, id uuid.UUID) (Allotment, error) {
	var rows []Allotment
	err := tx.Raw(allotments+" WHERE s.id = ?", id).Scan(&rows).Error
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Allotment{}, err
	}
	return rows[0], tx.Raw(allotmentLines+" WHERE a.allotment_id = ? ORDER BY a.rank", id).Scan(&rows[0].Lines).Error
}

// storeConfirmed writes what was confirmed: first what the lines get, then the allotment, which freezes them.
func storeConfirmed(tx pg.Tx, a *Allotment, changed bool) error {
	if changed {
		if err := storeChanges(tx, a); err != nil {
			return err
		}
	}
	err := pg.Update(tx, "shortage_allotments", a.ID, a.Version, map[string]any{
		"state": a.State, "allotted": a.Allotted, "valid_until": a.ValidUntil, "confirmed_at": a.ConfirmedAt, "confirmed_by": a.ConfirmedBy,
	})
	a.Version++
	return err
}

// storeChanges writes what who confirmed changed. One statement.
func storeChanges(tx pg.Tx, a *Allotment) error {
	type change struct {
		Line     uuid.UUID       `json:"line"`
		Allotted decimal.Decimal `json:"allotted"`
		Reason   string          `json:"reason"`
	}
	var changes []change
	for _, w := range a.Lines {
		if w.ChangeReason != "" {
			changes = append(changes, change{w.OrderLineID, w.Allotted, w.ChangeReason})
		}
	}
	b, err := json.Marshal(changes)
	if err != nil {
		return err
	}
	_, err = pg.Exec(tx, `UPDATE shortage_allotment_lines a SET allotted = c.allotted, change_reason = c.reason
		FROM json_to_recordset(?::json) AS c (line uuid, allotted numeric, reason text) WHERE a.allotment_id = ? AND a.order_line_id = c.line`, string(b), a.ID)
	return err
}

// finished locks at most n confirmed allotments that have nothing to give any more.
func finished(tx pg.Tx, today time.Time, n int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	return ids, tx.Raw(`SELECT s.id FROM shortage_allotments s WHERE s.state = 'confirmed' AND (s.valid_until < ? OR NOT EXISTS (
			SELECT FROM shortage_allotment_lines a JOIN orders o ON o.id = a.order_id JOIN order_lines ol ON ol.id = a.order_line_id
			WHERE a.allotment_id = s.id AND o.state NOT IN ('closed', 'cancelled') AND ol.shipped + ol.noticed < a.taken + a.allotted))
		ORDER BY s.id LIMIT ? FOR NO KEY UPDATE OF s SKIP LOCKED`, today, n).Scan(&ids).Error
}

// binding is an allotment that says what the lines of its product may ship.
type binding struct {
	ID        uuid.UUID
	ProductID uuid.UUID
	Number    string
	State     State
}

// bindings returns the confirmed allotments of the products. A release holds the open ones shared until it ends, so that
// one that is being confirmed is either seen, or sees what was released.
func bindings(tx pg.Tx, takes []Take, hold bool) (map[uuid.UUID]binding, error) {
	products := make([]uuid.UUID, len(takes))
	for i, t := range takes {
		products[i] = t.ProductID
	}
	query := "SELECT id, product_id, number, state FROM shortage_allotments WHERE product_id IN ? AND state IN ('proposed', 'confirmed') ORDER BY id"
	if hold {
		query += " FOR SHARE"
	}
	var rows []binding
	if err := tx.Raw(query, products).Scan(&rows).Error; err != nil {
		return nil, err
	}
	found := map[uuid.UUID]binding{}
	for _, b := range rows {
		if b.State == Confirmed {
			found[b.ProductID] = b
		}
	}
	return found, nil
}

// leftOf returns what the allotments leave to the lines; those that aren't in them are missing.
func leftOf(tx pg.Tx, open map[uuid.UUID]binding, takes []Take) (map[uuid.UUID]decimal.Decimal, error) {
	ids, lines := []uuid.UUID{}, make([]uuid.UUID, len(takes))
	for _, b := range open {
		ids = append(ids, b.ID)
	}
	for i, t := range takes {
		lines[i] = t.OrderLineID
	}
	var rows []struct {
		OrderLineID uuid.UUID
		Rest        decimal.Decimal
	}
	err := tx.Raw(`SELECT a.order_line_id, greatest(a.taken + a.allotted - ol.shipped - ol.noticed, 0) AS rest
		FROM shortage_allotment_lines a JOIN order_lines ol ON ol.id = a.order_line_id
		WHERE a.allotment_id IN ? AND a.order_line_id IN ?`, ids, lines).Scan(&rows).Error
	left := map[uuid.UUID]decimal.Decimal{}
	for _, r := range rows {
		left[r.OrderLineID] = r.Rest
	}
	return left, err
}

// OrderEnded tells the sales manager that an order that has ended leaves something of what was allotted to it.
func OrderEnded(tx pg.Tx, orderID uuid.UUID) error {
	var rows []binding
	err := tx.Raw(`SELECT DISTINCT s.id, s.number FROM shortage_allotment_lines a JOIN shortage_allotments s ON s.id = a.allotment_id
		WHERE a.order_id = ? AND s.state IN ('proposed', 'confirmed') AND a.allotted > 0 ORDER BY s.id`, orderID).Scan(&rows).Error
	if err != nil {
		return err
	}
	var tasks []followup.Task
	for _, b := range rows {
		tasks = append(tasks, followup.Task{
			Kind: kindFreed, SubjectType: Subject, SubjectID: b.ID, Number: b.Number, Role: identity.SalesManager, Inform: true,
			TitleEN: "An order of " + b.Number + " has ended: what it was allotted is free, propose anew",
			TitleZH: "缺货分配 " + b.Number + " 中有订单已结束,其分配数量可重新分配",
		})
	}
	return followup.Open(tx, tasks...)
}
