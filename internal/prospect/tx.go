package prospect

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// What other modules call in their transaction.

// Brief returns a prospect without its contacts. Returns errs.ErrNotFound. Takes no lock and checks no visibility: the calling
// module does, with MustBeSeenBy.
func Brief(tx pg.Tx, id uuid.UUID) (Prospect, error) { return pg.Take[Prospect](tx, "id = ?", id) }

// BriefFor is Brief for a caller: errs.ErrNotFound for a prospect that they may not see (ORG-06).
func BriefFor(tx pg.Tx, who identity.Principal, id uuid.UUID) (Prospect, error) {
	x, err := Brief(tx, id)
	if err != nil {
		return Prospect{}, err
	}
	return x, x.MustBeSeenBy(who)
}

// Mine is BriefFor without what is everybody's to see in the pool: for a prospect's history, which isn't shared with it (ORG-06).
func Mine(tx pg.Tx, who identity.Principal, id uuid.UUID) (Prospect, error) {
	x, err := BriefFor(tx, who, id)
	if err == nil && x.State == Pooled {
		err = who.MustSee(x.OwnerID)
	}
	return x, err
}

// Briefs returns prospects by id, without their contacts; unknown ids are left out. One statement.
func Briefs(tx pg.Tx, ids ...uuid.UUID) (map[uuid.UUID]Prospect, error) {
	if len(ids) == 0 {
		return map[uuid.UUID]Prospect{}, nil
	}
	var rows []Prospect
	err := tx.Where("id IN ?", ids).Find(&rows).Error
	found := make(map[uuid.UUID]Prospect, len(rows))
	for _, x := range rows {
		found[x.ID] = x
	}
	return found, err
}

// Touch says that somebody dealt with the prospect at an instant (a visit, a call), which keeps it out of the shared pool. An
// instant before the last touch, or in the future, changes nothing. Doesn't change the version.
func Touch(tx pg.Tx, id uuid.UUID, at time.Time) error {
	return tx.Exec("UPDATE prospects SET last_touched_at = ? WHERE id = ? AND last_touched_at < ? AND ? <= ?", at, id, at, at, tx.Now).Error
}
