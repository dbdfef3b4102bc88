package approval_test

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// older saves a version as a release left it that knew fewer matters.
func (w *world) older(number int64, m approval.Matrix, at time.Time) {
	w.t.Helper()
	body, err := json.Marshal(m)
	w.must(err)
	w.must(w.exec(`INSERT INTO authority_matrix_versions (version, id, effective_at, body, reason, created_at) VALUES (?, ?, ?, ?, 'ours', now())`,
		number, uuid.Must(uuid.NewV7()), at, string(body)))
}

// without returns the default matrix without some matters, and with a stage of the company's own in order.confirm.
func without(key string, names ...string) approval.Matrix {
	m := approval.Default()
	m.Matters = slices.DeleteFunc(slices.Clone(m.Matters), func(r approval.MatterRules) bool { return slices.Contains(names, r.Matter) })
	for i := range m.Matters {
		if m.Matters[i].Matter == "order.confirm" {
			m.Matters[i].Stages = []approval.Stage{stage(key, approval.Any, identity.Auditor)}
		}
	}
	return m
}

func TestORG01_NewMattersJoinACustomisedMatrixRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.staff().rep
	now := w.db.Clock().Now()
	w.older(1, without("ours", "credit.limit", "price.authority"), now.Add(-time.Hour))
	w.older(2, without("later", "credit.limit"), now.Add(time.Hour))

	var wg sync.WaitGroup
	for range 8 { // servers that start at once
		wg.Go(func() {
			if err := w.tx(identity.System(), approval.New(rulebook.New()).Bootstrap); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.count(`SELECT count(*) FROM authority_matrix_versions`); n != 4 {
		t.Fatalf("%d versions, want the two of the company and each of them completed", n)
	}
	for offset, want := range map[time.Duration]struct {
		version int64
		key     string
	}{0: {3, "ours"}, 2 * time.Hour: {4, "later"}} {
		w.db.Clock().SetOffset(offset)
		w.must(w.tx(identity.System(), func(tx pg.Tx) error {
			v, _, err := w.s.GetAuthorityMatrix(tx)
			if err != nil {
				return err
			}
			if err := v.Body.Check(); err != nil || v.Version != want.version || v.Reason == "" {
				t.Errorf("%v: version %d in force, want %d", err, v.Version, want.version)
			}
			return nil
		}))
		r := w.submitted(rep, "order.confirm", orderFacts())
		if r.MatrixVersion != want.version || r.Route[0].Stage != want.key {
			t.Errorf("version %d, %s: the company's own stages are %q", r.MatrixVersion, r.Route[0].Stage, want.key)
		}
		w.submitted(rep, "credit.limit", map[string]any{"first": true})
	}
	for _, offset := range []time.Duration{2 * time.Hour, 0, -time.Minute} { // one whose transaction began before another completed it, too
		w.db.Clock().SetOffset(offset)
		w.must(w.tx(identity.System(), w.s.Bootstrap))
		if n := w.count(`SELECT count(*) FROM authority_matrix_versions`); n != 4 {
			t.Errorf("%d versions after another start at %v", n, offset)
		}
	}
	if n := w.count(`SELECT count(*) FROM events WHERE action = 'completeAuthorityMatrix'`); n != 2 {
		t.Errorf("%d events", n)
	}
}
