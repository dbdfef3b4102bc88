package pricelist

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

func countLines(tx pg.Tx, list uuid.UUID) (n int, err error) {
	err = tx.Raw("SELECT count(*) FROM base_price_lines WHERE list_id = ?", list).Scan(&n).Error
	return n, err
}

// stageLines writes the base prices of up to limit lines after a product; they count when the list is published.
func stageLines(tx pg.Tx, l BasePriceList, after uuid.UUID, limit int) (last uuid.UUID, n int, err error) {
	err = pg.ScanRow(tx, []any{&last, &n}, `WITH written AS (
		INSERT INTO base_prices (product_id, effective_at, price, floor_price, list_id, reason, makes_standard)
		SELECT x.product_id, ?, x.price, x.floor_price, x.list_id, coalesce(nullif(x.reason, ''), ?), p.lifecycle = 'new'
		FROM (SELECT * FROM base_price_lines WHERE list_id = ? AND product_id > ? ORDER BY product_id LIMIT ?) AS x
		JOIN products AS p ON p.id = x.product_id
		RETURNING product_id)
		SELECT coalesce((SELECT product_id FROM written ORDER BY product_id DESC LIMIT 1), ?), (SELECT count(*) FROM written)`,
		*l.EffectiveAt, l.Reason, l.ID, after, limit, after)
	return last, n, err
}

// unstageLines takes back up to limit base prices of a list that was never published.
func unstageLines(tx pg.Tx, list uuid.UUID, limit int) (int, error) {
	n, err := pg.Exec(tx, `DELETE FROM base_prices WHERE list_id = ? AND product_id IN (
		SELECT product_id FROM base_prices WHERE list_id = ? ORDER BY product_id LIMIT ?)`, list, list, limit)
	return int(n), err
}

// lockUnsettled locks a list that is in force and whose consequences aren't all written.
func lockUnsettled(tx pg.Tx) (l BasePriceList, found bool, err error) {
	var rows []BasePriceList
	err = tx.Raw(`SELECT * FROM base_price_lists WHERE state = 'published' AND settled_at IS NULL AND effective_at <= ?
		ORDER BY effective_at LIMIT 1 FOR UPDATE SKIP LOCKED`, tx.Now).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return BasePriceList{}, false, err
	}
	return rows[0], true, nil
}

// lastChange is the number of the last publication or recall; the caller sees no later one.
func lastChange(tx pg.Tx) (no int64, err error) {
	err = tx.Raw("SELECT coalesce(max(change_no), 0) FROM base_price_lists").Scan(&no).Error
	return no, err
}

// nextChange numbers a publication or recall. The caller holds off others, so numbers follow the order of the commits.
func nextChange(tx pg.Tx) (*int64, error) {
	no, err := lastChange(tx)
	no++
	return &no, err
}

// movedSince returns the lists that were published or called back after the author of a list looked, or are being rolled out, and share
// products with it.
func movedSince(tx pg.Tx, l BasePriceList) (moved []Moved, err error) {
	err = tx.Raw(`SELECT o.id AS list_id, o.number, o.state, o.effective_at, n.lines FROM base_price_lists AS o
		CROSS JOIN LATERAL (SELECT count(*) AS lines FROM base_price_lines AS a JOIN base_price_lines AS b
			ON b.list_id = o.id AND b.product_id = a.product_id WHERE a.list_id = ?) AS n
		WHERE (o.change_no > ? OR o.state = 'approved') AND o.id <> ? AND n.lines > 0 ORDER BY o.change_no LIMIT 50`, l.ID, l.SeenNo, l.ID).Scan(&moved).Error
	return moved, err
}
