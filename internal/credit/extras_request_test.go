package credit_test

import (
	"errors"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestCRD10_ExtrasComeIntoTheRegisterByAnApprovedRequestOnly(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	setOpening(t, c.db, c.customer, credit.LimitOf(yuan("1000")))
	today := clock.Today(c.db.Clock().Now())
	end := today.AddDate(0, 3, 0)
	a := c.application(credit.LimitOf(yuan("1000")))
	a.Amend = func(e *credit.Extras) {
		e.ValidUntil = &end
		e.Temporary = &credit.Temporary{Amount: yuan("1500.004"), From: today, Until: today.AddDate(0, 0, 7)}
		e.Tolerance = &credit.Tolerance{Amount: yuan("20"), Days: 5}
	}
	r, err := c.apply(a)
	if err != nil {
		t.Fatal(err)
	}
	if p := mustPosition(t, c.db, c.customer); !p.Counting().Amount.Equal(yuan("1000")) {
		t.Fatalf("counts before it is approved: %+v", p.Counting())
	}
	c.mustApprove(t, r, c.finance, c.gm)
	p := mustPosition(t, c.db, c.customer)
	if got := p.Counting(); !got.Amount.Equal(yuan("1500")) || got.Because != credit.BecauseTemporary {
		t.Errorf("counts %+v", got)
	}
	if got := p.Tolerance(); !got.Amount.Equal(yuan("20")) || got.Days != 5 {
		t.Errorf("tolerates %+v", got)
	}
	if !p.Profile.Extras.ValidUntil.Equal(end) {
		t.Errorf("valid until %v", p.Profile.Extras.ValidUntil)
	}
	if got := c.read(t, r).Extras(); got.Temporary == nil || !got.Temporary.Amount.Equal(yuan("1500")) {
		t.Errorf("the request says %+v", got)
	}
	// a change of something else leaves them; taking one off is said
	r, err = c.apply(c.application(credit.LimitOf(yuan("2000"))))
	if err != nil {
		t.Fatal(err)
	}
	if r.Previous.Temporary == nil || r.Extras().Temporary == nil {
		t.Errorf("the next request has %+v, before it %+v", r.Extras(), r.Previous)
	}
	c.mustApprove(t, r, c.finance, c.gm)
	a = c.application(credit.LimitOf(yuan("2000")))
	a.Amend = func(e *credit.Extras) { e.Temporary = nil }
	if r, err = c.apply(a); err != nil || r.Extras().Temporary != nil || r.Extras().Tolerance == nil {
		t.Errorf("taken off: %+v: %v", r.Extras(), err)
	}
}

// Behind the program's back the database refuses what wasn't approved, and what can't be.
func TestCRD10_TheDatabaseGuardsExtras(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	exec := func(sql string, args ...any) error {
		return inTx(c.db, func(tx pg.Tx) error { return tx.Exec(sql, args...).Error })
	}
	r := c.mustApply(t, credit.LimitOf(yuan("1000")))
	c.mustApprove(t, r, c.manager, c.gm)
	if err := exec(`UPDATE credit_profiles SET temporary_amount = 9, temporary_from = '2026-01-01', temporary_until = '2030-01-01'`); !errors.Is(err, credit.ErrOnlyByRequest) {
		t.Errorf("a temporary limit from nowhere: %v", err)
	}
	const insert = `INSERT INTO credit_profiles (id, customer_id, grade, limit_kind, limit_amount, settlement, terms_days, next_review, valid_from, request_id,
			valid_until, temporary_amount, temporary_from, temporary_until, tolerance_amount, tolerance_days)
		SELECT gen_random_uuid(), customer_id, grade, limit_kind, limit_amount, settlement, terms_days, next_review, valid_from + interval '1 hour', `
	for _, extras := range []string{
		`'2030-01-01', NULL, NULL, NULL, NULL, NULL`, `NULL, 9, '2026-01-01', '2030-01-01', NULL, NULL`, `NULL, NULL, NULL, NULL, 9, 9`,
	} {
		err := inTx(c.db, func(tx pg.Tx) error {
			if err := tx.Exec(`UPDATE credit_profiles SET valid_to = valid_from + interval '1 second' WHERE customer_id = ?`, c.customer).Error; err != nil {
				return err
			}
			return tx.Exec(insert+`request_id, `+extras+` FROM credit_profiles WHERE customer_id = ?`, c.customer).Error
		})
		if !errors.Is(err, credit.ErrOnlyByRequest) {
			t.Errorf("%s: %v", extras, err)
		}
	}
	other := customerOf(t, c.db, c.rep.ID, nil)
	for extras, want := range map[string]error{
		`NULL, NULL, NULL, NULL, NULL, NULL`:               nil,
		`NULL, NULL, NULL, NULL, 9, NULL`:                  credit.ErrExtrasForm,
		`NULL, 9, '2026-01-02', '2026-01-01', NULL, NULL`:  credit.ErrExtrasForm,
		`NULL, -1, '2026-01-01', '2026-01-01', NULL, NULL`: credit.ErrExtrasForm,
	} {
		err := exec(`INSERT INTO credit_limit_requests (id, number, customer_id, kind, state, limit_kind, limit_amount, settlement, terms_days, next_review, reasons,
				previous, record, approval_id, requested_by, requested_at, version, valid_until, temporary_amount, temporary_from, temporary_until, tolerance_amount, tolerance_days)
			SELECT gen_random_uuid(), gen_random_uuid()::text, ?, 'first', 'pending', 'amount', 1, 'cash', 0, '2030-01-01', 'x', '{}', '{}', gen_random_uuid(), gen_random_uuid(),
				now(), 1, `+extras, other)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", extras, err)
		}
		if err := exec(`UPDATE credit_limit_requests SET state = 'rejected', decided_at = ? WHERE customer_id = ? AND state = 'pending'`, time.Now(), other); err != nil {
			t.Fatal(err)
		}
	}
}
