package shipping_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
)

// slip uploads a bank slip as somebody.
func (w *world) slip(who string) string {
	w.t.Helper()
	return w.As(who).With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=slip.pdf", "%PDF-1.7 example").Want(201).ID()
}

// receipt books money and returns the receipt.
func (w *world) receipt(sum, method, reference string) apitest.Answer {
	w.t.Helper()
	return w.As("clerk").Post("/v1/receipts", object{
		"customer_id": w.customer, "amount": sum, "method": method, "reference": reference, "received_on": w.day(0),
	}).Want(201)
}

// A payment that names no bank slip is none to release by, until its slip is on the notice (SHP-10): put there by the rep or by finance.
func TestSHP10_APaymentNeedsItsEvidence(t *testing.T) {
	w := open(t, "0")
	w.receipt("100", "cash", "")
	n := w.write(w.draft("prepaid", "40"))
	refused := w.verb("clerk", n, "check", object{}).WantProblem(422, "shipping.no_evidence")
	if refused.String("decision.outcome") != "refused" {
		t.Fatalf("%s", refused.Body)
	}
	w.wantExposure("0", "0", "0", "100")
	w.verb("clerk", n, "check", object{"attachment_ids": []string{w.slip("rep1")}}).WantProblem(422, "attachment.unknown") // another's upload
	w.verb("clerk", n, "check", object{"attachment_ids": []string{w.slip("clerk")}}).Want(200)
	w.wantState(n, "released")
	shown := w.As("rep1").Get(notices + n).Want(200)
	if shown.At("figures.papers") != 1.0 || shown.Len("attachments") != 1 {
		t.Errorf("%s", shown.Body)
	}
	file := "/v1/attachments/" + shown.String("attachments.0.id")
	w.As("rep1").Get(file).Want(200)
	w.As("keeper").Get(file).Want(404) // ORD-03: it shows money
	if w.As("keeper").Get(notices+n).At("attachments") != nil {
		t.Error("the keeper sees the slips")
	}

	body := w.draft("prepaid", "40") // the rep brings the slip with the notice
	body["attachment_ids"] = []string{w.slip("rep1")}
	other := w.write(body)
	w.verb("clerk", other, "check", object{}).Want(200)
	w.wantState(other, "released")
}

// Finance names the payments that cover the notice: those are taken and no others (SHP-10).
func TestSHP10_FinanceNamesThePayment(t *testing.T) {
	w := open(t, "0")
	older, newer := w.receipt("50", "bank_transfer", "B-1").ID(), w.receipt("50", "bank_transfer", "B-2")
	gone := w.receipt("50", "bank_transfer", "B-3")
	w.As("finance").Post("/v1/receipts/"+gone.ID()+"/reverse", object{"reason": "记错"}).Want(200)
	n := w.write(w.draft("prepaid", "50"))
	for _, wrong := range []string{gone.ID(), uuid.NewString()} {
		w.verb("clerk", n, "check", object{"receipt_ids": []string{newer.ID(), wrong}}).WantProblem(422, "shipping.unknown_payment")
	}
	more := w.write(w.draft("prepaid", "50.01"))
	w.verb("clerk", more, "check", object{"receipt_ids": []string{newer.ID()}}).WantProblem(422, "shipping.not_covered") // the older one is there, but wasn't named
	done := w.verb("clerk", n, "check", object{"receipt_ids": []string{newer.ID(), newer.ID()}}).Want(200)
	if done.Len("figures.receipts") != 1 || done.String("figures.receipts.0") != newer.String("number") {
		t.Errorf("%s", done.Body)
	}
	if free := w.As("clerk").Get("/v1/receipts/" + older).Want(200).String("free"); free != "50.00" {
		t.Errorf("of the other receipt %s is free", free)
	}
	w.wantExposure("0", "0", "50", "100")
}

// What isn't invoiced of a cash delivery is owed at once when it is (SHP-11): the day of the invoice is its last day.
func TestSHP11_CashNotBroughtBackIsDueAtOnce(t *testing.T) {
	w := open(t, "1000") // its terms are 30 days
	n := w.checked("cod", "100")
	w.verb("gm", n, "release", object{}).Want(200)
	note := w.dispatch(n, "100").Want(201).ID()
	invoice := w.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []string{note}}).Want(201)
	if invoice.String("due_on") != w.day(0) {
		t.Fatalf("due on %s", invoice.String("due_on"))
	}
	late := w.checked("credit", "1")
	w.wantState(late, "checked") // on the day nothing is overdue
	w.forward(1)
	next := w.write(w.draft("credit", "1"))
	w.verb("clerk", next, "check", object{}).Want(200)
	w.wantState(next, "blocked") // the day after it is
	w.wantExposure("100", "0", "0", "0")
}

// truck plans a truck for a notice and returns its transport notice.
func (w *world) truck(notice string) string {
	w.t.Helper()
	carrier := w.As("keeper").Post("/v1/carriers", object{"name": "云岭示例物流" + uuid.NewString()[:8]}).Want(201).ID()
	return w.As("rep1").Post("/v1/transport-notices", object{
		"shipping_notice_id": notice, "carrier_id": carrier, "vehicle": "浙A·12345", "driver": "吴示例", "driver_phone": "13800000077",
		"pickup_on": w.day(3), "to_region": "海角",
	}).Want(201).ID()
}

// No truck comes for a notice whose emergency release, or whose approval by phone, is denied.
func TestSHP15_ADenialEndsItsTrucks(t *testing.T) {
	w := open(t, "1000")
	notice, id := w.emergency("10")
	planned := w.truck(notice)
	w.confirm("quality", id, false).Want(200)
	if got := w.As("keeper").Get("/v1/transport-notices/" + planned).Want(200).String("state"); got != "cancelled" {
		t.Errorf("the truck is %s", got)
	}
}
