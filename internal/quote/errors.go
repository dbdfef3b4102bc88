package quote

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What the price base of a customer's orders can be refused for.
var (
	ErrNotAgreed = errs.Define(errs.Rule, "quote.not_agreed",
		"The quotation {number} isn't accepted by this customer: it is no price base.", "报价单 {number} 未经该客户确认,不能作为价格依据。", "QUO-05")
	ErrExpired = errs.Define(errs.Rule, "quote.expired",
		"The quotation {number} was valid until {valid_until}.", "报价单 {number} 有效期至 {valid_until},已过期。", "QUO-05")
	ErrUnapproved = errs.Define(errs.Rule, "quote.unapproved",
		"The deal {number} was made without approval: it is no price base, and the order's prices are judged on their own.",
		"报价单 {number} 未经批准成交,不能作为价格依据,订单价格须另行审批。", "QUO-07")
)

// Of the constraints.
var (
	ErrQuantity = pg.Constraint("quotation_lines_quantity", errs.Define(errs.Rule, "quote.quantity",
		"The least quantity must be above 0.", "起订数量必须大于 0。", "QUO-05"))
	ErrRange = pg.Constraint("quotation_lines_range", errs.Define(errs.Rule, "quote.range",
		"The largest quantity lies below the least one.", "数量上限不得低于下限。", "QUO-05"))
	ErrDiscount = pg.Constraint("quotations_discount", errs.Define(errs.Rule, "quote.discount",
		"The discount is a percentage from 0 to below 100.", "折扣须为 0 至 100(不含)之间的百分比。", "PRC-10"))
	ErrDates = pg.Constraint("quotations_dates", errs.Define(errs.Rule, "quote.dates",
		"The quotation must be valid until today or later, and from no later than that.", "报价有效期止日不得早于今天或起始日。", "QUO-05"))
	ErrTerms = pg.Constraint("quotations_terms", errs.Define(errs.Rule, "quote.terms",
		"Days go with monthly or net terms only.", "仅月结或账期付款可填写天数。", "QUO-05"))
)

// Of the quotation itself.
var (
	ErrTooLarge = errs.Define(errs.Rule, "quote.too_large",
		"Prices and quantities make more than an amount can hold.", "单价与数量之积超出可记录的金额。", "QUO-05")
)
