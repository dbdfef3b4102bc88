package shipping_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// open is what of an order line is open: "open, noticed, shipped".
func (w *world) orderLine(line uuid.UUID) string {
	w.t.Helper()
	var open, noticed, shipped string
	w.view(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&open, &noticed, &shipped}, `SELECT trim_scale(quantity - noticed - shipped)::text, trim_scale(noticed)::text, trim_scale(shipped)::text FROM order_lines WHERE id = ?`, line)
	})
	return open + " " + noticed + " " + shipped
}

// two is a released notice of two orders with 10 of each, of which 20 are ordered, and their lines.
func (w *world) two() (notice string, orders, lines [2]uuid.UUID) {
	w.t.Helper()
	orders[0], lines[0] = w.newOrder("20", "1", "20.00")
	orders[1], lines[1] = w.newOrder("20", "1", "20.00")
	body := w.draft("credit", "1")
	body["lines"] = []object{
		{"order_id": orders[0], "order_line_id": lines[0], "quantity": "10"}, {"order_id": orders[1], "order_line_id": lines[1], "quantity": "10"},
	}
	notice = w.write(body)
	w.verb("clerk", notice, "check", object{}).Want(200)
	w.verb("manager", notice, "release", object{}).Want(200)
	return notice, orders, lines
}

// load dispatches quantities of the notice's lines, in their order; "" is none of it.
func (w *world) load(notice string, quantities ...string) (lines []object) {
	w.t.Helper()
	n := w.As("keeper").Get(notices + notice).Want(200)
	for i, q := range quantities {
		if q != "" {
			lines = append(lines, object{"notice_line_id": n.String("lines." + itoa(i) + ".id"), "quantity": q})
		}
	}
	return lines
}

// Several orders on one notice: what leaves and what is given back is each order's own.
func TestSHP02_SeveralOrdersOnOneNotice(t *testing.T) {
	w := open(t, "unlimited")
	n, _, lines := w.two()
	if got := w.orderLine(lines[0]) + "; " + w.orderLine(lines[1]); got != "10 10 0; 10 10 0" {
		t.Fatalf("released: %s", got)
	}
	w.verb("keeper", n, "dispatch", object{"vehicle": "浙A·12345", "lines": w.load(n, "4", "10")}).Want(201)
	if got := w.orderLine(lines[0]) + "; " + w.orderLine(lines[1]); got != "10 6 4; 10 0 10" {
		t.Fatalf("loaded: %s", got)
	}
	w.wantExposure("0", "14", "6", "0")
	w.verb("rep1", n, "close", object{"reason": "余量不发"}).Want(200)
	if got := w.orderLine(lines[0]) + "; " + w.orderLine(lines[1]); got != "16 0 4; 10 0 10" {
		t.Fatalf("closed: %s", got)
	}
	w.wantExposure("0", "14", "0", "0")
}

// Nothing leaves of an order that doesn't count any more; of the other one on the notice it does.
func TestSHP07_OneOrderOfTheNoticeIsHeld(t *testing.T) {
	w := open(t, "unlimited")
	n, orders, _ := w.two()
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec(`UPDATE orders SET state = 'draft' WHERE id = ?`, orders[0]).Error
	})
	w.verb("keeper", n, "dispatch", object{"vehicle": "浙A·12345", "lines": w.load(n, "1", "1")}).WantProblem(409, "shipping.order_changed")
	w.verb("keeper", n, "dispatch", object{"vehicle": "浙A·12345", "lines": w.load(n, "", "10")}).Want(201)
	w.wantExposure("0", "10", "10", "0")
}

// One order on several notices: together never more than is open, however many release at once.
func TestSHP02_RaceNoticesOfOneOrderNeverTakeMoreThanIsOpen(t *testing.T) {
	w := open(t, "unlimited")
	manager := w.Principal("manager")
	for range apitest.Rounds(3) {
		w.order, w.line = w.newOrder("100", "1", "100.00")
		var ids []string
		for range 5 {
			ids = append(ids, w.checked("credit", "30"))
		}
		codes := apitest.Race(5, func(i int) error {
			return w.as(context.Background(), manager, func(tx pg.Tx, s *shipping.Service) error {
				_, err := s.Release(tx, manager, uuid.MustParse(ids[i]), nil, "")
				return err
			})
		})
		if codes[""] != 3 || codes["order.quantity_not_open"] != 2 {
			t.Fatalf("%v", codes)
		}
		if got := w.orderLine(w.line); got != "10 90 0" {
			t.Fatalf("%s", got)
		}
		w.As("rep1").Post("/v1/shipping-notices", w.draft("credit", "10.0001")).WantProblem(422, "order.quantity_not_open")
		w.As("rep1").Post("/v1/shipping-notices", w.draft("credit", "10")).Want(201)
		w.agree()
	}
}
