package prospect

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ReturnToPool puts at most limit prospects into the shared pool that nobody has touched for customer.pool_after_days, counted in
// days of Shanghai: one touched on the 1st with 90 days returns on the 90th day after it. Their owners are told. Does nothing
// while customer.pool_enabled is false. It returns how many it moved; repeating it changes nothing.
func (s *Service) ReturnToPool(tx pg.Tx, limit int) (int, error) {
	enabled, err := s.rules.Bool(tx, "customer.pool_enabled")
	if err != nil || !enabled {
		return 0, err
	}
	days, err := s.rules.Int(tx, "customer.pool_after_days")
	if err != nil {
		return 0, err
	}
	rows, err := lockUntouched(tx, untouchedBefore(clock.Today(tx.Now), days), limit)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	entries, tasks, ids := make([]audit.Entry, len(rows)), make([]followup.Task, len(rows)), make([]uuid.UUID, len(rows))
	for i, x := range rows {
		ids[i] = x.ID
		entries[i] = audit.Entry{
			Action: "returnProspectToPool", SubjectType: Subject, SubjectID: x.ID,
			Before: map[string]any{"state": x.State}, After: map[string]any{"state": Pooled, "owner_id": x.OwnerID, "last_touched_at": x.LastTouchedAt},
		}
		tasks[i] = followup.Task{
			Kind: "prospect.returned_to_pool", SubjectType: Subject, SubjectID: x.ID, Number: x.Number, UserID: &rows[i].OwnerID, Inform: true,
			TitleEN: "Back in the shared pool for want of contact: " + x.Name, TitleZH: "长期未跟进,已退回公海:" + x.Name,
		}
	}
	if err := pool(tx, ids); err != nil {
		return 0, err
	}
	if err := followup.Open(tx, tasks...); err != nil {
		return 0, err
	}
	return len(rows), audit.RecordAll(tx, entries)
}

// Claim takes a prospect out of the shared pool for the caller: first come, first served (CUS-08). Who lost it may claim it
// again. Returns errs.ErrState for one of the caller's own that isn't in the pool, errs.ErrNotFound for one that somebody else
// has claimed meanwhile, ErrOwner, and ErrOutside (CUS-09). Locks the prospect.
func (s *Service) Claim(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Prospect, error) {
	return s.edit(tx, who, id, version, "claimProspect", func(x *Prospect) error {
		if err := x.mustBe(Pooled); err != nil {
			return err
		}
		if err := mustSell(tx, who.ID); err != nil {
			return err
		}
		outside, err := s.Outside(tx, who.ID, x.Industry, x.Region)
		if err == nil && outside && !identity.Allowed(who, "customer.assign") {
			err = ErrOutside.With()
		}
		if err != nil {
			return err
		}
		x.give(tx, who.ID)
		return nil
	})
}

// Assign gives a prospect to another owner for a reason, also one in the pool. Who may, holds customer.assign. Returns ErrOwner,
// ErrNotImpartial to a side of an open dispute about it, and errs.ErrState for one that is settled. Locks the prospect.
func (s *Service) Assign(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, owner uuid.UUID, reason string) (Prospect, error) {
	return s.edit(tx, who, id, version, "assignProspect", func(x *Prospect) error {
		if err := x.mustBe(Active, Pooled); err != nil {
			return err
		}
		if err := MustBeImpartial(tx, who, x.ID); err != nil {
			return err
		}
		if err := mustSell(tx, owner); err != nil {
			return err
		}
		x.give(tx, owner)
		x.assignReason = reason
		return nil
	})
}

// give makes somebody the owner from now on.
func (x *Prospect) give(tx pg.Tx, owner uuid.UUID) {
	x.State, x.OwnerID, x.OwnedAt, x.JointOwnerID, x.LastTouchedAt, x.UpdatedAt = Active, owner, tx.Now, nil, tx.Now, tx.Now
}
