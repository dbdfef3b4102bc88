package prospect

import (
	"fmt"
	"regexp"
	"time"

	"github.com/salesgate/salesgate/internal/clock"
)

// span is a stretch of the calendar that plans and progress speak of: from its first date to the first date after it.
type span struct {
	name     string
	from, to time.Time // dates; to isn't in it
}

var spanPattern = regexp.MustCompile(`^(20\d{2})(?:H([12])|Q([1-4]))?$`)

// parseSpan reads "2026", "2026H2" or "2026Q3".
func parseSpan(text string) (span, bool) {
	m := spanPattern.FindStringSubmatch(text)
	if m == nil {
		return span{}, false
	}
	var year, first, months int
	_, _ = fmt.Sscan(m[1], &year)
	first, months = 1, 12
	if m[2] != "" {
		first, months = int(m[2][0]-'1')*6+1, 6
	}
	if m[3] != "" {
		first, months = int(m[3][0]-'1')*3+1, 3
	}
	from := time.Date(year, time.Month(first), 1, 0, 0, 0, 0, time.UTC)
	return span{text, from, from.AddDate(0, months, 0)}, true
}

// quarters are the names of the quarters in the span.
func (s span) quarters() []string {
	var names []string
	for d := s.from; d.Before(s.to); d = d.AddDate(0, 3, 0) {
		names = append(names, quarterOf(d))
	}
	return names
}

// instants are the bounds of the span in Shanghai.
func (s span) instants() (from, to time.Time) { return instant(s.from), instant(s.to) }

// open reports whether plans for the span are taken: while it runs, and from so many months before it begins.
func (s span) open(now time.Time, ahead int) bool {
	return now.Before(instant(s.to)) && !now.Before(instant(clock.AddMonths(s.from, -ahead)))
}

func instant(d time.Time) time.Time {
	y, m, day := d.Date()
	return time.Date(y, m, day, 0, 0, 0, 0, clock.Shanghai).UTC()
}

func quarterOf(d time.Time) string { return fmt.Sprintf("%dQ%d", d.Year(), (int(d.Month())+2)/3) }

// halfToPlan is the half-year that plans submitted in June (for July to December) and December (for January to June) are for.
func halfToPlan(start time.Time) string {
	if start.Month() >= time.December {
		return fmt.Sprintf("%dH1", start.Year()+1)
	}
	return fmt.Sprintf("%dH2", start.Year())
}
