package shipping

import (
	"fmt"
	"strings"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
)

// situation is what the shipment gate judges by, read under the account's lock.
type situation struct {
	position      credit.Position
	newDebt       decimal.Decimal // shipping.new_customer_debt
	firstBusiness bool            // confirmed by finance
	cover         Cover
	papers        int // on the notice: bank slips, bills (SHP-10)
}

// verdict is what the shipment gate says of one notice in one situation.
type verdict struct {
	credit.Judgement
	newOver     bool // SHP-12: above what the sales manager may release
	needsReason bool // SHP-05: overdue, and no reason given
	refusal     *errs.Error
	decision    decision.Decision
}

// gateName is what decisions call the gate.
const gateName = "shipment"

// judge says who must agree that the notice leaves, and whether it can at all. It is pure.
func (n *Notice) judge(s situation) verdict {
	v := verdict{Judgement: credit.Judge(s.position, n.Amount), decision: decision.New(gateName, SubjectNotice, n.ID)}
	v.decision.Outcome, v.decision.Matter, v.decision.Inputs = decision.ApprovalRequired, Matter, n.basis(s)
	switch n.Flow {
	case Credit:
		n.judgeCredit(&v)
	case Prepaid:
		n.judgePrepaid(&v, s)
	case COD:
		v.decision.Checks = append(v.decision.Checks, v.Checks[0])
		v.decision.Info("SHP-11", map[string]string{"amount": n.Amount.String()},
			"Cash on delivery: no limit counts, the general manager decides.", "货到收款:不占用额度限制,由总经理审批。")
	case NewCustomer:
		n.judgeNew(&v, s)
	}
	if v.refusal != nil || v.needsReason {
		v.decision.Outcome, v.decision.Matter = decision.Refused, ""
	}
	return v
}

// judgeCredit is SHP-04 to SHP-06: the credit register bounds what the sales manager may release (SHP-13).
func (n *Notice) judgeCredit(v *verdict) {
	d := &v.decision
	d.Checks = append(d.Checks, v.Checks...)
	in := map[string]string{
		"exposure_after": v.ExposureAfter.String(), "limit": v.Limit.String(), "overdue_amount": v.OverdueAmount.String(),
		"overdue_days": fmt.Sprint(v.OverdueDays), "reason": n.OverdueReason,
	}
	switch {
	case v.OverLimit:
		d.Check("SHP-06", false, in, "Above the limit: the sales manager's power ends here (SHP-13), the general manager decides.",
			"超出信用额度:超出销售部经理权限,由总经理审批。")
	case v.Late() && strings.TrimSpace(n.OverdueReason) == "":
		v.needsReason = true
		d.Check("SHP-05", false, in, "Within the limit, but something is overdue: the rep has to give the reason, then the sales manager decides.",
			"额度内但有逾期:须由业务员填写逾期原因后,由销售部经理审批。")
	case v.Late():
		d.Check("SHP-05", true, in, "Within the limit, but something is overdue; the rep gave a reason, the sales manager decides.",
			"额度内但有逾期,业务员已说明原因,由销售部经理审批。")
	default:
		d.Check("SHP-04", true, in, "Within the limit and nothing overdue: the sales manager reviews.", "额度内且无逾期,由销售部经理审核放行。")
	}
}

// judgePrepaid is SHP-10: what isn't covered isn't released, nor what nothing proves, and no limit is used.
func (n *Notice) judgePrepaid(v *verdict, s situation) {
	c := s.cover
	covered := c.Covered.Cmp(n.Amount) >= 0
	receipts := strings.Join(c.Receipts, ", ")
	v.decision.Checks = append(v.decision.Checks, v.Checks[0])
	v.decision.Check("SHP-10", covered,
		map[string]string{"amount": n.Amount.String(), "covered": c.Covered.String(), "receipts": receipts},
		fmt.Sprintf("Payment first: %s of %s is covered by payments received (%s).", c.Covered, n.Amount, receipts),
		fmt.Sprintf("款到发货:应付 %s,已到账可用 %s(%s)。", n.Amount, c.Covered, receipts))
	if !covered {
		v.refusal = ErrNotCovered.With("amount", n.Amount, "covered", c.Covered)
		return
	}
	n.judgeEvidence(v, s)
}

// judgeEvidence is SHP-10's bank slip or bill: a receipt names its own, or it is on the notice.
func (n *Notice) judgeEvidence(v *verdict, s situation) {
	proved, bare := s.cover.proved(s.papers), strings.Join(s.cover.Bare, ", ")
	in := map[string]string{"papers": fmt.Sprint(s.papers), "without_reference": bare}
	if proved {
		v.decision.Check("SHP-10", true, in, "There is evidence of the payment: a bank slip or a bill.", "收款凭证(银行回单或汇票)齐全。")
		return
	}
	v.decision.Check("SHP-10", false, in, fmt.Sprintf("Nothing proves payment %s: neither a bank reference nor a bill, and no slip is on the notice.", bare),
		fmt.Sprintf("收款 %s 无银行流水号、无汇票,通知单亦未附凭证。", bare))
	v.refusal = ErrNoEvidence.With("receipts", bare)
}

// judgeNew is SHP-12: the limit counts as 0, and the debt decides between the sales manager (SHP-13) and the general manager.
func (n *Notice) judgeNew(v *verdict, s situation) {
	d := &v.decision
	d.Checks = append(d.Checks, v.Checks[0])
	k := s.position.Profile.Limit.Kind
	fresh := k == "" || k == credit.LimitNone
	d.Check("SHP-12", s.firstBusiness && fresh, map[string]string{"first_business": fmt.Sprint(s.firstBusiness), "limit_kind": string(k)},
		firstWords(s.firstBusiness, fresh, "en"), firstWords(s.firstBusiness, fresh, "zh"))
	switch {
	case !fresh:
		v.refusal = ErrHasLimit.With()
	case !s.firstBusiness:
		v.refusal = ErrFirstBusiness.With()
	}
	if v.Group != nil { // the group's limit holds for its new members, too
		d.Checks = append(d.Checks, v.Checks[3])
	}
	v.newOver = v.OverGroup || v.ExposureAfter.Cmp(s.newDebt) > 0
	in := map[string]string{"debt_after": v.ExposureAfter.String(), "bound": s.newDebt.String()}
	if v.newOver {
		d.Check("SHP-12", false, in, fmt.Sprintf("The debt with this notice is %s, above %s: the general manager decides.", v.ExposureAfter, s.newDebt),
			fmt.Sprintf("含本次欠款累计 %s,超过 %s,由总经理审批。", v.ExposureAfter, s.newDebt))
		return
	}
	d.Check("SHP-12", true, in, fmt.Sprintf("The debt with this notice is %s, not above %s: the sales manager decides.", v.ExposureAfter, s.newDebt),
		fmt.Sprintf("含本次欠款累计 %s,未超过 %s,由销售部经理审批。", v.ExposureAfter, s.newDebt))
}

func firstWords(confirmed, fresh bool, lang string) string {
	en, zh := "Finance confirmed that this is the customer's first business; its limit counts as 0.", "财务确认该客户为首次交易,额度按 0 计。"
	switch {
	case !fresh:
		en, zh = "The customer stands in the credit register: it isn't new.", "该客户已在信用额度总表中,不属于新客户。"
	case !confirmed:
		en, zh = "Finance hasn't confirmed that this is the customer's first business.", "财务尚未确认该客户为首次交易。"
	}
	if lang == "zh" {
		return zh
	}
	return en
}

// facts are what the authority matrix decides by.
func (n *Notice) facts(v verdict, grade credit.Grade) map[string]any {
	m := map[string]any{
		"flow": string(n.Flow), "over_limit": v.OverLimit, "overdue_amount": v.LateAmount(), "overdue_days": v.OverdueDays,
		"new_customer_over": v.newOver, "unlimited": v.Unlimited, "limit": v.Limit, "exposure_after": v.ExposureAfter,
		"debt_after": v.ExposureAfter, "amount": n.Amount, "currency": n.Currency, "customer_grade": string(grade), "reason": n.OverdueReason,
	}
	if v.Tolerated {
		m["overdue_tolerated"] = v.OverdueAmount
	}
	if v.Group != nil {
		m["over_group"], m["group_limit"], m["group_exposure_after"] = v.OverGroup, v.Group.Limit, v.GroupAfter()
	}
	return m
}

// worse reports whether the situation now is beyond what was approved by more than the tolerance, so that those who approved must be
// asked again: what they let pass has grown, or what nobody let pass has come up (CRD-17).
func (n *Notice) worse(v verdict, approved map[string]any, tolerance decimal.Decimal) bool {
	beyond := func(growth decimal.Decimal) bool { return growth.Cmp(tolerance) > 0 }
	switch n.Flow {
	case Credit:
		if v.overOwn() && (boolFact(approved, "unlimited") || beyond(money.Sub(money.Sub(v.ExposureAfter, v.Limit), overBefore(approved)))) {
			return true
		}
		return v.OverGroup && beyond(v.groupGrowth(approved)) || v.Late() && beyond(money.Sub(v.OverdueAmount, amountFact(approved, "overdue_amount")))
	case NewCustomer:
		return v.OverGroup && beyond(v.groupGrowth(approved)) || v.newOver && beyond(money.Sub(v.ExposureAfter, amountFact(approved, "debt_after")))
	case Prepaid, COD: // prepaid is covered or refused; cod has no bound that could be passed
	}
	return false
}

// overOwn reports whether it is above the payer's own limit.
func (v verdict) overOwn() bool { return v.HeadroomAfter != nil && v.HeadroomAfter.IsNeg() }

// overBefore is by how much the payer's own limit was passed when it was approved; 0 when it wasn't.
func overBefore(approved map[string]any) decimal.Decimal {
	return money.NotNegative(money.Sub(amountFact(approved, "exposure_after"), amountFact(approved, "limit")))
}

// groupGrowth is by how much more the group's limit is passed than when it was approved.
func (v verdict) groupGrowth(approved map[string]any) decimal.Decimal {
	return money.Sub(money.Sub(v.GroupAfter(), v.Group.Limit), groupBefore(approved))
}

// groupBefore is by how much the group's limit was passed when it was approved; 0 when it wasn't.
func groupBefore(approved map[string]any) decimal.Decimal {
	return money.NotNegative(money.Sub(amountFact(approved, "group_exposure_after"), amountFact(approved, "group_limit")))
}

// amountFact reads an amount as requests keep it: a decimal, or its text.
func amountFact(facts map[string]any, name string) decimal.Decimal {
	if d, ok := facts[name].(decimal.Decimal); ok {
		return d
	}
	d, err := decimal.Parse(fmt.Sprint(facts[name]))
	if err != nil {
		return decimal.Zero
	}
	return d
}

func boolFact(facts map[string]any, name string) bool {
	b, _ := facts[name].(bool)
	return b
}
