package priceadjust

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/testpg"
)

var system = identity.System()

// company is a database with products and base price lists, people who ask and people who decide, and the service under test.
type company struct {
	t                      testing.TB
	db                     *pg.DB
	approvals              *approval.Service
	lists                  *pricelist.Service
	s                      *Service
	manager, committee, gm identity.Principal
}

// newCompany is one whose shipments are what the test says.
func newCompany(t testing.TB) (company, shipped) {
	t.Helper()
	rules, approvals, sold := rulebook.New(), approval.New(rulebook.New()), shipped{}
	c := company{t: t, db: testpg.New(t), approvals: approvals, lists: pricelist.New(rules, approvals, sold)}
	c.s = New(rules, attachment.New(c.db, rules, nil), sold)
	c.lists.Requests, c.lists.Reviews = c.s, c.s
	approvals.Register(pricelist.MatterBaseList, c.lists)
	c.do(approvals.Bootstrap)
	c.do(func(tx pg.Tx) error {
		_, err := approvals.ReplaceAuthorityMatrix(tx, system, 1, approval.MatrixChange{Matrix: olderMatrix(t), Reason: "as it was"})
		return err
	})
	c.manager, c.committee, c.gm = c.person(identity.SalesManager), c.person(identity.PriceCommittee), c.person(identity.GeneralManager)
	return c, sold
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
				if rules.Matter == pricing.MatterAuthority {
					continue
				}
			}
			stages = append(stages, st)
		}
		m.Matters[i].Stages = stages
	}
	return m
}

// shipped is what was sold, as a test says.
type shipped map[uuid.UUID]decimal.Decimal

// ShippedQuantities implements pricelist.Shipments.
func (s shipped) ShippedQuantities(_ pg.Tx, _, _ time.Time, _ []uuid.UUID) (map[uuid.UUID]decimal.Decimal, error) {
	return s, nil
}

func (c company) do(fn func(tx pg.Tx) error) {
	c.t.Helper()
	if err := c.db.Tx(c.t.Context(), pg.System("test"), fn); err != nil {
		c.t.Fatal(err)
	}
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

func (c company) product(code string, lifecycle catalog.Lifecycle) uuid.UUID {
	c.t.Helper()
	var p catalog.Product
	c.do(func(tx pg.Tx) (err error) {
		p, err = catalog.New().CreateProduct(tx, system, catalog.Input{
			Code: code, Name: "涤纶长丝", Unit: "kg", Kind: catalog.KindFinished, Lifecycle: lifecycle, TaxRate: dec("0.13"),
		})
		return err
	})
	return p.ID
}

func (c company) open(at time.Time, lines ...pricelist.PriceLine) (l pricelist.BasePriceList) {
	c.t.Helper()
	c.do(func(tx pg.Tx) (err error) {
		l, err = c.lists.OpenBasePrices(tx, system, at, "opening prices", lines)
		return err
	})
	return l
}

// submitted is a list with these lines, submitted by the sales manager.
func (c company) submitted(effective *time.Time, lines ...pricelist.PriceLine) (l pricelist.BasePriceList) {
	c.t.Helper()
	c.must(c.manager, func(tx pg.Tx) (err error) {
		l, err = c.lists.CreateBasePriceList(tx, c.manager, pricelist.ListInput{EffectiveAt: effective, ReasonKind: pricelist.LeftMarket, Reason: "market moved"})
		return err
	})
	c.must(c.manager, func(tx pg.Tx) (err error) {
		l, err = c.lists.SetBasePriceLines(tx, c.manager, l.ID, l.Version, lines)
		return err
	})
	c.must(c.manager, func(tx pg.Tx) (err error) {
		l, err = c.lists.SubmitBasePriceList(tx, c.manager, l.ID, &l.Version)
		return err
	})
	return l
}

func (c company) submit(l pricelist.BasePriceList) (pricelist.BasePriceList, error) {
	err := c.as(c.manager, func(tx pg.Tx) (err error) { l, err = c.lists.SubmitBasePriceList(tx, c.manager, l.ID, nil); return err })
	return l, err
}

func (c company) approve(id uuid.UUID, by ...identity.Principal) {
	c.t.Helper()
	for _, who := range by {
		c.must(who, func(tx pg.Tx) error {
			_, err := c.approvals.ApproveRequest(tx, who, id, approval.Verdict{})
			return err
		})
	}
}

func (c company) priceAt(id uuid.UUID, at time.Time) string {
	c.t.Helper()
	var p pricelist.PriceView
	c.do(func(tx pg.Tx) (err error) {
		p, err = c.lists.GetBasePrice(tx, system, id, at)
		if errors.Is(err, errs.ErrNotFound) {
			err = nil
		}
		return err
	})
	return p.Price.String()
}

func price(id uuid.UUID, base, floor string) pricelist.PriceLine {
	l := pricelist.PriceLine{ProductID: id, Price: dec(base)}
	if floor != "" {
		l.FloorPrice = pct(floor)
	}
	return l
}

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func pct(s string) *decimal.Decimal {
	d := dec(s)
	return &d
}
