package approval

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ballot is what was said about a step so far, and who was added to those whom it asks.
type ballot struct {
	step        *Step
	before      []Decision
	escalations []Escalation
}

// place is where a decision goes: which slot of the step, by which role, whether through an escalation, from which seat.
type place struct {
	slot       int
	role       identity.Role
	escalation *uuid.UUID
	seat       seat
}

// vote makes the decision of the principal on the open step, if it is theirs to make.
func (s *Service) vote(tx pg.Tx, r Request, who identity.Principal, verb Verb, v Verdict) (d Decision, b ballot, err error) {
	comment := strings.TrimSpace(v.Comment)
	if verb != Approve && comment == "" {
		return d, b, ErrReason.At("/comment")
	}
	if verb != Approve && r.Current().Kind == Acknowledge {
		return d, b, ErrAcknowledge
	}
	if b, err = openBallot(tx, r); err != nil {
		return d, b, err
	}
	p, err := s.findPlace(tx, r, who, &b)
	if err != nil {
		return d, b, err
	}
	review, err := own(tx, r, who, p.role)
	if err != nil {
		return d, b, err
	}
	return Decision{
		ID: uuid.Must(uuid.NewV7()), RequestID: r.ID, SubmittedBy: r.SubmittedBy, Step: r.Step, Slot: p.slot, Mode: b.step.Mode,
		Stage: b.step.Stage, Role: p.role, Outcome: verb, Comment: comment, DecidedBy: who.ID, OnBehalfOf: p.seat.absent(),
		DeputationID: p.seat.deputation, EscalationID: p.escalation, RecordedBy: who.ID, FinanceReviewID: review,
		ContentHash: r.ContentHash, DecidedAt: tx.Now,
	}, b, nil
}

// openBallot reads what there is about the open step. With Any the first decision ends the step: there is none before it.
func openBallot(tx pg.Tx, r Request) (ballot, error) {
	b := ballot{step: r.Current()}
	if b.step.Mode == Any {
		return b, nil
	}
	var err error
	b.before, err = decisionsAt(tx, r.ID, r.Step)
	return b, err
}

// findPlace finds the place of the principal's decision: their own right first, then an escalation to them, then the seat
// of somebody they act for (ORG-04). What costs a statement is read only when what comes before it isn't enough.
func (s *Service) findPlace(tx pg.Tx, r Request, who identity.Principal, b *ballot) (place, error) {
	p, err := b.place(who.ID, seat{Principal: who})
	if err == nil {
		return p, nil
	}
	if who.ID == r.SubmittedBy && !who.Has(identity.GeneralManager) {
		return place{}, r.notAsked(who, err)
	}
	if b.escalations, err = escalationsAt(tx, r.ID, r.Step); err != nil {
		return place{}, err
	}
	deputed, err := deputySeats(tx, who, true)
	if err != nil {
		return place{}, err
	}
	p, err = b.seated(who.ID, r.bench(who, deputed))
	return p, r.notAsked(who, err)
}

// seated returns the first place that one of the seats has.
func (b ballot) seated(person uuid.UUID, seats []seat) (place, error) {
	refused := error(ErrNotAsked)
	for _, st := range seats {
		p, err := b.place(person, st)
		if err == nil {
			return p, nil
		}
		if err != error(ErrNotAsked) { //nolint:errorlint // place returns it as it is
			refused = err
		}
	}
	return place{}, refused
}

// notAsked words the refusal of somebody whom the step doesn't ask: to the submitter it is ORG-03.
func (r Request) notAsked(who identity.Principal, err error) error {
	if who.ID == r.SubmittedBy && (err == error(ErrNotAsked) || err == error(ErrResolution)) { //nolint:errorlint // place returns it as it is
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

// place returns where the person decides from a seat. Any has one slot; All has one for each decider, of which somebody
// who is several decides one at a time; Quorum has one for each vote, and each person votes once, whether themselves or
// through a deputy, and whomever else they act for. The role that an overdue step went to decides what nobody has decided
// yet; who stands in for somebody who left decides in that place only.
func (b ballot) place(person uuid.UUID, st seat) (place, error) {
	if b.step.Mode == Resolution {
		return place{}, ErrResolution
	}
	refused := error(ErrNotAsked)
	for i, d := range b.step.Deciders {
		if d.asks(st.Principal) {
			slot, err := b.slot(i, person, st)
			if err == nil {
				return place{slot: slot, role: d.Role, seat: st}, nil
			}
			refused = err
		}
	}
	for _, e := range b.escalations {
		if !e.decider().asks(st.Principal) {
			continue
		}
		for _, i := range e.slots(b.step) {
			slot, err := b.slot(i, person, st)
			if err == nil {
				return place{slot: slot, role: e.Role, escalation: &e.ID, seat: st}, nil
			}
			refused = err
		}
	}
	return place{}, refused
}

// slot returns the slot for the i-th decider of the step.
func (b ballot) slot(i int, person uuid.UUID, st seat) (int, error) {
	switch b.step.Mode {
	case All:
		if slices.ContainsFunc(b.before, func(d Decision) bool { return d.Slot == i }) {
			return 0, ErrHasDecided
		}
		return i, nil
	case Quorum:
		if slices.ContainsFunc(b.before, func(d Decision) bool { return d.DecidedBy == person || d.voice() == st.ID }) {
			return 0, ErrHasDecided
		}
		return len(b.before), nil
	case Any, Resolution:
	}
	return 0, nil
}

// voice is whose vote the decision is.
func (d Decision) voice() uuid.UUID {
	if d.OnBehalfOf != nil {
		return *d.OnBehalfOf
	}
	return d.DecidedBy
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
	case Any, Resolution:
	}
	return 1
}

// approvals counts the votes for, with d.
func (b ballot) approvals(d Decision) int {
	n := 0
	for _, v := range append(slices.Clone(b.before), d) {
		if v.Outcome == Approve {
			n++
		}
	}
	return n
}

// lost reports whether a vote against ends the step: at once, but for a quorum, which is lost when those who haven't
// voted aren't enough any more.
func (s *Service) lost(tx pg.Tx, r Request, b ballot, d Decision) (bool, error) {
	if d.Outcome != Reject || b.step.Mode != Quorum {
		return d.Outcome == Reject, nil
	}
	if b.escalations == nil {
		var err error
		if b.escalations, err = escalationsAt(tx, r.ID, r.Step); err != nil {
			return false, err
		}
	}
	voters, err := readVoters(tx, r, b)
	if err != nil {
		return false, err
	}
	open := 0
	for _, id := range voters {
		if !slices.ContainsFunc(append(slices.Clone(b.before), d), func(v Decision) bool { return v.voice() == id }) {
			open++
		}
	}
	return b.approvals(d)+open < b.step.Quorum, nil
}
