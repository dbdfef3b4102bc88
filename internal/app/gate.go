package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/departure"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/gate"
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
)

// joinGate builds the factory's own gate, which delivery asks for passes, and what is known of goods after they were loaded.
func (a *App) joinGate(s *httpapi.Server) {
	s.Gate = gate.New(s.Rulebook, s.Shipments, s.Deliveries, a.cfg.MasterKey)
	s.Deliveries.Gate = s.Gate
	s.Departures = departure.New(s.Rulebook, s.Attachments, s.Deliveries)
	s.Departures.Trucks, s.Departures.Passes = s.Transport, s.Gate
	s.Gate.Corrections = s.Departures
	s.Attachments.Register(departure.SubjectProof, s.Departures.ProofSeen, "shipment.read")
	a.jobs.Every("late_departures", 5*time.Minute, a.batches("late_departures", s.Departures.MarkLate))             // SHP-14
	a.jobs.Every("late_proofs", time.Hour, a.batches("late_proofs", s.Departures.AskForProofs))                     // SHP-14
	a.jobs.Every("late_signatures", time.Hour, a.batches("late_signatures", s.Departures.AskForSignatures))         // SHP-08
	a.jobs.Every("late_emergencies", 5*time.Minute, a.batches("late_emergencies", s.Shipments.MarkLateEmergencies)) // SHP-15
	a.deadlines = append(a.deadlines,
		deadlines{"delivery_notes", s.Deliveries.RecomputeDeadlines},
		deadlines{"emergency_releases", s.Shipments.RecomputeEmergencies},
	)
	jobs.Handle(a.jobs, func(ctx context.Context, job gate.LateBooking) error { return a.BookLate(ctx, s.Gate, job.ConflictID) })
	a.jobs.Every("rotate_gate_key", time.Hour, func(ctx context.Context) error {
		return a.DB.Tx(ctx, pg.System("rotate_gate_key"), s.Gate.RotateKeyWhenDue)
	})
}

// BookLate books goods that left with a pass that had been cancelled; where that is refused, somebody has to do it by hand.
func (a *App) BookLate(ctx context.Context, g *gate.Service, conflict uuid.UUID) error {
	by := pg.System("book_gate_departure")
	err := a.DB.Tx(ctx, by, func(tx pg.Tx) error { return g.BookLate(tx, conflict) })
	refused, ours := errs.As(err)
	if !ours || refused.Kind != errs.Conflict && refused.Kind != errs.Rule {
		return err
	}
	return a.DB.Tx(ctx, by, func(tx pg.Tx) error { return g.GiveUpBooking(tx, conflict, refused) })
}
