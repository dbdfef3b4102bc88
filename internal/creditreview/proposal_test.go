package creditreview

import (
	"testing"
	"time"

	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
)

var defaults = Parameters{
	FirstReviewMonths: 6, GradeAMonths: 6, GradeCIdleMonths: 5, GradeDIdleMonths: 6, GradeDOverdueDays: 180, LimitVolumeMonths: 2,
	LimitRounding: decimal.MustParse("10000"), LimitChangePercent: decimal.MustParse("20"), ReviewDays: 30,
}

func on(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func at(s string) *time.Time { t := on(s); return &t }

func yuan(s string) decimal.Decimal { return decimal.MustParse(s) }

// payerOf is one that has traded for years, last in May, pays in time and sells 1,200,000 a year, on 1 June 2026.
func payerOf(g credit.Grade, change func(*credit.Figures)) credit.Figures {
	f := credit.Figures{
		Date: on("2026-06-01"), FirstTrade: at("2023-03-10"), LastTrade: at("2026-05-20"), Sales: yuan("1200000.00"),
		Profile: credit.Profile{Grade: g, Limit: limits[g], Terms: credit.CashTerms()},
	}
	if change != nil {
		change(&f)
	}
	return f
}

var limits = map[credit.Grade]credit.Limit{
	credit.GradeA: credit.Unlimited(), credit.GradeB: credit.LimitOf(yuan("200000")), credit.GradeC: credit.LimitOf(yuan("0")),
	credit.GradeD: credit.LimitOf(yuan("0")), credit.NoGrade: credit.NoLimit(),
}

type given func(*credit.Figures)

func first(s string) given { return func(f *credit.Figures) { f.FirstTrade = at(s) } }
func last(s string) given  { return func(f *credit.Figures) { f.LastTrade = at(s) } }
func late(s string) given  { return func(f *credit.Figures) { f.LastLate = at(s) } }
func due(days int) given {
	return func(f *credit.Figures) {
		oldest := f.Date.AddDate(0, 0, -days)
		f.OldestDue, f.Overdue, f.Receivable = &oldest, yuan("5000.00"), yuan("8000.00")
	}
}

// proposes checks the grade proposed for one customer under each of the conditions.
func proposes(t *testing.T, now credit.Grade, rule string, cases []struct {
	name  string
	given given
	want  credit.Grade
},
) {
	t.Helper()
	for _, c := range cases {
		got := Propose(payerOf(now, c.given), defaults)
		if got.Grade != c.want {
			t.Errorf("%s: proposes %q for a %q, want %q: %+v", c.name, got.Grade, now, c.want, got.Checks)
		}
		says := false
		for _, check := range got.Checks {
			says = says || check.Rule == rule && check.EN != "" && check.ZH != ""
		}
		if !says {
			t.Errorf("%s: no check of %s", c.name, rule)
		}
	}
}

type cases = []struct {
	name  string
	given given
	want  credit.Grade
}

func TestCRD02_FirstReviewAfterSixMonthsOfTrade(t *testing.T) {
	t.Parallel()
	proposes(t, credit.NoGrade, "CRD-02", cases{
		{"a day short of six months", first("2025-12-02"), credit.NoGrade},
		{"six months", first("2025-12-01"), credit.GradeB},
		{"a day more", first("2025-11-30"), credit.GradeB},
	})
	got := Propose(payerOf(credit.NoGrade, first("2025-12-02")), defaults)
	if got.Change != Stays || got.Limit != credit.NoLimit() {
		t.Errorf("before its first review: %+v", got)
	}
	if got := Propose(payerOf(credit.NoGrade, func(f *credit.Figures) { first("2025-11-30")(f); late("2026-03-01")(f) }), defaults); got.Grade != credit.GradeC || got.Change != Down {
		t.Errorf("a new customer that paid late: %s %s", got.Grade, got.Change)
	}
	fresh := credit.Figures{Date: on("2026-06-01"), KnownSince: at("2024-01-01"), Profile: credit.Profile{Limit: credit.NoLimit()}}
	if got := Propose(fresh, defaults); got.Grade != credit.NoGrade || got.Change != Stays {
		t.Errorf("never traded: %s %s", got.Grade, got.Change)
	}
}

func TestCRD03_GradeAForLongTradeWithoutLatePayment(t *testing.T) {
	t.Parallel()
	proposes(t, credit.GradeB, "CRD-03", cases{
		{"a day short of six months of trade", first("2025-12-02"), credit.GradeB},
		{"exactly six months isn't more than six", first("2025-12-01"), credit.GradeB},
		{"a day more than six months", first("2025-11-30"), credit.GradeA},
	})
	a := Propose(payerOf(credit.GradeB, nil), defaults)
	if a.Grade != credit.GradeA || a.Limit != credit.Unlimited() || !a.NeedsJudgement || a.Change != Up {
		t.Errorf("a proposal for A: %+v", a)
	}
	proposes(t, credit.GradeA, "CRD-03", cases{
		{"stays A", nil, credit.GradeA},
		{"a late payment six months ago", late("2025-12-01"), credit.GradeB},
		{"a late payment within six months", late("2025-12-02"), credit.GradeB},
		{"a late payment before", late("2025-11-30"), credit.GradeA},
	})
	if kept := Propose(payerOf(credit.GradeA, nil), defaults); kept.Change != Stays || kept.NeedsJudgement {
		t.Errorf("an A that stays: %+v", kept)
	}
}

func TestCRD04_SixCleanMonthsMayLeadFromBToA(t *testing.T) {
	t.Parallel()
	proposes(t, credit.GradeB, "CRD-04", cases{
		{"late the day six months ago", late("2025-12-01"), credit.GradeB},
		{"late the day before", late("2025-11-30"), credit.GradeA},
		{"late within", late("2026-02-01"), credit.GradeB},
	})
	proposes(t, credit.GradeC, "CRD-04", cases{
		{"clean: one step up, never to A", nil, credit.GradeB},
		{"late within", late("2026-02-01"), credit.GradeC},
	})
}

func TestCRD04_LimitByVolume(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, sales, limit string
		late               int
		first              string
		want               string
	}{
		{"two months of 100,000", "1200000.00", "0.00", 0, "2023-01-01", "200000.00"},
		{"rounded down below the half", "1229999.00", "0.00", 0, "2023-01-01", "200000.00"},
		{"rounded up from the half", "1230000.00", "0.00", 0, "2023-01-01", "210000.00"},
		{"of the months traded", "400000.00", "0.00", 0, "2026-01-20", "200000.00"},
		{"never above the present one after late payments", "1200000.00", "150000.00", 3, "2023-01-01", "150000.00"},
		{"but below", "600000.00", "150000.00", 3, "2023-01-01", "100000.00"},
		{"less than 20 percent is no change", "1200000.00", "170000.00", 0, "2023-01-01", "170000.00"},
		{"20 percent is", "1440000.00", "200000.00", 0, "2023-01-01", "240000.00"},
		{"more is", "1200000.00", "160000.00", 0, "2023-01-01", "200000.00"},
	} {
		f := payerOf(credit.GradeB, func(f *credit.Figures) {
			f.Sales, f.MostDaysLate, f.FirstTrade, f.LastLate = yuan(c.sales), c.late, at(c.first), at("2026-05-01")
			f.Profile.Limit = credit.LimitOf(yuan(c.limit))
		})
		got := Propose(f, defaults)
		if got.Grade != credit.GradeB || got.Limit.Amount.String() != c.want {
			t.Errorf("%s: %s %s, want %s", c.name, got.Grade, got.Limit.Amount, c.want)
		}
	}
}

func TestCRD05_GradeCForIdleOrOverdue(t *testing.T) {
	t.Parallel()
	for _, now := range []credit.Grade{credit.GradeA, credit.GradeB, credit.GradeC, credit.NoGrade} {
		proposes(t, now, "CRD-05", cases{
			{"five months without trade", last("2026-01-01"), credit.GradeC},
			{"more", last("2025-12-31"), credit.GradeC},
			{"due yesterday", due(1), credit.GradeC},
			{"180 days overdue", due(180), credit.GradeC},
		})
	}
	proposes(t, credit.GradeB, "CRD-05", cases{
		{"a day short of five months", last("2026-01-02"), credit.GradeA},
	})
	if got := Propose(payerOf(credit.GradeB, due(1)), defaults); got.Limit != credit.LimitOf(yuan("0")) || got.Change != Down {
		t.Errorf("C's limit: %+v", got)
	}
}

func TestCRD06_GradeDForLongIdleOrLongOverdue(t *testing.T) {
	t.Parallel()
	for _, now := range []credit.Grade{credit.GradeA, credit.GradeB, credit.GradeC, credit.NoGrade} {
		proposes(t, now, "CRD-06", cases{
			{"exactly six months isn't more than half a year", last("2025-12-01"), credit.GradeC},
			{"a day more", last("2025-11-30"), credit.GradeD},
			{"180 days overdue", due(180), credit.GradeC},
			{"181 days overdue", due(181), credit.GradeD},
		})
	}
	proposes(t, credit.GradeD, "CRD-06", cases{
		{"old debt open", due(1), credit.GradeD},
		{"paid: one step up", nil, credit.GradeC},
	})
	got := Propose(payerOf(credit.GradeB, due(181)), defaults)
	debt := got.Checks[len(got.Checks)-1]
	if debt.Result != decision.CheckInfo || debt.Inputs["receivable"] != "8000.00" {
		t.Errorf("the old debt isn't told: %+v", debt)
	}
	opened := credit.Figures{Date: on("2026-06-01"), KnownSince: at("2025-11-30"), Profile: credit.Profile{Grade: credit.GradeB}}
	if got := Propose(opened, defaults); got.Grade != credit.GradeD {
		t.Errorf("never traded since its profile began: %s", got.Grade)
	}
}

// More days late or more idle time never make a better grade, whatever else is true of the customer.
func TestCRD06_ProposalIsMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		grade := rapid.SampledFrom([]credit.Grade{credit.NoGrade, credit.GradeA, credit.GradeB, credit.GradeC, credit.GradeD}).Draw(t, "grade")
		ago := func(name string) int { return rapid.IntRange(0, 500).Draw(t, name) }
		firstAgo, lastAgo, lateAgo, overdue := ago("first"), ago("last"), ago("late"), ago("overdue")
		make := func(last, late, overdue int) credit.Figures {
			return payerOf(grade, func(f *credit.Figures) {
				back := func(days int) *time.Time { d := f.Date.AddDate(0, 0, -days); return &d }
				f.FirstTrade, f.LastTrade, f.LastLate = back(max(firstAgo, last)), back(last), back(late)
				if overdue > 0 {
					f.OldestDue = back(overdue)
				}
			})
		}
		base := rank(Propose(make(lastAgo, lateAgo, overdue), defaults).Grade)
		more := rapid.IntRange(1, 400).Draw(t, "more")
		if worse := rank(Propose(make(lastAgo, lateAgo, overdue+more), defaults).Grade); worse > base {
			t.Fatalf("%d days more overdue is better: %d instead of %d", more, worse, base)
		}
		if worse := rank(Propose(make(lastAgo, max(0, lateAgo-more), overdue), defaults).Grade); worse > base {
			t.Fatalf("a later late payment is better: %d instead of %d", worse, base)
		}
		if firstAgo >= lastAgo+more {
			if worse := rank(Propose(make(lastAgo+more, lateAgo, overdue), defaults).Grade); worse > base {
				t.Fatalf("%d days more idle is better: %d instead of %d", more, worse, base)
			}
		}
	})
}

// Whoever would get worse comes first, then the worse grade, then who is longer late.
func TestCRD09_RiskSortsTheWork(t *testing.T) {
	t.Parallel()
	order := []credit.Figures{
		payerOf(credit.GradeB, due(300)), payerOf(credit.GradeB, due(181)), payerOf(credit.GradeB, due(50)), payerOf(credit.GradeB, last("2026-01-01")),
		payerOf(credit.GradeD, due(300)), payerOf(credit.GradeC, due(20)), payerOf(credit.GradeC, nil), payerOf(credit.GradeB, nil),
	}
	for i := 1; i < len(order); i++ {
		if a, b := Propose(order[i-1], defaults).Risk, Propose(order[i], defaults).Risk; a < b {
			t.Errorf("customer %d (%d) comes after %d (%d)", i-1, a, i, b)
		}
	}
}
