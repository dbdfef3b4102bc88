package leave

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrPast = errs.Define(errs.Rule, "leave.past",
		"Leave can't begin in the past, nor end before it begins.", "请假不能从过去开始,结束日期不得早于开始日期。", "HRA-01")
	ErrNoDays = errs.Define(errs.Rule, "leave.no_working_day",
		"There is no working day in this time.", "所选时间内没有工作日。", "HRA-01")
	ErrTooLong = errs.Define(errs.Rule, "leave.too_long",
		"Leave is for a year at most.", "请假最长一年。", "HRA-01")
	ErrNotice = errs.Define(errs.Rule, "leave.too_late",
		"Leave of {days} working days is applied for {needed} days ahead; this is {ahead} ahead. Sudden illness or need is told on the day itself.",
		"请假 {days} 个工作日须提前 {needed} 天申请,当前仅提前 {ahead} 天。突发疾病或急事请于当日申请。", "HRA-01")
	ErrSudden = errs.Define(errs.Rule, "leave.sudden_too_late",
		"Sudden leave begins today, and is told by {hour} o'clock.", "突发请假须从当日起,并于 {hour} 点前提出。", "HRA-01")
	ErrOverlap = pg.Constraint("leaves_no_overlap", errs.Define(errs.Conflict, "leave.overlap",
		"You have leave in part of this time already.", "该时间段内已有请假。", "HRA-01"))
	ErrSelf = pg.Constraint("leaves_deputy_other", errs.Define(errs.Rule, "leave.own_deputy",
		"Nobody is their own deputy.", "代理人不能是本人。", "ORG-04"))
	ErrDeputy = errs.Define(errs.Rule, "leave.deputy_inactive",
		"The deputy isn't an active colleague.", "代理人不是在职人员。", "ORG-04")
	ErrAway = errs.Define(errs.Conflict, "leave.deputy_away",
		"The deputy is on leave in part of this time; name another.", "代理人在该时间段内也在请假,请另选代理人。", "ORG-04")
	ErrCircle = errs.Define(errs.Conflict, "leave.deputy_circle",
		"The deputy is on leave in part of this time, with you as deputy.", "代理人在该时间段内请假且由您代理,不能互为代理。", "ORG-04")
	ErrStandsIn = errs.Define(errs.Conflict, "leave.stands_in",
		"You act for somebody in part of this time (leave {number}); they must name another deputy first.",
		"该时间段内您是他人的代理人(请假单 {number}),请先由其更换代理人。", "ORG-04")
	ErrNotYours = errs.Define(errs.Forbidden, "leave.not_yours",
		"This is for the person on leave.", "仅请假人本人可以操作。", "HRA-01")
	ErrNotDeputy = errs.Define(errs.Forbidden, "leave.not_deputy",
		"The deputy confirms that the handover is finished.", "须由代理人确认工作移交完成。", "HRA-01")
	ErrNoPapers = errs.Define(errs.Conflict, "leave.no_papers_due",
		"No papers are due for this leave.", "该请假无须补交证明。", "HRA-01")
)
