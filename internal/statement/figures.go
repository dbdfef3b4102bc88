package statement

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// SubjectFigures is what events and follow-ups call a rep's figures.
const SubjectFigures = "rep_figure"

// FigureState is where a rep's figures stand. The names are the API's.
type FigureState string

// The states.
const (
	FiguresDraft      FigureState = "draft"
	FiguresGiven      FigureState = "given"
	FiguresObjected   FigureState = "objected"
	FiguresFinal      FigureState = "final"
	FiguresSuperseded FigureState = "superseded"
)

// Figures are a rep's volume and collections of a month (ARV-08): what the month's statements of the rep's customers add up to. They are
// frozen; a correction is another revision.
type Figures struct {
	ID             uuid.UUID
	Month          time.Time
	RepID          uuid.UUID
	Revision       int
	State          FigureState
	Customers      int
	Amounts        `gorm:"embedded"`
	Unweighed      int // delivered lines that aren't in the tonnes, since nobody has said what their unit weighs
	MadeAt         time.Time
	GivenAt        *time.Time
	GivenBy        *uuid.UUID
	DueAt          *time.Time // until then the rep may object
	DueDays        int
	Objection      string
	ObjectedAt     *time.Time
	Decision       string // stands or corrected
	DecisionReason string
	DecidedAt      *time.Time
	DecidedBy      *uuid.UUID
	Version        int64

	RepName string `gorm:"->"` // whose they are; filled in for readers
}

// TableName implements gorm's Tabler.
func (Figures) TableName() string { return "rep_figures" }

// Amounts are the figures themselves.
type Amounts struct {
	Delivered decimal.Decimal
	Invoiced  decimal.Decimal
	Received  decimal.Decimal
	Closing   decimal.Decimal // what the customers owe at the month's end
	Tonnes    decimal.Decimal // of what was delivered, where its weight is known
}

// FigureLine is one customer's share, as it was when the figures were made.
type FigureLine struct {
	FigureID   uuid.UUID
	CustomerID uuid.UUID
	Code, Name string `gorm:"->"`
	Opening    decimal.Decimal
	Amounts    `gorm:"embedded"`
	Unweighed  int
}

// named fills in whose figures they are.
func (f *Figures) named(tx pg.Tx) error {
	rep, err := identity.Take(tx, f.RepID)
	f.RepName = rep.Name
	return err
}

// trace is the figures as their events show them.
func (f Figures) trace() map[string]any {
	return map[string]any{
		"month": f.Month.Format("2006-01"), "rep_id": f.RepID, "revision": f.Revision, "state": f.State, "delivered": f.Delivered, "invoiced": f.Invoiced,
		"received": f.Received, "tonnes": f.Tonnes, "objection": f.Objection, "decision": f.Decision, "reason": f.DecisionReason, "version": f.Version,
	}
}

// objectionEnds is the end of the working day in which the figures were given, or so many working days later; of figures that were
// given when that day was over, or on a day off, of the next working day (ARV-08).
func objectionEnds(c clock.Calendar, given time.Time, days int) time.Time {
	if due := c.EndOfWorkingDay(given, days); due.After(given) {
		return due
	}
	return c.EndOfWorkingDay(given, days+1)
}

// draftFigures makes the figures of all reps for a month whose statements are made. Done again it changes nothing.
func (s *Service) draftFigures(tx pg.Tx, month time.Time) error { return insertFigures(tx, month) }

// Give gives the reps their figures of a month (ARV-08): each is told, and may object until the working day ends
// (statement.objection_days). Returns how many there were, ErrNotGiven for none. Locks the figures, in id order.
func (s *Service) Give(tx pg.Tx, month time.Time) (int, error) {
	days, err := s.rules.Int(tx, "statement.objection_days")
	if err != nil {
		return 0, err
	}
	due := objectionEnds(tx.Calendar(), tx.Now, days)
	given, err := giveFigures(tx, month, due, days)
	if err != nil {
		return 0, err
	}
	if len(given) == 0 {
		return 0, ErrNotGiven
	}
	tasks := make([]followup.Task, len(given))
	entries := make([]audit.Entry, len(given))
	for i, f := range given {
		tasks[i] = followup.Task{
			Kind: KindFigures, SubjectType: SubjectFigures, SubjectID: f.ID, Number: month.Format("2006-01"), UserID: &f.RepID, DueAt: f.DueAt, Inform: true,
			TitleEN: "Your volume and collections of " + month.Format("2006-01"), TitleZH: month.Format("2006-01") + " 业绩与回款数据,有异议请当日提出",
		}
		entries[i] = audit.Entry{Action: "giveRepFigures", SubjectType: SubjectFigures, SubjectID: f.ID, After: f.trace()}
	}
	if err := followup.Open(tx, tasks...); err != nil {
		return 0, err
	}
	if err := closeGive(tx, month); err != nil {
		return 0, err
	}
	return len(given), audit.RecordAll(tx, entries)
}

// Object is the rep's objection to figures that were given (ARV-08). The manager is asked to decide. Returns ErrNotYours, ErrReason, and ErrTooLate
// after the day's end. Locks the figures.
func (s *Service) Object(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, objection string) (Figures, error) {
	f, err := lockFigures(tx, who, id, version)
	switch {
	case err != nil:
		return Figures{}, err
	case f.RepID != who.ID:
		return Figures{}, ErrNotYours
	case f.State != FiguresGiven && f.State != FiguresFinal || f.ObjectedAt != nil:
		return Figures{}, errs.ErrState.With("state", f.State)
	case tx.Now.After(*f.DueAt):
		return Figures{}, ErrTooLate.With("due_at", *f.DueAt)
	}
	if f.Objection = strings.TrimSpace(objection); f.Objection == "" {
		return Figures{}, ErrReason.At("/reason")
	}
	before := f.trace()
	f.State, f.ObjectedAt = FiguresObjected, &tx.Now
	if err := s.storeFigures(tx, &f, "objectToRepFigures", before); err != nil {
		return Figures{}, err
	}
	rep, err := identity.Take(tx, f.RepID)
	if err != nil {
		return Figures{}, err
	}
	f.RepName = rep.Name
	days, err := s.rules.Int(tx, "statement.ruling_days")
	if err != nil {
		return Figures{}, err
	}
	month := f.Month.Format("2006-01")
	return f, followup.Open(tx, followup.Task{
		Kind: KindObject, SubjectType: SubjectFigures, SubjectID: f.ID, Number: month, TitleEN: rep.Name + " objects to the figures of " + month,
		TitleZH: rep.Name + " 对 " + month + " 业绩数据提出异议", Role: identity.SalesManager, DepartmentID: rep.DepartmentID,
		Within: &clock.Term{From: tx.Now, Days: days}, EscalateTo: identity.GeneralManager,
	})
}

// Ruling is what the manager decides on an objection.
type Ruling struct {
	Corrected *Amounts // nil: finance's figures stand
	Reason    string
}

// Decide is the manager's decision on an objection (ARV-08): finance's figures stand, or corrected ones take their place as another
// revision, which is returned. Returns ErrOwnFigures, ErrReason. Locks the figures.
func (s *Service) Decide(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, r Ruling) (Figures, error) {
	f, err := lockFigures(tx, who, id, version)
	switch {
	case err != nil:
		return Figures{}, err
	case f.RepID == who.ID:
		return Figures{}, ErrOwnFigures
	case f.State != FiguresObjected:
		return Figures{}, errs.ErrState.With("state", f.State)
	}
	if f.DecisionReason = strings.TrimSpace(r.Reason); f.DecisionReason == "" {
		return Figures{}, ErrReason.At("/reason")
	}
	if err := f.named(tx); err != nil {
		return Figures{}, err
	}
	before := f.trace()
	f.State, f.Decision, f.DecidedAt, f.DecidedBy = FiguresFinal, "stands", &tx.Now, tx.By.Actor()
	if r.Corrected != nil {
		f.State, f.Decision = FiguresSuperseded, "corrected"
	}
	if err := s.storeFigures(tx, &f, "decideRepFigures", before); err != nil {
		return Figures{}, err
	}
	if err := followup.Close(tx, KindObject, SubjectFigures, id); err != nil || r.Corrected == nil {
		return f, err
	}
	return s.correct(tx, f, *r.Corrected)
}

// correct puts corrected figures in the place of those that were decided against.
func (s *Service) correct(tx pg.Tx, old Figures, a Amounts) (Figures, error) {
	f := old
	f.ID, f.Revision, f.State, f.Amounts, f.MadeAt, f.Version = uuid.Must(uuid.NewV7()), old.Revision+1, FiguresFinal, a, tx.Now, 1
	f.Objection, f.ObjectedAt, f.Unweighed = "", nil, 0
	if err := pg.Insert(tx, &f); err != nil {
		return Figures{}, err
	}
	return f, audit.Record(tx, audit.Entry{Action: "correctRepFigures", SubjectType: SubjectFigures, SubjectID: f.ID, Before: old.trace(), After: f.trace()})
}

func (s *Service) storeFigures(tx pg.Tx, f *Figures, action string, before map[string]any) error {
	err := pg.Update(tx, "rep_figures", f.ID, f.Version, map[string]any{
		"state": f.State, "objection": f.Objection, "objected_at": f.ObjectedAt, "decision": f.Decision, "decision_reason": f.DecisionReason,
		"decided_at": f.DecidedAt, "decided_by": f.DecidedBy,
	})
	f.Version++
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: SubjectFigures, SubjectID: f.ID, Before: before, After: f.trace()})
}

// Stand makes final at most n figures that nobody objected to in time (ARV-08), and returns how many there were.
func (s *Service) Stand(tx pg.Tx, n int) (int, error) {
	ids, err := overFigures(tx, n)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	entries := make([]audit.Entry, len(ids))
	for i, id := range ids {
		entries[i] = audit.Entry{Action: "finishRepFigures", SubjectType: SubjectFigures, SubjectID: id, After: map[string]any{"state": FiguresFinal}}
	}
	return len(ids), audit.RecordAll(tx, entries)
}

// RecomputeDeadlines gives the open objection deadlines what the calendar now makes of them; see pg.Deadlines.
func (s *Service) RecomputeDeadlines(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	return pg.Deadlines{
		Table: "rep_figures", Open: "state = 'given'", From: "given_at", Amount: "due_days", Versioned: true,
		Term: func(tx pg.Tx, from time.Time, days int) (clock.Term, error) {
			if !tx.Calendar().EndOfWorkingDay(from, days).After(from) {
				days++
			}
			return clock.Term{From: from, Days: days}, nil
		},
	}.Recompute(tx, after, n)
}

// GetFigures returns a rep's figures with what they are made of and their history, the oldest revision first. Returns errs.ErrNotFound for those
// of a rep whose work the caller doesn't see, and for drafts that aren't given yet.
func (s *Service) GetFigures(tx pg.Tx, who identity.Principal, id uuid.UUID) (Figures, []FigureLine, []Figures, error) {
	f, err := pg.Take[Figures](tx, "id = ?", id)
	if err != nil {
		return Figures{}, nil, nil, err
	}
	if err := seesFigures(who, f); err != nil {
		return Figures{}, nil, nil, err
	}
	if err := f.named(tx); err != nil {
		return Figures{}, nil, nil, err
	}
	var all []Figures
	if err := tx.Where("month = ? AND rep_id = ?", f.Month, f.RepID).Order("revision").Find(&all).Error; err != nil {
		return Figures{}, nil, nil, err
	}
	lines, _, err := figureLines(tx, all[0].ID, pg.Page{Limit: 200})
	return f, lines, all, err
}

// FigureLines returns a page of the customers that figures were made of, by code; of a correction those of the first figures. Returns
// errs.ErrNotFound as GetFigures does. Three statements.
func (s *Service) FigureLines(tx pg.Tx, who identity.Principal, id uuid.UUID, p pg.Page) ([]FigureLine, string, error) {
	f, err := pg.Take[Figures](tx, "id = ?", id)
	if err != nil {
		return nil, "", err
	}
	if err := seesFigures(who, f); err != nil {
		return nil, "", err
	}
	first, err := pg.Take[Figures](tx, "month = ? AND rep_id = ? AND revision = 1", f.Month, f.RepID)
	if err != nil {
		return nil, "", err
	}
	return figureLines(tx, first.ID, p)
}

// seesFigures returns errs.ErrNotFound for a draft, unless to finance and above, and for a rep whose work the caller doesn't see (ORG-06).
func seesFigures(who identity.Principal, f Figures) error {
	if f.State == FiguresDraft && !identity.Allowed(who, "rep_figure.give") {
		return errs.ErrNotFound
	}
	return who.MustSee(f.RepID)
}

// FiguresSeen returns errs.ErrNotFound unless the caller may see the figures: for their timeline.
func (s *Service) FiguresSeen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	f, err := pg.Take[Figures](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return seesFigures(who, f)
}

func lockFigures(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Figures, error) {
	f, err := pg.TakeForUpdate[Figures](tx, "id = ?", id)
	switch {
	case err != nil:
		return Figures{}, err
	case version != nil && *version != f.Version:
		return Figures{}, errs.ErrStale
	}
	return f, seesFigures(who, f)
}
