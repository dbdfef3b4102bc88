package prospect

import (
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
)

// movedAtOnce is how many prospects one statement hands over.
const movedAtOnce = 1000

// HandOver gives the live prospects of a person to another, also the places as joint owner, and returns how many (CUS-13): package
// handover calls it when somebody leaves. Locks the prospects in id order.
func (s *Service) HandOver(tx pg.Tx, from, to uuid.UUID, reason string) (int, error) {
	held, err := lockHeld(tx, from)
	if err != nil {
		return 0, err
	}
	for part := range slices.Chunk(held, movedAtOnce) {
		ids, entries := make([]uuid.UUID, len(part)), make([]audit.Entry, len(part))
		for i, x := range part {
			field := "owner_id"
			if x.OwnerID != from {
				field = "joint_owner_id"
			}
			ids[i] = x.ID
			entries[i] = audit.Entry{
				Action: "handOverProspect", SubjectType: Subject, SubjectID: x.ID, Before: map[string]any{field: from},
				After: map[string]any{field: to, "reason": reason},
			}
		}
		if err := handOver(tx, from, to, ids); err != nil {
			return 0, err
		}
		if err := audit.RecordAll(tx, entries); err != nil {
			return 0, err
		}
	}
	return len(held), nil
}
