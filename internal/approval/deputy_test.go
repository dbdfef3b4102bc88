package approval_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// away lets the deputy act for the absent person from an hour ago until an hour from now.
func (w *world) away(absent, deputy identity.Principal) uuid.UUID {
	w.t.Helper()
	id, now := uuid.Must(uuid.NewV7()), w.db.Clock().Now()
	w.must(w.tx(identity.System(), func(tx pg.Tx) error {
		return approval.Depute(tx, approval.Deputation{
			ID: id, AbsentID: absent.ID, DeputyID: deputy.ID, StartsAt: now.Add(-time.Hour), EndsAt: now.Add(time.Hour),
		})
	}))
	return id
}

func (w *world) sweep(some func(pg.Tx, int) (int, error)) (n int) {
	w.t.Helper()
	w.must(w.tx(identity.System(), func(tx pg.Tx) (err error) { n, err = some(tx, 100); return err }))
	return n
}

func TestORG04_DeputyActsWhileTheLeaveRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	w.away(p.manager, p.clerk)
	w.away(p.clerk, p.gate) // one hop: the gate guard acts for the clerk, never for the manager
	r := w.submitted(p.rep, "shipment.release", noticeFacts())
	mine := w.tasks(p.clerk)
	if len(mine) != 1 || mine[0].OnBehalfOf == nil || *mine[0].OnBehalfOf != p.manager.ID || len(w.tasks(p.manager)) != 1 {
		t.Fatalf("%+v", mine)
	}
	if len(w.tasks(p.gate)) != 0 {
		t.Error("a deputy's deputy is asked")
	}
	_, err := w.do(p.gate, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "two hops", err, errs.ErrNotFound)
	w.must(w.tx(p.clerk, func(tx pg.Tx) error {
		c, err := w.s.CountMyTasks(tx, p.clerk)
		if c.Open != 1 || c.Newest == nil {
			t.Errorf("count %+v", c)
		}
		return err
	}))
	for offset, want := range map[time.Duration]int{-61 * time.Minute: 0, 59 * time.Minute: 1, 61 * time.Minute: 0} {
		w.db.Clock().SetOffset(offset)
		if n := len(w.tasks(p.clerk)); n != want {
			t.Errorf("%s: %d tasks", offset, n)
		}
	}
	w.db.Clock().SetOffset(61 * time.Minute)
	_, err = w.do(p.clerk, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "after the leave", err, errs.ErrNotFound)
	w.db.Clock().SetOffset(0)
	w.approve(p.clerk, r)
	d := w.dossier(p.rep, r.ID).Decisions[0]
	if d.DecidedBy != p.clerk.ID || d.OnBehalfOf == nil || *d.OnBehalfOf != p.manager.ID || d.Role != identity.SalesManager {
		t.Errorf("%+v", d)
	}
}

func TestORG03_ORG04_NobodyDecidesTheirOwnThroughADeputy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	before := w.submitted(p.rep, "shipment.release", noticeFacts())
	deputation := w.away(p.manager, p.rep) // a deputy who has become, or becomes, the submitter
	if w.asked(p.rep, before) {
		t.Error("the submitter is asked as the deputy")
	}
	_, err := w.do(p.rep, before.ID, approval.Approve, approval.Verdict{})
	wants(t, "own, through the deputy", err, approval.ErrOwn)
	if r := w.submitted(p.rep, "shipment.release", noticeFacts()); stages(r) != "sales_director" {
		t.Errorf("the manager is away and the submitter acts for them: asks %s", stages(r))
	}
	w.away(p.director, p.clerk)
	own := w.submitted(p.director, "price.base_list", map[string]any{"reason": "x"})
	if w.asked(p.clerk, own) {
		t.Error("a deputy is asked about the submission of the one they act for")
	}

	insert := func(by, behalf, deputation uuid.UUID, at time.Time) error {
		return w.exec(`INSERT INTO approval_decisions (id, request_id, submitted_by, step, slot, mode, stage, role, outcome, comment, decided_by,
				on_behalf_of, deputation_id, verbal, recorded_by, content_hash, decided_at)
			VALUES (?, ?, ?, 0, 0, 'any', 'x', 'sales_manager', 'approve', '', ?, ?, ?, false, ?, ?, ?)`,
			uuid.New(), before.ID, before.SubmittedBy, by, behalf, deputation, by, before.ContentHash, at)
	}
	now := w.db.Clock().Now()
	wants(t, "database: the deputy's own submission", insert(p.rep.ID, p.manager.ID, deputation, now), approval.ErrOwn)
	if err := insert(p.clerk.ID, p.manager.ID, deputation, now); err == nil {
		t.Error("the database lets somebody decide who isn't the deputy")
	}
	other := w.away(p.finance, p.clerk)
	wants(t, "database: after the leave", insert(p.clerk.ID, p.finance.ID, other, now.Add(2*time.Hour)), approval.ErrDeputyTime)
	w.must(insert(p.clerk.ID, p.finance.ID, other, now))
	err = w.tx(identity.System(), func(tx pg.Tx) error {
		return approval.Depute(tx, approval.Deputation{ID: uuid.New(), AbsentID: p.finance.ID, DeputyID: p.gate.ID, StartsAt: now, EndsAt: now.Add(time.Minute)})
	})
	wants(t, "two act for one at once", err, approval.ErrAbsentTwice)
}

// The end of the leave and the deputy's decision at the same instant: either the decision came first, or it is refused.
func TestORG04_EndOfLeaveAndDecisionRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	for range 8 {
		id, now := uuid.Must(uuid.NewV7()), w.db.Clock().Now()
		w.must(w.tx(identity.System(), func(tx pg.Tx) error {
			return approval.Depute(tx, approval.Deputation{ID: id, AbsentID: p.manager.ID, DeputyID: p.clerk.ID, StartsAt: now, EndsAt: now.Add(time.Hour)})
		}))
		r := w.submitted(p.rep, "shipment.release", noticeFacts())
		var wg sync.WaitGroup
		var decided error
		wg.Go(func() { _, decided = w.do(p.clerk, r.ID, approval.Approve, approval.Verdict{}) })
		wg.Go(func() {
			if err := w.tx(p.manager, func(tx pg.Tx) error { return approval.EndDeputation(tx, id) }); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		d := w.dossier(p.rep, r.ID)
		if (decided == nil) != (d.State == approval.Approved) || decided == nil && len(d.Decisions) != 1 {
			t.Errorf("%v: %s with %d decisions", decided, d.State, len(d.Decisions))
		}
		if decided != nil {
			w.approve(p.manager, r) // nothing is lost
		}
	}
}

func TestORG04_QuorumCountsPeopleNotRolesOrDeputies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	both := w.person(w.office, identity.PriceCommittee, identity.QualityManager)
	third := w.person(w.office, identity.QualityManager)
	quorum := stage("committee", approval.Quorum, identity.PriceCommittee, identity.QualityManager)
	quorum.Quorum = 2
	w.matrixWith(quorum)

	w.away(p.committee, both)
	r := w.submitted(p.rep, "order.confirm", orderFacts())
	w.approve(both, r)
	_, err := w.do(both, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "by the other role, or as the deputy", err, approval.ErrHasDecided)
	if w.asked(both, r) {
		t.Error("who has voted is asked again as deputy")
	}
	if r = w.approve(p.committee, r); r.State != approval.Approved {
		t.Errorf("two people have approved: %s", r.State)
	}

	// Whoever was represented has voted.
	w.must(w.exec(`UPDATE approval_deputations SET ends_at = now() - interval '1 minute'`))
	w.away(third, p.clerk)
	r = w.submitted(p.rep, "order.confirm", orderFacts())
	w.approve(p.clerk, r)
	_, err = w.do(third, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "after the deputy", err, approval.ErrHasDecided)

	// Three may vote, two are needed: one against doesn't end it, two do.
	r, err = w.do(both, r.ID, approval.Reject, approval.Verdict{Comment: "no"})
	if err != nil || r.State != approval.Pending {
		t.Fatalf("%v: one against of three: %s", err, r.State)
	}
	r, err = w.do(p.committee, r.ID, approval.Reject, approval.Verdict{Comment: "no"})
	if err != nil || r.State != approval.Rejected {
		t.Errorf("%v: two of three against: %s", err, r.State)
	}
}

func TestQuorumLastVotesRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	voters := []identity.Principal{p.committee}
	for range 5 {
		voters = append(voters, w.person(w.office, identity.PriceCommittee))
	}
	quorum := stage("committee", approval.Quorum, identity.PriceCommittee)
	quorum.Quorum = 3
	w.matrixWith(quorum)
	for range 3 {
		r := w.submitted(p.rep, "order.confirm", orderFacts())
		var wg sync.WaitGroup
		for _, v := range voters {
			wg.Go(func() { _, _ = w.do(v, r.ID, approval.Approve, approval.Verdict{}) })
		}
		wg.Wait()
		if d := w.dossier(p.rep, r.ID); d.State != approval.Approved || len(d.Decisions) != 3 {
			t.Errorf("%s with %d votes", d.State, len(d.Decisions))
		}
	}
}

func TestORG03_OverdueStepsEscalateOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	r := w.submitted(p.rep, "shipment.release", noticeFacts()) // the sales manager, 4 hours, then the director
	due := *w.tasks(p.manager)[0].DueAt
	w.db.Clock().SetOffset(time.Until(due) - time.Second)
	if w.sweep(w.s.EscalateOverdue) != 0 || w.asked(p.director, r) {
		t.Error("escalated before it is due")
	}
	w.db.Clock().SetOffset(time.Until(due) + time.Second)
	if w.sweep(w.s.EscalateOverdue) != 1 || w.sweep(w.s.EscalateOverdue) != 0 {
		t.Error("not escalated once")
	}
	if !w.asked(p.director, r) || !w.asked(p.manager, r) {
		t.Error("the director is asked too, the manager still")
	}
	d := w.dossier(p.rep, r.ID)
	if len(d.Escalations) != 1 || d.Escalations[0].Role != identity.SalesDirector || d.Escalations[0].Reason != approval.Overdue {
		t.Errorf("%+v", d.Escalations)
	}
	if n := w.count(`SELECT count(*) FROM events WHERE action = 'escalateApprovalRequest'`); n != 1 {
		t.Errorf("%d events", n)
	}
	_, err := w.do(p.rep, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "the submitter", err, approval.ErrOwn)
	w.approve(p.director, r)
	d = w.dossier(p.rep, r.ID)
	if x := d.Decisions[0]; d.State != approval.Approved || x.Role != identity.SalesDirector || x.EscalationID == nil || len(d.Tasks) != 0 {
		t.Errorf("%s %+v", d.State, d.Decisions)
	}

	// The escalation role is the submitter's own: it goes one further up.
	w.db.Clock().SetOffset(0)
	both := w.person(w.sales, identity.SalesRep, identity.SalesDirector)
	own := w.submitted(both, "shipment.release", noticeFacts())
	w.db.Clock().SetOffset(240 * time.Hour)
	w.sweep(w.s.EscalateOverdue)
	if d := w.dossier(both, own.ID); len(d.Escalations) != 1 || w.asked(both, own) {
		t.Errorf("%+v", d.Escalations)
	} else if role := d.Escalations[0].Role; both.Has(role) && len(w.tasks(p.director)) == 0 {
		t.Errorf("escalated to %s", role)
	}
}

func TestTasksOfPeopleWhoLeftGoToThoseWhoAreThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	leader, heir := w.person(w.sales, identity.SalesSupervisor), w.person(w.sales, identity.SalesSupervisor)
	w.must(w.exec(`UPDATE departments SET head_id = ? WHERE id = ?`, leader.ID, w.sales))
	named := stage("superior", approval.Any)
	named.Who = []approval.Holder{{Position: approval.DepartmentHead}}
	w.matrixWith(named)
	r := w.submitted(p.rep, "order.confirm", orderFacts())
	notice := w.submitted(p.rep, "shipment.release", noticeFacts())
	if w.sweep(w.s.RescueVacant) != 0 {
		t.Error("nobody has left")
	}
	w.must(w.exec(`UPDATE users SET active = false WHERE id IN (?, ?)`, leader.ID, p.manager.ID))
	w.must(w.exec(`UPDATE departments SET head_id = ? WHERE id = ?`, heir.ID, w.sales))
	if n := w.sweep(w.s.RescueVacant); n != 2 || w.sweep(w.s.RescueVacant) != 0 {
		t.Errorf("%d rescued, want two, once", n)
	}
	if !w.asked(heir, r) || !w.asked(p.director, notice) {
		t.Error("the new head, and the next one up, aren't asked")
	}
	if r = w.approve(heir, r); r.State != approval.Approved {
		t.Errorf("%s", r.State)
	}
	if notice = w.approve(p.director, notice); notice.State != approval.Approved {
		t.Errorf("%s", notice.State)
	}
}

func TestORG06_EveryoneConcernedReadsTheRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	owner, stranger := w.person(w.sales, identity.SalesRep), w.person(w.sales, identity.SalesRep)
	var r approval.Request
	w.must(w.tx(p.rep, func(tx pg.Tx) (err error) {
		r, err = w.s.Submit(tx, p.rep, approval.Submission{
			Matter: "shipment.release", SubjectType: "order", SubjectID: uuid.New(), Number: "SN", TitleEN: "x", TitleZH: "x",
			Facts: noticeFacts(), OwnerID: &owner.ID,
		})
		return err
	}))
	w.away(p.manager, p.clerk)
	for name, c := range map[string]struct {
		who  identity.Principal
		sees bool
	}{
		"submitter": {p.rep, true}, "owner": {owner, true}, "asked": {p.manager, true}, "deputy": {p.clerk, true}, "gm": {p.gm, true},
		"auditor": {p.auditor, true}, "stranger": {stranger, false}, "gate": {p.gate, false}, "finance": {p.finance, false},
	} {
		err := w.tx(c.who, func(tx pg.Tx) error { _, err := w.s.GetApproval(tx, c.who, r.ID); return err })
		if (err == nil) != c.sees {
			t.Errorf("%s: %v", name, err)
		}
		w.must(w.tx(c.who, func(tx pg.Tx) error {
			rows, _, err := w.s.ListApprovals(tx, c.who, approval.Filter{}, pg.Page{Limit: 10})
			if (len(rows) == 1) != c.sees {
				t.Errorf("%s lists %d", name, len(rows))
			}
			return err
		}))
	}
}

// leave deactivates people.
func (w *world) leave(people ...identity.Principal) {
	w.t.Helper()
	for _, p := range people {
		w.must(w.exec(`UPDATE users SET active = false WHERE id = ?`, p.ID))
	}
}

func TestORG03_StandInDecidesOnlyInThePlaceOfWhoLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	w.matrixWith(stage("both", approval.All, identity.FinanceManager, identity.SalesManager))
	r := w.submitted(p.rep, "order.confirm", orderFacts())
	w.leave(p.manager)
	if n := w.sweep(w.s.RescueVacant); n != 1 || !w.asked(p.director, r) {
		t.Fatalf("%d rescued, the director is asked: %v", n, w.asked(p.director, r))
	}
	r = w.approve(p.director, r)
	if w.asked(p.director, r) || !w.asked(p.finance, r) {
		t.Error("the stand-in has decided and isn't asked any more; finance still is")
	}
	_, err := w.do(p.director, r.ID, approval.Approve, approval.Verdict{})
	wants(t, "the stand-in, for finance too", err, approval.ErrHasDecided)
	if d := w.dossier(p.rep, r.ID).Decisions; len(d) != 1 || d[0].Slot != 1 {
		t.Errorf("%+v", d)
	}
	if r = w.approve(p.finance, r); r.State != approval.Approved {
		t.Errorf("%s", r.State)
	}
}

func TestTasksOfStandInsWhoLeaveTooGoOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	notice := w.submitted(p.rep, "shipment.release", noticeFacts())
	w.leave(p.manager)
	if n := w.sweep(w.s.RescueVacant); n != 1 || !w.asked(p.director, notice) {
		t.Fatalf("%d rescued", n)
	}
	w.leave(p.director)
	if n := w.sweep(w.s.RescueVacant); n != 1 || w.sweep(w.s.RescueVacant) != 0 {
		t.Errorf("%d rescued when the stand-in left, want one, once", n)
	}
	d := w.dossier(p.rep, notice.ID)
	last := d.Escalations[len(d.Escalations)-1]
	if notice = w.approve(p.gm, notice); notice.State != approval.Approved || last.Replaces == nil {
		t.Errorf("%s %+v", notice.State, d.Escalations)
	}

	// A position whose holders leave one after the other.
	named := stage("superior", approval.Any)
	named.Who = []approval.Holder{{Position: approval.DepartmentHead}}
	w.matrixWith(named)
	var r approval.Request
	for i := range 4 {
		head := w.person(w.sales, identity.SalesSupervisor)
		w.must(w.exec(`UPDATE departments SET head_id = ? WHERE id = ?`, head.ID, w.sales))
		switch i {
		case 0:
			r = w.submitted(p.rep, "order.confirm", orderFacts())
		default:
			w.sweep(w.s.RescueVacant)
		}
		if !w.asked(head, r) {
			t.Errorf("head %d isn't asked", i)
		}
		if i == 3 {
			r = w.approve(head, r)
		}
		w.leave(head)
	}
	if r.State != approval.Approved {
		t.Errorf("%s", r.State)
	}
}

// Nobody is left at all: it waits, once, for a general manager to be appointed.
func TestTasksThatNobodyCanTakeWaitForAGeneralManager(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	notice := w.submitted(p.rep, "shipment.release", noticeFacts())
	w.leave(p.manager, p.director, p.gm)
	for range 3 {
		w.sweep(w.s.RescueVacant)
	}
	if n := w.count(`SELECT count(*) FROM approval_escalations`); n > 1 {
		t.Errorf("%d escalations", n)
	}
	gm := w.person(w.office, identity.GeneralManager)
	w.sweep(w.s.RescueVacant)
	if notice = w.approve(gm, notice); notice.State != approval.Approved {
		t.Errorf("%s", notice.State)
	}
}

// Whom an overdue step went to has left: it goes one further up, as an overdue step does.
func TestOverdueStepsWhoseEscalationLeftGoFurtherUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	r := w.submitted(p.rep, "shipment.release", noticeFacts())
	w.db.Clock().SetOffset(240 * time.Hour)
	w.sweep(w.s.EscalateOverdue)
	w.leave(p.director)
	if n := w.sweep(w.s.RescueVacant); n != 1 || w.sweep(w.s.RescueVacant) != 0 {
		t.Errorf("%d rescued", n)
	}
	d := w.dossier(p.rep, r.ID)
	if len(d.Escalations) != 2 || d.Escalations[1].Reason != approval.Overdue || *d.Escalations[1].Replaces != d.Escalations[0].ID {
		t.Fatalf("%+v", d.Escalations)
	}
	if r = w.approve(p.gm, r); r.State != approval.Approved {
		t.Errorf("%s", r.State)
	}
}
