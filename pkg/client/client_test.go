package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/salesgate/salesgate/pkg/client"
)

// server answers calls one after the other from a script, and logins by itself.
type server struct {
	mu     sync.Mutex
	script []string // "status code"
	keys   []string
	bodies []string
	auths  []string
	logins int
	renews int
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/v1/auth/login", "/v1/auth/token":
		s.logins++
		fmt.Fprintf(w, `{"access_token":"t%d","refresh_token":"r%d","expires_in":600,"token_type":"Bearer"}`, s.logins, s.logins)
		return
	case "/v1/auth/refresh":
		s.renews++
		fmt.Fprintf(w, `{"access_token":"renewed%d","refresh_token":"r","expires_in":600}`, s.renews)
		return
	}
	body, _ := io.ReadAll(r.Body)
	s.keys, s.bodies = append(s.keys, r.Header.Get("Idempotency-Key")), append(s.bodies, string(body))
	s.auths = append(s.auths, r.Header.Get("Authorization"))
	status, code := 201, ""
	if len(s.script) > 0 {
		_, _ = fmt.Sscan(s.script[0], &status, &code)
		s.script = s.script[1:]
	}
	w.WriteHeader(status)
	if status >= 400 {
		fmt.Fprintf(w, `{"type":"x","title":"x","status":%d,"code":%q,"detail":"no"}`, status, code)
		return
	}
	fmt.Fprint(w, `{"id":"01932c07-a1f4-7bd2-8c55-0d1f6a2b3c4d"}`)
}

func connect(t *testing.T, o client.Options, script ...string) (*server, *client.Conn) {
	t.Helper()
	s := &server{script: script}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	if o.Username == "" && o.ClientID == "" {
		o.Username, o.Password = "rep", "a password"
	}
	o.Backoff = time.Millisecond
	api, err := client.Connect(web.URL, o)
	if err != nil {
		t.Fatal(err)
	}
	return s, api
}

func order(api *client.Conn) error {
	_, err := api.CreateOrderWithResponse(context.Background(), &client.CreateOrderParams{}, client.CreateOrderJSONRequestBody{})
	return err
}

func TestRepeatsWithTheSameKeyAndBody(t *testing.T) {
	t.Parallel()
	s, api := connect(t, client.Options{}, "503 server.outcome_unknown", "429 auth.throttled", "409 idempotency.in_flight", "201")
	if err := order(api); err != nil {
		t.Fatal(err)
	}
	if len(s.keys) != 4 || s.keys[0] == "" {
		t.Fatalf("keys %q", s.keys)
	}
	for i := range s.keys {
		if s.keys[i] != s.keys[0] || s.bodies[i] != s.bodies[0] || s.bodies[i] == "" {
			t.Errorf("attempt %d: key %q, body %q", i, s.keys[i], s.bodies[i])
		}
	}
	if err := order(api); err != nil {
		t.Fatal(err)
	}
	if s.keys[4] == s.keys[0] {
		t.Error("another call has the same key")
	}
}

func TestGivesUpAtItsLastAttempt(t *testing.T) {
	t.Parallel()
	s, api := connect(t, client.Options{Attempts: 2}, "503 server.busy", "503 server.busy", "201")
	var refused *client.Error
	if err := order(api); !errors.As(err, &refused) || refused.Status != 503 || len(s.keys) != 2 {
		t.Errorf("%v after %d attempts", err, len(s.keys))
	}
}

func TestARefusalIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"422 order.cash_only", "409 resource.wrong_state", "403 auth.forbidden", "412 resource.stale"} {
		s, api := connect(t, client.Options{}, answer)
		var refused *client.Error
		err := order(api)
		if !errors.As(err, &refused) || len(s.keys) != 1 {
			t.Errorf("%s: %v after %d attempts", answer, err, len(s.keys))
			continue
		}
		if got := fmt.Sprint(refused.Status, " ", refused.Code); got != answer {
			t.Errorf("%s, want %s", got, answer)
		}
	}
}

func TestRenewsATokenThatIsRefused(t *testing.T) {
	t.Parallel()
	s, api := connect(t, client.Options{}, "201", "401 auth.unauthenticated", "201")
	for range 2 {
		if err := order(api); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"Bearer t1", "Bearer t1", "Bearer renewed1"}; fmt.Sprint(s.auths) != fmt.Sprint(want) || s.logins != 1 {
		t.Errorf("%v, %d logins", s.auths, s.logins)
	}
	s.script = []string{"401 x", "401 x", "401 x"}
	if err := order(api); err == nil || len(s.auths) != 5 {
		t.Errorf("%v; a token that is refused twice is tried %d times", err, len(s.auths))
	}
}

func TestMachineAsksWithItsSecret(t *testing.T) {
	t.Parallel()
	s, api := connect(t, client.Options{ClientID: "a", ClientSecret: "b", Scopes: []string{"order.write"}})
	if err := order(api); err != nil || s.auths[0] != "Bearer t1" {
		t.Errorf("%v %v", err, s.auths)
	}
	if _, err := client.Connect("http://x", client.Options{ClientID: "a", Username: "b"}); err == nil {
		t.Error("two identities are taken")
	}
}
