package gate

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

// SubjectConflict is what events and follow-ups call a conflict; kindConflict is the follow-up that asks for a look at one.
const (
	SubjectConflict = "gate_conflict"
	kindConflict    = "gate.conflict"
)

// Kind says in what a phone and the gate don't agree. The names are the API's.
type Kind string

// The kinds.
const (
	SecondUse      Kind = "second_use"
	Cancelled      Kind = "cancelled" // before it left
	Expired        Kind = "expired"   // when it left
	Forged         Kind = "forged"
	UnknownPass    Kind = "unknown_pass"
	OtherVehicle   Kind = "other_vehicle"
	OtherGoods     Kind = "other_goods"
	FailedLot      Kind = "failed_lot"  // goods that failed their inspection after they were loaded
	TurnedBackGood Kind = "turned_back" // although it might have left
	ClockSkew      Kind = "clock_skew"
	SequenceReused Kind = "sequence_reused" // the phone's running number stands for another check already
)

// kindOf says which kind a refusal is.
var kindOf = map[string]Kind{
	"gate.pass_used": SecondUse, "gate.pass_cancelled": Cancelled, "gate.pass_expired": Expired, "gate.forged_pass": Forged,
	"gate.unknown_pass": UnknownPass, "gate.other_vehicle": OtherVehicle, "gate.other_goods": OtherGoods, "gate.no_pass": UnknownPass,
	"stock.loaded_lot_failed": FailedLot,
}

// Booking says whether what left is booked as left.
type Booking string

// The bookings.
const (
	NotNeeded  Booking = "none"       // nothing left that shouldn't have
	Pending    Booking = "pending"    // a job does it, which takes its locks from the beginning
	Booked     Booking = "booked"     // on its own delivery note or on BookedNoteID
	Impossible Booking = "impossible" // no document of ours: to be booked by hand
)

// The states of a conflict.
const (
	ConflictOpen     = "open"
	ConflictResolved = "resolved"
)

// Conflict is something that a phone and the gate don't agree on.
type Conflict struct {
	ID             uuid.UUID
	GateCheckID    uuid.UUID
	Kind           Kind
	DeliveryNoteID *uuid.UUID
	Booking        Booking
	BookedNoteID   *uuid.UUID
	DetailEN       string
	DetailZH       string
	State          string
	OpenedAt       time.Time
	Resolution     string
	ResolvedBy     *uuid.UUID
	ResolvedAt     *time.Time
	Version        int64

	// Of its check and its delivery note, read with it.
	PassNumber     string
	Vehicle        string
	DeviceID       string
	Sequence       int64
	DeviceDecision DeviceDecision
	DeviceNote     string
	SeenAt         time.Time
	CheckedBy      *uuid.UUID
	OwnerID        *uuid.UUID
}

// TableName is for GORM.
func (Conflict) TableName() string { return "gate_conflicts" }

// newConflict is about a check that was made on a phone.
func newConflict(tx pg.Tx, g *GateCheck, kind Kind, booking Booking, en, zh string) Conflict {
	c := Conflict{
		ID: uuid.Must(uuid.NewV7()), GateCheckID: g.ID, Kind: kind, DeliveryNoteID: g.DeliveryNoteID, Booking: booking, DetailEN: cut(en), DetailZH: cut(zh),
		State: ConflictOpen, OpenedAt: tx.Now, Version: 1, PassNumber: g.PassNumber, Vehicle: g.Vehicle, DeviceID: *g.DeviceID, Sequence: *g.Sequence,
		DeviceDecision: *g.DeviceDecision, SeenAt: *g.SeenAt, CheckedBy: g.CheckedBy,
	}
	if g.DeviceNote != nil {
		c.DeviceNote = *g.DeviceNote
	}
	if g.DeliveryNoteID != nil {
		c.OwnerID = &g.Note.OwnerID
	}
	return c
}

// cut keeps a text within what its column holds.
func cut(text string) string {
	const most = 1000
	if r := []rune(text); len(r) > most {
		return string(r[:most])
	}
	return text
}

// open writes the conflicts and asks the warehouse, the rep and the gate to look into them.
func openConflicts(tx pg.Tx, all []Conflict) error {
	if err := insertConflicts(tx, all); err != nil {
		return err
	}
	for _, c := range all {
		task := followup.Task{
			Kind: kindConflict, SubjectType: SubjectConflict, SubjectID: c.ID, Number: c.PassNumber, Role: identity.WarehouseKeeper,
			TitleEN: "Look into a conflict of the gate: " + c.short("en"), TitleZH: "核查门岗冲突:" + c.short("zh"),
		}
		guard, rep := task, task
		guard.Role, guard.Inform = identity.GateGuard, true
		tasks := []followup.Task{task, guard}
		if c.Kind == FailedLot { // SHP-16: who inspects knows where the goods went
			quality := guard
			quality.Role = identity.QualityManager
			tasks = append(tasks, quality)
		}
		if c.OwnerID != nil {
			rep.Role, rep.UserID = "", c.OwnerID
			tasks = append(tasks, rep)
		}
		if err := followup.Open(tx, tasks...); err != nil {
			return err
		}
		if err := c.record(tx, "openGateConflict", nil); err != nil {
			return err
		}
	}
	return nil
}

// short is the conflict in a title.
func (c Conflict) short(lang string) string {
	text := c.DetailEN
	if lang == "zh" {
		text = c.DetailZH
	}
	return shorten(text)
}

func (c Conflict) record(tx pg.Tx, action string, before any) error {
	return audit.Record(tx, audit.Entry{
		Action: action, SubjectType: SubjectConflict, SubjectID: c.ID, Before: before, After: map[string]any{
			"kind": c.Kind, "state": c.State, "booking": c.Booking, "pass": c.PassNumber, "vehicle": c.Vehicle, "device": c.DeviceID, "sequence": c.Sequence,
			"gate_check_id": c.GateCheckID, "delivery_note_id": c.DeliveryNoteID, "booked_note_id": c.BookedNoteID, "resolution": c.Resolution, "version": c.Version,
		},
	})
}

// blame records that a guard's phone let out what shouldn't have left. What it couldn't know without the network is in the detail.
func blame(tx pg.Tx, who identity.Principal, g *GateCheck, e *errs.Error) error {
	if who.Kind != identity.KindUser {
		return nil
	}
	v := violation.Violation{
		Rule: e.Rules[0], Kind: "gate.let_out", PersonID: who.ID, SubjectType: SubjectGateCheck, SubjectID: g.ID, Number: g.PassNumber, SourceID: g.ID,
		Detail: map[string]any{
			"code": e.Code, "en": e.Text("en"), "zh": e.Text("zh-CN"), "vehicle": g.Vehicle, "device": *g.DeviceID, "sequence": *g.Sequence,
			"at": g.CheckedAt.Format(time.RFC3339), "offline": true,
		},
	}
	if g.DeliveryNoteID != nil {
		v.SubjectType, v.SubjectID = delivery.Subject, *g.DeliveryNoteID
	}
	return violation.Record(tx, v)
}

// ConflictFilter narrows a list of conflicts; zero fields don't.
type ConflictFilter struct {
	ID     uuid.UUID
	State  string
	Kind   Kind
	NoteID *uuid.UUID
}

// ListConflicts returns conflicts about delivery notes that the caller may see, newest first (ORG-06).
func (s *Service) ListConflicts(tx pg.Tx, who identity.Principal, f ConflictFilter, p pg.Page) ([]Conflict, string, error) {
	return listConflicts(tx, who, f, p)
}

// GetConflict returns one. Returns errs.ErrNotFound also for one that the caller may not see.
func (s *Service) GetConflict(tx pg.Tx, who identity.Principal, id uuid.UUID) (Conflict, error) {
	rows, _, err := listConflicts(tx, who, ConflictFilter{ID: id}, pg.Page{Limit: 1})
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Conflict{}, err
	}
	return rows[0], nil
}

// ResolveConflict ends a conflict with a note, and the tasks about it. Returns ErrResolved, and ErrOwnConflict for whose check it is about.
// Locks the conflict.
func (s *Service) ResolveConflict(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, note string) (Conflict, error) {
	if _, err := s.GetConflict(tx, who, id); err != nil {
		return Conflict{}, err
	}
	if _, _, err := lockConflict(tx, id); err != nil {
		return Conflict{}, err
	}
	c, err := s.GetConflict(tx, who, id)
	switch {
	case err != nil:
		return Conflict{}, err
	case version != nil && *version != c.Version:
		return Conflict{}, errs.ErrStale
	case c.State != ConflictOpen:
		return Conflict{}, ErrResolved
	case strings.TrimSpace(note) == "":
		return Conflict{}, approval.ErrReason.At("/note")
	case c.CheckedBy != nil && *c.CheckedBy == who.ID:
		return Conflict{}, ErrOwnConflict
	}
	before := map[string]any{"state": c.State}
	c.State, c.Resolution, c.ResolvedAt = ConflictResolved, strings.TrimSpace(note), &tx.Now
	if who.Kind == identity.KindUser {
		c.ResolvedBy = &who.ID
	}
	err = pg.Update(tx, "gate_conflicts", c.ID, c.Version, map[string]any{
		"state": c.State, "resolution": c.Resolution, "resolved_by": c.ResolvedBy, "resolved_at": c.ResolvedAt,
	})
	if err != nil {
		return Conflict{}, err
	}
	c.Version++
	if err := followup.Close(tx, kindConflict, SubjectConflict, c.ID); err != nil {
		return Conflict{}, err
	}
	return c, c.record(tx, "resolveGateConflict", before)
}
