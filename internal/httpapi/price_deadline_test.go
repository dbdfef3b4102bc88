package httpapi_test

import (
	"context"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// A day off of the company's own moves when statements, adoptions, reviews and samples are due by a working day; given back, they are due when
// they were.
func TestPRC03_PRC04_PRC08_SMP01_DeadlinesFollowTheCalendar(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	priced(t, e, "100")
	_, adoption := sold(e, "NP-DL")
	request := newProductRequestOf(e)
	e.Tx(func(tx pg.Tx) error {
		return e.App.Server.PriceAdjustments.OpenPriceReview(tx, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
	})
	path := "/v1/samples/" + sampleOf(e)
	e.As("rep1").Post(path+"/submit", nil).Want(200)
	approveSample(e, path)
	due := func() map[string]time.Time {
		at := map[string]time.Time{}
		e.Tx(func(tx pg.Tx) error {
			for name, sql := range map[string]string{
				"statement": "SELECT due_at FROM new_product_statements WHERE request_id = '" + request + "' AND kind = 'cost'",
				"adoption":  "SELECT due_at FROM price_adoptions WHERE id = '" + adoption + "'",
				"review":    "SELECT due_on FROM price_reviews",
				"sample":    "SELECT make_by FROM samples",
			} {
				var one time.Time
				if err := tx.Raw(sql).Row().Scan(&one); err != nil {
					return err
				}
				at[name] = one.UTC()
			}
			return nil
		})
		return at
	}
	recompute := func() map[string]time.Time {
		t.Helper()
		if err := e.App.RecomputeDeadlines(context.Background()); err != nil {
			t.Fatal(err)
		}
		return due()
	}
	before := due()
	day := "/v1/calendar/days/" + clock.Calendar{}.AddWorkingDays(clock.Today(e.DB.Clock().Now()), 1).Format(time.DateOnly)
	e.As("hr").Put(day, e.As("hr").Get(day).Want(200).ETag(), object{"working": false, "reason": "厂庆放假"}).Want(200)
	moved := recompute()
	for name, was := range before {
		if !moved[name].After(was) {
			t.Errorf("%s was due at %s and is at %s", name, was, moved[name])
		}
	}
	e.As("admin").Post(day+"/restore", object{"reason": "计划取消"}).Want(200)
	for name, is := range recompute() {
		if !is.Equal(before[name]) {
			t.Errorf("%s was due at %s and is at %s", name, before[name], is)
		}
	}
}
