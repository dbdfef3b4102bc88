package shipping

import (
	"encoding/json"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func attachDeliveryLines(tx pg.Tx, notes []DeliveryNote) error {
	if len(notes) == 0 {
		return nil
	}
	at := make(map[uuid.UUID]int, len(notes))
	ids := make([]uuid.UUID, len(notes))
	for i, n := range notes {
		at[n.ID], ids[i] = i, n.ID
	}
	var lines []DeliveryLine
	if err := tx.Where("delivery_note_id IN ?", ids).Order("delivery_note_id, position_no").Find(&lines).Error; err != nil {
		return err
	}
	for _, l := range lines {
		n := &notes[at[l.DeliveryNoteID]]
		n.Lines = append(n.Lines, l)
	}
	return nil
}

// invoice adds the parts to what is invoiced (sign 1), or takes them off (sign −1), in one statement.
func invoice(tx pg.Tx, parts []Invoiced, sign int64) error {
	type delta struct {
		ID       uuid.UUID       `json:"id"`
		Quantity decimal.Decimal `json:"quantity"`
		Amount   decimal.Decimal `json:"amount"`
	}
	deltas := make([]delta, len(parts))
	for i, p := range parts {
		deltas[i] = delta{p.LineID, p.Quantity, p.Amount}
		if sign < 0 {
			deltas[i] = delta{p.LineID, p.Quantity.Neg(), p.Amount.Neg()}
		}
	}
	if len(deltas) == 0 {
		return nil
	}
	b, err := json.Marshal(deltas)
	if err != nil {
		return err
	}
	res := tx.Exec(`UPDATE delivery_note_lines l
		SET invoiced_quantity = l.invoiced_quantity + d.quantity, invoiced_amount = l.invoiced_amount + d.amount
		FROM (SELECT id, sum(quantity) AS quantity, sum(amount) AS amount
			FROM json_to_recordset(?::json) AS d (id uuid, quantity numeric(18, 4), amount numeric(18, 2)) GROUP BY id) d
		WHERE l.id = d.id`, string(b))
	if res.Error == nil && res.RowsAffected == 0 {
		return errs.ErrNotFound
	}
	return res.Error
}
