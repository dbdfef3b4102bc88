package pricing

import (
	"errors"
	"maps"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// State is where a base price list or a price authority table stands on its way into force.
type State string

// The states.
const (
	Draft     State = "draft"
	Submitted State = "submitted"
	Approved  State = "approved" // a base price list of many lines, while these are written ahead of its instant
	Published State = "published"
	Recalled  State = "recalled" // a base price list that was called back before its time
	Rejected  State = "rejected"
	Cancelled State = "cancelled"
)

// Standing is where a published version stands in time.
type Standing string

// The standings. A version that isn't published has none.
const (
	Scheduled  Standing = "scheduled"
	InForce    Standing = "in_force"
	Superseded Standing = "superseded"
)

// Revision is what a base price list and a price authority table have in common: one version on its way from draft into
// force, by approval.
type Revision struct {
	ID          uuid.UUID
	Number      string
	State       State
	EffectiveAt *time.Time // nil: when it is approved
	Reason      string
	CreatedAt   time.Time
	CreatedBy   *uuid.UUID
	SubmittedAt *time.Time
	SubmittedBy *uuid.UUID
	ApprovalID  *uuid.UUID
	PublishedAt *time.Time
	Version     int64

	Standing Standing `gorm:"-" json:",omitempty"` // filled in by reads
}

// editable reports whether the content may change: until it is decided.
func (r Revision) editable() bool { return r.State == Draft || r.State == Submitted }

// checkEffective refuses an effective time before now: what was in force at a past instant never changes (PRC-07).
func checkEffective(at *time.Time, now time.Time) error {
	if at != nil && at.Before(now) {
		return ErrEffectivePast.At("/effective_at")
	}
	return nil
}

// begin makes the draft of a new version.
func begin(tx pg.Tx, series, reason string, effectiveAt *time.Time) (Revision, error) {
	if err := checkEffective(effectiveAt, tx.Now); err != nil {
		return Revision{}, err
	}
	number, err := pg.NextNumber(tx, series, tx.Now.In(clock.Shanghai))
	return Revision{
		ID: uuid.Must(uuid.NewV7()), Number: number, State: Draft, EffectiveAt: utc(effectiveAt), Reason: reason,
		CreatedAt: tx.Now, CreatedBy: tx.By.Actor(), Version: 1,
	}, err
}

// store writes the columns of the revision and those of more, and raises the version.
func (r *Revision) store(tx pg.Tx, table string, more map[string]any) error {
	set := map[string]any{
		"state": r.State, "effective_at": r.EffectiveAt, "reason": r.Reason, "submitted_at": r.SubmittedAt,
		"submitted_by": r.SubmittedBy, "approval_id": r.ApprovalID, "published_at": r.PublishedAt,
	}
	maps.Copy(set, more)
	if err := pg.Update(tx, table, r.ID, r.Version, set); err != nil {
		return err
	}
	r.Version++
	return nil
}

// reopen makes a submitted version a draft again; what was being approved is no longer what is there.
func (s *Service) reopen(tx pg.Tx, subjectType string, r *Revision) error {
	if !r.editable() {
		return ErrNotEditable.With("state", r.State)
	}
	if r.State == Draft {
		return nil
	}
	r.back()
	return s.approvals.Void(tx, subjectType, r.ID, "changed by its author")
}

func (r *Revision) back() {
	r.State, r.SubmittedAt, r.SubmittedBy, r.ApprovalID = Draft, nil, nil, nil
}

// submit asks for the approval of a draft and tells whether it was given at once.
func (s *Service) submit(tx pg.Tx, who identity.Principal, r *Revision, sub approval.Submission) (approved bool, err error) {
	req, err := s.approvals.Submit(tx, who, sub)
	if err != nil {
		return false, err
	}
	r.State, r.SubmittedAt, r.SubmittedBy, r.ApprovalID = Submitted, &tx.Now, tx.By.Actor(), &req.ID
	return req.State == approval.Approved, nil
}

// publish gives a version its place in time: its effective time, or now where that has passed meanwhile. Two versions
// never get one instant; the one approved later comes a microsecond after, and its content counts.
func (r *Revision) publish(tx pg.Tx, table string) error {
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", table).Error; err != nil {
		return err
	}
	now := tx.Later() // what was judged while this waited stays judged by what held then
	at := now
	if r.EffectiveAt != nil && r.EffectiveAt.After(at) {
		at = *r.EffectiveAt
	}
	at, err := freeInstant(tx, table, r.ID, at)
	r.State, r.EffectiveAt, r.PublishedAt = Published, &at, &now
	return err
}

// freeInstant returns the first instant from at on that no other version has. The caller holds off other publications.
func freeInstant(tx pg.Tx, table string, id uuid.UUID, at time.Time) (time.Time, error) {
	for {
		var taken bool
		err := tx.Raw("SELECT EXISTS (SELECT FROM "+table+" WHERE state IN ('approved', 'published') AND effective_at = ? AND id <> ?)", at, id).Scan(&taken).Error
		if err != nil || !taken {
			return at, err
		}
		at = at.Add(time.Microsecond)
	}
}

// decided moves a submitted version to what its approval came to, short of publishing it.
func (r *Revision) decided(state approval.State) {
	switch state {
	case approval.Rejected:
		r.State = Rejected
	case approval.Returned, approval.Withdrawn, approval.Void:
		r.back()
	case approval.Approved, approval.Pending:
	}
}

// inForce returns the id of the version in force at an instant, uuid.Nil before the first.
func inForce(tx pg.Tx, table string, at time.Time) (uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw("SELECT id FROM "+table+" WHERE state = 'published' AND effective_at <= ? ORDER BY effective_at DESC LIMIT 1", at).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return uuid.Nil, err
	}
	return ids[0], nil
}

// stand fills in where the version stands in time, given the one in force now.
func (r *Revision) stand(inForce uuid.UUID, now time.Time) {
	switch {
	case r.State != Published:
		r.Standing = ""
	case r.ID == inForce:
		r.Standing = InForce
	case r.EffectiveAt.After(now):
		r.Standing = Scheduled
	default:
		r.Standing = Superseded
	}
}

// lockFor locks the approval requests about a version, which come first in the lock order, then the version. version is
// optional. Returns errs.ErrStale when it isn't the version given.
func lockFor[T interface{ revision() Revision }](s *Service, tx pg.Tx, subjectType string, id uuid.UUID, version *int64) (T, error) {
	var zero T
	if err := s.approvals.Lock(tx, subjectType, id); err != nil {
		return zero, err
	}
	row, err := pg.TakeForUpdate[T](tx, "id = ?", id)
	if err != nil {
		return zero, err
	}
	if version != nil && row.revision().Version != *version {
		return zero, errs.ErrStale
	}
	return row, nil
}

// errNotWaiting reports an approval that speaks of something that isn't waiting for it: a fault of the program.
var errNotWaiting = errors.New("pricing: an approval was decided of what wasn't submitted")

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC().Truncate(time.Microsecond)
	return &u
}
