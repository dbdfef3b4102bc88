package contract

import (
	"errors"
	"fmt"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/quote"
)

// priceAnswer is what the price gate answered about the lines that no quotation has agreed to, with its refusal if it refused.
type priceAnswer struct {
	pricing.Answer
	basis   *pricing.Basis
	asked   []int // which line each line of the question is
	refused *errs.Error
}

// askPrices asks the price gate about the lines, and about all of them together, header discount included (PRC-10, PRC-12). Lines at or
// above the price of the accepted quotation that they name were agreed there (QUO-05) and aren't asked about again.
func (s *Service) askPrices(tx pg.Tx, who identity.Principal, c *Contract) (priceAnswer, error) {
	agreed, a, err := c.agreed(tx)
	if err != nil || a.refused != nil {
		return a, err
	}
	q := pricing.Question{CustomerID: c.CustomerID, Roles: who.Roles, HeaderDiscount: zero}
	for i, l := range c.Lines {
		if agreed[i] {
			continue
		}
		q.Lines = append(q.Lines, pricing.Line{ProductID: l.ProductID, Quantity: l.Quantity, Price: l.Price})
		q.HeaderDiscount = plus(q.HeaderDiscount, less(l.Amount, l.NetAmount)) // the part of the discount that these lines bear
		a.asked = append(a.asked, i)
	}
	if len(q.Lines) == 0 {
		a.Answer = pricing.Answer{Within: true, DepartmentCovers: true, Checks: a.Checks}
		a.basis = pricing.BasisOf(q, a.Answer)
		return a, nil
	}
	answer, err := s.prices.Check(tx, q)
	answer.Checks = append(a.Checks, answer.Checks...)
	a.Answer = answer
	if err == nil {
		a.basis = pricing.BasisOf(q, answer)
		return a, nil
	}
	e, ours := errs.As(err)
	if !ours || len(answer.Checks) == 0 {
		return a, err
	}
	a.refused = e
	return a, nil
}

// agreed says which lines the contract's quotation has agreed to: of the product, within the quantities, at its price or better.
func (c *Contract) agreed(tx pg.Tx) (map[int]bool, priceAnswer, error) {
	var v verdict
	found := map[int]bool{}
	if c.QuotationID == nil {
		return found, priceAnswer{}, nil
	}
	q, err := quote.AgreedPrices(tx, *c.QuotationID, c.CustomerID)
	if e, ours := errs.As(err); ours {
		v.check("QUO-05", false, map[string]string{"quotation": c.QuotationID.String()}, e.Text("en"), e.Text("zh-CN"))
		a := priceAnswer{refused: e.At("/quotation_id")}
		a.Checks = v.checks
		return nil, a, nil
	}
	if err != nil {
		return nil, priceAnswer{}, err
	}
	a, taken := priceAnswer{}, quote.Sums{}
	for _, l := range c.Lines {
		if err := taken.Add(l.QuotationLineID, l.Quantity); err != nil {
			return nil, a, err
		}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.QuotationLineID == nil {
			continue
		}
		of, known := q.Lines[*l.QuotationLineID]
		if !known || of.ProductID != l.ProductID || of.Unit != l.Unit {
			a.refused = ErrNotQuoted.At(fmt.Sprintf("/lines/%d/quotation_line_id", i))
			v.check("QUO-05", false, nil, fmt.Sprintf("Line %d names a line that isn't of this product in quotation %s.", i+1, q.Number),
				fmt.Sprintf("第 %d 行引用的报价行不属于报价单 %s 的该产品。", i+1, q.Number))
			continue
		}
		found[i] = l.netAtLeast(of.Price) && of.Covers(taken[of.LineID]) // of all its lines together, however it is cut
		in := map[string]string{"quotation": q.Number, "price": l.Price.String(), "net_price": l.NetPrice().String(), "agreed": of.Price.String()}
		if found[i] {
			v.check("QUO-05", true, in, fmt.Sprintf("Line %d is at the price agreed in quotation %s or better.", i+1, q.Number),
				fmt.Sprintf("第 %d 行价格不低于报价单 %s 约定价格。", i+1, q.Number))
		} else {
			v.info("QUO-05", in, fmt.Sprintf("Line %d is below the price of quotation %s, or the lines that name it are outside its quantities: it is judged by base price.", i+1, q.Number),
				fmt.Sprintf("第 %d 行低于报价单 %s 约定价格,或引用该报价行的合计数量超出约定范围,按基价判定。", i+1, q.Number))
		}
	}
	a.Checks = v.checks
	return found, a, nil
}

// netAtLeast reports whether a line with its share of the header discount deducted costs at least so much: a discount that takes
// nothing off leaves the price itself to be compared, which the fen of an amount can't blur.
func (l Line) netAtLeast(price decimal.Decimal) bool {
	if l.NetAmount.Cmp(l.Amount) == 0 {
		return l.Price.Cmp(price) >= 0
	}
	worth, err := price.Mul(l.Quantity)
	return err == nil && l.NetAmount.Cmp(worth) >= 0
}

// initialPrices enforces CON-04: what is new, dormant or changed needs the price of a new product first. A changed product has none under
// the product that it is a change of, whatever the price gate knows of that.
func (v *verdict) initialPrices(c *Contract, a priceAnswer) {
	var lacking []int
	if a.refused != nil && (errors.Is(a.refused, pricing.ErrNotStandard) || errors.Is(a.refused, pricing.ErrNoBasePrice)) {
		for k, i := range a.asked {
			if refusedAt(a.refused, k) {
				lacking = append(lacking, i)
			}
		}
	}
	for i, l := range c.Lines {
		if l.changed() {
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
