package shipping

import (
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// Held is what a use case has locked, in the program's order: the payer's account, the orders, the notice.
type Held struct {
	Account *credit.Account
	Orders  map[uuid.UUID]*order.Order // none when the use case needs none
	Notice  Notice

	before map[string]any // the notice as it was, for the event
}

// reach is what a use case locks beside account and notice.
type reach struct {
	orders bool        // of the notice
	more   []uuid.UUID // orders, too
	group  bool        // of the payer, by who judges the gate (CRD-17)
}

// Hold locks what moves together: the payer's account, the orders of the notice and those that are named, and the notice. Returns
// errs.ErrNotFound for a notice that the caller may not see, and pg.ErrAgain when its lines changed meanwhile.
func (s *Service) Hold(tx pg.Tx, who identity.Principal, id uuid.UUID, orders ...uuid.UUID) (*Held, error) {
	return s.holdAll(tx, who, id, reach{orders: true, more: orders})
}

// holdToJudge is Hold for a use case that judges the gate: it locks the payer's credit group, too, before the orders.
func (s *Service) holdToJudge(tx pg.Tx, who identity.Principal, id uuid.UUID) (*Held, error) {
	return s.holdAll(tx, who, id, reach{orders: true, group: true})
}

func (s *Service) holdAll(tx pg.Tx, who identity.Principal, id uuid.UUID, r reach) (*Held, error) {
	peek, err := peekNotice(tx, id)
	if err != nil {
		return nil, err
	}
	if err := who.MustSee(peek.OwnerID); err != nil {
		return nil, err
	}
	return s.holdPeeked(tx, peek, r)
}

// holdPeeked locks what holdAll does, by what was peeked at.
func (s *Service) holdPeeked(tx pg.Tx, peek Notice, r reach) (*Held, error) {
	var err error
	h := &Held{Orders: map[uuid.UUID]*order.Order{}}
	if h.Account, err = s.credit.Lock(tx, peek.PayerID); err != nil {
		return nil, err
	}
	if r.group {
		if err := s.credit.LockGroup(tx, h.Account); err != nil {
			return nil, err
		}
	}
	if r.orders {
		for _, orderID := range orderIDs(peek.Lines, r.more...) {
			if h.Orders[orderID], err = s.orders.LockOpen(tx, orderID); err != nil {
				return nil, err
			}
		}
	}
	if h.Notice, err = lockNotice(tx, peek.ID); err != nil {
		return nil, err
	}
	if h.Notice.PayerID != peek.PayerID {
		return nil, pg.ErrAgain
	}
	return h, h.take(tx, peek, r.orders)
}

// short reports whether an allotment of a product of the held orders is open (SHP-19). Most are of no such product, and nobody is asked.
func (h *Held) short() bool {
	for _, o := range h.Orders {
		if slices.ContainsFunc(o.Lines, func(l order.Line) bool { return l.Short }) {
			return true
		}
	}
	return false
}

// take gives the locked notice its lines: those that were peeked at when nothing has changed since, else as they are now.
func (h *Held) take(tx pg.Tx, peek Notice, withOrders bool) error {
	n := &h.Notice
	n.Lines, n.largest = peek.Lines, peek.largest
	if n.Version != peek.Version {
		n.Lines = nil
		if err := attachLines(tx, n); err != nil {
			return err
		}
	}
	if withOrders {
		for _, id := range n.orders() {
			if h.Orders[id] == nil {
				return pg.ErrAgain
			}
		}
	}
	h.before = n.snapshot()
	return nil
}

// StoreDispatched writes how much of each line has left, the notice and its event.
func (h *Held) StoreDispatched(tx pg.Tx, action Verb) error {
	if err := storeDispatched(tx, h.Notice); err != nil {
		return err
	}
	return h.store(tx, action)
}

// store writes the notice and its event.
func (h *Held) store(tx pg.Tx, action Verb) error { return store(tx, &h.Notice, h.before, action) }

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
		entries = append(entries, order.OnTimelines(action, n.orders(), map[string]any{"shipping_notice": n.Number, "notice_state": n.State})...)
	}
	return audit.RecordAll(tx, entries)
}
