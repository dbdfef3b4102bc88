package transport

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// notFoundAs turns a row that isn't there into a refusal.
func notFoundAs(err, as error) error {
	if e, ours := errs.As(err); ours && e.Kind == errs.NotFound {
		return as
	}
	return err
}

func storeCarrier(tx pg.Tx, c *Carrier) error {
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

// offer is a carrier in use with its rates of a day.
type offer struct {
	Carrier
	rates []Rate
}

// offersOn returns the carriers in use that have rates in force on a day. One statement.
func offersOn(tx pg.Tx, on time.Time) ([]offer, error) {
	var rows []struct {
		Rate     `gorm:"embedded"`
		Code     string
		CarrierN string
	}
	err := tx.Raw(`SELECT r.*, c.code, c.name AS carrier_n FROM freight_rates r JOIN carriers c ON c.id = r.carrier_id AND c.active
		WHERE r.valid_from <= ? AND (r.valid_until IS NULL OR r.valid_until >= ?) ORDER BY c.code, r.id`, on, on).Scan(&rows).Error
	var offers []offer
	for _, r := range rows {
		if n := len(offers); n == 0 || offers[n-1].ID != r.CarrierID {
			offers = append(offers, offer{Carrier: Carrier{ID: r.CarrierID, Code: r.Code, Name: r.CarrierN}})
		}
		o := &offers[len(offers)-1]
		o.rates = append(o.rates, r.Rate)
	}
	return offers, err
}

const selectNotice = `SELECT t.*, n.number AS shipment_number, c.name AS customer_name, c.owner_id FROM transport_notices t
	JOIN shipping_notices n ON n.id = t.notice_id JOIN customers c ON c.id = t.customer_id `

// takeNotice reads a transport notice with its lines.
func takeNotice(tx pg.Tx, id uuid.UUID) (Notice, error) {
	var rows []Notice
	if err := tx.Raw(selectNotice+"WHERE t.id = ?", id).Scan(&rows).Error; err != nil {
		return Notice{}, err
	}
	if len(rows) == 0 {
		return Notice{}, errs.ErrNotFound
	}
	var err error
	rows[0].Lines, err = linesOf(tx, id)
	return rows[0], err
}

func linesOf(tx pg.Tx, id uuid.UUID) (lines []Line, err error) {
	return lines, tx.Where("transport_notice_id = ?", id).Order("position_no").Find(&lines).Error
}

func lockOne(tx pg.Tx, id uuid.UUID) (Notice, error) {
	n, err := pg.TakeForUpdate[Notice](tx, "id = ?", id)
	return n, err
}

// lockPlanned locks the planned transport notices of a shipping notice but one, in id order, and returns them with their lines.
func lockPlanned(tx pg.Tx, noticeID, but uuid.UUID) ([]Notice, error) {
	var rows []Notice
	err := tx.Raw("SELECT * FROM transport_notices WHERE notice_id = ? AND id <> ? AND state = 'planned' ORDER BY id FOR NO KEY UPDATE", noticeID, but).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows, attachLines(tx, rows)
}

func attachLines(tx pg.Tx, rows []Notice) error {
	at, ids := make(map[uuid.UUID]int, len(rows)), make([]uuid.UUID, len(rows))
	for i, n := range rows {
		at[n.ID], ids[i] = i, n.ID
	}
	var lines []Line
	if err := tx.Where("transport_notice_id IN ?", ids).Order("transport_notice_id, position_no").Find(&lines).Error; err != nil {
		return err
	}
	for _, l := range lines {
		n := &rows[at[l.TransportNoticeID]]
		n.Lines = append(n.Lines, l)
	}
	return nil
}

func expected(tx pg.Tx, noticeID uuid.UUID) (rows []Notice, err error) {
	return rows, tx.Raw(selectNotice+"WHERE t.notice_id = ? AND t.state = 'planned' ORDER BY t.id", noticeID).Scan(&rows).Error
}

func replaceLines(tx pg.Tx, n *Notice) error {
	if _, err := pg.Exec(tx, "DELETE FROM transport_notice_lines WHERE transport_notice_id = ?", n.ID); err != nil {
		return err
	}
	return pg.Insert(tx, &n.Lines)
}

func storeNotice(tx pg.Tx, n *Notice) error {
	err := pg.Update(tx, "transport_notices", n.ID, n.Version, map[string]any{
		"state": n.State, "paid_by": n.PaidBy, "carrier_id": n.CarrierID, "carrier_name": n.CarrierName, "vehicle": n.Vehicle, "vehicle_key": n.VehicleKey,
		"driver": n.Driver, "driver_phone": n.DriverPhone, "pickup_on": n.PickupOn, "from_region": n.FromRegion, "to_region": n.ToRegion, "km": n.Km,
		"trip_id": n.TripID, "remarks": n.Remarks, "state_reason": n.StateReason, "delivery_note_id": n.DeliveryNoteID, "loaded_at": n.LoadedAt,
		"done_at": n.DoneAt, "updated_at": n.UpdatedAt,
	})
	n.Version++
	return err
}

// voidPlanned cancels the planned transport notices of a shipping notice and returns them. One statement.
func voidPlanned(tx pg.Tx, noticeID uuid.UUID, reason string) (rows []Notice, err error) {
	return rows, tx.Raw(`WITH held AS (SELECT id FROM transport_notices WHERE notice_id = ? AND state = 'planned' ORDER BY id FOR NO KEY UPDATE)
		UPDATE transport_notices t SET state = 'cancelled', state_reason = ?, updated_at = ?, version = t.version + 1 FROM held WHERE t.id = held.id
		RETURNING t.*`, noticeID, reason, tx.Now).Scan(&rows).Error
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

// lockTrucks locks the transport notices of a shipping notice that aren't cancelled, in id order, and returns them with what their freight is priced
// by. One statement.
func lockTrucks(tx pg.Tx, noticeID uuid.UUID, products []uuid.UUID) ([]Truck, error) {
	var rows []struct {
		Notice      `gorm:"embedded"`
		RatesJSON   []byte
		WeightsJSON []byte
		Shared      bool
	}
	today := clock.Today(tx.Now)
	err := tx.Raw(`SELECT t.*, convert_to((SELECT json_agg(r) FROM freight_rates r WHERE r.carrier_id = t.carrier_id AND r.valid_from <= ?
				AND (r.valid_until IS NULL OR r.valid_until >= ?))::text, 'UTF8') AS rates_json,
			convert_to((SELECT json_object_agg(p.id, p.tonnes_per_unit) FROM products p WHERE p.id = ANY (?::uuid[]))::text, 'UTF8') AS weights_json,
			EXISTS (SELECT FROM transport_notices o WHERE o.trip_id = t.trip_id AND o.id <> t.id AND o.state <> 'cancelled') AS shared
		FROM transport_notices t WHERE t.notice_id = ? AND t.state <> 'cancelled' ORDER BY t.id FOR NO KEY UPDATE OF t`,
		today, today, pg.IDs(products), noticeID).Scan(&rows).Error
	trucks := make([]Truck, len(rows))
	for i, r := range rows {
		trucks[i] = Truck{Notice: r.Notice, shared: r.Shared}
		if err == nil {
			err = trucks[i].decode(r.RatesJSON, r.WeightsJSON)
		}
	}
	return trucks, err
}

func (t *Truck) decode(rates, weights []byte) error {
	var rows []rateRow
	if len(rates) > 0 {
		if err := json.Unmarshal(rates, &rows); err != nil {
			return err
		}
	}
	for _, row := range rows {
		r, err := row.rate()
		if err != nil {
			return err
		}
		t.rates = append(t.rates, r)
	}
	if len(weights) == 0 {
		return nil
	}
	return json.Unmarshal(weights, &t.weights)
}

// lockByDelivery locks the transport notice that a delivery note left with; found is false for none.
func lockByDelivery(tx pg.Tx, deliveryNoteID uuid.UUID) (n Notice, found bool, err error) {
	var rows []Notice
	err = tx.Raw("SELECT * FROM transport_notices WHERE delivery_note_id = ? FOR NO KEY UPDATE", deliveryNoteID).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return Notice{}, false, err
	}
	return rows[0], true, nil
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
