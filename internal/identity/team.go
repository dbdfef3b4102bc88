package identity

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// CreateTeam creates a team of a department. Returns ErrTeamCode, ErrLeaderUnfit, ErrInactive for a deactivated
// department, errs.ErrReferenced for an unknown one.
func (s *Service) CreateTeam(tx pg.Tx, _ Principal, in Place) (Team, error) {
	if err := lockPlace(tx, &in.DepartmentID, nil); err != nil {
		return Team{}, err
	}
	if err := fitLeader(tx, in.LeaderID, in.DepartmentID, "/leader_id"); err != nil {
		return Team{}, err
	}
	t := Team{
		ID: uuid.Must(uuid.NewV7()), Code: in.Code, Name: in.Name, DepartmentID: in.DepartmentID, LeaderID: in.LeaderID,
		Active: true, CreatedAt: tx.Now, Version: 1,
	}
	if err := pg.Insert(tx, &t); err != nil {
		return Team{}, err
	}
	s.cache.forgetAll()
	return t, audit.Record(tx, audit.Entry{Action: "createTeam", SubjectType: "team", SubjectID: t.ID, After: t})
}

// GetTeam returns one team. Returns errs.ErrNotFound.
func (s *Service) GetTeam(tx pg.Tx, _ Principal, id uuid.UUID) (Team, error) {
	return pg.Take[Team](tx, "id = ?", id)
}

// ListTeams returns a page of teams by code; of one department when that is given.
func (s *Service) ListTeams(tx pg.Tx, _ Principal, department *uuid.UUID, page pg.Page) ([]Team, string, error) {
	if department != nil {
		tx.DB = tx.Where("department_id = ?", *department)
	}
	rows, err := byCode[Team](tx, page)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(t Team) any { return t.Code })
}

// UpdateTeam changes name, leader or activity. Locks the team, then the new leader. Returns ErrLeaderUnfit for a leader
// who isn't an active person of the team's department, ErrNotEmpty when active members would be left in a deactivated one.
func (s *Service) UpdateTeam(tx pg.Tx, _ Principal, id uuid.UUID, version *int64, ch PlaceChange) (Team, error) {
	return s.changeTeam(tx, "updateTeam", id, version, ch)
}

func (s *Service) changeTeam(tx pg.Tx, action string, id uuid.UUID, version *int64, ch PlaceChange) (Team, error) {
	old, err := pg.TakeForUpdate[Team](tx, "id = ?", id)
	if err != nil {
		return Team{}, err
	}
	if !matches(version, old.Version) {
		return Team{}, errs.ErrStale
	}
	t := old
	set(&t.Name, ch.Name)
	set(&t.Active, ch.Active)
	if ch.LeaderID != nil {
		t.LeaderID = given(ch.LeaderID)
		if err := fitLeader(tx, t.LeaderID, t.DepartmentID, "/leader_id"); err != nil {
			return Team{}, err
		}
	}
	if old.Active && !t.Active {
		if err := empty(tx, "SELECT EXISTS (SELECT FROM users WHERE team_id = @id AND active)", id); err != nil {
			return Team{}, err
		}
	}
	err = pg.Update(tx, "teams", id, old.Version, map[string]any{"name": t.Name, "leader_id": t.LeaderID, "active": t.Active})
	if err != nil {
		return Team{}, err
	}
	t.Version++
	s.cache.forgetAll()
	return t, audit.Record(tx, audit.Entry{Action: action, SubjectType: "team", SubjectID: id, Before: old, After: t})
}

// DeactivateTeam closes a team. Returns ErrNotEmpty while active people belong to it.
func (s *Service) DeactivateTeam(tx pg.Tx, _ Principal, id uuid.UUID, version *int64) (Team, error) {
	return s.changeTeam(tx, "deactivateTeam", id, version, PlaceChange{Active: new(false)})
}
