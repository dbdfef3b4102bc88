package receivable_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// books is a company with one customer of rep1's and finance's clerk at work.
type books struct {
	*apitest.Env
	t        *testing.T
	clerk    identity.Principal
	customer customer.Customer
	svc      *receivable.Service
}

func open(t *testing.T) *books {
	t.Helper()
	e := apitest.New(t)
	b := &books{Env: e, t: t, clerk: e.Principal("clerk"), svc: e.App.Server.Receivables}
	b.customer = b.company("云岭示例纺织有限公司", "13800000042")
	return b
}

func (b *books) company(name, phone string) customer.Customer {
	b.t.Helper()
	rep := b.Principal("rep1")
	var c customer.Customer
	b.Tx(func(tx pg.Tx) (err error) {
		c, err = customer.New().Create(tx, rep, customer.Draft{
			Profile:  customer.Profile{Name: name, Status: customer.Active},
			Contacts: []customer.Contact{{Name: "陈示例", Position: "采购", Phone: phone}},
		})
		return err
	})
	return c
}

func money(s string) decimal.Decimal { return decimal.MustParse(s) }

// owe posts an opening invoice that is due in so many days from today.
func (b *books) owe(amount string, dueIn int) receivable.Invoice {
	b.t.Helper()
	var v receivable.Invoice
	b.Tx(func(tx pg.Tx) (err error) {
		today := clock.Today(tx.Now)
		number := "OLD-" + uuid.NewString()[:8]
		_, err = b.svc.PostOpenings(tx, []receivable.Opening{{
			Customer: b.customer, Number: number, InvoicedOn: today.AddDate(0, 0, -60), DueOn: today.AddDate(0, 0, dueIn), Amount: money(amount),
		}})
		if err != nil {
			return err
		}
		v, err = pg.Take[receivable.Invoice](tx, "number = ?", number)
		return err
	})
	return v
}

// as runs fn as the clerk.
func (b *books) as(fn func(tx pg.Tx) error) error {
	return b.DB.Tx(context.Background(), b.clerk.Origin("test"), fn)
}

func (b *books) receive(amount string, shares ...receivable.Share) (receivable.Receipt, error) {
	var r receivable.Receipt
	err := b.as(func(tx pg.Tx) (err error) {
		r, err = b.svc.PostReceipt(tx, b.clerk, receivable.NewReceipt{
			CustomerID: b.customer.ID, Method: receivable.BankTransfer, Reference: uuid.NewString(), ReceivedOn: clock.Today(tx.Now), Amount: money(amount), Allocations: shares,
		})
		return err
	})
	return r, err
}

func (b *books) invoice(id uuid.UUID) receivable.Invoice {
	b.t.Helper()
	var v receivable.Invoice
	b.Tx(func(tx pg.Tx) (err error) {
		v, err = b.svc.GetInvoice(tx, b.clerk, id)
		return err
	})
	return v
}

func (b *books) position() credit.Position {
	b.t.Helper()
	var p credit.Position
	b.Tx(func(tx pg.Tx) (err error) {
		p, err = b.App.Server.Credits.Position(tx, b.customer.ID)
		return err
	})
	return p
}

// agree fails the test unless the exposure is what the documents say.
func (b *books) agree() {
	b.t.Helper()
	b.Tx(func(tx pg.Tx) error {
		rows, err := receivable.Reconcile(tx)
		if err != nil {
			return err
		}
		goods, err := delivery.Reconcile(tx)
		if len(rows) > 0 || len(goods) > 0 {
			b.t.Fatalf("exposure and documents differ: %+v %+v", rows, goods)
		}
		return err
	})
}

func want(t *testing.T, what string, got fmt.Stringer, expect string) {
	t.Helper()
	if got.String() != expect {
		t.Errorf("%s = %s, want %s", what, got, expect)
	}
}
