package order

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
)

// Orders come in id order, each once, whatever the order of the lines; the lines of one stay as they were.
func TestPartsByOrder(t *testing.T) {
	t.Parallel()
	first, second := uuid.UUID{1}, uuid.UUID{2}
	part := func(order uuid.UUID, quantity int64) Part {
		return Part{OrderID: order, Shipped: Shipped{LineID: uuid.UUID{byte(quantity)}, Quantity: decimal.MustNew(quantity, 0)}}
	}
	var got string
	for _, p := range ByOrder([]Part{part(second, 1), part(first, 2), part(second, 3), part(first, 4)}) {
		got += fmt.Sprint(p.OrderID[0], ":")
		for _, l := range p.Lines {
			got += fmt.Sprint(" ", l.Quantity, "/", l.LineID[0])
		}
		got += "; "
	}
	if want := "1: 2/2 4/4; 2: 1/1 3/3; "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if ByOrder(nil) != nil {
		t.Error("of nothing there is no order")
	}
}
