package customer

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Handovers is what this module asks of package handover, which stands behind it in the import order.
type Handovers interface {
	// HandOver moves one customer to another owner by a handover (CUS-13), which calls Move.
	HandOver(tx pg.Tx, who identity.Principal, m Move, reason string) error
}

// Move is a customer and its new owner.
type Move struct {
	CustomerID uuid.UUID
	To         uuid.UUID
}

// Moved is a move that was made.
type Moved struct {
	Move
	From    uuid.UUID
	PayerID uuid.UUID
}

// movedAtOnce is how many events one statement writes.
const movedAtOnce = 1000

// Move changes the owner of customers, for package handover: the one way. Returns errs.ErrReferenced for a customer that the caller may
// not see, and ErrBadOwner unless the new owner is an active person in sales, who stays so until the transaction ends. Locks the
// requests for approval about what moves along, the new owners, then the customers FOR UPDATE in id order, so that documents which are
// being written wait or are waited for; the documents follow by trigger. Six statements, and one for each new owner.
func (s *Service) Move(tx pg.Tx, who identity.Principal, moves []Move, reason string) ([]Moved, error) {
	moves = slices.Clone(moves)
	slices.SortFunc(moves, func(a, b Move) int {
		return cmp.Or(slices.Compare(a.CustomerID[:], b.CustomerID[:]), slices.Compare(a.To[:], b.To[:]))
	})
	moves = slices.CompactFunc(moves, func(a, b Move) bool { return a.CustomerID == b.CustomerID })
	if err := holdRequests(tx, moves); err != nil {
		return nil, err
	}
	if err := lockSellers(tx, moves); err != nil {
		return nil, err
	}
	found, err := lockMoving(tx, moves)
	if err != nil {
		return nil, err
	}
	moved := make([]Moved, len(moves))
	entries := make([]audit.Entry, len(moves))
	ids := make([]uuid.UUID, len(moves))
	for i, m := range moves {
		c, ok := found[m.CustomerID]
		if !ok || !who.Sees(c.OwnerID) {
			return nil, errs.ErrReferenced.At("/customer_ids")
		}
		moved[i], ids[i] = Moved{Move: m, From: c.OwnerID, PayerID: c.PayerID()}, m.CustomerID
		entries[i] = audit.Entry{
			Action: "assignCustomer", SubjectType: subject, SubjectID: c.ID, Before: map[string]any{"owner_id": c.OwnerID, "version": c.Version},
			After: map[string]any{"owner_id": m.To, "version": c.Version + 1, "reason": reason},
		}
	}
	if err := storeMoved(tx, moves); err != nil {
		return nil, err
	}
	if err := keepVersions(tx, "assignCustomer", ids...); err != nil {
		return nil, err
	}
	for part := range slices.Chunk(entries, movedAtOnce) {
		if err := audit.RecordAll(tx, part); err != nil {
			return nil, err
		}
	}
	return moved, nil
}

// lockSellers holds the new owners as they are: nobody is deactivated while they take customers over.
func lockSellers(tx pg.Tx, moves []Move) error {
	var people []uuid.UUID
	for _, m := range moves {
		people = append(people, m.To)
	}
	slices.SortFunc(people, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	for _, id := range slices.Compact(people) {
		if err := HoldSeller(tx, id); err != nil {
			return err
		}
	}
	return nil
}

// HoldSeller holds somebody who takes over as they are. Returns ErrBadOwner unless the person is active and in sales.
func HoldSeller(tx pg.Tx, id uuid.UUID) error {
	if err := holdPerson(tx, id); err != nil {
		return err
	}
	return mustSell(tx, id)
}
