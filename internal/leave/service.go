package leave

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Subject is the subject type of leaves, and Matter what their approval is about.
const (
	Subject = "leave"
	Matter  = "hr.leave"
)

// The kinds of this module's follow-ups.
const (
	followHandover = "leave.handover"
	followPapers   = "leave.papers"
	followDeputy   = "leave.deputy"
	followGone     = "leave.deputy_gone"
)

// Service owns leave.
type Service struct {
	rules     *rulebook.Service
	approvals *approval.Service
	files     *attachment.Service
}

// New returns the service. Register it with approvals for Matter and its files' visibility with files.
func New(rules *rulebook.Service, approvals *approval.Service, files *attachment.Service) *Service {
	return &Service{rules: rules, approvals: approvals, files: files}
}

// Application is what somebody applies for.
type Application struct {
	DeputyID      uuid.UUID
	Kind          string
	Reason        string
	FirstDay      time.Time
	LastDay       time.Time
	Sudden        bool
	AttachmentIDs []uuid.UUID
}

// Apply applies for leave of the principal (HRA-01). It goes to their superior at once, or after the handover when it is
// long. Returns ErrPast, ErrNoDays, ErrTooLong, ErrNotice, ErrSudden, ErrOverlap, and about the deputy ErrSelf, ErrDeputy, ErrAway,
// ErrCircle, ErrStandsIn. Locks the two people.
func (s *Service) Apply(tx pg.Tx, who identity.Principal, a Application) (Leave, error) {
	l := Leave{
		ID: uuid.Must(uuid.NewV7()), PersonID: who.ID, DepartmentID: who.DepartmentID, DeputyID: a.DeputyID, Kind: a.Kind,
		Reason: strings.TrimSpace(a.Reason), FirstDay: a.FirstDay, LastDay: a.LastDay, Sudden: a.Sudden,
		State: StateSubmitted, AppliedAt: tx.Now, Version: 1,
	}
	n, err := s.notices(tx)
	if err != nil {
		return Leave{}, err
	}
	if e := l.inTime(tx.Calendar(), tx.Now, n); e != nil {
		return Leave{}, e
	}
	gone, err := s.deputise(tx, l)
	if err != nil {
		return Leave{}, err
	}
	if l.Handover {
		l.State = StateHandover
	}
	if l.Sudden && len(a.AttachmentIDs) > 0 {
		l.PapersAt = &tx.Now
	}
	if l.Number, err = pg.NextNumber(tx, "LV", tx.Now); err != nil {
		return Leave{}, err
	}
	if err := pg.Insert(tx, &l); err != nil {
		return Leave{}, err
	}
	if err := s.files.Bind(tx, who, Subject, l.ID, a.AttachmentIDs...); err != nil {
		return Leave{}, err
	}
	if err := audit.Record(tx, audit.Entry{Action: "applyForLeave", SubjectType: Subject, SubjectID: l.ID, After: l.snapshot()}); err != nil {
		return Leave{}, err
	}
	if err := tellGone(tx, gone); err != nil {
		return Leave{}, err
	}
	if l.State == StateHandover {
		return l, openHandover(tx, l)
	}
	return l, s.submit(tx, who, &l)
}

// deputise locks the two people and checks the deputy against everybody's leave. It returns the leaves whose deputy the
// applicant is, and which a sudden leave leaves without one.
func (s *Service) deputise(tx pg.Tx, l Leave) (gone []Leave, err error) {
	if l.DeputyID == l.PersonID {
		return nil, ErrSelf.At("/deputy_id")
	}
	active, err := lockPeople(tx, l.PersonID, l.DeputyID)
	if err != nil {
		return nil, err
	}
	if !active[l.DeputyID] {
		return nil, ErrDeputy.At("/deputy_id")
	}
	others, err := overlapping(tx, l)
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		if o.PersonID == l.PersonID && o.ID != l.ID {
			return nil, ErrOverlap.At("/first_day")
		}
	}
	hard, standsIn := l.standing(others)
	switch {
	case hard != nil:
		return nil, hard
	case len(standsIn) > 0 && !l.Sudden:
		return nil, ErrStandsIn.With("number", standsIn[0].Number).At("/first_day")
	}
	return standsIn, nil
}

// submit asks the superior.
func (s *Service) submit(tx pg.Tx, who identity.Principal, l *Leave) error {
	ahead := int(l.FirstDay.Sub(clock.Today(l.AppliedAt)) / (24 * time.Hour))
	from, to := l.FirstDay.Format(time.DateOnly), l.LastDay.Format(time.DateOnly)
	r, err := s.approvals.Submit(tx, who, approval.Submission{
		Matter: Matter, SubjectType: Subject, SubjectID: l.ID, Number: l.Number, OwnerID: &l.PersonID,
		TitleEN: fmt.Sprintf("Leave of %s, %s to %s (%d days)", who.Name, from, to, l.Days),
		TitleZH: fmt.Sprintf("%s 请假 %s 至 %s(%d 天)", who.Name, from, to, l.Days),
		Facts: map[string]any{
			"days": l.Days, "days_ahead": ahead, "sudden": l.Sudden, "kind": l.Kind, "handover": l.Handover, "reason": l.Reason,
		},
		Content: l.content(),
	})
	if err != nil {
		return err
	}
	l.ApprovalID = &r.ID
	if r.State == approval.Approved {
		if err := s.begin(tx, l); err != nil {
			return err
		}
	} else {
		l.State = StateSubmitted
	}
	return update(tx, l)
}

// content is what an approval is of.
func (l Leave) content() []byte {
	return approval.ContentHash(struct {
		Person, Deputy uuid.UUID
		Kind           string
		First, Last    string
	}{l.PersonID, l.DeputyID, l.Kind, l.FirstDay.Format(time.DateOnly), l.LastDay.Format(time.DateOnly)})
}

// begin approves the leave in memory, and lets the deputy act in its time. Sudden leave owes papers.
func (s *Service) begin(tx pg.Tx, l *Leave) error {
	l.State = StateApproved
	starts := l.Starts()
	if tx.Now.After(starts) {
		starts = tx.Now
	}
	if !starts.Before(l.Ends()) { // approved when it is over
		return s.owe(tx, *l)
	}
	if err := approval.Depute(tx, approval.Deputation{
		ID: l.ID, AbsentID: l.PersonID, DeputyID: l.DeputyID, StartsAt: starts, EndsAt: l.Ends(),
	}); err != nil {
		return err
	}
	if err := followup.Open(tx, followup.Task{
		Kind: followDeputy, SubjectType: Subject, SubjectID: l.ID, Number: l.Number, UserID: &l.DeputyID, Inform: true,
		TitleEN: "You act for a colleague on leave from " + l.FirstDay.Format(time.DateOnly),
		TitleZH: "您自 " + l.FirstDay.Format(time.DateOnly) + " 起代理请假同事的审批事项",
	}); err != nil {
		return err
	}
	return s.owe(tx, *l)
}

// owe asks for the papers of a sudden leave (HRA-01).
func (s *Service) owe(tx pg.Tx, l Leave) error {
	if !l.Sudden || l.PapersAt != nil {
		return nil
	}
	days, err := s.rules.Int(tx, "leave.papers_days")
	if err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: followPapers, SubjectType: Subject, SubjectID: l.ID, Number: l.Number, UserID: &l.PersonID,
		Within: &clock.Term{From: midnight(l.LastDay), Days: days}, EscalateTo: identity.HR, TitleEN: "Papers of your sudden leave", TitleZH: "补交突发请假证明",
	})
}

// ConfirmHandover says, by the deputy, that the handover is finished; then the leave goes to the superior (HRA-01). Returns
// errs.ErrNotFound, ErrNotDeputy, errs.ErrState, errs.ErrStale. Locks the leave.
func (s *Service) ConfirmHandover(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, note string, files ...uuid.UUID) (Leave, error) {
	l, err := s.locked(tx, who, id, version)
	if err != nil {
		return Leave{}, err
	}
	if l.State != StateHandover {
		return Leave{}, errs.ErrState.With("state", string(l.State))
	}
	if l.DeputyID != who.ID {
		return Leave{}, ErrNotDeputy
	}
	before := l.snapshot()
	l.HandoverNote, l.HandoverAt = strings.TrimSpace(note), &tx.Now
	if err := s.files.Bind(tx, who, Subject, l.ID, files...); err != nil {
		return Leave{}, err
	}
	person, err := identity.LoadUser(tx, l.PersonID)
	if err != nil {
		return Leave{}, err
	}
	if err := s.submit(tx, person, &l); err != nil {
		return Leave{}, err
	}
	if err := followup.Close(tx, followHandover, Subject, l.ID); err != nil {
		return Leave{}, err
	}
	return l, audit.Record(tx, audit.Entry{
		Action: "confirmLeaveHandover", SubjectType: Subject, SubjectID: l.ID, Before: before, After: l.snapshot(),
	})
}

// Cancel takes a leave back before it has begun. Returns errs.ErrNotFound, ErrNotYours, errs.ErrState (return from a leave that
// has begun instead), errs.ErrStale. Locks the approval, then the leave.
func (s *Service) Cancel(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Leave, error) {
	if err := s.approvals.Lock(tx, Subject, id); err != nil {
		return Leave{}, err
	}
	l, err := s.locked(tx, who, id, version)
	if err != nil {
		return Leave{}, err
	}
	if !l.manages(who) {
		return Leave{}, ErrNotYours
	}
	if !l.State.Counts() || l.State == StateApproved && !tx.Now.Before(l.Starts()) {
		return Leave{}, errs.ErrState.With("state", string(l.State))
	}
	return l, s.end(tx, &l, StateCancelled, "cancelLeave", strings.TrimSpace(reason))
}

// Return ends a running leave: the person is back, and the deputy acts no more from now on. Decisions made meanwhile stay.
// Returns errs.ErrNotFound, ErrNotYours, errs.ErrState, errs.ErrStale. Locks the leave.
func (s *Service) Return(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Leave, error) {
	l, err := s.locked(tx, who, id, version)
	if err != nil {
		return Leave{}, err
	}
	if !l.manages(who) {
		return Leave{}, ErrNotYours
	}
	if l.State != StateApproved || tx.Now.Before(l.Starts()) {
		return Leave{}, errs.ErrState.With("state", string(l.State))
	}
	return l, s.end(tx, &l, StateEnded, "returnFromLeave", "")
}

// end ends the leave, its approval if it waits, and the deputation.
func (s *Service) end(tx pg.Tx, l *Leave, state State, action, reason string) error {
	before := l.snapshot()
	if state == StateCancelled {
		if err := s.approvals.Void(tx, Subject, l.ID, reason); err != nil {
			return err
		}
		for _, kind := range []string{followHandover, followPapers} {
			if err := followup.Close(tx, kind, Subject, l.ID); err != nil {
				return err
			}
		}
	}
	if err := approval.EndDeputation(tx, l.ID); err != nil {
		return err
	}
	l.State, l.EndedAt, l.EndReason = state, &tx.Now, reason
	if err := update(tx, l); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: l.ID, Before: before, After: l.snapshot()})
}

// AddPapers binds the papers of a sudden leave (HRA-01) and closes what asked for them. Returns errs.ErrNotFound, ErrNotYours,
// ErrNoPapers and attachment.ErrUnknown. Locks the leave.
func (s *Service) AddPapers(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, files ...uuid.UUID) (Leave, error) {
	l, err := s.locked(tx, who, id, version)
	if err != nil {
		return Leave{}, err
	}
	if l.PersonID != who.ID {
		return Leave{}, ErrNotYours
	}
	if !l.Sudden || l.State != StateSubmitted && l.State != StateApproved && l.State != StateEnded {
		return Leave{}, ErrNoPapers
	}
	before := l.snapshot()
	if err := s.files.Bind(tx, who, Subject, l.ID, files...); err != nil {
		return Leave{}, err
	}
	l.PapersAt = &tx.Now
	if err := update(tx, &l); err != nil {
		return Leave{}, err
	}
	if err := followup.Close(tx, followPapers, Subject, l.ID); err != nil {
		return Leave{}, err
	}
	return l, audit.Record(tx, audit.Entry{Action: "addLeavePapers", SubjectType: Subject, SubjectID: l.ID, Before: before, After: l.snapshot()})
}

// manages reports whether the principal may cancel and end the leave: its person, or HR and the general manager for them.
func (l Leave) manages(who identity.Principal) bool {
	return l.PersonID == who.ID || who.Has(identity.HR, identity.GeneralManager)
}

func (s *Service) notices(tx pg.Tx) (notices, error) {
	var n notices
	for name, into := range map[string]*int{
		"leave.short_days": &n.shortDays, "leave.short_notice": &n.shortNotice, "leave.medium_days": &n.mediumDays,
		"leave.medium_notice": &n.mediumNotice, "leave.long_notice": &n.longNotice, "leave.sudden_hour": &n.suddenHour,
		"leave.handover_days": &n.handoverDays,
	} {
		v, err := s.rules.Int(tx, name)
		if err != nil {
			return n, err
		}
		*into = v
	}
	return n, nil
}

func openHandover(tx pg.Tx, l Leave) error {
	due := l.Starts()
	return followup.Open(tx, followup.Task{
		Kind: followHandover, SubjectType: Subject, SubjectID: l.ID, Number: l.Number, UserID: &l.DeputyID, DueAt: &due,
		TitleEN: "Confirm that the handover is finished", TitleZH: "确认工作移交完成",
	})
}

// tellGone tells those whose deputy has fallen ill.
func tellGone(tx pg.Tx, gone []Leave) error {
	for _, l := range gone {
		err := followup.Open(tx, followup.Task{
			Kind: followGone, SubjectType: Subject, SubjectID: l.ID, Number: l.Number, UserID: &l.PersonID, Inform: true,
			TitleEN: "Your deputy is suddenly away", TitleZH: "您的代理人临时请假",
		})
		if err != nil {
			return err
		}
	}
	return nil
}
