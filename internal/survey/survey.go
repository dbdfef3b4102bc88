package survey

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
)

// State is where a survey stands. The names are the API's.
type State string

// The states.
const (
	Open     State = "open"
	Answered State = "answered"
	Closed   State = "closed" // the customer won't answer
)

// Source is who wrote the answer down.
type Source string

// The sources.
const (
	ByLink Source = "link" // the customer
	ByRep  Source = "rep"
)

// Scores are the four of CUS-14, each from 1 to 5.
type Scores struct {
	Quality  int
	Response int
	Speed    int
	Attitude int
}

// check returns ErrScores for one out of bounds.
func (s Scores) check() error {
	for name, n := range s.byName() {
		if n < 1 || n > 5 {
			return ErrScores.At("/" + name)
		}
	}
	return nil
}

func (s Scores) byName() map[string]int {
	return map[string]int{"quality": s.Quality, "response": s.Response, "speed": s.Speed, "attitude": s.Attitude}
}

// lowest is the worst of the four.
func (s Scores) lowest() int { return min(s.Quality, s.Response, s.Speed, s.Attitude) }

// unsatisfied is CUS-14: a score at or below the bound on any of the four.
func (s Scores) unsatisfied(bound int) bool { return s.lowest() <= bound }

// Answer is what a customer says of a delivery.
type Answer struct {
	Scores
	Remark string
	Name   string // who at the customer's said so
}

// Survey asks about one delivery. Scores are nil until it is answered.
type Survey struct {
	ID             uuid.UUID
	DeliveryNoteID uuid.UUID
	NoteNumber     string
	LeftOn         time.Time // the day in Shanghai
	CustomerID     uuid.UUID
	OwnerID        uuid.UUID
	State          State
	OpenedAt       time.Time
	Quality        *int
	Response       *int
	Speed          *int
	Attitude       *int
	Remark         string
	AnsweredByName string
	Source         Source
	RecordedBy     *uuid.UUID
	AnsweredAt     *time.Time
	Unsatisfied    bool
	ClosedReason   string
	Version        int64
}

// mustBeOpen returns ErrEnded for an answered or closed survey, and errs.ErrStale for another version than the caller read.
func (s Survey) mustBeOpen(version *int64) error {
	if version != nil && *version != s.Version {
		return errs.ErrStale
	}
	if s.State != Open {
		return ErrEnded.With("state", s.State)
	}
	return nil
}

// trace is the survey as its events show it.
func (s Survey) trace() map[string]any {
	return map[string]any{
		"note": s.NoteNumber, "customer_id": s.CustomerID, "state": s.State, "quality": s.Quality, "response": s.Response, "speed": s.Speed,
		"attitude": s.Attitude, "remark": s.Remark, "source": s.Source, "unsatisfied": s.Unsatisfied, "reason": s.ClosedReason, "version": s.Version,
	}
}

// Link lets the customer's side answer once. Its token is shown when it is made and kept nowhere.
type Link struct {
	ID        uuid.UUID
	SurveyID  uuid.UUID
	TokenHash []byte
	CreatedBy uuid.UUID
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
	RevokedAt *time.Time
}

// TableName implements gorm's Tabler.
func (Link) TableName() string { return "survey_links" }

// good reports whether the link can still be used.
func (l Link) good(now time.Time) bool {
	return l.UsedAt == nil && l.RevokedAt == nil && now.Before(l.ExpiresAt)
}
