package customer

import (
	"testing"

	"pgregory.net/rapid"
)

func TestCUS08_NameKeyMakesSpellingsEqual(t *testing.T) {
	t.Parallel()
	const want = "云岭示例纺织"
	for _, name := range []string{
		"云岭示例纺织有限公司", "云岭示例纺织 有限公司", "云岭(示例)纺织股份有限公司", "云岭示例纺织有限责任公司", " 云岭·示例纺织公司 ",
	} {
		if got := NameKey(name); got != want {
			t.Errorf("NameKey(%q) = %q", name, got)
		}
	}
	for _, name := range []string{"云岭示例纺纱有限公司", "云岭示例有限公司"} {
		if NameKey(name) == want {
			t.Errorf("%q is another company", name)
		}
	}
	if a, b := NameKey("Example Fibre Co., Ltd."), NameKey("EXAMPLE FIBRE CO LTD"); a != b || a != "examplefibre" {
		t.Errorf("%q, %q", a, b)
	}
	if NameKey("有限公司") != "" {
		t.Error("a suffix alone is no name")
	}
}

func TestCUS08_PhoneKeyMakesSpellingsEqual(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"13800000042": "13800000042", "138-0000 0042": "13800000042", "+86 138 0000 0042": "13800000042", "008613800000042": "13800000042",
		"0579-00000000": "057900000000", "12345": "12345", "1234": "", "86123456": "86123456",
	} {
		if got := PhoneKey(in); got != want {
			t.Errorf("PhoneKey(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCUS08_USCCCheckCharacter(t *testing.T) {
	t.Parallel()
	const good = "91330782MA2EXAMP0C"
	if !ValidUSCC(good) {
		t.Fatal("valid code refused")
	}
	// Every single mistyped character is noticed.
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, 17).Draw(t, "at")
		with := usccAlphabet[rapid.IntRange(0, len(usccAlphabet)-1).Draw(t, "with")]
		b := []byte(good)
		if b[at] == with {
			return
		}
		b[at] = with
		if ValidUSCC(string(b)) {
			t.Fatalf("%s accepted", b)
		}
	})
	for _, bad := range []string{"", "9133", good + "0", "91330782ma2examp0c", "9133078IMA2EXAMP0C"} {
		if ValidUSCC(bad) {
			t.Errorf("%q accepted", bad)
		}
	}
}

func TestGramsOfAPartAreGramsOfTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := []rune(rapid.StringMatching(`[云岭示例纺织abc]{1,12}`).Draw(t, "whole"))
		from := rapid.IntRange(0, len(whole)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(whole)).Draw(t, "to")
		have := map[string]bool{}
		for _, g := range Grams(string(whole)) {
			have[g] = true
		}
		for _, g := range Grams(string(whole[from:to])) {
			if !have[g] {
				t.Fatalf("%q of %q isn't in %q", g, string(whole[from:to]), string(whole))
			}
		}
	})
}

func TestMaskKeepsTheEnds(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"13800000042": "138****0042", "1234567": "*******", "": ""} {
		if got := Mask(in); got != want {
			t.Errorf("Mask(%q) = %q", in, got)
		}
	}
}
