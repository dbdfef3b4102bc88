package gate_test

import (
	"context"
	"testing"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/gate"
	"github.com/salesgate/salesgate/internal/pg"
)

// A check that lets out takes seven statements, by token or by number: note and pass locked, the note's lines, failed lots, the decision, the check
// with its pass, the departure, the events. A vehicle waits for each of them.
func TestSHP09_AGateCheckTakesFewStatements(t *testing.T) {
	w := open(t)
	guard := w.Principal("guard")
	least := map[string]int64{} // of a few: parameters are read again each second
	for i := range 6 {
		note := w.loaded("10")
		pass := w.As("keeper").Get("/v1/delivery-notes/" + note + "/gate-pass").Want(200)
		by, seen := "token", gate.Sighting{Token: pass.String("token"), Vehicle: "浙A12345", Seen: []delivery.Goods{{ProductCode: "PET-150D", Quantity: decimal.MustParse("10")}}}
		if i%2 == 1 {
			by, seen.Token, seen.PassNumber = "number", "", " "+w.note(note).String("gate_pass.number")
		}
		ctx, probe := pg.WithProbe(context.Background(), 0)
		if err := w.DB.Tx(ctx, guard.Origin("test"), func(tx pg.Tx) error {
			_, err := w.App.Server.Gate.CheckGatePass(tx, guard, seen)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if n := probe.Statements(); least[by] == 0 || n < least[by] {
			least[by] = n
		}
	}
	if least["token"] > 7 || least["number"] > 7 {
		t.Errorf("a check takes %v statements, want 7", least)
	}
}
