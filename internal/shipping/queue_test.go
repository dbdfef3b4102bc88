package shipping_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
)

// graded is the same world with another customer of a grade, who ordered the same product.
func (w *world) graded(name string, grade credit.Grade) *world {
	w.t.Helper()
	other := *w
	other.customer = uuid.MustParse(w.As("rep1").Post("/v1/customers", object{
		"name": name, "status": "active", "contacts": []object{{"name": "李示例", "position": "采购经理", "phone": "1390000" + map[credit.Grade]string{"A": "0001", "B": "0002", "C": "0003"}[grade]}},
	}).Want(201).ID())
	other.order, other.line = other.newOrder("1000000", "1", "1000000.00")
	other.grade(grade)
	return &other
}

// grade puts a customer into a grade, with a limit that holds whatever the test ships.
func (w *world) grade(grade credit.Grade) {
	w.t.Helper()
	w.limit("1000000")
	w.Tx(func(tx pg.Tx) error { return w.regrade(tx, grade) })
}

// regrade is what an approved request does to a grade.
func (w *world) regrade(tx pg.Tx, grade credit.Grade) error {
	if err := tx.Exec("SET LOCAL session_replication_role = replica").Error; err != nil {
		return err
	}
	return pg.One(tx.Exec("UPDATE credit_profiles SET grade = ? WHERE customer_id = ? AND valid_to IS NULL", grade, w.customer))
}

// part asks for a quantity of the notice's first line.
func (w *world) part(notice, quantity string) object {
	w.t.Helper()
	line := w.As("keeper").Get(notices + notice).Want(200).String("lines.0.id")
	return object{"lines": []object{{"notice_line_id": line, "quantity": quantity}}}
}

// wantQueue compares the warehouse's list.
func (w *world) wantQueue(query string, want ...string) {
	w.t.Helper()
	var got []string
	cursor := ""
	for {
		page := w.As("keeper").Get("/v1/shipping-queue?limit=2" + query + cursor).Want(200)
		for _, row := range page.At("data").([]any) {
			got = append(got, row.(object)["id"].(string))
		}
		if page.String("next_cursor") == "" {
			break
		}
		cursor = "&cursor=" + page.String("next_cursor")
	}
	if len(got) != len(want) {
		w.t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			w.t.Errorf("place %d: %s, want %s", i+1, got[i], want[i])
		}
	}
}

// Of what isn't enough for all the A customer's notice gets its part, then the B customer's, then the others': exactly what is left beside it, not
// a bit more, laid out or loaded.
func TestSHP19_InShortageNoticesOfAThenBThenOthers(t *testing.T) {
	a := stocked(t)
	b, c := a.graded("云岭示例乙纺织有限公司", credit.GradeB), a.graded("云岭示例丙纺织有限公司", credit.GradeC)
	third, second, first := c.released("100"), b.released("100"), a.released("100")
	a.wantQueue("", first, second, third)
	lot := a.passed("L1", "CK01", "150", 0)

	refused := c.verb("keeper", third, "prepare", c.part(third, "1")).WantProblem(422, "stock.served_first")
	if refused.String("params.free") != "150" || refused.String("params.needed") != "200" || refused.String("decision.checks.1.rule") != "SHP-19" {
		t.Errorf("%s", refused.Body)
	}
	c.dispatch(third, "1").WantProblem(422, "stock.served_first")
	b.verb("keeper", second, "prepare", object{}).WantProblem(422, "stock.served_first")
	b.verb("keeper", second, "prepare", b.part(second, "50.0001")).WantProblem(422, "stock.served_first") // one above
	b.dispatch(second, "50.0001").WantProblem(422, "stock.served_first")
	a.wantLevel(lot, "150/0")
	b.verb("keeper", second, "prepare", b.part(second, "49.9999")).Want(201) // one below
	b.verb("keeper", second, "prepare", b.part(second, "0.0001")).Want(201)  // exactly
	a.verb("keeper", first, "prepare", object{}).Want(201)
	a.wantLevel(lot, "150/150")
	if line := a.As("keeper").Get("/v1/shipping-queue").Want(200); line.String("data.1.lines.0.prepared") != "50.0000" || line.String("data.1.lines.0.rest") != "100.0000" {
		t.Errorf("%s", line.Body)
	}

	a.passed("L2", "CK01", "149.9999", 0) // B still needs 50
	c.verb("keeper", third, "prepare", object{}).WantProblem(422, "stock.served_first")
	c.dispatch(third, "99.9999").Want(201)
	b.dispatch(second, "100").Want(201)
	a.dispatch(first, "100").Want(201)
	a.wantQueue("", third)
	a.reconciled()
}

// Who ships sooner comes sooner, whatever the grade; and what is left of an earlier day comes before what is left of a later one.
func TestSHP19_ADayComesBeforeAPriority(t *testing.T) {
	a := stocked(t)
	c := a.graded("云岭示例丙纺织有限公司", credit.GradeC)
	body := a.draft("credit", "100")
	body["ship_date"] = a.day(4)
	later := a.write(body)
	a.verb("clerk", later, "check", object{}).Want(200)
	a.verb("manager", later, "release", object{}).Want(200)
	sooner := c.released("100")
	a.wantQueue("", sooner, later)
	a.wantQueue("&ship_to="+a.day(3), sooner)
	a.wantQueue("&product_id="+a.product.String(), sooner, later)
	a.wantQueue("&product_id=" + id().String())
	a.passed("L1", "CK01", "100", 0)
	c.verb("keeper", sooner, "prepare", object{}).Want(201)
}

// The priority is the grade's of the day on which the notice is submitted. Only the sales manager says otherwise, and why.
func TestSHP19_OnlyTheSalesManagerChangesWhoComesFirst(t *testing.T) {
	w := stocked(t)
	c := w.graded("云岭示例丙纺织有限公司", credit.GradeC)
	body := c.draft("credit", "1")
	body["priority"] = 1
	c.As("rep1").Post("/v1/shipping-notices", body).WantProblem(400, "request.invalid")
	priority := func(n string, want float64) {
		t.Helper()
		if got := c.As("rep1").Get(notices + n).Want(200); got.At("priority") != want {
			t.Errorf("priority %v, want %v", got.At("priority"), want)
		}
	}
	n := c.As("rep1").Post("/v1/shipping-notices", c.draft("credit", "100")).Want(201).ID()
	priority(n, 5)
	c.Tx(func(tx pg.Tx) error { return c.regrade(tx, credit.GradeB) })
	c.verb("rep1", n, "submit", nil).Want(200)
	priority(n, 2)
	c.verb("clerk", n, "check", object{}).Want(200)
	c.verb("manager", n, "release", object{}).Want(200)
	other := w.released("100") // A
	w.wantQueue("", other, n)

	for _, who := range []string{"rep1", "supervisor", "director", "keeper", "clerk"} {
		c.verb(who, n, "priority", object{"priority": 1, "reason": "x"}).WantProblem(403, "auth.forbidden")
	}
	c.verb("manager", n, "priority", object{"priority": 1}).WantProblem(422, "shipping.priority_reason")
	set := c.verb("manager", n, "priority", object{"priority": 1, "reason": "客户生产线停机待料"}).Want(200)
	if set.String("priority_reason") != "客户生产线停机待料" {
		t.Errorf("%s", set.Body)
	}
	w.wantQueue("", n, other)
	w.passed("L1", "CK01", "100", 0)
	c.verb("keeper", n, "prepare", c.part(n, "1")).Want(201) // of the same priority: who comes first
	c.verb("manager", n, "priority", object{}).Want(200)
	priority(n, 2)
	c.verb("keeper", n, "prepare", c.part(n, "1")).WantProblem(422, "stock.served_first")
	c.dispatch(n, "1").Want(201) // what is laid out is laid out
	if err := w.tryExec("UPDATE shipping_notices SET priority_reason = 'x' WHERE id = ?", n); err == nil {
		t.Error("a reason without who gave it")
	}
	w.verb("rep1", other, "cancel", object{"reason": "x"}).Want(200)
	w.verb("manager", other, "priority", object{"priority": 1, "reason": "x"}).WantProblem(409, "resource.wrong_state")
}

// However many keepers lay out at once, others get only what the A customer's notice leaves.
func TestSHP19_RaceForTheLastLot(t *testing.T) {
	a := stocked(t)
	c := a.graded("云岭示例丙纺织有限公司", credit.GradeC)
	first, last := a.released("100"), c.released("100")
	a.passed("L1", "CK01", "130", 0)
	few := c.part(last, "10")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if i == 4 {
				a.verb("keeper", first, "prepare", object{}).Want(201)
				return
			}
			if got := c.verb("keeper", last, "prepare", few); got.Status != 201 && got.Status != 422 {
				t.Errorf("%s", got.Body)
			}
		})
	}
	wg.Wait()
	if got := a.As("keeper").Get("/v1/shipping-queue").Want(200); got.String("data.0.lines.0.prepared") != "100.0000" || got.String("data.1.lines.0.prepared") != "30.0000" {
		t.Errorf("%s", got.Body)
	}
	a.reconciled()
}

// Who comes first comes first also where nobody asks for inspections: the C customer leaves the A customer its part of what is in stock. Where
// there is nothing in stock, nothing is short that anybody knows of, and goods leave without a lot.
func TestSHP19_WithoutInspectionsTooSomeComeFirst(t *testing.T) {
	a := stocked(t)
	c := a.graded("云岭示例丙纺织有限公司", credit.GradeC)
	a.rule("shipping.inspection_required", "false")
	first, last := a.released("100"), c.released("100")
	c.dispatch(last, "10").Want(201) // nothing is in stock
	lot := a.passed("L1", "CK01", "150", 0)
	c.dispatch(last, "50.0001").WantProblem(422, "stock.served_first") // one above what the A customer leaves
	c.verb("keeper", last, "prepare", c.part(last, "50.0001")).WantProblem(422, "stock.served_first")
	a.wantLevel(lot, "150/0")
	c.dispatch(last, "50").Want(201)
	a.dispatch(first, "100").Want(201)
	a.wantLevel(lot, "0/0")
	a.reconciled()
}
