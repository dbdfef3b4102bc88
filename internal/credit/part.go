package credit

// Part is one of the sums of which an exposure is made (CRD-11).
type Part string

// The parts. Prepaid reduces the exposure, the others make it.
const (
	Receivable Part = "receivable" // invoiced, unpaid
	Shipped    Part = "shipped"    // shipped, not invoiced
	Released   Part = "released"   // released for shipping, not shipped
	Prepaid    Part = "prepaid"    // received, not yet allocated
)

// Types of the documents that cause movements.
const (
	DocNotice       = "shipping_notice"
	DocDeliveryNote = "delivery_note"
	DocInvoice      = "invoice"
	DocReversal     = "reversal"
	DocReceipt      = "receipt"
	DocAllocation   = "allocation"
	DocOpening      = "opening"
	DocCreditNote   = "credit_note"
	DocAdjustment   = "adjustment"
	DocWriteOff     = "write_off"
	DocReturn       = "goods_return"
	DocCorrection   = "delivery_correction"
	DocRefund       = "refund"
)
