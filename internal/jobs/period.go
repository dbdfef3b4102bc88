package jobs

import (
	"time"

	"github.com/salesgate/salesgate/internal/clock"
)

// Period is a piece of the calendar for which work is done once. Its dates are Shanghai's.
type Period string

// The periods, by the dates on which they begin.
const (
	Daily       Period = "daily"
	Weekly      Period = "weekly"       // Mondays
	HalfMonthly Period = "half_monthly" // the 1st and the 16th
	Monthly     Period = "monthly"
	Quarterly   Period = "quarterly"
	HalfYearly  Period = "half_yearly" // June 1 and December 1, when customers are reviewed
)

// Start returns the first date of the period in which an instant lies, as midnight UTC of that date.
func (p Period) Start(now time.Time) time.Time {
	y, m, d := clock.Today(now).Date()
	switch p {
	case Daily:
	case Weekly:
		d -= (int(clock.Today(now).Weekday()) + 6) % 7
	case HalfMonthly:
		d = 1 + (d-1)/15*15
		d = min(d, 16)
	case Monthly:
		d = 1
	case Quarterly:
		m, d = m-(m-1)%3, 1
	case HalfYearly:
		m, d = m-m%6, 1 // month 0 is December of the year before
	default:
		panic("jobs: no such period: " + string(p))
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// After returns the first date of the period that follows the one beginning at start.
func (p Period) After(start time.Time) time.Time {
	y, m, d := start.Date()
	switch p {
	case Daily:
		d++
	case Weekly:
		d += 7
	case HalfMonthly:
		if d == 1 {
			d = 16
		} else {
			m, d = m+1, 1
		}
	case Monthly:
		m++
	case Quarterly:
		m += 3
	case HalfYearly:
		m += 6
	default:
		panic("jobs: no such period: " + string(p))
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
