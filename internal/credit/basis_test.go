package credit_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestCRD14_NewCustomersSettleInCash(t *testing.T) {
	t.Parallel()
	if p := credit.NewCustomer(id()); !p.Terms.IsCash() || p.Terms != credit.CashTerms() {
		t.Errorf("a new customer's terms are %s", p.Terms)
	}
	c := newCompany(t)
	if p := mustPosition(t, c.db, c.customer); p.Profile.Terms != credit.CashTerms() {
		t.Errorf("a new customer's terms are %s", p.Profile.Terms)
	}
}

func TestCRD14_MonthlySettlementNeedsABasis(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	today := clock.Today(c.db.Clock().Now())
	tonnes := func(s string) *decimal.Decimal { d := decimal.MustParse(s); return &d }
	day := func(n int) *time.Time { d := today.AddDate(0, 0, n); return &d }
	manager, rep, nobody := c.manager.ID, c.rep.ID, uuid.New()
	director := newUser(t, c.db, "{sales_director}")
	volume := func(s string) *credit.Basis { return &credit.Basis{Kind: credit.ByVolume, MonthlyTonnes: tonnes(s)} }
	visit := func(on *time.Time, with *uuid.UUID) *credit.Basis {
		return &credit.Basis{Kind: credit.SiteVisit, VisitedOn: on, AccompaniedBy: with}
	}
	for _, x := range []struct {
		name  string
		basis *credit.Basis
		want  error
	}{
		{"none", nil, credit.ErrBasisMissing},
		{"no kind", &credit.Basis{}, credit.ErrBasisForm},
		{"volume without tonnes", &credit.Basis{Kind: credit.ByVolume}, credit.ErrBasisForm},
		{"renowned with tonnes", &credit.Basis{Kind: credit.Renowned, MonthlyTonnes: tonnes("60")}, credit.ErrBasisForm},
		{"visit without companion", visit(day(0), nil), credit.ErrBasisForm},
		{"visit without a day", visit(nil, &manager), credit.ErrBasisForm},
		{"49.9999 t", volume("49.9999"), credit.ErrBasisVolume},
		{"visit tomorrow", visit(day(1), &manager), credit.ErrBasisVisit},
		{"visit with the rep", visit(day(0), &rep), credit.ErrBasisVisit},
		{"visit with nobody known", visit(day(0), &nobody), credit.ErrBasisVisit},
		{"50 t", volume("50"), nil},
		{"50.0001 t", volume("50.0001"), nil},
		{"renowned", &credit.Basis{Kind: credit.Renowned, Note: "全国知名"}, nil},
		{"visit today with the manager", visit(day(0), &manager), nil},
		{"visit yesterday with a director", visit(day(-1), &director), nil},
	} {
		a := c.application(credit.LimitOf(yuan("1000")))
		a.CustomerID, a.Basis = customerOf(t, c.db, c.rep.ID, nil), x.basis
		r, err := c.apply(a)
		if !errors.Is(err, x.want) {
			t.Errorf("%s: %v, want %v", x.name, err, x.want)
		}
		if err == nil {
			if got := c.read(t, r).Basis; got == nil || got.Kind != x.basis.Kind || got.Note != x.basis.Note {
				t.Errorf("%s: frozen as %+v", x.name, got)
			}
		}
	}
}

func TestCRD14_BasisIsForMonthlySettlementThatIsNew(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	setOpening(t, c.db, c.customer, credit.LimitOf(yuan("500"))) // 30 days
	a := c.application(credit.LimitOf(yuan("1000")))
	a.Basis = nil
	a.Terms = credit.Terms{Settlement: credit.MonthEndDays, Days: 15}
	r, err := c.apply(a)
	if err != nil {
		t.Fatalf("a change that stays monthly: %v", err)
	}
	if got := c.read(t, r).Basis; got != nil {
		t.Errorf("basis %+v", got)
	}
	for _, s := range []credit.Settlement{credit.Cash, credit.Prepay, credit.COD} {
		a = c.application(credit.LimitOf(yuan("1000")))
		a.CustomerID, a.Terms = customerOf(t, c.db, c.rep.ID, nil), credit.Terms{Settlement: s}
		if _, err := c.apply(a); !errors.Is(err, credit.ErrBasisForm) {
			t.Errorf("a basis for %s: %v", s, err)
		}
		a.Basis = nil
		if _, err := c.apply(a); err != nil {
			t.Errorf("%s without a basis: %v", s, err)
		}
	}
	err = inTx(c.db, func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO credit_limit_requests SELECT (jsonb_populate_record(q, jsonb_build_object('id', gen_random_uuid(), 'number', 'X-1', 'customer_id', ?::uuid, 'approval_id', gen_random_uuid(),
			'settlement', 'cash', 'terms_days', 0, 'monthly_basis', '{"kind": "renowned"}'::jsonb))).* FROM credit_limit_requests q WHERE id = ?`, customerOf(t, c.db, c.rep.ID, nil), r.ID).Error
	})
	if !errors.Is(err, credit.ErrBasisForm) {
		t.Errorf("the table takes a basis for cash: %v", err)
	}
	err = inTx(c.db, func(tx pg.Tx) error {
		return tx.Exec(`UPDATE credit_limit_requests SET monthly_basis = '{"kind": "renowned"}' WHERE id = ?`, r.ID).Error
	})
	if !errors.Is(err, credit.ErrFrozen) {
		t.Errorf("the basis was changed later: %v", err)
	}
}
