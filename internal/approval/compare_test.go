package approval

import (
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
)

func asks(roles ...identity.Role) []Step {
	route := make([]Step, len(roles))
	for i, r := range roles {
		route[i] = Step{Stage: string(r), Kind: Decide, Mode: Any, Deciders: []Decider{{Role: r}}}
	}
	return route
}

func TestORG01_TheDirectionInWhichRoutesDiffer(t *testing.T) {
	t.Parallel()
	ladder := Default().Ladder
	rep, manager, director, gm, finance := identity.SalesRep, identity.SalesManager, identity.SalesDirector, identity.GeneralManager, identity.FinanceManager
	either := []Step{{Kind: Decide, Mode: Any, Deciders: []Decider{{Role: manager}, {Role: finance}}}}
	both := []Step{{Kind: Decide, Mode: All, Deciders: []Decider{{Role: manager}, {Role: finance}}}}
	two := []Step{{Kind: Decide, Mode: Quorum, Quorum: 2, Deciders: []Decider{{Role: manager}}}}
	note := []Step{{Kind: Acknowledge, Mode: Any, Deciders: []Decider{{Role: manager}}}}
	one, head := uuid.New(), identity.Role(DepartmentHead)
	person := []Step{{Kind: Decide, Mode: Any, Deciders: []Decider{{Role: head, UserID: &one}}}}
	for name, c := range map[string]struct {
		before, after []Step
		want          Change
	}{
		"nobody, somebody":              {nil, asks(manager), Stricter},
		"higher":                        {asks(manager), asks(director), Stricter},
		"one more":                      {asks(manager), asks(manager, gm), Stricter},
		"one more and one higher":       {asks(rep, manager), asks(director, gm), Stricter},
		"the same in another order":     {asks(manager, finance), asks(finance, manager), Other},
		"another line of the ladder":    {asks(manager), asks(finance), Other},
		"more, but lower":               {asks(gm), asks(manager, director), Other},
		"either, both":                  {either, both, Stricter},
		"either, the lower of them":     {either, asks(manager), Stricter},
		"one, two of them":              {asks(manager), two, Stricter},
		"take note, decide":             {note, asks(manager), Stricter},
		"a person, the general manager": {person, asks(gm), Stricter},
		"a person, a role":              {person, asks(manager), Other},
	} {
		if sameRoute(c.before, c.after) {
			t.Errorf("%s: taken as the same", name)
		}
		if got := compareRoutes(ladder, c.before, c.after); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		back := map[Change]Change{Stricter: Looser, Looser: Stricter, Other: Other}[c.want]
		if got := compareRoutes(ladder, c.after, c.before); got != back {
			t.Errorf("%s, reversed: %s, want %s", name, got, back)
		}
	}
	if !sameRoute(both, []Step{{Kind: Decide, Mode: All, Deciders: []Decider{{Role: finance}, {Role: manager}}, DueHours: 4}}) {
		t.Error("the same people in another order of naming differ")
	}
}
