package approval

import (
	"time"

	"github.com/salesgate/salesgate/internal/clock"
)

// dueAfterHours is the end of a stage's working hours.
func dueAfterHours(from time.Time, hours int) time.Time {
	return clock.AddWorkingHours(from, time.Duration(hours)*time.Hour)
}
