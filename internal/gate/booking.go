package gate

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

// LateBooking is the job that books goods which left with the pass of a delivery note that was unloaded on paper: on a new note, since a
// cancelled one stays so. It is apart from the synchronisation because it takes account, orders and notice before any delivery note.
type LateBooking struct {
	ConflictID uuid.UUID `json:"conflict_id"`
}

// Kind implements jobs.Args.
func (LateBooking) Kind() string { return "book_gate_departure" }

// kindUnchecked is the violation of who let goods out against a rule that a gate would have stopped them by.
const kindUnchecked = "gate.unchecked"

// BookLate does what LateBooking asks for: the goods are gone, so they are booked whatever a gate says of them by now (SHP-14). What they would have been
// stopped for stands in the conflict, and is a violation of who let them out. It does nothing when it is done. Locks as delivery.BookDeparted does, then the
// conflict.
func (s *Service) BookLate(tx pg.Tx, id uuid.UUID) error {
	c, err := s.GetConflict(tx, identity.System(), id)
	if err != nil || c.Booking != Pending {
		return err
	}
	g, err := pg.Take[GateCheck](tx, "id = ?", c.GateCheckID)
	if err != nil {
		return err
	}
	note, breaches, err := s.deliveries.BookDeparted(tx, *c.DeliveryNoteID, g.CheckedAt)
	if err != nil {
		return err
	}
	if err := spend(tx, identity.System(), &note.Pass, g.CheckedAt); err != nil {
		return err
	}
	if err := s.deliveries.Leave(tx, &note, g.CheckedAt, "bookGateDeparture"); err != nil {
		return err
	}
	if err := c.unchecked(tx, &note, breaches); err != nil {
		return err
	}
	return s.booked(tx, c, Booked, &note.ID)
}

// unchecked says in the conflict what the goods would have been stopped for, tells quality of goods that didn't pass, and records a violation of each rule.
func (c *Conflict) unchecked(tx pg.Tx, note *delivery.Note, breaches []delivery.Breach) error {
	said := map[string]*violation.Violation{}
	var order []string
	for _, b := range breaches {
		c.DetailEN, c.DetailZH = cut(c.DetailEN+" "+b.EN), cut(c.DetailZH+b.ZH)
		if v := said[b.Rule]; v != nil {
			v.Detail["en"], v.Detail["zh"] = fmt.Sprint(v.Detail["en"], " ", b.EN), fmt.Sprint(v.Detail["zh"], b.ZH)
			continue
		}
		order = append(order, b.Rule)
		said[b.Rule] = &violation.Violation{
			Rule: b.Rule, Kind: kindUnchecked + "." + strings.ToLower(strings.ReplaceAll(b.Rule, "-", "_")), SubjectType: delivery.Subject, SubjectID: note.ID, Number: note.Number,
			SourceID: c.ID, Detail: map[string]any{"en": b.EN, "zh": b.ZH, "pass": c.PassNumber, "vehicle": c.Vehicle, "device": c.DeviceID},
		}
	}
	if said["SHP-16"] != nil {
		err := followup.Open(tx, followup.Task{
			Kind: kindConflict, SubjectType: SubjectConflict, SubjectID: c.ID, Number: c.PassNumber, Role: identity.QualityManager, Inform: true,
			TitleEN: "Look into a conflict of the gate: " + c.short("en"), TitleZH: "核查门岗冲突:" + c.short("zh"),
		})
		if err != nil {
			return err
		}
	}
	for _, rule := range order {
		if c.CheckedBy == nil {
			break
		}
		v := said[rule]
		v.PersonID = *c.CheckedBy
		if err := violation.Record(tx, *v); err != nil {
			return err
		}
	}
	return nil
}

// GiveUpBooking says that what left couldn't be booked and has to be by hand. The reason's code alone is told: guards read the conflict, and refusals may
// speak of money (ORD-03). Locks the conflict.
func (s *Service) GiveUpBooking(tx pg.Tx, id uuid.UUID, why *errs.Error) error {
	c, err := s.GetConflict(tx, identity.System(), id)
	if err != nil || c.Booking != Pending {
		return err
	}
	c.DetailEN, c.DetailZH = cut(c.DetailEN+" It couldn't be booked ("+why.Code+")."), cut(c.DetailZH+"未能自动入账("+why.Code+")。")
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
