package production

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
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// TroubleState is where a trouble stands.
type TroubleState string

// The states.
const (
	TroubleOpen     TroubleState = "open"
	TroubleResolved TroubleState = "resolved"
)

// Trouble is something in production that threatens a promise (ORD-06).
type Trouble struct {
	ID           uuid.UUID
	Number       string
	RequestID    uuid.UUID
	LineID       *uuid.UUID // nil: the whole order
	OrderID      uuid.UUID  `gorm:"->"`
	OrderNumber  string     `gorm:"->"`
	CustomerID   uuid.UUID
	CustomerName string `gorm:"->"`
	OwnerID      uuid.UUID
	Kind         string
	Description  string
	ExpectedOn   *time.Time // when it is thought to be ready in spite of it
	State        TroubleState
	ReportedAt   time.Time
	ReportedBy   uuid.UUID
	ResolvedAt   *time.Time
	ResolvedBy   *uuid.UUID
	Resolution   string
	Version      int64
}

// TableName is for GORM.
func (Trouble) TableName() string { return "production_troubles" }

// TroubleInput is what is reported.
type TroubleInput struct {
	RequestID   uuid.UUID
	LineID      *uuid.UUID
	Kind        string
	Description string
	ExpectedOn  *time.Time
}

// ReportTrouble writes down trouble that threatens a promise, and tells the general manager, the sales manager and the customer's
// owner at once (ORD-06). Returns errs.ErrNotFound, errs.ErrState for a request that isn't running, ErrNoLine and ErrTooFar. Locks the request.
func (s *Service) ReportTrouble(tx pg.Tx, who identity.Principal, in TroubleInput) (Trouble, error) {
	r, err := s.hold(tx, who, in.RequestID, nil, Open, Held)
	if err != nil {
		return Trouble{}, err
	}
	if in.LineID != nil {
		if l := r.Line(*in.LineID); l == nil || l.Removed {
			return Trouble{}, ErrNoLine.At("/line_id")
		}
	}
	if in.ExpectedOn != nil {
		bounds, err := BoundsNow(tx, s.rules)
		if err != nil {
			return Trouble{}, err
		}
		if err := bounds.Ahead(*in.ExpectedOn); err != nil {
			return Trouble{}, errs.Below(err, "/expected_on")
		}
	}
	t := Trouble{
		ID: uuid.Must(uuid.NewV7()), RequestID: r.ID, LineID: in.LineID, OrderID: r.OrderID, OrderNumber: r.OrderNumber, CustomerID: r.CustomerID,
		OwnerID: r.OwnerID, Kind: in.Kind, Description: strings.TrimSpace(in.Description), ExpectedOn: in.ExpectedOn, State: TroubleOpen,
		ReportedAt: tx.Now, ReportedBy: who.ID, Version: 1,
	}
	if err := t.escalate(tx); err != nil {
		return Trouble{}, err
	}
	if t.Number, err = pg.NextNumber(tx, "PT", tx.Now.In(clock.Shanghai)); err != nil {
		return Trouble{}, err
	}
	if err := insertTrouble(tx, t); err != nil {
		return Trouble{}, err
	}
	if err := t.record(tx, "reportProductionTrouble", nil); err != nil {
		return Trouble{}, err
	}
	return readTrouble(tx, t.ID)
}

// escalate asks those who have to act on it, at once: it is due now.
func (t *Trouble) escalate(tx pg.Tx) error {
	task := followup.Task{
		Kind: kindTrouble, SubjectType: SubjectTrouble, SubjectID: t.ID, Number: t.OrderNumber, DueAt: &tx.Now,
		TitleEN: fmt.Sprintf("Trouble in production threatens order %s", t.OrderNumber), TitleZH: fmt.Sprintf("生产异常影响订单 %s 交期", t.OrderNumber),
	}
	top, sales, rep := task, task, task
	top.Role, sales.Role, rep.UserID = identity.GeneralManager, identity.SalesManager, &t.OwnerID
	return followup.Open(tx, top, sales, rep)
}

// ResolveTrouble ends a trouble with what was done about it. version is optional. Returns errs.ErrNotFound, errs.ErrStale and
// errs.ErrState. Locks the trouble.
func (s *Service) ResolveTrouble(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, resolution string) (Trouble, error) {
	t, err := pg.TakeForUpdate[Trouble](tx, "id = ?", id)
	if err == nil {
		err = who.MustSee(t.OwnerID)
	}
	switch {
	case err != nil:
		return Trouble{}, err
	case version != nil && *version != t.Version:
		return Trouble{}, errs.ErrStale
	case t.State != TroubleOpen:
		return Trouble{}, errs.ErrState.With("state", string(t.State))
	}
	before := t.snapshot()
	t.State, t.ResolvedAt, t.ResolvedBy, t.Resolution = TroubleResolved, &tx.Now, &who.ID, strings.TrimSpace(resolution)
	err = pg.Update(tx, "production_troubles", t.ID, t.Version, map[string]any{
		"state": t.State, "resolved_at": t.ResolvedAt, "resolved_by": t.ResolvedBy, "resolution": t.Resolution,
	})
	if err != nil {
		return Trouble{}, err
	}
	if err := followup.Close(tx, kindTrouble, SubjectTrouble, t.ID); err != nil {
		return Trouble{}, err
	}
	resolved, err := readTrouble(tx, t.ID)
	if err != nil {
		return Trouble{}, err
	}
	return resolved, resolved.record(tx, "resolveProductionTrouble", before)
}

// GetTrouble returns a trouble. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) GetTrouble(tx pg.Tx, who identity.Principal, id uuid.UUID) (Trouble, error) {
	t, err := readTrouble(tx, id)
	if err == nil {
		err = who.MustSee(t.OwnerID)
	}
	return t, err
}

func (t Trouble) record(tx pg.Tx, action string, before any) error {
	return audit.RecordAll(tx, []audit.Entry{
		{Action: action, SubjectType: SubjectTrouble, SubjectID: t.ID, Before: before, After: t.snapshot()},
		{Action: action, SubjectType: Subject, SubjectID: t.RequestID, After: map[string]any{"trouble": t.Number, "trouble_state": t.State}},
		{Action: action, SubjectType: order.Subject, SubjectID: t.OrderID, After: map[string]any{"trouble": t.Number, "trouble_state": t.State}},
	})
}

func (t Trouble) snapshot() map[string]any {
	return map[string]any{
		"number": t.Number, "order": t.OrderNumber, "kind": t.Kind, "description": t.Description, "expected_on": day(t.ExpectedOn), "state": t.State,
		"resolution": t.Resolution, "version": t.Version,
	}
}
