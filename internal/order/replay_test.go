package order_test

import (
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// What the price gate stored says the same again under the same table, also for orders that were confirmed at once.
func TestPRC10_PRC12_StoredPricesSayTheSameAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := map[string]pricing.Sale{}
	for price, s := range map[string]pricing.Sale{
		"10": {Within: true, Required: identity.SalesRep}, "9.8": {Within: true, Required: identity.SalesRep}, "9.7999": {Required: identity.SalesSupervisor},
		"9.5": {Required: identity.SalesManager}, "9": {Required: identity.GeneralManager},
	} {
		o, _, err := w.place("rep1", w.draft(line(w.plain, "10", price)))
		w.must(err)
		want[o.ID.String()] = s
	}
	o, _, err := w.place("rep1", w.draft(line(w.floored, "10", "9.8999"), line(w.plain, "1", "10")))
	w.must(err)
	want[o.ID.String()] = pricing.Sale{Required: identity.GeneralManager}
	var table *pricing.Trial
	w.Tx(func(tx pg.Tx) error {
		t, err := pricing.New(w.approvals).GetPriceAuthority(tx, identity.System(), time.Time{})
		if err == nil {
			table, err = pricing.NewTrial(t.Number, t.Entries)
		}
		return err
	})
	w.Tx(func(tx pg.Tx) error {
		cases, err := decision.Cases(tx, decision.Span{Gate: "order", Rule: "PRC-10", From: tx.Now.Add(-time.Hour), To: tx.Now.Add(time.Hour)}, decision.Mark{}, 100)
		if err != nil || len(cases) != len(want) {
			t.Fatalf("%d cases: %v", len(cases), err)
		}
		ids := make(map[string]bool)
		for _, c := range cases {
			b, err := pricing.ReadBasis(c.Inputs)
			if err != nil {
				return err
			}
			again, err := table.Judge(b)
			if err != nil || again != b.Sale || again != want[c.SubjectID.String()] || b.Grade != "B" {
				t.Errorf("%+v: again %+v, want %+v, %v", b.Lines, again, want[c.SubjectID.String()], err)
			}
			ids[c.SubjectID.String()] = true
		}
		if len(ids) != len(want) || order.Matter == "" {
			t.Errorf("%d orders", len(ids))
		}
		return nil
	})
}
