package creditreview_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/creditreview"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestCRD09_ABatchCutOffAnywhereGoesOnWithoutDoubling(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 25 {
		w.graded(w.newCustomer("rep1"), credit.GradeB, nil)
	}
	traded := w.newCustomer("rep2") // no profile, but trade
	w.post(traded, credit.OpeningMove(newID(), yuan("100"), time.Now()))
	untouched, closed, branch := w.newCustomer("rep1"), w.graded(w.newCustomer("rep1"), credit.GradeB, nil), w.newCustomer("rep1")
	w.Tx(func(tx pg.Tx) error {
		return errors.Join(tx.Exec(`UPDATE customers SET status = 'closed' WHERE id = ?`, closed).Error,
			tx.Exec(`UPDATE customers SET bill_to_id = ? WHERE id = ?`, traded, branch).Error)
	})
	var b creditreview.Batch
	w.Tx(func(tx pg.Tx) (err error) { b, _, err = w.reviews.StartBatch(tx, w.half()); return err })
	w.Tx(func(tx pg.Tx) error { _, err := w.reviews.OpenChunk(tx, b.ID, 10); return err })
	killed := errors.New("killed")
	for range 2 { // a server dies before its commit
		if err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
			_, err := w.reviews.OpenChunk(tx, b.ID, 10)
			return errors.Join(err, killed)
		}); !errors.Is(err, killed) {
			t.Fatal(err)
		}
	}
	got := w.batch(w.half(), 7) // the same batch
	if got.ID != b.ID || got.State != creditreview.BatchOpen || got.Expected != 26 || got.Opened != 26 || got.Answers[creditreview.Open] != 26 {
		t.Errorf("batch %+v", got)
	}
	if n := w.count(`SELECT count(DISTINCT customer_id) FROM credit_reviews WHERE batch_id = ?`, b.ID); n != 26 {
		t.Errorf("%d customers reviewed", n)
	}
	if n := w.count(`SELECT count(*) FROM events WHERE action = 'openCreditReview'`); n != 26 {
		t.Errorf("%d events", n)
	}
	if n := w.count(`SELECT count(*) FROM credit_reviews WHERE customer_id IN (?, ?, ?)`, untouched, closed, branch); n != 0 {
		t.Errorf("%d reviews of customers that aren't reviewed", n)
	}
	if n := w.count(`SELECT count(*) FROM follow_ups WHERE kind = 'credit_review.batch' AND state = 'open'`); n != 2 {
		t.Errorf("%d follow-ups", n)
	}
}

// Several servers at once make each review once.
func TestCRD09_BatchRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 30 {
		w.graded(w.newCustomer("rep1"), credit.GradeB, nil)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for done := false; !done; {
				err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
					b, _, err := w.reviews.StartBatch(tx, w.half())
					if err == nil {
						done, err = w.reviews.OpenChunk(tx, b.ID, 4)
					}
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	if n := w.count(`SELECT count(*) FROM credit_reviews`); n != 30 {
		t.Errorf("%d reviews of 30 customers", n)
	}
}

// A company that came to salesgate after June isn't reviewed for it; one that was there is, when the server is back.
func TestCRD09_AMissedMonthIsCaughtUpOnlyWhereThereWereCustomers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.half().AddDate(0, -6, 0)
	w.graded(w.newCustomer("rep1"), credit.GradeB, nil)
	w.Tx(func(tx pg.Tx) error {
		if _, started, err := w.reviews.StartBatch(tx, old); err != nil || started {
			t.Errorf("reviewed for a time before there were customers: %v", err)
		}
		if err := tx.Exec(`UPDATE customers SET created_at = ?`, old).Error; err != nil {
			return err
		}
		_, started, err := w.reviews.StartBatch(tx, old)
		if !started {
			t.Error("a missed month isn't caught up")
		}
		return err
	})
}

// All chunks are as of the batch's instant and under its parameters, whatever happened since.
func TestCRD09_FiguresAreOfTheInstantOfTheBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	payer := w.graded(w.newCustomer("rep1"), credit.GradeB, nil)
	var b creditreview.Batch
	w.Tx(func(tx pg.Tx) (err error) { b, _, err = w.reviews.StartBatch(tx, w.half()); return err })
	w.post(payer, credit.OpeningMove(newID(), yuan("100"), time.Now().AddDate(0, 0, -400)))
	w.batch(w.half(), 10)
	r := w.As("clerk").Get("/v1/credit-reviews/" + w.of(payer, "open")).Want(200)
	if r.String("figures.receivable") != "0.00" || r.At("figures.overdue_days") != 0.0 || r.String("proposed_grade") == "D" {
		t.Errorf("what came later is in it: %s", r.Body)
	}
	if as := r.String("figures.as_of"); as != b.AsOf.Format(time.RFC3339Nano) {
		t.Errorf("as of %s", as)
	}
}

func TestCRD02_FirstReviewOpensAfterSixMonthsOfTrade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	today := clock.Today(w.DB.Clock().Now())
	trade := func(first time.Time) uuid.UUID {
		id := w.newCustomer("rep1")
		move := credit.OpeningMove(newID(), yuan("100"), today.AddDate(0, 0, 10))
		move.HappenedOn = first
		recent := credit.OpeningMove(newID(), yuan("100"), today.AddDate(0, 0, 10))
		w.post(id, move, recent)
		return id
	}
	six := clock.AddMonths(today, -6)
	below, boundary, above := trade(six.AddDate(0, 0, 1)), trade(six), trade(six.AddDate(0, 0, -1))
	graded := w.graded(trade(six), credit.GradeB, nil)
	w.due()
	w.due() // again: nothing is doubled
	for id, want := range map[uuid.UUID]int{below: 0, boundary: 1, above: 1, graded: 0} {
		if n := w.count(`SELECT count(*) FROM credit_reviews WHERE customer_id = ? AND kind = 'first' AND batch_id IS NULL`, id); n != want {
			t.Errorf("%d first reviews, want %d", n, want)
		}
	}
	if n := w.count(`SELECT count(*) FROM follow_ups WHERE kind = 'credit_review.due' AND state = 'open'`); n != 2 {
		t.Errorf("%d follow-ups", n)
	}
	w.batch(w.half(), 10) // the batch takes the place of the individual ones
	if n := w.count(`SELECT count(*) FROM credit_reviews WHERE state = 'superseded'`); n != 2 {
		t.Errorf("%d superseded", n)
	}
	if n := w.count(`SELECT count(*) FROM follow_ups WHERE kind = 'credit_review.due' AND state = 'open'`); n != 0 {
		t.Errorf("%d follow-ups are left", n)
	}
}

// The next review that was approved or confirmed falls due on its day.
func TestCRD09_NextReviewFallsDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	today := clock.Today(w.DB.Clock().Now())
	tomorrow := today.AddDate(0, 0, 1)
	due, later := w.graded(w.newCustomer("rep1"), credit.GradeB, &today), w.graded(w.newCustomer("rep1"), credit.GradeB, &tomorrow)
	w.due()
	id := w.of(due, "open")
	if n := w.count(`SELECT count(*) FROM credit_reviews WHERE customer_id = ?`, later); n != 0 {
		t.Error("a review before its day")
	}
	w.As("manager").Post("/v1/credit-reviews/"+id+"/confirm", object{"next_review": tomorrow.Format(time.DateOnly), "reason": "已复核"}).Want(200)
	w.due()
	if n := w.count(`SELECT count(*) FROM credit_reviews WHERE customer_id = ?`, due); n != 1 {
		t.Error("a second review before the confirmed date")
	}
	w.at(0, 1, w.due)
	if n := w.count(`SELECT count(*) FROM credit_reviews WHERE kind = 'due'`); n != 3 {
		t.Errorf("%d reviews on the confirmed date, want 3", n)
	}
}

func TestCRD09_UnansweredReviewsBecomeOverdueAndCanBeAnsweredStill(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	payer := w.graded(w.newCustomer("rep1"), credit.GradeB, nil)
	b := w.batch(w.half(), 10)
	if want := clock.Today(b.AsOf).AddDate(0, 0, 30); !b.DueOn.Equal(want) {
		t.Errorf("due on %s, want %s", b.DueOn, want)
	}
	mark := func() (n int) {
		w.Tx(func(tx pg.Tx) (err error) { n, err = w.reviews.MarkOverdue(tx, 10); return err })
		return n
	}
	w.at(0, 30, func() {
		if n := mark(); n != 0 {
			t.Errorf("%d overdue on the last day", n)
		}
	})
	w.at(0, 31, func() {
		if n := mark(); n != 1 {
			t.Errorf("%d overdue the day after", n)
		}
		id := w.of(payer, "overdue")
		w.Tx(w.reviews.CloseBatches)
		if n := w.count(`SELECT count(*) FROM credit_review_batches WHERE state = 'closed'`); n != 0 {
			t.Error("a batch with an overdue review is closed")
		}
		w.As("finance").Post("/v1/credit-reviews/"+id+"/confirm", object{"reason": "迟复核"}).Want(200)
		w.Tx(w.reviews.CloseBatches)
		if n := w.count(`SELECT count(*) FROM credit_review_batches WHERE state = 'closed'`); n != 1 {
			t.Error("a batch that is answered isn't closed")
		}
		if n := w.count(`SELECT count(*) FROM follow_ups WHERE kind = 'credit_review.batch' AND state = 'open'`); n != 0 {
			t.Errorf("%d follow-ups of a closed batch", n)
		}
	})
}

// What guards reviews in the database, each tripped.
func TestCRD09_TheDatabaseGuardsReviews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	payer := w.graded(w.newCustomer("rep1"), credit.GradeB, nil)
	w.batch(w.half(), 10)
	columns := `kind, customer_id, owner_id, as_of, due_on, grade, limit_kind, limit_amount, proposed_grade, proposed_limit_kind, proposed_limit_amount,
		change, needs_judgement, overdue_amount, overdue_days, risk, figures, checks, reason, opened_at, version`
	for name, c := range map[string]struct {
		stmt string
		want error
	}{
		"figures are frozen":      {`UPDATE credit_reviews SET figures = '{}'`, creditreview.ErrAnswered},
		"answered once":           {`UPDATE credit_reviews SET state = 'superseded'; UPDATE credit_reviews SET state = 'open'`, creditreview.ErrAnswered},
		"never removed":           {`DELETE FROM credit_reviews`, creditreview.ErrAnswered},
		"once in a batch":         {fmt.Sprintf(`INSERT INTO credit_reviews (id, state, batch_id, %s) SELECT gen_random_uuid(), 'superseded', batch_id, %s FROM credit_reviews`, columns, columns), nil},
		"one that waits":          {fmt.Sprintf(`UPDATE credit_reviews SET state = 'open'; INSERT INTO credit_reviews (id, state, %s) SELECT gen_random_uuid(), 'open', %s FROM credit_reviews`, columns, `'due'`+columns[4:]), nil},
		"one batch of a period":   {`INSERT INTO credit_review_batches SELECT gen_random_uuid(), period, state, as_of, due_on, expected, opened, after_id, started_at, opened_at, closed_at, version FROM credit_review_batches`, nil},
		"confirmations are final": {`INSERT INTO credit_confirmations SELECT customer_id, id, due_on, opened_at FROM credit_reviews; DELETE FROM credit_confirmations`, nil},
	} {
		err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
			for _, stmt := range splitStatements(c.stmt) {
				if err := tx.Exec(stmt).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := w.count(`SELECT count(*) FROM credit_reviews WHERE customer_id = ? AND state = 'open'`, payer); n != 1 {
		t.Errorf("%d reviews", n)
	}
}

// An individual review that is being opened while the batch comes to its customer is ended by the batch, which leaves nobody out.
func TestCRD09_RaceOfBatchAndDueReviews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	today := clock.Today(w.DB.Clock().Now())
	for range 4 {
		w.graded(w.newCustomer("rep1"), credit.GradeB, &today)
	}
	var b creditreview.Batch
	w.Tx(func(tx pg.Tx) (err error) { b, _, err = w.reviews.StartBatch(tx, w.half()); return err })
	var wg sync.WaitGroup
	w.Tx(func(tx pg.Tx) error {
		_, err := w.reviews.OpenDue(tx, uuid.Nil, 10)
		wg.Go(func() { b = w.batch(w.half(), 10) })
		time.Sleep(500 * time.Millisecond) // the batch waits for the reviews that aren't committed
		return err
	})
	wg.Wait()
	if b.Opened != 4 || b.Answers[creditreview.Open] != 4 {
		t.Errorf("batch %+v", b)
	}
	if n := w.count(`SELECT count(*) FROM follow_ups WHERE kind = 'credit_review.due' AND state = 'open'`); n != 0 {
		t.Errorf("%d superseded reviews still remind", n)
	}
}

// 31 August and six months are 28 February, the last day of a shorter month, not 1 March.
func TestCRD02_SixMonthsEndWithAShorterMonth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	traded := w.newCustomer("rep1")
	w.post(traded, credit.OpeningMove(newID(), yuan("100"), time.Now()))
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec(`UPDATE credit_accounts SET first_trade = '2027-08-31' WHERE payer_id = ?`, traded).Error
	})
	for date, want := range map[string]int{"2028-02-28": 0, "2028-02-29": 1} {
		day, err := time.Parse(time.DateOnly, date)
		if err != nil {
			t.Fatal(err)
		}
		w.view(func(tx pg.Tx) error {
			n, err := creditreview.CountDue(tx, day, 6)
			if n != want {
				t.Errorf("%s: %d due", date, n)
			}
			return err
		})
	}
}
