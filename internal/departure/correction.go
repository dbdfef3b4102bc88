package departure

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// SubjectCorrection is what events call a correction; kindCorrect is the follow-up that asks finance to decide.
const (
	SubjectCorrection = "delivery_correction"
	kindCorrect       = "departure.correct"
)

// Cause is where a difference was found. The names are the API's.
type Cause string

// The causes.
const (
	FromDeparture Cause = "departure" // by the warehouse
	FromGate      Cause = "gate"
	FromCustomer  Cause = "customer" // by the proof of delivery
)

// The states of a correction.
const (
	Proposed = "proposed"
	Posted   = "posted"
	Rejected = "rejected"
)

// Correction (发货更正单) says by how much a delivery note is wrong.
type Correction struct {
	ID             uuid.UUID
	Number         string
	DeliveryNoteID uuid.UUID
	Cause          Cause
	Reason         string
	State          string
	Amount         decimal.Decimal
	ProposedBy     *uuid.UUID
	ProposedAt     time.Time
	DecidedBy      *uuid.UUID
	DecidedAt      *time.Time
	DecisionNote   string
	Version        int64

	Lines      []CorrectionLine `gorm:"-"`
	NoteNumber string           `gorm:"->"` // read with it
	OwnerID    uuid.UUID        `gorm:"->"`
}

// TableName is for GORM.
func (Correction) TableName() string { return "delivery_corrections" }

// CorrectionLine is by how much one line is wrong.
type CorrectionLine struct {
	ID             uuid.UUID
	CorrectionID   uuid.UUID
	PositionNo     int
	DeliveryLineID uuid.UUID
	Quantity       decimal.Decimal
	Amount         decimal.Decimal

	ProductCode string `gorm:"->"` // read with it
	ProductName string `gorm:"->"`
	Unit        string `gorm:"->"`
}

// TableName is for GORM.
func (CorrectionLine) TableName() string { return "delivery_correction_lines" }

// CreateCorrection proposes a correction by hand: lines say what there really was. Returns ErrNotLeft for goods that haven't left, ErrNoDifference, ErrNoReason,
// ErrOpen while another one waits, ErrNoLine. Locks the delivery note.
func (s *Service) CreateCorrection(tx pg.Tx, who identity.Principal, noteID uuid.UUID, cause Cause, reason string, really []Quantity) (Correction, error) {
	d, err := s.lock(tx, who, noteID)
	if err != nil {
		return Correction{}, err
	}
	if d.State != delivery.NoteLeft {
		return Correction{}, ErrNotLeft.With("state", d.State)
	}
	deltas, err := differences(&d, really)
	if err != nil {
		return Correction{}, err
	}
	if len(deltas) == 0 {
		return Correction{}, ErrNoDifference.At("/lines")
	}
	return s.propose(tx, who, &d, cause, reason, deltas)
}

// propose writes a correction and asks finance. The delivery note is locked.
func (s *Service) propose(tx pg.Tx, who identity.Principal, d *delivery.Note, cause Cause, reason string, deltas []delivery.Delta) (Correction, error) {
	if trimmed(reason) == "" {
		return Correction{}, ErrNoReason.At("/reason")
	}
	if waits, err := correctionOpen(tx, d.ID); err != nil || waits {
		if err == nil {
			err = ErrOpen
		}
		return Correction{}, err
	}
	c := Correction{
		ID: uuid.Must(uuid.NewV7()), DeliveryNoteID: d.ID, Cause: cause, Reason: trimmed(reason), State: Proposed, Amount: decimal.Zero, ProposedAt: tx.Now,
		Version: 1, NoteNumber: d.Number, OwnerID: d.OwnerID,
	}
	if who.Kind == identity.KindUser {
		c.ProposedBy = &who.ID
	}
	for i, delta := range deltas {
		at := slices.IndexFunc(d.Lines, func(l delivery.Line) bool { return l.ID == delta.LineID })
		l := d.Lines[at]
		if left, err := l.Real().Add(delta.Quantity); err != nil || left.IsNeg() {
			return Correction{}, delivery.ErrCorrectsTooMuch.With("left", l.Real()).At(fmt.Sprintf("/lines/%d/quantity", i))
		}
		c.Lines = append(c.Lines, CorrectionLine{
			ID: uuid.Must(uuid.NewV7()), CorrectionID: c.ID, PositionNo: i + 1, DeliveryLineID: l.ID, Quantity: delta.Quantity, Amount: decimal.Zero,
			ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit,
		})
	}
	err := followup.Open(tx, followup.Task{
		Kind: kindCorrect, SubjectType: SubjectCorrection, SubjectID: c.ID, Number: d.Number, Role: identity.FinanceClerk,
		TitleEN: "Post or reject a correction of delivery note " + d.Number, TitleZH: "处理送货单 " + d.Number + " 的发货更正单",
	})
	if err != nil {
		return Correction{}, err
	}
	if c.Number, err = pg.NextNumber(tx, "DC", tx.Now.In(clock.Shanghai)); err != nil {
		return Correction{}, err
	}
	if err := insertCorrection(tx, c); err != nil {
		return Correction{}, err
	}
	return c, c.record(tx, "createDeliveryCorrection", nil)
}

// PostCorrection books a proposed correction on orders and exposure (SHP-14); see delivery.Correct for what it returns. Returns ErrDecided, ErrOwn and
// errs.ErrStale. Locks account, orders, notice and delivery note, then the correction.
func (s *Service) PostCorrection(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, note string) (Correction, error) {
	c, err := s.GetCorrection(tx, who, id)
	if err != nil {
		return Correction{}, err
	}
	if err := c.mayDecide(who, version); err != nil {
		return Correction{}, err
	}
	deltas := make([]delivery.Delta, len(c.Lines))
	for i, l := range c.Lines {
		deltas[i] = delivery.Delta{LineID: l.DeliveryLineID, Quantity: l.Quantity, Amount: decimal.Zero}
	}
	if c.Amount, err = s.deliveries.Correct(tx, who, c.DeliveryNoteID, c.ID, deltas); err != nil {
		return Correction{}, err
	}
	for i := range c.Lines {
		c.Lines[i].Amount = deltas[i].Amount
	}
	return c, s.decide(tx, who, &c, Posted, note)
}

// RejectCorrection ends a proposed correction: the delivery note was right. note says why. Locks the correction.
func (s *Service) RejectCorrection(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, note string) (Correction, error) {
	c, err := s.GetCorrection(tx, who, id)
	if err != nil {
		return Correction{}, err
	}
	if err := c.mayDecide(who, version); err != nil {
		return Correction{}, err
	}
	if trimmed(note) == "" {
		return Correction{}, ErrNoReason.At("/note")
	}
	return c, s.decide(tx, who, &c, Rejected, note)
}

func (c Correction) mayDecide(who identity.Principal, version *int64) error {
	switch {
	case version != nil && *version != c.Version:
		return errs.ErrStale
	case c.State != Proposed:
		return ErrDecided
	case c.ProposedBy != nil && *c.ProposedBy == who.ID:
		return ErrOwn
	}
	return nil
}

// decide writes what became of a correction. Whoever was quicker has raised its version: ErrDecided.
func (s *Service) decide(tx pg.Tx, who identity.Principal, c *Correction, state, note string) error {
	before := c.trace()
	c.State, c.DecidedAt, c.DecisionNote = state, &tx.Now, trimmed(note)
	if who.Kind == identity.KindUser {
		c.DecidedBy = &who.ID
	}
	if err := storeCorrection(tx, c); err != nil {
		return err
	}
	if err := followup.Close(tx, kindCorrect, SubjectCorrection, c.ID); err != nil {
		return err
	}
	verb := "postDeliveryCorrection"
	if state == Rejected {
		verb = "rejectDeliveryCorrection"
	}
	return c.record(tx, verb, before)
}

func (c Correction) trace() map[string]any {
	lines := make([]string, len(c.Lines))
	for i, l := range c.Lines {
		lines[i] = fmt.Sprintf("%s %s %s", l.ProductCode, l.Quantity, l.Unit)
	}
	return map[string]any{
		"number": c.Number, "delivery_note": c.NoteNumber, "cause": c.Cause, "reason": c.Reason, "state": c.State, "amount": c.Amount, "lines": lines,
		"note": c.DecisionNote, "version": c.Version,
	}
}

func (c Correction) record(tx pg.Tx, action string, before any) error {
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: SubjectCorrection, SubjectID: c.ID, Before: before, After: c.trace()})
}

// ProposeSeen implements gate.Corrections: a phone let out other goods than the pass says. Of a product on several lines the last ones take the
// difference. It does nothing where a correction waits already, or what was seen is of no line: the gate's conflict stays. The note is locked.
func (s *Service) ProposeSeen(tx pg.Tx, who identity.Principal, d *delivery.Note, seen []delivery.Goods) error {
	waits, err := correctionOpen(tx, d.ID)
	if err != nil || waits {
		return err
	}
	deltas := fit(d, seen)
	if len(deltas) == 0 {
		return nil
	}
	_, err = s.propose(tx, who, d, FromGate, "门卫所见与出门证不符 / what the gate saw differs from the pass", deltas)
	return err
}

// fit puts what was seen on the lines of a note.
func fit(d *delivery.Note, seen []delivery.Goods) []delivery.Delta {
	var deltas []delivery.Delta
	for _, says := range d.Goods() {
		there := decimal.Zero
		if i := slices.IndexFunc(seen, func(g delivery.Goods) bool { return g.ProductCode == says.ProductCode }); i >= 0 {
			there = seen[i].Quantity
		}
		off, err := there.Sub(says.Quantity)
		for i := len(d.Lines) - 1; i >= 0 && err == nil && !off.IsZero(); i-- {
			l := d.Lines[i]
			if l.ProductCode != says.ProductCode {
				continue
			}
			take := off
			if l.Real().Cmp(off.Neg()) < 0 {
				take = l.Real().Neg()
			}
			if !take.IsZero() {
				deltas = append(deltas, delivery.Delta{LineID: l.ID, Quantity: take, Amount: decimal.Zero})
			}
			off, err = off.Sub(take)
		}
	}
	return deltas
}
