package collection_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestARV05_APromiseAtBelowAndAboveWhatIsOpen(t *testing.T) {
	t.Parallel()
	d := open(t)
	first, second := d.owe("1000.00", 20), d.owe("500.00", 10)
	for amount, refused := range map[string]error{"1500.01": collection.ErrPromisedMore, "0.00": collection.ErrNoAmount} {
		if _, err := d.promise(amount, 3); !errors.Is(err, refused) {
			t.Errorf("%s: %v", amount, err)
		}
	}
	if _, err := d.promise("100.00", 3, collection.ItemAmount{InvoiceID: first.ID, Amount: yuan("99.99")}); !errors.Is(err, collection.ErrPromiseSum) {
		t.Errorf("items that don't add up: %v", err)
	}
	p, err := d.promise("1200.00", 3)
	if err != nil || len(p.Items) != 2 || p.Items[0].InvoiceID != first.ID || p.Items[1].InvoiceID != second.ID {
		t.Fatalf("%v %+v", err, p.Items)
	}
	want(t, "of the second", p.Items[1].Amount, "200.00")
	if _, err := d.promise("300.01", 5, collection.ItemAmount{InvoiceID: second.ID, Amount: yuan("300.01")}); !errors.Is(err, collection.ErrPromisedMore) {
		t.Errorf("more than is not promised: %v", err)
	}
	if _, err := d.promise("300.00", 5, collection.ItemAmount{InvoiceID: second.ID, Amount: yuan("300.00")}); err != nil {
		t.Errorf("the rest: %v", err)
	}
	other := d.oweBy(d.company("rep1"), "10.00", 1)
	if _, err := d.promise("10.00", 5, collection.ItemAmount{InvoiceID: other.ID, Amount: yuan("10.00")}); !errors.Is(err, collection.ErrUnknownItem) {
		t.Errorf("another payer's: %v", err)
	}
}

func TestARV05_TheDayOfAPromise(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.owe("1000.00", 20)
	if _, err := d.promise("10.00", -1); !errors.Is(err, collection.ErrPromiseDates) {
		t.Errorf("for yesterday: %v", err)
	}
	if _, err := d.promise("10.00", 0); err != nil {
		t.Errorf("for today: %v", err)
	}
	err := d.as(d.rep, func(tx pg.Tx) error {
		_, err := d.svc.CreatePromise(tx, d.rep, collection.NewPromise{
			CustomerID: d.customer.ID, PromisedBy: "李示例", Channel: collection.Phone, PromisedOn: d.day(1), PayBy: d.day(2), Amount: yuan("1"),
		})
		return err
	})
	if !errors.Is(err, collection.ErrPromiseDates) {
		t.Errorf("made tomorrow: %v", err)
	}
}

// Money counts by the day on which it came: on the promised day in time, the day after late.
func TestARV05_WhetherAPromiseWasKeptIsComputedFromReceipts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		amount string
		ago    int // the promise was for 30 days ago
		state  collection.PromiseState
	}{
		{"on the day", "100.00", 30, collection.PromiseKept},
		{"the day before", "100.00", 31, collection.PromiseKept},
		{"the day after", "100.00", 29, collection.PromiseBroken},
		{"a fen less", "99.99", 30, collection.PromisePartly},
		{"more", "100.01", 30, collection.PromiseKept},
	} {
		d := open(t)
		v := d.owe("1000.00", 60)
		p, err := d.promise("100.00", 0)
		if err != nil {
			t.Fatal(err)
		}
		d.moved(p, 30)
		d.pay(v, c.amount, c.ago)
		d.judge()
		if got := d.state(p); got != c.state {
			t.Errorf("%s: %s, want %s", c.name, got, c.state)
		}
	}
}

// What isn't allocated counts, but once.
func TestARV05_UnallocatedMoneyKeepsOnePromise(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.owe("1000.00", 60)
	first, err := d.promise("100.00", 0)
	if err != nil {
		t.Fatal(err)
	}
	second, err := d.promise("100.00", 1)
	if err != nil {
		t.Fatal(err)
	}
	d.moved(first, 30)
	d.moved(second, 30)
	d.book("150.00", 30)
	d.judge()
	if a, b := d.state(first), d.state(second); a != collection.PromiseKept || b != collection.PromisePartly {
		t.Errorf("%s, %s", a, b)
	}
}

// The rep is asked and finance informed of what wasn't kept; a receipt that is booked late takes that back; a bill that bounces breaks
// what was kept.
func TestARV05_BrokenPromisesTellTheRepAndFinance(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("1000.00", 60)
	p, err := d.promise("100.00", 0)
	if err != nil {
		t.Fatal(err)
	}
	d.moved(p, 30)
	d.judge()
	if d.state(p) != collection.PromiseBroken {
		t.Fatal(d.state(p))
	}
	for _, who := range []string{"rep1", "clerk"} {
		if n := d.As(who).Get("/v1/me/follow-ups").Want(200).Len("data"); n != 1 {
			t.Errorf("%s has %d follow-ups", who, n)
		}
	}
	if n := d.As("clerk").Get("/v1/overdue-items").Want(200).At("data.0.broken_promises"); n != 1.0 {
		t.Errorf("the list counts %v", n)
	}
	r := d.pay(v, "100.00", 31)
	d.judge()
	if d.state(p) != collection.PromiseKept || d.As("rep1").Get("/v1/me/follow-ups").Want(200).Len("data") != 0 {
		t.Errorf("%s after the receipt was booked", d.state(p))
	}
	if err := d.as(d.clerk, func(tx pg.Tx) error {
		_, err := d.App.Server.Receivables.ReverseReceipt(tx, d.clerk, r.ID, nil, "退票")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	d.judge()
	if d.state(p) != collection.PromiseBroken {
		t.Errorf("%s after the bill bounced", d.state(p))
	}
}

func TestARV05_APromiseIsJudgedAfterItsGrace(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.owe("1000.00", 60)
	p, err := d.promise("100.00", 0)
	if err != nil {
		t.Fatal(err)
	}
	d.judge()
	if d.state(p) != collection.PromiseOpen {
		t.Errorf("%s on its day", d.state(p))
	}
	d.moved(p, 15) // more than any row of holidays
	d.judge()
	if d.state(p) != collection.PromiseBroken {
		t.Errorf("%s after it", d.state(p))
	}
	if err := d.as(d.rep, func(tx pg.Tx) error {
		_, err := d.svc.WithdrawPromise(tx, d.rep, p.ID, nil, "登记错误")
		return err
	}); !errors.Is(err, collection.ErrPromiseOver) {
		t.Errorf("withdrawn afterwards: %v", err)
	}
}

func TestARV05_TheRecordOfPromises(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("1000.00", 60)
	rep := d.As("rep1")
	if r := rep.Get("/v1/customers/" + d.customer.ID.String() + "/promise-record").Want(200); r.At("share_kept") != nil {
		t.Errorf("%s", r.Body)
	}
	for range 2 {
		p, err := d.promise("100.00", 0)
		if err != nil {
			t.Fatal(err)
		}
		d.moved(p, 30)
	}
	withdrawn, err := d.promise("100.00", 0)
	if err != nil {
		t.Fatal(err)
	}
	path := "/v1/payment-promises/" + withdrawn.ID.String()
	rep.Post(path+"/withdraw", object{"reason": "登记错误"}).Want(200)
	rep.Post(path+"/withdraw", object{"reason": "登记错误"}).WantProblem(409, "promise.ended")
	d.pay(v, "100.00", 40)
	d.judge()
	r := rep.Get("/v1/customers/" + d.customer.ID.String() + "/promise-record").Want(200)
	if r.At("kept") != 1.0 || r.At("broken") != 1.0 || r.String("share_kept") != "50.00" || r.String("promised") != "200.00" {
		t.Errorf("%s", r.Body)
	}
	if l := rep.Get("/v1/payment-promises?state=broken&payer_id=" + d.customer.ID.String()).Want(200); l.Len("data") != 1 || l.Len("data.0.items") != 1 {
		t.Errorf("%s", l.Body)
	}
	if l := d.As("rep3").Get("/v1/payment-promises").Want(200); l.Len("data") != 0 { // ORG-06
		t.Errorf("%s", l.Body)
	}
}

// What was reversed can't be paid: such a promise is neither kept nor broken.
func TestARV05_APromiseAboutNothingLapses(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 60)
	p, err := d.promise("100.00", 0)
	if err != nil {
		t.Fatal(err)
	}
	d.moved(p, 30)
	if err := d.as(d.clerk, func(tx pg.Tx) error {
		_, err := d.App.Server.Receivables.ReverseInvoice(tx, d.clerk, v.ID, nil, "重复")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	d.judge()
	if d.state(p) != collection.PromiseLapsed {
		t.Errorf("%s", d.state(p))
	}
}

func TestARV05_RaceOfPromisesAboutOneItem(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 20)
	const n = 8
	var wg sync.WaitGroup
	won := make(chan bool, n)
	for range n {
		wg.Go(func() {
			_, err := d.promise("60.00", 3, collection.ItemAmount{InvoiceID: v.ID, Amount: yuan("60.00")})
			if err != nil && !errors.Is(err, collection.ErrPromisedMore) {
				t.Error(err)
			}
			won <- err == nil
		})
	}
	wg.Wait()
	close(won)
	winners := 0
	for ok := range won {
		if ok {
			winners++
		}
	}
	if winners != 1 {
		t.Errorf("%d promises about 60 of 100", winners)
	}
}

func TestPromiseConstraints(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.owe("100.00", 20)
	p, err := d.promise("100.00", 3)
	if err != nil {
		t.Fatal(err)
	}
	for set, refused := range map[string]*errs.Def{
		"received = 100.01":        collection.ErrPromiseOver,
		"state = 'kept'":           collection.ErrPromiseOver,
		"pay_by = promised_on - 1": collection.ErrPromiseDates,
		"state = 'broken', received = 1, judged_at = now()": collection.ErrPromiseOver,
	} {
		err := d.as(d.rep, func(tx pg.Tx) error {
			return tx.Exec("UPDATE payment_promises SET "+set+" WHERE id = ?", p.ID).Error
		})
		if !errors.Is(err, refused) {
			t.Errorf("%s: %v", set, err)
		}
	}
	for _, table := range []string{"collection_contacts", "payment_promise_items"} {
		if err := d.as(d.rep, func(tx pg.Tx) error { return tx.Exec("DELETE FROM " + table).Error }); err == nil {
			t.Errorf("%s isn't append-only", table)
		}
	}
	rep := d.As("rep1")
	rep.Post("/v1/collection-contacts", object{"customer_id": d.customer.ID, "channel": "visit", "note": "面谈", "happened_at": "2999-01-01T00:00:00Z"}).WantProblem(422, "collection.future")
	rep.Post("/v1/collection-contacts", object{"customer_id": d.customer.ID, "channel": "visit", "note": "面谈"}).Want(201)
	if l := rep.Get("/v1/collection-contacts?customer_id=" + d.customer.ID.String()).Want(200); l.Len("data") != 2 || l.String("data.0.channel") != "visit" {
		t.Errorf("%s", l.Body)
	}
}
