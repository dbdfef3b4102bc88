package stock

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// movementRow is a movement on its way into the database.
type movementRow struct {
	ID                uuid.UUID       `json:"id"`
	Kind              Kind            `json:"kind"`
	ProductID         uuid.UUID       `json:"product_id"`
	LotID             uuid.UUID       `json:"lot_id"`
	WarehouseID       uuid.UUID       `json:"warehouse_id"`
	Quantity          decimal.Decimal `json:"quantity"`
	OnHand            decimal.Decimal `json:"on_hand"`
	Reserved          decimal.Decimal `json:"reserved"`
	Reason            string          `json:"reason"`
	DocumentNo        string          `json:"document_no"`
	ExternalNo        string          `json:"external_no"`
	NoticeID          *uuid.UUID      `json:"notice_id"`
	NoticeLineID      *uuid.UUID      `json:"notice_line_id"`
	DeliveryNoteID    *uuid.UUID      `json:"delivery_note_id"`
	PreparationLineID *uuid.UUID      `json:"preparation_line_id"`
	MovedOn           string          `json:"moved_on"`
}

// errUnlevelled is a fault of the program: who moves a level has locked it, so it is there.
var errUnlevelled = errors.New("stock: a movement without its level")

// Post writes movements, what they change of levels, and what preparation lines hold, in one statement. The levels are there and locked.
// It gives the movements their ids and dates.
func Post(tx pg.Tx, moves []Movement) error {
	if len(moves) == 0 {
		return nil
	}
	rows := make([]movementRow, len(moves))
	places := map[Place]bool{}
	today := clock.Today(tx.Now)
	for i := range moves {
		m := &moves[i]
		m.ID, m.RecordedAt, m.RecordedBy = uuid.Must(uuid.NewV7()), tx.Now, tx.By.Actor()
		if m.MovedOn.IsZero() {
			m.MovedOn = today
		}
		places[m.Place()] = true
		rows[i] = movementRow{
			m.ID, m.Kind, m.ProductID, m.LotID, m.WarehouseID, m.Quantity, m.OnHand, m.Reserved, m.Reason, m.DocumentNo, m.ExternalNo,
			m.NoticeID, m.NoticeLineID, m.DeliveryNoteID, m.PreparationLineID, m.MovedOn.Format(time.DateOnly),
		}
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	var hit int
	err = pg.ScanRow(tx, []any{&hit}, `WITH m AS MATERIALIZED (
			SELECT * FROM json_to_recordset(?::json) AS m (id uuid, kind text, product_id uuid, lot_id uuid, warehouse_id uuid,
				quantity numeric(18, 4), on_hand numeric(18, 4), reserved numeric(18, 4), reason text, document_no text, external_no text,
				notice_id uuid, notice_line_id uuid, delivery_note_id uuid, preparation_line_id uuid, moved_on date)
		), moved AS (
			INSERT INTO stock_movements (id, kind, product_id, lot_id, warehouse_id, quantity, on_hand, reserved, reason, document_no,
				external_no, notice_id, notice_line_id, delivery_note_id, preparation_line_id, moved_on, recorded_at, recorded_by)
			SELECT m.*, ?::timestamptz, ?::uuid FROM m
		), held AS (
			UPDATE stock_preparation_lines p SET reserved = p.reserved + c.reserved
			FROM (SELECT preparation_line_id, sum(reserved) AS reserved FROM m WHERE reserved <> 0 GROUP BY 1) c
			WHERE p.id = c.preparation_line_id
		), level AS (
			UPDATE stock_levels v SET on_hand = v.on_hand + c.on_hand, reserved = v.reserved + c.reserved
			FROM (SELECT lot_id, warehouse_id, sum(on_hand) AS on_hand, sum(reserved) AS reserved FROM m GROUP BY 1, 2) c
			WHERE v.lot_id = c.lot_id AND v.warehouse_id = c.warehouse_id RETURNING 1
		)
		SELECT count(*) FROM level`, string(b), tx.Now, tx.By.Actor())
	if err == nil && hit != len(places) {
		err = errUnlevelled
	}
	return err
}
