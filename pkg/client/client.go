package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Options say who calls, and how patiently. Give a person's or a machine's credentials, not both; none is for what is public.
type Options struct {
	Username, Password     string
	ClientID, ClientSecret string
	Scopes                 []string // of a machine; all that it was granted when empty

	Language string // of messages: "zh-CN" or "en"; the server's choice when empty

	HTTP     *http.Client  // http.Client with a timeout of 30 s when nil
	Attempts int           // of each call at most; 5 when 0
	Backoff  time.Duration // before the second attempt, then doubled; 200 ms when 0
}

// Conn is the connection: all operations of the contract. It is safe for concurrent use.
type Conn struct{ *ClientWithResponses }

// Connect returns a connection to the API at base ("https://host:port"). Nothing is sent before the first call.
func Connect(base string, o Options) (*Conn, error) {
	if (o.Username != "") == (o.ClientID != "") && o.Username != "" {
		return nil, errors.New("client: credentials of a person and of a machine")
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 30 * time.Second}
	}
	if o.Attempts == 0 {
		o.Attempts = 5
	}
	if o.Backoff == 0 {
		o.Backoff = 200 * time.Millisecond
	}
	base = strings.TrimSuffix(base, "/")
	c, err := NewClientWithResponses(base, WithHTTPClient(&caller{o: o, tokens: &tokens{o: o, base: base}}))
	return &Conn{c}, err
}

// Error is a call that failed: the server's problem, or its status alone when it sent none.
type Error struct {
	Problem
	RetryAfter time.Duration // 0 when the server didn't say
}

// Error implements error.
func (e *Error) Error() string {
	if e.Detail == "" {
		return fmt.Sprintf("salesgate: status %d", e.Status)
	}
	return fmt.Sprintf("salesgate: %d %s: %s", e.Status, e.Code, e.Detail)
}

// caller sends a request, as often as it takes.
type caller struct {
	o      Options
	tokens *tokens
}

// Do implements HttpRequestDoer. The answer is 2xx or 3xx; anything else is an *Error.
func (c *caller) Do(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPost && req.Header.Get("Idempotency-Key") == "" {
		req.Header.Set("Idempotency-Key", uuid.Must(uuid.NewV7()).String())
	}
	if c.o.Language != "" && req.Header.Get("Accept-Language") == "" {
		req.Header.Set("Accept-Language", c.o.Language)
	}
	fresh := false // a 401 was answered with a new token already
	for attempt := 1; ; attempt++ {
		res, err := c.once(req)
		if err == nil {
			return res, nil
		}
		var refused *Error
		if errors.As(err, &refused) && refused.Status == http.StatusUnauthorized && !fresh && c.tokens.forget(req) {
			fresh = true
			continue
		}
		if attempt >= c.o.Attempts || !repeatable(req, err) {
			return nil, err
		}
		if err := c.wait(req.Context(), attempt, refused); err != nil {
			return nil, err
		}
	}
}

func (c *caller) once(req *http.Request) (*http.Response, error) {
	r := req.Clone(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		r.Body = body
	}
	token, err := c.tokens.get(req.Context())
	if err != nil {
		return nil, err
	}
	if token != "" && r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set(usedToken, token)
	}
	r.Header.Del(usedToken)
	res, err := c.o.HTTP.Do(r)
	if err != nil {
		return nil, err
	}
	if res.StatusCode < 400 {
		return res, nil
	}
	return nil, failure(res)
}

// usedToken remembers on the caller's request which token its last attempt had. It is never sent.
const usedToken = "X-Salesgate-Used-Token" //nolint:gosec // a name

// failure reads the problem of an answer and closes it.
func failure(res *http.Response) *Error {
	defer res.Body.Close()
	e := &Error{}
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil {
		_ = json.Unmarshal(b, &e.Problem) // what isn't a problem is known by its status
	}
	e.Status = res.StatusCode
	if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s > 0 {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	return e
}

// repeatable reports whether the same request may be sent again. Reading may, and so may a POST with its key. What is guarded
// by If-Match alone is repeated only when the server has surely not begun.
func repeatable(req *http.Request, err error) bool {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false
	}
	safe := req.Method == http.MethodGet || req.Method == http.MethodHead || req.Header.Get("Idempotency-Key") != ""
	var e *Error
	if !errors.As(err, &e) {
		return safe && req.Context().Err() == nil
	}
	switch e.Status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusServiceUnavailable:
		return safe || e.Code == "server.busy"
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return safe
	case http.StatusConflict:
		return e.Code == "idempotency.in_flight"
	}
	return false
}

// wait sleeps before the next attempt: what the server says, else ever longer, with jitter.
func (c *caller) wait(ctx context.Context, attempt int, refused *Error) error {
	d := c.o.Backoff << (attempt - 1)
	d = d/2 + rand.N(d) //nolint:gosec // jitter
	if refused != nil && refused.RetryAfter > 0 {
		d = refused.RetryAfter
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// send posts a body to a path that needs no token and decodes the answer.
func send(ctx context.Context, h *http.Client, url, contentType string, body []byte, answer any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", contentType)
	res, err := h.Do(req)
	if err != nil {
		return err
	}
	if res.StatusCode >= 400 {
		return failure(res)
	}
	defer res.Body.Close()
	return json.NewDecoder(res.Body).Decode(answer)
}
