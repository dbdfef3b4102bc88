package approval

import (
	"sync"
	"sync/atomic"

	"github.com/salesgate/salesgate/internal/rulebook"
)

// Service is the approval engine. Build one per process; it is safe for concurrent use once its subjects are registered.
type Service struct {
	rulebook *rulebook.Service
	subjects map[string]Subject
	heads    atomic.Pointer[heads]
	programs sync.Map // uuid.UUID of a matrix version → *program
}

// New returns an engine without subjects, which asks rb for the parameters of the rules.
func New(rb *rulebook.Service) *Service {
	return &Service{rulebook: rb, subjects: map[string]Subject{}}
}

// Register names the module that is told the outcome of a matter's requests. Call it before the engine is used. It
// panics on a matter that isn't declared or has a subject: that is a fault of the program.
func (s *Service) Register(matter string, subject Subject) {
	if matters()[matter] == nil {
		panic("approval: no such matter: " + matter)
	}
	if s.subjects[matter] != nil {
		panic("approval: matter has a subject: " + matter)
	}
	s.subjects[matter] = subject
}
