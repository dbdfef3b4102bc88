package approval

import (
	"errors"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Service is the approval engine. Build one per process; it is safe for concurrent use once its subjects are registered.
type Service struct {
	rulebook *rulebook.Service
	subjects map[string]Subject
}

// New returns an engine without subjects, which asks rb for the parameters of the rules.
func New(rb *rulebook.Service) *Service {
	return &Service{rulebook: rb, subjects: map[string]Subject{}}
}

// Register names the module that is told the outcome of a matter's requests. Call it before the engine is used. It
// panics on a matter that isn't declared or has a subject: that is a fault of the program.
func (s *Service) Register(matter string, subject Subject) {
	if s.subjects[matter] != nil {
		panic("approval: matter has a subject: " + matter)
	}
	s.subjects[matter] = subject
}

var errNotYet = errors.New("approval: not yet")

// Submit asks for a decision. The request that comes back is Approved when nobody needs to be asked; else it is Pending,
// and its tasks are open. Returns ErrStarter, ErrFact and ErrAlreadyPending. Costs one statement when nobody needs to be
// asked. Takes no lock; where the subject can be submitted twice, its row is locked by the caller.
func (s *Service) Submit(tx pg.Tx, who identity.Principal, sub Submission) (Request, error) {
	return Request{}, errNotYet
}

// Resubmit asks anew about the subject of a decided request, on behalf of its submitter: for a subject that finds in
// ApprovalDecided that the facts have changed.
func (s *Service) Resubmit(tx pg.Tx, r Request, facts map[string]any, content []byte) (Request, error) {
	return s.Submit(tx, r.Submitter(), Submission{
		Matter: r.Matter, SubjectType: r.SubjectType, SubjectID: r.SubjectID, Number: r.Number,
		TitleEN: r.TitleEN, TitleZH: r.TitleZH, Facts: facts, Content: content,
	})
}

// Lock locks the pending and approved requests about a subject, in id order. Call it before locking the subject's own
// row in a transaction that will Void, since requests come first in the lock order.
func (s *Service) Lock(tx pg.Tx, subjectType string, subjectID uuid.UUID) error { return errNotYet }

// Void ends the pending and approved requests about a subject, because its protected content has changed or it is gone.
// The subject isn't called. It does nothing when there are none.
func (s *Service) Void(tx pg.Tx, subjectType string, subjectID uuid.UUID, reason string) error {
	return errNotYet
}

// Latest returns the last request of a matter about a subject. Returns errs.ErrNotFound when there is none.
func (s *Service) Latest(tx pg.Tx, matter, subjectType string, subjectID uuid.UUID) (Request, error) {
	return Request{}, errNotYet
}

// ApproveRequest approves the open step of a request. The last step's approval ends it and calls the subject. Locks the request.
func (s *Service) ApproveRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, v Verdict) (Request, error) {
	return Request{}, errNotYet
}

// RejectRequest ends a request with no. Locks the request.
func (s *Service) RejectRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, v Verdict) (Request, error) {
	return Request{}, errNotYet
}

// ReturnRequest ends a request by sending the document back for rework. Locks the request.
func (s *Service) ReturnRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, v Verdict) (Request, error) {
	return Request{}, errNotYet
}

// WithdrawRequest ends a request by its submitter. Locks the request.
func (s *Service) WithdrawRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, v Verdict) (Request, error) {
	return Request{}, errNotYet
}
