package collection

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// taskBroken asks the rep about a promise that wasn't kept; taskBrokenFinance lets finance know.
const (
	taskBroken        = "collection.promise_broken"
	taskBrokenFinance = "collection.promise_known"
)

// came is what came of a promise until its date, and what could still have: of an item that was credited meanwhile nothing more can.
type came struct {
	received decimal.Decimal
	expected decimal.Decimal
}

// judged is what a promise is, given what came, on a date (ARV-05). until is the last date on which money that came in time may still be
// booked: the promise's own date, or some working days later.
func judged(c came, today, until time.Time) PromiseState {
	switch {
	case !c.expected.IsPos():
		return PromiseLapsed
	case c.received.Cmp(c.expected) >= 0:
		return PromiseKept
	case !today.After(until):
		return PromiseOpen
	case c.received.IsPos():
		return PromisePartly
	}
	return PromiseBroken
}

// JudgePromises computes the promises of at most n payers with ids above after: the open ones, and those that were judged some weeks ago
// at most. It returns the last payer, uuid.Nil when none is left. Money counts by the day on which it came; what of it isn't allocated
// counts for the payer's promises, the earliest first. Broken and partly kept ones ask the rep and inform finance. Locks the promises.
func (s *Service) JudgePromises(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	grace, err := s.rules.Int(tx, "collection.promise_grace_days")
	if err != nil {
		return uuid.Nil, err
	}
	weeks, err := s.rules.Int(tx, "collection.promise_review_days")
	if err != nil {
		return uuid.Nil, err
	}
	today := clock.Today(tx.Now)
	since := today.AddDate(0, 0, -weeks)
	payers, err := payersWithPromises(tx, after, since, n)
	if err != nil || len(payers) == 0 {
		return uuid.Nil, err
	}
	promises, err := lockJudgeable(tx, payers, since)
	if err != nil {
		return uuid.Nil, err
	}
	if err := s.judgeAll(tx, promises, today, grace); err != nil || len(payers) < n {
		return uuid.Nil, err
	}
	return payers[len(payers)-1], nil
}

func (s *Service) judgeAll(tx pg.Tx, promises []Promise, today time.Time, grace int) error {
	cames, err := whatCame(tx, promises)
	if err != nil {
		return err
	}
	var changed []Promise
	var entries []audit.Entry
	for _, p := range promises {
		c := cames[p.ID]
		until := p.PayBy
		if grace > 0 {
			until = tx.Calendar().AddWorkingDays(p.PayBy, grace)
		}
		state := judged(c, today, until)
		received := money.Fen(c.received.Min(p.Amount))
		if state == p.State && received.Equal(p.Received) {
			continue
		}
		before := p.trace()
		p.State, p.Received, p.Version = state, received, p.Version+1
		changed = append(changed, p)
		entries = append(entries, audit.Entry{Action: "judgePaymentPromise", SubjectType: SubjectPromise, SubjectID: p.ID, Before: before, After: p.trace()})
	}
	if err := storeJudged(tx, changed); err != nil {
		return err
	}
	if err := audit.RecordAll(tx, entries); err != nil {
		return err
	}
	return tellOfBroken(tx, changed)
}

// spread adds to what came the money that isn't allocated: the earliest promise first, each receipt once.
func spread(promises []Promise, cames map[uuid.UUID]came, free []freeMoney) error {
	for _, p := range promises { // by payer and date
		c := cames[p.ID]
		for i := range free {
			f := &free[i]
			missing, err := minus(c.expected, c.received)
			if err != nil {
				return err
			}
			if f.PayerID != p.PayerID || f.ReceivedOn.Before(p.PromisedOn) || f.ReceivedOn.After(p.PayBy) || !missing.IsPos() {
				continue
			}
			part := missing.Min(f.Amount)
			if c.received, err = money.Sum(c.received, part); err != nil {
				return err
			}
			if f.Amount, err = minus(f.Amount, part); err != nil {
				return err
			}
		}
		cames[p.ID] = c
	}
	return nil
}

// tellOfBroken asks and informs about what wasn't kept, and closes what is no longer so.
func tellOfBroken(tx pg.Tx, changed []Promise) error {
	var tasks []followup.Task
	var fine []uuid.UUID
	owners, err := ownersOf(tx, changed)
	if err != nil {
		return err
	}
	for _, p := range changed {
		if p.State != PromiseBroken && p.State != PromisePartly {
			fine = append(fine, p.ID)
			continue
		}
		owner := owners[p.PayerID]
		t := followup.Task{
			Kind: taskBroken, SubjectType: SubjectPromise, SubjectID: p.ID, Number: p.Number, UserID: &owner.OwnerID,
			TitleEN: fmt.Sprintf("%s promised %s by %s and paid %s: find out why", owner.Name, p.Amount, p.PayBy.Format(time.DateOnly), p.Received),
			TitleZH: fmt.Sprintf("%s 承诺 %s 前付款 %s,实付 %s:请了解原因", owner.Name, p.PayBy.Format(time.DateOnly), p.Amount, p.Received),
		}
		tasks = append(tasks, t)
		t.Kind, t.UserID, t.Role, t.Inform = taskBrokenFinance, nil, identity.FinanceClerk, true
		tasks = append(tasks, t)
	}
	for _, kind := range []string{taskBroken, taskBrokenFinance} {
		if err := followup.Close(tx, kind, SubjectPromise, fine...); err != nil {
			return err
		}
	}
	return followup.Open(tx, tasks...)
}
