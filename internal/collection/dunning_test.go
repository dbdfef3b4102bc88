package collection_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The first step is due after 3 days, the second after 15.
func TestARV05_TheDayOfAStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ overdue, proposals int }{{2, 0}, {3, 1}, {4, 1}} {
		d := open(t)
		d.owe("100.00", c.overdue)
		if rows := d.run(); len(rows) != c.proposals {
			t.Errorf("%d days overdue: %d proposals", c.overdue, len(rows))
		}
	}
	for _, c := range []struct{ overdue, ago, proposals int }{{14, 8, 0}, {15, 8, 1}, {16, 8, 1}, {20, 6, 0}, {20, 7, 1}} {
		d := open(t)
		d.owe("100.00", c.overdue)
		d.sentDaysAgo(c.ago)
		rows := d.run()
		if len(rows) != c.proposals || c.proposals == 1 && rows[0].Step != 2 {
			t.Errorf("%d days overdue, dunned %d days ago: %+v", c.overdue, c.ago, rows)
		}
	}
}

func TestARV05_EachStepOnceForEachItem(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.owe("100.00", 200)
	for step := 1; step <= 4; step++ {
		if sent := d.sentDaysAgo(7); sent.Step != step {
			t.Errorf("step %d, want %d", sent.Step, step)
		}
	}
	if rows := d.run(); len(rows) != 0 {
		t.Errorf("a fifth step: %+v", rows)
	}
	d.owe("40.00", 5) // a younger item begins with the first
	rows := d.run()
	if len(rows) != 1 || rows[0].Step != 1 || len(rows[0].Items) != 1 {
		t.Errorf("%+v", rows)
	}
}

func TestARV05_AProposalIsComputedAnewUntilItIsSent(t *testing.T) {
	t.Parallel()
	d := open(t)
	first, second := d.owe("100.00", 20), d.owe("50.00", 10)
	rows := d.run()
	if len(rows) != 1 || len(rows[0].Items) != 2 || rows[0].Days != 20 {
		t.Fatalf("%+v", rows)
	}
	id := rows[0].ID
	d.pay(first, "40.00", 0)
	if rows = d.run(); len(rows) != 1 || rows[0].ID != id {
		t.Fatalf("%+v", rows)
	}
	want(t, "after a payment", rows[0].Amount, "110.00")
	d.pay(first, "60.00", 0)
	sent, err := d.send(rows[0]) // computed anew, though no run has come by
	if err != nil || len(sent.Items) != 1 || sent.Items[0].InvoiceID != second.ID {
		t.Fatalf("%v %+v", err, sent)
	}
	want(t, "sent", sent.Amount, "50.00")
	if sent.Number == nil || !strings.Contains(sent.LetterZH, "50.00") || !strings.Contains(sent.LetterEN, d.customer.Name) {
		t.Errorf("%+v", sent)
	}
	if _, err := d.send(sent); !errors.Is(err, collection.ErrNotProposed) {
		t.Errorf("sent twice: %v", err)
	}
}

func TestARV05_PaymentCallsAProposalOff(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 20)
	x := d.run()[0]
	d.pay(v, "100.00", 0)
	if _, err := d.send(x); !errors.Is(err, collection.ErrNothingToDun) {
		t.Errorf("%v", err)
	}
	if l := d.As("clerk").Get("/v1/dunnings?state=cancelled").Want(200); l.Len("data") != 1 {
		t.Errorf("%s", l.Body)
	}
	if _, err := d.send(x); !errors.Is(err, collection.ErrNotProposed) {
		t.Errorf("a called off one: %v", err)
	}
}

func TestARV05_APromiseKeepsDunningOffUntilItsDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, proposals int }{{1, 0}, {0, 0}, {-1, 1}} {
		d := open(t)
		d.owe("100.00", 20)
		p, err := d.promise("100.00", 1)
		if err != nil {
			t.Fatal(err)
		}
		d.moved(p, 1-c.in)
		if rows := d.run(); len(rows) != c.proposals {
			t.Errorf("promised in %d days: %d proposals", c.in, len(rows))
		}
	}
}

// What is promised isn't dunned, and no more: the rest of the item is. What came counts for the promise first.
func TestARV05_APromiseRestsItsAmountOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ promised, paid, dunned string }{
		{"0.01", "", "99.99"}, {"99.99", "", "0.01"}, {"100.00", "", ""}, {"60.00", "20.00", "40.00"}, {"60.00", "60.00", "40.00"}, {"60.00", "70.00", "30.00"},
	} {
		d := open(t)
		v := d.owe("100.00", 20)
		if _, err := d.promise(c.promised, 1); err != nil {
			t.Fatal(err)
		}
		if c.paid != "" {
			d.pay(v, c.paid, 0)
		}
		rows := d.run()
		if c.dunned == "" && len(rows) != 0 || c.dunned != "" && (len(rows) != 1 || rows[0].Amount.String() != c.dunned) {
			t.Errorf("promised %s, paid %s: %+v", c.promised, c.paid, rows)
		}
	}
}

// A disputed part and a promised one rest beside each other.
func TestARV05_DisputeAndPromiseOfOneItemAddUp(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 20)
	d.As("rep1").Post("/v1/disputed-items", object{"invoice_id": v.ID, "reason": "price", "amount": "30.00", "raised_by": "李示例", "note": "单价"}).Want(201)
	if _, err := d.promise("50.00", 1); err != nil {
		t.Fatal(err)
	}
	rows := d.run()
	if len(rows) != 1 {
		t.Fatalf("%+v", rows)
	}
	want(t, "dunned", rows[0].Amount, "20.00")
}

// Nobody keeps dunning off for ever: promises and pauses have a last day, by parameters.
func TestARV05_PromisesAndPausesHaveALastDay(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.owe("100.00", 20)
	if _, err := d.promise("10.00", 91); !errors.Is(err, collection.ErrPromiseFar) {
		t.Errorf("91 days: %v", err)
	}
	for _, in := range []int{89, 90} {
		if _, err := d.promise("10.00", in); err != nil {
			t.Errorf("%d days: %v", in, err)
		}
	}
	clerk := d.As("clerk")
	body := object{"customer_id": d.customer.ID, "until": d.onDay(91), "reason": "核对账目"}
	clerk.Post("/v1/dunning-pauses", body).WantProblem(422, "dunning.pause_too_long")
	for _, in := range []int{89, 90} {
		body["until"] = d.onDay(in)
		clerk.Post("/v1/dunning-pauses/"+clerk.Post("/v1/dunning-pauses", body).Want(201).ID()+"/end", nil).Want(200)
	}
}

func TestARV05_APauseUntilItsDay(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.owe("100.00", 20)
	if len(d.run()) != 1 {
		t.Fatal("no proposal")
	}
	clerk := d.As("clerk")
	body := object{"customer_id": d.customer.ID, "until": d.onDay(-1), "reason": "核对账目"}
	clerk.Post("/v1/dunning-pauses", body).WantProblem(422, "dunning.pause_end")
	body["until"] = d.onDay(0)
	pause := clerk.Post("/v1/dunning-pauses", body).Want(201)
	clerk.Post("/v1/dunning-pauses", body).WantProblem(409, "dunning.paused_already")
	if rows := d.run(); len(rows) != 0 { // the one that waited is called off
		t.Errorf("%d proposals on the last day of the pause", len(rows))
	}
	if v := clerk.Get("/v1/overdue-items").Want(200).String("data.0.paused_until"); v != d.onDay(0) {
		t.Errorf("paused until %s", v)
	}
	d.Tx(func(tx pg.Tx) error { return tx.Exec("UPDATE dunning_pauses SET until = until - 1").Error })
	if rows := d.run(); len(rows) != 1 {
		t.Errorf("%d proposals the day after", len(rows))
	}
	path := "/v1/dunning-pauses/" + pause.ID()
	clerk.Post(path+"/end", nil).WantProblem(409, "dunning.pause_ended")
	again := clerk.Post("/v1/dunning-pauses", body).Want(201).ID() // the one that is over makes room
	clerk.Post("/v1/dunning-pauses/"+again+"/end", nil).Want(200)
	if l := clerk.Get("/v1/dunning-pauses?active=true").Want(200); l.Len("data") != 0 {
		t.Errorf("%s", l.Body)
	}
	d.As("rep1").Post("/v1/dunning-pauses", body).Want(403)
}

func TestARV05_StepsAreData(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.owe("100.00", 1)
	finance := d.As("finance")
	old := finance.Get("/v1/dunning-steps").Want(200)
	if old.Len("steps") != 4 {
		t.Errorf("%s", old.Body)
	}
	step := func(n, days int) object {
		return object{"step": n, "name_en": "Call", "name_zh": "电话", "days_overdue": days, "pay_within": 3, "text_en": "{customer} {amount}", "text_zh": "{customer} {count} {days} {deadline}"}
	}
	put := func(steps ...object) object { return object{"steps": steps, "reason": "试行"} }
	finance.Put("/v1/dunning-steps", old.ETag(), put(step(1, 3), step(3, 5))).WantProblem(422, "dunning.steps")
	finance.Put("/v1/dunning-steps", old.ETag(), put(step(1, 3), step(2, 3))).WantProblem(422, "dunning.steps")
	wrong := step(1, 3)
	wrong["text_zh"] = "{name}"
	finance.Put("/v1/dunning-steps", old.ETag(), put(wrong)).WantProblem(422, "dunning.step_text")
	finance.Put("/v1/dunning-steps", old.ETag(), put(step(1, 1), step(2, 2))).Want(200)
	finance.Put("/v1/dunning-steps", old.ETag(), put(step(1, 1))).Want(412)
	d.As("clerk").Put("/v1/dunning-steps", `"2"`, put(step(1, 1))).Want(403)
	rows := d.run()
	if len(rows) != 1 || rows[0].VersionUsed != 2 || rows[0].StepZH != "电话" {
		t.Fatalf("%+v", rows)
	}
	x := d.As("clerk").Get("/v1/dunnings/" + rows[0].ID.String()).Want(200)
	if x.String("letter_en") != d.customer.Name+" 100.00" || x.String("pay_by") != d.onDay(3) {
		t.Errorf("%s", x.Body)
	}
}

func TestARV05_ADunningFromProposalToLetter(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.owe("100.00", 20)
	id := d.run()[0].ID.String()
	clerk, path := d.As("clerk"), "/v1/dunnings/"+id
	if l := d.As("rep3").Get("/v1/dunnings").Want(200); l.Len("data") != 0 { // ORG-06
		t.Errorf("%s", l.Body)
	}
	d.As("rep1").Post(path+"/send", object{"channel": "mail"}).Want(403)
	seen := clerk.Get(path).Want(200)
	clerk.With("If-Match", `"99"`).Post(path+"/send", object{"channel": "mail"}).Want(412)
	sent := clerk.With("If-Match", seen.ETag()).Post(path+"/send?validate_only=true", object{"channel": "courier"})
	if sent.Status != 412 && sent.Status != 200 {
		t.Errorf("%s", sent.Body)
	}
	sent = clerk.Post(path+"/send", object{"channel": "courier", "sent_to": "李示例", "reference": "SF0000000001"}).Want(200)
	if !strings.HasPrefix(sent.String("number"), "DUN-") || sent.String("letter_zh") == "" {
		t.Errorf("%s", sent.Body)
	}
	clerk.Post(path+"/cancel", object{"reason": "误发"}).WantProblem(409, "dunning.not_proposed")
	v := clerk.Get("/v1/overdue-items?step=1").Want(200)
	if v.Len("data") != 1 || v.String("data.0.contact") != "letter" || v.String("data.0.dunned_at") == "" {
		t.Errorf("%s", v.Body)
	}
	d.owe("60.00", 5)
	x := d.run()[0].ID.String()
	clerk.Post("/v1/dunnings/"+x+"/cancel", object{"reason": "已电话沟通"}).Want(200)
	clerk.Post("/v1/dunnings/"+x+"/send", object{"channel": "mail"}).WantProblem(409, "dunning.not_proposed")
}

func TestARV05_RaceOfSendingAndProposing(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.owe("100.00", 20)
	x := d.run()[0]
	const n = 6
	var wg sync.WaitGroup
	won := make(chan bool, n)
	for range n {
		wg.Go(func() {
			_, err := d.send(x)
			if err != nil && !errors.Is(err, collection.ErrNotProposed) {
				t.Error(err)
			}
			won <- err == nil
		})
		wg.Go(func() { d.run() })
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
		t.Errorf("sent %d times", winners)
	}
	if rows := d.run(); len(rows) != 0 {
		t.Errorf("proposed again: %+v", rows)
	}
}

func TestDunningConstraints(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 20)
	sent := d.sentDaysAgo(8)
	next := d.run()[0]
	for q, refused := range map[string]*errs.Def{
		"UPDATE dunnings SET sent_to = 'x' WHERE id = '" + sent.ID.String() + "'":                      collection.ErrNotProposed,
		"DELETE FROM dunning_items WHERE dunning_id = '" + sent.ID.String() + "'":                      collection.ErrNotProposed,
		"UPDATE dunnings SET state = 'sent' WHERE id = '" + next.ID.String() + "'":                     collection.ErrNotProposed,
		"UPDATE dunnings SET state = 'cancelled' WHERE id = '" + next.ID.String() + "'":                collection.ErrNotProposed,
		"UPDATE dunning_items SET step = 1, sent = true WHERE dunning_id = '" + next.ID.String() + "'": collection.ErrStepTwice,
		"INSERT INTO dunnings SELECT gen_random_uuid(), NULL, payer_id, state, version_used, step, amount, days, proposed_at, as_of, NULL, NULL, '', '', '', NULL, '', '', NULL, NULL, '', 1 FROM dunnings WHERE id = '" + next.ID.String() + "'": collection.ErrOneOpen,
		"INSERT INTO dunning_policies VALUES (9, NULL, now(), ''); INSERT INTO dunning_steps VALUES (9, 1, 'a', 'a', 0, 1, 'a', 'a')":                                                                                                             collection.ErrSteps,
	} {
		if err := d.as(d.clerk, func(tx pg.Tx) error { return tx.Exec(q).Error }); !errors.Is(err, refused) {
			t.Errorf("%s: %v", q, err)
		}
	}
	_ = v
	for _, table := range []string{"dunning_policies", "dunning_steps"} {
		if err := d.as(d.clerk, func(tx pg.Tx) error { return tx.Exec("DELETE FROM " + table).Error }); err == nil {
			t.Errorf("%s isn't append-only", table)
		}
	}
}
