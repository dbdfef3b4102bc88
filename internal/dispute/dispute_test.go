package dispute_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/dispute"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What is disputed isn't dunned; the rest is, and the exposure stays.
func TestARV06_ADisputedItemIsNotDunned(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 20)
	d.dispute(v.ID, "100.01").WantProblem(422, "dispute.more_than_open")
	d.dispute(v.ID, "0.00").WantProblem(422, "collection.no_amount")
	first := d.dispute(v.ID, "40.00").Want(201)
	if d.exposure() != "100.00" {
		t.Errorf("the exposure is %s", d.exposure())
	}
	rows := d.run()
	if len(rows) != 1 || rows[0].Amount.String() != "60.00" {
		t.Fatalf("%+v", rows)
	}
	d.dispute(v.ID, "60.01").WantProblem(422, "dispute.more_than_open")
	d.dispute(v.ID, "60.00").Want(201)
	if rows := d.run(); len(rows) != 0 {
		t.Errorf("all is disputed: %+v", rows)
	}
	if l := d.As("clerk").Get("/v1/overdue-items?disputed=true").Want(200); l.Len("data") != 1 || l.String("data.0.disputed") != "100.00" {
		t.Errorf("%s", l.Body)
	}
	if n := d.As("rep1").Get("/v1/me/follow-ups?kind=collection.dispute").Want(200).Len("data"); n != 2 {
		t.Errorf("the rep is asked %d times", n)
	}
	path := "/v1/disputed-items/" + first.ID()
	d.As("rep1").Post(path+"/reject", object{"reason": "x"}).Want(403)
	d.As("clerk").Post(path+"/reject", object{"reason": "合同价无误"}).Want(200)
	d.As("clerk").Post(path+"/reject", object{"reason": "合同价无误"}).WantProblem(409, "dispute.closed")
	d.As("rep1").Post(path+"/withdraw", object{"reason": "x"}).WantProblem(409, "dispute.closed")
	d.As("rep1").Post(path+"/resolve", object{"amount": "1.00", "reason": "x"}).WantProblem(409, "dispute.closed")
	if rows := d.run(); len(rows) != 1 || rows[0].Amount.String() != "40.00" {
		t.Errorf("after the rejection: %+v", rows)
	}
	for query, n := range map[string]int{"number=" + first.String("number"): 1, "number=DI-1": 0} {
		l := d.As("clerk").Get("/v1/disputed-items?" + query).Want(200)
		if l.Len("data") != n || n > 0 && (l.String("data.0.payer_name") != d.customer.Name || l.String("data.0.customer_name") != d.customer.Name) {
			t.Errorf("%s finds %s", query, l.Body)
		}
	}
	if l := d.As("rep3").Get("/v1/disputed-items").Want(200); l.Len("data") != 0 { // ORG-06
		t.Errorf("%s", l.Body)
	}
}

// It is corrected by an adjusting document through an approval; the posted invoice isn't edited.
func TestARV06_ADisputeIsSettledByAnAdjustingDocument(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 20)
	x := d.dispute(v.ID, "40.00").Want(201)
	path := "/v1/disputed-items/" + x.ID()
	rep := d.As("rep1")
	rep.Post(path+"/resolve", object{"amount": "40.01", "reason": "合同价"}).WantProblem(422, "dispute.more_than_open")
	rep.Post(path+"/resolve", object{"amount": "10.00", "quantity": "1", "reason": "合同价"}).WantProblem(422, "dispute.unknown_line")
	asked := rep.Post(path+"/resolve", object{"amount": "30.00", "reason": "合同价"}).Want(200)
	if asked.String("state") != "deciding" || d.exposure() != "100.00" {
		t.Fatalf("%s", asked.Body)
	}
	rep.Post(path+"/resolve", object{"amount": "30.00", "reason": "合同价"}).WantProblem(409, "dispute.closed")
	d.As("finance").Post("/v1/approvals/"+asked.String("approval_id")+"/reject", object{"comment": "证据不足"}).Want(200)
	if got := rep.Get(path).Want(200); got.String("state") != "open" || got.String("credited") != "0.00" {
		t.Fatalf("%s", got.Body)
	}
	asked = rep.Post(path+"/resolve", object{"amount": "30.00", "reason": "合同价"}).Want(200)
	d.decide(asked.String("approval_id"), "finance", "manager")
	got := rep.Get(path).Want(200)
	if got.String("state") != "adjusted" || got.String("credited") != "30.00" || d.exposure() != "70.00" {
		t.Fatalf("%s, exposure %s", got.Body, d.exposure())
	}
	invoice := d.As("clerk").Get("/v1/invoices/" + v.ID.String()).Want(200)
	if invoice.String("total") != "100.00" || invoice.String("open") != "70.00" {
		t.Errorf("%s", invoice.Body)
	}
	document := d.As("clerk").Get("/v1/invoices/" + got.String("adjustment_id")).Want(200)
	if document.String("total") != "-30.00" {
		t.Errorf("%s", document.Body)
	}
	if rows := d.run(); len(rows) != 1 || rows[0].Amount.String() != "70.00" {
		t.Errorf("%+v", rows)
	}
}

func TestARV06_RaceOfDisputesAboutOneItem(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 20)
	const n = 6
	var wg sync.WaitGroup
	codes := make(chan int, n)
	for range n {
		wg.Go(func() { codes <- d.dispute(v.ID, "60.00").Status })
	}
	wg.Wait()
	close(codes)
	won := 0
	for c := range codes {
		if c == 201 {
			won++
		}
	}
	if won != 1 {
		t.Errorf("60 of 100 disputed %d times", won)
	}
}

func TestDisputeConstraints(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.dispute(d.owe("100.00", 20).ID, "40.00").Want(201)
	for set, refused := range map[string]*errs.Def{
		"state = 'rejected'":                                   dispute.ErrClosed,
		"state = 'deciding'":                                   dispute.ErrClosed,
		"state = 'adjusted', closed_at = now()":                dispute.ErrClosed,
		"credited = 40.01":                                     dispute.ErrMore,
		"state = 'withdrawn', closed_at = now(), outcome = ''": dispute.ErrClosed,
		"reason = 'other'":                                     dispute.ErrReason,
	} {
		if err := d.as(func(tx pg.Tx) error { return tx.Exec("UPDATE disputed_items SET " + set).Error }); !errors.Is(err, refused) {
			t.Errorf("%s: %v", set, err)
		}
	}
	if err := d.as(func(tx pg.Tx) error {
		for range 2 {
			if err := tx.Exec("INSERT INTO disputed_items SELECT gen_random_uuid(), gen_random_uuid()::text, invoice_id, line_id, customer_id, payer_id, reason, amount, raised_by, note, 'adjusted', credited, quantity, approval_id, invoice_id, outcome, opened_by, opened_at, closed_by, now(), 1 FROM disputed_items WHERE state = 'open'").Error; err != nil {
				return err
			}
		}
		return nil
	}); !errors.Is(err, dispute.ErrClosed) {
		t.Errorf("one document for two disputes: %v", err)
	}
}

// A decision judges the item under its lock: who touches it meanwhile is waited for, and nothing is posted for what was withdrawn (ARV-06).
func TestARV06_RaceOfADecisionAndAWithdrawal(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"touched":   "UPDATE disputed_items SET version = version + 1",
		"withdrawn": "UPDATE disputed_items SET state = 'withdrawn', approval_id = NULL, credited = 0, closed_at = now(), closed_by = opened_by, version = version + 1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			v := d.owe("100.00", 20)
			path := "/v1/disputed-items/" + d.dispute(v.ID, "40.00").Want(201).ID()
			asked := d.As("rep1").Post(path+"/resolve", object{"amount": "30.00", "reason": "合同价"}).Want(200)
			d.decide(asked.String("approval_id"), "finance")
			held, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			go func() {
				ended <- d.as(func(tx pg.Tx) error {
					_, err := d.App.Server.Credits.Lock(tx, d.customer.ID)
					if err == nil {
						err = tx.Exec(change).Error
					}
					close(held)
					<-release
					return err
				})
			}()
			<-held
			decided := make(chan int, 1)
			go func() {
				decided <- d.As("manager").Post("/v1/approvals/"+asked.String("approval_id")+"/approve", object{}).Status
			}()
			for waiting := 0; waiting == 0; time.Sleep(5 * time.Millisecond) {
				d.Tx(func(tx pg.Tx) error {
					return tx.Raw("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting).Error
				})
			}
			close(release)
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			if status := <-decided; status != 200 {
				t.Errorf("the decision was answered with %d", status)
			}
			want := map[string]string{"touched": "70.00", "withdrawn": "100.00"}[name]
			if d.exposure() != want {
				t.Errorf("exposure %s, want %s", d.exposure(), want)
			}
		})
	}
}
