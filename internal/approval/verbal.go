package approval

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// VerbalState is where a verbal approval stands.
type VerbalState string

// The states: open → confirmed | overdue | denied; overdue → confirmed_late | denied.
const (
	VerbalOpen          VerbalState = "open"
	VerbalConfirmed     VerbalState = "confirmed"
	VerbalOverdue       VerbalState = "overdue"
	VerbalConfirmedLate VerbalState = "confirmed_late"
	VerbalDenied        VerbalState = "denied"
)

// VerbalApproval is an approval given by phone (ORG-05).
type VerbalApproval struct {
	ID         uuid.UUID
	RequestID  uuid.UUID
	DecisionID uuid.UUID
	GivenBy    uuid.UUID
	GivenTo    uuid.UUID
	GivenAt    time.Time
	Purpose    string
	RecordedBy uuid.UUID
	RecordedAt time.Time
	ConfirmBy  time.Time
	State      VerbalState
	AnsweredAt *time.Time
	Comment    string
	Version    int64
}

// Verbal is what is recorded of a verbal approval.
type Verbal struct {
	GivenBy uuid.UUID  // who decided
	GivenTo *uuid.UUID // whom they told; nil: the one who records it
	GivenAt time.Time
	Purpose string // for what
	Verdict
}

// RecordVerbalApproval records that somebody whom the open step asks has approved it by phone. It takes effect at once,
// like their own approval would, and opens a task for them to confirm it within approval.verbal_confirm_days working
// days (ORG-05).
//
// It is recorded by the submitter, their superior, or somebody whom the request asks; never by the giver. Nobody approves
// their own submission by phone either (ORG-03). Locks the request. Returns what ApproveRequest does about the giver, and
// ErrNoVerbal, ErrVerbalRecorder, ErrVerbalTime and ErrReason.
func (s *Service) RecordVerbalApproval(tx pg.Tx, who identity.Principal, id uuid.UUID, in Verbal) (Request, VerbalApproval, error) {
	r, err := s.lockSeen(tx, who, id)
	if err != nil {
		return Request{}, VerbalApproval{}, err
	}
	if err := r.open(in.Verdict); err != nil {
		return Request{}, VerbalApproval{}, err
	}
	v, err := s.verbal(tx, r, who, in)
	if err != nil {
		return Request{}, VerbalApproval{}, err
	}
	giver, err := identity.LoadUser(tx, in.GivenBy)
	if err != nil {
		return Request{}, VerbalApproval{}, errs.ErrReferenced.At("/given_by")
	}
	d, b, err := s.vote(tx, r, giver, Approve, in.Verdict)
	if err != nil {
		return Request{}, VerbalApproval{}, err
	}
	d.Verbal, d.RecordedBy, v.DecisionID = true, who.ID, d.ID
	if err := insertDecision(tx, &d); err != nil {
		return Request{}, VerbalApproval{}, err
	}
	if err := s.openConfirm(tx, v, r.Step, d.Slot); err != nil {
		return Request{}, VerbalApproval{}, err
	}
	r, err = s.move(tx, r, d, b, "recordVerbalApproval")
	return r, v, err
}

// verbal checks what is recorded, apart from the giver's authority.
func (s *Service) verbal(tx pg.Tx, r Request, who identity.Principal, in Verbal) (VerbalApproval, error) {
	allowed, err := s.verbalAllowed(tx, r)
	if err != nil {
		return VerbalApproval{}, err
	}
	v := VerbalApproval{
		ID: uuid.Must(uuid.NewV7()), RequestID: r.ID, GivenBy: in.GivenBy, GivenTo: who.ID, GivenAt: in.GivenAt.UTC(),
		Purpose: strings.TrimSpace(in.Purpose), RecordedBy: who.ID, RecordedAt: tx.Now, State: VerbalOpen, Version: 1,
	}
	if in.GivenTo != nil {
		v.GivenTo = *in.GivenTo
	}
	switch {
	case !allowed:
		return v, ErrNoVerbal
	case v.GivenBy == who.ID || v.GivenBy == v.GivenTo || !r.handles(who):
		return v, ErrVerbalRecorder
	case v.GivenBy == r.SubmittedBy:
		return v, ErrOwn
	case v.GivenAt.After(tx.Now):
		return v, ErrVerbalTime.At("/given_at")
	case v.Purpose == "":
		return v, ErrReason.At("/purpose")
	}
	days, err := s.rulebook.Int(tx, "approval.verbal_confirm_days")
	v.ConfirmBy = tx.Calendar().EndOfWorkingDay(tx.Now, days)
	return v, err
}

// verbalAllowed asks the matrix version that the request was opened under.
func (s *Service) verbalAllowed(tx pg.Tx, r Request) (bool, error) {
	v, err := pg.Take[Version](tx, "version = ?", r.MatrixVersion)
	if err != nil {
		return false, err
	}
	for _, m := range v.Body.Matters {
		if m.Matter == r.Matter {
			return m.Verbal, nil
		}
	}
	return false, nil
}

// handles reports whether the principal is the submitter, their superior in sales, or asked by a step.
func (r Request) handles(who identity.Principal) bool {
	if who.Kind != identity.KindUser {
		return false
	}
	if who.ID == r.SubmittedBy || r.superior(who) {
		return true
	}
	for _, st := range r.Route {
		for _, d := range st.Deciders {
			if d.asks(who) {
				return true
			}
		}
	}
	return false
}

func (s *Service) openConfirm(tx pg.Tx, v VerbalApproval, step, slot int) error {
	if err := pg.Insert(tx, &v); err != nil {
		return err
	}
	return pg.Insert(tx, &Task{
		ID: uuid.Must(uuid.NewV7()), RequestID: v.RequestID, Step: step, Slot: slot, Kind: Confirm, UserID: &v.GivenBy,
		VerbalID: &v.ID, OpenedAt: tx.Now, DueAt: &v.ConfirmBy, State: taskOpen,
	})
}
