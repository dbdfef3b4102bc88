package creditreview

import (
	"fmt"
	"strconv"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
)

// Parameters are the figures of the rules (see package rulebook for their names and defaults).
type Parameters struct {
	FirstReviewMonths  int
	GradeAMonths       int
	GradeCIdleMonths   int
	GradeDIdleMonths   int
	GradeDOverdueDays  int
	LimitVolumeMonths  int
	LimitRounding      decimal.Decimal
	LimitChangePercent decimal.Decimal
	ReviewDays         int
}

// Change is the direction of a proposal.
type Change string

// The directions. A customer without a grade stands between B and C: C sells for cash only, and a new customer's flow doesn't.
const (
	Stays Change = "none"
	Up    Change = "up"
	Down  Change = "down"
)

// Proposal is what the figures say a payer's grade and limit should be, and why.
type Proposal struct {
	Grade          credit.Grade
	Limit          credit.Limit
	Change         Change
	NeedsJudgement bool // A is proposed: a person confirms agreements kept and strength (CRD-03)
	Risk           int  // for sorting: the worse, the higher
	Checks         []decision.Check
}

// Propose judges the figures of a payer under its profile (CRD-02 to CRD-06). It is pure, and more days late or more idle
// months never make the grade better.
func Propose(f credit.Figures, p Parameters) Proposal {
	j := &judge{f: f, p: p, now: f.Profile.Grade}
	proposal := Proposal{Grade: j.grade()}
	proposal.Limit = j.limit(proposal.Grade)
	proposal.NeedsJudgement = proposal.Grade == credit.GradeA && j.now != credit.GradeA
	proposal.Change = direction(f.Profile, proposal)
	proposal.Risk = risk(f, proposal)
	proposal.Checks = j.checks
	return proposal
}

// judge collects the checks on the way to a grade.
type judge struct {
	f      credit.Figures
	p      Parameters
	now    credit.Grade
	checks []decision.Check
}

func (j *judge) check(rule string, passed bool, inputs map[string]string, en, zh string) bool {
	result := decision.CheckFailed
	if passed {
		result = decision.CheckPassed
	}
	j.checks = append(j.checks, decision.Check{Rule: rule, Result: result, Inputs: inputs, EN: en, ZH: zh})
	return passed
}

// grade walks the ladder, worst first.
func (j *judge) grade() credit.Grade {
	active, paid := j.activeForD(), j.notLongOverdue()
	if !active || !paid {
		j.oldDebt()
		return credit.GradeD
	}
	trading, nothingOverdue := j.activeForC(), j.nothingOverdue()
	if j.now == credit.GradeD && !nothingOverdue {
		j.oldDebt()
		return credit.GradeD // CRD-06: until the old debt is paid
	}
	if !trading || !nothingOverdue {
		return credit.GradeC
	}
	return j.better()
}

// better is the grade of who trades and owes nothing overdue.
func (j *judge) better() credit.Grade {
	switch j.now {
	case credit.GradeA:
		if j.inTime("CRD-03") {
			return credit.GradeA
		}
	case credit.GradeB:
		if long, inTime := j.tradedLong(), j.inTime("CRD-04"); long && inTime {
			return credit.GradeA
		}
	case credit.GradeC:
		if !j.inTime("CRD-04") {
			return credit.GradeC
		}
	case credit.GradeD:
		return credit.GradeC
	case credit.NoGrade:
		if !j.firstReview() {
			return credit.NoGrade
		}
		if !j.inTime("CRD-04") {
			return credit.GradeC
		}
	}
	return credit.GradeB
}

// activeForD: CRD-06, no trade for more than half a year. A customer that was never graded and never traded isn't idle but new.
func (j *judge) activeForD() bool {
	since := j.idleSince()
	active := since == nil || !j.f.Date.After(clock.AddMonths(*since, j.p.GradeDIdleMonths))
	return j.idleCheck("CRD-06", active, j.p.GradeDIdleMonths, "more than", "超过")
}

// activeForC: CRD-05, consecutive months without trade.
func (j *judge) activeForC() bool {
	since := j.idleSince()
	active := since == nil || j.f.Date.Before(clock.AddMonths(*since, j.p.GradeCIdleMonths))
	return j.idleCheck("CRD-05", active, j.p.GradeCIdleMonths, "at least", "达到")
}

func (j *judge) idleSince() *time.Time {
	if j.f.LastTrade == nil && j.now == credit.NoGrade {
		return nil
	}
	return j.f.IdleSince()
}

func (j *judge) idleCheck(rule string, active bool, months int, en, zh string) bool {
	inputs := map[string]string{"idle_months": strconv.Itoa(j.f.IdleMonths()), "months": strconv.Itoa(months)}
	last, lastZH := "no trade yet", "尚无交易"
	if j.f.LastTrade != nil {
		inputs["last_trade"] = day(*j.f.LastTrade)
		last, lastZH = "last trade on "+day(*j.f.LastTrade), "最近交易 "+day(*j.f.LastTrade)
	}
	return j.check(rule, active, inputs,
		fmt.Sprintf("%d whole months without trade (%s); %s %d count.", j.f.IdleMonths(), last, en, months),
		fmt.Sprintf("连续 %d 个整月无交易(%s);标准为%s %d 个月。", j.f.IdleMonths(), lastZH, zh, months))
}

// notLongOverdue: CRD-06, overdue for more than half a year.
func (j *judge) notLongOverdue() bool {
	days := j.f.OverdueDays()
	return j.check("CRD-06", days <= j.p.GradeDOverdueDays, j.overdueInputs(j.p.GradeDOverdueDays),
		fmt.Sprintf("The oldest overdue item is %d days late; more than %d count.", days, j.p.GradeDOverdueDays),
		fmt.Sprintf("最长逾期 %d 天;标准为超过 %d 天。", days, j.p.GradeDOverdueDays))
}

// nothingOverdue: CRD-05, payments overdue.
func (j *judge) nothingOverdue() bool {
	days := j.f.OverdueDays()
	if days == 0 {
		return j.check("CRD-05", true, j.overdueInputs(0), "Nothing is overdue.", "无逾期款项。")
	}
	return j.check("CRD-05", false, j.overdueInputs(0), fmt.Sprintf("%s is overdue, the oldest by %d days.", j.f.Overdue, days),
		fmt.Sprintf("逾期 %s,最长逾期 %d 天。", j.f.Overdue, days))
}

func (j *judge) overdueInputs(days int) map[string]string {
	return map[string]string{
		"overdue_amount": j.f.Overdue.String(), "overdue_days": strconv.Itoa(j.f.OverdueDays()), "days": strconv.Itoa(days),
	}
}

// oldDebt tells what a D customer has to pay first (CRD-06).
func (j *judge) oldDebt() {
	if !j.f.Receivable.IsPos() {
		return
	}
	j.checks = append(j.checks, decision.Check{
		Rule: "CRD-06", Result: decision.CheckInfo, Inputs: map[string]string{"receivable": j.f.Receivable.String()},
		EN: fmt.Sprintf("No new business until the old debt of %s is paid.", j.f.Receivable),
		ZH: fmt.Sprintf("结清旧账 %s 前不得新增业务。", j.f.Receivable),
	})
}

// tradedLong: CRD-03, trading for more than half a year.
func (j *judge) tradedLong() bool {
	first := j.f.FirstTrade
	long := first != nil && j.f.Date.After(clock.AddMonths(*first, j.p.GradeAMonths))
	return j.check("CRD-03", long, map[string]string{"months_traded": strconv.Itoa(j.f.MonthsTraded()), "months": strconv.Itoa(j.p.GradeAMonths)},
		fmt.Sprintf("%d whole months of trade; grade A needs more than %d.", j.f.MonthsTraded(), j.p.GradeAMonths),
		fmt.Sprintf("交易满 %d 个月;A 级须超过 %d 个月。", j.f.MonthsTraded(), j.p.GradeAMonths))
}

// inTime: CRD-03 and CRD-04, no late payment in the same months.
func (j *judge) inTime(rule string) bool {
	inputs := map[string]string{"months": strconv.Itoa(j.p.GradeAMonths)}
	if j.f.LastLate != nil {
		inputs["last_late"] = day(*j.f.LastLate)
	}
	if j.f.PaidOnTime(j.p.GradeAMonths) {
		return j.check(rule, true, inputs, fmt.Sprintf("No late payment in %d months.", j.p.GradeAMonths), fmt.Sprintf("近 %d 个月无逾期付款。", j.p.GradeAMonths))
	}
	last := inputs["last_late"]
	if last == "" {
		last = day(j.f.Date)
	}
	return j.check(rule, false, inputs, fmt.Sprintf("A payment came late in the last %d months (on %s).", j.p.GradeAMonths, last),
		fmt.Sprintf("近 %d 个月内有逾期付款(%s)。", j.p.GradeAMonths, last))
}

// firstReview: CRD-02, months of trade until a new customer's first review.
func (j *judge) firstReview() bool {
	first := j.f.FirstTrade
	due := first != nil && !j.f.Date.Before(clock.AddMonths(*first, j.p.FirstReviewMonths))
	return j.check("CRD-02", due, map[string]string{"months_traded": strconv.Itoa(j.f.MonthsTraded()), "months": strconv.Itoa(j.p.FirstReviewMonths)},
		fmt.Sprintf("A new customer with %d whole months of trade; the first review is due after %d.", j.f.MonthsTraded(), j.p.FirstReviewMonths),
		fmt.Sprintf("新客户已交易 %d 个月;满 %d 个月后进行首次评审。", j.f.MonthsTraded(), j.p.FirstReviewMonths))
}

// rank orders the grades, the best highest.
func rank(g credit.Grade) int {
	return map[credit.Grade]int{credit.GradeA: 4, credit.GradeB: 3, credit.NoGrade: 2, credit.GradeC: 1, credit.GradeD: 0}[g]
}

// direction compares a proposal with what is in force: the grade first, then the limit.
func direction(now credit.Profile, p Proposal) Change {
	by := rank(p.Grade) - rank(now.Grade)
	if by == 0 {
		by = compare(p.Limit, now.Limit)
	}
	switch {
	case by > 0:
		return Up
	case by < 0:
		return Down
	}
	return Stays
}

// compare orders limits by what they let through.
func compare(a, b credit.Limit) int {
	x, bounded := a.Counts()
	y, alsoBounded := b.Counts()
	switch {
	case bounded && alsoBounded:
		return x.Cmp(y)
	case bounded:
		return -1
	case alsoBounded:
		return 1
	}
	return 0
}

// risk sorts the work: who would get worse first, then by grade, then by days late.
func risk(f credit.Figures, p Proposal) int {
	r := 1000*(4-rank(p.Grade)) + min(f.OverdueDays(), 999)
	if p.Change == Down {
		r += 10000
	}
	return r
}

func day(t time.Time) string { return t.Format(time.DateOnly) }
