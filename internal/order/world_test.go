package order_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
)

// world is a company with a customer of rep1 (grade B, limit 1,000,000, 30 days), and products at a base price of 10.00:
// plain, and one with a floor of 9.90.
type world struct {
	*apitest.Env
	t                testing.TB
	orders           *order.Service
	approvals        *approval.Service
	credits          *credit.Service
	customer         uuid.UUID
	plain, floored   uuid.UUID
	fresh            uuid.UUID // a new product without base price
	companiesCreated int
}

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{Env: apitest.New(t), t: t}
	s := w.App.Server // the program's own wiring: what is counted here is what runs
	w.approvals, w.credits, w.orders = s.Approvals, s.Credits, s.Orders
	prices := s.PriceLists
	w.Tx(func(tx pg.Tx) error {
		w.plain, w.floored, w.fresh = product(t, tx, "P-1", "standard"), product(t, tx, "P-2", "standard"), product(t, tx, "P-3", "new")
		floor := dec("9.90")
		_, err := prices.OpenBasePrices(tx, identity.System(), tx.Now.Add(-time.Hour), "opening", []pricelist.PriceLine{
			{ProductID: w.plain, Price: dec("10")}, {ProductID: w.floored, Price: dec("10"), FloorPrice: &floor},
		})
		return err
	})
	w.customer = w.company(credit.GradeB, credit.LimitOf(dec("1000000")), credit.Terms{Settlement: credit.NetDays, Days: 30})
	return w
}

func product(t testing.TB, tx pg.Tx, code string, l catalog.Lifecycle) uuid.UUID {
	p, err := catalog.New().CreateProduct(tx, identity.System(), catalog.Input{
		Code: code, Name: "涤纶短纤", Unit: "kg", Kind: catalog.KindFinished, Lifecycle: l, TaxRate: dec("0.13"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// company registers a customer of rep1 with a credit profile; none when kind and grade are empty.
func (w *world) company(g credit.Grade, l credit.Limit, terms credit.Terms) uuid.UUID {
	w.t.Helper()
	w.companiesCreated++
	who := w.Principal("rep1")
	var id uuid.UUID
	w.must(w.DB.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error {
		c, err := customer.New().Create(tx, who, customer.Draft{
			Profile:  customer.Profile{Name: fmt.Sprintf("示例%d号纺织有限公司", w.companiesCreated), Status: customer.Active},
			Contacts: []customer.Contact{{Name: "陈示例", Position: "采购", Phone: fmt.Sprintf("1380000%04d", w.companiesCreated)}},
		})
		id = c.ID
		return err
	}))
	if g == credit.NoGrade && l.Kind == "" {
		w.Established(id.String())
		return id
	}
	w.Tx(func(tx pg.Tx) error {
		return w.credits.SetOpening(tx, credit.Opening{CustomerID: id, Grade: g, Limit: l, Terms: terms})
	})
	return id
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// as runs fn in a transaction of that person.
func (w *world) as(username string, fn func(tx pg.Tx, who identity.Principal) error) error {
	who := w.Principal(username)
	return w.DB.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error { return fn(tx, who) })
}

func line(product uuid.UUID, quantity, price string) order.LineDraft {
	return order.LineDraft{ProductID: product, Quantity: dec(quantity), Price: dec(price)}
}

// draft is an order of the customer on the terms of its profile.
func (w *world) draft(lines ...order.LineDraft) order.Draft {
	return order.Draft{CustomerID: w.customer, Channel: order.ChannelPhone, Lines: lines}
}

func (w *world) create(username string, d order.Draft) order.Order {
	w.t.Helper()
	var o order.Order
	w.must(w.as(username, func(tx pg.Tx, who identity.Principal) (err error) {
		o, err = w.orders.Create(tx, who, d)
		return err
	}))
	return o
}

func (w *world) submit(username string, id uuid.UUID) (o order.Order, d decision.Decision, err error) {
	err = w.as(username, func(tx pg.Tx, who identity.Principal) (err error) {
		o, d, err = w.orders.Submit(tx, who, id, nil)
		return err
	})
	return o, d, err
}

// place creates and submits in one.
func (w *world) place(username string, d order.Draft) (o order.Order, dec decision.Decision, err error) {
	err = w.as(username, func(tx pg.Tx, who identity.Principal) (err error) {
		o, dec, err = w.orders.CreateAndSubmit(tx, who, d)
		return err
	})
	return o, dec, err
}

func (w *world) read(id uuid.UUID) order.Order {
	w.t.Helper()
	var o order.Order
	w.Tx(func(tx pg.Tx) (err error) {
		o, err = order.WithLines(tx, id)
		return err
	})
	return o
}

func (w *world) request(id uuid.UUID) approval.Request {
	w.t.Helper()
	var r approval.Request
	w.Tx(func(tx pg.Tx) (err error) {
		r, err = w.approvals.Latest(tx, order.Matter, order.Subject, id)
		return err
	})
	return r
}

// decide lets somebody decide the order's open request.
func (w *world) decide(username string, id uuid.UUID, verb approval.Verb) error {
	r := w.request(id)
	return w.as(username, func(tx pg.Tx, who identity.Principal) (err error) {
		switch verb {
		case approval.Approve:
			_, err = w.approvals.ApproveRequest(tx, who, r.ID, approval.Verdict{})
		case approval.Reject:
			_, err = w.approvals.RejectRequest(tx, who, r.ID, approval.Verdict{Comment: "价格太低"})
		case approval.Return:
			_, err = w.approvals.ReturnRequest(tx, who, r.ID, approval.Verdict{Comment: "请核实交期"})
		case approval.Withdraw:
			_, err = w.approvals.WithdrawRequest(tx, who, r.ID, approval.Verdict{Comment: "填错了"})
		}
		return err
	})
}

func (w *world) decisions(id uuid.UUID) []decision.Decision {
	w.t.Helper()
	var rows []decision.Decision
	w.Tx(func(tx pg.Tx) (err error) {
		rows, err = decision.List(tx, order.Subject, id)
		return err
	})
	return rows
}

// route names the stages of the order's last request: "" when nobody was asked.
func (w *world) route(id uuid.UUID) string {
	var stages []string
	for _, s := range w.request(id).Route {
		stages = append(stages, s.Stage)
	}
	return strings.Join(stages, " ")
}

// wantErr fails the test unless err is of this code.
func wantErr(t testing.TB, err error, want error, what string) {
	t.Helper()
	if !errors.Is(err, want) {
		e, _ := errs.As(err)
		t.Errorf("%s: got %v %+v, want %v", what, err, e, want)
	}
}

// failed are the rules of the failed checks of a decision.
func failed(d decision.Decision) string { return strings.Join(d.Rules(), " ") }
