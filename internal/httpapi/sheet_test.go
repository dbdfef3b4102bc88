package httpapi

import "testing"

// What a spreadsheet would take for a formula is text, with full-width signs too, which some of them convert.
func TestCellsAreNoFormulas(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"} {
		if got := harmless(text); got != "'"+text {
			t.Errorf("%q became %q", text, got)
		}
	}
	for _, text := range []string{"", "云岭", "1-1", "A=1", "（=1）"} {
		if got := harmless(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
