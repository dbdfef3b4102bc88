package shipping

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/transport"
)

// Breach is a rule against which goods left. It says nothing of money: guards read it.
type Breach struct {
	Rule   string
	EN, ZH string
}

// departed is what left although its delivery note had been unloaded on paper, on its way into the books.
type departed struct {
	old      DeliveryNote
	note     DeliveryNote
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
func (s *Service) BookDeparted(tx pg.Tx, id uuid.UUID, at time.Time) (DeliveryNote, []Breach, error) {
	old, err := s.GetDelivery(tx, identity.System(), id)
	if err != nil {
		return DeliveryNote{}, nil, err
	}
	peek, err := peekNotice(tx, old.NoticeID)
	if err != nil {
		return DeliveryNote{}, nil, err
	}
	h, err := s.holdPeeked(tx, peek, true, false, old.orderLines()...)
	if err != nil {
		return DeliveryNote{}, nil, err
	}
	d := &departed{old: old, noticed: decimal.Zero.Pad(money.AmountScale)}
	for _, step := range []func(pg.Tx, *held, *departed) error{
		func(tx pg.Tx, h *held, d *departed) error { return s.judgeDeparted(tx, h, d, at) },
		s.loadDeparted, s.countDeparted, s.writeDeparted, s.coverDeparted,
	} {
		if err := step(tx, h, d); err != nil {
			return DeliveryNote{}, nil, err
		}
	}
	return d.note, d.breaches, nil
}

// orderLines are the order lines that a note delivers.
func (d *DeliveryNote) orderLines() []Line {
	lines := make([]Line, len(d.Lines))
	for i, l := range d.Lines {
		lines[i] = Line{OrderID: l.OrderID, OrderLineID: l.OrderLineID, Quantity: l.Quantity}
	}
	return lines
}

// judgeDeparted says what would have stopped it, by what was so before it is booked.
func (s *Service) judgeDeparted(tx pg.Tx, h *held, d *departed, at time.Time) error {
	n := &h.notice
	if d.live = n.May(VerbDispatch) == nil; !d.live {
		d.breach("SHP-07", fmt.Sprintf("Shipping notice %s is %s.", n.Number, n.State), fmt.Sprintf("发货通知单 %s 状态为 %s。", n.Number, n.State))
		return nil
	}
	days, err := s.rules.Int(tx, "shipping.check_valid_days")
	if err != nil {
		return err
	}
	if n.outlived(at, days) {
		d.breach("SHP-03", "The check of the notice was old and hadn't been made again.", "发货通知单的核查已过有效期且未重新核查。")
	}
	for _, l := range d.old.byOrder() {
		if o := h.orders[l.order]; o.May(order.VerbReserve) != nil {
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
func (s *Service) loadDeparted(_ pg.Tx, h *held, d *departed) error {
	n, old := &h.notice, &d.old
	note := *old
	note.ID, note.State, note.CancelReason, note.LeftAt, note.LateAt, note.Version = uuid.Must(uuid.NewV7()), NoteIssued, "", nil, nil, 1
	note.PayerID, note.CustomerID, note.OwnerID, note.Lines, note.Amount = n.PayerID, n.CustomerID, n.OwnerID, nil, decimal.Zero.Pad(money.AmountScale)
	for _, l := range old.Lines {
		left := l.again(note.ID)
		rest := l.Quantity
		if i := n.line(l.NoticeLineID); d.live && i >= 0 && n.Lines[i].Rest().IsPos() {
			from := &n.Lines[i]
			fits := l.Quantity
			if from.Rest().Cmp(fits) < 0 {
				fits = from.Rest()
			}
			left.Amount = next(from.Amount, from.Quantity, from.DispatchedQuantity, from.DispatchedAmount, fits)
			from.DispatchedQuantity, from.DispatchedAmount = add(from.DispatchedQuantity, fits), add(from.DispatchedAmount, left.Amount)
			d.noticed, rest = add(d.noticed, left.Amount), sub(rest, fits)
		}
		left.UnnoticedQuantity, left.UnnoticedAmount = rest, money.Share(l.Amount, l.Quantity, rest)
		left.Amount = add(left.Amount, left.UnnoticedAmount)
		note.Lines, note.Amount = append(note.Lines, left), add(note.Amount, left.Amount)
		if d.live && rest.IsPos() {
			d.breach("SHP-07", fmt.Sprintf("%s: %s %s beyond the notice.", l.ProductCode, rest.Trim(0), l.Unit), fmt.Sprintf("%s:超出发货通知单 %s %s。", l.ProductCode, rest.Trim(0), l.Unit))
		}
	}
	if n.DispatchedAmount = add(n.DispatchedAmount, d.noticed); d.live && n.anyLeft() {
		n.State = StatePartlyDispatched
		if n.complete() {
			n.State = StateDispatched
		}
	}
	d.note = note
	return nil
}

// again is a line of a note that leaves after all, nothing of it invoiced, corrected or noticed yet.
func (l DeliveryLine) again(note uuid.UUID) DeliveryLine {
	return DeliveryLine{
		ID: uuid.Must(uuid.NewV7()), DeliveryNoteID: note, PositionNo: l.PositionNo, NoticeLineID: l.NoticeLineID, OrderID: l.OrderID, OrderLineID: l.OrderLineID,
		ProductID: l.ProductID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit, Quantity: l.Quantity, Price: l.Price, TaxRate: l.TaxRate,
		Amount: decimal.Zero.Pad(money.AmountScale), InvoicedQuantity: decimal.Zero, InvoicedAmount: decimal.Zero, ReturnedQuantity: decimal.Zero, ReturnedAmount: decimal.Zero,
		CorrectedQuantity: decimal.Zero, CorrectedAmount: decimal.Zero, UnnoticedQuantity: decimal.Zero, UnnoticedAmount: decimal.Zero, UnorderedQuantity: decimal.Zero,
	}
}

// countDeparted moves what left on the orders, in the exposure and in stock.
func (s *Service) countDeparted(tx pg.Tx, h *held, d *departed) error {
	note := &d.note
	for _, p := range byOrder(note.orderLines(), wholeLine) {
		if err := s.leaveOrder(tx, h.orders[p.order], d); err != nil {
			return err
		}
	}
	var moves []credit.Movement
	if d.live {
		moves = credit.ShipMoves(h.notice.ID, note.ID, d.noticed, h.notice.State == StateDispatched)
	}
	moves = append(moves, credit.LeftMove(note.ID, sub(note.Amount, d.noticed)))
	if err := s.credit.Post(tx, h.account, moves...); err != nil {
		return err
	}
	return s.unstockDeparted(tx, h, d)
}

// leaveOrder ships what the notice had of an order, and what is left of it beyond.
func (s *Service) leaveOrder(tx pg.Tx, o *order.Order, d *departed) error {
	var noticed, more []order.Shipped
	var at []*DeliveryLine
	for i := range d.note.Lines {
		l := &d.note.Lines[i]
		if l.OrderID != o.ID {
			continue
		}
		if q := sub(l.Quantity, l.UnnoticedQuantity); q.IsPos() {
			noticed = append(noticed, order.Shipped{LineID: l.OrderLineID, Quantity: q})
		}
		if l.UnnoticedQuantity.IsPos() {
			more, at = append(more, order.Shipped{LineID: l.OrderLineID, Quantity: l.UnnoticedQuantity}), append(at, l)
		}
	}
	if len(noticed) > 0 {
		if err := s.orders.Ship(tx, o, noticed); err != nil {
			return err
		}
	}
	if len(more) == 0 {
		return nil
	}
	over, err := s.orders.Left(tx, o, more)
	if err != nil {
		return err
	}
	for i, l := range at {
		if l.UnorderedQuantity = over[i]; over[i].IsPos() {
			d.breach("SHP-02", fmt.Sprintf("%s: %s %s beyond order %s.", l.ProductCode, over[i].Trim(0), l.Unit, o.Number), fmt.Sprintf("%s:超出订单 %s %s %s。", l.ProductCode, o.Number, over[i].Trim(0), l.Unit))
		}
	}
	return nil
}

// unstockDeparted takes out of stock what was loaded.
func (s *Service) unstockDeparted(tx pg.Tx, h *held, d *departed) error {
	gone := make([]preparation.Gone, 0, len(d.note.Lines))
	for _, l := range d.note.Lines {
		g := preparation.Gone{Line: preparation.Line{NoticeLineID: l.NoticeLineID, ProductID: l.ProductID, ProductCode: l.ProductCode, Unit: l.Unit}, Rest: decimal.Zero}
		if i := h.notice.line(l.NoticeLineID); i >= 0 {
			g.Rest = h.notice.Lines[i].Rest()
		}
		gone = append(gone, g)
	}
	taken, missing, err := s.Preparations.ShipDeparted(tx, d.note.NoticeID, d.old.ID, d.note.ID, gone)
	if err != nil {
		return err
	}
	d.note.share(taken)
	for _, l := range d.note.Lines {
		if q, ok := missing[l.NoticeLineID]; ok {
			delete(missing, l.NoticeLineID)
			d.breach("SHP-16", fmt.Sprintf("%s: %s %s aren't in stock any more; count the lots.", l.ProductCode, q.Trim(0), l.Unit), fmt.Sprintf("%s:账面库存不足 %s %s,请盘点。", l.ProductCode, q.Trim(0), l.Unit))
		}
	}
	refusal := s.MayLeave(tx, &d.note)
	if e, ours := errs.As(refusal); ours {
		d.breach("SHP-16", e.Text("en"), e.Text("zh-CN"))
		return nil
	}
	return refusal
}

// writeDeparted writes notice and note, and the truck.
func (s *Service) writeDeparted(tx pg.Tx, h *held, d *departed) error {
	note := &d.note
	note.ShippedOn, note.CreatedBy, note.CreatedAt = clock.Today(tx.Now), tx.By.Actor(), tx.Now
	if d.live {
		if err := storeDispatched(tx, h.notice); err != nil {
			return err
		}
		if err := h.store(tx, VerbDispatch); err != nil {
			return err
		}
	}
	if err := s.issue(tx, &h.notice, note); err != nil {
		return err
	}
	return s.depart(tx, d.truck, note)
}

// coverDeparted looks whether a payment covers what left (SHP-10), and asks finance to invoice what none does.
func (s *Service) coverDeparted(tx pg.Tx, h *held, d *departed) error {
	n := &h.notice
	if n.Flow != Prepaid {
		return nil
	}
	switch n.State {
	case StatePartlyDispatched, StateDispatched, StateReleased:
		switch needed, lacks := s.stillCovered(tx, n); {
		case lacks == nil:
			return s.topUp(tx, n, needed)
		case !errors.Is(lacks, ErrNotCovered):
			return lacks
		}
	case StateDraft, StateSubmitted, StateChecked, StateBlocked, StateRefused, StateClosed, StateCancelled:
	}
	hours, err := s.rules.Int(tx, "shipping.unpaid_hours")
	if err != nil {
		return err
	}
	d.breach("SHP-10", "No payment covers what left.", "已发货物无收款覆盖。")
	return followup.Open(tx, followup.Task{
		Kind: kindUnpaid, SubjectType: SubjectNotice, SubjectID: n.ID, Number: n.Number, Role: identity.FinanceClerk,
		Within: &clock.Term{From: tx.Now, Hours: hours}, EscalateTo: identity.FinanceManager,
		TitleEN: "Goods left on shipping notice " + n.Number + " without a payment: invoice them, they are due at once",
		TitleZH: "发货通知单 " + n.Number + " 的货物未收款已出厂:请即开票并催收",
	})
}
