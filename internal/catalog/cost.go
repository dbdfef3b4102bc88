package catalog

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Cost is what one unit of a product costs, excluding tax, from a business date on, as finance stated it.
type Cost struct {
	ID          int64 `gorm:"->"`
	ProductID   uuid.UUID
	EffectiveOn time.Time // business date
	Cost        decimal.Decimal
	Reason      string
	RecordedAt  time.Time
	RecordedBy  *uuid.UUID
}

// TableName is where costs are kept.
func (Cost) TableName() string { return "product_costs" }

// SeesCosts reports whether a principal may see costs and margins: finance, sales manager and general manager may, and
// no one else, whatever other roles there are (PRC-13).
func SeesCosts(who identity.Principal) bool {
	return who.Has(identity.FinanceClerk, identity.FinanceManager, identity.SalesManager, identity.GeneralManager)
}

// RecordProductCost states a product's cost from a business date on; the same date again corrects it, and the earlier
// figure stays on record (PRC-13). Finance only. The event says that it happened, not the figure. Returns ErrCostHidden
// or errs.ErrNotFound.
func (s *Service) RecordProductCost(tx pg.Tx, who identity.Principal, productID uuid.UUID, effectiveOn time.Time, cost decimal.Decimal, reason string) (Cost, error) {
	if !who.Has(identity.FinanceClerk, identity.FinanceManager) { // PRC-13: costs come from finance
		return Cost{}, ErrCostHidden
	}
	if _, err := pg.Take[Product](tx, "id = ?", productID); err != nil {
		return Cost{}, err
	}
	c := Cost{
		ProductID: productID, EffectiveOn: effectiveOn, Cost: cost, Reason: reason, RecordedAt: tx.Now, RecordedBy: actor(tx),
	}
	err := tx.Raw(`INSERT INTO product_costs (product_id, effective_on, cost, reason, recorded_at, recorded_by)
		VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
		c.ProductID, c.EffectiveOn, c.Cost, c.Reason, c.RecordedAt, c.RecordedBy).Scan(&c.ID).Error
	if err != nil {
		return Cost{}, err
	}
	// PRC-13: the event log is read by more people than costs are, so no figure and no reason go there.
	trace := map[string]any{"effective_on": effectiveOn.Format(time.DateOnly)}
	return c, audit.Record(tx, audit.Entry{Action: "recordProductCost", SubjectType: "product", SubjectID: productID, After: trace})
}

// ListProductCosts returns a page of all that finance stated about a product's cost, the latest first. Returns
// ErrCostHidden to whom PRC-13 doesn't name, and errs.ErrNotFound.
func (s *Service) ListProductCosts(tx pg.Tx, who identity.Principal, productID uuid.UUID, page pg.Page) ([]Cost, string, error) {
	if !SeesCosts(who) { // PRC-13
		return nil, "", ErrCostHidden
	}
	if _, err := pg.Take[Product](tx, "id = ?", productID); err != nil {
		return nil, "", err
	}
	q := tx.Where("product_id = ?", productID).Order("effective_on DESC, id DESC").Limit(page.Limit + 1)
	var after costKey
	if found, err := page.After(&after); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("(effective_on, id) < (?, ?)", after.On, after.ID)
	}
	var rows []Cost
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(c Cost) any { return costKey{c.EffectiveOn, c.ID} })
}

type costKey struct {
	On time.Time
	ID int64
}
