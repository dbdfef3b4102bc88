package production

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
)

// CheckState is where the check of a promise stands.
type CheckState string

// The states.
const (
	CheckOpen    CheckState = "open"
	CheckOnTime  CheckState = "on_time"
	CheckDelayed CheckState = "delayed"
	CheckVoid    CheckState = "void" // the date was changed, or the order ended
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
	State        CheckState
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
	undone := c.State == CheckOpen || c.State == CheckDelayed && c.ToldAt == nil
	return undone && !c.PromisedOn.After(today)
}

// OpenChecks opens the checks of at most n promised dates for which the day has come (ORD-07), and returns how many it looked at. A
// line's date is checked once; a promise that was made or confirmed too late for that is checked at once.
func (s *Service) OpenChecks(tx pg.Tx, n int) (int, error) {
	days, err := s.rules.Int(tx, "order.check_days_before")
	if err != nil {
		return 0, err
	}
	term, err := s.within(tx, "order.check_hours")
	if err != nil {
		return 0, err
	}
	lines, err := linesToCheck(tx, checkUntil(tx, days), n)
	if err != nil || len(lines) == 0 {
		return 0, err
	}
	opened, err := insertChecks(tx, lines, term)
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
	helpers, err := assistantsOf(tx, owners)
	if err != nil {
		return err
	}
	var tasks []followup.Task
	entries := make([]audit.Entry, 0, len(checks))
	for _, c := range checks {
		for _, person := range append([]uuid.UUID{c.OwnerID}, helpers[c.OwnerID]...) {
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
		Kind: kind, SubjectType: SubjectCheck, SubjectID: c.ID, Number: c.OrderNumber, UserID: &person, Within: &within, EscalateTo: identity.SalesManager,
		TitleEN: en, TitleZH: zh,
	}
}

// CheckInput is what a check found.
type CheckInput struct {
	OnTime     bool
	ExpectedOn *time.Time // of a delay
	Note       string
}

// AnswerCheck writes down what production said of a promise: it is kept, or delayed to a new date, which the customer is to be told
// beforehand (ORD-07). Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState and ErrAnswer. Locks the check.
func (s *Service) AnswerCheck(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, in CheckInput) (Check, error) {
	c, err := holdCheck(tx, who, id, version)
	if err != nil {
		return Check{}, err
	}
	if c.State != CheckOpen {
		return Check{}, errs.ErrState.With("state", string(c.State))
	}
	before := c.snapshot()
	c.State, c.CheckedAt, c.CheckedBy, c.Note = CheckOnTime, &tx.Now, &who.ID, strings.TrimSpace(in.Note)
	if !in.OnTime {
		if in.ExpectedOn == nil || !in.ExpectedOn.After(c.PromisedOn) || in.ExpectedOn.Before(today(tx)) {
			return Check{}, ErrAnswer.With("promised_on", day(&c.PromisedOn)).At("/expected_on")
		}
		if err := s.ahead(tx, *in.ExpectedOn, "/expected_on"); err != nil {
			return Check{}, err
		}
		c.State, c.ExpectedOn = CheckDelayed, in.ExpectedOn
	} else if in.ExpectedOn != nil {
		return Check{}, ErrAnswer.With("promised_on", day(&c.PromisedOn)).At("/expected_on")
	}
	if err := storeCheck(tx, &c); err != nil {
		return Check{}, err
	}
	if err := followup.Close(tx, kindCheck, SubjectCheck, c.ID); err != nil {
		return Check{}, err
	}
	if c.State == CheckDelayed {
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
	bounds, err := BoundsNow(tx, s.rules)
	if err == nil {
		err = at(bounds.Ahead(date), pointer)
	}
	return err
}

// beginning is the instant at which a business date begins: what is done beforehand is done by then.
func beginning(date time.Time) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Shanghai).UTC()
}

// TellInput is how a customer was told of a delay.
type TellInput struct {
	At      *time.Time // nil: now
	By      *uuid.UUID // nil: the caller
	To      string
	Late    string // why it wasn't before the promised date
	Channel string
	NewDate time.Time
}

// TellDelay writes down that the customer was told of a delay, by whom, when and how, with the new date (ORD-07). Returns
// errs.ErrNotFound, errs.ErrStale, errs.ErrState, ErrTold, ErrToldTime, ErrAnswer, ErrTooFar, and ErrToldLate when the promised day had come
// and nobody says why. Locks the check.
func (s *Service) TellDelay(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, in TellInput) (Check, error) {
	c, err := holdCheck(tx, who, id, version)
	switch {
	case err != nil:
		return Check{}, err
	case c.State != CheckDelayed:
		return Check{}, errs.ErrState.With("state", string(c.State))
	case c.ToldAt != nil:
		return Check{}, ErrTold
	case !in.NewDate.After(c.PromisedOn):
		return Check{}, ErrAnswer.With("promised_on", day(&c.PromisedOn)).At("/new_date")
	}
	if err := s.ahead(tx, in.NewDate, "/new_date"); err != nil {
		return Check{}, err
	}
	if in.At == nil {
		in.At = &tx.Now
	}
	if in.At.After(tx.Now) || in.At.Before(c.OpenedAt) {
		return Check{}, ErrToldTime.At("/told_at")
	}
	if in.Late = strings.TrimSpace(in.Late); in.At.Before(beginning(c.PromisedOn)) {
		in.Late = ""
	} else if in.Late == "" {
		return Check{}, ErrToldLate.With("promised_on", day(&c.PromisedOn)).At("/late_reason")
	}
	before := c.snapshot()
	c.LateReason = in.Late
	c.ToldAt, c.ToldBy, c.ToldTo, c.Channel, c.ToldOnDate = in.At, &who.ID, strings.TrimSpace(in.To), in.Channel, &in.NewDate
	if in.By != nil {
		if !who.Sees(*in.By) {
			return Check{}, errs.ErrReferenced.At("/told_by")
		}
		c.ToldBy = in.By
	}
	if err := storeCheck(tx, &c); err != nil {
		return Check{}, err
	}
	if err := followup.Close(tx, kindTell, SubjectCheck, c.ID); err != nil {
		return Check{}, err
	}
	return c, audit.RecordAll(tx, c.events("tellDelay", before))
}

// CustomerAnswer is what a customer said to a delay.
type CustomerAnswer struct {
	Answer string
	Other  *time.Time // with AnswerOtherDate
	Note   string
}

// RecordAnswer writes down what the customer said to a delay (ORD-07). A date that they accept is the line's promise from then on, and is
// checked in its turn. Another date, or a cancellation, needs a change request for the order, of which the owner is reminded.
// Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState, ErrNotTold, ErrAnswered and ErrOtherDate. Locks the request and the check.
func (s *Service) RecordAnswer(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, in CustomerAnswer) (Check, error) {
	c, err := readCheck(tx, id)
	if err == nil {
		err = who.MustSee(c.OwnerID)
	}
	if err != nil {
		return Check{}, err
	}
	r, err := pg.TakeForUpdate[Request](tx, "id = ?", c.RequestID)
	if err != nil {
		return Check{}, err
	}
	if c, err = holdCheck(tx, who, id, version); err != nil {
		return Check{}, err
	}
	switch {
	case c.State != CheckDelayed:
		return Check{}, errs.ErrState.With("state", string(c.State))
	case c.ToldAt == nil:
		return Check{}, ErrNotTold
	case c.Answer != "":
		return Check{}, ErrAnswered
	case (in.Answer == AnswerOtherDate) != (in.Other != nil):
		return Check{}, ErrOtherDate.At("/other_date")
	}
	before := c.snapshot()
	c.Answer, c.AnswerOn, c.AnswerNote, c.AnsweredAt, c.AnsweredBy = in.Answer, in.Other, strings.TrimSpace(in.Note), &tx.Now, &who.ID
	if err := storeCheck(tx, &c); err != nil {
		return Check{}, err
	}
	if err := s.follow(tx, &r, c); err != nil {
		return Check{}, err
	}
	return c, audit.RecordAll(tx, c.events("recordDelayAnswer", before))
}

// follow does what a customer's answer asks for.
func (s *Service) follow(tx pg.Tx, r *Request, c Check) error {
	if c.Answer != AnswerAccepted {
		return followup.Open(tx, c.task(kindChange, c.OwnerID, clock.Term{From: tx.Now, Days: 1},
			fmt.Sprintf("The customer doesn't accept the delay of order %s: write a change request", c.OrderNumber),
			fmt.Sprintf("客户不接受订单 %s 的延期:请提交订单变更申请", c.OrderNumber)))
	}
	if r.EndedAt != nil {
		return nil
	}
	if err := r.attach(tx); err != nil {
		return err
	}
	before := r.snapshot()
	l := r.Line(c.LineID)
	if l == nil || l.Removed || l.promise() == nil || !l.promise().Equal(c.PromisedOn) { // the order has another date meanwhile
		return nil
	}
	l.AgreedOn = c.ToldOnDate
	return s.store(tx, r, "agreeProductionDate", before)
}

// GetCheck returns a check. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) GetCheck(tx pg.Tx, who identity.Principal, id uuid.UUID) (Check, error) {
	c, err := readCheck(tx, id)
	if err == nil {
		err = who.MustSee(c.OwnerID)
	}
	return c, err
}

// holdCheck locks a check for a change.
func holdCheck(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Check, error) {
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
	return readCheck(tx, id)
}

// events are a change of the check as its own, and as one of the order (ORD-09).
func (c Check) events(action string, before any) []audit.Entry {
	return []audit.Entry{
		{Action: action, SubjectType: SubjectCheck, SubjectID: c.ID, Before: before, After: c.snapshot()},
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
	case c.State != CheckDelayed, c.Answer == AnswerAccepted:
		return ""
	case c.ToldAt == nil:
		return StepTell
	case c.Answer == "":
		return StepAnswer
	}
	return StepChange
}
