package credit

import (
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
)

// at is a position on a date whose limit is 1000 until May 31, with 800 owed.
func at(day string, grace int, e Extras) Position {
	noon := date(day).Add(4 * time.Hour) // noon in Shanghai
	return Position{
		Account: account("800", "0", "0", "0"), Now: noon, Policy: Policy{GraceDays: grace},
		Profile: Profile{Grade: GradeB, Limit: LimitOf(amount("1000")), Extras: e},
	}
}

func until(day string) Extras {
	d := date(day)
	return Extras{ValidUntil: &d}
}

func TestCRD10_AnEndedLimitCountsUntilItsLastGraceDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		day     string
		grace   int
		counts  string
		because Because
	}{
		{"2026-05-30", 0, "1000", BecauseProfile},
		{"2026-05-31", 0, "1000", BecauseProfile}, // the last day counts
		{"2026-06-01", 0, "0", BecauseExpired},
		{"2026-06-01", 3, "1000", BecauseGrace},
		{"2026-06-03", 3, "1000", BecauseGrace}, // the last grace day still counts
		{"2026-06-04", 3, "0", BecauseExpired},
	} {
		p := at(c.day, c.grace, until("2026-05-31"))
		got := p.Counting()
		if got.Unlimited || !got.Amount.Equal(amount(c.counts)) || got.Because != c.because {
			t.Errorf("%s with %d grace days: %+v", c.day, c.grace, got)
		}
		if j := Judge(p, amount("200")); j.OverLimit != (c.counts == "0") || j.Because != c.because {
			t.Errorf("%s: over limit = %v, %s", c.day, j.OverLimit, j.Checks[1].EN)
		}
	}
	p := at("2026-06-01", 0, until("2026-05-31"))
	p.Profile.Limit = Unlimited()
	if got := p.Counting(); got.Unlimited || !got.Amount.IsZero() {
		t.Errorf("no upper limit, ended: %+v", got)
	}
}

// The day is Shanghai's: 16:00 UTC is the next one.
func TestCRD10_ALimitEndsAtMidnightInShanghai(t *testing.T) {
	t.Parallel()
	p := at("2026-05-31", 0, until("2026-05-31"))
	for instant, because := range map[string]Because{"2026-05-31T15:59:59Z": BecauseProfile, "2026-05-31T16:00:00Z": BecauseExpired} {
		p.Now, _ = time.Parse(time.RFC3339, instant)
		if got := p.Counting().Because; got != because {
			t.Errorf("%s: %s", instant, got)
		}
	}
}

func TestCRD12_TheHigherOfLimitAndTemporaryLimitCounts(t *testing.T) {
	t.Parallel()
	temporary := func(sum string) Extras {
		return Extras{Temporary: &Temporary{Amount: amount(sum), From: date("2026-05-10"), Until: date("2026-05-20")}}
	}
	for _, c := range []struct {
		day, sum, counts string
		because          Because
	}{
		{"2026-05-09", "1500", "1000", BecauseProfile},
		{"2026-05-10", "1500", "1500", BecauseTemporary}, // from its first day
		{"2026-05-20", "1500", "1500", BecauseTemporary}, // to its last
		{"2026-05-21", "1500", "1000", BecauseProfile},   // it ends by itself
		{"2026-05-15", "1000", "1000", BecauseProfile},
		{"2026-05-15", "1000.01", "1000.01", BecauseTemporary},
		{"2026-05-15", "900", "1000", BecauseProfile}, // the higher one
	} {
		if got := at(c.day, 0, temporary(c.sum)).Counting(); !got.Amount.Equal(amount(c.counts)) || got.Because != c.because {
			t.Errorf("%s, %s: %+v", c.day, c.sum, got)
		}
	}
	e := temporary("500")
	e.ValidUntil = new(date("2026-05-01"))
	if got := at("2026-05-15", 0, e).Counting(); !got.Amount.Equal(amount("500")) {
		t.Errorf("beside a limit that has ended: %+v", got)
	}
	over := at("2026-05-15", 0, temporary("1500"))
	for extra, want := range map[string]bool{"699.99": false, "700": false, "700.01": true} {
		if j := Judge(over, amount(extra)); j.OverLimit != want {
			t.Errorf("%s: over = %v", extra, j.OverLimit)
		}
	}
}

func TestCRD12_OverdueWithinTheToleranceIsNotLate(t *testing.T) {
	t.Parallel()
	due := func(days int) *time.Time {
		d := date("2026-05-31").AddDate(0, 0, -days)
		return &d
	}
	own := &Tolerance{Amount: amount("50"), Days: 30}
	for _, c := range []struct {
		overdue string
		days    int
		own     *Tolerance
		late    bool
	}{
		{"99.99", 5, nil, false},
		{"100", 5, nil, false}, // exactly at both bounds
		{"100.01", 5, nil, true},
		{"100", 6, nil, true},
		{"0.01", 6, nil, true},
		{"50", 30, own, false}, // its own takes the place of the parameters
		{"50.01", 30, own, true},
		{"50", 31, own, true},
		{"100", 5, own, true},
	} {
		p := at("2026-05-31", 0, Extras{Tolerance: c.own})
		p.Policy.Tolerance, p.Overdue, p.OldestDue = Tolerance{amount("100"), 5}, amount(c.overdue), due(c.days)
		j := Judge(p, amount("1"))
		if j.Late() != c.late || j.LateAmount().IsPos() != c.late {
			t.Errorf("%s for %d days: late = %v", c.overdue, c.days, j.Late())
		}
		if want := map[bool]decision.Result{true: decision.CheckFailed, false: decision.CheckInfo}[c.late]; j.Checks[2].Result != want {
			t.Errorf("%s for %d days: %s %s", c.overdue, c.days, j.Checks[2].Result, j.Checks[2].EN)
		}
	}
	p := at("2026-05-31", 0, Extras{})
	if p.Overdue, p.OldestDue = amount("0.01"), due(1); !Judge(p, amount("1")).Late() {
		t.Error("without tolerance a fen for a day isn't late")
	}
}

func TestCRD12_OwnAndGroupLimitAreBothChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		extra           string
		limit           Limit
		over, overGroup bool
		by              string
	}{
		{"100", LimitOf(amount("1000")), false, false, "0"},
		{"200", LimitOf(amount("1000")), false, false, "0"}, // exactly at both
		{"200.01", LimitOf(amount("1000")), true, true, "0.01"},
		{"200.01", LimitOf(amount("5000")), true, true, "0.01"},
		{"201", LimitOf(amount("950")), true, true, "51"},
		{"200", LimitOf(amount("999.99")), true, false, "0.01"},
		{"200.01", Unlimited(), true, true, "0.01"},
	} {
		p := at("2026-05-31", 0, Extras{})
		p.Profile.Limit = c.limit
		p.Group = &Standing{Number: "CG-1", Limit: amount("3000"), Exposure: amount("2800"), Members: 3}
		j := Judge(p, amount(c.extra))
		if j.OverLimit != c.over || j.OverGroup != c.overGroup || !j.Over().Equal(amount(c.by)) {
			t.Errorf("%s under %+v: over %v, group %v, by %s", c.extra, c.limit, j.OverLimit, j.OverGroup, j.Over())
		}
		if want := map[bool]decision.Result{true: decision.CheckFailed, false: decision.CheckPassed}[c.overGroup]; j.Checks[3].Result != want {
			t.Errorf("%s: %s", c.extra, j.Checks[3].EN)
		}
	}
}

func TestCRD10_ExtrasFitGradeLimitAndCalendar(t *testing.T) {
	t.Parallel()
	today := date("2026-05-31")
	temporary := func(sum, from, to string) Extras {
		return Extras{Temporary: &Temporary{Amount: amount(sum), From: date(from), Until: date(to)}}
	}
	limit := LimitOf(amount("1000"))
	for _, c := range []struct {
		name  string
		grade Grade
		limit Limit
		e     Extras
		want  error
	}{
		{"ends today", GradeB, limit, until("2026-05-31"), nil},
		{"ended yesterday", GradeB, limit, until("2026-05-30"), ErrExtrasForm},
		{"nothing to end", GradeB, NoLimit(), until("2026-06-30"), ErrExtrasForm},
		{"no upper limit that ends", GradeA, Unlimited(), until("2026-06-30"), nil},
		{"temporary for a day", GradeB, limit, temporary("1", "2026-05-31", "2026-05-31"), nil},
		{"temporary that is over", GradeB, limit, temporary("1", "2026-05-01", "2026-05-30"), ErrExtrasForm},
		{"temporary that ends before it begins", GradeB, limit, temporary("1", "2026-06-02", "2026-06-01"), ErrExtrasForm},
		{"temporary of nothing", GradeB, limit, temporary("0", "2026-06-01", "2026-06-02"), ErrExtrasForm},
		{"temporary of less than a fen", GradeB, limit, temporary("0.004", "2026-06-01", "2026-06-02"), ErrExtrasForm},
		{"temporary above no upper limit", GradeA, Unlimited(), temporary("1", "2026-06-01", "2026-06-02"), ErrExtrasForm},
		{"temporary for C", GradeC, LimitOf(amount("0")), temporary("1", "2026-06-01", "2026-06-02"), ErrGradeLimit},
		{"temporary for nobody knows", NoGrade, NoLimit(), temporary("1", "2026-06-01", "2026-06-02"), ErrGradeLimit},
		{"tolerance of nothing", GradeB, limit, Extras{Tolerance: &Tolerance{Days: 0}}, nil},
		{"tolerance below nothing", GradeB, limit, Extras{Tolerance: &Tolerance{Amount: amount("-0.01")}}, ErrExtrasForm},
		{"tolerance of negative days", GradeB, limit, Extras{Tolerance: &Tolerance{Days: -1}}, ErrExtrasForm},
	} {
		if got := codeOf(checkExtras(c.grade, c.limit, c.e, today)); got != codeOf(c.want) {
			t.Errorf("%s: %s, want %s", c.name, got, codeOf(c.want))
		}
	}
	e := temporary("5", "2026-05-01", "2026-06-30")
	e.ValidUntil, e.Tolerance = new(date("2026-05-30")), &Tolerance{Days: 3}
	if kept := e.fitting(GradeB, limit, today); kept.ValidUntil != nil || kept.Temporary == nil || kept.Tolerance == nil {
		t.Errorf("what goes on for B: %+v", kept)
	}
	if kept := e.fitting(GradeC, LimitOf(amount("0")), today); kept.Temporary != nil {
		t.Errorf("what goes on for C: %+v", kept)
	}
}

func codeOf(err error) string {
	if e, ok := errs.As(err); ok {
		return e.Code
	}
	return ""
}
