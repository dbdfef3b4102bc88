package rulebook

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
)

// Kind says how the text of a parameter's value is read.
type Kind string

// The kinds.
const (
	Decimal Kind = "decimal"
	Int     Kind = "int"
	Bool    Kind = "bool"
)

// Parameter is a figure of the rulebook, with its version in force at the time of asking.
type Parameter struct {
	Name    string
	Kind    Kind
	Unit    string // "CNY", "working_day" …; "" for a bool
	Minimum *decimal.Decimal
	Maximum *decimal.Decimal
	Version int64 // of the last change, which may not be in force yet; the ETag

	Current Value `gorm:"-"`
}

// Title returns the parameter's name for people, from the catalogue.
func (p Parameter) Title() Title { return catalogue().Parameters[p.Name] }

// Rules returns the ids of the rules that the parameter belongs to.
func (p Parameter) Rules() []string {
	var ids []string
	for _, r := range catalogue().Rules {
		for _, name := range r.Parameters {
			if name == p.Name {
				ids = append(ids, r.ID)
			}
		}
	}
	return ids
}

// Value is one version of a parameter.
type Value struct {
	Name        string
	Version     int64
	Value       string
	EffectiveAt time.Time
	SetAt       time.Time
	SetBy       *uuid.UUID // nil for the default
	Reason      string
}

// TableName implements gorm's Tabler.
func (Value) TableName() string { return "parameter_versions" }

// canonical checks a value against the parameter's kind and bounds and returns its one spelling ("100000", not "1e5").
func (p Parameter) canonical(value string) (string, error) {
	if p.Kind == Bool {
		if value != "true" && value != "false" {
			return "", ErrParameterKind.With("kind", p.Kind).At("/value")
		}
		return value, nil
	}
	if p.Kind == Int {
		if _, err := strconv.ParseInt(value, 10, 32); err != nil {
			return "", ErrParameterKind.With("kind", p.Kind).At("/value")
		}
	}
	d, err := decimal.Parse(value)
	if err != nil || strings.ContainsAny(value, "eE") || d.Trim(0).Scale() > 4 {
		return "", ErrParameterKind.With("kind", p.Kind).At("/value")
	}
	if p.Minimum != nil && d.Cmp(*p.Minimum) < 0 || p.Maximum != nil && d.Cmp(*p.Maximum) > 0 {
		return "", ErrParameterBounds.With("minimum", text(p.Minimum), "maximum", text(p.Maximum)).At("/value")
	}
	return d.Trim(0).String(), nil
}

func text(d *decimal.Decimal) string {
	if d == nil {
		return "∞"
	}
	return d.Trim(0).String()
}

// inForce picks the version in force at an instant from versions ordered by (effective_at, version).
func inForce(versions []Value, at time.Time) (Value, bool) {
	for _, v := range slices.Backward(versions) {
		if !v.EffectiveAt.After(at) {
			return v, true
		}
	}
	return Value{}, false
}
