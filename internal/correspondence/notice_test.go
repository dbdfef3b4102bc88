package correspondence_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/correspondence"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

type world struct {
	*apitest.Env
	t        testing.TB
	customer uuid.UUID
	order    uuid.UUID
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{Env: apitest.New(t), t: t, order: uuid.Must(uuid.NewV7())}
	who := w.Principal("rep1")
	err := w.as("rep1", func(tx pg.Tx, who identity.Principal) error {
		c, err := w.App.Server.Customers.Create(tx, who, customer.Draft{
			Profile:  customer.Profile{Name: "示例一号纺织有限公司", Status: customer.Active},
			Contacts: []customer.Contact{{Name: "陈示例", Position: "采购", Phone: "13800000001"}},
		})
		w.customer = c.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.exec(`INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days, header_discount,
			gross, total, tax, currency, remarks, state_reason, content, created_at, updated_at, version)
		VALUES (?, 'SO-1', ?, ?, 'draft', 1, 'phone', '', 'cash', 0, 0, 0, 0, 0, 'CNY', '', '', '', now(), now(), 1)`, w.order, w.customer, who.ID)
	return w
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error { return tx.Exec(sql, args...).Error })
}

func (w *world) as(username string, fn func(tx pg.Tx, who identity.Principal) error) error {
	who := w.Principal(username)
	return w.DB.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error { return fn(tx, who) })
}

func (w *world) notice() (n correspondence.Notice) {
	w.t.Helper()
	err := w.as("rep1", func(tx pg.Tx, who identity.Principal) (err error) {
		n, err = w.App.Server.CustomerNotices.Register(tx, who, correspondence.Draft{OrderID: &w.order, Channel: order.ChannelPhone, Body: "交期能否提前"})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) answer(username string, id uuid.UUID) error {
	return w.as(username, func(tx pg.Tx, who identity.Principal) error {
		_, err := w.App.Server.CustomerNotices.Answer(tx, who, id, nil, order.ChannelPhone, "可以")
		return err
	})
}

func TestORD11_ANoticeIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.notice()
	if err := w.answer("rep3", n.ID); !isErr(err, errs.ErrNotFound) {
		t.Errorf("by another department: %v", err)
	}
	results := make(chan error)
	for range 6 {
		go func() { results <- w.answer("rep1", n.ID) }()
	}
	won := 0
	for range 6 {
		switch err := <-results; {
		case err == nil:
			won++
		case !isErr(err, correspondence.ErrAnswered):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d answers", won)
	}
}

func isErr(err, want error) bool {
	got, ours := errs.As(err)
	wanted, _ := errs.As(want)
	return ours && got.Code == wanted.Code
}

// What no code of ours writes, the database refuses.
func TestORD11_ConstraintsHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.notice()
	for constraint, sql := range map[string]string{
		"customer_notices_about":    "UPDATE customer_notices SET contract_id = gen_random_uuid() WHERE id = ?",
		"customer_notices_answered": "UPDATE customer_notices SET state = 'answered' WHERE id = ?",
	} {
		err := w.as("rep1", func(tx pg.Tx, _ identity.Principal) error { return tx.Exec(sql, n.ID).Error })
		if err == nil || constraint == "customer_notices_about" && !isErr(err, correspondence.ErrAbout) || constraint != "customer_notices_about" && !strings.Contains(err.Error(), constraint) {
			t.Errorf("%s: %v", constraint, err)
		}
	}
}

// Deadlines are made anew in batches, and a second time nothing moves.
func TestORD11_DeadlinesFollowTheCalendarInBatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	due := map[uuid.UUID]time.Time{}
	for range 5 {
		n := w.notice()
		due[n.ID] = n.DueAt
	}
	w.exec("UPDATE customer_notices SET due_at = due_at + interval '3 days'")
	statements := int64(0)
	round := func() (batches int) {
		for after, first := uuid.Nil, true; first || after != uuid.Nil; first = false {
			ctx, probe := pg.WithProbe(context.Background(), 0)
			if err := w.DB.Tx(ctx, pg.System("test"), func(tx pg.Tx) (err error) {
				after, err = correspondence.RecomputeDeadlines(tx, after, 2)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			batches, statements = batches+1, max(statements, probe.Statements())
		}
		return batches
	}
	if n := round(); n < 3 {
		t.Errorf("%d batches", n)
	}
	var version int64
	w.Tx(func(tx pg.Tx) error {
		for id, at := range due {
			var now time.Time
			if err := pg.ScanRow(tx, []any{&now, &version}, "SELECT due_at, version FROM customer_notices WHERE id = ?", id); err != nil || !now.Equal(at) || version != 2 {
				t.Errorf("%s instead of %s, version %d, %v", now, at, version, err)
			}
		}
		return nil
	})
	round()
	w.Tx(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&version}, "SELECT max(version) FROM customer_notices")
	})
	if version != 2 || statements > 4 {
		t.Errorf("version %d after a second round, %d statements", version, statements)
	}
}

// A list reads a range of an index, however many notices there are.
func TestORD11_ListsAreRangesOfAnIndex(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`INSERT INTO customer_notices (id, number, customer_id, owner_id, order_id, channel, sender, body, state, received_at, due_days, due_at, answer,
			answered_via, registered_by, created_at, version)
		SELECT gen_random_uuid(), 'CN-X' || n, ?, ?, ?, 'phone', '', 'x', 'open', now(), 1, now() + n * interval '1 minute', '', '', gen_random_uuid(), now(), 1
		FROM generate_series(1, 20000) n`, w.customer, w.People["rep1"], w.order)
	w.exec("ANALYZE customer_notices")
	for name, where := range map[string]string{
		"all":          "true",
		"open":         "state = 'open'",
		"one's own":    fmt.Sprintf("owner_id IN ('%s')", w.People["rep1"]),
		"a customer's": fmt.Sprintf("customer_id = '%s'", w.customer),
	} {
		var plan []string
		w.Tx(func(tx pg.Tx) error {
			return tx.Raw("EXPLAIN (COSTS OFF) SELECT * FROM customer_notices WHERE id < ? AND "+where+" ORDER BY id DESC LIMIT 51", uuid.Max).Scan(&plan).Error
		})
		if text := strings.Join(plan, "\n"); strings.Contains(text, "Seq Scan") || strings.Contains(text, "Sort") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}
