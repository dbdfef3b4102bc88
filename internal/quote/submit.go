package quote

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// Submit sends a draft through the gate. Prices within the submitter's authority stand at once (PRC-10): it is approved; else it waits for
// the lowest role whose authority covers them. The decision says which, and why. version is optional.
//
// Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState; and, with the decision attached and kept (pg.Keep), ErrNoSurvey (QUO-02),
// ErrCustomerNotActive, ErrOver and what the price gate refuses. Locks the quotation.
func (s *Service) Submit(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Quotation, decision.Decision, error) {
	none := decision.Decision{}
	q, err := s.locked(tx, who, id, version, VerbSubmit)
	if err != nil {
		return Quotation{}, none, err
	}
	p, err := s.of(tx, q.CustomerID, q.ProspectID)
	if err != nil {
		return Quotation{}, none, err
	}
	v, err := s.judge(tx, who, &q, p)
	if err != nil {
		return Quotation{}, none, err
	}
	if v.refusal != nil {
		return Quotation{}, none, refused(tx, &q, v)
	}
	before := q.snapshot()
	r, err := s.submit(tx, who, &q, v, p)
	if err != nil {
		return Quotation{}, none, err
	}
	d, err := record(tx, &q, v, r)
	if err != nil {
		return Quotation{}, none, err
	}
	return q, d, s.stored(tx, &q, string(VerbSubmit), before)
}

// refused keeps the decision of a gate that nobody can open, and returns the refusal. The quotation stays as it is.
func refused(tx pg.Tx, q *Quotation, v verdict) error {
	d := decision.New(gate, Subject, q.ID)
	d.Checks, d.Outcome, d.Inputs = v.checks, decision.Refused, v.inputs()
	if err := decision.Record(tx, &d); err != nil {
		return err
	}
	return pg.Keep(v.refusal.Deciding(d))
}

// submit asks the authority matrix, and writes on the quotation what comes of that.
func (s *Service) submit(tx pg.Tx, who identity.Principal, q *Quotation, v verdict, p party) (approval.Request, error) {
	renews, err := q.renews(tx, v)
	if err != nil {
		return approval.Request{}, err
	}
	if err := s.show(tx, &v, q, p); err != nil {
		return approval.Request{}, err
	}
	q.Content, q.SubmittedBy, q.SubmittedAt, q.StateReason = q.contentHash(), tx.By.Actor(), &tx.Now, ""
	en, zh := p.title(q.Number)
	r, err := s.approvals.Submit(tx, who, approval.Submission{
		Matter: Matter, SubjectType: Subject, SubjectID: q.ID, Number: q.Number, TitleEN: en, TitleZH: zh,
		Facts: v.facts, Content: q.Content, OwnerID: &q.OwnerID, Renews: renews,
	})
	if err != nil {
		return r, err
	}
	q.State, q.ApprovalID, q.ApprovedAt = StateSubmitted, &r.ID, nil
	if r.AtOnce() {
		q.State, q.ApprovedAt = StateApproved, &tx.Now
		if len(r.Route) == 0 {
			q.ApprovalID = nil
		}
	}
	return r, nil
}

// renews is the earlier approval that may count on for what didn't get worse: only while no price did (PRC-10, PRC-12), and while the
// price is offered for the same service: who bears the freight, packing, delivery, lead time and terms of payment are part of it.
func (q *Quotation) renews(tx pg.Tx, v verdict) (*uuid.UUID, error) {
	if q.ApprovalID == nil {
		return nil, nil
	}
	was, err := lastRevision(tx, q.ID)
	if err != nil || was != nil && !q.sameService(was) {
		return nil, err
	}
	return pricing.Earlier(tx, Subject, q.ID, q.ApprovalID, v.basis)
}

// record writes the decision of a pass through the gate that wasn't refused.
func record(tx pg.Tx, q *Quotation, v verdict, r approval.Request) (decision.Decision, error) {
	d := decision.New(gate, Subject, q.ID)
	d.Checks, d.Inputs = v.checks, v.inputs()
	r.Explain(&d, approval.Words{DoneEN: "Approved", DoneZH: "报价即时生效", WhenEN: "It may be sent", WhenZH: "方可发出"})
	return d, decision.Record(tx, &d)
}

// ApprovalDecided implements approval.Subject: the quotation is approved, or a draft again with the reason. An approval counts for exactly
// the content that was submitted. Locks the quotation. Returns errs.ErrState for one that isn't waiting for this request.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	q, err := lock(tx, r.SubjectID)
	if err != nil {
		return err
	}
	if err := q.May(VerbApprove); err != nil {
		return err
	}
	if q.ApprovalID == nil || *q.ApprovalID != r.ID {
		return stateError(q)
	}
	before, action := q.snapshot(), VerbReturn
	switch r.State {
	case approval.Approved:
		action = q.approved(tx, r)
	case approval.Rejected, approval.Returned, approval.Withdrawn:
		q.State, q.StateReason = StateDraft, r.CloseReason
	case approval.Pending, approval.Void:
		return stateError(q)
	}
	return s.stored(tx, &q, string(action), before)
}

func (q *Quotation) approved(tx pg.Tx, r approval.Request) Verb {
	if !r.Covers(q.contentHash()) {
		q.State, q.StateReason = StateDraft, ErrFrozen.With().Text("zh-CN")+" "+ErrFrozen.With().Text("en")
		return VerbReturn
	}
	q.State, q.ApprovedAt = StateApproved, &tx.Now
	return VerbApprove
}
