package shipping

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
)

// golden is every verb in every state: x is allowed, . is refused.
const golden = `
                  update submit check explain release revise cancel prepare dispatch unload close special emergency prioritise
draft             x      x      .     .       .       .      x      .       .        .      .      .      .         x
submitted         .      .      x     .       .       x      x      .       .        .      .      x      x         x
checked           .      .      .     .       x       x      x      .       .        .      .      x      x         x
blocked           .      .      .     x       .       x      x      .       .        .      .      x      x         x
released          .      .      .     .       .       x      x      x       x        .      .      .      .         x
refused           .      .      .     .       .       x      x      .       .        .      .      .      .         .
partly_dispatched .      .      .     .       .       .      .      x       x        x      x      .      .         x
dispatched        .      .      .     .       .       .      .      .       .        x      x      .      .         .
closed            .      .      .     .       .       .      .      .       .        x      .      .      .         .
cancelled         .      .      .     .       .       .      .      .       .        .      .      .      .         .
`

func TestStatesAndVerbs(t *testing.T) {
	t.Parallel()
	rows := strings.Split(strings.TrimSpace(golden), "\n")
	if len(rows) != len(States)+1 {
		t.Fatalf("%d states, %d rows", len(States), len(rows)-1)
	}
	for i, state := range States {
		cells := strings.Fields(rows[i+1])
		if cells[0] != string(state) || len(cells) != len(Verbs)+1 {
			t.Fatalf("row %d: %v", i, cells)
		}
		for j, verb := range Verbs {
			n := Notice{State: state}
			if got, want := n.May(verb) == nil, cells[j+1] == "x"; got != want {
				t.Errorf("%s in %s: %v, want %v", verb, state, got, want)
			}
		}
	}
}

// at makes a position with a limit, an exposure and something overdue.
func at(limit credit.Limit, receivable, overdue string) situation {
	now := time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)
	p := credit.Position{Profile: credit.Profile{Limit: limit}, Now: now, Overdue: decimal.MustParse(overdue)}
	p.Account.Receivable = decimal.MustParse(receivable)
	if p.Overdue.IsPos() {
		due := now.AddDate(0, 0, -3).Truncate(24 * time.Hour)
		p.OldestDue = &due
	}
	return situation{position: p, newDebt: decimal.MustParse("100000"), cover: Cover{Covered: decimal.Zero}}
}

func of(flow Flow, amount string) *Notice {
	return &Notice{ID: uuid.New(), Flow: flow, Amount: decimal.MustParse(amount)}
}

func TestGateNamesTheRule(t *testing.T) {
	t.Parallel()
	hundred := credit.Limit{Kind: credit.LimitAmount, Amount: decimal.MustParse("100")}
	overdue := of(Credit, "1")
	explained := of(Credit, "1")
	explained.OverdueReason = "周五付款"
	spaces := of(Credit, "1")
	spaces.OverdueReason = "  "
	for name, c := range map[string]struct {
		n       *Notice
		s       situation
		rule    string
		outcome decision.Outcome
	}{
		"SHP04_at the limit":        {of(Credit, "60"), at(hundred, "40", "0"), "SHP-04", decision.ApprovalRequired},
		"SHP06_above the limit":     {of(Credit, "60.01"), at(hundred, "40", "0"), "SHP-06", decision.ApprovalRequired},
		"SHP06_no limit set":        {of(Credit, "0.01"), at(credit.Limit{}, "0", "0"), "SHP-06", decision.ApprovalRequired},
		"SHP04_unlimited":           {of(Credit, "9999999"), at(credit.Unlimited(), "40", "0"), "SHP-04", decision.ApprovalRequired},
		"SHP05_overdue":             {overdue, at(hundred, "40", "0.01"), "SHP-05", decision.Refused},
		"SHP05_blanks":              {spaces, at(hundred, "40", "0.01"), "SHP-05", decision.Refused},
		"SHP05_overdue with reason": {explained, at(hundred, "40", "0.01"), "SHP-05", decision.ApprovalRequired},
		"SHP06_overdue and above":   {of(Credit, "61"), at(hundred, "40", "1"), "SHP-06", decision.ApprovalRequired},
		"SHP11_cod":                 {of(COD, "61"), at(hundred, "40", "1"), "SHP-11", decision.ApprovalRequired},
		"SHP10_uncovered":           {of(Prepaid, "61"), at(hundred, "40", "1"), "SHP-10", decision.Refused},
	} {
		v := c.n.judge(c.s)
		last := v.decision.Checks[len(v.decision.Checks)-1]
		if last.Rule != c.rule || v.decision.Outcome != c.outcome || last.EN == "" || last.ZH == "" {
			t.Errorf("%s: %s %s", name, last.Rule, v.decision.Outcome)
		}
	}
}

func TestCRD17_WorseThanWhatWasApproved(t *testing.T) {
	t.Parallel()
	hundred := credit.Limit{Kind: credit.LimitAmount, Amount: decimal.MustParse("100")}
	for name, c := range map[string]struct {
		approved, now situation
		worse         bool
	}{
		"same":                 {at(hundred, "40", "0"), at(hundred, "40", "0"), false},
		"more, within":         {at(hundred, "40", "0"), at(hundred, "50", "0"), false},
		"now above":            {at(hundred, "40", "0"), at(hundred, "50.01", "0"), true},
		"as far above":         {at(hundred, "60", "0"), at(hundred, "60", "0"), false},
		"less above":           {at(hundred, "60", "0"), at(hundred, "59.99", "0"), false},
		"farther above":        {at(hundred, "60", "0"), at(hundred, "60.01", "0"), true},
		"overdue has come up":  {at(hundred, "40", "0"), at(hundred, "40", "0.01"), true},
		"overdue grew":         {at(hundred, "40", "5"), at(hundred, "40", "5.01"), true},
		"overdue as it was":    {at(hundred, "40", "5"), at(hundred, "40", "5"), false},
		"overdue shrank":       {at(hundred, "40", "5"), at(hundred, "40", "4.99"), false},
		"limit was taken away": {at(hundred, "40", "0"), at(credit.Limit{}, "40", "0"), true},
	} {
		n := of(Credit, "50")
		n.OverdueReason = "周五付款"
		facts := n.facts(n.judge(c.approved), credit.NoGrade)
		frozen := map[string]any{}
		for k, v := range facts { // as requests keep it
			frozen[k] = v
			if d, ok := v.(decimal.Decimal); ok {
				frozen[k] = d.String()
			}
		}
		if got := n.worse(n.judge(c.now), frozen, decimal.Zero); got != c.worse {
			t.Errorf("%s: %v", name, got)
		}
	}
}
