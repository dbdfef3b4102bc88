package httpapi_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/production"
)

// confirmedOrder is an order of rep1's customer that counts: so much at 10, its base price.
func confirmedOrder(e *apitest.Env, quantity string) (path, line, product string) {
	product = productAt(e, "10")
	body := orderBy(customerOf(e), product, quantity, "10")
	body["submit"] = true
	o := e.As("rep1").Post("/v1/orders", body).Want(201)
	if o.String("state") == "submitted" {
		e.As("gm").Post("/v1/approvals/"+o.String("approval_id")+"/approve", object{}).Want(200)
	}
	return "/v1/orders/" + o.ID(), o.String("lines.0.id"), product
}

func changedLine(id, product, quantity, price string) []object {
	return []object{{"id": id, "product_id": product, "quantity": quantity, "price": price, "promised_on": "2027-01-15"}}
}

// allStated lets every department that was asked say what follows.
func allStated(e *apitest.Env, change string) {
	people := map[string]string{
		"production_manager": "production", "purchasing": "purchasing", "warehouse_keeper": "keeper", "finance_manager": "finance", "general_manager": "gm",
	}
	asked := e.As("manager").Get("/v1/order-changes/" + change).Want(200)
	for i := range asked.Len("consequences") {
		who := people[asked.String(fmt.Sprintf("consequences.%d.role", i))]
		e.As(who).Post("/v1/order-changes/"+change+"/consequences", object{"text": "无影响"}).Want(200)
	}
}

// Who has acknowledged the order is asked, and nobody else: purchasing when it has answered about the materials; production, while nobody has.
func TestORD05_AnnouncedToTheDepartmentsThatAcknowledged(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rolesAsked := func(a apitest.Answer) string {
		var roles []string
		for i := range a.Want(201).Len("consequences") {
			roles = append(roles, a.String(fmt.Sprintf("consequences.%d.role", i)))
		}
		slices.Sort(roles)
		return strings.Join(roles, " ")
	}
	for _, c := range []struct {
		by   []string
		want string
	}{
		{nil, "production_manager"},
		{[]string{"clerk"}, "finance_manager"},
		{[]string{"production"}, "production_manager"},
		{[]string{"production", "clerk"}, "finance_manager production_manager"},
		{[]string{"gm", "production", "finance"}, "finance_manager general_manager production_manager"},
		{[]string{"production", "purchasing"}, "production_manager purchasing"},
	} {
		path, line, product := confirmedOrder(e, "100")
		request := madeFor(e, path[len("/v1/orders/"):]).ID()
		for _, who := range c.by {
			if who == "purchasing" {
				tag := e.As(who).Get("/v1/production-requests/" + request).Want(200).ETag()
				e.As(who).Put("/v1/production-requests/"+request+"/materials", tag, object{"materials": []object{}}).Want(200)
				continue
			}
			e.As(who).Post("/v1/production-requests/"+request+"/acknowledge", object{}).Want(200)
		}
		if got := rolesAsked(e.As("rep1").Post(path+"/cancellation", object{"reason": "取消"})); got != c.want {
			t.Errorf("acknowledged by %v, cancellation announced to %s, want %s", c.by, got, c.want)
		}
		pending := e.As("rep1").Get("/v1/order-changes?order_id=" + path[len("/v1/orders/"):]).Want(200)
		e.As("rep1").Post("/v1/approvals/"+e.As("rep1").Get("/v1/order-changes/"+pending.String("data.0.id")).String("approval_id")+"/withdraw", object{"comment": "改为减量"}).Want(200)
		change := e.As("rep1").Post(path+"/changes", object{"reason": "减量", "lines": changedLine(line, product, "60", "10")})
		if got := rolesAsked(change); got != c.want {
			t.Errorf("acknowledged by %v, change announced to %s, want %s", c.by, got, c.want)
		}
		if c.by != nil {
			e.As("keeper").Post("/v1/order-changes/"+change.ID()+"/consequences", object{"text": "x"}).WantProblem(403, "order_change.not_asked")
		}
		allStated(e, change.ID())
		decideOrder(e, "manager", change.String("approval_id")).Want(200)
	}
}

func decideOrder(e *apitest.Env, who, approval string) apitest.Answer {
	return e.As(who).Post("/v1/approvals/"+approval+"/approve", object{})
}

func TestORD05_AChangeIsAskedForStatedDecidedAndCarriedOut(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path, line, product := confirmedOrder(e, "100")
	rep := e.As("rep1")
	rep.Post(path+"/revise", object{"reason": "x"}).WantProblem(409, "order.change_by_request")
	rep.Post(path+"/cancel", object{"reason": "x"}).WantProblem(409, "order.change_by_request")
	rep.Post(path+"/changes", object{"reason": "不变", "lines": changedLine(line, product, "100", "10")}).WantProblem(422, "order.nothing_changed")
	asked := rep.Post(path+"/changes", object{"reason": "客户减量", "packing": "吨袋", "lines": changedLine(line, product, "60", "10")}).Want(201)
	change, approval := asked.ID(), asked.String("approval_id")
	for i, want := range []string{"packing  吨袋", "quantity 100.0000 60.0000", "total 1000.00 600.00"} {
		at := "differences." + string(rune('0'+i))
		if got := asked.String(at+".field") + " " + asked.String(at+".old") + " " + asked.String(at+".new"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	rep.Post(path+"/changes", object{"reason": "又改", "lines": changedLine(line, product, "50", "10")}).WantProblem(409, "order_change.already_open")
	rep.Post(path+"/cancellation", object{"reason": "取消"}).WantProblem(409, "order_change.already_open")

	// The factory reads what changes, not the money; each department speaks once, and the decider reads it before deciding.
	seen := e.As("production").Get("/v1/order-changes/" + change).Want(200)
	if seen.Len("differences") != 2 || strings.Contains(string(seen.Body), "600.00") || strings.Contains(string(seen.Body), "total_") {
		t.Errorf("%s", seen.Body)
	}
	if todo := e.As("production").Get("/v1/me/follow-ups?kind=order_change.consequence").Want(200); todo.Len("data") != 1 {
		t.Errorf("%s", todo.Body)
	}
	decideOrder(e, "manager", approval).WantProblem(409, "order_change.consequences_open")
	e.As("quality").Post("/v1/order-changes/"+change+"/consequences", object{"text": "x"}).WantProblem(403, "order_change.not_asked")
	e.As("production").Post("/v1/order-changes/"+change+"/consequences", object{
		"text": "已备料", "cost": "120.00", "leftovers": []object{{"product_id": product, "quantity": "40"}},
	}).Want(200)
	e.As("production").Post("/v1/order-changes/"+change+"/consequences", object{"text": "再说"}).WantProblem(409, "order_change.stated")
	if got := e.As("manager").Get("/v1/order-changes/" + change).Want(200); !strings.Contains(string(got.Body), `"cost":"120.00"`) {
		t.Errorf("%s", got.Body)
	}
	if rep.Get(path).Want(200).String("lines.0.quantity") != "100.0000" {
		t.Error("changed before it was approved")
	}
	decideOrder(e, "rep1", approval).Want(403)
	decideOrder(e, "manager", approval).Want(200)
	got := rep.Get(path).Want(200)
	if got.String("lines.0.quantity") != "60.0000" || got.String("packing") != "吨袋" || got.At("revision") != float64(2) || got.String("state") != "confirmed" {
		t.Errorf("%s", got.Body)
	}
	if rep.Get("/v1/order-changes/"+change).Want(200).String("state") != "applied" || rep.Get("/v1/me/follow-ups?kind=order_change.leftovers").Want(200).Len("data") != 1 {
		t.Error("the rep isn't told of leftovers")
	}
	if line := string(rep.Get(path + "/timeline").Want(200).Body); !strings.Contains(line, "requestOrderChange") || !strings.Contains(line, "changeOrder") {
		t.Errorf("%s", line)
	}
	if list := rep.Get("/v1/order-changes?state=applied").Want(200); list.Len("data") != 1 || e.As("rep3").Get("/v1/order-changes").Want(200).Len("data") != 0 {
		t.Errorf("%s", list.Body)
	}
	e.As("rep3").Get("/v1/order-changes/" + change).Want(404)
}

// Only what got worse is asked again, and at its boundary (CON-03, PRC-10).
func TestORD05_CON03_TheRouteFollowsWhatGotWorse(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for name, c := range map[string]struct {
		quantity, to, price string
		gm                  bool
	}{
		"up to the amount":             {"100", "10000", "10", false},
		"one above":                    {"100", "10000.001", "10", true},
		"down from above":              {"20000", "15000", "10", false},
		"a price of the department":    {"100", "100", "9.2", false},
		"a price beyond it":            {"100", "100", "9.1999", true},
		"only the quantity gets worse": {"100", "200", "10", false},
	} {
		path, line, product := confirmedOrder(e, c.quantity)
		asked := e.As("rep1").Post(path+"/changes", object{"reason": name, "lines": changedLine(line, product, c.to, c.price)}).Want(201)
		route := string(e.As("manager").Get("/v1/approvals/" + asked.String("approval_id")).Want(200).Body)
		if strings.Contains(route, `"general_manager"`) && strings.Contains(route, "General manager decides") != c.gm || c.gm && !strings.Contains(route, "General manager decides") {
			t.Errorf("%s: %s", name, route)
		}
	}
}

func TestORD05_CancellationByRequest(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path, _, _ := confirmedOrder(e, "100")
	asked := e.As("rep1").Post(path+"/cancellation", object{"reason": "客户取消"}).Want(201)
	e.As("manager").Post("/v1/approvals/"+asked.String("approval_id")+"/reject", object{"comment": "已投产"}).Want(200)
	if e.As("rep1").Get(path).Want(200).String("state") != "confirmed" || e.As("production").Get("/v1/me/follow-ups?kind=order_change.consequence").Want(200).Len("data") != 0 {
		t.Error("rejected")
	}
	asked = e.As("rep1").Post(path+"/cancellation", object{"reason": "客户取消"}).Want(201)
	allStated(e, asked.ID())
	decideOrder(e, "manager", asked.String("approval_id")).Want(200)
	if e.As("rep1").Get(path).Want(200).String("state") != "cancelled" {
		t.Error("approved")
	}
	e.As("rep1").Post(path+"/changes", object{"reason": "x", "packing": "y"}).WantProblem(409, "resource.wrong_state")
}

// Goods that move while a request is in flight bound it; nothing is lost, and nothing is carried out by halves.
func TestORD05_GoodsThatMoveMeanwhileBoundTheChange(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path, line, product := confirmedOrder(e, "100")
	rep := e.As("rep1")
	asked := rep.Post(path+"/changes", object{"reason": "减量", "lines": changedLine(line, product, "60", "10")}).Want(201)
	allStated(e, asked.ID())
	move := func(quantity string) {
		e.Tx(func(tx pg.Tx) error {
			o, err := e.App.Server.Orders.LockOpen(tx, uuid.MustParse(path[len("/v1/orders/"):]))
			if err != nil {
				return err
			}
			return e.App.Server.Orders.Reserve(tx, o, []order.Shipped{{LineID: o.Lines[0].ID, Quantity: decimal.MustParse(quantity)}})
		})
	}
	move("60.0001")
	decideOrder(e, "manager", asked.String("approval_id")).WantProblem(422, "order.line_moved")
	if rep.Get("/v1/order-changes/"+asked.ID()).Want(200).String("state") != "pending" || rep.Get(path).Want(200).String("lines.0.quantity") != "100.0000" {
		t.Error("half of it")
	}
	rep.Post("/v1/approvals/"+asked.String("approval_id")+"/withdraw", object{"comment": "已通知发货"}).Want(200)
	rep.Post(path+"/changes", object{"reason": "改价", "lines": changedLine(line, product, "100", "11")}).WantProblem(422, "order.line_moved")
	rep.Post(path+"/cancellation", object{"reason": "x"}).WantProblem(409, "order.live_notices")
	asked = rep.Post(path+"/changes", object{"reason": "减到已通知", "lines": changedLine(line, product, "60.0001", "10")}).Want(201) // the boundary
	allStated(e, asked.ID())
	decideOrder(e, "manager", asked.String("approval_id")).Want(200)
}

// The price list moves while a request waits: the lines that it doesn't change aren't judged by the new one.
func TestORD05_AnUnchangedPriceIsNotJudgedByALaterList(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path, line, product := confirmedOrder(e, "100")
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec(`ALTER TABLE base_prices DISABLE TRIGGER USER; UPDATE base_prices SET price = 20; ALTER TABLE base_prices ENABLE TRIGGER USER`).Error
	})
	rep := e.As("rep1")
	asked := rep.Post(path+"/changes", object{"reason": "加量", "lines": changedLine(line, product, "120", "10")}).Want(201)
	allStated(e, asked.ID())
	decideOrder(e, "manager", asked.String("approval_id")).Want(200)
	worse := rep.Post(path+"/changes", object{"reason": "降价", "lines": changedLine(line, product, "120", "9.99")}).Want(201)
	if a := string(e.As("manager").Get("/v1/approvals/" + worse.String("approval_id")).Want(200).Body); !strings.Contains(a, "General manager decides") {
		t.Errorf("%s", a)
	}
}

// What was approved is judged once more when it is carried out: by then the customer may have no new order, or the prices may need
// somebody who wasn't asked. It ends as rejected, the order stays as it is, and who was told of the request is told of that.
func TestORD05_ORD10_AChangeIsJudgedAgainWhenItIsCarriedOut(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	dearer := func(string) {
		e.Tx(func(tx pg.Tx) error {
			return tx.Exec(`ALTER TABLE base_prices DISABLE TRIGGER USER; UPDATE base_prices SET price = 20; ALTER TABLE base_prices ENABLE TRIGGER USER`).Error
		})
	}
	cheaper := func(string) {
		e.Tx(func(tx pg.Tx) error {
			return tx.Exec(`ALTER TABLE base_prices DISABLE TRIGGER USER; UPDATE base_prices SET price = 10; ALTER TABLE base_prices ENABLE TRIGGER USER`).Error
		})
	}
	suspended := func(customer string) {
		e.Tx(func(tx pg.Tx) error {
			return tx.Exec("UPDATE customers SET status = 'suspended' WHERE id = ?", customer).Error
		})
	}
	for name, c := range map[string]struct {
		quantity, price string
		meanwhile       func(customer string)
		reason          string // "" when it is carried out
	}{
		"more for a suspended customer":         {"120", "10", suspended, "suspended"},
		"less for a suspended customer":         {"80", "10", suspended, ""},
		"a price that needs somebody else now":  {"100", "9.5", dearer, "somebody has to agree who wasn't asked"},
		"a price that the list moved away from": {"120", "10", dearer, ""},
	} {
		cheaper("")
		path, line, product := confirmedOrder(e, "100")
		asked := rep.Post(path+"/changes", object{"reason": name, "lines": changedLine(line, product, c.quantity, c.price)}).Want(201)
		allStated(e, asked.ID())
		c.meanwhile(rep.Get(path).Want(200).String("customer_id"))
		decideOrder(e, "manager", asked.String("approval_id")).Want(200)
		got, o := rep.Get("/v1/order-changes/"+asked.ID()).Want(200), rep.Get(path).Want(200)
		if c.reason == "" {
			if got.String("state") != "applied" || o.At("revision") != 2.0 {
				t.Errorf("%s: %s", name, got.Body)
			}
			continue
		}
		if got.String("state") != "rejected" || !strings.Contains(got.String("end_reason"), c.reason) || o.At("revision") != 1.0 || o.String("lines.0.quantity") != "100.0000" {
			t.Errorf("%s: %s %s", name, got.Body, o.Body)
		}
		for _, who := range []string{"rep1", "production"} {
			if told := string(e.As(who).Get("/v1/me/follow-ups?kind=order_change.refused").Want(200).Body); !strings.Contains(told, asked.ID()) {
				t.Errorf("%s: %s isn't told: %s", name, who, told)
			}
		}
	}
}

// A change and a cancellation aren't two ways at once, and goods don't leave an order that is gone.
func TestRaceORD05_ChangeAgainstShippingAgainstCancellation(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for round := range 4 {
		path, line, product := confirmedOrder(e, "100")
		id := uuid.MustParse(path[len("/v1/orders/"):])
		var asked apitest.Answer
		if round%2 == 0 {
			asked = e.As("rep1").Post(path+"/changes", object{"reason": "减量", "lines": changedLine(line, product, "60", "10")}).Want(201)
		} else {
			asked = e.As("rep1").Post(path+"/cancellation", object{"reason": "取消"}).Want(201)
		}
		allStated(e, asked.ID())
		var wg sync.WaitGroup
		var decided int
		var reserved error
		wg.Go(func() {
			decided = decideOrder(e, "manager", asked.String("approval_id")).Status
		})
		wg.Go(func() {
			reserved = e.DB.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error {
				o, err := e.App.Server.Orders.LockOpen(tx, id)
				if err != nil {
					return err
				}
				return e.App.Server.Orders.Reserve(tx, o, []order.Shipped{{LineID: o.Lines[0].ID, Quantity: decimal.MustParse("80")}})
			})
		})
		wg.Go(e.Told)
		wg.Wait()
		if (decided == 200) == (reserved == nil) {
			t.Errorf("round %d: decided %d, reserved %v", round, decided, reserved)
		}
		e.Told()
		e.Tx(func(tx pg.Tx) error {
			differ, err := production.Reconcile(tx)
			if len(differ) > 0 {
				t.Errorf("%+v", differ)
			}
			return err
		})
	}
}

func TestRaceORD05_OneRequestIsOpen(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	path, _, _ := confirmedOrder(e, "100")
	id, who := uuid.MustParse(path[len("/v1/orders/"):]), e.Principal("rep1")
	var wg sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wg.Go(func() {
			results[i] = e.DB.Tx(t.Context(), who.Origin("test"), func(tx pg.Tx) error {
				_, err := e.App.Server.OrderChanges.ProposeCancel(tx, who, id, nil, "并发")
				return err
			})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d won: %v", won, results)
	}
}
