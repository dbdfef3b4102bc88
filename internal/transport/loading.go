package transport

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/carrier"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Sight is what stands before the ramp.
type Sight struct {
	Vehicle string
	Carrier string
	Driver  string
}

// Truck is an expected truck that stands before the ramp, with all that its freight is priced by.
type Truck struct {
	Notice
	rates   []carrier.Rate // of its carrier, in force today
	weights map[uuid.UUID]*decimal.Decimal
	shared  bool // the trip is another transport notice's too
}

// Expected returns the trucks that are still to come for a shipping notice, in the order in which they were planned. One statement.
func (s *Service) Expected(tx pg.Tx, noticeID uuid.UUID) ([]Notice, error) {
	return expected(tx, noticeID)
}

// Match compares what stands before the ramp with the transport notices of a shipping notice (SHP-07), whose row is locked; products are what it
// ships. It returns the truck, or nil where the shipping notice has no transport notice and its own words count. A difference is refused in
// words and recorded with its decision, which commits (pg.Keep), so the caller has changed nothing yet: ErrSayTruck, ErrNoTruckLeft,
// ErrOtherVehicle, ErrOtherCarrier, ErrOtherDriver. Locks the transport notices. One statement, and one for a refusal.
func (s *Service) Match(tx pg.Tx, noticeID uuid.UUID, products []uuid.UUID, seen Sight) (*Truck, error) {
	trucks, err := lockTrucks(tx, noticeID, products)
	if err != nil || len(trucks) == 0 {
		return nil, err
	}
	t, refusal := pick(trucks, seen)
	if refusal != nil {
		return nil, turnAway(tx, noticeID, seen, refusal)
	}
	return t, nil
}

// pick finds the truck that stands there among those planned, and says what differs.
func pick(trucks []Truck, seen Sight) (*Truck, *errs.Error) {
	trucks = slices.DeleteFunc(trucks, func(t Truck) bool { return t.State != Planned })
	if len(trucks) == 0 {
		return nil, ErrNoTruckLeft.With()
	}
	vehicle, carrier, driver := PlateKey(seen.Vehicle), strings.TrimSpace(seen.Carrier), strings.TrimSpace(seen.Driver)
	if vehicle == "" || carrier == "" || driver == "" {
		return nil, ErrSayTruck.With()
	}
	at := slices.IndexFunc(trucks, func(t Truck) bool { return t.VehicleKey == vehicle })
	if at < 0 {
		plates := make([]string, len(trucks))
		for i, t := range trucks {
			plates[i] = t.Vehicle
		}
		return nil, ErrOtherVehicle.With("expected", strings.Join(plates, "、"), "found", strings.TrimSpace(seen.Vehicle)).At("/vehicle")
	}
	t := &trucks[at]
	if !strings.EqualFold(carrier, t.CarrierName) {
		return nil, ErrOtherCarrier.With("number", t.Number, "expected", t.CarrierName, "found", carrier).At("/carrier")
	}
	if !strings.EqualFold(driver, t.Driver) {
		return nil, ErrOtherDriver.With("number", t.Number, "expected", t.Driver, "found", driver).At("/driver")
	}
	return t, nil
}

// turnAway records the refusal, which stays.
func turnAway(tx pg.Tx, noticeID uuid.UUID, seen Sight, refusal *errs.Error) error {
	d := decision.New("loading", SubjectShipment, noticeID)
	d.Outcome, d.DecidedBy = decision.Refused, tx.By.Actor()
	d.Check("SHP-07", false, map[string]string{"vehicle": seen.Vehicle, "carrier": seen.Carrier, "driver": seen.Driver}, refusal.Text("en"), refusal.Text("zh-CN"))
	if err := decision.Record(tx, &d); err != nil {
		return err
	}
	return pg.Keep(refusal.Deciding(d))
}

// Departure is what was loaded on a truck.
type Departure struct {
	DeliveryNoteID uuid.UUID
	DeliveryNumber string
	Goods          []Good
}

// Depart takes a truck as loaded with a delivery note, which is written, and makes the freight voucher of what we pay, priced from the rates in
// force today (SHP-08, SHP-18); nil when the customer pays. The truck is locked (Match). Locks its trip when it shares one, and the number
// series. Two statements; two more for a shared trip.
func (s *Service) Depart(tx pg.Tx, t *Truck, d Departure) (*Voucher, error) {
	before := t.snapshot()
	t.State, t.DeliveryNoteID, t.LoadedAt, t.UpdatedAt = Loaded, &d.DeliveryNoteID, &tx.Now, tx.Now
	if t.PaidBy == PaidByCustomer {
		if err := storeNotice(tx, &t.Notice); err != nil {
			return nil, err
		}
		return nil, t.record(tx, string(VerbLoad), before)
	}
	v, err := s.bill(tx, t, d)
	if err != nil {
		return nil, err
	}
	if err := insertVoucher(tx, &t.Notice, &v); err != nil {
		return nil, err
	}
	return &v, audit.RecordAll(tx, []audit.Entry{
		{Action: string(VerbLoad), SubjectType: SubjectNotice, SubjectID: t.ID, Before: before, After: t.snapshot()},
		{Action: "issueFreightVoucher", SubjectType: SubjectVoucher, SubjectID: v.ID, After: v.snapshot()},
		{Action: string(VerbLoad), SubjectType: SubjectShipment, SubjectID: t.NoticeID, After: map[string]any{
			"transport_notice": t.Number, "transport_state": t.State, "vehicle": t.Vehicle, "delivery_note": d.DeliveryNumber,
		}},
	})
}

// bill makes the voucher of a truck that is loaded.
func (s *Service) bill(tx pg.Tx, t *Truck, d Departure) (Voucher, error) {
	today, weight := clock.Today(tx.Now), tonnes(d.Goods, t.weights)
	earlier, err := t.earlier(tx)
	if err != nil {
		return Voucher{}, err
	}
	f := carrier.Price(t.rates, t.route(), today, weight, carrier.Borne{})
	if before := earlier.by(f.Rate); before.Shared {
		f = carrier.Price(t.rates, t.route(), today, weight, before)
	}
	v := Voucher{
		ID: uuid.Must(uuid.NewV7()), TransportNoticeID: t.ID, TripID: t.TripID, DeliveryNoteID: d.DeliveryNoteID, CarrierID: *t.CarrierID,
		CustomerID: t.CustomerID, State: Issued, Vehicle: t.Vehicle, Driver: t.Driver, ShippedOn: today, Km: t.Km, Tonnes: f.Tonnes,
		Amount: f.Amount, Adjusted: decimal.Zero.Pad(2), TaxRate: decimal.Zero, Computation: f.Lines,
		CreatedBy: tx.By.Actor(), CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
	}
	if f.Priced {
		v.RateID = &f.Rate.ID
	}
	if f.Rate != nil {
		v.TaxRate = f.Rate.TaxRate
	}
	return v, nil
}

// trip is what vouchers of the same truck's trip bear already.
type trip []Voucher

// earlier returns the vouchers of the truck's trip; none for a truck that shares it with nobody. Locks the trip: two that leave at once don't
// both bear it.
func (t *Truck) earlier(tx pg.Tx) (trip, error) {
	if !t.shared {
		return nil, nil
	}
	all, err := lockTrip(tx, t.TripID)
	return slices.DeleteFunc(all, func(v Voucher) bool { return PlateKey(v.Vehicle) != t.VehicleKey }), err
}

// by adds up what is borne by one rate.
func (t trip) by(r *carrier.Rate) carrier.Borne {
	b := carrier.Borne{Tonnes: decimal.Zero, Amount: decimal.Zero.Pad(money.AmountScale)}
	for _, v := range t {
		if r == nil || v.RateID == nil || *v.RateID != r.ID {
			continue
		}
		b.Shared, b.Amount = true, money.Add(b.Amount, v.Amount)
		if v.Tonnes != nil {
			b.Tonnes = money.Add(b.Tonnes, *v.Tonnes)
		}
	}
	return b
}

// Unload takes back what Depart did to the truck: it is expected again. It does nothing for a delivery note without a transport notice. Returns
// errs.ErrState for goods that have arrived. Call it before the delivery note is locked, and Unbill after. Locks the transport notice. One
// statement, two more where there is a truck.
func (s *Service) Unload(tx pg.Tx, deliveryNoteID uuid.UUID, reason string) error {
	n, found, err := lockByDelivery(tx, deliveryNoteID)
	if err != nil || !found {
		return err
	}
	if err := n.may(VerbUnload, nil); err != nil {
		return err
	}
	before := n.snapshot()
	n.State, n.DeliveryNoteID, n.LoadedAt, n.StateReason, n.UpdatedAt = Planned, nil, nil, strings.TrimSpace(reason), tx.Now
	if err := storeNotice(tx, &n); err != nil {
		return err
	}
	return n.record(tx, string(VerbUnload), before)
}

// Unbill ends the freight voucher of goods that were unloaded (SHP-08), whose delivery note is locked. It does nothing where there is none. Returns
// ErrSettled for a voucher that stands in a settlement. Locks the voucher.
func (s *Service) Unbill(tx pg.Tx, deliveryNoteID uuid.UUID, reason string) error {
	return killVoucher(tx, deliveryNoteID, strings.TrimSpace(reason))
}

// Arrive says that a delivery note's goods have arrived: its truck's transport notice is done. It does nothing without one, or for one that is
// done. Locks the transport notice.
func (s *Service) Arrive(tx pg.Tx, deliveryNoteID uuid.UUID) error {
	n, found, err := lockByDelivery(tx, deliveryNoteID)
	if err != nil || !found || n.State != Loaded {
		return err
	}
	before := n.snapshot()
	n.State, n.DoneAt, n.UpdatedAt = Done, &tx.Now, tx.Now
	if err := storeNotice(tx, &n); err != nil {
		return err
	}
	return n.record(tx, string(VerbComplete), before)
}

// Void cancels what is planned for a shipping notice that is revised, cancelled or closed, and whose row is locked. Locks its planned transport
// notices. One statement, and one for the events.
func (s *Service) Void(tx pg.Tx, noticeID uuid.UUID, reason string) error {
	voided, err := voidPlanned(tx, noticeID, fmt.Sprintf("%.500s", strings.TrimSpace(reason)))
	if err != nil {
		return err
	}
	entries := make([]audit.Entry, len(voided))
	for i, n := range voided {
		entries[i] = audit.Entry{Action: string(VerbCancel), SubjectType: SubjectNotice, SubjectID: n.ID, Before: map[string]any{"state": Planned}, After: n.snapshot()}
	}
	return audit.RecordAll(tx, entries)
}
