package approval

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// maxFactText bounds a text among the facts.
const maxFactText = 2000

// judged are the facts of one submission: as they are frozen on the request, and as conditions see them.
type judged struct {
	frozen map[string]any // strings, bools, int64 and lists: amounts as decimal strings
	vars   map[string]any // the CEL activation
}

// judge checks the given facts against the matter's declaration and fills in what isn't the submitter's to say. Returns
// ErrFact with every fact that is wrong at its place.
func (s *Service) judge(tx pg.Tx, m *Matter, who identity.Principal, given map[string]any) (judged, error) {
	j := judged{frozen: map[string]any{}, vars: map[string]any{}}
	var wrong []*errs.Error
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.ContainsFunc(m.Facts, func(f Fact) bool { return f.Name == name }) {
			wrong = append(wrong, ErrFact.With("fact", name, "kind", "undeclared").At("/facts/"+name))
		}
	}
	for _, f := range m.Facts {
		v, found := given[f.Name]
		if !found && f.Parameter != "" {
			d, err := s.rulebook.Decimal(tx, f.Parameter)
			if err != nil {
				return j, err
			}
			v, found = d, true
		}
		if !j.put(f, v, found) {
			wrong = append(wrong, f.refuse())
		}
	}
	j.put(Fact{Name: submitterRoles, Kind: FactTexts}, rolesFact(who), true)
	if len(wrong) > 0 {
		return j, together(wrong)
	}
	return j, nil
}

func rolesFact(who identity.Principal) []string {
	roles := []string{}
	for _, r := range who.Roles {
		roles = append(roles, string(r))
	}
	return roles
}

// together is the first refusal with the places of all of them.
func together(all []*errs.Error) *errs.Error {
	e := all[0]
	for _, more := range all[1:] {
		e.Fields = append(e.Fields, more.Fields...)
	}
	return e
}

// put takes one fact. It is false for one that isn't of its kind, or is left out without being optional.
func (j judged) put(f Fact, v any, found bool) bool {
	v, found = deref(v, found)
	if !found {
		if f.Optional {
			j.vars[f.Name] = f.zero()
		}
		return f.Optional
	}
	frozen, seen, ok := f.convert(v)
	if ok {
		j.frozen[f.Name], j.vars[f.Name] = frozen, seen
	}
	return ok
}

func (f Fact) refuse() *errs.Error {
	return ErrFact.With("fact", f.Name, "kind", f.Kind).At("/facts/" + f.Name)
}

// deref follows a pointer; nil counts as left out.
func deref(v any, found bool) (any, bool) {
	if !found || v == nil {
		return nil, false
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return nil, false
		}
		return r.Elem().Interface(), true
	}
	return v, true
}

// zero is what conditions see of an optional fact that was left out.
func (f Fact) zero() any {
	switch f.Kind {
	case FactBool:
		return false
	case FactInt:
		return int64(0)
	case FactDecimal:
		return amount{decimal.Zero}
	case FactTexts:
		return []string{}
	case FactText:
	}
	return ""
}

// convert returns the fact as it is frozen and as conditions see it; ok is false when it isn't of its kind. A float is
// of no kind.
func (f Fact) convert(v any) (frozen, seen any, ok bool) {
	r := reflect.ValueOf(v)
	switch f.Kind {
	case FactText:
		text := strings.TrimSpace(fmt.Sprint(v))
		ok = r.Kind() == reflect.String && len(text) <= maxFactText && (text != "" || !f.NonEmpty) &&
			(len(f.Enum) == 0 || slices.Contains(f.Enum, text))
		return text, text, ok
	case FactBool:
		b, ok := v.(bool)
		return b, b, ok
	case FactInt:
		if !r.CanInt() {
			return nil, nil, false
		}
		return r.Int(), r.Int(), true
	case FactDecimal:
		d, ok := toDecimal(v)
		return d.String(), amount{d}, ok
	case FactTexts:
		list, ok := v.([]string)
		return list, list, ok
	}
	return nil, nil, false
}

func toDecimal(v any) (decimal.Decimal, bool) {
	switch v := v.(type) {
	case decimal.Decimal:
		return v, true
	case string:
		d, err := decimal.Parse(v)
		return d, err == nil
	case int:
		d, err := decimal.New(int64(v), 0)
		return d, err == nil
	case int64:
		d, err := decimal.New(v, 0)
		return d, err == nil
	}
	return decimal.Zero, false
}

// canonical returns the facts as JSON with sorted keys, as they are stored and hashed.
func (j judged) canonical() (string, error) {
	b, err := json.Marshal(j.frozen)
	return string(b), err
}
