package baddebt

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// What people are asked about bad debts.
const (
	taskWriteOff = "collection.write_off"
	taskStale    = "collection.bad_debt_stale"
)

// writeOff posts the write-offs, by invoice id, and ends the application.
func (s *Service) writeOff(tx pg.Tx, who identity.Principal, b *Application) error {
	for i := range b.Items {
		it := &b.Items[i]
		w, err := s.receivables.WriteOff(tx, who, receivable.BadDebt{InvoiceID: it.InvoiceID, Amount: it.Amount, Reason: b.Number + ": " + b.Reason, SourceID: &b.ID})
		if err != nil {
			return err
		}
		it.WriteOffID, it.Live = &w.ID, false
		if err := storeWritten(tx, *it); err != nil {
			return err
		}
	}
	b.State, b.WrittenBy, b.WrittenAt = Written, &who.ID, &tx.Now
	if err := store(tx, b); err != nil {
		return err
	}
	return followup.Close(tx, taskWriteOff, Subject, b.ID)
}

// spoil ends an application of which something was paid or corrected meanwhile, and asks who applied to look again.
func (s *Service) spoil(tx pg.Tx, b *Application) error {
	if err := end(tx, b, Stale, "paid or corrected meanwhile"); err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: taskStale, SubjectType: Subject, SubjectID: b.ID, Number: b.Number, UserID: &b.AppliedBy,
		TitleEN: fmt.Sprintf("Of %s something was paid or corrected meanwhile: apply anew for the rest", b.Number),
		TitleZH: fmt.Sprintf("%s 所列款项期间已有付款或调整:余额须重新申请", b.Number),
	})
}

// end ends an application without a write-off: its items are free for another.
func end(tx pg.Tx, b *Application, as State, reason string) error {
	b.State, b.EndedReason = as, reason
	if err := freeItems(tx, b.ID); err != nil {
		return err
	}
	for i := range b.Items {
		b.Items[i].Live = false
	}
	if err := store(tx, b); err != nil {
		return err
	}
	return followup.Close(tx, taskWriteOff, Subject, b.ID)
}

// askToWriteOff asks finance.
func (s *Service) askToWriteOff(tx pg.Tx, b Application) error {
	days, err := s.rules.Int(tx, "collection.write_off_days")
	if err != nil {
		return err
	}
	c, err := customer.Brief(tx, b.PayerID)
	if err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: taskWriteOff, SubjectType: Subject, SubjectID: b.ID, Number: b.Number, Role: identity.FinanceClerk,
		Within: &clock.Term{From: tx.Now, Days: days}, EscalateTo: identity.FinanceManager,
		TitleEN: fmt.Sprintf("Write off %s of %s: the general manager has approved %s", b.Amount, c.Name, b.Number),
		TitleZH: fmt.Sprintf("核销 %s 坏账 %s 元:%s 已获总经理批准", c.Name, b.Amount, b.Number),
	})
}

// Withdraw takes back an application that wasn't written off yet. Returns ErrOver. Locks the request and the application.
func (s *Service) Withdraw(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Application, error) {
	b, err := s.lock(tx, who, id, version)
	if err != nil {
		return Application{}, err
	}
	if b.State != Pending && b.State != Approved {
		return Application{}, ErrOver
	}
	before := b.trace()
	if err := s.approvals.Void(tx, Subject, b.ID, reason); err != nil {
		return Application{}, err
	}
	if err := end(tx, &b, Withdrawn, reason); err != nil {
		return Application{}, err
	}
	return b, record(tx, "withdrawBadDebt", b.ID, before, b.trace())
}
