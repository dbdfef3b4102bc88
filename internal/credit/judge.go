package credit

import (
	"fmt"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/money"
)

// Judgement is what the credit gate says about adding an amount to a position. It decides nothing: who may let a stop
// pass is the caller's matter (SHP-04 to SHP-06, SHP-12).
type Judgement struct {
	Amount        decimal.Decimal
	ExposureAfter decimal.Decimal
	Unlimited     bool
	Limit         decimal.Decimal  // what counts: 0 when none is set (CRD-02); 0 and without meaning when Unlimited
	HeadroomAfter *decimal.Decimal // nil when Unlimited
	OverLimit     bool             // exactly at the limit is within it
	OverdueAmount decimal.Decimal
	OverdueDays   int
	Checks        []decision.Check // CRD-11 (info), CRD-12 limit, CRD-12 overdue
}

// Judge says what adding extra to the exposure leads to (CRD-11, CRD-12). It is pure; to rely on the answer, hold the
// account's lock when the position is read and until the movement is posted (CRD-17).
func Judge(p Position, extra decimal.Decimal) Judgement {
	extra = money.Fen(extra)
	limit, bounded := p.Profile.Limit.Counts()
	j := Judgement{
		Amount: extra, ExposureAfter: add(p.Exposure(), extra), Unlimited: !bounded, Limit: limit,
		OverdueAmount: p.Overdue, OverdueDays: p.OverdueDays(),
	}
	if bounded {
		room := sub(limit, j.ExposureAfter)
		j.HeadroomAfter, j.OverLimit = &room, room.IsNeg()
	}
	j.Checks = []decision.Check{exposureCheck(p, j), limitCheck(p, j), overdueCheck(p, j)}
	return j
}

func exposureCheck(p Position, j Judgement) decision.Check {
	a := p.Account
	return decision.Check{
		Rule: "CRD-11", Result: decision.CheckInfo,
		Inputs: map[string]string{
			"receivable": a.Receivable.String(), "shipped": a.Shipped.String(), "released": a.Released.String(),
			"prepaid": a.Prepaid.String(), "exposure": p.Exposure().String(), "amount": j.Amount.String(),
			"exposure_after": j.ExposureAfter.String(),
		},
		EN: fmt.Sprintf("Exposure %s = receivable %s + shipped, not invoiced %s + released, not shipped %s − prepaid %s; with this %s it is %s.",
			p.Exposure(), a.Receivable, a.Shipped, a.Released, a.Prepaid, j.Amount, j.ExposureAfter),
		ZH: fmt.Sprintf("欠款额度 %s = 应收款 %s + 已发未开票 %s + 已放行未发货 %s − 预收款 %s;加上本次 %s 后为 %s。",
			p.Exposure(), a.Receivable, a.Shipped, a.Released, a.Prepaid, j.Amount, j.ExposureAfter),
	}
}

func limitCheck(p Position, j Judgement) decision.Check {
	c := decision.Check{
		Rule: "CRD-12", Result: result(!j.OverLimit),
		Inputs: map[string]string{
			"limit_kind": string(kind(p.Profile.Limit)), "limit": j.Limit.String(), "exposure_after": j.ExposureAfter.String(),
			"over_limit": fmt.Sprint(j.OverLimit),
		},
	}
	if j.Unlimited {
		delete(c.Inputs, "limit")
		c.EN, c.ZH = "This customer has no upper limit.", "该客户不设信用额度上限。"
		return c
	}
	c.Inputs["headroom_after"] = j.HeadroomAfter.String()
	en, zh := "the limit "+j.Limit.String(), "信用额度 "+j.Limit.String()
	if p.Profile.Limit.Kind != LimitAmount { // CRD-02
		en, zh = "no limit is set, which counts as 0", "尚未核定信用额度,按 0 计"
	}
	if j.OverLimit {
		c.EN = fmt.Sprintf("Above the limit by %s (exposure after this: %s; %s).", j.HeadroomAfter.Abs(), j.ExposureAfter, en)
		c.ZH = fmt.Sprintf("超出信用额度 %s(本次后欠款额度 %s;%s)。", j.HeadroomAfter.Abs(), j.ExposureAfter, zh)
		return c
	}
	c.EN = fmt.Sprintf("Within the limit, %s left (exposure after this: %s; %s).", j.HeadroomAfter, j.ExposureAfter, en)
	c.ZH = fmt.Sprintf("在信用额度之内,可用额度剩余 %s(本次后欠款额度 %s;%s)。", j.HeadroomAfter, j.ExposureAfter, zh)
	return c
}

func overdueCheck(p Position, j Judgement) decision.Check {
	c := decision.Check{
		Rule: "CRD-12", Result: result(j.OverdueDays == 0),
		Inputs: map[string]string{"overdue_amount": j.OverdueAmount.String(), "overdue_days": fmt.Sprint(j.OverdueDays)},
		EN:     "Nothing is overdue.", ZH: "无逾期款项。",
	}
	if j.OverdueDays > 0 {
		c.Inputs["oldest_due"] = p.OldestDue.Format("2006-01-02")
		c.EN = fmt.Sprintf("%s is overdue, the oldest by %d days.", j.OverdueAmount, j.OverdueDays)
		c.ZH = fmt.Sprintf("逾期 %s,最长逾期 %d 天。", j.OverdueAmount, j.OverdueDays)
	}
	return c
}

func kind(l Limit) LimitKind {
	if l.Kind == "" {
		return LimitNone
	}
	return l.Kind
}

func result(passed bool) decision.Result {
	if passed {
		return decision.CheckPassed
	}
	return decision.CheckFailed
}
