package contract

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// many fills a database with contracts of 40 people's 400 customers, most of them closed long ago.
const many = `
INSERT INTO users (id, username, name, phone, roles, active, locale, must_change_password, password_hash, token_epoch, created_at, version)
SELECT ('00000000-0000-7000-8000-0001' || lpad(to_hex(n), 8, '0'))::uuid, 'u' || n, '测试', '', '{sales_rep}', true, 'zh-CN', false, '', 1, now(), 1
FROM generate_series(0, 39) n;
INSERT INTO customers (id, code, name, name_key, name_grams, industry, region, remarks, status, owner_id, owned_at, created_at, updated_at, version)
SELECT ('00000000-0000-7000-8000-0002' || lpad(to_hex(n), 8, '0'))::uuid, 'C' || n, '客户' || n, 'k' || n, '{}', '', '', '', 'active',
	('00000000-0000-7000-8000-0001' || lpad(to_hex(n % 40), 8, '0'))::uuid, now(), now(), now(), 1
FROM generate_series(0, 399) n;
INSERT INTO contracts (id, number, customer_id, owner_id, state, revision, starts_on, ends_on, is_long, is_standard, settlement, terms_days,
	header_discount, gross, total, tax, currency, delivery_place, packing, transport, remarks, state_reason, content, submitted_at, approved_at,
	demand_round, price_round, period_round, condition_round, signed_on, customer_signed_on, signed_by, signed_content, in_force_at, ended_at, called_amount, created_at, updated_at, version)
SELECT ('01932c07-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'SC-' || n, c.id, c.owner_id,
	CASE WHEN n % 500 = 0 THEN 'in_force' ELSE 'closed' END, 1, '2026-01-01', date '2026-12-31' + n / 500, true, true, 'cash', 0, 0, 1, 1, 0, 'CNY', '', '', '', '', '',
	decode(repeat('00', 32), 'hex'), now(), now(), 1, 1, 1, 1, '2026-01-01', '2026-01-01', c.owner_id, decode(repeat('00', 32), 'hex'), now(),
	CASE WHEN n % 500 = 0 THEN NULL ELSE now() END, 0, now(), now(), 1
FROM generate_series(1, 40000) n
JOIN customers c ON c.id = ('00000000-0000-7000-8000-0002' || lpad(to_hex((n * 7919) % 400), 8, '0'))::uuid;
ANALYZE contracts; ANALYZE customers; ANALYZE users`

// TestListsCostAPage holds each way of asking to ranges of indexes: whatever the number of contracts, a page reads a page.
func TestListsCostAPage(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	err := db.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error {
		for q := range strings.SplitSeq(many, ";") {
			if err := tx.Exec(q).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	person, company := uuid.MustParse("00000000-0000-7000-8000-000100000003"), uuid.MustParse("00000000-0000-7000-8000-000200000003")
	var department []uuid.UUID
	for i := range 40 {
		department = append(department, uuid.MustParse(fmt.Sprintf("00000000-0000-7000-8000-0001%08x", i)))
	}
	middle := uuid.MustParse("01932c07-0000-7000-8000-000000003000")
	soon := time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		f      Filter
		owners []uuid.UUID
		all    bool
		rows   int // of the page
		reads  int // of contracts, at most
	}{
		"all":                      {Filter{}, nil, true, 51, 51},
		"all by state":             {Filter{State: StateInForce}, nil, true, 24, 51},
		"a customer":               {Filter{CustomerID: &company}, nil, true, 31, 51},
		"a customer of one's own":  {Filter{CustomerID: &company}, department[3:4], false, 31, 51},
		"a customer of another":    {Filter{CustomerID: &company}, department[4:5], false, 0, 0},
		"a rep's own":              {Filter{}, []uuid.UUID{person}, false, 51, 102},
		"a rep's own by state":     {Filter{State: StateClosed}, []uuid.UUID{person}, false, 51, 51},
		"a department by state":    {Filter{State: StateInForce}, department, false, 24, 51},
		"a department":             {Filter{}, department, false, 51, 40 * 51},
		"what ends soon":           {Filter{ExpiringBefore: &soon}, nil, true, 51, 51},
		"what ends soon, of a rep": {Filter{ExpiringBefore: &soon}, []uuid.UUID{person}, false, 0, 80},
		"by number":                {Filter{Number: "SC-17"}, nil, true, 1, 1},
		"by number, not one's own": {Filter{Number: "SC-17"}, department[5:6], false, 0, 1},
	} {
		last := mark{ID: middle}
		if c.f.ExpiringBefore != nil {
			last = mark{}
		}
		query, args := listSQL(c.f, c.owners, c.all, last, 51)
		var plan []string
		var rows []Summary
		err := db.View(t.Context(), pg.System("test"), func(tx pg.Tx) error {
			if err := tx.Raw(query, args...).Scan(&rows).Error; err != nil {
				return err
			}
			return tx.Raw("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) "+query, args...).Scan(&plan).Error
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text := strings.Join(plan, "\n")
		reads := readsOf(t, plan)
		if strings.Contains(text, "Seq Scan on contracts") || reads > c.reads {
			t.Errorf("%s reads %d contracts:\n%s", name, reads, text)
		}
		if len(rows) != min(c.rows, 51) && c.rows > 0 || c.rows == 0 && len(rows) != 0 {
			t.Errorf("%s: %d rows, want %d", name, len(rows), c.rows)
		}
	}
}

// readsOf counts the contracts that a plan has read: rows × loops of each scan of the table, and what its filters threw away.
func readsOf(t *testing.T, plan []string) (reads int) {
	t.Helper()
	scan := false
	loops := 1
	for _, l := range plan {
		var rows float64
		switch {
		case strings.Contains(l, " on contracts ("):
			i := strings.Index(l, "(actual rows=")
			scan = i >= 0
			if !scan {
				continue // never executed
			}
			if _, err := fmt.Sscanf(l[i:], "(actual rows=%f loops=%d)", &rows, &loops); err != nil {
				t.Fatal(l)
			}
			reads += int(rows * float64(loops))
		case scan && strings.Contains(l, "Rows Removed by Filter:"):
			if _, err := fmt.Sscanf(strings.TrimSpace(l), "Rows Removed by Filter: %f", &rows); err != nil {
				t.Fatal(l)
			}
			reads += int(rows * float64(loops))
		case strings.Contains(l, "->"):
			scan = false
		}
	}
	return reads
}

func TestListIsOneStatement(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	me := uuid.New()
	for name, who := range map[string]identity.Principal{
		"all": identity.TestPrincipal(me, true, nil), "own": identity.TestPrincipal(me, false, []uuid.UUID{me}), "nobody": identity.TestPrincipal(me, false, nil),
	} {
		ctx, probe := pg.WithProbe(t.Context(), 0)
		err := db.View(ctx, pg.System("test"), func(tx pg.Tx) error {
			_, _, err := new(Service).List(tx, who, Filter{State: StateDraft}, pg.Page{Limit: 50})
			return err
		})
		if err != nil || probe.Statements() != 1 {
			t.Errorf("%s: %d statements, %v", name, probe.Statements(), err)
		}
	}
}
