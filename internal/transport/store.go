package transport

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/carrier"
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
	var err error
	if t.rates, err = carrier.ReadRates(rates); err != nil || len(weights) == 0 {
		return err
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
