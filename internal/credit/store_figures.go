package credit

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// figuresSQL walks the ledger of each payer once. $1 payers (JSON), $2 the instant, $3 the day a year before, $4 the business
// date, then the reasons. Exposure is looked at where a posting ends: within one, parts move one after the other. A balance counts until
// the next posting, so the one that the year began with counts too.
const figuresSQL = `WITH payer AS MATERIALIZED (
		SELECT id::uuid AS id FROM json_array_elements_text(?::json) AS id
	), moved AS MATERIALIZED (
		SELECT m.payer_id, m.seq, m.at, m.happened_on, m.part, m.amount, m.document_type, m.document_id, m.item_id, m.due_on, m.reason
		FROM payer p JOIN credit_movements m ON m.payer_id = p.id WHERE m.at <= ?
	), sums AS (
		SELECT payer_id, sum(amount) FILTER (WHERE part = 'receivable') AS receivable, sum(amount) FILTER (WHERE part = 'shipped') AS shipped,
			sum(amount) FILTER (WHERE part = 'released') AS released, sum(amount) FILTER (WHERE part = 'prepaid') AS prepaid
		FROM moved GROUP BY payer_id
	), peak AS (
		SELECT payer_id, max(balance) AS highest FROM (
			SELECT payer_id, at, lead(at) OVER w AS until,
				sum(CASE part WHEN 'prepaid' THEN -amount ELSE amount END) OVER (w ROWS UNBOUNDED PRECEDING) AS balance
			FROM moved WINDOW w AS (PARTITION BY payer_id ORDER BY seq)
		) b WHERE until IS DISTINCT FROM at AND (until IS NULL OR until >= ?) GROUP BY payer_id
	), item AS (
		SELECT payer_id, item_id, sum(amount) AS open, max(due_on) AS due_on FROM moved WHERE part = 'receivable' GROUP BY payer_id, item_id
	), overdue AS (
		SELECT payer_id, sum(open) AS amount, min(due_on) AS oldest FROM item WHERE open > 0 AND due_on < ? GROUP BY payer_id
	), undone AS (
		SELECT payer_id, document_id, item_id FROM moved WHERE reason = ? AND part = 'receivable'
		UNION SELECT payer_id, item_id, item_id FROM moved WHERE reason = ? AND part = 'receivable'
		UNION SELECT payer_id, document_id, item_id FROM moved WHERE reason = ? AND part = 'shipped'
		UNION SELECT payer_id, document_id, item_id FROM moved WHERE reason = ? AND part = 'prepaid' AND document_type = 'reversal'
	), counted AS MATERIALIZED (
		SELECT m.payer_id, m.happened_on, m.amount, m.document_id, k.kind, m.happened_on >= ? AS of_year,
			CASE WHEN k.kind = 'payment' THEN greatest(0, m.happened_on - i.due_on) ELSE 0 END AS late
		FROM moved m
		CROSS JOIN LATERAL (SELECT CASE
			WHEN m.part = 'shipped' AND m.reason = ? THEN 'shipment'
			WHEN m.part = 'receivable' AND m.reason = ? THEN 'invoice'
			WHEN m.part = 'receivable' AND m.reason IN (?, ?) THEN 'credit'
			WHEN m.part = 'receivable' AND m.reason = ? THEN 'opening'
			WHEN m.part = 'receivable' AND m.reason = ? THEN 'payment'
			WHEN m.part = 'prepaid' AND m.reason = ? AND m.document_type = 'receipt' THEN 'receipt' END AS kind) k
		LEFT JOIN item i ON k.kind = 'payment' AND i.payer_id = m.payer_id AND i.item_id = m.item_id
		WHERE k.kind IS NOT NULL AND NOT EXISTS (SELECT FROM undone u
			WHERE u.payer_id = m.payer_id AND u.document_id = m.document_id AND u.item_id = m.item_id)
	), trade AS (
		SELECT payer_id,
			min(happened_on) FILTER (WHERE kind IN ('shipment', 'invoice', 'opening')) AS first,
			max(happened_on) FILTER (WHERE kind IN ('shipment', 'invoice', 'opening')) AS last,
			sum(amount) FILTER (WHERE kind IN ('invoice', 'credit') AND of_year) AS sales,
			count(*) FILTER (WHERE kind = 'shipment' AND of_year) AS shipments,
			count(*) FILTER (WHERE kind = 'invoice' AND of_year) AS invoices,
			count(*) FILTER (WHERE kind = 'receipt' AND of_year) AS receipts,
			-sum(amount) FILTER (WHERE kind = 'payment' AND of_year) AS payments,
			-sum(amount) FILTER (WHERE kind = 'payment' AND of_year AND late > 0) AS paid_late,
			max(late) FILTER (WHERE kind = 'payment' AND of_year) AS most_late,
			round(sum(amount * late) FILTER (WHERE kind = 'payment' AND of_year)
				/ sum(amount) FILTER (WHERE kind = 'payment' AND of_year), 1) AS average_late,
			max(happened_on) FILTER (WHERE kind = 'payment' AND late > 0) AS last_late
		FROM counted GROUP BY payer_id
	), weight AS (
		SELECT c.payer_id, bool_and(u.tonnes IS NOT NULL) AS complete, sum(l.quantity * u.tonnes) AS tonnes
		FROM counted c JOIN invoice_lines l ON l.invoice_id = c.document_id JOIN products p ON p.id = l.product_id
		LEFT JOIN (VALUES ('t', 1), ('吨', 1), ('kg', 0.001), ('公斤', 0.001), ('千克', 0.001)) AS u (unit, tonnes) ON u.unit = lower(p.unit)
		WHERE c.kind IN ('invoice', 'credit') AND c.of_year GROUP BY c.payer_id
	), ordered AS (
		SELECT b.payer_id, count(*) AS orders FROM (
			SELECT id AS payer_id, id AS customer_id FROM payer
			UNION ALL SELECT p.id, c.id FROM payer p JOIN customers c ON c.bill_to_id = p.id
		) b JOIN orders o ON o.customer_id = b.customer_id
		WHERE o.confirmed_at >= ? AND o.confirmed_at <= ? AND NOT (o.state = 'cancelled' AND o.ended_at <= ?) GROUP BY b.payer_id
	)
	SELECT y.id, t.first, t.last, coalesce(t.sales, 0.00), coalesce(w.tonnes, 0)::numeric(18, 4), coalesce(w.complete, true),
		coalesce(n.orders, 0), coalesce(t.shipments, 0), coalesce(t.invoices, 0), coalesce(t.receipts, 0),
		coalesce(t.payments, 0.00), coalesce(t.paid_late, 0.00), coalesce(t.most_late, 0), coalesce(t.average_late, 0), t.last_late,
		coalesce(s.receivable, 0.00), coalesce(s.shipped, 0.00), coalesce(s.released, 0.00), coalesce(s.prepaid, 0.00),
		coalesce(k.highest, 0.00), coalesce(v.amount, 0.00), v.oldest
	FROM payer y
	LEFT JOIN trade t ON t.payer_id = y.id
	LEFT JOIN weight w ON w.payer_id = y.id
	LEFT JOIN ordered n ON n.payer_id = y.id
	LEFT JOIN sums s ON s.payer_id = y.id
	LEFT JOIN peak k ON k.payer_id = y.id
	LEFT JOIN overdue v ON v.payer_id = y.id`

func figuresArgs(at time.Time, ids []byte) []any {
	today := clock.Today(at)
	year := today.AddDate(-1, 0, 0)
	began := endOf(year.AddDate(0, 0, -1)) // the year's first instant, by Shanghai
	return []any{
		string(ids), at, began, today, reasonUnpaid, reasonUninvoiced, reasonUnshipped, reasonUsed, year,
		reasonShipped, reasonInvoiced, reasonCredited, reasonAdjusted, reasonOpening, reasonPaid, reasonPrepaid, began, at, at,
	}
}

func readFigures(tx pg.Tx, at time.Time, payers []uuid.UUID) (map[uuid.UUID]Figures, error) {
	found := make(map[uuid.UUID]Figures, len(payers))
	if len(payers) == 0 {
		return found, nil
	}
	ids, err := json.Marshal(payers)
	if err != nil {
		return nil, err
	}
	histories, err := readHistories(tx, at, ids)
	if err != nil {
		return nil, err
	}
	var f Figures
	fields := []any{
		&f.PayerID, &f.FirstTrade, &f.LastTrade, &f.Sales, &f.Tonnes, &f.TonnesComplete, &f.Orders, &f.Shipments, &f.Invoices, &f.Receipts,
		&f.Payments, &f.PaidLate, &f.MostDaysLate, &f.AverageDaysLate, &f.LastLate, &f.Receivable, &f.Shipped, &f.Released, &f.Prepaid,
		&f.HighestExposure, &f.Overdue, &f.OldestDue,
	}
	err = pg.ScanRows(tx, fields, func() error {
		one := f
		one.AsOf, one.Date = at, clock.Today(at)
		one.recall(histories[f.PayerID])
		found[f.PayerID] = one
		f = Figures{}
		return nil
	}, figuresSQL, figuresArgs(at, ids)...)
	return found, err
}

// recall fills in the profiles that there were, newest first.
func (f *Figures) recall(history []Profile) {
	f.Profile = NewCustomer(f.PayerID)
	f.History = make([]Terse, 0, len(history))
	for i, p := range history {
		if i == 0 {
			f.Profile = p
		}
		since := clock.Today(p.ValidFrom)
		f.KnownSince = &since
		f.History = append(f.History, terse(p))
	}
}

// readHistories reads the profiles of payers as they were at an instant: what ended later was still in force.
func readHistories(tx pg.Tx, at time.Time, ids []byte) (map[uuid.UUID][]Profile, error) {
	found := map[uuid.UUID][]Profile{}
	var row profileRow
	err := pg.ScanRows(tx, row.fields(), func() error {
		p := row.of(row.customerID.UUID)
		if p.ValidTo != nil && p.ValidTo.After(at) {
			p.ValidTo = nil
		}
		found[p.CustomerID] = append(found[p.CustomerID], p)
		row = profileRow{}
		return nil
	}, `SELECT `+profileColumns+` FROM json_array_elements_text(?::json) AS c JOIN credit_profiles p ON p.customer_id = c::uuid
		WHERE p.valid_from <= ? ORDER BY p.customer_id, p.valid_from DESC, p.id DESC`, string(ids), at)
	return found, err
}

func insertConfirmation(tx pg.Tx, reviewID, payerID uuid.UUID, nextReview time.Time) error {
	_, err := pg.Exec(tx, `INSERT INTO credit_confirmations (customer_id, review_id, next_review, confirmed_at) VALUES (?, ?, ?, ?)`,
		payerID, reviewID, nextReview, tx.Now)
	return err
}
