package transport

import (
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/carrier"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Create plans a truck for a shipping notice that is on its way to be shipped (SHP-07). Returns ErrNoShipment, ErrNotPlannable, carrier.ErrNoCarrier,
// ErrOwnCarrier, ErrPlate, ErrPickupPast, ErrNoTrip, ErrSameTruck, ErrNoLine, ErrQuantity, ErrLineTwice, ErrOverNotice. Locks the shipping
// notice and its transport notices.
func (s *Service) Create(tx pg.Tx, who identity.Principal, noticeID uuid.UUID, p Plan) (Notice, error) {
	load, err := s.load(tx, who, noticeID, true, "/shipping_notice_id")
	if err != nil {
		return Notice{}, err
	}
	n := Notice{
		ID: uuid.Must(uuid.NewV7()), NoticeID: noticeID, CustomerID: load.CustomerID, State: Planned,
		CreatedBy: tx.By.Actor(), CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
	}
	if err := s.fill(tx, who, &n, load, p); err != nil {
		return Notice{}, err
	}
	if n.Number, err = pg.NextNumber(tx, "TN", tx.Now.In(clock.Shanghai)); err != nil {
		return Notice{}, err
	}
	if err := pg.Insert(tx, &n); err != nil {
		return Notice{}, err
	}
	if err := pg.Insert(tx, &n.Lines); err != nil {
		return Notice{}, err
	}
	if err := n.record(tx, "createTransportNotice", nil); err != nil {
		return Notice{}, err
	}
	return takeNotice(tx, n.ID)
}

// Change is the authorised change of what was planned (SHP-07), with a reason: nobody who loads can make it. Returns what Create returns,
// ErrReason, and errs.ErrState for a truck that is loaded. Locks the shipping notice and its transport notices.
func (s *Service) Change(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string, change func(*Plan)) (Notice, error) {
	n, load, err := s.hold(tx, who, id)
	if err != nil {
		return Notice{}, err
	}
	if err := n.may(VerbChange, version); err != nil {
		return Notice{}, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return Notice{}, ErrReason.At("/reason")
	}
	before := n.snapshot()
	p := n.plan()
	change(&p)
	if err := s.fill(tx, who, &n, load, p); err != nil {
		return Notice{}, err
	}
	n.StateReason = reason
	if err := replaceLines(tx, &n); err != nil {
		return Notice{}, err
	}
	return s.stored(tx, &n, VerbChange, before)
}

// Cancel says that a planned truck doesn't come. Returns errs.ErrState for one that is loaded. Locks as Change does.
func (s *Service) Cancel(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Notice, error) {
	n, _, err := s.hold(tx, who, id)
	if err != nil {
		return Notice{}, err
	}
	if err := n.may(VerbCancel, version); err != nil {
		return Notice{}, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return Notice{}, ErrReason.At("/reason")
	}
	before := n.snapshot()
	n.State, n.StateReason = Cancelled, reason
	return s.stored(tx, &n, VerbCancel, before)
}

// Complete says that the truck has brought its goods. Returns errs.ErrState for one that isn't loaded. Locks the transport notice.
func (s *Service) Complete(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Notice, error) {
	n, err := s.Get(tx, who, id)
	if err != nil {
		return Notice{}, err
	}
	if n, err = lockOne(tx, id); err != nil {
		return Notice{}, err
	}
	if err := n.may(VerbComplete, version); err != nil {
		return Notice{}, err
	}
	before := n.snapshot()
	n.State, n.DoneAt = Done, &tx.Now
	return s.stored(tx, &n, VerbComplete, before)
}

// hold locks what a change of the plan moves: the shipping notice, then its transport notices.
func (s *Service) hold(tx pg.Tx, who identity.Principal, id uuid.UUID) (Notice, Load, error) {
	peek, err := s.Get(tx, who, id)
	if err != nil {
		return Notice{}, Load{}, err
	}
	load, err := s.load(tx, who, peek.NoticeID, true, "")
	if err != nil {
		return Notice{}, Load{}, err
	}
	n, err := lockOne(tx, id)
	n.Lines = peek.Lines
	if n.Version != peek.Version && err == nil {
		n.Lines, err = linesOf(tx, id)
	}
	return n, load, err
}

func (s *Service) stored(tx pg.Tx, n *Notice, v Verb, before map[string]any) (Notice, error) {
	n.UpdatedAt = tx.Now
	if err := storeNotice(tx, n); err != nil {
		return Notice{}, err
	}
	if err := n.record(tx, string(v), before); err != nil {
		return Notice{}, err
	}
	return takeNotice(tx, n.ID)
}

// record leaves the event of a transport notice, and on its shipping notice's timeline, that something happened.
func (n *Notice) record(tx pg.Tx, action string, before map[string]any) error {
	e := audit.Entry{Action: action, SubjectType: SubjectNotice, SubjectID: n.ID, After: n.snapshot()}
	if before != nil {
		e.Before = before
	}
	return audit.RecordAll(tx, []audit.Entry{e, {
		Action: action, SubjectType: SubjectShipment, SubjectID: n.NoticeID,
		After: map[string]any{"transport_notice": n.Number, "transport_state": n.State, "vehicle": n.Vehicle},
	}})
}

// plan is what was said of the transport notice.
func (n *Notice) plan() Plan {
	p := Plan{
		PaidBy: n.PaidBy, CarrierID: n.CarrierID, CarrierName: n.CarrierName, Vehicle: n.Vehicle, Driver: n.Driver, DriverPhone: n.DriverPhone,
		PickupOn: n.PickupOn, Way: carrier.Way{From: n.FromRegion, To: n.ToRegion, Km: n.Km}, Remarks: n.Remarks,
	}
	if n.TripID != n.ID {
		p.SharesWith = &n.TripID
	}
	for _, l := range n.Lines {
		p.Lines = append(p.Lines, PlanLine{l.OrderLineID, l.Quantity})
	}
	return p
}

// fill checks what is said and writes it on the transport notice, whose shipping notice is locked.
func (s *Service) fill(tx pg.Tx, who identity.Principal, n *Notice, load Load, p Plan) error {
	if !load.ToShip {
		return ErrNotPlannable.With("number", load.Number, "state", load.State)
	}
	if p.PickupOn.Before(clock.Today(tx.Now)) && !p.PickupOn.Equal(n.PickupOn) {
		return ErrPickupPast.At("/pickup_on")
	}
	n.Vehicle, n.VehicleKey = strings.TrimSpace(p.Vehicle), PlateKey(p.Vehicle)
	if n.VehicleKey == "" {
		return ErrPlate.At("/vehicle")
	}
	n.Driver, n.DriverPhone, n.Remarks = strings.TrimSpace(p.Driver), strings.TrimSpace(p.DriverPhone), strings.TrimSpace(p.Remarks)
	n.PickupOn = p.PickupOn
	if err := n.carriedBy(tx, p); err != nil {
		return err
	}
	r, err := carrier.RouteOf(tx, who, p.Way)
	if err != nil {
		return err
	}
	n.FromRegion, n.ToRegion, n.Km = r.From, r.To, r.Km
	if err := n.joinTrip(tx, who, p.SharesWith); err != nil {
		return err
	}
	planned, err := n.besides(tx)
	if err != nil {
		return err
	}
	n.Lines, err = load.fetch(p.Lines, planned)
	for i := range n.Lines {
		n.Lines[i].TransportNoticeID = n.ID
	}
	return err
}

// carriedBy sets who carries the goods, and who pays for it.
func (n *Notice) carriedBy(tx pg.Tx, p Plan) error {
	same := n.CarrierID != nil && p.CarrierID != nil && *n.CarrierID == *p.CarrierID
	n.PaidBy, n.CarrierID, n.CarrierName = p.PaidBy, p.CarrierID, strings.TrimSpace(p.CarrierName)
	if n.PaidBy == "" {
		n.PaidBy = PaidByCompany
	}
	switch {
	case n.CarrierID == nil && (n.PaidBy == PaidByCompany || n.CarrierName == ""):
		return ErrOwnCarrier.At("/carrier_id")
	case n.CarrierID == nil:
		return nil
	}
	find := carrier.InUse
	if same { // who was chosen while in use may still come
		find = func(tx pg.Tx, id uuid.UUID, _ string) (carrier.Carrier, error) {
			return pg.Take[carrier.Carrier](tx, "id = ?", id)
		}
	}
	c, err := find(tx, *n.CarrierID, "/carrier_id")
	n.CarrierName = c.Name
	return err
}

// joinTrip makes the truck's trip the one of another transport notice: of the same carrier, vehicle and day (SHP-18).
func (n *Notice) joinTrip(tx pg.Tx, who identity.Principal, with *uuid.UUID) error {
	if with == nil || *with == n.ID {
		n.TripID = n.ID
		return nil
	}
	other, err := takeNotice(tx, *with)
	if err != nil {
		return notFoundAs(err, ErrNoTrip.At("/shares_trip_with"))
	}
	if !who.Sees(other.OwnerID) || other.State == Cancelled || other.VehicleKey != n.VehicleKey || !other.PickupOn.Equal(n.PickupOn) ||
		other.PaidBy != PaidByCompany || n.PaidBy != PaidByCompany || *other.CarrierID != *n.CarrierID {
		return ErrNoTrip.At("/shares_trip_with")
	}
	n.TripID = other.TripID
	return nil
}

// besides adds up what the other planned trucks of the shipping notice are to fetch, by order line; a second of the same vehicle is refused.
func (n *Notice) besides(tx pg.Tx) (map[uuid.UUID]decimal.Decimal, error) {
	others, err := lockPlanned(tx, n.NoticeID, n.ID)
	if err != nil {
		return nil, err
	}
	planned := map[uuid.UUID]decimal.Decimal{}
	for _, o := range others {
		if o.VehicleKey == n.VehicleKey && o.PickupOn.Equal(n.PickupOn) {
			return nil, ErrSameTruck.With("vehicle", o.Vehicle, "number", o.Number).At("/vehicle")
		}
		for _, l := range o.Lines {
			planned[l.OrderLineID] = money.Add(planned[l.OrderLineID], l.Quantity)
		}
	}
	return planned, nil
}

// Get returns a transport notice with its lines. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Notice, error) {
	n, err := takeNotice(tx, id)
	if err != nil {
		return Notice{}, err
	}
	return n, who.MustSee(n.OwnerID)
}

// Seen is Get for a timeline.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	_, err := s.Get(tx, who, id)
	return err
}
