package collection

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
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
func (s *Service) writeOff(tx pg.Tx, who identity.Principal, b *BadDebt) error {
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
	b.State, b.WrittenBy, b.WrittenAt = BadDebtWritten, &who.ID, &tx.Now
	if err := storeBadDebt(tx, b); err != nil {
		return err
	}
	return followup.Close(tx, taskWriteOff, SubjectBadDebt, b.ID)
}

// spoil ends an application of which something was paid or corrected meanwhile, and asks who applied to look again.
func (s *Service) spoil(tx pg.Tx, b *BadDebt) error {
	if err := endBadDebt(tx, b, BadDebtStale, "paid or corrected meanwhile"); err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: taskStale, SubjectType: SubjectBadDebt, SubjectID: b.ID, Number: b.Number, UserID: &b.AppliedBy,
		TitleEN: fmt.Sprintf("Of %s something was paid or corrected meanwhile: apply anew for the rest", b.Number),
		TitleZH: fmt.Sprintf("%s 所列款项期间已有付款或调整:余额须重新申请", b.Number),
	})
}

// endBadDebt ends an application without a write-off: its items are free for another.
func endBadDebt(tx pg.Tx, b *BadDebt, as BadDebtState, reason string) error {
	b.State, b.EndedReason = as, reason
	if err := freeItems(tx, b.ID); err != nil {
		return err
	}
	for i := range b.Items {
		b.Items[i].Live = false
	}
	if err := storeBadDebt(tx, b); err != nil {
		return err
	}
	return followup.Close(tx, taskWriteOff, SubjectBadDebt, b.ID)
}

// askToWriteOff asks finance.
func askToWriteOff(tx pg.Tx, b BadDebt) error {
	c, err := customer.Brief(tx, b.PayerID)
	if err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: taskWriteOff, SubjectType: SubjectBadDebt, SubjectID: b.ID, Number: b.Number, Role: identity.FinanceClerk, EscalateTo: identity.FinanceManager,
		TitleEN: fmt.Sprintf("Write off %s of %s: the general manager has approved %s", b.Amount, c.Name, b.Number),
		TitleZH: fmt.Sprintf("核销 %s 坏账 %s 元:%s 已获总经理批准", c.Name, b.Amount, b.Number),
	})
}

// WithdrawBadDebt takes back an application that wasn't written off yet. Returns ErrBadDebtOver. Locks the request and the application.
func (s *Service) WithdrawBadDebt(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (BadDebt, error) {
	b, err := s.lockBadDebt(tx, who, id, version)
	if err != nil {
		return BadDebt{}, err
	}
	if b.State != BadDebtPending && b.State != BadDebtApproved {
		return BadDebt{}, ErrBadDebtOver
	}
	before := b.trace()
	if err := s.approvals.Void(tx, SubjectBadDebt, b.ID, reason); err != nil {
		return BadDebt{}, err
	}
	if err := endBadDebt(tx, &b, BadDebtWithdrawn, reason); err != nil {
		return BadDebt{}, err
	}
	return b, record(tx, "withdrawBadDebt", SubjectBadDebt, b.ID, before, b.trace())
}

// ApprovalDecided implements approval.Subject for both matters.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	if r.Matter == MatterAdjust {
		return s.disputeDecided(tx, r)
	}
	return s.badDebtDecided(tx, r)
}
