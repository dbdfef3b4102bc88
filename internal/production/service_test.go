package production_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/production"
)

type object = map[string]any

// world is the whole program with a customer of rep1 and a product at a base price.
type world struct {
	*apitest.Env
	t                 *testing.T
	customer, product string
	factory           *production.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{Env: apitest.New(t), t: t}
	w.factory = w.App.Server.Production
	w.customer = w.Established(w.As("rep1").Post("/v1/customers", object{
		"name": "云岭示例纺织有限公司", "status": "active", "contacts": []object{{"name": "陈示例", "position": "采购经理", "phone": "13800000042"}},
	}).Want(201).ID())
	w.Tx(func(tx pg.Tx) error {
		p, err := catalog.New().CreateProduct(tx, identity.System(), catalog.Input{
			Code: "P-1", Name: "涤纶短纤", Unit: "kg", Kind: catalog.KindFinished, Lifecycle: catalog.LifecycleStandard, TaxRate: decimal.MustParse("0.13"),
		})
		if err != nil {
			return err
		}
		w.product = p.ID.String()
		_, err = w.App.Server.PriceLists.OpenBasePrices(tx, identity.System(), tx.Now.Add(-time.Hour), "opening", []pricelist.PriceLine{{ProductID: p.ID, Price: decimal.MustParse("10")}})
		return err
	})
	return w
}

// ahead is a business date so many days from now.
func (w *world) ahead(days int) time.Time { return clock.Today(w.DB.Clock().Now()).AddDate(0, 0, days) }

// asked confirms an order of 100 and returns its production request.
func (w *world) asked(promised int) production.Request {
	w.t.Helper()
	o := w.As("rep1").Post("/v1/orders", object{
		"customer_id": w.customer, "channel": "phone", "settlement": "cash", "submit": true,
		"lines": []object{{"product_id": w.product, "quantity": "100", "price": "10", "promised_on": w.ahead(promised).Format(time.DateOnly)}},
	}).Want(201)
	w.Told()
	var r *production.Request
	w.Tx(func(tx pg.Tx) (err error) {
		r, err = w.factory.OfOrder(tx, identity.System(), uuid.MustParse(o.ID()))
		return err
	})
	if r == nil {
		w.t.Fatal("production isn't asked")
	}
	return *r
}

// as runs a use case as a person, in a transaction of its own.
func (w *world) as(name string, fn func(tx pg.Tx, who identity.Principal) error) error {
	who := w.Principal(name)
	return w.DB.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error { return fn(tx, who) })
}

func (w *world) lots(r production.Request, quantity string) []production.LotInput {
	return []production.LotInput{{LineID: r.Lines[0].ID, StartOn: w.ahead(1), FinishOn: w.ahead(2), Quantity: decimal.MustParse(quantity)}}
}

// verbs are what may be done to a request.
func (w *world) verbs(r production.Request) map[string]func() error {
	line := r.Lines[0].ID
	ignore := func(_ any, err error) error { return err }
	return map[string]func() error{
		"acknowledge": func() error {
			return w.as("production", func(tx pg.Tx, who identity.Principal) error {
				_, err := w.factory.Acknowledge(tx, who, r.ID, nil, "", "")
				if errors.Is(err, production.ErrAcknowledged) { // by an earlier round of the test
					err = nil
				}
				return err
			})
		},
		"schedule": func() error {
			return w.as("production", func(tx pg.Tx, who identity.Principal) error {
				return ignore(w.factory.SetSchedule(tx, who, r.ID, nil, w.lots(r, "100")))
			})
		},
		"put a lot": func() error {
			return w.as("production", func(tx pg.Tx, who identity.Principal) error {
				in := w.lots(r, "1")[0]
				in.Note = "ERP"
				return ignore(w.factory.PutLot(tx, who, "erp", "WO-1", r.ID, nil, in))
			})
		},
		"materials": func() error {
			return w.as("purchasing", func(tx pg.Tx, who identity.Principal) error {
				return ignore(w.factory.SetMaterials(tx, who, r.ID, nil, nil))
			})
		},
		"report": func() error {
			return w.as("production", func(tx pg.Tx, who identity.Principal) error {
				return ignore(w.factory.ReportProgress(tx, who, r.ID, nil, []production.ReportInput{{LineID: line, FinishedOn: w.ahead(0), Quantity: decimal.One, Reason: "试产"}}))
			})
		},
		"trouble": func() error {
			return w.as("production", func(tx pg.Tx, who identity.Principal) error {
				return ignore(w.factory.ReportTrouble(tx, who, production.TroubleInput{RequestID: r.ID, LineID: &line, Kind: "other", Description: "停机"}))
			})
		},
	}
}

// A request that runs, also while its order is a draft again, takes everything; one that is over takes nothing.
func TestORD03_ORD04_WhatEachStateTakes(t *testing.T) {
	w := newWorld(t)
	r := w.asked(30)
	for _, c := range []struct {
		state string
		takes bool
	}{{"open", true}, {"held", true}, {"cancelled", false}, {"closed", false}} {
		w.Tx(func(tx pg.Tx) error {
			return tx.Exec("UPDATE production_requests SET state = ?, ended_at = CASE WHEN ? THEN NULL ELSE now() END WHERE id = ?", c.state, c.takes, r.ID).Error
		})
		for name, verb := range w.verbs(r) {
			if err := verb(); errors.Is(err, errs.ErrState) == c.takes || c.takes && err != nil {
				t.Errorf("%s a request that is %s: %v", name, c.state, err)
			}
		}
	}
}

// What the database refuses by itself is said as the service would say it.
func TestORD04_ConstraintsOfProductionAreRefusals(t *testing.T) {
	w := newWorld(t)
	r := w.asked(30)
	if err := w.verbs(r)["schedule"](); err != nil {
		t.Fatal(err)
	}
	if err := w.verbs(r)["report"](); err != nil {
		t.Fatal(err)
	}
	err := w.as("purchasing", func(tx pg.Tx, who identity.Principal) error {
		_, err := w.factory.SetMaterials(tx, who, r.ID, nil, []production.MaterialInput{{Material: "POY", Unit: "kg", Needed: decimal.Ten, OnHand: decimal.Ten}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for query, code := range map[string]string{
		`UPDATE production_lots SET line_id = gen_random_uuid()`:    "production.unknown_line",
		`UPDATE production_lots SET finish_on = start_on - 1`:       "production.lot_dates",
		`UPDATE production_lines SET finished = -1`:                 "production.below_nothing",
		`UPDATE production_materials SET covered_on = '2026-11-22'`: "production.covered_not_short",
		`INSERT INTO production_reports SELECT gen_random_uuid(), request_id, line_id, finished_on, -1, '', reported_at, reported_by FROM production_reports`: "production.correction_reason",
	} {
		err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(query).Error })
		if refused, ok := errs.As(err); !ok || refused.Code != code {
			t.Errorf("%s: %v, want %s", query, err, code)
		}
	}
}

// Schedules, another revision and the cancellation of the order come at once: each is whole, in some order; in the end nothing is to be
// made, and what is planned is what the lots say.
func TestRaceORD04_ScheduleAgainstChangeAndCancellation(t *testing.T) {
	w := newWorld(t)
	for round := range 3 {
		r := w.asked(30)
		var was order.Order
		w.Tx(func(tx pg.Tx) (err error) {
			was, err = w.App.Server.Orders.Get(tx, identity.System(), r.OrderID)
			return err
		})
		changed := was
		changed.Revision, changed.Lines = 2, append([]order.Line(nil), was.Lines...)
		changed.Lines[0].Quantity = decimal.MustParse("120")
		cancelled := changed
		cancelled.State, cancelled.StateReason = order.StateCancelled, "客户取消"
		var group sync.WaitGroup
		refused := make(chan error, 20)
		try := func(fn func() error) { group.Go(func() { refused <- fn() }) }
		for i := range 6 {
			try(func() error {
				return w.as("production", func(tx pg.Tx, who identity.Principal) error {
					_, err := w.factory.SetSchedule(tx, who, r.ID, nil, w.lots(r, fmt.Sprint(10*(i+1))))
					return err
				})
			})
		}
		system := func(fn func(tx pg.Tx) error) func() error {
			return func() error { return w.DB.Tx(context.Background(), pg.System("test"), fn) }
		}
		try(system(func(tx pg.Tx) error { return w.factory.OrderChanged(tx, &was, &changed) }))
		group.Wait()
		try(system(func(tx pg.Tx) error { return w.factory.OrderCancelled(tx, &cancelled) }))
		for range 4 {
			try(w.verbs(r)["schedule"])
		}
		group.Wait()
		close(refused)
		for err := range refused {
			if err != nil && !errors.Is(err, errs.ErrState) && !errors.Is(err, production.ErrLotOverPlan) {
				t.Errorf("round %d: %v", round, err)
			}
		}
		w.Tx(func(tx pg.Tx) error {
			var state string
			var revision, live int
			var planned, lots decimal.Decimal
			err := pg.ScanRow(tx, []any{&state, &revision, &live, &planned, &lots}, `SELECT r.state, r.revision, (SELECT count(*) FROM production_lines WHERE request_id = r.id AND live),
				(SELECT sum(planned) FROM production_lines WHERE request_id = r.id), (SELECT coalesce(sum(quantity), 0) FROM production_lots WHERE request_id = r.id)
				FROM production_requests r WHERE r.id = ?`, r.ID)
			if state != "cancelled" || revision != 2 || live != 0 || planned.Cmp(lots) != 0 {
				t.Errorf("round %d: %s, revision %d, %d lines live, planned %s, lots %s", round, state, revision, live, planned, lots)
			}
			return err
		})
	}
}

// Each list gives everything once, page after page, whatever the size of the page.
func TestListsOfProductionPage(t *testing.T) {
	w := newWorld(t)
	const n = 5
	for i := range n {
		r := w.asked(30 + i%2) // some are promised for the same day
		for _, verb := range []string{"schedule", "trouble"} {
			if err := w.verbs(r)[verb](); err != nil {
				t.Fatal(err)
			}
		}
		err := w.as("purchasing", func(tx pg.Tx, who identity.Principal) error {
			_, err := w.factory.SetMaterials(tx, who, r.ID, nil, []production.MaterialInput{{Material: "POY", Unit: "kg", Needed: decimal.Ten}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	pages := map[string]func(tx pg.Tx, who identity.Principal, p pg.Page) ([]uuid.UUID, string, error){
		"requests": func(tx pg.Tx, who identity.Principal, p pg.Page) ([]uuid.UUID, string, error) {
			rows, next, err := w.factory.List(tx, who, production.RequestFilter{AtRisk: true}, p)
			return ids(rows, func(r production.Request) uuid.UUID { return r.ID }), next, err
		},
		"lines": func(tx pg.Tx, who identity.Principal, p pg.Page) ([]uuid.UUID, string, error) {
			rows, next, err := w.factory.ListLines(tx, who, production.LineFilter{}, p)
			return ids(rows, func(l production.LineItem) uuid.UUID { return l.ID }), next, err
		},
		"materials": func(tx pg.Tx, who identity.Principal, p pg.Page) ([]uuid.UUID, string, error) {
			rows, next, err := w.factory.ListShortMaterials(tx, who, production.ShortFilter{}, p)
			return ids(rows, func(m production.ShortItem) uuid.UUID { return m.ID }), next, err
		},
		"troubles": func(tx pg.Tx, who identity.Principal, p pg.Page) ([]uuid.UUID, string, error) {
			rows, next, err := w.factory.ListTroubles(tx, who, production.TroubleFilter{}, p)
			return ids(rows, func(x production.Trouble) uuid.UUID { return x.ID }), next, err
		},
	}
	for name, list := range pages {
		for _, limit := range []int{1, 2, n, n + 1} {
			found, cursor := map[uuid.UUID]bool{}, ""
			for rounds := 0; rounds <= n; rounds++ {
				var got []uuid.UUID
				err := w.as("rep1", func(tx pg.Tx, who identity.Principal) (err error) {
					got, cursor, err = list(tx, who, pg.Page{Limit: limit, Cursor: cursor})
					return err
				})
				if err != nil {
					t.Fatal(name, err)
				}
				for _, id := range got {
					if found[id] {
						t.Errorf("%s by %d: %s twice", name, limit, id)
					}
					found[id] = true
				}
				if cursor == "" {
					break
				}
			}
			if len(found) != n || cursor != "" {
				t.Errorf("%s by %d: %d of %d", name, limit, len(found), n)
			}
		}
	}
}

func ids[T any](rows []T, id func(T) uuid.UUID) []uuid.UUID {
	all := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		all[i] = id(r)
	}
	return all
}

// A holiday moves the open acknowledgements, batch by batch, and nothing that is over; a second time nothing moves.
func TestORD03_DeadlinesFollowTheCalendar(t *testing.T) {
	w := newWorld(t)
	requests := []production.Request{w.asked(30), w.asked(30), w.asked(30)}
	if err := w.verbs(requests[0])["acknowledge"](); err != nil {
		t.Fatal(err)
	}
	dues := func() (open, over []time.Time) {
		w.Tx(func(tx pg.Tx) error {
			if err := tx.Raw("SELECT due_at FROM production_acknowledgements WHERE acknowledged_at IS NULL ORDER BY request_id, department").Scan(&open).Error; err != nil {
				return err
			}
			return tx.Raw("SELECT due_at FROM production_acknowledgements WHERE acknowledged_at IS NOT NULL").Scan(&over).Error
		})
		return open, over
	}
	recompute := func() {
		after := uuid.Nil
		for rounds := 0; ; rounds++ {
			w.Tx(func(tx pg.Tx) (err error) {
				after, err = w.factory.RecomputeDeadlines(tx, after, 1)
				return err
			})
			if after == uuid.Nil {
				if rounds < len(requests) {
					t.Errorf("%d batches", rounds)
				}
				return
			}
		}
	}
	open, over := dues()
	recompute()
	if same, _ := dues(); fmt.Sprint(same) != fmt.Sprint(open) {
		t.Errorf("moved without a reason: %v to %v", open, same)
	}
	holiday := "/v1/calendar/days/" + open[0].In(clock.Shanghai).Format(time.DateOnly)
	w.As("admin").Put(holiday, w.As("admin").Get(holiday).Want(200).ETag(), object{"working": false, "reason": "厂庆"}).Want(200)
	recompute()
	moved, still := dues()
	for i := range open {
		if !moved[i].After(open[i]) {
			t.Errorf("%s stays", open[i])
		}
	}
	if fmt.Sprint(still) != fmt.Sprint(over) {
		t.Errorf("what is acknowledged moves: %v to %v", over, still)
	}
}

// A line whose day passes falls behind, and the request of an order that has been shipped ends.
func TestORD04_TimeMarksWhatIsBehindAndEndsWhatIsShipped(t *testing.T) {
	w := newWorld(t)
	r, done := w.asked(3), w.asked(30)
	if err := w.verbs(r)["schedule"](); err != nil {
		t.Fatal(err)
	}
	sweep := func() (behind, closed int) {
		w.Tx(func(tx pg.Tx) (err error) {
			if behind, err = w.factory.MarkBehind(tx, 10); err != nil {
				return err
			}
			closed, err = w.factory.CloseShipped(tx, 10)
			return err
		})
		return behind, closed
	}
	if behind, closed := sweep(); behind != 0 || closed != 0 {
		t.Errorf("%d behind, %d closed at once", behind, closed)
	}
	w.DB.Clock().SetOffset(3 * 24 * time.Hour) // the day after the last lot
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE orders SET state = 'shipped' WHERE id = ?", done.OrderID).Error
	})
	if behind, closed := sweep(); behind != 1 || closed != 1 {
		t.Errorf("%d behind, %d closed", behind, closed)
	}
	if behind, closed := sweep(); behind != 0 || closed != 0 {
		t.Errorf("%d behind, %d closed again", behind, closed)
	}
	w.Tx(func(tx pg.Tx) error {
		now, err := w.factory.Get(tx, identity.System(), r.ID)
		if now.Lines[0].Risk != production.RiskBehind {
			t.Errorf("the line is at risk %s", now.Lines[0].Risk)
		}
		return err
	})
}
