package contract

import (
	"fmt"
	"strings"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// verdict is what the gate says of a contract before anybody is asked.
type verdict struct {
	checks  []decision.Check
	facts   map[string]any // of the matter contract.sign
	refusal *errs.Error    // the first thing that nobody may let pass; nil when there is none
	basis   *pricing.Basis // what the price gate judged by; nil when it wasn't asked or refused
	bound   decimal.Decimal
	beyond  bool // the general manager has to sign (CON-03)
	prices  priceAnswer
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

// judge is the contract gate. was is the contract in force that c amends, nil for c itself. Nothing is written. An error that isn't a verdict
// is returned as such.
func (s *Service) judge(tx pg.Tx, who identity.Principal, c, was *Contract, p credit.Position) (verdict, error) {
	v := judgeCustomer(p)
	v.complete(c)
	v.kind(c)
	a, err := s.askPrices(tx, who, c, was)
	if err != nil {
		return v, err
	}
	v.checks, v.prices = append(v.checks, a.Checks...), a
	v.initialPrices(c, a)
	if v.bound, err = s.rules.Decimal(tx, "contract.gm_amount"); err != nil {
		return v, err
	}
	v.beyond = a.refused != nil || !a.DepartmentCovers || c.Total.Cmp(v.bound) > 0
	if a.refused != nil {
		v.refuse(a.refused)
		return v, nil
	}
	v.basis = a.basis
	v.amount(c, a)
	v.info("CON-05", nil, "Production confirms quantity and dates.", "由生产部确认数量与交期。")
	special := v.terms(c, p)
	v.facts = map[string]any{
		"total": c.Total, "currency": c.Currency, "department_authority": a.DepartmentCovers, "required_role": string(a.RequiredRole),
		"standard": c.IsStandard, "long": c.IsLong, "special_terms": special, "terms": c.Terms().String(), "terms_rank": c.Terms().Rank(),
		"customer_grade": string(p.Profile.Grade), "starts_on": c.StartsOn.Format("2006-01-02"), "ends_on": c.EndsOn.Format("2006-01-02"),
		"revision": c.Revision, "demand": c.DemandRound, "prices": c.PriceRound, "period": c.PeriodRound,
		"conditions": c.ConditionRound,
	}
	return v, nil
}

// judgeCustomer checks what nobody may let pass. The approvers' decision is held against it again.
func judgeCustomer(p credit.Position) verdict {
	var v verdict
	active := p.Status == customer.Active
	v.check("CON-02", active, map[string]string{"customer": p.Code, "status": string(p.Status)},
		fmt.Sprintf("The customer %s is %s.", p.Code, p.Status), fmt.Sprintf("客户 %s 状态为 %s。", p.Code, p.Status))
	if !active {
		v.refuse(ErrCustomerNotActive.With("status", string(p.Status)))
	}
	return v
}

// complete enforces CON-10. Product, price, quantity and payment terms can't be missing: a draft has them.
func (v *verdict) complete(c *Contract) {
	var missing []string
	for _, f := range []struct{ pointer, said string }{
		{"/delivery_place", c.DeliveryPlace}, {"/packing", c.Packing}, {"/transport", c.Transport},
	} {
		if strings.TrimSpace(f.said) == "" {
			missing = append(missing, f.pointer)
		}
	}
	for i, l := range c.Lines {
		if len(l.Deliveries) == 0 {
			missing = append(missing, fmt.Sprintf("/lines/%d/deliveries", i))
		}
	}
	in := map[string]string{"missing": strings.Join(missing, " ")}
	if len(missing) == 0 {
		v.check("CON-10", true, nil, "Product, price, delivery, payment terms, place, packing and transport are all there.",
			"产品、价格、交期、付款条件、交货地点、包装与运输方式均已载明。")
		return
	}
	v.check("CON-10", false, in, "The contract doesn't say everything that it must: "+in["missing"]+".", "合同必备内容缺失:"+in["missing"]+"。")
	e := ErrIncomplete.With()
	for _, pointer := range missing {
		e.Fields = append(e.Fields, ErrIncomplete.At(pointer).Fields...)
	}
	v.refuse(e)
}

// kind states what kind of contract the data make it (CON-01).
func (v *verdict) kind(c *Contract) {
	term, product := [2]string{"short", "短期"}, [2]string{"non-standard", "非标准"}
	if c.IsLong {
		term = [2]string{"long", "长期"}
	}
	if c.IsStandard {
		product = [2]string{"standard", "标准"}
	}
	v.info("CON-01", map[string]string{
		"starts_on": c.StartsOn.Format("2006-01-02"), "ends_on": c.EndsOn.Format("2006-01-02"), "long": fmt.Sprint(c.IsLong), "standard": fmt.Sprint(c.IsStandard),
	}, fmt.Sprintf("By its period and products this is a %s, %s contract.", term[0], product[0]),
		fmt.Sprintf("按期限与产品判定为%s%s合同。", term[1], product[1]))
}

// amount states who signs by amount and by whose price authority it takes (CON-02, CON-03).
func (v *verdict) amount(c *Contract, a priceAnswer) {
	in := map[string]string{"total": c.Total.String(), "gm_amount": v.bound.String(), "department_authority": fmt.Sprint(a.DepartmentCovers)}
	if c.Total.Cmp(v.bound) > 0 {
		v.check("CON-03", false, in,
			fmt.Sprintf("The total %s is above %s: the general manager signs.", c.Total, v.bound),
			fmt.Sprintf("合同总额 %s 超过 %s,由总经理签批。", c.Total, v.bound))
	}
	if !a.DepartmentCovers {
		v.check("CON-03", false, in, "A price is beyond the sales department's authority: the general manager signs.",
			"价格超出销售部权限,由总经理签批。")
	}
	if !v.beyond {
		v.check("CON-02", true, in,
			fmt.Sprintf("The total %s is at most %s and every price is within the sales department's authority: the sales manager signs.", c.Total, v.bound),
			fmt.Sprintf("合同总额 %s 不超过 %s,且价格均在销售部权限内,由销售部经理签批。", c.Total, v.bound))
	}
}

// terms reports whether the payment terms are special and finance has to agree (CON-06): a customer with terms that has no limit, or
// terms that differ from the credit profile. Normal terms, cash, prepaid and cod never are.
func (v *verdict) terms(c *Contract, p credit.Position) bool {
	terms, agreed := c.Terms(), p.Profile.Terms
	special := p.Special(terms)
	in := map[string]string{"terms": terms.String(), "agreed": agreed.String(), "limit_kind": string(p.Profile.Limit.Kind)}
	if special {
		v.check("CON-06", false, in,
			fmt.Sprintf("The terms %s aren't the approved ones (%s), or there is no limit behind them: finance decides.", terms, agreed),
			fmt.Sprintf("付款条件 %s 与核定条件(%s)不同或无信用额度,须财务部审定。", terms, agreed))
		return true
	}
	v.check("CON-06", true, in, fmt.Sprintf("The payment terms %s are normal ones for this customer.", terms),
		fmt.Sprintf("付款条件 %s 为该客户的正常条件,无须财务审定。", terms))
	return false
}
