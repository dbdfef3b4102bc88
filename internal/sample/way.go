package sample

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// MakeSample says that the factory has made an approved sample. Returns ErrState. Locks the sample.
func (s *Service) MakeSample(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, note string, files ...uuid.UUID) (Sample, error) {
	return s.work(tx, who, id, version, Make, "makeSample", func(x *Sample) error {
		x.State, x.MadeAt, x.MadeBy, x.MadeNote = Made, &tx.Now, &who.ID, strings.TrimSpace(note)
		return s.files.Bind(tx, who, Subject, x.ID, files...)
	})
}

// SignSample is the plant manager's signature under the finished sample order (SMP-02). Returns ErrSigner, ErrState. Locks the sample.
func (s *Service) SignSample(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Sample, error) {
	if !who.Has(identity.ProductionManager) || who.Kind != identity.KindUser { // SMP-02
		return Sample{}, ErrSigner
	}
	return s.work(tx, who, id, version, Sign, "signSample", func(x *Sample) error {
		x.State, x.SignedAt, x.SignedBy = Signed, &tx.Now, &who.ID
		d := decision.New("sample", Subject, x.ID)
		d.DecidedBy = &who.ID
		d.Check("SMP-02", true, map[string]string{"signed_by": who.ID.String()}, "The plant manager has signed the finished sample order.", "厂长已在样品完工单上签字。")
		return decision.Record(tx, &d)
	})
}

// Sending is how a sample went out.
type Sending struct {
	SentOn     *time.Time // business date; nil is today
	Carrier    string
	TrackingNo string
}

// SendSample registers that a signed sample was sent, and from when its result is asked for (SMP-01). Returns ErrUnsigned, ErrState. Locks the
// sample.
func (s *Service) SendSample(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, how Sending, files ...uuid.UUID) (Sample, error) {
	return s.sell(tx, who, id, version, Send, "sendSample", func(x *Sample) error {
		today := clock.Today(tx.Now)
		if how.SentOn == nil || how.SentOn.After(today) {
			how.SentOn = &today
		}
		x.State, x.SentAt, x.SentBy, x.SentOn = Sent, &tx.Now, &who.ID, how.SentOn
		x.Carrier, x.TrackingNo = strings.TrimSpace(how.Carrier), strings.TrimSpace(how.TrackingNo)
		if err := s.askAgain(tx, x, nil); err != nil {
			return err
		}
		return s.files.Bind(tx, who, Subject, x.ID, files...)
	})
}

// NoteSample records what the customer said meanwhile, and when to ask again: next, else after sample.follow_up_days. Returns ErrNext, ErrState.
// Locks the sample.
func (s *Service) NoteSample(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, note string, next *time.Time) (Sample, error) {
	return s.sell(tx, who, id, version, Note, "noteSample", func(x *Sample) error {
		if next != nil && !next.After(tx.Now) {
			return ErrNext.At("/next_at")
		}
		if err := s.askAgain(tx, x, next); err != nil {
			return err
		}
		n := Remark{ID: uuid.Must(uuid.NewV7()), SampleID: x.ID, Note: strings.TrimSpace(note), NextAt: next, RecordedAt: tx.Now, RecordedBy: &who.ID}
		if err := pg.Insert(tx, &n); err != nil {
			return err
		}
		return closeTasks(tx, x.ID, taskResult) // keep opens it with the new time
	})
}

// RecordResult is what the customer says in the end: passed, failed or changed wishes (SMP-01). Returns ErrState. Locks the sample.
func (s *Service) RecordResult(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, outcome State, result string, files ...uuid.UUID) (Sample, error) {
	return s.sell(tx, who, id, version, Result, "recordSampleResult", func(x *Sample) error {
		if outcome != Passed && outcome != Failed && outcome != Changed {
			return ErrState.With("state", outcome)
		}
		x.State, x.Result, x.ResultAt, x.FollowFrom, x.FollowUpAt = outcome, strings.TrimSpace(result), &tx.Now, nil, nil
		return s.files.Bind(tx, who, Subject, x.ID, files...)
	})
}

// askAgain sets when the result is asked for next.
func (s *Service) askAgain(tx pg.Tx, x *Sample, at *time.Time) error {
	if at != nil {
		x.FollowFrom, x.FollowUpAt = nil, at
		return nil
	}
	days, err := s.rules.Int(tx, "sample.follow_up_days")
	due := tx.Calendar().Due(clock.Term{From: tx.Now, Days: days})
	x.FollowFrom, x.FollowUpAt = &tx.Now, &due
	return err
}

// sell is the frame of what sales does.
func (s *Service) sell(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, v Verb, action string, change func(*Sample) error) (Sample, error) {
	if !identity.Sells(who.Roles) || who.Kind != identity.KindUser {
		return Sample{}, ErrNotYours
	}
	return s.work(tx, who, id, version, v, action, change)
}

// work is the frame of every change by a person: lock, see, compare versions and states, change, store, audit.
func (s *Service) work(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, v Verb, action string, change func(*Sample) error) (Sample, error) {
	if v == Submit || v == Cancel {
		if err := s.approvals.Lock(tx, Subject, id); err != nil {
			return Sample{}, err
		}
	}
	x, err := lock(tx, id)
	if err != nil {
		return Sample{}, err
	}
	if err := who.MustSee(x.OwnerID); err != nil {
		return Sample{}, err
	}
	if err := x.must(v, version); err != nil {
		return Sample{}, err
	}
	before := x.trace()
	if err := change(&x); err != nil {
		return Sample{}, err
	}
	if err := s.keep(tx, &x, action, before); err != nil {
		return Sample{}, err
	}
	return x, s.complete(tx, &x)
}

// keep stores a sample, sees to its follow-ups and records the event.
func (s *Service) keep(tx pg.Tx, x *Sample, action string, before map[string]any) error {
	x.UpdatedAt = tx.Now
	if err := store(tx, x); err != nil {
		return err
	}
	if err := s.tasks(tx, *x); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: x.ID, Before: before, After: x.trace()})
}
