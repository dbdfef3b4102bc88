package shipping

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
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
// Returns ErrNotReleased, ErrOverNotice for more than is left of a line, ErrVehicle when the transport notice names
// another vehicle or carrier, ErrNoVehicle, what transport.Match refuses where a truck is planned, ErrOrderChanged for an order that doesn't count any more, and
// what preparation.Ship refuses (SHP-16), and ErrOutlived with what holdToShip did. Locks account, orders, notice, transport notices, stock levels and the number series.
func (s *Service) Dispatch(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, l Loading) (DeliveryNote, error) {
	h, err := s.holdToShip(tx, who, id, version, VerbDispatch)
	if err != nil {
		return DeliveryNote{}, err
	}
	n := &h.notice
	needed, err := s.stillCovered(tx, n) // SHP-10: its payment may have been reversed a moment ago
	if err != nil {
		return DeliveryNote{}, err
	}
	truck, err := s.stands(tx, n, l)
	if err != nil {
		return DeliveryNote{}, err
	}
	note, err := n.load(tx, n.expects(truck), l)
	if err != nil {
		return DeliveryNote{}, err
	}
	if err := s.takeStock(tx, n, &note); err != nil { // SHP-16
		return DeliveryNote{}, err
	}
	if err := s.topUp(tx, n, needed); err != nil { // the last gate that can refuse and commit was the warehouse's
		return DeliveryNote{}, err
	}
	if note.ReportDueAt, err = s.reportDue(tx); err != nil {
		return DeliveryNote{}, err
	}
	if err := s.ship(tx, h, &note); err != nil {
		return DeliveryNote{}, err
	}
	if err := storeDispatched(tx, *n); err != nil {
		return DeliveryNote{}, err
	}
	if err := h.store(tx, VerbDispatch); err != nil {
		return DeliveryNote{}, err
	}
	if err := s.issue(tx, n, &note); err != nil {
		return DeliveryNote{}, err
	}
	return note, s.depart(tx, truck, &note)
}

// KindUnsigned is the follow-up about signatures that are missing (SHP-08); package departure opens it, signing ends it.
const KindUnsigned = transport.KindUnsigned

// PlateKey is a number plate without what people write differently; see transport.PlateKey.
func PlateKey(plate string) string { return transport.PlateKey(plate) }

// KindLate is the follow-up about goods that nobody reported as left in time (SHP-14); package departure opens it.
const KindLate = "departure.late"

// reportDue is when it has to be reported that what is loaded now has left: on the day, at latest when so many working hours of the next working day
// have passed (SHP-14).
func (s *Service) reportDue(tx pg.Tx) (*time.Time, error) {
	term, err := s.reportTerm(tx, tx.Now, 0)
	due := tx.Calendar().Due(term)
	return &due, err
}

func (s *Service) reportTerm(tx pg.Tx, loaded time.Time, _ int) (clock.Term, error) {
	hours, err := s.rules.IntAt(tx, "shipping.departure_hours", loaded)
	y, m, d := loaded.In(clock.Shanghai).Date()
	return clock.Term{From: time.Date(y, m, d+1, 0, 0, 0, 0, clock.Shanghai), Hours: hours}, err
}

// RecomputeDeadlines makes the deadlines anew by which it has to be reported that goods left, by the calendar as it is now (SHP-14). See
// pg.Deadlines.
func (s *Service) RecomputeDeadlines(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	return pg.Deadlines{
		Table: "delivery_notes", Open: "state = 'issued' AND late_at IS NULL AND report_due_at IS NOT NULL", From: "created_at", Due: "report_due_at",
		Versioned: true, Term: s.reportTerm,
	}.Recompute(tx, after, n)
}

// load takes the loaded quantities off the notice and makes the delivery note of them. expected is who is to fetch them.
func (n *Notice) load(tx pg.Tx, expected, l Loading) (DeliveryNote, error) {
	note := DeliveryNote{
		ID: uuid.Must(uuid.NewV7()), NoticeID: n.ID, CustomerID: n.CustomerID, PayerID: n.PayerID, OwnerID: n.OwnerID, Flow: n.Flow,
		State: NoteIssued, Driver: l.Driver, Currency: n.Currency, Amount: decimal.Zero.Pad(2), ShippedOn: clock.Today(tx.Now),
		CreatedBy: tx.By.Actor(), CreatedAt: tx.Now, Version: 1,
	}
	if note.Driver == "" {
		note.Driver = expected.Driver
	}
	var err error
	if note.Vehicle, err = agreed(expected.Vehicle, l.Vehicle, "/vehicle", transport.PlateKey); err != nil {
		return note, err
	}
	if note.Vehicle == "" {
		return note, ErrNoVehicle.At("/vehicle")
	}
	if note.Carrier, err = agreed(expected.Carrier, l.Carrier, "/carrier", carrierKey); err != nil {
		return note, err
	}
	for i, part := range l.Lines {
		line, err := n.loadLine(i, part)
		if err != nil {
			return note, err
		}
		line.DeliveryNoteID = note.ID
		note.Lines = append(note.Lines, line)
		note.Amount = add(note.Amount, line.Amount)
	}
	if len(note.Lines) == 0 {
		return note, ErrNoLines.At("/lines")
	}
	n.DispatchedAmount = add(n.DispatchedAmount, note.Amount)
	n.State = StatePartlyDispatched
	if n.complete() {
		n.State = StateDispatched
	}
	return note, nil
}

// agreed compares what is there with what the transport notice says (SHP-07); where it says nothing, what is there counts.
func agreed(expected, found, pointer string, key func(string) string) (string, error) {
	found = strings.TrimSpace(found)
	if expected == "" || found == "" {
		return expected + found, nil
	}
	if key(expected) != key(found) {
		return "", ErrVehicle.With("expected", expected, "found", found).At(pointer)
	}
	return expected, nil
}

// carrierKey is a carrier's name without what people write differently.
func carrierKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// loadLine takes one quantity off its line: never more than is left of it (SHP-07).
func (n *Notice) loadLine(i int, part Loaded) (DeliveryLine, error) {
	at := n.line(part.NoticeLineID)
	if at < 0 {
		return DeliveryLine{}, ErrNoLine.At(fmt.Sprintf("/lines/%d/notice_line_id", i))
	}
	l := &n.Lines[at]
	pointer := fmt.Sprintf("/lines/%d/quantity", i)
	if !part.Quantity.IsPos() {
		return DeliveryLine{}, ErrQuantity.At(pointer)
	}
	if part.Quantity.Cmp(l.Rest()) > 0 {
		return DeliveryLine{}, ErrOverNotice.With("rest", l.Rest()).At(pointer)
	}
	amount := next(l.Amount, l.Quantity, l.DispatchedQuantity, l.DispatchedAmount, part.Quantity)
	l.DispatchedQuantity, l.DispatchedAmount = add(l.DispatchedQuantity, part.Quantity), add(l.DispatchedAmount, amount)
	return DeliveryLine{
		ID: uuid.Must(uuid.NewV7()), PositionNo: i + 1, NoticeLineID: l.ID, OrderID: l.OrderID, OrderLineID: l.OrderLineID,
		ProductID: l.ProductID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit, Quantity: part.Quantity,
		Price: l.Price, TaxRate: l.TaxRate, Amount: amount, InvoicedQuantity: decimal.Zero, InvoicedAmount: decimal.Zero,
		CorrectedQuantity: decimal.Zero, CorrectedAmount: decimal.Zero,
		UnnoticedQuantity: decimal.Zero, UnnoticedAmount: decimal.Zero, UnorderedQuantity: decimal.Zero,
	}, nil
}

// ship moves what left on the orders and in the exposure (SHP-20). Nothing leaves of an order that was taken back after the release, until it
// counts again; what an agreed change of one that counts leaves on a notice may go.
func (s *Service) ship(tx pg.Tx, h *held, note *DeliveryNote) error {
	for _, p := range note.byOrder() {
		o := h.orders[p.order]
		if o.May(order.VerbReserve) != nil {
			return ErrOrderChanged.With("order", o.Number)
		}
		if err := s.orders.Ship(tx, o, p.parts); err != nil {
			return err
		}
	}
	final := h.notice.State == StateDispatched
	return s.credit.Post(tx, h.account, credit.ShipMoves(h.notice.ID, note.ID, note.Amount, final)...)
}

// byOrder groups what left by order, in id order.
func (d *DeliveryNote) byOrder() []orderParts {
	lines := make([]Line, len(d.Lines))
	for i, l := range d.Lines {
		lines[i] = Line{OrderID: l.OrderID, OrderLineID: l.OrderLineID, Quantity: l.Quantity}
	}
	return byOrder(lines, wholeLine)
}

// issue numbers and writes the delivery note, and has the gate issue its pass. The number series come last of all locks.
func (s *Service) issue(tx pg.Tx, n *Notice, note *DeliveryNote) error {
	var err error
	if note.Number, err = pg.NextNumber(tx, "DN", tx.Now.In(clock.Shanghai)); err != nil {
		return err
	}
	if err := insertDelivery(tx, *note); err != nil {
		return err
	}
	if err := s.Gate.IssuePass(tx, note); err != nil {
		return err
	}
	return note.record(tx, "issueDeliveryNote", nil, n.Number)
}

// Leave writes that the goods of a delivery note went out of the gate, and the event. The note is locked.
func (s *Service) Leave(tx pg.Tx, d *DeliveryNote, at time.Time, action string) error {
	before := d.snapshot("")
	d.State, d.LeftAt, d.ReportedAt, d.ReportedBy = NoteLeft, &at, &tx.Now, tx.By.Actor()
	if err := letGo(tx, d); err != nil {
		return err
	}
	if d.LateAt != nil {
		if err := followup.Close(tx, KindLate, SubjectDelivery, d.ID); err != nil {
			return err
		}
	}
	return d.record(tx, action, before, "")
}

// record leaves the delivery note's event, and it on the timelines of the orders that it delivers (ORD-09).
func (d *DeliveryNote) record(tx pg.Tx, action string, before any, notice string) error {
	orders := make([]uuid.UUID, 0, 1)
	for _, p := range d.byOrder() {
		orders = append(orders, p.order)
	}
	return audit.RecordAll(tx, append(
		[]audit.Entry{{Action: action, SubjectType: SubjectDelivery, SubjectID: d.ID, Before: before, After: d.snapshot(notice)}},
		onOrders(action, orders, map[string]any{"delivery_note": d.Number, "delivery_state": d.State, "vehicle": d.Vehicle})...,
	))
}

// CancelDelivery takes back a delivery note whose goods were unloaded before the gate: they are released again, and the gate
// pass dies (SHP-21). Returns ErrLeft for goods that are gone, ErrInvoiced, errs.ErrState for a note that is cancelled.
// What is unloaded of a notice that was closed meanwhile is free again everywhere. Locks account, orders, notice, transport notice, stock
// levels, delivery note and freight voucher.
func (s *Service) CancelDelivery(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (DeliveryNote, error) {
	peek, err := s.GetDelivery(tx, who, id)
	if err != nil {
		return DeliveryNote{}, err
	}
	h, err := s.hold(tx, who, peek.NoticeID, true)
	if err != nil {
		return DeliveryNote{}, err
	}
	if err := s.expectAgain(tx, &h.notice, id, reason); err != nil {
		return DeliveryNote{}, err
	}
	load, err := s.Preparations.LockShipped(tx, id)
	if err != nil {
		return DeliveryNote{}, err
	}
	locked, err := s.LockDeliveryNotes(tx, []uuid.UUID{id})
	if err != nil {
		return DeliveryNote{}, err
	}
	note := &locked[0]
	if err := note.mayUnload(h.notice, version); err != nil {
		return DeliveryNote{}, err
	}
	if err := s.Transport.Unbill(tx, id, reason); err != nil {
		return DeliveryNote{}, err
	}
	if err := s.unship(tx, h, note); err != nil {
		return DeliveryNote{}, err
	}
	if err := s.Preparations.Unship(tx, load); err != nil {
		return DeliveryNote{}, err
	}
	if err := s.freeUnloaded(tx, h, note); err != nil {
		return DeliveryNote{}, err
	}
	before := note.snapshot(h.notice.Number)
	note.State, note.CancelReason, note.Version = NoteCancelled, strings.TrimSpace(reason), note.Version+1
	if err := cancelDelivery(tx, *note); err != nil {
		return DeliveryNote{}, err
	}
	if h.notice.State == StateClosed { // SHP-10: what was unloaded asks for no money any more
		if err := s.uncover(tx, &h.notice); err != nil {
			return DeliveryNote{}, err
		}
	}
	if err := storeDispatched(tx, h.notice); err != nil {
		return DeliveryNote{}, err
	}
	if err := h.store(tx, VerbUnload); err != nil {
		return DeliveryNote{}, err
	}
	note.Pass = peek.Pass
	if err := s.Gate.CancelPass(tx, note); err != nil {
		return DeliveryNote{}, err
	}
	return *note, note.record(tx, string(VerbUnload), before, h.notice.Number)
}

// expectAgain has the truck of a delivery note that is unloaded expected again; by nobody when its notice was closed meanwhile.
func (s *Service) expectAgain(tx pg.Tx, n *Notice, note uuid.UUID, reason string) error {
	if err := s.Transport.Unload(tx, note, reason); err != nil || n.State != StateClosed {
		return err
	}
	return s.Transport.Void(tx, n.ID, reason)
}

// unship is ship and load taken back.
func (s *Service) unship(tx pg.Tx, h *held, note *DeliveryNote) error {
	n := &h.notice
	for _, p := range note.byOrder() {
		if err := s.orders.Unship(tx, h.orders[p.order], p.parts); err != nil {
			return err
		}
	}
	if err := s.credit.Post(tx, h.account, credit.UnshipMoves(n.ID, note.ID, note.Amount)...); err != nil {
		return err
	}
	for _, l := range note.Lines {
		from := &n.Lines[n.line(l.NoticeLineID)]
		from.DispatchedQuantity, from.DispatchedAmount = sub(from.DispatchedQuantity, l.Quantity), sub(from.DispatchedAmount, l.Amount)
	}
	n.DispatchedAmount = sub(n.DispatchedAmount, note.Amount)
	if n.State == StateClosed {
		return nil
	}
	n.State = StatePartlyDispatched
	if n.DispatchedAmount.IsZero() && !n.anyLeft() {
		n.State = StateReleased
	}
	return nil
}

// freeUnloaded gives back what was unloaded of a notice that was closed while the truck stood in the yard: nobody ships it any more by this notice
// (SHP-21), so it is free on the order, in stock and in the exposure.
func (s *Service) freeUnloaded(tx pg.Tx, h *held, note *DeliveryNote) error {
	n := &h.notice
	if n.State != StateClosed {
		return nil
	}
	for _, p := range note.byOrder() {
		if err := s.orders.Unreserve(tx, h.orders[p.order], p.parts); err != nil {
			return err
		}
	}
	if err := s.Preparations.Unreserve(tx, n.ID, "shipping notice "+n.Number); err != nil {
		return err
	}
	return s.credit.Post(tx, h.account, credit.UnreleaseMove(n.ID))
}

// anyLeft reports whether some of it has left: goods can be free of charge.
func (n *Notice) anyLeft() bool {
	for _, l := range n.Lines {
		if l.DispatchedQuantity.IsPos() {
			return true
		}
	}
	return false
}
