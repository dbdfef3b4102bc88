package money

import (
	"testing"

	"github.com/govalues/decimal"
)

func TestFenRoundsHalfAwayFromZero(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0.004": "0.00", "0.005": "0.01", "0.0049": "0.00", "-0.005": "-0.01", "-0.004": "0.00",
		"2.675": "2.68", "1.125": "1.13", "1.135": "1.14", "7": "7.00", "99.995": "100.00",
	} {
		if got := Fen(decimal.MustParse(in)).String(); got != want {
			t.Errorf("Fen(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestAmountRoundsOnceAtTheEnd(t *testing.T) {
	t.Parallel()
	got, err := Amount(decimal.MustParse("0.3333"), decimal.MustParse("3.0005"))
	if err != nil || got.String() != "1.00" {
		t.Fatalf("got %s, %v", got, err)
	}
}

func TestSumIsExactOrFails(t *testing.T) {
	t.Parallel()
	big := dec("9999999999999999.99")
	if got, err := Sum(big, big); err != nil || got.String() != "19999999999999999.98" {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := Sum(dec("99999999999999999.99"), dec("0.01")); err == nil {
		t.Errorf("a sum of 20 digits became %s", got)
	}
}
