package bench

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"
)

// bare is the reference that a Go programmer would write without this program: echo and pgx, hand-written SQL, the same
// rows read and written, and nothing checked but that the order's prices are the base prices. It doesn't know who calls.
type bare struct {
	pool   *pgxpool.Pool
	sample *sample
}

// sample is what one order left behind in the program's own run, so that the references write rows of the same size.
type sample struct {
	checks, facts, route, after, titleEN, titleZH string

	gate, before, released string // of a release: a decision's checks, an event's before and after
}

const actor = "00000003-0000-7000-8000-000000000001" // bench.id(3, 1)

// serve starts an HTTP server on a free port.
func serve(h http.Handler) (base string, stop func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(ln) }()
	return "http://" + ln.Addr().String(), func() { _ = srv.Close() }, nil
}

func (b *bare) handler() http.Handler {
	e := echo.New()
	e.HTTPErrorHandler = func(err error, ec echo.Context) { _ = ec.String(http.StatusInternalServerError, err.Error()) }
	e.GET("/v1/customers/:id/credit", b.credit)
	e.GET("/v1/orders", b.list)
	e.POST("/v1/orders", b.order)
	e.POST("/v1/shipping-notices/:id/release", b.release)
	return e
}

type bareCredit struct {
	CustomerID  uuid.UUID  `json:"customer_id"`
	PayerID     uuid.UUID  `json:"payer_id"`
	Currency    string     `json:"currency"`
	Receivable  string     `json:"receivable"`
	Shipped     string     `json:"shipped"`
	Released    string     `json:"released"`
	Prepaid     string     `json:"prepaid"`
	Exposure    string     `json:"exposure"`
	Overdue     string     `json:"overdue_amount"`
	OldestDue   *time.Time `json:"oldest_due"`
	Grade       string     `json:"grade"`
	LimitKind   string     `json:"limit_kind"`
	LimitAmount string     `json:"limit_amount"`
	Headroom    string     `json:"headroom"`
	Settlement  string     `json:"settlement"`
	TermsDays   int        `json:"terms_days"`
	Since       time.Time  `json:"since"`
	NextReview  *time.Time `json:"next_review"`

	owner uuid.UUID
}

const bareCreditSQL = `SELECT c.owner_id, c.payer_id, a.receivable::text, a.shipped::text, a.released::text, a.prepaid::text,
		(a.receivable + a.shipped + a.released - a.prepaid)::text, coalesce(o.overdue, 0)::text, o.oldest, coalesce(p.grade, ''),
		p.limit_kind, p.limit_amount::text, (p.limit_amount - a.receivable - a.shipped - a.released + a.prepaid)::text,
		p.settlement, p.terms_days, p.valid_from, p.next_review
	FROM (SELECT owner_id, coalesce(bill_to_id, id) AS payer_id FROM customers WHERE id = $1) c
	JOIN credit_accounts a ON a.payer_id = c.payer_id
	JOIN credit_profiles p ON p.customer_id = c.payer_id AND p.valid_to IS NULL
	CROSS JOIN LATERAL (SELECT sum(i.open_amount) AS overdue, min(i.due_on) AS oldest FROM credit_open_items i
		WHERE i.payer_id = c.payer_id AND i.part = 'receivable' AND i.open_amount > 0 AND i.due_on < current_date) o`

type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func readCredit(ctx context.Context, q querier, customer string) (bareCredit, error) {
	r := bareCredit{Currency: "CNY"}
	err := q.QueryRow(ctx, bareCreditSQL, customer).Scan(&r.owner, &r.PayerID, &r.Receivable, &r.Shipped, &r.Released, &r.Prepaid,
		&r.Exposure, &r.Overdue, &r.OldestDue, &r.Grade, &r.LimitKind, &r.LimitAmount, &r.Headroom, &r.Settlement, &r.TermsDays,
		&r.Since, &r.NextReview)
	r.CustomerID, _ = uuid.Parse(customer)
	return r, err
}

func (b *bare) credit(ec echo.Context) error {
	r, err := readCredit(ec.Request().Context(), b.pool, ec.Param("id"))
	if err != nil {
		return err
	}
	return ec.JSON(http.StatusOK, r)
}

type bareSummary struct {
	ID              uuid.UUID `json:"id"`
	Number          string    `json:"number"`
	CustomerID      uuid.UUID `json:"customer_id"`
	CustomerCode    string    `json:"customer_code"`
	CustomerName    string    `json:"customer_name"`
	OwnerID         uuid.UUID `json:"owner_id"`
	State           string    `json:"state"`
	Revision        int       `json:"revision"`
	CustomerOrderNo string    `json:"customer_order_no"`
	Total           string    `json:"total"`
	Currency        string    `json:"currency"`
	CreatedAt       time.Time `json:"created_at"`
	Version         int64     `json:"version"`
}

const (
	bareListHead = `SELECT o.id, o.number, o.customer_id, c.code, c.name, o.owner_id, o.state, o.revision, o.customer_order_no,
		o.total::text, o.currency, o.created_at, o.version FROM (SELECT * FROM orders WHERE `
	bareListTail = ` ORDER BY id DESC LIMIT 51) o JOIN customers c ON c.id = o.customer_id ORDER BY o.id DESC`
)

func (b *bare) list(ec echo.Context) error {
	query, arg := bareListHead+`customer_id = $1`+bareListTail, ec.QueryParam("customer_id")
	if state := ec.QueryParam("state"); state != "" {
		query, arg = bareListHead+`state = $1`+bareListTail, state
	}
	rows, err := b.pool.Query(ec.Request().Context(), query, arg)
	if err != nil {
		return err
	}
	data, err := pgx.CollectRows(rows, pgx.RowToStructByPos[bareSummary])
	if err != nil {
		return err
	}
	return ec.JSON(http.StatusOK, map[string]any{"data": data[:min(len(data), 50)], "next_cursor": data[len(data)-1].ID})
}

// transact runs a write with its idempotency key and its stored answer, as the program does.
func (b *bare) transact(ec echo.Context, operation string, fn func(ctx context.Context, tx pgx.Tx, body []byte) (any, error)) error {
	ctx := ec.Request().Context()
	body, err := io.ReadAll(ec.Request().Body)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(body)
	key := ec.Request().Header.Get("Idempotency-Key")
	var answer []byte
	err = pgx.BeginFunc(ctx, b.pool, func(tx pgx.Tx) error {
		var locked bool
		var status *int
		err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended($1::text || $2, 0)), k.status, k.answer
			FROM (SELECT 1) one LEFT JOIN idempotency_keys k ON k.actor_id = $1::text::uuid AND k.key = $2`, actor, key).Scan(&locked, &status, &answer)
		if err != nil || status != nil {
			return err
		}
		if !locked {
			return errors.New("in flight")
		}
		v, err := fn(ctx, tx, body)
		if err != nil {
			return err
		}
		if answer, err = json.Marshal(v); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO idempotency_keys (actor_id, key, operation, request_hash, status, answer, created_at)
			VALUES ($1, $2, $3, $4, 201, $5, now())`, actor, key, operation, hash[:], answer)
		return err
	})
	if err != nil {
		return err
	}
	return ec.JSONBlob(http.StatusCreated, answer)
}
