package delivery

import (
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/shipping"
)

// Cancel takes back a delivery note whose goods were unloaded before the gate: they are released again, and the gate
// pass dies (SHP-21). Returns ErrLeft for goods that are gone, ErrInvoiced, errs.ErrState for a note that is cancelled.
// What is unloaded of a notice that was closed meanwhile is free again everywhere. Locks account, orders, notice, transport notice, stock
// levels, delivery note and freight voucher.
func (s *Service) Cancel(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Note, error) {
	peek, err := s.Get(tx, who, id)
	if err != nil {
		return Note{}, err
	}
	h, err := s.shipments.Hold(tx, who, peek.NoticeID)
	if err != nil {
		return Note{}, err
	}
	note, goods, err := s.lockLoaded(tx, &h.Notice, id, version, reason)
	if err != nil {
		return Note{}, err
	}
	before := note.snapshot(h.Notice.Number)
	note.CancelReason = strings.TrimSpace(reason)
	if err := s.unload(tx, h, &note, goods); err != nil {
		return Note{}, err
	}
	if err := h.StoreDispatched(tx, shipping.VerbUnload); err != nil {
		return Note{}, err
	}
	note.Pass = peek.Pass
	if err := s.Gate.CancelPass(tx, &note); err != nil {
		return Note{}, err
	}
	return note, note.record(tx, string(shipping.VerbUnload), before, h.Notice.Number)
}

// lockLoaded locks a delivery note with what moves when it is unloaded, and says why that can't be.
func (s *Service) lockLoaded(tx pg.Tx, n *shipping.Notice, id uuid.UUID, version *int64, reason string) (Note, preparation.Load, error) {
	if err := s.expectAgain(tx, n, id, reason); err != nil {
		return Note{}, nil, err
	}
	note, goods, err := s.lockGoods(tx, id)
	if err != nil {
		return Note{}, nil, err
	}
	return note, goods, note.mayUnload(n, version)
}

// lockGoods locks the stock levels from which a delivery note's goods were taken, then the note.
func (s *Service) lockGoods(tx pg.Tx, id uuid.UUID) (Note, preparation.Load, error) {
	goods, err := s.Preparations.LockShipped(tx, id)
	if err != nil {
		return Note{}, nil, err
	}
	locked, err := s.Lock(tx, []uuid.UUID{id})
	if err != nil {
		return Note{}, nil, err
	}
	return locked[0], goods, nil
}

// expectAgain has the truck of a delivery note that is unloaded expected again; by nobody when its notice was closed meanwhile.
func (s *Service) expectAgain(tx pg.Tx, n *shipping.Notice, note uuid.UUID, reason string) error {
	if err := s.Transport.Unload(tx, note, reason); err != nil || n.State != shipping.StateClosed {
		return err
	}
	return s.Transport.Void(tx, n.ID, reason)
}

// mayUnload says why the goods can't be taken back, nil when they can.
func (d *Note) mayUnload(n *shipping.Notice, version *int64) error {
	if version != nil && *version != d.Version {
		return errs.ErrStale
	}
	switch d.State {
	case NoteLeft:
		return ErrLeft
	case NoteCancelled:
		return errs.ErrState.With("state", d.State)
	}
	for _, l := range d.Lines {
		if l.InvoicedQuantity.IsPos() || l.ReturnedQuantity.IsPos() {
			return ErrInvoiced
		}
	}
	return n.May(shipping.VerbUnload)
}

// unload is load, takeStock, ship and depart taken back. It writes the end of the note.
func (s *Service) unload(tx pg.Tx, h *shipping.Held, note *Note, goods preparation.Load) error {
	if err := s.Transport.Unbill(tx, note.ID, note.CancelReason); err != nil {
		return err
	}
	for _, p := range note.byOrder() {
		if err := s.orders.Unship(tx, h.Orders[p.OrderID], p.Lines); err != nil {
			return err
		}
	}
	if err := s.credit.Post(tx, h.Account, credit.UnshipMoves(h.Notice.ID, note.ID, note.Amount)...); err != nil {
		return err
	}
	for _, l := range note.Lines {
		h.Notice.Unload(h.Notice.Line(l.NoticeLineID), l.Quantity, l.Amount)
	}
	if err := s.Preparations.Unship(tx, goods); err != nil {
		return err
	}
	note.State, note.Version = NoteCancelled, note.Version+1
	if err := storeCancelled(tx, *note); err != nil {
		return err
	}
	return s.shipments.FreeUnloaded(tx, h, note.byOrder())
}
