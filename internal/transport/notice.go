package transport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/carrier"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
)

// State is where a transport notice stands.
type State string

// The states.
const (
	Planned   State = "planned" // the truck is expected
	Loaded    State = "loaded"  // with a delivery note
	Done      State = "done"    // the goods have arrived
	Cancelled State = "cancelled"
)

// States are all of them.
var States = []State{Planned, Loaded, Done, Cancelled}

// Verb is what is done to a transport notice, by its operationId.
type Verb string

// The verbs.
const (
	VerbChange   Verb = "changeTransportNotice"
	VerbCancel   Verb = "cancelTransportNotice"
	VerbLoad     Verb = "loadTransportNotice"   // by dispatchShippingNotice
	VerbUnload   Verb = "unloadTransportNotice" // by cancelDeliveryNote
	VerbComplete Verb = "completeTransportNotice"
)

// Verbs are all of them.
var Verbs = []Verb{VerbChange, VerbCancel, VerbLoad, VerbUnload, VerbComplete}

// Can reports whether a verb is possible in a state.
func (s State) Can(v Verb) bool {
	switch s {
	case Planned:
		return v == VerbChange || v == VerbCancel || v == VerbLoad
	case Loaded:
		return v == VerbUnload || v == VerbComplete
	case Done, Cancelled:
	}
	return false
}

// Who pays the carrier.
const (
	PaidByCompany  = "company"  // we do: a freight voucher is made
	PaidByCustomer = "customer" // the customer does, or fetches the goods
)

// Notice is a transport notice (运输通知单): one truck that fetches goods of one shipping notice.
type Notice struct {
	ID             uuid.UUID
	Number         string
	NoticeID       uuid.UUID // the shipping notice
	CustomerID     uuid.UUID
	State          State
	PaidBy         string
	CarrierID      *uuid.UUID
	CarrierName    string
	Vehicle        string
	VehicleKey     string
	Driver         string
	DriverPhone    string
	PickupOn       time.Time
	FromRegion     string
	ToRegion       string
	Km             *decimal.Decimal
	TripID         uuid.UUID // the first transport notice of the truck's trip
	Remarks        string
	StateReason    string
	DeliveryNoteID *uuid.UUID
	LoadedAt       *time.Time
	DoneAt         *time.Time
	CreatedBy      *uuid.UUID
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64

	ShipmentNumber string    `gorm:"->"` // of the shipping notice
	CustomerName   string    `gorm:"->"`
	OwnerID        uuid.UUID `gorm:"->"` // of the customer (ORG-06)
	Lines          []Line    `gorm:"-"`
}

// TableName is where transport notices are kept.
func (Notice) TableName() string { return "transport_notices" }

// Line is what the truck is to fetch.
type Line struct {
	ID                uuid.UUID
	TransportNoticeID uuid.UUID
	PositionNo        int
	OrderLineID       uuid.UUID
	ProductID         uuid.UUID
	ProductCode       string
	ProductName       string
	Unit              string
	Quantity          decimal.Decimal
}

// TableName is where lines are kept.
func (Line) TableName() string { return "transport_notice_lines" }

// may returns errs.ErrState unless the verb is possible, and errs.ErrStale when the caller read another version.
func (n *Notice) may(v Verb, version *int64) error {
	if version != nil && *version != n.Version {
		return errs.ErrStale
	}
	if !n.State.Can(v) {
		return errs.ErrState.With("state", string(n.State))
	}
	return nil
}

// route is where the truck goes.
func (n *Notice) route() carrier.Route {
	return carrier.Route{From: n.FromRegion, To: n.ToRegion, Km: n.Km}
}

// PlateKey is a number plate without what people write differently: the one key of plates at the ramp, on notices and at the gate.
func PlateKey(plate string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "\u00a0", "", "\u3000", "", "·", "", ".", "", "-", "", "•", "", "・", "", "\u2027", "").Replace(strings.TrimSpace(plate)))
}

// Plan is what a caller says of a transport notice.
type Plan struct {
	PaidBy      string // "" is PaidByCompany
	CarrierID   *uuid.UUID
	CarrierName string // when the customer pays and the carrier isn't one of ours
	Vehicle     string
	Driver      string
	DriverPhone string
	PickupOn    time.Time
	Way         carrier.Way
	SharesWith  *uuid.UUID // another transport notice of the same truck's trip
	Remarks     string
	Lines       []PlanLine // none: all that is left
}

// PlanLine is a quantity of one order line.
type PlanLine struct {
	OrderLineID uuid.UUID
	Quantity    decimal.Decimal
}

// fetch makes the lines of what is said; nothing said is all that is left. planned is what other trucks are to fetch. What was said, dispatched and
// planned together is never more than the shipping notice (SHP-07).
func (l Load) fetch(said []PlanLine, planned map[uuid.UUID]decimal.Decimal) ([]Line, error) {
	if said == nil {
		for _, line := range l.Lines {
			if rest := line.rest(planned); rest.IsPos() {
				said = append(said, PlanLine{line.OrderLineID, rest})
			}
		}
	}
	if len(said) == 0 {
		return nil, ErrNoLines.At("/lines")
	}
	lines := make([]Line, len(said))
	for i, p := range said {
		at := slices.IndexFunc(l.Lines, func(x LoadLine) bool { return x.OrderLineID == p.OrderLineID })
		switch {
		case at < 0:
			return nil, ErrNoLine.At(fmt.Sprintf("/lines/%d/order_line_id", i))
		case !p.Quantity.IsPos():
			return nil, ErrQuantity.At(fmt.Sprintf("/lines/%d/quantity", i))
		case slices.ContainsFunc(lines[:i], func(x Line) bool { return x.OrderLineID == p.OrderLineID }):
			return nil, ErrLineTwice.At(fmt.Sprintf("/lines/%d/order_line_id", i))
		}
		of := l.Lines[at]
		if rest := of.rest(planned); p.Quantity.Cmp(rest) > 0 {
			return nil, ErrOverNotice.With("rest", rest).At(fmt.Sprintf("/lines/%d/quantity", i))
		}
		lines[i] = Line{
			ID: uuid.Must(uuid.NewV7()), PositionNo: i + 1, OrderLineID: of.OrderLineID, ProductID: of.ProductID, ProductCode: of.ProductCode,
			ProductName: of.ProductName, Unit: of.Unit, Quantity: p.Quantity,
		}
	}
	return lines, nil
}

// rest is what of a line no truck has fetched or is to fetch; never below 0.
func (l LoadLine) rest(planned map[uuid.UUID]decimal.Decimal) decimal.Decimal {
	rest := money.Sub(l.Quantity, l.Dispatched)
	if p, ok := planned[l.OrderLineID]; ok {
		rest = money.Sub(rest, p)
	}
	if rest.IsNeg() {
		return decimal.Zero
	}
	return rest
}

// snapshot is the transport notice as its events show it. It says nothing of money: the factory reads it.
func (n *Notice) snapshot() map[string]any {
	lines := make([]string, len(n.Lines))
	for i, l := range n.Lines {
		lines[i] = fmt.Sprintf("%s %s %s", l.ProductCode, l.Quantity.Trim(0), l.Unit)
	}
	m := map[string]any{
		"number": n.Number, "state": n.State, "paid_by": n.PaidBy, "carrier": n.CarrierName, "vehicle": n.Vehicle, "driver": n.Driver,
		"driver_phone": audit.Mask(n.DriverPhone), "pickup_on": n.PickupOn.Format(time.DateOnly), "from_region": n.FromRegion, "to_region": n.ToRegion, "km": n.Km,
		"trip_id": n.TripID, "remarks": n.Remarks, "reason": n.StateReason, "delivery_note_id": n.DeliveryNoteID, "version": n.Version,
	}
	if n.Lines != nil {
		m["lines"] = lines
	}
	return m
}
