package pricelist

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// oldPriceSQL is the price that a product p has just before an instant.
const oldPriceSQL = ` JOIN LATERAL (SELECT price, floor_price FROM valid_base_prices
	WHERE product_id = p.id AND effective_at < @before AND list_id <> @list ORDER BY effective_at DESC LIMIT 1) AS b ON true `

const differenceSQL = `SELECT p.id AS product_id, p.code AS product_code, p.name AS product_name, p.unit, p.tax_rate,
	b.price AS old_price, b.floor_price AS old_floor, `

const listedSQL = ` FROM base_price_lines AS l JOIN products AS p ON p.id = l.product_id LEFT` + oldPriceSQL + `WHERE l.list_id = @list`

// readDifferences reads up to limit lines of a list, or products that it leaves out, after a product, each with its price before.
// Lines are taken in stretches of the primary key, so that a list which was written just now needs no statistics.
func readDifferences(tx pg.Tx, c Comparison, f DifferenceFilter, after uuid.UUID, limit int) (rows []Difference, err error) {
	where, args := differenceWhere(c, f)
	if f.Kind == LeftOut {
		args["after"], args["limit"] = after, limit
		err = tx.Raw(differenceSQL+`'' AS reason FROM products AS p`+oldPriceSQL+leftOutSQL+`AND p.id > @after`+where+` ORDER BY p.id LIMIT @limit`, args).Scan(&rows).Error
		return rows, err
	}
	stretch := limit
	if where != "" {
		stretch = differencePage
	}
	for len(rows) < limit {
		var ids []uuid.UUID
		err := tx.Raw("SELECT product_id FROM base_price_lines WHERE list_id = ? AND product_id > ? ORDER BY product_id LIMIT ?", c.List.ID, after, stretch).Scan(&ids).Error
		if err != nil || len(ids) == 0 {
			return rows, err
		}
		last := ids[len(ids)-1]
		args["after"], args["last"], args["limit"] = after, last, limit-len(rows)
		var some []Difference
		err = tx.Raw(differenceSQL+`l.price, l.floor_price, l.reason`+listedSQL+` AND l.product_id > @after AND l.product_id <= @last`+where+
			` ORDER BY l.product_id LIMIT @limit`, args).Scan(&some).Error
		if err != nil {
			return rows, err
		}
		if rows, after = append(rows, some...), last; len(ids) < stretch {
			return rows, nil
		}
	}
	return rows, nil
}

// differencesOf reads the lines of a list for these products.
func differencesOf(tx pg.Tx, c Comparison, f DifferenceFilter, ids []uuid.UUID) (rows []Difference, err error) {
	where, args := differenceWhere(c, f)
	args["ids"] = pg.IDs(ids)
	err = tx.Raw(differenceSQL+`l.price, l.floor_price, l.reason`+listedSQL+` AND l.product_id = ANY (CAST(@ids AS uuid[]))`+where, args).Scan(&rows).Error
	return rows, err
}

// countDifferences counts the lines of a list by what they do.
func countDifferences(tx pg.Tx, c Comparison, f DifferenceFilter) (map[DifferenceKind]int, error) {
	where, args := differenceWhere(c, f)
	var rows []struct {
		Kind DifferenceKind
		N    int
	}
	err := tx.Raw(`SELECT CASE WHEN b.price IS NULL THEN 'new' WHEN l.price > b.price THEN 'raised' WHEN l.price < b.price THEN 'lowered'
		WHEN l.floor_price IS DISTINCT FROM b.floor_price THEN 'floor_only' ELSE 'unchanged' END AS kind, count(*) AS n`+listedSQL+where+` GROUP BY 1`, args).Scan(&rows).Error
	counts := map[DifferenceKind]int{}
	for _, r := range rows {
		counts[r.Kind] = r.N
	}
	return counts, err
}

const leftOutSQL = `WHERE NOT EXISTS (SELECT FROM base_price_lines WHERE list_id = @list AND product_id = p.id) `

// countPriced counts the products that match a text and have a price before the list.
func countPriced(tx pg.Tx, c Comparison, f DifferenceFilter) (n int, err error) {
	where, args := differenceWhere(c, DifferenceFilter{Search: f.Search})
	err = tx.Raw(`SELECT count(*) FROM products AS p`+oldPriceSQL+"WHERE true"+where, args).Scan(&n).Error
	return n, err
}

func differenceWhere(c Comparison, f DifferenceFilter) (where string, args map[string]any) {
	args = map[string]any{"list": c.List.ID, "before": c.As, "search": pg.Containing(f.Search)}
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
