package newproduct

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// SubjectAdoption is what events, follow-ups and the committee's agenda call an adoption.
const SubjectAdoption = "price_adoption"

// taskAdopt is the price committee's follow-up, the others are the sales manager's.
const (
	taskAdopt     = "price.adopt"
	taskKnow      = "price.adopt_known"
	taskDraft     = "price.adopt_draft"
	taskAuthority = "price.adopt_authority"
)

// AdoptionState is where an adoption stands.
type AdoptionState string

// The states.
const (
	AdoptionOpen AdoptionState = "open"
	Adopted      AdoptionState = "adopted" // base price and authority are there
	Lapsed       AdoptionState = "lapsed"  // cancelled deliveries brought the volume below the bounds again, or it went out of production
)

// Adoption is the price committee's task to set base price and authority of a product that sells by its initial price (PRC-04).
type Adoption struct {
	ID          uuid.UUID
	Number      string
	ProductID   uuid.UUID
	InitialAt   time.Time
	State       AdoptionState
	Reached     string    // "month" or "total"
	Month       time.Time // the month with the most
	MonthTonnes decimal.Decimal
	TotalTonnes decimal.Decimal
	MonthBound  decimal.Decimal
	TotalBound  decimal.Decimal
	OpenedAt    time.Time
	DueAt       time.Time
	ClosedAt    *time.Time
	ListID      *uuid.UUID // that sets its base price
	Version     int64

	AuthorityTableID *uuid.UUID // that names it or its category
	GeneralAuthority bool       // the list says that the general entries of the table hold

	ResolutionID *uuid.UUID // of the committee about it, once it is adopted

	ProductCode, ProductName, Unit string `gorm:"->"`
}

// TableName is where adoptions are kept.
func (Adoption) TableName() string { return "price_adoptions" }

// WatchVolumes opens and closes adoptions by what was shipped, of at most n products after one, in the order of their ids; it returns
// the last it has looked at, uuid.Nil when there are no more. Whatever was missed is caught up with; twice does nothing more.
func (s *Service) WatchVolumes(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	initial, err := pricing.OnlyInitial(tx, after, n)
	if err != nil || len(initial) == 0 {
		return uuid.Nil, err
	}
	if err := s.watch(tx, initial); err != nil {
		return uuid.Nil, err
	}
	if len(initial) < n {
		return uuid.Nil, nil
	}
	return initial[len(initial)-1].ProductID, nil
}

func (s *Service) watch(tx pg.Tx, initial []pricing.InitialPrice) error {
	bounds, err := s.bounds(tx)
	if err != nil {
		return err
	}
	rows, err := s.volumes(tx, initial)
	if err != nil {
		return err
	}
	open, err := openAdoptions(tx, initial)
	if err != nil {
		return err
	}
	var fallen, due []uuid.UUID
	byProduct := make(map[uuid.UUID]Volume, len(rows))
	for _, v := range rows {
		reached := bounds.Reached(v)
		id, waiting := open[v.Product.ID]
		switch {
		case reached != "" && !waiting:
			due, byProduct[v.Product.ID] = append(due, v.Product.ID), v
		case reached == "" && waiting && v.Unwatchable == "":
			fallen = append(fallen, id)
		}
	}
	if err := closeAdoptions(tx, Lapsed, fallen); err != nil { // adoptions are locked before products
		return err
	}
	still, err := lockInitial(tx, due)
	if err != nil {
		return err
	}
	for _, p := range still {
		if v := byProduct[p.ProductID]; v.Initial.EffectiveAt.Equal(p.EffectiveAt) {
			if err := s.openAdoption(tx, v, bounds); err != nil {
				return err
			}
		}
	}
	return nil
}

// openAdoption opens the committee's task, once: whoever comes second finds the product locked and then an adoption, or a base price.
func (s *Service) openAdoption(tx pg.Tx, v Volume, b Bounds) error {
	days, err := s.rules.Int(tx, "price.adopt_days")
	if err != nil {
		return err
	}
	a := Adoption{
		ID: uuid.Must(uuid.NewV7()), ProductID: v.Product.ID, InitialAt: v.Initial.EffectiveAt, State: AdoptionOpen, Reached: b.Reached(v),
		Month: v.Month, MonthTonnes: v.MonthTonnes, TotalTonnes: v.Total, MonthBound: b.Month, TotalBound: b.Total,
		OpenedAt: tx.Now, DueAt: tx.Calendar().EndOfWorkingDay(tx.Now, days), Version: 1,
	}
	if a.Number, err = pg.NextNumber(tx, "PA", tx.Now.In(clock.Shanghai)); err != nil {
		return err
	}
	if err := insertAdoption(tx, a); err != nil {
		return err
	}
	if err := audit.Record(tx, audit.Entry{Action: "openPriceAdoption", SubjectType: SubjectAdoption, SubjectID: a.ID, After: a.trace()}); err != nil {
		return err
	}
	t := followup.Task{
		Kind: taskAdopt, SubjectType: SubjectAdoption, SubjectID: a.ID, Number: a.Number, Role: identity.PriceCommittee,
		TitleEN: fmt.Sprintf("Set base price and authority of %s: %s t in the best month, %s t in total", v.Product.Code, v.MonthTonnes.Trim(0), v.Total.Trim(0)),
		TitleZH: fmt.Sprintf("请制定 %s 的基准价及价格权限:单月最高 %s 吨,累计 %s 吨", v.Product.Code, v.MonthTonnes.Trim(0), v.Total.Trim(0)),
		Within:  &clock.Term{From: tx.Now, Days: days}, EscalateTo: identity.GeneralManager,
	}
	know := t
	know.Kind, know.Role, know.Inform, know.Within, know.EscalateTo = taskKnow, identity.SalesManager, true, nil, ""
	return followup.Open(tx, t, know)
}

func (a Adoption) trace() map[string]any {
	return map[string]any{
		"number": a.Number, "product_id": a.ProductID, "state": a.State, "reached": a.Reached, "month": a.Month.Format(time.DateOnly),
		"month_tonnes": a.MonthTonnes, "total_tonnes": a.TotalTonnes, "due_at": a.DueAt,
	}
}

// AdoptionFilter narrows a list; zero fields don't.
type AdoptionFilter struct {
	State     AdoptionState
	ProductID *uuid.UUID
	Overdue   bool
}

// ListAdoptions returns a page of adoptions, the latest first. One statement.
func (s *Service) ListAdoptions(tx pg.Tx, _ identity.Principal, f AdoptionFilter, page pg.Page) ([]Adoption, string, error) {
	return listAdoptions(tx, f, page)
}

// GetAdoption returns an adoption. Returns errs.ErrNotFound.
func (s *Service) GetAdoption(tx pg.Tx, _ identity.Principal, id uuid.UUID) (Adoption, error) {
	return takeAdoption(tx, id)
}

// recomputeAdoptions recomputes when open adoptions are due.
func (s *Service) recomputeAdoptions(tx pg.Tx) error {
	open, err := lockOpenAdoptions(tx)
	if err != nil {
		return err
	}
	ids, due := make([]uuid.UUID, len(open)), make([]time.Time, len(open))
	for i, a := range open {
		days, err := s.rules.IntAt(tx, "price.adopt_days", a.OpenedAt)
		if err != nil {
			return err
		}
		ids[i], due[i] = a.ID, tx.Calendar().EndOfWorkingDay(a.OpenedAt, days)
	}
	return storeAdoptionsDue(tx, ids, due)
}
