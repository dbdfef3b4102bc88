package contract

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Submit sends a draft through the contract gate. The decision says who has to agree, and why; what the authority matrix leaves to
// nobody is approved at once. version is optional.
//
// Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState; and, with the decision attached and kept (pg.Keep), ErrIncomplete (CON-10),
// ErrInitialPrice (CON-04), ErrCustomerNotActive, what the quotation or the price gate refuses. Locks the contract.
func (s *Service) Submit(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Contract, decision.Decision, error) {
	none := decision.Decision{}
	c, err := s.locked(tx, who, id, version, VerbSubmit)
	if err != nil {
		return Contract{}, none, err
	}
	p, err := s.position(tx, who, c.CustomerID)
	if err != nil {
		return Contract{}, none, err
	}
	before := c.snapshot()
	if err := s.write(tx, &c, c.says()); err != nil { // units, kinds and taxes are those of today
		return Contract{}, none, err
	}
	v, err := s.judge(tx, who, &c, nil, p)
	if err != nil {
		return Contract{}, none, err
	}
	if v.refusal != nil {
		return Contract{}, none, refused(tx, &c, v)
	}
	if err := replaceLines(tx, &c); err != nil {
		return Contract{}, none, err
	}
	c.Content, c.SubmittedBy, c.SubmittedAt, c.UpdatedAt, c.StateReason = c.contentHash(), tx.By.Actor(), &tx.Now, tx.Now, ""
	c.unsign(c.Content)
	r, err := s.ask(tx, who, &c, v, p, nil)
	if err != nil {
		return Contract{}, none, err
	}
	if err := s.answered(tx, &c, r); err != nil {
		return Contract{}, none, err
	}
	if err := s.store(tx, &c, string(VerbSubmit), before); err != nil {
		return Contract{}, none, err
	}
	d, err := record(tx, &c, v, r)
	return c, d, err
}

// refused keeps the decision of a gate that nobody can open, and returns the refusal. The contract stays as it is.
func refused(tx pg.Tx, c *Contract, v verdict) error {
	d := decision.New("contract", Subject, c.ID)
	d.Checks, d.Outcome = v.checks, decision.Refused
	if err := decision.Record(tx, &d); err != nil {
		return err
	}
	e := v.refusal.Deciding(d)
	if e.Params == nil {
		e.Params = map[string]any{}
	}
	e.Params["contract_id"], e.Params["number"] = c.ID, c.Number
	return pg.Keep(e)
}

// ask submits the contract to the authority matrix.
func (s *Service) ask(tx pg.Tx, who identity.Principal, c *Contract, v verdict, p credit.Position, renews *uuid.UUID) (approval.Request, error) {
	return s.approvals.Submit(tx, who, approval.Submission{
		Matter: Matter, SubjectType: Subject, SubjectID: c.ID, Number: c.Number,
		TitleEN: fmt.Sprintf("Contract %s with %s, revision %d", c.Number, p.Name, c.Revision),
		TitleZH: fmt.Sprintf("与 %s 的合同 %s,第 %d 版", p.Name, c.Number, c.Revision),
		Facts:   v.facts, Content: c.Content, OwnerID: &c.OwnerID, Renews: renews,
	})
}

// answered writes the state of a request on its contract: approved when nobody had to be asked, and in force if both have signed.
func (s *Service) answered(tx pg.Tx, c *Contract, r approval.Request) error {
	c.State, c.ApprovalID, c.ApprovedAt = StateSubmitted, &r.ID, nil
	if !r.AtOnce() {
		return nil
	}
	return s.approve(tx, c)
}

// approve makes a contract approved; one of which both sides have signed just this comes in force now (CON-08).
func (s *Service) approve(tx pg.Tx, c *Contract) error {
	c.State, c.ApprovedAt, c.UpdatedAt = StateApproved, &tx.Now, tx.Now
	c.unsign(c.contentHash())
	if c.SignedOn == nil {
		return nil
	}
	return s.comeInForce(tx, c, "")
}

// record writes the decision of a pass through the gate that wasn't refused.
func record(tx pg.Tx, c *Contract, v verdict, r approval.Request) (decision.Decision, error) {
	d := decision.New("contract", Subject, c.ID)
	d.Checks = v.checks
	if v.basis != nil {
		d.Inputs = v.basis
	}
	r.Explain(&d, approval.Words{DoneEN: "Approved", DoneZH: "合同即时获批", WhenEN: "It is approved", WhenZH: "批准"})
	return d, decision.Record(tx, &d)
}
