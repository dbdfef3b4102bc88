package production

import (
	"testing"
	"time"

	"github.com/govalues/decimal"
)

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func on(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// A line is expected when its last lot is, moved by the material it waits for; at risk from the day after its promise.
func TestORD04_ExpectedOnFollowsFromLotsAndMaterial(t *testing.T) {
	t.Parallel()
	lots := func(l ...Lot) []Lot { return l }
	lot := func(start, finish, q string) Lot {
		return Lot{StartOn: on(start), FinishOn: on(finish), Quantity: dec(q)}
	}
	short := func(arrivals ...Arrival) Material {
		return Material{Needed: dec("500"), OnHand: dec("100"), Arrivals: arrivals}
	}
	arrival := func(date, q string) Arrival { return Arrival{Date{on(date)}, dec(q)} }
	two := lots(lot("2026-11-23", "2026-11-25", "300"), lot("2026-11-26", "2026-11-27", "200"))
	for name, c := range map[string]struct {
		lots      []Lot
		materials []Material
		promised  string
		today     string
		finished  string
		expected  string
		risk      Risk
	}{
		"the last lot on the promised day":             {two, nil, "2026-11-27", "2026-11-20", "0", "2026-11-27", NoRisk},
		"the last lot a day before":                    {two, nil, "2026-11-28", "2026-11-20", "0", "2026-11-27", NoRisk},
		"the last lot a day after":                     {two, nil, "2026-11-26", "2026-11-20", "0", "2026-11-27", RiskLate},
		"lots don't cover it":                          {two[:1], nil, "2026-11-27", "2026-11-20", "0", "", NoRisk},
		"nothing scheduled on the promised day":        {nil, nil, "2026-11-27", "2026-11-27", "0", "", RiskBehind},
		"nothing scheduled the day before":             {nil, nil, "2026-11-27", "2026-11-26", "0", "", NoRisk},
		"enough material":                              {two, []Material{{Needed: dec("500"), OnHand: dec("500")}}, "2026-11-27", "2026-11-20", "0", "2026-11-27", NoRisk},
		"material on the first day":                    {two, []Material{short(arrival("2026-11-23", "400"))}, "2026-11-30", "2026-11-20", "0", "2026-11-27", NoRisk},
		"material three days later moves the first":    {two, []Material{short(arrival("2026-11-26", "400"))}, "2026-11-30", "2026-11-20", "0", "2026-11-28", NoRisk},
		"material in two parts: the second counts":     {two, []Material{short(arrival("2026-11-30", "1"), arrival("2026-11-24", "399"))}, "2026-12-31", "2026-11-20", "0", "2026-12-02", NoRisk},
		"parts that come to one too little":            {two, []Material{short(arrival("2026-11-24", "399"))}, "2026-12-31", "2026-11-20", "0", "", RiskMaterial},
		"no date for the material":                     {two, []Material{short()}, "2026-12-31", "2026-11-20", "0", "", RiskMaterial},
		"material after the promise, not scheduled":    {nil, []Material{short(arrival("2026-11-28", "400"))}, "2026-11-27", "2026-11-20", "0", "", RiskLate},
		"expected yesterday and not finished":          {two, nil, "2026-12-31", "2026-11-28", "499.9999", "2026-11-27", RiskBehind},
		"expected today":                               {two, nil, "2026-12-31", "2026-11-27", "0", "2026-11-27", NoRisk},
		"finished, whatever the lots and material say": {two, []Material{short()}, "2026-11-26", "2026-12-31", "500", "2026-11-24", NoRisk},
	} {
		finishedOn := on("2026-11-24")
		l := Line{Quantity: dec("500"), PromisedOn: new(on(c.promised)), Lots: c.lots, Finished: dec(c.finished), FinishedOn: &finishedOn}
		for i := range c.materials {
			c.materials[i].assess()
		}
		l.expect(c.materials, on(c.today))
		if day(l.ExpectedOn) != c.expected || l.Risk != c.risk {
			t.Errorf("%s: expected %q at risk %s, want %q %s", name, day(l.ExpectedOn), l.Risk, c.expected, c.risk)
		}
	}
}
