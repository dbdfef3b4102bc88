package production

import (
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/allotment"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// OrderConfirmed implements order.Follower: the order's production request is made, or, when the order was confirmed before, opened
// again with what changed (ORD-03). Of an order that had been shipped it may be open still; one that is shipped again stays closed. Locks the request.
func (s *Service) OrderConfirmed(tx pg.Tx, o *order.Order) error {
	r, err := lockOfOrder(tx, o.ID)
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return s.make(tx, o)
	case err != nil:
		return err
	case r.State == Open && r.OrderRevision == o.Revision, r.State == Closed && o.State == order.StateShipped:
		return nil
	}
	return s.renew(tx, r, o, "reopenProductionRequest")
}

// OrderChanged implements order.Follower: the request gets another revision, which says what is different, and is acknowledged
// anew (ORD-03). A change of nothing that the request says, such as a price, makes none. Locks the request.
func (s *Service) OrderChanged(tx pg.Tx, _, now *order.Order) error {
	r, err := lockOfOrder(tx, now.ID)
	if errors.Is(err, errs.ErrNotFound) { // an order from before there were production requests
		return s.make(tx, now)
	}
	if err != nil {
		return err
	}
	return s.renew(tx, r, now, "changeProductionRequest")
}

// OrderCancelled implements order.Follower: the request ends with its order, or is held while the order is a draft again. Who has
// acknowledged it is told. Locks the request.
func (s *Service) OrderCancelled(tx pg.Tx, o *order.Order) error {
	r, err := lockOfOrder(tx, o.ID)
	if errors.Is(err, errs.ErrNotFound) || err == nil && r.EndedAt != nil {
		return nil
	}
	if err != nil {
		return err
	}
	switch o.State {
	case order.StateDraft, order.StateSubmitted:
		return s.stop(tx, &r, Held, o.StateReason, "holdProductionRequest")
	case order.StateClosed:
		return s.stop(tx, &r, Closed, o.StateReason, "closeProductionRequest")
	case order.StateCancelled:
		return s.stop(tx, &r, Cancelled, o.StateReason, "cancelProductionRequest")
	case order.StateConfirmed, order.StatePartlyShipped, order.StateShipped:
	}
	return nil
}

// number is the request's: that of its order in a series of its own, since an order has one request.
func number(o *order.Order) string { return "PD" + strings.TrimPrefix(o.Number, "SO") }

// make writes the first revision.
func (s *Service) make(tx pg.Tx, o *order.Order) error {
	r := Request{
		ID: uuid.Must(uuid.NewV7()), Number: number(o), State: Open, Revision: 1, CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
	}
	r.take(o)
	r.live()
	r.expect(today(tx))
	if err := s.ask(tx, &r); err != nil {
		return err
	}
	if err := insert(tx, &r); err != nil {
		return err
	}
	if err := s.openTasks(tx, &r); err != nil {
		return err
	}
	return r.record(tx, "createProductionRequest", nil)
}

// renew opens a request with what its order says now.
func (s *Service) renew(tx pg.Tx, r Request, o *order.Order, action string) error {
	before := r.snapshot()
	diffs := r.take(o)
	r.State, r.StateReason, r.EndedAt = Open, "", nil
	r.live()
	if len(diffs) > 0 {
		r.Revision++
		if err := s.ask(tx, &r); err != nil {
			return err
		}
	}
	if err := s.store(tx, &r, action, before); err != nil {
		return err
	}
	if err := s.moved(tx, &r); err != nil {
		return err
	}
	if err := closeTasks(tx, r.ID); err != nil {
		return err
	}
	if err := s.openTasks(tx, &r); err != nil {
		return err
	}
	if len(diffs) > 0 {
		return revise(tx, &r, diffs)
	}
	return s.inform(tx, &r, "production.reopened", "Production request %s goes on as it was", "生产委托单 %s 恢复执行,内容未变")
}

// stop ends a request, or holds it.
func (s *Service) stop(tx pg.Tx, r *Request, to State, reason, action string) error {
	before := r.snapshot()
	r.State, r.StateReason = to, reason
	if to != Held {
		r.EndedAt = &tx.Now
	}
	r.live()
	if err := s.store(tx, r, action, before); err != nil {
		return err
	}
	if err := closeTasks(tx, r.ID); err != nil {
		return err
	}
	switch to {
	case Held:
		return s.inform(tx, r, "production.held", "Production request %s is held: its order is being changed", "生产委托单 %s 暂停:订单正在修改")
	case Cancelled:
		if err := s.inform(tx, r, "production.cancelled", "Production request %s is cancelled with its order", "生产委托单 %s 随订单取消"); err != nil {
			return err
		}
	case Open, Closed:
	}
	if err := supersede(tx, r.ID); err != nil {
		return err
	}
	if err := s.moved(tx, r); err != nil {
		return err
	}
	return allotment.OrderEnded(tx, r.OrderID)
}

// live says which lines are to be made.
func (r *Request) live() {
	for i := range r.Lines {
		r.Lines[i].Live = r.State == Open && !r.Lines[i].Removed
	}
	for i := range r.Materials {
		m := &r.Materials[i]
		m.Live = r.State == Open && (m.LineID == nil || r.Line(*m.LineID) != nil && r.Line(*m.LineID).Live)
	}
}
