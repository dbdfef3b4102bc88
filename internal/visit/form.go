package visit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
)

// Kind is what sort of answer a field asks for.
type Kind string

// The kinds. A decimal's answer is a decimal string, a date's is YYYY-MM-DD.
const (
	KindText    Kind = "text"
	KindInteger Kind = "integer"
	KindDecimal Kind = "decimal"
	KindBool    Kind = "bool"
	KindDate    Kind = "date"
	KindChoice  Kind = "choice"
	KindChoices Kind = "choices"
)

// groups is how many groups of facts the handbook names (CUS-11). It is what the rule is about, so it is no parameter.
const groups = 9

// Form is one version of the visit form.
type Form struct {
	Version     int
	Groups      []Group `gorm:"serializer:json"`
	Note        string
	PublishedBy *uuid.UUID
	PublishedAt time.Time
}

// TableName implements gorm's Tabler.
func (Form) TableName() string { return "visit_forms" }

// Title is a name for people.
type Title struct {
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// Group is one of the nine.
type Group struct {
	No     int     `json:"no"`
	Key    string  `json:"key"`
	Title  Title   `json:"title"`
	Fields []Field `json:"fields"`
}

// Field is one question.
type Field struct {
	Key     string   `json:"key"`
	Type    Kind     `json:"type"`
	Title   Title    `json:"title"`
	Options []Option `json:"options,omitempty"`
	Minimum *int     `json:"minimum,omitempty"`
	Maximum *int     `json:"maximum,omitempty"`
}

// Option is an answer to choose.
type Option struct {
	Key string `json:"key"`
	EN  string `json:"en"`
	ZH  string `json:"zh"`
}

// fields are all fields by key.
func (f Form) fields() map[string]Field {
	all := map[string]Field{}
	for _, g := range f.Groups {
		for _, x := range g.Fields {
			all[x.Key] = x
		}
	}
	return all
}

// check holds a new form to the nine groups (CUS-11), and to what earlier versions asked under the same keys, so that answers of
// all versions can be read side by side.
func (f Form) check(earlier map[string]Kind) error {
	if len(f.Groups) != groups {
		return ErrGroups.At("/groups")
	}
	seen := map[string]bool{}
	for i, g := range f.Groups {
		at := fmt.Sprintf("/groups/%d", i)
		if g.No != i+1 {
			return ErrGroups.At(at + "/no")
		}
		for j, x := range g.Fields {
			at := fmt.Sprintf("%s/fields/%d", at, j)
			if seen[x.Key] {
				return ErrFormKey.At(at + "/key")
			}
			seen[x.Key] = true
			if was, ok := earlier[x.Key]; ok && was != x.Type {
				return ErrFormKind.At(at + "/type")
			}
			if err := x.check(at); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x Field) check(at string) error {
	keys := map[string]bool{}
	for _, o := range x.Options {
		keys[o.Key] = true
	}
	choice := x.Type == KindChoice || x.Type == KindChoices
	if choice != (len(x.Options) > 0) || len(keys) != len(x.Options) {
		return ErrOptions.At(at + "/options")
	}
	bounded := x.Minimum != nil || x.Maximum != nil
	if bounded && x.Type != KindInteger || x.Minimum != nil && x.Maximum != nil && *x.Minimum > *x.Maximum {
		return ErrBounds.At(at + "/minimum")
	}
	return nil
}

// CheckAnswers holds answers to the form that they were filled under: ErrField, ErrAnswer (CUS-11). pointer is where they are.
func (f Form) CheckAnswers(answers map[string]any, pointer string) error {
	fields := f.fields()
	for _, key := range slices.Sorted(maps.Keys(answers)) {
		x, ok := fields[key]
		if !ok {
			return ErrField.With("version", f.Version).At(pointer + "/" + escape(key))
		}
		if !x.takes(answers[key]) {
			return ErrAnswer.With("kind", x.Type).At(pointer + "/" + escape(key))
		}
	}
	return nil
}

// escape writes a key as a step of a JSON pointer.
func escape(key string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(key) }

// longest is how long the text of an answer may be, in characters: a bound of the interface, not of a rule.
const longest = 2000

// takes reports whether an answer, as decoded from JSON, is of the field's kind.
func (x Field) takes(answer any) bool {
	text, isText := answer.(string)
	switch x.Type {
	case KindText:
		return isText && utf8.RuneCountInString(text) <= longest
	case KindInteger:
		n, ok := answer.(float64)                               //nolint:forbidigo // a whole number, as encoding/json hands it over
		return ok && n == float64(int32(n)) && x.within(int(n)) //nolint:forbidigo // see above
	case KindDecimal:
		d, err := decimal.Parse(text)
		return isText && err == nil && !strings.ContainsAny(text, "eE") && d.Scale() <= 4 && len(text) <= 20
	case KindBool:
		_, ok := answer.(bool)
		return ok
	case KindDate:
		_, err := time.Parse(time.DateOnly, text)
		return isText && err == nil
	case KindChoice:
		return isText && x.offers(text)
	case KindChoices:
		return x.offersAll(answer)
	}
	return false
}

func (x Field) within(n int) bool {
	return (x.Minimum == nil || n >= *x.Minimum) && (x.Maximum == nil || n <= *x.Maximum)
}

func (x Field) offers(key string) bool {
	return slices.ContainsFunc(x.Options, func(o Option) bool { return o.Key == key })
}

func (x Field) offersAll(answer any) bool {
	list, ok := answer.([]any)
	if !ok || len(list) > len(x.Options) {
		return false
	}
	seen := map[string]bool{}
	for _, item := range list {
		key, ok := item.(string)
		if !ok || seen[key] || !x.offers(key) {
			return false
		}
		seen[key] = true
	}
	return true
}
