package terms

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

// BridgeState is where a bridge stands.
type BridgeState string

// The states.
const (
	Pending  BridgeState = "pending"
	Approved BridgeState = "approved"
	Rejected BridgeState = "rejected"
	Used     BridgeState = "used"
	Signed   BridgeState = "signed"
	Violated BridgeState = "violated"
)

// Bridge lets a customer's first order on monthly terms pass before the agreement is signed (CRD-15).
type Bridge struct {
	ID                 uuid.UUID
	Number             string
	CustomerID         uuid.UUID
	State              BridgeState
	Note               string
	ApprovalID         uuid.UUID
	RequestedBy        uuid.UUID
	RequestedAt        time.Time
	OrderID            *uuid.UUID
	RepID              *uuid.UUID
	UsedAt             *time.Time
	Deadline           *time.Time // the last day of the order's month
	JointlyLiableSince *time.Time
	Version            int64
}

// TableName implements gorm's Tabler.
func (Bridge) TableName() string { return "settlement_bridges" }

func (b Bridge) trace() map[string]any {
	return map[string]any{
		"number": b.Number, "customer_id": b.CustomerID, "state": b.State, "note": b.Note, "order_id": b.OrderID, "rep_id": b.RepID,
		"deadline": b.Deadline, "jointly_liable_since": b.JointlyLiableSince, "version": b.Version,
	}
}

// BridgeInput asks for a bridge. With ApprovedBy the superior has said yes already, at GivenAt: that is recorded as a verbal approval
// (ORG-05), takes effect at once and is theirs to confirm.
type BridgeInput struct {
	CustomerID uuid.UUID
	ApprovedBy *uuid.UUID
	GivenAt    time.Time
	Note       string
}

// CreateBridge asks the sales manager to let the first order pass, or records that they have agreed. Returns ErrNotMonthly,
// ErrBridgeOnce, errs.ErrReferenced, and what approval.RecordVerbalApproval does.
func (s *Service) CreateBridge(tx pg.Tx, who identity.Principal, in BridgeInput) (Bridge, error) {
	p, err := s.credits.Position(tx, in.CustomerID)
	if err == nil {
		err = who.MustSee(p.OwnerID)
	}
	if err != nil {
		return Bridge{}, referenced(err)
	}
	if p.Profile.Terms.IsCash() {
		return Bridge{}, ErrNotMonthly.With("agreed", p.Profile.Terms.String()).At("/customer_id")
	}
	b := Bridge{
		ID: uuid.Must(uuid.NewV7()), CustomerID: p.PayerID, State: Pending, Note: in.Note, RequestedBy: who.ID, RequestedAt: tx.Now, Version: 1,
	}
	if b.Number, err = pg.NextNumber(tx, "SB", tx.Now.In(clock.Shanghai)); err != nil {
		return Bridge{}, err
	}
	asked, err := s.approvals.Submit(tx, who, b.submission(p))
	if err != nil {
		return Bridge{}, err
	}
	b.ApprovalID = asked.ID
	if asked.State == approval.Approved {
		b.State = Approved
	}
	if err := pg.Insert(tx, &b); err != nil {
		return Bridge{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: "createSettlementBridge", SubjectType: SubjectBridge, SubjectID: b.ID, After: b.trace()})
	if err != nil || in.ApprovedBy == nil {
		return b, err
	}
	_, _, err = s.approvals.RecordVerbalApproval(tx, who, asked.ID, approval.Verbal{GivenBy: *in.ApprovedBy, GivenAt: in.GivenAt, Purpose: in.Note})
	if err != nil {
		return Bridge{}, err
	}
	return pg.Take[Bridge](tx, "id = ?", b.ID)
}

func (b Bridge) submission(p credit.Position) approval.Submission {
	return approval.Submission{
		Matter: Matter, SubjectType: SubjectBridge, SubjectID: b.ID, Number: b.Number, OwnerID: &p.OwnerID,
		TitleEN: "First order before the agreement is signed: " + p.Name, TitleZH: "月结协议未签首单过渡:" + p.Name,
		Facts:   map[string]any{"terms": p.Profile.Terms.String(), "customer_grade": string(p.Profile.Grade), "reason": b.Note},
		Content: approval.ContentHash(struct{ Customer uuid.UUID }{b.CustomerID}),
	}
}

// ApprovalDecided implements approval.Subject. Locks the bridge.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	b, err := pg.TakeForUpdate[Bridge](tx, "id = ?", r.SubjectID)
	if err != nil || b.State != Pending {
		return err
	}
	before := b.trace()
	b.State = Rejected
	if r.State == approval.Approved {
		b.State = Approved
	}
	return storeBridge(tx, &b, before, "decideSettlementBridge")
}

// signed closes the customer's bridge: in time as signed; after its deadline the violation stands.
func (s *Service) signed(tx pg.Tx, a Agreement, today time.Time) error {
	rows, err := lockBridges(tx, "customer_id = ? AND state IN ('approved', 'used')", a.CustomerID)
	for _, b := range rows {
		if b.overdue(today) {
			err = violate(tx, &b)
		} else if err == nil {
			before := b.trace()
			b.State = Signed
			err = storeBridge(tx, &b, before, "signSettlementBridge")
		}
	}
	return err
}

// overdue reports whether the month of the order is over: its last day is in time.
func (b Bridge) overdue(today time.Time) bool { return b.Deadline != nil && b.Deadline.Before(today) }

// MarkOverdue records the violation of each rep whose first order's month ended without an agreement (CRD-15), at most limit of
// them, and says how many. Once each.
func (s *Service) MarkOverdue(tx pg.Tx, limit int) (int, error) {
	rows, err := overdueBridges(tx, clock.Today(tx.Now), limit)
	if err != nil {
		return 0, err
	}
	for i := range rows {
		if err := violate(tx, &rows[i]); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// violate makes the rep jointly liable for the order.
func violate(tx pg.Tx, b *Bridge) error {
	before := b.trace()
	b.State, b.JointlyLiableSince = Violated, &tx.Now
	if err := storeBridge(tx, b, before, "markSettlementBridge"); err != nil {
		return err
	}
	return violation.Record(tx, violation.Violation{
		Rule: "CRD-15", Kind: "agreement_missing", PersonID: *b.RepID, SubjectType: SubjectBridge, SubjectID: b.ID, Number: b.Number, SourceID: b.ID,
		Detail: map[string]any{"order": b.OrderID, "customer": b.CustomerID, "deadline": b.Deadline.Format(time.DateOnly)},
	})
}

// ListBridges returns a page of bridges of visible customers, newest first.
func (s *Service) ListBridges(tx pg.Tx, who identity.Principal, customerID uuid.UUID, state BridgeState, page pg.Page) ([]Bridge, string, error) {
	return listBridges(tx, who, customerID, state, page)
}
