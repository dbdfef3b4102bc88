package httpapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

type object = map[string]any

func company(name, phone string) object {
	return object{
		"name": name, "status": "active",
		"contacts": []object{{"name": "陈示例", "position": "采购经理", "phone": phone}},
	}
}

func TestCustomerLifeOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	made := rep.Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201)
	path := "/v1/customers/" + made.ID()
	if made.ETag() != `"1"` || !strings.HasPrefix(made.String("code"), "C-2") {
		t.Fatalf("etag %s, code %s", made.ETag(), made.String("code"))
	}
	changed := rep.Patch(path, `"1"`, object{"region": "浙江", "remarks": nil}).Want(200)
	if changed.String("region") != "浙江" || changed.ETag() != `"2"` {
		t.Fatalf("%s", changed.Body)
	}
	rep.Patch(path, `"1"`, object{"region": "江苏"}).WantProblem(412, "resource.stale")
	rep.Do("PATCH", path, object{"region": "江苏"}).WantProblem(428, "request.if_match_required")
	with := rep.Post(path+"/contacts", object{"name": "林示例", "position": "仓库", "phone": "13800000043"}).Want(201)
	first := path + "/contacts/" + with.String("contacts.0.id")
	rep.Delete(first, with.ETag()).WantProblem(422, "customer.change_needs_approval")
	asked := rep.Post(path+"/change-requests", object{"field": "contact", "part_id": with.String("contacts.0.id"), "reason": "离职"}).Want(201)
	e.As("manager").Post("/v1/approvals/"+asked.String("approval_id")+"/approve", object{}).Want(200)
	last := rep.Get(path).Want(200)
	if last.Len("contacts") != 1 || last.String("contacts.0.name") != "林示例" {
		t.Fatalf("%s", last.Body)
	}
	rep.Delete(path+"/contacts/"+last.String("contacts.0.id"), last.ETag()).WantProblem(422, "customer.last_contact")
}

func TestORG06_CustomerOfAnotherRepIsNotThere(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := e.As("rep1").Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201).ID()
	for who, status := range map[string]int{
		"rep1": 200, "rep2": 404, "rep3": 404, "supervisor": 200, "manager": 200, "gm": 200, "auditor": 200, "clerk": 200, "guard": 403,
	} {
		if got := e.As(who).Get("/v1/customers/" + id).Status; got != status {
			t.Errorf("%s reads with %d, want %d", who, got, status)
		}
	}
	for who, n := range map[string]int{"rep1": 1, "rep2": 0, "supervisor": 1, "gm": 1} {
		if got := e.As(who).Get("/v1/customers").Want(200).Len("data"); got != n {
			t.Errorf("%s lists %d, want %d", who, got, n)
		}
	}
}

func TestCND01_PhoneIsMaskedForThoseWhoDoNotTalkToCustomers(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := e.As("rep1").Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201).ID()
	for who, want := range map[string]string{"rep1": "13800000042", "manager": "13800000042", "clerk": "138****0042", "keeper": "138****0042"} {
		if got := e.As(who).Get("/v1/customers/" + id).Want(200).String("contacts.0.phone"); got != want {
			t.Errorf("%s sees %s, want %s", who, got, want)
		}
		if got := e.As(who).Get("/v1/customers").Want(200).String("data.0.contact_phone"); got != want {
			t.Errorf("%s lists %s, want %s", who, got, want)
		}
	}
}

func TestCustomerSearch(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	rep.Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201)
	rep.Post("/v1/customers", company("海角示例针织股份有限公司", "+86 138-0000-0043")).Want(201)
	for q, want := range map[string]int{"示例": 2, "针织": 1, "云": 1, "岭示": 1, "13800000043": 1, "138": 0, "无此": 0, "%25": 0} {
		if got := rep.Get("/v1/customers?q=" + q).Want(200).Len("data"); got != want {
			t.Errorf("q=%s finds %d, want %d", q, got, want)
		}
	}
}

func TestIdempotencyKeyMakesOneEffect(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1").With("Idempotency-Key", "one-key-for-all")
	body := company("云岭示例纺织有限公司", "13800000042")
	var wg sync.WaitGroup
	var mu sync.Mutex
	ids, statuses := map[string]int{}, map[int]int{}
	for range 100 {
		wg.Go(func() {
			a := rep.Post("/v1/customers", body)
			mu.Lock()
			defer mu.Unlock()
			statuses[a.Status]++
			if a.Status == 201 {
				ids[a.ID()]++
			}
		})
	}
	wg.Wait()
	if len(ids) != 1 || statuses[201]+statuses[409] != 100 {
		t.Fatalf("ids %v, statuses %v", ids, statuses)
	}
	if n := e.As("gm").Get("/v1/customers").Want(200).Len("data"); n != 1 {
		t.Fatalf("%d customers", n)
	}
	again := rep.Post("/v1/customers", body).Want(201)
	if again.Header.Get("Idempotency-Replayed") != "true" || ids[again.ID()] == 0 {
		t.Fatalf("not replayed: %v", again.Header)
	}
	rep.Post("/v1/customers", company("别家示例有限公司", "13800000044")).WantProblem(422, "idempotency.key_reused")
	// A refusal is the same answer too.
	other := e.As("rep2").With("Idempotency-Key", "refused-once")
	other.Post("/v1/customers", body).WantProblem(409, "customer.taken")
	if a := other.Post("/v1/customers", body).WantProblem(409, "customer.taken"); a.Header.Get("Idempotency-Replayed") != "true" {
		t.Fatal("refusal not replayed")
	}
}

func TestValidateOnlyWritesNothing(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	rep.Post("/v1/customers?validate_only=true", company("云岭示例纺织有限公司", "13800000042")).Want(201)
	if n := rep.Get("/v1/customers").Want(200).Len("data"); n != 0 {
		t.Fatalf("%d customers", n)
	}
	if code := rep.Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201).String("code"); !strings.HasSuffix(code, "-00001") {
		t.Fatalf("validate_only used a number: next is %s", code)
	}
}

func TestBadInputIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	good := `{"name":"云岭示例纺织有限公司","status":"active","contacts":[{"name":"陈","position":"采购","phone":"13800000042"}]`
	for name, c := range map[string]struct {
		body    string
		status  int
		code    string
		pointer string
	}{
		"duplicate name": {good + `,"name":"x"}`, 400, "request.bad_json", ""},
		"trailing data":  {good + `}{}`, 400, "request.bad_json", ""},
		"bad utf-8":      {good + ",\"region\":\"\xff\"}", 400, "request.bad_json", ""},
		"nul":            {good + `,"region":"a\u0000b"}`, 400, "request.nul_character", ""},
		"turned text":    {good + `,"region":"a\u202eb"}`, 400, "request.nul_character", ""},
		"too deep":       {good + `,"region":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, 400, "request.too_deep", ""},
		"wrong case":     {good + `,"Region":"x"}`, 400, "request.invalid", "/Region"},
		"unknown field":  {good + `,"nonsense":1}`, 400, "request.invalid", "/nonsense"},
		"wrong type":     {good + `,"region":1}`, 400, "request.invalid", "/region"},
		"too long":       {good + `,"region":"` + strings.Repeat("x", 61) + `"}`, 400, "request.invalid", "/region"},
		"missing":        {`{"status":"active","contacts":[]}`, 400, "request.invalid", "/name"},
		"empty":          {``, 400, "request.bad_json", ""},
		"not an object":  {`[]`, 400, "request.invalid", "/"},
		"bad uscc":       {good + `,"uscc":"91330782MA2EXAMP0D"}`, 422, "customer.bad_uscc", "/uscc"},
		"only a suffix":  {strings.Replace(good, "云岭示例纺织有限公司", "有限公司", 1) + `}`, 422, "customer.bad_name", "/name"},
	} {
		a := rep.Post("/v1/customers", c.body)
		if a.Status != c.status || a.String("code") != c.code {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
			continue
		}
		if c.pointer != "" && !strings.Contains(string(a.Body), `"pointer":"`+c.pointer+`"`) {
			t.Errorf("%s: no pointer %s in %s", name, c.pointer, a.Body)
		}
	}
	rep.Get("/v1/customers?nonsense=1").WantProblem(400, "request.unknown_parameter")
	rep.Get("/v1/customers?limit=201").WantProblem(400, "request.invalid")
	rep.Get("/v1/customers?cursor=nonsense").WantProblem(400, "request.bad_cursor")
	rep.Get("/v1/customers/not-a-uuid").WantProblem(400, "request.invalid")
	rep.With("Content-Type", "text/plain").Post("/v1/customers", "x").WantProblem(415, "request.unsupported_media_type")
	rep.Post("/v1/customers", `{"name":"`+strings.Repeat("x", 1<<20)+`"}`).WantProblem(413, "request.too_large")
	e.As("admin").With("Content-Type", "application/octet-stream").Post("/v1/imports/customers", strings.Repeat("x", 32<<20+1)).WantProblem(413, "request.too_large")
	e.As("").Get("/v1/customers").WantProblem(401, "auth.unauthenticated")
	if a := rep.Do(http.MethodPost, "/v1/nowhere", object{}); a.Status != 404 {
		t.Errorf("nowhere: %d", a.Status)
	}
	if a := rep.Do(http.MethodPut, "/v1/customers", object{}); a.Status != 405 {
		t.Errorf("wrong method: %d", a.Status)
	}
}

func TestProblemSpeaksTheCallersLanguage(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	body := company("云岭示例纺织有限公司", "13800000042")
	e.As("rep1").Post("/v1/customers", body).Want(201)
	zh := e.As("manager").With("Accept-Language", "zh-CN").Post("/v1/customers", body).WantProblem(409, "customer.taken_by")
	if !strings.Contains(zh.String("detail"), "REP1") || !strings.Contains(zh.String("detail"), "登记") || zh.String("rules.0") != "CUS-08" {
		t.Errorf("%s", zh.Body)
	}
}

func TestExternalIDUpsertIsSafeToRepeat(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	body := company("云岭示例纺织有限公司", "13800000042")
	const path = "/v1/customers/by-external-id/erp/K-1"
	first := rep.Put(path, "", body).Want(200)
	second := rep.Put(path, "", body).Want(200)
	if first.ID() != second.ID() {
		t.Fatalf("%s and %s", first.ID(), second.ID())
	}
	rep.Put("/v1/customers/by-external-id/erp/K-2", "", body).WantProblem(409, "customer.taken_by")
	if got := rep.Get(path).Want(200).ID(); got != first.ID() {
		t.Fatal(got)
	}
}

func TestCRD10_PayerIsNamedByALeaderAndVisibleAndBeforeAnyDebt(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rich := e.As("rep3").Post("/v1/customers", company("富源示例有限公司", "13800000061")).Want(201)
	own := e.As("rep1").Post("/v1/customers", company("云岭示例纺织有限公司", "13800000062")).Want(201)
	path, to := "/v1/customers/"+own.ID(), object{"bill_to_id": rich.ID()}
	e.As("rep1").Patch(path, own.ETag(), to).WantProblem(403, "customer.payer_by_leader")
	move := func(department string) {
		e.Tx(func(tx pg.Tx) error {
			return tx.Exec("UPDATE users SET team_id = NULL, department_id = (SELECT id FROM departments WHERE code = ?) WHERE username = 'rep3'", department).Error
		})
	}
	move("OFFICE") // its customers aren't the sales manager's to see
	e.As("manager").Patch(path, own.ETag(), to).WantProblem(422, "customer.bad_payer")
	move("SALES")
	e.As("clerk").Post("/v1/receipts", object{
		"customer_id": own.ID(), "amount": "1.00", "method": "cash", "received_on": "2026-01-05",
	}).Want(201)
	e.As("manager").Patch(path, own.ETag(), to).WantProblem(409, "customer.payer_in_use")
}

func TestDryRunIsDryHoweverTrueIsSpelt(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	for _, spelling := range []string{"true", "1", "True", "TRUE", "t", "true;", "true;x=1", "true%zz"} {
		rep.Post("/v1/customers?validate_only="+spelling, company("云岭示例纺织有限公司", "13800000042"))
		if n := rep.Get("/v1/customers").Want(200).Len("data"); n != 0 {
			t.Fatalf("validate_only=%s wrote", spelling)
		}
	}
	if a := rep.Get("/v1/customers?q=%zz"); a.Status != 400 {
		t.Errorf("an unreadable query is answered with %d", a.Status)
	}
}

func TestOddPathsFormsAndDatesAreNoServerErrors(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	for _, path := range []string{"/v1/customers/by-external-id/erp/%00", "/v1/customers/by-external-id/erp/%ff", "/v1/orders/by-external-id/erp/a%01"} {
		rep.Get(path).WantProblem(400, "request.nul_character")
	}
	e.As("").With("Content-Type", "application/x-www-form-urlencoded").Do(http.MethodPost, "/v1/auth/token", "a=%zz").Want(400)
	e.As("clerk").Post("/v1/receipts", object{
		"customer_id": "01932c07-a1f4-7bd2-8c55-0d1f6a2b3c4d", "amount": "1.00", "method": "cash", "received_on": "0000-01-01",
	}).WantProblem(400, "request.invalid")
	rep.Get("/v1/customers?cursor=bnVsbA").WantProblem(400, "request.bad_cursor")
	for _, list := range []string{"customers", "products", "product-categories", "users", "teams"} { // "\u0000", also where the key is a text
		e.As("gm").Get("/v1/"+list+"?cursor=Ilx1MDAwMCI").WantProblem(400, "request.bad_cursor")
	}
}

func TestCND01_EventsShowPeopleWithMaskedPhones(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(identity.User{Phone: "13800000001"})
	if err != nil || !strings.Contains(string(b), `"138****0001"`) {
		t.Errorf("%s, %v", b, err)
	}
}
