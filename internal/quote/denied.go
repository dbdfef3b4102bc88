package quote

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

// Watcher is told when a quotation that contracts or orders may stand by turns out to be approved by nobody. Contracts are told before orders.
type Watcher interface {
	// LockApprovals locks the approval requests of what names the quotation, before the quotation is locked.
	LockApprovals(tx pg.Tx, quotationID uuid.UUID) error
	// QuotationUnapproved takes back what stands by the quotation, which is locked and stored as unapproved: nothing new can name it.
	QuotationUnapproved(tx pg.Tx, q Quotation) error
}

// VerbalApprovalDenied implements approval.VerbalDenier (QUO-06). What isn't accepted yet becomes a draft of the next revision: the one
// that the customer may have is dead. An accepted one is a deal that nobody approved: it is no price base any more, a violation of
// the one who submitted it (QUO-07), and what was built on it is taken back. Locks the approvals of that, the quotation, and what stands
// by it.
func (s *Service) VerbalApprovalDenied(tx pg.Tx, r approval.Request) error {
	for _, w := range s.Watchers {
		if err := w.LockApprovals(tx, r.SubjectID); err != nil {
			return err
		}
	}
	q, err := lock(tx, r.SubjectID)
	if err != nil {
		return err
	}
	if q.ApprovalID == nil || *q.ApprovalID != r.ID {
		return nil
	}
	before := q.snapshot()
	switch q.State {
	case StateApproved, StateSent:
		if err := s.supersede(tx, &q, "QUO-06: the verbal approval was denied / 口头批准被否认"); err != nil {
			return err
		}
		return s.stored(tx, &q, denied, before)
	case StateAccepted:
		return s.unapproved(tx, &q, r, before)
	case StateDraft, StateSubmitted, StateDeclined, StateExpired, StateCancelled: // nothing came of it
	}
	return nil
}

const denied = "denyVerbalApproval"

// unapproved makes an accepted quotation a deal that nobody approved.
func (s *Service) unapproved(tx pg.Tx, q *Quotation, r approval.Request, before map[string]any) error {
	q.Unapproved = true
	if err := s.violate(tx, q, r.SubmittedBy, r.ID); err != nil {
		return err
	}
	if err := s.stored(tx, q, denied, before); err != nil {
		return err
	}
	for _, w := range s.Watchers {
		if err := w.QuotationUnapproved(tx, *q); err != nil {
			return err
		}
	}
	return nil
}

// violate records a deal that stands without approval (QUO-07), once for each source.
func (s *Service) violate(tx pg.Tx, q *Quotation, person, source uuid.UUID) error {
	return violation.Record(tx, violation.Violation{
		Rule: "QUO-07", Kind: violation.QuoteBeyond, PersonID: person, SubjectType: Subject, SubjectID: q.ID, Number: q.Number, SourceID: source,
		Detail: map[string]any{"revision": q.Revision, "total": q.Total, "accepted_by": q.AcceptedBy, "customer_id": q.CustomerID},
	})
}
