package pricing

import (
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/identity"
)

func TestPRC09_ATableIsComparedByWhatCountsForEachEntry(t *testing.T) {
	t.Parallel()
	product, category := uuid.New(), uuid.New()
	known := map[uuid.UUID]catalog.Product{product: {ID: product, CategoryID: &category}}
	rep := func(below string, change ...func(e *Entry)) Entry {
		e := Entry{Role: identity.SalesRep}
		if below != "" {
			e.MaxBelow = pct(below)
		}
		for _, c := range change {
			c(&e)
		}
		return e
	}
	of := func(e *Entry) { e.ProductID = &product }
	in := func(e *Entry) { e.CategoryID = &category }
	from1000 := func(e *Entry) { e.MinQuantity = pct("1000") }
	whole := func(e *Entry) { e.Level = OnOrder }
	for name, c := range map[string]struct {
		old, next []Entry
		change    EntryChange
		was, is   string // "" is without bound
		below     Widening
	}{
		"wider":                                {[]Entry{rep("2")}, []Entry{rep("2.0001")}, EntryChanged, "2", "2.0001", Wider},
		"narrower":                             {[]Entry{rep("2")}, []Entry{rep("1.9999")}, EntryChanged, "2", "1.9999", Narrower},
		"a bound goes":                         {[]Entry{rep("2")}, []Entry{rep("")}, EntryChanged, "2", "", Wider},
		"a bound comes":                        {[]Entry{rep("")}, []Entry{rep("2")}, EntryChanged, "", "2", Narrower},
		"first of a role":                      {nil, []Entry{rep("2")}, EntryAdded, "0", "2", Wider},
		"last of a role":                       {[]Entry{rep("2")}, nil, EntryRemoved, "2", "0", Narrower},
		"a product, before as all":             {[]Entry{rep("2")}, []Entry{rep("2"), rep("3", of)}, EntryAdded, "2", "3", Wider},
		"a product, before as its category":    {[]Entry{rep("2"), rep("4", in)}, []Entry{rep("2"), rep("4", in), rep("3", of)}, EntryAdded, "4", "3", Narrower},
		"a product goes back to its category":  {[]Entry{rep("4", in), rep("3", of)}, []Entry{rep("4", in)}, EntryRemoved, "3", "4", Wider},
		"a category, before as all":            {[]Entry{rep("2")}, []Entry{rep("2"), rep("2", in)}, EntryAdded, "2", "2", Same},
		"a quantity, before as any":            {[]Entry{rep("2", of)}, []Entry{rep("2", of), rep("5", of, from1000)}, EntryAdded, "2", "5", Wider},
		"a quantity isn't what any goes by":    {[]Entry{rep("2"), rep("5", of, from1000)}, []Entry{rep("2"), rep("5", of, from1000), rep("3", of)}, EntryAdded, "2", "3", Wider},
		"whole orders had no bound":            {nil, []Entry{rep("3", whole)}, EntryAdded, "", "3", Narrower},
		"whole orders aren't bounded any more": {[]Entry{rep("3", whole)}, nil, EntryRemoved, "3", "", Wider},
	} {
		got, _ := differ(c.old, c.next, known)
		if len(got) != 1 {
			t.Errorf("%s: %d differences", name, len(got))
			continue
		}
		figure := func(s string) string {
			if s == "" {
				return "∞"
			}
			return s
		}
		d := got[0]
		if d.Change != c.change || percent(d.Was.Below) != figure(c.was) || percent(d.Is.Below) != figure(c.is) || d.Below != c.below {
			t.Errorf("%s: %s from %s to %s, %s", name, d.Change, percent(d.Was.Below), percent(d.Is.Below), d.Below)
		}
	}
	if got, same := differ([]Entry{rep("2.00")}, []Entry{rep("2")}, known); len(got) != 0 || same != 1 {
		t.Errorf("a zero at the end differs: %v", got)
	}
}
