package opportunity

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrWhose = errs.Define(errs.Rule, "opportunity.whose",
		"An opportunity is with one customer or one prospect that you see.", "商机须对应一位您负责的客户或潜在客户。", "CUS-16", "ORG-06")
	ErrStage = errs.Define(errs.Conflict, "opportunity.wrong_stage",
		"This can't be done at the stage {stage}.", "当前阶段({stage})不能进行此操作。", "CUS-16")
	ErrReason = errs.Define(errs.Rule, "opportunity.reason_needed",
		"Going back, losing, cancelling and reopening need a reason.", "回退、丢单、取消或重新打开须说明原因。", "CUS-16")
	ErrNeedsCustomer = errs.Define(errs.Rule, "opportunity.needs_customer",
		"A deal is made with a customer: convert the prospect first.", "成交须先将潜在客户转为客户。", "CUS-03", "CUS-16")
	ErrOrder = errs.Define(errs.Rule, "opportunity.not_its_order",
		"This isn't an order of the opportunity's customer.", "该订单不属于此商机的客户。", "CUS-16")
	ErrOrderTaken = errs.Define(errs.Conflict, "opportunity.order_taken",
		"This order comes from another opportunity.", "该订单已关联其他商机。", "CUS-16")
	ErrProduct = errs.Define(errs.Rule, "opportunity.unknown_product", "There is no such product.", "没有该产品。", "CUS-16")
	ErrFigures = errs.Define(errs.Rule, "opportunity.bad_figures", "Amounts and quantities aren't below 0.", "金额和数量不能小于 0。", "CUS-16")
)

// What the constraints guard again.
var (
	_ = pg.Constraint("opportunities_whose", ErrWhose)
	_ = pg.Constraint("opportunities_deal_with_customer", ErrNeedsCustomer)
	_ = pg.Constraint("opportunities_ended_has_reason", ErrReason)
	_ = pg.Constraint("opportunities_amount", ErrFigures)
	_ = pg.Constraint("opportunity_products_quantity", ErrFigures)
	_ = pg.Constraint("opportunity_products_product", ErrProduct)
	_ = pg.Constraint("opportunity_orders_order", ErrOrderTaken)
	_ = pg.Constraint("opportunity_orders_exists", ErrOrder)
)
