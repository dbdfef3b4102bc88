package shipping

import (
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// Revise makes a draft of a notice of which nothing has left, to change it: its approval is void, its figures, exposure,
// reservation and cover go back at once (SHP-21), and it passes the gates again. Locks requests, account, orders, notice.
func (s *Service) Revise(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Notice, error) {
	return s.undo(tx, who, id, version, VerbRevise, reason, func(n *Notice) { n.reopen() })
}

// Cancel ends a notice of which nothing has left. Exposure, reservation and cover go back at once (SHP-21). Locks requests,
// account, orders, notice.
func (s *Service) Cancel(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Notice, error) {
	return s.undo(tx, who, id, version, VerbCancel, reason, func(n *Notice) {
		n.State, n.EndedReason = StateCancelled, strings.TrimSpace(reason)
	})
}

func (s *Service) undo(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, verb Verb, reason string, become func(*Notice)) (Notice, error) {
	if err := s.approvals.Lock(tx, SubjectNotice, id); err != nil {
		return Notice{}, err
	}
	if err := s.lockSpecial(tx, id); err != nil {
		return Notice{}, err
	}
	if err := s.lockEmergency(tx, id); err != nil {
		return Notice{}, err
	}
	h, err := s.Hold(tx, who, id)
	if err != nil {
		return Notice{}, err
	}
	n := &h.Notice
	if err := n.mustMatch(version); err != nil {
		return Notice{}, err
	}
	if err := n.May(verb); err != nil {
		return Notice{}, err
	}
	if n.State == StateReleased {
		if err := s.giveBack(tx, h); err != nil {
			return Notice{}, err
		}
	}
	if err := s.uncover(tx, n); err != nil {
		return Notice{}, err
	}
	if err := s.approvals.Void(tx, SubjectNotice, id, strings.TrimSpace(reason)); err != nil {
		return Notice{}, err
	}
	if err := s.voidSpecial(tx, id, strings.TrimSpace(reason)); err != nil { // CRD-13: it dies with what it names
		return Notice{}, err
	}
	if err := s.Transport.Void(tx, id, reason); err != nil { // no truck comes for it
		return Notice{}, err
	}
	if err := s.voidEmergency(tx, h, strings.TrimSpace(reason)); err != nil { // SHP-15: the same
		return Notice{}, err
	}
	become(n)
	return *n, h.store(tx, verb)
}

// Close ends a notice that is dispatched, or whose rest won't be: the rest's exposure, reservation and cover go back
// (SHP-14, SHP-21). Locks account, orders, notice.
func (s *Service) Close(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Notice, error) {
	h, err := s.Hold(tx, who, id)
	if err != nil {
		return Notice{}, err
	}
	n := &h.Notice
	if err := n.mustMatch(version); err != nil {
		return Notice{}, err
	}
	if err := n.May(VerbClose); err != nil {
		return Notice{}, err
	}
	if n.State == StatePartlyDispatched {
		if err := s.giveBack(tx, h); err != nil {
			return Notice{}, err
		}
	}
	if err := s.uncover(tx, n); err != nil {
		return Notice{}, err
	}
	if err := s.Transport.Void(tx, id, reason); err != nil {
		return Notice{}, err
	}
	n.State, n.EndedReason = StateClosed, strings.TrimSpace(reason)
	return *n, h.store(tx, VerbClose)
}

// giveBack takes what hasn't left out of the exposure and off the orders, and frees what is laid out for it.
func (s *Service) giveBack(tx pg.Tx, h *Held) error {
	for _, p := range order.ByOrder(h.Notice.parts(Line.Rest)) {
		if err := s.orders.Unreserve(tx, h.Orders[p.OrderID], p.Lines); err != nil {
			return err
		}
	}
	if err := s.Preparations.Unreserve(tx, h.Notice.ID, "shipping notice "+h.Notice.Number); err != nil {
		return err
	}
	return s.credit.Post(tx, h.Account, credit.UnreleaseMove(h.Notice.ID))
}

// parts are quantities of its lines, as orders reserve them; of a line with none there is no part.
func (n *Notice) parts(quantity func(Line) decimal.Decimal) []order.Part {
	parts := make([]order.Part, 0, len(n.Lines))
	for _, l := range n.Lines {
		if q := quantity(l); q.IsPos() {
			parts = append(parts, order.Part{OrderID: l.OrderID, Shipped: order.Shipped{LineID: l.OrderLineID, Quantity: q}})
		}
	}
	return parts
}
