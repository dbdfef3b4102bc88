package credit

import (
	"testing"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/decision"
)

func amount(s string) decimal.Decimal { return decimal.MustParse(s) }

func date(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

func account(receivable, shipped, released, prepaid string) Account {
	return Account{Receivable: amount(receivable), Shipped: amount(shipped), Released: amount(released), Prepaid: amount(prepaid)}
}

func TestCRD11_ExposureIsItsPartsLessPrepayments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		account Account
		want    string
	}{
		{account("0", "0", "0", "0"), "0"},
		{account("100.01", "20", "3", "0"), "123.01"},
		{account("100", "20", "3", "23"), "100"},
		{account("0", "0", "0", "5"), "-5"}, // paid ahead
	} {
		if got := c.account.Exposure(); !got.Equal(amount(c.want)) {
			t.Errorf("exposure of %+v = %s, want %s", c.account, got, c.want)
		}
	}
}

func TestCRD12_ExactlyAtTheLimitIsWithin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		limit Limit
		extra string
		over  bool
		after string // headroom
	}{
		{"a fen below", LimitOf(amount("1000")), "799.99", false, "0.01"},
		{"at the limit", LimitOf(amount("1000")), "800", false, "0.00"},
		{"a fen above", LimitOf(amount("1000")), "800.01", true, "-0.01"},
		{"rounds before it compares", LimitOf(amount("1000")), "800.004", false, "0.00"},
		{"unlimited", Unlimited(), "99999999", false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			j := Judge(Position{Account: account("100", "60", "50", "10"), Profile: Profile{Limit: c.limit}}, amount(c.extra))
			if j.OverLimit != c.over {
				t.Errorf("over limit = %v, want %v", j.OverLimit, c.over)
			}
			if (j.HeadroomAfter == nil) != (c.after == "") || j.HeadroomAfter != nil && !j.HeadroomAfter.Equal(amount(c.after)) {
				t.Errorf("headroom after = %v, want %s", j.HeadroomAfter, c.after)
			}
			if want := map[bool]decision.Result{true: decision.CheckFailed, false: decision.CheckPassed}[c.over]; j.Checks[1].Result != want {
				t.Errorf("check says %s: %s", j.Checks[1].Result, j.Checks[1].EN)
			}
		})
	}
}

func TestCRD02_NoLimitCountsAsZeroButIsAnotherThing(t *testing.T) {
	t.Parallel()
	none, zero, unlimited := NewCustomer([16]byte{1}).Limit, LimitOf(amount("0")), Unlimited()
	for _, l := range []Limit{{}, none, zero} {
		if j := Judge(Position{Profile: Profile{Limit: l}}, amount("0.01")); !j.OverLimit {
			t.Errorf("%+v: 0.01 fits", l)
		}
		if j := Judge(Position{Profile: Profile{Limit: l}}, amount("0")); j.OverLimit {
			t.Errorf("%+v: 0 doesn't fit", l)
		}
	}
	if none.Shown() != nil || unlimited.Shown() != nil || zero.Shown() == nil {
		t.Error("only the limit of 0 is shown as an amount")
	}
	if none.Kind == unlimited.Kind {
		t.Error("no limit set and unlimited look the same")
	}
}

func TestCRD02_UngradedCustomerIsReviewedAfterMonthsOfTrade(t *testing.T) {
	t.Parallel()
	first, approved := date("2026-01-31"), date("2027-03-01")
	for _, c := range []struct {
		name string
		p    Position
		want string
	}{
		{"no trade", Position{}, ""},
		{"trades since January", Position{Account: Account{FirstTrade: &first}}, "2026-07-31"},
		{"graded without review", Position{Account: Account{FirstTrade: &first}, Profile: Profile{Grade: GradeB}}, ""},
		{"as approved", Position{Account: Account{FirstTrade: &first}, Profile: Profile{NextReview: &approved}}, "2027-03-01"},
	} {
		got := ""
		if due := c.p.NextReview(6); due != nil {
			got = due.Format(time.DateOnly)
		}
		if got != c.want {
			t.Errorf("%s: next review %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCRD12_DueTodayIsNotOverdue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 16, 30, 0, 0, time.UTC) // 22 November, 00:30 in Shanghai
	for due, want := range map[string]int{"2026-11-23": 0, "2026-11-22": 0, "2026-11-21": 1, "2026-11-20": 2, "2025-11-22": 365} {
		if got := OverdueDays(date(due), now); got != want {
			t.Errorf("due %s: %d days, want %d", due, got, want)
		}
	}
}

func TestCRD12_OverdueFailsTheCheckWithinTheLimit(t *testing.T) {
	t.Parallel()
	due := date("2026-11-20")
	p := Position{Profile: Profile{Limit: Unlimited()}, Overdue: amount("12.50"), OldestDue: &due, Now: time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)}
	j := Judge(p, amount("1"))
	if j.OverLimit || j.OverdueDays != 1 || !j.OverdueAmount.Equal(amount("12.50")) {
		t.Errorf("judgement %+v", j)
	}
	if c := j.Checks[2]; c.Rule != "CRD-12" || c.Result != decision.CheckFailed || c.Inputs["oldest_due"] != "2026-11-20" || c.ZH == "" {
		t.Errorf("check %+v", c)
	}
}

func TestORD10_OnlyAAndBAreLent(t *testing.T) {
	t.Parallel()
	for grade, want := range map[Grade]bool{GradeA: true, GradeB: true, GradeC: false, GradeD: false, NoGrade: false} {
		if got := (Profile{Grade: grade}).Lends(); got != want {
			t.Errorf("grade %q lends %v", grade, got)
		}
	}
	if !(Position{Account: account("7", "1", "1", "0")}).OldDebt().Equal(amount("7")) {
		t.Error("old debt is what is invoiced and unpaid")
	}
}

func TestARV04_TermsDecideDueDates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		terms    Terms
		invoiced string
		want     string
	}{
		{CashTerms(), "2026-02-28", "2026-02-28"},
		{Terms{Settlement: Prepay}, "2026-02-28", "2026-02-28"},
		{Terms{Settlement: COD}, "2026-02-28", "2026-02-28"},
		{Terms{NetDays, 0}, "2026-02-28", "2026-02-28"},
		{Terms{NetDays, 30}, "2026-01-31", "2026-03-02"},
		{Terms{NetDays, 30}, "2024-01-31", "2024-03-01"}, // a leap year
		{Terms{MonthEndDays, 0}, "2026-02-01", "2026-02-28"},
		{Terms{MonthEndDays, 0}, "2026-02-28", "2026-02-28"},
		{Terms{MonthEndDays, 30}, "2026-11-01", "2026-12-30"},
		{Terms{MonthEndDays, 30}, "2026-12-31", "2027-01-30"},
		{Terms{MonthEndDays, 60}, "2025-12-15", "2026-03-01"},
	} {
		if got := c.terms.DueOn(date(c.invoiced)).Format(time.DateOnly); got != c.want {
			t.Errorf("%+v of %s: due %s, want %s", c.terms, c.invoiced, got, c.want)
		}
	}
	if (Terms{NetDays, 30}).IsCash() || (Terms{MonthEndDays, 0}).IsCash() || !CashTerms().IsCash() || !(Terms{Settlement: COD}).IsCash() {
		t.Error("cash terms are those that lend nothing")
	}
}
