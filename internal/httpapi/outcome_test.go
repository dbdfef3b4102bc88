package httpapi_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/testpg"
)

// Where the wire is cut when a COMMIT passes.
const (
	whole int32 = iota
	beforeCommit
	afterCommit
)

// wire is a connection to PostgreSQL that can be cut at a COMMIT: before the server gets it, or before its answer comes back.
type wire struct {
	target *pgconn.Config
	cut    atomic.Int32 // at the next COMMIT
	done   atomic.Int32 // how many were cut
}

// wireTo returns an address of the database at target which goes over the wire.
func wireTo(t *testing.T, target string) (*wire, string) {
	t.Helper()
	cfg, err := pgconn.ParseConfig(target)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	w := &wire{target: cfg}
	go func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			go w.join(client)
		}
	}()
	u := url.URL{Scheme: "postgres", Host: ln.Addr().String(), Path: cfg.Database, User: url.UserPassword(cfg.User, cfg.Password), RawQuery: "sslmode=disable"}
	return w, u.String()
}

func (w *wire) join(client net.Conn) {
	defer client.Close()
	network, address := pgconn.NetworkAddress(w.target.Host, w.target.Port)
	server, err := net.Dial(network, address)
	if err != nil {
		return
	}
	defer server.Close()
	var silent atomic.Bool // the answers don't come back
	go func() {
		defer client.Close()
		b := make([]byte, 64<<10)
		for {
			n, err := server.Read(b)
			if n > 0 && !silent.Load() {
				_, _ = client.Write(b[:n])
			}
			if err != nil || n > 0 && silent.Load() { // the server has answered the COMMIT, so it is done
				return
			}
		}
	}()
	w.forward(server, client, &silent)
}

func (w *wire) forward(server io.Writer, client io.Reader, silent *atomic.Bool) {
	b := make([]byte, 64<<10)
	for {
		n, err := client.Read(b)
		if err != nil {
			return
		}
		if bytes.Contains(b[:n], []byte("commit\x00")) {
			switch w.cut.Swap(whole) {
			case beforeCommit:
				w.done.Add(1)
				return
			case afterCommit:
				w.done.Add(1)
				silent.Store(true)
			}
		}
		if _, err := server.Write(b[:n]); err != nil {
			return
		}
	}
}

// When the connection breaks during COMMIT nobody here knows what became of it: the answer says so, and repeating the
// request with its key tells the truth, whichever it is, and makes it so once.
func TestOutcomeUnknownIsToldByRepeating(t *testing.T) {
	t.Parallel()
	w, address := wireTo(t, testpg.URL(t))
	e := apitest.On(t, address)
	customer, product := customerOf(e), productAt(e, "10")
	clerk, rep := e.As("clerk"), e.As("rep1")
	for i, cut := range []int32{beforeCommit, afterCommit} {
		for path, who := range map[string]apitest.Client{"/v1/orders": rep, "/v1/receipts": clerk} {
			body := object{"customer_id": customer, "amount": "1000.00", "method": "bank_transfer", "received_on": "2026-01-05"}
			if path == "/v1/orders" {
				body = orderBy(customer, product, "100", "10")
				body["submit"] = true
			}
			who = who.With("Idempotency-Key", uuid.NewString())
			w.cut.Store(cut)
			who.Post(path, body).WantProblem(503, "outcome_unknown")
			again := who.Post(path, body)
			for until := time.Now().Add(20 * time.Second); again.Status == http.StatusConflict && time.Now().Before(until); {
				time.Sleep(20 * time.Millisecond) // PostgreSQL hasn't noticed yet that the connection is gone, and holds the key
				again = who.Post(path, body)
			}
			again.Want(201)
			if replayed := again.Header.Get("Idempotency-Replayed") == "true"; replayed != (cut == afterCommit) {
				t.Errorf("%s, cut %d: replayed %t", path, cut, replayed)
			}
			if n := e.As("gm").Get(path).Want(200).Len("data"); n != i+1 {
				t.Errorf("%s, cut %d: %d are there, want %d", path, cut, n, i+1)
			}
		}
	}
	if w.done.Load() != 4 {
		t.Errorf("%d connections were cut, want 4", w.done.Load())
	}
}
