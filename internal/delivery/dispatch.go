package delivery

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/transport"
)

// Loading is what the warehouse loaded on one vehicle.
type Loading struct {
	Vehicle string // "" takes the notice's
	Carrier string
	Driver  string
	Lines   []Loaded
}

// Loaded is a quantity of one line of the notice.
type Loaded struct {
	NoticeLineID uuid.UUID
	Quantity     decimal.Decimal
}

// Dispatch books what really leaves (SHP-07, SHP-14): it issues a delivery note and a gate pass, moves the exposure from
// released to shipped-not-invoiced (SHP-20), and ships the orders. A notice can leave in parts; the rest stays released until it
// leaves too or the notice is closed.
//
// Returns shipping.ErrNotReleased, shipping.ErrOverNotice for more than is left of a line, ErrVehicle when the transport notice names
// another vehicle or carrier, ErrNoVehicle, what transport.Match refuses where a truck is planned, shipping.ErrOrderChanged for an order that
// doesn't count any more, what preparation.Ship refuses (SHP-16), and shipping.ErrOutlived with what HoldToShip did. Locks account, orders,
// notice, transport notices, stock levels and the number series.
func (s *Service) Dispatch(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, l Loading) (Note, error) {
	h, err := s.shipments.HoldToShip(tx, who, id, version, shipping.VerbDispatch)
	if err != nil {
		return Note{}, err
	}
	n := &h.Notice
	needed, err := s.shipments.StillCovered(tx, n) // SHP-10: its payment may have been reversed a moment ago
	if err != nil {
		return Note{}, err
	}
	truck, err := s.stands(tx, n, l)
	if err != nil {
		return Note{}, err
	}
	note, err := load(tx, n, expected(n, truck), l)
	if err != nil {
		return Note{}, err
	}
	if err := s.takeStock(tx, n, &note); err != nil { // SHP-16
		return Note{}, err
	}
	if err := s.shipments.TopUp(tx, n, needed); err != nil { // the last gate that can refuse and commit was the warehouse's
		return Note{}, err
	}
	if note.ReportDueAt, err = s.reportDue(tx); err != nil {
		return Note{}, err
	}
	if err := s.ship(tx, h, &note); err != nil {
		return Note{}, err
	}
	if err := h.StoreDispatched(tx, shipping.VerbDispatch); err != nil {
		return Note{}, err
	}
	if err := s.issue(tx, n, &note); err != nil {
		return Note{}, err
	}
	return note, s.depart(tx, truck, &note)
}

// load takes the loaded quantities off the notice and makes the delivery note of them. wanted is who is to fetch them.
func load(tx pg.Tx, n *shipping.Notice, wanted, l Loading) (Note, error) {
	note := Note{
		ID: uuid.Must(uuid.NewV7()), NoticeID: n.ID, CustomerID: n.CustomerID, PayerID: n.PayerID, OwnerID: n.OwnerID, Flow: n.Flow,
		State: NoteIssued, Driver: l.Driver, Currency: n.Currency, Amount: decimal.Zero.Pad(money.AmountScale), ShippedOn: clock.Today(tx.Now),
		CreatedBy: tx.By.Actor(), CreatedAt: tx.Now, Version: 1,
	}
	if note.Driver == "" {
		note.Driver = wanted.Driver
	}
	var err error
	if note.Vehicle, err = agreed(wanted.Vehicle, l.Vehicle, "/vehicle", transport.PlateKey); err != nil {
		return note, err
	}
	if note.Vehicle == "" {
		return note, ErrNoVehicle.At("/vehicle")
	}
	if note.Carrier, err = agreed(wanted.Carrier, l.Carrier, "/carrier", carrierKey); err != nil {
		return note, err
	}
	for i, part := range l.Lines {
		line, err := loadLine(n, i, part)
		if err != nil {
			return note, err
		}
		line.DeliveryNoteID = note.ID
		note.Lines = append(note.Lines, line)
		note.Amount = money.Add(note.Amount, line.Amount)
	}
	if len(note.Lines) == 0 {
		return note, shipping.ErrNoLines.At("/lines")
	}
	return note, nil
}

// agreed compares what is there with what the transport notice says (SHP-07); where it says nothing, what is there counts.
func agreed(wanted, found, pointer string, key func(string) string) (string, error) {
	found = strings.TrimSpace(found)
	if wanted == "" || found == "" {
		return wanted + found, nil
	}
	if key(wanted) != key(found) {
		return "", ErrVehicle.With("expected", wanted, "found", found).At(pointer)
	}
	return wanted, nil
}

// carrierKey is a carrier's name without what people write differently.
func carrierKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// loadLine takes one quantity off its line.
func loadLine(n *shipping.Notice, i int, part Loaded) (Line, error) {
	l := n.Line(part.NoticeLineID)
	if l == nil {
		return Line{}, shipping.ErrNoLine.At(fmt.Sprintf("/lines/%d/notice_line_id", i))
	}
	amount, err := n.Load(l, part.Quantity)
	if err != nil {
		return Line{}, errs.At(err, fmt.Sprintf("/lines/%d/quantity", i))
	}
	return Line{
		ID: uuid.Must(uuid.NewV7()), PositionNo: i + 1, NoticeLineID: l.ID, OrderID: l.OrderID, OrderLineID: l.OrderLineID,
		ProductID: l.ProductID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit, Quantity: part.Quantity,
		Price: l.Price, TaxRate: l.TaxRate, Amount: amount,
	}, nil
}

// ship moves what left on the orders and in the exposure (SHP-20). Nothing leaves of an order that was taken back after the release, until it
// counts again; what an agreed change of one that counts leaves on a notice may go.
func (s *Service) ship(tx pg.Tx, h *shipping.Held, note *Note) error {
	for _, p := range note.byOrder() {
		o := h.Orders[p.OrderID]
		if o.May(order.VerbReserve) != nil {
			return shipping.ErrOrderChanged.With("order", o.Number)
		}
		if err := s.orders.Ship(tx, o, p.Lines); err != nil {
			return err
		}
	}
	final := h.Notice.State == shipping.StateDispatched
	return s.credit.Post(tx, h.Account, credit.ShipMoves(h.Notice.ID, note.ID, note.Amount, final)...)
}

// issue numbers and writes the delivery note, and has the gate issue its pass. The number series come last of all locks.
func (s *Service) issue(tx pg.Tx, n *shipping.Notice, note *Note) error {
	var err error
	if note.Number, err = pg.NextNumber(tx, "DN", tx.Now.In(clock.Shanghai)); err != nil {
		return err
	}
	if err := insertNote(tx, *note); err != nil {
		return err
	}
	if err := s.Gate.IssuePass(tx, note); err != nil {
		return err
	}
	return note.record(tx, "issueDeliveryNote", nil, n.Number)
}
