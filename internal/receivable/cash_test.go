package receivable_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/shipping"
)

// used fails the test unless so much of a receipt is allocated.
func (s *shop) used(r receivable.Receipt, allocated string) {
	s.t.Helper()
	if got := s.As("clerk").Get("/v1/receipts/" + r.ID.String()).Want(200); got.String("allocated") != allocated {
		s.t.Errorf("%s allocated, want %s: %s", got.String("allocated"), allocated, got.Body)
	}
}

func (s *shop) got(amount string) receivable.Receipt {
	s.t.Helper()
	r, err := s.receive(amount)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// brought writes down cash of another day.
func (s *shop) brought(amount string, day int) receivable.Receipt {
	s.t.Helper()
	id := s.As("clerk").Post("/v1/receipts", object{"customer_id": s.customer.ID, "method": "cash", "received_on": today(s.Env, day), "amount": amount}).Want(201).ID()
	return receivable.Receipt{ID: uuid.MustParse(id)}
}

// SHP-11: cash that was brought back pays the invoice of its delivery when that is posted, the oldest money first, one fen short and one over.
func TestSHP11_CashBroughtBackPaysItsInvoice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ second, paid, used, left string }{
		{"49.89", "99.89", "49.89", "0.01"}, {"49.90", "99.90", "49.90", "0.00"}, {"49.91", "99.90", "49.90", "0.00"},
	} {
		t.Run(c.second, func(t *testing.T) {
			t.Parallel()
			s := trade(t, netDays(30))
			note := s.ship(shipping.COD, "10")
			second, first := s.got(c.second), s.brought("50.00", -1) // written down last, it came first
			v := s.post(note, nil).Want(201)
			if v.String("paid") != c.paid || v.String("open") != c.left {
				t.Errorf("%s", v.Body)
			}
			if read := s.As("clerk").Get("/v1/invoices/" + v.ID()).Want(200); read.String("paid") != c.paid || read.String("etag") != v.String("etag") {
				t.Errorf("posted %s, stored %s", v.Body, read.Body)
			}
			s.used(first, "50.00")
			s.used(second, c.used)
			if tl := s.As("clerk").Get("/v1/receipts/" + first.ID.String() + "/timeline").Want(200); tl.Len("data") != 2 {
				t.Errorf("the receipt doesn't tell where its money went: %s", tl.Body)
			}
			s.agree()
		})
	}
}

// What is set aside for an order or a payment-first notice pays no cash delivery, and free money pays nothing that may wait or has a cover of its own.
func TestSHP11_CashTakesFreeMoneyOnlyAndForItsOwnGoodsOnly(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	covering := s.got("99.90")
	s.release(shipping.Prepaid, "10")
	cod, credit := s.ship(shipping.COD, "10"), s.ship(shipping.Credit, "10")
	other := s.As("rep1").Post("/v1/orders", object{
		"customer_id": s.customer.ID, "submit": true, "lines": []object{{"product_id": s.product(), "quantity": "100", "price": "9.99"}},
	}).Want(201).ID()
	deposited := s.got("40.00")
	s.As("clerk").Post("/v1/receipts/"+deposited.ID.String()+"/deposits/"+other, object{"amount": "40.00"}).Want(200)
	free := s.got("150.00")
	v := s.As("clerk").Post("/v1/invoices", object{"delivery_note_ids": []uuid.UUID{cod, credit}}).Want(201)
	if v.String("total") != "199.80" || v.String("paid") != "99.90" {
		t.Errorf("%s", v.Body)
	}
	s.used(free, "99.90")
	s.used(deposited, "0.00")
	s.used(covering, "0.00")
	if v := s.post(s.ship(shipping.Credit, "1"), nil).Want(201); v.String("paid") != "0.00" {
		t.Errorf("free money paid what may wait: %s", v.Body)
	}
	s.agree()
}

// The deposit of the cash order itself goes first, and free money pays what it leaves.
func TestSHP11_ADepositOfTheCashOrderGoesFirst(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	free, aside := s.got("80.00"), s.aside("60.00")
	v := s.post(s.ship(shipping.COD, "10"), nil).Want(201)
	if v.String("open") != "0.00" {
		t.Errorf("%s", v.Body)
	}
	s.used(aside, "60.00")
	s.used(free, "39.90")
	s.agree()
}

// Two invoices of cash deliveries at once don't take the same money twice.
func TestSHP11_RaceOfCashInvoicesForOneReceipt(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	var notes []uuid.UUID
	for range 4 {
		notes = append(notes, s.ship(shipping.COD, "10"))
	}
	r := s.got("250.00")
	done := make(chan error, len(notes))
	for _, n := range notes {
		go func() {
			done <- s.as(func(tx pg.Tx) error {
				_, err := s.svc.PostInvoice(tx, s.clerk, receivable.NewInvoice{DeliveryNoteIDs: []uuid.UUID{n}})
				return err
			})
		}()
	}
	for range notes {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	s.used(r, "250.00")
	p := s.position()
	want(t, "receivable", p.Account.Receivable, "149.60")
	want(t, "prepaid", p.Account.Prepaid, "0.00")
	s.agree()
}
