package shipping

import (
	"slices"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/stock"
	"github.com/salesgate/salesgate/internal/transport"
)

// Service is the shipping module. Build it with New; it is safe for concurrent use once Payments and Gate are set.
type Service struct {
	Payments     Payments             // who holds the payments; app sets it, since receivable is built after shipping
	Invoices     Invoices             // who takes goods off invoices; app sets it
	Stock        *stock.Service       // what lies in the warehouses; app sets it
	Preparations *preparation.Service // what is laid out and taken of it; app sets it
	Files        *attachment.Service  // where the papers of special releases are; app sets it

	Transport *transport.Service // the trucks that fetch goods (SHP-07), and their freight; app sets it

	// Allotments say what is left of short products to order lines (SHP-19); app sets it. Nil: nothing is allotted.
	Allotments Allotments

	Gate Gate // issues the passes; app sets it, since gate is built after shipping

	rules     *rulebook.Service
	approvals *approval.Service
	credit    *credit.Service
	orders    *order.Service
}

// Take is a quantity of an order line that is to be put on a notice.
type Take struct {
	OrderLineID uuid.UUID
	ProductID   uuid.UUID
	Quantity    decimal.Decimal
}

// Allotments refuse what the allotment of a short product doesn't leave to a line; the refusal points at the part, like
// "/lines/0/quantity". hold, for a release, keeps allotments from being confirmed until the transaction ends.
type Allotments interface {
	Allowance(tx pg.Tx, takes []Take, hold bool) error
}

// New returns the service, which app registers for Matter.
func New(rules *rulebook.Service, approvals *approval.Service, accounts *credit.Service, orders *order.Service) *Service {
	return &Service{Payments: noPayments{}, rules: rules, approvals: approvals, credit: accounts, orders: orders}
}

// Get returns a notice with its lines. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Notice, error) {
	n, err := readNotice(tx, id)
	if err != nil {
		return Notice{}, err
	}
	return n, who.MustSee(n.OwnerID)
}

// Seen returns errs.ErrNotFound unless the caller may see the notice: for its timeline and its decisions.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	n, err := pg.Take[Notice](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return who.MustSee(n.OwnerID)
}

// held is what a use case has locked, in the program's order: the payer's account, the orders, the notice.
type held struct {
	account *credit.Account
	orders  map[uuid.UUID]*order.Order // none when the use case needs none
	notice  Notice
	before  map[string]any // the notice as it was, for the event
}

// hold locks what moves together: the payer's account, the orders of the notice when withOrders, and the notice. Returns
// errs.ErrNotFound for a notice that the caller may not see, and pg.ErrAgain when its lines changed meanwhile.
func (s *Service) hold(tx pg.Tx, who identity.Principal, id uuid.UUID, withOrders bool) (*held, error) {
	return s.holdAll(tx, who, id, withOrders, false)
}

// holdToJudge is hold for a use case that judges the gate: it locks the payer's credit group, too, before the orders (CRD-17).
func (s *Service) holdToJudge(tx pg.Tx, who identity.Principal, id uuid.UUID) (*held, error) {
	return s.holdAll(tx, who, id, true, true)
}

func (s *Service) holdAll(tx pg.Tx, who identity.Principal, id uuid.UUID, withOrders, judging bool) (*held, error) {
	peek, err := peekNotice(tx, id)
	if err != nil {
		return nil, err
	}
	if err := who.MustSee(peek.OwnerID); err != nil {
		return nil, err
	}
	return s.holdPeeked(tx, peek, withOrders, judging)
}

// holdPeeked locks what holdAll does, by what was peeked at, and more orders.
func (s *Service) holdPeeked(tx pg.Tx, peek Notice, withOrders, judging bool, more ...Line) (*held, error) {
	var err error
	h := &held{orders: map[uuid.UUID]*order.Order{}}
	if h.account, err = s.credit.Lock(tx, peek.PayerID); err != nil {
		return nil, err
	}
	if judging {
		if err := s.credit.LockGroup(tx, h.account); err != nil {
			return nil, err
		}
	}
	if withOrders {
		for _, orderID := range orderIDs(slices.Concat(peek.Lines, more)) {
			if h.orders[orderID], err = s.orders.LockOpen(tx, orderID); err != nil {
				return nil, err
			}
		}
	}
	if h.notice, err = lockNotice(tx, peek.ID); err != nil {
		return nil, err
	}
	if h.notice.PayerID != peek.PayerID {
		return nil, pg.ErrAgain
	}
	return h, h.take(tx, peek, withOrders)
}

// short reports whether an allotment of a product of the held orders is open (SHP-19). Most are of no such product, and nobody is asked.
func (h *held) short() bool {
	for _, o := range h.orders {
		if slices.ContainsFunc(o.Lines, func(l order.Line) bool { return l.Short }) {
			return true
		}
	}
	return false
}

// take gives the locked notice its lines: those that were peeked at when nothing has changed since, else as they are now.
func (h *held) take(tx pg.Tx, peek Notice, withOrders bool) error {
	n := &h.notice
	n.Lines, n.largest = peek.Lines, peek.largest
	if n.Version != peek.Version {
		n.Lines = nil
		if err := attachLines(tx, n); err != nil {
			return err
		}
	}
	if withOrders {
		for _, id := range n.orders() {
			if h.orders[id] == nil {
				return pg.ErrAgain
			}
		}
	}
	h.before = n.snapshot()
	return nil
}

// store writes the notice and its event.
func (h *held) store(tx pg.Tx, action Verb) error { return store(tx, &h.notice, h.before, action) }

func store(tx pg.Tx, n *Notice, before map[string]any, action Verb) error {
	n.UpdatedAt = tx.Now
	if err := updateNotice(tx, n); err != nil {
		return err
	}
	return n.record(tx, string(action), before)
}

// record leaves the notice's event, and what it came to on the timelines of its orders (ORD-09). A change that leaves it in its
// state, such as of a draft, is no news of the order.
func (n *Notice) record(tx pg.Tx, action string, before map[string]any) error {
	own := audit.Entry{Action: action, SubjectType: SubjectNotice, SubjectID: n.ID, After: n.snapshot()}
	if before != nil {
		own.Before = before
	}
	entries := []audit.Entry{own}
	if before["state"] != n.State {
		entries = append(entries, onOrders(action, n.orders(), map[string]any{"shipping_notice": n.Number, "notice_state": n.State})...)
	}
	return audit.RecordAll(tx, entries)
}

// onOrders is an event of each of these orders. It says nothing of money: the factory reads it.
func onOrders(action string, orders []uuid.UUID, after map[string]any) []audit.Entry {
	entries := make([]audit.Entry, len(orders))
	for i, id := range orders {
		entries[i] = audit.Entry{Action: action, SubjectType: order.Subject, SubjectID: id, After: after}
	}
	return entries
}

// byOrder groups quantities of lines by order, in id order.
func byOrder(lines []Line, quantity func(Line) (order.Shipped, bool)) []orderParts {
	var all []orderParts
	for _, id := range orderIDs(lines) {
		parts := orderParts{order: id}
		for _, l := range lines {
			if l.OrderID != id {
				continue
			}
			if p, ok := quantity(l); ok {
				parts.parts = append(parts.parts, p)
			}
		}
		if len(parts.parts) > 0 {
			all = append(all, parts)
		}
	}
	return all
}

type orderParts struct {
	order uuid.UUID
	parts []order.Shipped
}
