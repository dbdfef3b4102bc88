package demo

import (
	"fmt"

	"github.com/salesgate/salesgate/pkg/client"
)

// in picks the language.
func (s *Story) in(zh, en string) string {
	if s.Lang == "en" {
		return en
	}
	return zh
}

func (s *Story) sayf(format string, args ...any) { fmt.Fprintf(s.Out, format, args...) }

// tell says who does what.
func (s *Story) tell(username, zh, en string, args ...any) {
	s.sayf("   %s (%s) %s\n", s.names[username], username, fmt.Sprintf(s.in(zh, en), args...))
}

// result says what has become of a document.
func (s *Story) result(number, state string) { s.sayf("      → %s: %s\n", number, state) }

var marks = map[string]string{"passed": "✓", "failed": "✗", "info": "·"}

// hear repeats a gate's words, each decision once.
func (s *Story) hear(d client.Decision) {
	if s.heard[d.ID] {
		return
	}
	s.heard[d.ID] = true
	s.sayf("      [%s] %s\n", d.Gate, d.Outcome)
	s.hearChecks(d.Checks)
}

// hearChecks repeats checks with their rules and clauses.
func (s *Story) hearChecks(checks []client.DecisionCheck) {
	for _, c := range checks {
		rule := c.Rule
		if c.Clause != nil {
			rule += " " + *c.Clause
		}
		s.sayf("        %s %s: %s\n", marks[c.Result], rule, s.in(c.TextZh, c.TextEn))
	}
}

// hearNotice repeats what the gates have said about a notice since it was asked last.
func (s *Story) hearNotice(n client.ShippingNotice) error {
	res, err := s.as("clerk").ListShippingNoticeDecisionsWithResponse(s.ctx, n.ID)
	if err != nil {
		return err
	}
	for _, d := range res.JSON200.Data {
		s.hear(d)
	}
	return nil
}
