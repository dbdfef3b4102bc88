package httpapi_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
)

// What isn't in force yet is shown to those who prepare and decide it, and to no rep: not the list, not its lines, not the price of a day to
// come, not that the price of today ends.
func TestPRC07_PricesToComeAreHidden(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	ids := priced(t, e, "100")
	m, rep := e.As("manager"), e.As("rep1")
	asked := rep.Post("/v1/price-requests", object{"reason_kind": "market", "reason": "原料上涨", "figures": "报价 12 份", "lines": []object{{"product_id": ids[0], "direction": "up"}}}).Want(201)
	now := e.DB.Clock().Now()
	instant := now.Add(48 * time.Hour)
	at := url.QueryEscape(instant.Format(time.RFC3339))
	l := m.Post("/v1/base-price-lists", object{"reason_kind": "market", "reason": "原料上涨", "effective_at": instant.Format(time.RFC3339), "request_ids": []string{asked.ID()}}).Want(201)
	path := "/v1/base-price-lists/" + l.ID()
	m.Put(path+"/lines", l.ETag(), object{"lines": []object{{"product_id": ids[0], "price": "120"}}}).Want(200)
	hidden := func(state string) {
		t.Helper()
		for _, p := range []string{path, path + "/lines"} {
			rep.Get(p).WantProblem(404, "resource.not_found")
			m.Get(p).Want(200)
		}
		if got := rep.Get("/v1/base-price-lists?state=" + state).Want(200); got.Len("data") != 0 && got.String("data.0.reason_kind") != "opening" {
			t.Errorf("%s: %s", state, got.Body)
		}
		if got := m.Get("/v1/base-price-lists?state=" + state).Want(200); got.String("data.0.id") != l.ID() {
			t.Errorf("%s: %s", state, got.Body)
		}
		if got := rep.Get("/v1/price-requests/" + asked.ID()).Want(200); got.At("list_id") != nil {
			t.Errorf("%s: %s", state, got.Body)
		}
		if got := rep.Get("/v1/price-requests").Want(200); got.At("data.0.list_id") != nil {
			t.Errorf("%s: %s", state, got.Body)
		}
		if got := rep.Get("/v1/price-requests?list_id=" + l.ID()).Want(200); got.Len("data") != 0 {
			t.Errorf("%s: %s", state, got.Body)
		}
		if got := m.Get("/v1/price-requests/" + asked.ID()).Want(200); got.String("list_id") != l.ID() {
			t.Errorf("%s: %s", state, got.Body)
		}
	}
	hidden("draft")
	m.Post(path+"/submit", nil).Want(200)
	hidden("submitted")
	decideList(e, l.ID())
	hidden("published")

	one := "/v1/products/" + ids[0] + "/base-price"
	check := func(date time.Time) object {
		return object{"customer_id": customerOf(e), "date": date.Format(time.DateOnly), "lines": []object{{"product_id": ids[0], "quantity": "1", "price": "100"}}}
	}
	for _, p := range []string{one + "?at=" + at, "/v1/base-prices?at=" + at, "/v1/base-prices/export?at=" + at} {
		rep.Get(p).WantProblem(403, "pricing.price_ahead")
	}
	rep.Post("/v1/price-checks", check(now.AddDate(0, 0, 3))).WantProblem(403, "pricing.price_ahead")
	m.Post("/v1/price-checks", check(now.AddDate(0, 0, 3))).Want(200)
	rep.Post("/v1/price-checks", check(now)).Want(200)
	if got := m.Get(one + "?at=" + at).Want(200); got.String("price") != "120.0000" {
		t.Errorf("%s", got.Body)
	}
	for _, p := range []string{one, "/v1/base-prices", one + "-history"} {
		mine, theirs := rep.Get(p).Want(200), m.Get(p).Want(200)
		field := "data.0."
		if p == one {
			field = ""
		}
		if mine.String(field+"price") != "100.0000" || mine.At(field+"ends_at") != nil {
			t.Errorf("%s: %s", p, mine.Body)
		}
		if p != one+"-history" && theirs.At(field+"ends_at") == nil {
			t.Errorf("%s: %s", p, theirs.Body)
		}
	}
	if got := m.Get(one + "-history").Want(200); got.Len("data") != 2 || got.String("data.0.price") != "120.0000" {
		t.Errorf("%s", got.Body)
	}

	e.DB.Clock().SetOffset(time.Until(instant) + time.Second) // from its instant on it is everybody's
	rep.Get(path).Want(200)
	if got := rep.Get(path + "/lines").Want(200); got.String("data.0.price") != "120.0000" {
		t.Errorf("%s", got.Body)
	}
	if got := rep.Get("/v1/price-requests?list_id=" + l.ID()).Want(200); got.Len("data") != 1 || got.String("data.0.list_id") != l.ID() {
		t.Errorf("%s", got.Body)
	}
	if got := rep.Get(one).Want(200); got.String("price") != "120.0000" {
		t.Errorf("%s", got.Body)
	}
}

func TestPRC08_CursorOfReviewsIsADate(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for _, cursor := range []string{"IiI", "IngI", "Inwi", "MQ"} { // "", "x", "|", 1
		e.As("committee").Get("/v1/price-reviews?cursor="+cursor).WantProblem(400, "request.bad_cursor")
	}
}
