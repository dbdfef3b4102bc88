package identity

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestUsernamesAreUniqueUnderRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	var created, taken atomic.Int64
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			name := "same.name"
			if i%2 == 0 {
				name = "Same.Name"
			}
			err := w.tx(func(tx pg.Tx) error {
				_, err := w.s.CreateUser(tx, System(), NewUser{Username: name, Name: "同名", Roles: []Role{SalesRep}, Password: goodPassword})
				return err
			})
			e, ok := errs.As(err)
			switch {
			case err == nil:
				created.Add(1)
			case ok && e.Def == ErrUsernameTaken:
				taken.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if created.Load() != 1 || taken.Load() != 9 {
		t.Fatalf("%d created, %d refused", created.Load(), taken.Load())
	}
}

func TestCreateUserRefusals(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	nowhere := uuid.New()
	for name, c := range map[string]struct {
		change func(*NewUser)
		err    error
	}{
		"bad name":       {func(in *NewUser) { in.Username = "x" }, ErrUsernameFormat},
		"chinese name":   {func(in *NewUser) { in.Username = "王伟" }, ErrUsernameFormat},
		"unknown role":   {withRoles("emperor"), ErrUnknownRole},
		"machine role":   {withRoles(Integration), ErrUnknownRole},
		"weak password":  {func(in *NewUser) { in.Password = "1234567890" }, ErrWeakPassword},
		"foreign team":   {in(&o.other.ID, &o.north.ID), ErrTeamNotInDept},
		"team alone":     {in(nil, &o.north.ID), errs.ErrConstraint},
		"no such place":  {in(&nowhere, nil), errs.ErrReferenced},
		"unknown locale": {func(in *NewUser) { in.Locale = "fr" }, errs.ErrConstraint},
	} {
		err := o.tx(func(tx pg.Tx) error {
			nu := NewUser{Username: "someone", Name: "某人", Roles: []Role{SalesRep}, Password: goodPassword}
			c.change(&nu)
			_, err := o.s.CreateUser(tx, System(), nu)
			return err
		})
		t.Log(name)
		want(t, err, c.err)
	}
}

// Each constraint of the tables refuses what the code would let through.
func TestConstraintsHoldWithoutTheCode(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	for stmt, wanted := range map[string]error{
		"UPDATE users SET roles = '{emperor}'":                                    ErrUnknownRole,
		"UPDATE users SET username = 'UPPER' WHERE username = 'rep'":              ErrUsernameFormat,
		"UPDATE users SET username = 'mate' WHERE username = 'rep'":               ErrUsernameTaken,
		"UPDATE departments SET code = 'SALES'":                                   ErrDepartmentCode,
		"UPDATE teams SET code = 'NORTH'":                                         ErrTeamCode,
		"UPDATE users SET department_id = NULL WHERE username = 'rep'":            errs.ErrConstraint,
		"UPDATE sessions SET ended_why = 'whim'":                                  nil,
		"UPDATE teams SET leader_id = '00000000-0000-7000-8000-000000000000'":     errs.ErrReferenced,
		"UPDATE departments SET head_id = '00000000-0000-7000-8000-000000000000'": errs.ErrReferenced,
	} {
		err := o.tx(func(tx pg.Tx) error { return tx.Exec(stmt).Error })
		if wanted == nil {
			continue
		}
		want(t, err, wanted)
	}
}

func TestUpdateUser(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	name := "新名"
	var u User
	o.must(func(tx pg.Tx) (err error) {
		u, err = o.s.UpdateUser(tx, System(), o.rep.ID, 1, UserChange{Name: &name, Roles: &[]Role{SalesManager, SalesRep, SalesRep}})
		return err
	})
	var stored User
	o.must(func(tx pg.Tx) (err error) { stored, err = o.s.GetUser(tx, System(), u.ID); return err })
	if stored.Name != name || stored.Version != 2 || len(stored.Roles) != 2 || *stored.TeamID != o.north.ID {
		t.Fatalf("stored %+v", stored)
	}
	want(t, o.tx(func(tx pg.Tx) error {
		_, err := o.s.UpdateUser(tx, System(), o.rep.ID, 1, UserChange{Name: &name})
		return err
	}), errs.ErrStale)
	want(t, o.tx(func(tx pg.Tx) error {
		_, err := o.s.UpdateUser(tx, System(), uuid.New(), 1, UserChange{Name: &name})
		return err
	}), errs.ErrNotFound)
	want(t, o.tx(func(tx pg.Tx) error { // the team is of the old department
		_, err := o.s.UpdateUser(tx, System(), o.mate.ID, 1, UserChange{DepartmentID: &uuid.NullUUID{UUID: o.other.ID, Valid: true}})
		return err
	}), ErrTeamNotInDept)
}

func TestLeadersStayUntilReplaced(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	want(t, o.tx(func(tx pg.Tx) error {
		_, err := o.s.DeactivateUser(tx, System(), o.leader.ID, new(int64(1)))
		return err
	}), ErrLeads)
	want(t, o.tx(func(tx pg.Tx) error {
		_, err := o.s.UpdateUser(tx, System(), o.leader.ID, 1, UserChange{DepartmentID: &uuid.NullUUID{}, TeamID: &uuid.NullUUID{}})
		return err
	}), ErrLeads)
	want(t, o.tx(func(tx pg.Tx) error {
		_, err := o.s.UpdateTeam(tx, System(), o.north.ID, new(int64(2)), PlaceChange{LeaderID: &uuid.NullUUID{UUID: o.outsider.ID, Valid: true}})
		return err
	}), ErrLeaderUnfit)
	o.must(func(tx pg.Tx) error {
		_, err := o.s.UpdateTeam(tx, System(), o.north.ID, new(int64(2)), PlaceChange{LeaderID: &uuid.NullUUID{UUID: o.mate.ID, Valid: true}})
		return err
	})
	o.must(func(tx pg.Tx) error {
		_, err := o.s.DeactivateUser(tx, System(), o.leader.ID, new(int64(1)))
		return err
	})
	want(t, o.tx(func(tx pg.Tx) error {
		_, err := o.s.DeactivateUser(tx, System(), o.leader.ID, new(int64(2)))
		return err
	}), ErrInactive)
	want(t, o.tx(func(tx pg.Tx) error {
		_, err := o.s.UpdateTeam(tx, System(), o.north.ID, new(int64(3)), PlaceChange{LeaderID: &uuid.NullUUID{UUID: o.leader.ID, Valid: true}})
		return err
	}), ErrLeaderUnfit)
}

func TestPlacesAreDeactivatedEmpty(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	want(t, o.tx(func(tx pg.Tx) error {
		_, err := o.s.DeactivateTeam(tx, System(), o.south.ID, new(int64(1)))
		return err
	}), ErrNotEmpty)
	want(t, o.tx(func(tx pg.Tx) error {
		_, err := o.s.DeactivateDepartment(tx, System(), o.other.ID, new(int64(1)))
		return err
	}), ErrNotEmpty)
	o.must(func(tx pg.Tx) error {
		_, err := o.s.DeactivateUser(tx, System(), o.outsider.ID, new(int64(1)))
		return err
	})
	o.must(func(tx pg.Tx) error {
		_, err := o.s.DeactivateDepartment(tx, System(), o.other.ID, new(int64(1)))
		return err
	})
	want(t, o.tx(func(tx pg.Tx) error {
		_, err := o.s.CreateUser(tx, System(), NewUser{Username: "late", Name: "迟到", Password: goodPassword, DepartmentID: &o.other.ID})
		return err
	}), ErrInactive)
	want(t, o.tx(func(tx pg.Tx) error {
		_, err := o.s.CreateTeam(tx, System(), Place{Code: "LATE", Name: "迟到", DepartmentID: o.other.ID})
		return err
	}), ErrInactive)
}

func TestTheLastAdminStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	a := w.user("admin-a", withRoles(Admin))
	want(t, w.tx(func(tx pg.Tx) error { _, err := w.s.DeactivateUser(tx, System(), a.ID, new(int64(1))); return err }), ErrLastAdmin)
	want(t, w.tx(func(tx pg.Tx) error {
		_, err := w.s.UpdateUser(tx, System(), a.ID, 1, UserChange{Roles: &[]Role{HR}})
		return err
	}), ErrLastAdmin)
	b := w.user("admin-b", withRoles(Admin))
	var wg sync.WaitGroup
	var gone atomic.Int64
	for _, u := range []User{a, b} { // each removes the other's colleague at once
		wg.Go(func() {
			if w.tx(func(tx pg.Tx) error { _, err := w.s.DeactivateUser(tx, System(), u.ID, new(int64(1))); return err }) == nil {
				gone.Add(1)
			}
		})
	}
	wg.Wait()
	if gone.Load() != 1 {
		t.Fatalf("%d administrators were removed, want 1", gone.Load())
	}
}

func TestListUsers(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	var names []string
	page := pg.Page{Limit: 2}
	for {
		o.must(func(tx pg.Tx) error {
			rows, next, err := o.s.ListUsers(tx, System(), UserFilter{DepartmentID: &o.sales.ID}, page)
			for _, u := range rows {
				names = append(names, u.Username)
			}
			page.Cursor = next
			return err
		})
		if page.Cursor == "" {
			break
		}
	}
	if len(names) != 4 || names[0] != "leader" || names[3] != "stranger" {
		t.Fatalf("listed %v", names)
	}
	active := true
	o.must(func(tx pg.Tx) error {
		rows, _, err := o.s.ListUsers(tx, System(), UserFilter{Text: "MAT", Role: SalesRep, TeamID: &o.north.ID, Active: &active}, pg.Page{Limit: 50})
		if len(rows) != 1 || rows[0].ID != o.mate.ID {
			t.Errorf("filtered: %v", rows)
		}
		return err
	})
	want(t, o.tx(func(tx pg.Tx) error {
		_, _, err := o.s.ListUsers(tx, System(), UserFilter{}, pg.Page{Limit: 2, Cursor: "%%%"})
		return err
	}), pg.ErrCursor)
	o.must(func(tx pg.Tx) error {
		teams, _, err := o.s.ListTeams(tx, System(), &o.sales.ID, pg.Page{Limit: 50})
		if len(teams) != 2 {
			t.Errorf("teams: %v", teams)
		}
		return err
	})
	o.must(func(tx pg.Tx) error {
		holders, err := Holders(tx, SalesRep, &o.other.ID)
		if len(holders) != 1 || holders[0].ID != o.outsider.ID {
			t.Errorf("holders: %v", holders)
		}
		return err
	})
	o.must(func(tx pg.Tx) error {
		names, err := Names(tx, o.rep.ID, uuid.New())
		if len(names) != 1 || names[o.rep.ID] != o.rep.Name {
			t.Errorf("names: %v", names)
		}
		return err
	})
}
