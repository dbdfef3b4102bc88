package carrier

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Filter narrows a list of carriers; zero fields don't.
type Filter struct {
	Text   string // in code or name
	Active *bool
}

// List returns carriers by code. One statement.
func (s *Service) List(tx pg.Tx, f Filter, p pg.Page) ([]Carrier, string, error) {
	q := tx.Order("code").Limit(p.Limit + 1)
	if text := strings.TrimSpace(f.Text); text != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text) + "%"
		q = q.Where("code ILIKE @text OR name ILIKE @text", map[string]any{"text": like})
	}
	if f.Active != nil {
		q = q.Where("active = ?", *f.Active)
	}
	var last string
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("code > ?", last)
	}
	var rows []Carrier
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(c Carrier) any { return c.Code })
}

// RateFilter narrows a list of rates; zero fields don't.
type RateFilter struct {
	CarrierID *uuid.UUID
	ToRegion  string
	Basis     Basis
	On        *time.Time // in force then
}

// RateSummary is a rate with its carrier's name.
type RateSummary struct {
	Rate        `gorm:"embedded"`
	CarrierName string
}

// ListRates returns rates, the newest first. One statement.
func (s *Service) ListRates(tx pg.Tx, f RateFilter, p pg.Page) ([]RateSummary, string, error) {
	n := pg.Narrow()
	n.By(f.CarrierID != nil, "r.carrier_id = @carrier", "carrier", f.CarrierID)
	n.By(f.ToRegion != "", "r.to_region = @region", "region", f.ToRegion)
	n.By(f.Basis != "", "r.basis = @basis", "basis", f.Basis)
	n.By(f.On != nil, "r.valid_from <= @on AND (r.valid_until IS NULL OR r.valid_until >= @on)", "on", f.On)
	return pg.Newest(tx, p, n, "SELECT r.*, c.name AS carrier_name FROM freight_rates r JOIN carriers c ON c.id = r.carrier_id ", "r.id", func(r RateSummary) uuid.UUID { return r.ID })
}

// ListDistances returns what is kept of regions, and of addresses of customers whom the caller sees (ORG-06), the newest first. One statement.
func (s *Service) ListDistances(tx pg.Tx, who identity.Principal, region string, p pg.Page) ([]Distance, string, error) {
	n := pg.Narrow()
	n.By(region != "", "d.region = @region", "region", region)
	n.Seen(who, "(d.customer_id IS NULL OR c.owner_id IN @owners)")
	return pg.Newest(tx, p, n, `SELECT d.*, a.line AS address_line, c.name AS customer_name FROM freight_distances d
		LEFT JOIN customers c ON c.id = d.customer_id LEFT JOIN customer_addresses a ON a.id = d.address_id `, "d.id", func(d Distance) uuid.UUID { return d.ID })
}
