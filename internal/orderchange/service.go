package orderchange

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Names under which requests appear in events and approvals.
const (
	Subject       = "order_change"
	MatterChange  = "order.change"
	MatterCancel  = "order.cancel"
	taskState     = "order_change.consequence"
	taskLeftovers = "order_change.leftovers"
	taskRefused   = "order_change.refused"
)

// Recipients says which roles speak for the departments that have acknowledged an order: they are told of a request and state its
// consequences (ORD-05).
type Recipients interface {
	AcknowledgedRoles(tx pg.Tx, orderID uuid.UUID) ([]identity.Role, error)
}

// unacknowledged is who is asked about an order that no department has acknowledged yet: nobody acts on an order before production
// does, and that it has begun without a word is still possible.
var unacknowledged = []identity.Role{identity.ProductionManager}

// Service holds the use cases. Build one per process; it is safe for concurrent use.
type Service struct {
	rules     *rulebook.Service
	approvals *approval.Service
	orders    *order.Service

	Recipients Recipients // production, by app
}

// New returns the service, which app registers for MatterChange and MatterCancel.
func New(rules *rulebook.Service, approvals *approval.Service, orders *order.Service) *Service {
	return &Service{rules: rules, approvals: approvals, orders: orders}
}

// Propose asks for a change of a confirmed order. Returns ErrOpen while another request waits, and what order.Ask returns. Locks the
// order's contract and the order.
func (s *Service) Propose(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string, change func(*order.Draft)) (Request, error) {
	a, err := s.orders.Ask(tx, who, id, version, change)
	if err != nil {
		return Request{}, err
	}
	r := s.about(tx, who, a.Was, Change, reason)
	r.Draft, r.Differences, r.TotalAfter = &a.Draft, a.Differences, a.Now.Total
	facts := a.Facts
	facts["reason"] = reason
	return r, s.submit(tx, who, &r, MatterChange, facts)
}

// ProposeCancel asks for the cancellation of a confirmed order of which nothing has moved. Returns ErrOpen, and what order.AskCancel
// returns. Locks the order.
func (s *Service) ProposeCancel(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Request, error) {
	o, facts, err := s.orders.AskCancel(tx, who, id, version)
	if err != nil {
		return Request{}, err
	}
	r := s.about(tx, who, o, Cancel, reason)
	r.Differences, r.TotalAfter = []order.Difference{{Field: "state", Old: string(o.State), New: string(order.StateCancelled)}}, o.Total
	facts["reason"] = reason
	return r, s.submit(tx, who, &r, MatterCancel, facts)
}

func (s *Service) about(tx pg.Tx, who identity.Principal, o order.Order, kind Kind, reason string) Request {
	return Request{
		ID: uuid.Must(uuid.NewV7()), OrderID: o.ID, OrderNumber: o.Number, CustomerID: o.CustomerID, OwnerID: o.OwnerID, Kind: kind, State: Pending,
		Reason: reason, Revision: o.Revision, Content: o.Content, TotalBefore: o.Total, RequestedBy: who.ID, RequestedAt: tx.Now, Version: 1,
	}
}

// submit stores the request, tells the departments and asks the approvers. A request that nobody has to decide can't be: the sales
// manager decides each, and the step moves up for their own (ORG-03).
func (s *Service) submit(tx pg.Tx, who identity.Principal, r *Request, matter string, facts map[string]any) error {
	var err error
	if r.DueHours, err = s.rules.Int(tx, "order.consequence_hours"); err != nil {
		return err
	}
	if err := s.ask(tx, r); err != nil {
		return err
	}
	if r.Number, err = pg.NextNumber(tx, "OC", tx.Now); err != nil {
		return err
	}
	words := map[Kind][2]string{Change: {"Change", "变更"}, Cancel: {"Cancellation", "取消"}}[r.Kind]
	q, err := s.approvals.Submit(tx, who, approval.Submission{
		Matter: matter, SubjectType: Subject, SubjectID: r.ID, Number: r.Number, Facts: facts, Content: content(r), OwnerID: &r.OwnerID,
		TitleEN: fmt.Sprintf("%s of order %s: %s", words[0], r.OrderNumber, r.Reason), TitleZH: fmt.Sprintf("订单 %s %s:%s", r.OrderNumber, words[1], r.Reason),
	})
	if err != nil {
		return err
	}
	r.ApprovalID = &q.ID
	if err := insert(tx, r); err != nil {
		return err
	}
	if err := audit.Record(tx, audit.Entry{Action: "requestOrderChange", SubjectType: Subject, SubjectID: r.ID, After: r.snapshot()}); err != nil {
		return err
	}
	if err := s.onOrder(tx, r, "requestOrderChange"); err != nil {
		return err
	}
	if err := r.tell(tx); err != nil || !q.AtOnce() {
		return err
	}
	r.Facts = q.Facts
	return s.apply(tx, r)
}

// onOrder leaves the request's mark on the order's timeline (ORD-09).
func (s *Service) onOrder(tx pg.Tx, r *Request, action string) error {
	return audit.Record(tx, audit.Entry{
		Action: action, SubjectType: order.Subject, SubjectID: r.OrderID,
		After: map[string]any{"request": r.Number, "kind": r.Kind, "state": r.State, "reason": r.Reason, "end_reason": r.EndReason},
	})
}

// ask lists the departments that have acknowledged the order (ORD-05).
func (s *Service) ask(tx pg.Tx, r *Request) error {
	roles, err := s.Recipients.AcknowledgedRoles(tx, r.OrderID)
	if err != nil {
		return err
	}
	if len(roles) == 0 {
		roles = unacknowledged
	}
	for _, role := range roles {
		r.Consequences = append(r.Consequences, Consequence{ID: uuid.Must(uuid.NewV7()), ChangeID: r.ID, Role: role, Leftovers: []Leftover{}})
	}
	return nil
}

// tell opens a task for each department; it is due in working time and goes to the general manager then.
func (r *Request) tell(tx pg.Tx) error {
	tasks := make([]followup.Task, len(r.Consequences))
	for i, c := range r.Consequences {
		tasks[i] = followup.Task{
			Kind: taskState, SubjectType: Subject, SubjectID: r.ID, Number: r.Number, Role: c.Role, EscalateTo: identity.GeneralManager,
			Within:  &clock.Term{From: r.RequestedAt, Hours: r.DueHours},
			TitleEN: fmt.Sprintf("Order %s is to change: state the consequences (%s)", r.OrderNumber, r.Number),
			TitleZH: fmt.Sprintf("订单 %s 申请变更(取消),请反馈影响(%s)", r.OrderNumber, r.Number),
		}
	}
	return followup.Open(tx, tasks...)
}

// content is what the approval is bound to.
func content(r *Request) []byte {
	return approval.ContentHash(struct {
		Order    uuid.UUID
		Revision int
		Kind     Kind
		Draft    *order.Draft
	}{r.OrderID, r.Revision, r.Kind, r.Draft})
}

var (
	_ approval.Subject = (*Service)(nil)
	_ order.Changes    = (*Service)(nil)
)
