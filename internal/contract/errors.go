package contract

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrNoCustomer = pg.Constraint("contracts_customer_fkey", errs.Define(errs.Rule, "contract.unknown_customer",
		"There is no such customer that you may sell to.", "客户不存在或不在您的负责范围内。", "ORG-06"))
	ErrNoProduct = pg.Constraint("contract_lines_product_fkey", errs.Define(errs.Rule, "contract.unknown_product",
		"There is no such product.", "产品不存在。"))
	ErrUnit = errs.Define(errs.Rule, "contract.wrong_unit",
		"This product is sold by the {unit}.", "该产品的计量单位为 {unit}。", "CON-10")
	ErrNoLine = errs.Define(errs.Rule, "contract.unknown_line",
		"The contract has no such line.", "合同中没有该明细行。")
	ErrLineTwice = errs.Define(errs.Rule, "contract.line_twice",
		"The same line is given twice.", "同一明细行重复出现。")
	ErrQuantity = pg.Constraint("contract_lines_quantity", errs.Define(errs.Rule, "contract.bad_quantity",
		"A quantity must be above 0.", "数量必须大于 0。"))
	ErrDiscount = errs.Define(errs.Rule, "contract.bad_discount",
		"A header discount can't be below 0 or above the sum of the lines.", "整单折扣不能小于 0 或超过明细合计。", "PRC-10")
	ErrTooLarge = errs.Define(errs.Rule, "contract.amount_too_large",
		"The amount is larger than salesgate can hold.", "金额超出系统可处理的范围。")
	ErrTerms = pg.Constraint("contracts_terms", errs.Define(errs.Rule, "contract.bad_terms",
		"Days of payment belong to net_days and month_end_days only.", "仅月结或账期方式可设付款天数。"))
	ErrPeriod = pg.Constraint("contracts_period", errs.Define(errs.Rule, "contract.bad_period",
		"A contract can't end before it starts.", "合同截止日期不能早于起始日期。", "CON-01"))
	ErrEmpty = errs.Define(errs.Rule, "contract.no_lines",
		"A contract needs at least one line.", "合同至少需要一行明细。", "CON-10")
	ErrDelivery = errs.Define(errs.Rule, "contract.bad_deliveries",
		"Deliveries must lie within the contract's period, one date after the other, and add up to the line's quantity.",
		"交货计划须在合同期内、日期依次递增,且数量合计等于该行数量。", "CON-10")
	ErrFrozen = pg.Constraint("contract_lines_frozen", errs.Define(errs.Conflict, "contract.lines_frozen",
		"What is agreed changes in a draft, or by an amendment.", "合同内容只能在草稿状态更改,或通过合同变更修改。", "CON-03"))

	ErrIncomplete = errs.Define(errs.Rule, "contract.incomplete",
		"A contract holds product, price, delivery, payment terms, delivery place, packing and transport before it is submitted.",
		"合同提交前须载明产品、价格、交期、付款条件、交货地点、包装与运输方式。", "CON-10")
	ErrCustomerNotActive = errs.Define(errs.Rule, "contract.customer_not_active",
		"The customer is {status}: no new contracts.", "客户状态为 {status},不接受新合同。", "CON-02")
	ErrInitialPrice = errs.Define(errs.Rule, "contract.no_initial_price",
		"A new, dormant or changed product needs its new-product price first: open a new-product request for it, then name that product here.",
		"新产品、停产产品或规格变更的产品须先完成新产品定价:请先发起新产品定价申请,批准后再提交本合同。", "CON-04", "PRC-03")
	ErrNotQuoted = errs.Define(errs.Rule, "contract.not_of_quotation",
		"A line names a line of the contract's quotation, of the same product and unit.",
		"明细行引用的报价行须属于本合同所列报价单,且产品与单位一致。", "QUO-05")
	ErrNoQuestion = errs.Define(errs.Conflict, "contract.capacity_not_asked",
		"Production isn't asked about this contract now.", "该合同当前无须生产部确认产能。", "CON-05")
	ErrAnswer = errs.Define(errs.Rule, "contract.bad_capacity_answer",
		"Answer every line of the contract once; what can't be met as asked needs the dates that can.",
		"须逐行答复一次;不能按要求满足的,须说明可行的数量与日期。", "CON-05")

	ErrUnsigned = errs.Define(errs.Rule, "contract.not_signed",
		"A contract is signed by both sides, on dates that aren't in the future, with the signed file attached.",
		"合同须双方签署,签署日期不得晚于今天,并附已签署文件。", "CON-07")
	ErrSigned = errs.Define(errs.Conflict, "contract.signed_already",
		"This contract is recorded as signed already.", "该合同已登记签署。", "CON-07")
	ErrSignatory = errs.Define(errs.Rule, "contract.unknown_signatory",
		"There is no such person of ours.", "我方签署人不存在。", "CON-08")
	ErrSignedEarly = errs.Define(errs.Rule, "contract.signed_too_early",
		"There was nothing to sign before {drafted_on}, when this was drafted.", "该合同(变更)于 {drafted_on} 起草,签署日期不能早于该日。", "CON-08")
	ErrMayNotSign = errs.Define(errs.Rule, "contract.signatory_may_not",
		"{name} may not sign this contract for us: above the amount, or beyond the sales department's price authority, the general manager signs; else the sales manager or director.",
		"{name} 无权代表我方签署该合同:超过金额或超出销售部价格权限的由总经理签署,其余由销售部经理或销售总监签署。", "CON-02", "CON-03")
	ErrPaper = pg.Constraint("contract_papers_label", errs.Define(errs.Conflict, "contract.paper_known",
		"The file has a paper of this name already.", "该份文件名称已登记。", "CON-07"))
	ErrHolder = pg.Constraint("contract_papers_holder", errs.Define(errs.Rule, "contract.bad_holder",
		"A paper is held by one of us or by somebody else who is named: say one of the two.",
		"文件须由本公司人员或注明的其他方之一保管。", "CON-07"))

	ErrAmending = pg.Constraint("contract_amendments_one", errs.Define(errs.Conflict, "contract.amendment_open",
		"An amendment of this contract is on its way; finish or cancel it first.", "该合同有尚未完成的变更,请先完成或取消。", "CON-03"))
	ErrTerminating = pg.Constraint("contract_terminations_one", errs.Define(errs.Conflict, "contract.termination_open",
		"The termination of this contract is being decided.", "该合同的终止申请正在审批。", "CON-03"))
	ErrNoChange = errs.Define(errs.Rule, "contract.nothing_amended",
		"The amendment changes nothing.", "变更内容与现行合同一致。")
	ErrBelowCalled = errs.Define(errs.Conflict, "contract.below_called_off",
		"Orders have called off {called} of line {line}: an amendment can't bring it below that, nor change its product.",
		"订单已执行合同第 {line} 行 {called},变更后的数量不得低于该数量,产品不可更换。", "CON-09")
	ErrTotalBelowCalled = errs.Define(errs.Conflict, "contract.total_below_called_off",
		"Orders have called off {called} of the total: an amendment can't bring it below that.",
		"订单已执行合同金额 {called},变更后的总额不得低于该金额。", "CON-09")

	ErrNotInForce = pg.Constraint("contracts_in_force", errs.Define(errs.Conflict, "contract.not_in_force",
		"The contract is {state}: nothing can be called off.", "合同状态为 {state},不能下单执行。", "CON-08", "CON-09"))
	ErrPriceBaseGone = errs.Define(errs.Conflict, "contract.price_base_gone",
		"The contract's prices come from a quotation that nobody approved: nothing more is called off until an amendment with prices that were decided on is in force.",
		"合同价格所依据的报价单未获批准:价格经合同变更重新审批并生效前,不能再下单执行。", "QUO-06", "QUO-07")
	ErrNotBegun = errs.Define(errs.Conflict, "contract.not_begun",
		"The contract begins on {starts_on}.", "合同自 {starts_on} 起生效,尚不能下单执行。", "CON-09")
	ErrExpired = errs.Define(errs.Conflict, "contract.expired",
		"The contract ended on {ends_on}: nothing can be called off any more.", "合同已于 {ends_on} 到期,不能再下单执行。", "CON-09")
	ErrCallQuantity = errs.Define(errs.Rule, "contract.bad_call_off",
		"A call-off needs a quantity above 0 and no negative amount.", "执行数量必须大于 0,金额不能为负。", "CON-09")
	ErrLineExceeded = pg.Constraint("contract_lines_called", errs.Define(errs.Rule, "contract.quantity_exceeded",
		"Only {left} is left of line {line} of the contract.", "合同第 {line} 行仅余 {left} 可执行。", "CON-09"))
	ErrAmountExceeded = pg.Constraint("contracts_called", errs.Define(errs.Rule, "contract.amount_exceeded",
		"Only {left} is left of the contract's total.", "合同金额仅余 {left} 可执行。", "CON-09"))
)
