package money

import (
	"math/big"
	"testing"

	"github.com/govalues/decimal"
	"pgregory.net/rapid"
)

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func TestShareIsExactAndRoundedOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ total, whole, part, want string }{
		{"10.00", "3", "1", "3.33"},
		{"10.00", "3", "2", "6.67"},
		{"0.01", "2", "1", "0.01"}, // half a fen: away from zero
		{"-0.01", "2", "1", "-0.01"},
		{"0.01", "2.0001", "1", "0.00"}, // one below
		{"0.01", "2", "1.0001", "0.01"}, // one above
		{"10.00", "3", "3", "10.00"},
		{"10.00", "3", "3.0001", "10.00"}, // never more than the total
		{"10.00", "3", "0", "0.00"},
		{"10.00", "3", "-1", "0.00"},
		{"10.00", "0", "0", "0.00"},
		{"9999999999999999.99", "99999999999999.9999", "33333333333333.3333", "3333333333333333.33"},
		{"9999999999999999.99", "99999999999999.9999", "0.0001", "0.01"},
		// The exact share is 0.0049999…: a quotient of 19 digits would have been rounded to 0.005 first, then up.
		{"4999999999999999.99", "999999999999999.9999", "0.0010", "0.00"},
	} {
		if got := Share(dec(c.total), dec(c.whole), dec(c.part)); got.String() != c.want {
			t.Errorf("Share(%s, %s, %s) = %s, want %s", c.total, c.whole, c.part, got, c.want)
		}
	}
}

// However a whole is cut, its portions add up to the total exactly, and none is negative.
func TestPortionsAddUpToTheTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := decimal.MustNew(rapid.Int64Range(0, 999_999_999_999_999_999).Draw(t, "total"), AmountScale)
		left := rapid.Int64Range(1, 999_999_999_999_999_999).Draw(t, "whole")
		whole, before, sum := decimal.MustNew(left, PriceScale), decimal.MustNew(0, PriceScale), decimal.Zero
		for left > 0 {
			n := left
			if rapid.IntRange(0, 9).Draw(t, "last") > 0 {
				n = rapid.Int64Range(1, left).Draw(t, "part")
			}
			part := decimal.MustNew(n, PriceScale)
			p := Portion(total, whole, before, part)
			if p.IsNeg() || p.Scale() != AmountScale {
				t.Fatalf("portion %s", p)
			}
			var err error
			if sum, err = sum.Add(p); err != nil {
				t.Fatal(err)
			}
			if before, err = before.Add(part); err != nil {
				t.Fatal(err)
			}
			left -= n
		}
		if sum.Cmp(total) != 0 {
			t.Fatalf("the portions come to %s of %s", sum, total)
		}
	})
}

func TestIncludedTax(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ amount, rate, want string }{
		{"113.00", "0.13", "13.00"},
		{"113.00", "0.1300", "13.00"},
		{"-113.00", "0.13", "-13.00"},
		{"100.00", "0", "0.00"},
		{"0.04", "0.13", "0.00"},
		{"0.05", "0.13", "0.01"}, // 0.0046…, 0.0057…
		{"0.05", "0.25", "0.01"},
		{"0.01", "1", "0.01"}, // half a fen
		{"9999999999999999.99", "0.13", "1150442477876106.19"},
	} {
		if got := IncludedTax(dec(c.amount), dec(c.rate)); got.String() != c.want {
			t.Errorf("IncludedTax(%s, %s) = %s, want %s", c.amount, c.rate, got, c.want)
		}
	}
}

// The tax is the nearest fen to the exact one, whatever the rate.
func TestIncludedTaxIsTheNearestFen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen, rate := rapid.Int64Range(0, 999_999_999_999_999_999).Draw(t, "fen"), rapid.Int64Range(0, 10_000).Draw(t, "rate")
		tax := new(big.Int).SetUint64(IncludedTax(decimal.MustNew(fen, 2), decimal.MustNew(rate, 4)).Coef())
		exact := new(big.Rat).Mul(big.NewRat(fen, 1), big.NewRat(rate, 10_000+rate))
		off := exact.Sub(exact, new(big.Rat).SetInt(tax))
		if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%s fen off", off)
		}
	})
}

// However a line is cut, and from whatever was given before, its parts add up to it.
func TestNextSharesAddUp(t *testing.T) {
	t.Parallel()
	line, of := decimal.MustParse("10.00"), decimal.MustParse("3")
	given, done := decimal.Zero, decimal.Zero
	for _, q := range []string{"0.3333", "1.2", "0.0001", "1.4666"} {
		given = Add(given, NextShare(line, of, done, given, decimal.MustParse(q)))
		done = Add(done, decimal.MustParse(q))
	}
	if given.Cmp(line) != 0 {
		t.Errorf("the parts come to %s", given)
	}
	big := decimal.MustParse("9999999999999.99")
	if got := NextShare(big, decimal.MustParse("99999.9999"), decimal.Zero, decimal.Zero, decimal.MustParse("33333.3333")); got.Cmp(decimal.MustParse("3333333333333.33")) != 0 {
		t.Errorf("a third of %s is %s", big, got)
	}
}
