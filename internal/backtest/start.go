package backtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// maxDays is the longest period.
const maxDays = 366

// Start is what somebody asks for. Either Days, or From and To: dates, both included.
type Start struct {
	Kind     Kind
	Title    string
	Days     int
	From, To *time.Time
	Draft    Draft
}

// Start checks the draft and queues its replay, which Run carries out after the commit. The documents replayed are those
// that the caller sees (ORG-06).
//
// Returns ErrKind, ErrPeriod, ErrDraft; approval.ErrMatrix, approval.ErrNoVersion and ErrMatter for a matrix, ErrParameter, ErrLimit
// and what the rulebook says of a value for a limit rule, what pricing.NewTrial does and errs.ErrReferenced for price authority;
// each at its place, and nothing is started. Returns ErrLive while another run of the caller is under way.
func (s *Service) Start(tx pg.Tx, who identity.Principal, in Start) (Run, error) {
	if !in.Kind.mayRun(who) {
		return Run{}, ErrKind
	}
	r := Run{
		ID: uuid.Must(uuid.NewV7()), Kind: in.Kind, Title: strings.TrimSpace(in.Title), State: Queued, StartedBy: who.ID,
		Draft: in.Draft, CreatedAt: tx.Now, Version: 1,
	}
	if ids, all := who.Owners(); !all {
		r.Owners = append(owners{who.ID}, ids...)
	}
	var err error
	if r.FromAt, r.ToAt, err = in.period(tx.Now); err != nil {
		return Run{}, err
	}
	if err := s.prepare(tx, who, &r); err != nil {
		return Run{}, err
	}
	if _, err := s.player(tx, r); err != nil {
		return Run{}, err
	}
	if err := pg.Insert(tx, &r); err != nil {
		return Run{}, err
	}
	if err := audit.Record(tx, audit.Entry{Action: "startBacktest", SubjectType: subject, SubjectID: r.ID, After: r.event()}); err != nil {
		return Run{}, err
	}
	return r, s.enqueue(tx, r.ID)
}

// period returns the instants that the run lies between; the end is now at the latest.
func (in Start) period(now time.Time) (from, to time.Time, err error) {
	today := clock.Today(now)
	var first time.Time
	last := today
	switch {
	case in.Days > 0 && in.From == nil && in.To == nil:
		first = today.AddDate(0, 0, -in.Days)
	case in.Days == 0 && in.From != nil && in.To != nil:
		first, last = *in.From, *in.To
	default:
		return from, to, ErrPeriod.At("/days")
	}
	if last.Before(first) || last.Sub(first) > maxDays*24*time.Hour || last.After(today) {
		return from, to, ErrPeriod.At("/days")
	}
	from, to = midnight(first), midnight(last.AddDate(0, 0, 1))
	if to.After(now) {
		to = now
	}
	return from, to, nil
}

// midnight is the instant at which a business date begins.
func midnight(date time.Time) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Shanghai).UTC()
}

// prepare checks that the draft is of the run's kind, and completes it.
func (s *Service) prepare(tx pg.Tx, who identity.Principal, r *Run) error {
	d := &r.Draft
	if r.Kind != KindMatrix && len(d.Matters) > 0 {
		return ErrMatter.With("matter", d.Matters[0]).At("/matters")
	}
	given := map[string]bool{
		"matrix": d.Matrix != nil, "matrix_version": d.MatrixVersion != 0, "limit_rule": d.LimitRule != nil, "price_authority": d.Authority != nil,
	}
	takes := map[Kind][]string{
		KindMatrix: {"matrix", "matrix_version"}, KindLimitRule: {"limit_rule"}, KindPriceAuthority: {"price_authority"},
	}[r.Kind]
	n := 0
	for name, is := range given {
		if is && slices.Contains(takes, name) {
			n++
		} else if is {
			n += 2
		}
	}
	if n != 1 {
		return ErrDraft.With("of", strings.Join(takes, ", ")).At("/" + takes[0])
	}
	switch r.Kind {
	case KindMatrix:
		return checkMatters(d.Matters)
	case KindLimitRule:
		return s.checkLimitRule(tx, d.LimitRule)
	case KindPriceAuthority:
		return s.entries(tx, who, d.Authority)
	}
	return nil
}

func checkMatters(names []string) error {
	for i, name := range names {
		if !slices.ContainsFunc(approval.Matters, func(m approval.Matter) bool { return m.Name == name }) {
			return ErrMatter.With("matter", name).At(fmt.Sprintf("/matters/%d", i))
		}
	}
	return nil
}

// checkLimitRule holds the values against the bounds of their parameters.
func (s *Service) checkLimitRule(tx pg.Tx, l *LimitRule) error {
	if len(l.Parameters) == 0 && len(l.Limits) == 0 {
		return ErrDraft.With("of", "parameters, limits").At("/limit_rule")
	}
	for name, v := range l.Parameters {
		at := "/limit_rule/parameters/" + name
		if !slices.Contains(shipping.Parameters, name) {
			return ErrParameter.With("parameter", name).At(at)
		}
		if _, err := s.rules.Check(tx, name, v.String()); err != nil {
			if e, ours := errs.As(err); ours {
				for i := range e.Fields {
					e.Fields[i].Pointer = at
				}
			}
			return err
		}
	}
	seen := map[string]bool{}
	for i, g := range l.Limits {
		if seen[g.Grade] || !g.valid() {
			return ErrLimit.At(fmt.Sprintf("/limit_rule/limits/%d", i))
		}
		seen[g.Grade] = true
	}
	return nil
}

// maxFactor bounds how often a limit is taken.
var maxFactor = decimal.MustNew(1000, 0)

func (g GradeLimit) valid() bool {
	n := 0
	for _, is := range []bool{g.Factor != nil, g.Amount != nil, g.Unlimited} {
		if is {
			n++
		}
	}
	switch {
	case n != 1 || !slices.Contains([]string{"A", "B", "C", "D", noGrade}, g.Grade):
		return false
	case g.Factor != nil:
		return !g.Factor.IsNeg() && g.Factor.Cmp(maxFactor) <= 0
	case g.Amount != nil:
		return !g.Amount.IsNeg()
	}
	return true
}

// entries copies those of the table that is named: a draft of a table may change while the run is under way.
func (s *Service) entries(tx pg.Tx, who identity.Principal, a *Authority) error {
	if (a.TableID != nil) == (len(a.Entries) > 0) {
		return ErrDraft.With("of", "table_id, entries").At("/price_authority")
	}
	if a.TableID == nil {
		return nil
	}
	t, err := s.prices.GetPriceAuthorityTable(tx, who, *a.TableID)
	if e, ours := errs.As(err); ours && e.Def == errs.ErrNotFound {
		return errs.ErrReferenced.At("/price_authority/table_id")
	}
	a.Entries = t.Entries
	return err
}

// authorityAt names the place of a draft table in a refusal that has none.
func authorityAt(err error) error {
	if e, ours := errs.As(err); ours && len(e.Fields) == 0 {
		return e.At("/price_authority/entries")
	}
	return err
}
