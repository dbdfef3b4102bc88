package approval

import (
	"time"

	"github.com/salesgate/salesgate/internal/clock"
)

func dueAfterHours(from time.Time, hours int) time.Time {
	return from.Add(time.Duration(hours) * time.Hour)
}

func dueAfterDays(from time.Time, days int) time.Time { return clock.Today(from).AddDate(0, 0, days) }
