package visit

import (
	"time"

	"github.com/salesgate/salesgate/internal/clock"
)

// Period is a stretch of time that a quota is for.
type Period string

// The periods.
const (
	Week      Period = "week"       // Monday to Sunday
	HalfMonth Period = "half_month" // 1st to 15th, 16th to the end
)

// Around returns the first and the last day of the period that holds a business date.
func (p Period) Around(day time.Time) (from, to time.Time) {
	if p == Week {
		from = day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
		return from, from.AddDate(0, 0, 6)
	}
	y, m, d := day.Date()
	if d <= 15 {
		return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC), time.Date(y, m, 15, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(y, m, 16, 0, 0, 0, 0, time.UTC), time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC)
}

// endOf is the instant at which a business date ends in Shanghai.
func endOf(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, clock.Shanghai).UTC()
}

// daysBetween counts the days from one business date to another.
func daysBetween(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }
