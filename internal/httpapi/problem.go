package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
)

var (
	errUnauthenticated = errs.Define(errs.Unauthenticated, "auth.unauthenticated", "Sign in first.", "请先登录。")
	errNoRoute         = errs.Define(errs.NotFound, "request.no_such_path", "There is no such path; see /docs.", "路径不存在,请查阅 /docs。")
	errNoMethod        = errs.Define(errs.NoMethod, "request.no_such_method", "This path doesn't take this method.", "该路径不支持此方法。")
	errTooLarge        = errs.Define(errs.TooLarge, "request.too_large", "The body is larger than this operation takes.", "请求体过大。")
	errMediaType       = errs.Define(errs.UnsupportedMedia, "request.unsupported_media_type", "Send the media type that this operation takes.", "请求的媒体类型不受支持。")
)

// statusOf is the one table from kinds of errors to statuses.
var statusOf = map[errs.Kind]int{
	errs.Malformed:            http.StatusBadRequest,
	errs.Unauthenticated:      http.StatusUnauthorized,
	errs.Forbidden:            http.StatusForbidden,
	errs.NotFound:             http.StatusNotFound,
	errs.NoMethod:             http.StatusMethodNotAllowed,
	errs.Conflict:             http.StatusConflict,
	errs.Gone:                 http.StatusGone,
	errs.Stale:                http.StatusPreconditionFailed,
	errs.TooLarge:             http.StatusRequestEntityTooLarge,
	errs.UnsupportedMedia:     http.StatusUnsupportedMediaType,
	errs.Rule:                 http.StatusUnprocessableEntity,
	errs.PreconditionRequired: http.StatusPreconditionRequired,
	errs.TooMany:              http.StatusTooManyRequests,
	errs.Internal:             http.StatusInternalServerError,
	errs.Unavailable:          http.StatusServiceUnavailable,
}

// problemOf renders an error for the caller's language, and without prices for who sees none.
func problemOf(c *call, e *errs.Error) api.Problem {
	e = shownTo(c.who, e)
	status := statusOf[e.Kind]
	p := api.Problem{
		Type: "/docs/errors/" + e.Code, Title: http.StatusText(status), Status: status, Code: e.Code,
		Detail: e.Text(c.lang), Instance: optional(c.echo.Request().URL.Path), RequestID: optional(c.requestID),
	}
	if len(e.Rules) > 0 {
		p.Rules = &e.Rules
	}
	p.Params = disclosed(e.Params)
	if len(e.Fields) > 0 {
		fields := make([]api.ProblemField, len(e.Fields))
		for i, f := range e.Fields {
			fields[i] = api.ProblemField{Pointer: f.Pointer, Code: f.Code, Message: errs.Fill(f.EN, f.ZH, c.lang, f.Params), Params: disclosed(f.Params)}
		}
		p.Errors = &fields
	}
	if d, ok := e.Decision.(decision.Decision); ok {
		body := decisionBody(d)
		p.Decision = &body
	}
	return p
}

// handleError renders every error as problem+json: ours, the router's, and those that nobody foresaw.
func (s *Server) handleError(err error, ec echo.Context) {
	if ec.Response().Committed {
		return
	}
	c, ok := ec.Request().Context().Value(callKey{}).(*call)
	if !ok {
		c = &call{echo: ec, lang: language(ec.Request()), requestID: ec.Response().Header().Get(echo.HeaderXRequestID)}
	}
	if r, ok := errors.AsType[replayedProblem](err); ok {
		writeProblem(ec, r.status, r.body)
		return
	}
	e := s.known(ec.Request().Context(), c, err)
	h := ec.Response().Header()
	switch e.Kind {
	case errs.Unauthenticated:
		h.Set("WWW-Authenticate", `Bearer realm="salesgate"`)
	case errs.Unavailable, errs.TooMany:
		if h.Get("Retry-After") == "" {
			h.Set("Retry-After", strconv.Itoa(retryAfter(e)))
		}
	}
	body, jsonErr := json.Marshal(problemOf(c, e))
	if jsonErr != nil {
		s.Log.Error("problem not rendered", "request_id", c.requestID, "error", jsonErr)
	}
	writeProblem(ec, statusOf[e.Kind], body)
}

// known returns err as one of ours. What is unknown is logged with its cause and becomes a 500 that says nothing.
func (s *Server) known(ctx context.Context, c *call, err error) *errs.Error {
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		return fromEcho(he)
	}
	e, ok := errs.As(err)
	_, badEscape := errors.AsType[url.EscapeError](err)
	switch {
	case !ok && badEscape: // of a form
		e = errs.ErrMalformed.Wrap(err)
	case !ok && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)):
		e = errs.ErrTimeout.Wrap(err)
	case !ok:
		e = errs.ErrInternal.Wrap(err)
	}
	if e.Kind == errs.Internal || e.Kind == errs.Unavailable {
		s.Log.ErrorContext(ctx, "request failed", "request_id", c.requestID, "code", e.Code, "error", e.Error())
	}
	return e
}

func fromEcho(he *echo.HTTPError) *errs.Error {
	switch he.Code {
	case http.StatusNotFound:
		return errNoRoute.With()
	case http.StatusMethodNotAllowed:
		return errNoMethod.With()
	case http.StatusRequestEntityTooLarge:
		return errTooLarge.With()
	case http.StatusUnsupportedMediaType:
		return errMediaType.With()
	case http.StatusBadRequest:
		return errs.ErrMalformed.Wrap(he)
	}
	return errs.ErrInternal.Wrap(he)
}

// retryAfter reads the seconds that an error advises, 1 when it says nothing.
func retryAfter(e *errs.Error) int {
	if n, ok := e.Params["retry_after"].(int); ok {
		return n
	}
	return 1
}

func writeProblem(ec echo.Context, status int, body []byte) {
	if ec.Request().Method == http.MethodHead {
		_ = ec.NoContent(status)
		return
	}
	_ = ec.Blob(status, "application/problem+json", body)
}

// language picks zh-CN or en from Accept-Language; zh-CN when the client says nothing, as most users are Chinese.
func language(r *http.Request) string {
	accept := strings.ToLower(r.Header.Get("Accept-Language"))
	zh, en := strings.Index(accept, "zh"), strings.Index(accept, "en")
	if en >= 0 && (zh < 0 || en < zh) {
		return "en"
	}
	return "zh-CN"
}
