package production

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// MaterialInput is what purchasing says of a material.
type MaterialInput struct {
	LineID   *uuid.UUID
	Material string
	Unit     string
	Needed   decimal.Decimal
	OnHand   decimal.Decimal
	Arrivals []Arrival
	Supplier string
	Note     string
}

// SetMaterials writes what purchasing found of all materials of a request: its answer to the latest revision (ORD-04). An empty list
// says that nothing is missing. Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState, ErrNoLine, ErrQuantity, ErrTooFar and ErrArrivals. Locks
// the request.
func (s *Service) SetMaterials(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, inputs []MaterialInput) (Request, error) {
	r, err := s.hold(tx, who, id, version, Open, Held)
	if err != nil {
		return Request{}, err
	}
	before, all := r.snapshot(), make([]Material, 0, len(inputs))
	bounds, err := BoundsNow(tx, s.rules)
	if err != nil {
		return Request{}, err
	}
	for i, in := range inputs {
		m, err := in.material(tx, &r, bounds)
		if err != nil {
			return Request{}, errs.Below(err, fmt.Sprintf("/materials/%d", i))
		}
		all = append(all, m)
	}
	r.Materials = all
	return r, s.supplied(tx, &r, "setProductionMaterials", before)
}

// PutMaterial writes the material that another system knows by this id; a need of 0 takes it out (ORD-04). The
// first answers the request's revision, as SetMaterials does. Returns what SetMaterials returns, and ErrOtherRequest. Locks the request.
func (s *Service) PutMaterial(tx pg.Tx, who identity.Principal, source, externalID string, requestID uuid.UUID, version *int64, in MaterialInput) (Request, error) {
	r, err := s.hold(tx, who, requestID, version, Open, Held)
	if err != nil {
		return Request{}, err
	}
	bounds, err := BoundsNow(tx, s.rules)
	if err != nil {
		return Request{}, err
	}
	id, err := s.external(tx, "production_material", source, externalID)
	if err != nil {
		return Request{}, err
	}
	if err := ownMaterial(tx, id, r.ID); err != nil {
		return Request{}, err
	}
	before := r.snapshot()
	r.Materials = slices.DeleteFunc(r.Materials, func(m Material) bool { return m.ID == id })
	if !in.Needed.IsZero() {
		m, err := in.material(tx, &r, bounds)
		if err != nil {
			return Request{}, err
		}
		m.ID = id
		r.Materials = append(r.Materials, m)
	}
	return r, s.supplied(tx, &r, "putProductionMaterialByExternalId", before)
}

// material checks what is said, and computes what is short.
func (in MaterialInput) material(tx pg.Tx, r *Request, b Bounds) (Material, error) {
	if in.LineID != nil {
		if l := r.Line(*in.LineID); l == nil || l.Removed {
			return Material{}, ErrNoLine.At("/line_id")
		}
	}
	if !in.Needed.IsPos() {
		return Material{}, ErrQuantity.At("/needed")
	}
	for i, a := range in.Arrivals {
		if !a.Quantity.IsPos() {
			return Material{}, ErrQuantity.At(fmt.Sprintf("/arrivals/%d/quantity", i))
		}
		if err := b.Ahead(a.On.Time); err != nil {
			return Material{}, errs.Below(err, fmt.Sprintf("/arrivals/%d/arrives_on", i))
		}
	}
	m := Material{
		ID: uuid.Must(uuid.NewV7()), RequestID: r.ID, LineID: in.LineID, OwnerID: r.OwnerID, Material: strings.TrimSpace(in.Material),
		Unit: in.Unit, Needed: quantity(in.Needed), OnHand: quantity(in.OnHand), Arrivals: slices.Clone(in.Arrivals),
		Supplier: strings.TrimSpace(in.Supplier), Note: strings.TrimSpace(in.Note), StatedAt: tx.Now, StatedBy: tx.By.Actor(),
	}
	if m.Arrivals == nil {
		m.Arrivals = []Arrival{}
	}
	m.assess()
	if !m.short() && len(m.Arrivals) > 0 {
		return Material{}, ErrArrivals.At("/arrivals")
	}
	return m, nil
}

// supplied stores the materials, which answers the revision.
func (s *Service) supplied(tx pg.Tx, r *Request, action string, before any) error {
	r.MaterialsRevision = r.Revision
	r.live()
	for i := range r.Materials {
		r.Materials[i].WantedOn = r.wantedOn(r.Materials[i])
	}
	if err := replaceMaterials(tx, r); err != nil {
		return err
	}
	if err := s.store(tx, r, action, before); err != nil {
		return err
	}
	return followup.Close(tx, kindMaterials, Subject, r.ID)
}

// wantedOn is the first promise that a material serves.
func (r *Request) wantedOn(m Material) time.Time {
	first := noDate
	for _, l := range r.Lines {
		if p := l.promise(); !l.Removed && m.serves(l.ID) && p != nil && p.Before(first) {
			first = *p
		}
	}
	return first
}

// noDate stands for no date where the earlier comes first.
var noDate = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
