package statement_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/statement"
)

type object = map[string]any

// books is a company with one customer of rep1's, whose clock stands where the test wants it.
type books struct {
	*apitest.Env
	t        *testing.T
	svc      *statement.Service
	clerk    identity.Principal
	customer customer.Customer
}

// open starts at an instant, written as in Shanghai.
func open(t *testing.T, now string) *books {
	t.Helper()
	b := &books{Env: apitest.New(t), t: t}
	b.at(now)
	b.svc, b.clerk = b.App.Server.Statements, b.Principal("clerk")
	b.customer = b.company("云岭示例纺织有限公司", "13800000042")
	return b
}

// at moves the clock.
func (b *books) at(now string) {
	b.t.Helper()
	b.DB.Clock().SetOffset(time.Until(instant(b.t, now)))
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, clock.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

func money(s string) decimal.Decimal { return decimal.MustParse(s) }

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

// owe posts an open item of the books before, invoiced and due on these dates.
func (b *books) owe(c customer.Customer, amount, on, due string) receivable.Invoice {
	b.t.Helper()
	var v receivable.Invoice
	b.Tx(func(tx pg.Tx) (err error) {
		number := "OLD-" + uuid.NewString()[:8]
		_, err = b.App.Server.Receivables.PostOpenings(tx, []receivable.Opening{{
			Customer: c, Number: number, InvoicedOn: day(on), DueOn: day(due), Amount: money(amount),
		}})
		if err != nil {
			return err
		}
		v, err = pg.Take[receivable.Invoice](tx, "number = ?", number)
		return err
	})
	return v
}

// ship books goods that left, as the ledger sees them, without the documents around them.
func (b *books) ship(c customer.Customer, amount string) uuid.UUID {
	b.t.Helper()
	note := uuid.Must(uuid.NewV7())
	b.Tx(func(tx pg.Tx) error {
		a, err := b.App.Server.Credits.Lock(tx, c.ID)
		if err != nil {
			return err
		}
		return b.App.Server.Credits.Post(tx, a, credit.ShipMoves(uuid.Must(uuid.NewV7()), note, money(amount), true)...)
	})
	return note
}

// receive books money, on a business date, and pays invoices with it.
func (b *books) receive(c customer.Customer, amount, on string, shares ...receivable.Share) receivable.Receipt {
	b.t.Helper()
	var r receivable.Receipt
	err := b.DB.Tx(context.Background(), b.clerk.Origin("test"), func(tx pg.Tx) (err error) {
		r, err = b.App.Server.Receivables.PostReceipt(tx, b.clerk, receivable.NewReceipt{
			CustomerID: c.ID, Method: receivable.BankTransfer, ReceivedOn: day(on), Amount: money(amount), Allocations: shares,
		})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// month makes the statements of a month (its first date) and returns the customer's.
func (b *books) month(first string) statement.Statement {
	b.t.Helper()
	b.run(first)
	return b.of(b.customer, first)
}

func (b *books) run(first string) statement.Run {
	b.t.Helper()
	var run statement.Run
	b.Tx(func(tx pg.Tx) (err error) { run, err = b.svc.StartRun(tx, day(first)); return err })
	for done := run.Done(); !done; {
		b.Tx(func(tx pg.Tx) (err error) { done, err = b.svc.MakeChunk(tx, run.ID, 2); return err })
	}
	b.Tx(func(tx pg.Tx) (err error) { run, err = b.svc.StartRun(tx, day(first)); return err })
	return run
}

// of reads the customer's live statement of a month; zero when there is none.
func (b *books) of(c customer.Customer, first string) statement.Statement {
	b.t.Helper()
	var rows []statement.Statement
	b.Tx(func(tx pg.Tx) error {
		return tx.Where("customer_id = ? AND starts_on = ? AND kind = 'monthly' AND state <> 'superseded'", c.ID, day(first)).Find(&rows).Error
	})
	if len(rows) > 1 {
		b.t.Fatalf("%d statements of %s", len(rows), first)
	}
	if len(rows) == 0 {
		return statement.Statement{}
	}
	return rows[0]
}

func (b *books) lines(v statement.Statement) []statement.Line {
	b.t.Helper()
	var rows []statement.Line
	b.Tx(func(tx pg.Tx) (err error) {
		rows, _, err = b.svc.Lines(tx, identity.System(), v.ID, pg.Page{Limit: 200})
		return err
	})
	return rows
}

// clean fails the test unless statements and ageing agree with the ledger.
func (b *books) clean() {
	b.t.Helper()
	b.Tx(func(tx pg.Tx) error {
		chain, err := statement.Reconcile(tx)
		if err != nil {
			return err
		}
		ages, err := b.svc.ReconcileAgeing(tx)
		if len(chain) > 0 || len(ages) > 0 {
			b.t.Fatalf("%+v %+v", chain, ages)
		}
		return err
	})
}

func want(t *testing.T, what string, got decimal.Decimal, expect string) {
	t.Helper()
	if got.String() != expect {
		t.Errorf("%s = %s, want %s", what, got, expect)
	}
}
