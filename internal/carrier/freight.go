package carrier

import (
	"fmt"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/money"
)

// Freight is what carrying goods comes to, and how that was computed.
type Freight struct {
	Rate   *Rate            // nil: none answers
	Tonnes *decimal.Decimal // nil: unknown
	Amount decimal.Decimal  // tax included; 0 when it isn't priced
	Priced bool
	Lines  []decision.Check // in words, with the figures
}

// Borne is what earlier vouchers of the same trip bear by the same rate.
type Borne struct {
	Tonnes decimal.Decimal
	Amount decimal.Decimal
	Shared bool // false: the truck carries nothing else
}

// Price computes the freight of goods on a route on a day (SHP-18): the rate that answers, by weight or by trip, not below its minimum charge, less
// what the trip's earlier vouchers bear. It is rounded to the fen once.
func Price(rates []Rate, route Route, on time.Time, weight *decimal.Decimal, before Borne) Freight {
	f := Freight{Rate: choose(rates, route, on), Tonnes: weight, Amount: decimal.Zero.Pad(money.AmountScale)}
	if f.Rate == nil {
		f.say(nil, "No rate of the carrier answers for this route, distance and day.", "该承运商在此线路、里程和日期无适用运价。")
		return f
	}
	f.sayRate(route)
	whole, ok := f.whole(before)
	if !ok {
		return f
	}
	f.Priced = true
	if whole.Cmp(f.Rate.MinimumCharge) < 0 {
		whole = f.Rate.MinimumCharge.Pad(money.AmountScale)
		f.say(map[string]string{"minimum_charge": whole.String()}, fmt.Sprintf("The minimum charge is %s.", whole), fmt.Sprintf("按最低收费 %s 元计。", whole))
	}
	f.Amount = whole
	if before.Shared {
		f.Amount = money.NotNegative(money.Sub(whole, before.Amount)).Pad(money.AmountScale)
		f.say(map[string]string{"borne": before.Amount.String()}, fmt.Sprintf("The truck's trip comes to %s, of which earlier vouchers bear %s.", whole, before.Amount),
			fmt.Sprintf("同车运费合计 %s 元,其中 %s 元已由先前凭证承担。", whole, before.Amount))
	}
	f.say(map[string]string{"amount": f.Amount.String()}, fmt.Sprintf("Freight: %s, tax included.", f.Amount), fmt.Sprintf("运费:%s 元(含税)。", f.Amount))
	return f
}

// whole is what the whole trip costs by the rate, before the minimum charge.
func (f *Freight) whole(before Borne) (decimal.Decimal, bool) {
	if f.Rate.Basis == PerTrip {
		f.say(map[string]string{"price": f.Rate.Price.String()}, fmt.Sprintf("Per trip: %s.", words(f.Rate.Price)), fmt.Sprintf("按趟:每趟 %s 元。", words(f.Rate.Price)))
		return money.Fen(f.Rate.Price), true
	}
	if f.Tonnes == nil {
		f.say(nil, "The rate is per tonne, and nobody has said what the goods weigh.", "运价按吨计,但货物重量未知。")
		return decimal.Zero, false
	}
	sum := money.Add(*f.Tonnes, before.Tonnes)
	amount, err := money.Amount(f.Rate.Price, sum)
	if err != nil {
		f.say(nil, "The figure has more digits than there are.", "金额超出范围。")
		return decimal.Zero, false
	}
	f.say(map[string]string{"price": f.Rate.Price.String(), "tonnes": sum.String()}, fmt.Sprintf("Per tonne: %s t at %s = %s.", words(sum), words(f.Rate.Price), amount),
		fmt.Sprintf("按吨:%s 吨 × 每吨 %s 元 = %s 元。", words(sum), words(f.Rate.Price), amount))
	return amount, true
}

// sayRate says which rate counts and for what.
func (f *Freight) sayRate(route Route) {
	r := f.Rate
	inputs := map[string]string{"rate_id": r.ID.String(), "basis": string(r.Basis), "valid_from": r.ValidFrom.Format(time.DateOnly)}
	en, zh := "The rate in force since "+r.ValidFrom.Format(time.DateOnly), "适用运价:自 "+r.ValidFrom.Format(time.DateOnly)+" 起执行"
	if r.FromRegion != "" {
		en, zh = en+", from "+r.FromRegion, zh+",自 "+r.FromRegion
	}
	if r.ToRegion != "" {
		en, zh = en+", to "+r.ToRegion, zh+",至 "+r.ToRegion
	}
	if r.Banded() {
		inputs["km"] = route.Km.String()
		en += fmt.Sprintf(", for %s km (above %s", words(*route.Km), words(r.KmAbove))
		zh += fmt.Sprintf(",里程 %s 公里(%s 公里以上", words(*route.Km), words(r.KmAbove))
		if r.KmTo != nil {
			en += " up to " + words(*r.KmTo)
			zh += "至 " + words(*r.KmTo) + " 公里"
		}
		en, zh = en+")", zh+")"
	}
	f.say(inputs, en+".", zh+"。")
}

func (f *Freight) say(inputs map[string]string, en, zh string) {
	f.Lines = append(f.Lines, decision.Check{Rule: "SHP-18", Result: decision.CheckInfo, Inputs: inputs, EN: en, ZH: zh})
}

// words is a figure without zeros at its end.
func words(d decimal.Decimal) string { return d.Trim(0).String() }
