package statement_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// allot pays an invoice with money that is there.
func (b *books) allot(r receivable.Receipt, v receivable.Invoice, amount string) {
	b.t.Helper()
	b.As("clerk").Post("/v1/receipts/"+r.ID.String()+"/allocate", object{"allocations": []object{{"invoice_id": v.ID, "amount": amount}}}).Want(200)
}

// adjust posts an adjusting document of an invoice: less of it, or more beside it.
func (b *books) adjust(v receivable.Invoice, amount string, raise bool) uuid.UUID {
	b.t.Helper()
	var made receivable.Invoice
	err := b.DB.Tx(context.Background(), b.clerk.Origin("test"), func(tx pg.Tx) (err error) {
		made, err = b.App.Server.Receivables.Adjust(tx, b.clerk, receivable.Correction{
			InvoiceID: v.ID, Cause: receivable.CausePrice, Amount: money(amount), Raise: raise, Reason: "价格更正",
		})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return made.ID
}

// disputed is a sent statement whose one invoice is disputed for a reason; it returns where the dispute is resolved.
func disputed(t *testing.T, reason string) (*books, receivable.Invoice, string) {
	t.Helper()
	b, v, token, owed := sent(t)
	b.guest(token).Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": owed.ID, "reason": reason}}}).Want(200)
	path := "/v1/statements/" + v.ID.String()
	return b, owed, path + "/disputes/" + b.As("clerk").Get(path).Want(200).String("disputes.0.id") + "/resolve"
}

// Only a document that corrects the disputed one accepts the dispute: no other delivery, invoice, payment, or correction of something else.
func TestARV06_OnlyWhatCorrectsTheDisputedDocumentAcceptsTheDispute(t *testing.T) {
	t.Parallel()
	b, owed, resolve := disputed(t, "price")
	other := b.owe(b.customer, "700", "2026-11-01", "2026-11-30")
	receipt := b.receive(b.customer, "250", "2026-11-02")
	b.allot(receipt, owed, "250")
	for what, id := range map[string]uuid.UUID{
		"another delivery": b.ship(b.customer, "50"), "another invoice": other.ID, "a payment, for a price": receipt.ID,
		"a correction of another invoice": b.adjust(other, "10", false), "itself": owed.ID,
	} {
		if a := b.As("clerk").Post(resolve, object{"adjusting_document_id": id}); a.String("code") != "statement.not_adjusting" {
			t.Errorf("%s: %s", what, a.Body)
		}
	}
	a := b.As("clerk").Post(resolve, object{"adjusting_document_id": b.adjust(owed, "120", false)}).Want(200)
	if a.String("adjusted_after") != "-120.00" || a.String("agreed") != "880.00" {
		t.Errorf("%s", a.Body)
	}
	b.clean()
}

// An adjusting document that asks for more is an item of its own, and names the disputed one.
func TestARV06_AnAdjustingDocumentMayAskForMore(t *testing.T) {
	t.Parallel()
	b, owed, resolve := disputed(t, "quantity")
	a := b.As("clerk").Post(resolve, object{"adjusting_document_id": b.adjust(owed, "80", true)}).Want(200)
	if a.String("adjusted_after") != "80.00" || a.String("agreed") != "1080.00" {
		t.Errorf("%s", a.Body)
	}
}

// Of what the customer says is paid, the payment of the very document counts, and as far as it wasn't on the statement.
func TestARV06_APaymentCountsByWhatItPaysOfTheDocument(t *testing.T) {
	t.Parallel()
	b := open(t, "2026-10-05 10:00")
	owed := b.owe(b.customer, "1000", "2026-10-01", "2026-10-31")
	known := b.receive(b.customer, "300", "2026-10-05") // on the statement, as a prepayment
	b.at("2026-11-01 00:10")
	v := b.month("2026-10-01")
	b.at("2026-11-02 10:00")
	path := "/v1/statements/" + v.ID.String()
	token := b.As("clerk").Post(path+"/send", object{"via": "link"}).Want(200).String("token")
	b.guest(token).Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": owed.ID, "reason": "paid_already"}}}).Want(200)
	resolve := path + "/disputes/" + b.As("clerk").Get(path).Want(200).String("disputes.0.id") + "/resolve"
	b.As("clerk").Post(resolve, object{"adjusting_document_id": known.ID}).WantProblem(422, "statement.not_adjusting")
	b.allot(known, owed, "300")
	a := b.As("clerk").Post(resolve, object{"adjusting_document_id": known.ID}).Want(200)
	if a.String("closing.total") != "700.00" || a.String("adjusted_after") != "0.00" || a.String("agreed") != "700.00" {
		t.Errorf("%s", a.Body)
	}
	b.clean()
}
