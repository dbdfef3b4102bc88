package opportunity

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// insert reads back whose it is: of a customer or prospect that moved meanwhile, the new owner's (ORG-06, trigger).
func insert(tx pg.Tx, o *Opportunity) error {
	whose := clause.Returning{Columns: []clause.Column{{Name: "owner_id"}, {Name: "customer_id"}}}
	if err := tx.Clauses(whose).Create(o).Error; err != nil || len(o.Products) == 0 {
		return err
	}
	return pg.Insert(tx, &o.Products)
}

// update writes what may change and raises the version.
func update(tx pg.Tx, o *Opportunity) error {
	err := pg.Update(tx, "opportunities", o.ID, o.Version, map[string]any{
		"name": o.Name, "stage": o.Stage, "last_stage": o.LastStage, "amount": o.Amount, "expected_month": o.ExpectedMonth,
		"decision_makers": o.DecisionMakers, "competitors": o.Competitors, "next_step": o.NextStep, "next_step_on": o.NextStepOn,
		"ended_reason": o.EndedReason, "updated_at": o.UpdatedAt,
	})
	o.Version++
	return err
}

func replaceProducts(tx pg.Tx, o Opportunity) error {
	if err := tx.Where("opportunity_id = ?", o.ID).Delete(&Product{}).Error; err != nil || len(o.Products) == 0 {
		return err
	}
	return pg.Insert(tx, &o.Products)
}

func attachParts(tx pg.Tx, o *Opportunity) error {
	if err := tx.Where("opportunity_id = ?", o.ID).Order("position_no").Find(&o.Products).Error; err != nil {
		return err
	}
	return tx.Raw("SELECT order_id FROM opportunity_orders WHERE opportunity_id = ? ORDER BY linked_at, order_id", o.ID).Scan(&o.Orders).Error
}

func record(tx pg.Tx, o Opportunity, from Stage, reason string) error {
	return pg.Insert(tx, &Entry{
		ID: uuid.Must(uuid.NewV7()), OpportunityID: o.ID, FromStage: from, ToStage: o.Stage, Amount: o.Amount, Reason: reason,
		MovedBy: tx.By.Actor(), MovedAt: tx.Now,
	})
}

func history(tx pg.Tx, id uuid.UUID) ([]Entry, error) {
	var rows []Entry
	return rows, tx.Where("opportunity_id = ?", id).Order("id").Find(&rows).Error
}

// orderOf reports whether an order is the customer's, and which opportunity it came from already.
func orderOf(tx pg.Tx, order, customer uuid.UUID) (its bool, taken *uuid.UUID, err error) {
	var rows []struct {
		CustomerID    uuid.UUID
		OpportunityID *uuid.UUID
	}
	err = tx.Raw(`SELECT o.customer_id, l.opportunity_id FROM orders o LEFT JOIN opportunity_orders l ON l.order_id = o.id WHERE o.id = ?`,
		order).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return false, nil, err
	}
	return rows[0].CustomerID == customer, rows[0].OpportunityID, nil
}

func link(tx pg.Tx, id, order uuid.UUID) error {
	_, err := pg.Exec(tx, "INSERT INTO opportunity_orders (order_id, opportunity_id, linked_by, linked_at) VALUES (?, ?, ?, ?)",
		order, id, tx.By.Actor(), tx.Now)
	return err
}

// Filter narrows a list.
type Filter struct {
	OwnerID    *uuid.UUID
	CustomerID *uuid.UUID
	ProspectID *uuid.UUID
	Stage      Stage      // "" for any
	From, To   *time.Time // expected months
	StepBefore *time.Time // open ones whose next step is due by this day
	Query      string     // a part of the name, or the number
}

// List returns opportunities that the caller may see (ORG-06), newest first, without their parts. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Opportunity, string, error) {
	q := tx.Table("opportunities")
	if owners, all := who.Owners(); !all {
		q = q.Where("owner_id IN ?", owners)
	}
	if f.OwnerID != nil {
		q = q.Where("owner_id = ?", *f.OwnerID)
	}
	if f.CustomerID != nil {
		q = q.Where("customer_id = ?", *f.CustomerID)
	}
	if f.ProspectID != nil {
		q = q.Where("prospect_id = ?", *f.ProspectID)
	}
	if f.From != nil {
		q = q.Where("expected_month >= ?", *f.From)
	}
	if f.To != nil {
		q = q.Where("expected_month <= ?", *f.To)
	}
	if f.StepBefore != nil {
		q = q.Where("next_step_on <= ? AND stage NOT IN ('lost', 'cancelled')", *f.StepBefore)
	}
	if f.Stage != "" {
		q = q.Where("stage = ?", f.Stage)
	}
	if f.Query != "" {
		q = q.Where("(number = ? OR position(lower(?) IN lower(name)) > 0)", f.Query, f.Query)
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("id < ?", last)
	}
	var rows []Opportunity
	if err := q.Order("id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(o Opportunity) any { return o.ID })
}
