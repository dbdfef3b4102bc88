package backtest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// matrixPlayer replays approval requests, also those that were approved at once. They belong to their submitters.
type matrixPlayer struct {
	trial  *approval.Trial
	period approval.Period
}

func (s *Service) matrixPlayer(tx pg.Tx, r Run) (*matrixPlayer, error) {
	trial, err := s.approvals.NewTrial(tx, r.Draft.Matrix, r.Draft.MatrixVersion, "/matrix")
	if err != nil {
		return nil, err
	}
	return &matrixPlayer{trial, approval.Period{From: r.FromAt, To: r.ToAt, Matters: r.Draft.Matters}}, nil
}

func (p *matrixPlayer) count(tx pg.Tx) (int, error) { return approval.CountSubmitted(tx, p.period) }

func (p *matrixPlayer) play(tx pg.Tx, after approval.Mark, limit int) ([]played, error) {
	requests, err := approval.Submitted(tx, p.period, after, limit)
	if err != nil {
		return nil, err
	}
	cases := make([]played, len(requests))
	for i, r := range requests {
		o, err := p.trial.Judge(tx, r)
		if err != nil {
			return nil, err
		}
		cases[i] = played{skipped: o.Skipped, detail: o.Detail, Result: Result{
			CaseID: r.ID, Matter: r.Matter, SubjectType: r.SubjectType, SubjectID: r.SubjectID, Number: r.Number, OwnerID: r.SubmittedBy,
			TeamID: r.TeamID, Grade: gradeFact(r.Facts), At: r.SubmittedAt,
		}}
		if o.Differs {
			c := &cases[i]
			c.Direction, c.Before, c.After = o.Change, way(o.Before), way(o.After)
			c.WhyEN, c.WhyZH = whyRoute(o.Before, o.After)
		}
	}
	return cases, nil
}

func gradeFact(facts map[string]any) string {
	for _, name := range []string{"customer_grade", "grade"} {
		if grade, ok := facts[name].(string); ok && len(grade) <= 10 {
			return grade
		}
	}
	return ""
}

// way is a route in short: its outcome names who has the last word.
func way(route []approval.Step) Way {
	w := Way{Outcome: "at_once", Steps: make([]WayStep, len(route))}
	for i, st := range route {
		roles := make([]identity.Role, len(st.Deciders))
		for k, d := range st.Deciders {
			roles[k] = d.Role
		}
		w.Steps[i] = WayStep{Stage: st.Stage, Kind: st.Kind, Mode: st.Mode, Quorum: st.Quorum, Roles: roles}
		words := make([]string, len(roles))
		for k, r := range roles {
			words[k] = string(r)
		}
		w.Outcome = strings.Join(words, "|")
	}
	return w
}

// whyRoute names the stages that come, that go, and that ask otherwise.
func whyRoute(before, after []approval.Step) (en, zh string) {
	var wordsEN, wordsZH []string
	find := func(in []approval.Step, key string) int {
		return slices.IndexFunc(in, func(st approval.Step) bool { return st.Stage == key })
	}
	for _, st := range after {
		switch i := find(before, st.Stage); {
		case i < 0:
			wordsEN, wordsZH = append(wordsEN, "added: "+st.TitleEN), append(wordsZH, "新增:"+st.TitleZH)
		case way(before[i:i+1]).Outcome != way([]approval.Step{st}).Outcome || before[i].Kind != st.Kind || before[i].Mode != st.Mode || before[i].Quorum != st.Quorum:
			wordsEN, wordsZH = append(wordsEN, "asked otherwise: "+st.TitleEN), append(wordsZH, "处理人或方式变更:"+st.TitleZH)
		}
	}
	for _, st := range before {
		if find(after, st.Stage) < 0 {
			wordsEN, wordsZH = append(wordsEN, "gone: "+st.TitleEN), append(wordsZH, "取消:"+st.TitleZH)
		}
	}
	if len(wordsEN) == 0 {
		wordsEN, wordsZH = []string{"the same stages in another order or of another department"}, []string{"环节相同,顺序或部门不同"}
	}
	return fmt.Sprintf("Stages %s.", strings.Join(wordsEN, "; ")), strings.Join(wordsZH, ";") + "。"
}
