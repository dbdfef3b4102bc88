package orderchange

import (
	"fmt"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"

	"github.com/google/uuid"
)

// ApprovalDecided implements approval.Subject: an approved request is carried out on the order at once, or the approval fails and
// everything stays as it is: ErrConsequences before the departments have spoken, and what order.Alter and order.CancelApproved return.
// A change that may no longer be (ORD-10, PRC-10) ends as rejected, with the reason, and who was told of it is told of that.
// Locks the request, the contract, the order.
func (s *Service) ApprovalDecided(tx pg.Tx, q approval.Request) error {
	r, err := take(tx, q.SubjectID)
	if err != nil {
		return err
	}
	if r.State != Pending || r.ApprovalID == nil || *r.ApprovalID != q.ID {
		return errs.ErrState.With("state", string(r.State))
	}
	switch q.State {
	case approval.Approved:
		if due := r.DueAt(tx); r.open() > 0 && tx.Now.Before(due) {
			return ErrConsequences.With("open", r.open(), "due_at", due.UTC().Format(time.RFC3339))
		}
		r.Facts = q.Facts
		return s.apply(tx, &r)
	case approval.Rejected, approval.Returned:
		return s.end(tx, &r, Rejected, q.CloseReason)
	case approval.Withdrawn:
		return s.end(tx, &r, Withdrawn, q.CloseReason)
	case approval.Pending, approval.Void:
	}
	return errs.ErrState.With("state", string(q.State))
}

// apply carries the request out.
func (s *Service) apply(tx pg.Tx, r *Request) error {
	a := order.Approved{
		OrderID: r.OrderID, Revision: r.Revision, Content: r.Content, ApprovalID: *r.ApprovalID, Facts: r.Facts, Number: r.Number, Reason: r.Reason,
	}
	if r.Kind == Cancel {
		if _, err := s.orders.CancelApproved(tx, a); err != nil {
			return err
		}
		return s.end(tx, r, Applied, "")
	}
	_, refusal, err := s.orders.Alter(tx, a, *r.Draft)
	if err != nil {
		return err
	}
	if refusal != nil {
		if err := s.end(tx, r, Rejected, refusal.Text("zh-CN")+" "+refusal.Text("en")); err != nil {
			return err
		}
		return r.tellRefused(tx)
	}
	return s.end(tx, r, Applied, "")
}

// tellRefused announces that what was approved isn't carried out: to the order's owner, and to the departments that were told of it.
func (r *Request) tellRefused(tx pg.Tx) error {
	task := followup.Task{
		Kind: taskRefused, SubjectType: Subject, SubjectID: r.ID, Number: r.Number, Inform: true,
		TitleEN: fmt.Sprintf("The change of order %s was approved, but may no longer be: the order stays as it is (%s)", r.OrderNumber, r.Number),
		TitleZH: fmt.Sprintf("订单 %s 的变更虽经批准,但已不符合规定,订单维持原状(%s)", r.OrderNumber, r.Number),
	}
	tasks := make([]followup.Task, 0, len(r.Consequences)+1)
	owner := task
	owner.UserID = &r.OwnerID
	tasks = append(tasks, owner)
	for _, c := range r.Consequences {
		department := task
		department.Role = c.Role
		tasks = append(tasks, department)
	}
	return followup.Open(tx, tasks...)
}

// end stores the request's end, and tells the business rep of what is left over.
func (s *Service) end(tx pg.Tx, r *Request, state State, reason string) error {
	before := r.snapshot()
	r.State, r.EndedAt, r.EndReason = state, &tx.Now, reason
	if err := storeEnd(tx, r); err != nil {
		return err
	}
	if err := audit.Record(tx, audit.Entry{Action: "endOrderChange", SubjectType: Subject, SubjectID: r.ID, Before: before, After: r.snapshot()}); err != nil {
		return err
	}
	if err := s.onOrder(tx, r, "endOrderChange"); err != nil {
		return err
	}
	if err := followup.Close(tx, taskState, Subject, r.ID); err != nil || state != Applied {
		return err
	}
	return r.tellLeftovers(tx)
}

// LockOf implements order.Changes.
func (s *Service) LockOf(tx pg.Tx, orderID uuid.UUID) error {
	id, found, err := pendingOf(tx, orderID)
	if err != nil || !found {
		return err
	}
	if err := s.approvals.Lock(tx, Subject, id); err != nil {
		return err
	}
	_, err = take(tx, id)
	return err
}

// EndOf implements order.Changes: there is nothing to change of an order that doesn't count any more (ORD-05). Nobody is asked about it then.
func (s *Service) EndOf(tx pg.Tx, orderID uuid.UUID, reason string) error {
	id, found, err := pendingOf(tx, orderID)
	if err != nil || !found {
		return err
	}
	if err := s.approvals.Void(tx, Subject, id, reason); err != nil {
		return err
	}
	r, err := take(tx, id)
	if err != nil || r.State != Pending {
		return err
	}
	return s.end(tx, &r, Rejected, reason)
}

// tellLeftovers asks the business rep to dispose of what the change leaves behind.
func (r *Request) tellLeftovers(tx pg.Tx) error {
	found := 0
	for _, c := range r.Consequences {
		found += len(c.Leftovers)
	}
	if found == 0 {
		return nil
	}
	return followup.Open(tx, followup.Task{
		Kind: taskLeftovers, SubjectType: Subject, SubjectID: r.ID, Number: r.Number, UserID: &r.OwnerID,
		TitleEN: fmt.Sprintf("Order %s: %d leftovers to dispose of (%s)", r.OrderNumber, found, r.Number),
		TitleZH: fmt.Sprintf("订单 %s 变更(取消)后有 %d 项余料待处理(%s)", r.OrderNumber, found, r.Number),
	})
}

// Statement is what a department says would follow.
type Statement struct {
	Role      identity.Role // "" for the one of the caller's that was asked
	Text      string
	Cost      *decimal.Decimal
	Leftovers []Leftover
}

// State writes down what follows for the caller's department, once (ORD-05). After the time is over it may still be said while
// the request waits. Returns errs.ErrNotFound, errs.ErrState for a request that was decided, ErrNotAsked, ErrStated. Locks the request.
func (s *Service) State(tx pg.Tx, who identity.Principal, id uuid.UUID, st Statement) (Request, error) {
	r, err := take(tx, id)
	if err != nil {
		return r, err
	}
	if err := who.MustSee(r.OwnerID); err != nil {
		return Request{}, err
	}
	if r.State != Pending {
		return r, errs.ErrState.With("state", string(r.State))
	}
	c, err := r.askedOf(who, st.Role)
	if err != nil {
		return r, err
	}
	c.Text, c.Cost, c.StatedBy, c.StatedAt = st.Text, st.Cost, &who.ID, &tx.Now
	if st.Leftovers != nil {
		c.Leftovers = st.Leftovers
	}
	if err := storeStatement(tx, *c); err != nil {
		return r, err
	}
	if err := closeTask(tx, r.ID, c.Role); err != nil {
		return r, err
	}
	return r, audit.RecordAll(tx, []audit.Entry{
		{
			Action: "stateOrderChangeConsequence", SubjectType: Subject, SubjectID: r.ID,
			After: map[string]any{"role": c.Role, "text": c.Text, "leftovers": c.Leftovers},
		},
		{Action: "stateOrderChangeConsequence", SubjectType: order.Subject, SubjectID: r.OrderID, After: map[string]any{"request": r.Number, "role": c.Role}},
	})
}

// askedOf returns the statement that the caller has to make.
func (r *Request) askedOf(who identity.Principal, role identity.Role) (*Consequence, error) {
	refusal := ErrNotAsked.With()
	for i := range r.Consequences {
		c := &r.Consequences[i]
		if role != "" && c.Role != role || !who.Has(c.Role) && (c.Role != identity.FinanceManager || !who.Has(identity.FinanceClerk)) {
			continue
		}
		if c.StatedAt == nil {
			return c, nil
		}
		refusal = ErrStated.With()
	}
	return nil, refusal
}
