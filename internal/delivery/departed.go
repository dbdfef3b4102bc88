package delivery

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/transport"
)

// Breach is a rule against which goods left. It says nothing of money: guards read it.
type Breach struct {
	Rule   string
	EN, ZH string
}

// departed is what left although its delivery note had been unloaded on paper, on its way into the books.
type departed struct {
	old      Note
	note     Note
	truck    *transport.Truck
	live     bool            // goods were to leave on the notice
	noticed  decimal.Decimal // of the amount, what the notice had room for
	breaches []Breach
}

func (d *departed) breach(rule, en, zh string) { d.breaches = append(d.breaches, Breach{rule, en, zh}) }

// BookDeparted books goods that left with the pass of a delivery note (id) that had been unloaded on paper, at an instant: on a new note, since a
// cancelled one stays so. What left has left (SHP-14, SHP-20): nothing is judged and nothing refused, so quantities, exposure and stock are
// right and it can be invoiced. It takes off notice and order what they have room for; the rest stands on the note alone. What the gates
// would have stopped it for is returned, and finance is asked to invoice what no payment covers (SHP-10). The caller lets the note
// leave. Locks account, orders, notice, transport notices, stock levels and the number series.
func (s *Service) BookDeparted(tx pg.Tx, id uuid.UUID, at time.Time) (Note, []Breach, error) {
	old, err := s.Get(tx, identity.System(), id)
	if err != nil {
		return Note{}, nil, err
	}
	h, err := s.shipments.Hold(tx, identity.System(), old.NoticeID, old.orders()...)
	if err != nil {
		return Note{}, nil, err
	}
	d := &departed{old: old, noticed: decimal.Zero.Pad(money.AmountScale)}
	for _, step := range []func(pg.Tx, *shipping.Held, *departed) error{
		func(tx pg.Tx, h *shipping.Held, d *departed) error { return s.judgeDeparted(tx, h, d, at) },
		s.loadDeparted, s.countDeparted, s.writeDeparted, s.coverDeparted,
	} {
		if err := step(tx, h, d); err != nil {
			return Note{}, nil, err
		}
	}
	return d.note, d.breaches, nil
}

// judgeDeparted says what would have stopped it, by what was so before it is booked.
func (s *Service) judgeDeparted(tx pg.Tx, h *shipping.Held, d *departed, at time.Time) error {
	n := &h.Notice
	if d.live = n.May(shipping.VerbDispatch) == nil; !d.live {
		d.breach("SHP-07", fmt.Sprintf("Shipping notice %s is %s.", n.Number, n.State), fmt.Sprintf("发货通知单 %s 状态为 %s。", n.Number, n.State))
		return nil
	}
	days, err := s.rules.Int(tx, "shipping.check_valid_days")
	if err != nil {
		return err
	}
	if n.Outlived(at, days) {
		d.breach("SHP-03", "The check of the notice was old and hadn't been made again.", "发货通知单的核查已过有效期且未重新核查。")
	}
	for _, l := range d.old.byOrder() {
		if o := h.Orders[l.OrderID]; o.May(order.VerbReserve) != nil {
			d.breach("SHP-02", "Order "+o.Number+" was revised since the notice was written.", "订单 "+o.Number+" 在通知单编制后已修订。")
		}
	}
	d.truck, err = s.stands(tx, n, Loading{Vehicle: d.old.Vehicle, Carrier: d.old.Carrier, Driver: d.old.Driver})
	if e, ours := errs.As(err); ours && e.Kind == errs.Rule {
		d.breach("SHP-07", e.Text("en"), e.Text("zh-CN"))
		return nil
	}
	return err
}

// loadDeparted makes the note of what left: what the notice has room for is taken off it.
func (s *Service) loadDeparted(_ pg.Tx, h *shipping.Held, d *departed) error {
	n, old := &h.Notice, &d.old
	note := *old
	note.ID, note.State, note.CancelReason, note.LeftAt, note.LateAt, note.Version = uuid.Must(uuid.NewV7()), NoteIssued, "", nil, nil, 1
	note.PayerID, note.CustomerID, note.OwnerID, note.Lines, note.Amount = n.PayerID, n.CustomerID, n.OwnerID, nil, decimal.Zero.Pad(money.AmountScale)
	for _, l := range old.Lines {
		left, err := d.loadAgain(n, l)
		if err != nil {
			return err
		}
		left.DeliveryNoteID = note.ID
		note.Lines, note.Amount = append(note.Lines, left), money.Add(note.Amount, left.Amount)
	}
	d.note = note
	return nil
}

// loadAgain is a line that leaves after all, nothing of it invoiced or corrected yet: what of it the notice has room for is taken off that.
func (d *departed) loadAgain(n *shipping.Notice, l Line) (Line, error) {
	left := Line{
		ID: uuid.Must(uuid.NewV7()), PositionNo: l.PositionNo, NoticeLineID: l.NoticeLineID, OrderID: l.OrderID, OrderLineID: l.OrderLineID,
		ProductID: l.ProductID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit, Quantity: l.Quantity, Price: l.Price, TaxRate: l.TaxRate,
		Amount: decimal.Zero.Pad(money.AmountScale),
	}
	rest := l.Quantity
	if from := n.Line(l.NoticeLineID); d.live && from != nil && from.Rest().IsPos() {
		fits := l.Quantity
		if from.Rest().Cmp(fits) < 0 {
			fits = from.Rest()
		}
		amount, err := n.Load(from, fits)
		if err != nil {
			return Line{}, err
		}
		left.Amount, d.noticed, rest = amount, money.Add(d.noticed, amount), money.Sub(rest, fits)
	}
	left.UnnoticedQuantity, left.UnnoticedAmount = rest, money.Share(l.Amount, l.Quantity, rest)
	left.Amount = money.Add(left.Amount, left.UnnoticedAmount)
	if d.live && rest.IsPos() {
		d.breach("SHP-07", fmt.Sprintf("%s: %s %s beyond the notice.", l.ProductCode, rest.Trim(0), l.Unit), fmt.Sprintf("%s:超出发货通知单 %s %s。", l.ProductCode, rest.Trim(0), l.Unit))
	}
	return left, nil
}
