package identity

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// Place is a department or a team to be created.
type Place struct {
	Code, Name   string
	DepartmentID uuid.UUID  // of a team
	LeaderID     *uuid.UUID // head of the department or leader of the team
}

// PlaceChange says what to change about a department or a team; nil leaves a field as it is.
type PlaceChange struct {
	Name     *string
	LeaderID *uuid.NullUUID // head or leader; an invalid one leaves the place without
	Active   *bool
}

// CreateDepartment creates a department without a head: nobody belongs to it yet. Returns ErrDepartmentCode.
func (s *Service) CreateDepartment(tx pg.Tx, _ Principal, in Place) (Department, error) {
	if in.LeaderID != nil {
		return Department{}, ErrLeaderUnfit.At("/head_id")
	}
	d := Department{
		ID: uuid.Must(uuid.NewV7()), Code: in.Code, Name: in.Name, Active: true, CreatedAt: tx.Now, Version: 1,
	}
	if err := pg.Insert(tx, &d); err != nil {
		return Department{}, err
	}
	return d, audit.Record(tx, audit.Entry{Action: "createDepartment", SubjectType: "department", SubjectID: d.ID, After: d})
}

// GetDepartment returns one department. Returns errs.ErrNotFound.
func (s *Service) GetDepartment(tx pg.Tx, _ Principal, id uuid.UUID) (Department, error) {
	return pg.Take[Department](tx, "id = ?", id)
}

// ListDepartments returns a page of departments by code.
func (s *Service) ListDepartments(tx pg.Tx, _ Principal, page pg.Page) ([]Department, string, error) {
	rows, err := byCode[Department](tx, page)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(d Department) any { return d.Code })
}

// byCode reads one row more than a page holds, in order of code.
func byCode[T any](tx pg.Tx, page pg.Page) ([]T, error) {
	q := tx.DB
	var after string
	more, err := page.After(&after)
	if err != nil {
		return nil, err
	}
	if more {
		q = q.Where("code > ?", after)
	}
	var rows []T
	return rows, q.Order("code").Limit(page.Limit + 1).Find(&rows).Error
}

// UpdateDepartment changes name, head or activity. Locks the department, then the new head. Returns ErrLeaderUnfit for a
// head who isn't an active person of the department, ErrNotEmpty when people or teams would be left in a deactivated one.
func (s *Service) UpdateDepartment(tx pg.Tx, _ Principal, id uuid.UUID, version *int64, ch PlaceChange) (Department, error) {
	return s.changeDepartment(tx, "updateDepartment", id, version, ch)
}

func (s *Service) changeDepartment(tx pg.Tx, action string, id uuid.UUID, version *int64, ch PlaceChange) (Department, error) {
	old, err := pg.TakeForUpdate[Department](tx, "id = ?", id)
	if err != nil {
		return Department{}, err
	}
	if !matches(version, old.Version) {
		return Department{}, errs.ErrStale
	}
	d := old
	set(&d.Name, ch.Name)
	set(&d.Active, ch.Active)
	if ch.LeaderID != nil {
		d.HeadID = given(ch.LeaderID)
		if err := fitLeader(tx, d.HeadID, id, "/head_id"); err != nil {
			return Department{}, err
		}
	}
	if old.Active && !d.Active {
		if err := empty(tx, "SELECT EXISTS (SELECT FROM users WHERE department_id = @id AND active) OR "+
			"EXISTS (SELECT FROM teams WHERE department_id = @id AND active)", id); err != nil {
			return Department{}, err
		}
	}
	err = pg.Update(tx, "departments", id, old.Version, map[string]any{"name": d.Name, "head_id": d.HeadID, "active": d.Active})
	if err != nil {
		return Department{}, err
	}
	d.Version++
	s.cache.forgetAll()
	return d, audit.Record(tx, audit.Entry{
		Action: action, SubjectType: "department", SubjectID: id, Before: old, After: d,
	})
}

// DeactivateDepartment closes a department. Returns ErrNotEmpty while active people belong to it.
func (s *Service) DeactivateDepartment(tx pg.Tx, _ Principal, id uuid.UUID, version *int64) (Department, error) {
	return s.changeDepartment(tx, "deactivateDepartment", id, version, PlaceChange{Active: new(false)})
}

// fitLeader locks the person and returns ErrLeaderUnfit unless they are an active one of the department.
func fitLeader(tx pg.Tx, id *uuid.UUID, department uuid.UUID, pointer string) error {
	if id == nil {
		return nil
	}
	var fit []bool
	err := tx.Raw("SELECT active AND department_id IS NOT DISTINCT FROM ? FROM users WHERE id = ? FOR UPDATE",
		department, *id).Scan(&fit).Error
	if err == nil && (len(fit) == 0 || !fit[0]) {
		err = ErrLeaderUnfit.At(pointer)
	}
	return err
}

// empty returns ErrNotEmpty when the query finds somebody. The caller's lock keeps newcomers out (lockPlace).
func empty(tx pg.Tx, query string, id uuid.UUID) error {
	var occupied bool
	err := tx.Raw(query, map[string]any{"id": id}).Scan(&occupied).Error
	if err == nil && occupied {
		err = ErrNotEmpty
	}
	return err
}
