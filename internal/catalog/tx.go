package catalog

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
)

// Briefs returns the products with these ids, without their references, in one statement. An id that isn't there is
// missing in the map: the caller says ErrUnknownProduct and points at the line.
func Briefs(tx pg.Tx, ids []uuid.UUID) (map[uuid.UUID]Product, error) {
	var rows []Product
	if err := tx.Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, err
	}
	byID := make(map[uuid.UUID]Product, len(rows))
	for _, p := range rows {
		byID[p.ID] = p
	}
	return byID, nil
}

// ByCodes returns the products with these codes in one statement, for imports.
func ByCodes(tx pg.Tx, codes []string) (map[string]Product, error) {
	var rows []Product
	if err := tx.Where("code IN ?", codes).Find(&rows).Error; err != nil {
		return nil, err
	}
	byCode := make(map[string]Product, len(rows))
	for _, p := range rows {
		byCode[p.Code] = p
	}
	return byCode, nil
}

// Standardise makes up to limit new products standard that were new when the base price list, which is in force now, was approved:
// a product with a base price in regular production is a standard one (PRC-02). One event for all, on the list. It returns how
// many they were: limit means that there may be more. Locks the products, in id order.
func Standardise(tx pg.Tx, listID uuid.UUID, limit int) (int, error) {
	var codes []string
	err := tx.Raw(`UPDATE products SET lifecycle = 'standard', updated_at = ?, version = version + 1
		WHERE id IN (SELECT p.id FROM base_prices AS b JOIN products AS p ON p.id = b.product_id
			WHERE b.list_id = ? AND b.makes_standard AND p.lifecycle = 'new' ORDER BY p.id LIMIT ? FOR UPDATE OF p) RETURNING code`,
		tx.Now, listID, limit).Scan(&codes).Error
	if err != nil || len(codes) == 0 {
		return 0, err
	}
	return len(codes), audit.Record(tx, audit.Entry{
		Action: "standardiseProducts", SubjectType: "base_price_list", SubjectID: listID, After: map[string]any{"codes": codes},
	})
}

// Return makes a dormant product new again: it has a price as a new one has (PRC-02). A product that isn't dormant stays as it is.
// Locks the product. Returns errs.ErrNotFound.
func Return(tx pg.Tx, id uuid.UUID) (Product, error) {
	p, err := lock(tx, id, nil)
	if err != nil || p.Lifecycle != LifecycleDormant {
		return p, err
	}
	return change(tx, "returnProduct", p, func(p *Product) { p.Lifecycle = LifecycleNew })
}

// CostsAt returns the unit costs, excluding tax, of these products on a business date, in one statement. A product
// without a cost is missing. The caller has asked SeesCosts (PRC-13).
func CostsAt(tx pg.Tx, ids []uuid.UUID, on time.Time) (map[uuid.UUID]decimal.Decimal, error) {
	var rows []struct {
		ProductID uuid.UUID
		Cost      decimal.Decimal
	}
	err := tx.Raw(`SELECT DISTINCT ON (product_id) product_id, cost FROM product_costs
		WHERE product_id IN ? AND effective_on <= ? ORDER BY product_id, effective_on DESC, id DESC`, ids, on).Scan(&rows).Error
	costs := make(map[uuid.UUID]decimal.Decimal, len(rows))
	for _, r := range rows {
		costs[r.ProductID] = r.Cost
	}
	return costs, err
}
