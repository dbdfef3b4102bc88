package carrier

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func store(tx pg.Tx, c *Carrier) error {
	err := pg.Update(tx, "carriers", c.ID, c.Version, map[string]any{
		"code": c.Code, "name": c.Name, "contact": c.Contact, "phone": c.Phone, "tax_number": c.TaxNumber, "remarks": c.Remarks,
		"active": c.Active, "updated_at": c.UpdatedAt,
	})
	c.Version++
	return err
}

func storeRate(tx pg.Tx, r *Rate) error {
	err := pg.Update(tx, "freight_rates", r.ID, r.Version, map[string]any{"valid_until": r.ValidUntil})
	r.Version++
	return err
}

// address is a customer's address, with what is kept of its distance.
type address struct {
	CustomerID   uuid.UUID
	CustomerName string
	OwnerID      uuid.UUID
	Line         string
	Region       *string
	Km           *decimal.Decimal
}

func addressOf(tx pg.Tx, id uuid.UUID) (a address, err error) {
	var rows []address
	err = tx.Raw(`SELECT a.customer_id, c.name AS customer_name, c.owner_id, a.line, d.region, d.km FROM customer_addresses a
		JOIN customers c ON c.id = a.customer_id LEFT JOIN freight_distances d ON d.address_id = a.id WHERE a.id = ?`, id).Scan(&rows).Error
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return address{}, err
	}
	return rows[0], nil
}

func regionKm(tx pg.Tx, region string) (*decimal.Decimal, error) {
	var km []decimal.Decimal
	err := tx.Raw("SELECT km FROM freight_distances WHERE region = ? AND address_id IS NULL", region).Scan(&km).Error
	if err != nil || len(km) == 0 {
		return nil, err
	}
	return &km[0], nil
}

// upsertDistance writes a distance, once for each region and each address.
func upsertDistance(tx pg.Tx, d *Distance) error {
	target := "(region) WHERE address_id IS NULL"
	if d.AddressID != nil {
		target = "(address_id) WHERE address_id IS NOT NULL"
	}
	return pg.ScanRow(tx, []any{&d.ID, &d.Version}, `INSERT INTO freight_distances AS d (id, region, address_id, customer_id, km, updated_by, updated_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT `+target+` DO UPDATE SET region = excluded.region, km = excluded.km, updated_by = excluded.updated_by,
			updated_at = excluded.updated_at, version = d.version + 1 RETURNING d.id, d.version`,
		d.ID, d.Region, d.AddressID, d.CustomerID, d.Km, d.UpdatedBy, d.UpdatedAt)
}

// Offer is a carrier in use with its rates of a day.
type Offer struct {
	Carrier
	Rates []Rate
}

// Offers returns the carriers in use that have rates in force on a day. One statement.
func Offers(tx pg.Tx, on time.Time) ([]Offer, error) {
	var rows []struct {
		Rate     `gorm:"embedded"`
		Code     string
		CarrierN string
	}
	err := tx.Raw(`SELECT r.*, c.code, c.name AS carrier_n FROM freight_rates r JOIN carriers c ON c.id = r.carrier_id AND c.active
		WHERE r.valid_from <= ? AND (r.valid_until IS NULL OR r.valid_until >= ?) ORDER BY c.code, r.id`, on, on).Scan(&rows).Error
	var offers []Offer
	for _, r := range rows {
		if n := len(offers); n == 0 || offers[n-1].ID != r.CarrierID {
			offers = append(offers, Offer{Carrier: Carrier{ID: r.CarrierID, Code: r.Code, Name: r.CarrierN}})
		}
		o := &offers[len(offers)-1]
		o.Rates = append(o.Rates, r.Rate)
	}
	return offers, err
}

// rateRow is a row of freight_rates as PostgreSQL writes it in JSON.
type rateRow struct {
	ID            uuid.UUID        `json:"id"`
	CarrierID     uuid.UUID        `json:"carrier_id"`
	Basis         Basis            `json:"basis"`
	FromRegion    string           `json:"from_region"`
	ToRegion      string           `json:"to_region"`
	KmAbove       decimal.Decimal  `json:"km_above"`
	KmTo          *decimal.Decimal `json:"km_to"`
	Price         decimal.Decimal  `json:"price"`
	MinimumCharge decimal.Decimal  `json:"minimum_charge"`
	TaxRate       decimal.Decimal  `json:"tax_rate"`
	ValidFrom     string           `json:"valid_from"`
}

// rate is what the row says. Its last day isn't read: it is in force.
func (r rateRow) rate() (Rate, error) {
	from, err := time.Parse(time.DateOnly, r.ValidFrom)
	return Rate{
		ID: r.ID, CarrierID: r.CarrierID, Basis: r.Basis, FromRegion: r.FromRegion, ToRegion: r.ToRegion, KmAbove: r.KmAbove, KmTo: r.KmTo,
		Price: r.Price, MinimumCharge: r.MinimumCharge, TaxRate: r.TaxRate, ValidFrom: from,
	}, err
}

// ReadRates reads the rates that PostgreSQL wrote as a JSON array of rows; nothing is none.
func ReadRates(written []byte) ([]Rate, error) {
	if len(written) == 0 {
		return nil, nil
	}
	var rows []rateRow
	if err := json.Unmarshal(written, &rows); err != nil {
		return nil, err
	}
	rates := make([]Rate, len(rows))
	for i, row := range rows {
		var err error
		if rates[i], err = row.rate(); err != nil {
			return nil, err
		}
	}
	return rates, nil
}

// carriersCalled returns carriers by what people call them, in lower case: their codes and their names.
func carriersCalled(tx pg.Tx, words []string) (map[string]Carrier, error) {
	var rows []Carrier
	if err := tx.Where("code IN ? OR name IN ?", words, words).Find(&rows).Error; err != nil {
		return nil, err
	}
	called := make(map[string]Carrier, 2*len(rows))
	for _, c := range rows {
		called[strings.ToLower(c.Name)] = c
		called[strings.ToLower(c.Code)] = c
	}
	return called, nil
}

// ratesOf returns all rates of carriers.
func ratesOf(tx pg.Tx, carriers []uuid.UUID) (rows []Rate, err error) {
	return rows, tx.Where("carrier_id IN ?", carriers).Find(&rows).Error
}
