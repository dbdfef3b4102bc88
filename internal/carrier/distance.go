package carrier

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Distance says how far it is to a region, or to one delivery address, and in which region that lies.
type Distance struct {
	ID         uuid.UUID
	Region     string
	AddressID  *uuid.UUID
	CustomerID *uuid.UUID
	Km         decimal.Decimal
	UpdatedBy  *uuid.UUID
	UpdatedAt  time.Time
	Version    int64

	AddressLine  string `gorm:"->"`
	CustomerName string `gorm:"->"`
}

// TableName is where distances are kept.
func (Distance) TableName() string { return "freight_distances" }

// SetDistance keeps how far it is, once for each region and each address. Returns ErrDistance, and ErrNoAddress for an address of nobody
// whom the caller sees (ORG-06).
func (s *Service) SetDistance(tx pg.Tx, who identity.Principal, d Distance) (Distance, error) {
	d.Region = strings.TrimSpace(d.Region)
	if !d.Km.IsPos() {
		return Distance{}, ErrDistance.At("/km")
	}
	if d.AddressID != nil {
		a, err := addressOf(tx, *d.AddressID)
		if err != nil || !who.Sees(a.OwnerID) {
			return Distance{}, noAddress(err)
		}
		d.CustomerID, d.AddressLine, d.CustomerName = &a.CustomerID, a.Line, a.CustomerName
	}
	d.ID, d.UpdatedBy, d.UpdatedAt = uuid.Must(uuid.NewV7()), tx.By.Actor(), tx.Now
	if err := upsertDistance(tx, &d); err != nil {
		return Distance{}, err
	}
	return d, audit.Record(tx, audit.Entry{Action: "setFreightDistance", SubjectType: "freight_distance", SubjectID: d.ID, After: map[string]any{
		"region": d.Region, "address_id": d.AddressID, "km": d.Km, "version": d.Version,
	}})
}

func noAddress(err error) error {
	if e, ours := errs.As(err); err == nil || ours && e.Kind == errs.NotFound {
		return ErrNoAddress.At("/address_id")
	}
	return err
}

// Way is what a caller says of a route; what is missing is looked up.
type Way struct {
	From      string
	To        string
	AddressID *uuid.UUID
	Km        *decimal.Decimal
}

// RouteOf fills in what is kept: the region of the address, and the distance of the address, else of the region. What the caller says counts
// before both. Returns ErrDistance, and ErrNoAddress for an address of nobody whom the caller sees (ORG-06).
func RouteOf(tx pg.Tx, who identity.Principal, w Way) (Route, error) {
	r := Route{From: strings.TrimSpace(w.From), To: strings.TrimSpace(w.To), Km: w.Km}
	if r.Km != nil && !r.Km.IsPos() {
		return Route{}, ErrDistance.At("/km")
	}
	if w.AddressID != nil {
		a, err := addressOf(tx, *w.AddressID)
		if err != nil || !who.Sees(a.OwnerID) {
			return Route{}, noAddress(err)
		}
		if r.To == "" && a.Region != nil {
			r.To = *a.Region
		}
		if r.Km == nil {
			r.Km = a.Km
		}
	}
	if r.Km != nil || r.To == "" {
		return r, nil
	}
	var err error
	r.Km, err = regionKm(tx, r.To)
	return r, err
}
