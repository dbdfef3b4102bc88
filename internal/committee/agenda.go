package committee

import (
	"bytes"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Waiting is something that waits for the committee.
type Waiting struct {
	Type        string
	ID          uuid.UUID
	Number      string
	TitleEN     string
	TitleZH     string
	SubmittedBy uuid.UUID // uuid.Nil when it is nobody's own
	Content     []byte    // hash of what is put to the vote; when it changes, votes count for nothing

	approvalID *uuid.UUID // for what comes as an approval request
}

// Kind is a module that brings subjects of its own before the committee, beside approval requests.
type Kind interface {
	// AwaitingCommittee returns those of the subjects that wait for the committee now; all of them, at most 200, when none is named.
	AwaitingCommittee(tx pg.Tx, ids ...uuid.UUID) ([]Waiting, error)

	// CommitteeResolved tells a resolution about one of them, in the transaction that closes the meeting; an error undoes that.
	CommitteeResolved(tx pg.Tx, r Resolution) error
}

// Register names the module of a subject type. Call it before the service is used.
func (s *Service) Register(subjectType string, kind Kind) {
	if s.kinds[subjectType] != nil {
		panic("committee: subject type has a kind: " + subjectType)
	}
	s.kinds[subjectType] = kind
	s.order = append(s.order, subjectType)
}

// ListPriceCommitteeAgenda returns all that waits for the committee now: approval requests whose open step is its own, and what other modules
// bring. Returns errs.ErrNotFound for who has no business with the committee.
func (s *Service) ListPriceCommitteeAgenda(tx pg.Tx, who identity.Principal) ([]Waiting, error) {
	if err := s.mustBelong(tx, who); err != nil {
		return nil, err
	}
	return s.waiting(tx)
}

func (s *Service) waiting(tx pg.Tx) ([]Waiting, error) {
	requests, err := approval.AwaitingResolution(tx, "", uuid.Nil)
	if err != nil {
		return nil, err
	}
	all := make([]Waiting, 0, len(requests))
	for _, r := range requests {
		all = append(all, ofRequest(r))
	}
	for _, name := range s.order {
		more, err := s.kinds[name].AwaitingCommittee(tx)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// find returns a subject that waits for the committee. Returns ErrSubject when it doesn't.
func (s *Service) find(tx pg.Tx, subjectType string, id uuid.UUID) (Waiting, error) {
	if kind := s.kinds[subjectType]; kind != nil {
		rows, err := kind.AwaitingCommittee(tx, id)
		if err != nil || len(rows) > 0 {
			return first(rows), err
		}
		return Waiting{}, ErrSubject
	}
	requests, err := approval.AwaitingResolution(tx, subjectType, id)
	if err != nil {
		return Waiting{}, err
	}
	if len(requests) == 0 {
		return Waiting{}, ErrSubject
	}
	return ofRequest(requests[0]), nil
}

func first(rows []Waiting) Waiting {
	if len(rows) == 0 {
		return Waiting{}
	}
	return rows[0]
}

func ofRequest(r approval.Request) Waiting {
	return Waiting{
		Type: r.SubjectType, ID: r.SubjectID, Number: r.Number, TitleEN: r.TitleEN, TitleZH: r.TitleZH, SubmittedBy: r.SubmittedBy,
		Content: r.ContentHash, approvalID: &r.ID,
	}
}

func (w Waiting) item(tx pg.Tx, meeting uuid.UUID) Item {
	return Item{
		ID: uuid.Must(uuid.NewV7()), MeetingID: meeting, SubjectType: w.Type, SubjectID: w.ID, Number: w.Number, TitleEN: w.TitleEN, TitleZH: w.TitleZH,
		SubmittedBy: w.SubmittedBy, ApprovalID: w.approvalID, Content: w.Content, AddedAt: tx.Now, AddedBy: tx.By.Actor(),
	}
}

// stands reports whether what was put to the vote is what waits still. The approval requests are locked.
func (s *Service) stands(tx pg.Tx, it Item, requests map[uuid.UUID]approval.Request) (bool, error) {
	if it.ApprovalID != nil {
		r, found := requests[*it.ApprovalID]
		return found && r.AwaitsResolution() && bytes.Equal(r.ContentHash, it.Content), nil
	}
	kind := s.kinds[it.SubjectType]
	if kind == nil {
		return false, nil
	}
	rows, err := kind.AwaitingCommittee(tx, it.SubjectID)
	return len(rows) > 0 && bytes.Equal(rows[0].Content, it.Content), err
}
