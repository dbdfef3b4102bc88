package httpapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
)

// allApproved lets everybody agree whom an amendment of a contract asks, and returns it.
func allApproved(e *apitest.Env, contract string, a apitest.Answer) apitest.Answer {
	stages := asked(e, a.String("approval_id"))
	if strings.Contains(stages, "production") {
		capacityYes(e, contract)
	}
	for stage, who := range map[string]string{"sales_manager": "manager", "general_manager": "gm"} {
		if strings.Contains(stages, stage) {
			approve(e, who, a.String("approval_id"))
		}
	}
	return e.As("rep1").Get("/v1/contracts/" + contract + "/amendments/" + a.ID()).Want(200)
}

// A contract rests on the approval of its prices through all amendments that leave them as they are: when that was given by nobody, it isn't
// in force. An amendment whose prices were decided on stands by itself (CON-09, ORG-05).
func TestCON09_ADeniedApprovalReachesTheContractThroughItsAmendments(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product, customer := productAt(e, "10"), customerOf(e)
	for name, tc := range map[string]struct {
		changes []func(c apitest.Answer) object
		state   string
	}{
		"as it was": {nil, "draft"},
		"packing":   {[]func(apitest.Answer) object{func(apitest.Answer) object { return object{"packing": "散装"} }}, "draft"},
		"packing, then a longer period": {[]func(apitest.Answer) object{
			func(apitest.Answer) object { return object{"packing": "散装"} },
			func(apitest.Answer) object { return object{"ends_on": onDay(70)} },
		}, "draft"},
		"another price, then packing": {[]func(apitest.Answer) object{
			func(c apitest.Answer) object { return object{"lines": []object{lineOf(c, "100", "5.9", 30)}} },
			func(apitest.Answer) object { return object{"packing": "散装"} },
		}, "in_force"},
	} {
		sent := submitted(e, contractBy(customer, goodsOf(product, "100", "6", 30)))
		path, request := "/v1/contracts/"+sent.ID(), sent.String("approval_id")
		capacityYes(e, sent.ID())
		rep.Post("/v1/approvals/"+request+"/verbal-approval", object{
			"given_by": e.People["gm"], "given_at": time.Now().Add(-time.Minute).UTC().Format(time.RFC3339), "purpose": "客户在场谈判",
		}).Want(201)
		c := rep.Post(path+"/sign", signed(e, "gm")).Want(200)
		for _, change := range tc.changes {
			a := allApproved(e, c.ID(), amended(e, path, change(c)))
			if now := rep.Post(path+"/amendments/"+a.ID()+"/sign", signed(e, "gm")).Want(200); now.String("state") != "in_force" {
				t.Fatalf("%s: %s", name, now.Body)
			}
		}
		e.As("gm").Post("/v1/approvals/"+request+"/deny", object{"comment": "未同意"}).Want(200)
		if got := rep.Get(path).Want(200); got.String("state") != tc.state || got.At("callable") != (tc.state == "in_force") {
			t.Errorf("%s: %s", name, got.Body)
		}
	}
}

// What a quotation agreed to isn't agreed in the contract once the quotation isn't named any more: it is judged (QUO-05, CON-09).
func TestCON09_ALineThatLosesItsQuotationIsJudged(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	s := spokenQuote(e)
	plain := func(c apitest.Answer) []object { return []object{lineOf(c, "1000", "6", 30)} }
	for name, change := range map[string]func(c apitest.Answer) object{
		"the line":      func(c apitest.Answer) object { return object{"packing": "散装", "lines": plain(c)} },
		"the quotation": func(apitest.Answer) object { return object{"packing": "散装", "quotation_id": nil} },
		"both": func(c apitest.Answer) object {
			return object{"packing": "散装", "quotation_id": nil, "lines": plain(c)}
		},
	} {
		c := inForce(e, s.contract("1000"))
		a := amended(e, "/v1/contracts/"+c.ID(), change(c))
		if a.String("state") != "submitted" || !strings.Contains(asked(e, a.String("approval_id")), "general_manager") {
			t.Errorf("%s: %s, asks %q", name, a.String("state"), asked(e, a.String("approval_id")))
		}
	}
}

// An amendment that waits for signatures rests on the quotation that it names, whatever the contract in force does (QUO-06).
func TestQUO06_DeniedApprovalTakesAmendmentsBack(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	s, rep := spokenQuote(e), e.As("rep1")
	other := productAt(e, "10")
	waiting := func() (path, amendment string) {
		c := inForce(e, contractBy(s.customer, goodsOf(other, "100", "10", 30)))
		path = "/v1/contracts/" + c.ID()
		added := goodsOf(s.product, "1000", "6", 30)
		added["quotation_line_id"] = s.line
		a := allApproved(e, c.ID(), amended(e, path, object{"quotation_id": s.quotation, "lines": []object{lineOf(c, "100", "10", 30), added}}))
		if a.String("state") != "approved" {
			t.Fatalf("%s", a.Body)
		}
		return path, path + "/amendments/" + a.ID()
	}
	path, amendment := waiting()
	_, missed := waiting()
	s.deny().Want(200)
	if got := rep.Get(amendment).Want(200); got.String("state") != "draft" || !strings.Contains(got.String("state_reason"), "QUO-06") {
		t.Errorf("%s", got.Body)
	}
	rep.Post(amendment+"/submit", nil).WantProblem(422, "quote.unapproved")
	if got := rep.Get(path).Want(200); got.String("state") != "in_force" || got.At("callable") != true || got.At("price_base_gone") != nil || got.Len("lines") != 1 {
		t.Errorf("%s", got.Body)
	}
	e.Tx(func(tx pg.Tx) error { // as if nobody had told it
		return tx.Exec("UPDATE contract_amendments SET state = 'approved', approved_at = submitted_at WHERE id = ?", missed[strings.LastIndex(missed, "/")+1:]).Error
	})
	rep.Post(missed+"/sign", signed(e, "manager")).WantProblem(422, "quote.unapproved")
}

// A price that was quoted for a quantity isn't agreed for less than that, however the contract came to its quantity (QUO-05, CON-09).
func TestCON09_LessThanWasQuotedForIsJudged(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, product := customerOf(e), productAt(e, "10")
	quotation, line := acceptedQuote(e, customer, product, "8", 0) // for 10 to 1000
	quoted := func(c apitest.Answer, quantity string, more ...string) []object {
		l := lineOf(c, quantity, "8", 30)
		l["quotation_line_id"] = line
		list := []object{l}
		for _, q := range more {
			added := goodsOf(product, q, "8", 30)
			added["quotation_line_id"] = line
			list = append(list, added)
		}
		return list
	}
	for name, tc := range map[string]struct {
		first  string
		lines  func(c apitest.Answer) []object
		judged bool
	}{
		"to the least":             {"100", func(c apitest.Answer) []object { return quoted(c, "10") }, false},
		"just above":               {"100", func(c apitest.Answer) []object { return quoted(c, "10.0001") }, false},
		"below":                    {"100", func(c apitest.Answer) []object { return quoted(c, "9.9999") }, true},
		"two lines are enough":     {"100", func(c apitest.Answer) []object { return quoted(c, "6", "4") }, false},
		"more than all of it":      {"100", func(c apitest.Answer) []object { return quoted(c, "100", "900.0001") }, true},
		"decided on as it was":     {"9", func(c apitest.Answer) []object { return quoted(c, "8") }, false},
		"packing of what was less": {"9", func(c apitest.Answer) []object { return quoted(c, "9") }, false},
	} {
		l := goodsOf(product, tc.first, "8", 30)
		l["quotation_line_id"] = line
		body := contractBy(customer, l)
		body["quotation_id"] = quotation
		sent := submitted(e, body)
		capacityYes(e, sent.ID())
		who := "manager"
		if strings.Contains(routeOf(e, sent.String("approval_id")), "general_manager") {
			who = "gm"
		}
		approve(e, who, sent.String("approval_id"))
		c := e.As("rep1").Post("/v1/contracts/"+sent.ID()+"/sign", signed(e, who)).Want(200)
		a := amended(e, "/v1/contracts/"+c.ID(), object{"packing": "散装", "lines": tc.lines(c)})
		if got := strings.Contains(asked(e, a.String("approval_id")), "general_manager"); got != tc.judged {
			t.Errorf("%s: %s, asks %q", name, a.String("state"), asked(e, a.String("approval_id")))
		}
	}
}
