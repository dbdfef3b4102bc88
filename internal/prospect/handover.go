package prospect

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
)

// HandOver gives the live prospects of a person to another, and returns how many (CUS-13): package handover calls it when somebody leaves.
// Locks the prospects.
func (s *Service) HandOver(tx pg.Tx, from, to uuid.UUID, reason string) (int, error) {
	moved, err := handOver(tx, from, to)
	if err != nil {
		return 0, err
	}
	entries := make([]audit.Entry, len(moved))
	for i, id := range moved {
		entries[i] = audit.Entry{
			Action: "handOverProspect", SubjectType: Subject, SubjectID: id, Before: map[string]any{"owner_id": from},
			After: map[string]any{"owner_id": to, "reason": reason},
		}
	}
	return len(moved), audit.RecordAll(tx, entries)
}
