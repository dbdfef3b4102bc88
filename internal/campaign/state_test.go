package campaign

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestCUS17_StatesAndVerbs is every state × every verb against testdata/states.txt (SALESGATE_GOLDEN=1 writes it anew).
func TestCUS17_StatesAndVerbs(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, s := range []State{Draft, Submitted, Approved, Running, Closed, Cancelled} {
		for _, v := range []Verb{Update, Submit, Decide, Start, Close, Cancel, Link} {
			fmt.Fprintf(&b, "%-9s %-6s %v\n", s, v, s.Can(v))
		}
	}
	const path = "testdata/states.txt"
	if os.Getenv("SALESGATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil || string(golden) != b.String() {
		t.Errorf("states × verbs changed (%v):\n%s", err, b.String())
	}
}
