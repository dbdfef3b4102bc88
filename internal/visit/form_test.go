package visit

import (
	"errors"
	"fmt"
	"testing"
)

func is(got, want error) bool {
	return got == nil && want == nil || want != nil && errors.Is(got, want)
}

func nine() Form {
	f := Form{Version: 2}
	for i := range groups {
		f.Groups = append(f.Groups, Group{No: i + 1, Fields: []Field{{Key: fmt.Sprintf("g%d", i), Type: KindText}}})
	}
	return f
}

func TestCUS11_AFormHasTheNineGroups(t *testing.T) {
	t.Parallel()
	one, two := 1, 2
	for name, c := range map[string]struct {
		change func(*Form)
		want   error
	}{
		"as it is":          {func(*Form) {}, nil},
		"eight":             {func(f *Form) { f.Groups = f.Groups[:8] }, ErrGroups},
		"ten":               {func(f *Form) { f.Groups = append(f.Groups, Group{No: 10}) }, ErrGroups},
		"out of order":      {func(f *Form) { f.Groups[3].No, f.Groups[4].No = 5, 4 }, ErrGroups},
		"a key twice":       {func(f *Form) { f.Groups[1].Fields[0].Key = "g0" }, ErrFormKey},
		"choice of nothing": {func(f *Form) { f.Groups[1].Fields[0].Type = KindChoice }, ErrOptions},
		"options of a text": {func(f *Form) { f.Groups[1].Fields[0].Options = []Option{{Key: "a"}} }, ErrOptions},
		"an option twice": {func(f *Form) {
			f.Groups[1].Fields[0] = Field{Key: "x", Type: KindChoices, Options: []Option{{Key: "a"}, {Key: "a"}}}
		}, ErrOptions},
		"bounds of a text": {func(f *Form) { f.Groups[1].Fields[0].Minimum = &one }, ErrBounds},
		"bounds the wrong way": {func(f *Form) {
			f.Groups[1].Fields[0] = Field{Key: "x", Type: KindInteger, Minimum: &two, Maximum: &one}
		}, ErrBounds},
		"another kind under an old key": {func(f *Form) { f.Groups[1].Fields[0] = Field{Key: "old", Type: KindInteger} }, ErrFormKind},
		"an old key":                    {func(f *Form) { f.Groups[1].Fields[0].Key = "old" }, nil},
	} {
		f := nine()
		c.change(&f)
		if got := f.check(map[string]Kind{"old": KindText}); !is(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestCUS11_AnswersAreOfTheFieldsKind(t *testing.T) {
	t.Parallel()
	low, high := 1, 5
	options := []Option{{Key: "a"}, {Key: "b"}}
	for _, c := range []struct {
		field  Field
		answer any
		takes  bool
	}{
		{Field{Type: KindText}, "x", true},
		{Field{Type: KindText}, 1.0, false},
		{Field{Type: KindInteger, Minimum: &low, Maximum: &high}, 1.0, true},
		{Field{Type: KindInteger, Minimum: &low, Maximum: &high}, 0.0, false},
		{Field{Type: KindInteger, Minimum: &low, Maximum: &high}, 5.0, true},
		{Field{Type: KindInteger, Minimum: &low, Maximum: &high}, 6.0, false},
		{Field{Type: KindInteger}, 1.5, false},
		{Field{Type: KindInteger}, 1e12, false},
		{Field{Type: KindInteger}, "1", false},
		{Field{Type: KindDecimal}, "62.5", true},
		{Field{Type: KindDecimal}, "6e1", false},
		{Field{Type: KindDecimal}, 62.5, false},
		{Field{Type: KindBool}, true, true},
		{Field{Type: KindBool}, "true", false},
		{Field{Type: KindDate}, "2028-02-29", true},
		{Field{Type: KindDate}, "2026-02-29", false},
		{Field{Type: KindChoice, Options: options}, "a", true},
		{Field{Type: KindChoice, Options: options}, "c", false},
		{Field{Type: KindChoices, Options: options}, []any{"b", "a"}, true},
		{Field{Type: KindChoices, Options: options}, []any{}, true},
		{Field{Type: KindChoices, Options: options}, []any{"a", "a"}, false},
		{Field{Type: KindChoices, Options: options}, []any{"a", 1.0}, false},
		{Field{Type: KindChoices, Options: options}, "a", false},
		{Field{Type: KindText}, nil, false},
	} {
		if got := c.field.takes(c.answer); got != c.takes {
			t.Errorf("%s %v: %v", c.field.Type, c.answer, got)
		}
	}
}
