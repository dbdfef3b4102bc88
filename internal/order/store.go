package order

import (
	"encoding/json"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

// lock reads an order with its lines and holds it until the transaction ends.
func lock(tx pg.Tx, id uuid.UUID) (Order, error) {
	o, err := pg.TakeForUpdate[Order](tx, "id = ?", id)
	if err != nil {
		return Order{}, err
	}
	return o, attachLines(tx, &o)
}

func attachLines(tx pg.Tx, o *Order) error {
	return tx.Where("order_id = ?", o.ID).Order("line_no").Find(&o.Lines).Error
}

// storeMoved writes the quantities of all lines and the order's state and version, in one statement.
func storeMoved(tx pg.Tx, o *Order) error {
	type row struct {
		ID      uuid.UUID       `json:"id"`
		Noticed decimal.Decimal `json:"noticed"`
		Shipped decimal.Decimal `json:"shipped"`
	}
	rows := make([]row, len(o.Lines))
	for i, l := range o.Lines {
		rows[i] = row{l.ID, l.Noticed, l.Shipped}
	}
	lines, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	o.UpdatedAt = tx.Now
	err = pg.One(tx.Exec(`WITH moved AS (
			UPDATE order_lines l SET noticed = m.noticed, shipped = m.shipped
			FROM json_to_recordset(?::json) AS m (id uuid, noticed numeric(18, 4), shipped numeric(18, 4))
			WHERE l.id = m.id AND l.order_id = ?
		)
		UPDATE orders SET state = ?, updated_at = ?, version = version + 1 WHERE id = ? AND version = ?`,
		string(lines), o.ID, o.State, o.UpdatedAt, o.ID, o.Version))
	o.Version++
	return err
}
