package collection_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/baddebt"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/dispute"
	"github.com/salesgate/salesgate/internal/pg"
)

// The due date itself isn't overdue.
func TestARV05_TheOverdueListByPagesAndFilters(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.owe("10.00", 0)
	for i := 1; i <= 5; i++ {
		d.owe("100.00", 10*i)
	}
	d.owe("999.00", 1)
	d.oweBy(d.company("rep3"), "70.00", 90)
	clerk := d.As("clerk")
	var days []any
	cursor := ""
	for {
		l := clerk.Get("/v1/overdue-items?limit=3&cursor=" + cursor).Want(200)
		for i := range l.Len("data") {
			days = append(days, l.At("data."+string(rune('0'+i))+".days"))
		}
		if cursor = l.String("next_cursor"); cursor == "" {
			break
		}
	}
	if len(days) != 7 || days[0] != 90.0 || days[6] != 1.0 {
		t.Errorf("%v", days)
	}
	for query, n := range map[string]int{
		"": 7, "min_days=10": 6, "min_days=11": 5, "max_days=10": 2, "min_amount=999.00": 1, "min_amount=999.01": 0, "max_amount=99.99": 1,
		"owner_id=" + d.People["rep3"].String(): 1, "payer_id=" + d.customer.ID.String(): 6, "customer_id=" + d.customer.ID.String(): 6,
		"step=0": 7, "step=1": 0, "promised=true": 0, "promised=false": 7, "disputed=true": 0, "team_id=" + uuid.NewString(): 0,
	} {
		if l := clerk.Get("/v1/overdue-items?" + query).Want(200); l.Len("data") != n {
			t.Errorf("%s: %d items, want %d", query, l.Len("data"), n)
		}
	}
	for who, n := range map[string]int{"rep1": 6, "rep3": 1, "supervisor": 6, "rep2": 0} { // ORG-06
		if l := d.As(who).Get("/v1/overdue-items").Want(200); l.Len("data") != n {
			t.Errorf("%s sees %d", who, l.Len("data"))
		}
	}
	for _, who := range []string{"production", "keeper", "guard", "quality", "purchasing"} { // ORD-03
		d.As(who).Get("/v1/overdue-items").Want(403)
	}
	file := d.As("rep1").Get("/v1/overdue-items/export?min_days=10").Want(200)
	if rows := strings.Count(string(file.Body), "\r\n"); rows != 6 || !strings.Contains(string(file.Body), "100.00") {
		t.Errorf("%s", file.Body)
	}
	d.As("rep1").Get("/v1/overdue-items/export?format=xlsx").Want(200)
}

// Each list takes the same few statements, however long it is.
func TestListsTakeAFewStatements(t *testing.T) {
	t.Parallel()
	d := open(t)
	for i := 1; i <= 6; i++ {
		d.owe("100.00", 10*i)
	}
	for range 3 {
		if _, err := d.promise("50.00", 3); err != nil {
			t.Fatal(err)
		}
	}
	d.owe("1000.00", 70)
	d.run()
	lists := map[string]struct {
		most int64
		read func(tx pg.Tx) error
	}{
		"overdue": {1, func(tx pg.Tx) error {
			_, _, err := d.svc.ListOverdue(tx, d.clerk, collection.OverdueFilter{}, pg.Page{Limit: 50})
			return err
		}},
		"promises": {2, func(tx pg.Tx) error {
			_, _, err := d.svc.ListPromises(tx, d.clerk, collection.PromiseFilter{}, pg.Page{Limit: 50})
			return err
		}},
		"dunnings": {3, func(tx pg.Tx) error {
			_, _, err := d.svc.ListDunnings(tx, d.clerk, collection.DunningFilter{}, pg.Page{Limit: 50})
			return err
		}},
		"disputes": {1, func(tx pg.Tx) error {
			_, _, err := d.App.Server.Disputes.List(tx, d.clerk, dispute.Filter{}, pg.Page{Limit: 50})
			return err
		}},
		"debts": {2, func(tx pg.Tx) error {
			_, _, err := d.App.Server.BadDebts.List(tx, d.clerk, baddebt.Filter{}, pg.Page{Limit: 50})
			return err
		}},
	}
	for name, l := range lists {
		least := int64(1 << 30)
		for range 3 {
			ctx, probe := pg.WithProbe(context.Background(), 0)
			if err := d.DB.View(ctx, d.clerk.Origin("test"), l.read); err != nil {
				t.Fatal(err)
			}
			least = min(least, probe.Statements())
		}
		if least > l.most+1 { // and what a transaction asks for itself
			t.Errorf("%s: %d statements", name, least)
		}
	}
}
