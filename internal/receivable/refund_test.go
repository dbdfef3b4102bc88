package receivable_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// What is paid back is no prepayment any more: at, below and above what is free; and back again when the bank returns it.
func TestARV01_APrepaymentIsPaidBack(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("300.00", -5)
	r, err := b.receive("1000.00", receivable.Share{InvoiceID: v.ID, Amount: money("300.00")})
	if err != nil {
		t.Fatal(err)
	}
	at := "/v1/receipts/" + r.ID.String()
	finance := b.As("finance")
	body := func(amount string) object {
		return object{"amount": amount, "method": "bank_transfer", "reference": "B-1", "reason": "订单取消,退还预付款"}
	}
	b.As("clerk").Post(at+"/refunds", body("1.00")).Want(403)
	finance.Post(at+"/refunds", body("700.01")).WantProblem(422, "receipt.not_enough_left")
	finance.Post(at+"/refunds", body("0.00")).Want(422)
	early := body("1.00")
	early["refunded_on"] = today(b.Env, -1)
	finance.Post(at+"/refunds", early).WantProblem(422, "refund.before_receipt")
	early["refunded_on"] = today(b.Env, 1)
	finance.Post(at+"/refunds", early).Want(422)
	got := finance.Post(at+"/refunds", body("699.99")).Want(200)
	if got.String("free") != "0.01" || got.String("refunds.0.amount") != "699.99" || got.String("allocated") != "999.99" {
		t.Errorf("%s", got.Body)
	}
	want(t, "prepaid", b.position().Account.Prepaid, "0.01")
	finance.Post(at+"/reverse", object{"reason": "x"}).WantProblem(409, "receipt.refunded")
	refund := at + "/refunds/" + got.String("refunds.0.id") + "/reverse"
	finance.Post(refund, object{"reason": "账号有误,银行退回"}).Want(200)
	finance.Post(refund, object{"reason": "x"}).WantProblem(409, "receivable.reversed_already")
	finance.Post(at+"/refunds/"+uuid.NewString()+"/reverse", object{"reason": "x"}).WantProblem(404, "resource.not_found")
	want(t, "prepaid", b.position().Account.Prepaid, "700.00")
	finance.Post(at+"/reverse", object{"reason": "x"}).Want(200)
	finance.Post(at+"/refunds", body("1.00")).WantProblem(409, "receivable.reversed_already")
	b.agree()
}

// Nobody gets the same money back twice, nor money that pays an invoice in the same moment.
func TestARV01_RaceOfRefundsAndAllocations(t *testing.T) {
	t.Parallel()
	b := open(t)
	v := b.owe("1000.00", -5)
	r, err := b.receive("1000.00")
	if err != nil {
		t.Fatal(err)
	}
	finance := b.Principal("finance")
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			err := b.DB.Tx(context.Background(), finance.Origin("race"), func(tx pg.Tx) error {
				if i%2 == 0 {
					_, err := b.svc.Allocate(tx, finance, r.ID, nil, []receivable.Share{{InvoiceID: v.ID, Amount: money("250.00")}}, "")
					return err
				}
				_, err := b.svc.PostRefund(tx, finance, r.ID, nil, receivable.NewRefund{Amount: money("400.00"), Method: receivable.Cash, RefundedOn: clock.Today(tx.Now), Reason: "退款"})
				return err
			})
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, receivable.ErrNotFree) && !errors.Is(err, receivable.ErrOverPaid) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() < 2 {
		t.Errorf("%d won", won.Load())
	}
	b.agree()
}

// What is set aside for an order is free again when the order is cancelled, and not before.
func TestARV01_ADepositOfACancelledOrderIsFreeAgain(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	r, err := s.receive("500.00")
	if err != nil {
		t.Fatal(err)
	}
	at := "/v1/receipts/" + r.ID.String()
	s.As("clerk").Post(at+"/deposits/"+s.order, object{"amount": "400.00"}).Want(200)
	free := func() (n int) {
		s.Tx(func(tx pg.Tx) (err error) { n, err = s.svc.FreeDeposits(tx, 10); return err })
		return n
	}
	if n := free(); n != 0 {
		t.Errorf("%d freed of an order that goes on", n)
	}
	s.As("finance").Post(at+"/refunds", object{"amount": "100.01", "method": "cash", "reason": "退"}).WantProblem(422, "receipt.not_enough_left")
	s.Tx(func(tx pg.Tx) error {
		return pg.One(tx.Exec("UPDATE orders SET state = 'cancelled', ended_at = now(), untold_since = NULL WHERE id = ?", s.order))
	})
	if n := free(); n != 1 {
		t.Errorf("%d freed", n)
	}
	if n := free(); n != 0 {
		t.Errorf("%d freed twice", n)
	}
	if got := s.As("clerk").Get(at).Want(200); got.String("free") != "500.00" || got.String("covering") != "0.00" {
		t.Errorf("%s", got.Body)
	}
	s.As("finance").Post(at+"/refunds", object{"amount": "500.00", "method": "cash", "reason": "退还定金"}).Want(200)
	s.agree()
}

// A customer asks on the phone whether its money came: by day, amount, number or the bank's reference.
func TestARV01_ReceiptsAreFoundByWhatACustomerKnows(t *testing.T) {
	t.Parallel()
	b := open(t)
	for i, amount := range []string{"100.00", "250.00", "100.00"} {
		b.As("clerk").Post("/v1/receipts", object{
			"customer_id": b.customer.ID, "amount": amount, "method": "bank_transfer", "reference": "B-" + string(rune('1'+i)), "received_on": today(b.Env, -i),
		}).Want(201)
	}
	clerk := b.As("clerk")
	own := clerk.Get("/v1/receipts?number=B-2").Want(200).String("data.0.number")
	for query, n := range map[string]int{
		"number=B-2": 1, "number=" + own: 1, "number=B-9": 0, "amount=100.00": 2, "amount=100": 2, "amount=100.01": 0,
		"received_from=" + today(b.Env, -1): 2, "received_until=" + today(b.Env, -1): 2, "received_from=" + today(b.Env, 0) + "&received_until=" + today(b.Env, 0): 1,
		"amount=100.00&received_until=" + today(b.Env, -2): 1,
	} {
		if l := clerk.Get("/v1/receipts?" + query).Want(200); l.Len("data") != n {
			t.Errorf("%s: %d receipts, want %d", query, l.Len("data"), n)
		}
	}
	clerk.Get("/v1/receipts?amount=x").Want(400)
	if l := b.As("rep3").Get("/v1/receipts?number=B-2").Want(200); l.Len("data") != 0 { // ORG-06
		t.Errorf("%s", l.Body)
	}
}
