package httpapi_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
)

// registerSeed writes 100,000 customers with three profiles each, a hundred days apart, and 200 groups of five that changed
// once.
var registerSeed = []string{
	`SET LOCAL statement_timeout = 0`,
	`SET LOCAL session_replication_role = replica`, // no triggers: this is not about them
	`INSERT INTO customers (id, code, name, name_key, name_grams, industry, region, remarks, status, owner_id, owned_at, created_at, updated_at, version)
		SELECT gen_random_uuid(), 'C-' || lpad(n::text, 6, '0'), '云岭示例客户' || n, n::text, '{}', '', '', '', 'active',
			(SELECT id FROM users WHERE username = 'rep1'), now(), now() - interval '400 days', now(), 1 FROM generate_series(1, 100000) n`,
	`INSERT INTO credit_accounts (payer_id, receivable, shipped, released, prepaid, last_seq, first_trade)
		SELECT id, 10, 0, 0, 0, 1, now()::date - 390 FROM customers`,
	`INSERT INTO credit_profiles (id, customer_id, grade, limit_kind, limit_amount, settlement, terms_days, next_review, valid_from, valid_to)
		SELECT gen_random_uuid(), id, chr(65 + (k + right(code, 1)::int) % 4), 'amount', k * 1000, 'net_days', 30, now()::date + k,
			now() - interval '400 days' + k * interval '100 days', CASE WHEN k < 3 THEN now() - interval '300 days' + k * interval '100 days' END
		FROM customers, generate_series(1, 3) k`,
	`INSERT INTO credit_groups SELECT gen_random_uuid(), 'CG-' || n, '示例集团' || n, 500000, 'active', gen_random_uuid(), now(), 1 FROM generate_series(1, 200) n`,
	`INSERT INTO credit_group_versions SELECT gen_random_uuid(), g.id, g.name, k * 250000, now() - interval '400 days' + k * interval '100 days',
		CASE k WHEN 1 THEN now() - interval '200 days' END FROM credit_groups g, generate_series(1, 2) k`,
	`INSERT INTO credit_group_members SELECT g.id, c.id, gen_random_uuid(), now() - interval '300 days'
		FROM (SELECT id, row_number() OVER (ORDER BY number) AS n FROM credit_groups) g
		JOIN (SELECT id, right(code, 6)::int AS n FROM customers) c ON c.n % 100 = 0 AND c.n / 100 % 200 = g.n % 200`,
	`ANALYZE`,
}

// peak samples the heap until stop is called, which returns the most that it grew.
func peak() (stop func() uint64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most, done := m.HeapAlloc, atomic.Uint64{}, make(chan struct{})
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(done)
		<-gone
		return max(most.Load(), before) - before
	}
}

// The register of 100,000 customers as of a past date: the first page within 200 ms, and files in flat memory.
func TestCRD01_RegisterOfAHundredThousand(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("SALESGATE_LONG=1 runs it")
	}
	e := apitest.New(t)
	e.Tx(func(tx pg.Tx) error {
		for _, stmt := range registerSeed {
			if err := tx.Exec(stmt).Error; err != nil {
				return err
			}
		}
		return nil
	})
	gm := e.As("gm")
	past := "as_of=" + time.Now().AddDate(0, 0, -150).Format(time.DateOnly)
	gm.Get("/v1/credit-register?limit=1") // opens connections
	for _, query := range []string{
		past, "limit=200&" + past, "as_of=" + time.Now().Format(time.DateOnly), "grade=B&" + past, "q=C-0999&" + past, "grade=none&" + past,
		"q=" + url.QueryEscape("云岭示例客户99999") + "&" + past, "review_due_before=2000-01-01&" + past, "limit_ending_before=2100-01-01&" + past,
	} {
		best := time.Hour
		for range 5 {
			began := time.Now()
			a := gm.Get("/v1/credit-register?" + query).Want(200)
			best = min(best, time.Since(began))
			if query == past && (a.Len("data") != 50 || a.String("data.0.profile.limit_amount") != "2000.00") {
				t.Fatalf("%s", a.Body)
			}
		}
		t.Logf("first page, %s: %s", query, best.Round(100*time.Microsecond))
		if strings.HasSuffix(past, query) && best > 200*time.Millisecond {
			t.Errorf("the first page took %s", best)
		}
	}
	// A workbook's rows spool to a file beyond 16 MiB, and its packing has buffers of its own.
	for format, bound := range map[string]uint64{"csv": 50 << 20, "xlsx": 96 << 20} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.URL()+"/v1/credit-register/export?format="+format+"&"+past, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer gm")
		stop, began := peak(), time.Now()
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		took, grown := time.Since(began), stop()
		t.Logf("%s of 100,000 rows: %d bytes in %s, heap grew by %.1f MiB at most, %v", format, n, took.Round(10*time.Millisecond), float64(grown)/(1<<20), err)
		if err != nil || res.StatusCode != http.StatusOK || grown > bound {
			t.Errorf("%s: status %d, heap %d, %v", format, res.StatusCode, grown, err)
		}
	}
	if left := temporaryFiles(t); left > 0 {
		t.Errorf("%d temporary files are left", left)
	}
}

// temporaryFiles counts what workbooks spool to.
func temporaryFiles(t *testing.T) (n int) {
	t.Helper()
	files, err := os.ReadDir(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), "excelize-") {
			n++
		}
	}
	return n
}
