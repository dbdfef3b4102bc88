package approval_test

import (
	"context"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func woken(s *approval.Stream, within time.Duration) bool {
	select {
	case _, ok := <-s.C:
		return ok
	case <-time.After(within):
		return false
	}
}

func TestFeedWakesThoseWhoseTasksChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	ctx, stop := context.WithCancel(context.Background())
	f := approval.NewFeed()
	done := make(chan struct{})
	finance, err := f.Subscribe(p.finance)
	w.must(err)
	gate, err := f.Subscribe(p.gate)
	w.must(err)
	go func() { defer close(done); f.Run(ctx, w.db.Pool()) }()
	if !woken(finance, 5*time.Second) || !woken(gate, 5*time.Second) {
		t.Fatal("not woken when listening begins")
	}
	w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
	if !woken(finance, 5*time.Second) {
		t.Error("the one who is asked isn't woken")
	}
	if woken(gate, 100*time.Millisecond) {
		t.Error("a stranger is woken")
	}
	w.must(w.db.View(ctx, p.finance.Origin("t"), func(tx pg.Tx) error {
		c, err := w.s.CountMyTasks(tx, p.finance)
		if err != nil || c.Open != 1 || c.Overdue != 0 || c.Newest == nil {
			t.Errorf("%v: %+v", err, c)
		}
		c, err = w.s.CountMyTasks(tx, p.gate)
		if err != nil || c.Open != 0 || c.Newest != nil {
			t.Errorf("%v: %+v", err, c)
		}
		return nil
	}))
	w.submitted(p.rep, "order.confirm", orderFacts()) // opens no task
	if woken(finance, 100*time.Millisecond) {
		t.Error("woken for nothing")
	}
	gate.Close()
	stop()
	<-done
	if _, ok := <-finance.C; ok {
		t.Error("the stream doesn't end with the feed")
	}
	_, err = f.Subscribe(p.finance)
	wants(t, "after the end", err, approval.ErrTooManyStreams)
}

func TestFeedListensAgainAfterTheConnectionBroke(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	who := identity.Principal{Kind: identity.KindUser}
	f := approval.NewFeed()
	s, err := f.Subscribe(who)
	w.must(err)
	go f.Run(t.Context(), w.db.Pool())
	if !woken(s, 5*time.Second) {
		t.Fatal("doesn't listen")
	}
	w.must(w.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`))
	if !woken(s, 10*time.Second) {
		t.Error("nobody is woken after the connection broke")
	}
}

func TestFeedIsBounded(t *testing.T) {
	t.Parallel()
	f := approval.NewFeed()
	who := identity.Principal{Kind: identity.KindUser}
	var last *approval.Stream
	for range 5 {
		s, err := f.Subscribe(who)
		if err != nil {
			t.Fatal(err)
		}
		last = s
	}
	_, err := f.Subscribe(who)
	wants(t, "the sixth", err, approval.ErrTooManyStreams)
	last.Close()
	last.Close()
	if _, err := f.Subscribe(who); err != nil {
		t.Errorf("after one has closed: %v", err)
	}
}
