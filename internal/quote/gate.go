package quote

import (
	"fmt"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// verdict is what the gate says of a quotation before anybody is asked.
type verdict struct {
	checks  []decision.Check
	facts   map[string]any // of the matter price.quote
	refusal *errs.Error    // the first thing that nobody may let pass; nil when there is none
	basis   *pricing.Basis // what the price gate judged by; nil when it refused
	within  bool           // the submitter's own authority covers it
	role    identity.Role  // the lowest role that covers it
	prices  pricing.Answer // what the price gate answered, as far as it got
	barred  *errs.Error    // what the price gate refused; nil when it didn't
}

func (v *verdict) check(rule string, passed bool, inputs map[string]string, en, zh string) {
	result := decision.CheckFailed
	if passed {
		result = decision.CheckPassed
	}
	v.checks = append(v.checks, decision.Check{Rule: rule, Result: result, Inputs: inputs, EN: en, ZH: zh})
}

func (v *verdict) info(rule string, inputs map[string]string, en, zh string) {
	v.checks = append(v.checks, decision.Check{Rule: rule, Result: decision.CheckInfo, Inputs: inputs, EN: en, ZH: zh})
}

func (v *verdict) refuse(err *errs.Error) {
	if v.refusal == nil {
		v.refusal = err
	}
}

// inputs are what the decision stores to be judged again.
func (v *verdict) inputs() any {
	if v.basis == nil {
		return nil
	}
	return v.basis
}

// judge is the gate that a quotation is submitted through.
func (s *Service) judge(tx pg.Tx, who identity.Principal, q *Quotation, p party) (verdict, error) {
	var v verdict
	v.standing(q, p, tx)
	v.terms(q, p)
	isNew, err := fresh(tx, p)
	if err != nil {
		return v, err
	}
	survey, err := lastSurvey(tx, p.Party)
	if err != nil {
		return v, err
	}
	v.surveyed(isNew, survey)
	a, err := s.ask(tx, &v, q, who.Roles)
	v.prices = a
	if err != nil || v.basis == nil {
		return v, err
	}
	if v.prices, err = StableDemand(tx, s.rules, who, p.Party, a); err != nil {
		return v, err
	}
	v.checks = append(v.checks, v.prices.Checks[len(a.Checks):]...)
	v.within, v.role = v.prices.Within, v.prices.RequiredRole
	v.facts = map[string]any{
		"total": q.Total, "currency": q.Currency, "within_submitter_authority": v.within, "required_role": string(v.role),
		"department_authority": a.DepartmentCovers, "new_customer": isNew, "floor_breach": a.FloorBreach,
	}
	return v, nil
}

// standing checks what has nothing to do with prices: the customer's state and the validity.
func (v *verdict) standing(q *Quotation, p party, tx pg.Tx) {
	v.active(p)
	live := !q.Over(tx.Now)
	v.check("QUO-05", live, map[string]string{"valid_from": day(q.ValidFrom), "valid_until": day(q.ValidUntil), "today": day(clock.Today(tx.Now))},
		fmt.Sprintf("Valid from %s until %s.", day(q.ValidFrom), day(q.ValidUntil)),
		fmt.Sprintf("有效期 %s 至 %s。", day(q.ValidFrom), day(q.ValidUntil)))
	if !live {
		v.refuse(ErrOver.With("valid_until", day(q.ValidUntil)))
	}
}

// active checks that we deal with the customer now: not with who is blacklisted, inactive or merged into another.
func (v *verdict) active(p party) {
	v.check("QUO-05", p.Active, map[string]string{"status": p.Status}, fmt.Sprintf("%s is %s.", p.Name, p.Status),
		fmt.Sprintf("%s 状态为 %s。", p.Name, p.Status))
	if !p.Active {
		v.refuse(ErrCustomerNotActive.With("status", p.Status))
	}
}

// terms holds the payment terms to those that an order may have: what an order's gate refuses isn't offered (ORD-10, CRD-16), whoever
// submits it, since the one who converts the quotation would answer for it. Other days of a customer who is lent to are finance's to decide
// when they are ordered by (CON-06).
func (v *verdict) terms(q *Quotation, p party) {
	var profile credit.Profile
	if p.position != nil {
		profile = p.position.Profile
	}
	asked, agreed := q.Terms(), profile.Terms
	in := map[string]string{"terms": asked.String(), "agreed": agreed.String(), "grade": string(profile.Grade)}
	switch {
	case asked.IsCash() || profile.Lends() && !agreed.IsCash():
		v.check("ORD-10", true, in, fmt.Sprintf("It may be ordered on the terms %s.", asked), fmt.Sprintf("付款条件 %s 可以下单。", asked))
	case !profile.Lends():
		v.check("ORD-10", false, in, fmt.Sprintf("The customer buys on cash terms only: no order passes on %s.", asked),
			fmt.Sprintf("该客户只能现款交易,付款条件 %s 无法下单。", asked))
		v.refuse(ErrCashOnly.With("terms", asked.String()))
	default:
		v.check("CRD-16", false, in, fmt.Sprintf("The customer settles by %s: apply for %s with a credit limit request before it is offered.", agreed, asked),
			fmt.Sprintf("客户结算方式为 %s:如需 %s,须先提交信用额度申请再报价。", agreed, asked))
		v.refuse(ErrSettlement.With("agreed", agreed.String()))
	}
}

// surveyed enforces QUO-02.
func (v *verdict) surveyed(isNew bool, survey *Survey) {
	en, zh := newCheck(isNew)
	switch {
	case !isNew:
		v.info("QUO-02", nil, en+" No survey is needed.", zh+"无须填写需求调查表。")
	case survey != nil:
		v.check("QUO-02", true, map[string]string{"survey": survey.ID.String(), "revision": fmt.Sprint(survey.Revision)},
			en+fmt.Sprintf(" Its demand was surveyed on %s.", day(clock.Today(survey.FilledAt))),
			zh+fmt.Sprintf("需求调查表已于 %s 填写。", day(clock.Today(survey.FilledAt))))
	default:
		v.check("QUO-02", false, nil, en+" The survey of its demand has to be filled first.", zh+"须先填写新客户报价需求调查表。")
		v.refuse(ErrNoSurvey.With())
	}
}

// ask asks the price gate about each line, net of the discount, at its least quantity (PRC-10, PRC-12). What it refuses is in the verdict.
func (s *Service) ask(tx pg.Tx, v *verdict, q *Quotation, roles []identity.Role) (pricing.Answer, error) {
	question := q.question(roles)
	a, err := s.prices.Check(tx, question)
	e, ours := errs.As(err)
	switch {
	case err == nil:
		v.checks, v.basis = append(v.checks, a.Checks...), pricing.BasisOf(question, a)
	case ours && len(a.Checks) > 0:
		v.checks, v.barred = append(v.checks, a.Checks...), e
		v.refuse(e)
	default:
		return a, err
	}
	return a, nil
}

func (q *Quotation) question(roles []identity.Role) pricing.Question {
	question := pricing.Question{Roles: roles, Lines: make([]pricing.Line, len(q.Lines))}
	if q.CustomerID != nil {
		question.CustomerID = *q.CustomerID
	}
	for i, l := range q.Lines {
		question.Lines[i] = pricing.Line{ProductID: l.ProductID, Quantity: l.MinQuantity, Price: l.NetPrice}
	}
	return question
}
