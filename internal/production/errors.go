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
)
