package delivery

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// KindLate is the follow-up about goods that nobody reported as left in time (SHP-14); package departure opens it.
const KindLate = "departure.late"

// reportDue is when it has to be reported that what is loaded now has left: on the day, at latest when so many working hours of the next working day
// have passed (SHP-14).
func (s *Service) reportDue(tx pg.Tx) (*time.Time, error) {
	term, err := s.reportTerm(tx, tx.Now, 0)
	due := tx.Calendar().Due(term)
	return &due, err
}

func (s *Service) reportTerm(tx pg.Tx, loaded time.Time, _ int) (clock.Term, error) {
	hours, err := s.rules.IntAt(tx, "shipping.departure_hours", loaded)
	y, m, d := loaded.In(clock.Shanghai).Date()
	return clock.Term{From: time.Date(y, m, d+1, 0, 0, 0, 0, clock.Shanghai), Hours: hours}, err
}

// RecomputeDeadlines makes the deadlines anew by which it has to be reported that goods left, by the calendar as it is now (SHP-14). See
// pg.Deadlines.
func (s *Service) RecomputeDeadlines(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	return pg.Deadlines{
		Table: "delivery_notes", Open: "state = 'issued' AND late_at IS NULL AND report_due_at IS NOT NULL", From: "created_at", Due: "report_due_at",
		Versioned: true, Term: s.reportTerm,
	}.Recompute(tx, after, n)
}

// Leave writes that the goods of a delivery note went out of the gate, and the event. The note is locked.
func (s *Service) Leave(tx pg.Tx, d *Note, at time.Time, action string) error {
	before := d.snapshot("")
	d.State, d.LeftAt, d.ReportedAt, d.ReportedBy = NoteLeft, &at, &tx.Now, tx.By.Actor()
	if err := storeLeft(tx, d); err != nil {
		return err
	}
	if d.LateAt != nil {
		if err := followup.Close(tx, KindLate, Subject, d.ID); err != nil {
			return err
		}
	}
	return d.record(tx, action, before, "")
}

// record leaves the delivery note's event, and it on the timelines of the orders that it delivers (ORD-09).
func (d *Note) record(tx pg.Tx, action string, before any, notice string) error {
	return audit.RecordAll(tx, append(
		[]audit.Entry{{Action: action, SubjectType: Subject, SubjectID: d.ID, Before: before, After: d.snapshot(notice)}},
		order.OnTimelines(action, d.orders(), map[string]any{"delivery_note": d.Number, "delivery_state": d.State, "vehicle": d.Vehicle})...,
	))
}

// byOrder groups what left by order, in id order.
func (d *Note) byOrder() []order.Parts {
	parts := make([]order.Part, len(d.Lines))
	for i, l := range d.Lines {
		parts[i] = l.part(l.Quantity)
	}
	return order.ByOrder(parts)
}

// orders are the orders that it delivers, in id order.
func (d *Note) orders() []uuid.UUID {
	parts := d.byOrder()
	ids := make([]uuid.UUID, len(parts))
	for i, p := range parts {
		ids[i] = p.OrderID
	}
	return ids
}
