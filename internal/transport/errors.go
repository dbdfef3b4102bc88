package transport

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What is refused of transport notices.
var (
	ErrNoShipment = errs.Define(errs.Rule, "transport.unknown_notice",
		"There is no such shipping notice.", "发货通知单不存在。", "SHP-07")
	ErrNotPlannable = errs.Define(errs.Conflict, "transport.not_to_ship",
		"Nothing more is to be fetched on shipping notice {number}: it is {state}.", "发货通知单 {number} 状态为 {state},无可安排运输的货物。", "SHP-07")
	ErrNoLines   = errs.Define(errs.Rule, "transport.no_lines", "A transport notice names what is fetched.", "运输通知单须列明所运货物。", "SHP-07")
	ErrNoLine    = errs.Define(errs.Rule, "transport.unknown_line", "The shipping notice has no such line.", "发货通知单无此明细行。", "SHP-07")
	ErrQuantity  = pg.Constraint("transport_notice_lines_quantity", errs.Define(errs.Rule, "transport.bad_quantity", "A quantity must be above 0.", "数量必须大于 0。", "SHP-07"))
	ErrLineTwice = pg.Constraint("transport_notice_lines_once", errs.Define(errs.Rule, "transport.line_twice",
		"The same line stands here twice.", "同一明细行重复。", "SHP-07"))
	ErrOverNotice = errs.Define(errs.Rule, "transport.over_notice",
		"Only {rest} of this line is left for another truck.", "该行仅余 {rest} 可安排运输。", "SHP-07")
	ErrPlate      = errs.Define(errs.Rule, "transport.bad_plate", "This is no number plate.", "车牌号无效。", "SHP-07")
	ErrSameTruck  = errs.Define(errs.Conflict, "transport.same_truck", "Vehicle {vehicle} is planned for this shipping notice already ({number}).", "车辆 {vehicle} 已安排运输该发货通知单({number})。", "SHP-07")
	ErrPickupPast = errs.Define(errs.Rule, "transport.pickup_past", "The pick-up date lies in the past.", "提货日期不能早于今天。", "SHP-18")
	ErrNoTrip     = errs.Define(errs.Rule, "transport.unknown_trip",
		"There is no transport notice of the same carrier, vehicle and day to share a trip with.", "没有同一承运商、车辆和日期的运输通知单可拼车。", "SHP-18")
	ErrOwnCarrier = errs.Define(errs.Rule, "transport.carrier_needed",
		"Name a carrier that we keep, or a name when the customer pays the freight.", "我方付运费须选择已登记的承运商;客户自提须填写承运人名称。", "SHP-18")
	ErrReason = errs.Define(errs.Rule, "transport.reason_needed", "Say why.", "请填写原因。", "SHP-07")
)

// What is refused at loading (SHP-07).
var (
	ErrSayTruck = errs.Define(errs.Rule, "transport.say_what_stands_there",
		"Say which vehicle, carrier and driver stand before the ramp: it is compared with the transport notice.", "请填写实到车辆、承运商和司机,以便与运输通知单核对。", "SHP-07")
	ErrNoTruckLeft = errs.Define(errs.Conflict, "transport.none_expected",
		"Every truck of this shipping notice has been loaded; another needs its own transport notice.", "该发货通知单的运输车辆均已装货,增加车辆须另开运输通知单。", "SHP-07")
	ErrOtherVehicle = errs.Define(errs.Rule, "transport.other_vehicle",
		"Vehicle {found} isn't expected; the transport notices say {expected}. Have the transport notice changed.", "实到车辆 {found} 与运输通知单({expected})不符,请先变更运输通知单。", "SHP-07")
	ErrOtherCarrier = errs.Define(errs.Rule, "transport.other_carrier",
		"Transport notice {number} is for carrier {expected}, not {found}. Have it changed.", "运输通知单 {number} 的承运商为 {expected},与实到 {found} 不符,请先变更。", "SHP-07")
	ErrOtherDriver = errs.Define(errs.Rule, "transport.other_driver",
		"Transport notice {number} is for driver {expected}, not {found}. Have it changed.", "运输通知单 {number} 的司机为 {expected},与实到 {found} 不符,请先变更。", "SHP-07")
)

// What is refused of vouchers, signatures and settlements.
var (
	ErrFrozen = pg.Constraint("freight_vouchers_frozen", errs.Define(errs.Conflict, "freight.voucher_frozen",
		"A freight voucher never changes; adjust it by another document.", "运费结算凭证不可修改,请以调整单调整。", "SHP-08"))
	_           = pg.Constraint("freight_adjustments_frozen", ErrFrozen)
	ErrUnpriced = errs.Define(errs.Rule, "freight.not_priced",
		"No rate said the freight; an adjusting document has to, before it is signed.", "该凭证无适用运价,须先以调整单确定运费后再签字。", "SHP-08", "SHP-18")
	ErrNoteUnsigned = errs.Define(errs.Conflict, "freight.note_not_signed",
		"The delivery note is signed first.", "请先签署送货单。", "SHP-08")
	ErrSigned = pg.Constraint("paper_signatures_once", errs.Define(errs.Conflict, "paper.is_signed",
		"It is signed already.", "该单据已签字。", "SHP-08"))
	ErrNoSigner = pg.Constraint("paper_signatures_carrier", errs.Define(errs.Rule, "paper.no_signer",
		"Say who signed for the carrier.", "请填写承运方签字人。", "SHP-08"))
	ErrPersonSigns = errs.Define(errs.Forbidden, "paper.person_signs", "The warehouse's signature is a person's.", "仓库签字须由本人完成。", "SHP-08")
	ErrUnloaded    = errs.Define(errs.Conflict, "paper.is_cancelled", "The goods were unloaded again.", "货物已卸回,单据已作废。", "SHP-08")
	ErrBelow       = pg.Constraint("freight_vouchers_not_below", errs.Define(errs.Rule, "freight.below_zero",
		"Nobody pays less than nothing: {left} is left of this voucher.", "调整后运费不能小于零,该凭证余额为 {left}。", "SHP-18"))
	ErrNoAdjustment = pg.Constraint("freight_adjustments_amount", errs.Define(errs.Rule, "freight.adjusts_nothing",
		"An adjustment of 0 adjusts nothing.", "调整金额不能为零。", "SHP-18"))
	ErrTooMany = errs.Define(errs.Conflict, "freight.too_many_adjustments",
		"A voucher bears {most} adjusting documents at most.", "一张运费结算凭证最多 {most} 张调整单。", "SHP-18")
	ErrSettled = pg.Constraint("freight_vouchers_settled_signed", errs.Define(errs.Conflict, "freight.is_settled",
		"The voucher stands in a settlement; have it left out first.", "该凭证已列入结算单,请先从结算单中剔除。", "SHP-18"))
	ErrSettledTwice = pg.Constraint("carrier_settlement_lines_voucher", errs.Define(errs.Conflict, "freight.settled_twice",
		"Another settlement lists it already.", "该凭证已列入其他结算单。", "SHP-18"))
	_                = pg.Constraint("carrier_settlement_lines_adjustment", ErrSettledTwice)
	ErrMonthSettled  = pg.Constraint("carrier_settlements_month", errs.Define(errs.Conflict, "freight.month_settled", "The carrier has a settlement of this month already.", "该承运商本月已有结算单。", "SHP-18"))
	ErrNothing       = errs.Define(errs.Rule, "freight.nothing_to_settle", "The carrier has nothing signed to settle.", "该承运商没有已签字的待结算凭证。", "SHP-18")
	ErrMonthAhead    = errs.Define(errs.Rule, "freight.month_ahead", "The month hasn't begun.", "月份尚未开始。", "SHP-18")
	ErrOwnSettlement = pg.Constraint("carrier_settlements_not_own", errs.Define(errs.Forbidden, "freight.own_settlement",
		"Whoever drafted a settlement or adjusted one of its vouchers doesn't confirm it.", "结算单编制人及运费调整人不得自行确认。", "ORG-03", "SHP-18"))
	ErrBillNumber  = errs.Define(errs.Rule, "freight.no_bill_number", "Name the number of the carrier's bill.", "请填写承运商账单号。", "SHP-18")
	ErrBillAmount  = errs.Define(errs.Rule, "freight.bad_bill", "A bill isn't below 0.", "账单金额不能小于零。", "SHP-18")
	ErrBillDiffers = pg.Constraint("carrier_settlements_bill_fits", errs.Define(errs.Conflict, "freight.bill_differs",
		"The carrier's bill {number} says {billed}, the settlement {amount}. Leave out what is disputed, adjust what is owed, or record a new bill.",
		"承运商账单 {number} 金额为 {billed},与结算单 {amount} 不符:请剔除有争议的凭证、调整运费或登记新账单。", "SHP-18"))
	ErrNoReference = errs.Define(errs.Rule, "freight.no_reference", "Name the bank's reference.", "请填写银行流水号。", "SHP-18")
	ErrPaidAhead   = errs.Define(errs.Rule, "freight.paid_ahead", "It can't have been paid after today.", "付款日期不能晚于今天。", "SHP-18")
	ErrOwed        = errs.Define(errs.Rule, "freight.owed_to_us", "Nothing is to be paid: the settlement comes to {amount}.", "结算金额为 {amount},无须付款。", "SHP-18")
)
