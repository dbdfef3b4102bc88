package collection

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// taskStaff lets finance know who pays at a customer now (ARV-09).
const taskStaff = "collection.paying_staff"

// PayingPerson is somebody who settles accounts at a customer (结算人员).
type PayingPerson struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	Name       string
	Position   string
	Phone      string
	Email      string
	Since      time.Time
	Until      *time.Time // since when no more
	Version    int64
}

// TableName implements gorm's Tabler.
func (PayingPerson) TableName() string { return "paying_staff" }

// StaffChange is who left, who came, and since when.
type StaffChange struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	LeftID     *uuid.UUID
	CameID     *uuid.UUID
	Since      time.Time
	Reason     string
	Late       bool // reported later than the parameter allows
	ReportedBy *uuid.UUID
	ReportedAt time.Time

	Left *PayingPerson `gorm:"-"`
	Came *PayingPerson `gorm:"-"`
}

// TableName implements gorm's Tabler.
func (StaffChange) TableName() string { return "paying_staff_changes" }

// NewStaffChange is a change to be reported.
type NewStaffChange struct {
	CustomerID uuid.UUID
	LeavesID   *uuid.UUID
	Comes      *PayingPerson
	Since      time.Time // today when zero; may lie ahead
	Reason     string
}

// ChangePayingStaff reports that somebody who paid at a customer left, that somebody comes, or both, and lets finance know in the same
// moment (ARV-09). What began more working days ago than the parameter allows is marked as reported late. Returns ErrNobody,
// ErrUnknownStaff, ErrStaffLeft, ErrStaffDates, ErrStaffTwice. Locks the person who leaves.
func (s *Service) ChangePayingStaff(tx pg.Tx, who identity.Principal, in NewStaffChange) (StaffChange, error) {
	c, err := seen(tx, who, in.CustomerID)
	if errors.Is(err, errs.ErrNotFound) {
		err = errs.ErrReferenced.At("/customer_id")
	}
	if err != nil {
		return StaffChange{}, err
	}
	if in.LeavesID == nil && in.Comes == nil {
		return StaffChange{}, ErrNobody.With()
	}
	ch := StaffChange{
		ID: uuid.Must(uuid.NewV7()), CustomerID: c.ID, Since: in.Since, Reason: in.Reason, ReportedBy: tx.By.Actor(), ReportedAt: tx.Now,
	}
	today := clock.Today(tx.Now)
	if ch.Since.IsZero() {
		ch.Since = today
	}
	days, err := s.rules.Int(tx, "collection.staff_report_days")
	if err != nil {
		return StaffChange{}, err
	}
	ch.Late = tx.Calendar().WorkingDaysBetween(ch.Since, today) > days
	if err := ch.leave(tx, in.LeavesID); err != nil {
		return StaffChange{}, err
	}
	if err := ch.come(tx, in.Comes); err != nil {
		return StaffChange{}, err
	}
	if err := pg.Insert(tx, &ch); err != nil {
		return StaffChange{}, err
	}
	if err := followup.Open(tx, ch.task(c)); err != nil {
		return StaffChange{}, err
	}
	return ch, record(tx, "changePayingStaff", SubjectStaff, ch.ID, nil, ch.trace())
}

// leave ends somebody's time.
func (ch *StaffChange) leave(tx pg.Tx, id *uuid.UUID) error {
	if id == nil {
		return nil
	}
	p, err := pg.TakeForUpdate[PayingPerson](tx, "id = ? AND customer_id = ?", *id, ch.CustomerID)
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return ErrUnknownStaff.At("/leaves_id")
	case err != nil:
		return err
	case p.Until != nil:
		return ErrStaffLeft
	case ch.Since.Before(p.Since):
		return ErrStaffDates.At("/since")
	}
	p.Until = &ch.Since
	if err := pg.Update(tx, p.TableName(), p.ID, p.Version, map[string]any{"until": p.Until}); err != nil {
		return err
	}
	p.Version++
	ch.LeftID, ch.Left = id, &p
	return nil
}

// come adds somebody.
func (ch *StaffChange) come(tx pg.Tx, p *PayingPerson) error {
	if p == nil {
		return nil
	}
	came := *p
	came.ID, came.CustomerID, came.Since, came.Until, came.Version = uuid.Must(uuid.NewV7()), ch.CustomerID, ch.Since, nil, 1
	came.Name, came.Phone = strings.TrimSpace(p.Name), strings.TrimSpace(p.Phone)
	if err := pg.Insert(tx, &came); err != nil {
		return err
	}
	ch.CameID, ch.Came = &came.ID, &came
	return nil
}

// task is what finance reads.
func (ch StaffChange) task(c customer.Customer) followup.Task {
	name := func(p *PayingPerson, none string) string {
		if p == nil {
			return none
		}
		return p.Name
	}
	since := ch.Since.Format(time.DateOnly)
	return followup.Task{
		Kind: taskStaff, SubjectType: SubjectStaff, SubjectID: ch.ID, Number: c.Code, Role: identity.FinanceClerk, Inform: true,
		TitleEN: fmt.Sprintf("Who pays at %s, since %s: %s left, %s comes", c.Name, since, name(ch.Left, "nobody"), name(ch.Came, "nobody")),
		TitleZH: fmt.Sprintf("%s 结算人员变动(%s 起):离任 %s,接任 %s", c.Name, since, name(ch.Left, "无"), name(ch.Came, "无")),
	}
}

// trace names the people without their phones: events are read by more people than customers.
func (ch StaffChange) trace() map[string]any {
	return map[string]any{
		"customer_id": ch.CustomerID, "left_id": ch.LeftID, "came_id": ch.CameID, "since": ch.Since.Format(time.DateOnly), "late": ch.Late, "reason": ch.Reason,
	}
}

// ListPayingStaff returns who pays at a customer, who came last first; those who left only when all is true. It is empty for a customer that
// isn't visible.
func (s *Service) ListPayingStaff(tx pg.Tx, who identity.Principal, customerID uuid.UUID, all bool, page pg.Page) ([]PayingPerson, string, error) {
	q := visible(tx, who, "paying_staff", "customer_id").Where("d.customer_id = ?", customerID)
	if !all {
		q = q.Where("d.until IS NULL OR d.until > ?", clock.Today(tx.Now))
	}
	return paged(q, page, func(p PayingPerson) any { return p.ID })
}

// ListStaffChanges returns changes at visible customers, newest first, with the people.
func (s *Service) ListStaffChanges(tx pg.Tx, who identity.Principal, customerID uuid.UUID, page pg.Page) ([]StaffChange, string, error) {
	q := visible(tx, who, "paying_staff_changes", "customer_id")
	if customerID != uuid.Nil {
		q = q.Where("d.customer_id = ?", customerID)
	}
	rows, next, err := paged(q, page, func(ch StaffChange) any { return ch.ID })
	if err != nil {
		return nil, "", err
	}
	return rows, next, namePeople(tx, rows)
}
