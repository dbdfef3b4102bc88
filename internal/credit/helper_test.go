package credit_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// service is for what needs no approvals: the engine keeps the authority matrix of one database.
var service = credit.New(rulebook.New(), nil)

func id() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func yuan(s string) decimal.Decimal { return decimal.MustParse(s) }

// inTx runs fn as the system and returns its error.
func inTx(db *pg.DB, fn func(pg.Tx) error) error {
	return db.Tx(context.Background(), pg.System("test"), fn)
}

// inView is inTx for reading; it fails the test on an error.
func inView(t testing.TB, db *pg.DB, fn func(pg.Tx) error) {
	t.Helper()
	if err := db.View(context.Background(), pg.System("test"), fn); err != nil {
		t.Fatal(err)
	}
}

// newUser writes a person with these roles.
func newUser(t testing.TB, db *pg.DB, roles string) uuid.UUID {
	t.Helper()
	user := id()
	err := inTx(db, func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO users (id, username, name, phone, roles, active, locale, must_change_password, password_hash, token_epoch, created_at, version)
			VALUES (?, ?, '测试', '', ?::text[], true, 'zh-CN', false, '', 1, ?, 1)`, user, "u"+user.String(), roles, tx.Now).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// newCustomer writes a customer with an owner of its own.
func newCustomer(t testing.TB, db *pg.DB) uuid.UUID {
	t.Helper()
	return customerOf(t, db, newUser(t, db, "{sales_rep}"), nil)
}

func customerOf(t testing.TB, db *pg.DB, owner uuid.UUID, payer *uuid.UUID) uuid.UUID {
	t.Helper()
	c := id()
	err := inTx(db, func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO customers (id, code, name, name_key, name_grams, industry, region, remarks, status, owner_id, owned_at, bill_to_id, created_at, updated_at, version)
			VALUES (?, ?, ?, ?, '{}', '', '', '', 'active', ?, ?, ?, ?, ?, 1)`,
			c, c.String(), fmt.Sprint("客户", c), c.String(), owner, tx.Now, payer, tx.Now, tx.Now).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// post posts movements to a payer's account and returns the account after them.
func post(db *pg.DB, payer uuid.UUID, moves ...credit.Movement) (a credit.Account, err error) {
	err = inTx(db, func(tx pg.Tx) error {
		locked, err := service.Lock(tx, payer)
		if err != nil {
			return err
		}
		err = service.Post(tx, locked, moves...)
		a = *locked
		return err
	})
	return a, err
}

func mustPost(t testing.TB, db *pg.DB, payer uuid.UUID, moves ...credit.Movement) credit.Account {
	t.Helper()
	a, err := post(db, payer, moves...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// release is what a shipping notice does when it is released: lock the account, read the position under the lock, judge, and
// post if the amount fits (shipping: hold, situation, judge, release).
func release(tx pg.Tx, payer uuid.UUID, amount decimal.Decimal) (credit.Judgement, error) {
	a, err := service.Lock(tx, payer)
	if err != nil {
		return credit.Judgement{}, err
	}
	p, err := service.Under(tx, a)
	if err != nil {
		return credit.Judgement{}, err
	}
	j := credit.Judge(p, amount)
	if j.OverLimit {
		return j, nil
	}
	return j, service.Post(tx, a, credit.ReleaseMove(id(), amount))
}

// parts shows receivable, shipped, released and prepaid.
func parts(a credit.Account) string {
	return fmt.Sprintf("%s %s %s %s", a.Receivable.Trim(0), a.Shipped.Trim(0), a.Released.Trim(0), a.Prepaid.Trim(0))
}

// agrees fails the test unless account, movements and open items are the same figure everywhere.
func agrees(t testing.TB, db *pg.DB) {
	t.Helper()
	inView(t, db, func(tx pg.Tx) error {
		found, err := credit.Reconcile(tx)
		if len(found) > 0 {
			t.Fatalf("the ledger disagrees: %+v", found)
		}
		return err
	})
}

// setOpening gives a customer its first profile: grade B, or A for no upper limit, 30 days.
func setOpening(t testing.TB, db *pg.DB, customer uuid.UUID, limit credit.Limit) {
	t.Helper()
	grade := credit.GradeB
	if limit == credit.Unlimited() {
		grade = credit.GradeA
	}
	err := inTx(db, func(tx pg.Tx) error {
		return service.SetOpening(tx, credit.Opening{
			CustomerID: customer, Grade: grade, Limit: limit, Terms: credit.Terms{Settlement: credit.NetDays, Days: 30},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}
