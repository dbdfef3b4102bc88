package order

import (
	"fmt"
	"slices"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// ApprovalDecided implements approval.Subject: the order is confirmed, or becomes a draft again with the reason. An
// approval counts for exactly the content that was submitted, and only if the customer may still order (ORD-10); terms
// that have become special meanwhile go to finance as well (CON-06). Locks the order. Returns errs.ErrState for an order
// that isn't waiting for this request.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	o, c, err := lockDeal(tx, r.SubjectID)
	if err != nil {
		return err
	}
	if err := o.May(VerbConfirm); err != nil {
		return err
	}
	if o.ApprovalID == nil || *o.ApprovalID != r.ID {
		return errs.ErrState.With("state", string(o.State))
	}
	before, action := o.snapshot(), VerbReturn
	switch r.State {
	case approval.Approved:
		action = VerbConfirm
		err = s.approved(tx, &o, r, c)
	case approval.Rejected, approval.Returned, approval.Withdrawn:
		o.back(tx, r.CloseReason)
	case approval.Pending, approval.Void:
		return errs.ErrState.With("state", string(r.State))
	}
	if err != nil {
		return err
	}
	if err := update(tx, &o); err != nil {
		return err
	}
	if o.State == StateDraft {
		if err := o.callOff(tx, c); err != nil {
			return err
		}
	}
	return audit.Record(tx, audit.Entry{Action: string(action), SubjectType: Subject, SubjectID: o.ID, Before: before, After: o.snapshot()})
}

// back makes the order a draft again.
func (o *Order) back(tx pg.Tx, reason string) {
	o.State, o.StateReason, o.UpdatedAt, o.ConfirmedAt, o.UntoldSince = StateDraft, reason, tx.Now, nil, nil
}

// approved holds the approval against the order as it is now.
func (s *Service) approved(tx pg.Tx, o *Order, r approval.Request, c *contract.Contract) error {
	p, err := s.credits.Position(tx, o.CustomerID)
	if err != nil {
		return err
	}
	v := judgeCustomer(o, p)
	covers := r.Covers(o.contentHash())
	v.check("ORD-02", covers, map[string]string{"approval": r.ID.String()},
		"The approval is of this content of the order.", "审批内容与订单当前内容一致性核对。")
	if !covers {
		v.refuse(ErrFrozen.With())
	}
	if err := v.stillAgreed(tx, o, c); err != nil {
		return err
	}
	if v.refusal == nil && v.terms(o, p, c) && r.Facts["special_terms"] != true {
		return s.askAgain(tx, o, r, p, v)
	}
	d := decision.New("order", Subject, o.ID)
	d.Checks, d.Matter, d.MatrixVersion, d.ApprovalID = v.checks, r.Matter, &r.MatrixVersion, &r.ID
	if v.refusal != nil {
		d.Outcome = decision.Refused
		o.back(tx, v.refusal.Text("zh-CN")+" "+v.refusal.Text("en"))
	} else {
		o.confirm(tx)
		o.UpdatedAt = tx.Now
	}
	return decision.Record(tx, &d)
}

// askAgain submits the order anew with the facts as they are now.
func (s *Service) askAgain(tx pg.Tx, o *Order, r approval.Request, p credit.Position, v verdict) error {
	changed := map[string]any{"special_terms": true, "total": o.Total, "customer_grade": string(p.Profile.Grade)}
	again, err := s.approvals.Resubmit(tx, r, changed, o.Content)
	if err != nil {
		return fmt.Errorf("order %s: submit anew: %w", o.Number, err)
	}
	o.answered(tx, again)
	o.UpdatedAt = tx.Now
	_, err = record(tx, o, v, again)
	return err
}

// standsBy reports whether the order counts because of this approval, if by way of changes that were approved on top of it.
func (s *Service) standsBy(tx pg.Tx, o *Order, r approval.Request) (bool, error) {
	if o.ApprovalID == nil || *o.ApprovalID == r.ID {
		return o.ApprovalID != nil, nil
	}
	last, err := s.approvals.Latest(tx, Matter, Subject, o.ID)
	if isNotFound(err) {
		return false, nil
	}
	return last.ID == r.ID, err
}

// VerbalApprovalDenied implements approval.VerbalDenier: an order that counts only because of an approval that nobody gave
// becomes a draft of the next revision. What has left, has left. Locks the request to change it, then the order.
func (s *Service) VerbalApprovalDenied(tx pg.Tx, r approval.Request) error {
	if err := s.lockChange(tx, r.SubjectID); err != nil {
		return err
	}
	o, c, err := lockDeal(tx, r.SubjectID)
	if err != nil {
		return err
	}
	if !slices.Contains(allowed[VerbRevise], o.State) {
		return nil
	}
	if mine, err := s.standsBy(tx, &o, r); err != nil || !mine {
		return err
	}
	return s.takeBack(tx, &o, c, "ORG-05: the verbal approval was denied / 口头批准被否认", "denyVerbalApproval")
}

// takeBack makes an order that counts a draft of the next revision. What has left, has left. What was asked
// about it ends. The request for that, the contract and the order are locked.
func (s *Service) takeBack(tx pg.Tx, o *Order, c *contract.Contract, reason, action string) error {
	before := o.snapshot()
	o.Revision++
	o.back(tx, reason)
	if err := update(tx, o); err != nil {
		return err
	}
	if err := o.callOff(tx, c); err != nil {
		return err
	}
	if err := audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: o.ID, Before: before, After: o.snapshot()}); err != nil {
		return err
	}
	if s.Changes != nil {
		if err := s.Changes.EndOf(tx, o.ID, reason); err != nil {
			return err
		}
	}
	return s.tellStopped(tx, o)
}
