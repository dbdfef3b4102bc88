package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9_.-]{8,64}$`)

// identify gives every request an id: the client's own X-Request-Id if it is harmless, else a new one.
func (s *Server) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		id := ec.Request().Header.Get(echo.HeaderXRequestID)
		if !requestIDPattern.MatchString(id) {
			b := make([]byte, 12)
			_, _ = rand.Read(b)
			id = hex.EncodeToString(b)
		}
		ec.Response().Header().Set(echo.HeaderXRequestID, id)
		return next(ec)
	}
}

// observe logs and measures every request. The line holds no bodies, tokens, query strings or personal data.
func (s *Server) observe(m *metrics, table map[string]*operation) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(ec echo.Context) error {
			start := time.Now()
			ctx, probe := pg.WithProbe(ec.Request().Context(), 0)
			ec.SetRequest(ec.Request().WithContext(ctx))
			if err := next(ec); err != nil {
				ec.Error(err)
			}
			took, status := time.Since(start), ec.Response().Status
			route := routeOf(ec, table)
			m.observe(route, status, took, probe.Statements())
			s.Log.InfoContext(ctx, "request", "request_id", ec.Response().Header().Get(echo.HeaderXRequestID),
				"route", route, "status", status, "ms", took.Milliseconds(), "statements", probe.Statements(), "actor", actorOf(ec))
			return nil
		}
	}
}

// routeOf is the label of a request: a route that exists, or "other". A client can't make new labels.
func routeOf(ec echo.Context, table map[string]*operation) string {
	route := ec.Request().Method + " " + ec.Path()
	if table[route] == nil && (ec.Request().Method != http.MethodGet || strings.HasPrefix(ec.Path(), "/v1/")) {
		return "other"
	}
	return route
}

func actorOf(ec echo.Context) string {
	if c, ok := ec.Request().Context().Value(callKey{}).(*call); ok && c.who.Kind != "" {
		return c.who.ID.String()
	}
	return ""
}

// recoverPanic turns a panic into a 500 with the stack in the log.
func (s *Server) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // compared as net/http does
					panic(p)
				}
				s.Log.Error("panic", "request_id", ec.Response().Header().Get(echo.HeaderXRequestID), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				err = errs.ErrInternal.With()
			}
		}()
		return next(ec)
	}
}

// secure sets the headers that keep a browser from guessing.
func (s *Server) secure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		h := ec.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		if strings.HasPrefix(ec.Request().URL.Path, "/v1/") {
			h.Set("Cache-Control", "no-store")
		}
		return next(ec)
	}
}

// gate lets a request through to its handler: known operation, known caller, permission, readable and valid input.
func (s *Server) gate(table map[string]*operation) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(ec echo.Context) error {
			r := ec.Request()
			op := table[r.Method+" "+ec.Path()]
			if op == nil { // an operating endpoint, or nothing: the router answers
				return next(ec)
			}
			c := &call{echo: ec, op: op, lang: language(r), requestID: ec.Response().Header().Get(echo.HeaderXRequestID)}
			ctx := context.WithValue(r.Context(), callKey{}, c)
			if !op.streams {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, requestTimeout)
				defer cancel()
			}
			ec.SetRequest(r.WithContext(ctx))
			if err := s.admit(ec, c); err != nil {
				return err
			}
			return next(ec)
		}
	}
}

// admit authenticates, authorises and validates, in that order: a stranger learns nothing about the contract's limits.
func (s *Server) admit(ec echo.Context, c *call) error {
	r := ec.Request()
	if c.op.permission != identity.Public {
		bearer, ok := strings.CutPrefix(r.Header.Get(echo.HeaderAuthorization), "Bearer ")
		if !ok || bearer == "" {
			return errUnauthenticated
		}
		who, err := s.Authenticate(r.Context(), bearer)
		if err != nil {
			return err
		}
		c.who = who
		if err := identity.Permit(who, c.op.permission); err != nil {
			return err
		}
	}
	body, err := validate(ec, c.op)
	if err != nil {
		return err
	}
	if c.op.keyed {
		if c.key = r.Header.Get("Idempotency-Key"); c.key != "" {
			c.hash = requestHash(r, body)
		}
	}
	if c.op.query["validate_only"] {
		// Whatever the contract takes for true is true here: a dry run that writes would be worse than none.
		c.validateOnly, _ = strconv.ParseBool(r.URL.Query().Get("validate_only"))
	}
	return nil
}
