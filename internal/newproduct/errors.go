package newproduct

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrState = errs.Define(errs.Conflict, "new_product.wrong_state",
		"This can't be done in the state {state}.", "当前状态({state})不能进行此操作。", "PRC-03")
	ErrStandard = errs.Define(errs.Rule, "new_product.product_standard",
		"{product} is a regular product: its price is set or changed by base-price adjustment.", "{product} 为常规产品,其价格须通过基准价调整流程制定或变更。", "PRC-02", "PRC-05")
	ErrInactive = errs.Define(errs.Rule, "new_product.product_inactive",
		"{product} is no longer sold.", "{product} 已停用。", "PRC-02")
	ErrOpen = pg.Constraint("new_product_requests_open", errs.Define(errs.Conflict, "new_product.request_open",
		"There is an open pricing request for this product already.", "该产品已有未完结的新产品定价申请。", "PRC-03"))
	ErrVolume = pg.Constraint("new_product_requests_volume", errs.Define(errs.Rule, "new_product.bad_volume",
		"The expected volume a month must be above 0.", "预计月销量必须大于 0。", "PRC-03"))
	ErrMarket = errs.Define(errs.Rule, "new_product.market_needed",
		"Say what is known of customer and market.", "请填写客户及市场信息。", "PRC-03")
	ErrReason = pg.Constraint("new_product_requests_reason", errs.Define(errs.Rule, "new_product.reason_needed",
		"Say why.", "请说明原因。", "PRC-03"))
	ErrInfeasible = errs.Define(errs.Rule, "new_product.infeasible",
		"Production says that it can't be made; there is nothing to price.", "生产部认定不可行,不能定价。", "PRC-03")
	ErrNotStated = errs.Define(errs.Conflict, "new_product.not_stated",
		"That statement hasn't been made yet.", "该项意见尚未提交。", "PRC-03")
	ErrNotDrafted = pg.Constraint("new_product_requests_drafted", errs.Define(errs.Rule, "new_product.not_drafted",
		"There is no drafted price yet.", "尚未拟定价格。", "PRC-03"))
	ErrContent = errs.Define(errs.Conflict, "new_product.content_changed",
		"What was approved is not what is there now; submit it again.", "审批内容与当前内容不一致,请重新提交。", "PRC-03")
	ErrNotYours = errs.Define(errs.Forbidden, "new_product.not_yours",
		"Only its owner and their superiors in sales change a request.", "仅申请人及其销售上级可以修改。", "ORG-06")
	ErrCustomer = errs.Define(errs.Rule, "new_product.unknown_customer",
		"There is no such customer among those that you see.", "您可见的客户中没有该客户。", "ORG-06")
)

// What the constraints guard again.
var (
	_ = pg.Constraint("new_product_requests_wanted", errs.Define(errs.Rule, "new_product.bad_price",
		"A price must be above 0.", "价格必须大于 0。", "PRC-03"))
	_ = pg.Constraint("new_product_requests_floor", errs.Define(errs.Rule, "new_product.floor_above_price",
		"A floor price can't be above the price.", "底价不能高于价格。", "PRC-12"))
	_ = pg.Constraint("new_product_statements_given", ErrNotStated)
	_ = pg.Constraint("new_product_statements_asked", ErrState)
	_ = pg.Constraint("price_adoptions_once", errs.Define(errs.Conflict, "new_product.adoption_open",
		"The price committee has this task already.", "价格委员会已有该产品的定价任务。", "PRC-04"))
)
