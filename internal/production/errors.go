package production

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrNotRecipient = errs.Define(errs.Forbidden, "production.not_a_recipient",
		"Your department doesn't acknowledge production requests.", "您所在部门无须签收生产委托单。", "ORD-03")
	ErrAcknowledged = errs.Define(errs.Conflict, "production.acknowledged",
		"Your department has acknowledged this revision already.", "本部门已签收该版本。", "ORD-03")
	ErrNoLine = pg.Constraint("production_lots_line_fkey", errs.Define(errs.Rule, "production.unknown_line",
		"The production request has no such line.", "生产委托单中没有该明细行。", "ORD-04"))
	ErrLotDates = pg.Constraint("production_lots_dates", errs.Define(errs.Rule, "production.lot_dates",
		"A lot can't finish before it starts.", "批次完成日期不能早于开始日期。", "ORD-04"))
	ErrQuantity = errs.Define(errs.Rule, "production.bad_quantity",
		"A quantity must be above 0.", "数量必须大于 0。")
	ErrLotTwice = errs.Define(errs.Rule, "production.lot_twice",
		"The same lot is given twice.", "同一批次重复出现。")
	ErrLotOverPlan = errs.Define(errs.Rule, "production.above_line",
		"The lots come to {planned}, above the line's {quantity}: say in the lots' notes why.", "批次合计 {planned} 超过明细数量 {quantity}:请在批次备注中说明原因。", "ORD-04")
	ErrOverPlan = errs.Define(errs.Rule, "production.above_plan",
		"With this {finished} would be finished, above the planned {planned}: give a reason.", "累计完成 {finished} 将超过计划 {planned}:请说明原因。", "ORD-04")
	ErrBelowNothing = pg.Constraint("production_lines_finished", errs.Define(errs.Rule, "production.below_nothing",
		"A correction can't take more than what was reported as finished: {finished}.", "更正数量不能超过已报完成数量 {finished}。", "ORD-04"))
	ErrReportReason = pg.Constraint("production_reports_reason", errs.Define(errs.Rule, "production.correction_reason",
		"A correction needs its reason.", "更正须说明原因。", "ORD-04"))
	ErrReportDate = errs.Define(errs.Rule, "production.finished_in_future",
		"Nothing can have been finished in the future.", "完成日期不能晚于今天。", "ORD-04")
	ErrTooMuch = errs.Define(errs.Rule, "production.beyond_reason",
		"{quantity} would be more than {times} times the {ordered} that the line asks for: check the figure.", "{quantity} 超过明细数量 {ordered} 的 {times} 倍:请核对数字。", "ORD-04")
	ErrTooOld = errs.Define(errs.Rule, "production.too_long_ago",
		"The date is before {first}, further back than production is written down: check it.", "日期早于 {first},超出可登记范围:请核对。", "ORD-04")
	ErrTooFar = errs.Define(errs.Rule, "production.too_far_ahead",
		"The date is after {last}, further ahead than anything is planned: check it.", "日期晚于 {last},超出可计划范围:请核对。", "ORD-04", "ORD-07")
	ErrArrivals = errs.Define(errs.Rule, "production.arrivals_without_shortage",
		"There is enough of this material: it needs no arrivals.", "该物料不缺,无须填写到料日期。", "ORD-04")
	ErrCovered = pg.Constraint("production_materials_covered", errs.Define(errs.Internal, "production.covered_not_short",
		"A material that isn't short has nothing to be covered.", "不缺的物料无须到料日期。"))
	ErrOtherRequest = errs.Define(errs.Conflict, "production.other_request",
		"This external id belongs to another production request.", "该外部编号属于另一生产委托单。")

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

	ErrNoProduct = pg.Constraint("shortage_allotments_product_fkey", errs.Define(errs.Rule, "allotment.unknown_product",
		"There is no such product.", "产品不存在。"))
	ErrOneOpen = pg.Constraint("shortage_allotments_one_open", errs.Define(errs.Conflict, "allotment.open",
		"Another shortage allotment of this product is open.", "该产品已有未结束的缺货分配。", "ORD-08"))
	ErrNobodyWants = errs.Define(errs.Rule, "allotment.nobody_wants",
		"No confirmed order wants this product.", "没有已确认订单需要该产品。", "ORD-08")
	ErrEnough = errs.Define(errs.Rule, "allotment.enough",
		"{available} is available and {wanted} is wanted: nothing is short.", "可用 {available},需求 {wanted}:并不缺货。", "ORD-08")
	ErrAllotStale = errs.Define(errs.Conflict, "allotment.stale",
		"Orders of this product have changed since this was proposed: propose it anew.", "提出分配方案后相关订单已变化,请重新生成方案。", "ORD-08")
	ErrAllotLine = errs.Define(errs.Rule, "allotment.unknown_line",
		"The proposal has no such order line, or it is given twice.", "分配方案中没有该订单明细,或重复出现。", "ORD-08")
	ErrAllotWanted = pg.Constraint("shortage_allotment_lines_wanted", errs.Define(errs.Rule, "allotment.above_wanted",
		"A line gets from 0 up to what it wants: {wanted}.", "分配数量应在 0 与需求 {wanted} 之间。", "ORD-08"))
	ErrAllotReason = pg.Constraint("shortage_allotment_lines_reason", errs.Define(errs.Rule, "allotment.reason_missing",
		"A quantity other than the proposed one needs its reason.", "调整分配数量须说明原因。", "ORD-08"))
	ErrAllotSum = pg.Constraint("shortage_allotments_within", errs.Define(errs.Rule, "allotment.above_available",
		"{allotted} would be allotted, above the {available} that is there.", "分配合计 {allotted} 超过可用数量 {available}。", "ORD-08"))
	ErrAllotUntil = errs.Define(errs.Rule, "allotment.past_date",
		"The last date can't be in the past.", "截止日期不能早于今天。", "ORD-08")
	ErrAllotFrozen = pg.Constraint("shortage_allotments_frozen", errs.Define(errs.Conflict, "allotment.frozen",
		"A shortage allotment doesn't change once it is confirmed or over.", "缺货分配确认或结束后不可更改。", "ORD-08"))
	ErrAllotted = errs.Define(errs.Rule, "allotment.not_allotted",
		"This product is short and allotted ({number}): this line may have {left} more.",
		"该产品缺货,已按 {number} 分配:本明细行还可发 {left}。", "ORD-08", "SHP-19")
)
