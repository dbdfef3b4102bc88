package shipping

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// Release approves the open step of the notice's approval for the caller, whose task it must be, and answers with the
// notice: released when that was the last step, still checked when others have to decide after the caller. It is
// approval.ApproveRequest for those who stand before the notice instead of their tasks.
//
// Returns ErrWorse with the decision when the situation is worse than what was to be decided: the approval is recorded, but
// a new one was asked for (CRD-17). Locks the request, then account, orders and notice.
func (s *Service) Release(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, comment string) (Notice, error) {
	var n Notice
	err := pg.ScanRow(tx, []any{&n.OwnerID, &n.State, &n.Version, &n.ApprovalID},
		`SELECT owner_id, state, version, approval_id FROM shipping_notices WHERE id = ?`, id)
	if err != nil {
		return Notice{}, err
	}
	if err := who.MustSee(n.OwnerID); err != nil {
		return Notice{}, err
	}
	if err := n.mustMatch(version); err != nil {
		return Notice{}, err
	}
	if err := n.May(VerbRelease); err != nil {
		return Notice{}, err
	}
	if n.ApprovalID == nil {
		return Notice{}, ErrNotAsked
	}
	asked := *n.ApprovalID
	r, err := s.approvals.ApproveRequest(tx, who, asked, approval.Verdict{Comment: comment})
	if err != nil {
		return Notice{}, err
	}
	if n, err = readNotice(tx, id); err != nil {
		return Notice{}, err
	}
	if r.State == approval.Approved && n.State != StateReleased {
		return Notice{}, s.notReleased(tx, n)
	}
	return n, nil
}

// notReleased says why an approved notice isn't released. What was decided and asked anew commits.
func (s *Service) notReleased(tx pg.Tx, n Notice) error {
	all, err := decision.List(tx, SubjectNotice, n.ID)
	if err != nil {
		return err
	}
	e := ErrWorse.With()
	for _, d := range all {
		if d.Outcome != decision.Passed && d.Gate == gateName { // the last of its own
			e = e.Deciding(d)
		}
	}
	return pg.Keep(e)
}

// ApprovalDecided implements approval.Subject: what the approvers said becomes true of the notice, if the gate, judged again
// under the account's lock, says no worse than what they decided on. The request is locked; locks account, orders and notice.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	switch r.Matter {
	case MatterSpecial:
		return s.specialDecided(tx, r)
	case MatterEmergency:
		return s.emergencyDecided(tx, r)
	}
	h, err := s.holdDecided(tx, r)
	if err != nil {
		return err
	}
	n := &h.Notice
	if n.ApprovalID == nil || *n.ApprovalID != r.ID {
		return ErrNotAsked
	}
	if err := n.May(VerbRelease); err != nil {
		return err
	}
	switch r.State {
	case approval.Approved:
		return s.approved(tx, h, r)
	case approval.Rejected:
		n.State, n.EndedReason = StateRefused, r.CloseReason
	case approval.Returned, approval.Withdrawn:
		n.reopen()
	case approval.Pending, approval.Void:
		return nil
	}
	if err := s.uncover(tx, n); err != nil {
		return err
	}
	if err := s.voidSpecial(tx, n.ID, r.CloseReason); err != nil {
		return err
	}
	return h.store(tx, "decideShippingNotice")
}

// holdDecided locks what the outcome concerns: what a release takes, or what ends with the notice.
func (s *Service) holdDecided(tx pg.Tx, r approval.Request) (*Held, error) {
	if r.State == approval.Approved {
		return s.holdToJudge(tx, identity.System(), r.SubjectID)
	}
	if err := s.lockSpecial(tx, r.SubjectID); err != nil {
		return nil, err
	}
	return s.holdAll(tx, identity.System(), r.SubjectID, reach{})
}

// approved releases the notice, or asks again when the situation got worse meanwhile.
func (s *Service) approved(tx pg.Tx, h *Held, r approval.Request) error {
	n := &h.Notice
	if !r.Covers(n.content()) {
		return approval.ErrChanged
	}
	sit, err := s.situation(tx, h, n.Figures.FirstBusiness)
	if err != nil {
		return err
	}
	v := n.judge(sit)
	if v.refusal != nil {
		return v.refusal.Deciding(v.decision)
	}
	if v.needsReason || n.worse(v, r.Facts, decimal.Zero) { // CRD-17
		v.decision.Info("CRD-17", map[string]string{"approval": r.ID.String()},
			"The situation is worse than what was approved; those who must agree now are asked again.", "情况较审批时恶化,须重新审批。")
		if err := s.ask(tx, h, v, sit); err != nil {
			return err
		}
		return h.store(tx, "renewShippingApproval")
	}
	if err := s.setAside(tx, n, nil); err != nil {
		return err
	}
	v.decision.Outcome, v.decision.MatrixVersion, v.decision.ApprovalID = decision.Passed, &r.MatrixVersion, &r.ID
	if b, ours := v.decision.Inputs.(*Basis); ours {
		b.Again = true
	}
	if err := s.release(tx, h, v); err != nil {
		return err
	}
	return h.store(tx, VerbRelease)
}

// release lets the warehouse have the notice: it counts in the exposure (CRD-11) and its goods are reserved on the orders
// (SHP-02). It writes the decision; the caller stores the notice.
func (s *Service) release(tx pg.Tx, h *Held, v verdict) error {
	n := &h.Notice
	if err := h.current(); err != nil {
		return err
	}
	if h.short() {
		if err := s.allowed(tx, n.Lines, true); err != nil { // SHP-19
			return err
		}
	}
	for _, p := range order.ByOrder(n.parts(func(l Line) decimal.Decimal { return l.Quantity })) {
		if err := s.orders.Reserve(tx, h.Orders[p.OrderID], p.Lines); err != nil {
			return err
		}
	}
	if err := s.credit.Post(tx, h.Account, credit.ReleaseMove(n.ID, n.Amount)); err != nil {
		return err
	}
	if n.largest.IsPos() && v.HeadroomAfter != nil && n.largest.Cmp(*v.HeadroomAfter) > 0 { // another that waits doesn't fit any more
		if err := s.Reconsider(tx, n.PayerID); err != nil {
			return err
		}
	}
	n.State, n.ReleasedAt, n.ReleasedBy, n.PassedAt = StateReleased, &tx.Now, tx.By.Actor(), &tx.Now
	if n.Flow == NewCustomer { // SHP-12: afterwards a credit review is due
		if err := s.requireReview(tx, n, v); err != nil {
			return err
		}
	}
	return decision.Record(tx, &v.decision)
}

// kindReview is the follow-up that asks a new customer's rep to apply for grade and limit.
const kindReview = "shipment.credit_review"

// requireReview has the rep apply for the grade and the limit of a customer to whom goods were released without (SHP-12).
func (s *Service) requireReview(tx pg.Tx, n *Notice, v verdict) error {
	days, err := s.rules.Int(tx, "shipping.credit_review_days")
	if err != nil {
		return err
	}
	err = audit.Record(tx, audit.Entry{
		Action: "requireCreditReview", SubjectType: subjectCustomer, SubjectID: n.PayerID,
		After: map[string]any{"because": "SHP-12", "notice": n.Number, "debt_after": v.ExposureAfter},
	})
	if err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: kindReview, SubjectType: subjectCustomer, SubjectID: n.PayerID, Number: n.Number, UserID: &n.OwnerID,
		Within: &clock.Term{From: tx.Now, Days: days}, EscalateTo: identity.FinanceManager,
		TitleEN: "Apply for grade and limit of the new customer to whom shipping notice " + n.Number + " was released",
		TitleZH: "新客户已放行发货(发货通知单 " + n.Number + "),请及时申请信用等级与额度",
	})
}

// subjectCustomer is what events and follow-ups call a customer.
const subjectCustomer = "customer"

// VerbalApprovalDenied implements approval.VerbalDenier: who gave the approval by phone says that it wasn't so (ORG-05). What
// hasn't left stays here; what has left, has. Locks account, orders and notice.
func (s *Service) VerbalApprovalDenied(tx pg.Tx, r approval.Request) error {
	h, err := s.Hold(tx, identity.System(), r.SubjectID)
	if err != nil {
		return err
	}
	n := &h.Notice
	if n.ApprovalID == nil || *n.ApprovalID != r.ID {
		return nil
	}
	switch n.State {
	case StateReleased:
		if err := s.giveBack(tx, h); err != nil {
			return err
		}
		n.State = StateRefused
	case StatePartlyDispatched:
		if err := s.giveBack(tx, h); err != nil {
			return err
		}
		n.State = StateClosed
	case StateChecked:
		n.State = StateRefused
	case StateDraft, StateSubmitted, StateBlocked, StateRefused, StateDispatched, StateClosed, StateCancelled:
		return nil
	}
	n.EndedReason = "ORG-05: the verbal approval was denied / 口头批准被否认"
	if err := s.Transport.Void(tx, n.ID, n.EndedReason); err != nil { // no truck comes for it
		return err
	}
	if err := s.uncover(tx, n); err != nil {
		return err
	}
	return h.store(tx, "denyShippingApproval")
}

// reopen makes a draft of the notice, which passes every gate anew.
func (n *Notice) reopen() {
	n.State, n.Revision, n.ApprovalID, n.SpecialReleaseID, n.EmergencyID = StateDraft, n.Revision+1, nil, nil, nil
	n.Figures, n.FiguresHash, n.CheckedBy, n.CheckedAt = nil, nil, nil, nil
	n.SubmittedBy, n.SubmittedAt, n.SubmitterKind, n.ReleasedBy, n.ReleasedAt, n.PassedAt = nil, nil, "", nil, nil, nil
	n.EndedReason = ""
}

var (
	_ approval.Subject      = (*Service)(nil)
	_ approval.VerbalDenier = (*Service)(nil)
)
