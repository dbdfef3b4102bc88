package leave

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// lockPeople locks users in id order and says who of them is active.
func lockPeople(tx pg.Tx, ids ...uuid.UUID) (map[uuid.UUID]bool, error) {
	var rows []struct {
		ID     uuid.UUID
		Active bool
	}
	err := tx.Raw(`SELECT id, active FROM users WHERE id IN ? ORDER BY id FOR NO KEY UPDATE`, ids).Scan(&rows).Error
	active := make(map[uuid.UUID]bool, len(rows))
	for _, r := range rows {
		active[r.ID] = r.Active
	}
	return active, err
}

// overlapping returns the leaves that count in part of this one's time and have its person or its deputy in them.
func overlapping(tx pg.Tx, l Leave) ([]Leave, error) {
	var rows []Leave
	return rows, tx.Where(`state IN ('handover', 'submitted', 'approved') AND first_day <= ? AND last_day >= ?
		AND (person_id IN ? OR deputy_id = ?)`, l.LastDay, l.FirstDay, []uuid.UUID{l.PersonID, l.DeputyID}, l.PersonID).
		Order("id").Find(&rows).Error
}

// over locks leaves that are over, or that begin without their handover.
func over(tx pg.Tx, limit int) ([]Leave, error) {
	today := clock.Today(tx.Now)
	var rows []Leave
	return rows, tx.Raw(`SELECT * FROM leaves WHERE state = 'approved' AND last_day < ? OR state = 'handover' AND first_day <= ?
		ORDER BY id LIMIT ? FOR NO KEY UPDATE SKIP LOCKED`, today, today, limit).Find(&rows).Error
}

func update(tx pg.Tx, l *Leave) error {
	err := pg.Update(tx, "leaves", l.ID, l.Version, map[string]any{
		"handover_note": l.HandoverNote, "handover_at": l.HandoverAt, "papers_at": l.PapersAt, "state": l.State,
		"approval_id": l.ApprovalID, "ended_at": l.EndedAt, "end_reason": l.EndReason,
	})
	l.Version++
	return err
}

// locked locks a leave that the principal sees.
func (s *Service) locked(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Leave, error) {
	l, err := pg.TakeForUpdate[Leave](tx, "id = ?", id)
	if err != nil {
		return Leave{}, err
	}
	if err := mustSee(tx, who, l); err != nil {
		return Leave{}, err
	}
	if version != nil && *version != l.Version {
		return Leave{}, errs.ErrStale
	}
	return l, nil
}

// all are those who see everybody's leave.
var all = []identity.Role{identity.HR, identity.GeneralManager, identity.Auditor, identity.Admin}

// visible is the condition of a leave (l) that the principal sees: their own, those in which they are the deputy, and those of
// the people whom they lead; HR, the general manager, the auditor and the administrator see all.
func visible(who identity.Principal) (string, map[string]any) {
	if who.Has(all...) || who.Kind == identity.KindSystem {
		return "@me = @me", map[string]any{"me": who.ID.String()}
	}
	people := []uuid.UUID{who.ID}
	if owners, everybody := who.Owners(); !everybody {
		people = append(people, owners...)
	}
	return `(l.person_id IN @people OR l.deputy_id = @me
		OR EXISTS (SELECT FROM departments d WHERE d.id = l.department_id AND d.head_id = @me)
		OR EXISTS (SELECT FROM users u JOIN teams t ON t.id = u.team_id WHERE u.id = l.person_id AND t.leader_id = @me))`,
		map[string]any{"people": people, "me": who.ID}
}

func mustSee(tx pg.Tx, who identity.Principal, l Leave) error {
	cond, args := visible(who)
	args["id"] = l.ID
	var seen bool
	err := tx.Raw(`SELECT EXISTS (SELECT FROM leaves l WHERE l.id = @id AND `+cond+`)`, args).Scan(&seen).Error
	if err == nil && !seen {
		err = errs.ErrNotFound
	}
	return err
}

// See reports errs.ErrNotFound for a leave that the principal may not see: its files are as visible as itself.
func See(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	return mustSee(tx, who, Leave{ID: id})
}

// Get returns a leave. Returns errs.ErrNotFound.
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Leave, error) {
	l, err := pg.Take[Leave](tx, "id = ?", id)
	if err != nil {
		return Leave{}, err
	}
	return l, mustSee(tx, who, l)
}

// Filter narrows the list; zero values don't.
type Filter struct {
	PersonID *uuid.UUID
	DeputyID *uuid.UUID
	State    State
	From, To *time.Time // leave with a day in this time
}

// List returns the leaves that the principal sees, the last applied for first. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Leave, string, error) {
	cond, args := visible(who)
	q := tx.Table("leaves l").Select("l.*").Where(cond, args)
	if f.PersonID != nil {
		q = q.Where("l.person_id = ?", *f.PersonID)
	}
	if f.DeputyID != nil {
		q = q.Where("l.deputy_id = ?", *f.DeputyID)
	}
	if f.State != "" {
		q = q.Where("l.state = ?", f.State)
	}
	if f.From != nil {
		q = q.Where("l.last_day >= ?", *f.From)
	}
	if f.To != nil {
		q = q.Where("l.first_day <= ?", *f.To)
	}
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("l.id < ?", last)
	}
	var rows []Leave
	if err := q.Order("l.id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(l Leave) any { return l.ID })
}
