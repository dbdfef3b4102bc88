package production

import (
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Names under which this module's things appear in events and follow-ups.
const (
	Subject        = "production_request"
	SubjectTrouble = "production_trouble"
)

// Service holds the use cases. Build one per process; it is safe for concurrent use.
type Service struct {
	Watcher Watcher // who checks promises; app sets it, since it is built after production. Nil: nobody does

	rules *rulebook.Service
}

// Watcher is told, within the transaction and with the request locked, that lines of it are promised for other dates, or for none since
// it has ended.
type Watcher interface {
	PromisesMoved(tx pg.Tx, requestID uuid.UUID, ended bool) error
}

// New returns the service, which app makes the follower of orders.
func New(rules *rulebook.Service) *Service { return &Service{rules: rules} }

var _ order.Follower = (*Service)(nil)

// Get returns a request with its lines, lots, materials and acknowledgements. Returns errs.ErrNotFound for one that the caller may
// not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Request, error) {
	r, err := read(tx, "r.id = ?", id)
	if err == nil {
		err = who.MustSee(r.OwnerID)
	}
	if err != nil {
		return Request{}, err
	}
	return r, r.attach(tx)
}

// OfOrder is Get by the order; nil for an order that was never confirmed.
func (s *Service) OfOrder(tx pg.Tx, who identity.Principal, orderID uuid.UUID) (*Request, error) {
	o, err := order.Brief(tx, orderID)
	if err == nil {
		err = who.MustSee(o.OwnerID)
	}
	if err != nil {
		return nil, err
	}
	r, err := read(tx, "r.order_id = ?", orderID)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, nil //nolint:nilnil // there is none, and that is an answer
	}
	if err != nil {
		return nil, err
	}
	return &r, r.attach(tx)
}

// Seen returns errs.ErrNotFound unless the caller may see the request.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	r, err := pg.Take[Request](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return who.MustSee(r.OwnerID)
}

// Lock locks a request.
func (s *Service) Lock(tx pg.Tx, id uuid.UUID) error {
	_, err := pg.TakeForUpdate[Request](tx, "id = ?", id)
	return err
}

// AgreeDate makes a date that the customer accepted the promise of a line (ORD-07). A line that is promised for another date meanwhile,
// or was dropped, stays as it is. Locks the request.
func (s *Service) AgreeDate(tx pg.Tx, id, line uuid.UUID, promised, agreed time.Time) error {
	r, err := pg.TakeForUpdate[Request](tx, "id = ?", id)
	if err != nil || r.EndedAt != nil {
		return err
	}
	if err := r.attach(tx); err != nil {
		return err
	}
	before := r.snapshot()
	l := r.Line(line)
	if l == nil || l.Removed || l.promise() == nil || !l.promise().Equal(promised) {
		return nil
	}
	l.AgreedOn = &agreed
	return s.store(tx, &r, "agreeProductionDate", before)
}

// moved tells the watcher that lines may be promised for other dates.
func (s *Service) moved(tx pg.Tx, r *Request) error {
	if s.Watcher == nil {
		return nil
	}
	return s.Watcher.PromisesMoved(tx, r.ID, r.EndedAt != nil)
}

// hold locks a request, with all that belongs to it, for a change by somebody who may see it. Returns errs.ErrNotFound,
// errs.ErrStale, and errs.ErrState for one that isn't in any of the states.
func (s *Service) hold(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, states ...State) (Request, error) {
	r, err := pg.TakeForUpdate[Request](tx, "id = ?", id)
	if err == nil {
		err = who.MustSee(r.OwnerID)
	}
	if err != nil {
		return Request{}, err
	}
	if version != nil && *version != r.Version {
		return Request{}, errs.ErrStale
	}
	if err := r.mustBe(states...); err != nil {
		return Request{}, err
	}
	if err := r.attach(tx); err != nil {
		return Request{}, err
	}
	return r, nil
}

func (r *Request) mustBe(states ...State) error {
	if slices.Contains(states, r.State) {
		return nil
	}
	return errs.ErrState.With("state", string(r.State))
}

// store computes when the lines are expected, writes the request and its lines, and records what was done: with the request, and
// in short with its order, whose timeline tells all that happened to it (ORD-09).
func (s *Service) store(tx pg.Tx, r *Request, action string, before any) error {
	was := r.AtRisk
	r.expect(clock.Today(tx.Now))
	r.UpdatedAt = tx.Now
	if err := update(tx, r); err != nil {
		return err
	}
	if err := saveLines(tx, r); err != nil {
		return err
	}
	if err := r.tellRisk(tx, was); err != nil {
		return err
	}
	return r.record(tx, action, before)
}

func (r *Request) record(tx pg.Tx, action string, before any) error {
	return audit.RecordAll(tx, []audit.Entry{
		{Action: action, SubjectType: Subject, SubjectID: r.ID, Before: before, After: r.snapshot()},
		{Action: action, SubjectType: order.Subject, SubjectID: r.OrderID, After: map[string]any{
			"production_request": r.Number, "production_state": r.State, "expected_on": day(r.ExpectedOn), "lines_at_risk": r.AtRisk,
		}},
	})
}

// snapshot is the request as its events show it.
func (r *Request) snapshot() map[string]any {
	lines := make([]map[string]any, len(r.Lines))
	for i, l := range r.Lines {
		lines[i] = map[string]any{
			"line_no": l.LineNo, "quantity": l.Quantity, "promised_on": day(l.promise()), "planned": l.Planned, "planned_finish": day(l.PlannedFinish),
			"finished": l.Finished, "expected_on": day(l.ExpectedOn), "risk": l.Risk, "lots": len(l.Lots), "removed": l.Removed,
		}
	}
	materials := make([]map[string]any, len(r.Materials))
	for i, m := range r.Materials {
		materials[i] = map[string]any{"material": m.Material, "needed": m.Needed, "on_hand": m.OnHand, "covered_on": day(m.CoveredOn)}
	}
	return map[string]any{
		"number": r.Number, "state": r.State, "reason": r.StateReason, "revision": r.Revision, "order_revision": r.OrderRevision,
		"expected_on": day(r.ExpectedOn), "lines": lines, "materials": materials, "version": r.Version,
	}
}

// within is a deadline of so many working hours from now, as the parameter says.
func (s *Service) within(tx pg.Tx, parameter string) (clock.Term, error) {
	hours, err := s.rules.Int(tx, parameter)
	return clock.Term{From: tx.Now, Hours: hours}, err
}
