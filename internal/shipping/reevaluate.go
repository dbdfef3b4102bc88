package shipping

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
)

// VerbReevaluate is what events call a waiting notice that was judged anew, kindReevaluated the follow-up that tells its rep.
const (
	VerbReevaluate  Verb   = "reevaluateShippingNotice"
	kindReevaluated string = "shipment.reevaluated"
)

// Reevaluation is the job that judges the waiting notices of a payer anew. It is apart from what changed the credit: that holds the
// account's lock, after which no approval of a notice can be ended (see pg, Lock order).
type Reevaluation struct {
	PayerID  uuid.UUID `json:"payer_id"`
	Released bool      `json:"released,omitempty"` // what is released and hasn't left as well
}

// Kind implements jobs.Args.
func (Reevaluation) Kind() string { return "reevaluate_shipments" }

// Reconsider implements credit.Shipments: grade, limit, group or debt of these payers have changed, so what waits for them is
// judged anew as soon as this commits. One look into an index when nothing waits.
func (s *Service) Reconsider(tx pg.Tx, payers ...uuid.UUID) error {
	if len(payers) == 0 {
		return nil
	}
	waiting, err := waitingPayers(tx, payers)
	if err != nil {
		return err
	}
	for _, payer := range waiting {
		if err := jobs.InsertTx(tx, Reevaluation{PayerID: payer}); err != nil {
			return err
		}
	}
	return nil
}

// Worsened implements credit.Shipments: what these payers were allowed may not hold any more, so what is released of which nothing has left is
// judged anew, beside what waits (SHP-03).
func (s *Service) Worsened(tx pg.Tx, payers ...uuid.UUID) error {
	if err := s.Reconsider(tx, payers...); err != nil || len(payers) == 0 {
		return err
	}
	released, err := releasedPayers(tx, payers)
	if err != nil {
		return err
	}
	for _, payer := range released {
		if err := jobs.InsertTx(tx, Reevaluation{payer, true}); err != nil {
			return err
		}
	}
	return nil
}

// Released returns the notices of a payer that are released by credit and of which nothing has left, for Rejudge, the youngest first: the
// oldest keep their release as far as it goes.
func (s *Service) Released(tx pg.Tx, payer uuid.UUID) ([]uuid.UUID, error) {
	return releasedNotices(tx, payer)
}

// Waiting returns the notices of a payer that wait for credit, for Reevaluate, the oldest first.
func (s *Service) Waiting(tx pg.Tx, payer uuid.UUID) ([]uuid.UUID, error) {
	return waitingNotices(tx, payer)
}

// Reevaluate judges a waiting notice by the credit of now. When another must agree than before, the approval that is under way
// ends: where those who must agree now have done so already, or the matrix asks nobody, or a special release covers it, the notice
// is released; else they are asked, or the rep for a reason (SHP-05). The rep is told. It does nothing when all is as it was, or the
// notice no longer waits. Locks approvals, account, group, orders and notice.
func (s *Service) Reevaluate(tx pg.Tx, id uuid.UUID) error {
	if err := s.approvals.Lock(tx, SubjectNotice, id); err != nil {
		return err
	}
	h, err := s.holdToJudge(tx, identity.System(), id)
	if err != nil {
		return err
	}
	n := &h.Notice
	if n.State != StateChecked && n.State != StateBlocked || n.Flow != Credit && n.Flow != NewCustomer {
		return nil
	}
	if err := h.current(); err != nil { // its order was revised: the notice has to be, too
		return nil //nolint:nilerr // not a matter of credit
	}
	sit, err := s.situation(tx, h, n.Figures.FirstBusiness)
	if err != nil {
		return err
	}
	v := n.judge(sit)
	if v.refusal != nil { // a new customer that has a limit now: the notice has to be written for another flow
		return s.inform(tx, n, "can't be released as it is: "+v.refusal.Code, "须修订后方可放行")
	}
	return s.turn(tx, h, v, sit)
}

// turn does what the verdict of now asks for, where that is something else than what is under way.
func (s *Service) turn(tx pg.Tx, h *Held, v verdict, sit situation) error {
	n := &h.Notice
	sp, err := s.usable(tx, n, &v, sit)
	if err != nil {
		return err
	}
	var r approval.Request
	if n.State == StateChecked {
		if r, err = s.approvals.Latest(tx, Matter, SubjectNotice, n.ID); err != nil {
			return err
		}
	}
	if sp == nil && !n.turned(v, r) {
		return nil
	}
	v.decision.Info("CRD-10", map[string]string{"state": string(n.State)},
		"Judged anew, because credit has changed while the notice waited.", "等待期间信用状况变化,重新判定。")
	agreed := false
	if sp == nil && !v.needsReason && n.State == StateChecked && !n.worse(v, r.Facts, decimal.Zero) {
		if agreed, err = s.agreed(tx, n, v, sit, r); err != nil {
			return err
		}
	}
	if err := s.approvals.Void(tx, SubjectNotice, n.ID, "credit has changed / 信用状况变化"); err != nil {
		return err
	}
	switch {
	case sp != nil:
		err = s.releaseUnder(tx, h, v, sit, sp)
	case agreed:
		v.decision.Outcome, v.decision.MatrixVersion, v.decision.ApprovalID = decision.Passed, &r.MatrixVersion, &r.ID
		err = s.release(tx, h, v)
	default:
		err = s.ask(tx, h, v, sit)
	}
	if err != nil {
		return err
	}
	if err := h.store(tx, VerbReevaluate); err != nil {
		return err
	}
	en, zh := stateWords(n.State)
	return s.inform(tx, n, en, zh)
}

// turned reports whether another answer is due than the one under way: what the matrix distinguishes has changed, or it is worse
// than what was asked. Figures alone, for the better, change nothing.
func (n *Notice) turned(v verdict, r approval.Request) bool {
	if n.State == StateBlocked {
		return !v.needsReason
	}
	late := amountFact(r.Facts, "overdue_amount").IsPos()
	return v.needsReason || v.OverLimit != boolFact(r.Facts, "over_limit") || v.Late() != late ||
		v.newOver != boolFact(r.Facts, "new_customer_over") || n.worse(v, r.Facts, decimal.Zero)
}

// agreed reports whether everybody whom the matrix would ask now has approved already, when things were no better.
func (s *Service) agreed(tx pg.Tx, n *Notice, v verdict, sit situation, r approval.Request) (bool, error) {
	submitter, err := n.submitter(tx)
	if err != nil {
		return false, err
	}
	route, err := s.approvals.Preview(tx, submitter, Matter, n.facts(v, sit.position.Profile.Grade))
	if err != nil || len(route) == 0 {
		return false, err
	}
	done := r.Route[:min(r.Step, len(r.Route))]
	for _, step := range route {
		if !slices.ContainsFunc(done, func(d approval.Step) bool { return d.Stage == step.Stage && d.Kind == step.Kind }) {
			return false, nil
		}
	}
	return true, nil
}

func stateWords(s State) (en, zh string) {
	switch s {
	case StateReleased:
		return "is released", "已放行"
	case StateBlocked:
		return "waits for your reason why it should ship although something is overdue", "须填写逾期原因"
	default:
		return "was put to approval anew", "已重新送审"
	}
}

// inform tells the rep what became of the notice, once while they haven't read it.
func (s *Service) inform(tx pg.Tx, n *Notice, en, zh string) error {
	titleEN := fmt.Sprintf("Credit of the customer has changed: shipping notice %s %s", n.Number, en)
	if told, err := followup.Asked(tx, kindReevaluated, SubjectNotice, n.ID, titleEN); err != nil || told {
		return err
	}
	if err := followup.Close(tx, kindReevaluated, SubjectNotice, n.ID); err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: kindReevaluated, SubjectType: SubjectNotice, SubjectID: n.ID, Number: n.Number, UserID: &n.OwnerID, Inform: true,
		TitleEN: titleEN,
		TitleZH: fmt.Sprintf("客户信用状况变化:发货通知单 %s %s", n.Number, zh),
	})
}
