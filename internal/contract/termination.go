package contract

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Party is who ends a contract before its time.
type Party string

// The parties.
const (
	PartyUs       Party = "us"
	PartyCustomer Party = "customer"
	PartyBoth     Party = "both"
)

// Termination is a request to end a contract before its time, and what became of it.
type Termination struct {
	ID          uuid.UUID
	ContractID  uuid.UUID
	State       string // submitted, approved, refused
	ByParty     Party
	Reason      string
	StateReason string
	ApprovalID  *uuid.UUID
	RequestedBy *uuid.UUID
	RequestedAt time.Time
	DecidedAt   *time.Time
	Version     int64
}

// TableName implements gorm's Tabler.
func (Termination) TableName() string { return "contract_terminations" }

func (t Termination) trace() map[string]any {
	return map[string]any{"termination": t.ID, "state": t.State, "by": t.ByParty, "reason": t.Reason, "state_reason": t.StateReason}
}

// The states of a termination.
const (
	terminationSubmitted = "submitted"
	terminationApproved  = "approved"
	terminationRefused   = "refused"
)

// Terminate asks to end a contract in force before its time: by whom, and why. When it is approved nothing more is called off; orders
// that were placed stay and are listed by ListCallOffs. Returns ErrAmending while an amendment is on its way, ErrTerminating, errs.ErrNotFound,
// errs.ErrStale, errs.ErrState. Locks the contract.
func (s *Service) Terminate(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, by Party, reason string) (Contract, Termination, error) {
	c, err := s.locked(tx, who, id, version, VerbTerminate)
	if err != nil {
		return Contract{}, Termination{}, err
	}
	if err := s.quiet(tx, id); err != nil {
		return Contract{}, Termination{}, err
	}
	r, err := s.approvals.Submit(tx, who, approval.Submission{
		Matter: MatterTerminate, SubjectType: Subject, SubjectID: id, Number: c.Number, OwnerID: &c.OwnerID, Content: c.Content,
		TitleEN: fmt.Sprintf("Termination of contract %s", c.Number), TitleZH: fmt.Sprintf("合同 %s 提前终止", c.Number),
		Facts: map[string]any{
			"total": c.Total, "called_amount": c.CalledAmount, "by": string(by), "reason": reason, "ends_on": c.EndsOn.Format(time.DateOnly),
		},
	})
	if err != nil {
		return Contract{}, Termination{}, err
	}
	t := Termination{
		ID: uuid.Must(uuid.NewV7()), ContractID: id, State: terminationSubmitted, ByParty: by, Reason: reason, ApprovalID: &r.ID,
		RequestedBy: tx.By.Actor(), RequestedAt: tx.Now, Version: 1,
	}
	if err := pg.Insert(tx, &t); err != nil {
		return Contract{}, Termination{}, err
	}
	if err := trace(tx, "requestContractTermination", id, t.trace()); err != nil {
		return Contract{}, Termination{}, err
	}
	if r.AtOnce() {
		return c, t, s.terminated(tx, &c, &t)
	}
	return c, t, nil
}

// terminated ends the contract by an approved termination.
func (s *Service) terminated(tx pg.Tx, c *Contract, t *Termination) error {
	t.State, t.DecidedAt = terminationApproved, &tx.Now
	if err := t.store(tx); err != nil {
		return err
	}
	before := c.snapshot()
	c.end(tx, StateTerminated, t.Reason)
	if err := s.store(tx, c, string(VerbTerminate), before); err != nil {
		return err
	}
	return closeWarnings(tx, c.ID)
}

// terminationDecided takes the outcome of a termination's request.
func (s *Service) terminationDecided(tx pg.Tx, c *Contract, r approval.Request) error {
	t, err := openTermination(tx, c.ID)
	if err != nil {
		return err
	}
	if t.ApprovalID == nil || *t.ApprovalID != r.ID {
		return errs.ErrState.With("state", string(c.State))
	}
	if r.State == approval.Approved && c.State == StateInForce {
		d := decision.New("contract", Subject, c.ID)
		d.Matter, d.MatrixVersion, d.ApprovalID = r.Matter, &r.MatrixVersion, &r.ID
		d.Info("CON-03", map[string]string{"by": string(t.ByParty), "called": c.CalledAmount.String(), "total": c.Total.String()},
			fmt.Sprintf("Terminated by %s; %s of %s was called off.", t.ByParty, c.CalledAmount, c.Total),
			fmt.Sprintf("合同提前终止;总额 %s 中已执行 %s。", c.Total, c.CalledAmount))
		if err := decision.Record(tx, &d); err != nil {
			return err
		}
		return s.terminated(tx, c, &t)
	}
	return t.refuse(tx, r.CloseReason)
}

func (t *Termination) refuse(tx pg.Tx, reason string) error {
	t.State, t.StateReason, t.DecidedAt = terminationRefused, reason, &tx.Now
	if err := t.store(tx); err != nil {
		return err
	}
	return trace(tx, "refuseContractTermination", t.ContractID, t.trace())
}

// LatestTermination returns the last termination of a contract; found is false when there is none.
func (s *Service) LatestTermination(tx pg.Tx, id uuid.UUID) (t Termination, found bool, err error) {
	t, err = lastTermination(tx, id)
	if isNotFound(err) {
		return t, false, nil
	}
	return t, err == nil, err
}
