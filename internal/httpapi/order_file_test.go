package httpapi_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
)

// endedOrder plants an order of a customer of rep1 that was closed, or cancelled, at an instant.
func endedOrder(e *apitest.Env, customer, state, at, total string) string {
	return plant(e, "orders", object{
		"customer_id": customer, "state": state, "channel": "phone", "settlement": "cash", "terms_days": 0, "currency": "CNY",
		"gross": total, "total": total, "content": make([]byte, 32), "submitted_at": "2026-01-01T00:00:00Z", "confirmed_at": "2026-01-01T00:00:00Z",
		"ended_at": at, "state_reason": "已全部发货",
	})
}

// filesOf reads all pages of the files, each as "month code orders total".
func filesOf(e *apitest.Env, who, query string) (rows []string) {
	next := ""
	for {
		a := e.As(who).Get("/v1/order-files?limit=2&" + query + next).Want(200)
		for i := range a.Len("data") {
			at := fmt.Sprintf("data.%d.", i)
			rows = append(rows, strings.TrimSpace(fmt.Sprint(a.String(at+"month"), " ", a.String(at+"customer_id"), " ", a.At(at+"orders"), " ", a.String(at+"total"))))
		}
		if a.String("next_cursor") == "" {
			return rows
		}
		next = "&cursor=" + url.QueryEscape(a.String("next_cursor"))
	}
}

func wantRows(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Closed orders are filed by customer and month of Shanghai; others aren't; whoever may not see the owner finds nothing, and the factory
// no totals.
func TestORD09_ClosedOrdersAreFiledByCustomerAndMonth(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	a, b := customerOf(e), customerOf(e) // a's id is the lower one
	last := endedOrder(e, a, "closed", "2026-10-31T15:59:59.999999Z", "100.10")
	endedOrder(e, a, "closed", "2026-10-31T16:00:00Z", "200.00") // midnight in Shanghai
	endedOrder(e, a, "closed", "2026-11-30T15:59:59Z", "0.05")
	endedOrder(e, b, "closed", "2026-11-10T00:00:00Z", "7.00")
	endedOrder(e, b, "cancelled", "2026-11-10T00:00:00Z", "999.00")
	octA, novA, novB := "2026-10 "+a+" 1 100.10", "2026-11 "+a+" 2 200.05", "2026-11 "+b+" 1 7.00"
	rep1, rep2 := e.People["rep1"].String(), e.People["rep2"].String()
	teams := e.As("admin").Get("/v1/teams").Want(200)
	east, west := teams.String("data.0.id"), teams.String("data.1.id")
	for name, c := range map[string]struct {
		who, query string
		want       []string
	}{
		"all":                         {"gm", "", []string{novB, novA, octA}},
		"the owner":                   {"rep1", "", []string{novB, novA, octA}},
		"the team's supervisor":       {"supervisor", "", []string{novB, novA, octA}},
		"another rep":                 {"rep2", "", nil},
		"another rep by the owner":    {"rep2", "owner_id=" + rep1, nil},
		"another rep by the customer": {"rep2", "customer_id=" + a, nil},
		"a rep of the other team":     {"rep3", "team_id=" + east, nil},
		"of an owner":                 {"manager", "owner_id=" + rep1, []string{novB, novA, octA}},
		"of an owner without files":   {"manager", "owner_id=" + rep2, nil},
		"of a team":                   {"gm", "team_id=" + east, []string{novB, novA, octA}},
		"of the other team":           {"gm", "team_id=" + west, nil},
		"an owner not of the team":    {"gm", "owner_id=" + rep1 + "&team_id=" + west, nil},
		"of a customer":               {"rep1", "customer_id=" + a, []string{novA, octA}},
		"of a customer and team":      {"gm", "customer_id=" + a + "&team_id=" + west, nil},
		"from a month":                {"gm", "month_from=2026-11", []string{novB, novA}},
		"up to a month":               {"gm", "month_to=2026-10", []string{octA}},
		"a month of a customer":       {"gm", "customer_id=" + a + "&month_from=2026-10&month_to=2026-10", []string{octA}},
		"a month of an owner":         {"manager", "month_from=2026-10&month_to=2026-10", []string{octA}},
		"no month":                    {"gm", "month_from=2026-12", nil},
	} {
		wantRows(t, name, filesOf(e, c.who, c.query), c.want...)
	}
	e.As("gm").Get("/v1/order-files?month_from=2026-13").WantProblem(400, "request.invalid")
	e.As("gm").Get("/v1/order-files?cursor=eyJtIjoieCJ9").WantProblem(400, "request.bad_cursor")

	file := "/v1/order-files/orders?customer_id=" + a + "&month="
	if got := e.As("rep1").Get(file + "2026-10").Want(200); got.Len("data") != 1 || got.String("data.0.id") != last || got.String("data.0.total") != "100.10" ||
		got.String("data.0.reason") != "已全部发货" {
		t.Errorf("%s", got.Body)
	}
	page := e.As("rep1").Get(file + "2026-11&limit=1").Want(200)
	if rest := e.As("rep1").Get(file + "2026-11&limit=1&cursor=" + page.String("next_cursor")).Want(200); rest.Len("data") != 1 || rest.String("next_cursor") != "" ||
		rest.String("data.0.id") == page.String("data.0.id") {
		t.Errorf("%s, then %s", page.Body, rest.Body)
	}
	if got := e.As("rep1").Get(file + "2026-09").Want(200); got.Len("data") != 0 {
		t.Errorf("%s", got.Body)
	}
	if got := e.As("rep3").Get(file + "2026-11").Want(200); got.Len("data") != 0 {
		t.Errorf("%s", got.Body)
	}
	if got := parsedCSV(t, e.As("rep3").Get("/v1/order-files/orders/export?customer_id="+a+"&month=2026-11").Want(200)); len(got) != 1 {
		t.Errorf("rep3 downloads %v", got)
	}
	for _, who := range []string{"production", "purchasing", "keeper", "quality"} { // ORD-03
		wantRows(t, who, filesOf(e, who, ""), "2026-11 "+b+" 1", "2026-11 "+a+" 2", "2026-10 "+a+" 1")
		for _, path := range []string{"/v1/order-files/export", "/v1/order-files/export?format=xlsx", file + "2026-10", "/v1/order-files/orders/export?month=2026-10&customer_id=" + a} {
			if got := e.As(who).Get(path).Want(200); strings.Contains(string(got.Body), "100.1") || strings.Contains(string(got.Body), "Total") {
				t.Errorf("%s reads totals at %s: %s", who, path, got.Body)
			}
		}
	}
}

func TestORD09_FilesForASpreadsheet(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer := customerOf(e)
	endedOrder(e, customer, "closed", "2026-10-31T15:59:59Z", "1234.50")
	endedOrder(e, customer, "closed", "2026-10-31T16:00:00Z", "200.00")
	rows := parsedCSV(t, e.As("rep1").Get("/v1/order-files/export").Want(200))
	if len(rows) != 3 || strings.Join(rows[0], "|") != "Month|Customer code|Customer|Owner|Orders|Total (CNY)" || rows[1][0] != "2026-11" || rows[2][5] != "1234.50" || rows[2][3] != "REP1" {
		t.Errorf("%v", rows)
	}
	rows = parsedXLSX(t, e.As("rep1").With("Accept-Language", "zh-CN").Get("/v1/order-files/export?format=xlsx&month_to=2026-10").Want(200))
	if len(rows) != 2 || rows[0][5] != "金额" || rows[1][5] != "1,234.50" {
		t.Errorf("%v", rows)
	}
	rows = parsedCSV(t, e.As("rep1").Get("/v1/order-files/orders/export?month=2026-10&customer_id="+customer).Want(200))
	if len(rows) != 2 || rows[1][7] != "2026-10-31" || rows[1][9] != "1234.50" {
		t.Errorf("%v", rows)
	}
	if got := parsedCSV(t, e.As("rep3").Get("/v1/order-files/export").Want(200)); len(got) != 1 {
		t.Errorf("rep3 downloads %v", got)
	}
}

// Closing files an order, in the month of the business date.
func TestORD09_ClosingFilesAnOrder(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customer := customerOf(e)
	id := plant(e, "orders", object{
		"customer_id": customer, "state": "shipped", "channel": "phone", "settlement": "cash", "terms_days": 0, "currency": "CNY",
		"gross": "5.00", "total": "5.00", "content": make([]byte, 32), "submitted_at": "2026-01-01T00:00:00Z", "confirmed_at": "2026-01-01T00:00:00Z",
	})
	if got := filesOf(e, "rep1", ""); len(got) != 0 {
		t.Errorf("filed before it was closed: %v", got)
	}
	e.As("rep1").Post("/v1/orders/"+id+"/close", object{"reason": "已全部发货"}).Want(200)
	month := clock.Today(e.DB.Clock().Now()).Format("2006-01")
	wantRows(t, "closed", filesOf(e, "rep1", ""), month+" "+customer+" 1 5.00")
}

// What production, the departments and the customer did about an order is on its timeline, with the number of each document.
func TestORD09_TheTimelineTellsOfProductionChangesAndNotices(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	o := confirmed(e, customerOf(e), productAt(e, "10"), "100", ahead(20))
	path, line := "/v1/orders/"+o.ID(), o.String("lines.0.id")
	r := madeFor(e, o.ID())
	request := "/v1/production-requests/" + r.ID()
	e.As("production").Post(request+"/acknowledge", object{}).Want(200)
	trouble := e.As("production").Post("/v1/production-troubles", object{
		"production_request_id": r.ID(), "line_id": line, "kind": "equipment", "description": "卷绕机停机", "expected_on": ahead(25),
	}).Want(201)
	notice := e.As("rep1").Post("/v1/customer-notices", object{"order_id": o.ID(), "channel": "phone", "body": "交期能否提前"}).Want(201)
	e.As("rep1").Post("/v1/customer-notices/"+notice.ID()+"/answer", object{"via": "phone", "answer": "可提前两天"}).Want(200)
	change := e.As("rep1").Post(path+"/cancellation", object{"reason": "客户取消"}).Want(201)
	allStated(e, change.ID())
	e.As("manager").Post("/v1/approvals/"+change.String("approval_id")+"/reject", object{"comment": "已投产"}).Want(200)
	e.DB.Clock().SetOffset(18 * 24 * time.Hour) // the check before the promised date is due
	openChecks(e)
	check := e.As("rep1").Get("/v1/delivery-checks").Want(200).String("data.0.id")
	e.As("production").Post("/v1/delivery-checks/"+check+"/answer", object{"on_time": false, "expected_on": ahead(25), "note": "停机"}).Want(200)

	said := map[string]string{}
	for _, who := range []string{"rep1", "production"} {
		clear(said)
		a := e.As(who).Get(path + "/timeline?limit=200").Want(200)
		for i := range a.Len("data") {
			said[a.String(fmt.Sprintf("data.%d.action", i))] = a.String(fmt.Sprintf("data.%d.document", i))
		}
		for action, document := range map[string]string{
			"createProductionRequest": r.String("number"), "acknowledgeProductionRequest": r.String("number"), "reportProductionTrouble": trouble.String("number"),
			"openDeliveryCheck": "", "answerDeliveryCheck": "", "registerCustomerNotice": notice.String("number"), "answerCustomerNotice": notice.String("number"),
			"requestOrderChange": change.String("number"), "stateOrderChangeConsequence": change.String("number"), "endOrderChange": change.String("number"),
		} {
			if got, told := said[action]; !told || got != document {
				t.Errorf("%s reads %s of %q, want %q: %v", who, action, got, document, said)
			}
		}
	}
}
