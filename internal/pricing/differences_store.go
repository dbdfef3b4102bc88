package pricing

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// oldPriceSQL is the price that a product p has just before an instant.
const oldPriceSQL = ` JOIN LATERAL (SELECT price, floor_price FROM valid_base_prices
	WHERE product_id = p.id AND effective_at < @before AND list_id <> @list ORDER BY effective_at DESC LIMIT 1) AS b ON true `

// readDifferences reads the lines of a list, or the products that it leaves out, each with its price before.
func readDifferences(tx pg.Tx, c Comparison, f DifferenceFilter, after uuid.UUID, limit int) (rows []Difference, err error) {
	where, args := differenceWhere(c, f)
	args["after"], args["limit"] = after, limit
	const columns = `SELECT p.id AS product_id, p.code AS product_code, p.name AS product_name, p.unit, p.tax_rate,
		b.price AS old_price, b.floor_price AS old_floor, `
	query := columns + `l.price, l.floor_price, l.reason FROM base_price_lines AS l JOIN products AS p ON p.id = l.product_id LEFT` + oldPriceSQL +
		`WHERE l.list_id = @list AND l.product_id > @after` + where + ` ORDER BY l.product_id LIMIT @limit`
	if f.Kind == LeftOut {
		query = columns + `'' AS reason FROM products AS p` + oldPriceSQL + leftOutSQL + `AND p.id > @after` + where + ` ORDER BY p.id LIMIT @limit`
	}
	err = tx.Raw(query, args).Scan(&rows).Error
	return rows, err
}

const leftOutSQL = `WHERE NOT EXISTS (SELECT FROM base_price_lines WHERE list_id = @list AND product_id = p.id) `

func countLeftOut(tx pg.Tx, c Comparison, f DifferenceFilter) (n int, err error) {
	f.Kind = LeftOut
	where, args := differenceWhere(c, f)
	err = tx.Raw(`SELECT count(*) FROM products AS p`+oldPriceSQL+leftOutSQL+where, args).Scan(&n).Error
	return n, err
}

func differenceWhere(c Comparison, f DifferenceFilter) (where string, args map[string]any) {
	args = map[string]any{"list": c.List.ID, "before": c.As, "search": pattern(f.Search)}
	switch f.Kind {
	case FirstTime:
		where += " AND b.price IS NULL"
	case Raised:
		where += " AND l.price > b.price"
	case Lowered:
		where += " AND l.price < b.price"
	case FloorOnly:
		where += " AND l.price = b.price AND l.floor_price IS DISTINCT FROM b.floor_price"
	case Unchanged:
		where += " AND l.price = b.price AND l.floor_price IS NOT DISTINCT FROM b.floor_price"
	case LeftOut:
	}
	if f.MinPercent != nil && f.Kind != LeftOut {
		args["percent"] = *f.MinPercent
		where += " AND abs(l.price - b.price) * 100 > CAST(@percent AS numeric) * b.price"
	}
	if f.Search != "" {
		where += " AND p.search LIKE @search"
	}
	return where, args
}
