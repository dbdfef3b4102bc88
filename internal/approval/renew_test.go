package approval_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// again submits a document a second time, with other facts, after its first approval.
func (w *world) again(who identity.Principal, first approval.Request, facts map[string]any) approval.Request {
	w.t.Helper()
	var r approval.Request
	w.must(w.tx(who, func(tx pg.Tx) (err error) {
		if err = w.s.Void(tx, first.SubjectType, first.SubjectID, "revised"); err != nil {
			return err
		}
		r, err = w.s.Submit(tx, who, approval.Submission{
			Matter: first.Matter, SubjectType: first.SubjectType, SubjectID: first.SubjectID, Number: "N", TitleEN: "x", TitleZH: "x",
			Facts: facts, Renews: &first.ID,
		})
		return err
	}))
	return r
}

// open are the stages that are asked again.
func open(r approval.Request) string {
	var keys []string
	for _, st := range r.Route {
		if !st.Carried {
			keys = append(keys, st.Stage)
		}
	}
	return strings.Join(keys, " ")
}

func TestORG01_OnlyWhatGotWorseIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	approved := func(matter string, facts map[string]any, by ...identity.Principal) approval.Request {
		r := w.submitted(p.rep, matter, facts)
		for _, b := range by {
			r = w.approve(b, r)
		}
		if r.State != approval.Approved {
			t.Fatalf("%s: %s at %d", matter, r.State, r.Step)
		}
		return r
	}
	order := orderFacts("special_terms", true, "total", dec("120000.00"))
	notice := noticeFacts("over_limit", true, "exposure_after", dec("110.00"), "limit", dec("100.00"), "amount", dec("20.00"))
	for name, c := range map[string]struct {
		matter string
		was    map[string]any
		change []any
		open   string
	}{
		"order: the same":                     {"order.confirm", order, nil, ""},
		"order: total one fen higher":         {"order.confirm", order, []any{"total", dec("120000.01")}, "general_manager"},
		"order: total one fen lower":          {"order.confirm", order, []any{"total", dec("119999.99")}, ""},
		"order: within the amount":            {"order.confirm", order, []any{"total", dec("1.00")}, ""},
		"order: another currency":             {"order.confirm", order, []any{"currency", "USD"}, "special_terms general_manager"},
		"order: beyond the department":        {"order.confirm", order, []any{"department_authority", false}, "general_manager"},
		"order: another reason":               {"order.confirm", order, []any{"reason", "other"}, ""},
		"notice: exposure one fen higher":     {"shipment.release", notice, []any{"exposure_after", dec("110.01")}, "general_manager"},
		"notice: exposure one fen lower":      {"shipment.release", notice, []any{"exposure_after", dec("109.99")}, ""},
		"notice: limit one fen lower":         {"shipment.release", notice, []any{"limit", dec("99.99")}, "general_manager"},
		"notice: limit one fen higher":        {"shipment.release", notice, []any{"limit", dec("100.01")}, ""},
		"notice: one fen overdue":             {"shipment.release", notice, []any{"overdue_amount", dec("0.01")}, "sales_manager"},
		"notice: another flow":                {"shipment.release", notice, []any{"flow", "cod"}, "general_manager"},
		"notice: overdue for longer, no more": {"shipment.release", notice, []any{"overdue_days", 9}, ""},
	} {
		by := []identity.Principal{p.finance, p.gm}
		if c.matter == "shipment.release" {
			by = []identity.Principal{p.manager, p.gm}
		}
		first := approved(c.matter, c.was, by...)
		r := w.again(p.rep, first, with(c.was, c.change...))
		if open(r) != c.open {
			t.Errorf("%s: asks %q again, want %q", name, open(r), c.open)
		}
		if (open(r) == "") != (r.State == approval.Approved) || (open(r) == "") != r.AtOnce() {
			t.Errorf("%s: %s", name, r.State)
		}
		for _, d := range w.dossier(p.rep, r.ID).Decisions {
			if d.CarriedFrom == nil || d.DecidedBy == p.rep.ID {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
}

func TestORG01_RenewalEndsWithTheStageAndNeverHelpsTheSubmitter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	facts := orderFacts("special_terms", true, "total", dec("120000.00"))
	first := w.approve(p.gm, w.approve(p.finance, w.submitted(p.rep, "order.confirm", facts)))

	// Who approved it is the submitter now: their word doesn't count for their own (ORG-03).
	if r := w.again(p.gm, first, facts); !strings.Contains(open(r), "general_manager") {
		t.Errorf("the general manager's own: asks %q", open(r))
	}
	w.must(w.exec(`UPDATE approval_requests SET state = 'void', closed_at = now() WHERE state = 'pending'`))

	// A chain keeps who and when of the first.
	r := w.again(p.rep, first, facts)
	r = w.again(p.rep, r, facts)
	ds, old := w.dossier(p.rep, r.ID).Decisions, w.dossier(p.rep, first.ID).Decisions
	if len(ds) != 2 || *ds[0].CarriedFrom != old[0].ID || !ds[0].DecidedAt.Equal(old[0].DecidedAt) || ds[0].DecidedBy != p.finance.ID {
		t.Errorf("%+v", ds)
	}

	// The stage has the same name and asks the same people, but the matrix says it in other words now.
	w.matrixWith(stage("special_terms", approval.Any, identity.FinanceManager))
	if r := w.again(p.rep, r, facts); open(r) != "special_terms" {
		t.Errorf("a changed stage: asks %q", open(r))
	}
}

func TestORG05_UnconfirmedPhoneCallIsNotCarriedOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	r, _, err := w.phone(p.rep, p.manager, w.submitted(p.rep, "shipment.release", noticeFacts()), nil)
	w.must(err)
	if again := w.again(p.rep, r, noticeFacts()); open(again) != "sales_manager" {
		t.Errorf("unconfirmed: asks %q", open(again))
	}
	r, _, err = w.phone(p.rep, p.manager, w.submitted(p.rep, "shipment.release", noticeFacts()), nil)
	w.must(err)
	_, err = w.answer(p.manager, r, false)
	w.must(err)
	if again := w.again(p.rep, r, noticeFacts()); open(again) != "" {
		t.Errorf("confirmed: asks %q", open(again))
	}
	_, err = w.submit(p.rep, "order.confirm", orderFacts())
	w.must(err)
	if err := w.tx(p.rep, func(tx pg.Tx) error {
		_, err := w.s.Submit(tx, p.rep, approval.Submission{
			Matter: "order.confirm", SubjectType: "order", SubjectID: uuid.New(), Facts: orderFacts("special_terms", true), Renews: &r.ID,
		})
		return err
	}); err == nil {
		t.Error("a request about another document is renewed")
	}
}
