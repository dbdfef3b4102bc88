package committee

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

// Service holds the use cases. Build one per process; it is safe for concurrent use once its kinds are registered.
type Service struct {
	rules     *rulebook.Service
	approvals *approval.Service
	files     *attachment.Service
	kinds     map[string]Kind
	order     []string // of kinds, as they were registered
}

// New returns the service.
func New(rules *rulebook.Service, approvals *approval.Service, files *attachment.Service) *Service {
	return &Service{rules: rules, approvals: approvals, files: files, kinds: map[string]Kind{}}
}

// Call is what a meeting is called for.
type Call struct {
	Title       string
	Place       string
	ScheduledAt time.Time
	Subjects    []Ref // that are put on the agenda at once
	All         bool  // put all that waits on it
}

// Ref names a subject.
type Ref struct {
	Type string
	ID   uuid.UUID
}

// CallPriceMeeting calls an extra meeting (PRC-08, PRC-11) and invites the members. Returns ErrPast and, for a subject, ErrSubject and ErrItemTwice.
func (s *Service) CallPriceMeeting(tx pg.Tx, _ identity.Principal, c Call) (Meeting, error) {
	if c.ScheduledAt.Before(tx.Now) {
		return Meeting{}, ErrPast.At("/scheduled_at")
	}
	return s.call(tx, Meeting{Kind: Extra}, c)
}

// CallOrdinary calls the ordinary meeting of the quarter that begins on a day, for committee.meeting_days working days into it, with all that
// waits, and has the sales manager revise the price authority table with the quarter's review (PRC-08). It does nothing when there is one.
func (s *Service) CallOrdinary(tx pg.Tx, quarter time.Time) error {
	if found, err := hasOrdinary(tx, quarter); err != nil || found {
		return err
	}
	days, err := s.rules.Int(tx, "committee.meeting_days")
	if err != nil {
		return err
	}
	at := tenOClock(tx.Calendar().AddWorkingDays(quarter, days))
	if at.Before(tx.Now) { // a quarter that is caught up on
		at = tenOClock(tx.Calendar().AddWorkingDays(clock.Today(tx.Now), 1))
	}
	y, month, _ := quarter.Date()
	m, err := s.call(tx, Meeting{Kind: Ordinary, Quarter: &quarter}, Call{
		Title: fmt.Sprintf("%d 年第 %d 季度价格委员会例会 · ordinary meeting", y, (month+2)/3), ScheduledAt: at, All: true,
	})
	if err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: "price_meeting.revise_authority", SubjectType: Subject, SubjectID: m.ID, Number: m.Number, Role: identity.SalesManager, DueAt: &at,
		EscalateTo: identity.GeneralManager,
		TitleEN:    "Revise the price authority table with the quarterly price review (PRC-08)", TitleZH: "结合季度价格评审修订价格权限表(PRC-08)",
	})
}

// tenOClock is ten in the morning of a business date.
func tenOClock(date time.Time) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d, 10, 0, 0, 0, clock.Shanghai).UTC()
}

func (s *Service) call(tx pg.Tx, m Meeting, c Call) (Meeting, error) {
	number, err := pg.NextNumber(tx, "PCM", tx.Now.In(clock.Shanghai))
	if err != nil {
		return Meeting{}, err
	}
	m.ID, m.Number, m.State, m.Version = uuid.Must(uuid.NewV7()), number, Planned, 1
	m.Title, m.Place, m.ScheduledAt = strings.TrimSpace(c.Title), strings.TrimSpace(c.Place), c.ScheduledAt.UTC().Truncate(time.Microsecond)
	m.CalledAt, m.CalledBy = tx.Now, tx.By.Actor()
	if err := pg.Insert(tx, &m); err != nil {
		return Meeting{}, err
	}
	if m.Items, err = s.agenda(tx, m.ID, c); err != nil {
		return Meeting{}, err
	}
	if err := s.invite(tx, m); err != nil {
		return Meeting{}, err
	}
	return m, audit.Record(tx, audit.Entry{Action: "callPriceMeeting", SubjectType: Subject, SubjectID: m.ID, After: m.trace()})
}

// agenda puts on the agenda what the meeting is called for.
func (s *Service) agenda(tx pg.Tx, meeting uuid.UUID, c Call) ([]Item, error) {
	var subjects []Waiting
	if c.All {
		all, err := s.waiting(tx)
		if err != nil {
			return nil, err
		}
		subjects = all
	}
	for i, ref := range c.Subjects {
		w, err := s.find(tx, ref.Type, ref.ID)
		if err == error(ErrSubject) { //nolint:errorlint // find returns it as it is
			return nil, ErrSubject.At(fmt.Sprintf("/subjects/%d", i))
		}
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, w)
	}
	items := make([]Item, 0, len(subjects))
	for _, w := range subjects {
		items = append(items, w.item(tx, meeting))
	}
	if len(items) == 0 {
		return nil, nil
	}
	return items, pg.Insert(tx, &items)
}

// invite tells the members of the day when and where.
func (s *Service) invite(tx pg.Tx, m Meeting) error {
	at := m.ScheduledAt.In(clock.Shanghai).Format("2006-01-02 15:04")
	return s.tell(tx, m, "price_meeting.invitation", fmt.Sprintf("Price committee %s on %s: %s", m.Number, at, m.Title),
		fmt.Sprintf("价格委员会会议 %s,%s:%s", m.Number, at, m.Title))
}

// tell lets every member of the meeting's day know something.
func (s *Service) tell(tx pg.Tx, m Meeting, kind, en, zh string) error {
	members, err := s.roster(tx, clock.Today(m.ScheduledAt))
	if err != nil {
		return err
	}
	tasks := make([]followup.Task, 0, len(members))
	for _, p := range members {
		tasks = append(tasks, followup.Task{
			Kind: kind, SubjectType: Subject, SubjectID: m.ID, Number: m.Number, UserID: &p.UserID, Inform: true, TitleEN: en, TitleZH: zh,
		})
	}
	if len(tasks) == 0 {
		return nil
	}
	return followup.Open(tx, tasks...)
}

// Change is a change to a meeting that is planned; nil leaves a field as it is.
type Change struct {
	Title       *string
	Place       *string
	ScheduledAt *time.Time
}

// UpdatePriceMeeting changes time, place or title of a planned meeting, and invites the members anew. Locks the meeting. Returns errs.ErrNotFound,
// errs.ErrStale, ErrState and ErrPast.
func (s *Service) UpdatePriceMeeting(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, c Change) (Meeting, error) {
	return s.edit(tx, who, id, &version, "updatePriceMeeting", func(m *Meeting) error {
		if m.State != Planned {
			return ErrState.With("state", m.State)
		}
		if c.Title != nil {
			m.Title = strings.TrimSpace(*c.Title)
		}
		if c.Place != nil {
			m.Place = strings.TrimSpace(*c.Place)
		}
		if c.ScheduledAt != nil {
			if c.ScheduledAt.Before(tx.Now) {
				return ErrPast.At("/scheduled_at")
			}
			m.ScheduledAt, m.RemindedAt, m.OverdueAt = c.ScheduledAt.UTC().Truncate(time.Microsecond), nil, nil
		}
		if err := uninvite(tx, *m); err != nil {
			return err
		}
		return s.invite(tx, *m)
	})
}

// uninvite closes what members were told about a meeting.
func uninvite(tx pg.Tx, m Meeting) error {
	for _, kind := range []string{"price_meeting.invitation", "price_meeting.reminder", "price_meeting.overdue"} {
		if err := followup.Close(tx, kind, Subject, m.ID); err != nil {
			return err
		}
	}
	return nil
}

// CancelPriceMeeting gives a meeting up before it is closed; what was on its agenda waits on. Locks the meeting. Returns errs.ErrNotFound,
// errs.ErrStale, ErrState and ErrReason.
func (s *Service) CancelPriceMeeting(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Meeting, error) {
	return s.edit(tx, who, id, version, "cancelPriceMeeting", func(m *Meeting) error {
		if m.State != Planned {
			return ErrState.With("state", m.State)
		}
		if m.CancelReason = strings.TrimSpace(reason); m.CancelReason == "" {
			return ErrReason.At("/reason")
		}
		m.State = Cancelled
		return uninvite(tx, *m)
	})
}

// AddPriceMeetingItem puts something that waits for the committee on a meeting's agenda. Locks the meeting. Returns errs.ErrNotFound, ErrState,
// ErrSubject and ErrItemTwice.
func (s *Service) AddPriceMeetingItem(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, of Ref) (Meeting, error) {
	return s.edit(tx, who, id, version, "addPriceMeetingItem", func(m *Meeting) error {
		if m.State != Planned && m.State != Open {
			return ErrState.With("state", m.State)
		}
		w, err := s.find(tx, of.Type, of.ID)
		if err != nil {
			return err
		}
		it := w.item(tx, id)
		m.Items = append(m.Items, it)
		return pg.Insert(tx, &it)
	})
}

// RemovePriceMeetingItem takes an item off the agenda before the meeting is opened. Locks the meeting. Returns errs.ErrNotFound and ErrState.
func (s *Service) RemovePriceMeetingItem(tx pg.Tx, who identity.Principal, id, item uuid.UUID, version *int64) (Meeting, error) {
	return s.edit(tx, who, id, version, "removePriceMeetingItem", func(m *Meeting) error {
		if m.State != Planned {
			return ErrState.With("state", m.State)
		}
		if m.item(item) == nil {
			return errs.ErrNotFound
		}
		return removeItem(tx, m, item)
	})
}

// edit locks a meeting, changes it and stores it with its event.
func (s *Service) edit(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, action string, change func(*Meeting) error) (Meeting, error) {
	if err := s.mustBelong(tx, who); err != nil {
		return Meeting{}, err
	}
	m, err := lockMeeting(tx, id)
	if err != nil {
		return Meeting{}, err
	}
	if version != nil && *version != m.Version {
		return Meeting{}, errs.ErrStale
	}
	before := m.trace()
	if err := change(&m); err != nil {
		return Meeting{}, err
	}
	if err := storeMeeting(tx, &m); err != nil {
		return Meeting{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: id, Before: before, After: m.trace()})
	if err != nil {
		return Meeting{}, err
	}
	return m, s.attach(tx, &m)
}

func (s *Service) attach(tx pg.Tx, m *Meeting) error {
	of, err := s.files.Of(tx, Subject, m.ID)
	m.Files = of[m.ID]
	return err
}

// onlookers have business with the committee whether they belong to it or not.
var onlookers = []identity.Role{
	identity.GeneralManager, identity.Auditor, identity.SalesManager, identity.SalesDirector, identity.FinanceManager, identity.PriceCommittee, identity.Admin,
}

// mustBelong returns errs.ErrNotFound for who has no business with the committee: who never was a member, and has no role that oversees it.
func (s *Service) mustBelong(tx pg.Tx, who identity.Principal) error {
	if who.Kind == identity.KindSystem || who.Has(onlookers...) {
		return nil
	}
	member, err := everMember(tx, who.ID)
	if err == nil && !member {
		err = errs.ErrNotFound
	}
	return err
}
