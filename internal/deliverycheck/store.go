package deliverycheck

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

const checks = `SELECT k.*, r.order_id, r.order_number, l.line_no, p.name AS product_name, c.name AS customer_name FROM delivery_checks k
	JOIN production_requests r ON r.id = k.request_id JOIN production_lines l ON l.id = k.line_id JOIN products p ON p.id = l.product_id
	JOIN customers c ON c.id = k.customer_id`

func readOne(tx pg.Tx, id uuid.UUID) (Check, error) {
	rows, err := checksBy(tx, "k.id = ?", id)
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Check{}, err
	}
	return rows[0], nil
}

func checksBy(tx pg.Tx, where string, args ...any) ([]Check, error) {
	var rows []Check
	return rows, tx.Raw(checks+" WHERE "+where, args...).Scan(&rows).Error
}

// dueLine is a line whose promise is to be checked, if it hasn't gone yet.
type dueLine struct {
	ID         uuid.UUID `json:"line"`
	CheckID    uuid.UUID `json:"id" gorm:"-"`
	RequestID  uuid.UUID `json:"request"`
	CustomerID uuid.UUID `json:"customer"`
	OwnerID    uuid.UUID `json:"owner"`
	WantedOn   time.Time `json:"promised"`
	Gone       bool      `json:"gone"` // all of it is shipped
}

// linesToCheck locks at most n lines that are promised before a date and whose promise isn't checked. Another server's are left to it.
func linesToCheck(tx pg.Tx, until time.Time, n int) ([]dueLine, error) {
	var rows []dueLine
	return rows, tx.Raw(`SELECT l.id, l.request_id, l.customer_id, l.owner_id, l.wanted_on, o.shipped >= o.quantity AS gone
		FROM production_lines l JOIN order_lines o ON o.id = l.id
		WHERE l.live AND l.checked_for IS DISTINCT FROM l.wanted_on AND l.wanted_on < ?
		ORDER BY l.wanted_on, l.id LIMIT ? FOR NO KEY UPDATE OF l SKIP LOCKED`, until, n).Scan(&rows).Error
}

// insertChecks marks the lines as checked for their dates and opens the checks of those that haven't gone. A check that was
// void because the promise was another meanwhile is opened again.
func insertChecks(tx pg.Tx, lines []dueLine, within clock.Term) ([]Check, error) {
	for i := range lines {
		lines[i].CheckID = uuid.Must(uuid.NewV7())
	}
	b, err := json.Marshal(lines)
	if err != nil {
		return nil, err
	}
	var opened []uuid.UUID
	err = tx.Raw(`WITH due AS (SELECT * FROM json_to_recordset(?::json)
				AS d (id uuid, line uuid, request uuid, customer uuid, owner uuid, promised timestamptz, gone boolean)), marked AS (
			UPDATE production_lines l SET checked_for = l.wanted_on FROM due WHERE l.id = due.line
		)
		INSERT INTO delivery_checks (id, request_id, line_id, customer_id, owner_id, promised_on, state, opened_at, due_at, due_hours, note, told_to, channel,
			answer, answer_note, version)
		SELECT id, request, line, customer, owner, (promised AT TIME ZONE 'UTC')::date, 'open', ?::timestamptz, ?::timestamptz, ?::int, '', '', '', '', '', 1
		FROM due WHERE NOT gone
		ON CONFLICT (line_id, promised_on) DO UPDATE SET state = 'open', opened_at = excluded.opened_at, due_at = excluded.due_at, due_hours = excluded.due_hours,
			version = delivery_checks.version + 1 WHERE delivery_checks.state = 'void' AND delivery_checks.checked_at IS NULL
		RETURNING id`, string(b), tx.Now, tx.Calendar().Due(within), within.Hours).Scan(&opened).Error
	if err != nil || len(opened) == 0 {
		return nil, err
	}
	return checksBy(tx, "k.id IN ? ORDER BY k.id", opened)
}

// store writes what was found, told and answered.
func store(tx pg.Tx, c *Check) error {
	err := pg.Update(tx, "delivery_checks", c.ID, c.Version, map[string]any{
		"state": c.State, "checked_at": c.CheckedAt, "checked_by": c.CheckedBy, "note": c.Note, "expected_on": c.ExpectedOn, "told_at": c.ToldAt,
		"told_by": c.ToldBy, "told_to": c.ToldTo, "channel": c.Channel, "told_on_date": c.ToldOnDate, "answer": c.Answer, "answer_on": c.AnswerOn,
		"answer_note": c.AnswerNote, "late_reason": c.LateReason, "answered_at": c.AnsweredAt, "answered_by": c.AnsweredBy,
	})
	c.Version++
	return err
}

// voidChecks ends the checks that PromisesMoved is about and returns them.
func voidChecks(tx pg.Tx, request uuid.UUID, ended bool) ([]Check, error) {
	var ids []uuid.UUID
	err := tx.Raw(`UPDATE delivery_checks k SET state = 'void', version = k.version + 1 FROM production_lines l
		WHERE k.request_id = ? AND l.id = k.line_id AND (k.state = 'open' OR k.state = 'delayed' AND k.told_at IS NULL)
			AND (l.removed OR ? OR l.wanted_on <> k.promised_on) RETURNING k.id`, request, ended).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return checksBy(tx, "k.id IN ? ORDER BY k.id", ids)
}

// openBatch locks at most n open checks with ids above after.
func openBatch(tx pg.Tx, after uuid.UUID, n int) ([]Check, error) {
	var rows []Check
	return rows, tx.Raw(`SELECT id, opened_at, due_hours FROM delivery_checks WHERE state = 'open' AND id > ? ORDER BY id LIMIT ? FOR NO KEY UPDATE`, after, n).Scan(&rows).Error
}

// redue writes due times.
func redue(tx pg.Tx, rows []Check) error {
	type due struct {
		ID uuid.UUID `json:"id"`
		At time.Time `json:"at"`
	}
	all := make([]due, len(rows))
	for i, c := range rows {
		all[i] = due{c.ID, tx.Calendar().Due(clock.Term{From: c.OpenedAt.UTC(), Hours: c.DueHours})}
	}
	b, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE delivery_checks k SET due_at = m.at FROM json_to_recordset(?::json) AS m (id uuid, at timestamptz) WHERE k.id = m.id AND k.due_at <> m.at`,
		string(b)).Error
}
