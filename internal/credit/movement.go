package credit

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
)

// Movement changes one part of an account. Make it with the functions of this file, which know what each document does.
type Movement struct {
	Part         Part
	Amount       decimal.Decimal // CNY, signed; rounded to the fen
	DocumentType string          // what caused it
	DocumentID   uuid.UUID
	ItemID       uuid.UUID  // whose remainder it moves; uuid.Nil means DocumentID
	DueOn        *time.Time // of a positive receivable movement
	Reason       string

	// HappenedOn is the business date of what is booked: when the money came, when it was invoiced. The trade record goes by
	// it, however late it is booked (CRD-08). Zero is today.
	HappenedOn time.Time

	// Clamp takes at most what is left of the item; without it, taking more than is left is ErrTakesTooMuch.
	Clamp bool
	// Rest takes all that is left of the item, whatever Amount says.
	Rest bool
}

// The reasons of movements. The trade record (CRD-08) is read by them.
const (
	reasonReleased   = "released"
	reasonUnreleased = "released no more"
	reasonShipped    = "shipped"
	reasonUnshipped  = "didn't leave"
	reasonInvoiced   = "invoiced"
	reasonUninvoiced = "invoice reversed"
	reasonPaid       = "paid"
	reasonUnpaid     = "payment reversed"
	reasonPrepaid    = "received ahead"
	reasonUsed       = "prepayment used"
	reasonOpening    = "opening balance"
	reasonCredited   = "credited"
	reasonAdjusted   = "adjusted"
	reasonWrittenOff = "written off"
	reasonRecovered  = "recovered"
	reasonReturned   = "came back"
	reasonCorrected  = "delivery note corrected"
)

// FromNote is an amount taken over from one delivery note.
type FromNote struct {
	Note   uuid.UUID
	Amount decimal.Decimal
}

// ReleaseMove counts a released notice in the exposure (CRD-11).
func ReleaseMove(notice uuid.UUID, amount decimal.Decimal) Movement {
	return Movement{Part: Released, Amount: amount, DocumentType: DocNotice, DocumentID: notice, Reason: reasonReleased}
}

// UnreleaseMove gives back what is left of a notice that is cancelled or changed before dispatch (SHP-21).
func UnreleaseMove(notice uuid.UUID) Movement {
	return Movement{Part: Released, DocumentType: DocNotice, DocumentID: notice, Rest: true, Reason: reasonUnreleased}
}

// ShipMoves moves what left with a delivery note from released to shipped. The notice gives at most what is left of it,
// so what was shipped above the notice is added and never makes the notice negative; final gives back all of its rest
// (the last dispatch of a notice, however short).
func ShipMoves(notice, note uuid.UUID, amount decimal.Decimal, final bool) []Movement {
	return []Movement{
		{Part: Released, Amount: amount.Neg(), DocumentType: DocDeliveryNote, DocumentID: note, ItemID: notice, Clamp: true, Rest: final, Reason: reasonShipped},
		{Part: Shipped, Amount: amount, DocumentType: DocDeliveryNote, DocumentID: note, Reason: reasonShipped},
	}
}

// LeftMove counts what left although no notice had it (SHP-14).
func LeftMove(note uuid.UUID, amount decimal.Decimal) Movement {
	return Movement{Part: Shipped, Amount: amount, DocumentType: DocDeliveryNote, DocumentID: note, Reason: reasonShipped}
}

// UnshipMoves undoes ShipMoves for goods that never left the gate: the rest of the delivery note goes back, and amount
// is released again.
func UnshipMoves(notice, note uuid.UUID, amount decimal.Decimal) []Movement {
	return []Movement{
		{Part: Shipped, DocumentType: DocDeliveryNote, DocumentID: note, Rest: true, Reason: reasonUnshipped},
		{Part: Released, Amount: amount, DocumentType: DocDeliveryNote, DocumentID: note, ItemID: notice, Reason: reasonUnshipped},
	}
}

// CorrectMove changes what a delivery note counts as shipped by what it turned out to be wrong by (SHP-14). Taking off more than isn't invoiced is
// ErrTakesTooMuch.
func CorrectMove(correction, note uuid.UUID, amount decimal.Decimal) Movement {
	return Movement{Part: Shipped, Amount: amount, DocumentType: DocCorrection, DocumentID: correction, ItemID: note, Reason: reasonCorrected}
}

// InvoiceMoves moves goods from shipped to receivable. The invoice's total counts in full; each delivery note gives at
// most what is left of it, so an invoice above the note never makes the note negative.
func InvoiceMoves(invoice uuid.UUID, total decimal.Decimal, invoicedOn, dueOn time.Time, from ...FromNote) []Movement {
	moves := make([]Movement, 0, len(from)+1)
	for _, f := range from {
		moves = append(moves, Movement{Part: Shipped, Amount: f.Amount.Neg(), DocumentType: DocInvoice, DocumentID: invoice, ItemID: f.Note, Clamp: true, HappenedOn: invoicedOn, Reason: reasonInvoiced})
	}
	return append(moves, Movement{Part: Receivable, Amount: total, DocumentType: DocInvoice, DocumentID: invoice, DueOn: &dueOn, HappenedOn: invoicedOn, Reason: reasonInvoiced})
}

// ReverseInvoiceMoves undoes InvoiceMoves: what is left of the invoice is owed no more, and the delivery notes are
// shipped-not-invoiced again. Payments allocated to the invoice are taken off it before (UnpayMove).
func ReverseInvoiceMoves(reversal, invoice uuid.UUID, from ...FromNote) []Movement {
	moves := []Movement{{Part: Receivable, DocumentType: DocReversal, DocumentID: reversal, ItemID: invoice, Rest: true, Reason: reasonUninvoiced}}
	for _, f := range from {
		moves = append(moves, Movement{Part: Shipped, Amount: f.Amount, DocumentType: DocReversal, DocumentID: reversal, ItemID: f.Note, Reason: reasonUninvoiced})
	}
	return moves
}

// PayMove pays (part of) an invoice. Paying more than is open is ErrTakesTooMuch: the rest of a receipt is a prepayment.
// receivedOn is when the money came.
func PayMove(documentType string, document, invoice uuid.UUID, amount decimal.Decimal, receivedOn time.Time) Movement {
	return Movement{Part: Receivable, Amount: amount.Neg(), DocumentType: documentType, DocumentID: document, ItemID: invoice, HappenedOn: receivedOn, Reason: reasonPaid}
}

// UnpayMove takes a payment off an invoice again, which is then due as it was. document is the payment's own: the trade
// record leaves both out (CRD-08).
func UnpayMove(documentType string, document, invoice uuid.UUID, amount decimal.Decimal, dueOn time.Time) Movement {
	return Movement{Part: Receivable, Amount: amount, DocumentType: documentType, DocumentID: document, ItemID: invoice, DueOn: &dueOn, Reason: reasonUnpaid}
}

// PrepayMove books what was received and not allocated (ARV-01).
func PrepayMove(documentType string, document, receipt uuid.UUID, amount decimal.Decimal) Movement {
	return Movement{Part: Prepaid, Amount: amount, DocumentType: documentType, DocumentID: document, ItemID: receipt, Reason: reasonPrepaid}
}

// UsePrepaidMove takes from a receipt's unallocated rest: to allocate it, to pay it back, to reverse it. Taking more than
// is left is ErrTakesTooMuch.
func UsePrepaidMove(documentType string, document, receipt uuid.UUID, amount decimal.Decimal) Movement {
	return Movement{Part: Prepaid, Amount: amount.Neg(), DocumentType: documentType, DocumentID: document, ItemID: receipt, Reason: reasonUsed}
}

// AllocateMoves allocates an amount of a receipt's rest to an invoice; it is paid since the receipt's money came.
func AllocateMoves(allocation, receipt, invoice uuid.UUID, amount decimal.Decimal, receivedOn time.Time) []Movement {
	return []Movement{
		UsePrepaidMove(DocAllocation, allocation, receipt, amount),
		PayMove(DocAllocation, allocation, invoice, amount, receivedOn),
	}
}

// OpeningMove brings an open item of the books before salesgate into the ledger.
func OpeningMove(item uuid.UUID, amount decimal.Decimal, dueOn time.Time) Movement {
	return Movement{Part: Receivable, Amount: amount, DocumentType: DocOpening, DocumentID: item, DueOn: &dueOn, Reason: reasonOpening}
}

// CreditMoves lowers what is open of an invoice by a credit note or an adjusting document (ARV-06). What the invoice had taken from
// delivery notes and takes no longer is shipped-not-invoiced again; goods that came back aren't named.
func CreditMoves(documentType string, document, invoice uuid.UUID, amount decimal.Decimal, on time.Time, again ...FromNote) []Movement {
	moves := []Movement{{Part: Receivable, Amount: amount.Neg(), DocumentType: documentType, DocumentID: document, ItemID: invoice, HappenedOn: on, Reason: reasonCredited}}
	for _, f := range again {
		moves = append(moves, Movement{Part: Shipped, Amount: f.Amount, DocumentType: documentType, DocumentID: document, ItemID: f.Note, Reason: reasonUninvoiced})
	}
	return moves
}

// AdjustMove adds what an adjusting document asks for beyond its invoice (ARV-06): an open item of its own.
func AdjustMove(document uuid.UUID, amount decimal.Decimal, on, dueOn time.Time) Movement {
	return Movement{Part: Receivable, Amount: amount, DocumentType: DocAdjustment, DocumentID: document, DueOn: &dueOn, HappenedOn: on, Reason: reasonAdjusted}
}

// WriteOffMove takes bad debt out of the exposure (ARV-07). It is no payment: the trade record leaves it out.
func WriteOffMove(writeOff, invoice uuid.UUID, amount decimal.Decimal) Movement {
	return Movement{Part: Receivable, Amount: amount.Neg(), DocumentType: DocWriteOff, DocumentID: writeOff, ItemID: invoice, Reason: reasonWrittenOff}
}

// RecoverMove brings written-off debt back as it was due, for the payment that has come in after all (ARV-07).
func RecoverMove(recovery, invoice uuid.UUID, amount decimal.Decimal, dueOn time.Time) Movement {
	return Movement{Part: Receivable, Amount: amount, DocumentType: DocWriteOff, DocumentID: recovery, ItemID: invoice, DueOn: &dueOn, Reason: reasonRecovered}
}

// ReturnMoves takes goods that came back before they were invoiced out of what is shipped and not invoiced (SHP-20).
func ReturnMoves(goodsReturn uuid.UUID, from ...FromNote) []Movement {
	moves := make([]Movement, len(from))
	for i, f := range from {
		moves[i] = Movement{Part: Shipped, Amount: f.Amount.Neg(), DocumentType: DocReturn, DocumentID: goodsReturn, ItemID: f.Note, Reason: reasonReturned}
	}
	return moves
}
