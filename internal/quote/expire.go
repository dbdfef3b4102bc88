package quote

import (
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// Expire marks at most limit approved and sent quotations whose last day is over in Shanghai, and returns how many. It is for a periodic
// job; call it until it returns less than limit. Validity doesn't wait for it: everything that asks goes by the date. Locks the
// quotations, and skips those that are being answered.
func (s *Service) Expire(tx pg.Tx, limit int) (int, error) {
	rows, err := lockOver(tx, clock.Today(tx.Now), limit)
	if err != nil {
		return 0, err
	}
	for i := range rows {
		q := &rows[i]
		before := q.snapshot()
		q.State, q.EndedAt = StateExpired, &tx.Now
		if err := revokeLinks(tx, q.ID); err != nil {
			return 0, err
		}
		if err := s.stored(tx, q, string(VerbExpire), before); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}
