package gate

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// LateBooking is the job that books goods which left with the pass of a delivery note that was unloaded on paper: on a new note, since a
// cancelled one stays so. It is apart from the synchronisation because it takes account, orders and notice before any delivery note.
type LateBooking struct {
	ConflictID uuid.UUID `json:"conflict_id"`
}

// Kind implements jobs.Args.
func (LateBooking) Kind() string { return "book_gate_departure" }

// BookLate does what LateBooking asks for. It does nothing when it is done. Returns what shipping.Dispatch returns when the notice has no room for the
// goods, after which GiveUpBooking is called in a transaction of its own. Locks as a dispatch does, then the conflict.
func (s *Service) BookLate(tx pg.Tx, id uuid.UUID) error {
	c, err := s.GetConflict(tx, identity.System(), id)
	if err != nil || c.Booking != Pending {
		return err
	}
	old, err := s.shipments.GetDelivery(tx, identity.System(), *c.DeliveryNoteID)
	if err != nil {
		return err
	}
	load := shipping.Loading{Vehicle: old.Vehicle, Carrier: old.Carrier, Driver: old.Driver}
	for _, l := range old.Lines {
		load.Lines = append(load.Lines, shipping.Loaded{NoticeLineID: l.NoticeLineID, Quantity: l.Quantity})
	}
	note, err := s.shipments.Dispatch(tx, identity.System(), old.NoticeID, nil, load)
	if err != nil {
		return err
	}
	g, err := pg.Take[GateCheck](tx, "id = ?", c.GateCheckID)
	if err != nil {
		return err
	}
	if err := spend(tx, identity.System(), &note.Pass, g.CheckedAt); err != nil {
		return err
	}
	if err := s.shipments.Leave(tx, &note, g.CheckedAt, "bookGateDeparture"); err != nil {
		return err
	}
	return s.booked(tx, c, Booked, &note.ID)
}

// GiveUpBooking says of goods that the notice has no room for that they have to be booked by hand. Locks the conflict.
func (s *Service) GiveUpBooking(tx pg.Tx, id uuid.UUID, why *errs.Error) error {
	c, err := s.GetConflict(tx, identity.System(), id)
	if err != nil || c.Booking != Pending {
		return err
	}
	c.DetailEN, c.DetailZH = cut(c.DetailEN+" It couldn't be booked: "+why.Text("en")), cut(c.DetailZH+" 未能自动入账:"+why.Text("zh-CN"))
	return s.booked(tx, c, Impossible, nil)
}

func (s *Service) booked(tx pg.Tx, c Conflict, b Booking, note *uuid.UUID) error {
	booking, version, err := lockConflict(tx, c.ID)
	if err != nil {
		return err
	}
	if Booking(booking) != Pending || version != c.Version {
		return pg.ErrAgain
	}
	before := map[string]any{"booking": c.Booking}
	c.Booking, c.BookedNoteID = b, note
	err = pg.Update(tx, "gate_conflicts", c.ID, c.Version, map[string]any{
		"booking": c.Booking, "booked_note_id": c.BookedNoteID, "detail_en": c.DetailEN, "detail_zh": c.DetailZH,
	})
	if err != nil {
		return err
	}
	c.Version++
	return c.record(tx, "bookGateDeparture", before)
}
