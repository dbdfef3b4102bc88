package approval

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Resolved is what a body decided about a request in a recorded meeting: a step of mode Resolution ends by it and by nothing else.
type Resolved struct {
	ID          uuid.UUID // of the resolution's row, which names this request and says the same: a key of the database holds the two together
	Outcome     Verb      // Approve or Reject
	Comment     string
	ContentHash []byte // of what was put to the vote
}

// Resolve decides the open step of a request by a resolution that is written already. who records it: not the submitter, whose own matter it
// is (ORG-03). Nobody calls this but the body's own module, which has counted the votes.
//
// Locks the request. Returns errs.ErrNotFound, ErrEnded, ErrChanged, ErrOwn, ErrNotAsked for a step of another mode, and whatever the
// subject refuses.
func (s *Service) Resolve(tx pg.Tx, who identity.Principal, id uuid.UUID, by Resolved) (Request, error) {
	r, err := lockRequest(tx, id)
	if err != nil {
		return Request{}, err
	}
	if err := r.open(Verdict{ContentHash: by.ContentHash}); err != nil {
		return Request{}, err
	}
	step := r.Current()
	switch {
	case step.Mode != Resolution || by.Outcome != Approve && by.Outcome != Reject:
		return Request{}, ErrNotAsked
	case who.ID == r.SubmittedBy:
		return Request{}, ErrOwn
	}
	d := Decision{
		ID: uuid.Must(uuid.NewV7()), RequestID: r.ID, SubmittedBy: r.SubmittedBy, Step: r.Step, Mode: Resolution, Stage: step.Stage,
		Role: step.Deciders[0].Role, Outcome: by.Outcome, Comment: strings.TrimSpace(by.Comment), DecidedBy: who.ID, RecordedBy: who.ID,
		ResolutionID: &by.ID, ContentHash: r.ContentHash, DecidedAt: tx.Now,
	}
	if err := insertDecision(tx, &d); err != nil {
		return Request{}, err
	}
	return s.move(tx, r, d, ballot{step: step}, "resolveApproval")
}

// LockAll locks requests in id order: for who resolves several at once. Ids of nothing are passed over.
func LockAll(tx pg.Tx, ids []uuid.UUID) (map[uuid.UUID]Request, error) {
	locked := make(map[uuid.UUID]Request, len(ids))
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	for _, id := range slices.Compact(sorted) {
		r, err := lockRequest(tx, id)
		if err != nil {
			return nil, err
		}
		locked[id] = r
	}
	return locked, nil
}

// AwaitsResolution reports whether the open step of the request is a body's to decide.
func (r Request) AwaitsResolution() bool {
	step := r.Current()
	return step != nil && step.Mode == Resolution
}

// AwaitingResolution returns the pending requests whose open step is the body's, the oldest first; of all documents for subjectType "".
func AwaitingResolution(tx pg.Tx, subjectType string, subjectID uuid.UUID) ([]Request, error) {
	q := tx.Where("state = 'pending' AND route -> step ->> 'mode' = ?", Resolution)
	if subjectType != "" {
		q = q.Where("subject_type = ? AND subject_id = ?", subjectType, subjectID)
	}
	var rows []Request
	return rows, q.Order("id").Limit(maxAwaiting).Find(&rows).Error
}

// maxAwaiting bounds an agenda: a committee that has more before it works them off in their order.
const maxAwaiting = 200
