package pricelist

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/testpg"
)

var system = identity.System()

// house is a database with products, the service under test, and the price gate beside it.
type house struct {
	t    testing.TB
	db   *pg.DB
	s    *Service
	gate *pricing.Service
	sold shipped
}

func newHouse(t testing.TB) house {
	t.Helper()
	rules, sold := rulebook.New(), shipped{}
	approvals := approval.New(rules)
	return house{t: t, db: testpg.New(t), s: New(rules, approvals, sold), gate: pricing.New(approvals), sold: sold}
}

func (h house) do(fn func(tx pg.Tx) error) {
	h.t.Helper()
	if err := h.db.Tx(h.t.Context(), pg.System("test"), fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h house) fails(want error, fn func(tx pg.Tx) error) {
	h.t.Helper()
	if err := h.db.Tx(h.t.Context(), pg.System("test"), fn); !errors.Is(err, want) {
		h.t.Errorf("got %v, want %v", err, want)
	}
}

func (h house) product(code string, lifecycle catalog.Lifecycle) uuid.UUID {
	h.t.Helper()
	var p catalog.Product
	h.do(func(tx pg.Tx) (err error) {
		p, err = catalog.New().CreateProduct(tx, system, catalog.Input{
			Code: code, Name: "涤纶长丝", Unit: "kg", Kind: catalog.KindFinished, Lifecycle: lifecycle, TaxRate: dec("0.13"),
		})
		return err
	})
	return p.ID
}

func price(id uuid.UUID, base, floor string) PriceLine {
	l := PriceLine{ProductID: id, Price: dec(base)}
	if floor != "" {
		l.FloorPrice = pct(floor)
	}
	return l
}

func (h house) open(at time.Time, lines ...PriceLine) (l BasePriceList) {
	h.t.Helper()
	h.do(func(tx pg.Tx) (err error) {
		l, err = h.s.OpenBasePrices(tx, system, at, "opening prices", lines)
		return err
	})
	return l
}

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func pct(s string) *decimal.Decimal {
	d := dec(s)
	return &d
}

func rep(discount string, lines ...pricing.Line) pricing.Question {
	return pricing.Question{Roles: []identity.Role{identity.SalesRep}, Lines: lines, HeaderDiscount: dec(discount)}
}

func at(id uuid.UUID, price, quantity string) pricing.Line {
	return pricing.Line{ProductID: id, Price: dec(price), Quantity: dec(quantity)}
}

// shipped is what was sold, as a test says.
type shipped map[uuid.UUID]decimal.Decimal

// ShippedQuantities implements Shipments.
func (s shipped) ShippedQuantities(_ pg.Tx, _, _ time.Time, _ []uuid.UUID) (map[uuid.UUID]decimal.Decimal, error) {
	return s, nil
}

// company is a house with people who approve.
type company struct {
	house
	manager, committee, gm identity.Principal
}

func newCompany(t testing.TB) company {
	t.Helper()
	h := newHouse(t)
	h.s.approvals.Register(MatterBaseList, h.s)
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

// submitted is a list with these lines, submitted by the sales manager.
func (c company) submitted(effective *time.Time, lines ...PriceLine) (l BasePriceList) {
	c.t.Helper()
	c.must(c.manager, func(tx pg.Tx) (err error) {
		l, err = c.s.CreateBasePriceList(tx, c.manager, ListInput{EffectiveAt: effective, ReasonKind: LeftMarket, Reason: "market moved"})
		return err
	})
	c.must(c.manager, func(tx pg.Tx) (err error) {
		l, err = c.s.SetBasePriceLines(tx, c.manager, l.ID, l.Version, lines)
		return err
	})
	c.must(c.manager, func(tx pg.Tx) (err error) {
		l, err = c.s.SubmitBasePriceList(tx, c.manager, l.ID, &l.Version)
		return err
	})
	return l
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

func (c company) list(id uuid.UUID) (l BasePriceList) {
	c.t.Helper()
	c.do(func(tx pg.Tx) (err error) { l, err = c.s.GetBasePriceList(tx, system, id); return err })
	return l
}

func (c company) priceAt(id uuid.UUID, at time.Time) string {
	c.t.Helper()
	var p PriceView
	c.do(func(tx pg.Tx) (err error) {
		p, err = c.s.GetBasePrice(tx, system, id, at)
		if errors.Is(err, errs.ErrNotFound) {
			err = nil
		}
		return err
	})
	return p.Price.String()
}
