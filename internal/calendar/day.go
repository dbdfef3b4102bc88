package calendar

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
)

// Bounds of what may be asked and set. They keep answers small and slips of the year out; no rule of the company has them.
const (
	maxDays  = 400
	maxYears = 3
)

// Exception is what the company has decided about a date.
type Exception struct {
	Date    time.Time
	Working *bool // nil: taken back
	Version int64
	Reason  string
	SetBy   *uuid.UUID
	SetAt   time.Time
}

// TableName implements gorm's Tabler.
func (Exception) TableName() string { return "calendar_days" }

// Change is an exception as it was made once.
type Change struct {
	ID uuid.UUID
	Exception
}

// TableName implements gorm's Tabler.
func (Change) TableName() string { return "calendar_changes" }

// Day is a date, why it is worked or not, and what the company has decided about it.
type Day struct {
	clock.Day
	Exception Exception // its Version is the date's ETag, 1 when nobody ever decided about it
}

// Unknown is a year of which the public holidays aren't in this program.
type Unknown struct {
	Year       int
	Exceptions int // that the company has made in it
}

// may reports whether a date may be given this answer at this instant: days to come may, today only be declared off.
func may(date, today time.Time, working *bool) bool {
	if date.Equal(today) {
		return working != nil && !*working
	}
	return date.After(today)
}

// trace is the exception as events show it.
func (e Exception) trace() map[string]any {
	return map[string]any{"date": e.Date.Format(time.DateOnly), "working": e.Working, "reason": e.Reason, "version": e.Version}
}
