package creditreview

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// duePayersSQL joins two index ranges, of profiles whose date has come and of first trades long enough ago: as clock.AddMonths counts,
// 31 August and six months are 28 (or 29) February; the first bound is only for the index. What a review confirmed since the
// profile came into force is the last word on when the next one is.
const duePayersSQL = `SELECT c.id, c.owner_id, c.code, q.id FROM customers c
	LEFT JOIN credit_limit_requests q ON q.customer_id = c.id AND q.state = 'pending'
	LEFT JOIN credit_profiles p ON p.customer_id = c.id AND p.valid_to IS NULL
	WHERE c.id > ? AND c.bill_to_id IS NULL AND c.status <> 'closed' AND c.id IN (
		SELECT customer_id FROM credit_profiles WHERE valid_to IS NULL AND next_review <= ?
		UNION SELECT payer_id FROM credit_accounts WHERE first_trade <= ?::date - make_interval(months => ?) + interval '3 days'
			AND first_trade + make_interval(months => ?) <= ?::date
	) AND (p.next_review <= ? OR p.next_review IS NULL AND p.grade IS NULL)
	AND NOT EXISTS (SELECT FROM credit_reviews r WHERE r.customer_id = c.id AND r.state IN ` + liveStates + `)
	AND coalesce((SELECT n.next_review FROM credit_confirmations n WHERE n.customer_id = c.id AND n.confirmed_at >= coalesce(p.valid_from, '-infinity')
		ORDER BY n.confirmed_at DESC LIMIT 1) <= ?, true)
	ORDER BY c.id LIMIT ?`

func duePayers(tx pg.Tx, after uuid.UUID, today time.Time, firstReviewMonths, n int) ([]payer, error) {
	return scanPayers(tx, duePayersSQL, after, today, today, firstReviewMonths, firstReviewMonths, today, today, today, n)
}

func markOverdue(tx pg.Tx, today time.Time, n int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	var id uuid.UUID
	err := pg.ScanRows(tx, []any{&id}, func() error { ids = append(ids, id); return nil }, `UPDATE credit_reviews r SET state = 'overdue', version = r.version + 1 FROM (
			SELECT id FROM credit_reviews WHERE state = 'open' AND due_on < ? ORDER BY due_on, id LIMIT ? FOR UPDATE SKIP LOCKED
		) late WHERE r.id = late.id RETURNING r.id`, today, n)
	return ids, err
}
