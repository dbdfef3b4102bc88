package httpapi_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

const password = "correct-horse-7"

// realTokens is a program in which a username is no token: people log in. It has one person, who may change people.
func realTokens(t *testing.T) *apitest.Env {
	t.Helper()
	e := apitest.New(t)
	e.App.Server.Authenticate = e.App.Server.People.Authenticator().Authenticate
	e.Tx(func(tx pg.Tx) error {
		_, err := e.App.Server.People.Bootstrap(tx, identity.NewUser{
			Username: "boss", Name: "测试管理员", Phone: "13800000001", Roles: []identity.Role{identity.Admin}, Password: password,
		})
		return err
	})
	return e
}

func TestLoginRefreshLogoutOverHTTP(t *testing.T) {
	t.Parallel()
	e := realTokens(t)
	nobody := e.As("")
	nobody.Post("/v1/auth/login", object{"username": "boss", "password": "wrong-password"}).WantProblem(401, "auth.bad_credentials")
	in := nobody.Post("/v1/auth/login", object{"username": "Boss", "password": password}).Want(200)
	if in.At("expires_in") != 600.0 || in.Header.Get("Cache-Control") != "no-store" || in.String("user.phone") != "13800000001" {
		t.Fatalf("%v %s", in.Header, in.Body)
	}
	me := e.As(in.String("access_token")).Get("/v1/me").Want(200)
	if me.String("username") != "boss" || me.At("sees_all") != true || !strings.Contains(string(me.Body), "user.write") {
		t.Fatalf("%s", me.Body)
	}
	next := nobody.Post("/v1/auth/refresh", object{"refresh_token": in.String("refresh_token")}).Want(200)
	nobody.Post("/v1/auth/refresh", object{"refresh_token": "sgr_never"}).WantProblem(401, "auth.refresh_invalid")
	boss := e.As(next.String("access_token"))
	if n := boss.Get("/v1/me/sessions").Want(200).Len("data"); n != 1 {
		t.Fatalf("%d sessions", n)
	}
	changed := boss.Post("/v1/me/password", object{"old_password": password, "new_password": "another-good-1"}).Want(200)
	boss.Get("/v1/me").WantProblem(401, "auth.session_ended")
	boss = e.As(changed.String("access_token"))
	boss.Post("/v1/auth/logout", nil).Want(204)
	if a := boss.Get("/v1/me").WantProblem(401, "auth.session_ended"); a.Header.Get("WWW-Authenticate") == "" {
		t.Fatal("no WWW-Authenticate")
	}
	again := e.As(nobody.Post("/v1/auth/login", object{"username": "boss", "password": "another-good-1"}).Want(200).String("access_token"))
	again.Post("/v1/auth/logout-everywhere", nil).Want(204)
	again.Get("/v1/me").WantProblem(401, "auth.session_ended")
	nobody.Get("/v1/me").WantProblem(401, "auth.unauthenticated")
	e.As("not-a-token").Get("/v1/me").WantProblem(401, "auth.token_invalid")
}

func TestThrottledLoginSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	e := realTokens(t)
	for range 10 {
		e.As("").Post("/v1/auth/login", object{"username": "boss", "password": "wrong-password"}).Want(401)
	}
	a := e.As("").Post("/v1/auth/login", object{"username": "boss", "password": password}).WantProblem(429, "auth.too_many_attempts")
	if a.Header.Get("Retry-After") == "" || a.Header.Get("Retry-After") == "0" {
		t.Fatalf("%v", a.Header)
	}
}

func TestFirstPasswordMustBeChanged(t *testing.T) {
	t.Parallel()
	e := realTokens(t)
	boss := e.As(e.As("").Post("/v1/auth/login", object{"username": "boss", "password": password}).Want(200).String("access_token"))
	made := boss.Post("/v1/users", object{"username": "Zhou.Min", "name": "周敏", "roles": []string{"hr"}, "password": password}).Want(201)
	if made.String("username") != "zhou.min" {
		t.Fatalf("%s", made.Body)
	}
	in := e.As("").Post("/v1/auth/login", object{"username": "zhou.min", "password": password}).Want(200)
	fresh := e.As(in.String("access_token"))
	fresh.Get("/v1/users").WantProblem(403, "auth.password_change_required")
	fresh.Get("/v1/me").Want(200)
	tokens := fresh.Post("/v1/me/password", object{"old_password": password, "new_password": "another-good-1"}).Want(200)
	e.As(tokens.String("access_token")).Get("/v1/users").Want(200)
}

func TestPeopleOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	admin := e.As("admin")
	admin.Post("/v1/users", object{"username": "rep1", "name": "重名", "roles": []string{"sales_rep"}, "password": password}).WantProblem(409, "user.username_taken")
	made := admin.Post("/v1/users", object{"username": "wu.lei", "name": "吴磊", "phone": "13800000009", "roles": []string{"sales_rep"}, "password": password}).Want(201)
	path := "/v1/users/" + made.ID()
	d := admin.Post("/v1/departments", object{"code": "EXPORT", "name": "外贸部"}).Want(201)
	team := admin.Post("/v1/teams", object{"code": "ASIA", "name": "亚洲组", "department_id": d.ID()}).Want(201)
	moved := admin.Patch(path, made.ETag(), object{"department_id": d.ID(), "team_id": team.ID()}).Want(200)
	if moved.String("team_id") != team.ID() || moved.ETag() != `"2"` {
		t.Fatalf("%s", moved.Body)
	}
	admin.Patch("/v1/teams/"+team.ID(), team.ETag(), object{"leader_id": made.ID()}).Want(200)
	head := admin.Patch("/v1/departments/"+d.ID(), d.ETag(), object{"head_id": made.ID()}).Want(200)
	admin.Post(path+"/deactivate", nil).WantProblem(409, "user.leads")
	admin.Patch("/v1/departments/"+d.ID(), head.ETag(), object{"head_id": nil}).Want(200)
	admin.Patch("/v1/teams/"+team.ID(), `"2"`, object{"leader_id": nil}).Want(200)
	admin.Post("/v1/departments/"+d.ID()+"/deactivate", nil).WantProblem(409, "department.not_empty")
	admin.Patch(path, moved.ETag(), object{"team_id": nil, "department_id": nil}).Want(200)
	admin.With("If-Match", `"1"`).Post(path+"/deactivate", nil).WantProblem(412, "resource.stale")
	off := admin.Post(path+"/deactivate", nil).Want(200)
	if off.At("active") != false || off.At("department_id") != nil {
		t.Fatalf("%s", off.Body)
	}
	admin.Post(path+"/activate", nil).Want(200)
	admin.Post(path+"/reset-password", object{"password": "1234567890"}).WantProblem(422, "user.weak_password")
	admin.Post(path+"/reset-password", object{"password": "another-good-1"}).Want(200)
	admin.Post("/v1/teams/"+team.ID()+"/deactivate", nil).Want(200)
	admin.Post("/v1/departments/"+d.ID()+"/deactivate", nil).Want(200)
	admin.Get("/v1/departments/" + d.ID()).Want(200)
	admin.Get("/v1/teams/" + team.ID()).Want(200)
	if n := admin.Get("/v1/users?q=吴&active=true&role=sales_rep").Want(200).Len("data"); n != 1 {
		t.Fatalf("%d found", n)
	}
	for who, phone := range map[string]string{"admin": "13800000009", "hr": "13800000009", "auditor": "138****0009"} {
		if got := e.As(who).Get(path).Want(200).String("phone"); got != phone {
			t.Errorf("%s sees %s", who, got)
		}
	}
	var all int
	for cursor := ""; ; {
		page := admin.Get("/v1/users?limit=7&cursor=" + url.QueryEscape(cursor))
		if cursor == "" {
			page = admin.Get("/v1/users?limit=7")
		}
		all += page.Want(200).Len("data")
		if cursor = page.String("next_cursor"); cursor == "" {
			break
		}
	}
	if all != 20 {
		t.Fatalf("%d people in all pages, want 20", all)
	}
}

// form posts a token request, with HTTP Basic when user isn't "".
func form(t *testing.T, e *apitest.Env, user, secret string, fields url.Values) apitest.Answer {
	t.Helper()
	c := e.As("").With("Content-Type", "application/x-www-form-urlencoded")
	if user != "" {
		pair := url.QueryEscape(user) + ":" + url.QueryEscape(secret)
		c = c.With("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	return c.Do(http.MethodPost, "/v1/auth/token", fields.Encode())
}

func TestMachineTokensOverHTTP(t *testing.T) {
	t.Parallel()
	e := realTokens(t)
	boss := e.As(e.As("").Post("/v1/auth/login", object{"username": "boss", "password": password}).Want(200).String("access_token"))
	boss.Post("/v1/machine-clients", object{"name": "erp", "scopes": []string{"user.write"}}).WantProblem(422, "machine_client.scope_not_grantable")
	made := boss.Post("/v1/machine-clients", object{"name": "erp", "scopes": []string{"customer.read", "customer.write"}}).Want(201)
	id, secret := made.String("client.id"), made.String("client_secret")
	grant := url.Values{"grant_type": {"client_credentials"}}
	with := func(pairs ...string) url.Values {
		v := url.Values{"grant_type": {"client_credentials"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	for name, token := range map[string]string{
		"form":  form(t, e, "", "", with("client_id", id, "client_secret", secret)).Want(200).String("access_token"),
		"basic": form(t, e, id, secret, with("scope", "customer.read")).Want(200).String("access_token"),
	} {
		erp := e.As(token)
		erp.Get("/v1/customers").Want(200)
		erp.Get("/v1/users").WantProblem(403, "auth.forbidden")
		erp.Post("/v1/auth/logout", nil).WantProblem(403, "auth.forbidden")
		if scoped := strings.Contains(string(erp.Get("/v1/me").Want(200).Body), "customer.write"); scoped != (name == "form") {
			t.Errorf("%s: customer.write is %v", name, scoped)
		}
	}
	for _, c := range []struct {
		a      apitest.Answer
		status int
		code   string
	}{
		{form(t, e, "", "", with("client_id", id, "client_secret", "sgs_wrong")), 401, "invalid_client"},
		{form(t, e, id, "sgs_wrong", grant), 401, "invalid_client"},
		{form(t, e, id, secret, with("client_secret", secret)), 400, "invalid_request"},
		{form(t, e, id, secret, with("scope", "invoice.write")), 400, "invalid_scope"},
		{form(t, e, id, secret, url.Values{"grant_type": {"password"}}), 400, "unsupported_grant_type"},
		{form(t, e, id, secret, url.Values{}), 400, "invalid_request"},
	} {
		if c.a.Want(c.status).String("error") != c.code {
			t.Errorf("error %s, want %s", c.a.Body, c.code)
		}
		if c.status == 401 && c.a.Header.Get("WWW-Authenticate") == "" {
			t.Error("401 without WWW-Authenticate")
		}
	}
	path := "/v1/machine-clients/" + id
	second := boss.Post(path+"/secrets", nil).Want(201)
	boss.Post(path+"/secrets", nil).WantProblem(409, "machine_client.two_secrets")
	form(t, e, id, second.String("client_secret"), grant).Want(200)
	boss.Do(http.MethodDelete, path+"/secrets/"+made.String("secret_id"), nil).Want(200)
	form(t, e, id, secret, grant).Want(401)
	got := boss.Get(path).Want(200)
	if got.Len("secrets") != 1 || strings.Contains(string(got.Body), second.String("client_secret")) {
		t.Fatalf("%s", got.Body)
	}
	boss.Patch(path, got.ETag(), object{"scopes": []string{"order.read"}}).Want(200)
	boss.Post(path+"/deactivate", nil).Want(200)
	form(t, e, id, second.String("client_secret"), grant).Want(401)
	if n := boss.Get("/v1/machine-clients").Want(200).Len("data"); n != 1 {
		t.Fatalf("%d clients", n)
	}
}

// Somebody else's service verifies our tokens with nothing but the JWKS.
func TestJWKSVerifiesTokens(t *testing.T) {
	t.Parallel()
	e := realTokens(t)
	login := func() string {
		return e.As("").Post("/v1/auth/login", object{"username": "boss", "password": password}).Want(200).String("access_token")
	}
	token := login()
	e.As(token).Post("/v1/signing-keys/rotate", nil).Want(204)
	jwks := e.As("").Get("/.well-known/jwks.json").Want(200)
	if jwks.Len("keys") != 2 {
		t.Fatalf("%s", jwks.Body)
	}
	for i, tok := range []string{login(), token} { // the active key first
		x, _ := base64.RawURLEncoding.DecodeString(jwks.String("keys." + string(rune('0'+i)) + ".x"))
		_, err := jwt.Parse(tok, func(*jwt.Token) (any, error) { return ed25519.PublicKey(x), nil },
			jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithAudience("salesgate-api"), jwt.WithIssuer("salesgate"))
		if err != nil {
			t.Errorf("token %d: %v", i, err)
		}
	}
	if _, err := e.App.Server.Authenticate(context.Background(), token); err != nil {
		t.Errorf("rotation ended a token: %v", err)
	}
}
