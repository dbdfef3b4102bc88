package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/salesgate/salesgate/internal/errs"
)

var errUnknownParameter = errs.Define(errs.Malformed, "request.unknown_parameter",
	"This operation has no such query parameter.", "该操作没有此查询参数。")

// Business dates lie in these years; PostgreSQL has no year 0, and nothing here was sold before the first.
const firstYear, lastYear = 1900, 2999

func init() {
	openapi3.DefineStringFormatValidator("date", openapi3.NewCallbackValidator(func(s string) error {
		t, err := time.Parse(time.DateOnly, s)
		if err == nil && (t.Year() < firstYear || t.Year() > lastYear) {
			err = errors.New("out of range")
		}
		return err
	}))
	openapi3.DefineStringFormatValidator("date-time", openapi3.NewCallbackValidator(func(s string) error {
		t, err := time.Parse(time.RFC3339, s)
		if err == nil && (t.Year() < firstYear || t.Year() > lastYear) {
			err = errors.New("out of range")
		}
		return err
	}))
	openapi3.DefineStringFormatValidator("uuid", openapi3.NewCallbackValidator(func(s string) error {
		if len(s) != 36 {
			return errors.New("not a UUID")
		}
		return uuid.Validate(s)
	}))
}

var filterOptions = &openapi3filter.Options{
	MultiError:          true,
	SkipSettingDefaults: true,
	AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc,
}

// validate checks a request against the contract. It reads the body, and leaves it to be read again.
func validate(ec echo.Context, op *operation) ([]byte, error) {
	r := ec.Request()
	if err := checkQuery(r, op); err != nil {
		return nil, err
	}
	if op.needsMatch && r.Header.Get("If-Match") == "" {
		return nil, errs.ErrNeedsIfMatch
	}
	r.Body = http.MaxBytesReader(nil, r.Body, op.maxBody)
	var body []byte
	if op.jsonBody {
		var err error
		if body, err = readJSON(r, op); err != nil {
			return nil, err
		}
	}
	params := make(map[string]string, len(ec.ParamNames()))
	for i, name := range ec.ParamNames() {
		v, err := url.PathUnescape(ec.ParamValues()[i]) // the router leaves unusual escapes as they came
		if err != nil {
			return nil, errs.ErrMalformed.Wrap(err)
		}
		if !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
			return nil, errControl.At("path:" + name)
		}
		params[name] = v
	}
	stream := r.Body
	if !op.jsonBody { // the validator would read all of it into memory, for schemes that sign bodies; ours don't
		r.Body = http.NoBody
	}
	err := openapi3filter.ValidateRequest(context.WithoutCancel(r.Context()), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: op.route, Options: optionsFor(op),
	})
	if !op.jsonBody {
		r.Body = stream
	} else if body != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	if err != nil {
		return nil, invalid(err)
	}
	return body, nil
}

// optionsFor leaves bodies that aren't JSON (uploads, forms) to the handler, which streams them.
func optionsFor(op *operation) *openapi3filter.Options {
	if op.jsonBody {
		return filterOptions
	}
	o := *filterOptions
	o.ExcludeRequestBody = true
	return &o
}

func checkQuery(r *http.Request, op *operation) error {
	if r.URL.RawQuery == "" {
		return nil
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil { // what can't be parsed would be left out silently
		return errs.ErrMalformed.Wrap(err)
	}
	for name, values := range query {
		if !op.query[name] || len(values) > 1 && !repeatable(op, name) {
			return errUnknownParameter.At("query:" + printable(name))
		}
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return errControl.At("query:" + name)
			}
		}
	}
	return nil
}

func repeatable(op *operation, name string) bool {
	p := op.route.Operation.Parameters.GetByInAndName("query", name)
	return p != nil && p.Schema != nil && p.Schema.Value.Type.Is("array")
}

// printable keeps a client's own parameter name short and harmless in a message to it.
func printable(name string) string {
	if len(name) > 40 || !utf8.ValidString(name) {
		return "?"
	}
	return name
}

func readJSON(r *http.Request, op *operation) ([]byte, error) {
	if r.ContentLength == 0 && !op.route.Operation.RequestBody.Value.Required {
		return nil, nil
	}
	if mt, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mt != "application/json" {
		return nil, errMediaType
	}
	if r.ContentLength > op.maxBody {
		return nil, errTooLarge
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, unreadable(err)
	}
	if err := strictJSON(body); err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// unreadable tells a body that is too large from one that broke off.
func unreadable(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return errTooLarge.Wrap(err)
	}
	return errs.ErrMalformed.Wrap(err)
}

// requestHash is what an Idempotency-Key is bound to.
func requestHash(r *http.Request, body []byte) []byte {
	h := sha256.New()
	_, _ = io.WriteString(h, r.Method+" "+r.URL.RequestURI()+"\n"+r.Header.Get("If-Match")+"\n")
	h.Write(body)
	return h.Sum(nil)
}

// invalid turns the validator's findings into one error with a field for each, without the values that were sent.
func invalid(err error) error {
	e := errs.ErrInvalid.With()
	collect(e, err, "")
	if len(e.Fields) == 0 {
		return errs.ErrMalformed.Wrap(err)
	}
	return e
}

func collect(e *errs.Error, err error, at string) {
	if multi, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // the tree is walked level by level
		for _, one := range multi {
			collect(e, one, at)
		}
		return
	}
	if re, ok := err.(*openapi3filter.RequestError); ok { //nolint:errorlint // as above
		place := ""
		if re.Parameter != nil {
			place = re.Parameter.In + ":" + re.Parameter.Name
		}
		if re.Err == nil || errors.Is(re.Err, openapi3filter.ErrInvalidRequired) {
			e.Fields = append(e.Fields, fieldOf(place, "required", nil))
			return
		}
		collect(e, re.Err, place)
		return
	}
	if se, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		pointer := at
		if at == "" || strings.HasPrefix(at, "body") {
			pointer = "/" + strings.Join(append(se.JSONPointer(), unknownName(se)...), "/")
		}
		e.Fields = append(e.Fields, fieldOf(pointer, se.SchemaField, se.Schema))
		return
	}
	e.Fields = append(e.Fields, fieldOf(at, "unreadable", nil))
}

var unsupported = regexp.MustCompile(`^property "(.+)" is unsupported$`)

// unknownName is the name of a field that a closed schema doesn't have; the validator tells it only in its text.
func unknownName(se *openapi3.SchemaError) []string {
	if m := unsupported.FindStringSubmatch(se.Reason); m != nil {
		return []string{printable(m[1])}
	}
	return nil
}

// fieldTexts are the messages for the keywords of JSON schema.
var fieldTexts = map[string][2]string{
	"required":   {"This is required.", "此项必填。"},
	"type":       {"This has the wrong type: a JSON {wanted} is expected.", "类型不正确,应为 JSON {wanted}。"},
	"enum":       {"This isn't one of the allowed values: {wanted}.", "不是允许的取值:{wanted}。"},
	"format":     {"This doesn't have the right format: {wanted} is expected.", "格式不正确,应如 {wanted}。"},
	"pattern":    {"This doesn't have the right format: {wanted} is expected.", "格式不正确,应符合 {wanted}。"},
	"maxLength":  {"This is longer than {limit} characters.", "长度超过 {limit} 个字符。"},
	"minLength":  {"This is shorter than {limit} characters.", "长度不足 {limit} 个字符。"},
	"maxItems":   {"These are more than {limit} items.", "超过 {limit} 项。"},
	"minItems":   {"At least {limit} items are needed.", "至少需要 {limit} 项。"},
	"maximum":    {"This is above {limit}.", "大于 {limit}。"},
	"minimum":    {"This is below {limit}.", "小于 {limit}。"},
	"nullable":   {"This can't be null.", "不能为 null。"},
	"properties": {"There is no such field.", "没有此字段。"},
	"unreadable": {"This can't be read.", "无法解析。"},
}

func fieldOf(pointer, keyword string, schema *openapi3.Schema) errs.Field {
	text, ok := fieldTexts[keyword]
	if !ok || schema == nil && strings.Contains(text[0], "{") {
		text = [2]string{"This isn't valid.", "不合法。"}
	}
	return errs.Field{Pointer: pointer, Code: "schema." + keyword, EN: text[0], ZH: text[1], Params: limitOf(keyword, schema)}
}

// formats are what dates and times look like, for whoever typed another one.
var formats = map[string]string{"date": "2026-11-30", "date-time": "2026-11-30T18:00:00+08:00", "uuid": "01932c07-0000-7000-8000-000000000001"}

// wantedOf says what a field should be: of the contract, nothing of what was sent.
func wantedOf(keyword string, s *openapi3.Schema) map[string]any {
	const most = 30 // values; more are a list of their own
	var wanted string
	switch {
	case keyword == "type" && s.Type != nil:
		wanted = strings.Join(s.Type.Slice(), ", ")
	case keyword == "format":
		if wanted = formats[s.Format]; wanted == "" {
			wanted = s.Format
		}
	case keyword == "pattern":
		wanted = s.Pattern
	case keyword == "enum":
		values := make([]string, 0, most)
		for _, v := range s.Enum[:min(most, len(s.Enum))] {
			values = append(values, fmt.Sprint(v))
		}
		wanted = strings.Join(values, ", ")
		if len(s.Enum) > most {
			wanted += " …"
		}
	}
	return map[string]any{"wanted": wanted}
}

func limitOf(keyword string, s *openapi3.Schema) map[string]any {
	if s == nil {
		return nil
	}
	var limit any
	switch keyword {
	case "type", "format", "pattern", "enum":
		return wantedOf(keyword, s)
	case "maxLength":
		limit = *s.MaxLength
	case "minLength":
		limit = s.MinLength
	case "maxItems":
		limit = *s.MaxItems
	case "minItems":
		limit = s.MinItems
	case "maximum":
		limit = *s.Max
	case "minimum":
		limit = *s.Min
	default:
		return nil
	}
	return map[string]any{"limit": limit}
}
