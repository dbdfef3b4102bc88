package order_test

import (
	"errors"
	"testing"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestCRD16_ARepCantChangeASettlementMethodWithAnOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	some, net := credit.LimitOf(dec("100000")), credit.Terms{Settlement: credit.NetDays, Days: 30}
	longer := credit.Terms{Settlement: credit.NetDays, Days: 31}
	cash := w.company(credit.GradeB, some, credit.CashTerms())
	lent := w.company(credit.GradeB, some, net)
	violations := func(username string) (n int64) {
		w.Tx(func(tx pg.Tx) error {
			return tx.Raw("SELECT count(*) FROM violations WHERE rule = 'CRD-16' AND person_id = ?", w.People[username]).Scan(&n).Error
		})
		return n
	}
	d := w.draft(line(w.plain, "10", "10"))
	d.CustomerID, d.Terms = cash, &net
	if _, _, err := w.place("rep1", d); !errors.Is(err, order.ErrSettlement) {
		t.Errorf("a rep gives a cash customer 30 days: %v", err)
	}
	if n := violations("rep1"); n != 1 {
		t.Errorf("%d violations", n)
	}
	if o, _, err := w.place("manager", d); err != nil || o.State != order.StateSubmitted {
		t.Errorf("the manager asks finance: %v, %s", err, o.State)
	}
	d.CustomerID, d.Terms = lent, &longer // a day more than agreed is finance's
	if o, _, err := w.place("rep1", d); err != nil || o.State != order.StateSubmitted {
		t.Errorf("31 days of a customer with 30: %v, %s", err, o.State)
	}
	d.Terms = &net
	if o, _, err := w.place("rep1", d); err != nil || o.State != order.StateConfirmed {
		t.Errorf("as agreed: %v, %s", err, o.State)
	}
	if n := violations("rep1") + violations("manager"); n != 1 {
		t.Errorf("%d violations in the end", n)
	}
}
