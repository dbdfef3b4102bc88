package approval

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Question asks which stages a submission would need. At most one of Version, Matrix and Rules is set; without any it is
// the matrix in force.
type Question struct {
	Matter    string
	Facts     map[string]any // as JSON has them: amounts are decimal strings
	Submitter *uuid.UUID     // nil: who asks
	Version   int64          // a stored version of the matrix
	Matrix    *Matrix        // a draft of the whole matrix
	Rules     *MatterRules   // a draft of the matter's rules, under the ladder in force
}

// Answer says what a submission would need.
type Answer struct {
	Matter    string
	Submitter identity.Principal
	Source    string // SourceRunning, SourceVersion or SourceDraft
	Version   int64  // of the matrix asked; for a draft of the one in force, which it would follow
	MayStart  bool   // the submitter is one of those who may submit this
	AtOnce    bool   // nobody needs to be asked
	Steps     []DueStep
	Facts     map[string]any // as the request would keep them, with those filled in from the rulebook
}

// DueStep is a step with the latest instant at which it is due, if each before it takes all of its time; nil for a step
// without due time, and for those after one.
type DueStep struct {
	Step
	DueAt *time.Time
}

// Where a matrix comes from that is tried.
const (
	SourceRunning = "running"
	SourceVersion = "version"
	SourceDraft   = "draft"
)

// previewOther lets somebody ask on behalf of another.
const previewOther identity.Permission = "approval.preview_other"

// PreviewApproval answers which stages a submission would need (ORG-01, ORG-03), by the same way as Submit. It writes
// nothing, and answers also for those who may not submit. Naming another submitter takes the permission
// approval.preview_other, and that their documents are seen (ORG-06), else they aren't found.
//
// Returns ErrFact with each fact that is missing or of the wrong kind, ErrMatrix with each fault of a draft, ErrNoMatter,
// ErrNoVersion, ErrOneMatrix, and ErrCondition for a condition that can't be evaluated on the facts.
func (s *Service) PreviewApproval(tx pg.Tx, who identity.Principal, q Question) (Answer, error) {
	submitter, err := submitterOf(tx, who, q.Submitter)
	if err != nil {
		return Answer{}, err
	}
	p, source, err := s.tried(tx, q)
	if err != nil {
		return Answer{}, err
	}
	m := p.matters[q.Matter]
	if m == nil {
		return Answer{}, ErrNoMatter.With("matter", q.Matter).At("/matter")
	}
	j, route, err := s.route(tx, p, m, submitter, m.matter.fromJSON(q.Facts))
	if err != nil {
		return Answer{}, err
	}
	return Answer{
		Matter: q.Matter, Submitter: submitter, Source: source, Version: p.version.Version, MayStart: m.rules.starts(submitter),
		AtOnce: len(route) == 0, Steps: dueSteps(tx.Calendar(), tx.Now, route), Facts: j.frozen,
	}, nil
}

func submitterOf(tx pg.Tx, who identity.Principal, named *uuid.UUID) (identity.Principal, error) {
	if named == nil || *named == who.ID {
		return who, nil
	}
	if err := identity.Permit(who, previewOther); err != nil {
		return identity.Principal{}, err
	}
	if err := who.MustSee(*named); err != nil {
		return identity.Principal{}, err
	}
	return identity.LoadUser(tx, *named)
}

// starts reports whether somebody may submit this matter.
func (r MatterRules) starts(who identity.Principal) bool {
	return who.Kind == identity.KindSystem || len(r.Starters) == 0 || who.Has(r.Starters...)
}

// tried returns the matrix that the question is about, compiled.
func (s *Service) tried(tx pg.Tx, q Question) (*program, string, error) {
	named := 0
	for _, is := range []bool{q.Version != 0, q.Matrix != nil, q.Rules != nil} {
		if is {
			named++
		}
	}
	if named > 1 {
		return nil, "", ErrOneMatrix.At("/matrix")
	}
	if q.Version != 0 {
		p, err := s.stored(tx, q.Version)
		return p, SourceVersion, err
	}
	running, err := s.inForce(tx)
	if err != nil || named == 0 {
		return running, SourceRunning, err
	}
	draft := Version{Version: running.version.Version}
	if q.Matrix != nil {
		draft.Body = *q.Matrix
		err = draft.Body.CheckAt("/matrix")
	} else {
		draft.Body = Matrix{Ladder: running.version.Body.Ladder, Matters: []MatterRules{*q.Rules}}
		err = q.Rules.checkAlone(q.Matter, "/rules")
	}
	if err != nil {
		return nil, "", err
	}
	p, err := compile(draft)
	return p, SourceDraft, err
}

// stored returns a stored version, compiled. Returns ErrNoVersion when there is none, or when this program has lost what
// the version needs.
func (s *Service) stored(tx pg.Tx, version int64) (*program, error) {
	refused := func(cause error) error {
		e := ErrNoVersion.Wrap(cause)
		e.Params = map[string]any{"version": version}
		return e.At("/matrix_version")
	}
	v, err := pg.Take[Version](tx, "version = ?", version)
	if e, ours := errs.As(err); ours && e.Def == errs.ErrNotFound {
		return nil, refused(err)
	}
	if err != nil {
		return nil, err
	}
	p, err := s.programOf(tx, head{Version: v.Version, ID: v.ID, EffectiveAt: v.EffectiveAt})
	if err != nil {
		return nil, refused(err)
	}
	return p, nil
}

// CheckAt is Check for a matrix that stands at a place of a request.
func (m Matrix) CheckAt(pointer string) error {
	err := m.Check()
	if e, ours := errs.As(err); ours {
		for i := range e.Fields {
			e.Fields[i].Pointer = pointer + e.Fields[i].Pointer
		}
	}
	return err
}

// checkAlone checks the rules of one matter without the others.
func (r MatterRules) checkAlone(matter, at string) error {
	var f faults
	d := matters()[r.Matter]
	if d == nil || r.Matter != matter {
		f.add(at+"/matter", "These are the rules of another matter, or of none.", "该规则不属于所问事项。")
	} else {
		r.check(&f, at, d)
	}
	if len(f) == 0 {
		return nil
	}
	e := ErrMatrix.With()
	e.Fields = f
	return e
}

// dueSteps says when each step is due at the latest.
func dueSteps(cal clock.Calendar, now time.Time, route []Step) []DueStep {
	all := make([]DueStep, len(route))
	at := &now
	for i, st := range route {
		all[i].Step = st
		if at == nil || st.DueHours == 0 {
			at = nil
			continue
		}
		due := cal.AddWorkingHours(*at, time.Duration(st.DueHours)*time.Hour)
		at, all[i].DueAt = &due, &due
	}
	return all
}

// fromJSON turns facts as JSON has them into the kinds that Submit takes; what isn't of its kind stays as it is and is
// refused there.
func (m Matter) fromJSON(given map[string]any) map[string]any {
	facts := make(map[string]any, len(given))
	for name, v := range given {
		facts[name] = v
		for _, f := range m.Facts {
			if f.Name == name {
				facts[name] = f.fromJSON(v)
			}
		}
	}
	return facts
}

// maxWhole is the largest whole number that a JSON number holds exactly.
const maxWhole = 1 << 53

func (f Fact) fromJSON(v any) any {
	switch v := v.(type) {
	case float64: //nolint:forbidigo // a whole number, as encoding/json hands it over
		if whole := int64(v); f.Kind == FactInt && v >= -maxWhole && v <= maxWhole && float64(whole) == v { //nolint:forbidigo // see above
			return whole
		}
	case []any:
		texts := make([]string, len(v))
		for i, item := range v {
			text, ok := item.(string)
			if !ok {
				return v
			}
			texts[i] = text
		}
		return texts
	}
	return v
}
