package receivable

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrNothingToInvoice = errs.Define(errs.Rule, "invoice.nothing_left",
		"These delivery notes have nothing left to invoice.", "所选送货单已无可开票数量。", "SHP-20")
	ErrOverInvoiced = errs.Define(errs.Rule, "invoice.more_than_delivered",
		"More is invoiced than left on this line: {left} is left.", "开票数量超过未开票数量:剩余 {left}。", "SHP-20")
	ErrMixedCustomers = errs.Define(errs.Rule, "invoice.mixed_customers",
		"One invoice takes delivery notes of one customer.", "一张发票只能包含同一客户的送货单。")
	ErrUnknownNote = errs.Define(errs.Rule, "invoice.unknown_delivery_note",
		"There is no such delivery note, or it was cancelled.", "送货单不存在或已作废。")
	ErrReversed    = errs.Define(errs.Conflict, "receivable.reversed_already", "This was reversed already.", "该单据已冲销。", "ARV-06")
	ErrIsReversal  = errs.Define(errs.Conflict, "receivable.is_reversal", "A reversal can't be reversed; post a new document.", "冲销单不能再次冲销。", "ARV-06")
	ErrHasPayments = errs.Define(errs.Conflict, "invoice.has_payments",
		"Payments are allocated to this invoice; take them off first.", "该发票已有核销,请先撤销核销。", "ARV-06")
	ErrImmutable = errs.Define(errs.Conflict, "receivable.immutable",
		"Posted documents are not changed; correct them by reversal.", "已过账单据不可修改,请通过冲销更正。", "ARV-06")
	ErrNotFree = errs.Define(errs.Rule, "receipt.not_enough_left",
		"Of this receipt only {left} is left to allocate.", "该收款可核销余额仅 {left}。", "ARV-01")
	ErrOverPaid = errs.Define(errs.Rule, "invoice.not_so_much_open",
		"Of this invoice only {open} is open.", "该发票未付金额仅 {open}。", "ARV-01")
	ErrOtherPayer = errs.Define(errs.Rule, "receipt.other_payer",
		"This payer has no such invoice.", "该付款方没有此发票。", "ARV-01")
	ErrSameReference = errs.Define(errs.Conflict, "receipt.same_reference",
		"A receipt with this bank reference is booked already.", "该银行流水号已入账。", "ARV-01")
	ErrFuture         = errs.Define(errs.Rule, "receivable.future_date", "This date lies in the future.", "日期不能晚于今天。")
	ErrBeforeDelivery = errs.Define(errs.Rule, "invoice.before_delivery", "An invoice isn't dated before its goods left.", "开票日期不能早于发货日期。", "ARV-04")
	ErrNoAmount       = errs.Define(errs.Rule, "receipt.no_amount", "The amount must be above 0.", "金额必须大于 0。", "ARV-01")
	ErrTwice          = errs.Define(errs.Rule, "receivable.named_twice", "The same document is named twice.", "同一单据被重复引用。")
)

// The refusals of corrections, write-offs and returns.
var (
	ErrOverCredited = errs.Define(errs.Rule, "invoice.more_than_invoiced",
		"No more is credited than was invoiced: {left} is left.", "更正金额不能超过已开票金额:剩余 {left}。", "ARV-06")
	ErrQuantityLeft = errs.Define(errs.Rule, "invoice.quantity_left",
		"No more is credited than was invoiced: a quantity of {left} is left on this line.", "更正数量不能超过已开票数量:本行剩余 {left}。", "ARV-06")
	ErrLinesNeeded = errs.Define(errs.Rule, "invoice.correction_form",
		"A return or a quantity is corrected by quantities of lines, a price or a duplicate by amounts.", "退货或数量更正须按行填写数量;价格或重复开票更正须填写金额。", "ARV-06")
	ErrCause          = errs.Define(errs.Rule, "invoice.wrong_cause", "This kind of document isn't for this cause.", "该单据类型不适用于此原因。", "ARV-06")
	ErrNoLine         = errs.Define(errs.Rule, "invoice.unknown_line", "The invoice has no such line.", "发票无此明细行。")
	ErrNotCorrectable = errs.Define(errs.Conflict, "invoice.not_correctable",
		"Only what a customer was asked to pay is corrected.", "只有应收单据可以更正。", "ARV-06")
	ErrHasCredits = errs.Define(errs.Conflict, "invoice.has_corrections",
		"This invoice was corrected or written off; correct what is left of it.", "该发票已有贷项、调整或坏账核销,不能整张冲销。", "ARV-06")
	ErrOverRecovered = errs.Define(errs.Rule, "write_off.not_so_much",
		"Of this write-off only {left} hasn't come in.", "该坏账未收回金额仅 {left}。", "ARV-07")
	ErrNotLeft = errs.Define(errs.Conflict, "goods_return.not_left",
		"These goods haven't left; unload them instead.", "货物尚未出厂,请办理卸货。", "SHP-20")
	ErrOverReturned = errs.Define(errs.Rule, "goods_return.more_than_delivered",
		"More comes back than was delivered: {left} is left.", "退货数量超过已交付数量:剩余 {left}。", "SHP-20")
	ErrReturned = errs.Define(errs.Rule, "invoice.goods_returned",
		"These goods came back; they aren't invoiced.", "该货物已退回,不能开票。", "SHP-20")
)

// The refusals of bills, deposits and remittances.
var (
	ErrCurrency = errs.Define(errs.Rule, "receipt.other_currency",
		"Receipts are booked in CNY; have the bank change the money first.", "收款仅以人民币入账,请先结汇。", "ARV-01")
	ErrBillNeeded = errs.Define(errs.Rule, "receipt.bill",
		"An acceptance bill says its number, drawer, acceptor, issue and maturity dates; other receipts have no bill.", "承兑汇票收款须填写票据信息;其他方式不填。", "ARV-01")
	ErrBillDates = errs.Define(errs.Rule, "bill.dates", "A bill is issued before it is received and matures after it was issued.", "汇票出票日不得晚于收票日,到期日须晚于出票日。", "ARV-01")
	ErrBillTwice = pg.Constraint("acceptance_bills_number", errs.Define(errs.Conflict, "bill.same_number",
		"A bill with this number was taken already.", "该票号的汇票已入账。", "ARV-01"))
	ErrBillState     = errs.Define(errs.Conflict, "bill.wrong_state", "This can't be done with a bill that is {state}.", "汇票当前状态({state})不允许此操作。", "ARV-01")
	ErrBillNotMature = errs.Define(errs.Rule, "bill.not_mature", "The bill matures on {matures_on}; before, it is neither paid nor refused.", "汇票 {matures_on} 到期,到期前不能兑付或拒付。", "ARV-01")
	ErrBillMature    = errs.Define(errs.Rule, "bill.mature", "The bill matured on {matures_on}; present it for payment.", "汇票已于 {matures_on} 到期,应提示付款。", "ARV-01")
	ErrBillCost      = errs.Define(errs.Rule, "bill.cost", "Discounting costs less than the bill's amount.", "贴现利息须小于票面金额。", "ARV-01")
	ErrOtherOrder    = errs.Define(errs.Rule, "receipt.other_order", "This payer has no such order under way.", "该付款方没有此进行中的订单。", "ARV-01")
	ErrRefundDate    = errs.Define(errs.Rule, "refund.before_receipt", "Money isn't paid back before it came.", "退款日期不得早于收款日期。", "ARV-01")
	ErrRefunded      = errs.Define(errs.Conflict, "receipt.refunded", "Some of it was paid back; reverse the refund first.", "该收款已有退款,请先冲销退款。", "ARV-01")
	ErrRefundReason  = errs.Define(errs.Rule, "refund.reason", "A refund says why, in at most 1,000 characters.", "退款须填写原因(不超过 1000 字)。", "ARV-01")
	ErrNothingNamed  = errs.Define(errs.Rule, "receipt.nothing_named",
		"The reference names no open invoice, order or statement of this payer.", "附言中未找到该付款方的未付发票、订单或对账单号。", "ARV-01")
)

// The refusals of tax invoices.
var (
	ErrTaxForm = errs.Define(errs.Rule, "tax_invoice.bad_number",
		"A 数电票 has a number of 20 digits; a 增值税发票 has a code of 10 or 12 digits and a number of 8.", "数电票号码为 20 位数字;增值税发票为 10 或 12 位代码加 8 位号码。")
	ErrTaxTwice = pg.Constraint("tax_invoices_number", errs.Define(errs.Conflict, "tax_invoice.recorded_already",
		"This tax invoice is recorded already.", "该税务发票号码已登记。"))
	ErrTaxTooMuch = errs.Define(errs.Rule, "tax_invoice.too_much",
		"Tax invoices aren't more than what they are for: {left} is left.", "税务发票金额超过可开金额:剩余 {left}。")
	ErrTaxRed = errs.Define(errs.Rule, "tax_invoice.red_letter",
		"A correction's tax invoice names the one in blue letters that it takes from; an invoice's own names none.", "红字发票须指明对应的蓝字发票;蓝字发票不需要。")
	ErrTaxVoid   = errs.Define(errs.Conflict, "tax_invoice.void", "This tax invoice is void already.", "该税务发票已作废。")
	ErrTaxHasRed = errs.Define(errs.Conflict, "tax_invoice.has_red", "A red-letter invoice takes from this one; void that first.", "该发票已有红字发票,请先作废红字发票。")
)

var (
	_ = pg.Constraint("acceptance_bills_dates", ErrBillDates)
	_ = pg.Constraint("acceptance_bills_immutable", ErrImmutable)
	_ = pg.Constraint("refunds_amount", ErrNoAmount)
	_ = pg.Constraint("refunds_reason", ErrRefundReason)
	_ = pg.Constraint("tax_invoices_form", ErrTaxForm)
	_ = pg.Constraint("tax_invoices_red", ErrTaxRed)
	_ = pg.Constraint("invoices_settled", ErrOverPaid)
	_ = pg.Constraint("write_offs_recovered", ErrOverRecovered)
	_ = pg.Constraint("receipts_reference", ErrSameReference)
	_ = pg.Constraint("receipts_same_reference", ErrSameReference)
	_ = pg.Constraint("receipts_not_over_allocated", ErrNotFree)
	_ = pg.Constraint("invoices_paid", ErrOverPaid)
	_ = pg.Constraint("invoices_reversed_once", ErrReversed)
	_ = pg.Constraint("posted_documents_immutable", ErrImmutable)
)
