package opportunity

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
)

// Opportunity is a sale in the making. Empty texts mean "not known".
type Opportunity struct {
	ID             uuid.UUID
	Number         string
	Name           string
	OwnerID        uuid.UUID
	CustomerID     *uuid.UUID
	ProspectID     *uuid.UUID
	Stage          Stage
	LastStage      Stage // while it was open
	Amount         decimal.Decimal
	Currency       string
	ExpectedMonth  time.Time // its first day
	DecisionMakers string
	Competitors    string
	NextStep       string
	NextStepOn     *time.Time
	EndedReason    string
	CreatedBy      *uuid.UUID
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64

	Products []Product   `gorm:"-"`
	Orders   []uuid.UUID `gorm:"-"`
}

// TableName implements gorm's Tabler.
func (Opportunity) TableName() string { return "opportunities" }

// Product is something that the customer may buy; of our catalogue when ProductID says so.
type Product struct {
	OpportunityID uuid.UUID
	PositionNo    int
	ProductID     *uuid.UUID
	Name          string
	Quantity      decimal.Decimal
	Unit          string
}

// TableName implements gorm's Tabler.
func (Product) TableName() string { return "opportunity_products" }

// Profile is what a caller says of an opportunity.
type Profile struct {
	Name           string
	Amount         decimal.Decimal
	ExpectedMonth  time.Time
	DecisionMakers string
	Competitors    string
	NextStep       string
	NextStepOn     *time.Time
	Products       []Product
}

// apply writes the profile on the opportunity. Returns ErrFigures.
func (p Profile) apply(o *Opportunity, now time.Time) error {
	if p.Amount.IsNeg() {
		return ErrFigures.At("/amount")
	}
	for _, x := range p.Products {
		if x.Quantity.IsNeg() {
			return ErrFigures.At("/products")
		}
	}
	y, m, _ := p.ExpectedMonth.Date()
	o.Name, o.Amount, o.ExpectedMonth = p.Name, p.Amount, time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
	o.DecisionMakers, o.Competitors, o.NextStep, o.NextStepOn = p.DecisionMakers, p.Competitors, p.NextStep, p.NextStepOn
	o.Products, o.UpdatedAt = p.Products, now
	for i := range o.Products {
		o.Products[i].OpportunityID, o.Products[i].PositionNo = o.ID, i+1
	}
	return nil
}

// profile is what apply wrote.
func (o Opportunity) profile() Profile {
	return Profile{
		Name: o.Name, Amount: o.Amount, ExpectedMonth: o.ExpectedMonth, DecisionMakers: o.DecisionMakers, Competitors: o.Competitors,
		NextStep: o.NextStep, NextStepOn: o.NextStepOn, Products: o.Products,
	}
}

// mustMatch returns errs.ErrStale unless version is nil or the opportunity's.
func (o Opportunity) mustMatch(version *int64) error {
	if version != nil && *version != o.Version {
		return errs.ErrStale
	}
	return nil
}

// trace is the opportunity as its events show it.
func (o Opportunity) trace() map[string]any {
	products := make([]string, len(o.Products))
	for i, p := range o.Products {
		products[i] = p.Name
	}
	return map[string]any{
		"number": o.Number, "name": o.Name, "customer_id": o.CustomerID, "prospect_id": o.ProspectID, "stage": o.Stage,
		"amount": o.Amount, "expected_month": o.ExpectedMonth.Format("2006-01"), "competitors": o.Competitors,
		"next_step": o.NextStep, "products": products, "reason": o.EndedReason, "version": o.Version,
	}
}

// Entry is one step of an opportunity's history.
type Entry struct {
	ID            uuid.UUID
	OpportunityID uuid.UUID
	FromStage     Stage // "" of the first
	ToStage       Stage
	Amount        decimal.Decimal // then
	Reason        string
	MovedBy       *uuid.UUID
	MovedAt       time.Time
}

// TableName implements gorm's Tabler.
func (Entry) TableName() string { return "opportunity_stages" }
