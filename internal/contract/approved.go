package contract

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

var (
	_ approval.Subject      = (*Service)(nil)
	_ approval.VerbalDenier = (*Service)(nil)
)

// ApprovalDecided implements approval.Subject for contracts, their amendments and their termination. An approval counts for exactly the
// content that was submitted; terms that have become special meanwhile go to finance as well (CON-06). Locks the contract. Returns
// errs.ErrState for what isn't waiting for this request.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	c, err := lockPriced(tx, r.SubjectID)
	if err != nil {
		return err
	}
	if r.Matter == MatterTerminate {
		return s.terminationDecided(tx, &c, r)
	}
	if c.State == StateInForce {
		return s.amendmentDecided(tx, &c, r)
	}
	if err := c.May(VerbApprove); err != nil {
		return err
	}
	if c.ApprovalID == nil || *c.ApprovalID != r.ID {
		return errs.ErrState.With("state", string(c.State))
	}
	before, action := c.snapshot(), VerbReturn
	switch r.State {
	case approval.Approved:
		action = VerbApprove
		err = s.approved(tx, &c, r)
	case approval.Rejected, approval.Returned, approval.Withdrawn:
		c.back(tx, r.CloseReason)
	case approval.Pending, approval.Void:
		return errs.ErrState.With("state", string(r.State))
	}
	if err != nil {
		return err
	}
	return s.store(tx, &c, string(action), before)
}

// held is the approval held against the contract as it is now: what it says of the customer, the content and the quotation. was is the contract
// in force that it amends; nil for the contract itself.
func (s *Service) held(tx pg.Tx, c, was *Contract, r approval.Request) (verdict, credit.Position, error) {
	p, err := s.credits.Position(tx, c.CustomerID)
	if err != nil {
		return verdict{}, p, err
	}
	v := judgeCustomer(p)
	covers := r.Covers(c.contentHash())
	v.check("CON-03", covers, map[string]string{"approval": r.ID.String()}, "The approval is of this content of the contract.", "审批内容与合同当前内容一致性核对。")
	if !covers {
		v.refuse(ErrFrozen.With())
	}
	return v, p, v.stillQuoted(tx, c, was, r.SubmittedAt)
}

func (s *Service) approved(tx pg.Tx, c *Contract, r approval.Request) error {
	v, p, err := s.held(tx, c, nil, r)
	if err != nil {
		return err
	}
	if v.refusal == nil && v.terms(c, p) && r.Facts["special_terms"] != true {
		again, err := s.askAgain(tx, c, r, p)
		if err != nil {
			return err
		}
		if err := s.answered(tx, c, again); err != nil {
			return err
		}
		_, err = record(tx, c, v, again)
		return err
	}
	if v.refusal != nil {
		c.back(tx, v.refusal.Text("zh-CN")+" "+v.refusal.Text("en"))
		return v.recordOutcome(tx, c, r)
	}
	if err := v.recordOutcome(tx, c, r); err != nil {
		return err
	}
	return s.approve(tx, c)
}

// recordOutcome writes what became of an approval.
func (v *verdict) recordOutcome(tx pg.Tx, c *Contract, r approval.Request) error {
	d := decision.New("contract", Subject, c.ID)
	d.Checks, d.Matter, d.MatrixVersion, d.ApprovalID = v.checks, r.Matter, &r.MatrixVersion, &r.ID
	if v.refusal != nil {
		d.Outcome = decision.Refused
	}
	return decision.Record(tx, &d)
}

// askAgain submits anew with the facts as they are now.
func (s *Service) askAgain(tx pg.Tx, c *Contract, r approval.Request, p credit.Position) (approval.Request, error) {
	changed := map[string]any{"special_terms": true, "total": c.Total, "customer_grade": string(p.Profile.Grade)}
	again, err := s.approvals.Resubmit(tx, r, changed, c.Content)
	if err != nil {
		return again, fmt.Errorf("contract %s: submit anew: %w", c.Number, err)
	}
	return again, nil
}

// standsBy reports whether the contract counts because of this approval: its own, or that of an earlier revision in force whose prices the
// amendments since have left as agreed (CON-09). An amendment of which every price was decided on stands by itself.
func standsBy(tx pg.Tx, c *Contract, request uuid.UUID) (bool, error) {
	if c.ApprovalID == nil || *c.ApprovalID == request || c.State != StateInForce {
		return c.ApprovalID != nil && *c.ApprovalID == request, nil
	}
	earlier, err := listRevisions(tx, c.ID)
	if err != nil {
		return false, err
	}
	for _, r := range earlier { // the one in force comes first
		switch {
		case r.ApprovalID == nil:
			return false, nil
		case *r.ApprovalID == request:
			return true, nil
		}
		if leans, err := leansOnEarlier(tx, c.ID, *r.ApprovalID); err != nil || !leans {
			return false, err
		}
	}
	return false, nil
}

// leansOnEarlier reports whether a price of what was approved by this request stood as agreed in the revision before. What nobody knows of
// is taken to.
func leansOnEarlier(tx pg.Tx, contractID, request uuid.UUID) (bool, error) {
	inputs, err := decision.InputsOf(tx, Subject, contractID, request)
	if err != nil || inputs == nil {
		return true, err
	}
	b, err := pricing.ReadBasis(inputs)
	return slices.ContainsFunc(b.Lines, func(l pricing.BasisLine) bool { return l.Agreed != nil && l.Agreed.Rule == ruleAmended }), err
}

// VerbalApprovalDenied implements approval.VerbalDenier: what is approved or in force only because of an approval that nobody gave is a
// draft of the next revision, and what was under way about it in force ends: an amendment, a termination. Orders that call it
// off are taken back (Watcher): what has left or is on a notice stays called off, nothing more is until it is approved. Locks the requests about
// the contract and those orders, the contract, the orders.
func (s *Service) VerbalApprovalDenied(tx pg.Tx, r approval.Request) error {
	if err := s.approvals.Lock(tx, Subject, r.SubjectID); err != nil {
		return err
	}
	if s.Watcher != nil {
		if err := s.Watcher.LockCallOffs(tx, r.SubjectID); err != nil {
			return err
		}
	}
	c, err := lock(tx, r.SubjectID)
	if err != nil {
		return err
	}
	const reason = "ORG-05: the verbal approval was denied / 口头批准被否认"
	if done, err := deniedAmendment(tx, c.ID, r.ID, reason); err != nil || done {
		return err
	}
	if !slices.Contains([]State{StateApproved, StateInForce}, c.State) {
		return nil
	}
	if mine, err := standsBy(tx, &c, r.ID); err != nil || !mine {
		return err
	}
	if err := endOpen(tx, c.ID, reason); err != nil {
		return err
	}
	if err := s.approvals.Void(tx, Subject, c.ID, reason); err != nil {
		return err
	}
	if err := reopen(tx, &c, reason); err != nil || s.Watcher == nil {
		return err
	}
	return s.Watcher.ContractUnapproved(tx, c)
}

// deniedAmendment makes an amendment that was approved by the denied request, and isn't signed yet, a draft again. done is false when there is none.
func deniedAmendment(tx pg.Tx, contractID, request uuid.UUID, reason string) (done bool, err error) {
	a, err := openAmendment(tx, contractID)
	if isNotFound(err) {
		return false, nil
	}
	if err != nil || a.ApprovalID == nil || *a.ApprovalID != request || a.State != AmendmentApproved {
		return false, err
	}
	return true, a.back(tx, reason)
}

// reopen makes the contract a draft of the next revision.
func reopen(tx pg.Tx, c *Contract, reason string) error {
	before := c.snapshot()
	c.Revision++
	c.InForceAt = nil
	c.back(tx, reason)
	if err := update(tx, c); err != nil {
		return err
	}
	if err := renumberLines(tx, c); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "denyVerbalApproval", SubjectType: Subject, SubjectID: c.ID, Before: before, After: c.snapshot()})
}

// endOpen ends an amendment and a termination that are on their way of a contract that isn't in force any more.
func endOpen(tx pg.Tx, id uuid.UUID, reason string) error {
	a, err := openAmendment(tx, id)
	if err == nil {
		a.State, a.StateReason, a.EndedAt = AmendmentCancelled, reason, &tx.Now
		err = a.store(tx, "cancelContractAmendment")
	}
	if err != nil && !isNotFound(err) {
		return err
	}
	t, err := openTermination(tx, id)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return t.refuse(tx, reason)
}
