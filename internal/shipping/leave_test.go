package shipping

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
)

// Loading takes a notice on and unloading takes it back, line by line; never more than is left of a line, and a closed notice stays closed.
func TestSHP07_LoadingTakesANoticeOn(t *testing.T) {
	t.Parallel()
	dec := decimal.MustParse
	n := &Notice{State: StateReleased, Amount: dec("10.00"), Lines: []Line{
		{ID: uuid.New(), Quantity: dec("3"), Amount: dec("10.00")}, {ID: uuid.New(), Quantity: dec("1"), Amount: dec("0.00")}, // the second is free of charge
	}}
	paid, free := n.Line(n.Lines[0].ID), n.Line(n.Lines[1].ID)
	load := func(l *Line, quantity, amount string, state State) {
		t.Helper()
		if got, err := n.Load(l, dec(quantity)); err != nil || got.Cmp(dec(amount)) != 0 || n.State != state {
			t.Fatalf("%s comes to %s, and the notice is %s (%v)", quantity, got, n.State, err)
		}
	}
	unload := func(l *Line, quantity, amount string, state State) {
		t.Helper()
		if n.Unload(l, dec(quantity), dec(amount)); n.State != state {
			t.Fatalf("unloaded %s: %s, want %s", quantity, n.State, state)
		}
	}
	refuse := func(quantity string, want *errs.Def) {
		t.Helper()
		if _, err := n.Load(paid, dec(quantity)); !errors.Is(err, want) {
			t.Fatalf("%s: %v", quantity, err)
		}
	}
	refuse("3.0001", ErrOverNotice)
	refuse("0", ErrQuantity)
	load(paid, "1", "3.33", StatePartlyDispatched)
	refuse("2.0001", ErrOverNotice)
	load(paid, "2", "6.67", StatePartlyDispatched)
	load(free, "1", "0.00", StateDispatched)
	refuse("0.0001", ErrOverNotice)
	unload(paid, "1", "3.33", StatePartlyDispatched)
	unload(paid, "2", "6.67", StatePartlyDispatched) // what is free of charge has left
	unload(free, "1", "0.00", StateReleased)
	load(paid, "1", "3.33", StatePartlyDispatched)
	n.State = StateClosed
	unload(paid, "1", "3.33", StateClosed)
	if !n.DispatchedAmount.IsZero() || n.anyLeft() || n.Line(uuid.New()) != nil {
		t.Errorf("%+v", n)
	}
}
