package collection

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"gorm.io/gorm"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

func listContacts(tx pg.Tx, payer uuid.UUID, p pg.Page) ([]Contact, string, error) {
	var last struct {
		At time.Time `json:"at"`
		ID uuid.UUID `json:"id"`
	}
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	q := tx.Where("payer_id = ?", payer)
	if found {
		q = q.Where("(happened_at, id) < (?, ?)", last.At, last.ID)
	}
	var rows []Contact
	if err := q.Order("happened_at DESC, id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(k Contact) any {
		last.At, last.ID = k.HappenedAt, k.ID
		return last
	})
}

// lockPromisable locks the payer's open invoices, those that are asked for or all, so that two promises about one don't meet; oldest due
// date first. They are locked in id order.
func lockPromisable(tx pg.Tx, payer uuid.UUID, asked []ItemAmount) ([]promisable, error) {
	where, args := "v.payer_id = ?", []any{payer}
	if len(asked) > 0 {
		ids := make([]uuid.UUID, len(asked))
		for i, a := range asked {
			ids[i] = a.InvoiceID
		}
		where, args = where+" AND v.id IN ?", append(args, ids)
	}
	var held []uuid.UUID
	err := tx.Raw("SELECT v.id FROM invoices v WHERE "+where+" AND "+receivable.IsOpen+" ORDER BY v.id FOR NO KEY UPDATE", args...).Scan(&held).Error
	if err != nil || len(held) == 0 {
		return nil, err
	}
	var rows []promisable // read under the locks: what another has promised meanwhile counts
	err = tx.Raw(`SELECT id, greatest(paid, promised) AS base, greatest(open - greatest(promised - paid, 0.00), 0.00) AS left FROM (
			SELECT v.id, v.due_on, v.total - v.paid AS open,
				coalesce((SELECT sum(a.amount) FROM allocations a WHERE a.invoice_id = v.id AND a.state = 'posted'), 0.00) AS paid,
				coalesce((SELECT max(i.base + i.amount) FROM payment_promise_items i
					JOIN payment_promises p ON p.id = i.promise_id WHERE i.invoice_id = v.id AND p.state = 'open'), 0.00) AS promised
			FROM invoices v WHERE v.id = ANY (?::uuid[])
		) x ORDER BY due_on, id`, pg.IDs(held)).Scan(&rows).Error
	return rows, err
}

func withItems(tx pg.Tx, p *Promise) error {
	return tx.Where("promise_id = ?", p.ID).Order("invoice_id").Find(&p.Items).Error
}

// visible is a query of rows d that belong to payers whom the caller sees (ORG-06), newest first.
func visible(tx pg.Tx, who identity.Principal, table, customer string) *gorm.DB {
	q := tx.Table(table + " AS d").Select("d.*").Joins("JOIN customers c ON c.id = d." + customer)
	if owners, all := who.Owners(); !all {
		q = q.Where("c.owner_id IN ?", owners)
	}
	return q
}

// paged reads one page of such a query, newest first.
func paged[T any](q *gorm.DB, page pg.Page, key func(T) any) ([]T, string, error) {
	var after uuid.UUID
	found, err := page.After(&after)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("d.id < ?", after)
	}
	var rows []T
	if err := q.Order("d.id DESC").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, key)
}

func listPromises(tx pg.Tx, who identity.Principal, f PromiseFilter, page pg.Page) ([]Promise, string, error) {
	q := visible(tx, who, "payment_promises", "payer_id")
	if f.PayerID != uuid.Nil {
		q = q.Where("d.payer_id = ?", f.PayerID)
	}
	if f.OwnerID != uuid.Nil {
		q = q.Where("c.owner_id = ?", f.OwnerID)
	}
	if f.State != "" {
		q = q.Where("d.state = ?", f.State)
	}
	if f.DueBefore != nil {
		q = q.Where("d.pay_by < ?", *f.DueBefore)
	}
	if f.DueFrom != nil {
		q = q.Where("d.pay_by >= ?", *f.DueFrom)
	}
	rows, next, err := paged(q, page, func(p Promise) any { return p.ID })
	if err != nil || len(rows) == 0 {
		return rows, next, err
	}
	at := make(map[uuid.UUID]int, len(rows))
	ids := make([]uuid.UUID, len(rows))
	for i, p := range rows {
		at[p.ID], ids[i] = i, p.ID
	}
	items, err := promiseItems(tx, ids)
	for _, it := range items {
		rows[at[it.PromiseID]].Items = append(rows[at[it.PromiseID]].Items, it)
	}
	return rows, next, err
}

func promiseItems(tx pg.Tx, ids []uuid.UUID) (items []PromiseItem, err error) {
	return items, tx.Where("promise_id IN ?", ids).Order("promise_id, invoice_id").Find(&items).Error
}

func promiseRecord(tx pg.Tx, payer uuid.UUID) (PromiseRecord, error) {
	r := PromiseRecord{PayerID: payer}
	err := tx.Raw(`SELECT count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'kept') AS kept,
			count(*) FILTER (WHERE state = 'partly_kept') AS partly_kept, count(*) FILTER (WHERE state = 'broken') AS broken,
			coalesce(sum(amount) FILTER (WHERE state IN ('kept', 'partly_kept', 'broken')), 0.00) AS promised,
			coalesce(sum(received) FILTER (WHERE state IN ('kept', 'partly_kept', 'broken')), 0.00) AS received
		FROM payment_promises WHERE payer_id = ?`, payer).Scan(&r).Error
	r.PayerID = payer
	return r, err
}

// payersWithPromises returns payers with promises to be computed, by id.
func payersWithPromises(tx pg.Tx, after uuid.UUID, since time.Time, n int) (ids []uuid.UUID, err error) {
	err = tx.Raw(`SELECT payer_id FROM (
			SELECT payer_id FROM payment_promises WHERE state = 'open' AND payer_id > @after
			UNION
			SELECT payer_id FROM payment_promises WHERE state IN ('kept', 'partly_kept', 'broken', 'lapsed') AND pay_by >= @since AND payer_id > @after
		) p ORDER BY payer_id LIMIT @n`, map[string]any{"after": after, "since": since, "n": n}).Scan(&ids).Error
	return ids, err
}

// lockJudgeable locks the promises to be computed, in id order, and returns them by payer and date.
func lockJudgeable(tx pg.Tx, payers []uuid.UUID, since time.Time) (rows []Promise, err error) {
	err = tx.Raw(`WITH held AS (
			SELECT * FROM payment_promises WHERE payer_id = ANY (?::uuid[])
				AND (state = 'open' OR state IN ('kept', 'partly_kept', 'broken', 'lapsed') AND pay_by >= ?)
			ORDER BY id FOR NO KEY UPDATE
		) SELECT * FROM held ORDER BY payer_id, pay_by, id`, pg.IDs(payers), since).Scan(&rows).Error
	return rows, err
}

// freeMoney is what is left of a receipt.
type freeMoney struct {
	PayerID    uuid.UUID
	ReceivedOn time.Time
	Amount     decimal.Decimal
}

// whatCame adds up what was paid on the items of the promises by their dates. Two statements.
func whatCame(tx pg.Tx, promises []Promise) (map[uuid.UUID]came, error) {
	cames := make(map[uuid.UUID]came, len(promises))
	if len(promises) == 0 {
		return cames, nil
	}
	ids, payers := make([]uuid.UUID, len(promises)), make([]uuid.UUID, len(promises))
	for i, p := range promises {
		ids[i], payers[i] = p.ID, p.PayerID
	}
	var paid []struct {
		PromiseID          uuid.UUID
		Received, Expected decimal.Decimal
	}
	err := tx.Raw(`SELECT promise_id, sum(received) AS received, sum(least(amount, received + open)) AS expected FROM (
			SELECT i.promise_id, i.amount, CASE WHEN v.state = 'posted' THEN v.total - v.paid ELSE 0 END AS open,
				greatest(0.00, least(i.amount, coalesce((SELECT sum(a.amount) FROM allocations a JOIN receipts r ON r.id = a.receipt_id
					WHERE a.invoice_id = i.invoice_id AND a.state = 'posted' AND r.received_on <= p.pay_by), 0) - i.base)) AS received
			FROM payment_promise_items i JOIN payment_promises p ON p.id = i.promise_id JOIN invoices v ON v.id = i.invoice_id
			WHERE i.promise_id = ANY (?::uuid[])
		) x GROUP BY promise_id`, pg.IDs(ids)).Scan(&paid).Error
	if err != nil {
		return nil, err
	}
	for _, x := range paid {
		cames[x.PromiseID] = came{x.Received, x.Expected}
	}
	var free []freeMoney
	err = tx.Raw(`SELECT payer_id, received_on, amount - allocated - covering AS amount FROM receipts
		WHERE payer_id = ANY (?::uuid[]) AND state = 'posted' AND allocated + covering < amount ORDER BY payer_id, received_on, id`, pg.IDs(payers)).Scan(&free).Error
	if err != nil {
		return nil, err
	}
	return cames, spread(promises, cames, free)
}

func storeJudged(tx pg.Tx, changed []Promise) error {
	if len(changed) == 0 {
		return nil
	}
	ids, states, received := make([]uuid.UUID, len(changed)), make(pg.TextArray, len(changed)), make(pg.TextArray, len(changed))
	for i, p := range changed {
		ids[i], states[i], received[i] = p.ID, string(p.State), p.Received.String()
	}
	return tx.Exec(`UPDATE payment_promises p SET state = j.state, received = j.received, judged_at = ?, version = p.version + 1
		FROM unnest(?::uuid[], ?::text[], ?::numeric[]) AS j (id, state, received) WHERE p.id = j.id`, tx.Now, pg.IDs(ids), states, received).Error
}

// owner is whose customer somebody is.
type owner struct {
	ID      uuid.UUID
	OwnerID uuid.UUID
	Name    string
}

func ownersOf(tx pg.Tx, promises []Promise) (map[uuid.UUID]owner, error) {
	owners := map[uuid.UUID]owner{}
	if len(promises) == 0 {
		return owners, nil
	}
	payers := make([]uuid.UUID, len(promises))
	for i, p := range promises {
		payers[i] = p.PayerID
	}
	var rows []owner
	err := tx.Raw("SELECT id, owner_id, name FROM customers WHERE id = ANY (?::uuid[])", pg.IDs(payers)).Scan(&rows).Error
	for _, o := range rows {
		owners[o.ID] = o
	}
	return owners, err
}
