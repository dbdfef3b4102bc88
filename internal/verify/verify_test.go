package verify_test

import (
	"context"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
	"github.com/salesgate/salesgate/internal/verify"
)

// The night's run begins just after Shanghai's midnight: what finance is asked to mend bears that date, not the one before (CRD-11).
func TestCRD11_TheNightsTaskBearsItsBusinessDate(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	date := clock.Today(db.Clock().Now()).AddDate(0, 0, 2)
	began := date.Add(-8*time.Hour + time.Second)
	db.Clock().SetOffset(time.Until(began.Add(time.Minute)))
	var number string
	err := db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		if _, err := verify.Keep(tx, began, "job", 1, []verify.Difference{{Check: "exposure", SubjectType: "total", What: "test"}}, 1); err != nil {
			return err
		}
		return pg.ScanRow(tx, []any{&number}, "SELECT max(number) FROM follow_ups WHERE kind = ?", verify.KindDiffer)
	})
	if err != nil || number != date.Format(time.DateOnly) {
		t.Errorf("%q %v", number, err)
	}
}
