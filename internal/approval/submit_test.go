package approval_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

type routeCase struct {
	name  string
	facts map[string]any
	want  string
}

func (w *world) routes(who identity.Principal, matter string, cases []routeCase) {
	w.t.Helper()
	for _, c := range cases {
		r := w.submitted(who, matter, c.facts)
		if got := stages(r); got != c.want {
			w.t.Errorf("%s: asks %q, want %q", c.name, got, c.want)
		}
		if want := c.want == ""; (r.State == approval.Approved) != want || r.AtOnce() != want {
			w.t.Errorf("%s: state %s", c.name, r.State)
		}
	}
}

func TestORG02_CON02_CON03_PRC10_OrderRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	beyond := func(role string, more ...any) map[string]any {
		return orderFacts(append([]any{"within_submitter_authority", false, "required_role", role}, more...)...)
	}
	w.routes(w.staff().rep, "order.confirm", []routeCase{
		{"CON-02: one fen below the amount", orderFacts("total", dec("99999.99")), ""},
		{"CON-02: at the amount", orderFacts("total", dec("100000.00")), ""},
		{"CON-03: one fen above", orderFacts("total", dec("100000.01")), "general_manager"},
		{"CON-03: beyond the department", orderFacts("department_authority", false), "general_manager"},
		{"CON-06: special terms", orderFacts("special_terms", true), "finance_manager"},
		{"PRC-10: supervisor", beyond("sales_supervisor"), "sales_supervisor"},
		{"PRC-10: manager", beyond("sales_manager"), "sales_manager"},
		{"PRC-10: director", beyond("sales_director"), "sales_director"},
		{"PRC-10: nobody below", beyond("general_manager", "department_authority", false), "general_manager"},
		{"PRC-10: nobody named", beyond(""), "general_manager"},
		{"price and amount", beyond("sales_manager", "total", dec("100000.01")), "sales_manager → general_manager"},
		{"the amount is a parameter", orderFacts("total", dec("100"), "gm_amount", dec("99.99")), "general_manager"},
	})
}

func TestORG02_SHP04_SHP05_SHP06_SHP10_SHP11_SHP12_ShipmentRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.routes(w.staff().rep, "shipment.release", []routeCase{
		{"SHP-04: within the limit, nothing overdue", noticeFacts(), "sales_manager"},
		{"SHP-05: one fen overdue", noticeFacts("overdue_amount", dec("0.01")), "sales_manager"},
		{"SHP-06: above the limit", noticeFacts("over_limit", true), "sales_manager → general_manager"},
		{"SHP-06: above and overdue", noticeFacts("over_limit", true, "overdue_amount", dec("5")), "sales_manager → general_manager"},
		{"SHP-10: payment confirmed", noticeFacts("flow", "prepaid", "over_limit", true), ""},
		{"SHP-11: cash on delivery", noticeFacts("flow", "cod"), "general_manager"},
		{"SHP-12: new customer", noticeFacts("flow", "new_customer", "over_limit", true), "sales_manager"},
		{"SHP-12: new customer, much debt", noticeFacts("flow", "new_customer", "new_customer_over", true), "general_manager"},
	})
	if kind := w.submitted(w.person(w.sales, identity.SalesRep), "shipment.release", noticeFacts("overdue_amount", dec("0.01"))).Route[0].Kind; kind != approval.Decide {
		t.Errorf("SHP-05: the manager is asked to %s", kind)
	}
}

func TestORG02_CRD07_CRD08_PRC05_PRC09_OtherRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	w.routes(p.rep, "credit.limit", []routeCase{
		{"CRD-07: first limit", map[string]any{"first": true, "limit": dec("50000")}, "sales_manager → general_manager"},
		{"CRD-08: change", map[string]any{"first": false, "limit": dec("50000")}, "finance_manager → general_manager"},
	})
	w.routes(p.rep, "price.base_list", []routeCase{
		{"PRC-05", map[string]any{"reason": "market"}, "sales_manager → price_committee → general_manager"},
	})
	w.routes(p.manager, "price.base_list", []routeCase{
		{"PRC-05: the manager's own draft", map[string]any{"reason": "market"}, "price_committee → general_manager"},
	})
	w.routes(p.manager, "price.authority", []routeCase{{"PRC-09", map[string]any{}, "price_committee → general_manager"}})
	_, err := w.submit(p.rep, "price.base_list", map[string]any{"reason": " "})
	wants(t, "PRC-06: no reason", err, approval.ErrFact)
}

func TestORG01_StartersAreNamedByTheMatrix(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	_, err := w.submit(p.gate, "order.confirm", orderFacts())
	wants(t, "gate guard", err, approval.ErrStarter)
	_, err = w.submit(p.rep, "price.authority", map[string]any{})
	wants(t, "rep", err, approval.ErrStarter)
	machine := identity.Principal{ID: uuid.Must(uuid.NewV7()), Kind: identity.KindMachine, Roles: []identity.Role{identity.Integration}}
	r, err := w.submit(machine, "order.confirm", orderFacts())
	if err != nil || r.State != approval.Approved {
		t.Errorf("machine: %v %s", err, r.State)
	}
}

func TestFactsAreTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.staff().rep
	for name, facts := range map[string]map[string]any{
		"missing":    orderFacts("special_terms", nil),
		"undeclared": orderFacts("colour", "red"),
		"a float":    orderFacts("total", 100.0),
		"a text":     orderFacts("total", "ten"),
		"not a bool": orderFacts("special_terms", "false"),
		"not a text": orderFacts("currency", 1),
	} {
		_, err := w.submit(rep, "order.confirm", facts)
		wants(t, name, err, approval.ErrFact)
	}
	_, err := w.submit(rep, "shipment.release", noticeFacts("flow", "barter"))
	wants(t, "outside the enum", err, approval.ErrFact)
	_, err = w.submit(rep, "shipment.release", noticeFacts("overdue_days", "3"))
	wants(t, "not an int", err, approval.ErrFact)

	role := identity.SalesManager // a named string type, a pointer and a nil pointer are fine
	r := w.submitted(rep, "order.confirm", orderFacts("required_role", role, "total", new(dec("1.50")), "reason", (*string)(nil)))
	if r.Facts["total"] != "1.50" || r.Facts["required_role"] != "sales_manager" || r.Facts["gm_amount"] != "100000" {
		t.Errorf("frozen as %v", r.Facts)
	}
}

func TestSubmitAtOnceCostsOneStatement(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	w.submitted(p.rep, "order.confirm", orderFacts())
	w.submitted(p.rep, "order.confirm", orderFacts()) // reads the list that the first one couldn't remember
	ctx, probe := pg.WithProbe(context.Background(), 0)
	w.must(w.db.Tx(ctx, p.rep.Origin("test"), func(tx pg.Tx) error {
		_, err := w.s.Submit(tx, p.rep, approval.Submission{Matter: "order.confirm", SubjectType: "order", SubjectID: uuid.New(), Facts: orderFacts()})
		return err
	}))
	if n := probe.Statements(); n != 1 {
		t.Errorf("%d statements", n)
	}
	r := w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
	ctx, probe = pg.WithProbe(context.Background(), 0)
	w.must(w.db.Tx(ctx, p.finance.Origin("test"), func(tx pg.Tx) error {
		_, err := w.s.ApproveRequest(tx, p.finance, r.ID, approval.Verdict{})
		return err
	}))
	if n := probe.Statements(); n > 6 {
		t.Errorf("%d statements to approve", n)
	}
}

func TestOneRequestIsPendingForADocument(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	id := uuid.Must(uuid.NewV7())
	sub := approval.Submission{Matter: "order.confirm", SubjectType: "order", SubjectID: id, Facts: orderFacts("special_terms", true)}
	submit := func() (r approval.Request, err error) {
		err = w.tx(p.rep, func(tx pg.Tx) error { r, err = w.s.Submit(tx, p.rep, sub); return err })
		return r, err
	}
	first, err := submit()
	w.must(err)
	_, err = submit()
	wants(t, "second", err, approval.ErrAlreadyPending)

	void := func() error {
		return w.tx(p.rep, func(tx pg.Tx) error {
			if err := w.s.Lock(tx, "order", id); err != nil {
				return err
			}
			return w.s.Void(tx, "order", id, "lines changed")
		})
	}
	w.must(void())
	if d := w.dossier(p.rep, first.ID); d.State != approval.Void || len(d.Tasks) != 0 || d.CloseReason != "lines changed" {
		t.Errorf("after void: %s, %d tasks", d.State, len(d.Tasks))
	}
	_, err = w.do(p.finance, first.ID, approval.Approve, approval.Verdict{})
	wants(t, "approve what is void", err, approval.ErrEnded)

	second, err := submit()
	w.must(err)
	w.approve(p.finance, second)
	w.must(void())
	if d := w.dossier(p.rep, second.ID); d.State != approval.Void {
		t.Errorf("an approval outlives its content: %s", d.State)
	}
	w.must(void()) // nothing left
	if len(w.told.states) != 1 {
		t.Errorf("the subject was told %v", w.told.states)
	}
	var latest approval.Request
	w.must(w.tx(p.rep, func(tx pg.Tx) (err error) { latest, err = w.s.Latest(tx, "order.confirm", "order", id); return err }))
	if latest.ID != second.ID || !latest.Covers(nil) || latest.Covers([]byte("x")) {
		t.Error("Latest is another request")
	}
}

func TestResubmitKeepsTheSubmitter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	first := w.submitted(p.rep, "order.confirm", orderFacts())
	var again approval.Request
	w.must(w.tx(p.manager, func(tx pg.Tx) (err error) {
		again, err = w.s.Resubmit(tx, first, orderFacts("special_terms", true), nil)
		return err
	}))
	if again.SubmittedBy != p.rep.ID || again.State != approval.Pending || !equalID(again.DepartmentID, p.rep.DepartmentID) {
		t.Errorf("resubmitted as %+v", again)
	}
}

// What is asked again has the facts of before, whole numbers among them as they come out of the database, but those that changed; and the
// figures of the rulebook as they are now.
func TestCON06_ResubmitTakesTheStoredFacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.staff().rep
	w.must(w.tx(rep, func(tx pg.Tx) error {
		r, err := w.s.Submit(tx, rep, approval.Submission{
			Matter: "contract.sign", SubjectType: "contract", SubjectID: uuid.New(), Facts: map[string]any{
				"total": decimal.MustParse("90000"), "currency": "CNY", "department_authority": true, "standard": true, "special_terms": false,
				"terms_rank": 3, "demand": 1, "prices": 1, "period": 0, "conditions": 0, "gm_amount": decimal.MustParse("7"),
			},
		})
		if err != nil {
			return err
		}
		stored, err := pg.Take[approval.Request](tx, "id = ?", r.ID)
		if err != nil {
			return err
		}
		if err := w.s.Void(tx, "contract", r.SubjectID, "x"); err != nil {
			return err
		}
		again, err := w.s.Resubmit(tx, stored, map[string]any{"special_terms": true}, nil)
		if again.Facts["special_terms"] != true || again.Facts["terms_rank"] != int64(3) || again.Facts["total"] != "90000" || again.Facts["gm_amount"] == "7" {
			t.Errorf("%v", again.Facts)
		}
		return err
	}))
}

func equalID(a, b *uuid.UUID) bool { return a == b || a != nil && b != nil && *a == *b }
