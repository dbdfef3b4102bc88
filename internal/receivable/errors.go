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
	ErrInUse = errs.Define(errs.Conflict, "receipt.covers_notice",
		"Part of this receipt is set aside for a payment-first shipment; cancel that notice first.", "该收款已用于款到发货,请先取消相应发货通知。", "SHP-10")
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

var (
	_ = pg.Constraint("receipts_reference", ErrSameReference)
	_ = pg.Constraint("receipts_not_over_allocated", ErrNotFree)
	_ = pg.Constraint("invoices_paid", ErrOverPaid)
	_ = pg.Constraint("invoices_reversed_once", ErrReversed)
	_ = pg.Constraint("posted_documents_immutable", ErrImmutable)
)
