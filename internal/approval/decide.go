package approval

import (
	"bytes"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ApproveRequest approves the open step of a request for the principal, who must be asked by it, or act for
// somebody it asks who is away (ORG-04), and not be the submitter (ORG-03). The approval that completes the last step ends the request and calls the subject.
//
// Locks the request. Returns errs.ErrNotFound, ErrEnded, ErrOwn, ErrNotAsked, ErrHasDecided, ErrChanged, errs.ErrStale,
// and whatever the subject refuses.
func (s *Service) ApproveRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, v Verdict) (Request, error) {
	return s.decide(tx, who, id, Approve, v)
}

// RejectRequest ends a request with no; the comment says why. Locks the request. Returns what ApproveRequest does, and
// ErrReason and ErrAcknowledge.
func (s *Service) RejectRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, v Verdict) (Request, error) {
	return s.decide(tx, who, id, Reject, v)
}

// ReturnRequest ends a request by sending the document back for rework; the comment says what to change. Locks the
// request. Returns what RejectRequest does.
func (s *Service) ReturnRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, v Verdict) (Request, error) {
	return s.decide(tx, who, id, Return, v)
}

// WithdrawRequest ends a request by its submitter. Locks the request. Returns errs.ErrNotFound for those who don't see
// it, ErrNotSubmitter, ErrEnded, ErrChanged and errs.ErrStale.
func (s *Service) WithdrawRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, v Verdict) (Request, error) {
	r, err := s.lockSeen(tx, who, id)
	if err != nil {
		return Request{}, err
	}
	if r.SubmittedBy != who.ID {
		return Request{}, ErrNotSubmitter
	}
	if err := r.open(v); err != nil {
		return Request{}, err
	}
	before := r.trace()
	r.close(tx, Withdrawn, strings.TrimSpace(v.Comment))
	if err := advance(tx, &r, taskCancelled); err != nil {
		return Request{}, err
	}
	return r, s.ended(tx, r, "withdrawRequest", before, nil)
}

// open checks that the request is still to be decided and is what the caller was shown.
func (r Request) open(v Verdict) error {
	switch {
	case r.State.Ended():
		return ErrEnded.With("state", r.State)
	case v.ContentHash != nil && !bytes.Equal(v.ContentHash, r.ContentHash):
		return ErrChanged
	case v.Version != nil && *v.Version != r.Version:
		return errs.ErrStale
	}
	return nil
}

// actions are the audit actions of the verbs: the operationIds.
var actions = map[Verb]string{Approve: "approveRequest", Reject: "rejectRequest", Return: "returnRequest"}

func (s *Service) decide(tx pg.Tx, who identity.Principal, id uuid.UUID, verb Verb, v Verdict) (Request, error) {
	r, err := s.lockSeen(tx, who, id)
	if err != nil {
		return Request{}, err
	}
	if err := r.open(v); err != nil {
		return Request{}, err
	}
	d, b, err := s.vote(tx, r, who, verb, v)
	if err != nil {
		return Request{}, err
	}
	if err := insertDecision(tx, &d); err != nil {
		return Request{}, err
	}
	return s.move(tx, r, d, b, actions[verb])
}

// move moves the request on by a decision that is written: within the step, to the next one, or to its end.
func (s *Service) move(tx pg.Tx, r Request, d Decision, b ballot, action string) (Request, error) {
	before := r.trace()
	lost, err := s.lost(tx, r, b, d)
	if err != nil {
		return Request{}, err
	}
	switch {
	case lost:
		return s.finish(tx, r, d, Rejected, action, before)
	case d.Outcome == Return:
		return s.finish(tx, r, d, Returned, action, before)
	case b.approvals(d) < r.Current().needs():
		if err := s.wait(tx, &r, d); err != nil {
			return Request{}, err
		}
	case r.next() == len(r.Route):
		r.Step = len(r.Route)
		return s.finish(tx, r, d, Approved, action, before)
	default:
		r.Step = r.next()
		if err := advance(tx, &r, taskDone); err != nil {
			return Request{}, err
		}
		if err := s.openTasks(tx, r); err != nil {
			return Request{}, err
		}
	}
	return r, audit.Record(tx, audit.Entry{
		Action: action, SubjectType: RequestSubject, SubjectID: r.ID, Before: before, After: d.trace(r),
	})
}

// next is the step after the open one that somebody has to decide; len(Route) when there is none.
func (r Request) next() int { return r.from(r.Step + 1) }

// from is the first step from i on that somebody has to decide.
func (r Request) from(i int) int {
	for i < len(r.Route) && r.Route[i].Carried {
		i++
	}
	return i
}

// wait leaves the step open for the others. The task of a quorum stays open until the step is done.
func (s *Service) wait(tx pg.Tx, r *Request, d Decision) error {
	slot := d.Slot
	if d.Mode == Quorum {
		slot = -1
	}
	return touch(tx, r, slot)
}

func (s *Service) finish(tx pg.Tx, r Request, d Decision, state State, action string, before map[string]any) (Request, error) {
	r.close(tx, state, d.Comment)
	r.FinalDecisionID = &d.ID
	if err := advance(tx, &r, taskDone); err != nil {
		return Request{}, err
	}
	return r, s.ended(tx, r, action, before, &d)
}

// ended leaves the traces of a request's end and tells the subject.
func (s *Service) ended(tx pg.Tx, r Request, action string, before map[string]any, d *Decision) error {
	after := r.trace()
	if d != nil {
		after = d.trace(r)
		if err := recordOutcome(tx, r, *d); err != nil {
			return err
		}
	}
	if err := audit.Record(tx, audit.Entry{
		Action: action, SubjectType: RequestSubject, SubjectID: r.ID, Before: before, After: after,
	}); err != nil {
		return err
	}
	if subject := s.subjects[r.Matter]; subject != nil {
		return subject.ApprovalDecided(tx, r)
	}
	return nil
}

func (d Decision) trace(r Request) map[string]any {
	t := r.trace()
	if d.OnBehalfOf != nil {
		t["on_behalf_of"] = *d.OnBehalfOf
	}
	if d.EscalationID != nil {
		t["escalated"] = true
	}
	t["stage"], t["role"], t["outcome"], t["comment"], t["verbal"] = d.Stage, d.Role, d.Outcome, d.Comment, d.Verbal
	return t
}
