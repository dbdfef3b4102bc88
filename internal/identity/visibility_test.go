package identity

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// org is a sales department of two teams, and another department beside it.
type org struct {
	*world
	sales, other      Department
	north, south      Team
	leader, rep, mate User // north; leader leads it
	stranger          User // south
	outsider          User // other department
}

func newOrg(t *testing.T) *org {
	t.Helper()
	o := &org{world: newWorld(t, Config{})}
	o.must(func(tx pg.Tx) (err error) {
		o.sales, err = o.s.CreateDepartment(tx, System(), Place{Code: "SALES", Name: "销售部"})
		if err != nil {
			return err
		}
		o.other, err = o.s.CreateDepartment(tx, System(), Place{Code: "EXPORT", Name: "外贸部"})
		if err != nil {
			return err
		}
		o.north, err = o.s.CreateTeam(tx, System(), Place{Code: "NORTH", Name: "北区", DepartmentID: o.sales.ID})
		if err != nil {
			return err
		}
		o.south, err = o.s.CreateTeam(tx, System(), Place{Code: "SOUTH", Name: "南区", DepartmentID: o.sales.ID})
		return err
	})
	o.leader = o.user("leader", in(&o.sales.ID, &o.north.ID))
	o.rep = o.user("rep", in(&o.sales.ID, &o.north.ID))
	o.mate = o.user("mate", in(&o.sales.ID, &o.north.ID))
	o.stranger = o.user("stranger", in(&o.sales.ID, &o.south.ID))
	o.outsider = o.user("outsider", in(&o.other.ID, nil))
	o.must(func(tx pg.Tx) (err error) {
		o.north, err = o.s.UpdateTeam(tx, System(), o.north.ID, new(int64(1)), PlaceChange{LeaderID: &uuid.NullUUID{UUID: o.leader.ID, Valid: true}})
		return err
	})
	return o
}

func (o *org) principal(u User) (p Principal) {
	o.t.Helper()
	o.must(func(tx pg.Tx) (err error) { p, err = LoadUser(tx, u.ID); return err })
	return p
}

// sees compares exactly whose documents the principal sees.
func (o *org) sees(u User, whose ...User) {
	o.t.Helper()
	ids, all := o.principal(u).Owners()
	var wanted []string
	for _, w := range whose {
		wanted = append(wanted, w.ID.String())
	}
	var got []string
	for _, id := range ids {
		got = append(got, id.String())
	}
	slices.Sort(wanted)
	slices.Sort(got)
	if all || !slices.Equal(got, wanted) {
		o.t.Fatalf("%s sees %v (all=%v), want %v", u.Username, got, all, wanted)
	}
}

func TestORG06_RepSeesOwn(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.sees(o.rep, o.rep)
	o.sees(o.outsider, o.outsider)
	p := o.principal(o.rep)
	if err := p.MustSee(o.mate.ID); !errors.Is(err, errs.ErrNotFound) {
		t.Fatalf("a colleague's document answers %v, want not found", err)
	}
	if err := p.MustSee(o.rep.ID); err != nil {
		t.Fatal(err)
	}
}

func TestORG06_LeaderSeesTeam(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.sees(o.leader, o.leader, o.rep, o.mate)
	assistant := o.user("assistant", in(&o.sales.ID, &o.south.ID), withRoles(SalesAssistant))
	o.sees(assistant, assistant, o.stranger)
	supervisor := o.user("supervisor", in(&o.sales.ID, nil), withRoles(SalesSupervisor))
	o.sees(supervisor, supervisor) // leads nobody, belongs to no team
}

func TestORG06_ManagerSeesDepartment(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	for name, role := range map[string]Role{"manager": SalesManager, "director": SalesDirector} {
		before := []User{o.leader, o.rep, o.mate, o.stranger}
		boss := o.user(name, in(&o.sales.ID, nil), withRoles(role))
		o.sees(boss, append(before, boss)...)
		o.must(func(tx pg.Tx) error {
			_, err := o.s.UpdateUser(tx, System(), boss.ID, 1, UserChange{DepartmentID: &uuid.NullUUID{}})
			return err
		})
		o.sees(boss, boss) // a manager without a department manages nobody
	}
	o.must(func(tx pg.Tx) error { // the documents of one who left remain visible
		_, err := o.s.DeactivateUser(tx, System(), o.stranger.ID, new(int64(1)))
		return err
	})
	manager := o.user("manager2", in(&o.sales.ID, nil), withRoles(SalesManager))
	o.sees(manager, o.leader, o.rep, o.mate, o.stranger, manager)
}

func TestORG06_HeadSeesDepartment(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.must(func(tx pg.Tx) error {
		_, err := o.s.UpdateDepartment(tx, System(), o.other.ID, new(int64(1)), PlaceChange{LeaderID: &uuid.NullUUID{UUID: o.outsider.ID, Valid: true}})
		return err
	})
	junior := o.user("junior", in(&o.other.ID, nil))
	o.sees(o.outsider, o.outsider, junior)
	o.sees(junior, junior)
}

func TestORG06_OverseersAndOtherDepartmentsSeeAll(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	for _, role := range []Role{
		GeneralManager, Auditor, Admin, FinanceClerk, FinanceManager, ProductionManager, QualityManager, WarehouseKeeper, GateGuard,
	} {
		u := o.user("u-"+string(role), withRoles(role))
		if _, all := o.principal(u).Owners(); !all {
			t.Errorf("%s doesn't see all", role)
		}
	}
	if _, all := o.principal(o.user("hr", withRoles(HR))).Owners(); all {
		t.Error("human resources see all customers' documents")
	}
}

func TestORG06_MovingBetweenTeamsHoldsAtOnce(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	token := o.mustLogin("leader").Access
	if !o.mustAuthenticate(token).Sees(o.mate.ID) {
		t.Fatal("the leader doesn't see the team")
	}
	o.must(func(tx pg.Tx) error {
		_, err := o.s.UpdateUser(tx, System(), o.mate.ID, 1, UserChange{TeamID: &uuid.NullUUID{UUID: o.south.ID, Valid: true}})
		return err
	})
	if o.mustAuthenticate(token).Sees(o.mate.ID) {
		t.Fatal("the leader still sees who left the team")
	}
}

func TestPermissionMatrix(t *testing.T) {
	t.Parallel()
	for perm, held := range matrix {
		for _, role := range everyone {
			p := TestPrincipal(uuid.New(), true, nil, role)
			if got := Allowed(p, perm); got != slices.Contains(held, role) {
				t.Errorf("%s × %s: %v", perm, role, got)
			}
		}
		if len(held) == 0 {
			t.Errorf("%s is held by nobody", perm)
		}
	}
	machine := Principal{Kind: KindMachine, Scopes: []string{"order.read"}, Roles: []Role{Integration}}
	if !Allowed(machine, "order.read") || Allowed(machine, "order.write") {
		t.Error("a machine isn't bound to its scopes")
	}
	fresh := TestPrincipal(uuid.New(), true, nil, Admin)
	fresh.MustChangePassword = true
	want(t, Permit(fresh, "user.read"), ErrPasswordChange)
	if Permit(fresh, Authenticated) != nil {
		t.Error("a new user can't change the password")
	}
	if Allowed(Principal{}, Authenticated) || !Allowed(Principal{}, Public) || Known("no.such") || Allowed(fresh, "no.such") {
		t.Error("strangers and unknown permissions")
	}
}
