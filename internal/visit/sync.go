package visit

import (
	"cmp"
	"slices"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Synced is what became of one item of a batch: the visit and the outcome, or why it was refused.
type Synced struct {
	Visit   Visit
	Outcome Outcome
	Refused *errs.Error
}

// Sync is Put for what gathered on a phone while it was offline, each item by itself: one that is refused keeps no other from
// being taken. The results are in the order of the items. Locks the visits in the order of their ids; items of one
// visit are taken in the order given.
func (s *Service) Sync(tx pg.Tx, who identity.Principal, items []Input) ([]Synced, error) {
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(items[a].ID.String(), items[b].ID.String()) })
	results := make([]Synced, len(items))
	for _, i := range order {
		v, outcome, err := s.Put(tx, who, items[i])
		results[i] = Synced{Visit: v, Outcome: outcome}
		if err == nil {
			continue
		}
		// Put refuses before it writes, so the transaction goes on.
		refused, ours := errs.As(err)
		if !ours || refused.Kind == errs.Internal || refused.Kind == errs.Unavailable {
			return nil, err
		}
		results[i].Refused = refused
	}
	return results, nil
}
