package sample

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestSMP01_SMP02_StatesAndVerbs is every state × every verb against testdata/states.txt (SALESGATE_GOLDEN=1 writes it anew).
func TestSMP01_SMP02_StatesAndVerbs(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, s := range States {
		for _, v := range Verbs {
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

// What a sample is for was decided on too: another purpose is another sample.
func TestSMP01_AnApprovalIsBoundToThePurpose(t *testing.T) {
	t.Parallel()
	x := Sample{Purpose: "试织座椅面料", DeliverTo: "示例路 1 号"}
	was := x.content()
	x.Purpose = "送展会"
	if bytes.Equal(was, x.content()) {
		t.Error("the purpose isn't bound")
	}
}
