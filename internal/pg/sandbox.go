package pg

import (
	"context"
	"time"

	"github.com/salesgate/salesgate/internal/errs"
)

// What moving the clock of a sandbox can be refused for.
var (
	ErrClockBack = errs.Define(errs.Rule, "sandbox.clock_back",
		"The clock only goes forward; it is {now}.", "时钟只能向前,当前为 {now}。")
	ErrClockFar = errs.Define(errs.Rule, "sandbox.clock_far",
		"The clock can't go further than {days} days ahead of real time.", "时钟最多可快进至真实时间之后 {days} 天。")
)

// maxAhead bounds how far a sandbox may be ahead of real time: ten years reach every review and deadline.
const maxAhead = 3653 * 24 * time.Hour

// AdvanceClock moves the clock of a sandbox forward to an instant, for good: the row commits with tx, and this process's
// clock follows then. Transactions that run keep their Now. Returns ErrClockBack and ErrClockFar. Whether this is a sandbox
// at all, the edge knows.
func (db *DB) AdvanceClock(tx Tx, to time.Time) error {
	by := to.Sub(tx.Now)
	if by < 0 {
		return ErrClockBack.With("now", tx.Now.Format(time.RFC3339)).At("/to")
	}
	var ahead int64
	err := tx.Raw(`INSERT INTO sandbox_clock (ahead_us) VALUES (?)
		ON CONFLICT (the_one) DO UPDATE SET ahead_us = greatest(sandbox_clock.ahead_us, excluded.ahead_us) RETURNING ahead_us`,
		(db.clock.Offset() + by).Microseconds()).Scan(&ahead).Error
	if err != nil {
		return err
	}
	offset := time.Duration(ahead) * time.Microsecond
	if offset > maxAhead {
		return ErrClockFar.With("days", int(maxAhead.Hours()/24)).At("/to")
	}
	tx.AfterCommit(func() { db.clock.SetOffset(max(offset, db.clock.Offset())) })
	return nil
}

// LoadClock sets the clock to what the database says. A sandbox calls it when it starts, and every second when it has
// several instances.
func (db *DB) LoadClock(ctx context.Context) error {
	return db.View(ctx, System("clock"), func(tx Tx) error {
		var ahead int64
		if err := tx.Raw(`SELECT ahead_us FROM sandbox_clock`).Scan(&ahead).Error; err != nil {
			return err
		}
		db.clock.SetOffset(max(time.Duration(ahead)*time.Microsecond, db.clock.Offset()))
		return nil
	})
}
