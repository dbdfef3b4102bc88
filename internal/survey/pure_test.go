package survey

import (
	"errors"
	"testing"
	"time"
)

// CUS-14: on the bound is unsatisfied, one above it isn't, on any of the four.
func TestCUS14_OneLowScoreIsEnough(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scores      Scores
		unsatisfied bool
	}{
		{Scores{5, 5, 5, 5}, false},
		{Scores{3, 3, 3, 3}, false}, // one above the bound
		{Scores{2, 5, 5, 5}, true},  // at the bound
		{Scores{5, 2, 5, 5}, true},
		{Scores{5, 5, 2, 5}, true},
		{Scores{5, 5, 5, 2}, true},
		{Scores{1, 5, 5, 5}, true}, // below
	} {
		if got := c.scores.unsatisfied(2); got != c.unsatisfied {
			t.Errorf("%v: %v", c.scores, got)
		}
	}
	for _, bad := range []Scores{{0, 1, 1, 1}, {1, 6, 1, 1}, {1, 1, -1, 1}, {1, 1, 1, 9}} {
		if err := bad.check(); !errors.Is(err, ErrScores) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// Days are Shanghai's: with 3 days, what left on the 17th is asked about from the 20th on.
func TestCUS14_WhenANoteIsDue(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	if got, want := leftBefore(today, 3), time.Date(2026, 11, 17, 16, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("%s, want %s: the end of the 17th", got, want)
	}
	if got, want := leftBefore(today, 1), time.Date(2026, 11, 19, 16, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("%s, want %s", got, want)
	}
}
