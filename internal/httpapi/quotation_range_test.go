package httpapi_test

import (
	"slices"
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
)

// The range of quantities that a price is agreed for is of the whole order or contract, however it is cut into lines: at the most, a unit
// above it, and with single lines below the least quantity (QUO-05). The quotation is of 10 to 1,000 at 8.00, which is the general manager's.
func TestQUO05_TheRangeIsOfAllLinesTogether(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, product, customer := e.As("rep1"), productAt(e, "10"), customerOf(e)
	quotation, line := acceptedQuote(e, customer, product, "8", 5)
	for _, c := range []struct {
		name       string
		quantities []string
		agreed     bool
	}{
		{"the most", []string{"400", "600"}, true},
		{"above the most", []string{"500", "500.0001"}, false},
		{"the least, of less", []string{"4", "6"}, true},
		{"below the least", []string{"4", "5.9999"}, false},
		{"cut into many", slices.Repeat([]string{"10"}, 101), false},
	} {
		order, goods, picks := orderBy(customer, product, "1", "8"), []object{}, []object{}
		var ordered []object
		for _, q := range c.quantities {
			ordered = append(ordered, object{"product_id": product, "quantity": q, "price": "8", "promised_on": "2027-01-15", "quotation_line_id": line})
			l := goodsOf(product, q, "8", 30)
			l["quotation_line_id"] = line
			goods = append(goods, l)
			picks = append(picks, object{"quotation_line_id": line, "quantity": q})
		}
		order["quotation_id"], order["lines"], order["submit"] = quotation, ordered, true
		state := map[bool]string{true: "confirmed", false: "submitted"}[c.agreed]
		if got := rep.Post("/v1/orders", order).Want(201); got.String("state") != state {
			t.Errorf("%s: the order is %s", c.name, got.String("state"))
		}
		contract := contractBy(customer, goods...)
		contract["quotation_id"] = quotation
		route := map[bool]string{true: "production sales_manager", false: "production general_manager"}[c.agreed]
		if got := routeOf(e, submitted(e, contract).String("approval_id")); got != route {
			t.Errorf("%s: the contract asks %s", c.name, got)
		}
		converted := rep.Post("/v1/quotations/"+quotation+"/convert-to-order", object{"lines": picks})
		if c.agreed {
			converted.Want(201)
		} else {
			converted.WantProblem(422, "quote.quantity_not_agreed")
		}
	}
}

// A change of an order is judged on what all of its lines would take together (QUO-05, ORD-05).
func TestQUO05_TheRangeIsOfAChangedOrderTogether(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, product, customer := e.As("rep1"), productAt(e, "10"), customerOf(e)
	quotation, line := acceptedQuote(e, customer, product, "8", 5)
	change := func(old, added string) string {
		body := orderBy(customer, product, old, "8")
		body["quotation_id"], body["submit"] = quotation, true
		body["lines"].([]object)[0]["quotation_line_id"] = line
		o := rep.Post("/v1/orders", body).Want(201)
		lines := []object{
			{"id": o.String("lines.0.id"), "product_id": product, "quantity": old, "price": "8", "promised_on": "2027-01-15", "quotation_line_id": line},
			{"product_id": product, "quantity": added, "price": "8", "promised_on": "2027-01-15", "quotation_line_id": line},
		}
		asked := rep.Post("/v1/orders/"+o.ID()+"/changes", object{"reason": "加量", "lines": lines}).Want(201)
		return routeOf(e, asked.String("approval_id"))
	}
	if within, beyond := change("500", "500"), change("500", "500.0001"); within == beyond || beyond != "sales_manager general_manager" {
		t.Errorf("within asks %q, beyond %q", within, beyond)
	}
}
