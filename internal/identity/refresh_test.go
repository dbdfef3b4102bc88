package identity

import (
	"sync"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/pg"
)

func TestRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("u1")
	one := w.mustLogin("u1")
	two, err := w.refresh(one.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	if two.Refresh == one.Refresh || w.mustAuthenticate(two.Access).SessionID != w.mustAuthenticate(one.Access).SessionID {
		t.Fatal("not another token of the same session")
	}
	_, err = w.refresh("sgr_never-issued")
	want(t, err, ErrRefresh)
	if n := w.count("SELECT count(*) FROM refresh_tokens WHERE encode(token_hash, 'escape') LIKE '%sgr_%'"); n != 0 {
		t.Error("a token is stored in the clear")
	}
	w.later(RefreshTTL - time.Second)
	three, err := w.refresh(two.Refresh)
	if err != nil {
		t.Fatalf("a second before it expires: %v", err)
	}
	w.later(RefreshTTL)
	_, err = w.refresh(three.Refresh)
	want(t, err, ErrRefresh)
}

func TestRefreshGrace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("u1")
	one := w.mustLogin("u1")
	two, err := w.refresh(one.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	w.later(Grace - time.Second)
	sibling, err := w.refresh(one.Refresh) // the other tab
	if err != nil {
		t.Fatalf("within the grace: %v", err)
	}
	for _, living := range []string{two.Refresh, sibling.Refresh} {
		if _, err := w.refresh(living); err != nil {
			t.Fatalf("tab is logged out: %v", err)
		}
	}
}

func TestRefreshReuseEndsTheFamily(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("u1")
	one, untouched := w.mustLogin("u1"), w.mustLogin("u1")
	two, err := w.refresh(one.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	w.mustAuthenticate(two.Access)
	w.later(Grace + time.Second)
	_, err = w.refresh(one.Refresh) // the thief, or the victim after the thief
	want(t, err, ErrRefreshReused)
	_, err = w.refresh(two.Refresh)
	want(t, err, ErrRefresh)
	_, err = w.authenticate(two.Access)
	want(t, err, ErrRevoked)
	if _, err := w.refresh(untouched.Refresh); err != nil {
		t.Fatalf("another session of the person ended too: %v", err)
	}
	if n := w.count("SELECT count(*) FROM events WHERE action = 'refreshTokenReused'"); n != 1 {
		t.Errorf("%d events of the reuse", n)
	}
}

func TestParallelRefreshStaysOneFamily(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("u1")
	one := w.mustLogin("u1")
	session := w.mustAuthenticate(one.Access).SessionID
	var wg sync.WaitGroup
	got := make([]Tokens, 12)
	for i := range got {
		wg.Go(func() {
			var err error
			if got[i], err = w.refresh(one.Refresh); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, tokens := range got {
		if w.mustAuthenticate(tokens.Access).SessionID != session {
			t.Fatal("another family")
		}
	}
	if n := w.count("SELECT count(*) FROM sessions WHERE ended_at IS NULL"); n != 1 {
		t.Fatalf("%d living sessions, want 1", n)
	}
	if n := w.count("SELECT siblings FROM refresh_tokens WHERE used_at IS NOT NULL"); n != 11 {
		t.Fatalf("%d siblings, want 11: more than one request used the token as the first", n)
	}
	for i := len(got); i <= maxSiblings; i++ {
		if _, err := w.refresh(one.Refresh); err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.refresh(one.Refresh)
	want(t, err, ErrRefresh)
	w.mustAuthenticate(got[0].Access) // too many tabs end nothing
}

func TestPrune(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("u1")
	old := w.mustLogin("u1")
	who := w.mustAuthenticate(old.Access)
	w.must(func(tx pg.Tx) error { return w.s.Logout(tx, who) })
	w.mustLogin("u1")
	w.later(31 * 24 * time.Hour)
	w.must(w.s.Prune)
	if n := w.count("SELECT count(*) FROM sessions"); n != 1 {
		t.Fatalf("%d sessions remain, want the one that nobody ended", n)
	}
}
