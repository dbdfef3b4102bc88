package collection

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"gorm.io/gorm"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// insertReport makes a report with its lines and cases, unless there is one of the week.
func insertReport(tx pg.Tx, r *Report, days int, amount decimal.Decimal) (made bool, err error) {
	var there bool
	if err := tx.Raw("SELECT EXISTS (SELECT FROM collection_reports WHERE week = ?)", r.Week).Scan(&there).Error; err != nil || there {
		return false, err
	}
	if r.Number, err = pg.NextNumber(tx, "CW", r.MadeAt); err != nil {
		return false, err
	}
	if err := pg.Insert(tx, r); err != nil {
		return false, err
	}
	args := map[string]any{
		"id": r.ID, "start": r.Week, "end": r.Week.AddDate(0, 0, 7), "before": r.Week.AddDate(0, 0, -7), "days": days, "amount": amount,
	}
	// It adds up all that is open, once a week and in the night: longer than a request's statement may take.
	if err := tx.Exec("SET LOCAL statement_timeout = '10min'").Error; err != nil {
		return false, err
	}
	if err := tx.Exec(insertCases, args).Error; err != nil {
		return false, err
	}
	return true, tx.Exec(insertLines, args).Error
}

const insertCases = `WITH late AS (
		SELECT v.payer_id, sum(v.total - v.paid) AS amount, max(CAST(@start AS date) - v.due_on) AS days
		FROM invoices v WHERE ` + receivable.IsOpen + ` AND v.due_on < @start GROUP BY v.payer_id
	), cases AS (
		SELECT payer_id, 'days' AS kind, amount, days FROM late WHERE days > @days
		UNION ALL SELECT payer_id, 'amount', amount, days FROM late WHERE amount > @amount
		UNION ALL SELECT payer_id, 'promise', sum(amount - received), max(CAST(@start AS date) - pay_by) FROM payment_promises
			WHERE state IN ('broken', 'partly_kept') AND judged_at >= CAST(@before AS timestamp) AT TIME ZONE 'Asia/Shanghai'
				AND judged_at < CAST(@start AS timestamp) AT TIME ZONE 'Asia/Shanghai' GROUP BY payer_id
		UNION ALL SELECT payer_id, 'bill', sum(amount), 0 FROM acceptance_bills
			WHERE state = 'bounced' AND state_since >= CAST(@before AS timestamp) AT TIME ZONE 'Asia/Shanghai'
				AND state_since < CAST(@start AS timestamp) AT TIME ZONE 'Asia/Shanghai' GROUP BY payer_id
	)
	INSERT INTO collection_report_cases (report_id, payer_id, kind, owner_id, amount, days)
	SELECT @id, x.payer_id, x.kind, c.owner_id, x.amount, greatest(x.days, 0) FROM cases x JOIN customers c ON c.id = x.payer_id`

const insertLines = `WITH items AS (
		SELECT c.owner_id, sum(v.total - v.paid) AS open,
			sum(v.total - v.paid) FILTER (WHERE v.due_on >= @start AND v.due_on < @end) AS due,
			sum(v.total - v.paid) FILTER (WHERE v.due_on < @start) AS overdue,
			count(*) FILTER (WHERE v.due_on < @start) AS items,
			max(CAST(@start AS date) - v.due_on) FILTER (WHERE v.due_on < @start) AS longest
		FROM invoices v JOIN customers c ON c.id = v.customer_id WHERE ` + receivable.IsOpen + ` GROUP BY c.owner_id
	), disputes AS (
		SELECT c.owner_id, sum(d.amount) AS disputed FROM disputed_items d JOIN customers c ON c.id = d.customer_id
		WHERE d.state IN ('open', 'deciding') GROUP BY c.owner_id
	), promises AS (
		SELECT c.owner_id, sum(p.amount) FILTER (WHERE p.state = 'open') AS promised,
			count(*) FILTER (WHERE p.state IN ('broken', 'partly_kept') AND p.judged_at >= CAST(@before AS timestamp) AT TIME ZONE 'Asia/Shanghai'
				AND p.judged_at < CAST(@start AS timestamp) AT TIME ZONE 'Asia/Shanghai') AS broken
		FROM payment_promises p JOIN customers c ON c.id = p.payer_id
		WHERE p.state IN ('open', 'broken', 'partly_kept') GROUP BY c.owner_id
	), receipts AS (
		SELECT c.owner_id, sum(r.amount) AS collected FROM ( -- what was paid back wasn't collected
			SELECT payer_id, amount FROM receipts WHERE state = 'posted' AND received_on >= @before AND received_on < @start
			UNION ALL SELECT payer_id, -amount FROM refunds WHERE state = 'posted' AND refunded_on >= @before AND refunded_on < @start
		) r JOIN customers c ON c.id = r.payer_id GROUP BY c.owner_id
	), cases AS (
		SELECT owner_id, count(DISTINCT payer_id) AS abnormal FROM collection_report_cases WHERE report_id = @id GROUP BY owner_id
	)
	INSERT INTO collection_report_lines (report_id, owner_id, team_id, open, due, overdue, items, longest, disputed, promised, collected, broken, abnormal)
	SELECT @id, u.id, u.team_id, coalesce(i.open, 0), coalesce(i.due, 0), coalesce(i.overdue, 0), coalesce(i.items, 0), coalesce(i.longest, 0),
		coalesce(d.disputed, 0), coalesce(p.promised, 0), coalesce(r.collected, 0), coalesce(p.broken, 0), coalesce(k.abnormal, 0)
	FROM users u LEFT JOIN items i ON i.owner_id = u.id LEFT JOIN disputes d ON d.owner_id = u.id LEFT JOIN promises p ON p.owner_id = u.id
		LEFT JOIN receipts r ON r.owner_id = u.id LEFT JOIN cases k ON k.owner_id = u.id
	WHERE num_nonnulls(i.owner_id, d.owner_id, p.owner_id, r.owner_id, k.owner_id) > 0`

// reportLines returns what the caller sees of a report's lines, the most overdue first.
func reportLines(tx pg.Tx, who identity.Principal, id uuid.UUID) (rows []ReportLine, err error) {
	q := tx.Table("collection_report_lines AS l").Select("l.*, u.name AS owner_name").Joins("JOIN users u ON u.id = l.owner_id").Where("l.report_id = ?", id)
	if owners, all := who.Owners(); !all {
		q = q.Where("l.owner_id IN ?", owners)
	}
	return rows, q.Order("l.overdue DESC, l.owner_id").Scan(&rows).Error
}

// reportCases returns all cases of a report, by payer.
func reportCases(tx pg.Tx, id uuid.UUID) (rows []ReportCase, err error) {
	return rows, casesOf(tx, id).Scan(&rows).Error
}

func casesOf(tx pg.Tx, id uuid.UUID) *gorm.DB {
	return tx.Table("collection_report_cases AS k").Select("k.*, c.name AS payer_name").Joins("JOIN customers c ON c.id = k.payer_id").
		Where("k.report_id = ?", id).Order("k.payer_id, k.kind")
}

func listCases(tx pg.Tx, who identity.Principal, id uuid.UUID, page pg.Page) ([]ReportCase, string, error) {
	var last struct {
		Payer uuid.UUID `json:"payer"`
		Kind  string    `json:"kind"`
	}
	found, err := page.After(&last)
	if err != nil {
		return nil, "", err
	}
	q := casesOf(tx, id)
	if found {
		q = q.Where("(k.payer_id, k.kind) > (?, ?)", last.Payer, last.Kind)
	}
	if owners, all := who.Owners(); !all {
		q = q.Where("k.owner_id IN ?", owners)
	}
	var rows []ReportCase
	if err := q.Limit(page.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(c ReportCase) any {
		last.Payer, last.Kind = c.PayerID, c.Kind
		return last
	})
}
