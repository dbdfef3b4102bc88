package credit_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/testpg"
)

// company is the people whom a credit limit concerns, and a customer of the rep.
type company struct {
	db                        *pg.DB
	approvals                 *approval.Service
	credit                    *credit.Service
	rep, manager, finance, gm identity.Principal
	customer                  uuid.UUID
}

func newCompany(t *testing.T) company {
	t.Helper()
	db := testpg.New(t)
	person := func(all bool, role identity.Role) identity.Principal {
		user := newUser(t, db, "{"+string(role)+"}")
		return identity.TestPrincipal(user, all, []uuid.UUID{user}, role)
	}
	rules := rulebook.New()
	approvals := approval.New(rules)
	c := company{
		db: db, approvals: approvals, credit: credit.New(rules, approvals), rep: person(false, identity.SalesRep), manager: person(true, identity.SalesManager),
		finance: person(true, identity.FinanceManager), gm: person(true, identity.GeneralManager),
	}
	approvals.Register(credit.MatterLimit, c.credit)
	approvals.Register(credit.MatterGroup, c.credit)
	c.customer = customerOf(t, db, c.rep.ID, nil)
	return c
}

// application is for grade B, 30 days and this limit.
func (c company) application(limit credit.Limit) credit.Application {
	return credit.Application{
		CustomerID: c.customer, Grade: credit.GradeB, Limit: limit,
		Terms: credit.Terms{Settlement: credit.NetDays, Days: 30}, Reasons: "月用量稳定",
		Basis: &credit.Basis{Kind: credit.Renowned},
	}
}

func (c company) apply(a credit.Application) (r credit.LimitRequest, err error) {
	err = c.db.Tx(context.Background(), c.rep.Origin("test"), func(tx pg.Tx) error {
		r, err = c.credit.CreateCreditLimitRequest(tx, c.rep, a)
		return err
	})
	return r, err
}

func (c company) mustApply(t *testing.T, limit credit.Limit) credit.LimitRequest {
	t.Helper()
	r, err := c.apply(c.application(limit))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// approve lets a person approve the open step.
func (c company) approve(who identity.Principal, r credit.LimitRequest) error {
	return c.db.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error {
		_, err := c.approvals.ApproveRequest(tx, who, r.ApprovalID, approval.Verdict{})
		return err
	})
}

func (c company) mustApprove(t *testing.T, r credit.LimitRequest, people ...identity.Principal) {
	t.Helper()
	for _, who := range people {
		if err := c.approve(who, r); err != nil {
			t.Fatalf("%v approves: %v", who.Roles, err)
		}
	}
}

func (c company) read(t *testing.T, r credit.LimitRequest) (got credit.LimitRequest) {
	t.Helper()
	inView(t, c.db, func(tx pg.Tx) (err error) {
		got, err = c.credit.GetCreditLimitRequest(tx, c.rep, r.ID)
		return err
	})
	return got
}

func TestCRD07_FirstLimitGoesFromManagerToGeneralManager(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	r := c.mustApply(t, credit.LimitOf(yuan("1000")))
	if r.Kind != credit.FirstLimit || r.State != credit.RequestPending || r.Number == "" {
		t.Fatalf("request %+v", r)
	}
	if err := c.approve(c.gm, r); err == nil {
		t.Error("the general manager approved before the sales manager reviewed")
	}
	if err := c.approve(c.finance, r); err == nil {
		t.Error("finance isn't asked for a first limit")
	}
	c.mustApprove(t, r, c.manager)
	if p := mustPosition(t, c.db, c.customer); p.Profile.Limit.Kind != credit.LimitNone {
		t.Errorf("a reviewed, not yet approved limit is in force: %+v", p.Profile)
	}
	c.mustApprove(t, r, c.gm)
	if got := c.read(t, r); got.State != credit.RequestApproved || got.DecidedAt == nil {
		t.Errorf("request after approval %+v", got)
	}
}

func TestCRD08_ChangeGoesFromFinanceToGeneralManager(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	setOpening(t, c.db, c.customer, credit.LimitOf(yuan("0"))) // a limit of 0 is a limit
	r := c.mustApply(t, credit.LimitOf(yuan("1000")))
	if r.Kind != credit.ChangeLimit {
		t.Fatalf("kind %s", r.Kind)
	}
	if err := c.approve(c.manager, r); err == nil {
		t.Error("the sales manager isn't asked for a change")
	}
	c.mustApprove(t, r, c.finance, c.gm)
	if p := mustPosition(t, c.db, c.customer); !p.Headroom().Equal(yuan("1000")) {
		t.Errorf("headroom %s", p.Headroom())
	}
}

func TestCRD08_TradeRecordIsFrozenInTheRequest(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	today := clock.Today(c.db.Clock().Now())
	setOpening(t, c.db, c.customer, credit.LimitOf(yuan("500")))
	late, invoice := id(), id()
	mustPost(t, c.db, c.customer, credit.InvoiceMoves(late, yuan("300"), today, today.AddDate(0, 0, -10))...)
	mustPost(t, c.db, c.customer, credit.InvoiceMoves(invoice, yuan("700"), today, today.AddDate(0, 0, 5))...)
	mustPost(t, c.db, c.customer, credit.PayMove(credit.DocReceipt, id(), late, yuan("100"), today), credit.PayMove(credit.DocReceipt, id(), invoice, yuan("300"), today))
	r := c.mustApply(t, credit.LimitOf(yuan("1000")))
	mustPost(t, c.db, c.customer, credit.PayMove(credit.DocReceipt, id(), late, yuan("200"), today)) // later: not in the record
	k := c.read(t, r).Record
	for what, pair := range map[string][2]string{
		"sales": {k.Sales.String(), "1000.00"}, "payments": {k.Payments.String(), "400.00"}, "paid late": {k.PaidLate.String(), "100.00"},
		"average days late": {k.AverageDaysLate.String(), "2.5"}, "overdue": {k.Overdue.String(), "200.00"},
		"exposure": {k.Exposure.String(), "600.00"}, "receivable": {k.Receivable.String(), "600.00"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s, want %s", what, pair[0], pair[1])
		}
	}
	if k.MostDaysLate != 10 || k.OverdueDays != 10 || len(k.History) != 1 || !k.History[0].LimitAmount.Equal(yuan("500")) || !k.FirstTrade.Equal(today) {
		t.Errorf("record %+v", k)
	}
	err := inTx(c.db, func(tx pg.Tx) error {
		return tx.Exec("UPDATE credit_limit_requests SET record = '{}' WHERE id = ?", r.ID).Error
	})
	if !errors.Is(err, credit.ErrFrozen) {
		t.Errorf("the record was changed: %v", err)
	}
}

func TestCRD08_TradeRecordGoesByBusinessDates(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	today := clock.Today(c.db.Clock().Now())
	ago := func(days int) time.Time { return today.AddDate(0, 0, -days) }
	year := today.AddDate(-1, 0, 0)
	invoice := func(amount string, on, due time.Time) uuid.UUID {
		v := id()
		mustPost(t, c.db, c.customer, credit.InvoiceMoves(v, yuan(amount), on, due)...)
		return v
	}
	pay := func(v uuid.UUID, amount string, on time.Time) (payment uuid.UUID) {
		payment = id()
		mustPost(t, c.db, c.customer, credit.PayMove(credit.DocAllocation, payment, v, yuan(amount), on))
		return payment
	}
	late := invoice("1000", ago(40), ago(10))
	pay(late, "100", ago(11)) // all of them are booked today, 10 days after the due date
	pay(late, "100", ago(10))
	pay(late, "100", ago(9))
	pay(late, "100", ago(7))
	bounced := pay(late, "500", ago(1))
	mustPost(t, c.db, c.customer, credit.UnpayMove(credit.DocReversal, bounced, late, yuan("500"), ago(10)))
	wrong := invoice("3000", ago(3), today)
	mustPost(t, c.db, c.customer, credit.ReverseInvoiceMoves(id(), wrong)...)
	old := invoice("20", year.AddDate(0, 0, -1), year.AddDate(0, 0, -90))
	pay(old, "7", year.AddDate(0, 0, -1))
	pay(invoice("3", year, today), "1", year)

	k := c.read(t, c.mustApply(t, credit.LimitOf(yuan("1000")))).Record
	for what, pair := range map[string][2]string{
		"sales": {k.Sales.String(), "1003.00"}, "payments": {k.Payments.String(), "401.00"}, "paid late": {k.PaidLate.String(), "200.00"},
		"average days late": {k.AverageDaysLate.String(), "1.0"}, // (100 × 1 + 100 × 3) ÷ 401
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s, want %s", what, pair[0], pair[1])
		}
	}
	if k.MostDaysLate != 3 {
		t.Errorf("%d days late at most, want 3", k.MostDaysLate)
	}
}

func TestCRD10_ApprovedResultIsInTheRegisterAtOnceAndNothingElseChangesIt(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	r := c.mustApply(t, credit.LimitOf(yuan("1000")))
	c.mustApprove(t, r, c.manager, c.gm)
	p := mustPosition(t, c.db, c.customer)
	if p.Profile.Grade != credit.GradeB || !p.Profile.Limit.Amount.Equal(yuan("1000")) || p.Profile.Terms.Days != 30 || *p.Profile.RequestID != r.ID {
		t.Errorf("profile %+v", p.Profile)
	}
	insert := `INSERT INTO credit_profiles (id, customer_id, limit_kind, settlement, terms_days, valid_from, request_id) SELECT gen_random_uuid(), customer_id, `
	for _, stmt := range []string{
		"UPDATE credit_profiles SET limit_amount = 2000",
		"UPDATE credit_profiles SET valid_to = valid_from + interval '1 second', grade = 'A'",
		"DELETE FROM credit_profiles",
		insert + "'unlimited', 'cash', 0, valid_from + interval '1 second', NULL FROM credit_profiles",
		insert + "'unlimited', 'cash', 0, valid_from + interval '1 second', request_id FROM credit_profiles",
		"WITH closed AS (UPDATE credit_profiles SET valid_to = valid_from + interval '1 second' RETURNING *) " + insert + "'unlimited', 'cash', 0, valid_from + interval '1 second', request_id FROM closed",
	} {
		if err := inTx(c.db, func(tx pg.Tx) error { return tx.Exec(stmt).Error }); !errors.Is(err, credit.ErrOnlyByRequest) {
			t.Errorf("%s: %v", stmt, err)
		}
	}
	err := inTx(c.db, func(tx pg.Tx) error {
		return c.credit.SetOpening(tx, credit.Opening{CustomerID: c.customer, Grade: credit.GradeA, Limit: credit.Unlimited(), Terms: credit.CashTerms()})
	})
	if !errors.Is(err, credit.ErrOnlyByRequest) {
		t.Errorf("opening data replaced an approved profile: %v", err)
	}
	if again := mustPosition(t, c.db, c.customer); again.Profile.ID != p.Profile.ID {
		t.Error("the profile changed")
	}
}

func TestCRD10_OpeningIsTheSystemsAlone(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	err := c.db.Tx(context.Background(), c.gm.Origin("test"), func(tx pg.Tx) error {
		return c.credit.SetOpening(tx, credit.Opening{CustomerID: c.customer, Grade: credit.GradeA, Limit: credit.Unlimited(), Terms: credit.CashTerms()})
	})
	if !errors.Is(err, errs.ErrForbidden) {
		t.Errorf("a person set an opening profile: %v", err)
	}
}

func TestCRD03_CRD06_OpeningGivesNoMoreThanTheGradeAllows(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	net := credit.Terms{Settlement: credit.NetDays, Days: 30}
	for _, x := range []struct {
		name  string
		grade credit.Grade
		limit credit.Limit
		terms credit.Terms
		want  error
	}{
		{"unlimited for B", credit.GradeB, credit.Unlimited(), net, credit.ErrGradeLimit},
		{"unlimited without a grade", credit.NoGrade, credit.Unlimited(), credit.CashTerms(), credit.ErrGradeLimit},
		{"C with a fen", credit.GradeC, credit.LimitOf(yuan("0.01")), credit.CashTerms(), credit.ErrGradeLimit},
		{"C with days", credit.GradeC, credit.LimitOf(yuan("0")), net, credit.ErrGradeLimit},
		{"D with a fen", credit.GradeD, credit.LimitOf(yuan("0.01")), credit.CashTerms(), credit.ErrGradeLimit},
		{"a fen without a grade", credit.NoGrade, credit.LimitOf(yuan("0.01")), credit.CashTerms(), credit.ErrGradeLimit},
		{"days of cash", credit.GradeA, credit.Unlimited(), credit.Terms{Settlement: credit.Cash, Days: 1}, credit.ErrTermsForm},
		{"unlimited for A", credit.GradeA, credit.Unlimited(), net, nil},
		{"B with a fen", credit.GradeB, credit.LimitOf(yuan("0.01")), net, nil},
		{"C with nothing", credit.GradeC, credit.LimitOf(yuan("0")), credit.CashTerms(), nil},
		{"D with nothing", credit.GradeD, credit.LimitOf(yuan("0")), credit.CashTerms(), nil},
	} {
		o := credit.Opening{CustomerID: customerOf(t, c.db, c.rep.ID, nil), Grade: x.grade, Limit: x.limit, Terms: x.terms}
		if err := inTx(c.db, func(tx pg.Tx) error { return c.credit.SetOpening(tx, o) }); !errors.Is(err, x.want) {
			t.Errorf("%s: %v, want %v", x.name, err, x.want)
		}
	}
}

func TestCRD10_NoOutcomeButApprovedChangesTheProfile(t *testing.T) {
	t.Parallel()
	for state, end := range map[credit.RequestState]func(tx pg.Tx, c company, id uuid.UUID) error{
		credit.RequestRejected: func(tx pg.Tx, c company, id uuid.UUID) error {
			_, err := c.approvals.RejectRequest(tx, c.manager, id, approval.Verdict{Comment: "不同意"})
			return err
		},
		credit.RequestReturned: func(tx pg.Tx, c company, id uuid.UUID) error {
			_, err := c.approvals.ReturnRequest(tx, c.manager, id, approval.Verdict{Comment: "请补充"})
			return err
		},
		credit.RequestWithdrawn: func(tx pg.Tx, c company, id uuid.UUID) error {
			_, err := c.approvals.WithdrawRequest(tx, c.rep, id, approval.Verdict{})
			return err
		},
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			r := c.mustApply(t, credit.LimitOf(yuan("1000")))
			if _, err := c.apply(c.application(credit.LimitOf(yuan("1")))); !errors.Is(err, credit.ErrRequestPending) {
				t.Errorf("a second request while one is pending: %v", err)
			}
			who := c.manager
			if state == credit.RequestWithdrawn {
				who = c.rep
			}
			err := c.db.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error { return end(tx, c, r.ApprovalID) })
			if err != nil {
				t.Fatal(err)
			}
			if got := c.read(t, r); got.State != state {
				t.Errorf("state %s", got.State)
			}
			if p := mustPosition(t, c.db, c.customer); p.Profile.ID != uuid.Nil {
				t.Errorf("profile %+v", p.Profile)
			}
			c.mustApply(t, credit.LimitOf(yuan("2"))) // may be asked anew
		})
	}
}

func TestCRD10_HistoryKeepsEveryProfile(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	setOpening(t, c.db, c.customer, credit.LimitOf(yuan("1")))
	for _, limit := range []string{"2", "3"} {
		c.mustApprove(t, c.mustApply(t, credit.LimitOf(yuan(limit))), c.finance, c.gm)
	}
	inView(t, c.db, func(tx pg.Tx) error {
		rows, err := c.credit.ListCreditProfiles(tx, c.rep, c.customer)
		if err != nil {
			return err
		}
		if len(rows) != 3 || rows[0].ValidTo != nil || !rows[0].Limit.Amount.Equal(yuan("3")) || !rows[2].Limit.Amount.Equal(yuan("1")) {
			t.Fatalf("history %+v", rows)
		}
		for i := 1; i < len(rows); i++ {
			if !rows[i].ValidTo.Equal(rows[i-1].ValidFrom) {
				t.Errorf("a gap before %s", rows[i-1].ValidFrom)
			}
		}
		current, err := c.credit.Profiles(tx, []uuid.UUID{c.customer, id()})
		if len(current) != 1 || current[c.customer].ID != rows[0].ID {
			t.Errorf("in force: %+v", current)
		}
		return err
	})
}

func TestCRD01_ApplicationsThatCantBe(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	child := customerOf(t, c.db, c.rep.ID, &c.customer)
	yesterday, today := clock.Today(c.db.Clock().Now()).AddDate(0, 0, -1), clock.Today(c.db.Clock().Now())
	for _, x := range []struct {
		name   string
		change func(*credit.Application)
		want   error
	}{
		{"an amount without its kind", func(a *credit.Application) { a.Limit = credit.Limit{Kind: credit.LimitNone, Amount: yuan("1")} }, credit.ErrLimitForm},
		{"a negative amount", func(a *credit.Application) { a.Limit = credit.LimitOf(yuan("-0.01")) }, credit.ErrLimitForm},
		{"no kind", func(a *credit.Application) { a.Limit = credit.Limit{} }, credit.ErrLimitForm},
		{"days of cash", func(a *credit.Application) { a.Terms = credit.Terms{Settlement: credit.Cash, Days: 1} }, credit.ErrTermsForm},
		{"366 days", func(a *credit.Application) { a.Terms.Days = 366 }, credit.ErrTermsForm},
		{"no settlement", func(a *credit.Application) { a.Terms = credit.Terms{} }, credit.ErrTermsForm},
		{"unlimited for B", func(a *credit.Application) { a.Limit = credit.Unlimited() }, credit.ErrGradeLimit},
		{"C with a limit", func(a *credit.Application) { a.Grade, a.Terms = credit.GradeC, credit.CashTerms() }, credit.ErrGradeLimit},
		{"C with days", func(a *credit.Application) { a.Grade, a.Limit = credit.GradeC, credit.LimitOf(yuan("0")) }, credit.ErrGradeLimit},
		{"D with a limit", func(a *credit.Application) { a.Grade, a.Terms = credit.GradeD, credit.CashTerms() }, credit.ErrGradeLimit},
		{"no grade with a limit", func(a *credit.Application) { a.Grade = credit.NoGrade }, credit.ErrGradeLimit},
		{"review yesterday", func(a *credit.Application) { a.NextReview = &yesterday }, credit.ErrReviewPast},
		{"not the payer", func(a *credit.Application) { a.CustomerID = child }, credit.ErrNotPayer},
		{"unknown customer", func(a *credit.Application) { a.CustomerID = id() }, errs.ErrReferenced},
		{"another's customer", func(a *credit.Application) { a.CustomerID = newCustomer(t, c.db) }, errs.ErrReferenced},
		{"review today", func(a *credit.Application) { a.NextReview = &today }, nil},
	} {
		a := c.application(credit.LimitOf(yuan("100")))
		x.change(&a)
		if _, err := c.apply(a); !errors.Is(err, x.want) {
			t.Errorf("%s: %v, want %v", x.name, err, x.want)
		}
	}
}

func TestORG06_RequestsAboutOthersCustomersAreNotFound(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	r := c.mustApply(t, credit.LimitOf(yuan("1000")))
	inView(t, c.db, func(tx pg.Tx) error {
		if _, err := c.credit.GetCreditLimitRequest(tx, rep(id()), r.ID); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("a stranger reads it: %v", err)
		}
		rows, _, err := c.credit.ListCreditLimitRequests(tx, rep(id()), credit.RequestFilter{}, pg.Page{Limit: 5})
		if len(rows) != 0 {
			t.Errorf("a stranger lists it: %+v", rows)
		}
		if err != nil {
			return err
		}
		rows, _, err = c.credit.ListCreditLimitRequests(tx, c.finance, credit.RequestFilter{CustomerID: c.customer, State: credit.RequestPending}, pg.Page{Limit: 5})
		if len(rows) != 1 || rows[0].ID != r.ID || rows[0].CustomerName == "" || !rows[0].Limit().Amount.Equal(yuan("1000")) {
			t.Errorf("finance sees %+v", rows)
		}
		return err
	})
}

// A limit that falls while goods are released: either order is right, and what was released fits the limit that it was
// judged by.
func TestCRD17_RaceOfLimitChangeAndReleaseHasNoThirdOutcome(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	for range rounds() {
		c.customer = customerOf(t, c.db, c.rep.ID, nil)
		setOpening(t, c.db, c.customer, credit.LimitOf(yuan("1000")))
		r := c.mustApply(t, credit.LimitOf(yuan("500")))
		c.mustApprove(t, r, c.finance)
		var released atomic.Int32
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := c.approve(c.gm, r); err != nil {
				t.Error(err)
			}
		})
		for range 6 {
			wg.Go(func() {
				err := inTx(c.db, func(tx pg.Tx) error {
					j, err := release(tx, c.customer, yuan("200"))
					if err == nil && !j.OverLimit {
						released.Add(1)
						if j.ExposureAfter.Cmp(j.Limit) > 0 {
							t.Errorf("%s released on %s", j.ExposureAfter, j.Limit)
						}
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := released.Load(); n < 2 || n > 5 {
			t.Errorf("%d released", n)
		}
		if j, err := reserve(c.db, c.customer, "0.01"); err != nil || j.Limit.Cmp(yuan("500")) != 0 {
			t.Errorf("judged by %s afterwards, %v", j.Limit, err)
		}
	}
	agrees(t, c.db)
}

func reserve(db *pg.DB, payer uuid.UUID, amount string) (j credit.Judgement, err error) {
	err = inTx(db, func(tx pg.Tx) error {
		j, err = release(tx, payer, yuan(amount))
		return err
	})
	return j, err
}

func TestAnApplicationFailsWhole(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	for n := int64(1); n < 60; n++ {
		ctx, _ := pg.WithProbe(context.Background(), n)
		err := c.db.Tx(ctx, c.rep.Origin("test"), func(tx pg.Tx) error {
			_, err := c.credit.CreateCreditLimitRequest(tx, c.rep, c.application(credit.LimitOf(yuan("1"))))
			return err
		})
		if err == nil {
			return
		}
		inView(t, c.db, func(tx pg.Tx) error {
			var rows int64
			err := tx.Raw(`SELECT (SELECT count(*) FROM credit_limit_requests) + (SELECT count(*) FROM approval_requests) + (SELECT count(*) FROM credit_accounts) + (SELECT count(*) FROM events)`).Scan(&rows).Error
			if rows != 0 {
				t.Fatalf("statement %d failed and left %d rows", n, rows)
			}
			return err
		})
	}
	t.Error("never went through")
}
