package approval

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

// ConfirmVerbalApproval confirms what the principal approved by phone: the verbal approval with this id, or with none
// their oldest unanswered one of the request. After its deadline the confirmation is late, and a violation of the giver
// (ORG-05). Locks the request, then the verbal approval. Returns errs.ErrNotFound and ErrVerbalAnswered.
func (s *Service) ConfirmVerbalApproval(tx pg.Tx, who identity.Principal, id uuid.UUID, verbalID *uuid.UUID, comment string) (VerbalApproval, error) {
	r, v, err := s.answering(tx, who, id, verbalID)
	if err != nil {
		return VerbalApproval{}, err
	}
	state := VerbalConfirmed
	if tx.Now.After(v.ConfirmBy) {
		state = VerbalConfirmedLate
		if err := violate(tx, r, v, verbalLate, v.GivenBy); err != nil {
			return VerbalApproval{}, err
		}
	}
	return v, answer(tx, r, &v, state, comment, "confirmVerbalApproval")
}

// DenyVerbalApproval says that the principal never approved by phone what was recorded. It is a violation of the one who
// recorded it (ORG-05). A request that still waits for others ends rejected; one that was approved stays what it is, since
// goods may have left, and its subject takes back what it can (VerbalDenier). The comment says what happened. Locks the
// request, then the verbal approval. Returns errs.ErrNotFound, ErrReason and ErrVerbalAnswered.
func (s *Service) DenyVerbalApproval(tx pg.Tx, who identity.Principal, id uuid.UUID, verbalID *uuid.UUID, comment string) (VerbalApproval, error) {
	if strings.TrimSpace(comment) == "" {
		return VerbalApproval{}, ErrReason.At("/comment")
	}
	r, v, err := s.answering(tx, who, id, verbalID)
	if err != nil {
		return VerbalApproval{}, err
	}
	if err := violate(tx, r, v, verbalDenied, v.RecordedBy); err != nil {
		return VerbalApproval{}, err
	}
	if err := answer(tx, r, &v, VerbalDenied, comment, "denyVerbalApproval"); err != nil {
		return VerbalApproval{}, err
	}
	return v, s.takeBack(tx, r, v)
}

// takeBack undoes what the denied approval brought about, as far as it can be undone.
func (s *Service) takeBack(tx pg.Tx, r Request, v VerbalApproval) error {
	switch r.State {
	case Pending:
		before := r.trace()
		r.close(tx, Rejected, v.Comment)
		r.FinalDecisionID = &v.DecisionID // the decision that is no longer one
		if err := advance(tx, &r, taskCancelled); err != nil {
			return err
		}
		return s.ended(tx, r, "denyVerbalApproval", before, nil)
	case Approved:
		if subject, ok := s.subjects[r.Matter].(VerbalDenier); ok {
			return subject.VerbalApprovalDenied(tx, r)
		}
	case Rejected, Returned, Withdrawn, Void: // nothing came of it
	}
	return nil
}

// answering locks the request and the verbal approval that the principal is to answer.
func (s *Service) answering(tx pg.Tx, who identity.Principal, id uuid.UUID, verbalID *uuid.UUID) (Request, VerbalApproval, error) {
	r, err := s.lockSeen(tx, who, id)
	if err != nil {
		return Request{}, VerbalApproval{}, err
	}
	var rows []VerbalApproval
	err = tx.Raw(`SELECT * FROM verbal_approvals WHERE request_id = ? AND given_by = ? AND state IN ('open', 'overdue')
		ORDER BY id FOR UPDATE`, r.ID, who.ID).Find(&rows).Error
	if err != nil {
		return Request{}, VerbalApproval{}, err
	}
	i := slices.IndexFunc(rows, func(v VerbalApproval) bool { return verbalID == nil || v.ID == *verbalID })
	if i < 0 {
		return Request{}, VerbalApproval{}, ErrVerbalAnswered
	}
	return r, rows[i], nil
}

// answer writes the answer, closes the confirm task and leaves the trace.
func answer(tx pg.Tx, r Request, v *VerbalApproval, state VerbalState, comment, action string) error {
	before := map[string]any{"verbal_approval": v.ID, "state": v.State}
	v.State, v.AnsweredAt, v.Comment = state, &tx.Now, strings.TrimSpace(comment)
	err := pg.Update(tx, "verbal_approvals", v.ID, v.Version, map[string]any{
		"state": v.State, "answered_at": v.AnsweredAt, "comment": v.Comment,
	})
	if err != nil {
		return err
	}
	v.Version++
	err = tx.Exec(`UPDATE approval_tasks SET state = 'done', closed_at = ?, closed_by = ? WHERE verbal_id = ? AND state = 'open'`,
		tx.Now, tx.By.Actor(), v.ID).Error
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{
		Action: action, SubjectType: RequestSubject, SubjectID: r.ID, Before: before,
		After: map[string]any{"verbal_approval": v.ID, "state": v.State, "comment": v.Comment},
	})
}

// remind tells the giver that they are late; the task to confirm stays with them.
func remind(tx pg.Tx, r Request, v VerbalApproval) error {
	return followup.Open(tx, followup.Task{
		Kind: "approval.verbal_overdue", SubjectType: RequestSubject, SubjectID: r.ID, Number: r.Number, UserID: &v.GivenBy, Inform: true,
		TitleEN: "Your verbal approval wasn't confirmed in time: it is a violation. Confirm or deny it.",
		TitleZH: "您的口头批准逾期未确认,已记为违规,请尽快确认或否认。",
	})
}

// MarkOverdueVerbals marks at most limit verbal approvals whose deadline has passed unanswered, each a violation of its
// giver (ORG-05, CND-02), and returns how many. It is for a periodic job; call it until it returns less than limit. They
// can still be confirmed, late, or denied. Locks the verbal approvals it marks and skips those that are being answered.
func (s *Service) MarkOverdueVerbals(tx pg.Tx, limit int) (int, error) {
	var rows []VerbalApproval
	err := tx.Raw(`SELECT * FROM verbal_approvals WHERE state = 'open' AND confirm_by < ? ORDER BY confirm_by, id LIMIT ?
		FOR UPDATE SKIP LOCKED`, tx.Now, limit).Find(&rows).Error
	if err != nil {
		return 0, err
	}
	for _, v := range rows {
		r, err := pg.Take[Request](tx, "id = ?", v.RequestID)
		if err != nil {
			return 0, err
		}
		if err := violate(tx, r, v, verbalLate, v.GivenBy); err != nil {
			return 0, err
		}
		if err := remind(tx, r, v); err != nil {
			return 0, err
		}
		if err := pg.Update(tx, "verbal_approvals", v.ID, v.Version, map[string]any{"state": VerbalOverdue}); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// The kinds of violation that come of verbal approvals (ORG-05).
const (
	verbalLate   = "verbal_late"
	verbalDenied = "verbal_denied"
)

// violate records what became of a verbal approval.
func violate(tx pg.Tx, r Request, v VerbalApproval, kind string, person uuid.UUID) error {
	return violation.Record(tx, violation.Violation{
		Rule: "ORG-05", Kind: kind, PersonID: person, SubjectType: r.SubjectType, SubjectID: r.SubjectID, Number: r.Number,
		SourceID: v.ID, Detail: map[string]any{"approval": r.ID, "given_by": v.GivenBy, "recorded_by": v.RecordedBy, "confirm_by": v.ConfirmBy, "took_effect": r.State == Approved},
	})
}
