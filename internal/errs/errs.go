// Package errs is the one error vocabulary of salesgate.
//
// Every refusal that a client can see is declared once, in the package that refuses, as a *Def:
//
//	var ErrDuplicate = errs.Define(errs.Conflict, "customer.duplicate",
//		"This customer is registered already.", "该客户已登记。", "CUS-08")
//
// and returned with what the reader needs to know:
//
//	return ErrDuplicate.With("since", c.CreatedAt)
//
// The code is stable and is what clients switch on; the texts are for people, in en and zh-CN. docs/errors.md is
// generated from All. httpapi turns an *Error into application/problem+json, and anything else into a 500
// without detail.
package errs

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind says what went wrong in the terms of the caller; httpapi maps it to one status.
type Kind string

// The kinds, with the status that each becomes.
const (
	Malformed            Kind = "malformed"             // 400: can't be read as a request of this operation
	Unauthenticated      Kind = "unauthenticated"       // 401
	Forbidden            Kind = "forbidden"             // 403
	NotFound             Kind = "not_found"             // 404, also for what the caller may not see
	NoMethod             Kind = "no_method"             // 405
	Conflict             Kind = "conflict"              // 409: state or duplicate
	Gone                 Kind = "gone"                  // 410: it was here and is good no more
	Stale                Kind = "stale"                 // 412: If-Match names an older version
	TooLarge             Kind = "too_large"             // 413
	UnsupportedMedia     Kind = "unsupported_media"     // 415
	Rule                 Kind = "rule"                  // 422: well-formed, but a rule refuses it
	PreconditionRequired Kind = "precondition_required" // 428: If-Match is missing
	TooMany              Kind = "too_many"              // 429
	Internal             Kind = "internal"              // 500
	Unavailable          Kind = "unavailable"           // 503, with Retry-After
)

// Def is the declaration of one error code. Declare it as a package variable with Define; it is an error itself, so
// errors.Is(err, ErrX) works on everything made from it.
type Def struct {
	Kind   Kind
	Code   string
	EN, ZH string   // what a person reads; {name} is replaced by the parameter of that name
	Rules  []string // rule ids of the rulebook that this refusal enforces
}

var all = map[string]*Def{}

// Define declares an error code. It panics on a code that is declared twice: codes are a contract.
func Define(kind Kind, code, en, zh string, rules ...string) *Def {
	if _, dup := all[code]; dup {
		panic("errs: code declared twice: " + code)
	}
	d := &Def{Kind: kind, Code: code, EN: en, ZH: zh, Rules: rules}
	all[code] = d
	return d
}

// All returns every declared code, sorted, for docs/errors.md.
func All() []*Def {
	return slices.SortedFunc(maps.Values(all), func(a, b *Def) int { return strings.Compare(a.Code, b.Code) })
}

// Error makes a Def usable as an error without parameters.
func (d *Def) Error() string { return d.Code }

// With returns an error of this code with parameters, given as name, value pairs.
func (d *Def) With(pairs ...any) *Error {
	e := &Error{Def: d, Params: map[string]any{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		e.Params[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return e
}

// At returns an error of this code that points at one field of the request, as a JSON pointer ("/lines/0/price").
func (d *Def) At(pointer string) *Error {
	return d.With().At(pointer)
}

// Wrap returns an error of this code that keeps cause for the log. The cause never reaches a client.
func (d *Def) Wrap(cause error) *Error {
	e := d.With()
	e.cause = cause
	return e
}

// Field is one thing wrong with one place in the request.
type Field struct {
	Pointer string // JSON pointer into the body, or "query:name", "path:name", "header:name"
	Code    string
	EN, ZH  string
	Params  map[string]any
}

// Error is one refusal: a Def and what is particular to this case.
type Error struct {
	*Def
	Params   map[string]any
	Fields   []Field
	Decision any // the gate's decision when a gate refused; httpapi renders it
	cause    error
}

// At adds a field that this error is about and returns the error.
func (e *Error) At(pointer string) *Error {
	e.Fields = append(e.Fields, Field{Pointer: pointer, Code: e.Code, EN: e.EN, ZH: e.ZH, Params: e.Params})
	return e
}

// Below puts what the error is about below a place of the request: each of its fields, or itself when it names none.
func (e *Error) Below(pointer string) *Error {
	if len(e.Fields) == 0 {
		return e.At(pointer)
	}
	for i := range e.Fields {
		e.Fields[i].Pointer = pointer + e.Fields[i].Pointer
	}
	return e
}

// At is Error.At for an error that may be a refusal; another one stays as it is, and nil.
func At(err error, pointer string) error {
	if e, ours := As(err); ours {
		return e.At(pointer)
	}
	return err
}

// Below is Error.Below for an error that may be a refusal; another one stays as it is, and nil.
func Below(err error, pointer string) error {
	if e, ours := As(err); ours {
		return e.Below(pointer)
	}
	return err
}

// Deciding attaches the decision of the gate that refused and returns the error.
func (e *Error) Deciding(decision any) *Error {
	e.Decision = decision
	return e
}

// Error is for logs.
func (e *Error) Error() string {
	if e.cause != nil {
		return e.Code + ": " + e.cause.Error()
	}
	return e.Code
}

// Unwrap makes errors.Is see both the Def and the cause.
func (e *Error) Unwrap() []error {
	if e.cause != nil {
		return []error{e.Def, e.cause}
	}
	return []error{e.Def}
}

// Text returns the message in the language ("zh-CN" or "en"), with parameters filled in.
func (e *Error) Text(lang string) string { return Fill(e.EN, e.ZH, lang, e.Params) }

// Fill picks the text of a language and replaces {name} by params[name].
func Fill(en, zh, lang string, params map[string]any) string {
	text := en
	if strings.HasPrefix(lang, "zh") && zh != "" {
		text = zh
	}
	for name, v := range params {
		text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(v))
	}
	return text
}

// As returns err as an *Error; ok is false for an error that is none of ours.
func As(err error) (*Error, bool) {
	if e, ok := errors.AsType[*Error](err); ok {
		return e, true
	}
	if d, ok := errors.AsType[*Def](err); ok {
		return d.With(), true
	}
	return nil, false
}
