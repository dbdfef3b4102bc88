package collection_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
)

// manyDebtors seeds payers by SQL, each with so many open items that are overdue by 0 to 399 days; one in ten is rep3's.
func manyDebtors(t *testing.T, e *apitest.Env, payers, each int) {
	t.Helper()
	e.Tx(func(tx pg.Tx) error {
		if err := tx.Exec("SET LOCAL statement_timeout = 0").Error; err != nil {
			return err
		}
		if err := tx.Exec(`INSERT INTO customers (id, code, name, name_key, name_grams, industry, region, remarks, status, owner_id, owned_at, created_at, updated_at, version, opening)
			SELECT gen_random_uuid(), 'D' || n, '示例欠款单位' || n, 'debtor' || n, '{}', '', '', '', 'active', CASE WHEN n % 10 = 0 THEN ?::uuid ELSE ?::uuid END, now(), now(), now(), 1, true
			FROM generate_series(1, ?::int) n`, e.People["rep3"], e.People["rep1"], payers).Error; err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO invoices (id, number, kind, state, customer_id, payer_id, invoiced_on, due_on, terms, currency, total, tax_total, paid, tax_number, remarks, created_at, version)
			SELECT gen_random_uuid(), c.code || '-' || k, 'opening', 'posted', c.id, c.id, current_date - 500, current_date - ((abs(hashtext(c.code || k)) % 400)), 'opening', 'CNY',
				100 + k, 0, 0, '', '', now(), 1
			FROM customers c, generate_series(1, ?::int) k WHERE c.code LIKE 'D%'`, each).Error
	})
	for _, q := range []string{"ANALYZE customers", "ANALYZE invoices"} {
		if _, err := e.DB.SQL().Exec(q); err != nil {
			t.Fatal(err)
		}
	}
}

// The overdue list's first page over 1,000,000 open items within 200 ms, and the dunning of 100,000 payers in batches.
func TestLongOverdueListAndDunningRun(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("SALESGATE_LONG is not set")
	}
	e := apitest.New(t)
	manyDebtors(t, e, 100_000, 10)
	svc := e.App.Server.Collection
	yes, one := true, 1
	for name, c := range map[string]struct {
		who string
		f   collection.OverdueFilter
	}{
		"everything":           {"clerk", collection.OverdueFilter{}},
		"a rep's":              {"rep3", collection.OverdueFilter{}},
		"nobody's":             {"rep2", collection.OverdueFilter{}},
		"an owner's":           {"clerk", collection.OverdueFilter{OwnerID: e.People["rep3"]}},
		"over 30 days":         {"clerk", collection.OverdueFilter{MinDays: 31, MaxDays: 60}},
		"at least 105 open":    {"clerk", collection.OverdueFilter{MinAmount: new(yuan("105"))}},
		"promised":             {"clerk", collection.OverdueFilter{Promised: &yes}},
		"dunned with step one": {"clerk", collection.OverdueFilter{Step: &one}},
	} {
		who := e.Principal(c.who)
		best := time.Hour
		for range 3 {
			best = min(best, took(t, e, who, c.f, svc))
		}
		t.Logf("first page, %s: %v", name, best.Round(100*time.Microsecond))
		if best > 200*time.Millisecond {
			t.Errorf("first page, %s: %v", name, best)
		}
	}
	begun, made, after := time.Now(), 0, uuid.Nil
	longest := time.Duration(0)
	for {
		start := time.Now()
		e.Tx(func(tx pg.Tx) (err error) {
			var n int
			after, n, err = svc.ProposeDunnings(tx, after, 500)
			made += n
			return err
		})
		longest = max(longest, time.Since(start))
		if after == uuid.Nil {
			break
		}
	}
	t.Logf("%d dunnings proposed in %v, the longest batch of 500 in %v", made, time.Since(begun).Round(time.Millisecond), longest.Round(time.Millisecond))
	if made < 90_000 {
		t.Errorf("%d dunnings", made)
	}
	begun = time.Now()
	e.Tx(func(tx pg.Tx) error { return svc.MakeReport(tx, jobs.Weekly.Start(tx.Now)) })
	t.Logf("weekly report in %v", time.Since(begun).Round(time.Millisecond))
}

func took(t *testing.T, e *apitest.Env, who identity.Principal, f collection.OverdueFilter, svc *collection.Service) time.Duration {
	t.Helper()
	start := time.Now()
	err := e.DB.View(context.Background(), who.Origin("test"), func(tx pg.Tx) error {
		_, _, err := svc.ListOverdue(tx, who, f, pg.Page{Limit: 50})
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return time.Since(start)
}
