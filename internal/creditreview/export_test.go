package creditreview

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// NextPayersSQL is the statement whose plan is tested.
const NextPayersSQL = nextPayersSQL

// CountDue counts the payers whose review is due on a day.
func CountDue(tx pg.Tx, day time.Time, firstReviewMonths int) (int, error) {
	rows, err := duePayers(tx, uuid.Nil, day, firstReviewMonths, 100)
	return len(rows), err
}
