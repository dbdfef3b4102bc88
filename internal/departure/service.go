package departure

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/violation"
)

// Service is this module. Build it with New; it is safe for concurrent use.
type Service struct {
	rules      *rulebook.Service
	files      *attachment.Service
	deliveries *delivery.Service

	Trucks Trucks
	Passes Passes
}

// Passes ends gate passes; package gate does.
type Passes interface {
	// EndPass uses up the pass of a delivery note that left without the gate's check (SHP-09). The note is locked.
	EndPass(tx pg.Tx, who identity.Principal, d *delivery.Note, at time.Time) error
}

// Trucks is told that goods have arrived; package transport is one.
type Trucks interface {
	// Arrive ends the transport notice of a delivery note's truck, where it has one. Call it before the note is locked.
	Arrive(tx pg.Tx, deliveryNoteID uuid.UUID) error
}

// New returns the service. Trucks and Passes are set before it is used.
func New(rules *rulebook.Service, files *attachment.Service, deliveries *delivery.Service) *Service {
	return &Service{rules: rules, files: files, deliveries: deliveries}
}

// Report is what the warehouse says of a truck that left.
type Report struct {
	LeftAt time.Time
	Reason string // why quantities differ, or why the gate didn't check
	Lines  []Quantity
}

// Quantity is how much of a delivery line there really was.
type Quantity struct {
	LineID   uuid.UUID
	Quantity decimal.Decimal
}

// ReportDeparture books that a loaded truck has left without a check of the gate's (SHP-14). Lines that differ from the delivery note become a
// correction for finance to post; lines that aren't named left as the note says. The gate pass is used by it (SHP-09). Goods of a lot that has failed its inspection are
// gone all the same: they are told of (SHP-16). Returns ErrNotLoaded, ErrLeftWhen, ErrNoReason, ErrNoLine, errs.ErrStale. Locks the delivery note, then its pass.
func (s *Service) ReportDeparture(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, r Report) (delivery.Note, error) {
	d, err := s.lock(tx, who, id)
	switch {
	case err != nil:
		return delivery.Note{}, err
	case version != nil && *version != d.Version:
		return delivery.Note{}, errs.ErrStale
	case d.State != delivery.NoteIssued:
		return delivery.Note{}, ErrNotLoaded.With("state", d.State)
	case r.LeftAt.After(tx.Now) || r.LeftAt.Before(d.CreatedAt):
		return delivery.Note{}, ErrLeftWhen.At("/left_at")
	}
	left := r.LeftAt.UTC().Truncate(time.Microsecond)
	if err := s.Passes.EndPass(tx, who, &d, left); err != nil {
		return delivery.Note{}, err
	}
	if err := s.deliveries.Leave(tx, &d, left, "reportDeparture"); err != nil {
		return delivery.Note{}, err
	}
	if err := s.tellFailed(tx, who, &d); err != nil {
		return delivery.Note{}, err
	}
	deltas, err := differences(&d, r.Lines)
	if err != nil || len(deltas) == 0 {
		return d, err
	}
	_, err = s.propose(tx, who, &d, FromDeparture, r.Reason, deltas)
	return d, err
}

// lock locks a delivery note that the caller may see, and reads it with its pass.
func (s *Service) lock(tx pg.Tx, who identity.Principal, id uuid.UUID) (delivery.Note, error) {
	peek, err := s.deliveries.Get(tx, who, id)
	if err != nil {
		return delivery.Note{}, err
	}
	locked, err := s.deliveries.Lock(tx, []uuid.UUID{id})
	if err != nil {
		return delivery.Note{}, err
	}
	locked[0].Pass = peek.Pass
	return locked[0], nil
}

// differences are where what there was isn't what the note says, corrections counted.
func differences(d *delivery.Note, really []Quantity) ([]delivery.Delta, error) {
	var deltas []delivery.Delta
	for i, q := range really {
		at := slices.IndexFunc(d.Lines, func(l delivery.Line) bool { return l.ID == q.LineID })
		if at < 0 {
			return nil, ErrNoLine.At(fmt.Sprintf("/lines/%d/delivery_line_id", i))
		}
		if slices.ContainsFunc(really[:i], func(x Quantity) bool { return x.LineID == q.LineID }) {
			return nil, ErrTwice.At(fmt.Sprintf("/lines/%d/delivery_line_id", i))
		}
		delta, err := q.Quantity.Sub(d.Lines[at].Real())
		if err != nil {
			return nil, err
		}
		if !delta.IsZero() {
			deltas = append(deltas, delivery.Delta{LineID: q.LineID, Quantity: delta, Amount: decimal.Zero})
		}
	}
	return deltas, nil
}

// MarkLate finds at most n delivery notes whose goods nobody reported as left in time (SHP-14): a violation of who issued the note, and
// the warehouse's thing to do. It returns how many it found.
func (s *Service) MarkLate(tx pg.Tx, n int) (int, error) {
	late, err := lockLate(tx, n)
	if err != nil {
		return 0, err
	}
	for _, d := range late {
		err := followup.Open(tx, followup.Task{
			Kind: delivery.KindLate, SubjectType: delivery.Subject, SubjectID: d.ID, Number: d.Number, Role: identity.WarehouseKeeper,
			TitleEN: "Report whether the goods have left: delivery note " + d.Number, TitleZH: "请上报实际出厂情况:送货单 " + d.Number,
		})
		if err != nil {
			return 0, err
		}
		if d.CreatedBy == nil {
			continue
		}
		err = violation.Record(tx, violation.Violation{
			Rule: "SHP-14", Kind: "departure.late", PersonID: *d.CreatedBy, SubjectType: delivery.Subject, SubjectID: d.ID, Number: d.Number, SourceID: d.ID,
			Detail: map[string]any{"due_at": d.ReportDueAt.In(clock.Shanghai).Format(time.RFC3339)},
		})
		if err != nil {
			return 0, err
		}
	}
	return len(late), nil
}

func trimmed(text string) string { return strings.TrimSpace(text) }
