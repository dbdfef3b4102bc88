package rulebook

import (
	"testing"
	"time"

	"github.com/govalues/decimal"
	"pgregory.net/rapid"
)

// What is taken lies within the bounds, has one spelling, and is taken again as it is.
func TestCanonicalValuesAreStable(t *testing.T) {
	t.Parallel()
	low, high := decimal.MustParse("0"), decimal.MustParse("1000")
	kinds := []Kind{Decimal, Int, Bool}
	rapid.Check(t, func(r *rapid.T) {
		p := Parameter{Name: "a.b", Kind: rapid.SampledFrom(kinds).Draw(r, "kind"), Minimum: &low, Maximum: &high}
		raw := rapid.OneOf(
			rapid.StringMatching(`-?[0-9]{1,5}(\.[0-9]{1,6})?`), rapid.SampledFrom([]string{"true", "false", "TRUE", "", " 1", "1e2", "NaN", "∞"}), rapid.String(),
		).Draw(r, "value")
		value, err := p.canonical(raw)
		if err != nil {
			return
		}
		if again, err := p.canonical(value); err != nil || again != value {
			r.Fatalf("%q became %q, and that %q: %v", raw, value, again, err)
		}
		if p.Kind == Bool {
			return
		}
		if d := decimal.MustParse(value); d.Cmp(low) < 0 || d.Cmp(high) > 0 || d.Scale() > 4 || p.Kind == Int && d.Scale() > 0 {
			r.Fatalf("%q was taken as %q", raw, value)
		}
	})
}

// In force is the version with the latest effective time that isn't in the future, the higher number where two are equal.
func TestInForceProperty(t *testing.T) {
	t.Parallel()
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(r *rapid.T) {
		hours := rapid.SliceOfN(rapid.IntRange(0, 20), 1, 8).Draw(r, "hours")
		at := base.Add(time.Duration(rapid.IntRange(-1, 21).Draw(r, "at")) * time.Hour)
		var sorted []Value
		var want *Value
		for h := range 21 {
			for i, hour := range hours {
				if hour == h {
					sorted = append(sorted, Value{Version: int64(i + 1), EffectiveAt: base.Add(time.Duration(h) * time.Hour)})
				}
			}
		}
		for i, v := range sorted {
			if !v.EffectiveAt.After(at) && (want == nil || v.EffectiveAt.After(want.EffectiveAt) || v.Version > want.Version) {
				want = &sorted[i]
			}
		}
		got, found := inForce(sorted, at)
		if found != (want != nil) || found && got.Version != want.Version {
			r.Fatalf("at %s of %v: %v %v, want %v", at, hours, got.Version, found, want)
		}
	})
}
