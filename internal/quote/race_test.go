package quote_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
)

// together runs fn n times at once and counts those that succeeded.
func together(w *world, username string, n int, fn func(i int, tx pg.Tx, who identity.Principal) error) int {
	who := w.Principal(username)
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range n {
		wg.Go(func() {
			err := w.DB.Tx(context.Background(), who.Origin("race"), func(tx pg.Tx) error { return fn(i, tx, who) })
			if err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return won
}

func TestQUO05_RaceOfAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := uuid.MustParse(w.sent(w.old))
	files := make([]uuid.UUID, 12)
	for i := range files {
		files[i] = uuid.MustParse(w.file("rep1"))
	}
	token := w.As("rep1").Post("/v1/quotations/"+id.String()+"/link", nil).Want(201).String("token")
	won := together(w, "rep1", 12, func(i int, tx pg.Tx, who identity.Principal) (err error) {
		switch i % 4 {
		case 0:
			_, err = w.quotes.Accept(tx, who, id, nil, quote.Acceptance{By: "陈示例", Files: files[i : i+1]})
		case 1:
			_, err = w.quotes.AnswerLink(tx, token, true, "陈示例", "")
		case 2:
			_, err = w.quotes.Decline(tx, who, id, nil, "价格偏高")
		case 3:
			_, err = w.quotes.Revise(tx, who, id, nil, "改价")
		}
		return err
	})
	state := w.As("rep1").Get("/v1/quotations/" + id.String()).String("state")
	// whoever declines may be followed by one revision, of what was declined
	if won != 1 && (won != 2 || state != "draft") {
		t.Errorf("%d winners, and it is %s", won, state)
	}
}

func TestQUO05_RaceOfAcceptances(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := uuid.MustParse(w.sent(w.old))
	files := make([]uuid.UUID, 10)
	for i := range files {
		files[i] = uuid.MustParse(w.file("rep1"))
	}
	won := together(w, "rep1", 10, func(i int, tx pg.Tx, who identity.Principal) error {
		_, err := w.quotes.Accept(tx, who, id, nil, quote.Acceptance{By: "陈示例", Files: files[i : i+1]})
		return err
	})
	if won != 1 {
		t.Errorf("%d winners", won)
	}
}

// An expiry steps over what somebody holds; its next round ends it.
func TestQUO05_RaceOfExpiryAndAcceptance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := uuid.MustParse(w.sent(w.old))
	file := uuid.MustParse(w.file("rep1"))
	w.clockAt(day(31) + " 00:00:01")
	accepted := false
	together(w, "rep1", 8, func(i int, tx pg.Tx, who identity.Principal) error {
		if i%2 == 0 {
			_, err := w.quotes.Expire(tx, 10)
			return err
		}
		_, err := w.quotes.Accept(tx, who, id, nil, quote.Acceptance{By: "陈示例", Files: []uuid.UUID{file}})
		accepted = accepted || err == nil
		return err
	})
	if accepted {
		t.Error("accepted after its last day")
	}
	w.Tx(func(tx pg.Tx) error {
		_, err := w.quotes.Expire(tx, 10)
		return err
	})
	if state := w.As("rep1").Get("/v1/quotations/" + id.String()).String("state"); state != "expired" {
		t.Error(state)
	}
}

func TestQUO02_RaceOfSurveys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	of := uuid.MustParse(w.new)
	together(w, "rep1", 10, func(_ int, tx pg.Tx, who identity.Principal) error {
		_, err := w.quotes.FillSurvey(tx, who, quote.Party{CustomerID: &of}, quote.Survey{
			Size: "5 万锭", Reputation: "良好", PresentSupplier: "示例", MonthlyTonnes: dec("60"), PaymentTime: "月结", DeliveryTime: "7 天", Freight: "我方",
		})
		return err
	})
	list := w.As("rep1").Get("/v1/demand-surveys?customer_id=" + w.new).Want(200)
	if n := list.Len("data"); n == 0 || list.At("data.0.revision") != float64(n) {
		t.Errorf("%d fillings: %s", n, list.Body)
	}
}

func TestQUO05_RaceOfSubmissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := uuid.MustParse(w.create("rep1", offer(w.old, line(w.plain, "100", "9.75"))).ID())
	won := together(w, "rep1", 10, func(_ int, tx pg.Tx, who identity.Principal) error {
		_, _, err := w.quotes.Submit(tx, who, id, nil)
		return err
	})
	if won != 1 {
		t.Errorf("%d winners", won)
	}
}
