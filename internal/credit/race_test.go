package credit_test

import (
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// rounds is 10, or 100 in the long version (SALESGATE_LONG=1).
func rounds() int {
	if os.Getenv("SALESGATE_LONG") != "" {
		return 100
	}
	return 10
}

func TestCRD17_RaceOfTenReservationsOf200OnALimitOf1000LetsFivePass(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	for range rounds() {
		payer := newCustomer(t, db)
		setOpening(t, db, payer, credit.LimitOf(yuan("1000")))
		var passed atomic.Int32
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				var j credit.Judgement
				err := inTx(db, func(tx pg.Tx) (err error) {
					j, err = release(tx, payer, yuan("200"))
					return err
				})
				if err != nil {
					t.Error(err)
				} else if !j.OverLimit {
					passed.Add(1)
				}
			})
		}
		wg.Wait()
		if passed.Load() != 5 {
			t.Fatalf("%d of 10 passed, want 5", passed.Load())
		}
	}
	agrees(t, db)
}
