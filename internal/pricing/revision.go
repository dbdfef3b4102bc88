package pricing

import (
	"errors"
	"maps"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
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

// CheckEffective refuses an effective time before now: what was in force at a past instant never changes (PRC-07). Returns
// ErrEffectivePast.
func CheckEffective(at *time.Time, now time.Time) error {
	if at != nil && at.Before(now) {
		return ErrEffectivePast.At("/effective_at")
	}
	return nil
}

// Begin makes the draft of a new version, numbered in a series. Returns ErrEffectivePast.
func Begin(tx pg.Tx, series, reason string, effectiveAt *time.Time) (Revision, error) {
	if err := CheckEffective(effectiveAt, tx.Now); err != nil {
		return Revision{}, err
	}
	number, err := pg.NextNumber(tx, series, tx.Now.In(clock.Shanghai))
	return Revision{
		ID: uuid.Must(uuid.NewV7()), Number: number, State: Draft, EffectiveAt: utc(effectiveAt), Reason: reason,
		CreatedAt: tx.Now, CreatedBy: tx.By.Actor(), Version: 1,
	}, err
}

// Store writes the columns of the revision and those of more, and raises the version. Returns errs.ErrStale.
func (r *Revision) Store(tx pg.Tx, table string, more map[string]any) error {
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

// Reopen makes a submitted version a draft again; what was being approved is no longer what is there. The caller holds the approval
// requests and the version. Returns ErrNotEditable.
func (r *Revision) Reopen(tx pg.Tx, approvals *approval.Service, subjectType string) error {
	if !r.editable() {
		return ErrNotEditable.With("state", r.State)
	}
	if r.State == Draft {
		return nil
	}
	r.back()
	return approvals.Void(tx, subjectType, r.ID, "changed by its author")
}

func (r *Revision) back() {
	r.State, r.SubmittedAt, r.SubmittedBy, r.ApprovalID = Draft, nil, nil, nil
}

// Submit asks for the approval of a draft and tells whether it was given at once.
func (r *Revision) Submit(tx pg.Tx, approvals *approval.Service, who identity.Principal, sub approval.Submission) (approved bool, err error) {
	req, err := approvals.Submit(tx, who, sub)
	if err != nil {
		return false, err
	}
	r.State, r.SubmittedAt, r.SubmittedBy, r.ApprovalID = Submitted, &tx.Now, tx.By.Actor(), &req.ID
	return req.State == approval.Approved, nil
}

// Publish gives a version its place in time: its effective time, or now where that has passed meanwhile. Two versions
// never get one instant; the one approved later comes a microsecond after, and its content counts.
func (r *Revision) Publish(tx pg.Tx, table string) error {
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", table).Error; err != nil {
		return err
	}
	now := tx.Later() // what was judged while this waited stays judged by what held then
	at := now
	if r.EffectiveAt != nil && r.EffectiveAt.After(at) {
		at = *r.EffectiveAt
	}
	at, err := FreeInstant(tx, table, r.ID, at)
	r.State, r.EffectiveAt, r.PublishedAt = Published, &at, &now
	return err
}

// FreeInstant returns the first instant from at on that no other version has. The caller holds off other publications.
func FreeInstant(tx pg.Tx, table string, id uuid.UUID, at time.Time) (time.Time, error) {
	for {
		var taken bool
		err := tx.Raw("SELECT EXISTS (SELECT FROM "+table+" WHERE state IN ('approved', 'published') AND effective_at = ? AND id <> ?)", at, id).Scan(&taken).Error
		if err != nil || !taken {
			return at, err
		}
		at = at.Add(time.Microsecond)
	}
}

// Decided moves a submitted version to what its approval came to, short of publishing it.
func (r *Revision) Decided(state approval.State) {
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

// Stand fills in where versions of one table stand in time now.
func Stand(tx pg.Tx, table string, versions ...*Revision) error {
	current, err := inForce(tx, table, tx.Now)
	for _, r := range versions {
		r.stand(current, tx.Now)
	}
	return err
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

// errNotWaiting reports an approval that speaks of something that isn't waiting for it: a fault of the program.
var errNotWaiting = errors.New("pricing: an approval was decided of what wasn't submitted")

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC().Truncate(time.Microsecond)
	return &u
}
