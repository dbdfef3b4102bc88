package delivery

import (
	"fmt"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/shipping"
)

// What left although its delivery note had been unloaded on paper comes into the books.

// countDeparted moves what left on the orders, in the exposure and in stock.
func (s *Service) countDeparted(tx pg.Tx, h *shipping.Held, d *departed) error {
	note := &d.note
	for _, id := range note.orders() {
		if err := s.leaveOrder(tx, h.Orders[id], d); err != nil {
			return err
		}
	}
	var moves []credit.Movement
	if d.live {
		moves = credit.ShipMoves(h.Notice.ID, note.ID, d.noticed, h.Notice.State == shipping.StateDispatched)
	}
	moves = append(moves, credit.LeftMove(note.ID, money.Sub(note.Amount, d.noticed)))
	if err := s.credit.Post(tx, h.Account, moves...); err != nil {
		return err
	}
	return s.unstockDeparted(tx, h, d)
}

// leaveOrder ships what the notice had of an order, and what is left of it beyond.
func (s *Service) leaveOrder(tx pg.Tx, o *order.Order, d *departed) error {
	var noticed, more []order.Shipped
	var at []*Line
	for i := range d.note.Lines {
		l := &d.note.Lines[i]
		if l.OrderID != o.ID {
			continue
		}
		if q := money.Sub(l.Quantity, l.UnnoticedQuantity); q.IsPos() {
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
func (s *Service) unstockDeparted(tx pg.Tx, h *shipping.Held, d *departed) error {
	gone := make([]preparation.Gone, 0, len(d.note.Lines))
	for _, l := range d.note.Lines {
		g := preparation.Gone{Line: l.asked(decimal.Zero, "", 0), Rest: decimal.Zero}
		if on := h.Notice.Line(l.NoticeLineID); on != nil {
			g.Rest = on.Rest()
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
func (s *Service) writeDeparted(tx pg.Tx, h *shipping.Held, d *departed) error {
	note := &d.note
	note.ShippedOn, note.CreatedBy, note.CreatedAt = clock.Today(tx.Now), tx.By.Actor(), tx.Now
	if d.live {
		if err := h.StoreDispatched(tx, shipping.VerbDispatch); err != nil {
			return err
		}
	}
	if err := s.issue(tx, &h.Notice, note); err != nil {
		return err
	}
	return s.depart(tx, d.truck, note)
}

// coverDeparted looks whether a payment covers what left (SHP-10).
func (s *Service) coverDeparted(tx pg.Tx, h *shipping.Held, d *departed) error {
	covered, err := s.shipments.CoverDeparted(tx, &h.Notice)
	if err == nil && !covered {
		d.breach("SHP-10", "No payment covers what left.", "已发货物无收款覆盖。")
	}
	return err
}
