package carrier

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Basis is what a rate asks for.
type Basis string

// The bases.
const (
	PerTonne Basis = "tonne"
	PerTrip  Basis = "trip"
)

// Rate is what a carrier asks (运价). It never changes.
type Rate struct {
	ID            uuid.UUID
	CarrierID     uuid.UUID
	Basis         Basis
	FromRegion    string           // "" is any place
	ToRegion      string           // "" is any place
	KmAbove       decimal.Decimal  // the band begins above it
	KmTo          *decimal.Decimal // and ends with it; nil: however far
	Price         decimal.Decimal  // per tonne or per trip, tax included
	MinimumCharge decimal.Decimal
	TaxRate       decimal.Decimal
	ValidFrom     time.Time
	ValidUntil    *time.Time // the last day
	ReplacesID    *uuid.UUID
	Reason        string
	CreatedBy     *uuid.UUID
	CreatedAt     time.Time
	Version       int64
}

// TableName is where rates are kept.
func (Rate) TableName() string { return "freight_rates" }

// Banded reports whether the rate asks how far it is.
func (r Rate) Banded() bool { return r.KmAbove.IsPos() || r.KmTo != nil }

// Route is where goods go.
type Route struct {
	From string
	To   string
	Km   *decimal.Decimal // nil: nobody has said
}

// Answers reports whether the rate is for a route on a day: both ends of its days are in, of its band the upper end only (SHP-18).
func (r Rate) Answers(route Route, on time.Time) bool {
	switch {
	case on.Before(r.ValidFrom), r.ValidUntil != nil && on.After(*r.ValidUntil):
		return false
	case r.FromRegion != "" && r.FromRegion != route.From, r.ToRegion != "" && r.ToRegion != route.To:
		return false
	case !r.Banded():
		return true
	case route.Km == nil:
		return false
	}
	return route.Km.Cmp(r.KmAbove) > 0 && (r.KmTo == nil || route.Km.Cmp(*r.KmTo) <= 0)
}

// closeness is how much a rate says of the route: one that names both places counts before one that names where the goods go, and that
// before one that names where they come from. Of two that are equally close, one with a band doesn't count before one without: the
// database allows one of them.
func (r Rate) closeness() int {
	n := 0
	if r.ToRegion != "" {
		n += 2
	}
	if r.FromRegion != "" {
		n++
	}
	return n
}

// choose returns the carrier's rate that counts, nil when none answers.
func choose(rates []Rate, route Route, on time.Time) *Rate {
	var best *Rate
	for i := range rates {
		if rates[i].Answers(route, on) && (best == nil || rates[i].closeness() > best.closeness()) {
			best = &rates[i]
		}
	}
	return best
}

func (r *Rate) snapshot() map[string]any {
	m := map[string]any{
		"carrier_id": r.CarrierID, "basis": r.Basis, "from_region": r.FromRegion, "to_region": r.ToRegion, "km_above": r.KmAbove, "km_to": r.KmTo,
		"price": r.Price, "minimum_charge": r.MinimumCharge, "tax_rate": r.TaxRate, "valid_from": r.ValidFrom.Format(time.DateOnly),
		"reason": r.Reason, "version": r.Version,
	}
	if r.ValidUntil != nil {
		m["valid_until"] = r.ValidUntil.Format(time.DateOnly)
	}
	return m
}

// check says what is wrong with a rate that is to be kept; pointer is where it stands in the request.
func (r *Rate) check(pointer string) error {
	r.FromRegion, r.ToRegion, r.Reason = strings.TrimSpace(r.FromRegion), strings.TrimSpace(r.ToRegion), strings.TrimSpace(r.Reason)
	switch {
	case !r.Price.IsPos():
		return ErrRatePrice.At(pointer + "/price")
	case r.KmAbove.IsNeg() || r.KmTo != nil && r.KmTo.Cmp(r.KmAbove) <= 0:
		return ErrRateBand.At(pointer + "/km_to")
	case r.ValidUntil != nil && r.ValidUntil.Before(r.ValidFrom):
		return ErrRateDays.At(pointer + "/valid_until")
	}
	return nil
}

// CreateRates keeps rates of carriers, all or none (SHP-18). Returns ErrNoCarrier, ErrRatePrice, ErrRateBand, ErrRateDays, each at the rate
// that it is about, and ErrRateOverlap, at the rate where it can be told.
func (s *Service) CreateRates(tx pg.Tx, _ identity.Principal, rates []Rate) ([]Rate, error) {
	carriers := map[uuid.UUID]bool{}
	entries := make([]audit.Entry, len(rates))
	for i := range rates {
		r, pointer := &rates[i], fmt.Sprintf("/rates/%d", i)
		if err := r.check(pointer); err != nil {
			return nil, err
		}
		if !carriers[r.CarrierID] {
			if _, err := InUse(tx, r.CarrierID, pointer+"/carrier_id"); err != nil {
				return nil, err
			}
			carriers[r.CarrierID] = true
		}
		for j := range rates[:i] {
			if rates[j].meets(*r) {
				return nil, ErrRateOverlap.At(pointer)
			}
		}
		r.ID, r.CreatedBy, r.CreatedAt, r.Version = uuid.Must(uuid.NewV7()), tx.By.Actor(), tx.Now, 1
		entries[i] = audit.Entry{Action: "createFreightRates", SubjectType: SubjectRate, SubjectID: r.ID, After: r.snapshot()}
	}
	if err := pg.Insert(tx, &rates); err != nil {
		return nil, err
	}
	return rates, audit.RecordAll(tx, entries)
}

// meets reports whether two rates would both answer for some route, distance and day, as the database judges it.
func (r Rate) meets(other Rate) bool {
	if r.CarrierID != other.CarrierID || r.FromRegion != other.FromRegion || r.ToRegion != other.ToRegion {
		return false
	}
	apart := r.KmTo != nil && r.KmTo.Cmp(other.KmAbove) <= 0 || other.KmTo != nil && other.KmTo.Cmp(r.KmAbove) <= 0
	after := r.ValidUntil != nil && r.ValidUntil.Before(other.ValidFrom) || other.ValidUntil != nil && other.ValidUntil.Before(r.ValidFrom)
	return !apart && !after
}

// EndRate ends a rate with a day, today at the earliest: what was priced by it stays. Returns ErrRatePast, ErrRateDays for a day before it
// begins, and ErrRateEnded for one that ends earlier already. Locks the rate.
func (s *Service) EndRate(tx pg.Tx, _ identity.Principal, id uuid.UUID, version *int64, until time.Time) (Rate, error) {
	r, err := lockRate(tx, id, version)
	if err != nil {
		return Rate{}, err
	}
	if until.Before(clock.Today(tx.Now)) {
		return Rate{}, ErrRatePast.At("/valid_until")
	}
	return r, r.end(tx, until, "endFreightRate")
}

func lockRate(tx pg.Tx, id uuid.UUID, version *int64) (Rate, error) {
	r, err := pg.TakeForUpdate[Rate](tx, "id = ?", id)
	if err == nil && version != nil && *version != r.Version {
		err = errs.ErrStale
	}
	return r, err
}

func (r *Rate) end(tx pg.Tx, until time.Time, action string) error {
	if r.ValidUntil != nil && !until.Before(*r.ValidUntil) {
		return ErrRateEnded.With("until", r.ValidUntil.Format(time.DateOnly))
	}
	if until.Before(r.ValidFrom) {
		return ErrRateDays.At("/valid_until")
	}
	before := r.snapshot()
	r.ValidUntil = &until
	if err := storeRate(tx, r); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: SubjectRate, SubjectID: r.ID, Before: before, After: r.snapshot()})
}

// Terms are what a rate asks from a date.
type Terms struct {
	Basis         Basis
	Price         decimal.Decimal
	MinimumCharge decimal.Decimal
	TaxRate       decimal.Decimal
	ValidFrom     time.Time
	ValidUntil    *time.Time
	Reason        string
}

// ReplaceRate ends a rate the day before a new version of it begins, tomorrow at the earliest (SHP-18). Returns what EndRate and
// CreateRates return. Locks the rate.
func (s *Service) ReplaceRate(tx pg.Tx, _ identity.Principal, id uuid.UUID, version *int64, t Terms) (Rate, error) {
	old, err := lockRate(tx, id, version)
	if err != nil {
		return Rate{}, err
	}
	if !t.ValidFrom.After(clock.Today(tx.Now)) {
		return Rate{}, ErrRatePast.At("/valid_from")
	}
	next := Rate{
		ID: uuid.Must(uuid.NewV7()), CarrierID: old.CarrierID, Basis: t.Basis, FromRegion: old.FromRegion, ToRegion: old.ToRegion, KmAbove: old.KmAbove,
		KmTo: old.KmTo, Price: t.Price, MinimumCharge: t.MinimumCharge, TaxRate: t.TaxRate, ValidFrom: t.ValidFrom, ValidUntil: t.ValidUntil,
		ReplacesID: &old.ID, Reason: t.Reason, CreatedBy: tx.By.Actor(), CreatedAt: tx.Now, Version: 1,
	}
	if err := next.check(""); err != nil {
		return Rate{}, err
	}
	if err := old.end(tx, t.ValidFrom.AddDate(0, 0, -1), "replaceFreightRate"); err != nil {
		return Rate{}, err
	}
	if err := pg.Insert(tx, &next); err != nil {
		return Rate{}, err
	}
	return next, audit.Record(tx, audit.Entry{Action: "replaceFreightRate", SubjectType: SubjectRate, SubjectID: next.ID, After: next.snapshot()})
}

// GetRate returns one rate.
func (s *Service) GetRate(tx pg.Tx, id uuid.UUID) (Rate, error) {
	return pg.Take[Rate](tx, "id = ?", id)
}
