package order

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
	"github.com/salesgate/salesgate/internal/violation"
)

// FollowPriceBase is for the sales manager: the quotation or contract that an order has its prices from was approved by nobody (QUO-06, ORG-05).
const FollowPriceBase = "order.price_base_gone"

var (
	_ quote.Watcher    = (*Service)(nil)
	_ contract.Watcher = (*Service)(nil)
)

// quoted reports whether a price of the order may stand by its quotation.
func (o *Order) quoted() bool {
	return o.QuotationID != nil && slices.ContainsFunc(o.Lines, func(l Line) bool { return l.QuotationLineID != nil })
}

// stillAgreed holds an approval against what the prices were agreed by: it counts only while the quotation stands (QUO-05, QUO-06), and a
// contract isn't one that nobody has approved, or whose prices nobody has. What was submitted in time counts after the last day of either.
func (v *verdict) stillAgreed(tx pg.Tx, o *Order, c *contract.Contract) error {
	var err error
	if o.quoted() && o.SubmittedAt != nil {
		_, err = quote.AgreedOn(tx, *o.QuotationID, o.CustomerID, *o.SubmittedAt)
	}
	if err == nil && c != nil {
		err = c.Approved()
	}
	if e, ours := errs.As(err); ours {
		v.check("QUO-05", false, map[string]string{"code": e.Code}, e.Text("en"), e.Text("zh-CN"))
		v.refuse(e)
		return nil
	}
	return err
}

// underway are the states in which an order may stand by its quotation or contract.
var underway = []State{StateSubmitted, StateConfirmed, StatePartlyShipped, StateShipped}

// LockApprovals implements quote.Watcher.
func (s *Service) LockApprovals(tx pg.Tx, quotationID uuid.UUID) error {
	rows, err := namesQuotation(tx, quotationID, underway...)
	if err != nil {
		return err
	}
	return s.lockApprovals(tx, rows)
}

// LockCallOffs implements contract.Watcher.
func (s *Service) LockCallOffs(tx pg.Tx, contractID uuid.UUID) error {
	rows, err := callsOff(tx, contractID, underway...)
	if err != nil {
		return err
	}
	return s.lockApprovals(tx, rows)
}

// lockApprovals locks what is being decided about orders: themselves, and changes of them.
func (s *Service) lockApprovals(tx pg.Tx, rows []naming) error {
	for _, r := range rows {
		if err := s.approvals.Lock(tx, Subject, r.ID); err != nil {
			return err
		}
		if err := s.lockChange(tx, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// base is the document that orders have their prices from and that nobody approved.
type base struct {
	id     uuid.UUID
	number string
	kind   string // in the detail of a violation, and in English
	zh     string
	rule   string
	beyond bool // what stood by it is a violation of its own (QUO-07)
}

// QuotationUnapproved implements quote.Watcher (QUO-06): orders that aren't all shipped become drafts again, as by the denial of an approval
// of their own (ORG-05), those too that call off what a contract has from the quotation; what has left, has left. What stood without approval
// is a violation (QUO-07). Locks the contracts that the orders call off, then the orders.
func (s *Service) QuotationUnapproved(tx pg.Tx, q quote.Quotation) error {
	rows, err := namesQuotation(tx, q.ID, underway...)
	if err != nil {
		return err
	}
	return s.basesGone(tx, rows, base{kind: "quotation", id: q.ID, number: q.Number, rule: "QUO-06", zh: "报价单", beyond: true})
}

// ContractUnapproved implements contract.Watcher (ORG-05): as QuotationUnapproved, of the orders that call the contract off. The denied approval is the
// violation, and recorded already.
func (s *Service) ContractUnapproved(tx pg.Tx, c contract.Contract) error {
	rows, err := callsOff(tx, c.ID, underway...)
	if err != nil {
		return err
	}
	return s.basesGone(tx, rows, base{kind: "contract", id: c.ID, number: c.Number, rule: "ORG-05", zh: "合同"})
}

// basesGone takes back the orders whose price base is gone.
func (s *Service) basesGone(tx pg.Tx, rows []naming, b base) error {
	deals, err := lockDeals(tx, rows)
	if err != nil {
		return err
	}
	orders := make([]Order, len(rows))
	for i, r := range rows {
		if orders[i], err = lock(tx, r.ID); err != nil {
			return err
		}
		if !sameID(orders[i].ContractID, r.ContractID) {
			return pg.ErrAgain
		}
	}
	for i := range orders {
		var c *contract.Contract
		if id := orders[i].ContractID; id != nil {
			c = deals[*id]
		}
		if err := s.priceBaseGone(tx, &orders[i], c, b); err != nil {
			return err
		}
	}
	return nil
}

// lockDeals locks the contracts that orders call off, in id order.
func lockDeals(tx pg.Tx, rows []naming) (map[uuid.UUID]*contract.Contract, error) {
	var ids []uuid.UUID
	for _, r := range rows {
		if r.ContractID != nil {
			ids = append(ids, *r.ContractID)
		}
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	deals := make(map[uuid.UUID]*contract.Contract, len(ids))
	for _, id := range slices.Compact(ids) {
		c, err := contractOf(tx, &id)
		if err != nil {
			return nil, err
		}
		deals[id] = c
	}
	return deals, nil
}

func (s *Service) priceBaseGone(tx pg.Tx, o *Order, c *contract.Contract, b base) error {
	was, stood, reason := o.State, o.counts(), fmt.Sprintf("%s: %s 未获批准 / was approved by nobody", b.rule, b.number)
	const action = "loseOrderPriceBase"
	var err error
	switch o.State {
	case StateConfirmed, StatePartlyShipped:
		err = s.takeBack(tx, o, c, reason, action)
	case StateSubmitted:
		err = s.returned(tx, o, c, reason, action)
	case StateShipped: // there is nothing to take back
	case StateDraft, StateClosed, StateCancelled:
		return nil
	}
	if err == nil && o.State == StateDraft {
		err = s.approvals.Void(tx, Subject, o.ID, reason)
	}
	if err != nil {
		return err
	}
	return o.tellPriceBaseGone(tx, b, was, stood)
}

// returned makes a submitted order a draft again, as its approvers would.
func (s *Service) returned(tx pg.Tx, o *Order, c *contract.Contract, reason, action string) error {
	before := o.snapshot()
	o.back(tx, reason)
	if err := update(tx, o); err != nil {
		return err
	}
	if err := o.callOff(tx, c); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: o.ID, Before: before, After: o.snapshot()})
}

// tellPriceBaseGone records what stood without approval (QUO-07), once, and tells the sales manager.
func (o *Order) tellPriceBaseGone(tx pg.Tx, b base, was State, stood bool) error {
	task := followup.Task{
		Kind: FollowPriceBase, SubjectType: Subject, SubjectID: o.ID, Number: o.Number, Role: identity.SalesManager, Inform: !stood,
		TitleEN: fmt.Sprintf("Order %s has its prices from %s %s, which nobody approved", o.Number, b.kind, b.number),
		TitleZH: fmt.Sprintf("订单 %s 的价格依据%s %s 未获批准", o.Number, b.zh, b.number),
	}
	if err := followup.Open(tx, task); err != nil || !stood || !b.beyond {
		return err
	}
	person := o.OwnerID
	if o.SubmittedBy != nil {
		person = *o.SubmittedBy
	}
	return violation.Record(tx, violation.Violation{
		Rule: "QUO-07", Kind: violation.QuoteBeyond, PersonID: person, SubjectType: Subject, SubjectID: o.ID, Number: o.Number, SourceID: o.ID,
		Detail: map[string]any{"total": o.Total, b.kind + "_id": b.id, b.kind: b.number, "state": was},
	})
}
