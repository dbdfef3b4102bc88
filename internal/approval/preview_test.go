package approval_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func (w *world) preview(who identity.Principal, q approval.Question) (approval.Answer, error) {
	var a approval.Answer
	err := w.db.View(context.Background(), who.Origin("test"), func(tx pg.Tx) (err error) {
		a, err = w.s.PreviewApproval(tx, who, q)
		return err
	})
	return a, err
}

// previewed is the route as stages writes it.
func (w *world) previewed(who identity.Principal, q approval.Question) string {
	w.t.Helper()
	a, err := w.preview(who, q)
	w.must(err)
	r := approval.Request{}
	for _, st := range a.Steps {
		r.Route = append(r.Route, st.Step)
	}
	if a.AtOnce != (len(r.Route) == 0) {
		w.t.Errorf("at once is %v for %q", a.AtOnce, stages(r))
	}
	return stages(r)
}

// noticeJSON are facts as a client writes them.
func noticeJSON(pairs ...any) map[string]any {
	return with(map[string]any{"flow": "credit", "over_limit": false, "overdue_amount": "0.00", "new_customer_over": false}, pairs...)
}

// A preview takes the way of Submit: the same facts lead to the same steps, for everybody who may submit.
func TestORG01_APreviewIsWhatSubmitDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	for _, who := range []identity.Principal{p.rep, p.supervisor, p.manager, p.director, p.gm, p.finance} {
		for _, overdue := range []string{"0.00", "0.01"} {
			for _, flow := range []string{"credit", "prepaid", "cod", "new_customer"} {
				for _, over := range []bool{true, false} {
					facts := noticeJSON("flow", flow, "over_limit", over, "new_customer_over", over, "overdue_amount", overdue)
					got := w.previewed(who, approval.Question{Matter: "shipment.release", Facts: facts})
					facts["overdue_amount"] = dec(overdue)
					if want := stages(w.submitted(who, "shipment.release", facts)); got != want {
						t.Errorf("%v %v: preview %q, submit %q", who.Roles, facts, got, want)
					}
				}
			}
		}
	}
	if n := w.count(`SELECT count(*) FROM approval_requests`); n != 6*2*4*2 {
		t.Errorf("previews wrote: %d requests", n)
	}
}

func TestORG03_APreviewMovesUpAndAsksFinanceFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	q := approval.Question{Matter: "shipment.release", Facts: noticeJSON("overdue_amount", "0.01")}
	a, err := w.preview(p.manager, q)
	w.must(err)
	if d := a.Steps[0].Deciders[0]; d.Role != identity.SalesDirector || d.MovedFrom != identity.SalesManager {
		t.Errorf("the manager's own: %+v", d)
	}
	q.Facts = noticeJSON("over_limit", true)
	if got := w.previewed(p.gm, q); got != "finance_manager → sales_manager → general_manager" {
		t.Errorf("the general manager's own: %s", got)
	}
	a, err = w.preview(p.rep, q)
	w.must(err)
	if a.Steps[0].DueAt == nil || a.Steps[1].DueAt == nil || !a.Steps[0].DueAt.Before(*a.Steps[1].DueAt) || !a.MayStart || a.Source != approval.SourceRunning {
		t.Errorf("%+v", a)
	}
	if a, err = w.preview(p.gate, q); err != nil || a.MayStart {
		t.Errorf("the gate guard may submit: %v %v", a.MayStart, err)
	}
}

func TestORG01_PreviewUnderAVersionOrADraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	draft := approval.Default()
	draft.Matters = slices.Clone(draft.Matters)
	i := slices.IndexFunc(draft.Matters, func(m approval.MatterRules) bool { return m.Matter == "shipment.release" })
	rules := draft.Matters[i]
	rules.Stages = slices.Clone(rules.Stages)
	last := len(rules.Stages) - 1
	rules.Stages[last].When = `flow == "credit" && overdue_amount >= decimal("100.00")`
	draft.Matters[i] = rules
	for _, c := range []struct{ overdue, want string }{
		{"99.99", "sales_manager"}, {"100.00", "sales_manager → general_manager"}, {"100.01", "sales_manager → general_manager"},
	} {
		facts := noticeJSON("overdue_amount", c.overdue)
		for name, q := range map[string]approval.Question{"matrix": {Matrix: &draft}, "rules": {Rules: &rules}} {
			q.Matter, q.Facts = "shipment.release", facts
			if got := w.previewed(p.rep, q); got != c.want {
				t.Errorf("%s, %s overdue: %q, want %q", name, c.overdue, got, c.want)
			}
		}
		if got := w.previewed(p.rep, approval.Question{Matter: "shipment.release", Facts: facts, Version: 1}); got != "sales_manager" {
			t.Errorf("version 1: %q", got)
		}
	}
	rules.Stages[last].When = "overdue_amount >"
	draft.Matters[i] = rules
	q := approval.Question{Matter: "shipment.release", Facts: noticeJSON(), Matrix: &draft}
	_, err := w.preview(p.rep, q)
	wants(t, "a draft that doesn't compile", err, approval.ErrMatrix)
	if e, _ := errs.As(err); len(e.Fields) != 1 || !strings.HasPrefix(e.Fields[0].Pointer, "/matrix/matters/") || !strings.HasSuffix(e.Fields[0].Pointer, "/when") {
		t.Errorf("%+v", e.Fields)
	}
	q.Matrix, q.Rules = nil, &rules
	_, err = w.preview(p.rep, q)
	wants(t, "rules that don't compile", err, approval.ErrMatrix)
	q.Matter, q.Facts = "price.authority", map[string]any{}
	_, err = w.preview(p.rep, q)
	wants(t, "rules of another matter", err, approval.ErrMatrix)
	q.Version = 1
	_, err = w.preview(p.rep, q)
	wants(t, "two matrices", err, approval.ErrOneMatrix)
	_, err = w.preview(p.rep, approval.Question{Matter: "shipment.release", Facts: noticeJSON(), Version: 99})
	wants(t, "no such version", err, approval.ErrNoVersion)
	_, err = w.preview(p.rep, approval.Question{Matter: "no.such", Facts: noticeJSON()})
	wants(t, "no such matter", err, approval.ErrNoMatter)
}

func TestORG01_APreviewNamesEveryWrongFact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.staff().rep
	_, err := w.preview(rep, approval.Question{Matter: "shipment.release", Facts: map[string]any{
		"flow": "by_train", "over_limit": "yes", "overdue_amount": 12.5, "overdue_days": 1.5, "colour": "red",
	}})
	wants(t, "wrong facts", err, approval.ErrFact)
	e, _ := errs.As(err)
	var at []string
	for _, f := range e.Fields {
		at = append(at, f.Pointer)
	}
	slices.Sort(at)
	want := "/facts/colour /facts/flow /facts/new_customer_over /facts/over_limit /facts/overdue_amount /facts/overdue_days"
	if got := strings.Join(at, " "); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	a, err := w.preview(rep, approval.Question{Matter: "shipment.release", Facts: noticeJSON("overdue_days", 3.0)})
	if err != nil || a.Facts["overdue_days"] != int64(3) {
		t.Errorf("%v %v", a.Facts, err)
	}
}

// A condition that can't be evaluated is an answer of its own, not a stage less.
func TestORG01_APreviewReportsAConditionThatFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	rules := approval.MatterRules{Matter: "price.base_list", TitleEN: "A", TitleZH: "甲", Stages: []approval.Stage{{
		Key: "odd", TitleEN: "A", TitleZH: "甲", Kind: approval.Decide, Mode: approval.Any,
		Who: []approval.Holder{{Role: identity.GeneralManager}}, When: "1 / lines > 0",
	}}}
	_, err := w.preview(p.rep, approval.Question{Matter: "price.base_list", Facts: map[string]any{"reason": "a", "lines": 0.0}, Rules: &rules})
	wants(t, "a division by zero", err, approval.ErrCondition)
}

// Whose submission is tried: one's own, or for a leader that of somebody they see.
func TestORG06_PreviewForOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	q := func(id uuid.UUID) approval.Question {
		return approval.Question{Matter: "shipment.release", Facts: noticeJSON("overdue_amount", "0.01"), Submitter: &id}
	}
	if got := w.previewed(p.gm, q(p.manager.ID)); got != "sales_director" {
		t.Errorf("for the manager: %q", got)
	}
	if got := w.previewed(p.manager, q(p.rep.ID)); got != "sales_manager" {
		t.Errorf("for the rep: %q", got)
	}
	if got := w.previewed(p.rep, q(p.rep.ID)); got != "sales_manager" {
		t.Errorf("for oneself: %q", got)
	}
	_, err := w.preview(p.rep, q(p.manager.ID))
	wants(t, "a rep for another", err, errs.ErrForbidden)
	_, err = w.preview(p.manager, q(p.finance.ID))
	wants(t, "somebody of another department", err, errs.ErrNotFound)
	_, err = w.preview(p.gm, q(uuid.New()))
	wants(t, "nobody", err, errs.ErrNotFound)
}
