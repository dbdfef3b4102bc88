package approval

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

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
