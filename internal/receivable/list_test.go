package receivable_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/shipping"
)

// Somebody calls about a delivery, a day, or what the tax system hasn't got: each finds its invoice, and no other.
func TestARV04_InvoicesAreFoundByWhatACallerKnows(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	one, two := s.ship(shipping.Credit, "10"), s.ship(shipping.Credit, "20")
	a, b := s.post(one, nil).Want(201), s.post(two, nil).Want(201)
	first, second := a.ID(), b.ID()
	s.As("clerk").Post("/v1/invoices/"+first+"/tax-invoices", object{"kind": "digital", "number": "26332000000000000042"}).Want(201)
	back := s.As("finance").Post("/v1/goods-returns", object{
		"delivery_note_id": s.through(two), "reason": "包装破损", "lines": []object{{"delivery_line_id": s.deliveryLine(two), "quantity": "1"}},
	}).Want(201).ID()
	note := "delivery_note_id="
	for query, found := range map[string][]string{
		note + one.String() + "&kind=invoice": {first}, note + two.String() + "&kind=invoice": {second}, note + uuid.NewString(): {},
		"taxed=true": {first}, "taxed=false&kind=invoice": {second},
		"kind=invoice&invoiced_from=" + today(s.Env, 0): {second, first}, "invoiced_from=" + today(s.Env, 1): {},
		"kind=invoice&invoiced_until=" + today(s.Env, 0): {second, first}, "invoiced_until=" + today(s.Env, -1): {},
		"kind=invoice&order_id=" + fmt.Sprint(s.order): {second, first}, "order_id=" + uuid.NewString(): {},
		"kind=invoice&owner_id=" + s.People["rep1"].String(): {second, first}, "owner_id=" + s.People["rep3"].String(): {},
		"total=" + a.String("total"): {first}, "kind=invoice&total=" + b.String("total"): {second}, "total=0.01": {},
	} {
		for _, who := range []string{"clerk", "rep1"} {
			s.lists(who, "/v1/invoices?"+query, found)
		}
		s.lists("rep3", "/v1/invoices?"+query, nil)
	}
	for _, path := range []string{"/v1/invoices?kind=invoice", "/v1/invoices/" + first} {
		if got := s.As("clerk").Get(path).Want(200); strings.Count(string(got.Body), `"payer_name":"`+s.customer.Name) == 0 || strings.Count(string(got.Body), `"customer_name":"`+s.customer.Name) == 0 {
			t.Errorf("%s doesn't say whose it is: %s", path, got.Body)
		}
	}
	s.lists("clerk", "/v1/goods-returns?"+note+two.String(), []string{back})
	s.lists("clerk", "/v1/goods-returns?"+note+one.String(), nil)
}

// lists fails the test unless a list has these, in this order.
func (s *shop) lists(who, path string, ids []string) {
	s.t.Helper()
	got := s.As(who).Get(path).Want(200)
	var found []string
	for i := range got.Len("data") {
		found = append(found, got.String("data."+string(rune('0'+i))+".id"))
	}
	if len(found) != len(ids) {
		s.t.Errorf("%s of %s: %v, want %v", path, who, found, ids)
		return
	}
	for i := range ids {
		if found[i] != ids[i] {
			s.t.Errorf("%s of %s: %v, want %v", path, who, found, ids)
		}
	}
}
