package production_test

import (
	"testing"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/production"
)

// An order that was shipped and is open again, since a truck was unloaded or less had left than was booked, is production's again, though its request had ended
// with it; one whose request hadn't ended is asked for no second time, nor one that is shipped again before production is told (ORD-03).
func TestORD03_AnOrderThatIsOpenAgainIsAskedForAgain(t *testing.T) {
	w := newWorld(t)
	orders := w.App.Server.Orders
	for name, c := range map[string]struct {
		ended, back bool
		state       production.State
	}{
		"ended with the order": {ended: true, state: production.Open},
		"not ended":            {state: production.Open},
		"shipped again before": {ended: true, back: true, state: production.Closed},
	} {
		r := w.asked(30)
		move := func(fn func(pg.Tx, *order.Order, []order.Shipped) error) {
			w.Tx(func(tx pg.Tx) error {
				o, err := orders.LockOpen(tx, r.OrderID)
				if err != nil {
					return err
				}
				return fn(tx, o, []order.Shipped{{LineID: o.Lines[0].ID, Quantity: decimal.MustParse("100")}})
			})
		}
		move(orders.Reserve)
		move(orders.Ship)
		if c.ended {
			w.Tx(func(tx pg.Tx) error { _, err := w.factory.CloseShipped(tx, 10); return err })
		}
		move(orders.Unship)
		if c.back {
			move(orders.Ship)
		}
		w.Told()
		w.Tx(func(tx pg.Tx) error {
			again, err := w.factory.Get(tx, identity.System(), r.ID)
			if err != nil {
				return err
			}
			if again.State != c.state || again.Revision != 1 || !c.ended && again.Version != r.Version {
				t.Errorf("%s: %s, revision %d, version %d after %d", name, again.State, again.Revision, again.Version, r.Version)
			}
			differences, err := production.Reconcile(tx)
			if len(differences) > 0 {
				t.Errorf("%s: %v", name, differences)
			}
			return err
		})
	}
}
