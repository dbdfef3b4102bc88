package httpapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// A contract lives longer than its quotation: what an amendment leaves as it is stands as agreed in the contract, whatever has become of the
// quotation and the price list; what becomes worse is judged, and nothing else is asked about (QUO-05, CON-03, CON-09).
func TestCON03_AmendedAfterTheQuotationHasEnded(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product, other, customer := productAt(e, "10"), productAt(e, "10"), customerOf(e)
	quotation, line := acceptedQuote(e, customer, product, "8", 0) // 20 % below base: beyond the department
	quoted := func(c apitest.Answer, quantity, price string) object {
		l := lineOf(c, quantity, price, 30)
		l["quotation_line_id"] = line
		return l
	}
	second := func(c apitest.Answer, price string) object {
		l := goodsOf(other, "10", price, 40)
		l["id"] = c.String("lines.1.id")
		return l
	}
	first := goodsOf(product, "100", "8", 30)
	first["quotation_line_id"] = line
	body := contractBy(customer, first, goodsOf(other, "10", "10", 40))
	body["quotation_id"] = quotation
	cases := []struct {
		name   string
		change func(c apitest.Answer) object
		asked  string // "": approved at once
	}{
		{"packing only", func(apitest.Answer) object { return object{"packing": "散装"} }, ""},
		{"packing, and the quotation no longer named", func(apitest.Answer) object { return object{"packing": "散装", "quotation_id": nil} }, "general_manager"},
		{"less of it", func(c apitest.Answer) object {
			return object{"lines": []object{quoted(c, "99.9999", "8"), second(c, "10")}}
		}, ""},
		{"a better price", func(c apitest.Answer) object {
			return object{"lines": []object{quoted(c, "90", "8.5"), second(c, "10")}}
		}, ""},
		{"a longer period", func(apitest.Answer) object { return object{"ends_on": onDay(61)} }, "sales_manager"},
		{"another line cheaper", func(c apitest.Answer) object {
			return object{"lines": []object{quoted(c, "100", "8"), second(c, "9.9")}}
		}, "sales_manager"},
		{"cheaper", func(c apitest.Answer) object {
			return object{"lines": []object{quoted(c, "100", "7.9999"), second(c, "10")}}
		}, "general_manager"},
		{"a fen off the whole", func(apitest.Answer) object { return object{"header_discount": "0.01"} }, "general_manager"},
		{"more of it", func(c apitest.Answer) object {
			return object{"lines": []object{quoted(c, "100.0001", "8"), second(c, "10")}}
		}, "production general_manager"},
	}
	contracts := make([]apitest.Answer, len(cases)+1)
	for i := range contracts {
		contracts[i] = inForce(e, body)
	}
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE quotations SET valid_from = ?, valid_until = ? WHERE id = ?", onDay(-9), onDay(-1), quotation).Error
	})
	for i, tc := range cases {
		a := amended(e, "/v1/contracts/"+contracts[i].ID(), tc.change(contracts[i]))
		if got := asked(e, a.String("approval_id")); got != tc.asked || (tc.asked == "") != (a.String("state") == "approved") {
			t.Errorf("%s: asks %q (%s), want %q", tc.name, got, a.String("state"), tc.asked)
		}
		if by := map[string]string{"sales_manager": "manager", "general_manager": "gm"}[tc.asked]; by != "" { // and that counts
			approve(e, by, a.String("approval_id"))
			if now := rep.Get("/v1/contracts/" + contracts[i].ID() + "/amendments/" + a.ID()).Want(200); now.String("state") != "approved" {
				t.Errorf("%s: approved, but %s", tc.name, now.Body)
			}
		}
	}
	c := contracts[len(cases)]
	path := "/v1/contracts/" + c.ID()
	more := goodsOf(product, "10", "8", 30)
	more["quotation_line_id"] = line
	draft := rep.Post(path+"/amendments", object{"reason": "x", "lines": []object{quoted(c, "100", "8"), second(c, "10"), more}}).Want(201)
	one := path + "/amendments/" + draft.ID()
	if got := rep.Post(one+"/submit", nil).WantProblem(422, "quote.expired"); got.String("errors.0.pointer") != "/quotation_id" || got.String("decision.outcome") != "refused" {
		t.Errorf("a new line by a quotation that has ended: %s", got.Body)
	}
	rep.Post(one+"/cancel", object{"reason": "x"}).Want(200)
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec(`ALTER TABLE base_prices DISABLE TRIGGER USER; UPDATE base_prices SET price = 20; ALTER TABLE base_prices ENABLE TRIGGER USER`).Error
	})
	if a := amended(e, path, object{"packing": "散装"}); a.String("state") != "approved" {
		t.Errorf("the price list moved: asks %s", asked(e, a.String("approval_id")))
	}
}

// What no figure shows is read by who signs: where the goods go, at whose cost, and side promises (CON-02, CON-03).
func TestCON03_OtherConditionsAreAskedOfTheSignatories(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	product, customer := productAt(e, "10"), customerOf(e)
	small, large := goodsOf(product, "100", "10", 30), goodsOf(product, "10000.001", "10", 30)
	promise := func(c apitest.Answer) object {
		l := lineOf(c, "100", "10", 30)
		l["remarks"] = "每吨赠送 10 kg"
		return object{"lines": []object{l}}
	}
	for _, tc := range []struct {
		name   string
		line   object
		change func(c apitest.Answer) object
		asked  string
	}{
		{"delivery place", small, func(apitest.Answer) object { return object{"delivery_place": "云南省示例市 2 号仓"} }, "sales_manager"},
		{"transport", small, func(apitest.Answer) object { return object{"transport": "汽运,我方承担运费"} }, "sales_manager"},
		{"remarks", small, func(apitest.Answer) object { return object{"remarks": "年终返利 2 %"} }, "sales_manager"},
		{"remarks of a line", small, promise, "sales_manager"},
		{"packing", small, func(apitest.Answer) object { return object{"packing": "散装"} }, ""},
		{"transport above the amount", large, func(apitest.Answer) object { return object{"transport": "汽运,我方承担运费"} }, "general_manager"},
	} {
		sent := submitted(e, contractBy(customer, tc.line))
		capacityYes(e, sent.ID())
		by := "manager"
		if strings.Contains(tc.asked, "general") {
			by = "gm"
		}
		approve(e, by, sent.String("approval_id"))
		c := e.As("rep1").Post("/v1/contracts/"+sent.ID()+"/sign", signed(e, by)).Want(200)
		a := amended(e, "/v1/contracts/"+c.ID(), tc.change(c))
		if got := asked(e, a.String("approval_id")); got != tc.asked {
			t.Errorf("%s: asks %q, want %q", tc.name, got, tc.asked)
		}
	}
}

// CON-04: after the new-product price a non-standard contract goes the usual way, production included (CON-05): with no new product among its
// lines, with one, and with new products alone.
func TestCON04_CON05_NonStandardContractsGoTheUsualWay(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, plain, fresh := customerOf(e), productAt(e, "10"), pricedNew(e, "NEW-CON05", "kg", "28.80")
	for name, lines := range map[string][]object{
		"standard": {goodsOf(plain, "100", "10", 30)},
		"one new":  {goodsOf(plain, "100", "10", 30), goodsOf(fresh, "10", "28.80", 30)},
		"all new":  {goodsOf(fresh, "10", "28.80", 30)},
	} {
		sent := submitted(e, contractBy(customer, lines...))
		if got := routeOf(e, sent.String("approval_id")); !strings.HasPrefix(got, "production ") || sent.At("standard") != (name == "standard") {
			t.Errorf("%s: asks %s, standard %v", name, got, sent.At("standard"))
		}
		capacityYes(e, sent.ID())
	}
}

// A denied verbal approval opens the contract again, and ends what was under way about it: nothing is left that nobody can move (ORG-05).
func TestCON08_ADeniedVerbalApprovalEndsAmendmentAndTermination(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product, customer := productAt(e, "10"), customerOf(e)
	byPhone := func() (path, approval string, c apitest.Answer) {
		sent := submitted(e, contractBy(customer, goodsOf(product, "100", "10", 30)))
		path, approval = "/v1/contracts/"+sent.ID(), sent.String("approval_id")
		capacityYes(e, sent.ID())
		phoned(e, approval)
		return path, approval, rep.Post(path+"/sign", signed(e, "manager")).Want(200)
	}
	deny := func(approval string) {
		e.As("manager").Post("/v1/approvals/"+approval+"/deny", object{"comment": "未同意"}).Want(200)
	}
	again := func(path string) apitest.Answer {
		sent := rep.Post(path+"/submit", nil).Want(200)
		capacityYes(e, sent.ID())
		approve(e, "manager", sent.String("approval_id"))
		return rep.Get(path).Want(200)
	}
	for name, state := range map[string]string{"draft": "", "submitted": "submit", "approved": "approve"} {
		path, approval, c := byPhone()
		a := rep.Post(path+"/amendments", object{"reason": "客户加量", "lines": []object{lineOf(c, "120", "10", 30)}}).Want(201)
		one, pending := path+"/amendments/"+a.ID(), ""
		if state != "" {
			pending = rep.Post(one+"/submit", nil).Want(200).String("approval_id")
		}
		if state == "approve" {
			capacityYes(e, c.ID())
			approve(e, "manager", pending)
		}
		deny(approval)
		if got := rep.Get(one).Want(200); got.String("state") != "cancelled" || !strings.Contains(got.String("state_reason"), "ORG-05") {
			t.Errorf("%s: %s", name, got.Body)
		}
		if pending != "" && e.As("gm").Get("/v1/approvals/"+pending).Want(200).String("approval.state") != "void" {
			t.Errorf("%s: its approvers are still asked", name)
		}
		rep.Post(one+"/cancel", object{"reason": "x"}).WantProblem(409, "resource.wrong_state")
		got := again(path)
		if got.String("state") != "in_force" || got.At("revision") != float64(2) {
			t.Fatalf("%s: %s", name, got.Body)
		}
		next := amended(e, path, object{"packing": "散装"})
		if now := rep.Post(path+"/amendments/"+next.ID()+"/sign", signed(e, "manager")).Want(200); now.At("revision") != float64(3) {
			t.Errorf("%s: %s", name, now.Body)
		}
	}
	path, approval, _ := byPhone()
	ending := rep.Post(path+"/terminate", object{"by": "us", "reason": "产品停产"}).Want(200).String("termination.approval_id")
	deny(approval)
	if got := rep.Get(path).Want(200); got.String("state") != "draft" || got.String("termination.state") != "refused" {
		t.Errorf("%s", got.Body)
	}
	if e.As("gm").Get("/v1/approvals/"+ending).Want(200).String("approval.state") != "void" {
		t.Error("somebody is still asked to decide on the termination")
	}
	if got := again(path); got.String("state") != "in_force" {
		t.Errorf("%s", got.Body)
	}
	rep.Post(path+"/terminate", object{"by": "us", "reason": "产品停产"}).Want(200)
}

// The task to file the original is due in working days, and follows the calendar when that changes (CON-07).
func TestCON07_FilingFollowsTheCalendar(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	inForce(e, contractBy(customerOf(e), goodsOf(productAt(e, "10"), "100", "10", 30)))
	due := func() time.Time {
		at, err := time.Parse(time.RFC3339Nano, e.As("rep1").Get("/v1/me/follow-ups?kind=contract.file").Want(200).String("data.0.due_at"))
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	before := due()
	holiday := "/v1/calendar/days/" + clock.Today(before).Format(time.DateOnly)
	e.As("admin").Put(holiday, e.As("admin").Get(holiday).Want(200).ETag(), object{"working": false, "reason": "厂庆"}).Want(200)
	if err := e.App.RecomputeDeadlines(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := due(); !after.After(before) {
		t.Errorf("due %s, and still %s when that day is none of work", before, after)
	}
}
