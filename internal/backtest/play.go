package backtest

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

const (
	batchCases    = 1000 // one transaction
	batchesPerJob = 60   // then another job goes on: a job has two minutes
	noGrade       = "none"
)

// player replays the cases of one kind. It keeps nothing from batch to batch but what is compiled and read once.
type player interface {
	// count counts the cases of the period.
	count(tx pg.Tx) (int, error)
	// play replays at most limit cases after the mark.
	play(tx pg.Tx, after approval.Mark, limit int) ([]played, error)
}

// played is one case replayed: a result without Direction doesn't differ.
type played struct {
	Result
	skipped approval.Skip
	detail  string
	outside bool // whatever was decided, it isn't a case: the second look at one, or a document of nobody
}

// player makes ready what replays a run. It returns what is wrong with the draft, at its place.
func (s *Service) player(tx pg.Tx, r Run) (player, error) {
	switch r.Kind {
	case KindMatrix:
		return s.matrixPlayer(tx, r)
	case KindLimitRule:
		return &limitPlayer{gate: gateOf(r, "shipment", "CRD-11"), rule: *r.Draft.LimitRule}, nil
	case KindPriceAuthority:
		return pricePlayerOf(r)
	}
	return nil, ErrKind.With()
}

// Run carries out a queued run, or goes on with an interrupted one. It does nothing for one that has ended or is gone. An
// error means that it is worth trying again.
func (s *Service) Run(ctx context.Context, id uuid.UUID) error {
	var p player
	err := s.db.Tx(ctx, pg.System("backtest-"+id.String()), func(tx pg.Tx) (err error) {
		p, err = s.begin(tx, id)
		return err
	})
	if err != nil || p == nil {
		return gone(err)
	}
	for n := 1; ; n++ {
		more := false
		err := s.db.Tx(ctx, pg.System("backtest-"+id.String()), func(tx pg.Tx) (err error) {
			if more, err = s.batch(tx, id, p); err != nil || !more || n < batchesPerJob {
				return err
			}
			more = false
			return s.enqueue(tx, id)
		})
		if err != nil || !more {
			return gone(err)
		}
	}
}

// gone takes a run that was deleted meanwhile as one that has ended.
func gone(err error) error {
	if e, ours := errs.As(err); ours && e.Def == errs.ErrNotFound {
		return nil
	}
	return err
}

// begin marks the run as running; nil when there is nothing to do. A draft that the program can't use any more ends it.
func (s *Service) begin(tx pg.Tx, id uuid.UUID) (player, error) {
	r, err := pg.TakeForUpdate[Run](tx, "id = ?", id)
	if err != nil || r.State.ended() {
		return nil, err
	}
	p, err := s.player(tx, r)
	if e, ours := errs.As(err); ours && e.Kind != errs.Internal && e.Kind != errs.Unavailable {
		r.State, r.FinishedAt, r.Message = Failed, &tx.Now, e.Text("zh-CN")+" / "+e.Text("en")
		return nil, r.store(tx)
	}
	if err != nil {
		return nil, err
	}
	if r.State == Queued {
		r.State = Running
		if r.Total, err = p.count(tx); err != nil {
			return nil, err
		}
	}
	return p, r.store(tx)
}

// batch replays the next cases; more is false after the last one.
func (s *Service) batch(tx pg.Tx, id uuid.UUID, p player) (more bool, err error) {
	r, err := pg.TakeForUpdate[Run](tx, "id = ?", id)
	if err != nil || r.State.ended() {
		return false, err
	}
	cases, err := p.play(tx, r.Mark, s.atOnce)
	if err != nil {
		return false, err
	}
	t := tally{run: &r, counts: map[[2]string]*Count{}, skips: map[[2]string]*Skipped{}}
	if err := t.take(tx, cases); err != nil {
		return false, err
	}
	if len(cases) < s.atOnce {
		r.State, r.FinishedAt = Done, &tx.Now
		r.Total = r.Scanned
	}
	return r.State == Running, t.store(tx)
}

// tally adds up one batch.
type tally struct {
	run     *Run
	counts  map[[2]string]*Count
	skips   map[[2]string]*Skipped
	results []Result
}

func (t *tally) take(tx pg.Tx, cases []played) error {
	teams, err := teamsOf(tx, cases)
	if err != nil {
		return err
	}
	r := t.run
	for i := range cases {
		c := &cases[i]
		r.Scanned++
		r.Mark = approval.Mark{At: c.At, ID: c.CaseID}
		switch {
		case c.outside || !r.Owners.see(c.OwnerID):
		case c.skipped != "":
			r.Skipped++
			key := [2]string{string(c.skipped), c.detail}
			if t.skips[key] == nil {
				t.skips[key] = &Skipped{Reason: c.skipped, Detail: c.detail}
			}
			t.skips[key].Count++
		default:
			if team, in := teams[c.OwnerID]; in && c.TeamID == nil {
				c.TeamID = &team
			}
			t.count(&c.Result)
		}
	}
	return nil
}

// count counts a case in all that it belongs to, and keeps it when it differs.
func (t *tally) count(c *Result) {
	if c.Grade == "" {
		c.Grade = noGrade
	}
	team := noGrade
	if c.TeamID != nil {
		team = c.TeamID.String()
	}
	of := []*Count{t.of("matter", c.Matter), t.of("grade", c.Grade), t.of("team", team)}
	for _, n := range of {
		n.Replayed++
	}
	r := t.run
	r.Replayed++
	if c.Direction == "" {
		return
	}
	r.Differing++
	c.No = r.Differing
	switch c.Direction {
	case approval.Stricter:
		r.Stricter++
	case approval.Looser:
		r.Looser++
	case approval.Other:
		r.Other++
	}
	for _, n := range of {
		switch c.Direction {
		case approval.Stricter:
			n.Stricter++
		case approval.Looser:
			n.Looser++
		case approval.Other:
			n.Other++
		}
	}
	t.results = append(t.results, *c)
}

func (t *tally) of(dimension, key string) *Count {
	k := [2]string{dimension, key}
	if t.counts[k] == nil {
		t.counts[k] = &Count{Dimension: dimension, Key: key}
	}
	return t.counts[k]
}

func (t *tally) store(tx pg.Tx) error {
	if err := storeTally(tx, t); err != nil {
		return err
	}
	return t.run.store(tx)
}

// teamsOf reads the teams of the cases' owners.
func teamsOf(tx pg.Tx, cases []played) (map[uuid.UUID]uuid.UUID, error) {
	seen := map[uuid.UUID]bool{}
	var ids []uuid.UUID
	for _, c := range cases {
		if !seen[c.OwnerID] {
			seen[c.OwnerID] = true
			ids = append(ids, c.OwnerID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return identity.TeamsOf(tx, ids)
}

// Purge deletes the runs that are older than backtest.keep_days, one in each transaction.
func (s *Service) Purge(ctx context.Context) error {
	for {
		found := false
		err := s.db.Tx(ctx, pg.System("purge_backtests"), func(tx pg.Tx) error {
			days, err := s.rules.Int(tx, "backtest.keep_days")
			if err != nil {
				return err
			}
			found, err = deleteOldest(tx, tx.Now.Add(-time.Duration(days)*24*time.Hour))
			return err
		})
		if err != nil || !found {
			return err
		}
	}
}
