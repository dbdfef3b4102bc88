package creditreview_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/creditreview"
	"github.com/salesgate/salesgate/internal/pg"
)

// world is a company with customers whose trade a test tells.
type world struct {
	*apitest.Env
	t        testing.TB
	reviews  *creditreview.Service
	credits  *credit.Service
	customer int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	e := apitest.New(t)
	return &world{Env: e, t: t, reviews: e.App.Server.Reviews, credits: e.App.Server.Credits}
}

func yuan(s string) decimal.Decimal { return decimal.MustParse(s) }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// at runs fn with the clock so many months (and days) away from now.
func (w *world) at(months, days int, fn func()) {
	now := time.Now().UTC()
	w.DB.Clock().SetOffset(now.AddDate(0, months, days).Sub(now))
	defer w.DB.Clock().SetOffset(0)
	fn()
}

// newCustomer is another customer of the person.
func (w *world) newCustomer(owner string) uuid.UUID {
	w.t.Helper()
	w.customer++
	id := newID()
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO customers (id, code, name, name_key, name_grams, industry, region, remarks, status, owner_id, owned_at, created_at, updated_at, version)
			VALUES (?, ?, ?, ?, '{}', '', '', '', 'active', ?, ?, ?, ?, 1)`, id, fmt.Sprintf("C-%03d", w.customer), fmt.Sprintf("云岭示例第%d有限公司", w.customer),
			id.String(), w.People[owner], tx.Now, tx.Now, tx.Now).Error
	})
	return id
}

// graded gives a customer its first profile.
func (w *world) graded(id uuid.UUID, g credit.Grade, next *time.Time) uuid.UUID {
	w.t.Helper()
	o := credit.Opening{CustomerID: id, Grade: g, Limit: credit.LimitOf(yuan("100000")), Terms: credit.Terms{Settlement: credit.NetDays, Days: 30}, NextReview: next}
	switch g {
	case credit.GradeA:
		o.Limit = credit.Unlimited()
	case credit.GradeC, credit.GradeD:
		o.Limit, o.Terms = credit.LimitOf(yuan("0")), credit.CashTerms()
	case credit.NoGrade:
		o.Limit, o.Terms = credit.NoLimit(), credit.CashTerms()
	case credit.GradeB:
	}
	w.Tx(func(tx pg.Tx) error { return w.credits.SetOpening(tx, o) })
	return id
}

func (w *world) post(payer uuid.UUID, moves ...credit.Movement) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error {
		a, err := w.credits.Lock(tx, payer)
		if err != nil {
			return err
		}
		return w.credits.Post(tx, a, moves...)
	})
}

// batch opens the whole batch of a period, chunk by chunk.
func (w *world) batch(period time.Time, chunk int) creditreview.Batch {
	w.t.Helper()
	var b creditreview.Batch
	w.Tx(func(tx pg.Tx) (err error) { b, _, err = w.reviews.StartBatch(tx, period); return err })
	for done := false; !done; {
		w.Tx(func(tx pg.Tx) (err error) { done, err = w.reviews.OpenChunk(tx, b.ID, chunk); return err })
	}
	w.view(func(tx pg.Tx) (err error) { b, err = w.reviews.GetCreditReviewBatch(tx, b.ID); return err })
	return b
}

func (w *world) view(fn func(pg.Tx) error) {
	w.t.Helper()
	if err := w.DB.View(context.Background(), pg.System("test"), fn); err != nil {
		w.t.Fatal(err)
	}
}

// due opens all individual reviews that are due.
func (w *world) due() {
	w.t.Helper()
	for after := uuid.Nil; ; {
		w.Tx(func(tx pg.Tx) (err error) { after, err = w.reviews.OpenDue(tx, after, 2); return err })
		if after == uuid.Nil {
			return
		}
	}
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	w.view(func(tx pg.Tx) error { return tx.Raw(query, args...).Scan(&n).Error })
	return n
}

// of reads the id of the only review of a customer in this state through the API.
func (w *world) of(customer uuid.UUID, state string) string {
	w.t.Helper()
	a := w.As("clerk").Get("/v1/credit-reviews?customer_id=" + customer.String() + "&state=" + state).Want(200)
	if a.Len("data") != 1 {
		w.t.Fatalf("%d reviews %s of the customer: %s", a.Len("data"), state, a.Body)
	}
	return a.String("data.0.id")
}

// half is a period that is new: this month stands for June or December.
func (w *world) half() time.Time {
	y, m, _ := clock.Today(w.DB.Clock().Now()).Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

type object = map[string]any
