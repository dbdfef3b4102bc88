package approval_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestORG01_RequestWalksItsStages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	r := w.submitted(p.rep, "shipment.release", noticeFacts("over_limit", true))
	if n := len(w.tasks(p.manager)); n != 1 {
		t.Fatalf("manager has %d tasks", n)
	}
	if n := len(w.tasks(p.gm)); n != 0 {
		t.Fatalf("the general manager is asked before the manager: %d", n)
	}
	_, err := w.do(p.gm, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "out of turn", err, approval.ErrNotAsked)
	_, err = w.do(p.gate, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "a stranger", err, errs.ErrNotFound)

	r = w.approve(p.manager, r)
	if r.State != approval.Pending || r.Step != 1 || len(w.told.states) != 0 {
		t.Fatalf("after the review: %s at %d", r.State, r.Step)
	}
	_, err = w.do(p.manager, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "the manager again", err, approval.ErrNotAsked)
	r = w.approve(p.gm, r)
	if r.State != approval.Approved || r.Step != 2 || len(w.told.states) != 1 || w.told.states[0] != approval.Approved {
		t.Fatalf("after the decision: %s, told %v", r.State, w.told.states)
	}
	d := w.dossier(p.rep, r.ID)
	if len(d.Decisions) != 2 || len(d.Tasks) != 0 || d.Decisions[1].DecidedBy != p.gm.ID || d.Decisions[0].Stage != "sales_manager" {
		t.Errorf("dossier: %+v", d.Decisions)
	}
	n := w.count(`SELECT count(*) FROM decisions WHERE approval_id = ? AND matrix_version = 1 AND decided_by = ? AND outcome = 'passed'
		AND gate = 'shipment' AND matter = 'shipment.release'`, r.ID, p.gm.ID)
	if n != 1 {
		t.Errorf("%d gate decisions", n)
	}
	if n := w.count(`SELECT count(*) FROM events WHERE subject_id = ?`, r.ID); n != 3 {
		t.Errorf("%d events", n)
	}
}

func TestRejectReturnWithdrawComment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	pending := func() approval.Request { return w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true)) }
	for verb, state := range map[approval.Verb]approval.State{approval.Reject: approval.Rejected, approval.Return: approval.Returned} {
		r := pending()
		_, err := w.do(p.finance, r.ID, verb, approval.Verdict{Comment: " "})
		wants(t, string(verb)+" without a reason", err, approval.ErrReason)
		r, err = w.do(p.finance, r.ID, verb, approval.Verdict{Comment: "too long"})
		if err != nil || r.State != state || r.CloseReason != "too long" {
			t.Errorf("%s: %v %s", verb, err, r.State)
		}
		if got := w.told.states[len(w.told.states)-1]; got != state {
			t.Errorf("%s: told %s", verb, got)
		}
		if n := w.count(`SELECT count(*) FROM decisions WHERE approval_id = ? AND outcome = 'refused'`, r.ID); n != 1 {
			t.Errorf("%s: %d gate decisions", verb, n)
		}
	}
	r := pending()
	_, err := w.do(p.finance, r.ID, approval.Withdraw, approval.Verdict{})
	wants(t, "withdraw by another", err, approval.ErrNotSubmitter)
	w.must(w.tx(p.finance, func(tx pg.Tx) error { _, err := w.s.CommentRequest(tx, p.finance, r.ID, "why?"); return err }))
	err = w.tx(p.gate, func(tx pg.Tx) error { _, err := w.s.CommentRequest(tx, p.gate, r.ID, "hi"); return err })
	wants(t, "comment by a stranger", err, errs.ErrNotFound)
	r, err = w.do(p.rep, r.ID, approval.Withdraw, approval.Verdict{})
	if err != nil || r.State != approval.Withdrawn || len(w.tasks(p.finance)) != 0 {
		t.Errorf("withdraw: %v %s", err, r.State)
	}
	if d := w.dossier(p.rep, r.ID); len(d.Comments) != 1 || d.Comments[0].Body != "why?" {
		t.Errorf("comments: %+v", d.Comments)
	}
}

// Every verb on every ended state is refused; nothing changes.
func TestStatesAndVerbs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	why := approval.Verdict{Comment: "because"}
	ends := map[approval.State]func(approval.Request){
		approval.Approved:  func(r approval.Request) { w.approve(p.finance, r) },
		approval.Rejected:  func(r approval.Request) { _, err := w.do(p.finance, r.ID, approval.Reject, why); w.must(err) },
		approval.Returned:  func(r approval.Request) { _, err := w.do(p.finance, r.ID, approval.Return, why); w.must(err) },
		approval.Withdrawn: func(r approval.Request) { _, err := w.do(p.rep, r.ID, approval.Withdraw, why); w.must(err) },
		approval.Void: func(r approval.Request) {
			w.must(w.tx(p.rep, func(tx pg.Tx) error { return w.s.Void(tx, r.SubjectType, r.SubjectID, "changed") }))
		},
	}
	for state, end := range ends {
		r := w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
		end(r)
		for verb, who := range map[approval.Verb]identity.Principal{
			approval.Approve: p.finance, approval.Reject: p.finance, approval.Return: p.finance, approval.Withdraw: p.rep,
		} {
			_, err := w.do(who, r.ID, verb, why)
			wants(t, fmt.Sprintf("%s what is %s", verb, state), err, approval.ErrEnded)
		}
		if d := w.dossier(p.rep, r.ID); d.State != state {
			t.Errorf("%s became %s", state, d.State)
		}
	}
}

func TestDecisionIsBoundToWhatWasShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	r := w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
	other := w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true, "total", dec("100.01")))
	_, err := w.do(p.finance, r.ID, approval.Approve, approval.Verdict{ContentHash: other.ContentHash})
	wants(t, "the hash of another total", err, approval.ErrChanged)
	_, err = w.do(p.finance, r.ID, approval.Approve, approval.Verdict{Version: new(r.Version + 1)})
	wants(t, "a stale version", err, errs.ErrStale)
	if shown := w.dossier(p.finance, r.ID); string(shown.ContentHash) != string(r.ContentHash) || !shown.MayDecide {
		t.Error("the dossier shows another hash")
	}
	_, err = w.do(p.finance, r.ID, approval.Approve, approval.Verdict{ContentHash: r.ContentHash, Version: &r.Version})
	w.must(err)
}

func TestSubjectCanRefuse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	r := w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
	w.told.fail = errors.New("credit is gone")
	if _, err := w.do(p.finance, r.ID, approval.Approve, approval.Verdict{}); !errors.Is(err, w.told.fail) {
		t.Fatal(err)
	}
	if d := w.dossier(p.rep, r.ID); d.State != approval.Pending || len(d.Decisions) != 0 || len(d.Tasks) != 1 {
		t.Errorf("half done: %s, %d decisions", d.State, len(d.Decisions))
	}
}

// Fails each statement of an approval in turn: nothing is left half-written.
func TestApprovalIsAllOrNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	r := w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
	for n := int64(1); ; n++ {
		ctx, _ := pg.WithProbe(context.Background(), n)
		err := w.db.Tx(ctx, p.finance.Origin("test"), func(tx pg.Tx) error {
			_, err := w.s.ApproveRequest(tx, p.finance, r.ID, approval.Verdict{})
			return err
		})
		if err == nil {
			break
		}
		if d := w.dossier(p.rep, r.ID); d.State != approval.Pending || len(d.Decisions) != 0 || len(d.Tasks) != 1 || d.Version != 1 {
			t.Fatalf("statement %d failed and left %s", n, d.State)
		}
	}
}

func TestOneOutcomeUnderAnyRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	verbs := []approval.Verb{approval.Approve, approval.Reject, approval.Return, approval.Withdraw}
	for round := range 5 {
		r := w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
		told := len(w.told.states)
		var won, lost atomic.Int32
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				verb, who := verbs[i%4], p.finance
				if verb == approval.Withdraw {
					who = p.rep
				}
				_, err := w.do(who, r.ID, verb, approval.Verdict{Comment: "race"})
				if e, ok := errs.As(err); ok && e.Def == approval.ErrEnded {
					lost.Add(1)
				} else if err == nil {
					won.Add(1)
				} else {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 19 || len(w.told.states) != told+1 {
			t.Fatalf("round %d: %d won, %d lost, told %v", round, won.Load(), lost.Load(), w.told.states[told:])
		}
	}
}

// matrixWith replaces the running matrix by one in which the stages of order.confirm are these.
func (w *world) matrixWith(stages ...approval.Stage) {
	w.t.Helper()
	admin := identity.System()
	w.must(w.tx(admin, func(tx pg.Tx) error {
		if err := w.s.Bootstrap(tx); err != nil {
			return err
		}
		v, latest, err := w.s.GetAuthorityMatrix(tx)
		if err != nil {
			return err
		}
		m := v.Body
		for i := range m.Matters {
			if m.Matters[i].Matter == "order.confirm" {
				m.Matters[i].Stages = stages
			}
		}
		_, err = w.s.ReplaceAuthorityMatrix(tx, admin, latest, approval.MatrixChange{Matrix: m, Reason: "test"})
		return err
	}))
}

func stage(key string, mode approval.Mode, roles ...identity.Role) approval.Stage {
	st := approval.Stage{Key: key, TitleEN: key, TitleZH: key, Kind: approval.Decide, Mode: mode}
	for _, r := range roles {
		st.Who = append(st.Who, approval.Holder{Role: r})
	}
	return st
}

func TestModesAllAndQuorum(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	quorum := stage("committee", approval.Quorum, identity.PriceCommittee)
	quorum.Quorum = 2
	acknowledge := stage("informed", approval.Any, identity.Auditor)
	acknowledge.Kind = approval.Acknowledge
	w.matrixWith(stage("both", approval.All, identity.SalesManager, identity.FinanceManager), quorum, acknowledge)
	r := w.submitted(p.rep, "order.confirm", orderFacts())

	r = w.approve(p.manager, r)
	_, err := w.do(p.manager, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "all: the manager twice", err, approval.ErrHasDecided)
	if len(w.tasks(p.manager)) != 0 || len(w.tasks(p.finance)) != 1 {
		t.Error("all: the wrong one is still asked")
	}
	r = w.approve(p.finance, r)
	if r.Step != 1 {
		t.Fatalf("all: step %d", r.Step)
	}
	r = w.approve(p.committee, r)
	if len(w.tasks(p.committee)) != 0 {
		t.Error("quorum: who has voted is still asked")
	}
	_, err = w.do(p.committee, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "quorum: the same twice", err, approval.ErrHasDecided)
	second := w.person(w.sales, identity.PriceCommittee)
	if len(w.tasks(second)) != 1 {
		t.Error("quorum: the second isn't asked")
	}
	r = w.approve(second, r)
	if r.Step != 2 {
		t.Fatalf("quorum: step %d", r.Step)
	}
	_, err = w.do(p.auditor, r.ID, approval.Reject, approval.Verdict{Comment: "no"})
	wants(t, "acknowledge: reject", err, approval.ErrAcknowledge)
	if r = w.approve(p.auditor, r); r.State != approval.Approved {
		t.Errorf("ends %s", r.State)
	}
}

func TestOnePersonInTwoStagesDecidesBoth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.staff()
	rep, both := w.person(w.sales, identity.SalesRep), w.person(w.sales, identity.FinanceManager, identity.SalesManager)
	w.matrixWith(stage("one", approval.Any, identity.SalesManager), stage("two", approval.All, identity.SalesManager, identity.FinanceManager))
	r := w.submitted(rep, "order.confirm", orderFacts())
	for range 3 {
		r = w.approve(both, r)
	}
	if d := w.dossier(rep, r.ID); r.State != approval.Approved || len(d.Decisions) != 3 || d.Decisions[2].Role != identity.FinanceManager {
		t.Errorf("%s with %d decisions", r.State, len(d.Decisions))
	}
}

func TestDepartmentsAndPositions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	north := w.department("NORTH")
	rep, manager := w.person(north, identity.SalesRep), w.person(north, identity.SalesManager)
	r := w.submitted(rep, "shipment.release", noticeFacts())
	if len(w.tasks(p.manager)) != 0 || len(w.tasks(manager)) != 1 {
		t.Error("the manager of another department is asked")
	}
	_, err := w.do(p.manager, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "manager of another department", err, errs.ErrNotFound)
	south := w.department("SOUTH") // has no manager: then all are asked
	alone := w.submitted(w.person(south, identity.SalesRep), "shipment.release", noticeFacts())
	if alone.Route[0].Deciders[0].DepartmentID != nil {
		t.Error("asks a department that has nobody")
	}

	w.must(w.exec(`UPDATE departments SET head_id = ? WHERE id = ?`, p.director.ID, north))
	head := stage("head", approval.Any)
	head.Who = []approval.Holder{{Position: approval.TeamLeader}}
	w.matrixWith(head)
	r = w.submitted(rep, "order.confirm", orderFacts())
	if d := r.Route[0].Deciders[0]; d.UserID == nil || *d.UserID != p.director.ID {
		t.Errorf("asks %+v", d)
	}
	if len(w.tasks(p.director)) != 1 {
		t.Error("the head has no task")
	}
	w.approve(p.director, r)
	if got := stages(w.submitted(p.manager, "order.confirm", orderFacts())); got != "general_manager" {
		t.Errorf("a department without a head asks %s", got)
	}
}

func TestORG01_RunningApprovalKeepsItsVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	old := w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
	w.matrixWith(stage("gm", approval.Any, identity.GeneralManager))
	young := w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
	if old.MatrixVersion != 1 || young.MatrixVersion != 2 || stages(young) != "general_manager" {
		t.Errorf("versions %d and %d, %s", old.MatrixVersion, young.MatrixVersion, stages(young))
	}
	old = w.approve(p.finance, old)
	if old.State != approval.Approved || old.MatrixVersion != 1 {
		t.Errorf("the old one became %s under %d", old.State, old.MatrixVersion)
	}
	if n := w.count(`SELECT count(*) FROM decisions WHERE approval_id = ? AND matrix_version = 1`, old.ID); n != 1 {
		t.Error("the decision names another version")
	}
}

func TestORG03_OwnSubmissionMovesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	overdue := noticeFacts("overdue_amount", dec("1"))
	w.routes(p.manager, "shipment.release", []routeCase{
		{"manager → director", overdue, "sales_director"},
		{"and the general manager as before", noticeFacts("over_limit", true), "sales_director → general_manager"},
	})
	w.routes(p.supervisor, "shipment.release", []routeCase{{"one below keeps it", overdue, "sales_manager"}})
	w.routes(p.director, "shipment.release", []routeCase{{"one above: nothing moves", overdue, "sales_manager"}})
	w.routes(p.finance, "credit.limit", []routeCase{
		{"finance → general manager, who isn't asked twice", map[string]any{"first": false}, "general_manager"},
	})
	r := w.submitted(p.manager, "shipment.release", overdue)
	if r.Route[0].Deciders[0].MovedFrom != identity.SalesManager || w.asked(p.manager, r) || !w.asked(p.director, r) {
		t.Error("the move isn't recorded")
	}
	_, err := w.do(p.manager, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "own", err, approval.ErrOwn)
	_, err = w.do(p.manager, r.ID, approval.Reject, approval.Verdict{Comment: "x"})
	wants(t, "own, reject", err, approval.ErrOwn)
	w.approve(p.director, r)

	// A role without one above it has colleagues.
	member := w.person(w.sales, identity.SalesManager, identity.PriceCommittee)
	r = w.submitted(member, "price.base_list", map[string]any{"reason": "market"})
	if stages(r) != "price_committee → general_manager" || w.asked(member, r) || !w.asked(p.committee, r) {
		t.Errorf("committee: %s", stages(r))
	}
	_, err = w.do(member, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "own, as a member", err, approval.ErrOwn)
}

func TestORG03_WithoutADirectorTheGeneralManagerDecides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	manager, gm := w.person(w.sales, identity.SalesManager), w.person(w.office, identity.GeneralManager)
	r := w.submitted(manager, "shipment.release", noticeFacts())
	if stages(r) != "general_manager" {
		t.Fatal(stages(r))
	}
	w.approve(gm, r)
}

func TestORG03_GeneralManagersOwnNeedsFinanceFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	r := w.submitted(p.gm, "order.confirm", orderFacts("total", dec("100000.01")))
	if stages(r) != "finance_manager → general_manager" || r.Route[0].Stage != approval.FinanceReview {
		t.Fatal(stages(r))
	}
	_, err := w.do(p.gm, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "before the review", err, approval.ErrOwn)
	r = w.approve(p.finance, r)
	if len(w.tasks(p.gm)) != 1 {
		t.Error("the general manager isn't asked after the review")
	}
	r = w.approve(p.gm, r)
	d := w.dossier(p.gm, r.ID)
	if r.State != approval.Approved || d.Decisions[1].FinanceReviewID == nil || *d.Decisions[1].FinanceReviewID != d.Decisions[0].ID {
		t.Errorf("%s: %+v", r.State, d.Decisions)
	}
	if r := w.submitted(p.gm, "order.confirm", orderFacts()); r.State != approval.Approved {
		t.Error("what nobody decides needs no review")
	}
}

// What the code refuses, the database refuses too.
func TestORG03_InTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	insert := func(r approval.Request, step int, role identity.Role, by uuid.UUID, review *uuid.UUID) error {
		return w.exec(`INSERT INTO approval_decisions (id, request_id, submitted_by, step, slot, mode, stage, role, outcome, comment,
				decided_by, verbal, recorded_by, finance_review_id, content_hash, decided_at)
			VALUES (?, ?, ?, ?, 0, 'any', 's', ?, 'approve', '', ?, false, ?, ?, ?, now())`,
			uuid.New(), r.ID, r.SubmittedBy, step, role, by, by, review, r.ContentHash)
	}
	r := w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
	wants(t, "own", insert(r, 0, identity.FinanceManager, p.rep.ID, nil), approval.ErrOwn)
	forged := r
	forged.SubmittedBy = p.manager.ID // a row that names another submitter
	wants(t, "forged submitter", insert(forged, 0, identity.FinanceManager, p.rep.ID, nil), errs.ErrReferenced)

	mine := w.submitted(p.gm, "order.confirm", orderFacts("total", dec("100001")))
	wants(t, "general manager without a review", insert(mine, 1, identity.GeneralManager, p.gm.ID, nil), approval.ErrOwn)
	wants(t, "their own review", insert(mine, 0, identity.FinanceManager, p.gm.ID, nil), approval.ErrOwn)
	w.approve(p.finance, r)
	elsewhere := w.dossier(p.finance, r.ID).Decisions[0].ID
	wants(t, "the review of another request", insert(mine, 1, identity.GeneralManager, p.gm.ID, &elsewhere), approval.ErrOwn)
	w.approve(p.finance, mine)
	review := w.dossier(p.gm, mine.ID).Decisions[0].ID
	wants(t, "in another role", insert(mine, 1, identity.SalesManager, p.gm.ID, &review), approval.ErrOwn)
	w.must(insert(mine, 1, identity.GeneralManager, p.gm.ID, &review))
}

func TestFrozenInTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	r := w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
	for _, sql := range []string{
		`UPDATE approval_requests SET facts = '{}' WHERE id = ?`,
		`UPDATE approval_requests SET route = '[]' WHERE id = ?`,
		`UPDATE approval_requests SET submitted_by = gen_random_uuid() WHERE id = ?`,
		`UPDATE approval_requests SET state = 'approved', step = 1, closed_at = now() WHERE id = ?`,
		`UPDATE approval_requests SET state = 'rejected', closed_at = now() WHERE id = ?`,
	} {
		if err := w.exec(sql, r.ID); err == nil {
			t.Errorf("the database lets through: %s", sql)
		}
	}
	w.approve(p.finance, r)
	for _, sql := range []string{
		`UPDATE approval_requests SET state = 'pending', closed_at = NULL WHERE id = ?`,
		`UPDATE approval_requests SET state = 'rejected' WHERE id = ?`,
		`UPDATE approval_decisions SET comment = 'x' WHERE request_id = ?`,
		`DELETE FROM approval_decisions WHERE request_id = ?`,
	} {
		if err := w.exec(sql, r.ID); err == nil {
			t.Errorf("the database lets through: %s", sql)
		}
	}
}

func TestSeeingIsByPart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	other := w.person(w.sales, identity.SalesRep)
	r := w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
	for name, c := range map[string]struct {
		who  identity.Principal
		sees bool
	}{
		"submitter": {p.rep, true}, "finance manager, who is asked": {p.finance, true}, "sales manager of the department": {p.manager, true},
		"general manager": {p.gm, true}, "auditor": {p.auditor, true}, "another rep": {other, false}, "gate guard": {p.gate, false},
		"finance clerk": {p.clerk, false},
	} {
		var listed []approval.Request
		w.must(w.db.View(context.Background(), c.who.Origin("t"), func(tx pg.Tx) (err error) {
			listed, _, err = w.s.ListApprovals(tx, c.who, approval.Filter{State: approval.Pending}, pg.Page{Limit: 10})
			return err
		}))
		err := w.db.View(context.Background(), c.who.Origin("t"), func(tx pg.Tx) error {
			_, err := w.s.GetApproval(tx, c.who, r.ID)
			return err
		})
		if (err == nil) != c.sees || (len(listed) == 1) != c.sees {
			t.Errorf("%s: %v, listed %d", name, err, len(listed))
		}
		if !c.sees {
			wants(t, name, err, errs.ErrNotFound)
		}
	}
}

func TestListsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	for range 5 {
		w.submitted(p.rep, "order.confirm", orderFacts("special_terms", true))
	}
	seen := map[uuid.UUID]bool{}
	page := pg.Page{Limit: 2}
	for pages := 1; ; pages++ {
		ctx, probe := pg.WithProbe(context.Background(), 0)
		var rows []approval.MyTask
		w.must(w.db.View(ctx, p.finance.Origin("t"), func(tx pg.Tx) (err error) {
			rows, page.Cursor, err = w.s.ListMyTasks(tx, p.finance, approval.TaskFilter{Matter: "order.confirm", Kind: approval.Decide}, page)
			return err
		}))
		if probe.Statements() != 1 {
			t.Errorf("%d statements", probe.Statements())
		}
		for _, r := range rows {
			seen[r.RequestID] = true
			if r.Number != "SO-1" || r.Version != 1 || r.DueAt == nil {
				t.Errorf("row %+v", r)
			}
		}
		if page.Cursor == "" {
			if pages != 3 {
				t.Errorf("%d pages", pages)
			}
			break
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d of 5 tasks", len(seen))
	}
}

// Nobody ever approves their own, whatever roles people hold and whatever the matrix asks.
func TestORG03_NobodyEverDecidesTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := []identity.Role{
		identity.SalesRep, identity.SalesSupervisor, identity.SalesManager, identity.SalesDirector, identity.FinanceManager,
		identity.PriceCommittee, identity.GeneralManager,
	}
	var people []identity.Principal
	for i := range 9 {
		people = append(people, w.person([]uuid.UUID{w.sales, w.office}[i%2], pool[i%len(pool)], pool[(i*3+1)%len(pool)]))
	}
	verbs := []approval.Verb{approval.Approve, approval.Approve, approval.Approve, approval.Reject, approval.Return}
	rapid.Check(t, func(t *rapid.T) {
		who := rapid.SampledFrom(people).Draw(t, "submitter")
		r, err := w.submit(who, "order.confirm", orderFacts(
			"total", rapid.SampledFrom([]any{dec("1"), dec("100000.01")}).Draw(t, "total"),
			"special_terms", rapid.Bool().Draw(t, "special"),
			"within_submitter_authority", rapid.Bool().Draw(t, "within"),
			"department_authority", rapid.Bool().Draw(t, "department"),
			"required_role", string(rapid.SampledFrom(pool).Draw(t, "role")),
		))
		if err != nil {
			wants(w.t, "submit", err, approval.ErrStarter)
			return
		}
		for range rapid.IntRange(1, 12).Draw(t, "acts") {
			act := rapid.SampledFrom(people).Draw(t, "who")
			_, _ = w.do(act, r.ID, rapid.SampledFrom(verbs).Draw(t, "verb"), approval.Verdict{Comment: "c"})
		}
		reviewed := false
		for _, d := range w.dossier(people[6], r.ID).Decisions { // people[6] is a general manager
			own := d.DecidedBy == r.SubmittedBy
			if own && (!reviewed || d.Role != identity.GeneralManager) {
				t.Fatalf("%v decided their own: %+v", who.Roles, d)
			}
			reviewed = reviewed || !own && d.Role == identity.FinanceManager && d.Outcome == approval.Approve
		}
	})
}

// An order that isn't within the submitter's authority always asks somebody; nobody's conditions leave a hole.
func TestPRC10_BeyondAuthorityAlwaysAsksSomebody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.staff().rep
	for _, role := range []string{"", "sales_rep", "sales_assistant", "sales_supervisor", "sales_manager", "sales_director", "general_manager", "nonsense"} {
		r := w.submitted(rep, "order.confirm", orderFacts("within_submitter_authority", false, "required_role", role))
		if len(r.Route) == 0 || r.State != approval.Pending {
			t.Errorf("required role %q: %s", role, r.State)
		}
	}
}
