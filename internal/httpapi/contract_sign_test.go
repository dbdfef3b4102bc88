package httpapi_test

import (
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
)

// signedBy is what somebody records of signatures, with a file of their own.
func signedBy(e *apitest.Env, who, by string) object {
	body := signed(e, by)
	body["attachment_ids"] = []string{upload(e.As(who), "contract.pdf", scan).Want(201).ID()}
	return body
}

// phoned records that the sales manager approved by phone (ORG-05).
func phoned(e *apitest.Env, approval string) {
	e.As("rep1").Post("/v1/approvals/"+approval+"/verbal-approval", object{
		"given_by": e.People["manager"], "given_at": time.Now().Add(-time.Minute).UTC().Format(time.RFC3339), "purpose": "客户在场谈判",
	}).Want(201)
}

// accused counts the violations of contracts of one person, by kind.
func accused(e *apitest.Env, who string) (outside, beyond int) {
	list := e.As("gm").Get("/v1/violations?rule=CON-08&person_id=" + e.People[who].String()).Want(200)
	for i := range list.Len("data") {
		switch list.String("data." + string(rune('0'+i)) + ".kind") {
		case "contract.outside_process":
			outside++
		case "contract.beyond_authority":
			beyond++
		}
	}
	return outside, beyond
}

// What both sides signed is what comes in force: a contract that is changed after it was signed waits for a new signature (CON-08).
func TestCON08_WhatWasSignedIsWhatComesInForce(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product, customer := productAt(e, "10"), customerOf(e)
	through := func(id string) apitest.Answer {
		sent := rep.Post("/v1/contracts/"+id+"/submit", nil).Want(200)
		capacityYes(e, id)
		approve(e, "manager", sent.String("approval_id"))
		return rep.Get("/v1/contracts/" + id).Want(200)
	}
	for name, change := range map[string]func(path, etag string){
		"changed in the draft": func(path, etag string) {
			rep.Patch(path, etag, object{"lines": []object{goodsOf(product, "1000", "10", 30)}}).Want(200)
		},
		"changed after it was submitted": func(path, _ string) {
			rep.Post(path+"/submit", nil).Want(200)
			open := rep.Post(path+"/revise", object{"reason": "客户加量"}).Want(200)
			rep.Patch(path, open.ETag(), object{"remarks": "运费由我方承担"}).Want(200)
		},
	} {
		made := rep.Post("/v1/contracts", contractBy(customer, goodsOf(product, "100", "10", 30))).Want(201)
		path := "/v1/contracts/" + made.ID()
		early := rep.Post(path+"/sign", signed(e, "manager")).Want(200)
		if early.At("signed_on") == nil || early.Len("attachments") != 1 {
			t.Fatalf("%s: %s", name, early.Body)
		}
		change(path, early.ETag())
		got := through(made.ID())
		if got.String("state") != "approved" || got.At("callable") != false || got.At("signed_on") != nil || got.At("signed_by") != nil || got.Len("attachments") != 1 {
			t.Errorf("%s: %s", name, got.Body)
		}
		rep.Post("/v1/orders", onContract(got, "1", "10")).WantProblem(409, "contract.not_in_force")
		if now := rep.Post(path+"/sign", signed(e, "manager")).Want(200); now.String("state") != "in_force" {
			t.Errorf("%s: signed anew: %s", name, now.Body)
		}
	}
}

// A contract whose verbal approval was denied is a draft with the old signatures: changed, it has none.
func TestCON08_AfterADeniedVerbalApprovalTheOldSignatureIsOfTheOldContent(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product, customer := productAt(e, "10"), customerOf(e)
	for name, quantity := range map[string]string{"as it was signed": "", "with more": "1000"} {
		sent := submitted(e, contractBy(customer, goodsOf(product, "100", "10", 30)))
		path := "/v1/contracts/" + sent.ID()
		capacityYes(e, sent.ID())
		phoned(e, sent.String("approval_id"))
		rep.Post(path+"/sign", signed(e, "manager")).Want(200)
		e.As("manager").Post("/v1/approvals/"+sent.String("approval_id")+"/deny", object{"comment": "未同意"}).Want(200)
		open := rep.Get(path).Want(200)
		want := "in_force"
		if quantity != "" {
			want = "approved"
			rep.Patch(path, open.ETag(), object{"lines": []object{lineOf(open, quantity, "10", 30)}}).Want(200)
		}
		again := rep.Post(path+"/submit", nil).Want(200)
		capacityYes(e, sent.ID())
		approve(e, "manager", again.String("approval_id"))
		if got := rep.Get(path).Want(200); got.String("state") != want || got.At("callable") != (want == "in_force") {
			t.Errorf("%s: %s", name, got.Body)
		}
	}
}

// Who signs an approved contract is one who may, by amount and prices, and not before there was a contract (CON-02, CON-03, CON-08).
func TestCON02_CON03_TheSignatoryMaySign(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	product, customer := productAt(e, "10"), customerOf(e)
	approved := func(quantity, price, by string) string {
		sent := submitted(e, contractBy(customer, goodsOf(product, quantity, price, 30)))
		capacityYes(e, sent.ID())
		approve(e, by, sent.String("approval_id"))
		return "/v1/contracts/" + sent.ID() + "/sign"
	}
	small, atAmount, above, cheap := approved("100", "10", "manager"), approved("10000", "10", "manager"), approved("10000.001", "10", "gm"), approved("100", "9.19", "gm")
	for _, c := range []struct{ path, by, code string }{
		{small, "rep1", "contract.signatory_may_not"},
		{small, "guard", "contract.signatory_may_not"},
		{small, "supervisor", "contract.signatory_may_not"},
		{above, "manager", "contract.signatory_may_not"},
		{above, "director", "contract.signatory_may_not"},
		{cheap, "director", "contract.signatory_may_not"},
		{small, "director", ""},
		{atAmount, "manager", ""},
		{above, "gm", ""},
		{cheap, "gm", ""},
	} {
		a := rep.Post(c.path, signed(e, c.by))
		if c.code == "" {
			a.Want(200)
		} else if a.WantProblem(422, c.code).String("errors.0.pointer") != "/signed_by" {
			t.Errorf("%s", a.Body)
		}
	}
	early := signed(e, "manager")
	early["signed_on"] = onDay(-1)
	path := approved("100", "10", "manager")
	if a := rep.Post(path, early).WantProblem(422, "contract.signed_too_early"); a.String("errors.0.pointer") != "/signed_on" {
		t.Errorf("%s", a.Body)
	}
	early["signed_on"] = onDay(0)
	rep.Post(path, early).Want(200)
}

// Who records a signature outside the process answers for it, whomever they name: naming somebody else accuses nobody and excuses nothing.
func TestCON08_NamingSomebodyElseAccusesNobody(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	product, customer := productAt(e, "10"), customerOf(e)
	informed := func() int {
		return e.As("gm").Get("/v1/me/follow-ups?kind=contract.beyond_authority").Want(200).Len("data")
	}
	for i, named := range []string{"rep2", "guard", "gm", "manager"} {
		made := e.As("rep1").Post("/v1/contracts", contractBy(customer, goodsOf(product, "100", "10", 30))).Want(201)
		e.As("rep1").Post("/v1/contracts/"+made.ID()+"/sign", signed(e, named)).Want(200)
		if outside, beyond := accused(e, named); outside != 0 || beyond != 0 {
			t.Errorf("%s is accused of what rep1 recorded: %d, %d", named, outside, beyond)
		}
		if outside, beyond := accused(e, "rep1"); outside != i+1 || beyond != i+1 || informed() != i+1 {
			t.Errorf("naming %s: %d, %d, told %d times", named, outside, beyond, informed())
		}
	}
}

// An amendment that is signed before it is approved is a violation as with contracts; approved unchanged, it is the contract (CON-08).
func TestCON08_AmendmentSignedOutsideTheProcess(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	c := inForce(e, contractBy(customerOf(e), goodsOf(productAt(e, "10"), "100", "10", 30)))
	path := "/v1/contracts/" + c.ID()
	early := func(quantity string) string {
		a := rep.Post(path+"/amendments", object{"reason": "客户加量", "lines": []object{lineOf(c, quantity, "10", 30)}}).Want(201)
		if got := rep.Post(path+"/amendments/"+a.ID()+"/sign", signed(e, "manager")).Want(200); got.String("total") != c.String("total") && quantity == "120" {
			t.Errorf("in force without approval: %s", got.Body)
		}
		return path + "/amendments/" + a.ID()
	}
	through := func(one string) apitest.Answer {
		sent := rep.Post(one+"/submit", nil).Want(200)
		capacityYes(e, c.ID())
		approve(e, "manager", sent.String("approval_id"))
		return rep.Get(one).Want(200)
	}
	one := early("120")
	if outside, beyond := accused(e, "rep1"); outside != 1 || beyond != 1 {
		t.Errorf("%d, %d", outside, beyond)
	}
	rep.Post(one+"/sign", signed(e, "manager")).WantProblem(409, "contract.signed_already")
	if got := rep.Get(one).Want(200); got.String("state") != "draft" || got.String("signed_on") != onDay(0) {
		t.Errorf("%s", got.Body)
	}
	if got, now := through(one), rep.Get(path).Want(200); got.String("state") != "in_force" || now.String("total") != "1200.00" || now.At("callable") != true {
		t.Errorf("%s, %s", got.Body, now.Body)
	}
	two := early("130")
	rep.Patch(two, rep.Get(two).ETag(), object{"reason": "再加量", "lines": []object{lineOf(c, "900", "10", 30)}}).Want(200)
	if got, now := through(two), rep.Get(path).Want(200); got.String("state") != "approved" || got.At("signed_on") != nil || now.String("total") != "1200.00" {
		t.Errorf("%s, %s", got.Body, now.Body)
	}
	if outside, _ := accused(e, "rep1"); outside != 2 {
		t.Errorf("%d violations", outside)
	}
	rep.Post(two+"/sign", signed(e, "guard")).WantProblem(422, "contract.signatory_may_not")
	if now := rep.Post(two+"/sign", signed(e, "manager")).Want(200); now.String("total") != "9000.00" {
		t.Errorf("%s", now.Body)
	}
}
