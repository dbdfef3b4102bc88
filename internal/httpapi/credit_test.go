package httpapi_test

import (
	"maps"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
)

func limitFor(customer string) object {
	return object{
		"customer_id": customer, "grade": "B", "limit_kind": "amount", "limit_amount": "1000", "settlement": "net_days", "terms_days": 30,
		"reasons": "月用量稳定", "monthly_basis": object{"kind": "volume", "monthly_tonnes": "60"},
	}
}

// without returns the object less a member, or with another value for it.
func without(o object, name string, instead ...any) object {
	changed := object{}
	maps.Copy(changed, o)
	delete(changed, name)
	if len(instead) > 0 {
		changed[name] = instead[0]
	}
	return changed
}

func TestCRD07_CreditOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, gm := e.As("rep1"), e.As("gm")
	customer := rep.Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201).ID()
	path := "/v1/customers/" + customer + "/credit"

	fresh := rep.Get(path).Want(200) // CRD-02: null, not 0 and not unlimited
	for member, want := range map[string]any{
		"limit_kind": "none", "limit_amount": nil, "headroom": "0.00", "grade": nil, "exposure": "0.00", "since": nil, "settlement": "cash", "oldest_due": nil,
	} {
		if got := fresh.At(member); got != want {
			t.Errorf("new customer: %s is %v, want %v", member, got, want)
		}
	}

	rep.Post("/v1/credit-limit-requests?validate_only=true", limitFor(customer)).Want(201)
	if n := rep.Get("/v1/credit-limit-requests").Want(200).Len("data"); n != 0 {
		t.Fatalf("validate_only left %d requests", n)
	}
	made := rep.Post("/v1/credit-limit-requests", limitFor(customer)).Want(201)
	if made.String("state") != "pending" || made.String("kind") != "first" || made.ETag() != `"1"` || made.String("limit_amount") != "1000.00" {
		t.Fatalf("%s", made.Body)
	}
	rep.Post("/v1/credit-limit-requests", limitFor(customer)).WantProblem(409, "credit.request_pending")
	if n := rep.Get("/v1/credit-limit-requests?state=pending&customer_id=" + customer).Want(200).Len("data"); n != 1 {
		t.Fatalf("%d requests listed", n)
	}

	approveLimit(e, made.ID())
	if got := rep.Get("/v1/credit-limit-requests/" + made.ID()).Want(200); got.String("state") != "approved" || got.ETag() != `"2"` {
		t.Fatalf("%s", got.Body)
	}
	e.Tx(func(tx pg.Tx) error {
		a, err := e.App.Server.Credits.Lock(tx, uuid.MustParse(customer))
		if err != nil {
			return err
		}
		return e.App.Server.Credits.Post(tx, a, credit.ReleaseMove(uuid.Must(uuid.NewV7()), decimal.MustParse("1000.01")))
	})
	now := rep.Get(path).Want(200)
	if now.String("headroom") != "-0.01" || now.String("limit_amount") != "1000.00" || now.String("released") != "1000.01" || now.String("grade") != "B" {
		t.Fatalf("%s", now.Body)
	}
	if m := rep.Get(path + "/movements").Want(200); m.Len("data") != 1 || m.String("data.0.balance_after") != "1000.01" {
		t.Fatalf("%s", m.Body)
	}
	if p := rep.Get(path + "/profiles").Want(200); p.Len("data") != 1 || p.String("data.0.request_id") != made.ID() {
		t.Fatalf("%s", p.Body)
	}
	if r := gm.Get("/v1/credit-register").Want(200); r.Len("data") != 1 || r.String("data.0.profile.limit_amount") != "1000.00" {
		t.Fatalf("%s", r.Body)
	}
	if n := gm.Get("/v1/credit-register?as_of=2020-01-01").Want(200).Len("data"); n != 0 {
		t.Fatalf("%d customers before there were any", n)
	}
}

// approveLimit ends a request as its approval does.
func approveLimit(e *apitest.Env, request string) {
	e.Tx(func(tx pg.Tx) error {
		return e.App.Server.Credits.ApprovalDecided(tx, approval.Request{SubjectID: uuid.MustParse(request), State: approval.Approved})
	})
}

func TestORG06_CreditIsSeenByThoseWhoSeeTheCustomer(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer := e.As("rep1").Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201).ID()
	request := e.As("rep1").Post("/v1/credit-limit-requests", limitFor(customer)).Want(201).ID()
	for who, status := range map[string]int{
		"rep1": 200, "rep2": 404, "supervisor": 200, "finance": 200, "gm": 200, "auditor": 200, "guard": 403, "keeper": 403,
	} {
		for _, path := range []string{
			"/v1/customers/" + customer + "/credit", "/v1/customers/" + customer + "/credit/movements",
			"/v1/customers/" + customer + "/credit/profiles", "/v1/credit-limit-requests/" + request,
		} {
			if got := e.As(who).Get(path).Status; got != status {
				t.Errorf("%s reads %s with %d, want %d", who, path, got, status)
			}
		}
	}
	e.As("rep1").Get("/v1/credit-register").WantProblem(403, "auth.forbidden")
	e.As("rep2").Post("/v1/credit-limit-requests", limitFor(customer)).WantProblem(422, "resource.unknown_reference")
	e.As("guard").Post("/v1/credit-limit-requests", limitFor(customer)).WantProblem(403, "auth.forbidden")
}

func TestCreditLimitRequestRefusals(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	customer := rep.Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201).ID()
	good := limitFor(customer)
	rep.Do("POST", "/v1/credit-limit-requests", good).Want(400) // credit moves: a key is mandatory
	for name, c := range map[string]struct {
		body   object
		status int
		code   string
	}{
		"amount missing":        {without(good, "limit_amount"), 422, "credit.limit_form"},
		"amount not wanted":     {without(good, "limit_kind", "none"), 422, "credit.limit_form"},
		"negative":              {without(good, "limit_amount", "-1"), 400, "request.invalid"},
		"three decimals":        {without(good, "limit_amount", "1.001"), 400, "request.invalid"},
		"a number":              {without(good, "limit_amount", 1000), 400, "request.invalid"},
		"no such grade":         {without(good, "grade", "E"), 400, "request.invalid"},
		"unlimited for B":       {without(without(good, "limit_amount"), "limit_kind", "unlimited"), 422, "credit.grade_limit"},
		"days of cash":          {without(good, "settlement", "cash"), 422, "credit.terms_form"},
		"no basis":              {without(good, "monthly_basis"), 422, "credit.monthly_basis_missing"},
		"too little volume":     {without(good, "monthly_basis", object{"kind": "volume", "monthly_tonnes": "49.9999"}), 422, "credit.monthly_volume_low"},
		"no reasons":            {without(good, "reasons", ""), 400, "request.invalid"},
		"review in the past":    {without(good, "next_review", "2020-01-01"), 422, "credit.review_past"},
		"unknown member":        {without(good, "limit", "1"), 400, "request.invalid"},
		"customer not there":    {without(good, "customer_id", uuid.NewString()), 422, "resource.unknown_reference"},
		"customer id not an id": {without(good, "customer_id", "7"), 400, "request.invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := rep.Post("/v1/credit-limit-requests", c.body); a.Status != c.status || a.String("code") != c.code {
				t.Errorf("%d, want %d %s: %s", a.Status, c.status, c.code, a.Body)
			}
		})
	}
	e.As("gm").Get("/v1/credit-register?as_of=yesterday").Want(400)
	rep.Get("/v1/customers/" + customer + "/credit?x=1").Want(400)
}
