package bench

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"
)

const manager = "00000003-0000-7000-8000-000000000029" // bench.id(3, 41)

type bareNotice struct {
	ID       uuid.UUID        `json:"id"`
	Number   string           `json:"number"`
	State    string           `json:"state"`
	Amount   string           `json:"amount"`
	Payer    uuid.UUID        `json:"payer_id"`
	Released time.Time        `json:"released_at"`
	Lines    []bareNoticeLine `json:"lines"`

	order uuid.UUID
}

type bareNoticeLine struct {
	ID          uuid.UUID `json:"id"`
	OrderID     uuid.UUID `json:"order_id"`
	OrderLineID uuid.UUID `json:"order_line_id"`
	ProductCode string    `json:"product_code"`
	ProductName string    `json:"product_name"`
	Quantity    string    `json:"quantity"`
	Price       string    `json:"price"`
	Amount      string    `json:"amount"`
}

// release is the program's: the manager's decision on the request, the account, the order and the notice locked in this
// order, the position, the goods reserved, the exposure moved, decisions, events, the notice, the stored answer.
func (b *bare) release(ec echo.Context) error {
	return b.transact(ec, "releaseShippingNotice", func(ctx context.Context, tx pgx.Tx, _ []byte) (any, error) {
		n, err := b.approve(ctx, tx, ec.Param("id"))
		if err != nil {
			return nil, err
		}
		if err := b.lockForRelease(ctx, tx, &n); err != nil {
			return nil, err
		}
		n.State, n.Released = "released", time.Now()
		return n, b.storeRelease(ctx, tx, &n)
	})
}

func (b *bare) approve(ctx context.Context, tx pgx.Tx, id string) (bareNotice, error) {
	var n bareNotice
	var request, submitter uuid.UUID
	var hash []byte
	err := tx.QueryRow(ctx, `SELECT n.id, n.number, n.amount::text, n.payer_id, r.id, r.submitted_by, r.content_hash
		FROM shipping_notices n JOIN approval_requests r ON r.id = n.approval_id
		WHERE n.id = $1 AND n.state = 'checked' AND r.state = 'pending' FOR UPDATE OF r`, id).
		Scan(&n.ID, &n.Number, &n.Amount, &n.Payer, &request, &submitter, &hash)
	if err != nil {
		return n, err
	}
	vote := uuid.Must(uuid.NewV7())
	_, err = tx.Exec(ctx, `INSERT INTO approval_decisions (id, request_id, submitted_by, step, slot, mode, stage, role, outcome, comment, decided_by, verbal,
			recorded_by, content_hash, decided_at)
		VALUES ($1, $2, $3, 0, 0, 'any', 'sales_manager', 'sales_manager', 'approve', '', $4, false, $4, $5, now())`, vote, request, submitter, manager, hash)
	if err != nil {
		return n, err
	}
	_, err = tx.Exec(ctx, `WITH closed AS (UPDATE approval_tasks SET state = 'done', closed_at = now(), closed_by = $2 WHERE request_id = $1 AND state = 'open')
		UPDATE approval_requests SET state = 'approved', step = 1, final_decision_id = $3, closed_at = now(), closed_by = $2, version = version + 1
		WHERE id = $1`, request, manager, vote)
	return n, err
}

func (b *bare) lockForRelease(ctx context.Context, tx pgx.Tx, n *bareNotice) error {
	rows, err := tx.Query(ctx, `SELECT id, order_id, order_line_id, product_code, product_name, quantity::text, price::text, amount::text
		FROM shipping_notice_lines WHERE notice_id = $1 ORDER BY position_no`, n.ID)
	if err != nil {
		return err
	}
	if n.Lines, err = pgx.CollectRows(rows, pgx.RowToStructByPos[bareNoticeLine]); err != nil {
		return err
	}
	n.order = n.Lines[0].OrderID
	var text string
	err = tx.QueryRow(ctx, `SELECT (receivable + shipped + released - prepaid)::text FROM credit_accounts WHERE payer_id = $1 FOR UPDATE`, n.Payer).Scan(&text)
	if err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `SELECT state FROM orders WHERE id = $1 FOR UPDATE`, n.order).Scan(&text)
	if err != nil {
		return err
	}
	var open bool
	err = tx.QueryRow(ctx, `SELECT bool_and(noticed + shipped + 0 < quantity) FROM order_lines WHERE order_id = $1`, n.order).Scan(&open)
	if err != nil {
		return err
	}
	if !open || text != "confirmed" {
		return echo.ErrUnprocessableEntity
	}
	err = tx.QueryRow(ctx, `SELECT state FROM shipping_notices WHERE id = $1 FOR UPDATE`, n.ID).Scan(&text)
	if err != nil {
		return err
	}
	_, err = readCredit(ctx, tx, n.Payer.String()) // a customer that pays for itself
	return err
}

func (b *bare) storeRelease(ctx context.Context, tx pgx.Tx, n *bareNotice) error {
	for _, s := range []struct {
		sql  string
		args []any
	}{
		{`WITH moved AS (UPDATE order_lines l SET noticed = l.noticed + s.quantity FROM shipping_notice_lines s WHERE s.notice_id = $1 AND l.id = s.order_line_id)
			UPDATE orders SET updated_at = now(), version = version + 1 WHERE id = $2`, []any{n.ID, n.order}},
		{`WITH a AS (UPDATE credit_accounts SET released = released + $2::numeric, last_seq = last_seq + 1 WHERE payer_id = $1 RETURNING last_seq, released),
			m AS (INSERT INTO credit_movements (payer_id, seq, at, happened_on, part, amount, balance_after, document_type, document_id, item_id, reason)
				SELECT $1, last_seq, now(), current_date, 'released', $2::numeric, released, 'shipping_notice', $3, $3, 'released' FROM a)
			INSERT INTO credit_open_items (payer_id, part, item_id, open_amount) VALUES ($1, 'released', $3, $2::numeric)`, []any{n.Payer, n.Amount, n.ID}},
		{
			`INSERT INTO decisions (id, gate, subject_type, subject_id, outcome, checks, matter, matrix_version, decided_by, at)
			VALUES ($1, 'shipment', 'shipping_notice', $3, 'passed', $4, 'shipment.release', 1, $5, now()),
				($2, 'shipment', 'shipping_notice', $3, 'passed', $4, 'shipment.release', 1, $5, now())`,
			[]any{uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), n.ID, b.sample.gate, manager},
		},
		{
			`INSERT INTO events (at, actor_id, actor_kind, request_id, action, subject_type, subject_id, before, after)
			VALUES (now(), $1, 'user', $2::text, 'approveRequest', 'approval_request', $3, $4, $5),
				(now(), $1, 'user', $2::text, 'releaseShippingNotice', 'shipping_notice', $3, $4, $5)`,
			[]any{manager, n.ID.String()[:24], n.ID, b.sample.before, b.sample.released},
		},
		{
			`UPDATE shipping_notices SET state = 'released', released_by = $2, released_at = now(), updated_at = now(), version = version + 1 WHERE id = $1`,
			[]any{n.ID, manager},
		},
	} {
		if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
			return err
		}
	}
	return nil
}
