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
	ErrFrozen = pg.Constraint("contract_lines_frozen", errs.Define(errs.Conflict, "contract.lines_frozen",
		"What is agreed changes in a draft, or by an amendment.", "合同内容只能在草稿状态更改,或通过合同变更修改。", "CON-03"))

	ErrNotInForce = pg.Constraint("contracts_in_force", errs.Define(errs.Conflict, "contract.not_in_force",
		"The contract is {state}: nothing can be called off.", "合同状态为 {state},不能下单执行。", "CON-08", "CON-09"))
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
