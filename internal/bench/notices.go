package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
)

// The loaded orders that a notice can be written from are confirmed, and their customers have nothing overdue (load.sql).
const (
	kindOrder = 7
	kindLine  = 8
)

// confirmedOrder is the n-th of the loaded orders that are confirmed, five of each hundred; the sixth is orderOfOne's.
func confirmedOrder(n int) int { return n/5*100 + 1 + n%5 }

// sharing is how many notices take from one order when all are of one customer, who hasn't that many orders.
const sharing = 200

// orderOfOne is the confirmed order of customer 1 that the n-th notice takes from.
func orderOfOne(n, customers int) int {
	step := customers
	for step%100 != 0 {
		step += customers
	}
	return (1 + n/sharing) * step
}

// prepare writes notices from loaded orders, submits them and has finance check them, so that they wait for the sales
// manager. Each measurement releases its own, since a notice is released once.
func (b *bench) prepare(ctx context.Context, n int, one bool) ([]string, error) {
	ids := make([]string, n)
	work := make(chan int, n)
	for i := range n {
		work <- i
	}
	close(work)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for range 8 {
		wg.Go(func() {
			for i := range work {
				id, err := b.notice(ctx, one)
				mu.Lock()
				ids[i] = id
				if err != nil {
					failed = err
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return ids, failed
}

func (b *bench) notice(ctx context.Context, one bool) (string, error) {
	series, quantity := "bench.notices", "10"
	if one {
		series, quantity = "bench.notices_of_one", "0.05"
	}
	var n int
	if err := b.pool.QueryRow(ctx, "SELECT nextval($1::text::regclass)", series).Scan(&n); err != nil {
		return "", err
	}
	o := confirmedOrder(n)
	if one {
		o = orderOfOne(n, b.opts.Customers)
	}
	if o > b.opts.Orders {
		return "", fmt.Errorf("all %d confirmed orders are used up: start with an empty database", b.opts.Orders*5/100)
	}
	c := 1 + o%b.opts.Customers
	lines := make([]map[string]any, 3)
	for i := range lines {
		lines[i] = map[string]any{"order_id": id(kindOrder, o), "order_line_id": id(kindLine, o*4+i+1), "quantity": quantity}
	}
	var made struct {
		ID    string `json:"id"`
		State string `json:"state"`
	}
	for _, step := range []struct {
		path, who string
		body      map[string]any
	}{
		{"", rep(c), map[string]any{
			"customer_id": id(kindCustomer, c), "flow": "credit", "ship_date": time.Now().AddDate(0, 0, 10).Format(time.DateOnly),
			"short_lead_reason": "benchmark", "lines": lines,
		}},
		{"/submit", rep(c), nil},
		{"/check", "finance", map[string]any{}},
	} {
		q := &request{method: http.MethodPost, path: "/v1/shipping-notices", token: b.tokens[step.who], key: uuid.NewString()}
		if made.ID != "" {
			q.path += "/" + made.ID + step.path
		}
		if step.body != nil {
			body, err := json.Marshal(step.body)
			if err != nil {
				return "", err
			}
			q.body = body
		}
		answer, err := b.gate.exchange(ctx, q)
		if err != nil {
			return "", err
		}
		if err := json.Unmarshal(answer, &made); err != nil {
			return "", err
		}
	}
	if made.State != "checked" {
		return "", fmt.Errorf("a notice that finance has checked is %s", made.State)
	}
	return made.ID, nil
}

// release lets each of the notices go, in the manager's name.
func (b *bench) release(notices []string) next {
	queue := make(chan string, len(notices))
	for _, id := range notices {
		queue <- id
	}
	close(queue)
	return func(*rand.Rand) *request {
		id, more := <-queue
		if !more {
			return nil
		}
		return &request{
			method: http.MethodPost, path: "/v1/shipping-notices/" + id + "/release", token: b.tokens["manager"], key: uuid.NewString(), body: []byte("{}"),
		}
	}
}

// takeRelease releases one notice and keeps what it left behind.
func (b *bench) takeRelease(ctx context.Context) error {
	ids, err := b.prepare(ctx, 1, false)
	if err != nil {
		return err
	}
	if err := b.gate.send(ctx, b.release(ids)(nil)); err != nil {
		return err
	}
	s := &b.sample
	err = b.pool.QueryRow(ctx, `SELECT (SELECT checks::text FROM decisions WHERE subject_id = $1 ORDER BY length(checks::text) DESC LIMIT 1), e.before::text, e.after::text
		FROM events e WHERE e.subject_id = $1 AND e.action = 'releaseShippingNotice' ORDER BY e.seq DESC LIMIT 1`, ids[0]).Scan(&s.gate, &s.before, &s.released)
	if err != nil {
		return fmt.Errorf("what a release leaves behind: %w", err)
	}
	_, err = b.pool.Exec(ctx, `ALTER TABLE bench.sample ADD COLUMN gate jsonb, ADD COLUMN before jsonb, ADD COLUMN released jsonb`)
	if err != nil {
		return err
	}
	_, err = b.pool.Exec(ctx, `UPDATE bench.sample SET gate = $1, before = $2, released = $3`, s.gate, s.before, s.released)
	return err
}
