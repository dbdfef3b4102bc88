package approval

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Trial holds a matrix against requests that were submitted before: for each it answers the steps under the version of then and
// under the one that is tried. Both are made with the people of today, so that what differs comes from the matrix alone.
// Conditions are compiled once. It is for one goroutine.
type Trial struct {
	s        *Service
	tried    *inspected
	versions map[int64]*inspected // of then; nil for one that can't be used any more
	staff    roster
}

// inspected is a program that knows which facts its conditions use.
type inspected struct {
	*program
	uses map[string][]string // by matter
}

// Outcome is what the trial of one request comes to.
type Outcome struct {
	Before, After []Step
	Differs       bool
	Change        Change
	Skipped       Skip // "" unless it can't be replayed; then the rest is empty
	Detail        string
}

// Skip says why a stored case can't be replayed.
type Skip string

// The reasons.
const (
	SkipFact      Skip = "fact_missing"      // the matrix judges by a fact that the request doesn't have; Detail names it
	SkipMatter    Skip = "matter_missing"    // the matrix has no such matter
	SkipVersion   Skip = "version_unusable"  // the version of then needs what the program has no more
	SkipCondition Skip = "condition_failed"  // a condition can't be evaluated on these facts
	SkipInputs    Skip = "inputs_not_stored" // decided before gates stored what they judge by
	SkipRefused   Skip = "refused_by_gate"   // nobody would have been asked
	SkipUnjudged  Skip = "not_judgeable"     // the draft can't judge it
)

// NewTrial makes ready a draft, or a stored version when draft is nil. Returns ErrMatrix with each fault of the draft below
// the pointer, and ErrNoVersion.
func (s *Service) NewTrial(tx pg.Tx, draft *Matrix, version int64, pointer string) (*Trial, error) {
	t := &Trial{s: s, versions: map[int64]*inspected{}}
	var p *program
	var err error
	if draft == nil {
		p, err = s.stored(tx, version)
	} else if err = draft.CheckAt(pointer); err == nil {
		p, err = compile(Version{Body: *draft})
	}
	if err != nil {
		return nil, err
	}
	if t.tried, err = inspect(p); err != nil {
		return nil, err
	}
	t.staff, err = readRoster(tx)
	return t, err
}

// Judge replays one request.
func (t *Trial) Judge(tx pg.Tx, r Request) (Outcome, error) {
	then, err := t.then(tx, r.MatrixVersion)
	if err != nil {
		return Outcome{}, err
	}
	if then == nil {
		return Outcome{Skipped: SkipVersion, Detail: fmt.Sprint(r.MatrixVersion)}, nil
	}
	j, lacks := recall(r)
	var o Outcome
	if o.Before, o.Skipped, o.Detail = t.route(then, r, j, lacks); o.Skipped != "" {
		return o, nil
	}
	if o.After, o.Skipped, o.Detail = t.route(t.tried, r, j, lacks); o.Skipped != "" {
		return o, nil
	}
	if o.Differs = !sameRoute(o.Before, o.After); o.Differs {
		o.Change = compareRoutes(t.tried.version.Body.Ladder, o.Before, o.After)
	}
	return o, nil
}

// then returns the version that a request was opened under; nil when it can't be used any more.
func (t *Trial) then(tx pg.Tx, version int64) (*inspected, error) {
	if known, found := t.versions[version]; found {
		return known, nil
	}
	p, err := t.s.stored(tx, version)
	if e, ours := errs.As(err); ours && e.Def == ErrNoVersion {
		t.versions[version] = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found, err := inspect(p)
	t.versions[version] = found
	return found, err
}

// route is what a matrix makes of the stored facts.
func (t *Trial) route(p *inspected, r Request, j judged, lacks []string) ([]Step, Skip, string) {
	m := p.matters[r.Matter]
	if m == nil {
		return nil, SkipMatter, r.Matter
	}
	for _, name := range lacks {
		if slices.Contains(p.uses[r.Matter], name) {
			return nil, SkipFact, name
		}
	}
	stages, err := m.applying(j.vars)
	if err != nil {
		return nil, SkipCondition, r.Matter
	}
	if len(stages) == 0 {
		return []Step{}, "", ""
	}
	who := r.Submitter()
	one := router{who: who, ladder: p.version.Body.Ladder, staff: t.staff.without(who.ID)}
	return one.route(stages, t.staff.superiors(who)), "", ""
}

// recall makes of the facts that a request keeps what conditions see; lacks are the declared facts that it doesn't have, and
// that aren't optional: they were declared after it was submitted.
func recall(r Request) (j judged, lacks []string) {
	j = judged{frozen: map[string]any{}, vars: map[string]any{}}
	d := matters()[r.Matter]
	if d == nil {
		return j, nil
	}
	facts := d.fromJSON(r.Facts)
	for _, f := range d.Facts {
		v, found := facts[f.Name]
		if !j.put(f, v, found) {
			lacks = append(lacks, f.Name)
		}
	}
	j.put(Fact{Name: submitterRoles, Kind: FactTexts}, rolesFact(r.Submitter()), true)
	return j, lacks
}

// inspect finds the facts that the conditions of each matter use.
func inspect(p *program) (*inspected, error) {
	found := &inspected{program: p, uses: make(map[string][]string, len(p.matters))}
	for name, m := range p.matters {
		for _, st := range m.stages {
			used, err := matters()[name].used(st.When)
			if err != nil {
				return nil, err
			}
			found.uses[name] = append(found.uses[name], used...)
		}
	}
	return found, nil
}

// used returns the names that a condition mentions.
func (d *declared) used(source string) ([]string, error) {
	if source == "" {
		return nil, nil
	}
	checked, issues := d.env.Compile(source)
	if issues.Err() != nil {
		return nil, words(issues)
	}
	var names []string
	for _, ref := range checked.NativeRep().ReferenceMap() {
		if ref.Name != "" {
			names = append(names, ref.Name)
		}
	}
	return names, nil
}

// Period is what Submitted reads: the requests submitted from From until before To, of these matters or of all.
type Period struct {
	From, To time.Time
	Matters  []string
}

// Mark is a place in a period: after the request of this time and id.
type Mark struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// Submitted returns at most limit requests of the period in the order of their submission, after the mark; from the
// beginning for the zero mark. It is an index range. Checks no visibility.
func Submitted(tx pg.Tx, p Period, after Mark, limit int) ([]Request, error) {
	if !after.At.IsZero() {
		p.From = after.At
	}
	var rows []Request
	err := tx.Raw(`SELECT id, matter, subject_type, subject_id, number, submitted_by, submitter_kind, submitter_roles, department_id, team_id,
			submitted_at, matrix_version, facts FROM approval_requests
		WHERE submitted_at >= @from AND submitted_at < @to AND (submitted_at, id) > (@from, @id) AND (@every OR matter IN @matters)
		ORDER BY submitted_at, id LIMIT @limit`, p.args(after.ID, limit)).Find(&rows).Error
	return rows, err
}

// CountSubmitted counts the requests of the period.
func CountSubmitted(tx pg.Tx, p Period) (int, error) {
	var n int
	err := tx.Raw(`SELECT count(*) FROM approval_requests
		WHERE submitted_at >= @from AND submitted_at < @to AND (@every OR matter IN @matters)`, p.args(uuid.Nil, 0)).Scan(&n).Error
	return n, err
}

func (p Period) args(id uuid.UUID, limit int) map[string]any {
	named := p.Matters
	if len(named) == 0 {
		named = []string{""}
	}
	return map[string]any{"from": p.From, "to": p.To, "id": id, "every": len(p.Matters) == 0, "matters": named, "limit": limit}
}

// roster is who there is, read once.
type roster struct {
	people  []identity.User
	leaders map[uuid.UUID]uuid.UUID // of teams
	heads   map[uuid.UUID]uuid.UUID // of departments
	others  map[uuid.UUID]staffing  // by who is left out
}

// without is the staffing without one person.
func (r roster) without(id uuid.UUID) staffing {
	if known, found := r.others[id]; found {
		return known
	}
	s := staffing{}
	for _, p := range r.people {
		if p.ID == id {
			continue
		}
		department := uuid.Nil
		if p.DepartmentID != nil {
			department = *p.DepartmentID
		}
		for _, role := range p.Roles {
			if !slices.Contains(s[role], department) {
				s[role] = append(s[role], department)
			}
		}
	}
	r.others[id] = s
	return s
}

func (r roster) superiors(who identity.Principal) map[string]uuid.UUID {
	found := map[string]uuid.UUID{}
	if who.TeamID != nil {
		if id, ok := r.leaders[*who.TeamID]; ok {
			found[TeamLeader] = id
		}
	}
	if who.DepartmentID != nil {
		if id, ok := r.heads[*who.DepartmentID]; ok {
			found[DepartmentHead] = id
		}
	}
	return found
}
