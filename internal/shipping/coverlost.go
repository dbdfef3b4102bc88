package shipping

import (
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
)

// kindCoverLost is the follow-up that tells a rep that a payment-first notice lost its payment, kindUnpaid the one that asks finance for what has
// left of it.
const (
	kindCoverLost = "shipment.cover_lost"
	kindUnpaid    = "shipment.left_unpaid"
)

// LostCover is the job that takes back the release of a payment-first notice whose payment was reversed. It is apart from the reversal,
// which holds the account's lock (see pg, Lock order); until it has run, Dispatch asks for the cover itself.
type LostCover struct {
	NoticeID uuid.UUID `json:"notice_id"`
}

// Kind implements jobs.Args.
func (LostCover) Kind() string { return "lost_cover" }

// CoverLost has the notices taken back whose payment was reversed, after the transaction has committed (SHP-10).
func (s *Service) CoverLost(tx pg.Tx, notices []uuid.UUID) error {
	for _, id := range notices {
		if err := jobs.InsertTx(tx, LostCover{id}); err != nil {
			return err
		}
	}
	return nil
}

// Uncover looks for another payment for a notice that lost its own. Where there is none, goods that haven't left don't: the notice is
// a draft again, or its rest is closed. What has left is owed, due at once when it is invoiced (SHP-10, SHP-11), which finance is asked to do. Its rep is told. It
// does nothing when the notice is covered or has ended. Locks requests, account, orders, notice.
func (s *Service) Uncover(tx pg.Tx, id uuid.UUID) error {
	if err := s.approvals.Lock(tx, SubjectNotice, id); err != nil {
		return err
	}
	if err := s.lockSpecial(tx, id); err != nil {
		return err
	}
	if err := s.lockEmergency(tx, id); err != nil {
		return err
	}
	h, err := s.Hold(tx, identity.System(), id)
	if err != nil {
		return err
	}
	n := &h.Notice
	switch needed, lost := s.StillCovered(tx, n); {
	case lost == nil:
		return s.TopUp(tx, n, needed)
	case !errors.Is(lost, ErrNotCovered):
		return lost
	}
	const reason = "the payment was reversed / 收款已冲销"
	switch n.State {
	case StateSubmitted, StateChecked, StateBlocked, StateReleased:
		_, err = s.undo(tx, identity.System(), id, nil, VerbRevise, reason, func(n *Notice) { n.reopen() })
	case StatePartlyDispatched:
		_, err = s.Close(tx, identity.System(), id, nil, reason)
	case StateDraft, StateDispatched, StateRefused, StateClosed, StateCancelled:
	}
	if err != nil {
		return err
	}
	tasks := []followup.Task{{
		Kind: kindCoverLost, SubjectType: SubjectNotice, SubjectID: n.ID, Number: n.Number, UserID: &n.OwnerID, Inform: true,
		TitleEN: "The payment of shipping notice " + n.Number + " was reversed", TitleZH: "发货通知单 " + n.Number + " 的收款已冲销",
	}}
	if n.anyLeft() {
		unpaid, err := s.unpaid(tx, n, "Goods left on shipping notice "+n.Number+" whose payment was reversed: invoice them, they are due at once",
			"发货通知单 "+n.Number+" 的收款已冲销而货已发出:请即开票并催收")
		if err != nil {
			return err
		}
		tasks = append(tasks, unpaid)
	}
	return followup.Open(tx, tasks...)
}

// unpaid asks finance to invoice what has left of a payment-first notice without a payment.
func (s *Service) unpaid(tx pg.Tx, n *Notice, en, zh string) (followup.Task, error) {
	hours, err := s.rules.Int(tx, "shipping.unpaid_hours")
	return followup.Task{
		Kind: kindUnpaid, SubjectType: SubjectNotice, SubjectID: n.ID, Number: n.Number, Role: identity.FinanceClerk,
		Within: &clock.Term{From: tx.Now, Hours: hours}, EscalateTo: identity.FinanceManager, TitleEN: en, TitleZH: zh,
	}, err
}

// CoverDeparted looks whether a payment covers what left of a payment-first notice although the gates would have stopped it, and sets that
// aside (SHP-10). It reports whether one does; where none does, finance is asked to invoice. Any other flow needs none. The payer's
// account is locked.
func (s *Service) CoverDeparted(tx pg.Tx, n *Notice) (bool, error) {
	if n.Flow != Prepaid {
		return true, nil
	}
	if slices.Contains([]State{StateReleased, StatePartlyDispatched, StateDispatched}, n.State) {
		switch needed, lacks := s.StillCovered(tx, n); {
		case lacks == nil:
			return true, s.TopUp(tx, n, needed)
		case !errors.Is(lacks, ErrNotCovered):
			return false, lacks
		}
	}
	task, err := s.unpaid(tx, n, "Goods left on shipping notice "+n.Number+" without a payment: invoice them, they are due at once",
		"发货通知单 "+n.Number+" 的货物未收款已出厂:请即开票并催收")
	if err != nil {
		return false, err
	}
	return false, followup.Open(tx, task)
}
