package approval_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func (w *world) phone(who, giver identity.Principal, r approval.Request, change func(*approval.Verbal)) (approval.Request, approval.VerbalApproval, error) {
	in := approval.Verbal{GivenBy: giver.ID, GivenAt: w.db.Clock().Now(), Purpose: "the truck waits"}
	if change != nil {
		change(&in)
	}
	var v approval.VerbalApproval
	err := w.tx(who, func(tx pg.Tx) (err error) {
		r, v, err = w.s.RecordVerbalApproval(tx, who, r.ID, in)
		return err
	})
	return r, v, err
}

func (w *world) answer(who identity.Principal, r approval.Request, deny bool) (approval.VerbalApproval, error) {
	var v approval.VerbalApproval
	err := w.tx(who, func(tx pg.Tx) (err error) {
		if deny {
			v, err = w.s.DenyVerbalApproval(tx, who, r.ID, nil, "never said so")
		} else {
			v, err = w.s.ConfirmVerbalApproval(tx, who, r.ID, nil, "")
		}
		return err
	})
	return v, err
}

func TestORG05_VerbalApprovalTakesEffectAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	r := w.submitted(p.rep, "shipment.release", noticeFacts())
	r, v, err := w.phone(p.rep, p.manager, r, nil)
	w.must(err)
	if r.State != approval.Approved || len(w.told.states) != 1 || v.State != approval.VerbalOpen {
		t.Fatalf("%s, told %v", r.State, w.told.states)
	}
	tasks := w.tasks(p.manager)
	if len(tasks) != 1 || tasks[0].Kind != approval.Confirm || tasks[0].DueAt == nil || !tasks[0].DueAt.Equal(v.ConfirmBy) {
		t.Fatalf("tasks %+v", tasks)
	}
	d := w.dossier(p.rep, r.ID)
	if x := d.Decisions[0]; !x.Verbal || x.DecidedBy != p.manager.ID || x.RecordedBy != p.rep.ID {
		t.Errorf("decision %+v", x)
	}
	if x := d.Verbals[0]; x.GivenBy != p.manager.ID || x.GivenTo != p.rep.ID || x.Purpose != "the truck waits" {
		t.Errorf("record %+v", x)
	}
	_, err = w.answer(p.gm, r, false)
	wants(t, "confirmed by another", err, approval.ErrVerbalAnswered)
	v, err = w.answer(p.manager, r, false)
	if err != nil || v.State != approval.VerbalConfirmed || len(w.tasks(p.manager)) != 0 || w.count(`SELECT count(*) FROM violations`) != 0 {
		t.Errorf("%v: %s", err, v.State)
	}
	_, err = w.answer(p.manager, r, true)
	wants(t, "answered twice", err, approval.ErrVerbalAnswered)
}

func TestORG05_WhoMayRecordAndWhoseWordCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	r := w.submitted(p.rep, "shipment.release", noticeFacts("over_limit", true))
	for name, c := range map[string]struct {
		who, giver identity.Principal
		change     func(*approval.Verbal)
		want       *errs.Def
	}{
		"by the giver":           {p.manager, p.manager, nil, approval.ErrVerbalRecorder},
		"told to the giver":      {p.rep, p.manager, func(v *approval.Verbal) { v.GivenTo = &p.manager.ID }, approval.ErrVerbalRecorder},
		"by a stranger":          {p.gate, p.manager, nil, errs.ErrNotFound},
		"by an onlooker":         {p.auditor, p.manager, nil, approval.ErrVerbalRecorder},
		"by somebody not asked":  {p.rep, p.gm, nil, approval.ErrNotAsked},
		"ORG-03: by oneself":     {p.manager, p.rep, nil, approval.ErrOwn},
		"by nobody":              {p.rep, identity.Principal{ID: uuid.New()}, nil, errs.ErrReferenced},
		"in the future":          {p.rep, p.manager, func(v *approval.Verbal) { v.GivenAt = v.GivenAt.Add(time.Minute) }, approval.ErrVerbalTime},
		"for nothing":            {p.rep, p.manager, func(v *approval.Verbal) { v.Purpose = " " }, approval.ErrReason},
		"of another content":     {p.rep, p.manager, func(v *approval.Verbal) { v.ContentHash = []byte("x") }, approval.ErrChanged},
		"of an outdated version": {p.rep, p.manager, func(v *approval.Verbal) { v.Version = new(int64(9)) }, errs.ErrStale},
	} {
		_, _, err := w.phone(c.who, c.giver, r, c.change)
		wants(t, name, err, c.want)
	}
	limit := w.submitted(p.rep, "credit.limit", map[string]any{"first": true})
	_, _, err := w.phone(p.rep, p.manager, limit, nil)
	wants(t, "a matter without it", err, approval.ErrNoVerbal)
	r, _, err = w.phone(p.rep, p.manager, r, nil)
	if err != nil || r.State != approval.Pending || r.Step != 1 {
		t.Errorf("%v: %s at %d", err, r.State, r.Step)
	}
}

func TestORG05_LateConfirmationIsAViolation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	record := func() (approval.Request, approval.VerbalApproval) {
		w.db.Clock().SetOffset(0)
		r, v, err := w.phone(p.rep, p.manager, w.submitted(p.rep, "shipment.release", noticeFacts()), nil)
		w.must(err)
		return r, v
	}
	moveTo := func(at time.Time) { w.db.Clock().SetOffset(time.Until(at)) }
	mark := func() (n int) {
		w.must(w.tx(identity.System(), func(tx pg.Tx) (err error) { n, err = w.s.MarkOverdueVerbals(tx, 100); return err }))
		return n
	}
	late := func(v approval.VerbalApproval) int {
		return w.count(`SELECT count(*) FROM violations WHERE source_id = ? AND kind = 'verbal_late' AND person_id = ? AND rule = 'ORG-05'`, v.ID, p.manager.ID)
	}

	r, v := record()
	moveTo(v.ConfirmBy.Add(-time.Minute))
	if mark() != 0 {
		t.Error("marked before the deadline")
	}
	if v, err := w.answer(p.manager, r, false); err != nil || v.State != approval.VerbalConfirmed || late(v) != 0 {
		t.Errorf("one minute before: %v %s", err, v.State)
	}

	r, v = record()
	moveTo(v.ConfirmBy.Add(time.Minute))
	if v, err := w.answer(p.manager, r, false); err != nil || v.State != approval.VerbalConfirmedLate || late(v) != 1 {
		t.Errorf("one minute after: %v %s", err, v.State)
	}

	r, v = record()
	moveTo(v.ConfirmBy.Add(time.Minute))
	if mark() != 1 || mark() != 0 || late(v) != 1 {
		t.Error("the job doesn't mark it once")
	}
	if v, err := w.answer(p.manager, r, false); err != nil || v.State != approval.VerbalConfirmedLate || late(v) != 1 {
		t.Errorf("after the job: %v %s, %d violations", err, v.State, late(v))
	}
}

func TestORG05_DeniedIsAViolationAndTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff()
	r, _, err := w.phone(p.rep, p.manager, w.submitted(p.rep, "shipment.release", noticeFacts()), nil)
	w.must(err)
	v, err := w.answer(p.manager, r, true)
	if err != nil || v.State != approval.VerbalDenied || w.told.denied != 1 {
		t.Fatalf("%v: %s, denied %d", err, v.State, w.told.denied)
	}
	if n := w.count(`SELECT count(*) FROM violations WHERE kind = 'verbal_denied' AND person_id = ?`, p.rep.ID); n != 1 {
		t.Errorf("%d violations of the recorder", n)
	}

	r, _, err = w.phone(p.rep, p.manager, w.submitted(p.rep, "shipment.release", noticeFacts("over_limit", true)), nil)
	w.must(err)
	_, err = w.answer(p.manager, r, true)
	w.must(err)
	if d := w.dossier(p.rep, r.ID); d.State != approval.Rejected || len(d.Tasks) != 0 || w.told.states[len(w.told.states)-1] != approval.Rejected {
		t.Errorf("a pending request became %s with %d tasks", d.State, len(d.Tasks))
	}
}
