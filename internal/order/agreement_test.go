package order_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
)

// quoted is an accepted quotation of a product at a price, for 10 to 1,000 of it, good for so many days from today on.
func (w *world) quoted(product uuid.UUID, price string, days int, change func(*quote.Quotation)) (uuid.UUID, uuid.UUID) {
	w.t.Helper()
	now := time.Now().UTC()
	today, most := clock.Today(now), dec("1000")
	q := quote.Quotation{
		ID: uuid.Must(uuid.NewV7()), CustomerID: &w.customer, OwnerID: w.People["rep1"], State: quote.StateAccepted, Revision: 1, Total: dec("0"),
		Currency: "CNY", ValidFrom: today.AddDate(0, 0, -9), ValidUntil: today.AddDate(0, 0, days), Settlement: credit.Cash, Content: make([]byte, 32),
		SubmittedAt: &now, ApprovedAt: &now, SentAt: &now, AcceptedAt: &now, AcceptedBy: "陈示例", AcceptedThrough: "rep", CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	q.Number = "QT-TEST-" + q.ID.String()[24:]
	change(&q)
	line := quote.Line{
		ID: uuid.Must(uuid.NewV7()), QuotationID: q.ID, LineNo: 1, ProductID: product, Unit: "kg", MinQuantity: dec("10"), MaxQuantity: &most,
		Price: dec(price), NetPrice: dec(price), TaxRate: dec("0.13"),
	}
	w.Tx(func(tx pg.Tx) error {
		if err := pg.Insert(tx, &q); err != nil {
			return err
		}
		return pg.Insert(tx, &line)
	})
	return q.ID, line.ID
}

func same(*quote.Quotation) {}

// byQuote is an order of one line by a quotation's line.
func (w *world) byQuote(q, l uuid.UUID, quantity, price string) order.Draft {
	d := w.draft(line(w.plain, quantity, price))
	d.QuotationID, d.Lines[0].QuotationLineID = &q, &l
	return d
}

func TestQUO05_AnAcceptedQuotationIsThePriceBase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q, l := w.quoted(w.plain, "8", 0, same) // its last day is today
	for _, c := range []struct{ quantity, price, route string }{
		{"10", "8", ""},
		{"1000", "8", ""},
		{"10", "8.0001", ""},
		{"10", "7.9999", "general_manager"}, // below it base price and authority count
		{"9.9999", "8", "general_manager"},  // outside its quantities too
		{"1000.0001", "8.5", "general_manager"},
	} {
		o, d, err := w.place("rep1", w.byQuote(q, l, c.quantity, c.price))
		if err != nil || w.route(o.ID) != c.route {
			t.Errorf("%s at %s: %q %v", c.quantity, c.price, w.route(o.ID), err)
		}
		if c.route == "" && !strings.Contains(fmt.Sprint(d.Checks), "QT-TEST") {
			t.Errorf("%s: the decision doesn't cite the quotation: %+v", c.price, d.Checks)
		}
	}
	discounted := w.byQuote(q, l, "10", "8")
	discounted.HeaderDiscount = dec("0.01")
	if o, _, err := w.place("rep1", discounted); err != nil || w.route(o.ID) != "general_manager" {
		t.Errorf("a header discount slips under the agreement: %q %v", w.route(o.ID), err)
	}
}

func TestQUO05_WhatIsNoPriceBaseIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.company(credit.GradeB, credit.LimitOf(dec("1000")), credit.Terms{Settlement: credit.NetDays, Days: 30})
	for name, c := range map[string]struct {
		days   int
		change func(*quote.Quotation)
		want   error
	}{
		"expired yesterday": {-1, same, quote.ErrExpired},
		"another's":         {5, func(q *quote.Quotation) { q.CustomerID = &other }, quote.ErrNotAgreed},
		"not accepted": {5, func(q *quote.Quotation) {
			q.State, q.AcceptedAt, q.AcceptedThrough = quote.StateSent, nil, ""
		}, quote.ErrNotAgreed},
		"nobody approved": {5, func(q *quote.Quotation) { q.Unapproved = true }, quote.ErrUnapproved},
	} {
		q, l := w.quoted(w.plain, "8", c.days, c.change)
		_, _, err := w.place("rep1", w.byQuote(q, l, "10", "8"))
		wantErr(t, err, c.want, name)
	}
	q, l := w.quoted(w.floored, "8", 5, same)
	_, _, err := w.place("rep1", w.byQuote(q, l, "10", "8"))
	wantErr(t, err, order.ErrAgreementProduct, "of another product")
	_, _, err = w.place("rep1", w.byQuote(q, uuid.New(), "10", "8"))
	wantErr(t, err, order.ErrAgreementLine, "of no line")
	d := w.byQuote(q, l, "10", "8")
	d.QuotationID = nil
	_, _, err = w.place("rep1", d)
	wantErr(t, err, order.ErrAgreementLine, "of no quotation")
}

// agreed is a contract in force about so much of the plain product, with 60 days' terms.
func (w *world) agreed(quantity, price, amount string, change func(*contract.Contract)) (uuid.UUID, uuid.UUID) {
	w.t.Helper()
	now := time.Now().UTC()
	today, signer := clock.Today(now), w.People["manager"]
	c := contract.Contract{
		ID: uuid.Must(uuid.NewV7()), CustomerID: w.customer, State: contract.StateInForce, Revision: 1, StartsOn: today, EndsOn: today,
		IsStandard: true, Settlement: credit.NetDays, TermsDays: 60, Gross: dec(amount), Total: dec(amount), Currency: contract.Currency,
		Content: make([]byte, 32), SubmittedAt: &now, ApprovedAt: &now, DemandRound: 1, PriceRound: 1, PeriodRound: 1, ConditionRound: 1,
		Signature: contract.Signature{SignedOn: &today, CustomerSignedOn: &today, SignedBy: &signer, SignedContent: make([]byte, 32)}, InForceAt: &now, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	c.Number = "SC-TEST-" + c.ID.String()[24:]
	change(&c)
	l := contract.Line{
		ID: uuid.Must(uuid.NewV7()), ContractID: c.ID, LineNo: 1, Revision: 1, ProductID: w.plain, Unit: "kg", Price: dec(price), Quantity: dec(quantity),
		TaxRate: dec("0.13"), Amount: dec(amount), NetAmount: dec(amount), CalledQuantity: decimal.Zero, CalledAmount: decimal.Zero,
		Deliveries: []contract.Delivery{{On: c.EndsOn, Quantity: dec(quantity)}},
	}
	w.Tx(func(tx pg.Tx) error {
		if err := pg.Insert(tx, &c); err != nil {
			return err
		}
		return pg.Insert(tx, &l)
	})
	return c.ID, l.ID
}

func asIs(*contract.Contract) {}

func (w *world) byContract(c, l uuid.UUID, quantity, price string) order.Draft {
	d := w.draft(line(w.plain, quantity, price))
	d.ContractID, d.Lines[0].ContractLineID = &c, &l
	d.Terms = &credit.Terms{Settlement: credit.NetDays, Days: 60}
	return d
}

func (w *world) called(id uuid.UUID) string {
	w.t.Helper()
	var c contract.Contract
	w.Tx(func(tx pg.Tx) (err error) {
		c, err = contract.WithLines(tx, id)
		return err
	})
	return c.Lines[0].CalledQuantity.Trim(0).String() + " " + c.CalledAmount.Trim(0).String()
}

func TestCON09_AnOrderCallsOffWhatIsLeftAndNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, l := w.agreed("30000", "8", "240000", asIs)
	first, d, err := w.place("rep1", w.byContract(c, l, "20000", "8")) // 160,000 on 60 days: all of it was decided with the contract
	if err != nil || first.State != order.StateConfirmed || w.called(c) != "20000 160000" {
		t.Fatalf("%v %s %q", err, w.called(c), failed(d))
	}
	_, _, err = w.place("rep1", w.byContract(c, l, "10000.0001", "8"))
	wantErr(t, err, contract.ErrLineExceeded, "one more than is left")
	second, _, err := w.place("rep1", w.byContract(c, l, "10000", "8"))
	w.must(err)
	if w.called(c) != "30000 240000" {
		t.Error(w.called(c))
	}
	var copied order.Order
	w.must(w.as("rep1", func(tx pg.Tx, who identity.Principal) (err error) {
		copied, err = w.orders.Copy(tx, who, second.ID)
		return err
	}))
	_, _, err = w.submit("rep1", copied.ID) // a copied document goes through the gate again
	wantErr(t, err, contract.ErrLineExceeded, "a copy of an order on a contract that is used up")
	if w.called(c) != "30000 240000" {
		t.Error(w.called(c))
	}
}

func TestCON09_WhatIsNoContractInForceIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.company(credit.GradeB, credit.LimitOf(dec("1000")), credit.Terms{Settlement: credit.NetDays, Days: 30})
	for name, c := range map[string]struct {
		change func(*contract.Contract)
		want   error
	}{
		"approved only": {func(c *contract.Contract) { c.State, c.InForceAt = contract.StateApproved, nil }, contract.ErrNotInForce},
		"ended": {func(c *contract.Contract) {
			c.StartsOn, c.EndsOn = c.StartsOn.AddDate(0, 0, -9), c.EndsOn.AddDate(0, 0, -1)
		}, contract.ErrExpired},
		"not begun": {func(c *contract.Contract) {
			c.StartsOn, c.EndsOn = c.StartsOn.AddDate(0, 0, 1), c.EndsOn.AddDate(0, 0, 9)
		}, contract.ErrNotBegun},
		"another's": {func(c *contract.Contract) { c.CustomerID = other }, order.ErrNoAgreement},
	} {
		id, l := w.agreed("100", "8", "800", c.change)
		_, _, err := w.place("rep1", w.byContract(id, l, "10", "8"))
		wantErr(t, err, c.want, name)
	}
	_, _, err := w.place("rep1", w.byContract(uuid.New(), uuid.New(), "10", "8"))
	wantErr(t, err, order.ErrNoAgreement, "none")
}

func TestCON09_GivenBackWhenReturnedCancelledOrClosedShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, l := w.agreed("100", "8", "800", asIs)
	asked, _, err := w.place("rep1", w.byContract(c, l, "40", "7.9")) // below the agreement: the general manager
	if err != nil || asked.State != order.StateSubmitted || w.called(c) != "40 316" {
		t.Fatalf("%v %s", err, w.called(c))
	}
	w.must(w.decide("gm", asked.ID, "reject"))
	if w.called(c) != "0 0" {
		t.Error("rejected: " + w.called(c))
	}
	o, _, err := w.place("rep1", w.byContract(c, l, "40", "8"))
	w.must(err)
	w.Tx(func(tx pg.Tx) error {
		o, err := w.orders.LockOpen(tx, o.ID)
		if err != nil {
			return err
		}
		parts := []order.Shipped{{LineID: o.Lines[0].ID, Quantity: dec("15")}}
		if err := w.orders.Reserve(tx, o, parts); err != nil {
			return err
		}
		return w.orders.Ship(tx, o, parts)
	})
	_, err = w.call("rep1", w.orders.Close, o.ID)
	w.must(err)
	if w.called(c) != "15 120" {
		t.Error("closed short: " + w.called(c))
	}
}

// 50 concurrent orders on one contract never exceed what is left.
func TestCON09_CallOffRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, l := w.agreed("100", "8", "800", asIs)
	fns, who := make([]func() error, 50), w.Principal("rep1")
	for i := range fns {
		d := w.byContract(c, l, "9", "8")
		fns[i] = func() error {
			return w.DB.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error {
				_, _, err := w.orders.CreateAndSubmit(tx, who, d)
				return err
			})
		}
	}
	won := 0
	for _, err := range together(fns...) {
		if err == nil {
			won++
			continue
		}
		wantErr(t, err, contract.ErrLineExceeded, "a loser")
	}
	if won != 11 || w.called(c) != "99 792" {
		t.Errorf("%d won, %s", won, w.called(c))
	}
}
