package backtest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/backtest"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/shipping"
)

// edited is the default matrix with the rules of a matter changed.
func edited(matter string, change func(m *approval.MatterRules)) *approval.Matrix {
	m := approval.Default()
	m.Matters = slices.Clone(m.Matters)
	for i := range m.Matters {
		if m.Matters[i].Matter == matter {
			m.Matters[i].Stages = slices.Clone(m.Matters[i].Stages)
			change(&m.Matters[i])
		}
	}
	return &m
}

func stage(m *approval.MatterRules, key string) *approval.Stage {
	i := slices.IndexFunc(m.Stages, func(st approval.Stage) bool { return st.Key == key })
	return &m.Stages[i]
}

// Property: what is in force, replayed over what it decided, differs nowhere; the routes are those that were frozen.
func TestORG01_TheVersionInForceDiffersNowhere(t *testing.T) {
	t.Parallel()
	w := open(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	roles := []string{"", "sales_rep", "sales_supervisor", "sales_manager", "sales_director", "general_manager"}
	const n = 120
	for i := range n {
		w.asked([]string{"rep1", "rep3", "supervisor", "manager", "director", "gm"}[rnd.IntN(6)], map[string]any{
			"total": decimal.MustNew(9_999_990+rnd.Int64N(20), 2), "within_submitter_authority": rnd.IntN(2) == 0,
			"required_role": roles[rnd.IntN(len(roles))], "department_authority": rnd.IntN(3) > 0, "special_terms": rnd.IntN(3) == 0,
		})
		b := basis(fmt.Sprintf("%d.%02d", 999+rnd.IntN(3), rnd.IntN(100)))
		b.Flow = []shipping.Flow{shipping.Credit, shipping.Prepaid, shipping.COD, shipping.NewCustomer}[i%4]
		w.shipped("rep1", b)
		w.sold("rep1", fmt.Sprintf("%d.%02d", 9+rnd.IntN(2), rnd.IntN(100)))
	}
	matrix := approval.Default()
	for name, d := range map[string]backtest.Draft{
		"the draft that is in force": {Matrix: &matrix},
		"the version in force":       {MatrixVersion: 1},
		"the tolerance in force":     {LimitRule: &backtest.LimitRule{Parameters: map[string]decimal.Decimal{"credit.overdue_tolerance_days": dec("0")}}},
		"limits as they are":         {LimitRule: &backtest.LimitRule{Limits: []backtest.GradeLimit{{Grade: "B", Factor: new(dec("1"))}}}},
		"the table in force":         {Authority: &backtest.Authority{Entries: defaults()}},
	} {
		sum, results := w.run("gm", draft(d))
		if f := figures(sum.Run); f != [6]int{n, 0, 0, 0, 0, 0} || len(results) != 0 || sum.State != backtest.Done {
			t.Errorf("%s: %v %s %s %+v", name, f, sum.State, sum.Message, results)
		}
	}
}

// One fen at the bound: exactly the case at it flips.
func TestORG01_AMatrixFlipsExactlyTheCasesAtItsBound(t *testing.T) {
	t.Parallel()
	w := open(t)
	var at approval.Request
	for _, total := range []string{"99999.99", "100000.00", "100000.01"} {
		r := w.asked("rep1", map[string]any{"total": dec(total)})
		if total == "100000.00" {
			at = r
		}
	}
	w.asked("rep3", map[string]any{"special_terms": true})
	m := edited("order.confirm", func(m *approval.MatterRules) {
		stage(m, "general_manager").When = "total >= gm_amount || !department_authority"
	})
	sum, results := w.run("gm", draft(backtest.Draft{Matrix: m, Matters: []string{"order.confirm"}}))
	if f := figures(sum.Run); f != [6]int{4, 1, 1, 0, 0, 0} || len(results) != 1 {
		t.Fatalf("%v %+v", f, results)
	}
	r := results[0]
	if r.CaseID != at.ID || r.Direction != approval.Stricter || r.Before.Outcome != "at_once" || r.After.Outcome != "general_manager" || r.WhyEN == "" || r.Grade != "B" {
		t.Errorf("%+v", r)
	}
	for _, c := range sum.Counts {
		if c.Dimension == "team" && c.Label == "east" && (c.Replayed != 3 || c.Stricter != 1) || c.Dimension == "team" && c.Label == "west" && c.Replayed != 1 {
			t.Errorf("%+v", c)
		}
	}
	m = edited("order.confirm", func(m *approval.MatterRules) { // nobody at all, and a different colleague for special terms
		stage(m, "general_manager").When = "false"
		stage(m, "special_terms").Who[0].Role = "general_manager"
	})
	sum, results = w.run("gm", draft(backtest.Draft{Matrix: m}))
	if f := figures(sum.Run); f != [6]int{4, 2, 1, 1, 0, 0} || results[0].Direction != approval.Looser || results[1].Direction != approval.Stricter {
		t.Errorf("%v %+v", f, results)
	}
	m = edited("order.confirm", func(m *approval.MatterRules) {
		stage(m, "special_terms").Who = []approval.Holder{{Role: "quality_manager"}}
	})
	if sum, _ = w.run("gm", draft(backtest.Draft{Matrix: m})); figures(sum.Run) != [6]int{4, 1, 0, 0, 1, 0} {
		t.Errorf("other people: %v", figures(sum.Run))
	}
}

// A draft that judges by what older requests don't have is told about them; the others are replayed.
func TestORG01_FactsThatOlderRequestsLackAreSkipped(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.asked("rep1", nil)
	old := w.asked("rep1", nil)
	w.Tx(func(tx pg.Tx) error { // as if the fact had been declared later
		for _, q := range []string{
			"ALTER TABLE approval_requests DISABLE TRIGGER approval_requests_guard",
			"UPDATE approval_requests SET facts = facts - 'special_terms' WHERE id = '" + old.ID.String() + "'",
			"ALTER TABLE approval_requests ENABLE TRIGGER approval_requests_guard",
		} {
			if err := tx.Exec(q).Error; err != nil {
				return err
			}
		}
		return nil
	})
	m := edited("order.confirm", func(m *approval.MatterRules) { stage(m, "general_manager").When = "total > 50" })
	sum, _ := w.run("gm", draft(backtest.Draft{Matrix: m}))
	if figures(sum.Run) != [6]int{1, 1, 1, 0, 0, 1} || len(sum.Skips) != 1 || sum.Skips[0].Reason != approval.SkipFact || sum.Skips[0].Detail != "special_terms" {
		t.Errorf("%v %+v", figures(sum.Run), sum.Skips)
	}
}

func TestCRD12_SHP05_SHP06_ALimitRuleFlipsExactlyTheCasesAtItsBound(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, amount := range []string{"799.99", "800.00", "800.01", "1000.00", "1000.01"} {
		w.shipped("rep1", basis(amount))
	}
	sum, results := w.run("finance", draft(backtest.Draft{LimitRule: &backtest.LimitRule{Limits: []backtest.GradeLimit{{Grade: "B", Factor: new(dec("0.8"))}}}}))
	if figures(sum.Run) != [6]int{5, 2, 2, 0, 0, 0} || results[0].Before.Outcome != "sales_manager" || results[0].After.Outcome != "general_manager" || results[0].WhyZH == "" {
		t.Errorf("factor: %v %+v", figures(sum.Run), results)
	}
	sum, results = w.run("manager", draft(backtest.Draft{LimitRule: &backtest.LimitRule{Limits: []backtest.GradeLimit{{Grade: "B", Unlimited: true}}}}))
	if figures(sum.Run) != [6]int{5, 1, 0, 1, 0, 0} || len(results) != 1 {
		t.Errorf("unlimited: %v", figures(sum.Run))
	}
	if sum, _ = w.run("director", draft(backtest.Draft{LimitRule: &backtest.LimitRule{Limits: []backtest.GradeLimit{{Grade: "C", Amount: new(dec("0"))}}}})); sum.Differing != 0 {
		t.Errorf("another grade: %v", figures(sum.Run))
	}
	for _, days := range []int{2, 3, 4} {
		b := basis("1.00")
		b.Position.Overdue = dec("50.00")
		due := time.Now().UTC().Add(8*time.Hour).Truncate(24*time.Hour).AddDate(0, 0, -days)
		b.Position.OldestDue = &due
		w.shipped("rep3", b)
	}
	rule := &backtest.LimitRule{Parameters: map[string]decimal.Decimal{"credit.overdue_tolerance_days": dec("3"), "credit.overdue_tolerance_amount": dec("50.00")}}
	sum, results = w.run("gm", draft(backtest.Draft{LimitRule: rule}))
	if figures(sum.Run) != [6]int{8, 2, 0, 2, 0, 0} || results[0].Before.Outcome != "blocked" || results[0].After.Outcome != "sales_manager" {
		t.Errorf("tolerance: %v %+v", figures(sum.Run), results)
	}
	rule.Parameters["credit.overdue_tolerance_amount"] = dec("49.99")
	if sum, _ = w.run("gm", draft(backtest.Draft{LimitRule: rule})); sum.Differing != 0 {
		t.Errorf("one fen less is tolerated: %v", figures(sum.Run))
	}
}

func TestSHP12_TheDebtOfNewCustomersIsAParameterToTry(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, amount := range []string{"499.99", "500.00", "500.01"} {
		b := basis(amount)
		b.Flow, b.FirstBusiness, b.NewDebt = shipping.NewCustomer, true, dec("1000.00")
		b.Position.Profile.Limit.Kind, b.Position.Profile.Grade = "none", ""
		w.shipped("rep1", b)
	}
	sum, results := w.run("gm", draft(backtest.Draft{LimitRule: &backtest.LimitRule{Parameters: map[string]decimal.Decimal{"shipping.new_customer_debt": dec("500.00")}}}))
	if figures(sum.Run) != [6]int{3, 1, 1, 0, 0, 0} || results[0].After.Outcome != "general_manager" || results[0].Grade != "none" {
		t.Errorf("%v %+v", figures(sum.Run), results)
	}
}

func TestPRC09_PRC10_APriceAuthorityFlipsExactlyTheCasesAtItsBound(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, price := range []string{"10.00", "9.81", "9.80", "9.79", "9.70"} { // 2 % below is 9.80
		w.sold("rep1", price)
	}
	narrow := defaults()
	for i, e := range narrow {
		if e.Role == "sales_rep" {
			narrow[i].MaxBelow = new(dec("1.9999"))
		}
	}
	sum, results := w.run("manager", draft(backtest.Draft{Authority: &backtest.Authority{Entries: narrow}}))
	if figures(sum.Run) != [6]int{5, 1, 1, 0, 0, 0} || results[0].Before.Outcome != "submitter" || results[0].After.Outcome != "sales_supervisor" || results[0].WhyEN == "" {
		t.Errorf("narrower: %v %+v", figures(sum.Run), results)
	}
	wide := append([]pricing.Entry(nil), narrow...)
	for i, e := range wide {
		if e.Role == "sales_rep" {
			wide[i].MaxBelow = new(dec("3"))
		}
	}
	if sum, _ = w.run("gm", draft(backtest.Draft{Authority: &backtest.Authority{Entries: wide}})); figures(sum.Run) != [6]int{5, 2, 0, 2, 0, 0} {
		t.Errorf("wider: %v", figures(sum.Run))
	}
}
