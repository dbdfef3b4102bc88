package statement

import (
	"maps"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// usageQuery is a query of usage that is being put together.
type usageQuery struct {
	customer string // the expression that it groups by
	where    string // of delivery notes d and their lines l
	having   string // of the groups g
	args     map[string]any
}

func usageOf(who identity.Principal, f UsageFilter) *usageQuery {
	q := &usageQuery{
		customer: "d.customer_id", having: "true", args: map[string]any{"from": f.From, "to": f.To},
		where: `d.state <> 'cancelled' AND d.shipped_on >= CAST(@from AS date) AND d.shipped_on < CAST(@to AS date) + INTERVAL '1 month'`,
	}
	if f.Together {
		q.customer = `'00000000-0000-0000-0000-000000000000'::uuid`
	}
	if owners, all := who.Owners(); !all {
		q.also(`d.owner_id = ANY (CAST(@owners AS uuid[]))`, "owners", pg.IDs(owners))
	}
	if f.CustomerID != nil {
		q.also(`d.customer_id = @customer`, "customer", *f.CustomerID)
	}
	if f.OwnerID != nil {
		q.also(`d.owner_id = @owner`, "owner", *f.OwnerID)
	}
	if f.ProductID != nil {
		q.also(`l.product_id = @product`, "product", *f.ProductID)
	}
	return q
}

func (q *usageQuery) also(where, name string, value any) {
	q.where += " AND " + where
	q.args[name] = value
}

// with returns the arguments with one more.
func (q *usageQuery) with(name string, value any) map[string]any {
	args := maps.Clone(q.args)
	args[name] = value
	return args
}

// after begins behind the last row of a page; nothing that is before its customer or, of all customers together, its product is grouped again.
func (q *usageQuery) after(f UsageFilter, k usageKey) {
	q.having = `(g.customer_id, g.product_id, g.unit, g.month) > (CAST(@after_customer AS uuid), CAST(@after_product AS uuid), @after_unit, CAST(@after_month AS date))`
	q.args["after_customer"], q.args["after_product"], q.args["after_unit"], q.args["after_month"] = k.Customer, k.Product, k.Unit, k.Month
	if f.Together {
		q.where += ` AND l.product_id >= @after_product`
	} else {
		q.where += ` AND d.customer_id >= @after_customer`
	}
}

// bound keeps the grouping to the customers that a page can show: each has a row at least, but for the one that the last page ended in.
func (q *usageQuery) bound(rows int) {
	q.args["customers"] = rows + 1
	q.where += ` AND d.customer_id IN (SELECT DISTINCT d.customer_id FROM delivery_notes d JOIN delivery_note_lines l ON l.delivery_note_id = d.id
		WHERE ` + q.where + ` ORDER BY 1 LIMIT @customers)`
}

func (q *usageQuery) sql() string {
	return `SELECT g.*, coalesce(c.code, '') AS customer_code, coalesce(c.name, '') AS customer_name FROM (
			SELECT ` + q.customer + ` AS customer_id, l.product_id, l.unit, date_trunc('month', d.shipped_on)::date AS month,
				max(l.product_code) AS product_code, max(l.product_name) AS product_name, count(DISTINCT d.id) AS deliveries,
				sum(` + delivery.ReallyLeft + `) AS quantity, sum(` + delivery.ReallyLeftIn + `) AS amount
			FROM delivery_notes d JOIN delivery_note_lines l ON l.delivery_note_id = d.id WHERE ` + q.where + `
			GROUP BY 1, 2, 3, 4
		) g LEFT JOIN customers c ON c.id = g.customer_id WHERE ` + q.having + `
		ORDER BY g.customer_id, g.product_id, g.unit, g.month`
}
