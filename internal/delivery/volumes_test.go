package delivery_test

import (
	"testing"

	"github.com/salesgate/salesgate/internal/pg"
)

// Volumes and lists count what really left: with what corrections changed and without what came back.
func TestSHP14_VolumesAndListsCountWhatReallyLeft(t *testing.T) {
	w := open(t, "unlimited")
	note := w.dispatch(w.released("100"), "100").Want(201)
	w.Tx(func(tx pg.Tx) error {
		return pg.One(tx.Exec(`UPDATE delivery_note_lines SET corrected_quantity = -10, corrected_amount = -10, returned_quantity = 20, returned_amount = 20 WHERE delivery_note_id = ?`, note.ID()))
	})
	if got := w.As("clerk").Get("/v1/delivery-notes").Want(200).String("data.0.amount"); got != "70.00" {
		t.Errorf("the list says %s", got)
	}
	w.view(func(tx pg.Tx) error {
		day := tx.Now.AddDate(0, 0, -2)
		got, err := w.App.Server.Deliveries.ShippedQuantities(tx, day, tx.Now.AddDate(0, 0, 2), nil)
		if q := got[w.product]; q.Trim(0).String() != "70" {
			t.Errorf("shipped %s", q)
		}
		return err
	})
}
