package deliverycheck

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrAnswer = errs.Define(errs.Rule, "delivery_check.bad_date",
		"A delay needs its new date, which is after the promised one ({promised_on}) and not in the past.",
		"延误须填写晚于原交期({promised_on})且不早于今天的新日期。", "ORD-07")
	ErrTold = errs.Define(errs.Conflict, "delivery_check.told",
		"The customer has been told already.", "已告知客户。", "ORD-07")
	ErrNotTold = pg.Constraint("delivery_checks_told", errs.Define(errs.Conflict, "delivery_check.not_told",
		"The customer hasn't been told of this delay yet.", "尚未告知客户该延误。", "ORD-07"))
	ErrToldTime = errs.Define(errs.Rule, "delivery_check.told_in_future",
		"The customer can't have been told in the future, nor before the check was opened.", "告知时间不能晚于当前时间或早于跟单确认开始时间。", "ORD-07")
	ErrToldLate = pg.Constraint("delivery_checks_told_late", errs.Define(errs.Rule, "delivery_check.told_late",
		"A delay is told before the promised date, {promised_on}: say why it wasn't.", "延误应在原交期 {promised_on} 之前告知客户:逾期告知请说明原因。", "ORD-07"))
	ErrOtherDate = errs.Define(errs.Rule, "delivery_check.other_date_missing",
		"Another date that the customer wants has to be given, and only then.", "客户要求其他日期时须填写该日期。", "ORD-07")
	ErrAnswered = errs.Define(errs.Conflict, "delivery_check.answered",
		"The customer's answer is recorded already.", "客户答复已登记。", "ORD-07")
	ErrCheckTwice = pg.Constraint("delivery_checks_once", errs.Define(errs.Conflict, "delivery_check.once",
		"This promise is checked already.", "该交期已跟单确认。", "ORD-07"))
)
