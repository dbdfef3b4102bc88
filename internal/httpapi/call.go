package httpapi

import (
	"context"
	"errors"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// call is what the middleware knows about the request in hand.
type call struct {
	echo         echo.Context
	op           *operation
	who          identity.Principal
	requestID    string
	lang         string // "zh-CN" or "en"
	key          string // Idempotency-Key, "" for none
	hash         []byte // of method, path, query and body: what the key is bound to
	validateOnly bool
	answered     bool // the refusal is stored with what it left behind
}

type callKey struct{}

// current returns the call of a handler's context.
func current(ctx context.Context) *call {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		panic("httpapi: no call in context: the route bypassed the middleware")
	}
	return c
}

func (c *call) origin() pg.Origin {
	if c.who.Kind == "" { // a public operation: nobody is signed in
		return pg.System(c.requestID)
	}
	return c.who.Origin(c.requestID)
}

// read answers a request that changes nothing. Each statement sees its own snapshot.
func read[R any](ctx context.Context, s *Server, fn func(pg.Tx, identity.Principal) (R, error)) (R, error) {
	c := current(ctx)
	var answer R
	err := s.DB.View(ctx, c.origin(), func(tx pg.Tx) (err error) {
		answer, err = fn(tx, c.who)
		return err
	})
	return answer, err
}

// errRollBack ends the transaction of a validate_only request.
var errRollBack = errors.New("httpapi: validate_only")

// write answers a request that changes something, in one transaction with its idempotency key and stored answer.
// R is the one success answer of the operation; everything else is an error.
func write[R any](ctx context.Context, s *Server, fn func(pg.Tx, identity.Principal) (R, error)) (R, error) {
	c := current(ctx)
	var answer R
	err := s.DB.Tx(ctx, c.origin(), func(tx pg.Tx) error {
		if c.validateOnly {
			var err error
			if answer, err = fn(tx, c.who); err != nil {
				return pg.Undo(err) // not even the trace of a refusal
			}
			return errRollBack
		}
		found, err := replay(tx, c, &answer)
		if err != nil || found {
			return err
		}
		if answer, err = fn(tx, c.who); err != nil {
			return keepRefusal(tx, c, err)
		}
		return storeAnswer(tx, c, answer)
	})
	if errors.Is(err, errRollBack) {
		return answer, nil
	}
	if err != nil {
		s.storeRefusal(ctx, c, err)
	}
	return answer, err
}

// etag renders a version as an ETag.
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// ifMatch parses an If-Match that the contract's pattern has already accepted.
func ifMatch(tag string) int64 {
	v, err := strconv.ParseInt(tag[1:len(tag)-1], 10, 64)
	if err != nil {
		return -1 // a version that no row has
	}
	return v
}

// at makes a JSON pointer into a list of the request.
func at(list string, i int, field string) string { return list + "/" + strconv.Itoa(i) + "/" + field }

// page reads limit and cursor with the contract's default.
func page(limit *int, cursor *string) pg.Page {
	p := pg.Page{Limit: 50}
	if limit != nil {
		p.Limit = *limit
	}
	if cursor != nil {
		p.Cursor = *cursor
	}
	return p
}

// optional returns nil for "", so that an empty value is left out of an answer.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// value returns what p points at, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
