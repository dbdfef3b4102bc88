package approval

import (
	"bytes"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ApproveRequest approves the open step of a request for the principal, who must be asked by it and not be the
// submitter (ORG-03). The approval that completes the last step ends the request and calls the subject.
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
	d, votes, err := s.vote(tx, r, who, verb, v)
	if err != nil {
		return Request{}, err
	}
	if err := insertDecision(tx, &d); err != nil {
		return Request{}, err
	}
	return s.move(tx, r, d, votes, actions[verb])
}

// vote makes the decision of the principal on the open step, if it is theirs to make. votes is how many the step has
// with it.
func (s *Service) vote(tx pg.Tx, r Request, who identity.Principal, verb Verb, v Verdict) (d Decision, votes int, err error) {
	step := r.Current()
	comment := strings.TrimSpace(v.Comment)
	if verb != Approve && comment == "" {
		return d, 0, ErrReason.At("/comment")
	}
	if verb != Approve && step.Kind == Acknowledge {
		return d, 0, ErrAcknowledge
	}
	var before []Decision
	if step.Mode != Any { // with Any the first decision ends the step: there is none before it
		if before, err = decisionsAt(tx, r.ID, r.Step); err != nil {
			return d, 0, err
		}
	}
	slot, role, err := step.slotFor(who, before)
	if err != nil {
		return d, 0, r.notAsked(who, err)
	}
	review, err := own(tx, r, who, role)
	if err != nil {
		return d, 0, err
	}
	return Decision{
		ID: uuid.Must(uuid.NewV7()), RequestID: r.ID, SubmittedBy: r.SubmittedBy, Step: r.Step, Slot: slot, Mode: step.Mode,
		Stage: step.Stage, Role: role, Outcome: verb, Comment: comment, DecidedBy: who.ID, RecordedBy: who.ID,
		FinanceReviewID: review, ContentHash: r.ContentHash, DecidedAt: tx.Now,
	}, len(before) + 1, nil
}

// notAsked words the refusal of somebody whom the step doesn't ask: to the submitter it is ORG-03.
func (r Request) notAsked(who identity.Principal, err error) error {
	if who.ID == r.SubmittedBy && err == error(ErrNotAsked) { //nolint:errorlint // slotFor returns it as it is
		return ErrOwn
	}
	return err
}

// own enforces ORG-03: the submitter decides nothing, but for the general manager, who decides in that role after the
// finance manager's review. It returns that review.
func own(tx pg.Tx, r Request, who identity.Principal, role identity.Role) (review *uuid.UUID, err error) {
	if who.ID != r.SubmittedBy {
		return nil, nil
	}
	if role != identity.GeneralManager {
		return nil, ErrOwn
	}
	return financeReview(tx, r)
}

// slotFor returns the slot of the step that the principal decides, and the role by which. Any has one slot; All has one
// for each decider, of which somebody who is several decides one at a time; Quorum has one for each vote.
func (s Step) slotFor(who identity.Principal, before []Decision) (int, identity.Role, error) {
	refused := ErrNotAsked
	for i, d := range s.Deciders {
		if !d.asks(who) {
			continue
		}
		switch s.Mode {
		case Any:
			return 0, d.Role, nil
		case All:
			if !slices.ContainsFunc(before, func(b Decision) bool { return b.Slot == i }) {
				return i, d.Role, nil
			}
		case Quorum:
			if !slices.ContainsFunc(before, func(b Decision) bool { return b.DecidedBy == who.ID }) {
				return len(before), d.Role, nil
			}
		}
		refused = ErrHasDecided
	}
	return 0, "", refused
}

// asks reports whether the decider is this person. Machines decide nothing.
func (d Decider) asks(who identity.Principal) bool {
	if who.Kind != identity.KindUser {
		return false
	}
	if d.UserID != nil {
		return *d.UserID == who.ID
	}
	return who.Has(d.Role) && (d.DepartmentID == nil || equal(d.DepartmentID, who.DepartmentID))
}

// needs is how many approvals complete the step.
func (s Step) needs() int {
	switch s.Mode {
	case All:
		return len(s.Deciders)
	case Quorum:
		return s.Quorum
	case Any:
	}
	return 1
}

// move moves the request on by a decision that is written: within the step, to the next one, or to its end.
func (s *Service) move(tx pg.Tx, r Request, d Decision, votes int, action string) (Request, error) {
	before := r.trace()
	switch {
	case d.Outcome == Reject:
		return s.finish(tx, r, d, Rejected, action, before)
	case d.Outcome == Return:
		return s.finish(tx, r, d, Returned, action, before)
	case votes < r.Current().needs():
		if err := s.wait(tx, &r, d); err != nil {
			return Request{}, err
		}
	case r.Step+1 == len(r.Route):
		r.Step++
		return s.finish(tx, r, d, Approved, action, before)
	default:
		r.Step++
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
	t["stage"], t["role"], t["outcome"], t["comment"], t["verbal"] = d.Stage, d.Role, d.Outcome, d.Comment, d.Verbal
	return t
}
