package deliverycheck_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/deliverycheck"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/production"
)

// multiply writes 100,000 copies of the one order and of its production request, 90,000 of them over, 200 at risk, 1,000 to be scheduled,
// promised over the next hundred days.
var multiply = []string{
	`SET LOCAL statement_timeout = 0`,
	`SET LOCAL session_replication_role = replica`, // no triggers: this is not about them
	`CREATE TEMP TABLE twin ON COMMIT DROP AS SELECT n, gen_random_uuid() AS o, gen_random_uuid() AS r, gen_random_uuid() AS l, n > 10000 AS over FROM generate_series(1, 100000) n`,
	`INSERT INTO orders ({orders}) SELECT {x.orders} FROM (SELECT * FROM orders LIMIT 1) t, twin,
		jsonb_populate_record(NULL::orders, to_jsonb(t) || jsonb_build_object('id', o, 'number', 'SO-X-' || n, 'state', CASE WHEN over THEN 'closed' ELSE 'confirmed' END, 'ended_at', CASE WHEN over THEN now() END)) x`,
	`INSERT INTO order_lines ({order_lines}) SELECT {x.order_lines} FROM (SELECT * FROM order_lines LIMIT 1) t, twin, jsonb_populate_record(NULL::order_lines, to_jsonb(t) || jsonb_build_object('id', l, 'order_id', o)) x`,
	`INSERT INTO production_requests ({production_requests}) SELECT {x.production_requests} FROM (SELECT * FROM production_requests LIMIT 1) t, twin, jsonb_populate_record(NULL::production_requests, to_jsonb(t) ||
		jsonb_build_object('id', r, 'number', 'PD-X-' || n, 'order_id', o, 'order_number', 'SO-X-' || n, 'state', CASE WHEN over THEN 'closed' ELSE 'open' END,
			'ended_at', CASE WHEN over THEN now() END, 'at_risk', (n <= 200)::int, 'unscheduled', (n <= 1000)::int)) x`,
	`INSERT INTO production_lines (id, request_id, customer_id, owner_id, line_no, product_id, unit, quantity, promised_on, delivery_place, packing, transport, special_demands, removed,
			live, planned, finished, material_short, risk)
		SELECT l, r, customer_id, owner_id, 1, product_id, unit, quantity, now()::date + 1 + n % 100, '', '', '', '', false, NOT over, CASE WHEN n <= 1000 THEN 0 ELSE quantity END,
			CASE WHEN over THEN quantity ELSE 0 END, false, CASE WHEN n <= 200 THEN 'late' ELSE 'none' END FROM (SELECT * FROM production_lines LIMIT 1) t, twin`,
	`INSERT INTO production_acknowledgements SELECT r, 1, d, asked_at, due_at, due_hours, false, CASE WHEN over THEN now() END, CASE WHEN over THEN (SELECT id FROM users LIMIT 1) END, ''
		FROM (SELECT * FROM production_acknowledgements LIMIT 1) t, twin, unnest('{production,management,finance}'::text[]) d`,
	`ANALYZE orders, order_lines, production_requests, production_lines, production_acknowledgements`,
}

// named writes out the columns of tables, other than those that the database computes.
func named(tx pg.Tx, query string) string {
	for _, table := range []string{"orders", "order_lines", "production_requests"} {
		var columns []string
		tx.Raw("SELECT column_name FROM information_schema.columns WHERE table_name = ? AND is_generated = 'NEVER' ORDER BY ordinal_position", table).Scan(&columns)
		query = strings.ReplaceAll(query, "{"+table+"}", strings.Join(columns, ", "))
		query = strings.ReplaceAll(query, "{x."+table+"}", "x."+strings.Join(columns, ", x."))
	}
	return query
}

// Work lists, sweeps and deadlines with 100,000 production requests, of which 10,000 run.
func TestVolumeOfProduction(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("a hundred thousand orders: SALESGATE_LONG=1")
	}
	e := apitest.New(t)
	confirmed(e, 90)
	e.Tx(func(tx pg.Tx) error {
		for _, q := range multiply {
			if err := tx.Exec(named(tx, q)).Error; err != nil {
				return err
			}
		}
		return nil
	})
	s, page := e.App.Server, pg.Page{Limit: 50}
	gm, rep := e.Principal("gm"), e.Principal("rep1")
	requests := func(who identity.Principal, f production.RequestFilter) func(tx pg.Tx) error {
		return func(tx pg.Tx) error { _, _, err := s.Production.List(tx, who, f, page); return err }
	}
	for _, c := range []struct {
		name  string
		bound time.Duration
		do    func(tx pg.Tx) error
	}{
		{"requests at risk", 100 * time.Millisecond, requests(gm, production.RequestFilter{AtRisk: true})},
		{"requests to schedule", 100 * time.Millisecond, requests(gm, production.RequestFilter{ToSchedule: true})},
		{"requests to acknowledge", 200 * time.Millisecond, requests(gm, production.RequestFilter{ToAcknowledge: production.Finance})},
		{"a rep's requests", 100 * time.Millisecond, requests(rep, production.RequestFilter{})},
		{"lines at risk", 100 * time.Millisecond, func(tx pg.Tx) error {
			_, _, err := s.Production.ListLines(tx, rep, production.LineFilter{Work: production.Risky}, page)
			return err
		}},
		{"mark what is behind", time.Second, func(tx pg.Tx) error { _, err := s.Production.MarkBehind(tx, 100); return err }},
		{"close what is shipped", time.Second, func(tx pg.Tx) error { _, err := s.Production.CloseShipped(tx, 100); return err }},
		{"open 500 checks", 2 * time.Second, func(tx pg.Tx) error { _, err := s.DeliveryChecks.OpenDue(tx, 500); return err }},
		{"checks to make", 100 * time.Millisecond, func(tx pg.Tx) error {
			_, _, err := s.DeliveryChecks.List(tx, rep, deliverycheck.Filter{Work: deliverycheck.ToCheck}, page)
			return err
		}},
		{"deadlines of 500 requests", time.Second, func(tx pg.Tx) error { _, err := s.Production.RecomputeDeadlines(tx, uuid.Nil, 500); return err }},
		{"deadlines of 500 checks", time.Second, func(tx pg.Tx) error { _, err := s.DeliveryChecks.RecomputeDeadlines(tx, uuid.Nil, 500); return err }},
	} {
		var took []time.Duration
		for range 5 {
			began := time.Now()
			if err := e.DB.Tx(context.Background(), pg.System("test"), c.do); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		t.Logf("%s: %s", c.name, took[2].Round(100*time.Microsecond))
		if took[2] > c.bound {
			t.Errorf("%s takes %s, bound %s", c.name, took[2], c.bound)
		}
	}
}
