// Package clock owns time: what "now" is, and the company's working calendar.
//
// Business code never calls time.Now; it reads tx.Now, which pg takes from the Clock it was given. In sandbox mode
// the clock can be moved forward (never back), and every deadline, due date and review obeys.
package clock

import (
	"sync/atomic"
	"time"
)

// Shanghai is the zone of business dates: the calendar day on which something happened.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Clock tells the time, truncated to microseconds (what PostgreSQL keeps) and in UTC.
// The zero value is the real time. It is safe for concurrent use.
type Clock struct{ offset atomic.Int64 }

// Now returns the present instant, moved by the sandbox offset.
func (c *Clock) Now() time.Time {
	return time.Now().Add(time.Duration(c.offset.Load())).UTC().Truncate(time.Microsecond)
}

// SetOffset makes Now answer real time plus d.
func (c *Clock) SetOffset(d time.Duration) { c.offset.Store(int64(d)) }

// Offset returns how far Now is moved from real time.
func (c *Clock) Offset() time.Duration { return time.Duration(c.offset.Load()) }

// Today returns the business date in Shanghai at an instant, as midnight UTC of that date, the form in which
// dates are stored and compared.
func Today(now time.Time) time.Time {
	y, m, d := now.In(Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
