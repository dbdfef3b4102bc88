package contract

import (
	"encoding/json"
	"errors"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
)

func isNotFound(err error) bool { return errors.Is(err, errs.ErrNotFound) }

// Brief reads a contract without its lines. Returns errs.ErrNotFound. Takes no lock and checks no visibility: the caller does.
func Brief(tx pg.Tx, id uuid.UUID) (Contract, error) { return pg.Take[Contract](tx, "id = ?", id) }

// WithLines reads a contract with its lines, in line order. As Brief otherwise.
func WithLines(tx pg.Tx, id uuid.UUID) (Contract, error) {
	c, err := Brief(tx, id)
	if err != nil {
		return Contract{}, err
	}
	return c, attachLines(tx, &c)
}

// lock reads a contract with its lines and holds it until the transaction ends.
func lock(tx pg.Tx, id uuid.UUID) (Contract, error) {
	c, err := pg.TakeForUpdate[Contract](tx, "id = ?", id)
	if err != nil {
		return Contract{}, err
	}
	return c, attachLines(tx, &c)
}

// amendedShared is quote.Shared of the quotation that a contract's amendment on its way names.
const amendedShared = `(SELECT count(*) FROM (SELECT FROM quotations q WHERE q.id = (SELECT (a.change->>'quotation_id')::uuid
	FROM contract_amendments a WHERE a.contract_id = contracts.id AND a.state IN ('draft', 'submitted', 'approved')) FOR SHARE) AS named) >= 0`

// lockPriced is lock with the contract's quotation shared before it, and its amendment's: for who asks afterwards what was agreed there.
func lockPriced(tx pg.Tx, id uuid.UUID) (Contract, error) {
	c, err := pg.TakeForUpdate[Contract](tx, "id = ? AND "+quote.Shared+" AND "+amendedShared, id)
	if err != nil {
		return Contract{}, err
	}
	return c, attachLines(tx, &c)
}

// namesQuotation returns the contracts in these states that have a line by a quotation, and those with an amendment on its way that names it,
// in id order.
func namesQuotation(tx pg.Tx, quotationID uuid.UUID, states ...State) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	return ids, tx.Raw(`SELECT id FROM contracts c WHERE quotation_id = ? AND state IN ?
		AND EXISTS (SELECT FROM contract_lines l WHERE l.contract_id = c.id AND l.quotation_line_id IS NOT NULL)
		UNION SELECT contract_id FROM contract_amendments WHERE state IN ('submitted', 'approved') AND change->>'quotation_id' = ? ORDER BY id`,
		quotationID, states, quotationID.String()).Scan(&ids).Error
}

// quotedRanges reads the ranges of quantities that lines of quotations are for, whatever has become of the quotations.
func quotedRanges(tx pg.Tx, ids []uuid.UUID) ([]quote.AgreedLine, error) {
	var rows []quote.AgreedLine
	return rows, tx.Raw("SELECT id AS line_id, min_quantity, max_quantity FROM quotation_lines WHERE id IN ?", ids).Scan(&rows).Error
}

func attachLines(tx pg.Tx, c *Contract) error {
	return tx.Where("contract_id = ?", c.ID).Order("line_no").Find(&c.Lines).Error
}

// readCalls returns what an order has called off of a contract by line, and how many calls of other orders there are.
func readCalls(tx pg.Tx, contractID, orderID uuid.UUID) (mine map[uuid.UUID]call, others int, err error) {
	mine = map[uuid.UUID]call{}
	var line uuid.NullUUID
	var quantity, amount decimal.Decimal
	err = pg.ScanRows(tx, []any{&line, &quantity, &amount, &others}, func() error {
		if line.Valid {
			mine[line.UUID] = call{Quantity: quantity, Amount: amount}
		}
		return nil
	}, `SELECT m.contract_line_id, coalesce(m.quantity, 0), coalesce(m.amount, 0), o.n
		FROM (SELECT count(*)::int AS n FROM contract_call_offs WHERE contract_id = ? AND order_id <> ?) o
		LEFT JOIN contract_call_offs m ON m.contract_id = ? AND m.order_id = ?`, contractID, orderID, contractID, orderID)
	return mine, others, err
}

type callRow struct {
	Line     uuid.UUID       `json:"line"`
	Quantity decimal.Decimal `json:"quantity"`
	Amount   decimal.Decimal `json:"amount"`
}

// storeCalls writes what the order calls off now, and the sums, which the constraints guard once more. What it no longer calls off
// stays as a row of 0. Three statements.
func storeCalls(tx pg.Tx, c *Contract, orderID uuid.UUID, wanted map[uuid.UUID]call) error {
	rows := make([]callRow, 0, len(wanted))
	for id, w := range wanted {
		rows = append(rows, callRow{id, money.Round(w.Quantity, money.PriceScale), money.Fen(w.Amount)})
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = pg.Exec(tx, `WITH call AS (SELECT * FROM json_to_recordset(?::json) AS r (line uuid, quantity numeric, amount numeric)),
			back AS (UPDATE contract_call_offs SET quantity = 0, amount = 0, updated_at = ?
				WHERE contract_id = ? AND order_id = ? AND quantity > 0 AND contract_line_id NOT IN (SELECT line FROM call))
		INSERT INTO contract_call_offs AS o (contract_line_id, order_id, contract_id, quantity, amount, updated_at)
		SELECT line, ?::uuid, ?::uuid, quantity, amount, ?::timestamptz FROM call
		ON CONFLICT (contract_line_id, order_id) DO UPDATE SET quantity = excluded.quantity, amount = excluded.amount, updated_at = excluded.updated_at`,
		string(b), tx.Now, c.ID, orderID, orderID, c.ID, tx.Now)
	if err != nil {
		return err
	}
	if err := storeCalled(tx, c); err != nil {
		return err
	}
	n, err := pg.Exec(tx, `UPDATE contracts SET called_amount = ? WHERE id = ?`, c.CalledAmount, c.ID)
	if err == nil && n != 1 {
		err = errs.ErrStale
	}
	return err
}

// storeCalled writes the sums of the lines.
func storeCalled(tx pg.Tx, c *Contract) error {
	rows := make([]callRow, len(c.Lines))
	for i, l := range c.Lines {
		rows[i] = callRow{l.ID, l.CalledQuantity, l.CalledAmount}
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = pg.Exec(tx, `UPDATE contract_lines l SET called_quantity = r.quantity, called_amount = r.amount
		FROM json_to_recordset(?::json) AS r (line uuid, quantity numeric, amount numeric)
		WHERE l.id = r.line AND l.contract_id = ? AND (l.called_quantity, l.called_amount) <> (r.quantity, r.amount)`, string(b), c.ID)
	return err
}
