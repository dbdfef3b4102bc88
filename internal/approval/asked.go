package approval

import (
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Asked is a step with the people whom it would ask today.
type Asked struct {
	Step
	People []Person
}

// Person is somebody by name.
type Person struct {
	ID   uuid.UUID
	Name string
}

// WhoIsAsked names the people whom the steps of a route ask: those who hold its roles now, the submitter left out (ORG-03). Deputies aren't
// named: they are asked by the day. One statement, none for a route without steps.
func WhoIsAsked(tx pg.Tx, submitter uuid.UUID, route []Step) ([]Asked, error) {
	if len(route) == 0 {
		return nil, nil
	}
	var roles, named pg.TextArray
	for _, st := range route {
		for _, d := range st.Deciders {
			if d.UserID != nil {
				named = append(named, d.UserID.String())
			} else {
				roles = append(roles, string(d.Role))
			}
		}
	}
	people, err := peopleAsked(tx, submitter, roles, named)
	if err != nil {
		return nil, err
	}
	asked := make([]Asked, len(route))
	for i, st := range route {
		asked[i].Step = st
		for _, u := range people {
			who := identity.Principal{ID: u.ID, Kind: identity.KindUser, Roles: u.Roles, DepartmentID: u.DepartmentID}
			if slices.ContainsFunc(st.Deciders, func(d Decider) bool { return d.asks(who) }) {
				asked[i].People = append(asked[i].People, Person{ID: u.ID, Name: u.Name})
			}
		}
	}
	return asked, nil
}
