package contract_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestCON09_AnOrderCannotExceedWhatIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.stored("1000.00", goods{w.plain, "100", "10", "1000.00"})
	first, second := uuid.New(), uuid.New()
	l := c.Lines[0]
	w.must(w.callOff(c.ID, first, of(l, "60", "600.00")))
	wantErr(t, w.callOff(c.ID, second, of(l, "40.0001", "400.00")), contract.ErrLineExceeded, "one above")
	w.must(w.callOff(c.ID, second, of(l, "39.9999", "399.99")))
	w.must(w.callOff(c.ID, second, of(l, "40", "400.00"))) // exactly
	if got := w.read(c.ID); !got.Lines[0].Left().IsZero() || !got.Left().IsZero() {
		t.Errorf("left %s of the line and %s of the total", got.Lines[0].Left(), got.Left())
	}
	wantErr(t, w.callOff(c.ID, uuid.New(), of(l, "0.0001", "0.00")), contract.ErrLineExceeded, "used up")

	w.must(w.callOff(c.ID, first)) // cancelled: all given back
	if got := w.read(c.ID); got.Lines[0].Left().String() != "60.0000" || got.Left().String() != "600.00" || got.Lines[0].CalledAmount.String() != "400.00" {
		t.Errorf("given back: %+v", got.Lines[0])
	}
	w.must(w.callOff(c.ID, second, of(l, "15", "150.00"))) // closed short
	if got := w.read(c.ID); got.Lines[0].CalledQuantity.String() != "15.0000" || got.CalledAmount.String() != "150.00" {
		t.Errorf("closed short: %+v", got.Lines[0])
	}
}

func TestCON09_TheAmountIsBoundedToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.stored("1500.00", goods{w.plain, "100", "10", "1000.00"}, goods{w.other, "50", "10", "500.00"})
	a, b := c.Lines[0], c.Lines[1]
	order := uuid.New()
	w.must(w.callOff(c.ID, order, of(a, "100", "1000.00"), of(b, "30", "400.00"))) // dearer than agreed
	// 20 left of the line, 100.00 of the total; rounding explains 150 × 0.00005 + 3 fen = 0.0375
	wantErr(t, w.callOff(c.ID, uuid.New(), of(b, "20", "100.04")), contract.ErrAmountExceeded, "more than rounding")
	w.must(w.callOff(c.ID, uuid.New(), of(b, "20", "100.03")))
	if got := w.read(c.ID); got.CalledAmount.String() != "1500.00" {
		t.Errorf("called %s", got.CalledAmount)
	}
}

// Three orders of a third each come to a fen more than the whole, by rounding alone: the last one passes.
func TestCON09_RoundingAtTheLastFenIsNoExcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.stored("1.01", goods{w.plain, "3", "0.335", "1.01"})
	for range 3 {
		w.must(w.callOff(c.ID, uuid.New(), of(c.Lines[0], "1", "0.34")))
	}
	if got := w.read(c.ID); got.CalledAmount.String() != "1.01" || !got.Lines[0].Left().IsZero() {
		t.Errorf("called %s, left %s", got.CalledAmount, got.Lines[0].Left())
	}
}

func TestCON09_TheDatesDecide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tc := range []struct {
		name           string
		starts, ends   int // days from today
		state          contract.State
		want           error
		stillGivesBack bool
	}{
		{"its last day", -10, 0, contract.StateInForce, nil, true},
		{"the day after, job late", -10, -1, contract.StateInForce, contract.ErrExpired, true},
		{"its first day", 0, 10, contract.StateInForce, nil, true},
		{"the day before", 1, 10, contract.StateInForce, contract.ErrNotBegun, true},
		{"expired", -10, -1, contract.StateExpired, contract.ErrExpired, true},
		{"terminated", -10, 10, contract.StateTerminated, contract.ErrNotInForce, true},
		{"closed", -10, 10, contract.StateClosed, contract.ErrNotInForce, true},
	} {
		c := w.stored("1000.00", goods{w.plain, "100", "10", "1000.00"})
		order := uuid.New()
		w.must(w.callOff(c.ID, order, of(c.Lines[0], "10", "100.00")))
		w.Tx(func(tx pg.Tx) error {
			var ended *time.Time
			if tc.state != contract.StateInForce {
				ended = &tx.Now
			}
			return tx.Exec("UPDATE contracts SET starts_on = ?, ends_on = ?, state = ?, ended_at = ? WHERE id = ?",
				w.today.AddDate(0, 0, tc.starts), w.today.AddDate(0, 0, tc.ends), tc.state, ended, c.ID).Error
		})
		err := w.callOff(c.ID, uuid.New(), of(c.Lines[0], "1", "10.00"))
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
		if more := w.callOff(c.ID, order, of(c.Lines[0], "10.0001", "100.00")); !errors.Is(more, tc.want) {
			t.Errorf("%s: more for the same order: %v", tc.name, more)
		}
		if err := w.callOff(c.ID, order, of(c.Lines[0], "5", "50.00")); err != nil {
			t.Errorf("%s: giving back: %v", tc.name, err)
		}
	}
}

func TestCON09_WhatCannotBeCalledOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.stored("1000.00", goods{w.plain, "100", "10", "1000.00"})
	other := w.stored("1000.00", goods{w.plain, "100", "10", "1000.00"})
	l := c.Lines[0]
	wantErr(t, w.callOff(c.ID, uuid.New(), of(other.Lines[0], "1", "10")), contract.ErrNoLine, "another contract's line")
	wantErr(t, w.callOff(c.ID, uuid.New(), of(l, "0", "0")), contract.ErrCallQuantity, "nothing")
	wantErr(t, w.callOff(c.ID, uuid.New(), of(l, "-1", "10")), contract.ErrCallQuantity, "negative")
	wantErr(t, w.callOff(c.ID, uuid.New(), of(l, "1", "-10")), contract.ErrCallQuantity, "negative amount")
	wantErr(t, w.callOff(c.ID, uuid.New(), of(l, "60", "600"), of(l, "40.0001", "400")), contract.ErrLineExceeded, "one line in two parts")
	wantErr(t, w.callOff(c.ID, uuid.New(), of(l, "999999999999999", "1")), contract.ErrLineExceeded, "absurd")
	wantErr(t, w.callOff(uuid.New(), uuid.New(), of(l, "1", "1")), errs.ErrNotFound, "no contract")
	w.must(w.callOff(c.ID, uuid.New(), of(l, "60", "600"), of(l, "40", "400")))
}

// The constraints hold when the code doesn't (CON-09).
func TestCON09_ConstraintsHoldByThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.stored("1000.00", goods{w.plain, "100", "10", "1000.00"})
	try := func(sql string) error {
		return w.DB.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(sql, c.ID).Error })
	}
	wantErr(t, try("UPDATE contract_lines SET called_quantity = 100.0001 WHERE contract_id = ?"), contract.ErrLineExceeded, "quantity")
	wantErr(t, try("UPDATE contracts SET called_amount = 1000.01 WHERE id = ?"), contract.ErrAmountExceeded, "amount")
	wantErr(t, try("UPDATE contracts SET ends_on = starts_on - 1 WHERE id = ?"), contract.ErrPeriod, "period")
	wantErr(t, try("UPDATE contracts SET terms_days = 30 WHERE id = ?"), contract.ErrTerms, "terms")
	wantErr(t, try("UPDATE contract_lines SET quantity = 200 WHERE contract_id = ?"), contract.ErrFrozen, "frozen line")
	wantErr(t, try("DELETE FROM contract_lines WHERE contract_id = ?"), contract.ErrFrozen, "frozen line")
	wantErr(t, try("UPDATE contracts SET approved_at = NULL WHERE id = ?"), contract.ErrNotInForce, "in force without approval")
	wantErr(t, try("UPDATE contracts SET signed_on = NULL, customer_signed_on = NULL, signed_by = NULL WHERE id = ?"), contract.ErrNotInForce, "in force unsigned")
	for _, sql := range []string{
		"UPDATE contracts SET called_amount = 999.99 WHERE id = ?", "UPDATE contract_lines SET called_quantity = 100 WHERE contract_id = ?",
	} {
		w.must(try(sql))
	}
}

// CON-09 under load: of 50 concurrent orders exactly as many pass as there is goods for.
func TestRaceCON09_FiftyOrdersOnOneContract(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tc := range []struct {
		name, quantity, amount string
		total                  string
		winners                int
	}{
		{"by quantity", "10", "100.00", "1000.00", 10},
		{"by amount", "1", "130.00", "1000.00", 7},
		{"to the last unit", "3", "30.00", "1000.00", 33},
	} {
		c := w.stored(tc.total, goods{w.plain, "100", "10", "1000.00"})
		fns := make([]func() error, 50)
		for i := range fns {
			fns[i] = func() error { return w.callOff(c.ID, uuid.New(), of(c.Lines[0], tc.quantity, tc.amount)) }
		}
		begun := time.Now()
		results := together(fns...)
		t.Logf("%s: 50 orders in %s", tc.name, time.Since(begun).Round(time.Millisecond))
		if n := won(results); n != tc.winners {
			t.Errorf("%s: %d passed, want %d", tc.name, n, tc.winners)
		}
		for _, err := range results {
			if err != nil && !errors.Is(err, contract.ErrLineExceeded) && !errors.Is(err, contract.ErrAmountExceeded) {
				t.Errorf("%s: %v", tc.name, err)
			}
		}
		w.audit(c.ID)
	}
}

// Orders that change their minds concurrently leave the sums equal to what they call off.
func TestRaceCON09_SumsAgreeWhateverOrdersDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.stored("1000.00", goods{w.plain, "100", "10", "1000.00"})
	fns := make([]func() error, 20)
	for i := range fns {
		order := uuid.New()
		fns[i] = func() error {
			_ = w.callOff(c.ID, order, of(c.Lines[0], "8", "80.00"))
			_ = w.callOff(c.ID, order, of(c.Lines[0], "3", "30.00"))
			if i%2 == 0 {
				return w.callOff(c.ID, order)
			}
			return nil
		}
	}
	for _, err := range together(fns...) {
		w.must(err)
	}
	w.audit(c.ID)
}

// audit compares the sums with the calls.
func (w *world) audit(id uuid.UUID) {
	w.t.Helper()
	c := w.read(id)
	var quantity, amount string
	w.Tx(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&quantity, &amount},
			"SELECT sum(quantity)::numeric(18,4)::text, sum(amount)::numeric(18,2)::text FROM contract_call_offs WHERE contract_id = ?", id)
	})
	if quantity != c.Lines[0].CalledQuantity.String() || amount != c.CalledAmount.String() || amount != c.Lines[0].CalledAmount.String() {
		w.t.Errorf("calls add up to %s and %s, the contract says %s and %s", quantity, amount, c.Lines[0].CalledQuantity, c.CalledAmount)
	}
}
