package customer

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

// settlementAttempt is the kind of the violation of asking for another settlement method where none changes (CRD-16).
const settlementAttempt = "settlement_attempt"

// RequestChange asks for a change of protected data (CUS-06) with the old value frozen beside the new one, and submits it for
// approval. version is the customer's, optional. Nothing changes until it is approved and its date has come.
//
// Returns errs.ErrNotFound, errs.ErrStale, ErrChangeForm, ErrPricesElsewhere, ErrEffectivePast, ErrNoChange, ErrChangePending, and what a
// direct change would be refused with. Naming the settlement method is ErrSettlementElsewhere, recorded as an attempt (CRD-16).
// Locks the customer.
func (s *Requests) RequestChange(tx pg.Tx, who identity.Principal, customerID uuid.UUID, version *int64, d ChangeDraft) (Change, error) {
	c, err := lock(tx, who, customerID)
	if err != nil {
		return Change{}, err
	}
	if err := c.mustMatch(version); err != nil {
		return Change{}, err
	}
	if d.Field == FieldSettlement {
		return Change{}, refuseSettlement(tx, who, c)
	}
	ch, err := newChange(tx, who, c, d)
	if err != nil {
		return Change{}, err
	}
	if ch.Number, err = pg.NextNumber(tx, "CC", tx.Now); err != nil {
		return Change{}, err
	}
	asked, err := s.approvals.Submit(tx, who, ch.submission(c.OwnerID))
	if err != nil {
		return Change{}, err
	}
	ch.ApprovalID = asked.ID
	if err := pg.Insert(tx, &ch); err != nil {
		return Change{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: "requestCustomerChange", SubjectType: SubjectChange, SubjectID: ch.ID, After: ch.trace()})
	if err == nil && asked.AtOnce() {
		err = s.approveChange(tx, &ch)
	}
	return ch, err
}

// newChange checks a draft against the customer as it is.
func newChange(tx pg.Tx, who identity.Principal, c Customer, d ChangeDraft) (Change, error) {
	if err := d.check(); err != nil {
		return Change{}, err
	}
	ch := Change{
		ID: uuid.Must(uuid.NewV7()), CustomerID: c.ID, Field: d.Field, PartID: d.PartID, NewValue: d.New, Reason: d.Reason,
		EffectiveOn: clock.Today(tx.Now), State: RequestPending, RequestedBy: who.ID, RequestedAt: tx.Now, Version: 1,
		CustomerCode: c.Code, CustomerName: c.Name,
	}
	if d.EffectiveOn != nil {
		if d.EffectiveOn.Before(ch.EffectiveOn) {
			return Change{}, ErrEffectivePast.At("/effective_on")
		}
		ch.EffectiveOn = *d.EffectiveOn
	}
	var err error
	if ch.OldValue, err = c.current(d.Field, d.PartID); err != nil {
		return Change{}, err
	}
	if ch.OldValue.equal(ch.NewValue) {
		return Change{}, ErrNoChange.With()
	}
	if err := ch.onto(&c, tx.Now); err != nil { // c is a copy
		return Change{}, err
	}
	return ch, refuseTaken(tx, who, c)
}

// refuseSettlement enforces CRD-16 where somebody asks for another settlement method by the wrong door: the decision and the
// violation are kept.
func refuseSettlement(tx pg.Tx, who identity.Principal, c Customer) error {
	d := decision.New("terms", subject, c.ID)
	d.Outcome = decision.Refused
	d.Check("CRD-16", false, map[string]string{"customer": c.Code, "by": who.ID.String()},
		"A settlement method isn't changed with the customer's data: apply for it with a credit limit request.",
		"结算方式不得随客户资料变更:须提交信用额度申请。")
	if err := decision.Record(tx, &d); err != nil {
		return err
	}
	err := violation.Record(tx, violation.Violation{
		Rule: "CRD-16", Kind: settlementAttempt, PersonID: who.ID, SubjectType: subject, SubjectID: c.ID, Number: c.Code, SourceID: d.ID,
	})
	if err != nil {
		return err
	}
	return pg.Keep(ErrSettlementElsewhere.At("/field").Deciding(d))
}

// changeDecided writes the outcome of a change request, and applies an approved one whose date has come.
func (s *Requests) changeDecided(tx pg.Tx, r approval.Request) error {
	ch, err := pg.TakeForUpdate[Change](tx, "id = ?", r.SubjectID)
	if err != nil {
		return err
	}
	if ch.State != RequestPending {
		return ErrRequestFrozen.With()
	}
	if r.State != approval.Approved {
		return ch.end(tx, outcome(r.State), r.CloseReason)
	}
	if !r.Covers(ch.hash()) {
		return ch.end(tx, RequestStale, "the approval is of another content / 审批内容不一致")
	}
	return s.approveChange(tx, &ch)
}

func (s *Requests) approveChange(tx pg.Tx, ch *Change) error {
	if err := ch.end(tx, RequestApproved, ""); err != nil {
		return err
	}
	if ch.EffectiveOn.After(clock.Today(tx.Now)) {
		return nil
	}
	return s.applyChange(tx, ch)
}

// ApplyDue applies the approved change with this id if its date has come, for the sweep: one transaction each. Locks the change, then
// the customer. Does nothing for one that was applied meanwhile.
func (s *Requests) ApplyDue(tx pg.Tx, id uuid.UUID) error {
	ch, err := pg.TakeForUpdate[Change](tx, "id = ?", id)
	if err != nil || ch.State != RequestApproved || ch.EffectiveOn.After(clock.Today(tx.Now)) {
		return err
	}
	return s.applyChange(tx, &ch)
}

// GiveUp ends an approved change as stale: applying it was refused for good.
func (s *Requests) GiveUp(tx pg.Tx, id uuid.UUID, why *errs.Error) error {
	ch, err := pg.TakeForUpdate[Change](tx, "id = ?", id)
	if err != nil || ch.State != RequestApproved {
		return err
	}
	return ch.end(tx, RequestStale, why.Text("en")+" / "+why.Text("zh-CN"))
}

// Due returns the approved changes whose date has come, at most limit.
func (s *Requests) Due(tx pg.Tx, limit int) ([]uuid.UUID, error) {
	return dueChanges(tx, clock.Today(tx.Now), limit)
}

// applyChange makes the approved value the customer's, if the value that it replaces is still there; else the change is stale.
func (s *Requests) applyChange(tx pg.Tx, ch *Change) error {
	c, err := pg.TakeForUpdate[Customer](tx, "id = ?", ch.CustomerID)
	if err == nil {
		err = attachParts(tx, &c)
	}
	if err != nil {
		return err
	}
	now, err := c.current(ch.Field, ch.PartID)
	if err != nil || !now.equal(ch.OldValue) {
		return ch.end(tx, RequestStale, "the value to be replaced has changed meanwhile / 原值已变更")
	}
	before := c.snapshot()
	if err := ch.onto(&c, tx.Now); err != nil {
		return ch.staleFor(tx, err)
	}
	if err := refuseTaken(tx, identity.Principal{}, c); err != nil { // the reason is read by whoever sees the request
		return ch.staleFor(tx, err)
	}
	c.UpdatedAt = tx.Now
	if err := storeChange(tx, &c, ch); err != nil {
		return err
	}
	if err := keepVersions(tx, "applyCustomerChange", c.ID); err != nil {
		return err
	}
	err = audit.Record(tx, audit.Entry{Action: "applyCustomerChange", SubjectType: subject, SubjectID: c.ID, Before: before, After: c.snapshot()})
	if err != nil {
		return err
	}
	return ch.end(tx, RequestApplied, "")
}

// staleFor ends the change when err is a refusal; other errors pass.
func (ch *Change) staleFor(tx pg.Tx, err error) error {
	if e, ours := errs.As(err); ours {
		return ch.end(tx, RequestStale, e.Text("en")+" / "+e.Text("zh-CN"))
	}
	return err
}

// end writes a state.
func (ch *Change) end(tx pg.Tx, state RequestState, reason string) error {
	before := ch.trace()
	values := map[string]any{"state": state, "state_reason": reason}
	if ch.DecidedAt == nil {
		values["decided_at"], ch.DecidedAt = tx.Now, &tx.Now
	}
	if state == RequestApplied {
		values["applied_at"], ch.AppliedAt = tx.Now, &tx.Now
	}
	if err := pg.Update(tx, ch.TableName(), ch.ID, ch.Version, values); err != nil {
		return err
	}
	ch.State, ch.StateReason, ch.Version = state, reason, ch.Version+1
	return audit.Record(tx, audit.Entry{
		Action: "decideCustomerChange", SubjectType: SubjectChange, SubjectID: ch.ID, Before: before, After: ch.trace(),
	})
}

// Change returns one change request. Returns errs.ErrNotFound, also when the customer isn't visible.
func (s *Requests) Change(tx pg.Tx, who identity.Principal, id uuid.UUID) (Change, error) {
	rows, _, err := listChanges(tx, who, RequestFilter{ID: id}, pg.Page{Limit: 1})
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Change{}, err
	}
	return rows[0], nil
}

// Changes returns a page of change requests about visible customers, newest first. One statement.
func (s *Requests) Changes(tx pg.Tx, who identity.Principal, f RequestFilter, p pg.Page) ([]Change, string, error) {
	return listChanges(tx, who, f, p)
}

// ChangesOf is Changes of one customer. Returns errs.ErrNotFound for one that the caller may not see.
func (s *Requests) ChangesOf(tx pg.Tx, who identity.Principal, customerID uuid.UUID, p pg.Page) ([]Change, string, error) {
	if err := visible(tx, who, customerID); err != nil {
		return nil, "", err
	}
	return listChanges(tx, who, RequestFilter{CustomerID: customerID}, p)
}
