package order

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrNoCustomer = pg.Constraint("orders_customer_fkey", errs.Define(errs.Rule, "order.unknown_customer",
		"There is no such customer that you may sell to.", "客户不存在或不在您的负责范围内。", "ORG-06"))
	ErrNoProduct = pg.Constraint("order_lines_product_fkey", errs.Define(errs.Rule, "order.unknown_product",
		"There is no such product.", "产品不存在。"))
	ErrNoLine = errs.Define(errs.Rule, "order.unknown_line",
		"The order has no such line.", "订单中没有该明细行。")
	ErrLineTwice = errs.Define(errs.Rule, "order.line_twice",
		"The same line is given twice.", "同一明细行重复出现。")
	ErrQuantity = errs.Define(errs.Rule, "order.bad_quantity",
		"A quantity must be above 0.", "数量必须大于 0。")
	ErrDiscount = errs.Define(errs.Rule, "order.bad_discount",
		"A header discount can't be below 0 or above the sum of the lines.", "整单折扣不能小于 0 或超过明细合计。", "PRC-10")
	ErrWorthless = errs.Define(errs.Rule, "order.worth_nothing",
		"Every amount of the order rounds to 0.00 although no line is free: order more, or state free goods as such, at the price 0.",
		"订单各行金额均四舍五入为 0.00 而无免费明细:请增加数量,免费货品须以 0 价列明。", "PRC-10")
	ErrTooLarge = errs.Define(errs.Rule, "order.amount_too_large",
		"The amount is larger than salesgate can hold.", "金额超出系统可处理的范围。")
	ErrTerms = pg.Constraint("orders_terms", errs.Define(errs.Rule, "order.bad_terms",
		"Days of payment belong to net_days and month_end_days only.", "仅月结或账期方式可设付款天数。"))
	ErrProtected = errs.Define(errs.Conflict, "order.protected",
		"Customer, lines, terms and discount of a {state} order are what was judged; revise the order to change them.",
		"订单处于 {state} 状态,客户、明细、付款条件与折扣已审定,须先发起修订。", "ORD-02")
	ErrLineMoved = pg.Constraint("order_lines_open", errs.Define(errs.Rule, "order.line_moved",
		"A line of which goods are shipped or on a live notice keeps its product, price, quotation and contract, and its quantity can't go below them.",
		"明细行已有发货或有效发货通知,产品、价格、所依报价单与合同不可更改,数量不得低于已发与已通知之和。"))
	ErrDiscountMoved = errs.Define(errs.Rule, "order.discount_moved",
		"The header discount and the customer can't change once goods are shipped or on a live notice.", "已有发货或有效发货通知,整单折扣与客户不可更改。")
	ErrFrozen = pg.Constraint("order_lines_frozen", errs.Define(errs.Conflict, "order.lines_frozen",
		"The lines of an order change in a draft only.", "订单明细只能在草稿状态更改。", "ORD-02"))
	ErrNotOpen = errs.Define(errs.Rule, "order.quantity_not_open",
		"Only {open} is open on this line.", "该明细行仅余 {open} 未发未通知。", "SHP-02")
	ErrNotNoticed = errs.Define(errs.Rule, "order.quantity_not_noticed",
		"Only {noticed} of this line is on live notices.", "该明细行有效通知数量仅为 {noticed}。", "SHP-07")
	ErrLiveNotices = errs.Define(errs.Conflict, "order.live_notices",
		"Goods of this order are on live shipping notices; cancel or dispatch them first.", "订单仍有有效的发货通知,请先取消或完成发货。")
	ErrPartShipped = errs.Define(errs.Conflict, "order.part_shipped",
		"Goods of this order have left; close it instead of cancelling it.", "订单已有发货,请结案而不是取消。")
	ErrUnit = errs.Define(errs.Rule, "order.wrong_unit",
		"This product is sold by the {unit}, not by the {given}.", "该产品的计量单位为 {unit},而不是 {given}。", "ORD-02")
	ErrReceived = errs.Define(errs.Rule, "order.received_in_future",
		"An order can't have reached us in the future.", "订单接收时间不能晚于当前时间。", "ORD-01")
	ErrNoOriginal = errs.Define(errs.Rule, "order.original_missing",
		"An order that came by {channel} keeps its original: attach it first.", "以 {channel} 方式收到的订单须附客户订单原件。", "ORD-01")
	ErrPromised = errs.Define(errs.Rule, "order.promised_before_received",
		"A line is promised for a day before the order reached us.", "明细行的交期早于订单接收日期。", "ORD-02")
	ErrNoReviewer = errs.Define(errs.Rule, "order.no_reviewer",
		"Nobody who sees the order has this role.", "没有能看到该订单且担任此角色的人员。", "ORD-02")
	ErrReview = pg.Constraint("orders_reviewed", errs.Define(errs.Rule, "order.review_open",
		"{open} points of the order's review have failed and aren't settled with the customer yet.", "订单评审尚有 {open} 项不合格未与客户确认,不能提交。", "ORD-02"))
	ErrReviewed = errs.Define(errs.Conflict, "order.review_point_settled",
		"This point of the review is settled, or has passed.", "该评审项已合格或已处理完毕。", "ORD-02")
	ErrNotTold = pg.Constraint("order_review_points_answered", errs.Define(errs.Conflict, "order.review_point_not_returned",
		"The customer hasn't been told of this point yet.", "该评审项尚未反馈客户。", "ORD-02"))
	ErrReviewNote = pg.Constraint("order_review_points_note", errs.Define(errs.Rule, "order.review_note_missing",
		"Say what is wrong about a point that fails.", "不合格的评审项须说明问题。", "ORD-02"))
	ErrAgreementLine = pg.Constraint("order_lines_one_agreement", errs.Define(errs.Rule, "order.agreement_line",
		"A line names a line of the order's quotation or of its contract, and not of both.", "明细行只能引用本订单所列报价单或合同之一的明细。", "QUO-05", "CON-09"))
	ErrNoAgreement = errs.Define(errs.Rule, "order.unknown_agreement",
		"There is no such contract of this customer.", "该客户没有此合同。", "CON-09")
	ErrAgreementProduct = errs.Define(errs.Rule, "order.agreement_product",
		"The line of {agreement} is about another product.", "{agreement} 的该明细行是另一产品。", "QUO-05", "CON-09")
	ErrRequest = errs.Define(errs.Conflict, "order.change_by_request",
		"A confirmed order is changed or cancelled by a request that the sales manager approves: POST /v1/orders/{id}/changes or /cancellation.",
		"已确认的订单须提交变更(取消)申请,经销售部经理批准后方可变更或取消。", "ORD-05")
	ErrNothing = errs.Define(errs.Rule, "order.nothing_changed",
		"The request changes nothing that was confirmed.", "申请未改变任何已确认的内容。", "ORD-05")
	ErrMoved = errs.Define(errs.Conflict, "order.changed_meanwhile",
		"The order is at revision {revision} now, and not what the request was about.", "订单现为第 {revision} 版,与申请所依据的内容不一致。", "ORD-05")
	ErrOtherDeal = errs.Define(errs.Rule, "order.other_deal",
		"A change keeps the customer, the quotation and the contract; for another deal cancel the order and write a new one.",
		"变更不得更换客户、报价单或合同;如需更换,请取消订单后另行下单。", "ORD-05")
	ErrTermsMeanwhile = errs.Define(errs.Rule, "order.terms_special_meanwhile",
		"The terms {terms} have become special since the change was asked for, and finance hasn't decided about it.",
		"申请后付款条件 {terms} 已成为特殊条件,财务部尚未审定。", "ORD-05", "CON-06")
	ErrPricesMeanwhile = errs.Define(errs.Rule, "order.prices_beyond_authority_meanwhile",
		"Prices or authority have changed since the change was asked for: by now somebody has to agree who wasn't asked.",
		"申请后价格或权限已变动,现须由未参与审批的上级同意。", "ORD-05", "PRC-10")
	ErrUncorrected = errs.Define(errs.Rule, "order.review_point_uncorrected",
		"The order still says what it said when the point failed: correct it first, or settle the point as accepted.",
		"订单内容自评审不合格以来未作更改,请先更正订单,或按客户解释予以接受。", "ORD-02")
	ErrEmpty = errs.Define(errs.Rule, "order.no_lines",
		"An order needs at least one line.", "订单至少需要一行明细。", "ORD-02")

	ErrCustomerNotActive = errs.Define(errs.Rule, "order.customer_not_active",
		"The customer is {status}: no new orders.", "客户状态为 {status},不接受新订单。", "ORD-02")
	ErrOldDebt = errs.Define(errs.Rule, "order.old_debt",
		"A D customer's order is refused until the old debt of {debt} is settled.", "D 级客户须先结清旧欠款 {debt},方可接单。", "ORD-10", "CRD-06")
	ErrNoApplication = errs.Define(errs.Rule, "order.customer_not_applied_for",
		"This is the customer's first business: it needs a new-customer application that the sales manager has approved.",
		"该客户为首次业务:须先提交新客户申请并经销售部经理批准。", "CUS-05")
	ErrSettlement = errs.Define(errs.Rule, "order.settlement_not_yours",
		"The customer settles by {agreed}: monthly settlement is applied for with a credit limit request, not with an order.",
		"该客户结算方式为 {agreed}:月结须提交信用额度申请,不得随订单更改。", "CRD-16")
	ErrCashOnly = errs.Define(errs.Rule, "order.cash_only",
		"A customer of grade {grade} buys on cash terms only: ask for cash, prepaid or cod instead of {terms}.",
		"{grade} 级客户只能现款交易:请改为现款、款到发货或货到付款(当前:{terms})。", "ORD-10", "CRD-05")
)
