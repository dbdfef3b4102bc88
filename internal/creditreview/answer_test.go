package creditreview_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
)

func splitStatements(s string) []string { return strings.Split(s, "; ") }

// late makes a customer with grade B that is overdue, so that the figures propose C.
func (w *world) late(owner string) uuid.UUID {
	id := w.graded(w.newCustomer(owner), credit.GradeB, nil)
	w.post(id, credit.OpeningMove(newID(), yuan("5000"), time.Now().AddDate(0, 0, -20)))
	return id
}

// decide ends the limit request of a review as its approval does.
func (w *world) decide(request string, state approval.State) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error {
		return w.credits.ApprovalDecided(tx, approval.Request{SubjectID: uuid.MustParse(request), State: state})
	})
}

func TestCRD09_ConfirmedStaysAsItIsUntilTheNextReview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	payer := w.late("rep1")
	w.batch(w.half(), 10)
	id := w.of(payer, "open")
	path := "/v1/credit-reviews/" + id
	found := w.As("rep1").Get(path).Want(200)
	if found.String("proposed_grade") != "C" || found.String("change") != "down" || found.String("proposed_limit_amount") != "0.00" || found.Len("checks") == 0 {
		t.Fatalf("%s", found.Body)
	}
	w.As("rep3").Get(path).Want(404)
	w.As("rep1").Post(path+"/confirm", object{}).WantProblem(403, "auth.forbidden")
	clerk := w.As("clerk")
	clerk.Post(path+"/confirm", object{}).WantProblem(422, "credit_review.reason_missing")
	today := clock.Today(w.DB.Clock().Now())
	clerk.Post(path+"/confirm", object{"reason": "已约定", "next_review": today.Format(time.DateOnly)}).WantProblem(422, "credit_review.next_review")
	clerk.With("If-Match", `"7"`).Post(path+"/confirm", object{"reason": "已约定"}).Want(412)
	clerk.Post(path+"/confirm?validate_only=true", object{"reason": "已约定"}).Want(200)
	next := today.AddDate(0, 0, 1).Format(time.DateOnly)
	done := clerk.With("If-Match", found.ETag()).Post(path+"/confirm", object{"reason": "已约定", "next_review": next}).Want(200)
	if done.String("state") != "confirmed" || done.String("next_review") != next || done.ETag() != `"2"` {
		t.Fatalf("%s", done.Body)
	}
	clerk.Post(path+"/confirm", object{"reason": "又一次"}).WantProblem(409, "credit_review.answered")
	clerk.Post(path+"/change", object{}).WantProblem(409, "credit_review.answered")
	now := clerk.Get("/v1/customers/" + payer.String() + "/credit").Want(200)
	if now.String("grade") != "B" || now.String("limit_amount") != "100000.00" || now.String("next_review") != next {
		t.Errorf("after the review: %s", now.Body)
	}
	if row := clerk.Get("/v1/credit-register").Want(200); row.String("data.0.next_review") != next {
		t.Errorf("the register: %s", row.Body)
	}
	if n := w.count(`SELECT count(*) FROM credit_profiles`); n != 1 {
		t.Errorf("CRD-10: %d profiles", n)
	}
	if tl := clerk.Get(path + "/timeline").Want(200); tl.Len("data") != 2 {
		t.Errorf("timeline %s", tl.Body)
	}
}

func TestCRD09_ChangedWhenItsRequestIsApproved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	payer := w.late("rep1")
	w.batch(w.half(), 10)
	path := "/v1/credit-reviews/" + w.of(payer, "open")
	manager := w.As("manager")
	asked := manager.Post(path+"/change", object{}).Want(200)
	if asked.String("state") != "requested" || asked.String("request_id") == "" {
		t.Fatalf("%s", asked.Body)
	}
	request := manager.Get("/v1/credit-limit-requests/" + asked.String("request_id")).Want(200)
	if request.String("grade") != "C" || request.String("limit_amount") != "0.00" || request.String("settlement") != "cash" || !strings.Contains(request.String("reasons"), "逾期") {
		t.Fatalf("%s", request.Body)
	}
	manager.Post(path+"/confirm", object{"reason": "x"}).WantProblem(409, "credit_review.answered")
	w.decide(request.ID(), approval.Rejected)
	if r := manager.Get(path).Want(200); r.String("state") != "open" || r.At("request_id") != nil {
		t.Fatalf("after a rejection: %s", r.Body)
	}
	again := manager.Post(path+"/change", object{"grade": "B", "limit_kind": "amount", "limit_amount": "50000", "reason": "减半"}).Want(200)
	w.decide(again.String("request_id"), approval.Approved)
	if r := manager.Get(path).Want(200); r.String("state") != "changed" || r.String("request_id") != again.String("request_id") {
		t.Fatalf("after the approval: %s", r.Body)
	}
	if now := manager.Get("/v1/customers/" + payer.String() + "/credit").Want(200); now.String("limit_amount") != "50000.00" || now.String("settlement") != "net_days" {
		t.Errorf("%s", now.Body)
	}
}

// A change that is approved on another way ends the review too: what it proposed was about another profile.
func TestCRD09_AnotherApprovedRequestEndsTheReview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	payer := w.late("rep1")
	body := object{"customer_id": payer, "grade": "B", "limit_kind": "amount", "limit_amount": "1000", "settlement": "cash", "reasons": "另行申请"}
	request := w.As("rep1").Post("/v1/credit-limit-requests", body).Want(201).ID()
	w.batch(w.half(), 10)
	path := "/v1/credit-reviews/" + w.of(payer, "open")
	if r := w.As("clerk").Get(path).Want(200); r.String("pending_request_id") != request {
		t.Errorf("the pending request isn't noted: %s", r.Body)
	}
	w.As("clerk").Post(path+"/change", object{}).WantProblem(409, "credit.request_pending")
	w.decide(request, approval.Approved)
	if r := w.As("clerk").Get(path).Want(200); r.String("state") != "changed" || r.String("request_id") != request {
		t.Errorf("%s", r.Body)
	}
}

func TestCRD08_NothingProposedIsNothingToAskFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	payer := w.graded(w.newCustomer("rep1"), credit.NoGrade, nil)
	w.batch(w.half(), 10)
	path := "/v1/credit-reviews/" + w.of(payer, "open")
	w.As("clerk").Post(path+"/change", object{}).WantProblem(422, "credit_review.nothing_proposed")
	w.As("clerk").Post(path+"/change", object{"limit_amount": "5"}).WantProblem(422, "credit.limit_form")
	w.As("clerk").Post(path+"/change", object{"terms_days": 5}).WantProblem(422, "credit.terms_form")
}

func TestCRD09_ManyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var items []object
	payers := []uuid.UUID{w.late("rep1"), w.graded(w.newCustomer("rep1"), credit.NoGrade, nil), w.graded(w.newCustomer("rep2"), credit.NoGrade, nil)}
	w.batch(w.half(), 10)
	for _, p := range payers {
		items = append(items, object{"id": w.of(p, "open")})
	}
	clerk, path := w.As("clerk"), "/v1/credit-reviews/confirm"
	clerk.Post(path, object{"mode": "atomic", "items": items}).WantProblem(422, "credit_review.reason_missing")
	if n := w.count(`SELECT count(*) FROM credit_reviews WHERE state = 'open'`); n != 3 {
		t.Fatalf("%d open after a refused atomic confirmation", n)
	}
	clerk.Post(path, object{"mode": "partial", "items": []object{items[0], items[0]}}).WantProblem(422, "credit_review.named_twice")
	items[2]["etag"] = `"9"`
	got := clerk.Post(path, object{"mode": "partial", "items": append(items, object{"id": newID()})}).Want(207)
	for i, want := range []string{"credit_review.reason_missing", "", "resource.stale", "resource.not_found"} {
		if code := got.String("results." + string(rune('0'+i)) + ".problem.code"); code != want {
			t.Errorf("item %d: %q, want %q", i, code, want)
		}
	}
	delete(items[2], "etag")
	w.As("manager").Post(path, object{"mode": "atomic", "items": []object{items[0], items[2]}, "reason": "集中评审"}).Want(207)
	if n := w.count(`SELECT count(*) FROM credit_confirmations`); n != 3 {
		t.Errorf("%d confirmations", n)
	}
}

// Two clerks confirm the same list at the same time: each review is answered once.
func TestCRD09_TwoClerksRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const n = 12
	var items []object
	for range n {
		w.graded(w.newCustomer("rep1"), credit.NoGrade, nil)
	}
	w.batch(w.half(), 50)
	list := w.As("clerk").Get("/v1/credit-reviews?waiting=true").Want(200)
	for i := range n {
		items = append(items, object{"id": list.At("data").([]any)[i].(map[string]any)["id"]})
	}
	var won, lost atomic.Int64
	var group sync.WaitGroup
	for _, who := range []string{"clerk", "finance", "manager", "director"} {
		group.Go(func() {
			got := w.As(who).Post("/v1/credit-reviews/confirm", object{"mode": "partial", "items": items}).Want(207)
			for _, r := range got.At("results").([]any) {
				if _, refused := r.(map[string]any)["problem"]; refused {
					lost.Add(1)
				} else {
					won.Add(1)
				}
			}
		})
	}
	group.Wait()
	if won.Load() != n || lost.Load() != 3*n {
		t.Errorf("%d confirmed, %d refused", won.Load(), lost.Load())
	}
	if c := w.count(`SELECT count(*) FROM credit_confirmations`); c != n {
		t.Errorf("%d confirmations", c)
	}
}

func TestCRD09_TheListIsWorkedThroughByRisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	worst, fine, other := w.late("rep1"), w.graded(w.newCustomer("rep1"), credit.NoGrade, nil), w.late("rep3")
	b := w.batch(w.half(), 10)
	get := func(who, query string) string {
		var codes []string
		for cursor := ""; ; {
			a := w.As(who).Get("/v1/credit-reviews?limit=1&" + query + cursor).Want(200)
			for i := range a.Len("data") {
				codes = append(codes, a.At("data").([]any)[i].(map[string]any)["customer_id"].(string))
			}
			next := a.String("next_cursor")
			if next == "" {
				return strings.Join(codes, " ")
			}
			cursor = "&cursor=" + next
		}
	}
	join := func(ids ...uuid.UUID) string {
		var s []string
		for _, id := range ids {
			s = append(s, id.String())
		}
		return strings.Join(s, " ")
	}
	for _, c := range []struct {
		who, query, want string
	}{
		{"clerk", "", join(other, worst, fine)},
		{"rep1", "", join(worst, fine)},
		{"rep2", "", ""},
		{"supervisor", "waiting=true", join(worst, fine)},
		{"clerk", "change=down&batch_id=" + b.ID.String(), join(other, worst)},
		{"clerk", "change=up", ""},
		{"clerk", "grade=none", fine.String()},
		{"clerk", "proposed_grade=C&owner_id=" + w.People["rep1"].String(), worst.String()},
		{"clerk", "overdue_payments=false", fine.String()},
		{"clerk", "state=confirmed", ""},
		{"clerk", "q=C-003", other.String()},
	} {
		if got := get(c.who, c.query); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.who, c.query, got, c.want)
		}
	}
	// A customer's reviews go with it to its next owner.
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec(`UPDATE customers SET owner_id = ? WHERE id = ?`, w.People["rep2"], fine).Error
	})
	if got := get("rep2", ""); got != fine.String() {
		t.Errorf("the next owner sees %q", got)
	}
	if n := w.As("clerk").Get("/v1/credit-review-batches").Want(200); n.Len("data") != 1 || n.At("data.0.answers.open") != 3.0 {
		t.Errorf("%s", n.Body)
	}
}
