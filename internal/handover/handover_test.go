package handover_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/pg"
)

type object = map[string]any

// company makes the n-th customer of rep1, one of long standing.
func company(e *apitest.Env, n int) string {
	return e.Established(e.As("rep1").Post("/v1/customers", object{
		"name": fmt.Sprintf("移交%d号示例有限公司", n), "status": "active",
		"contacts": []object{{"name": "陈示例", "position": "采购", "phone": fmt.Sprintf("1370000%04d", n)}},
	}).Want(201).ID())
}

// owe makes an open invoice of 1000.00.
func owe(e *apitest.Env, customer string) string {
	id := uuid.Must(uuid.NewV7())
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO invoices (id, number, kind, state, customer_id, payer_id, invoiced_on, due_on, terms, currency, total, tax_total, paid,
			tax_number, remarks, created_at, version) VALUES (?, ?, 'opening', 'posted', ?, ?, '2026-01-01', '2026-02-01', 'cash', 'CNY', 1000, 0, 0, '', '', ?, 1)`,
			id, id.String(), customer, customer, tx.Now).Error
	})
	return id.String()
}

func pay(e *apitest.Env, invoice, paid string) {
	e.Tx(func(tx pg.Tx) error { return tx.Exec("UPDATE invoices SET paid = ? WHERE id = ?", paid, invoice).Error })
}

func draftOf(e *apitest.Env, customer string) string {
	id := uuid.Must(uuid.NewV7())
	e.Tx(func(tx pg.Tx) error { return insertOrder(tx, id, customer, e.People["rep1"]) })
	return id.String()
}

func insertOrder(tx pg.Tx, id uuid.UUID, customer string, owner uuid.UUID) error {
	return tx.Exec(`INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days, header_discount,
		gross, total, tax, currency, remarks, state_reason, content, created_at, updated_at, version)
		VALUES (?, ?, ?, ?, 'draft', 1, 'phone', '', 'cash', 0, 0, 0, 0, 0, 'CNY', '', '', '', ?, ?, 1)`, id, id.String(), customer, owner, tx.Now, tx.Now).Error
}

func TestCUS13_BothAnswerForReceivablesUntilTheyAreCollected(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	one, two := company(e, 1), company(e, 2)
	invoice, order := owe(e, one), draftOf(e, one)
	manager := e.As("manager")
	body := object{"customer_ids": []string{one, two}, "to_id": e.People["rep3"], "reason": "区域调整"}
	e.As("rep1").Post("/v1/handovers", body).WantProblem(403, "auth.forbidden")
	preview := manager.Post("/v1/handovers?validate_only=true", body).Want(201)
	if preview.String("receivable_amount") != "1000.00" || preview.At("customers") != 2.0 || preview.At("orders") != 1.0 || preview.Len("items") != 2 {
		t.Errorf("preview: %s", preview.Body)
	}
	e.As("rep1").Get("/v1/customers/" + one).Want(200) // nothing has moved
	made := manager.Post("/v1/handovers", body).Want(201)
	e.As("rep1").Get("/v1/customers/" + one).Want(404)
	e.As("rep3").Get("/v1/orders/" + order).Want(200) // documents go along
	manager.Post("/v1/handovers", body).WantProblem(422, "handover.same_owner")
	open := func(who string) int { return e.As(who).Get("/v1/me/joint-responsibilities").Want(200).Len("data") }
	both := func(want int, when string) {
		t.Helper()
		for _, who := range []string{"rep1", "rep3"} {
			if n := open(who); n != want {
				t.Errorf("%s: %s answers for %d", when, who, n)
			}
		}
	}
	both(1, "handed over")
	if n := open("rep2"); n != 0 {
		t.Errorf("rep2 answers for %d", n)
	}
	later := owe(e, one)
	both(1, "a receivable of later is rep3's alone")
	pay(e, invoice, "999.99")
	both(1, "a cent is open")
	pay(e, invoice, "1000")
	both(0, "collected")
	pay(e, invoice, "400") // the bill has bounced
	both(1, "bounced")
	list := manager.Get("/v1/joint-responsibilities?person_id=" + e.People["rep1"].String()).Want(200)
	if list.String("data.0.open_amount") != "600.00" || list.String("data.0.amount") != "1000.00" || list.String("data.0.invoice_id") == later {
		t.Errorf("%s", list.Body)
	}
	if n := e.As("rep2").Get("/v1/joint-responsibilities?person_id=" + e.People["rep1"].String()).Want(200).Len("data"); n != 0 {
		t.Errorf("a colleague sees %d", n)
	}
	path := "/v1/handovers/" + made.ID()
	manager.Post(path+"/acknowledge", object{}).WantProblem(403, "handover.not_concerned")
	for _, who := range []string{"rep1", "rep3"} {
		if n := e.As(who).Get("/v1/me/follow-ups").Want(200).Len("data"); n != 1 {
			t.Errorf("%s has %d follow-ups", who, n)
		}
		e.As(who).Post(path+"/acknowledge", object{"comment": "已核对"}).Want(200)
	}
	if got := e.As("rep3").Post(path+"/acknowledge", object{}).Want(200).Len("acknowledgements"); got != 2 {
		t.Errorf("%d acknowledgements", got)
	}
	e.As("rep2").Get(path).Want(404)
	if n := e.As("rep1").Get(path + "/items?kind=receivable").Want(200).Len("data"); n != 1 {
		t.Errorf("%d receivables listed", n)
	}
}

func TestCUS13_AllOfALeavingPerson(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	one, two := company(e, 1), company(e, 2)
	manager := e.As("manager")
	e.Tx(func(tx pg.Tx) error { return tx.Exec("UPDATE users SET active = false WHERE username = 'rep2'").Error })
	all := func(to string) object {
		return object{"leaving_id": e.People["rep1"], "to_id": e.People[to], "reason": "离职"}
	}
	manager.Post("/v1/handovers", all("rep2")).WantProblem(422, "customer.bad_owner") // deactivated
	manager.Post("/v1/handovers", all("guard")).WantProblem(422, "customer.bad_owner")
	manager.Post("/v1/handovers", object{"reason": "x"}).WantProblem(422, "handover.form")
	manager.Post("/v1/handovers", object{"leaving_id": e.People["rep1"], "reason": "x"}).WantProblem(422, "handover.no_target")
	body := all("rep3")
	body["assignments"] = []object{{"customer_id": two, "to_id": e.People["supervisor"]}}
	h := manager.Post("/v1/handovers", body).Want(201)
	if h.At("customers") != 2.0 || h.Len("parts") != 2 {
		t.Errorf("%s", h.Body)
	}
	for id, owner := range map[string]string{one: "rep3", two: "supervisor"} {
		if got := manager.Get("/v1/customers/" + id).Want(200).String("owner_id"); got != e.People[owner].String() {
			t.Errorf("%s is not %s's", id, owner)
		}
	}
	manager.Post("/v1/handovers", all("rep3")).WantProblem(422, "handover.nothing")
	// Assigning a single customer is a handover too.
	manager.Post("/v1/customers/"+one+"/assign", object{"owner_id": e.People["supervisor"], "reason": "平衡"}).Want(200)
	if n := manager.Get("/v1/handovers").Want(200).Len("data"); n != 2 {
		t.Errorf("%d handovers", n)
	}
}

// Orders that are written while their customer moves belong to the new owner, and of two handovers at once each moves it once.
func TestCUS13_RaceOfHandoverOrdersAndAssignment(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := company(e, 1)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { draftOf(e, id) })
	}
	statuses := make([]int, 4)
	for i := range statuses {
		wg.Go(func() {
			statuses[i] = e.As("manager").Post("/v1/handovers", object{"customer_ids": []string{id}, "to_id": e.People["rep3"], "reason": "区域调整"}).Status
		})
	}
	wg.Wait()
	won := 0
	for _, s := range statuses {
		switch s {
		case 201:
			won++
		case 422:
		default:
			t.Errorf("status %d", s)
		}
	}
	if won != 1 {
		t.Errorf("%d handovers", won)
	}
	e.Tx(func(tx pg.Tx) error {
		var n, all int64
		err := tx.Raw("SELECT count(*) FILTER (WHERE o.owner_id <> c.owner_id) FROM orders o JOIN customers c ON c.id = o.customer_id").Scan(&n).Error
		if err == nil {
			err = tx.Raw("SELECT count(*) FROM orders").Scan(&all).Error
		}
		if n != 0 || all != 20 {
			t.Errorf("%d of %d orders are somebody else's", n, all)
		}
		return err
	})
}

// prospectOf gives a person a live prospect.
func prospectOf(t *testing.T, e *apitest.Env, who string) string {
	t.Helper()
	return e.As(who).Post("/v1/prospects", object{
		"name": "云岭潜在示例有限公司", "industry": "纺织", "region": "示例省", "need": "涤纶纱", "source": "exhibition", "contacts": []object{{"name": "周示例", "position": "采购", "phone": "13600000001"}},
	}).Want(201).ID()
}

func TestCUS13_ProspectsAloneMoveToSomebodyWhoKnows(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	prospectOf(t, e, "rep1")
	one := company(e, 1)
	manager := e.As("manager")
	body := object{
		"leaving_id": e.People["rep1"], "reason": "离职",
		"assignments": []object{{"customer_id": one, "to_id": e.People["rep3"]}},
	}
	manager.Post("/v1/handovers", body).WantProblem(422, "handover.no_target") // the prospect would stay
	manager.Post("/v1/customers/"+one+"/assign", object{"owner_id": e.People["rep3"], "reason": "平衡"}).Want(200)
	delete(body, "assignments")
	body["to_id"] = e.People["guard"]
	manager.Post("/v1/handovers", body).WantProblem(422, "customer.bad_owner")
	body["to_id"] = e.People["rep1"]
	manager.Post("/v1/handovers", body).WantProblem(422, "handover.same_owner")
	body["to_id"] = e.People["rep3"]
	h := manager.Post("/v1/handovers", body).Want(201)
	if h.At("prospects") != 1.0 || h.String("to_id") != e.People["rep3"].String() {
		t.Errorf("%s", h.Body)
	}
	e.As("rep3").Get("/v1/handovers/" + h.ID()).Want(200)
	for _, who := range []string{"rep1", "rep3"} {
		e.As(who).Post("/v1/handovers/"+h.ID()+"/acknowledge", object{}).Want(200)
	}
}

func TestCUS13_OpenFollowUpsMoveAlong(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	one := company(e, 1)
	order := draftOf(e, one)
	rep1, rep3 := e.People["rep1"], e.People["rep3"]
	ask := func(kind string, subject string, id string, whom uuid.UUID) followup.Task {
		return followup.Task{Kind: kind, SubjectType: subject, SubjectID: uuid.MustParse(id), Number: "X", TitleEN: "Ask", TitleZH: "回访", UserID: &whom}
	}
	e.Tx(func(tx pg.Tx) error {
		return followup.Open(tx, ask("test.a", "customer", one, rep1), ask("test.b", "order", order, rep1),
			ask("test.c", "order", order, rep1), ask("test.c", "order", order, rep3), ask("test.d", "order", uuid.NewString(), rep1))
	})
	h := e.As("manager").Post("/v1/handovers", object{"customer_ids": []string{one}, "to_id": rep3, "reason": "区域调整"}).Want(201)
	if h.At("follow_ups") != 3.0 {
		t.Errorf("%s", h.Body)
	}
	for who, want := range map[string]int{"rep1": 2, "rep3": 4} { // each has the handover's own
		if n := e.As(who).Get("/v1/me/follow-ups").Want(200).Len("data"); n != want {
			t.Errorf("%s has %d follow-ups", who, n)
		}
	}
}

// Surveys, reviews and opportunities that name an owner read before a handover committed belong to the new owner.
func TestORG06_RaceOfHandoverAndWhatFollows(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id := company(e, 1)
	var wg sync.WaitGroup
	write := func(query string) {
		wg.Go(func() {
			e.Tx(func(tx pg.Tx) error {
				return tx.Exec(query, uuid.New(), uuid.NewString()[:8], id, e.People["rep1"], tx.Now, tx.Now).Error
			})
		})
	}
	for range 10 {
		write(`INSERT INTO opportunities (id, number, name, customer_id, owner_id, stage, last_stage, amount, currency, expected_month, decision_makers,
			competitors, next_step, ended_reason, created_at, updated_at, version)
			VALUES (?, ?, 'x', ?, ?, 'lead_found', 'lead_found', 0, 'CNY', '2027-01-01', '', '', '', '', ?, ?, 1)`)
	}
	wg.Go(func() {
		e.As("manager").Post("/v1/handovers", object{"customer_ids": []string{id}, "to_id": e.People["rep3"], "reason": "区域调整"}).Want(201)
	})
	wg.Wait()
	write(`INSERT INTO opportunities (id, number, name, customer_id, owner_id, stage, last_stage, amount, currency, expected_month, decision_makers,
		competitors, next_step, ended_reason, created_at, updated_at, version)
		VALUES (?, ?, 'x', ?, ?, 'lead_found', 'lead_found', 0, 'CNY', '2027-01-01', '', '', '', '', ?, ?, 1)`)
	wg.Wait()
	e.Tx(func(tx pg.Tx) error {
		var n, guards int64
		err := tx.Raw("SELECT count(*) FROM opportunities o JOIN customers c ON c.id = o.customer_id WHERE o.owner_id <> c.owner_id").Scan(&n).Error
		if err == nil {
			err = tx.Raw(`SELECT count(*) FROM pg_trigger WHERE tgname IN ('surveys_owner', 'credit_reviews_owner', 'opportunities_owner')`).Scan(&guards).Error
		}
		if n != 0 || guards != 3 {
			t.Errorf("%d are somebody else's, %d triggers", n, guards)
		}
		return err
	})
}
