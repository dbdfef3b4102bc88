package production

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/pg"
)

// read reads a request with its customer's name.
func read(tx pg.Tx, where string, arg any) (Request, error) {
	var rows []Request
	err := tx.Raw(`SELECT r.*, c.name AS customer_name FROM production_requests r JOIN customers c ON c.id = r.customer_id WHERE `+where, arg).Scan(&rows).Error
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Request{}, err
	}
	return rows[0], nil
}

// lockOfOrder locks the request of an order, with all that belongs to it.
func lockOfOrder(tx pg.Tx, orderID uuid.UUID) (Request, error) {
	r, err := pg.TakeForUpdate[Request](tx, "order_id = ?", orderID)
	if err != nil {
		return Request{}, err
	}
	return r, r.attach(tx)
}

// attach reads what belongs to a request: four statements, and one for the customer's name where it isn't known.
func (r *Request) attach(tx pg.Tx) error {
	err := tx.Raw(`SELECT l.*, p.code AS product_code, p.name AS product_name FROM production_lines l JOIN products p ON p.id = l.product_id
		WHERE l.request_id = ? ORDER BY l.removed, l.line_no, l.id`, r.ID).Scan(&r.Lines).Error
	if err != nil {
		return err
	}
	var lots []Lot
	if err := tx.Where("request_id = ?", r.ID).Order("line_id, start_on, id").Find(&lots).Error; err != nil {
		return err
	}
	for _, lot := range lots {
		if l := r.Line(lot.LineID); l != nil {
			l.Lots = append(l.Lots, lot)
		}
	}
	if err := tx.Where("request_id = ?", r.ID).Order("id").Find(&r.Materials).Error; err != nil {
		return err
	}
	if err := tx.Where("request_id = ? AND revision = ?", r.ID, r.Revision).Order("department DESC").Find(&r.Acknowledgements).Error; err != nil || r.CustomerName != "" {
		return err
	}
	return pg.ScanRow(tx, []any{&r.CustomerName}, "SELECT name FROM customers WHERE id = ?", r.CustomerID)
}

// lineRow is a line on its way into the database.
type lineRow struct {
	ID             uuid.UUID       `json:"id"`
	LineNo         int             `json:"line_no"`
	ProductID      uuid.UUID       `json:"product_id"`
	Unit           string          `json:"unit"`
	Quantity       decimal.Decimal `json:"quantity"`
	PromisedOn     *string         `json:"promised_on"`
	AgreedOn       *string         `json:"agreed_on"`
	DeliveryPlace  string          `json:"delivery_place"`
	Packing        string          `json:"packing"`
	Transport      string          `json:"transport"`
	SpecialDemands string          `json:"special_demands"`
	Removed        bool            `json:"removed"`
	Live           bool            `json:"live"`
	Planned        decimal.Decimal `json:"planned"`
	PlannedStart   *string         `json:"planned_start"`
	PlannedFinish  *string         `json:"planned_finish"`
	Finished       decimal.Decimal `json:"finished"`
	FinishedOn     *string         `json:"finished_on"`
	MaterialShort  bool            `json:"material_short"`
	MaterialOn     *string         `json:"material_on"`
	ExpectedOn     *string         `json:"expected_on"`
	Risk           Risk            `json:"risk"`
	CheckedFor     *string         `json:"checked_for"`
}

const lineColumns = `id, line_no, product_id, unit, quantity, promised_on, agreed_on, delivery_place, packing, transport, special_demands,
	removed, live, planned, planned_start, planned_finish, finished, finished_on, material_short, material_on, expected_on, risk, checked_for`

// lineRecord is what the rows of a JSON array are read as.
const lineRecord = `(id uuid, line_no int, product_id uuid, unit text, quantity numeric(18, 4), promised_on date, agreed_on date, delivery_place text,
	packing text, transport text, special_demands text, removed boolean, live boolean, planned numeric(18, 4), planned_start date,
	planned_finish date, finished numeric(18, 4), finished_on date, material_short boolean, material_on date, expected_on date, risk text,
	checked_for date)`

func dateText(t *time.Time) *string {
	if t == nil {
		return nil
	}
	text := t.Format(time.DateOnly)
	return &text
}

// rows are the lines as one argument.
func (r *Request) rows() (string, error) {
	rows := make([]lineRow, len(r.Lines))
	for i, l := range r.Lines {
		rows[i] = lineRow{
			l.ID, l.LineNo, l.ProductID, l.Unit, l.Quantity, dateText(l.PromisedOn), dateText(l.AgreedOn), l.DeliveryPlace, l.Packing, l.Transport,
			l.SpecialDemands, l.Removed, l.Live, l.Planned, dateText(l.PlannedStart), dateText(l.PlannedFinish), l.Finished, dateText(l.FinishedOn),
			l.MaterialShort, dateText(l.MaterialOn), dateText(l.ExpectedOn), l.Risk, dateText(l.CheckedFor),
		}
	}
	b, err := json.Marshal(rows)
	return string(b), err
}

// insert writes a new request with its lines, its first revision and what is to be acknowledged, in one statement. The owner is the
// customer's at that instant.
func insert(tx pg.Tx, r *Request) error {
	lines, err := r.rows()
	if err != nil {
		return err
	}
	content, err := r.content()
	if err != nil {
		return err
	}
	first := r.Acknowledgements[0]
	return pg.ScanRow(tx, []any{&r.OwnerID}, `WITH request AS (
			INSERT INTO production_requests (id, number, order_id, order_number, customer_id, owner_id, state, state_reason, revision, order_revision,
				unscheduled, materials_revision, short, at_risk, created_at, updated_at, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, '', 1, ?, ?, 0, 0, ?, ?, ?, 1) RETURNING id, customer_id, owner_id
		), line AS (
			INSERT INTO production_lines (request_id, customer_id, owner_id, `+lineColumns+`)
			SELECT r.id, r.customer_id, r.owner_id, l.* FROM request r, json_to_recordset(?::json) AS l `+lineRecord+`
		), revision AS (
			INSERT INTO production_revisions (request_id, revision, order_revision, content, differences, made_at, made_by)
			SELECT r.id, 1, ?::int, ?::jsonb, '[]', ?::timestamptz, ?::uuid FROM request r
		), acknowledgement AS (
			INSERT INTO production_acknowledgements (request_id, revision, department, asked_at, due_at, due_hours, superseded, note)
			SELECT r.id, 1, d, ?::timestamptz, ?::timestamptz, ?::int, false, '' FROM request r, unnest(?::text[]) AS d
		)
		SELECT owner_id FROM request`,
		r.ID, r.Number, r.OrderID, r.OrderNumber, r.CustomerID, r.OwnerID, r.State, r.OrderRevision, r.Unscheduled, r.AtRisk, r.CreatedAt, r.UpdatedAt,
		lines, r.OrderRevision, string(content), tx.Now, tx.By.Actor(), tx.Now, first.DueAt, first.DueHours, departmentNames())
}

func departmentNames() pg.TextArray {
	names := make(pg.TextArray, len(Departments))
	for i, d := range Departments {
		names[i] = string(d)
	}
	return names
}

// update writes what changes on a request itself, and raises the version.
func update(tx pg.Tx, r *Request) error {
	err := pg.Update(tx, "production_requests", r.ID, r.Version, map[string]any{
		"state": r.State, "state_reason": r.StateReason, "revision": r.Revision, "order_revision": r.OrderRevision, "customer_id": r.CustomerID,
		"owner_id": r.OwnerID, "unscheduled": r.Unscheduled, "materials_revision": r.MaterialsRevision, "short": r.Short, "at_risk": r.AtRisk,
		"expected_on": r.ExpectedOn, "updated_at": r.UpdatedAt, "ended_at": r.EndedAt,
	})
	r.Version++
	return err
}

// touch raises the version of a request of which only an acknowledgement changes.
func touch(tx pg.Tx, r *Request) error {
	r.UpdatedAt = tx.Now
	err := pg.Update(tx, "production_requests", r.ID, r.Version, map[string]any{"updated_at": r.UpdatedAt})
	r.Version++
	return err
}

// saveLines writes all lines, and which materials still count, in one statement each.
func saveLines(tx pg.Tx, r *Request) error {
	lines, err := r.rows()
	if err != nil {
		return err
	}
	_, err = pg.Exec(tx, `INSERT INTO production_lines AS x (request_id, customer_id, owner_id, `+lineColumns+`)
		SELECT ?::uuid, ?::uuid, ?::uuid, l.* FROM json_to_recordset(?::json) AS l `+lineRecord+`
		ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id, owner_id = excluded.owner_id, line_no = excluded.line_no,
			product_id = excluded.product_id, unit = excluded.unit, quantity = excluded.quantity, promised_on = excluded.promised_on,
			agreed_on = excluded.agreed_on, delivery_place = excluded.delivery_place, packing = excluded.packing, transport = excluded.transport,
			special_demands = excluded.special_demands, removed = excluded.removed, live = excluded.live, planned = excluded.planned,
			planned_start = excluded.planned_start, planned_finish = excluded.planned_finish, finished = excluded.finished,
			finished_on = excluded.finished_on, material_short = excluded.material_short, material_on = excluded.material_on,
			expected_on = excluded.expected_on, risk = excluded.risk, checked_for = excluded.checked_for`, r.ID, r.CustomerID, r.OwnerID, lines)
	if err != nil || len(r.Materials) == 0 {
		return err
	}
	var live []uuid.UUID
	for _, m := range r.Materials {
		if m.Live {
			live = append(live, m.ID)
		}
	}
	return tx.Exec("UPDATE production_materials SET live = (id = ANY (?::uuid[])) WHERE request_id = ? AND live <> (id = ANY (?::uuid[]))",
		pg.IDs(live), r.ID, pg.IDs(live)).Error
}

// revise keeps what the request's revision asks, and asks for its acknowledgement instead of the earlier one's.
func revise(tx pg.Tx, r *Request, diffs []Difference) error {
	content, err := r.content()
	if err != nil {
		return err
	}
	rev := Revision{r.ID, r.Revision, r.OrderRevision, content, diffs, tx.Now, tx.By.Actor()}
	if err := pg.Insert(tx, &rev); err != nil {
		return err
	}
	if err := supersede(tx, r.ID); err != nil {
		return err
	}
	return pg.Insert(tx, &r.Acknowledgements)
}

// supersede ends what nobody has acknowledged.
func supersede(tx pg.Tx, request uuid.UUID) error {
	_, err := pg.Exec(tx, "UPDATE production_acknowledgements SET superseded = true WHERE request_id = ? AND acknowledged_at IS NULL AND NOT superseded", request)
	return err
}

func storeAcknowledgement(tx pg.Tx, a Acknowledgement) error {
	n, err := pg.Exec(tx, `UPDATE production_acknowledgements SET acknowledged_at = ?, acknowledged_by = ?, note = ?
		WHERE request_id = ? AND revision = ? AND department = ? AND acknowledged_at IS NULL AND NOT superseded`,
		a.AcknowledgedAt, a.AcknowledgedBy, a.Note, a.RequestID, a.Revision, a.Department)
	if err == nil && n != 1 {
		err = ErrAcknowledged.With("department", string(a.Department))
	}
	return err
}

func acknowledgedBy(tx pg.Tx, orderID uuid.UUID) ([]Department, error) {
	var found []Department
	err := tx.Raw(`SELECT DISTINCT a.department FROM production_acknowledgements a JOIN production_requests r ON r.id = a.request_id
		WHERE r.order_id = ? AND a.acknowledged_at IS NOT NULL`, orderID).Scan(&found).Error
	return found, err
}

// closeTasks ends what is open about a request, but what only informs.
func closeTasks(tx pg.Tx, request uuid.UUID) error {
	kinds := []string{kindSchedule, kindMaterials, kindRisk}
	for _, d := range Departments {
		kinds = append(kinds, kindAcknowledge+string(d))
	}
	for _, kind := range kinds {
		if err := followup.Close(tx, kind, Subject, request); err != nil {
			return err
		}
	}
	return nil
}

// unacknowledged locks the open acknowledgements of at most n requests with ids above after, and returns the last of these if there may
// be more.
func unacknowledged(tx pg.Tx, after uuid.UUID, n int) (rows []Acknowledgement, last uuid.UUID, err error) {
	var ids []uuid.UUID
	err = tx.Raw(`SELECT DISTINCT request_id FROM production_acknowledgements WHERE acknowledged_at IS NULL AND NOT superseded AND request_id > ?
		ORDER BY request_id LIMIT ?`, after, n).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return nil, uuid.Nil, err
	}
	if len(ids) == n {
		last = ids[n-1]
	}
	return rows, last, tx.Raw(`SELECT * FROM production_acknowledgements WHERE request_id IN ? AND acknowledged_at IS NULL AND NOT superseded
		ORDER BY request_id, revision, department FOR NO KEY UPDATE`, ids).Scan(&rows).Error
}

// redue writes due times, by the calendar of now.
func redue(tx pg.Tx, rows []Acknowledgement) error {
	type due struct {
		Request    uuid.UUID  `json:"request"`
		Department Department `json:"department"`
		At         time.Time  `json:"at"`
	}
	all := make([]due, len(rows))
	for i, a := range rows {
		all[i] = due{a.RequestID, a.Department, tx.Calendar().Due(clock.Term{From: a.AskedAt.UTC(), Hours: a.DueHours})}
	}
	b, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE production_acknowledgements a SET due_at = m.at FROM json_to_recordset(?::json) AS m (request uuid, department text, at timestamptz)
		WHERE a.request_id = m.request AND a.department = m.department AND a.acknowledged_at IS NULL AND NOT a.superseded AND a.due_at <> m.at`, string(b)).Error
}

// replaceLots makes these the lots of a request.
func replaceLots(tx pg.Tx, request uuid.UUID, lots []Lot) error {
	if _, err := pg.Exec(tx, "DELETE FROM production_lots WHERE request_id = ?", request); err != nil || len(lots) == 0 {
		return err
	}
	return tx.CreateInBatches(&lots, 500).Error
}

// ownLot returns ErrOtherRequest when the lot is in the schedule of another request.
func ownLot(tx pg.Tx, id, request uuid.UUID) error {
	l, err := pg.Take[Lot](tx, "id = ?", id)
	return foreign(err, l.RequestID, request)
}

func ownMaterial(tx pg.Tx, id, request uuid.UUID) error {
	m, err := pg.Take[Material](tx, "id = ?", id)
	return foreign(err, m.RequestID, request)
}

func foreign(err error, has, wants uuid.UUID) error {
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return nil
	case err == nil && has != wants:
		return ErrOtherRequest
	}
	return err
}

func replaceMaterials(tx pg.Tx, r *Request) error {
	if _, err := pg.Exec(tx, "DELETE FROM production_materials WHERE request_id = ?", r.ID); err != nil || len(r.Materials) == 0 {
		return err
	}
	return tx.CreateInBatches(&r.Materials, 500).Error
}

func reports(tx pg.Tx, request uuid.UUID, p pg.Page) ([]Report, string, error) {
	last := uuid.Max
	if _, err := p.After(&last); err != nil {
		return nil, "", err
	}
	var rows []Report
	if err := tx.Where("request_id = ? AND id < ?", request, last).Order("id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Report) any { return r.ID })
}

func revisions(tx pg.Tx, request uuid.UUID, p pg.Page) ([]Revision, string, error) {
	last := 1 << 30
	if _, err := p.After(&last); err != nil {
		return nil, "", err
	}
	var rows []Revision
	err := tx.Where("request_id = ? AND revision < ?", request, last).Order("revision DESC").Limit(p.Limit + 1).Find(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Revision) any { return r.Revision })
}

const troubles = `SELECT t.*, r.order_id, r.order_number, c.name AS customer_name FROM production_troubles t
	JOIN production_requests r ON r.id = t.request_id JOIN customers c ON c.id = t.customer_id`

func insertTrouble(tx pg.Tx, t Trouble) error { return pg.Insert(tx, &t) }

func readTrouble(tx pg.Tx, id uuid.UUID) (Trouble, error) {
	var rows []Trouble
	err := tx.Raw(troubles+" WHERE t.id = ?", id).Scan(&rows).Error
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Trouble{}, err
	}
	return rows[0], nil
}
