package pricing

import (
	"fmt"

	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
)

// titles are the roles of the ladder in words.
var titles = map[identity.Role][2]string{
	identity.SalesRep:        {"sales rep", "业务员"},
	identity.SalesSupervisor: {"sales supervisor", "销售主管"},
	identity.SalesManager:    {"sales manager", "销售部经理"},
	identity.SalesDirector:   {"sales director", "销售总监"},
	identity.GeneralManager:  {"general manager", "总经理"},
}

// explain writes what was checked, in words that the one who is stopped understands. Lines that pass are told in one
// sentence; each that doesn't has its own.
func explain(a *Answer, q Question, table *authority) {
	beyond := 0
	agreedChecks(a, q)
	for i, l := range a.Lines {
		if l.Initial {
			a.Checks = append(a.Checks, initialCheck(i, l))
		}
		if l.BelowFloor {
			a.Checks = append(a.Checks, floorCheck(i, l))
		}
		if !l.Within && !l.BelowFloor {
			a.Checks = append(a.Checks, lineCheck(i, l, l.own))
		}
		if !l.Within {
			beyond++
		}
	}
	if beyond == 0 {
		a.Checks = append(a.Checks, decision.Check{
			Rule: "PRC-10", Result: decision.CheckPassed,
			Inputs: map[string]string{"lines": fmt.Sprint(len(a.Lines)), "price_authority": table.number},
			EN:     fmt.Sprintf("All %d lines are within your price authority.", len(a.Lines)),
			ZH:     fmt.Sprintf("全部 %d 行价格均在您的权限内。", len(a.Lines)),
		})
	}
	a.Checks = append(a.Checks, orderCheck(a.Order))
}

func lineCheck(i int, l LineAnswer, own limit) decision.Check {
	who, allowed, enough := titles[l.RequiredRole], own.String(), l.enough()
	side, seite := "below", "低于"
	if l.Deviation.IsPos() {
		side, seite = "above", "高于"
	}
	pct := l.Deviation.Abs()
	in := lineInputs(i, l)
	in["allowed"], in["passes_at"] = allowed, enough
	base := l.words()
	return decision.Check{
		Rule: "PRC-10", Result: decision.CheckFailed, Inputs: in,
		EN: fmt.Sprintf("Line %d, %s: the net price %s is %s %% %s the %s %s; your authority: %s. The %s can allow it; at a net price of %s it passes at once.",
			i+1, l.Product.Code, l.NetPrice, pct, side, base[0], l.BasePrice, allowed, who[0], enough),
		ZH: fmt.Sprintf("第 %d 行 %s:净价 %s %s%s %s 达 %s%%,您的权限为 %s,需%s批准;净价为 %s 时可即时通过。",
			i+1, l.Product.Code, l.NetPrice, seite, base[1], l.BasePrice, pct, allowed, who[1], enough),
	}
}

// initialCheck says that a line is sold by the price of a new product.
func initialCheck(i int, l LineAnswer) decision.Check {
	return decision.Check{
		Rule: "PRC-03", Result: decision.CheckInfo, Inputs: lineInputs(i, l),
		EN: fmt.Sprintf("Line %d, %s is a new product: it is sold by its initial price %s (%s) until it has a base price.",
			i+1, l.Product.Code, l.BasePrice, l.ListNumber),
		ZH: fmt.Sprintf("第 %d 行 %s 为新产品,在制定基价前按初始价格 %s(%s)销售。", i+1, l.Product.Code, l.BasePrice, l.ListNumber),
	}
}

// words name the price that a line is judged by.
func (l LineAnswer) words() [2]string {
	if l.Initial {
		return [2]string{"initial price", "初始价格"}
	}
	return [2]string{"base price", "基价"}
}

func floorCheck(i int, l LineAnswer) decision.Check {
	in := lineInputs(i, l)
	in["floor_price"] = l.FloorPrice.String()
	result := decision.CheckFailed
	if l.Within { // the general manager's own
		result = decision.CheckInfo
	}
	return decision.Check{
		Rule: "PRC-12", Result: result, Inputs: in,
		EN: fmt.Sprintf("Line %d, %s: the net price %s is below the floor price %s. Only the general manager can allow it.",
			i+1, l.Product.Code, l.NetPrice, l.FloorPrice),
		ZH: fmt.Sprintf("第 %d 行 %s:净价 %s 低于底价 %s,须总经理批准。", i+1, l.Product.Code, l.NetPrice, l.FloorPrice),
	}
}

func orderCheck(o OrderAnswer) decision.Check {
	in := map[string]string{
		"net": o.Net.String(), "base": o.Base.String(), "deviation_percent": o.Deviation.String(), "required_role": string(o.RequiredRole),
	}
	if o.Within {
		return decision.Check{
			Rule: "PRC-10", Result: decision.CheckPassed, Inputs: in,
			EN: fmt.Sprintf("The whole order at %s deviates %s %% from base prices of %s: within your authority.", o.Net, o.Deviation, o.Base),
			ZH: fmt.Sprintf("整单净额 %s 相对基价总额 %s 偏离 %s%%,在您的权限内。", o.Net, o.Base, o.Deviation),
		}
	}
	who := titles[o.RequiredRole]
	return decision.Check{
		Rule: "PRC-10", Result: decision.CheckFailed, Inputs: in,
		EN: fmt.Sprintf("The whole order at %s deviates %s %% from base prices of %s: beyond your authority. The %s can allow it.", o.Net, o.Deviation, o.Base, who[0]),
		ZH: fmt.Sprintf("整单净额 %s 相对基价总额 %s 偏离 %s%%,超出您的权限,需%s批准。", o.Net, o.Base, o.Deviation, who[1]),
	}
}

func explainRefusal(a *Answer, i int, f fact, def *errs.Def) {
	in := map[string]string{"line": fmt.Sprint(i + 1), "code": def.Code}
	if f.product.Code != "" {
		in["product"], in["lifecycle"] = f.product.Code, string(f.product.Lifecycle)
	}
	rule := "PRC-01"
	if len(def.Rules) > 0 {
		rule = def.Rules[len(def.Rules)-1]
	}
	a.Checks = append(a.Checks, decision.Check{
		Rule: rule, Result: decision.CheckFailed, Inputs: in,
		EN: fmt.Sprintf("Line %d, %s: %s", i+1, f.product.Code, def.EN),
		ZH: fmt.Sprintf("第 %d 行 %s:%s", i+1, f.product.Code, def.ZH),
	})
}

func lineInputs(i int, l LineAnswer) map[string]string {
	in := map[string]string{
		"line": fmt.Sprint(i + 1), "product": l.Product.Code, "price": l.Price.String(), "net_price": l.NetPrice.String(),
		"deviation_percent": l.Deviation.String(), "required_role": string(l.RequiredRole),
	}
	price, source := "base_price", "base_price_list"
	if l.Initial {
		price, source = "initial_price", "new_product_request"
	}
	in[price], in[source] = l.BasePrice.String(), l.ListNumber
	return in
}

// String is the limit in words: "-2 % … +∞".
func (l limit) String() string {
	low, high := "-∞", "+∞"
	if l.low != nil {
		low = "-" + deviation(l.low, one).Abs().Trim(0).String() + " %"
	}
	if l.high != nil {
		high = "+" + deviation(l.high, one).Trim(0).String() + " %"
	}
	return low + " … " + high
}

// enough is the net price nearest to the one asked for that stands at once.
func (l LineAnswer) enough() string {
	price := l.OwnLow
	if l.Deviation.IsPos() {
		price = l.OwnHigh
	}
	if price == nil { // no bound on this side, so it isn't what stops the price
		return l.BasePrice.String()
	}
	return price.String()
}
