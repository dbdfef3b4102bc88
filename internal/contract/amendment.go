package contract

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// AmendmentState is where an amendment stands.
type AmendmentState string

// The states: draft → submitted → approved → in_force; draft, approved → cancelled; submitted, approved → draft.
const (
	AmendmentDraft     AmendmentState = "draft"
	AmendmentSubmitted AmendmentState = "submitted"
	AmendmentApproved  AmendmentState = "approved" // to be signed by both sides
	AmendmentInForce   AmendmentState = "in_force" // it is a revision of the contract now
	AmendmentCancelled AmendmentState = "cancelled"
)

// Amendment is the next revision of a contract on its way.
type Amendment struct {
	ID             uuid.UUID
	ContractID     uuid.UUID
	Revision       int
	State          AmendmentState
	Reason         string
	Change         Content `gorm:"serializer:json"` // all that the contract is to say
	Content        []byte
	StateReason    string
	ApprovalID     *uuid.UUID
	DemandRound    int
	PriceRound     int
	PeriodRound    int
	ConditionRound int // of delivery place, transport and remarks
	Signature      `gorm:"embedded"`
	SubmittedAt    *time.Time
	ApprovedAt     *time.Time
	EndedAt        *time.Time
	CreatedBy      *uuid.UUID
	CreatedAt      time.Time
	Version        int64
}

// TableName implements gorm's Tabler.
func (Amendment) TableName() string { return "contract_amendments" }

func (a Amendment) trace() map[string]any {
	return map[string]any{
		"revision": a.Revision, "state": a.State, "reason": a.Reason, "state_reason": a.StateReason, "change": a.Change, "version": a.Version,
	}
}

func (a *Amendment) may(states ...AmendmentState) error {
	if slices.Contains(states, a.State) {
		return nil
	}
	return errs.ErrState.With("state", string(a.State))
}

// revised is the contract as the amendment would make it, in memory.
func (s *Service) revised(tx pg.Tx, c *Contract, a *Amendment) (Contract, error) {
	next := *c
	next.Revision, next.Content = a.Revision, a.Content
	next.DemandRound, next.PriceRound, next.PeriodRound, next.ConditionRound = a.DemandRound, a.PriceRound, a.PeriodRound, a.ConditionRound
	next.Signature = a.Signature
	return next, s.write(tx, &next, a.Change)
}

// Amend drafts the next revision of a contract in force. change gets what the contract says and alters it. The contract stays in force as
// it is. Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState, ErrAmending, ErrTerminating, ErrNoChange and what Update returns. Locks the contract.
func (s *Service) Amend(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string, change func(*Content)) (Amendment, error) {
	c, err := s.locked(tx, who, id, version, VerbAmend)
	if err != nil {
		return Amendment{}, err
	}
	if err := s.quiet(tx, id); err != nil {
		return Amendment{}, err
	}
	a := Amendment{
		ID: uuid.Must(uuid.NewV7()), ContractID: id, Revision: c.Revision + 1, State: AmendmentDraft, Reason: reason, Change: c.says(),
		Content: []byte{}, DemandRound: c.DemandRound, PriceRound: c.PriceRound, PeriodRound: c.PeriodRound,
		ConditionRound: c.ConditionRound, CreatedBy: tx.By.Actor(), CreatedAt: tx.Now, Version: 1,
	}
	if err := s.change(tx, &c, &a, change); err != nil {
		return Amendment{}, err
	}
	if err := pg.Insert(tx, &a); err != nil {
		return Amendment{}, err
	}
	return a, trace(tx, string(VerbAmend), id, a.trace())
}

// change writes the amendment's content in memory, as the contract would say it. Returns ErrNoChange.
func (s *Service) change(tx pg.Tx, c *Contract, a *Amendment, change func(*Content)) error {
	own := map[uuid.UUID]bool{}
	for _, l := range a.Change.Lines {
		own[*l.ID] = l.Own
	}
	change(&a.Change)
	for i, l := range a.Change.Lines {
		a.Change.Lines[i].Own = l.ID != nil && own[*l.ID]
	}
	next, err := s.revised(tx, c, a)
	if err != nil {
		return err
	}
	content := next.contentHash()
	if c.PriceBaseGoneAt == nil && bytes.Equal(content, c.contentHash()) { // else its prices are to be decided on, as they are
		return ErrNoChange
	}
	a.unsign(content)
	a.keep(&next, c)
	return nil
}

// keep writes down what the revised contract says. Lines that the amendment adds keep their ids from here on.
func (a *Amendment) keep(next, c *Contract) {
	a.Change = next.says()
	for i, l := range a.Change.Lines {
		a.Change.Lines[i].Own = c.Line(*l.ID) == nil
	}
}

// UpdateAmendment changes one that is a draft. Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState and what Amend returns. Locks the contract.
func (s *Service) UpdateAmendment(tx pg.Tx, who identity.Principal, id, amendmentID uuid.UUID, version int64, reason *string, change func(*Content)) (Amendment, error) {
	c, a, err := s.lockedAmendment(tx, who, id, amendmentID, &version, AmendmentDraft)
	if err != nil {
		return Amendment{}, err
	}
	if reason != nil {
		a.Reason = *reason
	}
	if err := s.change(tx, &c, &a, change); err != nil {
		return Amendment{}, err
	}
	return a, a.store(tx, "updateContractAmendment")
}

// lockedAmendment locks the contract and reads its amendment for a change.
func (s *Service) lockedAmendment(tx pg.Tx, who identity.Principal, id, amendmentID uuid.UUID, version *int64, states ...AmendmentState) (Contract, Amendment, error) {
	c, err := s.locked(tx, who, id, nil, VerbAmend)
	if err != nil {
		return Contract{}, Amendment{}, err
	}
	a, err := pg.Take[Amendment](tx, "id = ? AND contract_id = ?", amendmentID, id)
	if err != nil {
		return Contract{}, Amendment{}, err
	}
	if version != nil && *version != a.Version {
		return Contract{}, Amendment{}, errs.ErrStale
	}
	return c, a, a.may(states...)
}

// SubmitAmendment sends an amendment through the contract gate. Only who saw something that is worse now is asked again: production for
// more or earlier goods, finance for special terms, the signatory for prices, total and period; the approvals of the rest count on.
// Returns what Submit does, ErrBelowCalled and ErrTotalBelowCalled. Locks the contract.
func (s *Service) SubmitAmendment(tx pg.Tx, who identity.Principal, id, amendmentID uuid.UUID, version *int64) (Amendment, decision.Decision, error) {
	none := decision.Decision{}
	c, a, err := s.lockedAmendment(tx, who, id, amendmentID, version, AmendmentDraft)
	if err != nil {
		return Amendment{}, none, err
	}
	p, err := s.position(tx, who, c.CustomerID)
	if err != nil {
		return Amendment{}, none, err
	}
	next, v, err := s.judgeAmendment(tx, who, &c, &a, p)
	if err != nil {
		return Amendment{}, none, err
	}
	if v.refusal != nil {
		return Amendment{}, none, refused(tx, &next, v)
	}
	next.Content = next.contentHash()
	r, err := s.ask(tx, who, &next, v, p, c.ApprovalID)
	if err != nil {
		return Amendment{}, none, err
	}
	a.keep(&next, &c)
	a.Content, a.SubmittedAt, a.StateReason = next.Content, &tx.Now, ""
	a.DemandRound, a.PriceRound, a.PeriodRound, a.ConditionRound = next.DemandRound, next.PriceRound, next.PeriodRound, next.ConditionRound
	a.answered(tx, r)
	if err := a.store(tx, "submitContractAmendment"); err != nil {
		return Amendment{}, none, err
	}
	d, err := record(tx, &next, v, r)
	if err != nil || a.State != AmendmentApproved {
		return a, d, err
	}
	err = s.ifSigned(tx, &c, &next, &a)
	return a, d, err
}

// judgeAmendment asks the gate about the revised contract, and says what became worse.
func (s *Service) judgeAmendment(tx pg.Tx, who identity.Principal, c *Contract, a *Amendment, p credit.Position) (Contract, verdict, error) {
	next, err := s.revised(tx, c, a)
	if err != nil {
		return next, verdict{}, err
	}
	if err := next.keeps(c); err != nil {
		return next, verdict{}, err
	}
	next.DemandRound, next.PriceRound, next.PeriodRound, next.ConditionRound = c.DemandRound, c.PriceRound, c.PeriodRound, c.ConditionRound
	v, err := s.judge(tx, who, &next, c, p)
	if err != nil || v.refusal != nil {
		return next, v, err
	}
	cheaper, err := v.cheaper(tx, c)
	if err != nil {
		return next, v, err
	}
	worse := map[string]bool{
		"demand": next.asksMore(c), "prices": cheaper, "period": next.StartsOn.Before(c.StartsOn) || next.EndsOn.After(c.EndsOn),
		"conditions": next.otherConditions(c),
	}
	for name, round := range map[string]*int{"demand": &next.DemandRound, "prices": &next.PriceRound, "period": &next.PeriodRound, "conditions": &next.ConditionRound} {
		if worse[name] {
			*round++
		}
		v.facts[name] = *round
	}
	v.info("CON-03", map[string]string{
		"demand": fmt.Sprint(worse["demand"]), "prices": fmt.Sprint(worse["prices"]), "period": fmt.Sprint(worse["period"]), "conditions": fmt.Sprint(worse["conditions"]),
		"total": next.Total.String(), "previous_total": c.Total.String(), "revision": fmt.Sprint(next.Revision),
	}, fmt.Sprintf("Amendment of revision %d: the total goes from %s to %s. Who agreed is asked again about what became worse only.", c.Revision, c.Total, next.Total),
		fmt.Sprintf("对第 %d 版的变更:总额由 %s 变为 %s。仅就变差的内容重新审批。", c.Revision, c.Total, next.Total))
	return next, v, nil
}

// otherConditions reports whether a revision says something else about where the goods go, how and at whose cost, or in its remarks: what a
// signatory has to read, and no figure shows. How goods are packed is left to the sales department.
func (c *Contract) otherConditions(was *Contract) bool {
	if c.DeliveryPlace != was.DeliveryPlace || c.Transport != was.Transport || c.Remarks != was.Remarks {
		return true
	}
	for _, l := range c.Lines {
		if old := was.Line(l.ID); old == nil && l.Remarks != "" || old != nil && l.Remarks != old.Remarks {
			return true
		}
	}
	return false
}

// cheaper reports whether any price is worse than what was approved, as the price gate judged it then.
func (v *verdict) cheaper(tx pg.Tx, c *Contract) (bool, error) {
	if c.ApprovalID == nil {
		return true, nil
	}
	inputs, err := decision.InputsOf(tx, Subject, c.ID, *c.ApprovalID)
	if err != nil || inputs == nil {
		return true, err
	}
	approved, err := pricing.ReadBasis(inputs)
	return err != nil || !v.basis.NoWorse(approved), nil
}

// keeps returns ErrBelowCalled or ErrTotalBelowCalled when a revision doesn't leave what orders have called off (CON-09).
func (c *Contract) keeps(was *Contract) error {
	for _, old := range was.Lines {
		if !old.CalledQuantity.IsPos() {
			continue
		}
		now := c.Line(old.ID)
		if now == nil || now.ProductID != old.ProductID || now.Quantity.Cmp(old.CalledQuantity) < 0 {
			e := ErrBelowCalled.With("called", old.CalledQuantity.String(), "line", old.LineNo)
			if now == nil {
				return e.At("/lines")
			}
			return e.At(fmt.Sprintf("/lines/%d/quantity", now.LineNo-1))
		}
	}
	if c.Total.Cmp(was.CalledAmount) < 0 {
		return ErrTotalBelowCalled.With("called", was.CalledAmount.String()).At("/lines")
	}
	return nil
}

// answered writes the state of a request on its amendment.
func (a *Amendment) answered(tx pg.Tx, r approval.Request) {
	a.State, a.ApprovalID, a.ApprovedAt = AmendmentSubmitted, &r.ID, nil
	if r.AtOnce() {
		a.State, a.ApprovedAt = AmendmentApproved, &tx.Now
	}
}

// back makes the amendment a draft again.
func (a *Amendment) back(tx pg.Tx, reason string) error {
	a.State, a.StateReason, a.ApprovedAt = AmendmentDraft, reason, nil
	return a.store(tx, "returnContractAmendment")
}

// amendmentDecided takes the outcome of an amendment's request.
func (s *Service) amendmentDecided(tx pg.Tx, c *Contract, r approval.Request) error {
	a, err := openAmendment(tx, c.ID)
	if err != nil {
		return err
	}
	if a.ApprovalID == nil || *a.ApprovalID != r.ID || a.State != AmendmentSubmitted {
		return errs.ErrState.With("state", string(a.State))
	}
	if r.State != approval.Approved {
		return a.back(tx, r.CloseReason)
	}
	next, err := s.revised(tx, c, &a)
	if err != nil {
		return err
	}
	v, p, err := s.held(tx, &next, c, r)
	if err != nil {
		return err
	}
	if v.refusal == nil && v.terms(&next, p) && r.Facts["special_terms"] != true {
		again, err := s.askAgain(tx, &next, r, p)
		if err != nil {
			return err
		}
		a.answered(tx, again)
		if err := a.store(tx, "submitContractAmendment"); err != nil {
			return err
		}
		_, err = record(tx, &next, v, again)
		return err
	}
	if err := v.recordOutcome(tx, &next, r); err != nil {
		return err
	}
	if v.refusal != nil {
		return a.back(tx, v.refusal.Text("zh-CN")+" "+v.refusal.Text("en"))
	}
	a.State, a.ApprovedAt = AmendmentApproved, &tx.Now
	if err := a.store(tx, "approveContractAmendment"); err != nil {
		return err
	}
	err = s.ifSigned(tx, c, &next, &a)
	return err
}

// CancelAmendment gives one up. One that is being decided is withdrawn from its approvers first: errs.ErrState. Locks the contract.
func (s *Service) CancelAmendment(tx pg.Tx, who identity.Principal, id, amendmentID uuid.UUID, version *int64, reason string) (Amendment, error) {
	_, a, err := s.lockedAmendment(tx, who, id, amendmentID, version, AmendmentDraft, AmendmentApproved)
	if err != nil {
		return Amendment{}, err
	}
	a.State, a.StateReason, a.EndedAt = AmendmentCancelled, reason, &tx.Now
	return a, a.store(tx, "cancelContractAmendment")
}
