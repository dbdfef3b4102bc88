package pricing

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/decision"
)

// Agreed is a price that the customer and we have agreed already: in an accepted quotation (QUO-05) or a contract in force (CON-09).
// Whoever had to allow it was asked there. A net price at or above it stands; one below is judged by base price and authority as
// any, as if nothing had been agreed.
type Agreed struct {
	Price decimal.Decimal `json:"price"`
	By    string          `json:"by"`   // number of the quotation or contract
	Line  int             `json:"line"` // of it
	Rule  string          `json:"rule"` // QUO-05 or CON-09
}

// standing returns for each line whether its net price, header discount deducted, stands by its agreement: exact, without rounding.
func (q Question) standing() []bool {
	stands, some := make([]bool, len(q.Lines)), false
	gross := new(big.Rat)
	for _, l := range q.Lines {
		some = some || l.Agreed != nil
		gross = add(gross, mul(Exact(l.Price), Exact(l.Quantity)))
	}
	if !some {
		return stands
	}
	keep := share(gross, Exact(q.HeaderDiscount))
	for i, l := range q.Lines {
		stands[i] = l.Agreed != nil && mul(Exact(l.Price), keep).Cmp(Exact(l.Agreed.Price)) >= 0
	}
	return stands
}

// agreedChecks says which lines stand by which agreement, one sentence for each document, and which are below theirs.
func agreedChecks(a *Answer, q Question) {
	var order []Agreed
	lines := map[string][]string{}
	for i, l := range q.Lines {
		if l.Agreed == nil {
			continue
		}
		if a.Lines[i].Agreed == nil {
			a.Checks = append(a.Checks, belowAgreed(i, a.Lines[i], *l.Agreed))
			continue
		}
		if lines[l.Agreed.By] == nil {
			order = append(order, *l.Agreed)
		}
		lines[l.Agreed.By] = append(lines[l.Agreed.By], fmt.Sprint(i+1))
	}
	for _, g := range order {
		list := strings.Join(lines[g.By], ", ")
		a.Checks = append(a.Checks, decision.Check{
			Rule: g.Rule, Result: decision.CheckPassed, Inputs: map[string]string{"agreement": g.By, "lines": list},
			EN: fmt.Sprintf("The prices of lines %s stand as agreed in %s.", list, g.By),
			ZH: fmt.Sprintf("第 %s 行价格按 %s 约定执行。", list, g.By),
		})
	}
}

func belowAgreed(i int, l LineAnswer, g Agreed) decision.Check {
	in := lineInputs(i, l)
	in["agreement"], in["agreed_price"] = g.By, g.Price.String()
	return decision.Check{
		Rule: g.Rule, Result: decision.CheckInfo, Inputs: in,
		EN: fmt.Sprintf("Line %d, %s: the net price %s is below %s as agreed in %s, so it is judged by base price and authority.",
			i+1, l.Product.Code, l.NetPrice, g.Price, g.By),
		ZH: fmt.Sprintf("第 %d 行 %s:净价 %s 低于 %s 约定的 %s,按基价与权限审核。", i+1, l.Product.Code, l.NetPrice, g.By, g.Price),
	}
}
