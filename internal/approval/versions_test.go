package approval_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func (w *world) replace(latest int64, c approval.MatrixChange) (approval.Version, error) {
	var v approval.Version
	err := w.tx(identity.System(), func(tx pg.Tx) (err error) {
		if err := w.s.Bootstrap(tx); err != nil {
			return err
		}
		v, err = w.s.ReplaceAuthorityMatrix(tx, identity.System(), latest, c)
		return err
	})
	return v, err
}

func TestORG01_VersionsTakeEffectAtTheirTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.staff().rep
	m := approval.Default()
	m.Matters = append([]approval.MatterRules{}, m.Matters...)
	for i := range m.Matters {
		if m.Matters[i].Matter == "order.confirm" {
			m.Matters[i].Stages = []approval.Stage{stage("always", approval.Any, identity.GeneralManager)}
		}
	}
	at := w.db.Clock().Now().Add(time.Hour)
	v, err := w.replace(1, approval.MatrixChange{Matrix: m, EffectiveAt: &at, Reason: "from tomorrow on"})
	w.must(err)
	if v.Version != 2 {
		t.Fatalf("version %d", v.Version)
	}
	for name, c := range map[string]struct {
		offset time.Duration
		want   int64
	}{"before": {59 * time.Minute, 1}, "after": {61 * time.Minute, 2}} {
		w.db.Clock().SetOffset(c.offset)
		if r := w.submitted(rep, "order.confirm", orderFacts()); r.MatrixVersion != c.want {
			t.Errorf("%s: version %d", name, r.MatrixVersion)
		}
	}
}

func TestORG01_ReplacingTheMatrix(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := approval.Default()
	broken.Matters = broken.Matters[1:]
	past := w.db.Clock().Now().Add(-time.Second)
	_, err := w.replace(1, approval.MatrixChange{Matrix: broken, Reason: "x"})
	wants(t, "broken", err, approval.ErrMatrix)
	_, err = w.replace(1, approval.MatrixChange{Matrix: approval.Default(), Reason: " "})
	wants(t, "no reason", err, approval.ErrReason)
	_, err = w.replace(1, approval.MatrixChange{Matrix: approval.Default(), Reason: "x", EffectiveAt: &past})
	wants(t, "past", err, approval.ErrMatrixPast)
	_, err = w.replace(7, approval.MatrixChange{Matrix: approval.Default(), Reason: "x"})
	wants(t, "stale", err, errs.ErrStale)

	w.must(w.tx(identity.System(), w.s.Bootstrap))
	var won, lost atomic.Int32
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			_, err := w.replace(1, approval.MatrixChange{Matrix: approval.Default(), Reason: "race"})
			if e, ok := errs.As(err); ok && e.Def == errs.ErrStale {
				lost.Add(1)
			} else if err == nil {
				won.Add(1)
			} else {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || lost.Load() != 9 {
		t.Errorf("%d won, %d lost", won.Load(), lost.Load())
	}
	w.must(w.tx(identity.System(), func(tx pg.Tx) error {
		rows, next, err := w.s.ListAuthorityMatrixVersions(tx, pg.Page{Limit: 1})
		if err != nil || len(rows) != 1 || rows[0].Version != 2 || next == "" {
			t.Errorf("%v: %d rows, next %q", err, len(rows), next)
		}
		if rows, _, err = w.s.ListAuthorityMatrixVersions(tx, pg.Page{Limit: 1, Cursor: next}); err != nil || rows[0].Version != 1 {
			t.Errorf("%v: second page", err)
		}
		_, err = w.s.GetAuthorityMatrixVersion(tx, 3)
		wants(t, "version 3", err, errs.ErrNotFound)
		return nil
	}))
	if err := w.exec(`UPDATE authority_matrix_versions SET effective_at = now()`); err == nil {
		t.Error("the database lets a version be changed")
	}
}
