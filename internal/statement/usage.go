package statement

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// UsageFilter narrows the usage list.
type UsageFilter struct {
	From, To   time.Time // first dates of months, both included
	CustomerID *uuid.UUID
	OwnerID    *uuid.UUID
	ProductID  *uuid.UUID
	Together   bool // all customers together: for the safety stock of a product
}

// Usage is how much of a product a customer took in a month (D1.11: 各客户的月使用量统计). Goods that came back on a cancelled
// delivery note don't count.
type Usage struct {
	CustomerID   uuid.UUID // uuid.Nil when all are together
	CustomerCode string
	CustomerName string
	ProductID    uuid.UUID
	ProductCode  string
	ProductName  string
	Unit         string
	Month        time.Time
	Deliveries   int
	Quantity     decimal.Decimal
	Amount       decimal.Decimal
}

// usageKey is where a page of usage ends.
type usageKey struct {
	Customer uuid.UUID `json:"c"`
	Product  uuid.UUID `json:"p"`
	Unit     string    `json:"u"`
	Month    string    `json:"m"`
}

// Usage lists what was delivered by customer, product and month, for planning safety stock (ARV-02); of customers that the caller sees (ORG-06).
// Amounts are for those who see prices (ORD-03). One statement.
func (s *Service) Usage(tx pg.Tx, who identity.Principal, f UsageFilter, p pg.Page) ([]Usage, string, error) {
	var after usageKey
	found, err := p.After(&after)
	if err != nil {
		return nil, "", err
	}
	rows, err := readUsage(tx, who, f, found, after, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(u Usage) any { return usageKey{u.CustomerID, u.ProductID, u.Unit, u.Month.Format(time.DateOnly)} })
}

// EachUsage calls each for every row of the usage, for a file.
func (s *Service) EachUsage(tx pg.Tx, who identity.Principal, f UsageFilter, each func(Usage) error) error {
	for p := (pg.Page{Limit: 5000}); ; {
		rows, next, err := s.Usage(tx, who, f, p)
		if err != nil {
			return err
		}
		for _, u := range rows {
			if err := each(u); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		p.Cursor = next
	}
}

func readUsage(tx pg.Tx, who identity.Principal, f UsageFilter, found bool, after usageKey, limit int) ([]Usage, error) {
	args := map[string]any{
		"from": f.From, "to": f.To, "together": f.Together, "found": found, "limit": limit,
		"after_customer": after.Customer, "after_product": after.Product, "after_unit": after.Unit, "after_month": after.Month,
	}
	if !found {
		args["after_month"] = "1970-01-01"
	}
	where := `d.state <> 'cancelled' AND d.shipped_on >= CAST(@from AS date) AND d.shipped_on < CAST(@to AS date) + INTERVAL '1 month'`
	if owners, all := who.Owners(); !all {
		where += ` AND d.owner_id = ANY (CAST(@owners AS uuid[]))`
		args["owners"] = pg.IDs(owners)
	}
	if f.CustomerID != nil {
		where += ` AND d.customer_id = @customer`
		args["customer"] = *f.CustomerID
	}
	if f.OwnerID != nil {
		where += ` AND d.owner_id = @owner`
		args["owner"] = *f.OwnerID
	}
	if f.ProductID != nil {
		where += ` AND l.product_id = @product`
		args["product"] = *f.ProductID
	}
	var rows []Usage
	err := tx.Raw(`SELECT g.*, coalesce(c.code, '') AS customer_code, coalesce(c.name, '') AS customer_name FROM (
			SELECT CASE WHEN @together THEN '00000000-0000-0000-0000-000000000000'::uuid ELSE d.customer_id END AS customer_id, l.product_id, l.unit,
				date_trunc('month', d.shipped_on)::date AS month, max(l.product_code) AS product_code, max(l.product_name) AS product_name,
				count(DISTINCT d.id) AS deliveries, sum(l.quantity) AS quantity, sum(l.amount) AS amount
			FROM delivery_notes d JOIN delivery_note_lines l ON l.delivery_note_id = d.id WHERE `+where+`
			GROUP BY 1, 2, 3, 4
		) g LEFT JOIN customers c ON c.id = g.customer_id
		WHERE NOT @found OR (g.customer_id, g.product_id, g.unit, g.month) > (CAST(@after_customer AS uuid), CAST(@after_product AS uuid), @after_unit, CAST(@after_month AS date))
		ORDER BY g.customer_id, g.product_id, g.unit, g.month LIMIT @limit`, args).Scan(&rows).Error
	return rows, err
}
