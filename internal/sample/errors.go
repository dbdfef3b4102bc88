package sample

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrState = errs.Define(errs.Conflict, "sample.wrong_state",
		"This can't be done in the state {state}.", "当前状态({state})不能进行此操作。", "SMP-01")
	ErrCompany = pg.Constraint("samples_for", errs.Define(errs.Rule, "sample.unknown_company",
		"A sample is for one customer or one prospect that you see.", "样品须对应一个您可见的客户或潜在客户。", "SMP-01", "ORG-06"))
	ErrItem = pg.Constraint("sample_lines_item", errs.Define(errs.Rule, "sample.item_needed",
		"A line names a product, or describes something new.", "明细须指定产品或描述新品要求。", "SMP-01"))
	ErrQuantity = pg.Constraint("sample_lines_quantity", errs.Define(errs.Rule, "sample.bad_quantity",
		"A quantity must be above 0.", "数量必须大于 0。", "SMP-01"))
	ErrUnit = errs.Define(errs.Rule, "sample.unit_needed",
		"Say in which unit.", "请填写单位。", "SMP-01")
	ErrNoLines = errs.Define(errs.Rule, "sample.no_lines", "There are no lines.", "没有明细行。", "SMP-01")
	ErrPast    = errs.Define(errs.Rule, "sample.needed_in_past", "It can't be needed before today.", "需求日期不能早于今天。", "SMP-01")
	ErrReason  = pg.Constraint("samples_reason", errs.Define(errs.Rule, "sample.reason_needed", "Say why.", "请说明原因。", "SMP-01"))
	ErrNext    = errs.Define(errs.Rule, "sample.next_in_past", "Ask again at a time to come.", "下次跟进时间须在将来。", "SMP-01")
	ErrContent = errs.Define(errs.Conflict, "sample.content_changed",
		"What was approved is not what is there now; submit it again.", "审批内容与当前内容不一致,请重新提交。", "SMP-01")
	ErrNotYours = errs.Define(errs.Forbidden, "sample.not_yours",
		"That is for those who sell.", "仅销售人员可以操作。", "SMP-01")
	ErrSigner = errs.Define(errs.Forbidden, "sample.not_the_plant_manager",
		"The plant manager signs finished samples.", "样品完工须由厂长签字。", "SMP-02")
	ErrUnsigned = pg.Constraint("samples_signed_first", errs.Define(errs.Rule, "sample.unsigned",
		"Nothing is sent that the plant manager hasn't signed.", "未经厂长签字的样品不得寄送。", "SMP-02"))
	ErrNotPassed = errs.Define(errs.Rule, "sample.not_passed",
		"Only a sample that the customer has passed is a reference; this one is {state}.", "只有客户确认合格的样品才能作为订单依据,当前状态为 {state}。", "SMP-01")
	ErrOtherCustomer = errs.Define(errs.Rule, "sample.other_customer",
		"The sample was made for another company.", "该样品是为其他客户制作的。", "SMP-01")
	ErrOrder = errs.Define(errs.Rule, "sample.unknown_order",
		"There is no such order, or line of it, that you see.", "您可见的订单或订单行中没有该项。", "ORG-06")
	ErrLinked = pg.Constraint("sample_references_once", errs.Define(errs.Conflict, "sample.referred_already",
		"It is a reference there already.", "已作为该订单的依据。", "SMP-01"))
)

// What the constraints guard again.
var (
	_ = pg.Constraint("samples_approved_first", ErrState)
	_ = pg.Constraint("samples_sent_first", ErrState)
	_ = pg.Constraint("samples_result", ErrState)
)
