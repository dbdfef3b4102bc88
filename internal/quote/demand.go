package quote

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// ownAuthority are the roles that QUO-04 takes the authority of: below the sales manager.
var ownAuthority = []identity.Role{identity.SalesRep, identity.SalesAssistant, identity.SalesSupervisor}

// rank is how high a role's price authority stands.
func rank(r identity.Role) int {
	return slices.Index([]identity.Role{
		identity.SalesRep, identity.SalesAssistant, identity.SalesSupervisor, identity.SalesManager, identity.SalesDirector,
		identity.GeneralManager,
	}, r)
}

// StableDemand enforces QUO-04, where it is enabled, on what the price gate has answered about a quotation, contract or order: a rep's own
// authority is for customers who take quote.rep_min_tonnes a month or more; for others the list price holds, and what is below it goes to the
// sales manager at least. A price that stands by an agreement was asked about there. It returns the answer as it counts then, with a check
// more. No statement while the rule is disabled, for who isn't a rep, and at the list price; else one for what was shipped and one for the survey.
func StableDemand(tx pg.Tx, rules *rulebook.Service, who identity.Principal, of Party, a pricing.Answer) (pricing.Answer, error) {
	enabled, err := rules.Bool(tx, "quote.rep_min_tonnes_enabled")
	if err != nil || !enabled || !reps(who) {
		return a, err
	}
	if !belowList(a) {
		return demanded(a, true, nil, "No price is below the list that isn't agreed: whatever the customer's demand, the rep may sell at it.",
			"没有低于标准价格表且未经约定的价格,不论客户需求量,业务员均可成交。"), nil
	}
	least, err := rules.Decimal(tx, "quote.rep_min_tonnes")
	if err != nil {
		return a, err
	}
	survey, err := lastSurvey(tx, of)
	if err != nil {
		return a, err
	}
	tonnes, shipped, err := demand(tx, rules, of.CustomerID, survey)
	if err != nil {
		return a, err
	}
	in := map[string]string{"tonnes_a_month": tonnes.String(), "minimum": least.String(), "shipped": fmt.Sprint(shipped)}
	source, zhSource := "stated in its survey", "按需求调查表"
	if shipped {
		source, zhSource = "shipped", "按实际发货"
	}
	if tonnes.Cmp(least) >= 0 {
		return demanded(a, true, in, fmt.Sprintf("Stable demand of %s t a month (%s): the rep may leave the list on their own authority.", tonnes, source),
			fmt.Sprintf("月稳定需求 %s 吨(%s),业务员可在权限内自主报价。", tonnes, zhSource)), nil
	}
	a.Within = false
	if rank(a.RequiredRole) < rank(identity.SalesManager) {
		a.RequiredRole = identity.SalesManager
	}
	return demanded(a, false, in,
		fmt.Sprintf("Demand of %s t a month (%s) is below %s t: the list price holds, and a lower one goes to the sales manager.", tonnes, source, least),
		fmt.Sprintf("月需求 %s 吨(%s)低于 %s 吨:应按标准价格表报价,低于标准价须销售部经理批准。", tonnes, zhSource, least)), nil
}

// demanded is the answer with the check of QUO-04.
func demanded(a pricing.Answer, passed bool, inputs map[string]string, en, zh string) pricing.Answer {
	var v verdict
	v.check("QUO-04", passed, inputs, en, zh)
	a.Checks = append(slices.Clip(a.Checks), v.checks...)
	return a
}

// reps reports whether the caller has no more than a rep's authority.
func reps(who identity.Principal) bool {
	return who.Has(ownAuthority...) && !who.Has(identity.SalesManager, identity.SalesDirector, identity.GeneralManager)
}

// belowList reports whether a price that no agreement covers is below the list.
func belowList(a pricing.Answer) bool {
	return slices.ContainsFunc(a.Lines, func(l pricing.LineAnswer) bool { return l.Agreed == nil && l.Deviation.IsNeg() })
}

// demand is the stable demand in tonnes a month: the average of what was shipped over the last quote.demand_months, and for who has
// bought nothing in that time what the survey states.
func demand(tx pg.Tx, rules *rulebook.Service, customerID *uuid.UUID, survey *Survey) (tonnes decimal.Decimal, shipped bool, err error) {
	months, err := rules.Int(tx, "quote.demand_months")
	if err != nil {
		return decimal.Zero, false, err
	}
	if customerID != nil {
		today := clock.Today(tx.Now)
		total, err := shippedTonnes(tx, *customerID, clock.AddMonths(today, -months), today)
		if err != nil {
			return decimal.Zero, false, err
		}
		if total.IsPos() {
			average, err := total.Quo(decimal.MustNew(int64(months), 0))
			return money.Down(average, money.PriceScale), true, err // never rounded up to the bound
		}
	}
	if survey != nil {
		return survey.MonthlyTonnes, false, nil
	}
	return decimal.Zero, false, nil
}
