package contract

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/quote"
)

// priceAnswer is what the price gate answered about the lines, with its refusal if it refused.
type priceAnswer struct {
	pricing.Answer
	basis   *pricing.Basis
	refused *errs.Error
}

// askPrices asks the price gate about the lines, and about all of them together, header discount included (PRC-10, PRC-12). Lines at or
// above the price of the accepted quotation that they name were agreed there (QUO-05), those of an amendment that are no worse than in
// the contract in force, was, were agreed in it (CON-09): nobody is asked about them again. QUO-04 counts as for a quotation.
func (s *Service) askPrices(tx pg.Tx, who identity.Principal, c, was *Contract) (priceAnswer, error) {
	agreed, a, err := c.agreed(tx, was)
	if err != nil || a.refused != nil {
		return a, err
	}
	q := c.question(who.Roles, agreed)
	answer, err := s.prices.Check(tx, q)
	answer.Checks = append(a.Checks, answer.Checks...)
	a.Answer = answer
	if err == nil {
		a.basis = pricing.BasisOf(q, answer)
		a.Answer, err = quote.StableDemand(tx, s.rules, who, quote.Party{CustomerID: &c.CustomerID}, answer)
		return a, err
	}
	e, ours := errs.As(err)
	if !ours || len(answer.Checks) == 0 {
		return a, err
	}
	a.refused = e
	return a, nil
}

// question is the contract as the price gate is asked about it. agreed is by line; nil for none at all.
func (c *Contract) question(roles []identity.Role, agreed []*pricing.Agreed) pricing.Question {
	q := pricing.Question{CustomerID: c.CustomerID, Roles: roles, HeaderDiscount: c.HeaderDiscount, Lines: make([]pricing.Line, len(c.Lines))}
	for i, l := range c.Lines {
		q.Lines[i] = pricing.Line{ProductID: l.ProductID, Quantity: l.Quantity, Price: l.Price}
		if agreed != nil {
			q.Lines[i].Agreed = agreed[i]
		}
	}
	return q
}

// agreed says by what each line's price is agreed, nil for those that name nothing that agrees to it. The quotation is asked only about lines
// that are new or worse than in the contract that is amended: it ends long before the contract does.
func (c *Contract) agreed(tx pg.Tx, was *Contract) ([]*pricing.Agreed, priceAnswer, error) {
	agreed, err := c.unchanged(tx, was)
	if err != nil || !c.asksQuotation(was, agreed) {
		return agreed, priceAnswer{}, err
	}
	q, err := quote.AgreedPrices(tx, *c.QuotationID, c.CustomerID)
	if err == nil {
		a, err := c.byQuotation(q, agreed)
		return agreed, a, err
	}
	e, ours := errs.As(err)
	if !ours {
		return nil, priceAnswer{}, err
	}
	var v verdict
	in := map[string]string{"quotation": c.QuotationID.String()}
	if errors.Is(err, quote.ErrExpired) && c.namesNoMore(was) { // what it agreed to is history; what is worse than that is judged
		v.info("QUO-05", in, e.Text("en"), e.Text("zh-CN"))
		return agreed, priceAnswer{Answer: pricing.Answer{Checks: v.checks}}, nil
	}
	v.check("QUO-05", false, in, e.Text("en"), e.Text("zh-CN"))
	return nil, priceAnswer{Answer: pricing.Answer{Checks: v.checks}, refused: e.At("/quotation_id")}, nil
}

// ruleAmended is by what a price stands that an amendment leaves as it is.
const ruleAmended = "CON-09"

// unchanged returns the agreements of lines that an amendment leaves as they are in the contract in force: the same product, unit and
// specification, by the same line of the same quotation or by none, no more of it, and not less than that
// line was quoted for. That the price is no lower is for the price gate to see. What a quotation agreed to that nobody approved
// stands by nothing (QUO-06).
func (c *Contract) unchanged(tx pg.Tx, was *Contract) ([]*pricing.Agreed, error) {
	agreed := make([]*pricing.Agreed, len(c.Lines))
	if was == nil {
		return agreed, nil
	}
	net, err := was.question(nil, nil).NetPrices()
	if err != nil {
		return nil, err
	}
	outside, err := c.leavesRange(tx, was)
	if err != nil {
		return nil, err
	}
	for i, l := range c.Lines {
		for k, old := range was.Lines {
			if was.PriceBaseGoneAt != nil && old.QuotationLineID != nil || !c.sameBase(was, l, old) || l.QuotationLineID != nil && outside[*l.QuotationLineID] {
				continue
			}
			if old.ID == l.ID && old.ProductID == l.ProductID && old.Unit == l.Unit && old.Spec == l.Spec && l.Quantity.Cmp(old.Quantity) <= 0 {
				agreed[i] = &pricing.Agreed{Price: net[k], By: was.Number, Line: old.LineNo, Rule: ruleAmended}
			}
		}
	}
	return agreed, nil
}

// sameBase reports whether a line names the line of a quotation that it named before an amendment, or none as before.
func (c *Contract) sameBase(was *Contract, l, old Line) bool {
	return same(l.QuotationLineID, old.QuotationLineID) && (old.QuotationLineID == nil || same(c.QuotationID, was.QuotationID))
}

// asksQuotation reports whether the contract's quotation matters: for an amendment, when it is another one, or a line that isn't agreed
// otherwise names it.
func (c *Contract) asksQuotation(was *Contract, agreed []*pricing.Agreed) bool {
	if c.QuotationID == nil || was == nil || !same(c.QuotationID, was.QuotationID) {
		return c.QuotationID != nil
	}
	for i, l := range c.Lines {
		if l.QuotationLineID != nil && agreed[i] == nil {
			return true
		}
	}
	return false
}

// namesNoMore reports whether an amendment names nothing of a quotation that the contract didn't name already.
func (c *Contract) namesNoMore(was *Contract) bool {
	if was == nil || !same(c.QuotationID, was.QuotationID) {
		return false
	}
	for _, l := range c.Lines {
		if old := was.Line(l.ID); l.QuotationLineID != nil && (old == nil || !same(l.QuotationLineID, old.QuotationLineID)) {
			return false
		}
	}
	return true
}

func same(a, b *uuid.UUID) bool { return a == b || a != nil && b != nil && *a == *b }

// byQuotation adds what the quotation agrees to: of the product, within the quantities of all lines that name its line together, however they
// are cut. Returns ErrNotQuoted as the refusal for a line that names another product's, and quote.ErrTooLarge.
func (c *Contract) byQuotation(q quote.Agreed, agreed []*pricing.Agreed) (priceAnswer, error) {
	var v verdict
	a := priceAnswer{}
	taken, err := c.quotedSums()
	if err != nil {
		return a, err
	}
	for i, l := range c.Lines {
		if l.QuotationLineID == nil || agreed[i] != nil {
			continue
		}
		of, known := q.Lines[*l.QuotationLineID]
		switch {
		case !known || of.ProductID != l.ProductID || of.Unit != l.Unit:
			a.refused = ErrNotQuoted.At(fmt.Sprintf("/lines/%d/quotation_line_id", i))
			v.check("QUO-05", false, nil, fmt.Sprintf("Line %d names a line that isn't of this product in quotation %s.", i+1, q.Number),
				fmt.Sprintf("第 %d 行引用的报价行不属于报价单 %s 的该产品。", i+1, q.Number))
		case of.Covers(taken[of.LineID]):
			agreed[i] = &pricing.Agreed{Price: of.Price, By: q.Number, Line: of.LineNo, Rule: "QUO-05"}
		default:
			v.info("QUO-05", map[string]string{"quotation": q.Number, "quantity": taken[of.LineID].String()},
				fmt.Sprintf("Line %d: the lines that name this one of quotation %s are outside its quantities: it is judged by base price.", i+1, q.Number),
				fmt.Sprintf("第 %d 行:引用报价单 %s 该行的合计数量超出约定范围,按基价判定。", i+1, q.Number))
		}
	}
	a.Checks = v.checks
	return a, nil
}

// initialPrices enforces CON-04: what is new, dormant or changed needs the price of a new product first. A changed product has none under
// the product that it is a change of, whatever the price gate knows of that.
func (v *verdict) initialPrices(c *Contract, a priceAnswer) {
	missing := a.refused != nil && (errors.Is(a.refused, pricing.ErrNotStandard) || errors.Is(a.refused, pricing.ErrNoBasePrice))
	var lacking []int
	for i, l := range c.Lines {
		if l.changed() || missing && refusedAt(a.refused, i) {
			lacking = append(lacking, i)
		}
	}
	if len(lacking) == 0 {
		if !c.IsStandard {
			v.check("CON-04", true, nil, "Every non-standard product has its initial price.", "所有非标准产品均已完成新产品定价。")
		}
		return
	}
	e := ErrInitialPrice.With()
	for _, i := range lacking {
		e.Fields = append(e.Fields, ErrInitialPrice.At(fmt.Sprintf("/lines/%d/product_id", i)).Fields...)
	}
	v.check("CON-04", false, map[string]string{"lines": fmt.Sprint(len(lacking))},
		"A new, dormant or changed product has no initial price: open a new-product request first.", "新产品、停产产品或规格变更产品尚无初始价格,须先发起新产品定价申请。")
	v.refuse(e)
}

// refusedAt reports whether a refusal of the price gate is about this line of the question.
func refusedAt(e *errs.Error, line int) bool {
	for _, f := range e.Fields {
		if f.Pointer == fmt.Sprintf("/lines/%d/product_id", line) {
			return true
		}
	}
	return false
}
