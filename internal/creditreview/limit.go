package creditreview

import (
	"fmt"
	"strconv"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/money"
)

// yearMonths is how many months the sales of the figures cover at most.
const yearMonths = 12

// limit proposes the limit that goes with a grade: none above A (CRD-03), 0 for C and D (CRD-05, CRD-06), by volume and
// payment record for B (CRD-04).
func (j *judge) limit(g credit.Grade) credit.Limit {
	switch g {
	case credit.GradeA:
		return credit.Unlimited()
	case credit.GradeB:
		return j.byVolume()
	case credit.GradeC, credit.GradeD:
		return credit.LimitOf(decimal.Zero)
	case credit.NoGrade:
		return j.f.Profile.Limit // stays what it is: none, which counts as 0 (CRD-02), or 0
	}
	return credit.NoLimit()
}

// byVolume is CRD-04: average month's sales × months, rounded; not more than now after late payments; a small difference is
// no change.
func (j *judge) byVolume() credit.Limit {
	months := min(yearMonths, max(1, j.f.MonthsTraded()))
	wanted := rounded(times(j.f.Sales, j.p.LimitVolumeMonths), months, j.p.LimitRounding)
	inputs := map[string]string{
		"sales": j.f.Sales.String(), "months": strconv.Itoa(months), "volume_months": strconv.Itoa(j.p.LimitVolumeMonths),
		"rounding": j.p.LimitRounding.String(), "by_volume": wanted.String(), "most_days_late": strconv.Itoa(j.f.MostDaysLate),
	}
	now, bounded := j.f.Profile.Limit.Counts()
	limit := wanted
	if j.now == credit.GradeB && bounded {
		inputs["limit"] = now.String()
		if j.f.MostDaysLate > 0 && wanted.Cmp(now) > 0 || j.small(wanted, now) {
			limit = now
		}
	}
	inputs["proposed"] = limit.String()
	j.checks = append(j.checks, decision.Check{
		Rule: "CRD-04", Result: decision.CheckInfo, Inputs: inputs,
		EN: fmt.Sprintf("Sales of %s in %d months, so %d months' worth is %s; proposed limit: %s.", j.f.Sales, months, j.p.LimitVolumeMonths, wanted, limit),
		ZH: fmt.Sprintf("%d 个月销售额 %s,按 %d 个月用量为 %s;建议额度 %s。", months, j.f.Sales, j.p.LimitVolumeMonths, wanted, limit),
	})
	return credit.LimitOf(limit)
}

// small reports whether the difference is less than credit.limit_change_percent of the present limit.
func (j *judge) small(wanted, now decimal.Decimal) bool {
	difference, err := wanted.Sub(now)
	if err != nil {
		return false
	}
	share, err := now.Mul(j.p.LimitChangePercent)
	if err != nil {
		return false
	}
	hundredfold, err := difference.Abs().Mul(decimal.Hundred)
	return err == nil && hundredfold.Cmp(share) < 0
}

func times(amount decimal.Decimal, n int) decimal.Decimal {
	product, err := amount.Mul(decimal.MustNew(int64(n), 0))
	if err != nil {
		return decimal.Zero
	}
	return product
}

// rounded is amount ÷ months to the nearest multiple of step, half up.
func rounded(amount decimal.Decimal, months int, step decimal.Decimal) decimal.Decimal {
	steps, err := amount.Quo(decimal.MustNew(int64(months), 0))
	if err == nil {
		steps, err = steps.Quo(step)
	}
	if err != nil {
		return decimal.Zero
	}
	limit, err := money.Round(steps, 0).Mul(step)
	if err != nil {
		return decimal.Zero
	}
	return money.Fen(limit)
}
