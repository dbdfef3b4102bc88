package shipping

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func insertNotice(tx pg.Tx, n Notice) error {
	if err := pg.Insert(tx, &n); err != nil {
		return err
	}
	return pg.Insert(tx, &n.Lines)
}

// replaceLines writes the lines of a draft anew.
func replaceLines(tx pg.Tx, n Notice) error {
	if err := tx.Where("notice_id = ?", n.ID).Delete(&Line{}).Error; err != nil {
		return err
	}
	return pg.Insert(tx, &n.Lines)
}

// readNotice reads a notice with its lines, without a lock, in one statement.
func readNotice(tx pg.Tx, id uuid.UUID) (Notice, error) {
	var rows []struct {
		Notice    `gorm:"embedded"`
		LinesJSON []byte
	}
	err := tx.Raw(`SELECT n.*, convert_to(`+linesJSON+`::text, 'UTF8') AS lines_json FROM shipping_notices n WHERE n.id = ?`, id).Scan(&rows).Error
	if err != nil {
		return Notice{}, err
	}
	if len(rows) == 0 {
		return Notice{}, errs.ErrNotFound
	}
	n := rows[0].Notice
	n.Lines, err = decodeLines(rows[0].LinesJSON)
	return n, err
}

// linesJSON is the lines of a notice (n), in order.
const linesJSON = `(SELECT json_agg(l ORDER BY l.position_no) FROM shipping_notice_lines l WHERE l.notice_id = n.id)`

// lockNotice locks a notice and reads it without its lines.
func lockNotice(tx pg.Tx, id uuid.UUID) (Notice, error) {
	return pg.TakeForUpdate[Notice](tx, "id = ?", id)
}

func attachLines(tx pg.Tx, n *Notice) error {
	return tx.Where("notice_id = ?", n.ID).Order("position_no").Find(&n.Lines).Error
}

// peekNotice reads what must be known to lock in order: payer, owner, version, how old its check is, and lines, in one statement.
func peekNotice(tx pg.Tx, id uuid.UUID) (Notice, error) {
	n := Notice{ID: id}
	var lines []byte
	err := pg.ScanRow(tx, []any{&n.PayerID, &n.OwnerID, &n.Version, &n.Flow, &n.State, &n.PassedAt, &n.SpecialReleaseID, &n.EmergencyID, &n.largest, &lines},
		`SELECT n.payer_id, n.owner_id, n.version, n.flow, n.state, n.passed_at, n.special_release_id, n.emergency_id, COALESCE((SELECT w.amount FROM shipping_notices w
			WHERE w.payer_id = n.payer_id AND w.state IN ('checked', 'blocked') AND w.flow IN ('credit', 'new_customer') AND w.id <> n.id
			ORDER BY w.amount DESC LIMIT 1), 0), `+linesJSON+`
		FROM shipping_notices n WHERE n.id = ?`, id)
	if err != nil {
		return Notice{}, err
	}
	n.Lines, err = decodeLines(lines)
	return n, err
}

// lineRow is a row of shipping_notice_lines as PostgreSQL writes it in JSON.
type lineRow struct {
	ID                 uuid.UUID       `json:"id"`
	NoticeID           uuid.UUID       `json:"notice_id"`
	PositionNo         int             `json:"position_no"`
	OrderID            uuid.UUID       `json:"order_id"`
	OrderLineID        uuid.UUID       `json:"order_line_id"`
	OrderRevision      int             `json:"order_revision"`
	ProductID          uuid.UUID       `json:"product_id"`
	ProductCode        string          `json:"product_code"`
	ProductName        string          `json:"product_name"`
	Unit               string          `json:"unit"`
	Quantity           decimal.Decimal `json:"quantity"`
	Price              decimal.Decimal `json:"price"`
	TaxRate            decimal.Decimal `json:"tax_rate"`
	Amount             decimal.Decimal `json:"amount"`
	DispatchedQuantity decimal.Decimal `json:"dispatched_quantity"`
	DispatchedAmount   decimal.Decimal `json:"dispatched_amount"`
}

func decodeLines(b []byte) ([]Line, error) {
	if len(b) == 0 {
		return nil, nil
	}
	var rows []lineRow
	if err := json.Unmarshal(b, &rows); err != nil {
		return nil, err
	}
	lines := make([]Line, len(rows))
	for i, r := range rows {
		lines[i] = Line(r)
	}
	return lines, nil
}

// updateNotice writes what may change and raises the version.
func updateNotice(tx pg.Tx, n *Notice) error {
	err := pg.Update(tx, "shipping_notices", n.ID, n.Version, map[string]any{
		"payer_id": n.PayerID, "flow": n.Flow, "state": n.State, "priority": n.Priority, "priority_reason": n.PriorityReason, "priority_set_by": n.PrioritySetBy, "ship_date": n.ShipDate,
		"short_lead_reason": n.ShortLeadReason, "overdue_reason": n.OverdueReason, "vehicle": n.Vehicle, "carrier": n.Carrier,
		"driver": n.Driver, "driver_phone": n.DriverPhone, "remarks": n.Remarks, "amount": n.Amount,
		"dispatched_amount": n.DispatchedAmount, "covered_amount": n.CoveredAmount, "figures": n.Figures, "checked_by": n.CheckedBy,
		"checked_at": n.CheckedAt, "figures_hash": n.FiguresHash, "submitted_by": n.SubmittedBy, "submitter_kind": n.SubmitterKind,
		"submitted_at": n.SubmittedAt, "approval_id": n.ApprovalID, "released_by": n.ReleasedBy, "released_at": n.ReleasedAt, "passed_at": n.PassedAt,
		"ended_reason": n.EndedReason, "revision": n.Revision, "special_release_id": n.SpecialReleaseID, "emergency_id": n.EmergencyID, "updated_at": n.UpdatedAt,
	})
	n.Version++
	return err
}

// storeDispatched writes how much of each line has left, in one statement.
func storeDispatched(tx pg.Tx, n Notice) error {
	type row struct {
		ID       uuid.UUID       `json:"id"`
		Quantity decimal.Decimal `json:"quantity"`
		Amount   decimal.Decimal `json:"amount"`
	}
	rows := make([]row, len(n.Lines))
	for i, l := range n.Lines {
		rows[i] = row{l.ID, l.DispatchedQuantity, l.DispatchedAmount}
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE shipping_notice_lines l SET dispatched_quantity = d.quantity, dispatched_amount = d.amount
		FROM json_to_recordset(?::json) AS d (id uuid, quantity numeric(18, 4), amount numeric(18, 2)) WHERE l.id = d.id`, string(b)).Error
}

// promised is what prepayments hold for other notices of the payer that aren't released yet: nobody else's headroom.
func promised(tx pg.Tx, payer, except uuid.UUID) (decimal.Decimal, error) {
	var sum decimal.Decimal
	err := pg.ScanRow(tx, []any{&sum}, `SELECT coalesce(sum(covered_amount), 0) FROM shipping_notices
		WHERE payer_id = ? AND flow = 'prepaid' AND state IN ('checked', 'blocked') AND id <> ?`, payer, except)
	return sum, err
}

// promisedInGroup is the same of the other members of a credit group: what their prepayments hold isn't the group's headroom.
func promisedInGroup(tx pg.Tx, group, except uuid.UUID) (decimal.Decimal, error) {
	var sum decimal.Decimal
	err := pg.ScanRow(tx, []any{&sum}, `SELECT coalesce(sum(least(a.prepaid, h.held)), 0) FROM credit_accounts a
		CROSS JOIN LATERAL (SELECT coalesce(sum(n.covered_amount), 0) AS held FROM shipping_notices n
			WHERE n.payer_id = a.payer_id AND n.flow = 'prepaid' AND n.state IN ('checked', 'blocked')) h
		WHERE a.group_id = ? AND a.payer_id <> ?`, group, except)
	return sum, err
}

// onOtherNotices returns what other notices say of the order lines that are to stand on this one. One statement.
func onOtherNotices(tx pg.Tx, notice uuid.UUID, inputs []LineInput) (map[uuid.UUID]part, error) {
	ids := make([]uuid.UUID, len(inputs))
	for i, in := range inputs {
		ids[i] = in.OrderLineID
	}
	var rows []struct {
		OrderLineID      uuid.UUID
		Quantity, Amount decimal.Decimal
	}
	err := tx.Raw(`SELECT l.order_line_id, sum(CASE n.state WHEN 'closed' THEN l.dispatched_quantity ELSE l.quantity END) AS quantity,
			sum(CASE n.state WHEN 'closed' THEN l.dispatched_amount ELSE l.amount END) AS amount
		FROM shipping_notice_lines l JOIN shipping_notices n ON n.id = l.notice_id
		WHERE l.order_line_id IN ? AND n.id <> ? AND n.state NOT IN ('cancelled', 'refused') GROUP BY l.order_line_id`, ids, notice).Scan(&rows).Error
	found := make(map[uuid.UUID]part, len(rows))
	for _, r := range rows {
		found[r.OrderLineID] = part{r.Quantity, r.Amount}
	}
	return found, err
}

// orderIDs returns the orders of the lines and more, sorted, each once.
func orderIDs(lines []Line, more ...uuid.UUID) []uuid.UUID {
	ids := slices.Clone(more)
	for _, l := range lines {
		ids = append(ids, l.OrderID)
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// Filter narrows a list of notices; zero fields don't.
type Filter struct {
	CustomerID *uuid.UUID
	OrderID    *uuid.UUID
	State      State
	Flow       Flow
	ShipFrom   *time.Time
	ShipTo     *time.Time
	Number     string
}

// Summary is a notice as a list shows it.
type Summary struct {
	ID               uuid.UUID
	Number           string
	CustomerID       uuid.UUID
	CustomerName     string
	OwnerID          uuid.UUID
	Flow             Flow
	State            State
	Priority         int
	ShipDate         time.Time
	Currency         string
	Amount           decimal.Decimal
	DispatchedAmount decimal.Decimal
	Version          int64
}

// List returns notices that the caller may see (ORG-06), newest first, and the cursor of the next page. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Summary, string, error) {
	q := tx.Table("shipping_notices n").Select(`n.id, n.number, n.customer_id, c.name AS customer_name, n.owner_id, n.flow, n.state,
		n.priority, n.ship_date, n.currency, n.amount, n.dispatched_amount, n.version`).Joins("JOIN customers c ON c.id = n.customer_id")
	if owners, all := who.Owners(); !all {
		q = q.Where("n.owner_id IN ?", owners)
	}
	if f.CustomerID != nil {
		q = q.Where("n.customer_id = ?", *f.CustomerID)
	}
	if f.OrderID != nil {
		q = q.Where("n.id IN (SELECT notice_id FROM shipping_notice_lines WHERE order_id = ?)", *f.OrderID)
	}
	if f.State != "" {
		q = q.Where("n.state = ?", f.State)
	}
	if f.Flow != "" {
		q = q.Where("n.flow = ?", f.Flow)
	}
	if f.ShipFrom != nil {
		q = q.Where("n.ship_date >= ?", *f.ShipFrom)
	}
	if f.ShipTo != nil {
		q = q.Where("n.ship_date <= ?", *f.ShipTo)
	}
	if f.Number != "" {
		q = q.Where("n.number = ?", f.Number)
	}
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("n.id < ?", last)
	}
	var rows []Summary
	if err := q.Order("n.id DESC").Limit(p.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Summary) any { return r.ID })
}

// notFound maps a missing row to another error.
func notFound(err error, as error) error {
	if err == error(errs.ErrNotFound) { //nolint:errorlint // Take returns it as it is
		return as
	}
	return err
}
