package shipping

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What shipping refuses.
var (
	ErrShipDatePast = errs.Define(errs.Rule, "shipping.date_past",
		"The shipping date lies in the past.", "发货日期不能早于今天。", "SHP-02")
	ErrShortLead = errs.Define(errs.Rule, "shipping.short_lead",
		"A shipping notice is written {days} days before the shipping date; say why this one comes later.",
		"发货通知单须提前 {days} 天编制;提前不足须填写原因。", "SHP-02")
	ErrNoLines = errs.Define(errs.Rule, "shipping.no_lines", "A shipping notice needs at least one line.", "发货通知单至少需要一行。")
	ErrNoOrder = errs.Define(errs.Rule, "shipping.unknown_order",
		"There is no such order of this customer.", "该客户没有此订单。", "SHP-02")
	ErrNoLine = errs.Define(errs.Rule, "shipping.unknown_line", "There is no such line.", "明细行不存在。")
	ErrTwice  = pg.Constraint("shipping_notice_lines_order_line", errs.Define(errs.Rule, "shipping.line_twice",
		"The same order line stands here twice.", "同一订单行重复。"))
	ErrNoCustomer = errs.Define(errs.Rule, "shipping.unknown_customer",
		"There is no such customer that you may ship for.", "客户不存在或不在您的负责范围内。", "ORG-06")
	ErrOrderChanged = errs.Define(errs.Conflict, "shipping.order_changed",
		"Order {order} was revised since this notice was written; revise the notice too.", "订单 {order} 已修订,请同时修订发货通知单。", "SHP-02")
	ErrQuantity = errs.Define(errs.Rule, "shipping.bad_quantity", "A quantity must be above 0.", "数量必须大于 0。")

	ErrPersonSigns = errs.Define(errs.Forbidden, "shipping.person_signs",
		"Finance's check is signed by a person.", "财务核查须由本人签核。", "SHP-03")
	ErrOwnCheck = errs.Define(errs.Forbidden, "shipping.own_check",
		"Finance's check isn't made by the one who submitted the notice.", "提交人不得自行核查。", "ORG-03", "SHP-03")
	ErrNotCovered = errs.Define(errs.Rule, "shipping.not_covered",
		"Payment first: {covered} of {amount} is there; the rest must be received before the goods can be released.",
		"款到发货:应收 {amount},已到账可用 {covered},差额到账后方可放行。", "SHP-10")
	ErrNoEvidence = errs.Define(errs.Rule, "shipping.no_evidence",
		"Payment first: nothing proves payment {receipts}; attach the bank slip or the bill.", "款到发货:收款 {receipts} 无凭证,请附银行回单或汇票。", "SHP-10")
	ErrNoPayment = errs.Define(errs.Rule, "shipping.unknown_payment",
		"One of these payments isn't there, isn't this payer's, or was reversed.", "所列收款不存在、不属于该付款方或已冲销。", "SHP-10")
	ErrFirstBusiness = errs.Define(errs.Rule, "shipping.first_business",
		"Finance must confirm that this is the customer's first business.", "财务须确认该客户为首次交易。", "SHP-12")
	ErrHasLimit = errs.Define(errs.Rule, "shipping.not_new",
		"This customer stands in the credit register; it ships on credit, prepaid or cash on delivery.",
		"该客户已在信用额度总表中,应按常规、款到或货到收款发货。", "SHP-12")
	ErrWorse = errs.Define(errs.Conflict, "shipping.situation_worse",
		"The situation is worse than what was decided on; it was put to approval again with the present figures and isn't released.",
		"当前情况较审批时恶化,已按最新数据重新送审,未放行。", "CRD-17", "SHP-06")
	ErrOutlived = errs.Define(errs.Conflict, "shipping.check_outlived",
		"The check of this notice was old and was made again: the situation is worse than what was approved, so it goes back to finance, or its rest is closed.",
		"该通知单的核查已过有效期,重新核查发现情况恶化,已退回财务(部分已发的,余量已关闭)。", "SHP-03", "CRD-17")
	ErrNotAsked = errs.Define(errs.Conflict, "shipping.nobody_asked",
		"There is no open approval of this notice.", "该发货通知单没有待审批事项。")

	ErrNoNotice = errs.Define(errs.Rule, "shipping.unknown_notice",
		"There is no such shipping notice.", "发货通知单不存在。", "CRD-13")
	ErrSpecialNotNeeded = errs.Define(errs.Rule, "shipping.special_not_needed",
		"Credit doesn't stop this notice.", "该发货通知单未受信用限制。", "CRD-13")
	ErrSpecialTooLittle = errs.Define(errs.Rule, "shipping.special_too_little",
		"It takes a special release of {needed}.", "所需特放金额为 {needed}。", "CRD-13")
	ErrSpecialOldDebt = errs.Define(errs.Rule, "shipping.special_old_debt",
		"The customer is graded D and owes {debt} from before: that is paid first.", "D 级客户尚欠旧款 {debt},须先结清。", "CRD-06", "CRD-13")
	ErrSpecialPast = errs.Define(errs.Rule, "shipping.special_past",
		"The last date of the special release lies in the past.", "特放有效期不能早于今天。", "CRD-13")
	ErrSpecialOpen = pg.Constraint("special_releases_one_open", errs.Define(errs.Conflict, "shipping.special_open",
		"This notice has a special release already that is open.", "该发货通知单已有未结的特放申请。", "CRD-13"))
	ErrSpecialOnce = errs.Define(errs.Conflict, "shipping.special_once",
		"A special release is decided once and used once, in time and within its amount.", "特放只能审批一次、使用一次,且须在有效期和金额之内。", "CRD-13")

	ErrNoEmergency = errs.Define(errs.Rule, "shipping.no_emergency",
		"Nobody is missing: finance has checked the notice, and you may release it yourself.", "财务已核查且在您的权限之内,请直接放行。", "SHP-15")
	ErrUntried = errs.Define(errs.Rule, "shipping.untried",
		"Nobody with the role {role} was tried; without them it can't be released, so try them first.", "尚未联系角色为 {role} 的责任人,请先联系。", "SHP-15")
	ErrOwnEmergency = errs.Define(errs.Forbidden, "shipping.own_emergency",
		"Nobody releases in an emergency what they submitted.", "提交人不得自行紧急放行。", "ORG-03", "SHP-15")
	ErrUnknownTried = errs.Define(errs.Rule, "shipping.unknown_tried",
		"There is no such active person, or they were tried later than now, or long before the notice was submitted.", "人员不存在或已停用,或联系时间晚于当前时间、早于提交之前的允许时间。", "SHP-15")
	ErrHead = errs.Define(errs.Rule, "shipping.no_head",
		"This person doesn't speak for the department, or is yourself.", "该人员不是相应部门主管,或为您本人。", "SHP-15")
	ErrEmergencyCustomer = errs.Define(errs.Rule, "shipping.emergency_customer",
		"The customer is {status}: an emergency release is no way round that.", "客户状态为 {status},不得以紧急出货绕过。", "SHP-15")
	ErrNotHead = errs.Define(errs.Forbidden, "shipping.not_head",
		"Only the heads whom it names confirm an emergency release.", "仅指定的仓库、品质主管可确认紧急出货。", "SHP-15")
	ErrConfirmed = errs.Define(errs.Conflict, "shipping.emergency_confirmed",
		"You have confirmed this already.", "您已确认。", "SHP-15")

	ErrNotReleased = pg.Constraint("shipping_notices_dispatch_released", errs.Define(errs.Conflict, "shipping.not_released",
		"Nothing leaves on a notice that isn't released; this one is {state}.", "未放行的发货通知单不得发货(当前状态:{state})。", "SHP-07"))
	ErrOverNotice = pg.Constraint("shipping_notice_lines_not_over", errs.Define(errs.Rule, "shipping.over_notice",
		"Only {rest} of this line may still leave.", "该行仅余 {rest} 可发。", "SHP-07"))
	ErrPriorityReason = pg.Constraint("shipping_notices_priority_reason", errs.Define(errs.Rule, "shipping.priority_reason",
		"Give the reason why the notice is served otherwise than its customer's grade says.", "须说明不按客户等级安排先后的原因。", "SHP-19"))
	ErrFrozen = pg.Constraint("shipping_notices_figures_frozen", errs.Define(errs.Conflict, "shipping.figures_frozen",
		"What finance signed doesn't change; the notice must be revised.", "财务签核的数据不可更改,请修订通知单。", "SHP-03"))
)

var (
	_ = pg.Constraint("special_releases_once", ErrSpecialOnce)
	_ = pg.Constraint("special_releases_used", ErrSpecialOnce)
	_ = pg.Constraint("special_releases_within", ErrSpecialOnce)
	_ = pg.Constraint("special_releases_in_time", ErrSpecialOnce)
	_ = pg.Constraint("shipping_notices_special_release_once", ErrSpecialOnce)
)
