package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"
)

type bareOrderLine struct {
	ID        uuid.UUID       `json:"id"`
	LineNo    int             `json:"line_no"`
	ProductID uuid.UUID       `json:"product_id"`
	Unit      string          `json:"unit"`
	Price     decimal.Decimal `json:"price"`
	Quantity  decimal.Decimal `json:"quantity"`
	TaxRate   decimal.Decimal `json:"tax_rate"`
	Amount    decimal.Decimal `json:"amount"`
}

type bareOrder struct {
	ID         uuid.UUID       `json:"id"`
	Number     string          `json:"number"`
	CustomerID uuid.UUID       `json:"customer_id"`
	State      string          `json:"state"`
	Total      decimal.Decimal `json:"total"`
	CreatedAt  time.Time       `json:"created_at"`
	Decision   json.RawMessage `json:"decision"`
	Lines      []bareOrderLine `json:"lines"`
}

// order is CreateAndSubmit of the program: customer and credit, list, authority and prices, order with number and lines,
// the approval by authority, the decision, the event, the stored answer.
func (b *bare) order(ec echo.Context) error {
	return b.transact(ec, "createOrder", func(ctx context.Context, tx pgx.Tx, body []byte) (any, error) {
		var o bareOrder
		if err := json.Unmarshal(body, &o); err != nil {
			return nil, err
		}
		c, err := readCredit(ctx, tx, o.CustomerID.String())
		if err != nil {
			return nil, err
		}
		if err := b.price(ctx, tx, &o); err != nil {
			return nil, err
		}
		o.ID, o.State, o.CreatedAt = uuid.Must(uuid.NewV7()), "confirmed", time.Now()
		o.Decision = json.RawMessage(b.sample.checks)
		return o, b.store(ctx, tx, &o, c)
	})
}

func (b *bare) price(ctx context.Context, tx pgx.Tx, o *bareOrder) error {
	ids := make([]uuid.UUID, len(o.Lines))
	for i, l := range o.Lines {
		ids[i] = l.ProductID
	}
	rows, err := tx.Query(ctx, `SELECT l.number, t.number, p.id, p.code, p.name, p.unit, p.tax_rate::text, b.price::text
		FROM (SELECT number FROM base_price_lists WHERE state = 'published' AND effective_at <= now() ORDER BY effective_at DESC LIMIT 1) l
		CROSS JOIN (SELECT number FROM price_authority_tables WHERE state = 'published' AND effective_at <= now() ORDER BY effective_at DESC LIMIT 1) t
		JOIN products p ON p.id = ANY ($1)
		CROSS JOIN LATERAL (SELECT price FROM valid_base_prices WHERE product_id = p.id AND effective_at <= now() ORDER BY effective_at DESC LIMIT 1) b`, ids)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var list, table, code, name, unit, tax, price string
		var id uuid.UUID
		if err := rows.Scan(&list, &table, &id, &code, &name, &unit, &tax, &price); err != nil {
			return err
		}
		for i := range o.Lines {
			l := &o.Lines[i]
			if l.ProductID != id {
				continue
			}
			if l.Price.Cmp(decimal.MustParse(price)) != 0 {
				return echo.NewHTTPError(http.StatusUnprocessableEntity, "not the base price")
			}
			l.ID, l.LineNo, l.Unit, l.TaxRate = uuid.Must(uuid.NewV7()), i+1, unit, decimal.MustParse(tax)
			if l.Amount, err = l.Price.Mul(l.Quantity); err != nil {
				return err
			}
			if o.Total, err = o.Total.Add(l.Amount); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}

func (b *bare) store(ctx context.Context, tx pgx.Tx, o *bareOrder, c bareCredit) error {
	lines, err := json.Marshal(o.Lines)
	if err != nil {
		return err
	}
	content := make([]byte, 32)
	err = tx.QueryRow(ctx, `WITH n AS (
			INSERT INTO number_series (series, period, last) VALUES ('SO', $7, 1)
			ON CONFLICT (series, period) DO UPDATE SET last = number_series.last + 1 RETURNING last
		), header AS (
			INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days,
				header_discount, gross, total, tax, currency, remarks, state_reason, content, submitted_by, submitted_at, confirmed_at,
				created_by, created_at, updated_at, version)
			SELECT $1, 'SO-' || $7 || '-' || lpad(last::text, greatest(5, length(last::text)), '0'), $2, $3, 'confirmed', 1, 'api', '', 'net_days', 30,
				0, $4::numeric, $4::numeric, 0, 'CNY', '', '', $5, $8, now(), now(), $8, now(), now(), 1 FROM n RETURNING number
		), line AS (
			INSERT INTO order_lines (id, order_id, line_no, product_id, unit, price, quantity, tax_rate, amount, net_amount, remarks, noticed, shipped)
			SELECT id, $1, line_no, product_id, unit, price, quantity, tax_rate, amount, amount, '', 0, 0
			FROM json_to_recordset($6::json) AS l (id uuid, line_no int, product_id uuid, unit text, price numeric, quantity numeric, tax_rate numeric, amount numeric)
		)
		SELECT number FROM header`,
		o.ID, o.CustomerID, c.owner, o.Total.String(), content, string(lines), time.Now().Format("200601"), actor).Scan(&o.Number)
	if err != nil {
		return err
	}
	for _, s := range []struct {
		sql  string
		args []any
	}{
		{
			`INSERT INTO approval_requests (id, matter, subject_type, subject_id, number, title_en, title_zh, submitted_by, submitter_kind,
				submitter_roles, submitted_at, matrix_version, facts, route, content, content_hash, state, step, closed_at, close_reason, version)
			VALUES ($1, 'order.confirm', 'order', $2, $3, $4, $5, $6, 'user', '{sales_rep}', now(), 1, $7, $8, $9, $9, 'approved', 0, now(), '', 1)`,
			[]any{uuid.Must(uuid.NewV7()), o.ID, o.Number, b.sample.titleEN, b.sample.titleZH, actor, b.sample.facts, b.sample.route, content},
		},
		{
			`INSERT INTO decisions (id, gate, subject_type, subject_id, outcome, checks, matter, matrix_version, decided_by, at)
			VALUES ($1, 'order', 'order', $2, 'passed', $3, 'order.confirm', 1, $4, now())`,
			[]any{uuid.Must(uuid.NewV7()), o.ID, b.sample.checks, actor},
		},
		{
			`INSERT INTO events (at, actor_id, actor_kind, request_id, action, subject_type, subject_id, after)
			VALUES (now(), $1, 'user', $2, 'createOrder', 'order', $3, $4)`,
			[]any{actor, fmt.Sprintf("%x", o.ID[:12]), o.ID, b.sample.after},
		},
	} {
		if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
			return err
		}
	}
	return nil
}
