package backtest_test

import (
	"context"
	"maps"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/backtest"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/shipping"
)

type object = map[string]any

// world is a company with a customer of each team's rep, in which cases are stored as the gates store them.
type world struct {
	*apitest.Env
	t         testing.TB
	s         *backtest.Service
	customers map[string]uuid.UUID // by the rep who owns it
}

func open(t testing.TB) *world {
	t.Helper()
	w := &world{Env: apitest.New(t), t: t, customers: map[string]uuid.UUID{}}
	w.s = w.App.Server.Backtests
	w.customers["rep1"] = uuid.MustParse(w.As("rep1").Post("/v1/customers", object{
		"name": "云岭示例纺织有限公司", "status": "active", "contacts": []object{{"name": "陈示例", "position": "采购经理", "phone": "13800000042"}},
	}).Want(201).ID())
	w.customers["rep3"] = uuid.MustParse(w.As("rep3").Post("/v1/customers", object{
		"name": "海示例织造有限公司", "status": "active", "contacts": []object{{"name": "林示例", "position": "经理", "phone": "13800000043"}},
	}).Want(201).ID())
	return w
}

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func id() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// asked submits an order of these facts.
func (w *world) asked(username string, facts map[string]any) approval.Request {
	w.t.Helper()
	who := w.Principal(username)
	all := map[string]any{
		"total": dec("100"), "currency": "CNY", "within_submitter_authority": true, "required_role": "",
		"department_authority": true, "special_terms": false, "customer_grade": "B",
	}
	maps.Copy(all, facts)
	var r approval.Request
	w.Tx(func(tx pg.Tx) (err error) {
		r, err = w.App.Server.Approvals.Submit(tx, who, approval.Submission{
			Matter: "order.confirm", SubjectType: "order", SubjectID: id(), Number: "SO-" + uuid.NewString()[:8],
			TitleEN: "An order", TitleZH: "订单", Facts: all, Content: []byte("x"),
		})
		return err
	})
	return r
}

// basis is a notice on credit: exposure 0, limit 1000.00, grade B, nothing overdue.
func basis(amount string) shipping.Basis {
	return shipping.Basis{
		Flow: shipping.Credit, Amount: dec(amount), NewDebt: dec("0"), Cover: shipping.Cover{Covered: dec("0")},
		Position: credit.Position{
			Account: credit.Account{Receivable: dec("0.00"), Shipped: dec("0.00"), Released: dec("0.00"), Prepaid: dec("0.00")},
			Profile: credit.Profile{Grade: credit.GradeB, Limit: credit.LimitOf(dec("1000.00")), Terms: credit.CashTerms()},
			Overdue: dec("0.00"),
		},
	}
}

// shipped stores what the shipment gate judged a notice by, and returns the notice's number.
func (w *world) shipped(username string, b shipping.Basis) string {
	w.t.Helper()
	notice := id()
	w.Tx(func(tx pg.Tx) error {
		b.Position.Now = tx.Now
		err := tx.Exec(`INSERT INTO shipping_notices (id, number, customer_id, payer_id, owner_id, flow, state, priority, ship_date, short_lead_reason,
				overdue_reason, vehicle, carrier, driver, driver_phone, remarks, currency, amount, dispatched_amount, covered_amount,
				submitter_kind, ended_reason, revision, created_at, updated_at, version)
			VALUES (@id, @number, @customer, @customer, @owner, @flow, 'draft', 1, '2026-01-01', '', '', '', '', '', '', '', 'CNY', @amount, 0, 0, '', '', 1, @now, @now, 1)`,
			map[string]any{
				"id": notice, "number": "SN-" + notice.String(), "customer": w.customers[username], "owner": w.People[username],
				"flow": b.Flow, "amount": b.Amount, "now": tx.Now,
			}).Error
		if err != nil {
			return err
		}
		d := decision.New("shipment", shipping.SubjectNotice, notice)
		d.Outcome, d.Inputs = decision.ApprovalRequired, b
		return decision.Record(tx, &d)
	})
	return "SN-" + notice.String()
}

// defaults are the entries of the default price authority table.
func defaults() []pricing.Entry {
	var all []pricing.Entry
	for role, below := range map[identity.Role]string{
		identity.SalesRep: "2", identity.SalesSupervisor: "3", identity.SalesManager: "5", identity.SalesDirector: "8",
	} {
		d := dec(below)
		all = append(all, pricing.Entry{Role: role, MaxBelow: &d})
	}
	return append(all, pricing.Entry{Role: identity.GeneralManager})
}

// sold stores what the price gate judged an order of a rep by: 100 units at a price against a base of 10.00.
func (w *world) sold(username, price string) string {
	w.t.Helper()
	b := pricing.Basis{
		Table: "PAT-DEFAULT", Roles: []identity.Role{identity.SalesRep}, Discount: dec("0"), Grade: "B",
		Lines: []pricing.BasisLine{{Product: id(), Code: "P-1", Quantity: dec("100"), Price: dec(price), Base: dec("10.00")}},
	}
	table, err := pricing.NewTrial("PAT-DEFAULT", defaults())
	if err != nil {
		w.t.Fatal(err)
	}
	if b.Sale, err = table.Judge(b); err != nil {
		w.t.Fatal(err)
	}
	o := id()
	w.Tx(func(tx pg.Tx) error {
		err := tx.Exec(`INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days,
				header_discount, gross, total, tax, currency, remarks, state_reason, content, created_at, updated_at, version)
			VALUES (?, ?, ?, ?, 'draft', 1, 'api', '', 'cash', 0, 0, 0, 0, 0, 'CNY', '', '', '', ?, ?, 1)`,
			o, "SO-"+o.String(), w.customers[username], w.People[username], tx.Now, tx.Now).Error
		if err != nil {
			return err
		}
		d := decision.New("order", "order", o)
		d.Inputs = b
		return decision.Record(tx, &d)
	})
	return "SO-" + o.String()
}

// start starts a backtest over today and yesterday.
func (w *world) start(username string, in backtest.Start) (backtest.Run, error) {
	if in.Days == 0 && in.From == nil {
		in.Days = 1
	}
	var r backtest.Run
	who := w.Principal(username)
	err := w.DB.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) (err error) {
		r, err = w.s.Start(tx, who, in)
		return err
	})
	return r, err
}

// run starts a backtest and carries it out.
func (w *world) run(username string, in backtest.Start) (backtest.Summary, []backtest.Result) {
	w.t.Helper()
	r, err := w.start(username, in)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.s.Run(context.Background(), r.ID); err != nil {
		w.t.Fatal(err)
	}
	return w.read(username, r.ID)
}

func (w *world) read(username string, run uuid.UUID) (sum backtest.Summary, results []backtest.Result) {
	w.t.Helper()
	who := w.Principal(username)
	w.Tx(func(tx pg.Tx) (err error) {
		if sum, err = w.s.Get(tx, who, run); err != nil {
			return err
		}
		results, _, err = w.s.Results(tx, who, run, backtest.ResultFilter{}, pg.Page{Limit: 200})
		return err
	})
	return sum, results
}

func draft(d backtest.Draft) backtest.Start {
	in := backtest.Start{Kind: backtest.KindMatrix, Draft: d}
	switch {
	case d.LimitRule != nil:
		in.Kind = backtest.KindLimitRule
	case d.Authority != nil:
		in.Kind = backtest.KindPriceAuthority
	}
	return in
}

// figures are what a run comes to.
func figures(r backtest.Run) [6]int {
	return [6]int{r.Replayed, r.Differing, r.Stricter, r.Looser, r.Other, r.Skipped}
}
