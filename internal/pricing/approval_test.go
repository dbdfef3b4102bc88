package pricing

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// company is a house with people who approve.
type company struct {
	house
	manager, committee, gm identity.Principal
}

func newCompany(t testing.TB) company {
	t.Helper()
	h := newHouse(t)
	h.s.approvals.Register(MatterAuthority, h.s)
	h.do(h.s.approvals.Bootstrap)
	h.do(func(tx pg.Tx) error {
		_, err := h.s.approvals.ReplaceAuthorityMatrix(tx, system, 1, approval.MatrixChange{Matrix: olderMatrix(t), Reason: "as it was"})
		return err
	})
	c := company{house: h}
	c.manager, c.committee, c.gm = c.person(identity.SalesManager), c.person(identity.PriceCommittee), c.person(identity.GeneralManager)
	return c
}

// olderMatrix is that of a company from before resolutions of the price committee: one person of the role decides about lists, and about tables
// the general manager alone. It keeps working; package committee has the tests of what new companies begin with.
func olderMatrix(t testing.TB) approval.Matrix {
	t.Helper()
	var m approval.Matrix
	text, err := json.Marshal(approval.Default())
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, rules := range m.Matters {
		var stages []approval.Stage
		for _, st := range rules.Stages {
			if st.Mode == approval.Resolution {
				st.Mode = approval.Any
				if rules.Matter == MatterAuthority {
					continue
				}
			}
			stages = append(stages, st)
		}
		m.Matters[i].Stages = stages
	}
	return m
}

func (c company) person(role identity.Role) identity.Principal {
	c.t.Helper()
	u := identity.User{
		ID: uuid.Must(uuid.NewV7()), Username: string(role), Name: string(role), Roles: identity.Roles{role}, Active: true, Locale: "en",
		PasswordHash: "x", CreatedAt: time.Now().UTC(), Version: 1,
	}
	c.do(func(tx pg.Tx) error { return pg.Insert(tx, &u) })
	return identity.TestPrincipal(u.ID, true, nil, role)
}

// as runs fn as one of them.
func (c company) as(who identity.Principal, fn func(tx pg.Tx) error) error {
	c.t.Helper()
	return c.db.Tx(c.t.Context(), who.Origin("test"), fn)
}

func (c company) must(who identity.Principal, fn func(tx pg.Tx) error) {
	c.t.Helper()
	if err := c.as(who, fn); err != nil {
		c.t.Fatal(err)
	}
}

func (c company) approve(id uuid.UUID, by ...identity.Principal) {
	c.t.Helper()
	for _, who := range by {
		c.must(who, func(tx pg.Tx) error {
			_, err := c.s.approvals.ApproveRequest(tx, who, id, approval.Verdict{})
			return err
		})
	}
}

func TestPRC09_AuthorityTableIsApprovedByTheGeneralManagerAndReplacesAll(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""))
	var table AuthorityTable
	c.must(c.manager, func(tx pg.Tx) (err error) {
		table, err = c.s.CreatePriceAuthorityTable(tx, c.manager, AuthorityInput{Reason: "tighter", Entries: []Entry{
			{Role: identity.SalesRep, MaxBelow: pct("1")}, {Role: identity.SalesManager, ProductID: &a, MaxBelow: pct("20")}, {Role: identity.GeneralManager},
		}})
		return err
	})
	required := func(p string) (role identity.Role) {
		c.do(func(tx pg.Tx) error {
			got, err := c.s.Check(tx, rep("0", at(a, p, "1")))
			role = got.RequiredRole
			return err
		})
		return role
	}
	submit := func() {
		c.must(c.manager, func(tx pg.Tx) (err error) {
			table, err = c.s.SubmitPriceAuthorityTable(tx, c.manager, table.ID, &table.Version)
			return err
		})
	}
	submit()
	if got := required("98"); got != identity.SalesRep {
		t.Errorf("not approved yet: %s", got)
	}
	c.must(c.manager, func(tx pg.Tx) (err error) { // an edit ends the approval
		reason := "tighter still"
		table, err = c.s.UpdatePriceAuthorityTable(tx, c.manager, table.ID, table.Version, AuthorityPatch{Reason: &reason})
		return err
	})
	submit()
	c.approve(*table.ApprovalID, c.gm)
	for p, want := range map[string]identity.Role{
		"99": identity.SalesRep, "98.9999": identity.SalesManager, "80": identity.SalesManager, "79.9999": identity.GeneralManager,
	} {
		if got := required(p); got != want {
			t.Errorf("%s: %s, want %s", p, got, want)
		}
	}
	c.do(func(tx pg.Tx) error { // as of a past date the default counts
		q := rep("0", at(a, "98", "1"))
		q.At = day(6, 1)
		got, err := c.s.Check(tx, q)
		if got.RequiredRole != identity.SalesRep || got.AuthorityNumber != "PAT-DEFAULT" {
			t.Errorf("%+v", got)
		}
		return err
	})
}

func TestConstraintsOfPriceAuthority(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	table := uuid.MustParse("00000000-0000-7000-8000-000000000901")
	for stmt, want := range map[string]error{
		`INSERT INTO price_authority_tables SELECT gen_random_uuid(), 'X', state, effective_at, reason, now(), NULL, NULL, NULL, NULL, now(), 1 FROM price_authority_tables`: ErrAuthorityEffectiveTaken,
		`INSERT INTO price_authority_entries VALUES ('` + table.String() + `', 'sales_rep', NULL, NULL, 1, 1)`:                                                               ErrEntryTwice,
		`UPDATE price_authority_entries SET max_below = 5 WHERE role = 'general_manager'`:                                                                                    ErrGMBound,
		`INSERT INTO price_authority_entries VALUES ('` + table.String() + `', 'sales_rep', '` + a.String() + `', '` + uuid.NewString() + `', 1, 1)`:                         ErrEntryScope,
		`INSERT INTO price_authority_entries VALUES ('` + table.String() + `', 'sales_rep', '` + uuid.NewString() + `', NULL, 1, 1)`:                                         ErrUnknownProduct,
	} {
		c.fails(want, func(tx pg.Tx) error { return tx.Exec(stmt).Error })
	}
}

func TestPRC07_NoTableTakesEffectInThePast(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	now := c.db.Clock().Now()
	past := now.Add(-time.Microsecond)
	gm := []Entry{{Role: identity.GeneralManager}}
	c.fails(ErrEffectivePast, func(tx pg.Tx) error {
		_, err := c.s.CreatePriceAuthorityTable(tx, c.manager, AuthorityInput{EffectiveAt: &past, Reason: "r", Entries: gm})
		return err
	})
}
