package deliverycheck

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/production"
)

// State is where the check of a promise stands.
type State string

// The states.
const (
	Open    State = "open"
	OnTime  State = "on_time"
	Delayed State = "delayed"
	Void    State = "void" // the date was changed, or the order ended
)

// The answers of a customer who was told of a delay.
const (
	AnswerAccepted  = "accepted"
	AnswerOtherDate = "other_date"
	AnswerCancels   = "cancels"
)

// The follow-ups about a check.
const (
	kindCheck  = "production.check"
	kindTell   = "production.tell_delay"
	kindChange = "production.change_wanted"
)

// Check is the check of one promised date of one line (ORD-07).
type Check struct {
	ID           uuid.UUID
	RequestID    uuid.UUID
	LineID       uuid.UUID
	OrderID      uuid.UUID `gorm:"->"`
	OrderNumber  string    `gorm:"->"`
	LineNo       int       `gorm:"->"`
	ProductName  string    `gorm:"->"`
	CustomerID   uuid.UUID
	CustomerName string `gorm:"->"`
	OwnerID      uuid.UUID
	PromisedOn   time.Time
	State        State
	OpenedAt     time.Time
	DueAt        time.Time
	DueHours     int
	CheckedAt    *time.Time
	CheckedBy    *uuid.UUID
	Note         string
	ExpectedOn   *time.Time // of a delay
	ToldAt       *time.Time
	ToldBy       *uuid.UUID
	ToldTo       string
	Channel      string
	ToldOnDate   *time.Time // the new date that was told
	LateReason   string     // why the customer wasn't told before the promised date
	Answer       string
	AnswerOn     *time.Time
	AnswerNote   string
	AnsweredAt   *time.Time
	AnsweredBy   *uuid.UUID
	Version      int64
}

// TableName is for GORM.
func (Check) TableName() string { return "delivery_checks" }

// Overdue reports whether on this date it is too late for what hasn't been done: the promise wasn't checked before its date, or its
// delay wasn't told before it (ORD-07).
func (c Check) Overdue(today time.Time) bool {
	undone := c.State == Open || c.State == Delayed && c.ToldAt == nil
	return undone && !c.PromisedOn.After(today)
}

// OpenDue opens the checks of at most n promised dates for which the day has come (ORD-07), and returns how many it looked at. A
// line's date is checked once; a promise that was made or confirmed too late for that is checked at once.
func (s *Service) OpenDue(tx pg.Tx, n int) (int, error) {
	days, err := s.rules.Int(tx, "order.check_days_before")
	if err != nil {
		return 0, err
	}
	hours, err := s.rules.Int(tx, "order.check_hours")
	if err != nil {
		return 0, err
	}
	lines, err := linesToCheck(tx, checkUntil(tx, days), n)
	if err != nil || len(lines) == 0 {
		return 0, err
	}
	opened, err := insertChecks(tx, lines, clock.Term{From: tx.Now, Hours: hours})
	if err != nil {
		return 0, err
	}
	return len(lines), s.openCheckTasks(tx, opened)
}

// checkUntil is the first promised date that needs no check yet: the promise is checked so many working days before it. As promises
// go by, so do the days on which they are checked, so one date divides them.
func checkUntil(tx pg.Tx, days int) time.Time {
	now := today(tx)
	until := now
	for !checkOn(tx, until, days).After(now) {
		until = until.AddDate(0, 0, 1)
	}
	return until
}

// checkOn is the day on which a promise is checked.
func checkOn(tx pg.Tx, promise time.Time, days int) time.Time {
	if days == 0 {
		return promise
	}
	return tx.Calendar().AddWorkingDays(promise, -days)
}

// openCheckTasks asks the customer's owner, and the assistants of their team, who follow orders up.
func (s *Service) openCheckTasks(tx pg.Tx, checks []Check) error {
	if len(checks) == 0 {
		return nil
	}
	owners := make([]uuid.UUID, len(checks))
	for i, c := range checks {
		owners[i] = c.OwnerID
	}
	assistants, err := identity.Assistants(tx, owners...)
	if err != nil {
		return err
	}
	var tasks []followup.Task
	entries := make([]audit.Entry, 0, len(checks))
	for _, c := range checks {
		for _, person := range append([]uuid.UUID{c.OwnerID}, assistants[c.OwnerID]...) {
			tasks = append(tasks, c.task(kindCheck, person, clock.Term{From: c.OpenedAt, Hours: c.DueHours},
				fmt.Sprintf("Check with production: order %s, line %d, promised for %s", c.OrderNumber, c.LineNo, day(&c.PromisedOn)),
				fmt.Sprintf("与生产核对:订单 %s 第 %d 行,交期 %s", c.OrderNumber, c.LineNo, day(&c.PromisedOn))))
		}
		entries = append(entries, c.events("openDeliveryCheck", nil)...)
	}
	if err := followup.Open(tx, tasks...); err != nil {
		return err
	}
	return audit.RecordAll(tx, entries)
}

func (c Check) task(kind string, person uuid.UUID, within clock.Term, en, zh string) followup.Task {
	return followup.Task{
		Kind: kind, SubjectType: Subject, SubjectID: c.ID, Number: c.OrderNumber, UserID: &person, Within: &within, EscalateTo: identity.SalesManager,
		TitleEN: en, TitleZH: zh,
	}
}

// Finding is what a check found.
type Finding struct {
	OnTime     bool
	ExpectedOn *time.Time // of a delay
	Note       string
}

// AnswerCheck writes down what production said of a promise: it is kept, or delayed to a new date, which the customer is to be told
// beforehand (ORD-07). Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState and ErrAnswer. Locks the check.
func (s *Service) AnswerCheck(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, in Finding) (Check, error) {
	c, err := hold(tx, who, id, version)
	if err != nil {
		return Check{}, err
	}
	if c.State != Open {
		return Check{}, errs.ErrState.With("state", string(c.State))
	}
	before := c.snapshot()
	c.State, c.CheckedAt, c.CheckedBy, c.Note = OnTime, &tx.Now, &who.ID, strings.TrimSpace(in.Note)
	if !in.OnTime {
		if in.ExpectedOn == nil || !in.ExpectedOn.After(c.PromisedOn) || in.ExpectedOn.Before(today(tx)) {
			return Check{}, ErrAnswer.With("promised_on", day(&c.PromisedOn)).At("/expected_on")
		}
		if err := s.ahead(tx, *in.ExpectedOn, "/expected_on"); err != nil {
			return Check{}, err
		}
		c.State, c.ExpectedOn = Delayed, in.ExpectedOn
	} else if in.ExpectedOn != nil {
		return Check{}, ErrAnswer.With("promised_on", day(&c.PromisedOn)).At("/expected_on")
	}
	if err := store(tx, &c); err != nil {
		return Check{}, err
	}
	if err := followup.Close(tx, kindCheck, Subject, c.ID); err != nil {
		return Check{}, err
	}
	if c.State == Delayed {
		tell := c.task(kindTell, c.OwnerID, clock.Term{},
			fmt.Sprintf("Tell the customer that order %s, line %d, is delayed to %s", c.OrderNumber, c.LineNo, day(c.ExpectedOn)),
			fmt.Sprintf("告知客户:订单 %s 第 %d 行延至 %s", c.OrderNumber, c.LineNo, day(c.ExpectedOn)))
		before := beginning(c.PromisedOn)
		tell.Within, tell.DueAt = nil, &before
		if err := followup.Open(tx, tell); err != nil {
			return Check{}, err
		}
	}
	return c, audit.RecordAll(tx, c.events("answerDeliveryCheck", before))
}

// ahead holds a date to the bounds of production.
func (s *Service) ahead(tx pg.Tx, date time.Time, pointer string) error {
	bounds, err := production.BoundsNow(tx, s.rules)
	if err != nil {
		return err
	}
	err = bounds.Ahead(date)
	if e, ours := errs.As(err); ours {
		return e.At(pointer)
	}
	return err
}

// beginning is the instant at which a business date begins: what is done beforehand is done by then.
func beginning(date time.Time) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Shanghai).UTC()
}

// Get returns a check. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Check, error) {
	c, err := readOne(tx, id)
	if err == nil {
		err = who.MustSee(c.OwnerID)
	}
	return c, err
}

// hold locks a check for a change.
func hold(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Check, error) {
	locked, err := pg.TakeForUpdate[Check](tx, "id = ?", id)
	if err == nil {
		err = who.MustSee(locked.OwnerID)
	}
	if err == nil && version != nil && *version != locked.Version {
		err = errs.ErrStale
	}
	if err != nil {
		return Check{}, err
	}
	return readOne(tx, id)
}

// events are a change of the check as its own, and as one of the order (ORD-09).
func (c Check) events(action string, before any) []audit.Entry {
	return []audit.Entry{
		{Action: action, SubjectType: Subject, SubjectID: c.ID, Before: before, After: c.snapshot()},
		{Action: action, SubjectType: order.Subject, SubjectID: c.OrderID, After: map[string]any{
			"line_no": c.LineNo, "promised_on": day(&c.PromisedOn), "check": c.State, "expected_on": day(c.ExpectedOn), "told_at": c.ToldAt, "answer": c.Answer,
		}},
	}
}

func (c Check) snapshot() map[string]any {
	return map[string]any{
		"order": c.OrderNumber, "line_no": c.LineNo, "promised_on": day(&c.PromisedOn), "state": c.State, "expected_on": day(c.ExpectedOn),
		"told_at": c.ToldAt, "late_reason": c.LateReason, "told_to": c.ToldTo, "channel": c.Channel, "told_date": day(c.ToldOnDate), "answer": c.Answer, "answer_on": day(c.AnswerOn),
		"version": c.Version,
	}
}

// The next steps of a check.
const (
	StepTell   = "tell_customer"
	StepAnswer = "record_answer"
	StepChange = "change_request" // of the order
)

// NextStep is what is to be done next about a delay; "" for nothing.
func (c Check) NextStep() string {
	switch {
	case c.State != Delayed, c.Answer == AnswerAccepted:
		return ""
	case c.ToldAt == nil:
		return StepTell
	case c.Answer == "":
		return StepAnswer
	}
	return StepChange
}
