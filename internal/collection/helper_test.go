package collection_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

type object = map[string]any

// desk is a company with one customer of rep1's, and finance's clerk at work.
type desk struct {
	*apitest.Env
	t        *testing.T
	clerk    identity.Principal
	rep      identity.Principal
	customer customer.Customer
	svc      *collection.Service
}

func open(t *testing.T) *desk {
	t.Helper()
	e := apitest.New(t)
	d := &desk{Env: e, t: t, clerk: e.Principal("clerk"), rep: e.Principal("rep1"), svc: e.App.Server.Collection}
	d.customer = d.company("rep1")
	return d
}

var companies atomic.Int64

// company registers a customer of somebody.
func (d *desk) company(owner string) customer.Customer {
	d.t.Helper()
	n := companies.Add(1)
	rep := d.Principal(owner)
	var c customer.Customer
	d.Tx(func(tx pg.Tx) (err error) {
		c, err = customer.New().Create(tx, rep, customer.Draft{
			Profile:  customer.Profile{Name: fmt.Sprintf("云岭示例第%d纺织有限公司", n), Status: customer.Active},
			Contacts: []customer.Contact{{Name: "陈示例", Position: "采购", Phone: fmt.Sprintf("137%08d", n)}},
		})
		return err
	})
	return c
}

func yuan(s string) decimal.Decimal { return decimal.MustParse(s) }

// owe posts an opening invoice of the customer that has been overdue for so many days; not yet due when that is negative.
func (d *desk) owe(amount string, overdue int) receivable.Invoice {
	return d.oweBy(d.customer, amount, overdue)
}

func (d *desk) oweBy(c customer.Customer, amount string, overdue int) receivable.Invoice {
	d.t.Helper()
	var v receivable.Invoice
	d.Tx(func(tx pg.Tx) (err error) {
		today := clock.Today(tx.Now)
		number := "OLD-" + uuid.NewString()[:8]
		_, err = d.App.Server.Receivables.PostOpenings(tx, []receivable.Opening{{
			Customer: c, Number: number, InvoicedOn: today.AddDate(0, 0, -overdue-30), DueOn: today.AddDate(0, 0, -overdue), Amount: yuan(amount),
		}})
		if err == nil {
			v, err = pg.Take[receivable.Invoice](tx, "number = ?", number)
		}
		return err
	})
	return v
}

// as runs fn as somebody.
func (d *desk) as(who identity.Principal, fn func(tx pg.Tx) error) error {
	return d.DB.Tx(context.Background(), who.Origin("test"), fn)
}

// pay books money that came so many days ago, all of it to one invoice.
func (d *desk) pay(v receivable.Invoice, amount string, daysAgo int) receivable.Receipt {
	d.t.Helper()
	return d.book(amount, daysAgo, receivable.Share{InvoiceID: v.ID, Amount: yuan(amount)})
}

func (d *desk) book(amount string, daysAgo int, shares ...receivable.Share) receivable.Receipt {
	d.t.Helper()
	var r receivable.Receipt
	err := d.as(d.clerk, func(tx pg.Tx) (err error) {
		r, err = d.App.Server.Receivables.PostReceipt(tx, d.clerk, receivable.NewReceipt{
			CustomerID: d.customer.ID, Method: receivable.BankTransfer, ReceivedOn: clock.Today(tx.Now).AddDate(0, 0, -daysAgo), Amount: yuan(amount), Allocations: shares,
		})
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// day is a date so many days from today.
func (d *desk) day(n int) time.Time { return clock.Today(d.DB.Clock().Now()).AddDate(0, 0, n) }

func (d *desk) onDay(n int) string { return d.day(n).Format(time.DateOnly) }

// promise writes down a promise for a day.
func (d *desk) promise(amount string, in int, items ...collection.ItemAmount) (collection.Promise, error) {
	var p collection.Promise
	err := d.as(d.rep, func(tx pg.Tx) (err error) {
		p, err = d.svc.CreatePromise(tx, d.rep, collection.NewPromise{
			CustomerID: d.customer.ID, PromisedBy: "李示例", Channel: collection.Phone, PayBy: d.day(in), Amount: yuan(amount), Items: items,
		})
		return err
	})
	return p, err
}

// moved makes a promise as if it had been made and promised earlier: the clock of a test can't be turned back.
func (d *desk) moved(p collection.Promise, days int) {
	d.t.Helper()
	d.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE payment_promises SET promised_on = promised_on - ?::int, pay_by = pay_by - ?::int WHERE id = ?", days, days, p.ID).Error
	})
}

func (d *desk) judge() {
	d.t.Helper()
	d.Tx(func(tx pg.Tx) error {
		_, err := d.svc.JudgePromises(tx, uuid.Nil, 100)
		return err
	})
}

func (d *desk) state(p collection.Promise) collection.PromiseState {
	d.t.Helper()
	var now collection.Promise
	d.Tx(func(tx pg.Tx) (err error) {
		now, err = d.svc.GetPromise(tx, d.clerk, p.ID)
		return err
	})
	return now.State
}

// run makes the day's proposals and returns those of the customer.
func (d *desk) run() []collection.Dunning {
	d.t.Helper()
	var rows []collection.Dunning
	d.Tx(func(tx pg.Tx) error {
		if _, _, err := d.svc.ProposeDunnings(tx, uuid.Nil, 1000); err != nil {
			return err
		}
		var err error
		rows, _, err = d.svc.ListDunnings(tx, d.clerk, collection.DunningFilter{PayerID: d.customer.ID, State: collection.DunningProposed}, pg.Page{Limit: 50})
		return err
	})
	return rows
}

// send sends the customer's proposal.
func (d *desk) send(x collection.Dunning) (collection.Dunning, error) {
	var sent collection.Dunning
	err := d.as(d.clerk, func(tx pg.Tx) (err error) {
		sent, err = d.svc.SendDunning(tx, d.clerk, x.ID, nil, collection.Sending{Channel: "mail", SentTo: "李示例"})
		return err
	})
	return sent, err
}

// sentDaysAgo sends what is proposed as if that had been so many days ago.
func (d *desk) sentDaysAgo(days int) collection.Dunning {
	d.t.Helper()
	rows := d.run()
	if len(rows) != 1 {
		d.t.Fatalf("%d proposals", len(rows))
	}
	sent, err := d.send(rows[0])
	if err != nil {
		d.t.Fatal(err)
	}
	d.backdate(sent, days)
	return sent
}

// backdate moves a sent letter into the past, past the trigger that keeps it as it is.
func (d *desk) backdate(x collection.Dunning, days int) {
	d.t.Helper()
	d.Tx(func(tx pg.Tx) error {
		for _, q := range []string{"ALTER TABLE dunnings DISABLE TRIGGER dunnings_immutable", "UPDATE dunnings SET sent_at = sent_at - make_interval(days => " + fmt.Sprint(days) + ") WHERE id = '" + x.ID.String() + "'", "ALTER TABLE dunnings ENABLE TRIGGER dunnings_immutable"} {
			if err := tx.Exec(q).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

func want(t *testing.T, what string, got fmt.Stringer, expect string) {
	t.Helper()
	if got.String() != expect {
		t.Errorf("%s = %s, want %s", what, got, expect)
	}
}

// decide lets people approve what waits.
func (d *desk) decide(approval string, people ...string) {
	d.t.Helper()
	for _, who := range people {
		d.As(who).Post("/v1/approvals/"+approval+"/approve", object{}).Want(200)
	}
}

func (d *desk) dispute(invoice any, amount string) apitest.Answer {
	return d.As("rep1").Post("/v1/disputed-items", object{
		"invoice_id": invoice, "reason": "price", "amount": amount, "raised_by": "李示例", "note": "单价应为合同价",
	})
}

// evidence uploads a file of the rep's.
func (d *desk) evidence() []string {
	return []string{d.As("rep1").With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=a.pdf", "%PDF-1.7 example").Want(201).ID()}
}

// apply applies for debt to be written off; an item without an amount is meant whole.
func (d *desk) apply(v receivable.Invoice, amount string) apitest.Answer {
	item := object{"invoice_id": v.ID}
	if amount != "" {
		item["amount"] = amount
	}
	return d.As("rep1").Post("/v1/bad-debts", object{
		"customer_id": d.customer.ID, "grounds": "bankrupt", "reason": "法院裁定破产", "items": []object{item}, "attachment_ids": d.evidence(),
	})
}
