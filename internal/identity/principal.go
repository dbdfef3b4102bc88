package identity

import (
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The kinds of principal, as they stand in tokens and events.
const (
	KindUser    = "user"
	KindMachine = "machine"
	KindSystem  = "system"
)

// Principal is who is calling: a person or a machine client, as loaded for this request. Services take it as an
// argument and ask it what it may do and see.
type Principal struct {
	ID           uuid.UUID // of the user or the machine client
	Kind         string    // KindUser or KindMachine; KindSystem for seeding and jobs
	Name         string
	Roles        []Role
	DepartmentID *uuid.UUID
	TeamID       *uuid.UUID
	Scopes       []string // of a machine client: the permissions it was granted
	SessionID    uuid.UUID
	Locale       string // "zh-CN" or "en", the language that the person chose

	// MustChangePassword leaves a person nothing but changing the password until that is done.
	MustChangePassword bool

	// owners are the people whose customers and documents this principal sees (ORG-06); everyone's when all is set.
	owners []uuid.UUID
	all    bool
}

// Has reports whether the principal holds any of the roles.
func (p Principal) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(p.Roles, r) })
}

// Owners returns the people whose documents the principal may see: a rep's own, a leader's team, a manager's
// department; all is true for those who see everything (ORG-06). Use it as a condition on owner_id in lists.
func (p Principal) Owners() (ids []uuid.UUID, all bool) { return p.owners, p.all }

// Sees reports whether a document of this owner is visible to the principal (ORG-06).
func (p Principal) Sees(owner uuid.UUID) bool { return p.all || slices.Contains(p.owners, owner) }

// MustSee returns errs.ErrNotFound for a document of an owner that the principal may not see.
func (p Principal) MustSee(owner uuid.UUID) error {
	if !p.Sees(owner) {
		return errs.ErrNotFound
	}
	return nil
}

// Origin is what pg writes on every event of a request by this principal.
func (p Principal) Origin(requestID string) pg.Origin {
	return pg.Origin{ActorID: p.ID, ActorKind: p.Kind, RequestID: requestID}
}

// System is the principal of work that nobody asked for (seeding, jobs, commands): it sees everything.
func System() Principal { return Principal{Kind: KindSystem, Name: "system", all: true} }

// TestPrincipal is a principal with visibility as given, for tests of other modules' services without a login.
func TestPrincipal(id uuid.UUID, all bool, owners []uuid.UUID, roles ...Role) Principal {
	return Principal{ID: id, Kind: KindUser, Name: "test", Roles: roles, owners: owners, all: all}
}
