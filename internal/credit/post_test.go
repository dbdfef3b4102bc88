package credit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

func TestCRD11_MovementsFollowTheDocuments(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	payer, today := newCustomer(t, db), clock.Today(db.Clock().Now())
	due := today
	notice, note, invoice, receipt, allocation := id(), id(), id(), id(), id()
	for _, step := range []struct {
		what  string
		moves []credit.Movement
		want  string // receivable shipped released prepaid
	}{
		{"release", []credit.Movement{credit.ReleaseMove(notice, yuan("1000"))}, "0 0 1000 0"},
		{"ship a part", credit.ShipMoves(notice, note, yuan("600"), false), "0 600 400 0"},
		{"cancel the rest", []credit.Movement{credit.UnreleaseMove(notice)}, "0 600 0 0"},
		{"cancel again", []credit.Movement{credit.UnreleaseMove(notice)}, "0 600 0 0"},
		{"invoice", credit.InvoiceMoves(invoice, yuan("600"), today, due, credit.FromNote{Note: note, Amount: yuan("600")}), "600 0 0 0"},
		{"prepayment", []credit.Movement{credit.PrepayMove(credit.DocReceipt, receipt, receipt, yuan("250"))}, "600 0 0 250"},
		{"allocate", credit.AllocateMoves(allocation, receipt, invoice, yuan("200"), today), "400 0 0 50"},
		{"take it off", []credit.Movement{credit.UnpayMove(credit.DocReversal, id(), invoice, yuan("200"), due)}, "600 0 0 50"},
		{"reverse the invoice", credit.ReverseInvoiceMoves(id(), invoice, credit.FromNote{Note: note, Amount: yuan("600")}), "0 600 0 50"},
	} {
		if got := parts(mustPost(t, db, payer, step.moves...)); got != step.want {
			t.Fatalf("after %s: %s, want %s", step.what, got, step.want)
		}
	}
	agrees(t, db)
}

func TestCRD11_OverShippedAndOverInvoicedRemaindersStayAtZero(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	payer, today := newCustomer(t, db), clock.Today(db.Clock().Now())
	due := today
	notice, other, note, invoice := id(), id(), id(), id()
	mustPost(t, db, payer, credit.ReleaseMove(notice, yuan("100")), credit.ReleaseMove(other, yuan("70")))
	// 130 left on a notice of 100: the other notice's 70 stay whole.
	if got := parts(mustPost(t, db, payer, credit.ShipMoves(notice, note, yuan("130"), false)...)); got != "0 130 70 0" {
		t.Fatalf("over-shipped: %s", got)
	}
	if got := parts(mustPost(t, db, payer, credit.InvoiceMoves(invoice, yuan("150"), today, due, credit.FromNote{Note: note, Amount: yuan("150")})...)); got != "150 0 70 0" {
		t.Fatalf("over-invoiced: %s", got)
	}
	if got := parts(mustPost(t, db, payer, credit.UnreleaseMove(notice))); got != "150 0 70 0" {
		t.Fatalf("an empty notice gave something back: %s", got)
	}
	agrees(t, db)
}

func TestCRD11_NoDocumentTakesBackMoreThanItGave(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	payer, today := newCustomer(t, db), clock.Today(db.Clock().Now())
	due := today
	invoice, receipt := id(), id()
	mustPost(t, db, payer, credit.OpeningMove(invoice, yuan("100"), due), credit.OpeningMove(id(), yuan("900"), due),
		credit.PrepayMove(credit.DocReceipt, receipt, receipt, yuan("50")))
	for name, move := range map[string]credit.Movement{
		"a fen more than the invoice":    credit.PayMove(credit.DocReceipt, id(), invoice, yuan("100.01"), today),
		"an invoice that isn't there":    credit.PayMove(credit.DocReceipt, id(), id(), yuan("0.01"), today),
		"a fen more than the prepayment": credit.UsePrepaidMove(credit.DocAllocation, id(), receipt, yuan("50.01")),
	} {
		if _, err := post(db, payer, move); !errors.Is(err, credit.ErrTakesTooMuch) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := post(db, newCustomer(t, db), credit.PayMove(credit.DocReceipt, id(), invoice, yuan("1"), today)); !errors.Is(err, credit.ErrTakesTooMuch) {
		t.Errorf("another payer's invoice: %v", err)
	}
	if got := parts(mustPost(t, db, payer, credit.PayMove(credit.DocReceipt, id(), invoice, yuan("100"), today))); got != "900 0 0 50" {
		t.Errorf("all of the invoice: %s", got)
	}
	agrees(t, db)
}

// Under any sequence of postings: account = Σ movements = Σ open items, and nothing is negative.
func TestCRD11_LedgerPropertyUnderAnySequence(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	today := clock.Today(db.Clock().Now())
	rapid.Check(t, func(r *rapid.T) {
		payer := newCustomer(t, db)
		items := []uuid.UUID{id(), id(), id()}
		item := rapid.SampledFrom(items)
		cents := rapid.Int64Range(0, 30000)
		for range rapid.IntRange(1, 6).Draw(r, "postings") {
			moves := anyMoves(r, item, cents, today)
			a, err := post(db, payer, moves...)
			if err != nil && !errors.Is(err, credit.ErrTakesTooMuch) {
				r.Fatal(err)
			}
			if err == nil && (a.Receivable.IsNeg() || a.Shipped.IsNeg() || a.Released.IsNeg() || a.Prepaid.IsNeg()) {
				r.Fatalf("negative: %s", parts(a))
			}
		}
		agrees(t, db)
	})
}

func anyMoves(r *rapid.T, item *rapid.Generator[uuid.UUID], cents *rapid.Generator[int64], today time.Time) []credit.Movement {
	var moves []credit.Movement
	for range rapid.IntRange(1, 3).Draw(r, "moves") {
		a, b, v := item.Draw(r, "a"), item.Draw(r, "b"), decimal.MustNew(cents.Draw(r, "cents"), 2)
		switch rapid.IntRange(0, 9).Draw(r, "verb") {
		case 0:
			moves = append(moves, credit.ReleaseMove(a, v))
		case 1:
			moves = append(moves, credit.UnreleaseMove(a))
		case 2:
			moves = append(moves, credit.ShipMoves(a, b, v, rapid.Bool().Draw(r, "final"))...)
		case 3:
			moves = append(moves, credit.UnshipMoves(a, b, v)...)
		case 4:
			moves = append(moves, credit.InvoiceMoves(a, v, today, today, credit.FromNote{Note: b, Amount: v})...)
		case 5:
			moves = append(moves, credit.ReverseInvoiceMoves(id(), a, credit.FromNote{Note: b, Amount: v})...)
		case 6:
			moves = append(moves, credit.PayMove(credit.DocReceipt, id(), a, v, today))
		case 7:
			moves = append(moves, credit.PrepayMove(credit.DocReceipt, a, a, v))
		case 8:
			moves = append(moves, credit.AllocateMoves(id(), a, b, v, today)...)
		case 9:
			moves = append(moves, credit.UnpayMove(credit.DocReversal, id(), a, v, today))
		}
	}
	return moves
}

func TestLedgerIsAppendOnlyAndItsConstraintsSpeak(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	payer := newCustomer(t, db)
	mustPost(t, db, payer, credit.ReleaseMove(id(), yuan("10")))
	for stmt, want := range map[string]error{
		"UPDATE credit_accounts SET receivable = -1":         credit.ErrNegative,
		"UPDATE credit_accounts SET shipped = -1":            credit.ErrNegative,
		"UPDATE credit_accounts SET released = -1":           credit.ErrNegative,
		"UPDATE credit_accounts SET prepaid = -1":            credit.ErrNegative,
		"UPDATE credit_open_items SET open_amount = -1":      credit.ErrNegative,
		"UPDATE credit_open_items SET due_on = '2026-01-01'": errs.ErrConstraint,
		"INSERT INTO credit_movements SELECT payer_id, 2, at, happened_on, part, 0, 10, document_type, document_id, item_id, due_on, '' FROM credit_movements": errs.ErrConstraint,
		"INSERT INTO credit_movements SELECT payer_id, 2, at, happened_on, part, 1, -1, document_type, document_id, item_id, due_on, '' FROM credit_movements": credit.ErrNegative,
		"INSERT INTO credit_movements SELECT * FROM credit_movements":                                                                                          errs.ErrStale,
	} {
		if err := inTx(db, func(tx pg.Tx) error { return tx.Exec(stmt).Error }); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", stmt, err, want)
		}
	}
	for _, stmt := range []string{"UPDATE credit_movements SET amount = 1", "DELETE FROM credit_movements", "TRUNCATE credit_movements"} {
		if err := inTx(db, func(tx pg.Tx) error { return tx.Exec(stmt).Error }); err == nil {
			t.Errorf("%s went through", stmt)
		}
	}
	agrees(t, db)
}

func TestCRD11_ReconcileNamesThePayer(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	payer := newCustomer(t, db)
	mustPost(t, db, payer, credit.ReleaseMove(id(), yuan("10")))
	err := inTx(db, func(tx pg.Tx) error {
		if err := tx.Exec("UPDATE credit_accounts SET released = 10.01, shipped = 2").Error; err != nil {
			return err
		}
		found, err := credit.Reconcile(tx)
		if err == nil && (len(found) != 2 || found[0].PayerID != payer || found[0].Part != credit.Released || !found[0].Movements.Equal(yuan("10")) || !found[0].Account.Equal(yuan("10.01"))) {
			t.Errorf("found %+v", found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPostingWithoutTheLockIsStale(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	payer := newCustomer(t, db)
	old := mustPost(t, db, payer, credit.ReleaseMove(id(), yuan("10")))
	mustPost(t, db, payer, credit.ReleaseMove(id(), yuan("10")))
	err := inTx(db, func(tx pg.Tx) error { return service.Post(tx, &old, credit.ReleaseMove(id(), yuan("10"))) })
	if !errors.Is(err, errs.ErrStale) {
		t.Errorf("posted on an account read before: %v", err)
	}
	agrees(t, db)
}

func TestAPostingFailsWhole(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	payer, notice := newCustomer(t, db), id()
	mustPost(t, db, payer, credit.ReleaseMove(notice, yuan("10")))
	for n := int64(1); ; n++ {
		ctx, probe := pg.WithProbe(context.Background(), n)
		err := db.Tx(ctx, pg.System("test"), func(tx pg.Tx) error {
			a, err := service.Lock(tx, payer)
			if err != nil {
				return err
			}
			return service.Post(tx, a, credit.ShipMoves(notice, id(), yuan("10"), true)...)
		})
		if err == nil {
			if probe.Statements() != 3 {
				t.Errorf("a posting takes %d statements, lock included; 3 were enough", probe.Statements())
			}
			break
		}
		if got := parts(mustPost(t, db, payer)); got != "0 0 10 0" {
			t.Fatalf("statement %d failed and left %s", n, got)
		}
	}
	agrees(t, db)
}
