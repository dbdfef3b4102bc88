package order_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// placed is what an order by rep1 leads to: its state, the stages that are asked, and the rules that stop it.
type placed struct {
	state order.State
	route string
	rules string
}

func (w *world) wantPlaced(what string, d order.Draft, want placed) order.Order {
	w.t.Helper()
	o, dec, err := w.place("rep1", d)
	if err != nil {
		w.t.Errorf("%s: %v", what, err)
		return o
	}
	got := placed{o.State, w.route(o.ID), failed(dec)}
	if got != want {
		w.t.Errorf("%s: %+v, want %+v\n%+v", what, got, want, dec.Checks)
	}
	if stored := w.read(o.ID); stored.State != o.State || stored.Version != o.Version || stored.Number == "" {
		w.t.Errorf("%s: stored %+v, answered %+v", what, stored, o)
	}
	if all := w.decisions(o.ID); len(all) != 1 || all[0].Outcome != dec.Outcome || (all[0].Outcome == decision.Passed) != (want.route == "") {
		w.t.Errorf("%s: %d decisions, %+v", what, len(all), all)
	}
	return o
}

var confirmed = placed{order.StateConfirmed, "", ""}

func TestCON02_UpTo100000WithinAuthorityStandsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantPlaced("99,999.99", w.draft(line(w.plain, "9999.999", "10")), confirmed)
	w.wantPlaced("100,000.00", w.draft(line(w.plain, "10000", "10")), confirmed)
	d := w.draft(line(w.plain, "10000.001", "10"))
	d.HeaderDiscount = dec("0.01") // the total counts, not the gross
	w.wantPlaced("100,000.01 less 0.01", d, confirmed)
}

func TestCON03_Above100000GoesToTheGeneralManager(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.wantPlaced("100,000.01", w.draft(line(w.plain, "10000.001", "10")), placed{order.StateSubmitted, "general_manager", "CON-03"})
	wantErr(t, w.decide("manager", o.ID, "approve"), approval.ErrNotAsked, "the manager")
	w.must(w.decide("gm", o.ID, "approve"))
	if got := w.read(o.ID); got.State != order.StateConfirmed || got.ConfirmedAt == nil {
		t.Errorf("%+v", got)
	}
}

func TestCON03_BeyondTheDepartmentsAuthorityGoesToTheGeneralManager(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// The default table: rep 2 %, supervisor 3 %, manager 5 %, director 8 % (PRC-09).
	w.wantPlaced("director's last", w.draft(line(w.plain, "10", "9.20")), placed{order.StateSubmitted, "sales_director", "PRC-10"})
	w.wantPlaced("one below", w.draft(line(w.plain, "10", "9.1999")), placed{order.StateSubmitted, "general_manager", "PRC-10 CON-03"})
}

func TestPRC10_LowestRoleThatCoversTheePrice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for price, want := range map[string]placed{
		"10":     confirmed,
		"9.80":   confirmed,
		"9.7999": {order.StateSubmitted, "sales_supervisor", "PRC-10"},
		"9.70":   {order.StateSubmitted, "sales_supervisor", "PRC-10"},
		"9.6999": {order.StateSubmitted, "sales_manager", "PRC-10"},
		"9.50":   {order.StateSubmitted, "sales_manager", "PRC-10"},
		"9.4999": {order.StateSubmitted, "sales_director", "PRC-10"},
	} {
		w.wantPlaced(price, w.draft(line(w.plain, "10", price)), want)
	}
}

func TestPRC10_HeaderDiscountCannotSlipUnder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.draft(line(w.plain, "100", "10"))
	d.HeaderDiscount = dec("20.00")
	w.wantPlaced("2 %", d, confirmed)
	d.HeaderDiscount = dec("20.01")
	w.wantPlaced("a fen more", d, placed{order.StateSubmitted, "sales_supervisor", "PRC-10"})
	d.Lines[0].Price, d.HeaderDiscount = dec("9.90"), dec("10.01") // 1 % on the line, 1.001 % of base on the head
	w.wantPlaced("both", d, placed{order.StateSubmitted, "sales_supervisor", "PRC-10"})
	d.HeaderDiscount = dec("10.00")
	w.wantPlaced("both, at the bound", d, confirmed)
}

func TestPRC10_FreeLineCannotSlipUnder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.wantPlaced("a free line", w.draft(line(w.plain, "1000", "10"), line(w.plain, "1", "0")),
		placed{order.StateSubmitted, "general_manager", "PRC-10 CON-03"})
	if o.Total.String() != "10000.00" {
		t.Error(o.Total)
	}
}

func TestPRC12_BelowTheFloorOnlyTheGeneralManager(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantPlaced("at the floor", w.draft(line(w.floored, "10", "9.90")), confirmed)
	w.wantPlaced("below it, though within 2 %", w.draft(line(w.floored, "10", "9.8999")),
		placed{order.StateSubmitted, "general_manager", "PRC-12 CON-03"})
	d := w.draft(line(w.floored, "100", "9.90"))
	d.HeaderDiscount = dec("0.01")
	w.wantPlaced("pushed below by the head", d, placed{order.StateSubmitted, "general_manager", "PRC-12 CON-03"})
}

// Who is stopped reads the price that would pass at once, and it does.
func TestPRC10_TheDecisionNamesThePriceThatPasses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, d, err := w.place("rep1", w.draft(line(w.plain, "10", "9.7999")))
	w.must(err)
	i := slices.IndexFunc(d.Checks, func(c decision.Check) bool { return c.Rule == "PRC-10" && c.Inputs["line"] == "1" })
	if i < 0 || d.Checks[i].Inputs["passes_at"] != "9.8000" || !strings.Contains(d.Checks[i].ZH, "9.8000") {
		t.Fatalf("%+v", d.Checks)
	}
	w.wantPlaced("that price", w.draft(line(w.plain, "10", d.Checks[i].Inputs["passes_at"])), confirmed)
}

// An ERP has no price authority of its own: base prices stand, anything else needs somebody.
func TestPRC10_MachineOrdersAtBasePriceOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	erp := identity.MachineClient{ID: uuid.New(), Name: "erp", Scopes: identity.Scopes{"order.write", "order.submit"}, Active: true, TokenEpoch: 1, CreatedAt: time.Now(), Version: 1}
	var who identity.Principal
	w.Tx(func(tx pg.Tx) (err error) {
		if err := pg.Insert(tx, &erp); err != nil {
			return err
		}
		who, err = identity.LoadMachine(tx, erp.ID)
		return err
	})
	for price, want := range map[string]placed{"10": confirmed, "9.9999": {order.StateSubmitted, "sales_supervisor", "PRC-10"}} {
		var o order.Order
		var d decision.Decision
		w.must(w.DB.Tx(t.Context(), who.Origin("test"), func(tx pg.Tx) (err error) {
			o, d, err = w.orders.CreateAndSubmit(tx, who, w.draft(line(w.plain, "10", price)))
			return err
		}))
		if got := (placed{o.State, w.route(o.ID), failed(d)}); got != want {
			t.Errorf("%s: %+v", price, got)
		}
	}
}

func TestPRC10_WhoSubmitsCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.draft(line(w.plain, "10", "9.50"))
	if o, _, err := w.place("manager", d); err != nil || o.State != order.StateConfirmed {
		t.Errorf("the manager's own 5 %%: %v %s", err, o.State)
	}
	d.Lines[0].Price = dec("9.4999")
	if o, _, err := w.place("manager", d); err != nil || o.State != order.StateSubmitted || w.route(o.ID) != "sales_director" {
		t.Errorf("beyond it: %v %s", err, o.State)
	}
}

func TestORD10_GradeAndTerms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cash, prepaid, net := credit.CashTerms(), credit.Terms{Settlement: credit.Prepay}, credit.Terms{Settlement: credit.NetDays, Days: 30}
	zero, some := credit.LimitOf(dec("0")), credit.LimitOf(dec("1000"))
	for what, c := range map[string]struct {
		grade credit.Grade
		limit credit.Limit
		terms credit.Terms // approved
		asked credit.Terms
		want  error
	}{
		"A, its terms":       {credit.GradeA, some, net, net, nil},
		"B, its terms":       {credit.GradeB, some, net, net, nil},
		"B, cash":            {credit.GradeB, some, net, cash, nil},
		"C, cash":            {credit.GradeC, zero, cash, cash, nil},
		"C, prepaid":         {credit.GradeC, zero, cash, prepaid, nil},
		"C, 30 days":         {credit.GradeC, zero, cash, net, order.ErrCashOnly},
		"D, cash, no debt":   {credit.GradeD, zero, cash, cash, nil},
		"D, 30 days":         {credit.GradeD, zero, cash, net, order.ErrCashOnly},
		"no profile, cash":   {credit.NoGrade, credit.Limit{}, cash, cash, nil},
		"no profile, 0 days": {credit.NoGrade, credit.Limit{}, cash, credit.Terms{Settlement: credit.NetDays}, order.ErrCashOnly},
	} {
		d := w.draft(line(w.plain, "10", "10"))
		d.CustomerID, d.Terms = w.company(c.grade, c.limit, c.terms), &c.asked
		o, dec, err := w.place("rep1", d)
		if !errors.Is(err, c.want) || (err == nil && o.State != order.StateConfirmed) {
			t.Errorf("%s: %v, %s, %+v", what, err, o.State, dec.Checks)
		}
	}
}

func TestORD10_OldDebtOfADCustomer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.draft(line(w.plain, "10", "10"))
	d.CustomerID = w.company(credit.GradeD, credit.LimitOf(dec("0")), credit.CashTerms())
	invoice := uuid.New()
	owe := func(m credit.Movement) {
		w.Tx(func(tx pg.Tx) error {
			a, err := w.credits.Lock(tx, d.CustomerID)
			if err != nil {
				return err
			}
			return w.credits.Post(tx, a, m)
		})
	}
	due := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	owe(credit.Movement{Part: credit.Receivable, Amount: dec("0.01"), DocumentType: "invoice", DocumentID: invoice, DueOn: &due})
	o := w.create("rep1", d)
	_, _, err := w.submit("rep1", o.ID)
	wantErr(t, err, order.ErrOldDebt, "owing 0.01")
	e, _ := errs.As(err)
	kept, ok := e.Decision.(decision.Decision)
	if !ok || kept.Outcome != decision.Refused || failed(kept) != "ORD-10" || e.Params["debt"] != "0.01" {
		t.Errorf("%+v", e)
	}
	if all := w.decisions(o.ID); len(all) != 1 || all[0].ID != kept.ID {
		t.Errorf("the refusal left %d decisions", len(all))
	}
	if got := w.read(o.ID); got.State != order.StateDraft {
		t.Errorf("refused, but %s", got.State)
	}
	owe(credit.Movement{Part: credit.Receivable, Amount: dec("-0.01"), DocumentType: "receipt", DocumentID: uuid.New(), ItemID: invoice})
	if o, _, err := w.submit("rep1", o.ID); err != nil || o.State != order.StateConfirmed {
		t.Errorf("settled: %v %s", err, o.State)
	}
}

func TestCON06_SpecialTermsGoToFinance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	longer := credit.Terms{Settlement: credit.NetDays, Days: 31}
	d := w.draft(line(w.plain, "10", "10"))
	d.Terms = &longer
	o := w.wantPlaced("31 days instead of 30", d, placed{order.StateSubmitted, "special_terms", "CON-06"})
	w.must(w.decide("finance", o.ID, "approve"))
	if got := w.read(o.ID); got.State != order.StateConfirmed {
		t.Error(got.State)
	}
	cash := credit.CashTerms()
	d.Terms = &cash
	w.wantPlaced("cash", d, confirmed)
	d.Terms, d.CustomerID = nil, w.company(credit.GradeA, credit.LimitOf(dec("0")), credit.Terms{Settlement: credit.NetDays, Days: 30})
	w.wantPlaced("terms without a limit", d, placed{order.StateSubmitted, "special_terms", "CON-06"})
}

func TestORD02_WhatCannotBeOrdered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for what, c := range map[string]struct {
		change func(*order.Draft)
		want   error
	}{
		"no base price":    {func(d *order.Draft) { d.Lines[0].ProductID = w.fresh }, pricing.ErrNotStandard},
		"no such product":  {func(d *order.Draft) { d.Lines[0].ProductID = uuid.New() }, order.ErrNoProduct},
		"no such customer": {func(d *order.Draft) { d.CustomerID = uuid.New() }, order.ErrNoCustomer},
		"no lines":         {func(d *order.Draft) { d.Lines = nil }, order.ErrEmpty},
		"days of cash":     {func(d *order.Draft) { d.Terms = &credit.Terms{Settlement: credit.Cash, Days: 1} }, order.ErrTerms},
		"too much off":     {func(d *order.Draft) { d.HeaderDiscount = dec("100.01") }, pricing.ErrDiscount},
	} {
		d := w.draft(line(w.plain, "10", "10"))
		c.change(&d)
		_, _, err := w.place("rep1", d)
		wantErr(t, err, c.want, what)
	}
	d := w.draft(line(w.plain, "10", "10"))
	_, _, err := w.place("rep3", d)
	wantErr(t, err, order.ErrNoCustomer, "another rep's customer")
	w.must(w.as("rep1", func(tx pg.Tx, who identity.Principal) error {
		_, err := customer.New().Update(tx, who, w.customer, 1, func(p *customer.Profile) { p.Status = customer.Suspended })
		return err
	}))
	_, _, err = w.place("rep1", d)
	wantErr(t, err, order.ErrCustomerNotActive, "a suspended customer")
}

// A refused order stays as a draft that the refusal names; nothing is lost and it can be corrected (ORD-02).
func TestORD02_RefusedOrderStaysAsDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, err := w.place("rep1", w.draft(line(w.plain, "10", "10"), line(w.fresh, "1", "5")))
	wantErr(t, err, pricing.ErrNotStandard, "new product")
	e, _ := errs.As(err)
	id, ok := e.Params["order_id"].(uuid.UUID)
	if !ok || len(e.Fields) == 0 || e.Fields[0].Pointer != "/lines/1/product_id" {
		t.Fatalf("%+v", e)
	}
	o := w.read(id)
	if o.State != order.StateDraft || len(o.Lines) != 2 || len(w.decisions(id)) != 1 {
		t.Errorf("%+v", o)
	}
	w.Tx(func(tx pg.Tx) error {
		_, err := catalog.New().ChangeProductLifecycle(tx, identity.System(), w.fresh, nil, catalog.LifecycleStandard)
		return err
	})
	_, _, err = w.submit("rep1", id)
	wantErr(t, err, pricing.ErrNoBasePrice, "still no price")
}
