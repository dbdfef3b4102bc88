package gate

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// TruckLine is how far a line of a notice has come with its trucks.
type TruckLine struct {
	shipping.Line
	Left     decimal.Decimal // out of the gate
	UnderWay decimal.Decimal // loaded and not out yet
	Missing  decimal.Decimal // what the notice was closed without
}

// Trucks returns the lines of a notice and the delivery notes that take its goods, each with its pass: one for each truck. What left and what is under
// way never comes to more than the notice (SHP-07, SHP-09), and what is missing when it is closed is named. Returns errs.ErrNotFound.
func (s *Service) Trucks(tx pg.Tx, who identity.Principal, noticeID uuid.UUID) ([]TruckLine, []delivery.Note, error) {
	n, err := s.shipments.Get(tx, who, noticeID)
	if err != nil {
		return nil, nil, err
	}
	passes, err := passesOf(tx, noticeID)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]uuid.UUID, 0, len(passes))
	for id := range passes {
		ids = append(ids, id)
	}
	notes, err := s.deliveries.Notes(tx, ids)
	if err != nil {
		return nil, nil, err
	}
	lines := make([]TruckLine, len(n.Lines))
	at := map[uuid.UUID]*TruckLine{}
	for i, l := range n.Lines {
		lines[i] = TruckLine{Line: l, Left: decimal.Zero, UnderWay: decimal.Zero, Missing: decimal.Zero}
		if n.State == shipping.StateClosed {
			lines[i].Missing = l.Rest()
		}
		at[l.ID] = &lines[i]
	}
	for i := range notes {
		notes[i].Pass = passes[notes[i].ID]
		for _, l := range notes[i].Lines {
			if err := at[l.NoticeLineID].take(notes[i].State, l.Quantity); err != nil {
				return nil, nil, err
			}
		}
	}
	return lines, notes, nil
}

func (l *TruckLine) take(state string, quantity decimal.Decimal) (err error) {
	switch state {
	case delivery.NoteLeft:
		l.Left, err = l.Left.Add(quantity)
	case delivery.NoteIssued:
		l.UnderWay, err = l.UnderWay.Add(quantity)
	}
	return err
}
