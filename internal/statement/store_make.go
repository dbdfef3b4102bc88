package statement

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

func insertRun(tx pg.Tx, month time.Time) error {
	return tx.Exec(`INSERT INTO statement_runs (id, month, state, after, statements, skipped, opening, delivered, invoiced, received, closing, receivable, started_at)
		VALUES (?, ?, 'running', ?, 0, 0, 0, 0, 0, 0, 0, 0, ?) ON CONFLICT (month) DO NOTHING`, uuid.Must(uuid.NewV7()), month, uuid.Nil, tx.Now).Error
}

func accountsAfter(tx pg.Tx, after uuid.UUID, n int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	return ids, tx.Raw("SELECT payer_id FROM credit_accounts WHERE payer_id > ? ORDER BY payer_id LIMIT ?", after, n).Scan(&ids).Error
}

// made is what insertStatements did.
type made struct {
	Statements int
	Skipped    int
	Opening    decimal.Decimal
	Delivered  decimal.Decimal
	Invoiced   decimal.Decimal
	Received   decimal.Decimal
	Closing    decimal.Decimal
	Receivable decimal.Decimal
}

func addToRun(tx pg.Tx, id, after uuid.UUID, m made) error {
	return pg.One(tx.Exec(`UPDATE statement_runs SET after = ?, statements = statements + ?, skipped = skipped + ?, opening = opening + ?,
		delivered = delivered + ?, invoiced = invoiced + ?, received = received + ?, closing = closing + ?, receivable = receivable + ? WHERE id = ?`,
		after, m.Statements, m.Skipped, m.Opening, m.Delivered, m.Invoiced, m.Received, m.Closing, m.Receivable, id))
}

func closeRun(tx pg.Tx, id uuid.UUID) error {
	return pg.One(tx.Exec("UPDATE statement_runs SET state = 'done', finished_at = ? WHERE id = ?", tx.Now, id))
}

// series is where statements that end on a day are numbered.
const series = "STM"

// lockNumbers locks the series of a month and returns its last number.
func lockNumbers(tx pg.Tx, day time.Time) (last int64, err error) {
	err = tx.Raw(`INSERT INTO number_series (series, period, last) VALUES (?, ?, 0)
		ON CONFLICT (series, period) DO UPDATE SET last = number_series.last RETURNING last`, series, day.Format("200601")).Scan(&last).Error
	return last, err
}

func takeNumbers(tx pg.Tx, day time.Time, n int) error {
	return pg.One(tx.Exec("UPDATE number_series SET last = last + ? WHERE series = ? AND period = ?", n, series, day.Format("200601")))
}

// makeSQL makes the statements of many payers. What of the ledger is before, on, and after the statement is told apart by seq, at the
// place where the instant of the range's begin and end lies: movements commit in the order of their seq, so nothing can come to
// stand before that place later. What was open at the end is what is open now, less what moved since.
const makeSQL = `WITH payer AS MATERIALIZED (
		SELECT p.id, p.new_id, v.id AS previous_id, v.to_seq, v.closing_receivable, v.closing_shipped, v.closing_prepaid
		FROM json_to_recordset(CAST(@payers AS json)) AS p (id uuid, new_id uuid)
		LEFT JOIN LATERAL (
			SELECT s.id, s.to_seq, s.closing_receivable, s.closing_shipped, s.closing_prepaid FROM statements s
			WHERE CAST(@kind AS text) = 'monthly' AND s.kind = 'monthly' AND s.customer_id = p.id AND s.starts_on < CAST(@starts AS date)
			ORDER BY s.starts_on DESC, s.revision DESC LIMIT 1
		) v ON true
	), cut AS MATERIALIZED (
		SELECT p.*, coalesce(p.to_seq, (SELECT m.seq - 1 FROM credit_movements m WHERE m.payer_id = p.id AND m.at >= CAST(@begin AS timestamptz) ORDER BY m.seq LIMIT 1), l.last) AS from_seq,
			coalesce((SELECT m.seq - 1 FROM credit_movements m WHERE m.payer_id = p.id AND m.seq > coalesce(p.to_seq, 0) AND m.at >= CAST(@cutoff AS timestamptz) ORDER BY m.seq LIMIT 1), l.last) AS until_seq
		FROM payer p CROSS JOIN LATERAL (SELECT coalesce(max(m.seq), 0) AS last FROM credit_movements m WHERE m.payer_id = p.id) l
	), moved AS MATERIALIZED (
		SELECT c.id, m.part, m.item_id, m.amount, CASE m.part WHEN 'prepaid' THEN -m.amount ELSE m.amount END AS effect,
			statement_kind(m.document_type, m.reason) AS kind,
			CASE m.document_type WHEN 'receipt' THEN (SELECT r.received_on FROM receipts r WHERE r.id = m.document_id) ELSE m.happened_on END < CAST(@starts AS date) AS late,
			CASE WHEN m.seq <= c.from_seq THEN 'before' WHEN m.seq <= c.until_seq THEN 'on' ELSE 'after' END AS place
		FROM cut c JOIN credit_movements m ON m.payer_id = c.id AND m.seq > coalesce(c.to_seq, 0) WHERE m.part <> 'released'
	), sums AS (
		SELECT id,
			sum(amount) FILTER (WHERE place = 'before' AND part = 'receivable') AS before_receivable,
			sum(amount) FILTER (WHERE place = 'before' AND part = 'shipped') AS before_shipped,
			sum(amount) FILTER (WHERE place = 'before' AND part = 'prepaid') AS before_prepaid,
			sum(amount) FILTER (WHERE place = 'on' AND part = 'receivable') AS receivable,
			sum(amount) FILTER (WHERE place = 'on' AND part = 'shipped') AS shipped,
			sum(amount) FILTER (WHERE place = 'on' AND part = 'prepaid') AS prepaid,
			sum(effect) FILTER (WHERE place = 'on' AND kind = 'opening') AS brought,
			sum(effect) FILTER (WHERE place = 'on' AND kind = 'delivery') AS delivered,
			sum(amount) FILTER (WHERE place = 'on' AND kind = 'invoice' AND part = 'receivable') AS invoiced,
			sum(effect) FILTER (WHERE place = 'on' AND kind = 'invoice') AS difference,
			sum(effect) FILTER (WHERE place = 'on' AND kind IN ('adjustment', 'allocation')) AS adjusted,
			-sum(effect) FILTER (WHERE place = 'on' AND kind = 'credit_note') AS credited,
			-sum(effect) FILTER (WHERE place = 'on' AND kind = 'receipt') AS received,
			-sum(effect) FILTER (WHERE place = 'on' AND kind = 'write_off') AS written_off,
			count(*) FILTER (WHERE place = 'on') AS moves,
			count(*) FILTER (WHERE place = 'on' AND late AND kind <> 'allocation') AS late
		FROM moved GROUP BY id
	), item AS (
		SELECT id, item_id, sum(amount) AS open FROM (
			SELECT c.id, o.item_id, o.open_amount AS amount FROM cut c
				JOIN credit_open_items o ON o.payer_id = c.id AND o.part = 'receivable' AND o.open_amount > 0
			UNION ALL SELECT id, item_id, -amount FROM moved WHERE part = 'receivable' AND place = 'after'
		) x GROUP BY id, item_id HAVING sum(amount) <> 0
	), aged AS (
		SELECT i.id,
			sum(i.open) FILTER (WHERE d.days <= 0) AS not_due,
			sum(i.open) FILTER (WHERE d.days BETWEEN 1 AND CAST(@first AS int)) AS late_first,
			sum(i.open) FILTER (WHERE d.days > CAST(@first AS int) AND d.days <= CAST(@second AS int)) AS late_second,
			sum(i.open) FILTER (WHERE d.days > CAST(@second AS int) AND d.days <= CAST(@third AS int)) AS late_third,
			sum(i.open) FILTER (WHERE d.days > CAST(@third AS int)) AS late_beyond
		FROM item i JOIN credit_open_items o ON o.payer_id = i.id AND o.part = 'receivable' AND o.item_id = i.item_id
		CROSS JOIN LATERAL (SELECT CAST(@ends AS date) - o.due_on AS days) d GROUP BY i.id
	), figured AS (
		SELECT c.id, c.new_id, c.previous_id, c.from_seq, c.until_seq,
			coalesce(c.closing_receivable, s.before_receivable, 0.00) AS opening_receivable, coalesce(s.receivable, 0.00) AS receivable,
			coalesce(c.closing_shipped, s.before_shipped, 0.00) AS opening_shipped, coalesce(s.shipped, 0.00) AS shipped,
			coalesce(c.closing_prepaid, s.before_prepaid, 0.00) AS opening_prepaid, coalesce(s.prepaid, 0.00) AS prepaid,
			coalesce(s.brought, 0.00) AS brought, coalesce(s.delivered, 0.00) AS delivered, coalesce(s.invoiced, 0.00) AS invoiced,
			coalesce(s.difference, 0.00) AS difference, coalesce(s.adjusted, 0.00) AS adjusted, coalesce(s.credited, 0.00) AS credited,
			coalesce(s.received, 0.00) AS received, coalesce(s.written_off, 0.00) AS written_off,
			coalesce(a.not_due, 0.00) AS not_due, coalesce(a.late_first, 0.00) AS late_first, coalesce(a.late_second, 0.00) AS late_second,
			coalesce(a.late_third, 0.00) AS late_third, coalesce(a.late_beyond, 0.00) AS late_beyond,
			coalesce(s.late, 0) AS late, coalesce(s.moves, 0) AS moves
		FROM cut c LEFT JOIN sums s ON s.id = c.id LEFT JOIN aged a ON a.id = c.id
	), kept AS MATERIALIZED (
		SELECT f.*, f.not_due + f.late_first + f.late_second + f.late_third + f.late_beyond = f.opening_receivable + f.receivable AS agrees FROM figured f
		WHERE CAST(@kind AS text) = 'manual' OR f.moves > 0 OR f.opening_receivable <> 0 OR f.opening_shipped <> 0 OR f.opening_prepaid <> 0
	), inserted AS (
		INSERT INTO statements (id, number, revision, kind, customer_id, starts_on, ends_on, from_seq, to_seq, previous_id,
			opening_receivable, opening_shipped, opening_prepaid, brought, delivered, invoiced, invoice_difference, adjusted, credited, received, written_off,
			closing_receivable, closing_shipped, closing_prepaid, not_due, late_first, late_second, late_third, late_beyond,
			bound_first, bound_second, bound_third, late_documents, adjusted_after, state, sent_via, confirmed_via, confirmed_name, made_at, made_by, version)
		SELECT new_id, CAST(@prefix AS text) || lpad(n::text, greatest(5, length(n::text)), '0'), 1, CAST(@kind AS text), id, CAST(@starts AS date), CAST(@ends AS date), from_seq, until_seq, previous_id,
			opening_receivable, opening_shipped, opening_prepaid, brought, delivered, invoiced, difference, adjusted, credited, received, written_off,
			opening_receivable + receivable, opening_shipped + shipped, opening_prepaid + prepaid, not_due, late_first, late_second, late_third, late_beyond,
			CAST(@first AS int), CAST(@second AS int), CAST(@third AS int), late, 0, 'draft', '', '', '', CAST(@now AS timestamptz), CAST(@by AS uuid), 1
		FROM (SELECT k.*, CAST(@base AS bigint) + row_number() OVER (ORDER BY k.id) AS n FROM kept k WHERE k.agrees) k
		RETURNING opening, delivered, invoiced, received, closing, closing_receivable
	)
	SELECT count(*) AS statements, (SELECT count(*) FROM kept WHERE NOT agrees) AS skipped, coalesce(sum(opening), 0.00) AS opening,
		coalesce(sum(delivered), 0.00) AS delivered, coalesce(sum(invoiced), 0.00) AS invoiced, coalesce(sum(received), 0.00) AS received,
		coalesce(sum(closing), 0.00) AS closing, coalesce(sum(closing_receivable), 0.00) AS receivable FROM inserted`

// withNewIDs is JSON of ids, each with the id of a row that is to be made for it: the database has no UUIDv7.
func withNewIDs(ids []uuid.UUID) (string, error) {
	type pair struct {
		ID    uuid.UUID `json:"id"`
		NewID uuid.UUID `json:"new_id"`
	}
	pairs := make([]pair, len(ids))
	for i, id := range ids {
		pairs[i] = pair{id, uuid.Must(uuid.NewV7())}
	}
	out, err := json.Marshal(pairs)
	return string(out), err
}

func insertStatements(tx pg.Tx, o order, b Bounds, base int64) (made, error) {
	payers, err := withNewIDs(o.payers)
	if err != nil {
		return made{}, err
	}
	var m made
	err = tx.Raw(makeSQL, map[string]any{
		"payers": payers, "kind": o.kind, "starts": o.starts, "ends": o.ends, "begin": startOf(o.starts), "cutoff": endOf(o.ends),
		"first": b.BoundFirst, "second": b.BoundSecond, "third": b.BoundThird, "prefix": series + "-" + o.ends.Format("200601") + "-",
		"base": base, "now": tx.Now, "by": tx.By.Actor(),
	}).Scan(&m).Error
	return m, err
}
