package approval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Direction says when a fact is worse than it was, for what is submitted again (Submission.Renews).
type Direction string

// The directions. For a bool higher means true.
const (
	AnyChange     Direction = ""           // every change matters
	HigherIsWorse Direction = "higher"     // more of it has to be approved again, less doesn't
	LowerIsWorse  Direction = "lower"      // less of it has to be approved again, more doesn't
	Irrelevant    Direction = "irrelevant" // it is for reading
)

// renewal compares a submission with the request that it renews.
type renewal struct {
	earlier   Request
	decisions []Decision
	verbals   map[uuid.UUID]VerbalState // by decision
	was, is   *matterProgram
	worse     map[string]bool // facts that are worse now, by name
}

// renew marks the steps of the new request that keep the approval of the earlier one, and returns their decisions. A step
// keeps it when its stage is the same in both versions of the matrix, it asks the same people, everything that it saw is
// equal or better, and neither the submitter nor an unconfirmed phone call made it. While anything at all is worse the last
// step is asked again.
func (s *Service) renew(tx pg.Tx, r *Request, p *program, j judged) ([]Decision, error) {
	if r.Renews == nil || len(r.Route) == 0 {
		return nil, nil
	}
	n, err := s.readRenewal(tx, *r, p, j)
	if err != nil || n == nil {
		return nil, err
	}
	var kept []Decision
	for i := range r.Route {
		if i == len(r.Route)-1 && len(n.worse) > 0 && !slices.ContainsFunc(r.Route[:i], func(st Step) bool { return !st.Carried }) {
			break
		}
		if of := n.approvalOf(*r, r.Route[i]); len(of) > 0 {
			r.Route[i].Carried = true
			kept = append(kept, carried(*r, i, of)...)
		}
	}
	return kept, nil
}

// readRenewal returns nil when the earlier request says nothing about this one.
func (s *Service) readRenewal(tx pg.Tx, r Request, p *program, j judged) (*renewal, error) {
	earlier, err := pg.Take[Request](tx, "id = ?", *r.Renews)
	if err != nil {
		return nil, err
	}
	if earlier.Matter != r.Matter || earlier.SubjectType != r.SubjectType || earlier.SubjectID != r.SubjectID {
		return nil, fmt.Errorf("approval: request %s isn't about what %s is", earlier.ID, r.SubjectID)
	}
	if !earlier.wasApproved() {
		return nil, nil
	}
	v, err := pg.Take[Version](tx, "version = ?", earlier.MatrixVersion)
	if err != nil {
		return nil, err
	}
	old, err := s.programOf(tx, head{Version: v.Version, ID: v.ID})
	if err != nil || old.matters[r.Matter] == nil {
		return nil, err
	}
	n := &renewal{earlier: earlier, was: old.matters[r.Matter], is: p.matters[r.Matter]}
	n.worse = n.is.matter.worse(earlier.Facts, j)
	if n.decisions, err = decisionsOf(tx, earlier.ID); err != nil {
		return nil, err
	}
	n.verbals, err = verbalStates(tx, n.decisions)
	return n, err
}

// wasApproved reports whether the request is approved, or was until the document changed.
func (r Request) wasApproved() bool {
	return len(r.Route) > 0 && r.Step == len(r.Route) && r.FinalDecisionID != nil && (r.State == Approved || r.State == Void)
}

// approvalOf returns the decisions of the earlier request that approve the step still, none when it has to be asked.
func (n renewal) approvalOf(r Request, step Step) []Decision {
	at := slices.IndexFunc(n.earlier.Route, step.same)
	if at < 0 || step.Mode == Resolution || !n.sameStages(step) || n.affects(step) { // a resolution is about the request that was put to the vote
		return nil
	}
	of := slices.DeleteFunc(slices.Clone(n.decisions), func(d Decision) bool { return d.Step != at })
	for _, d := range of {
		state, phoned := n.verbals[d.root()]
		if d.DecidedBy == r.SubmittedBy || d.voice() == r.SubmittedBy ||
			phoned && state != VerbalConfirmed && state != VerbalConfirmedLate {
			return nil
		}
	}
	return of
}

// same reports whether two steps are the same stage asking the same people.
func (s Step) same(t Step) bool {
	return s.Stage == t.Stage && s.Kind == t.Kind && s.Mode == t.Mode && s.Quorum == t.Quorum && slices.Equal(s.Joined, t.Joined) &&
		slices.EqualFunc(s.Deciders, t.Deciders, Decider.same)
}

// sameStages reports whether the stages of a step are word for word the same in both versions of the matrix.
func (n renewal) sameStages(step Step) bool {
	for _, key := range append(slices.Clone(step.Joined), step.Stage) {
		a, b := n.was.stage(key), n.is.stage(key)
		if (a == nil) != (b == nil) || a == nil && key != FinanceReview {
			return false
		}
		if a == nil {
			continue
		}
		before, err := json.Marshal(a.Stage)
		if err != nil {
			return false
		}
		after, err := json.Marshal(b.Stage)
		if err != nil || !bytes.Equal(before, after) {
			return false
		}
	}
	return true
}

// affects reports whether something that the step saw is worse now.
func (n renewal) affects(step Step) bool {
	for name := range n.worse {
		if n.is.shows(step, name) {
			return true
		}
	}
	return false
}

func (m *matterProgram) stage(key string) *stageProgram {
	for i := range m.stages {
		if m.stages[i].Key == key {
			return &m.stages[i]
		}
	}
	return nil
}

// shows reports whether a step saw the fact: its condition names it, it has no condition, or no condition of the matter
// names it, so that it is there for people to look at: for those who decide only, where the matter says so.
func (m *matterProgram) shows(step Step, fact string) bool {
	for _, key := range append(slices.Clone(step.Joined), step.Stage) {
		st := m.stage(key)
		if st == nil || st.when == nil || slices.Contains(st.sees, fact) {
			return true
		}
	}
	if slices.ContainsFunc(m.stages, func(st stageProgram) bool { return slices.Contains(st.sees, fact) }) {
		return false
	}
	for _, f := range m.matter.Facts {
		if f.Name == fact && f.ForDeciders {
			return step.Kind == Decide
		}
	}
	return true
}

// worse returns the names of the facts that are worse than they were.
func (m *Matter) worse(was map[string]any, now judged) map[string]bool {
	found := map[string]bool{}
	for _, f := range m.AllFacts() {
		before, had := f.thaw(was[f.Name])
		if !had {
			before = f.zero()
		}
		if f.isWorse(before, now.vars[f.Name]) {
			found[f.Name] = true
		}
	}
	return found
}

// thaw returns a fact as conditions see it, of a value that was stored as JSON.
func (f Fact) thaw(v any) (any, bool) {
	switch x := v.(type) {
	case nil:
		return nil, false
	case float64: //nolint:forbidigo // a whole number, as encoding/json hands it over
		v = int64(x)
	case []any:
		texts := make([]string, 0, len(x))
		for _, t := range x {
			texts = append(texts, fmt.Sprint(t))
		}
		v = texts
	}
	_, seen, ok := f.convert(v)
	return seen, ok
}

// isWorse compares two values as conditions see them.
func (f Fact) isWorse(before, after any) bool {
	order := compareFacts(before, after)
	switch f.Direction {
	case Irrelevant:
		return false
	case HigherIsWorse:
		return order > 0
	case LowerIsWorse:
		return order < 0
	case AnyChange:
	}
	return order != 0
}

// compareFacts returns 1 when b is higher than a, -1 when it is lower. Texts that differ are "higher" both ways round.
func compareFacts(a, b any) int {
	switch x := a.(type) {
	case amount:
		if y, ok := b.(amount); ok {
			return y.Cmp(x.Decimal)
		}
	case int64:
		if y, ok := b.(int64); ok {
			return cmpInt(y, x)
		}
	case bool:
		if y, ok := b.(bool); ok {
			return cmpInt(number(y), number(x))
		}
	case []string:
		if y, ok := b.([]string); ok && slices.Equal(x, y) {
			return 0
		}
	case string:
		if b == a {
			return 0
		}
	}
	return 1
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func cmpInt(a, b int64) int {
	switch {
	case a > b:
		return 1
	case a < b:
		return -1
	}
	return 0
}

// carried returns the decisions as they count on the new request: who, when and what they saw stay.
func carried(r Request, step int, of []Decision) []Decision {
	rows := make([]Decision, 0, len(of))
	for _, d := range of {
		root := d.root()
		d.ID, d.RequestID, d.SubmittedBy, d.Step, d.CarriedFrom, d.FinanceReviewID = uuid.Must(uuid.NewV7()), r.ID, r.SubmittedBy, step, &root, nil
		rows = append(rows, d)
	}
	return rows
}

// root is the decision that somebody made, of one that may be carried over.
func (d Decision) root() uuid.UUID {
	if d.CarriedFrom != nil {
		return *d.CarriedFrom
	}
	return d.ID
}
