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
	"github.com/salesgate/salesgate/internal/pg"
)

// TellInput is how a customer was told of a delay.
type TellInput struct {
	At      *time.Time // nil: now
	By      *uuid.UUID // nil: the caller
	To      string
	Late    string // why it wasn't before the promised date
	Channel string
	NewDate time.Time
}

// Tell writes down that the customer was told of a delay, by whom, when and how, with the new date (ORD-07). Returns
// errs.ErrNotFound, errs.ErrStale, errs.ErrState, ErrTold, ErrToldTime, ErrAnswer, production.ErrTooFar, and ErrToldLate when the promised day had come
// and nobody says why. Locks the check.
func (s *Service) Tell(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, in TellInput) (Check, error) {
	c, err := hold(tx, who, id, version)
	switch {
	case err != nil:
		return Check{}, err
	case c.State != Delayed:
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
	if err := store(tx, &c); err != nil {
		return Check{}, err
	}
	if err := followup.Close(tx, kindTell, Subject, c.ID); err != nil {
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
	c, err := readOne(tx, id)
	if err == nil {
		err = who.MustSee(c.OwnerID)
	}
	if err != nil {
		return Check{}, err
	}
	if err := s.requests.Lock(tx, c.RequestID); err != nil {
		return Check{}, err
	}
	if c, err = hold(tx, who, id, version); err != nil {
		return Check{}, err
	}
	switch {
	case c.State != Delayed:
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
	if err := store(tx, &c); err != nil {
		return Check{}, err
	}
	if err := s.follow(tx, c); err != nil {
		return Check{}, err
	}
	return c, audit.RecordAll(tx, c.events("recordDelayAnswer", before))
}

// follow does what a customer's answer asks for.
func (s *Service) follow(tx pg.Tx, c Check) error {
	if c.Answer != AnswerAccepted {
		return followup.Open(tx, c.task(kindChange, c.OwnerID, clock.Term{From: tx.Now, Days: 1},
			fmt.Sprintf("The customer doesn't accept the delay of order %s: write a change request", c.OrderNumber),
			fmt.Sprintf("客户不接受订单 %s 的延期:请提交订单变更申请", c.OrderNumber)))
	}
	return s.requests.AgreeDate(tx, c.RequestID, c.LineID, c.PromisedOn, *c.ToldOnDate)
}
