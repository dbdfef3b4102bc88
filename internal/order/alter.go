package order

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
)

// Alteration is what a confirmed order would come to, and what got worse by it: package orderchange asks for it, and carries it out
// when it is approved (ORD-05).
type Alteration struct {
	Was, Now    Order
	Draft       Draft // what Now says
	Differences []Difference
	Facts       map[string]any // of the matter order.change
	Checks      []decision.Check
}

// Ask prepares the change of a confirmed order. What got worse passes the gates again, and only that: prices that fell, new products
// and a larger discount the price gate; more generous terms and a higher total the customer's standing (ORD-10, CRD-16, CON-06). Goods
// that have moved bound it. Writes nothing.
//
// Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState unless the order counts and isn't all shipped, ErrNothing for a change of
// nothing, and what Update and the gate return. Locks the contract, then the order.
func (s *Service) Ask(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, change func(*Draft)) (Alteration, error) {
	was, c, err := s.lockedDeal(tx, who, id, version, VerbReserve)
	if err != nil {
		return Alteration{}, err
	}
	d := was.draft()
	change(&d)
	a := Alteration{Was: was, Draft: d}
	if a.Now, err = was.altered(tx, d); err != nil {
		return a, err
	}
	if a.Differences = differences(&a.Was, &a.Now); len(a.Differences) == 0 {
		return a, ErrNothing
	}
	return a, s.judgeAlteration(tx, who, &a, c)
}

// altered is the order with a draft written over it. The customer stays: another customer's order is another order.
func (o *Order) altered(tx pg.Tx, d Draft) (Order, error) {
	now := *o
	now.Lines = slices.Clone(o.Lines)
	if d.CustomerID != o.CustomerID || !sameID(d.ContractID, o.ContractID) || !sameID(d.QuotationID, o.QuotationID) {
		return now, ErrOtherDeal
	}
	if err := now.fill(d, tx.Now); err != nil {
		return now, err
	}
	return now, now.complete(tx, nil)
}

func (s *Service) judgeAlteration(tx pg.Tx, who identity.Principal, a *Alteration, c *contract.Contract) error {
	was, now := &a.Was, &a.Now
	p, err := s.position(tx, who, now.CustomerID)
	if err != nil {
		return err
	}
	raises, terms := now.Total.Cmp(was.Total) > 0, now.Terms() != was.Terms() && !now.Terms().IsCash()
	v := verdict{deal: c}
	if raises || terms {
		v = judgeCustomer(now, p)
		v.deal = c
	}
	v.dates(now)
	special := false
	if terms {
		special = v.terms(now, p, c)
		v.settlement(who, now, p)
		if err := s.agreement(tx, now, p, &v); err != nil {
			return err
		}
	}
	answer, err := s.askWorse(tx, who, a, c)
	if err != nil {
		return err
	}
	v.checks = append(v.checks, answer.Checks...)
	if !answer.passed() {
		v.refuse(answer.refused)
	}
	if err := now.leftOn(c, was); err != nil {
		v.refuse(err)
	}
	if v.refusal != nil {
		return v.refusal
	}
	a.Checks = v.checks
	a.Facts = alterationFacts(a, answer, raises, special, string(p.Profile.Grade))
	return nil
}

func alterationFacts(a *Alteration, answer priceAnswer, raises, special bool, grade string) map[string]any {
	worse := len(answer.Lines) > 0
	role := identity.Role("")
	if worse {
		role = answer.RequiredRole
	}
	return map[string]any{
		"total": a.Now.Total, "total_before": a.Was.Total, "currency": Currency, "raises_total": raises, "price_worse": worse,
		"within_submitter_authority": !worse || answer.Within, "required_role": string(role),
		"department_authority": !worse || answer.DepartmentCovers, "special_terms": special,
		"contract_covers": worse && answer.contracted(), "customer_grade": grade,
	}
}

// askWorse asks the price gate about the lines that got worse, at their share of the header discount: an unchanged price isn't
// judged by a list that came later. Nothing is asked when no line did.
func (s *Service) askWorse(tx pg.Tx, who identity.Principal, a *Alteration, c *contract.Contract) (priceAnswer, error) {
	part, index := a.Now, []int{}
	part.Lines, part.HeaderDiscount = nil, decimal.Zero.Pad(money.AmountScale)
	deeper := deeperDiscount(&a.Was, &a.Now)
	was, err := a.Was.taken()
	if err != nil {
		return priceAnswer{}, err
	}
	now, err := a.Now.taken()
	if err != nil {
		return priceAnswer{}, err
	}
	for i, l := range a.Now.Lines {
		if old := a.Was.Line(l.ID); old != nil && !deeper && l.noWorse(*old, was, now) {
			continue
		}
		off, err := l.Amount.Sub(l.NetAmount)
		if err == nil {
			part.HeaderDiscount, err = part.HeaderDiscount.Add(off)
		}
		if err != nil {
			return priceAnswer{}, ErrTooLarge.Wrap(err)
		}
		part.Lines, index = append(part.Lines, l), append(index, i)
	}
	part.nameOnlyUsed()
	if len(part.Lines) == 0 {
		return priceAnswer{}, nil
	}
	answer, err := s.askPricesOf(tx, who, &part, c, now)
	if answer.refused != nil {
		if e, ours := errs.As(part.pointing(answer.refused, index)); ours {
			answer.refused = e
		}
	}
	return answer, err
}

// nameOnlyUsed forgets the agreements that no line names: whether they still stand is nothing to a line that doesn't.
func (o *Order) nameOnlyUsed() {
	if !slices.ContainsFunc(o.Lines, func(l Line) bool { return l.QuotationLineID != nil }) {
		o.QuotationID = nil
	}
	if !slices.ContainsFunc(o.Lines, func(l Line) bool { return l.ContractLineID != nil }) {
		o.ContractID = nil
	}
}

// noWorse reports whether a line asks for nothing that nobody was asked about: the same product at no lower price, by the same
// agreement, of whose range what the whole order takes might be outside now.
func (l Line) noWorse(than Line, was, now quote.Sums) bool {
	return l.ProductID == than.ProductID && l.Price.Cmp(than.Price) >= 0 && sameID(l.QuotationLineID, than.QuotationLineID) &&
		sameID(l.ContractLineID, than.ContractLineID) && (l.QuotationLineID == nil || now[*l.QuotationLineID].Cmp(was[*l.QuotationLineID]) == 0)
}

// deeperDiscount reports whether a larger part of the whole is taken off than before: exact, by cross multiplication.
func deeperDiscount(was, now *Order) bool {
	if !now.HeaderDiscount.IsPos() {
		return false
	}
	return money.Portion(now.HeaderDiscount, now.Gross, decimal.Zero, was.Gross).Cmp(was.HeaderDiscount) > 0
}

// leftOn returns contract.ErrLineExceeded when a line wants more than it had and than is left of its contract (CON-09). Carrying it
// out books it, and refuses again what another order has taken meanwhile.
func (o *Order) leftOn(c *contract.Contract, was *Order) *errs.Error {
	if c == nil {
		return nil
	}
	for i, l := range o.Lines {
		if l.ContractLineID == nil || c.Line(*l.ContractLineID) == nil {
			continue
		}
		had := decimal.Zero
		if old := was.Line(l.ID); old != nil && sameID(old.ContractLineID, l.ContractLineID) {
			had = old.Quantity
		}
		line := c.Line(*l.ContractLineID)
		if l.Quantity.Cmp(sum(had, line.Left())) > 0 {
			return contract.ErrLineExceeded.With("left", line.Left(), "line", line.LineNo).At(fmt.Sprintf("/lines/%d/quantity", i))
		}
	}
	return nil
}

// Approved is what a change request asks of the order that it was approved for.
type Approved struct {
	OrderID    uuid.UUID
	Revision   int    // of the order when it was asked for
	Content    []byte // its hash then
	ApprovalID uuid.UUID
	Facts      map[string]any // that its deciders had before them
	Number     string         // of the request
	Reason     string
}

// Alter carries out an approved change: the next revision of the order, its hash, its call-offs, and production is told, all in the
// approval's transaction (ORD-05). What got worse is judged once more, by the customer, the price lists and the authority of this moment:
// refusal is what forbids it by now, and nothing is written then. Goods that moved meanwhile bound it still. Returns ErrMoved when the
// order has another revision than was decided about; ErrLineMoved, contract.ErrLineExceeded. Locks the contract, then the order.
func (s *Service) Alter(tx pg.Tx, a Approved, d Draft) (now Order, refusal *errs.Error, err error) {
	was, c, err := s.lockAsked(tx, a)
	if err != nil {
		return was, nil, err
	}
	if now, err = was.altered(tx, d); err != nil {
		return now, nil, err
	}
	refusal, err = s.judgeAgain(tx, Alteration{Was: was, Now: now}, c, a.Facts)
	if err != nil || refusal != nil {
		return was, refusal, err
	}
	return now, nil, s.alter(tx, a, was, &now, c)
}

// judgeAgain holds a change that was decided about against this moment (ORD-05, ORD-10): what refuses it, or asks for somebody who hasn't
// decided. Who asked for the change doesn't matter any more.
func (s *Service) judgeAgain(tx pg.Tx, a Alteration, c *contract.Contract, decided map[string]any) (*errs.Error, error) {
	err := s.judgeAlteration(tx, identity.System(), &a, c)
	if err != nil {
		e, ours := errs.As(err)
		if ours {
			return e, nil
		}
		return nil, err
	}
	if a.Facts["special_terms"] == true && decided["special_terms"] != true {
		return ErrTermsMeanwhile.With("terms", a.Now.Terms().String()), nil
	}
	if !coveredBy(a.Facts, decided) {
		return ErrPricesMeanwhile.With(), nil
	}
	return nil, nil //nolint:nilnil // nothing forbids it
}

// coveredBy reports whether who decided about a change may still agree to its prices: the general manager to any, the sales director to
// what was the director's, the sales manager, who decides each, to what theirs or less.
func coveredBy(now, decided map[string]any) bool {
	if now["price_worse"] != true || decided["department_authority"] == false {
		return true
	}
	if now["department_authority"] == false {
		return false
	}
	role, _ := now["required_role"].(string)
	return role != string(identity.SalesDirector) || decided["within_submitter_authority"] == true || decided["required_role"] == role
}

// alter writes what a change comes to.
func (s *Service) alter(tx pg.Tx, a Approved, was Order, now *Order, c *contract.Contract) error {
	now.Revision, now.Content, now.UpdatedAt = was.Revision+1, now.contentHash(), tx.Now
	now.State, now.StateReason = now.progress(), a.Reason
	now.UntoldSince = nil          // of what is changed Follower is told here
	now.ApprovalID = &a.ApprovalID // what it says now was approved by this one
	if err := storeAltered(tx, now); err != nil {
		return err
	}
	if err := now.callOff(tx, c); err != nil {
		return err
	}
	if err := s.trace(tx, "changeOrder", a, was.snapshot(), now); err != nil || s.Follower == nil {
		return err
	}
	return s.Follower.OrderChanged(tx, &was, now)
}

// CancelApproved ends a confirmed order by an approved request. Returns ErrLiveNotices, ErrPartShipped and ErrMoved. Locks the contract,
// then the order.
func (s *Service) CancelApproved(tx pg.Tx, a Approved) (Order, error) {
	o, c, err := s.lockAsked(tx, a)
	if err != nil {
		return o, err
	}
	if err := o.cancellable(); err != nil {
		return o, err
	}
	before := o.snapshot()
	o.end(tx, StateCancelled, a.Reason)
	if err := update(tx, &o); err != nil {
		return o, err
	}
	if err := o.callOff(tx, c); err != nil {
		return o, err
	}
	if err := s.trace(tx, string(VerbCancel), a, before, &o); err != nil {
		return o, err
	}
	return o, s.tellStopped(tx, &o)
}

// AskCancel locks a confirmed order whose cancellation is asked for, and returns it with the facts of the matter order.cancel. Returns
// ErrLiveNotices, ErrPartShipped, errs.ErrState, errs.ErrStale and errs.ErrNotFound.
func (s *Service) AskCancel(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Order, map[string]any, error) {
	o, err := s.locked(tx, who, id, version, VerbReserve)
	if err != nil {
		return o, nil, err
	}
	return o, map[string]any{"total": o.Total, "currency": Currency}, o.cancellable()
}

func (o *Order) cancellable() error {
	if o.noticed() {
		return ErrLiveNotices
	}
	if o.moved() {
		return ErrPartShipped
	}
	return nil
}

// lockAsked locks the order that a request was about, as it was then.
func (s *Service) lockAsked(tx pg.Tx, a Approved) (Order, *contract.Contract, error) {
	o, c, err := lockDeal(tx, a.OrderID)
	if err != nil {
		return o, c, err
	}
	if err := o.May(VerbReserve); err != nil {
		return o, c, err
	}
	if o.Revision != a.Revision || !slices.Equal(o.Content, a.Content) {
		return o, c, ErrMoved.With("revision", o.Revision)
	}
	return o, c, nil
}

// trace records the decision and the event of what an approved request did.
func (s *Service) trace(tx pg.Tx, action string, a Approved, before map[string]any, o *Order) error {
	d := decision.New("order", Subject, o.ID)
	d.ApprovalID = &a.ApprovalID
	d.Info("ORD-05", map[string]string{"request": a.Number, "revision": fmt.Sprint(o.Revision)},
		fmt.Sprintf("By the approved request %s.", a.Number), fmt.Sprintf("依据已批准的申请单 %s。", a.Number))
	if err := decision.Record(tx, &d); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: o.ID, Before: before, After: o.snapshot()})
}
