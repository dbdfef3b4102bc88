package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// early is how long before its end a token is renewed.
const early = 30 * time.Second

// tokens holds the access token and renews it.
type tokens struct {
	o    Options
	base string

	mu      sync.Mutex
	access  string
	refresh string
	until   time.Time
}

// granted is what login, refresh and client credentials answer.
type granted struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    int    `json:"expires_in"`
}

// get returns a token that is good for a while, "" for who has no credentials.
func (t *tokens) get(ctx context.Context) (string, error) {
	if t.o.Username == "" && t.o.ClientID == "" {
		return "", nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.access != "" && time.Until(t.until) > early {
		return t.access, nil
	}
	g, err := t.renew(ctx)
	if err != nil {
		return "", err
	}
	t.access, t.refresh = g.AccessToken, g.RefreshToken
	t.until = time.Now().Add(time.Duration(g.ExpiresIn) * time.Second)
	return t.access, nil
}

// renew refreshes the session of a person, or begins one; a machine asks anew.
func (t *tokens) renew(ctx context.Context) (g granted, err error) {
	if t.o.ClientID != "" {
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {t.o.ClientID}, "client_secret": {t.o.ClientSecret}}
		if len(t.o.Scopes) > 0 {
			form.Set("scope", strings.Join(t.o.Scopes, " "))
		}
		return g, send(ctx, t.o.HTTP, t.base+"/v1/auth/token", "application/x-www-form-urlencoded", []byte(form.Encode()), &g)
	}
	if t.refresh != "" {
		if err := t.post(ctx, "/v1/auth/refresh", map[string]string{"refresh_token": t.refresh}, &g); err == nil {
			return g, nil
		}
		t.refresh = "" // the session has ended: begin another
	}
	return g, t.post(ctx, "/v1/auth/login", map[string]string{"username": t.o.Username, "password": t.o.Password}, &g)
}

func (t *tokens) post(ctx context.Context, path string, body any, answer any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return send(ctx, t.o.HTTP, t.base+path, "application/json", b, answer)
}

// forget drops the token that a request was refused with, and reports whether asking for another makes sense.
func (t *tokens) forget(req *http.Request) bool {
	used := req.Header.Get(usedToken)
	if used == "" {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.access == used { // else another call has renewed it meanwhile
		t.access = ""
	}
	return true
}
