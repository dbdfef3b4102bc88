package contract

import (
	"encoding/json"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// lineRow is a line on its way into the database.
type lineRow struct {
	ID              uuid.UUID       `json:"id"`
	LineNo          int             `json:"line_no"`
	Revision        int             `json:"revision"`
	ProductID       uuid.UUID       `json:"product_id"`
	Unit            string          `json:"unit"`
	Spec            string          `json:"spec"`
	Price           decimal.Decimal `json:"price"`
	Quantity        decimal.Decimal `json:"quantity"`
	TaxRate         decimal.Decimal `json:"tax_rate"`
	Amount          decimal.Decimal `json:"amount"`
	NetAmount       decimal.Decimal `json:"net_amount"`
	Deliveries      []Delivery      `json:"deliveries"`
	QuotationLineID *uuid.UUID      `json:"quotation_line_id"`
	Remarks         string          `json:"remarks"`
}

// lineColumns is the record that the rows of a JSON array are read as.
const lineColumns = `(id uuid, line_no int, revision int, product_id uuid, unit text, spec text, price numeric(18, 4), quantity numeric(18, 4),
	tax_rate numeric(5, 4), amount numeric(18, 2), net_amount numeric(18, 2), deliveries jsonb, quotation_line_id uuid, remarks text)`

const lineNames = `id, line_no, revision, product_id, unit, spec, price, quantity, tax_rate, amount, net_amount, deliveries, quotation_line_id, remarks`

// rows are the lines as one argument: one statement writes them all, however many.
func (c *Contract) rows() (string, error) {
	rows := make([]lineRow, len(c.Lines))
	for i, l := range c.Lines {
		rows[i] = lineRow{
			ID: l.ID, LineNo: l.LineNo, Revision: c.Revision, ProductID: l.ProductID, Unit: l.Unit, Spec: l.Spec, Price: l.Price,
			Quantity: l.Quantity, TaxRate: l.TaxRate, Amount: l.Amount, NetAmount: l.NetAmount, Deliveries: l.Deliveries,
			QuotationLineID: l.QuotationLineID, Remarks: l.Remarks,
		}
		if rows[i].Deliveries == nil {
			rows[i].Deliveries = []Delivery{}
		}
	}
	b, err := json.Marshal(rows)
	return string(b), err
}

// insert numbers a new draft and writes it with its lines, in one statement: the counter of the series is locked from here on. The
// owner is the customer's at that instant, which a handover may have changed since it was read.
func insert(tx pg.Tx, c *Contract) error {
	lines, err := c.rows()
	if err != nil {
		return err
	}
	number, args := pg.NumberCTE("SC", tx.Now.In(clock.Shanghai))
	args = append(args, c.ID, c.CustomerID, c.OwnerID, c.State, c.Revision, c.QuotationID, c.StartsOn, c.EndsOn, c.IsLong, c.IsStandard,
		c.Settlement, c.TermsDays, c.HeaderDiscount, c.Gross, c.Total, c.Tax, c.Currency, c.DeliveryPlace, c.Packing, c.Transport, c.Remarks,
		c.Content, c.DemandRound, c.PriceRound, c.PeriodRound, c.ConditionRound, c.CalledAmount, c.CopiedFromID, c.CreatedBy, c.CreatedAt,
		c.UpdatedAt, c.Version, c.ID, lines)
	return pg.ScanRow(tx, []any{&c.Number, &c.OwnerID}, `WITH `+number+`, header AS (
			INSERT INTO contracts (id, number, customer_id, owner_id, state, revision, quotation_id, starts_on, ends_on, is_long, is_standard,
				settlement, terms_days, header_discount, gross, total, tax, currency, delivery_place, packing, transport, remarks, state_reason,
				content, demand_round, price_round, period_round, condition_round, called_amount, copied_from_id, created_by, created_at, updated_at, version)
			SELECT ?::uuid, number, ?::uuid, ?::uuid, ?, ?::int, ?::uuid, ?::date, ?::date, ?::bool, ?::bool, ?, ?::int, ?::numeric, ?::numeric,
				?::numeric, ?::numeric, ?, ?, ?, ?, ?, '', ?::bytea, ?::int, ?::int, ?::int, ?::int, ?::numeric, ?::uuid, ?::uuid,
				?::timestamptz, ?::timestamptz, ?::bigint
			FROM next_number RETURNING number, owner_id
		), line AS (
			INSERT INTO contract_lines (contract_id, called_quantity, called_amount, `+lineNames+`)
			SELECT ?::uuid, 0, 0, `+lineNames+` FROM json_to_recordset(?::json) AS l `+lineColumns+`
		)
		SELECT number, owner_id FROM header`, args...)
}

// update writes what may change on the contract itself, and raises the version.
func update(tx pg.Tx, c *Contract) error {
	err := pg.Update(tx, "contracts", c.ID, c.Version, map[string]any{
		"state": c.State, "revision": c.Revision, "quotation_id": c.QuotationID, "starts_on": c.StartsOn, "ends_on": c.EndsOn,
		"is_long": c.IsLong, "is_standard": c.IsStandard, "settlement": c.Settlement, "terms_days": c.TermsDays,
		"header_discount": c.HeaderDiscount, "gross": c.Gross, "total": c.Total, "tax": c.Tax, "delivery_place": c.DeliveryPlace,
		"packing": c.Packing, "transport": c.Transport, "remarks": c.Remarks, "state_reason": c.StateReason, "content": c.Content,
		"approval_id": c.ApprovalID, "submitted_by": c.SubmittedBy, "submitted_at": c.SubmittedAt, "approved_at": c.ApprovedAt,
		"demand_round": c.DemandRound, "price_round": c.PriceRound, "period_round": c.PeriodRound, "condition_round": c.ConditionRound,
		"signed_on": c.SignedOn, "customer_signed_on": c.CustomerSignedOn, "signed_by": c.SignedBy, "signed_content": c.SignedContent, "in_force_at": c.InForceAt, "ended_at": c.EndedAt,
		"filed_at": c.FiledAt, "expiry_warned_at": c.ExpiryWarnedAt, "used_warned_at": c.UsedWarnedAt,
		"price_base_gone_at": c.PriceBaseGoneAt, "updated_at": c.UpdatedAt,
	})
	c.Version++
	return err
}

// replaceLines writes the lines: those that are gone are deleted, the others inserted or changed. What is called off stays as it is. A
// line that an order has called off can't go: errs.ErrReferenced.
func replaceLines(tx pg.Tx, c *Contract) error {
	lines, err := c.rows()
	if err != nil {
		return err
	}
	_, err = pg.Exec(tx, `WITH line AS (SELECT * FROM json_to_recordset(?::json) AS l `+lineColumns+`),
		gone AS (DELETE FROM contract_lines WHERE contract_id = ? AND id NOT IN (SELECT id FROM line))
		INSERT INTO contract_lines AS x (contract_id, called_quantity, called_amount, `+lineNames+`)
		SELECT ?::uuid, 0, 0, `+lineNames+` FROM line
		ON CONFLICT (id) DO UPDATE SET line_no = excluded.line_no, revision = excluded.revision, product_id = excluded.product_id,
			unit = excluded.unit, spec = excluded.spec, price = excluded.price, quantity = excluded.quantity, tax_rate = excluded.tax_rate,
			amount = excluded.amount, net_amount = excluded.net_amount, deliveries = excluded.deliveries,
			quotation_line_id = excluded.quotation_line_id, remarks = excluded.remarks`, lines, c.ID, c.ID)
	return err
}

// renumberLines gives the lines of a draft the revision of their contract, without which they would stay open to change.
func renumberLines(tx pg.Tx, c *Contract) error {
	return tx.Exec("UPDATE contract_lines SET revision = ? WHERE contract_id = ? AND revision <> ?", c.Revision, c.ID, c.Revision).Error
}
