package contract

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
	"github.com/salesgate/salesgate/internal/violation"
)

// FollowPriceBase is for the sales manager: the quotation that a contract has its prices from was approved by nobody (QUO-06).
const FollowPriceBase = "contract.price_base_gone"

var _ quote.Watcher = (*Service)(nil)

// quoted reports whether a price of the contract may stand by its quotation.
func (c *Contract) quoted() bool {
	return c.QuotationID != nil && slices.ContainsFunc(c.Lines, func(l Line) bool { return l.QuotationLineID != nil })
}

// leavesRange returns the lines of a quotation whose range of quantities the contract in force kept, all lines that name it together, and
// the amendment doesn't (QUO-05).
func (c *Contract) leavesRange(tx pg.Tx, was *Contract) (map[uuid.UUID]bool, error) {
	before, err := was.quotedSums()
	if err != nil || len(before) == 0 {
		return nil, err
	}
	now, err := c.quotedSums()
	if err != nil {
		return nil, err
	}
	ranges, err := quotedRanges(tx, slices.Collect(maps.Keys(before)))
	left := map[uuid.UUID]bool{}
	for _, r := range ranges {
		left[r.LineID] = r.Covers(before[r.LineID]) && !r.Covers(now[r.LineID])
	}
	return left, err
}

// quotedSums adds up what the contract takes of each line of its quotation. Returns quote.ErrTooLarge.
func (c *Contract) quotedSums() (quote.Sums, error) {
	taken := quote.Sums{}
	for _, l := range c.Lines {
		if err := taken.Add(l.QuotationLineID, l.Quantity); err != nil {
			return nil, err
		}
	}
	return taken, nil
}

// stillQuoted holds an approval against the quotation that the prices come from: an approval of what was agreed there counts only while
// that stands (QUO-05, QUO-06). What was submitted in time counts after the quotation's last day, and so does what an amendment leaves as it is
// in the contract in force, was.
func (v *verdict) stillQuoted(tx pg.Tx, c, was *Contract, submitted time.Time) error {
	if c.PriceBaseGoneAt != nil && submitted.Before(*c.PriceBaseGoneAt) { // an amendment that was judged before
		e := ErrPriceBaseGone.With()
		v.check("QUO-06", false, nil, e.Text("en"), e.Text("zh-CN"))
		v.refuse(e)
	}
	agreed, err := c.unchanged(tx, was)
	if err != nil || !c.quoted() || !c.asksQuotation(was, agreed) {
		return err
	}
	if c.State != StateInForce && c.SubmittedAt != nil { // terms that were asked about again don't make it later
		submitted = *c.SubmittedAt
	}
	_, err = quote.AgreedOn(tx, *c.QuotationID, c.CustomerID, submitted)
	if errors.Is(err, quote.ErrExpired) && c.namesNoMore(was) {
		return nil
	}
	if e, ours := errs.As(err); ours {
		v.check("QUO-05", false, map[string]string{"quotation": c.QuotationID.String(), "code": e.Code}, e.Text("en"), e.Text("zh-CN"))
		v.refuse(e)
		return nil
	}
	return err
}

// LockApprovals implements quote.Watcher.
func (s *Service) LockApprovals(tx pg.Tx, quotationID uuid.UUID) error {
	ids, err := namesQuotation(tx, quotationID, StateSubmitted, StateApproved)
	for i := 0; err == nil && i < len(ids); i++ {
		err = s.approvals.Lock(tx, Subject, ids[i])
	}
	return err
}

// QuotationUnapproved implements quote.Watcher (QUO-06): contracts that aren't in force become drafts again. One in force stays what both
// have signed, but nothing more is called off until it comes in force with prices that were decided on. What stood without approval is a
// violation (QUO-07). Locks the contracts.
func (s *Service) QuotationUnapproved(tx pg.Tx, q quote.Quotation) error {
	ids, err := namesQuotation(tx, q.ID, StateSubmitted, StateApproved, StateInForce)
	if err != nil {
		return err
	}
	contracts := make([]Contract, len(ids))
	for i, id := range ids {
		if contracts[i], err = lock(tx, id); err != nil {
			return err
		}
	}
	for i := range contracts {
		if err := s.priceBaseGone(tx, &contracts[i], q); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) priceBaseGone(tx pg.Tx, c *Contract, q quote.Quotation) error {
	before, stood, reason := c.snapshot(), c.State != StateSubmitted, fmt.Sprintf("QUO-06: %s 未获批准 / was approved by nobody", q.Number)
	if !same(c.QuotationID, &q.ID) || !c.quoted() { // its amendment does
		return returnApproved(tx, c.ID, &q.ID, reason)
	}
	var err error
	switch c.State {
	case StateSubmitted, StateApproved:
		err = s.reopen(tx, c, reason)
	case StateInForce:
		c.PriceBaseGoneAt, c.UpdatedAt = &tx.Now, tx.Now
		err = returnApproved(tx, c.ID, nil, reason)
	case StateDraft, StateExpired, StateTerminated, StateClosed, StateCancelled: // nothing more comes of it
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.store(tx, c, "loseContractPriceBase", before); err != nil {
		return err
	}
	if err := renumberLines(tx, c); err != nil {
		return err
	}
	return c.tellPriceBaseGone(tx, q, stood)
}

// reopen makes a contract that isn't in force a draft again; one that was out for signature is dead in that revision.
func (s *Service) reopen(tx pg.Tx, c *Contract, reason string) error {
	if c.State == StateApproved {
		c.Revision++
	}
	c.back(tx, reason)
	return s.approvals.Void(tx, Subject, c.ID, reason)
}

// returnApproved makes an amendment that waits for signatures a draft again. One that is being decided is held against the quotation when
// it has been. by is the quotation that it has to name; nil for whatever it says.
func returnApproved(tx pg.Tx, contractID uuid.UUID, by *uuid.UUID, reason string) error {
	a, err := openAmendment(tx, contractID)
	if isNotFound(err) {
		return nil
	}
	if err != nil || a.State != AmendmentApproved || by != nil && !same(a.Change.QuotationID, by) {
		return err
	}
	return a.back(tx, reason)
}

// tellPriceBaseGone records what stood without approval (QUO-07), once, and tells the sales manager.
func (c *Contract) tellPriceBaseGone(tx pg.Tx, q quote.Quotation, stood bool) error {
	task := followup.Task{
		Kind: FollowPriceBase, SubjectType: Subject, SubjectID: c.ID, Number: c.Number, Role: identity.SalesManager, Inform: c.State == StateDraft,
		TitleEN: fmt.Sprintf("Contract %s has its prices from quotation %s, which nobody approved", c.Number, q.Number),
		TitleZH: fmt.Sprintf("合同 %s 的价格依据报价单 %s 未获批准", c.Number, q.Number),
	}
	if err := followup.Open(tx, task); err != nil || !stood {
		return err
	}
	person := c.OwnerID
	if c.SubmittedBy != nil {
		person = *c.SubmittedBy
	}
	return violation.Record(tx, violation.Violation{
		Rule: "QUO-07", Kind: violation.QuoteBeyond, PersonID: person, SubjectType: Subject, SubjectID: c.ID, Number: c.Number, SourceID: c.ID,
		Detail: map[string]any{"total": c.Total, "quotation_id": q.ID, "quotation": q.Number, "state": c.State},
	})
}
