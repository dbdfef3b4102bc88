package order

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// Submit sends a draft through the order gate. What the authority matrix leaves to nobody is confirmed at once; else the
// order is submitted and waits for its approvers. The decision says which, and why. version is optional.
//
// Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState; and, with the decision attached and kept (pg.Keep),
// ErrCustomerNotActive, ErrOldDebt, ErrCashOnly (ORD-10) or what the price gate refuses. Locks the order.
func (s *Service) Submit(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Order, decision.Decision, error) {
	o, c, err := s.lockedDeal(tx, who, id, version, VerbSubmit)
	if err != nil {
		return Order{}, decision.Decision{}, err
	}
	d, err := s.submit(tx, who, &o, c)
	return o, d, err
}

// submit is Submit on an order that the transaction holds, with its contract.
func (s *Service) submit(tx pg.Tx, who identity.Principal, o *Order, c *contract.Contract) (decision.Decision, error) {
	p, err := s.position(tx, who, o.CustomerID)
	if err != nil {
		return decision.Decision{}, err
	}
	a, err := s.askPrices(tx, who, o, c)
	if err != nil {
		return decision.Decision{}, err
	}
	v, err := s.judge(tx, o, p, a, c)
	if err != nil {
		return decision.Decision{}, err
	}
	v.settlement(who, o, p)
	if v.refusal == nil {
		if err := v.book(tx, o, c); err != nil {
			return decision.Decision{}, err
		}
	}
	if v.refusal != nil {
		return decision.Decision{}, refused(tx, who, o, v)
	}
	if err := v.bridged(tx, o); err != nil {
		return decision.Decision{}, err
	}
	before := o.snapshot()
	r, err := s.ask(tx, who, o, v, p.Name)
	if err != nil {
		return decision.Decision{}, err
	}
	if err := o.unask(tx); err != nil {
		return decision.Decision{}, err
	}
	if err := update(tx, o); err != nil {
		return decision.Decision{}, err
	}
	d, err := record(tx, o, v, r)
	if err != nil {
		return d, err
	}
	return d, audit.Record(tx, audit.Entry{Action: string(VerbSubmit), SubjectType: Subject, SubjectID: o.ID, Before: before, After: o.snapshot()})
}

// refused keeps the decision of a gate that nobody can open, and returns the refusal. The order stays a draft.
func refused(tx pg.Tx, who identity.Principal, o *Order, v verdict) error {
	d := decision.New("order", Subject, o.ID)
	d.Checks, d.Outcome, d.Inputs = v.checks, decision.Refused, v.inputs()
	if err := decision.Record(tx, &d); err != nil {
		return err
	}
	if err := v.recordAttempt(tx, who, o, d); err != nil {
		return err
	}
	e := v.refusal.Deciding(d)
	if e.Params == nil {
		e.Params = map[string]any{}
	}
	e.Params["order_id"], e.Params["number"] = o.ID, o.Number // where the draft is
	return pg.Keep(e)
}

// ask submits the order to the authority matrix, and writes on it what comes of that.
func (s *Service) ask(tx pg.Tx, who identity.Principal, o *Order, v verdict, customerName string) (approval.Request, error) {
	renews, err := pricing.Earlier(tx, Subject, o.ID, o.ApprovalID, v.basis)
	if err != nil {
		return approval.Request{}, err
	}
	o.judged(tx)
	r, err := s.approvals.Submit(tx, who, approval.Submission{
		Matter: Matter, SubjectType: Subject, SubjectID: o.ID, Number: o.Number,
		TitleEN: fmt.Sprintf("Order %s of %s, %s %s", o.Number, customerName, o.Total, o.Currency),
		TitleZH: fmt.Sprintf("%s 的订单 %s,%s 元", customerName, o.Number, o.Total),
		Facts:   v.facts, Content: o.Content, OwnerID: &o.OwnerID, Renews: renews,
	})
	if err != nil {
		return r, err
	}
	o.answered(tx, r)
	return r, nil
}

// judged marks the order's content as what the gate judges now.
func (o *Order) judged(tx pg.Tx) {
	o.Content, o.SubmittedBy, o.SubmittedAt, o.UpdatedAt, o.StateReason = o.contentHash(), tx.By.Actor(), &tx.Now, tx.Now, ""
}

// confirm makes the order count. Follower is told after the commit (Tell).
func (o *Order) confirm(tx pg.Tx) {
	o.State, o.ConfirmedAt, o.UntoldSince = o.progress(), &tx.Now, &tx.Now
}

// answered writes the state of a request on its order: confirmed when nobody had to be asked.
func (o *Order) answered(tx pg.Tx, r approval.Request) {
	o.State, o.ApprovalID, o.ConfirmedAt, o.UntoldSince = StateSubmitted, &r.ID, nil, nil
	if r.AtOnce() {
		o.confirm(tx)
		if len(r.Route) == 0 {
			o.ApprovalID = nil
		}
	}
}

// record writes the decision of a pass through the gate that wasn't refused.
func record(tx pg.Tx, o *Order, v verdict, r approval.Request) (decision.Decision, error) {
	d := decision.New("order", Subject, o.ID)
	d.Checks, d.Inputs = v.checks, v.inputs()
	r.Explain(&d, approval.Words{DoneEN: "Confirmed", DoneZH: "订单即时生效", WhenEN: "It stands", WhenZH: "生效"})
	return d, decision.Record(tx, &d)
}
