package leave

import (
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// ApprovalDecided implements approval.Subject. A deputy who has left or is away meanwhile can't be approved: the superior
// returns the leave, and another deputy is named. The request is locked; locks the two people, then the leave.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	l, err := pg.Take[Leave](tx, "id = ?", r.SubjectID)
	if err != nil {
		return err
	}
	if r.State == approval.Approved {
		if _, err := lockPeople(tx, l.PersonID, l.DeputyID); err != nil {
			return err
		}
	}
	if l, err = pg.TakeForUpdate[Leave](tx, "id = ?", r.SubjectID); err != nil {
		return err
	}
	if l.State != StateSubmitted || l.ApprovalID == nil || *l.ApprovalID != r.ID {
		return errs.ErrState.With("state", string(l.State))
	}
	before := l.snapshot()
	switch r.State {
	case approval.Approved:
		err = s.approved(tx, &l)
	case approval.Rejected:
		l.State, l.EndedAt, l.EndReason = StateRejected, &tx.Now, r.CloseReason
	case approval.Returned:
		l.State, l.EndedAt, l.EndReason = StateReturned, &tx.Now, r.CloseReason
	case approval.Withdrawn:
		l.State, l.EndedAt, l.EndReason = StateCancelled, &tx.Now, r.CloseReason
	case approval.Pending, approval.Void:
		err = errs.ErrState.With("state", string(r.State))
	}
	if err != nil {
		return err
	}
	if err := update(tx, &l); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "decideLeave", SubjectType: Subject, SubjectID: l.ID, Before: before, After: l.snapshot()})
}

func (s *Service) approved(tx pg.Tx, l *Leave) error {
	active, err := lockPeople(tx, l.PersonID, l.DeputyID)
	if err != nil {
		return err
	}
	others, err := overlapping(tx, *l)
	if err != nil {
		return err
	}
	hard, _ := l.standing(others)
	switch {
	case !active[l.DeputyID]:
		return ErrDeputy
	case hard != nil:
		return hard
	}
	return s.begin(tx, l)
}

// Sweep ends at most limit leaves that are over, and cancels those whose handover wasn't finished by their first day. It
// returns how many, and is for a periodic job. Locks the leaves, and skips those that are being written.
func (s *Service) Sweep(tx pg.Tx, limit int) (int, error) {
	rows, err := over(tx, limit)
	if err != nil {
		return 0, err
	}
	for _, l := range rows {
		state, action, reason := StateEnded, "endLeave", ""
		if l.State == StateHandover {
			state, action, reason = StateCancelled, "lapseLeave", "HRA-01: the handover wasn't finished / 工作移交未完成"
		}
		if err := s.end(tx, &l, state, action, reason); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

var _ approval.Subject = (*Service)(nil)
