package credit

import (
	"fmt"
	"strconv"
	"time"

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
	Limit         decimal.Decimal  // what counts today: 0 when none is set (CRD-02) or it has ended; without meaning when Unlimited
	Because       Because          // why that counts
	HeadroomAfter *decimal.Decimal // nil when Unlimited
	OverLimit     bool             // above its own limit or the group's; exactly at a limit is within it
	OverGroup     bool             // above the group's
	Group         *Standing        // as it is without the amount; nil when the payer is in no group
	OverdueAmount decimal.Decimal  // what is overdue, tolerated or not
	OverdueDays   int
	Tolerated     bool             // something is overdue, but within the tolerance
	Checks        []decision.Check // CRD-11 (info), CRD-12 limit, CRD-12 overdue; in a group: CRD-12 group limit
}

// Late reports whether something is overdue that isn't tolerated (SHP-05).
func (j Judgement) Late() bool { return j.OverdueDays > 0 && !j.Tolerated }

// LateAmount is what is overdue and not tolerated: 0 or all of it.
func (j Judgement) LateAmount() decimal.Decimal {
	if j.Late() {
		return j.OverdueAmount
	}
	return decimal.Zero.Pad(money.AmountScale)
}

// GroupAfter is what the group owes with the amount.
func (j Judgement) GroupAfter() decimal.Decimal { return money.Add(j.Group.Exposure, j.Amount) }

// Over is by how much the amount goes beyond the limits, its own or the group's, whichever is more; 0 within them.
func (j Judgement) Over() decimal.Decimal {
	over := decimal.Zero.Pad(money.AmountScale)
	if j.HeadroomAfter != nil && j.HeadroomAfter.Neg().Cmp(over) > 0 {
		over = j.HeadroomAfter.Neg()
	}
	if j.OverGroup {
		if group := money.Sub(j.GroupAfter(), j.Group.Limit); group.Cmp(over) > 0 {
			over = group
		}
	}
	return over
}

// Judge says what adding extra to the exposure leads to (CRD-11, CRD-12). It is pure; to rely on the answer, hold the
// locks of the account and its group when the position is read and until the movement is posted (CRD-17).
func Judge(p Position, extra decimal.Decimal) Judgement {
	extra = money.Fen(extra)
	limit := p.Counting()
	j := Judgement{
		Amount: extra, ExposureAfter: money.Add(p.Exposure(), extra), Unlimited: limit.Unlimited, Limit: limit.Amount, Because: limit.Because,
		OverdueAmount: p.Overdue, OverdueDays: p.OverdueDays(), Tolerated: p.Tolerated(), Group: p.Group,
	}
	if j.HeadroomAfter = limit.headroom(j.ExposureAfter); j.HeadroomAfter != nil {
		j.OverLimit = j.HeadroomAfter.IsNeg()
	}
	j.Checks = []decision.Check{exposureCheck(p, j), limitCheck(p, j), overdueCheck(p, j)}
	if j.Group != nil {
		j.OverGroup = j.GroupAfter().Cmp(j.Group.Limit) > 0
		j.OverLimit = j.OverLimit || j.OverGroup
		j.Checks = append(j.Checks, groupCheck(j))
	}
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
	over := j.HeadroomAfter != nil && j.HeadroomAfter.IsNeg()
	c := decision.Check{
		Rule: "CRD-12", Result: result(!over),
		Inputs: map[string]string{
			"limit_kind": string(kind(p.Profile.Limit)), "limit": j.Limit.String(), "because": string(j.Because),
			"exposure_after": j.ExposureAfter.String(), "over_limit": fmt.Sprint(over),
		},
	}
	if j.Unlimited {
		delete(c.Inputs, "limit")
		c.EN, c.ZH = "This customer has no upper limit.", "该客户不设信用额度上限。"
		return c
	}
	c.Inputs["headroom_after"] = j.HeadroomAfter.String()
	en, zh := limitWords(p, j)
	if over {
		c.EN = fmt.Sprintf("Above the limit by %s (exposure after this: %s; %s).", j.HeadroomAfter.Abs(), j.ExposureAfter, en)
		c.ZH = fmt.Sprintf("超出信用额度 %s(本次后欠款额度 %s;%s)。", j.HeadroomAfter.Abs(), j.ExposureAfter, zh)
		return c
	}
	c.EN = fmt.Sprintf("Within the limit, %s left (exposure after this: %s; %s).", j.HeadroomAfter, j.ExposureAfter, en)
	c.ZH = fmt.Sprintf("在信用额度之内,可用额度剩余 %s(本次后欠款额度 %s;%s)。", j.HeadroomAfter, j.ExposureAfter, zh)
	return c
}

// limitWords says which limit counts, and why.
func limitWords(p Position, j Judgement) (en, zh string) {
	e := p.Profile.Extras
	switch j.Because {
	case BecauseNotSet: // CRD-02
		return "no limit is set, which counts as 0", "尚未核定信用额度,按 0 计"
	case BecauseExpired:
		end := e.ValidUntil.Format(time.DateOnly)
		return "the limit ended on " + end + " and counts as 0", "额度已于 " + end + " 到期,按 0 计"
	case BecauseGrace:
		end := e.ValidUntil.Format(time.DateOnly)
		return fmt.Sprintf("the limit %s ended on %s, its grace days run", j.Limit, end), fmt.Sprintf("信用额度 %s 已于 %s 到期,宽限期内有效", j.Limit, end)
	case BecauseTemporary:
		end := e.Temporary.Until.Format(time.DateOnly)
		return fmt.Sprintf("the temporary limit %s until %s", j.Limit, end), fmt.Sprintf("临时额度 %s,至 %s", j.Limit, end)
	case BecauseProfile:
	}
	return "the limit " + j.Limit.String(), "信用额度 " + j.Limit.String()
}

// groupCheck holds the same amount against the limit that the group's members have together.
func groupCheck(j Judgement) decision.Check {
	g, after := j.Group, j.GroupAfter()
	room := money.Sub(g.Limit, after)
	c := decision.Check{
		Rule: "CRD-12", Result: result(!j.OverGroup),
		Inputs: map[string]string{
			"group": g.Number, "group_limit": g.Limit.String(), "group_exposure": g.Exposure.String(), "group_exposure_after": after.String(),
			"group_headroom_after": room.String(), "members": strconv.Itoa(g.Members),
		},
	}
	if j.OverGroup {
		c.EN = fmt.Sprintf("Above the limit of credit group %s by %s (the %d members' exposure after this: %s; limit %s).", g.Number, room.Abs(), g.Members, after, g.Limit)
		c.ZH = fmt.Sprintf("超出集团额度 %s(集团 %s,%d 个成员,本次后合计欠款额度 %s;集团额度 %s)。", room.Abs(), g.Number, g.Members, after, g.Limit)
		return c
	}
	c.EN = fmt.Sprintf("Within the limit of credit group %s, %s left (the %d members' exposure after this: %s; limit %s).", g.Number, room, g.Members, after, g.Limit)
	c.ZH = fmt.Sprintf("在集团额度之内,剩余 %s(集团 %s,%d 个成员,本次后合计欠款额度 %s;集团额度 %s)。", room, g.Number, g.Members, after, g.Limit)
	return c
}

func overdueCheck(p Position, j Judgement) decision.Check {
	c := decision.Check{
		Rule: "CRD-12", Result: result(!j.Late()),
		Inputs: map[string]string{"overdue_amount": j.OverdueAmount.String(), "overdue_days": fmt.Sprint(j.OverdueDays)},
		EN:     "Nothing is overdue.", ZH: "无逾期款项。",
	}
	if j.OverdueDays == 0 {
		return c
	}
	c.Inputs["oldest_due"] = p.OldestDue.Format(time.DateOnly)
	t := p.Tolerance()
	c.Inputs["tolerance_amount"], c.Inputs["tolerance_days"] = t.Amount.String(), strconv.Itoa(t.Days)
	c.EN = fmt.Sprintf("%s is overdue, the oldest by %d days.", j.OverdueAmount, j.OverdueDays)
	c.ZH = fmt.Sprintf("逾期 %s,最长逾期 %d 天。", j.OverdueAmount, j.OverdueDays)
	if j.Tolerated {
		c.Result = decision.CheckInfo
		c.EN += fmt.Sprintf(" That is tolerated: up to %s and %d days.", t.Amount, t.Days)
		c.ZH += fmt.Sprintf("在容忍范围内(不超过 %s 且不超过 %d 天)。", t.Amount, t.Days)
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
