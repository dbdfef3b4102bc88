package opportunity

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/salesgate/salesgate/internal/errs"
)

// TestCUS16_StagesAndVerbs is every stage × every verb, with and without a reason, against testdata/stages.txt: read the difference
// before you write it anew (SALESGATE_GOLDEN=1).
func TestCUS16_StagesAndVerbs(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, now := range []Stage{LeadFound, Project, Proposal, Deal, Collection, Lost, Cancelled} {
		last := now
		if now == Lost || now == Cancelled {
			last = Proposal
		}
		steps := []Step{{Verb: Lose}, {Verb: Cancel}, {Verb: Reopen}}
		for _, to := range []Stage{LeadFound, Project, Proposal, Deal, Collection, Lost} {
			steps = append(steps, Step{Verb: Move, To: to})
		}
		for _, s := range steps {
			fmt.Fprintf(&b, "%-10s %-6s %-10s", now, s.Verb, s.To)
			for _, reason := range []string{"", "why"} {
				s.Reason = reason
				to, err := s.next(now, last)
				if e, ok := errs.As(err); ok {
					to = Stage(e.Code)
				}
				fmt.Fprintf(&b, " | %-25s", to)
			}
			b.WriteString("\n")
		}
	}
	const path = "testdata/stages.txt"
	if os.Getenv("SALESGATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil || string(golden) != b.String() {
		t.Errorf("stages × verbs changed (%v):\n%s", err, b.String())
	}
}

func TestCUS16_BlankIsNoReason(t *testing.T) {
	t.Parallel()
	if _, err := (Step{Verb: Lose, Reason: " \t\n"}).next(Deal, Deal); !errors.Is(err, ErrReason) {
		t.Errorf("%v", err)
	}
}
