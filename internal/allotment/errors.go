package allotment

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrNoProduct = pg.Constraint("shortage_allotments_product_fkey", errs.Define(errs.Rule, "allotment.unknown_product",
		"There is no such product.", "产品不存在。"))
	ErrOneOpen = pg.Constraint("shortage_allotments_one_open", errs.Define(errs.Conflict, "allotment.open",
		"Another shortage allotment of this product is open.", "该产品已有未结束的缺货分配。", "ORD-08"))
	ErrNobodyWants = errs.Define(errs.Rule, "allotment.nobody_wants",
		"No confirmed order wants this product.", "没有已确认订单需要该产品。", "ORD-08")
	ErrEnough = errs.Define(errs.Rule, "allotment.enough",
		"{available} is available and {wanted} is wanted: nothing is short.", "可用 {available},需求 {wanted}:并不缺货。", "ORD-08")
	ErrStale = errs.Define(errs.Conflict, "allotment.stale",
		"Orders of this product have changed since this was proposed: propose it anew.", "提出分配方案后相关订单已变化,请重新生成方案。", "ORD-08")
	ErrLine = errs.Define(errs.Rule, "allotment.unknown_line",
		"The proposal has no such order line, or it is given twice.", "分配方案中没有该订单明细,或重复出现。", "ORD-08")
	ErrWanted = pg.Constraint("shortage_allotment_lines_wanted", errs.Define(errs.Rule, "allotment.above_wanted",
		"A line gets from 0 up to what it wants: {wanted}.", "分配数量应在 0 与需求 {wanted} 之间。", "ORD-08"))
	ErrReason = pg.Constraint("shortage_allotment_lines_reason", errs.Define(errs.Rule, "allotment.reason_missing",
		"A quantity other than the proposed one needs its reason.", "调整分配数量须说明原因。", "ORD-08"))
	ErrSum = pg.Constraint("shortage_allotments_within", errs.Define(errs.Rule, "allotment.above_available",
		"{allotted} would be allotted, above the {available} that is there.", "分配合计 {allotted} 超过可用数量 {available}。", "ORD-08"))
	ErrUntil = errs.Define(errs.Rule, "allotment.past_date",
		"The last date can't be in the past.", "截止日期不能早于今天。", "ORD-08")
	ErrFrozen = pg.Constraint("shortage_allotments_frozen", errs.Define(errs.Conflict, "allotment.frozen",
		"A shortage allotment doesn't change once it is confirmed or over.", "缺货分配确认或结束后不可更改。", "ORD-08"))
	ErrAllotted = errs.Define(errs.Rule, "allotment.not_allotted",
		"This product is short and allotted ({number}): this line may have {left} more.",
		"该产品缺货,已按 {number} 分配:本明细行还可发 {left}。", "ORD-08", "SHP-19")
)
