package production

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// LotInput is a lot as production plans it.
type LotInput struct {
	ID       *uuid.UUID // of a lot that is there; nil makes a new one
	LineID   uuid.UUID
	StartOn  time.Time
	FinishOn time.Time
	Quantity decimal.Decimal
	Note     string
}

// SetSchedule writes the whole schedule of a request: production's answer (ORD-04). Lots that aren't named are taken out. More than
// the line asks for needs a word in the lots' notes. version is the one that the caller read. Returns errs.ErrNotFound, errs.ErrStale,
// errs.ErrState, ErrNoLine, ErrQuantity, ErrLotDates, ErrLotTwice, ErrLotOverPlan, and ErrTooMuch, ErrTooOld and ErrTooFar for what is beyond the bounds. Locks the request.
func (s *Service) SetSchedule(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, lots []LotInput) (Request, error) {
	r, err := s.hold(tx, who, id, version, Open, Held)
	if err != nil {
		return Request{}, err
	}
	bounds, err := BoundsNow(tx, s.rules)
	if err != nil {
		return Request{}, err
	}
	known := map[uuid.UUID]bool{}
	for _, l := range r.Lines {
		for _, lot := range l.Lots {
			known[lot.ID] = true
		}
	}
	before, all := r.snapshot(), make([]Lot, 0, len(lots))
	for i, in := range lots {
		lot, err := in.lot(&r, bounds)
		if err != nil {
			return Request{}, errs.Below(err, fmt.Sprintf("/lots/%d", i))
		}
		if in.ID != nil {
			if !known[*in.ID] {
				return Request{}, ErrLotTwice.At(fmt.Sprintf("/lots/%d/id", i))
			}
			known[*in.ID] = false
		}
		all = append(all, lot)
	}
	r.schedule(all)
	if err := r.withinLines(bounds); err != nil {
		return Request{}, err
	}
	if err := replaceLots(tx, r.ID, all); err != nil {
		return Request{}, err
	}
	return r, s.scheduled(tx, &r, "setProductionSchedule", before)
}

// PutLot writes the lot that another system knows by this id, whether it is there or not; a quantity of 0 takes it out (ORD-04).
// Repeating it changes nothing. Returns what SetSchedule returns, and ErrOtherRequest. Locks the request.
func (s *Service) PutLot(tx pg.Tx, who identity.Principal, source, externalID string, requestID uuid.UUID, version *int64, in LotInput) (Request, error) {
	r, err := s.hold(tx, who, requestID, version, Open, Held)
	if err != nil {
		return Request{}, err
	}
	bounds, err := BoundsNow(tx, s.rules)
	if err != nil {
		return Request{}, err
	}
	lotID, err := s.external(tx, "production_lot", source, externalID)
	if err != nil {
		return Request{}, err
	}
	in.ID = &lotID
	before, all := r.snapshot(), []Lot{}
	for _, l := range r.Lines {
		for _, lot := range l.Lots {
			if lot.ID != lotID {
				all = append(all, lot)
			}
		}
	}
	if err := ownLot(tx, lotID, r.ID); err != nil {
		return Request{}, err
	}
	if !in.Quantity.IsZero() {
		lot, err := in.lot(&r, bounds)
		if err != nil {
			return Request{}, err
		}
		all = append(all, lot)
	}
	r.schedule(all)
	if err := r.withinLines(bounds); err != nil {
		return Request{}, err
	}
	if err := replaceLots(tx, r.ID, all); err != nil {
		return Request{}, err
	}
	return r, s.scheduled(tx, &r, "putProductionLotByExternalId", before)
}

// external returns the id that another system's id stands for; a new one when it is new.
func (s *Service) external(tx pg.Tx, kind, source, externalID string) (uuid.UUID, error) {
	id, err := pg.ExternalSubject(tx, kind, source, externalID)
	if err == nil || !errors.Is(err, errs.ErrNotFound) {
		return id, err
	}
	id = uuid.Must(uuid.NewV7())
	return id, pg.ClaimExternal(tx, kind, source, externalID, id)
}

// lot checks what is planned.
func (in LotInput) lot(r *Request, b Bounds) (Lot, error) {
	l := r.Line(in.LineID)
	switch {
	case l == nil || l.Removed:
		return Lot{}, ErrNoLine.At("/line_id")
	case !in.Quantity.IsPos():
		return Lot{}, ErrQuantity.At("/quantity")
	case in.FinishOn.Before(in.StartOn):
		return Lot{}, ErrLotDates.At("/finish_on")
	}
	if err := b.quantity(in.Quantity, l); err != nil {
		return Lot{}, errs.Below(err, "/quantity")
	}
	if err := b.back(in.StartOn); err != nil {
		return Lot{}, errs.Below(err, "/start_on")
	}
	if err := b.Ahead(in.FinishOn); err != nil {
		return Lot{}, errs.Below(err, "/finish_on")
	}
	lot := Lot{
		ID: uuid.Must(uuid.NewV7()), RequestID: r.ID, LineID: in.LineID, StartOn: in.StartOn, FinishOn: in.FinishOn,
		Quantity: quantity(in.Quantity), Note: strings.TrimSpace(in.Note),
	}
	if in.ID != nil {
		lot.ID = *in.ID
	}
	return lot, nil
}

// schedule gives the lines these lots.
func (r *Request) schedule(lots []Lot) {
	for i := range r.Lines {
		l := &r.Lines[i]
		l.Lots = nil
		for _, lot := range lots {
			if lot.LineID == l.ID {
				l.Lots = append(l.Lots, lot)
			}
		}
		l.plan()
	}
}

// withinLines returns ErrLotOverPlan for a line of which more is planned than asked without a word why, and ErrTooMuch.
func (r *Request) withinLines(b Bounds) error {
	for _, l := range r.Lines {
		if l.Removed || l.Planned.Cmp(l.Quantity) <= 0 {
			continue
		}
		if err := b.quantity(l.Planned, &l); err != nil {
			return errs.Below(err, "/lots")
		}
		said := false
		for _, lot := range l.Lots {
			said = said || lot.Note != ""
		}
		if !said {
			return ErrLotOverPlan.With("planned", l.Planned, "quantity", l.Quantity, "line_no", l.LineNo).At("/lots")
		}
	}
	return nil
}

func (s *Service) scheduled(tx pg.Tx, r *Request, action string, before any) error {
	if err := s.store(tx, r, action, before); err != nil {
		return err
	}
	if r.Unscheduled > 0 {
		return s.openTasks(tx, r)
	}
	return followup.Close(tx, kindSchedule, Subject, r.ID)
}

// Report is a quantity of a line that was finished on a day (ORD-04).
type Report struct {
	ID         uuid.UUID
	RequestID  uuid.UUID
	LineID     uuid.UUID
	FinishedOn time.Time
	Quantity   decimal.Decimal
	Reason     string
	ReportedAt time.Time
	ReportedBy *uuid.UUID
}

// TableName is for GORM.
func (Report) TableName() string { return "production_reports" }

// ReportInput is what is reported.
type ReportInput struct {
	LineID     uuid.UUID
	FinishedOn time.Time
	Quantity   decimal.Decimal // below 0 for a correction
	Reason     string
}

// ReportProgress writes down what was finished. More than what is planned needs a reason, and so does a correction, which takes back
// (ORD-04). Returns errs.ErrNotFound, errs.ErrState, ErrNoLine, ErrQuantity, ErrReportDate, ErrReportReason, ErrOverPlan,
// ErrBelowNothing, and ErrTooMuch and ErrTooOld for what is beyond the bounds. Locks the request.
func (s *Service) ReportProgress(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, inputs []ReportInput) (Request, error) {
	r, err := s.hold(tx, who, id, version, Open, Held)
	if err != nil {
		return Request{}, err
	}
	bounds, err := BoundsNow(tx, s.rules)
	if err != nil {
		return Request{}, err
	}
	before, reports := r.snapshot(), make([]Report, 0, len(inputs))
	for i, in := range inputs {
		report, err := r.report(in, clock.Today(tx.Now), bounds)
		if err != nil {
			return Request{}, errs.Below(err, fmt.Sprintf("/reports/%d", i))
		}
		report.ReportedAt, report.ReportedBy = tx.Now, tx.By.Actor()
		reports = append(reports, report)
	}
	if err := pg.Insert(tx, &reports); err != nil {
		return Request{}, err
	}
	return r, s.store(tx, &r, "reportProduction", before)
}

// report adds what was finished to its line.
func (r *Request) report(in ReportInput, today time.Time, b Bounds) (Report, error) {
	l, reason := r.Line(in.LineID), strings.TrimSpace(in.Reason)
	switch {
	case l == nil || l.Removed:
		return Report{}, ErrNoLine.At("/line_id")
	case in.Quantity.IsZero():
		return Report{}, ErrQuantity.At("/quantity")
	case in.FinishedOn.After(today):
		return Report{}, ErrReportDate.At("/finished_on")
	case in.Quantity.IsNeg() && reason == "":
		return Report{}, ErrReportReason.At("/reason")
	}
	if err := b.back(in.FinishedOn); err != nil {
		return Report{}, errs.Below(err, "/finished_on")
	}
	if err := b.quantity(in.Quantity, l); err != nil { // before anything is added up
		return Report{}, errs.Below(err, "/quantity")
	}
	finished := money.Add(l.Finished, quantity(in.Quantity))
	if err := b.quantity(finished, l); err != nil && in.Quantity.IsPos() {
		return Report{}, errs.Below(err, "/quantity")
	}
	if finished.IsNeg() {
		return Report{}, ErrBelowNothing.With("finished", l.Finished).At("/quantity")
	}
	if in.Quantity.IsPos() && finished.Cmp(l.Planned) > 0 && reason == "" {
		return Report{}, ErrOverPlan.With("finished", finished, "planned", l.Planned).At("/reason")
	}
	l.Finished, l.FinishedOn = finished, later(l.FinishedOn, &in.FinishedOn)
	return Report{
		ID: uuid.Must(uuid.NewV7()), RequestID: r.ID, LineID: l.ID, FinishedOn: in.FinishedOn, Quantity: quantity(in.Quantity), Reason: reason,
	}, nil
}

// ListReports returns what was reported of a request, newest first.
func (s *Service) ListReports(tx pg.Tx, who identity.Principal, id uuid.UUID, p pg.Page) ([]Report, string, error) {
	if err := s.Seen(tx, who, id); err != nil {
		return nil, "", err
	}
	return reports(tx, id, p)
}

// ListRevisions returns the revisions of a request, newest first.
func (s *Service) ListRevisions(tx pg.Tx, who identity.Principal, id uuid.UUID, p pg.Page) ([]Revision, string, error) {
	if err := s.Seen(tx, who, id); err != nil {
		return nil, "", err
	}
	return revisions(tx, id, p)
}
