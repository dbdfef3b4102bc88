package survey_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// seed writes n delivery notes that left at a time, without the papers before them.
func seed(t *testing.T, e *apitest.Env, n int, leftAt string) {
	t.Helper()
	err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		for _, q := range []string{
			`SET LOCAL session_replication_role = replica`, `SET LOCAL statement_timeout = 0`,
			`INSERT INTO customers (id, code, name, name_key, name_grams, industry, region, remarks, status, owner_id, owned_at, created_at, updated_at, version)
				SELECT '01932c07-a1f4-7bd2-8c55-0d1f6a2b3c4d', 'S', '云岭示例纺织有限公司', 'k', '{}', '', '', '', 'active', id, now(), now(), now(), 1
				FROM users WHERE username = 'rep1' ON CONFLICT DO NOTHING`,
			fmt.Sprintf(`INSERT INTO delivery_notes (id, number, notice_id, customer_id, payer_id, owner_id, flow, state, vehicle, carrier, driver, currency, amount,
					shipped_on, left_at, cancel_reason, created_at, version)
				SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), c.id, c.id, c.owner_id, 'credit', 'left', 'x', '', '', 'CNY', 1, now(), %s, '', now(), 1
				FROM customers c, generate_series(1, %d) n WHERE c.code = 'S'`, leftAt, n),
		} {
			if err := tx.Exec(q).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sweep(t *testing.T, e *apitest.Env, batch int) (opened int) {
	t.Helper()
	for n := batch; n == batch; opened += n {
		err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) (err error) {
			n, err = e.App.Server.Surveys.OpenDue(tx, batch)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return opened
}

func exec(e *apitest.Env, query string) error {
	return e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(query).Error })
}

func TestCUS14_ConstraintsAreRefusals(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	seed(t, e, 1, "now() - interval '5 days'")
	if err := exec(e, "UPDATE survey_sweep SET left_at = now() - interval '9 days'"); err != nil || sweep(t, e, 10) != 1 {
		t.Fatal(err)
	}
	id := e.As("rep1").Get("/v1/surveys").Want(200).String("data.0.id")
	e.As("rep1").Post("/v1/surveys/"+id+"/link", nil).Want(201)
	for query, code := range map[string]string{
		`UPDATE surveys SET quality = 6, response = 1, speed = 1, attitude = 1, answered_at = now(), state = 'answered'`: "survey.bad_scores",
		`UPDATE surveys SET quality = 5`:                              "survey.bad_scores",
		`UPDATE surveys SET state = 'closed'`:                         "survey.reason_needed",
		`UPDATE survey_links SET used_at = now(), revoked_at = now()`: "survey.link_gone",
	} {
		if refused, ok := errs.As(exec(e, query)); !ok || refused.Code != code {
			t.Errorf("%s: %v, want %s", query, refused, code)
		}
	}
	e.As("rep1").Post("/v1/surveys/"+id+"/close", map[string]any{"reason": "x"}).Want(200)
	if refused, ok := errs.As(exec(e, `UPDATE surveys SET remark = 'other'`)); !ok || refused.Code != "survey.ended" {
		t.Errorf("a closed survey changed: %v", refused)
	}
}

// The sweep finds what is due by its index, and asks about nothing that left before there were surveys.
func TestCUS14_AMillionOldDeliveries(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("SALESGATE_LONG isn't set")
	}
	e := apitest.New(t)
	seed(t, e, 1_000_000, "now() - interval '30 days' - n * interval '1 minute'")
	seed(t, e, 2_000, "now() - interval '4 days' - n * interval '1 second'")
	if err := exec(e, "UPDATE survey_sweep SET left_at = now() - interval '9 days'"); err != nil {
		t.Fatal(err)
	}
	if err := exec(e, "ANALYZE delivery_notes"); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if n := sweep(t, e, 100); n != 2000 {
		t.Errorf("%d surveys", n)
	}
	t.Logf("2,000 surveys of 1,002,000 delivery notes opened in %s", time.Since(begun).Round(time.Millisecond))
	begun = time.Now()
	sweep(t, e, 100)
	t.Logf("a sweep that finds nothing: %s", time.Since(begun).Round(time.Millisecond))
	var plan []string
	err := e.DB.View(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Raw(`EXPLAIN SELECT d.id FROM delivery_notes d WHERE d.state = 'left' AND (d.left_at, d.id) > (now() - interval '9 days', ?)
			AND d.left_at < now() - interval '3 days' ORDER BY d.left_at, d.id LIMIT 100`, uuid.Nil).Scan(&plan).Error
	})
	if err != nil || !strings.Contains(strings.Join(plan, "\n"), "delivery_notes_left") {
		t.Errorf("%v\n%s", err, strings.Join(plan, "\n"))
	}
}
