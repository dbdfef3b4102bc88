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
	ErrUnconfirmed = errs.Define(errs.Rule, "quote.unconfirmed",
		"The quotation {number} was approved by word of mouth, and that is overdue for confirmation: until then it is no price base of anything new.",
		"报价单 {number} 的口头批准逾期未确认,确认前不能作为新的价格依据。", "QUO-06")
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

// Of inquiries and surveys.
var (
	ErrParty = errs.Define(errs.Rule, "quote.party",
		"Name a customer or a prospect that you see, and not both.", "请指定一个您可见的客户或潜在客户(二者选一)。", "ORG-06")
	ErrProspect = errs.Define(errs.Conflict, "quote.prospect_not_active",
		"The prospect is {state}: inquiries and quotations are for active ones.", "潜在客户状态为 {state},不能询价或报价。", "QUO-01")
	ErrReceived = errs.Define(errs.Rule, "inquiry.received_in_future",
		"An inquiry can't have come in the future.", "询价收到时间不得晚于现在。", "QUO-01")
	ErrInquiryEnded = errs.Define(errs.Conflict, "inquiry.ended",
		"The inquiry is {state} already.", "该询价状态为 {state}。", "QUO-01")
	ErrInquiryParty = errs.Define(errs.Rule, "inquiry.other_party",
		"The inquiry is another customer's.", "该询价属于其他客户。", "QUO-01")
	ErrWanted = pg.Constraint("inquiry_lines_what", errs.Define(errs.Rule, "inquiry.line_empty",
		"Say which product is wanted, or describe it.", "请选择产品或说明需求。", "QUO-01"))
	ErrWantedQuantity = pg.Constraint("inquiry_lines_quantity", errs.Define(errs.Rule, "inquiry.quantity",
		"The quantity wanted must be above 0.", "需求数量必须大于 0。", "QUO-01"))
	ErrReason = errs.Define(errs.Rule, "quote.reason_missing",
		"Say why.", "请说明原因。")
	ErrDestination = pg.Constraint("demand_surveys_destination", errs.Define(errs.Rule, "quote.survey_destination",
		"Of a trader the survey names the final destination.", "贸易商须填写最终去向。", "QUO-02"))
	ErrSurveyIncomplete = errs.Define(errs.Rule, "quote.survey_incomplete",
		"The survey needs size, reputation, present supplier, volume, payment time, delivery time and freight.",
		"调查表须填写规模、信誉、现供应商、用量、付款时间、交货时间和运费。", "QUO-02")
	ErrSurveyTonnes = pg.Constraint("demand_surveys_tonnes", errs.Define(errs.Rule, "quote.survey_tonnes",
		"The volume a month isn't negative.", "月用量不得为负。", "QUO-02"))
)

// Of the gate and what follows it.
var (
	ErrNoSurvey = errs.Define(errs.Rule, "quote.no_survey",
		"A quotation to a new customer needs the survey of its demand first.", "向新客户报价前须先填写新客户报价需求调查表。", "QUO-02")
	ErrCustomerNotActive = errs.Define(errs.Rule, "quote.customer_not_active",
		"The customer is {status}: no new quotations.", "客户状态为 {status},不再报价。", "QUO-05")
	ErrCashOnly = errs.Define(errs.Rule, "quote.cash_only",
		"This customer buys on cash terms only: offer cash, prepaid or cod instead of {terms}.",
		"该客户只能现款交易:请改为现款、款到发货或货到付款(当前:{terms})。", "ORD-10", "CRD-05")
	ErrSettlement = errs.Define(errs.Rule, "quote.settlement_not_yours",
		"The customer settles by {agreed}: monthly settlement is applied for with a credit limit request before it is offered.",
		"该客户结算方式为 {agreed}:月结须先提交信用额度申请,不得随报价更改。", "CRD-16")
	ErrEmpty = errs.Define(errs.Rule, "quote.no_lines",
		"A quotation needs at least one line.", "报价单至少需要一行明细。", "QUO-05")
	ErrNoProduct = errs.Define(errs.Rule, "quote.no_product",
		"There is no such product.", "产品不存在。", "QUO-05")
	ErrUnit = errs.Define(errs.Rule, "quote.unit",
		"The product is sold by {unit}.", "该产品的计量单位为 {unit}。", "QUO-05")
	ErrOverlap = errs.Define(errs.Rule, "quote.ranges_overlap",
		"Two lines quote the same product for the same quantity.", "同一产品的数量区间不得重叠。", "QUO-05")
	ErrFrozen = errs.Define(errs.Conflict, "quote.changed_since",
		"The quotation isn't the one that was submitted.", "报价单与提交审批的内容不一致。", "QUO-05")
	ErrOver = errs.Define(errs.Conflict, "quote.over",
		"The quotation was valid until {valid_until}. Revise it.", "报价有效期至 {valid_until},已过期,请修订后重新报价。", "QUO-05")
	ErrNotYet = errs.Define(errs.Conflict, "quote.not_yet_valid",
		"The quotation is valid from {valid_from} on.", "报价自 {valid_from} 起有效。", "QUO-05")
	ErrPricesChanged = errs.Define(errs.Conflict, "quote.prices_changed",
		"Base prices have changed: by now this would need {required_role}. Revise the quotation, and it goes through the gate again.",
		"基准价已调整,现须由 {required_role} 批准。请修订报价后重新审批。", "QUO-05", "PRC-10")
	ErrNoFile = errs.Define(errs.Rule, "quote.no_confirmation",
		"Attach the quotation that the customer signed.", "请上传客户签字确认的报价单。", "QUO-05")
	ErrRevisionGone = errs.Define(errs.Conflict, "quote.superseded",
		"Revision {revision} was superseded; the quotation is at revision {current}.", "第 {revision} 版报价已失效,现为第 {current} 版。", "QUO-05")
	ErrStillProspect = errs.Define(errs.Rule, "quote.still_prospect",
		"The quotation is a prospect's. Convert the prospect to a customer first.", "该报价对象仍为潜在客户,请先转为正式客户。", "CUS-03")
	ErrNoSuchLine = errs.Define(errs.Rule, "quote.no_such_line",
		"The quotation has no such line.", "报价单中没有该行。", "QUO-05")
	ErrOutOfRange = errs.Define(errs.Rule, "quote.quantity_not_agreed",
		"This price was agreed for quantities from {min} to {max}.", "该价格约定的数量区间为 {min} 至 {max}。", "QUO-05")
	ErrLink = errs.Define(errs.NotFound, "quote.no_such_link",
		"There is no such quotation.", "报价链接无效。", "QUO-05")
	ErrGone = errs.Define(errs.Gone, "quote.link_gone",
		"This link is good no more.", "该报价链接已失效。", "QUO-05")
	ErrNoPerson = errs.Define(errs.Forbidden, "quote.link_person",
		"A person makes the link, who answers for it.", "报价链接须由业务人员本人生成。", "QUO-05")
	ErrWithin = errs.Define(errs.Rule, "quote.deal_within_authority",
		"These prices stand by your own authority: submit, send and accept the quotation.", "价格在您的权限内,请按正常流程提交、发送并确认。", "QUO-07")
	_ = pg.Constraint("quotation_lines_frozen", errs.ErrState)
	_ = pg.Constraint("demand_surveys_kept", ErrSurveyIncomplete)
	_ = pg.Constraint("demand_surveys_revision", errs.ErrStale)
	_ = pg.Constraint("demand_surveys_of_prospect", errs.ErrStale)
)
