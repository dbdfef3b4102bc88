package dispute_test

import (
	"context"
	"testing"

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
	customer customer.Customer
}

func open(t *testing.T) *desk {
	t.Helper()
	e := apitest.New(t)
	d := &desk{Env: e, t: t, clerk: e.Principal("clerk")}
	d.customer = d.company()
	return d
}

// company registers a customer of rep1's.
func (d *desk) company() customer.Customer {
	d.t.Helper()
	rep := d.Principal("rep1")
	var c customer.Customer
	d.Tx(func(tx pg.Tx) (err error) {
		c, err = customer.New().Create(tx, rep, customer.Draft{
			Profile:  customer.Profile{Name: "云岭示例纺织有限公司", Status: customer.Active},
			Contacts: []customer.Contact{{Name: "陈示例", Position: "采购", Phone: "13700000001"}},
		})
		return err
	})
	return c
}

// owe posts an opening invoice of the customer that has been overdue for so many days.
func (d *desk) owe(amount string, overdue int) receivable.Invoice {
	d.t.Helper()
	var v receivable.Invoice
	d.Tx(func(tx pg.Tx) (err error) {
		today := clock.Today(tx.Now)
		number := "OLD-" + uuid.NewString()[:8]
		_, err = d.App.Server.Receivables.PostOpenings(tx, []receivable.Opening{{
			Customer: d.customer, Number: number, InvoicedOn: today.AddDate(0, 0, -overdue-30), DueOn: today.AddDate(0, 0, -overdue), Amount: yuan(amount),
		}})
		if err == nil {
			v, err = pg.Take[receivable.Invoice](tx, "number = ?", number)
		}
		return err
	})
	return v
}

// as runs fn as the clerk.
func (d *desk) as(fn func(tx pg.Tx) error) error {
	return d.DB.Tx(context.Background(), d.clerk.Origin("test"), fn)
}

func yuan(s string) decimal.Decimal { return decimal.MustParse(s) }

// exposure is what the customer owes by the ledger.
func (d *desk) exposure() string {
	d.t.Helper()
	var v string
	d.Tx(func(tx pg.Tx) error {
		p, err := d.App.Server.Credits.Position(tx, d.customer.ID)
		v = p.Account.Receivable.String()
		return err
	})
	return v
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

// run makes the day's dunning proposals and returns those of the customer.
func (d *desk) run() []collection.Dunning {
	d.t.Helper()
	chasing := d.App.Server.Collection
	var rows []collection.Dunning
	d.Tx(func(tx pg.Tx) error {
		if _, _, err := chasing.ProposeDunnings(tx, uuid.Nil, 1000); err != nil {
			return err
		}
		var err error
		rows, _, err = chasing.ListDunnings(tx, d.clerk, collection.DunningFilter{PayerID: d.customer.ID, State: collection.DunningProposed}, pg.Page{Limit: 50})
		return err
	})
	return rows
}
