package httpapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
)

// confirmed places an order of rep1 that is confirmed at once, of one line.
func confirmed(e *apitest.Env, customer, product, quantity, promised string) apitest.Answer {
	body := orderBy(customer, product, quantity, "10")
	body["submit"], body["special_demands"], body["packing"] = true, "张力均匀", "纸箱"
	body["lines"].([]object)[0]["promised_on"] = promised
	a := e.As("rep1").Post("/v1/orders", body).Want(201)
	if a.String("state") != "confirmed" {
		panic(string(a.Body))
	}
	return a
}

// madeFor returns the production request of an order.
func madeFor(e *apitest.Env, order string) apitest.Answer {
	list := e.As("production").Get("/v1/production-requests?order_id=" + order).Want(200)
	return e.As("production").Get("/v1/production-requests/" + list.String("data.0.id")).Want(200)
}

// ahead is a business date that many days from now.
func ahead(days int) string { return day(time.Now().AddDate(0, 0, days)) }

func openTasks(e *apitest.Env, who, kind string) int {
	return e.As(who).Get("/v1/me/follow-ups?kind=" + kind).Want(200).Len("data")
}

// A confirmed order makes the request in its own transaction, without a price anywhere; each department acknowledges it once.
func TestORD03_AConfirmedOrderAsksProductionAndEachDepartmentAcknowledges(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer, product := customerOf(e), productAt(e, "10")
	draft := e.As("rep1").Post("/v1/orders", orderBy(customer, product, "100", "10")).Want(201)
	if n := e.As("production").Get("/v1/production-requests").Want(200).Len("data"); n != 0 {
		t.Fatalf("a draft made %d requests", n)
	}
	if a := e.As("rep1").Get("/v1/orders/" + draft.ID() + "/production").Want(200); a.At("request") != nil {
		t.Fatalf("%s", a.Body)
	}
	o := confirmed(e, customer, product, "100", ahead(60))
	r := madeFor(e, o.ID())
	path := "/v1/production-requests/" + r.ID()
	if r.String("number") != "PD"+o.String("number")[2:] || r.String("lines.0.id") != o.String("lines.0.id") || r.String("lines.0.special_demands") != "张力均匀" ||
		r.String("lines.0.packing") != "纸箱" || r.String("lines.0.promised_on") != ahead(60) || r.Len("acknowledgements") != 3 {
		t.Fatalf("%s", r.Body)
	}
	for _, word := range []string{"price", "amount", "total", "discount", "settlement"} {
		if strings.Contains(string(r.Body), word) {
			t.Errorf("the request says %s: %s", word, r.Body)
		}
	}
	departments := map[string]string{"production": "production", "gm": "management", "clerk": "finance"}
	for who, department := range departments {
		if openTasks(e, who, "production.acknowledge_"+department) != 1 ||
			e.As(who).Get("/v1/production-requests?to_acknowledge="+department).Want(200).Len("data") != 1 {
			t.Errorf("%s isn't asked", who)
		}
		e.As(who).Post(path+"/acknowledge", object{"note": "已阅"}).Want(200)
		e.As(who).Post(path+"/acknowledge", object{}).WantProblem(409, "production.acknowledged")
		if openTasks(e, who, "production.acknowledge_"+department) != 0 ||
			e.As(who).Get("/v1/production-requests?to_acknowledge="+department).Want(200).Len("data") != 0 {
			t.Errorf("%s is still asked", who)
		}
	}
	e.As("gm").Post(path+"/acknowledge", object{"department": "finance"}).WantProblem(403, "production.not_a_recipient")
	e.As("keeper").Post(path+"/acknowledge", object{}).Want(403)
	e.As("rep3").Get(path).WantProblem(404, "resource.not_found")
	e.As("rep2").Get("/v1/orders/"+o.ID()+"/production").WantProblem(404, "resource.not_found")
	if n := e.As("rep2").Get("/v1/production-requests").Want(200).Len("data"); n != 0 {
		t.Errorf("rep2 sees %d", n)
	}
	if n := e.As("assistant").Get("/v1/production-requests").Want(200).Len("data"); n != 1 {
		t.Errorf("the assistant sees %d", n)
	}
}
