package calendar_test

import (
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/pg"
)

// With 100,000 open deadlines a change of the calendar moves all of them, and no batch keeps another change waiting for long.
func TestLongRecomputingManyDeadlines(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("set SALESGATE_LONG=1")
	}
	e := apitest.New(t)
	for n := 0; n < 100_000; n += 5_000 {
		e.Tx(func(tx pg.Tx) error {
			return tx.Exec(`INSERT INTO follow_ups (id, kind, subject_type, subject_id, number, title_en, title_zh, inform, user_id, opened_at, due_at, due_from,
					due_days, due_hours, state, note, version)
				SELECT gen_random_uuid(), 'test.ask', 'customer', gen_random_uuid(), 'C-' || n, 'Call', '致电', false, ?, ?, ?, CAST(? AS timestamptz) - n * interval '1 second',
					n % 5, CASE WHEN n % 5 = 0 THEN 1 + n % 40 ELSE 0 END, 'open', '', 1
				FROM generate_series(?::int, ?::int) AS n`, e.People["rep1"], tx.Now, tx.Now, tx.Now, n+1, n+5_000).Error
		})
	}
	off(e, workingDay(e, 1))
	begun := time.Now()
	recompute(t, e)
	t.Logf("100,000 deadlines moved in %s", time.Since(begun))
	var longest time.Duration
	off(e, workingDay(e, 2))
	for after, first := uuid.Nil, true; first || after != uuid.Nil; first = false {
		at := time.Now()
		e.Tx(func(tx pg.Tx) (err error) { after, err = followup.RecomputeDeadlines(tx, after, 100); return err })
		longest = max(longest, time.Since(at))
	}
	t.Logf("the longest batch took %s", longest)
	if longest > 2*time.Second {
		t.Errorf("a batch held the calendar for %s", longest)
	}
}
