package httpapi_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/verify"
)

// longestNight is what one run may take on 100,000 customers and two busy cores.
const longestNight = 5 * time.Minute

// With 100,000 customers, 1,000,000 movements, 400,000 documents and 300,000 movements of stock the books are compared within bounds, and one fen
// too much is found among them (CRD-11).
func TestCRD11_VerifyOfManyCustomers(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("a measurement; SALESGATE_LONG=1 runs it")
	}
	e := apitest.New(t)
	start := time.Now()
	manyBooks(e)
	t.Logf("seeded in %s", time.Since(start).Round(time.Second))
	run := func(want int) {
		t.Helper()
		start := time.Now()
		err := e.DB.Snapshot(context.Background(), pg.System("test"), func(tx pg.Tx) error {
			if err := verify.Patient(tx); err != nil {
				return err
			}
			n := 0
			for _, c := range app.Checks() {
				from := time.Now()
				found, err := verify.Each(tx, []verify.Check{c})
				if err != nil {
					return err
				}
				t.Logf("%-14s %8s", c.Name, time.Since(from).Round(time.Millisecond))
				for _, d := range found[:min(len(found), 3)] {
					t.Logf("  %s", d)
				}
				n += len(found)
			}
			if n != want {
				t.Errorf("%d differences, want %d", n, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(start)
		t.Logf("all checks: %s", took.Round(time.Millisecond))
		if took > longestNight {
			t.Errorf("a run takes %s", took)
		}
	}
	run(0)
	e.Tx(func(tx pg.Tx) error {
		return pg.One(tx.Exec("UPDATE credit_accounts SET receivable = receivable + 0.01 WHERE payer_id = md5('c77777')::uuid"))
	})
	run(4) // exposure, receivables, ageing, totals
}

// manyBooks seeds set by set: of each customer five invoices of 100.00, two of them paid by two receipts of 110.00, and goods for 50.00 on the way out.
func manyBooks(e *apitest.Env) {
	const customers, lots = 100_000, 3_000
	e.Tx(func(tx pg.Tx) error {
		for _, sql := range []string{
			"SET LOCAL statement_timeout = 0", "SET LOCAL session_replication_role = replica",
			"ALTER TABLE credit_movements DROP CONSTRAINT IF EXISTS credit_movements_balance",
			`INSERT INTO credit_accounts (payer_id, receivable, shipped, released, prepaid, last_seq)
				SELECT md5('c' || c)::uuid, 300, 50, 0, 20, 10 FROM generate_series(1, ?) c`,
			`INSERT INTO credit_movements (payer_id, seq, at, happened_on, part, amount, balance_after, document_type, document_id, item_id, due_on, reason)
				SELECT md5('c' || c)::uuid, s, now(), current_date,
					CASE WHEN s <= 7 THEN 'receivable' WHEN s = 8 THEN 'shipped' ELSE 'prepaid' END,
					CASE WHEN s <= 5 THEN 100 WHEN s <= 7 THEN -100 WHEN s = 8 THEN 50 ELSE 10 END, 0,
					CASE WHEN s <= 7 THEN 'invoice' WHEN s = 8 THEN 'delivery_note' ELSE 'receipt' END,
					md5('i' || c || '.' || CASE WHEN s > 5 AND s <= 7 THEN s - 5 ELSE s END)::uuid, md5('i' || c || '.' || CASE WHEN s > 5 AND s <= 7 THEN s - 5 ELSE s END)::uuid,
					current_date - s::int, CASE WHEN s <= 5 THEN 'invoiced' WHEN s <= 7 THEN 'paid' WHEN s = 8 THEN 'shipped' ELSE 'prepaid' END
				FROM generate_series(1, ?) c CROSS JOIN generate_series(1, 10) s`,
			`INSERT INTO credit_open_items (payer_id, part, item_id, open_amount, due_on)
				SELECT md5('c' || c)::uuid, CASE WHEN s <= 5 THEN 'receivable' WHEN s = 8 THEN 'shipped' ELSE 'prepaid' END, md5('i' || c || '.' || s)::uuid,
					CASE WHEN s <= 2 THEN 0 WHEN s <= 5 THEN 100 WHEN s = 8 THEN 50 ELSE 10 END, CASE WHEN s <= 5 THEN current_date - s::int END
				FROM generate_series(1, ?) c CROSS JOIN (VALUES (1), (2), (3), (4), (5), (8), (9), (10)) v (s)`,
		} {
			if err := tx.Exec(strings.ReplaceAll(sql, "?", fmt.Sprint(customers))).Error; err != nil {
				return err
			}
		}
		for _, p := range []struct {
			table, set, from string
		}{
			{"invoices", "id = md5('i' || c || '.' || s)::uuid; number = 'I' || c || '.' || s; payer_id = md5('c' || c)::uuid; customer_id = md5('c' || c)::uuid; state = 'posted'; kind = 'invoice'; total = 100; paid = CASE WHEN s <= 2 THEN 100 ELSE 0 END; currency = 'CNY'", "generate_series(1, %d) c CROSS JOIN generate_series(1, 5) s"},
			{"receipts", "id = md5('i' || c || '.' || s)::uuid; number = 'R' || c || '.' || s; payer_id = md5('c' || c)::uuid; state = 'posted'; amount = 110; allocated = 100; currency = 'CNY'; reference = c || '.' || s; method = 'bank_transfer'", "generate_series(1, %d) c CROSS JOIN (VALUES (9), (10)) v (s)"},
			{"allocations", "id = md5('a' || c || '.' || s)::uuid; state = 'posted'; receipt_id = md5('i' || c || '.' || (s + 8))::uuid; invoice_id = md5('i' || c || '.' || s)::uuid; amount = 100", "generate_series(1, %d) c CROSS JOIN generate_series(1, 2) s"},
			{"delivery_notes", "id = md5('d' || c)::uuid; number = 'D' || c; payer_id = md5('c' || c)::uuid; customer_id = md5('c' || c)::uuid; state = 'left'; amount = 50; vehicle = 'x'; currency = 'CNY'", "generate_series(1, %d) c"},
			{"delivery_note_lines", "id = md5('l' || c)::uuid; delivery_note_id = md5('d' || c)::uuid; notice_line_id = md5('n' || c)::uuid; order_line_id = md5('o' || c)::uuid; quantity = 5; amount = 50; price = 10", "generate_series(1, %d) c"},
			{"order_lines", "id = md5('o' || c)::uuid; order_id = md5('O' || c)::uuid; quantity = 9; shipped = 5; price = 10", "generate_series(1, %d) c"},
			{"orders", "id = md5('O' || c)::uuid; number = 'O' || c; customer_id = md5('c' || c)::uuid; state = 'closed'; content = decode(repeat('00', 32), 'hex'); currency = 'CNY'; channel = 'api'; settlement = 'cash'", "generate_series(1, %d) c"},
			{"shipping_notices", "id = md5('N' || c)::uuid; number = 'N' || c; payer_id = md5('c' || c)::uuid; customer_id = md5('c' || c)::uuid; state = 'draft'; flow = 'credit'; amount = 50; dispatched_amount = 50; currency = 'CNY'", "generate_series(1, %d) c"},
			{"shipping_notice_lines", "id = md5('n' || c)::uuid; notice_id = md5('N' || c)::uuid; quantity = 5; dispatched_quantity = 5; amount = 50; dispatched_amount = 50; price = 10", "generate_series(1, %d) c"},
		} {
			if err := fill(tx, p.table, p.set, p.from, customers); err != nil {
				return err
			}
		}
		if err := fill(tx, "stock_lots", "id = md5('L' || c)::uuid; lot_no = 'L' || c; inspection = 'pending'", "generate_series(1, %d) c", lots); err != nil {
			return err
		}
		if err := fill(tx, "stock_levels", "lot_id = md5('L' || c)::uuid; on_hand = 100; reserved = 0; inspection = 'pending'", "generate_series(1, %d) c", lots); err != nil {
			return err
		}
		return fill(tx, "stock_movements", "id = md5('m' || c || '.' || s)::uuid; kind = 'receipt'; lot_id = md5('L' || c)::uuid; quantity = 1; on_hand = 1; reserved = 0",
			"generate_series(1, %d) c CROSS JOIN generate_series(1, 100) s", lots)
	})
	e.Tx(func(tx pg.Tx) error { return tx.Exec("ANALYZE").Error })
}

// fill inserts a row for each of from, with these values and something harmless in every other column that must not be null. The table's checks and
// indexes beyond its key are of no matter here.
func fill(tx pg.Tx, table, set, from string, n int) error {
	values := map[string]string{}
	for assignment := range strings.SplitSeq(set, "; ") {
		column, value, _ := strings.Cut(assignment, " = ")
		values[column] = value
	}
	var drops []string
	err := tx.Raw(`SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint WHERE contype IN ('c', 'f') AND conrelid = ?::regclass`,
		table).Scan(&drops).Error
	for _, drop := range drops {
		if err == nil {
			err = tx.Exec(drop).Error
		}
	}
	var columns []struct {
		Name, Type string
		Must       bool
	}
	if err == nil {
		err = tx.Raw(`SELECT column_name AS name, data_type AS type, is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER' AS must
			FROM information_schema.columns WHERE table_name = ? ORDER BY ordinal_position`, table).Scan(&columns).Error
	}
	if err != nil {
		return err
	}
	harmless := map[string]string{
		"text": "''", "bytea": "''", "numeric": "0", "smallint": "1", "integer": "1", "bigint": "1", "boolean": "false", "date": "current_date",
		"timestamp with time zone": "now()", "uuid": "md5('somebody')::uuid", "jsonb": "'{}'",
	}
	var names, exprs []string
	for _, c := range columns {
		if v := values[c.Name]; v != "" {
			names, exprs = append(names, c.Name), append(exprs, v)
		} else if c.Must {
			names, exprs = append(names, c.Name), append(exprs, harmless[c.Type])
		}
	}
	sql := "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") SELECT " + strings.Join(exprs, ", ") + " FROM " + fmt.Sprintf(from, n)
	if err := tx.Exec(sql).Error; err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}
