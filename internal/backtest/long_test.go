package backtest_test

import (
	"context"
	"encoding/json"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/backtest"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

const manyCases = 100_000

// seedMany stores as many cases of each kind with three statements each, over the 300 days up to now.
func (w *world) seedMany() {
	w.t.Helper()
	shipment, err := json.Marshal(basis("0.00"))
	w.must(err)
	line := pricing.BasisLine{Product: id(), Code: "P-1", Quantity: dec("100"), Price: dec("0"), Base: dec("10.00")}
	sale, err := json.Marshal(pricing.Basis{
		Table: "PAT-DEFAULT", Roles: []identity.Role{identity.SalesRep}, Discount: dec("0"), Grade: "B",
		Lines: []pricing.BasisLine{line, {Product: id(), Code: "P-2", Quantity: dec("7"), Price: dec("10.00"), Base: dec("10.00")}, {Product: id(), Code: "P-3", Quantity: dec("1"), Price: dec("12.50"), Base: dec("12.00")}},
		Sale:  pricing.Sale{Within: true, Required: identity.SalesRep},
	})
	w.must(err)
	args := map[string]any{
		"n": manyCases, "rep": w.People["rep1"], "customer": w.customers["rep1"], "shipment": string(shipment), "sale": string(sale),
	}
	for _, q := range []string{
		`INSERT INTO approval_requests (id, matter, subject_type, subject_id, number, title_en, title_zh, submitted_by, submitter_kind, submitter_roles,
				submitted_at, matrix_version, facts, route, content, content_hash, state, step, closed_at, close_reason, version)
			SELECT gen_random_uuid(), 'order.confirm', 'order', gen_random_uuid(), 'SO-' || i, 'A', 'A', @rep, 'user', '{sales_rep}',
				now() - interval '300 days' * (i::float8 / @n), 1, jsonb_build_object('total', (i % 200000)::text || '.00', 'currency', 'CNY', 'within_submitter_authority', i % 5 > 0,
					'required_role', CASE WHEN i % 5 = 0 THEN 'sales_manager' ELSE '' END, 'department_authority', true, 'special_terms', i % 7 = 0,
					'customer_grade', 'B', 'gm_amount', '100000', 'submitter_roles', jsonb_build_array('sales_rep')),
				'[]', '', decode(repeat('00', 32), 'hex'), 'approved', 0, now(), '', 1
			FROM generate_series(1, @n) i`,
		`INSERT INTO shipping_notices (id, number, customer_id, payer_id, owner_id, flow, state, priority, ship_date, short_lead_reason, overdue_reason, vehicle, carrier,
				driver, driver_phone, remarks, currency, amount, dispatched_amount, covered_amount, submitter_kind, ended_reason, revision, created_at, updated_at, version)
			SELECT gen_random_uuid(), 'SN-' || i, @customer, @customer, @rep, 'credit', 'draft', 1, '2026-01-01', '', '', '', '', '', '', '', 'CNY', i % 2000, 0, 0, '', '', 1, now(), now(), 1
			FROM generate_series(1, @n) i`,
		`INSERT INTO decisions (id, gate, subject_type, subject_id, outcome, checks, matter, at, inputs)
			SELECT gen_random_uuid(), 'shipment', 'shipping_notice', id, 'approval_required', '[]', 'shipment.release', now() - interval '300 days' * (row_number() OVER () ::float8 / @n),
				jsonb_set(CAST(@shipment AS jsonb), '{amount}', to_jsonb(amount::text)) FROM shipping_notices`,
		`INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days, header_discount, gross, total, tax,
				currency, remarks, state_reason, content, created_at, updated_at, version)
			SELECT gen_random_uuid(), 'SO-' || i, @customer, @rep, 'draft', 1, 'api', '', 'cash', 0, 0, 0, 0, 0, 'CNY', '', '', '', now(), now(), 1 FROM generate_series(1, @n) i`,
		`INSERT INTO decisions (id, gate, subject_type, subject_id, outcome, checks, matter, at, inputs)
			SELECT gen_random_uuid(), 'order', 'order', id, 'passed', '[]', 'order.confirm', now() - interval '300 days' * (n::float8 / @n),
				jsonb_set(CAST(@sale AS jsonb), '{lines,0,price}', to_jsonb('9.' || lpad((80 + n % 20)::text, 2, '0'))) FROM (SELECT id, row_number() OVER () AS n FROM orders) o`,
	} {
		w.must(w.DB.Tx(context.Background(), pg.System("seed"), func(tx pg.Tx) error {
			tx.Exec("SET LOCAL statement_timeout = 0")
			return tx.Exec(q, args).Error
		}))
	}
	_, err = w.DB.Pool().Exec(context.Background(), "ANALYZE")
	w.must(err)
}

// The number of issue 3: 100,000 stored decisions within 30 s, in flat memory.
func TestLongBacktestOfManyDecisions(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("SALESGATE_LONG is not set")
	}
	w := open(t)
	w.seedMany()
	w.explain()
	narrow := defaults()
	for i := range narrow {
		if narrow[i].Role == identity.SalesRep {
			narrow[i].MaxBelow = new(dec("1"))
		}
	}
	matrix := edited("order.confirm", func(m *approval.MatterRules) {
		stage(m, "general_manager").When = "total > 50000 || !department_authority"
	})
	for name, d := range map[string]backtest.Draft{
		"matrix":          {Matrix: matrix},
		"limit_rule":      {LimitRule: &backtest.LimitRule{Limits: []backtest.GradeLimit{{Grade: "B", Factor: new(dec("0.5"))}}}},
		"price_authority": {Authority: &backtest.Authority{Entries: narrow}},
	} {
		in := draft(d)
		in.Days = 366
		r, err := w.start("gm", in)
		w.must(err)
		peak, stop := watchHeap()
		began := time.Now()
		for r.State != backtest.Done {
			w.must(w.s.Run(context.Background(), r.ID))
			sum, _ := w.read("gm", r.ID)
			r = sum.Run
		}
		took := time.Since(began)
		close(stop)
		t.Logf("%s: %d replayed, %d differ, in %.1f s; heap at most %d MB", name, r.Replayed, r.Differing, took.Seconds(), peak.Load()>>20)
		if r.Replayed != manyCases || r.Differing == 0 || r.Differing == manyCases || took > 30*time.Second {
			t.Errorf("%s: %+v in %s", name, figures(r), took)
		}
	}
}

// watchHeap notes the most that the heap holds until stop is closed.
func watchHeap() (*atomic.Uint64, chan struct{}) {
	peak, stop := &atomic.Uint64{}, make(chan struct{})
	go func() {
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return peak, stop
}

// explain fails when the reading queries aren't index ranges.
func (w *world) explain() {
	w.t.Helper()
	for _, q := range []string{
		`SELECT id, inputs FROM decisions WHERE gate = 'order' AND at >= now() - interval '90 days' AND at < now()
			AND (inputs IS NOT NULL OR checks @> '[{"rule":"PRC-10"}]') AND (at, id) > (now() - interval '50 days', '00000000-0000-0000-0000-000000000000') ORDER BY at, id LIMIT 1000`,
		`SELECT id, facts FROM approval_requests WHERE submitted_at >= now() - interval '90 days' AND submitted_at < now()
			AND (submitted_at, id) > (now() - interval '50 days', '00000000-0000-0000-0000-000000000000') AND (true OR matter IN ('')) ORDER BY submitted_at, id LIMIT 1000`,
	} {
		var plan []string
		w.Tx(func(tx pg.Tx) error { return tx.Raw("EXPLAIN " + q).Scan(&plan).Error })
		text := strings.Join(plan, "\n")
		if strings.Contains(text, "Seq Scan") || strings.Contains(text, "Sort") {
			w.t.Errorf("%s", text)
		}
	}
}
