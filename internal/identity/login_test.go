package identity

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	u := w.user("wang.wei")
	tokens, err := w.s.Login(context.Background(), Login{Username: " Wang.Wei ", Password: goodPassword, Address: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	p := w.mustAuthenticate(tokens.Access)
	if p.ID != u.ID || p.Kind != KindUser || !p.Has(SalesRep) {
		t.Fatalf("principal %+v", p)
	}
	for name, in := range map[string]Login{
		"wrong password": {Username: "wang.wei", Password: "wrong-password"},
		"unknown user":   {Username: "nobody", Password: goodPassword},
		"empty":          {},
	} {
		_, err := w.s.Login(context.Background(), in)
		if want(t, err, ErrCredentials); w.count("SELECT count(*) FROM sessions") != 1 {
			t.Fatalf("%s opened a session", name)
		}
	}
	if n := w.count("SELECT count(*) FROM events WHERE action = 'loginFailed'"); n != 1 {
		t.Errorf("%d failed logins recorded, want 1", n)
	}
}

func TestLoginDeactivated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	u := w.user("li")
	tokens := w.mustLogin("li")
	w.mustAuthenticate(tokens.Access)
	w.must(func(tx pg.Tx) error { _, err := w.s.DeactivateUser(tx, System(), u.ID, new(int64(1))); return err })
	_, err := w.authenticate(tokens.Access)
	want(t, err, ErrRevoked)
	_, err = w.refresh(tokens.Refresh)
	want(t, err, ErrRefresh)
	_, err = w.login("li")
	want(t, err, ErrCredentials)
	w.must(func(tx pg.Tx) error { _, err := w.s.ActivateUser(tx, System(), u.ID, new(int64(2))); return err })
	w.mustLogin("li")
	_, err = w.authenticate(tokens.Access)
	want(t, err, ErrRevoked) // old tokens stay dead
}

func TestThrottlePerAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("target")
	w.user("bystander")
	attempt := func(user, password string, i int) error {
		_, err := w.s.Login(context.Background(), Login{Username: user, Password: password, Address: fmt.Sprintf("192.0.2.%d", i)})
		return err
	}
	for i := range perAccount.burst {
		want(t, attempt("target", "wrong-password", i), ErrCredentials)
	}
	err := attempt("target", goodPassword, 200) // even the right one, from elsewhere
	want(t, err, ErrThrottled)
	if e, _ := errs.As(err); e.Params["retry_after"].(int) < 1 || e.Params["retry_after"].(int) > 60 {
		t.Errorf("retry_after %v", e.Params["retry_after"])
	}
	if err := attempt("bystander", goodPassword, 200); err != nil {
		t.Fatalf("another account is shut out: %v", err)
	}
	w.later(perAccount.interval - 2*time.Second)
	want(t, attempt("target", goodPassword, 201), ErrThrottled)
	w.later(3 * time.Second)
	if err := attempt("target", goodPassword, 201); err != nil {
		t.Fatalf("after the wait: %v", err)
	}
	for i := range perAccount.burst { // a success starts the account afresh
		want(t, attempt("target", "wrong-password", i), ErrCredentials)
	}
}

func TestThrottlePerAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("honest")
	attempt := func(user, password, address string) error {
		_, err := w.s.Login(context.Background(), Login{Username: user, Password: password, Address: address})
		return err
	}
	for range 3 {
		if err := attempt("honest", goodPassword, "2001:db8:1:1::1"); err != nil {
			t.Fatal(err)
		}
	}
	w.must(func(tx pg.Tx) error { // in one transaction time stands still
		for i := range perAddress.burst + 1 { // successes cost nothing: the whole burst is left
			wait, err := perAddress.take(tx, addressKey(fmt.Sprintf("2001:db8:1:1::%x", i+1)))
			if err != nil {
				return err
			}
			if throttled := i >= perAddress.burst; throttled != (wait > 0) {
				t.Fatalf("attempt %d of %d waits %v", i+1, perAddress.burst, wait)
			}
		}
		_, err := perAddress.take(tx, addressKey("198.51.100.1"))
		return err
	})
	w.must(func(tx pg.Tx) error { // far ahead, so that the time this test takes refills nothing
		return tx.Exec("UPDATE login_throttles SET tat = tat + interval '1 hour'").Error
	})
	want(t, attempt("honest", goodPassword, "2001:db8:1:1:ffff::1"), ErrThrottled)
	if err := attempt("honest", goodPassword, "2001:db8:1:2::1"); err != nil {
		t.Fatalf("another network is shut out: %v", err)
	}
}

// Attempts are counted before the password is looked at, so sending them at once gains nothing.
func TestThrottleCountsParallelAttempts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("target")
	var judged atomic.Int64
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			_, err := w.s.Login(context.Background(), Login{Username: "target", Password: "wrong-password", Address: "192.0.2.9"})
			if e, ok := errs.As(err); ok && e.Def == ErrCredentials {
				judged.Add(1)
			}
		})
	}
	wg.Wait()
	if judged.Load() != int64(perAccount.burst) {
		t.Fatalf("%d passwords were tried, want %d", judged.Load(), perAccount.burst)
	}
}

func TestHashesAreBounded(t *testing.T) {
	t.Parallel()
	p := NewPasswords(2)
	hash, err := p.Hash(context.Background(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var correct atomic.Int64
	for range 20 {
		wg.Go(func() {
			if ok, outdated, err := p.Verify(context.Background(), hash, goodPassword); ok && !outdated && err == nil {
				correct.Add(1)
			}
		})
	}
	wg.Wait()
	if correct.Load() != 20 || p.peak.Load() > 2 {
		t.Fatalf("%d of 20 verified, %d at once", correct.Load(), p.peak.Load())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p.slots <- struct{}{}
	p.slots <- struct{}{}
	_, err = p.Hash(ctx, goodPassword)
	want(t, err, errs.ErrBusy)
}

// An unknown user costs the same computation as a known one.
func TestUnknownUserCostsAsMuch(t *testing.T) {
	t.Parallel()
	p := NewPasswords(1)
	hash, err := p.Hash(context.Background(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	c, _, sum, err := decodeHash(p.decoy)
	known, _, knownSum, knownErr := decodeHash(hash)
	if err != nil || knownErr != nil || c != known || len(sum) != len(knownSum) {
		t.Fatal("the decoy has another cost than a real hash")
	}
	if ok, _, err := p.Verify(context.Background(), "", goodPassword); ok || err != nil || p.peak.Load() != 1 {
		t.Fatalf("verifying nobody: %v %v", ok, err)
	}
}

func TestOutdatedHashIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	u := w.user("old")
	w.s.passwords.cost = cost{memory: 128, passes: 1, threads: 1}
	w.mustLogin("old")
	var now User
	w.must(func(tx pg.Tx) (err error) { now, err = Take(tx, u.ID); return err })
	if now.PasswordHash == u.PasswordHash || !strings.Contains(now.PasswordHash, "m=128") || now.Version != u.Version {
		t.Fatalf("hash %s, version %d", now.PasswordHash, now.Version)
	}
	w.mustLogin("old")
}

func TestWeakPasswords(t *testing.T) {
	t.Parallel()
	for _, weak := range []string{"", "short-123", "1234567890", "aaaaaaaaaaaa", "x-zhang-wei-x", strings.Repeat("ab", 65), "Password123"} {
		want(t, checkPassword("zhang-wei", weak, "/password"), ErrWeakPassword)
	}
	for _, fine := range []string{"ten-chars!", "十个汉字也可以当密码", strings.Repeat("ab", 64)} {
		if err := checkPassword("zhang-wei", fine, "/password"); err != nil {
			t.Errorf("%q: %v", fine, err)
		}
	}
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("zhao", func(in *NewUser) { in.MustChangePassword = true })
	first, other := w.mustLogin("zhao"), w.mustLogin("zhao")
	who := w.mustAuthenticate(first.Access)
	if !who.MustChangePassword {
		t.Fatal("must change is lost")
	}
	change := func(old, fresh string) (Tokens, error) {
		return w.s.ChangePassword(context.Background(), who, PasswordChange{Old: old, New: fresh, Address: "192.0.2.7"})
	}
	_, err := change("wrong-password", "another-good-1")
	want(t, err, ErrWrongPassword)
	_, err = change(goodPassword, goodPassword)
	want(t, err, ErrSamePassword)
	_, err = change(goodPassword, "short")
	want(t, err, ErrWeakPassword)
	tokens, err := change(goodPassword, "another-good-1")
	if err != nil {
		t.Fatal(err)
	}
	for _, old := range []Tokens{first, other} {
		_, err := w.authenticate(old.Access)
		want(t, err, ErrRevoked)
		_, err = w.refresh(old.Refresh)
		want(t, err, ErrRefresh)
	}
	if p := w.mustAuthenticate(tokens.Access); p.MustChangePassword {
		t.Error("still asked to change")
	}
	_, err = w.login("zhao")
	want(t, err, ErrCredentials)
	if n := w.count("SELECT count(*) FROM events WHERE before::text || after::text ~ 'argon2|another-good|correct-horse'"); n != 0 {
		t.Error("a secret is in the event log")
	}
}

func TestResetPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	u := w.user("qian")
	tokens := w.mustLogin("qian")
	w.must(func(tx pg.Tx) error {
		_, err := w.s.ResetPassword(tx, System(), u.ID, new(int64(1)), "fresh-start-99")
		return err
	})
	_, err := w.authenticate(tokens.Access)
	want(t, err, ErrRevoked)
	again, err := w.s.Login(context.Background(), Login{Username: "qian", Password: "fresh-start-99"})
	if err != nil || !w.mustAuthenticate(again.Access).MustChangePassword {
		t.Fatalf("after reset: %v", err)
	}
}
