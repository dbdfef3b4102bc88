package identity

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

const goodPassword = "correct-horse-7"

// world is a database with a service; password hashes are cheap here, but for the tests of the real cost.
type world struct {
	t    testing.TB
	db   *pg.DB
	s    *Service
	auth *Authenticator
}

func newWorld(t testing.TB, cfg Config) *world {
	t.Helper()
	db := testpg.New(t)
	s := New(db, cfg)
	s.passwords.cost = cost{memory: 64, passes: 1, threads: 1}
	return &world{t: t, db: db, s: s, auth: s.Authenticator()}
}

func (w *world) tx(fn func(pg.Tx) error) error {
	return w.db.Tx(context.Background(), pg.System("test-request"), fn)
}

func (w *world) must(fn func(pg.Tx) error) {
	w.t.Helper()
	if err := w.tx(fn); err != nil {
		w.t.Fatalf("unexpected: %v", err)
	}
}

func (w *world) user(name string, change ...func(*NewUser)) User {
	w.t.Helper()
	in := NewUser{Username: name, Name: "测试 " + name, Phone: "13800000001", Roles: []Role{SalesRep}, Password: goodPassword}
	for _, c := range change {
		c(&in)
	}
	var u User
	w.must(func(tx pg.Tx) (err error) { u, err = w.s.CreateUser(tx, System(), in); return err })
	return u
}

func withRoles(roles ...Role) func(*NewUser) { return func(in *NewUser) { in.Roles = roles } }

func in(department, team *uuid.UUID) func(*NewUser) {
	return func(in *NewUser) { in.DepartmentID, in.TeamID = department, team }
}

func (w *world) login(name string) (Tokens, error) {
	return w.s.Login(context.Background(), Login{Username: name, Password: goodPassword, Address: "192.0.2.7", RequestID: "test-login"})
}

func (w *world) mustLogin(name string) Tokens {
	w.t.Helper()
	tokens, err := w.login(name)
	if err != nil {
		w.t.Fatalf("login %s: %v", name, err)
	}
	return tokens
}

func (w *world) authenticate(token string) (Principal, error) {
	return w.auth.Authenticate(context.Background(), token)
}

func (w *world) mustAuthenticate(token string) Principal {
	w.t.Helper()
	p, err := w.authenticate(token)
	if err != nil {
		w.t.Fatalf("authenticate: %v", err)
	}
	return p
}

func (w *world) refresh(token string) (Tokens, error) {
	return w.s.RefreshToken(context.Background(), token, "test-refresh")
}

// later moves the clock; it can't be moved back.
func (w *world) later(d time.Duration) { w.db.Clock().SetOffset(w.db.Clock().Offset() + d) }

func (w *world) count(query string, args ...any) (n int64) {
	w.t.Helper()
	w.must(func(tx pg.Tx) error { return tx.Raw(query, args...).Scan(&n).Error })
	return n
}

func want(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("got error %v, want %v", err, target)
	}
}
