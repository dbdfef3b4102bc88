package order

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
)

func isNotFound(err error) bool { return errors.Is(err, errs.ErrNotFound) }

// lock reads an order with its lines and holds it until the transaction ends.
func lock(tx pg.Tx, id uuid.UUID) (Order, error) {
	o, err := pg.TakeForUpdate[Order](tx, "id = ?", id)
	if err != nil {
		return Order{}, err
	}
	return o, attachLines(tx, &o)
}

// lockPlain is lock for an order without contract; false for one that has one, or isn't there. The order's quotation is shared before it.
func lockPlain(tx pg.Tx, id uuid.UUID) (Order, bool, error) {
	o, err := pg.TakeForUpdate[Order](tx, "id = ? AND contract_id IS NULL AND "+quote.Shared, id)
	if isNotFound(err) {
		return Order{}, false, nil
	}
	if err != nil {
		return Order{}, false, err
	}
	return o, true, attachLines(tx, &o)
}

// naming is an order that stands by a quotation or a contract.
type naming struct {
	ID         uuid.UUID
	ContractID *uuid.UUID
}

// briefShared is Brief with the order's quotation shared.
func briefShared(tx pg.Tx, id uuid.UUID) (Order, error) {
	return pg.Take[Order](tx, "id = ? AND "+quote.Shared, id)
}

// namesQuotation returns the orders in these states that have a line by a quotation, or by a line of a contract that has its price from
// there, in id order.
func namesQuotation(tx pg.Tx, quotationID uuid.UUID, states ...State) ([]naming, error) {
	var rows []naming
	return rows, tx.Raw(`SELECT id, contract_id FROM orders o WHERE quotation_id = ? AND state IN ?
		AND EXISTS (SELECT FROM order_lines l WHERE l.order_id = o.id AND l.quotation_line_id IS NOT NULL)
		UNION
		SELECT o.id, o.contract_id FROM contracts c JOIN contract_lines cl ON cl.contract_id = c.id AND cl.quotation_line_id IS NOT NULL
			JOIN contract_call_offs f ON f.contract_id = c.id AND f.contract_line_id = cl.id JOIN orders o ON o.id = f.order_id AND o.contract_id = c.id
		WHERE c.quotation_id = ? AND o.state IN ? ORDER BY id`,
		quotationID, states, quotationID, states).Scan(&rows).Error
}

// callsOff returns the orders in these states that call a contract off, in id order.
func callsOff(tx pg.Tx, contractID uuid.UUID, states ...State) ([]naming, error) {
	var rows []naming
	return rows, tx.Raw(`SELECT DISTINCT o.id, o.contract_id FROM contract_call_offs f JOIN orders o ON o.id = f.order_id AND o.contract_id = f.contract_id
		WHERE f.contract_id = ? AND o.state IN ? ORDER BY id`, contractID, states).Scan(&rows).Error
}

func attachLines(tx pg.Tx, o *Order) error {
	return tx.Where("order_id = ?", o.ID).Order("line_no").Find(&o.Lines).Error
}

// attachOpenLines is attachLines with Line.Short. It reads after the order is locked, so that what was confirmed before is seen.
func attachOpenLines(tx pg.Tx, o *Order) error {
	return tx.Select("*, EXISTS (SELECT FROM short_products AS s WHERE s.product_id = order_lines.product_id) AS short").
		Where("order_id = ?", o.ID).Order("line_no").Find(&o.Lines).Error
}

// lineRow is a line on its way into the database.
type lineRow struct {
	ID         uuid.UUID       `json:"id"`
	LineNo     int             `json:"line_no"`
	ProductID  uuid.UUID       `json:"product_id"`
	Unit       string          `json:"unit"`
	Price      decimal.Decimal `json:"price"`
	Quantity   decimal.Decimal `json:"quantity"`
	TaxRate    decimal.Decimal `json:"tax_rate"`
	Amount     decimal.Decimal `json:"amount"`
	NetAmount  decimal.Decimal `json:"net_amount"`
	PromisedOn *string         `json:"promised_on"`
	Remarks    string          `json:"remarks"`
	Noticed    decimal.Decimal `json:"noticed"`
	Shipped    decimal.Decimal `json:"shipped"`
	Place      string          `json:"delivery_place"`
	Packing    string          `json:"packing"`
	Transport  string          `json:"transport"`
	Demands    string          `json:"special_demands"`

	QuotationLineID *uuid.UUID `json:"quotation_line_id"`
	ContractLineID  *uuid.UUID `json:"contract_line_id"`
}

// lineColumns is the record that the rows of a JSON array are read as.
const lineColumns = `(id uuid, line_no int, product_id uuid, unit text, price numeric(18, 4), quantity numeric(18, 4),
	tax_rate numeric(5, 4), amount numeric(18, 2), net_amount numeric(18, 2), promised_on date, remarks text,
	noticed numeric(18, 4), shipped numeric(18, 4), delivery_place text, packing text, transport text, special_demands text,
	quotation_line_id uuid, contract_line_id uuid)`

// handled are the columns of a line that say how it is handled and by what its price stands.
const handled = `delivery_place, packing, transport, special_demands, quotation_line_id, contract_line_id`

// rows are the lines as one argument: one statement writes them all, however many.
func (o *Order) rows() (string, error) {
	rows := make([]lineRow, len(o.Lines))
	for i, l := range o.Lines {
		rows[i] = lineRow{
			ID: l.ID, LineNo: l.LineNo, ProductID: l.ProductID, Unit: l.Unit, Price: l.Price, Quantity: l.Quantity, TaxRate: l.TaxRate,
			Amount: l.Amount, NetAmount: l.NetAmount, Remarks: l.Remarks, Noticed: l.Noticed, Shipped: l.Shipped,
			Place: l.DeliveryPlace, Packing: l.Packing, Transport: l.Transport, Demands: l.SpecialDemands,
			QuotationLineID: l.QuotationLineID, ContractLineID: l.ContractLineID,
		}
		if l.PromisedOn != nil {
			date := l.PromisedOn.Format(time.DateOnly)
			rows[i].PromisedOn = &date
		}
	}
	b, err := json.Marshal(rows)
	return string(b), err
}

// insert numbers a new order and writes it with its lines, in one statement: the counter of the series is locked from
// here on. The owner is the customer's at that instant, which a handover may have changed since it was read.
func insert(tx pg.Tx, o *Order) error {
	lines, err := o.rows()
	if err != nil {
		return err
	}
	number, args := pg.NumberCTE("SO", tx.Now.In(clock.Shanghai))
	args = append(args, o.ID, o.CustomerID, o.OwnerID, o.State, o.Revision, o.Channel, o.CustomerOrderNo, o.Settlement, o.TermsDays,
		o.HeaderDiscount, o.Gross, o.Total, o.Tax, o.Currency, o.Remarks, o.StateReason, o.Content, o.ApprovalID, o.SubmittedBy, o.SubmittedAt,
		o.ConfirmedAt, o.CopiedFromID, o.CreatedBy, o.CreatedAt, o.UpdatedAt, o.Version, o.ReceivedAt, o.DeliveryPlace, o.Packing, o.Transport,
		o.SpecialDemands, o.QuotationID, o.ContractID, o.Originals, o.UntoldSince, o.ID, lines)
	return pg.ScanRow(tx, []any{&o.Number, &o.OwnerID}, `WITH `+number+`, header AS (
			INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days,
				header_discount, gross, total, tax, currency, remarks, state_reason, content, approval_id, submitted_by, submitted_at,
				confirmed_at, copied_from_id, created_by, created_at, updated_at, version, received_at, delivery_place, packing, transport,
				special_demands, quotation_id, contract_id, originals, untold_since)
			SELECT ?::uuid, number, ?::uuid, ?::uuid, ?, ?::int, ?, ?, ?, ?::int, ?::numeric, ?::numeric, ?::numeric, ?::numeric, ?, ?, ?,
				?::bytea, ?::uuid, ?::uuid, ?::timestamptz, ?::timestamptz, ?::uuid, ?::uuid, ?::timestamptz, ?::timestamptz, ?::bigint,
				?::timestamptz, ?, ?, ?, ?, ?::uuid, ?::uuid, ?::int, ?::timestamptz
			FROM next_number RETURNING number, owner_id
		), line AS (
			INSERT INTO order_lines (id, order_id, line_no, product_id, unit, price, quantity, tax_rate, amount, net_amount, promised_on,
				remarks, noticed, shipped, `+handled+`)
			SELECT id, ?::uuid, line_no, product_id, unit, price, quantity, tax_rate, amount, net_amount, promised_on, remarks, noticed, shipped, `+handled+`
			FROM json_to_recordset(?::json) AS l `+lineColumns+`
		)
		SELECT number, owner_id FROM header`, args...)
}

// update writes what may change on the order itself, and raises the version.
func update(tx pg.Tx, o *Order) error {
	err := pg.Update(tx, "orders", o.ID, o.Version, map[string]any{
		"customer_id": o.CustomerID, "owner_id": o.OwnerID, "state": o.State, "revision": o.Revision, "channel": o.Channel,
		"customer_order_no": o.CustomerOrderNo, "settlement": o.Settlement, "terms_days": o.TermsDays,
		"header_discount": o.HeaderDiscount, "gross": o.Gross, "total": o.Total, "tax": o.Tax, "remarks": o.Remarks,
		"state_reason": o.StateReason, "content": o.Content, "approval_id": o.ApprovalID, "submitted_by": o.SubmittedBy,
		"submitted_at": o.SubmittedAt, "confirmed_at": o.ConfirmedAt, "ended_at": o.EndedAt, "updated_at": o.UpdatedAt,
		"received_at": o.ReceivedAt, "delivery_place": o.DeliveryPlace, "packing": o.Packing, "transport": o.Transport,
		"special_demands": o.SpecialDemands, "quotation_id": o.QuotationID, "contract_id": o.ContractID,
		"originals": o.Originals, "review_open": o.ReviewOpen, "review_asked": o.ReviewAsked, "untold_since": o.UntoldSince,
	})
	o.Version++
	return err
}

func untold(tx pg.Tx, limit int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	return ids, tx.Raw("SELECT id FROM orders WHERE untold_since IS NOT NULL ORDER BY untold_since, id LIMIT ?", limit).Scan(&ids).Error
}

// told leaves the version alone: nothing of the order has changed for who reads or edits it.
func told(tx pg.Tx, id uuid.UUID) error {
	return pg.One(tx.Exec("UPDATE orders SET untold_since = NULL WHERE id = ?", id))
}

// replaceLines writes the lines of a draft, or of the next revision of an order that counts: those that are gone are deleted, the others inserted or changed. Lines that
// another document points at can't be deleted: errs.ErrReferenced.
func replaceLines(tx pg.Tx, o *Order) error {
	lines, err := o.rows()
	if err != nil {
		return err
	}
	return tx.Exec(`WITH line AS (SELECT * FROM json_to_recordset(?::json) AS l `+lineColumns+`),
		gone AS (DELETE FROM order_lines WHERE order_id = ? AND id NOT IN (SELECT id FROM line))
		INSERT INTO order_lines AS x (id, order_id, line_no, product_id, unit, price, quantity, tax_rate, amount, net_amount, promised_on,
			remarks, noticed, shipped, revision, `+handled+`)
		SELECT id, ?::uuid, line_no, product_id, unit, price, quantity, tax_rate, amount, net_amount, promised_on, remarks, noticed, shipped, ?::int, `+handled+`
		FROM line
		ON CONFLICT (id) DO UPDATE SET line_no = excluded.line_no, product_id = excluded.product_id, unit = excluded.unit,
			price = excluded.price, quantity = excluded.quantity, tax_rate = excluded.tax_rate, amount = excluded.amount,
			net_amount = excluded.net_amount, promised_on = excluded.promised_on, remarks = excluded.remarks,
			delivery_place = excluded.delivery_place, packing = excluded.packing, transport = excluded.transport,
			special_demands = excluded.special_demands, quotation_line_id = excluded.quotation_line_id,
			contract_line_id = excluded.contract_line_id, revision = excluded.revision`, lines, o.ID, o.ID, o.Revision).Error
}

// storeMoved writes the quantities of all lines and the order's state and version, in one statement.
func storeMoved(tx pg.Tx, o *Order) error {
	lines, err := o.rows()
	if err != nil {
		return err
	}
	o.UpdatedAt = tx.Now
	n, err := pg.Exec(tx, `WITH moved AS (
			UPDATE order_lines l SET noticed = m.noticed, shipped = m.shipped
			FROM json_to_recordset(?::json) AS m (id uuid, noticed numeric(18, 4), shipped numeric(18, 4))
			WHERE l.id = m.id AND l.order_id = ?
		)
		UPDATE orders SET state = ?, updated_at = ?, untold_since = ?, version = version + 1 WHERE id = ? AND version = ?`,
		lines, o.ID, o.State, o.UpdatedAt, o.UntoldSince, o.ID, o.Version)
	if err == nil && n != 1 {
		err = errs.ErrStale
	}
	o.Version++
	return err
}

func confirmedAmounts(tx pg.Tx, customerIDs []uuid.UUID, from, to time.Time) (map[uuid.UUID]decimal.Decimal, error) {
	var rows []struct {
		CustomerID uuid.UUID
		Total      decimal.Decimal
	}
	err := tx.Raw(`SELECT customer_id, sum(total) AS total FROM orders WHERE customer_id IN ? AND confirmed_at >= ? AND confirmed_at < ?
		AND state <> 'cancelled' GROUP BY customer_id`, customerIDs, from, to).Scan(&rows).Error
	amounts := make(map[uuid.UUID]decimal.Decimal, len(rows))
	for _, r := range rows {
		amounts[r.CustomerID] = r.Total
	}
	return amounts, err
}

func reviewPoints(tx pg.Tx, id uuid.UUID) ([]ReviewPoint, error) {
	var rows []ReviewPoint
	return rows, tx.Where("order_id = ?", id).Order("id").Limit(1000).Find(&rows).Error
}

func storePoint(tx pg.Tx, p ReviewPoint) error {
	return pg.One(tx.Model(&ReviewPoint{}).Where("id = ? AND answered_at IS NULL", p.ID).Updates(map[string]any{
		"told_to": p.ToldTo, "told_via": p.ToldVia, "told_by": p.ToldBy, "told_at": p.ToldAt,
		"answer": p.Answer, "outcome": p.Outcome, "answered_by": p.AnsweredBy, "answered_at": p.AnsweredAt,
	}))
}

// storeAltered writes a confirmed order that was changed, with its next revision: first the order, since by trigger its lines change
// with a revision that they haven't yet.
func storeAltered(tx pg.Tx, o *Order) error {
	if err := update(tx, o); err != nil {
		return err
	}
	return replaceLines(tx, o)
}
