package backtest_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/backtest"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// tighter is a limit rule under which whoever is of grade B may owe nothing.
func tighter() backtest.Start {
	return draft(backtest.Draft{LimitRule: &backtest.LimitRule{Limits: []backtest.GradeLimit{{Grade: "B", Amount: new(dec("0"))}}}})
}

func wants(t testing.TB, what string, err error, def *errs.Def) {
	t.Helper()
	if !errors.Is(err, def) {
		t.Errorf("%s: got %v, want %s", what, err, def.Code)
	}
}

// Who runs what, who sees whose runs, and which documents are in them.
func TestORG06_BacktestsShowWhatOneSees(t *testing.T) {
	t.Parallel()
	w := open(t)
	mine, other := w.shipped("rep1", basis("10.00")), w.shipped("rep3", basis("10.00"))
	for username, kinds := range map[string][3]bool{ // matrix, limit rule, price authority
		"gm": {true, true, true}, "admin": {true, true, true}, "auditor": {true, true, true}, "manager": {false, true, true},
		"director": {false, true, true}, "finance": {false, true, false}, "rep1": {}, "supervisor": {}, "clerk": {}, "hr": {},
	} {
		for i, in := range []backtest.Start{
			draft(backtest.Draft{MatrixVersion: 1}), tighter(), draft(backtest.Draft{Authority: &backtest.Authority{Entries: defaults()}}),
		} {
			r, err := w.start(username, in)
			if (err == nil) != kinds[i] {
				t.Errorf("%s, %s: %v", username, in.Kind, err)
			}
			if err == nil {
				w.must(w.s.Run(context.Background(), r.ID))
			}
		}
	}
	all, err := w.start("gm", tighter())
	w.must(err)
	w.must(w.s.Run(context.Background(), all.ID))
	if sum, results := w.read("gm", all.ID); sum.Replayed != 2 || len(results) != 2 || results[0].Number != mine || results[1].Number != other {
		t.Errorf("%+v", results)
	}
	w.read("finance", all.ID) // sees everybody's documents and may run the kind
	w.Tx(func(tx pg.Tx) error {
		for _, username := range []string{"manager", "rep1", "clerk", "hr"} {
			_, err := w.s.Get(tx, w.Principal(username), all.ID)
			wants(t, username, err, errs.ErrNotFound)
			wants(t, username+" deletes", w.s.Delete(tx, w.Principal(username), all.ID, nil), errs.ErrNotFound)
		}
		wants(t, "the auditor deletes", w.s.Delete(tx, w.Principal("auditor"), all.ID, nil), errs.ErrNotFound)
		return nil
	})
	// A run of somebody who sees one team's documents replays no others, and shows no others.
	narrow := identity.TestPrincipal(w.People["manager"], false, nil, identity.SalesManager)
	var r backtest.Run
	w.must(w.DB.Tx(context.Background(), narrow.Origin("test"), func(tx pg.Tx) (err error) {
		in := tighter()
		in.Days = 1
		r, err = w.s.Start(tx, narrow, in)
		return err
	}))
	w.must(w.s.Run(context.Background(), r.ID))
	if sum, results := w.read("manager", r.ID); sum.Replayed != 0 || sum.Skipped != 0 || sum.Scanned != 2 || len(results) != 0 || sum.Owners == nil {
		t.Errorf("%+v %+v", sum.Run, results)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// What is wrong is said at its place, and nothing is started.
func TestORG01_AWrongDraftStartsNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	bad := edited("order.confirm", func(m *approval.MatterRules) { stage(m, "general_manager").When = "total >" })
	one := dec("1")
	limit := func(l backtest.LimitRule) backtest.Start { return draft(backtest.Draft{LimitRule: &l}) }
	period := func(days int) backtest.Start {
		in := tighter()
		in.Days = days
		return in
	}
	for name, c := range map[string]struct {
		in   backtest.Start
		want *errs.Def
	}{
		"a condition that doesn't compile": {draft(backtest.Draft{Matrix: bad}), approval.ErrMatrix},
		"no such version":                  {draft(backtest.Draft{MatrixVersion: 99}), approval.ErrNoVersion},
		"no such matter":                   {draft(backtest.Draft{MatrixVersion: 1, Matters: []string{"no.such"}}), backtest.ErrMatter},
		"two drafts":                       {draft(backtest.Draft{MatrixVersion: 1, Matrix: bad}), backtest.ErrDraft},
		"no draft":                         {draft(backtest.Draft{}), backtest.ErrDraft},
		"an empty rule":                    {limit(backtest.LimitRule{}), backtest.ErrDraft},
		"a parameter of another gate":      {limit(backtest.LimitRule{Parameters: map[string]decimal.Decimal{"contract.gm_amount": one}}), backtest.ErrParameter},
		"a grade twice":                    {limit(backtest.LimitRule{Limits: []backtest.GradeLimit{{Grade: "A", Factor: &one}, {Grade: "A", Factor: &one}}}), backtest.ErrLimit},
		"two limits":                       {limit(backtest.LimitRule{Limits: []backtest.GradeLimit{{Grade: "A", Factor: &one, Amount: &one}}}), backtest.ErrLimit},
		"no entries":                       {draft(backtest.Draft{Authority: &backtest.Authority{}}), backtest.ErrDraft},
		"no such table":                    {draft(backtest.Draft{Authority: &backtest.Authority{TableID: new(id())}}), errs.ErrReferenced},
		"367 days":                         {period(367), backtest.ErrPeriod},
	} {
		_, err := w.start("gm", c.in)
		wants(t, name, err, c.want)
		if e, ours := errs.As(err); ours && len(e.Fields) == 0 {
			t.Errorf("%s: says no place", name)
		}
	}
	_, err := w.start("gm", draft(backtest.Draft{Authority: &backtest.Authority{Entries: defaults()[:2]}}))
	if e, ours := errs.As(err); !ours || len(e.Fields) != 1 {
		t.Errorf("a table without the general manager: %v", err)
	}
	_, err = w.start("gm", limit(backtest.LimitRule{Parameters: map[string]decimal.Decimal{"credit.overdue_tolerance_days": dec("1.5")}}))
	if e, ours := errs.As(err); !ours || len(e.Fields) != 1 || e.Fields[0].Pointer != "/limit_rule/parameters/credit.overdue_tolerance_days" {
		t.Errorf("half a day: %v", err)
	}
	var n int
	w.Tx(func(tx pg.Tx) error { return tx.Raw("SELECT count(*) FROM backtest_runs").Scan(&n).Error })
	if n != 0 {
		t.Errorf("%d runs were started", n)
	}
}

// A run that is interrupted between batches goes on where it was; nothing is counted twice.
func TestAnInterruptedBacktestGoesOn(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.s.SetBatch(2)
	const n = 7
	for range n {
		w.shipped("rep1", basis("10.00"))
	}
	r, err := w.start("gm", tighter())
	w.must(err)
	_, err = w.start("gm", tighter())
	wants(t, "a second one meanwhile", err, backtest.ErrLive)
	ctx, stop := context.WithCancel(context.Background())
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			if sum, _ := w.read("gm", r.ID); sum.Scanned >= 2 {
				stop()
				return
			}
		}
	})
	_ = w.s.Run(ctx, r.ID) // it may have got through before it was stopped
	stop()
	w.must(w.s.Run(context.Background(), r.ID))
	watch.Wait() // or its last look meets a pool that is closed
	sum, results := w.read("gm", r.ID)
	if figures(sum.Run) != [6]int{n, n, n, 0, 0, 0} || len(results) != n || sum.State != backtest.Done || sum.Total != n || sum.Scanned != n {
		t.Errorf("%+v, %d results", sum.Run, len(results))
	}
	w.must(w.s.Run(context.Background(), r.ID)) // again: nothing
	if again, _ := w.read("gm", r.ID); figures(again.Run) != figures(sum.Run) || again.Version != sum.Version {
		t.Errorf("a run that has ended went on: %+v", again.Run)
	}
}

// Two workers on one run, and gates that decide meanwhile: each case of the period counts once, none of after its start.
func TestBacktestRace(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.s.SetBatch(3)
	const n = 20
	for range n {
		w.shipped("rep1", basis("10.00"))
	}
	r, err := w.start("gm", tighter())
	w.must(err)
	var g sync.WaitGroup
	for range 2 {
		g.Go(func() {
			if err := w.s.Run(context.Background(), r.ID); err != nil {
				t.Error(err)
			}
		})
	}
	g.Go(func() {
		for range n {
			w.shipped("rep3", basis("10.00"))
			w.asked("rep3", nil)
		}
	})
	g.Wait()
	sum, results := w.read("gm", r.ID)
	if figures(sum.Run) != [6]int{n, n, n, 0, 0, 0} || len(results) != n || sum.State != backtest.Done {
		t.Errorf("%+v, %d results", sum.Run, len(results))
	}
	for i, res := range results {
		if res.No != i+1 {
			t.Errorf("result %d has number %d", i, res.No)
		}
	}
}

// Of many who start at once for one person, one wins.
func TestStartBacktestRace(t *testing.T) {
	t.Parallel()
	w := open(t)
	var g sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 8 {
		g.Go(func() {
			_, err := w.start("gm", tighter())
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, backtest.ErrLive) {
				t.Error(err)
			}
		})
	}
	g.Wait()
	if won != 1 {
		t.Errorf("%d were started", won)
	}
}

// A run that is deleted while it is under way ends with its next batch; old runs go by themselves.
func TestBacktestsAreDeletedAndPurged(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.shipped("rep1", basis("10.00"))
	r, err := w.start("gm", tighter())
	w.must(err)
	w.Tx(func(tx pg.Tx) error {
		wants(t, "stale", w.s.Delete(tx, w.Principal("gm"), r.ID, new(int64(9))), errs.ErrStale)
		return w.s.Delete(tx, w.Principal("gm"), r.ID, &r.Version)
	})
	w.must(w.s.Run(context.Background(), r.ID))
	old, _ := w.run("gm", tighter())
	kept, _ := w.run("gm", tighter())
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE backtest_runs SET created_at = created_at - interval '90 days 1 minute' WHERE id = ?", old.ID).Error
	})
	w.must(w.s.Purge(context.Background()))
	var left []string
	w.Tx(func(tx pg.Tx) error { return tx.Raw("SELECT id FROM backtest_runs").Scan(&left).Error })
	if len(left) != 1 || left[0] != kept.ID.String() {
		t.Errorf("left: %v", left)
	}
	var rows int
	w.Tx(func(tx pg.Tx) error {
		return tx.Raw("SELECT count(*) FROM backtest_results WHERE run_id <> ?", kept.ID).Scan(&rows).Error
	})
	if rows != 0 {
		t.Errorf("%d results of runs that are gone", rows)
	}
}

// Decisions from before inputs were stored are told; second looks at a release don't count twice.
func TestWhatCannotBeJudgedAgainIsSkipped(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.shipped("rep1", basis("10.00"))
	again := basis("10.00")
	again.Again = true
	w.shipped("rep1", again)
	number := w.shipped("rep1", basis("10.00"))
	w.Tx(func(tx pg.Tx) error {
		for _, q := range []string{
			"ALTER TABLE decisions DISABLE TRIGGER decisions_append_only",
			`UPDATE decisions SET inputs = NULL, checks = '[{"rule":"CRD-11","result":"info","en":"","zh":""}]'
				WHERE subject_id = (SELECT id FROM shipping_notices WHERE number = '` + number + `')`,
			"ALTER TABLE decisions ENABLE TRIGGER decisions_append_only",
		} {
			if err := tx.Exec(q).Error; err != nil {
				return err
			}
		}
		return nil
	})
	sum, _ := w.run("gm", tighter())
	if figures(sum.Run) != [6]int{1, 1, 1, 0, 0, 1} || sum.Skips[0].Reason != approval.SkipInputs {
		t.Errorf("%v %+v", figures(sum.Run), sum.Skips)
	}
}
