package order

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/quote"
)

// verdict is what the gate says of an order before anybody is asked.
type verdict struct {
	checks  []decision.Check
	facts   map[string]any     // of the matter order.confirm
	refusal *errs.Error        // the first thing that nobody may let pass; nil when there is none
	attempt bool               // another settlement method was asked for than the customer's (CRD-16)
	bridge  uuid.UUID          // of the superior's word that lets it pass without an agreement (CRD-15)
	deal    *contract.Contract // that the order calls off, locked; nil for none
	basis   *pricing.Basis     // what the price gate judged by; nil when it wasn't asked or refused
}

// inputs are what the decision stores to be judged again.
func (v verdict) inputs() any {
	if v.basis == nil {
		return nil
	}
	return v.basis
}

func (v *verdict) check(rule string, passed bool, inputs map[string]string, en, zh string) {
	result := decision.CheckFailed
	if passed {
		result = decision.CheckPassed
	}
	v.checks = append(v.checks, decision.Check{Rule: rule, Result: result, Inputs: inputs, EN: en, ZH: zh})
}

func (v *verdict) refuse(err *errs.Error) {
	if v.refusal == nil {
		v.refusal = err
	}
}

// priceAnswer is what the price gate answered, with its refusal if it refused.
type priceAnswer struct {
	pricing.Answer
	basis   *pricing.Basis
	refused *errs.Error
}

func (a priceAnswer) passed() bool { return a.refused == nil }

// askPrices asks the price gate about each line and the whole order, header discount included (PRC-10, PRC-12), and
// whether a rep may leave the list for this customer (QUO-04). One statement while that isn't enabled. An error of the price gate that isn't
// its verdict is returned as such.
func (s *Service) askPrices(tx pg.Tx, who identity.Principal, o *Order, c *contract.Contract) (priceAnswer, error) {
	taken, err := o.taken()
	if err != nil {
		return priceAnswer{}, err
	}
	return s.askPricesOf(tx, who, o, c, taken)
}

// askPricesOf is askPrices about an order that is a part of another, which takes so much of each line of its quotation.
func (s *Service) askPricesOf(tx pg.Tx, who identity.Principal, o *Order, c *contract.Contract, taken quote.Sums) (priceAnswer, error) {
	agreed, err := o.agreedLines(tx, c, taken)
	if err != nil {
		return notAgreed(err)
	}
	q := pricing.Question{CustomerID: o.CustomerID, Roles: who.Roles, HeaderDiscount: o.HeaderDiscount, Lines: make([]pricing.Line, len(o.Lines))}
	for i, l := range o.Lines {
		q.Lines[i] = pricing.Line{ProductID: l.ProductID, Quantity: l.Quantity, Price: l.Price, Agreed: agreed[i]}
	}
	a, err := s.prices.Check(tx, q)
	if err == nil {
		basis := pricing.BasisOf(q, a)
		a, err = quote.StableDemand(tx, s.rules, who, quote.Party{CustomerID: &o.CustomerID}, a)
		return priceAnswer{Answer: a, basis: basis}, err
	}
	e, ours := errs.As(err)
	if ours && len(a.Checks) > 0 {
		return priceAnswer{Answer: a, refused: e}, nil
	}
	return priceAnswer{}, err
}

// notAgreed is the price gate's refusal of an order whose agreement doesn't hold (QUO-05, CON-09).
func notAgreed(err error) (priceAnswer, error) {
	e, ours := errs.As(err)
	if !ours {
		return priceAnswer{}, err
	}
	rule := "CON-09"
	if len(e.Rules) > 0 {
		rule = e.Rules[len(e.Rules)-1]
	}
	var a priceAnswer
	a.refused = e
	a.Checks = []decision.Check{{
		Rule: rule, Result: decision.CheckFailed, Inputs: map[string]string{"code": e.Code}, EN: e.Text("en"), ZH: e.Text("zh-CN"),
	}}
	return a, nil
}

// contracted reports whether every price stands by a contract: whoever had to sign it for its amount has (CON-02, CON-03).
func (a priceAnswer) contracted() bool {
	return !slices.ContainsFunc(a.Lines, func(l pricing.LineAnswer) bool { return l.Agreed == nil || l.Agreed.Rule != "CON-09" })
}

// products are those that the price gate has read; nil when it refused.
func (a priceAnswer) products() map[uuid.UUID]catalog.Product {
	if !a.passed() {
		return nil
	}
	known := make(map[uuid.UUID]catalog.Product, len(a.Lines))
	for _, l := range a.Lines {
		known[l.Product.ID] = l.Product
	}
	return known
}

// judge is the order gate (ORD-02). It is pure but for the parameters, which are cached, and what a new customer's first order asks.
func (s *Service) judge(tx pg.Tx, o *Order, p credit.Position, a priceAnswer, c *contract.Contract) (verdict, error) {
	v := judgeCustomer(o, p)
	v.deal = c
	v.reviewOpen(o)
	v.dates(o)
	v.undated(o)
	if err := s.original(tx, o, &v); err != nil {
		return v, err
	}
	if err := s.firstBusiness(tx, o, p, &v); err != nil {
		return v, err
	}
	if err := s.agreement(tx, o, p, &v); err != nil {
		return v, err
	}
	v.checks, v.basis = append(v.checks, a.Checks...), a.basis
	if v.basis != nil {
		v.basis.Grade = string(p.Profile.Grade)
	}
	if !a.passed() {
		v.refuse(a.refused)
		return v, nil
	}
	bound, err := s.rules.Decimal(tx, "contract.gm_amount")
	if err != nil {
		return v, err
	}
	covered := a.contracted()
	v.amount(o, a, bound, covered)
	special := v.terms(o, p, v.deal)
	v.facts = map[string]any{
		"total": o.Total, "currency": o.Currency, "within_submitter_authority": a.Within, "required_role": string(a.RequiredRole),
		"department_authority": a.DepartmentCovers, "special_terms": special, "customer_grade": string(p.Profile.Grade),
		"contract_covers": covered,
	}
	return v, nil
}

// judgeCustomer checks what nobody may let pass: the customer's state, and ORD-10. The approvers' decision is held
// against it again.
func judgeCustomer(o *Order, p credit.Position) verdict {
	var v verdict
	active := p.Status == customer.Active
	v.check("ORD-02", active, map[string]string{"customer": p.Code, "status": string(p.Status)},
		fmt.Sprintf("The customer %s is %s.", p.Code, p.Status), fmt.Sprintf("客户 %s 状态为 %s。", p.Code, p.Status))
	if !active {
		v.refuse(ErrCustomerNotActive.With("status", string(p.Status)))
	}
	v.oldDebt(p)
	v.cashOnly(o, p)
	return v
}

// oldDebt enforces ORD-10 for D customers (CRD-06).
func (v *verdict) oldDebt(p credit.Position) {
	if p.Profile.Grade != credit.GradeD {
		return
	}
	debt := p.OldDebt()
	settled := !debt.IsPos()
	en, zh := "A D customer without old debt may order on cash terms.", "D 级客户无旧欠款,可以现款下单。"
	if !settled {
		en = fmt.Sprintf("The customer is graded D and owes %s: no order until that is settled.", debt)
		zh = fmt.Sprintf("客户为 D 级且尚欠 %s:结清前不接受订单。", debt)
		v.refuse(ErrOldDebt.With("debt", debt.String()))
	}
	v.check("ORD-10", settled, map[string]string{"grade": "D", "old_debt": debt.String()}, en, zh)
}

// cashOnly enforces ORD-10 for C, D and ungraded customers (CRD-02, CRD-05).
func (v *verdict) cashOnly(o *Order, p credit.Position) {
	if p.Profile.Lends() {
		return
	}
	grade, note := string(p.Profile.Grade), string(p.Profile.Grade)
	if p.Profile.Grade == credit.NoGrade {
		grade, note = "none", "未评级"
	}
	terms := o.Terms()
	in := map[string]string{"grade": grade, "terms": terms.String()}
	if terms.IsCash() {
		v.check("ORD-10", true, in, fmt.Sprintf("Grade %s: cash terms only, and the order asks for %s.", grade, terms),
			fmt.Sprintf("客户等级 %s:只能现款交易,本单为 %s。", note, terms))
		return
	}
	v.check("ORD-10", false, in,
		fmt.Sprintf("Grade %s: cash terms only, but the order asks for %s. With cash, prepaid or cod it passes.", grade, terms),
		fmt.Sprintf("客户等级 %s:只能现款交易,本单却为 %s。改为现款、款到发货或货到付款即可通过。", note, terms))
	v.refuse(ErrCashOnly.With("grade", grade, "terms", terms.String()))
}

// amount states who confirms by amount and by whose price authority it takes (CON-02, CON-03).
func (v *verdict) amount(o *Order, a priceAnswer, bound decimal.Decimal, covered bool) {
	in := map[string]string{"total": o.Total.String(), "gm_amount": bound.String(), "department_authority": fmt.Sprint(a.DepartmentCovers)}
	if covered {
		v.check("CON-09", true, in, "Every line calls off a contract, whose amount was decided when it was signed.", "全部明细均执行已签合同,金额已在合同评审时审定。")
		return
	}
	if o.Total.Cmp(bound) > 0 {
		v.check("CON-03", false, in,
			fmt.Sprintf("The total %s is above %s: the general manager decides.", o.Total, bound),
			fmt.Sprintf("订单总额 %s 超过 %s,须总经理批准。", o.Total, bound))
	}
	if !a.DepartmentCovers {
		v.check("CON-03", false, in, "A price is beyond the sales department's authority: the general manager decides.",
			"价格超出销售部权限,须总经理批准。")
	}
	if o.Total.Cmp(bound) <= 0 && a.DepartmentCovers {
		v.check("CON-02", true, in,
			fmt.Sprintf("The total %s is at most %s and every price is within the sales department's authority.", o.Total, bound),
			fmt.Sprintf("订单总额 %s 不超过 %s,且价格均在销售部权限内。", o.Total, bound))
	}
}

// terms reports whether the payment terms are special and finance has to agree: a lending customer without a limit, or
// terms that differ from the credit profile (CON-06). Cash, prepaid and cod never are.
func (v *verdict) terms(o *Order, p credit.Position, c *contract.Contract) bool {
	terms := o.Terms()
	agreed, number := o.usual(p, c)
	if number != "" && terms == agreed {
		v.check("CON-06", true, map[string]string{"terms": terms.String(), "contract": number},
			fmt.Sprintf("The payment terms %s are those of the contract %s.", terms, number), fmt.Sprintf("付款条件 %s 符合合同 %s 约定。", terms, number))
		return false
	}
	agreed = p.Profile.Terms
	special := p.Special(terms)
	in := map[string]string{"terms": terms.String(), "agreed": agreed.String(), "limit_kind": string(p.Profile.Limit.Kind)}
	if special {
		v.check("CON-06", false, in,
			fmt.Sprintf("The terms %s aren't the approved ones, or there is no limit behind them: finance decides. With %s it needs no finance.", terms, agreed),
			fmt.Sprintf("付款条件 %s 与核定条件不同或无信用额度,须财务部审定;改为 %s 则无须审定。", terms, agreed))
		return true
	}
	v.check("CON-06", true, in, fmt.Sprintf("The payment terms %s are within the customer's credit profile.", terms),
		fmt.Sprintf("付款条件 %s 符合客户信用档案。", terms))
	return false
}
