package prospect_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/pg"
)

// The duplicate check against 1,000,000 names stays below 50 ms (CUS-08). With SALESGATE_LONG=1: it seeds for minutes.
func TestCUS08_DuplicateCheckAgainstAMillionNames(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("SALESGATE_LONG is not set")
	}
	e := apitest.New(t)
	ctx := context.Background()
	for _, sql := range []string{
		"SET statement_timeout = 0",
		"ALTER TABLE prospects DISABLE TRIGGER prospects_claim",
		`INSERT INTO prospects (id, number, name, name_key, name_grams, address, industry, region, need, size, source, remarks, state, owner_id, owned_at,
			last_touched_at, outside_reason, closed_reason, created_at, updated_at, version)
			SELECT gen_random_uuid(), 'PR-' || n, '示例第' || n || '纺织有限公司', '示例第' || n || '纺织', '{}', '', '针织', '浙江', '需求', '', '展会', '', 'active',
			u.id, now(), now(), '', '', now(), now(), 1 FROM generate_series(1, 1000000) n, (SELECT id FROM users WHERE username = 'rep1') u`,
		"INSERT INTO company_claims SELECT 'name', name_key, 'prospect', id FROM prospects",
		"INSERT INTO company_claims SELECT 'phone', '139' || lpad(row_number() OVER ()::text, 8, '0'), 'prospect', id FROM prospects",
		"ALTER TABLE prospects ENABLE TRIGGER prospects_claim",
		"ANALYZE prospects, company_claims",
	} {
		conn, err := e.DB.Pool().Acquire(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(ctx, "SET statement_timeout = 0"); err == nil {
			_, err = conn.Exec(ctx, sql)
			if err != nil {
				t.Fatal(err)
			}
		}
		_, _ = conn.Exec(ctx, "RESET statement_timeout")
		conn.Release()
	}
	measure := func(what string, n int, fn func(i int)) {
		took := make([]time.Duration, n)
		for i := range took {
			start := time.Now()
			fn(i)
			took[i] = time.Since(start)
		}
		slices.Sort(took)
		t.Logf("%s: median %s, p99 %s of %d", what, took[n/2], took[n*99/100], n)
		if took[n*99/100] > 50*time.Millisecond {
			t.Errorf("%s takes %s", what, took[n*99/100])
		}
	}
	e.Tx(func(tx pg.Tx) error {
		measure("look-up", 1000, func(i int) {
			keys := customer.Keys{Name: customer.NameKey(fmt.Sprintf("示例第%d纺织有限公司", i*997)), Phones: []string{"13800000001", "13800000002"}}
			claim, err := customer.Holder(tx, keys, [16]byte{})
			if err != nil || (claim == nil) != (i == 0) {
				t.Fatalf("%d: %v %v", i, claim, err)
			}
		})
		return nil
	})
	measure("POST /v1/company-checks", 200, func(i int) {
		e.As("rep2").Post("/v1/company-checks", object{"name": fmt.Sprintf("示例第%d纺织股份有限公司", i+1)}).Want(200)
	})
	measure("refused registration", 200, func(i int) {
		e.As("rep2").Post("/v1/prospects", lead(fmt.Sprintf("示例第%d纺织股份有限公司", i+1), "13800000001")).Want(409)
	})
}
