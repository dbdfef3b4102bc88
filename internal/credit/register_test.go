package credit_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// everyone sees all customers, rep only those of one owner.
var everyone = identity.TestPrincipal(uuid.Nil, true, nil, identity.GeneralManager)

func rep(owner uuid.UUID) identity.Principal {
	return identity.TestPrincipal(owner, false, []uuid.UUID{owner}, identity.SalesRep)
}

func position(t *testing.T, db *pg.DB, who identity.Principal, customer uuid.UUID) (p credit.Position, err error) {
	t.Helper()
	err = db.View(context.Background(), pg.System("test"), func(tx pg.Tx) (err error) {
		p, err = service.GetCustomerCredit(tx, who, customer)
		return err
	})
	return p, err
}

func mustPosition(t *testing.T, db *pg.DB, customer uuid.UUID) credit.Position {
	t.Helper()
	p, err := position(t, db, everyone, customer)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCRD02_NewCustomerHasNoLimitWhichIsNotZero(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	fresh, zero, unlimited := newCustomer(t, db), newCustomer(t, db), newCustomer(t, db)
	setOpening(t, db, zero, credit.LimitOf(yuan("0")))
	setOpening(t, db, unlimited, credit.Unlimited())
	for _, c := range []struct {
		name     string
		customer uuid.UUID
		kind     credit.LimitKind
		shown    bool
		headroom bool
	}{
		{"no limit set", fresh, credit.LimitNone, false, true},
		{"a limit of 0", zero, credit.LimitAmount, true, true},
		{"unlimited", unlimited, credit.LimitUnlimited, false, false},
	} {
		p := mustPosition(t, db, c.customer)
		if p.Profile.Limit.Kind != c.kind || (p.Profile.Limit.Shown() != nil) != c.shown || (p.Headroom() != nil) != c.headroom {
			t.Errorf("%s: %+v, headroom %v", c.name, p.Profile.Limit, p.Headroom())
		}
		if h := p.Headroom(); h != nil && !h.IsZero() {
			t.Errorf("%s: headroom %s, want 0", c.name, h)
		}
	}
	if p := mustPosition(t, db, fresh); p.Profile.Grade != credit.NoGrade || !p.Profile.Terms.IsCash() || p.Profile.ID != uuid.Nil {
		t.Errorf("a new customer's profile: %+v", p.Profile)
	}
}

func TestCRD11_PayerCarriesTheExposure(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	payer := newCustomer(t, db)
	child := customerOf(t, db, newUser(t, db, "{sales_rep}"), &payer)
	setOpening(t, db, payer, credit.LimitOf(yuan("1000")))
	inView(t, db, func(tx pg.Tx) error {
		got, err := service.PayerOf(tx, child)
		if got != payer {
			t.Errorf("payer of the child: %s", got)
		}
		return err
	})
	mustPost(t, db, payer, credit.ReleaseMove(id(), yuan("300")))
	for _, c := range []uuid.UUID{payer, child} {
		p := mustPosition(t, db, c)
		if p.PayerID != payer || p.CustomerID != c || !p.Exposure().Equal(yuan("300")) || !p.Headroom().Equal(yuan("700")) {
			t.Errorf("position %+v", p)
		}
	}
}

func TestORG06_CreditOfAnothersCustomerIsNotFound(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	owner := newUser(t, db, "{sales_rep}")
	customer := customerOf(t, db, owner, nil)
	if _, err := position(t, db, rep(owner), customer); err != nil {
		t.Errorf("the owner: %v", err)
	}
	stranger := rep(id())
	if _, err := position(t, db, stranger, customer); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := position(t, db, everyone, id()); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("an unknown customer: %v", err)
	}
	inView(t, db, func(tx pg.Tx) error {
		page := pg.Page{Limit: 10}
		if _, _, err := service.ListCreditMovements(tx, stranger, customer, page); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("a stranger's movements: %v", err)
		}
		if _, err := service.ListCreditProfiles(tx, stranger, customer); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("a stranger's profiles: %v", err)
		}
		rows, _, err := service.ListCreditRegister(tx, stranger, credit.RegisterFilter{AsOf: clock.Today(tx.Now)}, page)
		if len(rows) != 0 {
			t.Errorf("a stranger's register: %+v", rows)
		}
		return err
	})
}

// The sums of the payer are the customer's standing; the lines name documents of the payer's other customers.
func TestORG06_LedgerOfThePayerIsForThoseWhoSeeThePayer(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	mine, others := newUser(t, db, "{sales_rep}"), newUser(t, db, "{sales_rep}")
	payer := customerOf(t, db, others, nil)
	customer := customerOf(t, db, mine, &payer)
	mustPost(t, db, payer, credit.ReleaseMove(id(), yuan("300"))) // of whichever customer
	if p, err := position(t, db, rep(mine), customer); err != nil || !p.Exposure().Equal(yuan("300")) {
		t.Errorf("the standing of the own customer: %v, %v", p.Exposure(), err)
	}
	team := identity.TestPrincipal(mine, false, []uuid.UUID{mine, others}, identity.SalesRep)
	inView(t, db, func(tx pg.Tx) error {
		for _, c := range []struct {
			name string
			who  identity.Principal
			of   uuid.UUID
			want error
		}{
			{"the owner of the customer, not of the payer", rep(mine), customer, errs.ErrNotFound},
			{"the owner of the payer, not of the customer", rep(others), customer, errs.ErrNotFound},
			{"the owner of the payer, of the payer", rep(others), payer, nil},
			{"who sees both", team, customer, nil},
			{"who sees all", everyone, customer, nil},
		} {
			rows, _, err := service.ListCreditMovements(tx, c.who, c.of, pg.Page{Limit: 10})
			if !errors.Is(err, c.want) || c.want == nil && len(rows) != 1 {
				t.Errorf("%s: %d rows, %v", c.name, len(rows), err)
			}
		}
		return nil
	})
}

func TestCRD12_OverdueIsWhatIsOpenPastItsDate(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	payer, today := newCustomer(t, db), clock.Today(db.Clock().Now())
	late := id()
	mustPost(t, db, payer,
		credit.OpeningMove(id(), yuan("1"), today.AddDate(0, 0, 1)), credit.OpeningMove(id(), yuan("10"), today),
		credit.OpeningMove(id(), yuan("100"), today.AddDate(0, 0, -1)), credit.OpeningMove(late, yuan("1000"), today.AddDate(0, 0, -40)))
	if p := mustPosition(t, db, payer); !p.Overdue.Equal(yuan("1100")) || p.OverdueDays() != 40 {
		t.Errorf("overdue %s by %d days", p.Overdue, p.OverdueDays())
	}
	mustPost(t, db, payer, credit.PayMove(credit.DocReceipt, id(), late, yuan("1000"), today))
	if p := mustPosition(t, db, payer); !p.Overdue.Equal(yuan("100")) || p.OverdueDays() != 1 {
		t.Errorf("after payment: overdue %s by %d days", p.Overdue, p.OverdueDays())
	}
	db.Clock().SetOffset(24 * time.Hour)
	if p := mustPosition(t, db, payer); !p.Overdue.Equal(yuan("110")) || p.OverdueDays() != 2 {
		t.Errorf("tomorrow: overdue %s by %d days", p.Overdue, p.OverdueDays())
	}
}

func TestCRD01_RegisterAsOfADate(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	before := clock.Today(db.Clock().Now())
	owner := newUser(t, db, "{sales_rep}")
	first, second := customerOf(t, db, owner, nil), customerOf(t, db, owner, nil)
	setOpening(t, db, first, credit.LimitOf(yuan("500")))
	db.Clock().SetOffset(48 * time.Hour)
	setOpening(t, db, second, credit.Unlimited())
	after := clock.Today(db.Clock().Now())
	show := func(who identity.Principal, asOf time.Time) string {
		var all []string
		page := pg.Page{Limit: 1}
		for {
			var rows []credit.RegisterRow
			inView(t, db, func(tx pg.Tx) (err error) {
				rows, page.Cursor, err = service.ListCreditRegister(tx, who, credit.RegisterFilter{AsOf: asOf}, page)
				return err
			})
			for _, r := range rows {
				all = append(all, string(r.Profile.Limit.Kind))
			}
			if page.Cursor == "" {
				return strings.Join(all, " ")
			}
		}
	}
	for _, c := range []struct {
		who  identity.Principal
		asOf time.Time
		want string
	}{
		{everyone, before.AddDate(0, 0, -1), ""}, // nobody was registered
		{everyone, before, "amount none"},
		{everyone, after.AddDate(0, 0, -1), "amount none"},
		{everyone, after, "amount unlimited"},
		{rep(owner), after, "amount unlimited"},
		{rep(id()), after, ""},
	} {
		if got := show(c.who, c.asOf); got != c.want {
			t.Errorf("as of %s: %q, want %q", c.asOf.Format(time.DateOnly), got, c.want)
		}
	}
}

// An export lists what the list does, batch after batch, and no more of it than its reader may see.
func TestORG06_ExportOfTheRegisterHasVisibleRowsOnly(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	mine, others := newUser(t, db, "{sales_rep}"), newUser(t, db, "{sales_rep}")
	customer := customerOf(t, db, mine, nil)
	customerOf(t, db, others, nil)
	for _, c := range []struct {
		who  identity.Principal
		want int
	}{{rep(mine), 1}, {everyone, 2}, {rep(id()), 0}, {identity.TestPrincipal(mine, false, nil, identity.SalesManager), 0}} {
		n := 0
		inView(t, db, func(tx pg.Tx) error {
			f := credit.RegisterFilter{AsOf: clock.Today(tx.Now)}
			return service.ExportCreditRegister(tx, c.who, f, func(r credit.RegisterRow) error {
				if n++; c.want == 1 && r.CustomerID != customer {
					t.Errorf("%+v", r)
				}
				return nil
			})
		})
		if n != c.want {
			t.Errorf("%d rows, want %d", n, c.want)
		}
	}
	stop := errors.New("the reader left")
	err := db.Snapshot(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return service.ExportCreditRegister(tx, everyone, credit.RegisterFilter{AsOf: clock.Today(tx.Now)}, func(credit.RegisterRow) error { return stop })
	})
	if !errors.Is(err, stop) {
		t.Errorf("what the reader says is %v", err)
	}
}

func TestCRD11_MovementsAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	payer, notice := newCustomer(t, db), id()
	for range 5 {
		mustPost(t, db, payer, credit.ReleaseMove(notice, yuan("10")))
	}
	var got []int64
	page := pg.Page{Limit: 2}
	for {
		inView(t, db, func(tx pg.Tx) error {
			rows, next, err := service.ListCreditMovements(tx, everyone, payer, page)
			for _, r := range rows {
				got = append(got, r.Seq)
				if !r.Amount.Equal(yuan("10")) || r.DocumentID != notice || r.DocumentType != credit.DocNotice || r.DueOn != nil {
					t.Errorf("movement %+v", r)
				}
			}
			page.Cursor = next
			return err
		})
		if page.Cursor == "" {
			break
		}
	}
	if len(got) != 5 || got[0] != 5 || got[4] != 1 {
		t.Errorf("sequence %v", got)
	}
}

// The credit read and the register must not depend on the size of the tables.
func TestCreditReadsAreIndexScans(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	owner := newUser(t, db, "{sales_rep}")
	some := newCustomer(t, db)
	fill(t, db, owner)
	inView(t, db, func(tx pg.Tx) error {
		isIndexed(t, tx, credit.PositionSQL, some, clock.Today(tx.Now))
		isIndexed(t, tx, credit.RegisterSQL(""), map[string]any{"before": tx.Now, "day": clock.Today(tx.Now), "after": "C-5", "limit": 51})
		return nil
	})
}

// fill writes 20,000 customers with account, profile and open item.
func fill(t *testing.T, db *pg.DB, owner uuid.UUID) {
	t.Helper()
	err := inTx(db, func(tx pg.Tx) error {
		for _, stmt := range []string{
			`SET LOCAL session_replication_role = replica`, // no triggers: this is not about them
			`INSERT INTO customers (id, code, name, name_key, name_grams, industry, region, remarks, status, owner_id, owned_at, created_at, updated_at, version)
				SELECT gen_random_uuid(), 'C-' || n, '客户' || n, n::text, '{}', '', '', '', 'active', '` + owner.String() + `', now(), now(), now(), 1
				FROM generate_series(1, 20000) n`,
			`INSERT INTO credit_accounts SELECT id, 10, 0, 0, 0, 1, now()::date FROM customers ON CONFLICT DO NOTHING`,
			`INSERT INTO credit_profiles (id, customer_id, limit_kind, settlement, terms_days, valid_from)
				SELECT gen_random_uuid(), id, 'none', 'cash', 0, now() FROM customers`,
			`INSERT INTO credit_open_items SELECT id, 'receivable', gen_random_uuid(), 10, '2026-01-01' FROM customers`,
			`INSERT INTO credit_confirmations SELECT id, gen_random_uuid(), '2026-01-01', now() FROM customers`,
			`ANALYZE customers, credit_accounts, credit_profiles, credit_open_items, credit_confirmations`,
		} {
			if err := tx.Exec(stmt).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func isIndexed(t *testing.T, tx pg.Tx, query string, args ...any) {
	t.Helper()
	var plan []string
	if err := tx.Raw("EXPLAIN "+query, args...).Scan(&plan).Error; err != nil {
		t.Fatal(err)
	}
	text := strings.Join(plan, "\n")
	if strings.Contains(text, "Seq Scan") || strings.Contains(text, "Hash") || strings.Contains(text, "Sort") {
		t.Errorf("reads more than it answers:\n%s", text)
	}
}
