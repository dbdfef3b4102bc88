package httpapi_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
)

// Wherever a price is typed, the draft says whose authority covers it and who would be asked, as its gate would (PRC-10): at the bound of the rep's
// own authority, a fen below it, and at the bound of the sales department's.
func TestPRC10_DraftsSayWhoseAuthorityCoversThem(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, product := e.As("rep1"), productAt(e, "10")
	customer := customerOf(e)
	drafts := map[string]func(price string) string{
		"quotation": func(price string) string {
			return "/v1/quotations/" + rep.Post("/v1/quotations", object{
				"customer_id": customer, "valid_from": onDay(0), "valid_until": onDay(20), "settlement": "cash",
				"lines": []object{{"product_id": product, "unit": "kg", "min_quantity": "100", "price": price, "lead_days": 7}},
			}).Want(201).ID()
		},
		"contract": func(price string) string {
			return "/v1/contracts/" + rep.Post("/v1/contracts", contractBy(customer, goodsOf(product, "100", price, 30))).Want(201).ID()
		},
		"order": func(price string) string {
			return "/v1/orders/" + rep.Post("/v1/orders", orderBy(customer, product, "100", price)).Want(201).ID()
		},
	}
	for name, draft := range drafts {
		for _, c := range []struct {
			price    string
			within   bool
			required string
		}{
			{"10.01", true, "sales_rep"},
			{"9.80", true, "sales_rep"},
			{"9.7999", false, "sales_supervisor"},
			{"9.20", false, "sales_director"},
			{"9.1999", false, "general_manager"},
		} {
			path := draft(c.price)
			a := rep.Get(path + "/price-authority").Want(200)
			if a.At("within_authority") != c.within || a.String("required_role") != c.required || a.String("lines.0.required_role") != c.required {
				t.Errorf("%s at %s: %s", name, c.price, a.Body)
			}
			if a.At("department_authority") != (c.required != "general_manager") || a.String("lines.0.own_lowest_price") != "9.8000" {
				t.Errorf("%s at %s: %s", name, c.price, a.Body)
			}
			if strings.Contains(string(a.Body), `"margin"`) {
				t.Errorf("%s shows a margin: %s", name, a.Body)
			}
			if c.price == "9.1999" {
				last := a.Len("approval_steps") - 1
				if last < 0 || !strings.Contains(string(a.Body), `"name":"GM"`) {
					t.Errorf("%s: the general manager isn't named: %s", name, a.Body)
				}
			}
			e.As("rep3").Get(path+"/price-authority").WantProblem(404, "resource.not_found") // ORG-06
		}
	}
}

// What is decided isn't judged again; the factory sees no prices of orders; a refusal of the price gate is that here too.
func TestPRC10_WhoseAuthorityIsAskedOfDraftsOnlyAndNotByTheFactory(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path, _, product := confirmedOrder(e, "77")
	e.As("rep1").Get(path + "/price-authority").Want(409)
	for _, who := range []string{"production", "purchasing", "keeper", "quality", "guard"} { // ORD-03
		e.As(who).Get(path+"/price-authority").WantProblem(403, "auth.forbidden")
	}
	e.As("rep1").Get("/v1/orders/" + newID() + "/price-authority").Want(404)
	unpriced := newGoods(e, "NP-WA", "kg", "new")
	draft := e.As("rep1").Post("/v1/orders", object{
		"customer_id": customerOf(e), "channel": "phone", "settlement": "cash",
		"lines": []object{{"product_id": product, "quantity": "1", "price": "10"}, {"product_id": unpriced, "quantity": "1", "price": "10"}},
	}).Want(201)
	if a := e.As("rep1").Get("/v1/orders/" + draft.ID() + "/price-authority").Want(422); a.String("errors.0.pointer") != "/lines/1/product_id" {
		t.Errorf("%s", a.Body)
	}
}

// A quotation's agreed price stands in the contract that names it: there is nobody to ask but those who sign (QUO-05).
func TestPRC10_AgreedLinesAreInTheChecksOfAContractsAuthority(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	product, customer := productAt(e, "10"), customerOf(e)
	quotation, line := acceptedQuote(e, customer, product, "8", 5)
	l := goodsOf(product, "100", "8", 30)
	l["quotation_line_id"] = line
	body := contractBy(customer, l)
	body["quotation_id"] = quotation
	made := e.As("rep1").Post("/v1/contracts", body).Want(201)
	a := e.As("rep1").Get("/v1/contracts/" + made.ID() + "/price-authority").Want(200)
	if a.At("within_authority") != true || a.Len("lines") != 1 || a.At("lines.0.within_authority") != true || a.At("required_role") != "sales_rep" || !strings.Contains(string(a.Body), "QUO-05") {
		t.Errorf("%s", a.Body)
	}
}

func TestPRC09_ATableIsSetBesideTheRunningOne(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	m, product := e.As("manager"), productAt(e, "10")
	running := m.Get("/v1/price-authority").Want(200)
	draft := m.Post("/v1/price-authority-tables", object{"reason": "年度调整", "entries": []object{
		{"role": "sales_rep", "max_below": "1.5", "max_above": nil},
		{"role": "sales_rep", "product_id": product, "min_quantity": "1000", "max_below": "4", "max_above": "10"},
		{"role": "sales_rep", "level": "order", "max_below": "3", "max_above": nil},
		{"role": "sales_manager", "max_below": "5", "max_above": nil},
		{"role": "sales_director", "max_below": nil, "max_above": nil},
		{"role": "general_manager", "max_below": nil, "max_above": nil},
	}}).Want(201)
	path := "/v1/price-authority-tables/" + draft.ID() + "/differences"
	d := e.As("rep1").Get(path).Want(200)
	if d.String("against_id") != running.ID() || d.At("added") != 2.0 || d.At("changed") != 2.0 || d.At("removed") != 1.0 || d.At("unchanged") != 2.0 || d.Len("data") != 5 {
		t.Fatalf("%s", d.Body)
	}
	want := []struct{ role, change, wasBelow, isBelow, below, above string }{
		{"sales_rep", "changed", "2", "1.5", "narrower", "same"},
		{"sales_rep", "added", "2", "4", "wider", "narrower"}, // before: as all products
		{"sales_rep", "added", "", "3", "narrower", "same"},   // whole orders had no bound
		{"sales_supervisor", "removed", "3", "0", "narrower", "narrower"},
		{"sales_director", "changed", "8", "", "wider", "same"},
	}
	for i, w := range want {
		at := func(field string) string { return d.String(fmt.Sprintf("data.%d.%s", i, field)) }
		if at("role") != w.role || at("change") != w.change || !sameFigure(at("was_below"), w.wasBelow) || !sameFigure(at("is_below"), w.isBelow) ||
			at("below") != w.below || at("above") != w.above {
			t.Errorf("%d: %v, want %+v", i, d.At(fmt.Sprintf("data.%d", i)), w)
		}
	}
	if d.String("data.1.product_id") != product || d.String("data.1.product_code") == "" {
		t.Errorf("%s", d.Body)
	}
	e.As("production").Get(path).WantProblem(403, "auth.forbidden")
	m.Get("/v1/price-authority-tables/"+newID()+"/differences").WantProblem(404, "resource.not_found")

	// Published, it is still seen beside what it replaced.
	sent := m.Post("/v1/price-authority-tables/"+draft.ID()+"/submit", nil).Want(200).String("approval_id")
	e.Resolve(sent, "for")
	e.As("gm").Post("/v1/approvals/"+sent+"/approve", object{"comment": "同意"}).Want(200)
	if d := m.Get(path).Want(200); d.String("against_id") != running.ID() || d.Len("data") != 5 {
		t.Errorf("%s", d.Body)
	}
	if d := m.Get("/v1/price-authority-tables/" + running.ID() + "/differences").Want(200); d.Len("data") == 0 || d.String("against_id") != "" {
		t.Errorf("the first table: %s", d.Body)
	}
}

// sameFigure reports whether two figures are the same but for zeros at their end; "" is none.
func sameFigure(got, want string) bool {
	if got == "" || want == "" {
		return got == want
	}
	return decimal.MustParse(got).Cmp(decimal.MustParse(want)) == 0
}

// Margins are in the answer about a draft for whom the price check shows them, of the price less the header discount (PRC-13).
func TestPRC13_MarginsOfDraftsByRole(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	product, customer := productAt(e, "10"), customerOf(e)
	e.As("finance").Post("/v1/products/"+product+"/costs", object{"effective_on": "2026-01-01", "cost": "6", "reason": "标准成本"}).Want(201)
	body := orderBy(customer, product, "113", "10")
	body["header_discount"] = "113"
	lines := []object{{"product_id": product, "quantity": "113", "price": "10"}}
	order := e.As("rep1").Post("/v1/orders", body).Want(201).ID()
	contract := e.As("rep1").Post("/v1/contracts", contractBy(customer, goodsOf(product, "113", "9", 30))).Want(201).ID()
	for _, who := range []string{"rep1", "assistant", "supervisor", "manager", "director", "clerk", "finance", "auditor", "gm"} {
		asked := e.As(who).Post("/v1/price-checks", object{"customer_id": customer, "header_discount": "113", "lines": lines}).Want(200)
		for _, path := range []string{"/v1/orders/" + order, "/v1/contracts/" + contract} {
			a := e.As(who).Get(path + "/price-authority").Want(200)
			want := slices.Contains([]string{"manager", "clerk", "finance", "gm"}, who)
			if got := strings.Contains(string(a.Body), `"margin"`); got != want || a.String("lines.0.margin.margin") != asked.String("lines.0.margin.margin") ||
				a.String("order.margin.margin") != asked.String("order.margin.margin") {
				t.Errorf("%s at %s: %s, want as %s", who, path, a.Body, asked.Body)
			}
		}
	}
}

// However many lines a draft has, the answer takes the same number of statements: the price gate asks one. The least of some
// tries is counted, since what the rule book and the matrix remember is read again when it is a second old.
func TestPRC10_WhoseAuthorityAsksTheGateOnce(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	product, customer, who := productAt(e, "10"), customerOf(e), e.Principal("rep1")
	ask := func(f func(tx pg.Tx) error) int64 {
		least := int64(math.MaxInt64)
		for range 3 {
			ctx, probe := pg.WithProbe(t.Context(), 0)
			if err := e.DB.Tx(ctx, who.Origin("test"), f); err != nil {
				t.Fatal(err)
			}
			least = min(least, probe.Statements())
		}
		return least
	}
	count := func(lines int) (ofOrder, ofContract int64) {
		order, contract := orderBy(customer, product, "10", "9"), contractBy(customer)
		var goods []object
		for range lines {
			goods = append(goods, goodsOf(product, "10", "9", 30))
		}
		order["lines"] = slices.Repeat(order["lines"].([]object), lines)
		contract["lines"] = goods
		orderID := uuid.MustParse(e.As("rep1").Post("/v1/orders", order).Want(201).ID())
		contractID := uuid.MustParse(e.As("rep1").Post("/v1/contracts", contract).Want(201).ID())
		ofOrder = ask(func(tx pg.Tx) error {
			_, err := e.App.Server.Orders.WhoseAuthority(tx, who, orderID)
			return err
		})
		ofContract = ask(func(tx pg.Tx) error {
			_, err := e.App.Server.Contracts.WhoseAuthority(tx, who, contractID)
			return err
		})
		return ofOrder, ofContract
	}
	order1, contract1 := count(1)
	if order50, contract50 := count(50); order1 != order50 || contract1 != contract50 {
		t.Errorf("orders %d and %d statements for 1 and 50 lines, contracts %d and %d", order1, order50, contract1, contract50)
	}
}
