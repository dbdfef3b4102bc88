// Package apitest runs the whole program in process on a database of its own, and talks to it as people do. Every request
// that is not meant to be wrong and every response is checked against openapi.yaml.
//
// The bearer token of these tests is the username itself, so that a test needs no login; sessions and tokens have their
// own tests in identity.
package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// Env is one running program with its people.
type Env struct {
	t      testing.TB
	App    *app.App
	DB     *pg.DB
	People map[string]uuid.UUID // username → id
	server *httptest.Server
}

// people are one of every role; reps of two teams, so that ownership can be tested.
var people = []struct {
	username, department, team string
	role                       identity.Role
}{
	{"rep1", "sales", "east", identity.SalesRep},
	{"rep2", "sales", "east", identity.SalesRep},
	{"rep3", "sales", "west", identity.SalesRep},
	{"assistant", "sales", "east", identity.SalesAssistant},
	{"supervisor", "sales", "east", identity.SalesSupervisor},
	{"manager", "sales", "", identity.SalesManager},
	{"director", "sales", "", identity.SalesDirector},
	{"clerk", "finance", "", identity.FinanceClerk},
	{"finance", "finance", "", identity.FinanceManager},
	{"production", "factory", "", identity.ProductionManager},
	{"purchasing", "factory", "", identity.Purchasing},
	{"quality", "factory", "", identity.QualityManager},
	{"keeper", "factory", "", identity.WarehouseKeeper},
	{"guard", "factory", "", identity.GateGuard},
	{"committee", "finance", "", identity.PriceCommittee},
	{"auditor", "office", "", identity.Auditor},
	{"hr", "office", "", identity.HR},
	{"gm", "office", "", identity.GeneralManager},
	{"admin", "office", "", identity.Admin},
}

// New starts the program on a fresh database with one person of every role.
func New(t testing.TB) *Env {
	t.Helper()
	return On(t, testpg.URL(t))
}

// On is New on the empty database at url.
func On(t testing.TB, url string) *Env {
	t.Helper()
	limits := testpg.Patient
	limits.MaxConnections = 16
	a, err := app.New(context.Background(), app.Config{DatabaseURL: url, Database: limits, Sandbox: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	e := &Env{t: t, App: a, DB: a.DB, People: map[string]uuid.UUID{}}
	e.seed()
	a.Server.Authenticate = e.byUsername
	e.server = httptest.NewServer(a.Handler())
	t.Cleanup(e.server.Close)
	return e
}

// URL is where the server listens.
func (e *Env) URL() string { return e.server.URL }

// Tx runs fn in a transaction of the system, to arrange what the API isn't the subject of.
func (e *Env) Tx(fn func(tx pg.Tx) error) {
	e.t.Helper()
	if err := e.DB.Tx(context.Background(), pg.System("test"), fn); err != nil {
		e.t.Fatal(err)
	}
}

// Told tells production of the orders that were confirmed, as the queue does within seconds (ORD-03).
func (e *Env) Told() {
	e.t.Helper()
	if err := e.App.TellConfirmed(context.Background()); err != nil {
		e.t.Fatal(err)
	}
}

// Established makes the customer one that was ours before salesgate knew it, whose first order needs no application (CUS-05): for
// tests that are about something else.
func (e *Env) Established(customerID string) string {
	e.t.Helper()
	e.Tx(func(tx pg.Tx) error {
		return pg.One(tx.Exec("UPDATE customers SET opening = true WHERE id = ?", customerID))
	})
	return customerID
}

// Principal loads the person as a request would.
func (e *Env) Principal(username string) identity.Principal {
	e.t.Helper()
	p, err := e.byUsername(context.Background(), username)
	if err != nil {
		e.t.Fatal(err)
	}
	return p
}

func (e *Env) byUsername(ctx context.Context, username string) (identity.Principal, error) {
	var p identity.Principal
	err := e.DB.View(ctx, pg.System("test"), func(tx pg.Tx) (err error) {
		p, err = identity.LoadUsername(tx, username)
		return err
	})
	if errors.Is(err, errs.ErrNotFound) {
		return p, errs.ErrForbidden
	}
	return p, err
}

func (e *Env) seed() {
	e.Tx(func(tx pg.Tx) error {
		departments, teams := map[string]uuid.UUID{}, map[string]uuid.UUID{}
		for _, d := range []string{"sales", "finance", "factory", "office"} {
			departments[d] = uuid.Must(uuid.NewV7())
			if err := tx.Exec("INSERT INTO departments (id, code, name, active, created_at, version) VALUES (?, ?, ?, true, ?, 1)", departments[d], strings.ToUpper(d), d, tx.Now).Error; err != nil {
				return err
			}
		}
		for _, name := range []string{"east", "west"} {
			teams[name] = uuid.Must(uuid.NewV7())
			if err := tx.Exec("INSERT INTO teams (id, code, name, department_id, active, created_at, version) VALUES (?, ?, ?, ?, true, ?, 1)", teams[name], strings.ToUpper(name), name, departments["sales"], tx.Now).Error; err != nil {
				return err
			}
		}
		for _, p := range people {
			id := uuid.Must(uuid.NewV7())
			e.People[p.username] = id
			var team *uuid.UUID
			if p.team != "" {
				v := teams[p.team]
				team = &v
			}
			department := departments[p.department]
			u := identity.User{ID: id, Username: p.username, Name: strings.ToUpper(p.username), Roles: identity.Roles{p.role}, DepartmentID: &department, TeamID: team, Active: true, Locale: "en", PasswordHash: "x", CreatedAt: tx.Now, Version: 1}
			if err := pg.Insert(tx, &u); err != nil {
				return err
			}
		}
		if err := sellFromThinAir(tx); err != nil {
			return err
		}
		if err := tx.Exec("UPDATE departments SET head_id = ? WHERE code = 'SALES'", e.People["manager"]).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE teams SET leader_id = ? WHERE code = 'EAST'", e.People["supervisor"]).Error
	})
}

// sellFromThinAir lets goods leave that were never in stock nor inspected (SHP-16): most tests are about something else than warehouses.
// Those that are about them, and whatever shows the whole company, call InspectionRequired.
func sellFromThinAir(tx pg.Tx) error {
	err := tx.Exec(`INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
		VALUES ('shipping.inspection_required', 2, 'false', '2000-01-02Z', '2000-01-02Z', 'test')`).Error
	if err != nil {
		return err
	}
	return pg.One(tx.Exec("UPDATE parameters SET version = 2 WHERE name = 'shipping.inspection_required'"))
}

// InspectionRequired makes goods leave only from lots that passed their inspection (SHP-16), as a company begins.
func (e *Env) InspectionRequired() {
	e.t.Helper()
	const at = "/v1/parameters/shipping.inspection_required"
	e.As("admin").Put(at, e.As("admin").Get(at).Want(http.StatusOK).ETag(), map[string]any{"value": "true", "reason": "SHP-16"}).Want(http.StatusOK)
}

// Client talks to the server as one person.
type Client struct {
	env    *Env
	token  string
	header http.Header
}

// As returns a client of the person; "" is somebody who isn't signed in.
func (e *Env) As(username string) Client {
	return Client{env: e, token: username, header: http.Header{"Accept-Language": {"en"}}}
}

// With returns a client that sends this header too.
func (c Client) With(name, value string) Client {
	c.header = c.header.Clone()
	c.header.Set(name, value)
	return c
}

// Answer is a response, read whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	env    *Env
}

// Get reads a path.
func (c Client) Get(path string) Answer { return c.Do(http.MethodGet, path, nil) }

// Post sends a body (anything that marshals to JSON, or a string of JSON) with a fresh Idempotency-Key unless the client
// has one of its own.
func (c Client) Post(path string, body any) Answer {
	if c.header.Get("Idempotency-Key") == "" {
		c = c.With("Idempotency-Key", uuid.NewString())
	}
	return c.Do(http.MethodPost, path, body)
}

// Patch sends a change of what was read with this ETag.
func (c Client) Patch(path, etag string, body any) Answer {
	return c.With("If-Match", etag).Do(http.MethodPatch, path, body)
}

// Put replaces what was read with this ETag; "" sends none.
func (c Client) Put(path, etag string, body any) Answer {
	if etag != "" {
		c = c.With("If-Match", etag)
	}
	return c.Do(http.MethodPut, path, body)
}

// Delete removes what was read with this ETag.
func (c Client) Delete(path, etag string) Answer {
	return c.With("If-Match", etag).Do(http.MethodDelete, path, nil)
}

// Do sends a request and checks the response against the contract. A server that is busy is asked again, as clients do: on a loaded
// machine many at once don't all get a connection in time. One that stays busy, as with a connection that is never given back, is the answer.
func (c Client) Do(method, path string, body any) (a Answer) {
	c.env.t.Helper()
	for range 20 {
		if a = c.once(method, path, body); a.Status != http.StatusServiceUnavailable || !bytes.Contains(a.Body, []byte(`"server.busy"`)) {
			break
		}
	}
	return a
}

func (c Client) once(method, path string, body any) Answer {
	t := c.env.t
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, c.env.server.URL+path, reader(t, body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = c.header.Clone()
	if body != nil && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := c.env.server.Client().Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	a := Answer{Status: res.StatusCode, Header: res.Header, Body: b, env: c.env}
	checkContract(t, r, a)
	return a
}

func reader(t testing.TB, body any) io.Reader {
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return strings.NewReader(b)
	case []byte:
		return bytes.NewReader(b)
	}
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b)
}

// Want fails the test unless the status is the one given, and returns the answer.
func (a Answer) Want(status int) Answer {
	a.env.t.Helper()
	if a.Status != status {
		a.env.t.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	return a
}

// WantProblem fails the test unless the answer is a problem of this status and code.
func (a Answer) WantProblem(status int, code string) Answer {
	a.env.t.Helper()
	a.Want(status)
	if got := a.String("code"); got != code {
		a.env.t.Fatalf("code %s, want %s: %s", got, code, a.Body)
	}
	return a
}

// ETag is the answer's ETag header.
func (a Answer) ETag() string { return a.Header.Get("ETag") }

// At returns what stands at a dotted path of the JSON body, like "data.0.id"; nil for nothing.
func (a Answer) At(path string) any {
	a.env.t.Helper()
	var v any
	if err := json.Unmarshal(a.Body, &v); err != nil {
		a.env.t.Fatalf("not JSON: %s", a.Body)
	}
	for step := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// String is At for text; "" for nothing.
func (a Answer) String(path string) string {
	s, _ := a.At(path).(string)
	return s
}

// Len is the length of the array at the path.
func (a Answer) Len(path string) int {
	l, _ := a.At(path).([]any)
	return len(l)
}

// ID is the "id" of the body.
func (a Answer) ID() string { return a.String("id") }

func init() {
	for _, media := range []string{"text/html", "application/pdf", "image/jpeg", "image/png", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv"} {
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.FileBodyDecoder)
	}
}

var contract = func() routers.Router {
	spec, err := api.GetSpec()
	if err != nil {
		panic(err)
	}
	router, err := legacy.NewRouter(spec, openapi3.DisableExamplesValidation())
	if err != nil {
		panic(err)
	}
	return router
}()

// checkContract fails the test when the response isn't one that openapi.yaml documents.
func checkContract(t testing.TB, r *http.Request, a Answer) {
	t.Helper()
	find := r.Clone(r.Context())
	find.URL.Scheme, find.URL.Host = "", ""
	route, params, err := contract.FindRoute(find)
	if err != nil {
		return // not a path of the contract
	}
	err = openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: find, PathParams: params, Route: route},
		Status:                 a.Status, Header: a.Header, Body: io.NopCloser(bytes.NewReader(a.Body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
	if err != nil {
		t.Errorf("%s %s answers outside the contract: %v\n%s", r.Method, r.URL.Path, err, a.Body)
	}
}
