package identity

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func (w *world) client(name string, scopes ...string) (m MachineClient, s ClientSecret, secret string) {
	w.t.Helper()
	w.must(func(tx pg.Tx) (err error) {
		m, s, secret, err = w.s.CreateMachineClient(tx, System(), name, scopes)
		return err
	})
	return m, s, secret
}

func (w *world) token(m MachineClient, secret, scope string) (Tokens, error) {
	return w.s.IssueToken(context.Background(), m.ID.String(), secret, scope, "test-token")
}

func TestMachineClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	m, _, secret := w.client("erp", "order.read", "customer.read")
	tokens, err := w.token(m, secret, "")
	if err != nil {
		t.Fatal(err)
	}
	p := w.mustAuthenticate(tokens.Access)
	if _, all := p.Owners(); !all || p.Kind != KindMachine || !slices.Equal(p.Scopes, []string{"customer.read", "order.read"}) {
		t.Fatalf("principal %+v", p)
	}
	narrow, err := w.token(m, secret, "order.read")
	if err != nil || !slices.Equal(w.mustAuthenticate(narrow.Access).Scopes, []string{"order.read"}) {
		t.Fatalf("narrowed: %v", err)
	}
	_, err = w.token(m, secret, "order.read order.write")
	want(t, err, ErrScope)
	for _, wrong := range []string{"", "sgs_wrong", secret + "x"} {
		_, err = w.token(m, wrong, "")
		want(t, err, ErrClient)
	}
	_, err = w.s.IssueToken(context.Background(), uuid.NewString(), secret, "", "r")
	want(t, err, ErrClient)
	_, err = w.s.IssueToken(context.Background(), "not-an-id", secret, "", "r")
	want(t, err, ErrClient)
	want(t, w.tx(func(tx pg.Tx) error {
		_, _, _, err := w.s.CreateMachineClient(tx, System(), "erp", nil)
		return err
	}), ErrClientName)
	for _, scope := range []string{"no.such", "user.write", "approval.decide", "public"} {
		want(t, w.tx(func(tx pg.Tx) error {
			_, _, _, err := w.s.CreateMachineClient(tx, System(), "other", []string{scope})
			return err
		}), ErrScopeNotGrantable)
	}
	if n := w.count("SELECT count(*) FROM events WHERE after::text LIKE '%' || ? || '%'", secret[:20]); n != 0 {
		t.Error("a secret is in the event log")
	}
}

func TestTwoSecretsAndRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	m, first, one := w.client("erp", "order.read")
	var two string
	w.must(func(tx pg.Tx) (err error) {
		_, _, two, err = w.s.AddClientSecret(tx, System(), m.ID, new(int64(1)))
		return err
	})
	for _, live := range []string{one, two} {
		if _, err := w.token(m, live, ""); err != nil {
			t.Fatal(err)
		}
	}
	want(t, w.tx(func(tx pg.Tx) error {
		_, _, _, err := w.s.AddClientSecret(tx, System(), m.ID, new(int64(2)))
		return err
	}), ErrTwoSecrets)
	want(t, w.tx(func(tx pg.Tx) error { // and so says the database
		return tx.Exec(`INSERT INTO client_secrets SELECT gen_random_uuid(), client_id, slot, secret_hash, hint, created_at, NULL
			FROM client_secrets WHERE id = ?`, first.ID).Error
	}), ErrTwoSecrets)
	old, err := w.token(m, one, "")
	if err != nil {
		t.Fatal(err)
	}
	w.must(func(tx pg.Tx) error {
		_, err := w.s.RevokeClientSecret(tx, System(), m.ID, first.ID, new(int64(2)))
		return err
	})
	_, err = w.token(m, one, "")
	want(t, err, ErrClient)
	_, err = w.authenticate(old.Access) // had with the revoked secret
	want(t, err, ErrRevoked)
	again, err := w.token(m, two, "")
	if err != nil {
		t.Fatal(err)
	}
	w.mustAuthenticate(again.Access)
	want(t, w.tx(func(tx pg.Tx) error {
		_, err := w.s.RevokeClientSecret(tx, System(), m.ID, first.ID, new(int64(3)))
		return err
	}), errs.ErrNotFound)
	w.must(func(tx pg.Tx) error {
		_, _, _, err := w.s.AddClientSecret(tx, System(), m.ID, new(int64(3)))
		return err
	})
}

func TestConcurrentSecretsStayTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	m, _, _ := w.client("erp", "order.read")
	var made atomic.Int64
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if w.tx(func(tx pg.Tx) error {
				_, _, _, err := w.s.AddClientSecret(tx, System(), m.ID, new(int64(1)))
				return err
			}) == nil {
				made.Add(1)
			}
		})
	}
	wg.Wait()
	if n := w.count("SELECT count(*) FROM client_secrets WHERE revoked_at IS NULL"); n != 2 || made.Load() != 1 {
		t.Fatalf("%d live secrets, %d made", n, made.Load())
	}
}

func TestScopesTakenAwayHoldForLiveTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	m, _, secret := w.client("erp", "order.read", "customer.read")
	tokens, err := w.token(m, secret, "")
	if err != nil {
		t.Fatal(err)
	}
	w.mustAuthenticate(tokens.Access)
	w.must(func(tx pg.Tx) error {
		_, err := w.s.UpdateMachineClient(tx, System(), m.ID, new(int64(1)), ClientChange{Scopes: &[]string{"customer.read", "invoice.read"}})
		return err
	})
	if p := w.mustAuthenticate(tokens.Access); !slices.Equal(p.Scopes, []string{"customer.read"}) {
		t.Fatalf("scopes %v: a token neither keeps what was taken away nor gains what it wasn't issued for", p.Scopes)
	}
	off := false
	w.must(func(tx pg.Tx) error {
		_, err := w.s.UpdateMachineClient(tx, System(), m.ID, new(int64(2)), ClientChange{Active: &off})
		return err
	})
	_, err = w.authenticate(tokens.Access)
	want(t, err, ErrRevoked)
	_, err = w.token(m, secret, "")
	want(t, err, ErrClient)
	want(t, w.tx(func(tx pg.Tx) error {
		_, _, _, err := w.s.AddClientSecret(tx, System(), m.ID, new(int64(3)))
		return err
	}), ErrInactive)
	w.must(func(tx pg.Tx) error {
		rows, secrets, _, err := w.s.ListMachineClients(tx, System(), pg.Page{Limit: 10})
		if len(rows) != 1 || len(secrets[m.ID]) != 1 || secrets[m.ID][0].Hint != secret[len(secret)-4:] {
			t.Errorf("listed %v %v", rows, secrets)
		}
		return err
	})
}
