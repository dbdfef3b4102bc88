package creditreview_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/creditreview"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/testpg"
)

// seedSQL is 100,000 graded customers, each with four deliveries, invoices and payments of the year in the ledger, invoice lines and
// orders. Triggers and references are off: this is about reading.
var seedSQL = []string{
	`SET LOCAL session_replication_role = replica`,
	`SET LOCAL statement_timeout = 0`,
	`INSERT INTO users (id, username, name, phone, roles, active, locale, must_change_password, password_hash, token_epoch, created_at, version)
		VALUES ('00000000-0000-0000-0000-000000000001', 'rep', '测试', '', '{sales_rep}', true, 'zh-CN', false, '', 1, now(), 1)`,
	`INSERT INTO customers (id, code, name, name_key, name_grams, industry, region, remarks, status, owner_id, owned_at, created_at, updated_at, version)
		SELECT gen_random_uuid(), 'C-' || n, '客户' || n, n::text, '{}', '', '', '', 'active', '00000000-0000-0000-0000-000000000001', now(), now(), now(), 1
		FROM generate_series(1, 100000) n`,
	`INSERT INTO credit_accounts (payer_id, receivable, shipped, released, prepaid, last_seq, first_trade) SELECT id, 0, 0, 0, 0, 16, now()::date - 300 FROM customers`,
	`INSERT INTO credit_profiles (id, customer_id, grade, limit_kind, limit_amount, settlement, terms_days, valid_from)
		SELECT gen_random_uuid(), id, 'B', 'amount', 100000, 'net_days', 30, now() - interval '400 days' FROM customers`,
	`INSERT INTO credit_movements (payer_id, seq, at, happened_on, part, amount, balance_after, document_type, document_id, item_id, due_on, reason)
		SELECT c.id, k * 4 + s, now() - make_interval(days => 300 - k * 70), now()::date - (300 - k * 70 - CASE s WHEN 4 THEN 40 ELSE 0 END),
			CASE WHEN s <= 2 THEN 'shipped' ELSE 'receivable' END, CASE WHEN s IN (1, 3) THEN 5000 ELSE -5000 END, CASE WHEN s IN (1, 3) THEN 5000 ELSE 0 END,
			(ARRAY['delivery_note', 'invoice', 'invoice', 'receipt'])[s],
			CASE s WHEN 1 THEN n.note WHEN 4 THEN n.pay ELSE n.invoice END, CASE WHEN s <= 2 THEN n.note ELSE n.invoice END,
			CASE s WHEN 3 THEN now()::date - (300 - k * 70) + 30 END, (ARRAY['shipped', 'invoiced', 'invoiced', 'paid'])[s]
		FROM customers c CROSS JOIN generate_series(0, 3) k
		CROSS JOIN LATERAL (SELECT md5(c.id::text || k || 'n')::uuid AS note, md5(c.id::text || k || 'i')::uuid AS invoice, md5(c.id::text || k || 'p')::uuid AS pay) n
		CROSS JOIN generate_series(1, 4) s`,
	`INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version)
		VALUES ('00000000-0000-0000-0000-000000000002', 'P', '涤纶短纤', '', '', 'kg', 'finished', 'standard', 0.13, true, now(), now(), 1)`,
	`INSERT INTO invoice_lines (id, invoice_id, line_no, delivery_note_id, delivery_line_id, product_id, quantity, price, amount, tax_rate, tax)
		SELECT gen_random_uuid(), document_id, 1, item_id, item_id, '00000000-0000-0000-0000-000000000002', 500, 10, 5000, 0.13, 575
		FROM credit_movements WHERE part = 'shipped' AND reason = 'invoiced'`,
	`INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days, header_discount, gross, total, tax,
			currency, remarks, state_reason, content, submitted_at, confirmed_at, created_at, updated_at, version)
		SELECT gen_random_uuid(), c.code || '-' || k, c.id, c.owner_id, 'shipped', 1, 'phone', '', 'net_days', 30, 0, 5000, 5000, 575, 'CNY', '', '',
			decode(repeat('00', 32), 'hex'), now(), now() - interval '100 days', now(), now(), 1
		FROM customers c CROSS JOIN generate_series(1, 2) k`,
	`ANALYZE`,
}

// A batch for 100,000 customers is made within two minutes, cut off in the middle and taken up again, without doubling
// anything.
func TestCRD09_ABatchOfAHundredThousand(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("SALESGATE_LONG=1 runs it")
	}
	db := testpg.New(t)
	ctx := context.Background()
	must := func(fn func(pg.Tx) error) {
		t.Helper()
		if err := db.Tx(ctx, pg.System("test"), fn); err != nil {
			t.Fatal(err)
		}
	}
	must(func(tx pg.Tx) error {
		for _, stmt := range seedSQL {
			if err := tx.Exec(stmt).Error; err != nil {
				return err
			}
		}
		return nil
	})
	rules := rulebook.New()
	reviews := creditreview.New(rules, credit.New(rules, nil))
	began := time.Now()
	var b creditreview.Batch
	period := time.Now().UTC().Truncate(24 * time.Hour)
	must(func(tx pg.Tx) (err error) { b, _, err = reviews.StartBatch(tx, period); return err })
	chunk := func(ctx context.Context) (done bool, err error) {
		err = db.Tx(ctx, pg.System("test"), func(tx pg.Tx) (err error) {
			done, err = reviews.OpenChunk(tx, b.ID, creditreview.Chunk)
			return err
		})
		return done, err
	}
	for range 40 {
		if _, err := chunk(ctx); err != nil {
			t.Fatal(err)
		}
	}
	killed, cancel := context.WithTimeout(ctx, 100*time.Millisecond) // in the middle of a chunk
	_, err := chunk(killed)
	cancel()
	t.Logf("cut off after 40 chunks: %v", err)
	must(func(tx pg.Tx) (err error) { b, _, err = reviews.StartBatch(tx, period); return err })
	for done := false; !done; {
		if done, err = chunk(ctx); err != nil {
			t.Fatal(err)
		}
	}
	took := time.Since(began)
	t.Logf("a batch for 100,000 customers: %s", took.Round(100*time.Millisecond))
	if took > 2*time.Minute {
		t.Errorf("it took %s", took)
	}
	must(func(tx pg.Tx) error {
		if b, err = reviews.GetCreditReviewBatch(tx, b.ID); err != nil {
			return err
		}
		var customers, events int
		if err := pg.ScanRow(tx, []any{&customers, &events}, `SELECT (SELECT count(DISTINCT customer_id) FROM credit_reviews),
			(SELECT count(*) FROM events WHERE action = 'openCreditReview')`); err != nil {
			return err
		}
		if customers != 100000 || events != 100000 || b.Opened != 100000 || b.Expected != 100000 || b.Answers[creditreview.Open] != 100000 {
			t.Errorf("%d customers, %d events, batch %+v", customers, events, b)
		}
		var plan []string
		if err := tx.Raw("EXPLAIN "+creditreview.NextPayersSQL, uuid.Nil, creditreview.Chunk).Scan(&plan).Error; err != nil {
			return err
		}
		text := strings.Join(plan, "\n")
		t.Logf("the chunk's payers:\n%s", text)
		if strings.Contains(text, "Seq Scan on customers") || strings.Contains(text, "Sort") {
			t.Errorf("a chunk reads more than it reviews:\n%s", text)
		}
		return nil
	})
}
