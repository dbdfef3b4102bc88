package shipping_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// What the gate stored says the same again: the same checks, word for word, and who was asked.
func TestSHP04_SHP05_SHP06_SHP10_SHP11_StoredInputsSayTheSameAgain(t *testing.T) {
	w := open(t, "1000.00")
	within, over, cod := w.checked("credit", "100"), w.checked("credit", "1000.01"), w.checked("cod", "5")
	prepaid := w.write(w.draft("prepaid", "7"))
	w.verb("clerk", prepaid, "check", object{}).WantProblem(422, "shipping.not_covered")
	w.owe("5.00", -3)
	late := w.checked("credit", "100")
	want := map[string]shipping.Passage{
		within: shipping.SalesManager, over: shipping.GM, cod: shipping.GM, prepaid: shipping.Refused, late: shipping.Blocked,
	}
	w.Tx(func(tx pg.Tx) error {
		cases, err := decision.Cases(tx, decision.Span{Gate: "shipment", Rule: "CRD-11", From: tx.Now.Add(-time.Hour), To: tx.Now.Add(time.Hour)}, decision.Mark{}, 100)
		if err != nil || len(cases) != len(want) {
			t.Fatalf("%d cases: %v", len(cases), err)
		}
		for _, c := range cases {
			b, err := shipping.ReadBasis(c.Inputs)
			if err != nil {
				return err
			}
			passage, checks := b.Judge()
			if passage != want[c.SubjectID.String()] || b.Again {
				t.Errorf("%s %s: %s, want %s", b.Flow, b.Amount, passage, want[c.SubjectID.String()])
			}
			said, err := decision.List(tx, shipping.SubjectNotice, c.SubjectID)
			if err != nil {
				return err
			}
			if !reflect.DeepEqual(said[0].Checks, checks) {
				t.Errorf("%s %s: then\n%+v\nagain\n%+v", b.Flow, b.Amount, said[0].Checks, checks)
			}
		}
		return nil
	})
}
