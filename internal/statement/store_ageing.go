package statement

import (
	"time"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// bucketsSQL sums items (open, due_on) into buckets as of @day.
const bucketsSQL = `coalesce(sum(i.open), 0.00) AS receivable,
		coalesce(sum(i.open) FILTER (WHERE CAST(@day AS date) - i.due_on <= 0), 0.00) AS not_due,
		coalesce(sum(i.open) FILTER (WHERE CAST(@day AS date) - i.due_on BETWEEN 1 AND CAST(@first AS int)), 0.00) AS late_first,
		coalesce(sum(i.open) FILTER (WHERE CAST(@day AS date) - i.due_on > CAST(@first AS int) AND CAST(@day AS date) - i.due_on <= CAST(@second AS int)), 0.00) AS late_second,
		coalesce(sum(i.open) FILTER (WHERE CAST(@day AS date) - i.due_on > CAST(@second AS int) AND CAST(@day AS date) - i.due_on <= CAST(@third AS int)), 0.00) AS late_third,
		coalesce(sum(i.open) FILTER (WHERE CAST(@day AS date) - i.due_on > CAST(@third AS int)), 0.00) AS late_beyond,
		coalesce(sum(i.open) FILTER (WHERE i.due_on < CAST(@day AS date)), 0.00) AS late,
		min(i.due_on) FILTER (WHERE i.due_on < CAST(@day AS date)) AS oldest_due`

// nowItems are what is open now, pastItems what was open when the day had ended: that, less what moved since.
const (
	nowItems = `SELECT o.open_amount AS open, o.due_on FROM credit_open_items o
			WHERE o.payer_id = c.id AND o.part = 'receivable' AND o.open_amount > 0`
	pastItems = `SELECT sum(x.amount) AS open, max(k.due_on) AS due_on FROM (
				SELECT o.item_id, o.open_amount AS amount FROM credit_open_items o
					WHERE o.payer_id = c.id AND o.part = 'receivable' AND o.open_amount > 0
				UNION ALL SELECT m.item_id, -m.amount FROM credit_movements m
					WHERE m.payer_id = c.id AND m.part = 'receivable' AND m.at >= CAST(@cutoff AS timestamptz)
			) x JOIN credit_open_items k ON k.payer_id = c.id AND k.part = 'receivable' AND k.item_id = x.item_id
			GROUP BY x.item_id HAVING sum(x.amount) <> 0`
	nowPrepaid  = `a.prepaid`
	pastPrepaid = `a.prepaid - coalesce((SELECT sum(m.amount) FROM credit_movements m
			WHERE m.payer_id = c.id AND m.part = 'prepaid' AND m.at >= CAST(@cutoff AS timestamptz)), 0)`
)

// Which open items, now, put a payer into a bucket.
var bucketCond = map[string]string{
	"not_due":     `q.due_on >= CAST(@day AS date)`,
	"late_first":  `q.due_on < CAST(@day AS date) AND q.due_on >= CAST(@day AS date) - CAST(@first AS int)`,
	"late_second": `q.due_on < CAST(@day AS date) - CAST(@first AS int) AND q.due_on >= CAST(@day AS date) - CAST(@second AS int)`,
	"late_third":  `q.due_on < CAST(@day AS date) - CAST(@second AS int) AND q.due_on >= CAST(@day AS date) - CAST(@third AS int)`,
	"late_beyond": `q.due_on < CAST(@day AS date) - CAST(@third AS int)`,
}

// readAges reads the ageing of a page of customers by their code: the index on it gives the order, and each customer's items are a range of
// an index. What narrows it is written in only where it is asked for, so that each form gets the plan that it needs.
func readAges(tx pg.Tx, who identity.Principal, f AgeFilter, b Bounds, after string, limit int) ([]Age, error) {
	args := map[string]any{
		"day": f.AsOf, "first": b.BoundFirst, "second": b.BoundSecond, "third": b.BoundThird, "cutoff": endOf(f.AsOf), "after": after, "limit": limit,
	}
	past := f.AsOf.Before(clock.Today(tx.Now))
	items, prepaid, where := nowItems, nowPrepaid, `c.code > @after`
	if past {
		items, prepaid = pastItems, pastPrepaid
	}
	if owners, all := who.Owners(); !all {
		where += ` AND c.owner_id = ANY (CAST(@owners AS uuid[]))`
		args["owners"] = pg.IDs(owners)
	}
	if f.CustomerID != nil {
		where += ` AND c.id = @customer`
		args["customer"] = *f.CustomerID
	}
	if f.OwnerID != nil {
		where += ` AND c.owner_id = @owner`
		args["owner"] = *f.OwnerID
	}
	if f.TeamID != nil {
		where += ` AND c.owner_id IN (SELECT id FROM users WHERE team_id = @team)`
		args["team"] = *f.TeamID
	}
	if f.Bucket != "" {
		if err := knownBucket(f.Bucket); err != nil {
			return nil, err
		}
	}
	where += f.shown(past)
	var rows []Age
	err := tx.Raw(`SELECT c.id AS customer_id, c.code, c.name, c.owner_id, u.name AS owner_name, g.*, `+prepaid+` AS prepaid
		FROM customers c JOIN credit_accounts a ON a.payer_id = c.id JOIN users u ON u.id = c.owner_id
		CROSS JOIN LATERAL (SELECT `+bucketsSQL+` FROM (`+items+`) i) g
		WHERE `+where+` ORDER BY c.code LIMIT @limit`, args).Scan(&rows).Error
	return rows, err
}

// shown is the condition by which a payer is on the list. Of now, accounts and items tell before anything is added up. Of the past only the
// sums do; the CASE keeps the planner from taking them for rare, and adding up everybody before it sorts.
func (f AgeFilter) shown(past bool) string {
	switch {
	case past && f.Bucket != "":
		return ` AND CASE WHEN g.` + f.Bucket + ` <> 0 THEN true ELSE false END`
	case past && f.Overdue:
		return ` AND CASE WHEN g.late <> 0 THEN true ELSE false END`
	case past:
		return ` AND CASE WHEN g.receivable <> 0 OR ` + pastPrepaid + ` <> 0 THEN true ELSE false END`
	}
	cond, where := bucketCond[f.Bucket], ` AND (a.receivable > 0 OR a.prepaid > 0)`
	if cond == "" && f.Overdue {
		cond = `q.due_on < CAST(@day AS date)`
	}
	if cond != "" {
		where += ` AND EXISTS (SELECT FROM credit_open_items q WHERE q.payer_id = c.id AND q.part = 'receivable' AND q.open_amount > 0 AND ` + cond + `)`
	}
	return where
}

func readAgeTotals(tx pg.Tx, who identity.Principal, today time.Time, b Bounds) ([]AgeTotal, error) {
	args := map[string]any{"day": today, "first": b.BoundFirst, "second": b.BoundSecond, "third": b.BoundThird}
	where := `true`
	if owners, all := who.Owners(); !all {
		where = `c.owner_id = ANY (CAST(@owners AS uuid[]))`
		args["owners"] = pg.IDs(owners)
	}
	var rows []AgeTotal
	err := tx.Raw(`WITH per AS (
			SELECT o.payer_id, o.open_amount AS open, o.due_on FROM credit_open_items o WHERE o.part = 'receivable' AND o.open_amount > 0
		), one AS (
			SELECT i.payer_id, `+bucketsSQL+` FROM per i GROUP BY i.payer_id
		), total AS (
			SELECT c.owner_id, count(*) AS customers, sum(p.receivable) AS receivable, sum(p.not_due) AS not_due, sum(p.late_first) AS late_first,
				sum(p.late_second) AS late_second, sum(p.late_third) AS late_third, sum(p.late_beyond) AS late_beyond, sum(p.late) AS late
			FROM one p JOIN customers c ON c.id = p.payer_id WHERE `+where+` GROUP BY ROLLUP (c.owner_id)
		)
		SELECT t.owner_id, coalesce(u.name, '') AS owner_name, t.customers, coalesce(t.receivable, 0.00) AS receivable, coalesce(t.not_due, 0.00) AS not_due,
			coalesce(t.late_first, 0.00) AS late_first, coalesce(t.late_second, 0.00) AS late_second, coalesce(t.late_third, 0.00) AS late_third,
			coalesce(t.late_beyond, 0.00) AS late_beyond, coalesce(t.late, 0.00) AS late
		FROM total t LEFT JOIN users u ON u.id = t.owner_id ORDER BY t.owner_id IS NULL, t.late DESC, t.owner_id`, args).Scan(&rows).Error
	return rows, err
}

func ageingDifferences(tx pg.Tx, b Bounds) ([]AgeingDifference, error) {
	var rows []AgeingDifference
	err := tx.Raw(`WITH aged AS (
			SELECT i.payer_id, `+bucketsSQL+` FROM (
				SELECT payer_id, open_amount AS open, due_on FROM credit_open_items WHERE part = 'receivable' AND open_amount <> 0
			) i GROUP BY i.payer_id
		)
		SELECT a.payer_id, a.receivable AS account, coalesce(g.not_due + g.late_first + g.late_second + g.late_third + g.late_beyond, 0.00) AS buckets
		FROM credit_accounts a LEFT JOIN aged g ON g.payer_id = a.payer_id
		WHERE a.receivable <> coalesce(g.not_due + g.late_first + g.late_second + g.late_third + g.late_beyond, 0.00) ORDER BY a.payer_id`,
		map[string]any{"day": clock.Today(tx.Now), "first": b.BoundFirst, "second": b.BoundSecond, "third": b.BoundThird}).Scan(&rows).Error
	return rows, err
}
