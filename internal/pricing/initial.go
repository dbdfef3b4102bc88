package pricing

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// InitialPrice is the approved price of a new product, tax included, from its decision on (PRC-03).
type InitialPrice struct {
	ProductID   uuid.UUID
	EffectiveAt time.Time
	Price       decimal.Decimal
	FloorPrice  *decimal.Decimal // nil: none (PRC-12)
	RequestID   uuid.UUID        // the new-product request that was approved
	Number      string           // of the request
	Reason      string
	ApprovalID  *uuid.UUID // nil: the matrix asked nobody
	RecordedBy  *uuid.UUID
}

// TableName is where initial prices are kept.
func (InitialPrice) TableName() string { return "initial_prices" }

// SetInitialPrice puts an approved new-product price into force now (PRC-03); it can be quoted and sold by from then on. The caller
// holds the product's lock, and has made sure that the product is new. Returns ErrNotPositive, ErrInitialFloor, ErrInitialTwice.
func SetInitialPrice(tx pg.Tx, p InitialPrice) error {
	if err := CheckPrice(p.Price, p.FloorPrice); err != nil {
		return err
	}
	p.EffectiveAt, p.RecordedBy = tx.Now, tx.By.Actor()
	if err := pg.Insert(tx, &p); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "setInitialPrice", SubjectType: "product", SubjectID: p.ProductID, After: p})
}

// CheckPrice refuses a price and floor price that can't be (PRC-12). Returns ErrNotPositive, ErrInitialFloor.
func CheckPrice(price decimal.Decimal, floor *decimal.Decimal) error {
	switch {
	case !price.IsPos():
		return ErrNotPositive.At("/price")
	case floor != nil && !floor.IsPos():
		return ErrNotPositive.At("/floor_price")
	case floor != nil && floor.Cmp(price) > 0: // PRC-12
		return ErrInitialFloor.At("/floor_price")
	}
	return nil
}

// ListInitialPrices returns a page of all initial prices that a product ever had, the latest first (PRC-07).
func (s *Service) ListInitialPrices(tx pg.Tx, _ identity.Principal, productID uuid.UUID, page pg.Page) ([]InitialPrice, string, error) {
	return initialPrices(tx, productID, page)
}

// InitialPricesAt returns the initial prices of these products that count at an instant: the latest up to it from after the product
// last went out of production (PRC-02), whether or not a base price has taken over. One statement; a product without one is missing.
func InitialPricesAt(tx pg.Tx, ids []uuid.UUID, at time.Time) (map[uuid.UUID]InitialPrice, error) {
	var rows []InitialPrice
	err := tx.Raw(`SELECT i.* FROM products AS p JOIN LATERAL (SELECT * FROM initial_prices
		WHERE product_id = p.id AND effective_at <= ? AND effective_at > coalesce(p.dormant_at, '-infinity')
		ORDER BY effective_at DESC LIMIT 1) AS i ON true WHERE p.id = ANY (?::uuid[])`, at, uuidArray(ids)).Scan(&rows).Error
	prices := make(map[uuid.UUID]InitialPrice, len(rows))
	for _, r := range rows {
		prices[r.ProductID] = r
	}
	return prices, err
}

func initialPrices(tx pg.Tx, productID uuid.UUID, page pg.Page) ([]InitialPrice, string, error) {
	q := tx.Where("product_id = ?", productID).Order("effective_at DESC").Limit(page.Limit + 1)
	var after time.Time
	if found, err := page.After(&after); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("effective_at < ?", after)
	}
	var rows []InitialPrice
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(p InitialPrice) any { return p.EffectiveAt })
}

// allInitial reports whether every line is sold by an initial price; then no base price list is needed.
func (in facts) allInitial(q Question) bool {
	for _, l := range q.Lines {
		if _, _, initial := in.products[l.ProductID].sold(); initial == nil {
			return false
		}
	}
	return len(q.Lines) > 0
}

// OnlyInitial returns up to n initial prices of products that have no other price: one that counts now, and no base price published
// since, in force or still to come. In the order of product ids from after on; ids, where given, are all that is looked at.
func OnlyInitial(tx pg.Tx, after uuid.UUID, n int, ids ...uuid.UUID) ([]InitialPrice, error) {
	var rows []InitialPrice
	where, args := "", []any{after, tx.Now}
	if len(ids) > 0 {
		where, args = " AND product_id = ANY (?::uuid[])", append(args, uuidArray(ids))
	}
	err := tx.Raw(`SELECT i.* FROM (SELECT DISTINCT ON (product_id) * FROM initial_prices WHERE product_id > ? AND effective_at <= ?`+where+`
			ORDER BY product_id, effective_at DESC) AS i JOIN products AS p ON p.id = i.product_id
		WHERE p.lifecycle <> 'dormant' AND i.effective_at > coalesce(p.dormant_at, '-infinity')
		AND NOT EXISTS (SELECT FROM valid_base_prices WHERE product_id = i.product_id AND effective_at > i.effective_at)
		ORDER BY i.product_id LIMIT ?`, append(args, n)...).Scan(&rows).Error
	return rows, err
}
