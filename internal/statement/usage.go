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

// Usage is how much of a product a customer took in a month (D1.11: 各客户的月使用量统计): what really left, without what came back. A month of which
// everything came back is there with nothing.
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
	Month    time.Time `json:"m"`
}

// Usage lists what was taken by customer, product and month, for planning safety stock (ARV-02); of customers that the caller sees (ORG-06).
// Amounts are for those who see prices (ORD-03). One statement, which groups no more customers than the page has rows.
func (s *Service) Usage(tx pg.Tx, who identity.Principal, f UsageFilter, p pg.Page) ([]Usage, string, error) {
	var after usageKey
	found, err := p.After(&after)
	if err != nil {
		return nil, "", err
	}
	q := usageOf(who, f)
	if found {
		q.after(f, after)
	}
	if !f.Together {
		q.bound(p.Limit + 1)
	}
	var rows []Usage
	if err := tx.Raw(q.sql()+" LIMIT @limit", q.with("limit", p.Limit+1)).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(u Usage) any { return usageKey{u.CustomerID, u.ProductID, u.Unit, u.Month} })
}

// EachUsage calls each for every row of the usage, for a file: one statement, read as it comes.
func (s *Service) EachUsage(tx pg.Tx, who identity.Principal, f UsageFilter, each func(Usage) error) error {
	q := usageOf(who, f)
	rows, err := tx.Raw(q.sql(), q.args).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var u Usage
		if err := tx.ScanRows(rows, &u); err != nil {
			return err
		}
		if err := each(u); err != nil {
			return err
		}
	}
	return rows.Err()
}
