package gate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/transport"
)

// SubjectGateCheck is what decisions and events call a check of a pass that nobody issued.
const SubjectGateCheck = "gate_check"

// Sighting is what the guard holds in the hand and sees on the vehicle.
type Sighting struct {
	Token      string // of the QR code; or
	PassNumber string // as printed
	Vehicle    string
	Seen       []delivery.Goods
}

// GateCheck is one check at the gate.
type GateCheck struct {
	ID             uuid.UUID
	GatePassID     *uuid.UUID
	DeliveryNoteID *uuid.UUID
	PassNumber     string
	Vehicle        string
	Seen           []delivery.Goods `gorm:"serializer:json"`
	Outcome        decision.Outcome
	Code           string // of the refusal
	DecisionID     uuid.UUID
	CheckedBy      *uuid.UUID
	CheckedAt      time.Time // of one made on a phone: when it was, by our clock

	// What a phone decided without the network; all nil for a check made here.
	DeviceID       *string
	Sequence       *int64
	DeviceDecision *DeviceDecision
	DeviceNote     *string
	SeenAt         *time.Time // by the phone's clock
	ReceivedAt     *time.Time
	ContentHash    []byte

	Decision decision.Decision `gorm:"-"`
	Note     delivery.Note     `gorm:"-"`
}

// CheckGatePass lets a vehicle out when the pass is ours, unused, in time, and says what is seen: goods, quantities and
// vehicle; and it does so once (SHP-09). Any refusal is recorded with its decision and commits: ErrForged, ErrUnknownPass,
// ErrPassDead (SHP-21), ErrPassUsed, ErrPassExpired, ErrGateVehicle, ErrGateGoods, ErrUnpaid for goods whose payment was reversed (SHP-10), and
// preparation.ErrLoaded for goods that failed their inspection after they were loaded (SHP-16). Locks the delivery note.
func (s *Service) CheckGatePass(tx pg.Tx, who identity.Principal, seen Sighting) (GateCheck, error) {
	g := GateCheck{
		ID: uuid.Must(uuid.NewV7()), PassNumber: seen.PassNumber, Vehicle: seen.Vehicle, Seen: delivery.AddUp(seen.Seen),
		CheckedBy: &who.ID, CheckedAt: tx.Now,
	}
	refusal := s.inspect(tx, who, &g, seen)
	e, ours := errs.As(refusal)
	if refusal != nil && (!ours || e.Kind != errs.Rule && e.Kind != errs.Conflict) {
		return GateCheck{}, refusal
	}
	if refusal != nil {
		return GateCheck{}, s.turnBack(tx, &g, e)
	}
	return g, s.letOut(tx, who, &g)
}

// inspect finds the pass, locks its delivery note and says what is wrong, nil for nothing.
func (s *Service) inspect(tx pg.Tx, who identity.Principal, g *GateCheck, seen Sighting) error {
	note, err := s.lockPassed(tx, seen)
	if err != nil {
		return err
	}
	if err := who.MustSee(note.OwnerID); err != nil {
		return ErrUnknownPass
	}
	g.Note = note
	p := g.Note.Pass
	g.GatePassID, g.DeliveryNoteID, g.PassNumber = &p.ID, &g.Note.ID, p.Number
	if err := g.compare(tx.Now); err != nil {
		return err
	}
	if err := s.deliveries.MayLeave(tx, &g.Note); err != nil { // SHP-16
		return err
	}
	return s.paid(tx, &g.Note)
}

// paid refuses to let out goods of a payment-first notice whose payment was reversed after they were loaded (SHP-10): what the notice has loaded and isn't
// invoiced must be covered still. Nothing but the money is asked for, since whoever loaded them has passed the other gates.
func (s *Service) paid(tx pg.Tx, d *delivery.Note) error {
	if d.Flow != shipping.Prepaid {
		return nil
	}
	needed, err := s.deliveries.LeftUninvoiced(tx, d.NoticeID)
	if err != nil || !needed.IsPos() {
		return err
	}
	cover, err := s.Payments.Look(tx, d.NoticeID, d.PayerID, needed, nil)
	if err == nil && cover.Covered.Cmp(needed) < 0 {
		err = ErrUnpaid.With("number", d.Pass.Number)
	}
	return err
}

// lockPassed finds the pass as findPass does, and locks its delivery note and it, at once: the vehicle waits.
func (s *Service) lockPassed(tx pg.Tx, seen Sighting) (delivery.Note, error) {
	if seen.Token == "" {
		number := passNumber(seen)
		if number == "" {
			return delivery.Note{}, ErrUnknownPass
		}
		note, err := s.deliveries.LockPassed(tx, uuid.Nil, number)
		return note, notFound(err, ErrUnknownPass)
	}
	c, err := s.keys.verify(tx, seen.Token)
	if err != nil {
		return delivery.Note{}, err
	}
	note, err := s.deliveries.LockPassed(tx, c.Pass, "")
	if err == nil && !c.says(note.Pass) {
		return delivery.Note{}, ErrForged
	}
	return note, notFound(err, ErrForged)
}

// passNumber is the number as passes have it.
func passNumber(seen Sighting) string { return strings.ToUpper(strings.TrimSpace(seen.PassNumber)) }

// findPass finds the pass by its token, which must be signed by us and say what the pass says, or by its number.
func (s *Service) findPass(tx pg.Tx, seen Sighting) (delivery.GatePass, error) {
	if seen.Token == "" {
		p, err := pg.Take[delivery.GatePass](tx, "number = ?", passNumber(seen))
		return p, notFound(err, ErrUnknownPass)
	}
	c, err := s.keys.verify(tx, seen.Token)
	if err != nil {
		return delivery.GatePass{}, err
	}
	p, err := pg.Take[delivery.GatePass](tx, "id = ?", c.Pass)
	if err == nil && !c.says(p) {
		return delivery.GatePass{}, ErrForged
	}
	return p, notFound(err, ErrForged)
}

// compare is the gate's own check (SHP-09).
func (g *GateCheck) compare(now time.Time) error {
	p := g.Note.Pass
	switch {
	case p.State == delivery.PassCancelled || g.Note.State == delivery.NoteCancelled:
		return ErrPassDead.With("number", p.Number)
	case p.State == delivery.PassUsed:
		return ErrPassUsed.With("number", p.Number, "at", p.UsedAt.In(clock.Shanghai).Format(time.DateTime))
	case !now.Before(p.ExpiresAt):
		return ErrPassExpired.With("number", p.Number, "at", p.ExpiresAt.In(clock.Shanghai).Format(time.DateTime))
	case transport.PlateKey(g.Vehicle) != transport.PlateKey(p.Vehicle):
		return ErrGateVehicle.With("number", p.Number, "expected", p.Vehicle)
	}
	if diff := difference(g.Note.Goods(), g.Seen); diff != "" {
		return ErrGateGoods.With("number", p.Number, "difference", diff)
	}
	return nil
}

// difference says where what is seen isn't what the pass says: "A: 3 instead of 5"; "" when it is the same.
func difference(expected, seen []delivery.Goods) string {
	var words []string
	for _, e := range expected {
		i := slices.IndexFunc(seen, func(g delivery.Goods) bool { return g.ProductCode == e.ProductCode })
		found := decimal.Zero
		if i >= 0 {
			found = seen[i].Quantity
		}
		if found.Cmp(e.Quantity) != 0 {
			words = append(words, fmt.Sprintf("%s %s ≠ %s", e.ProductCode, found.Trim(0), e.Quantity.Trim(0)))
		}
	}
	for _, g := range seen {
		if !slices.ContainsFunc(expected, func(e delivery.Goods) bool { return e.ProductCode == g.ProductCode }) {
			words = append(words, fmt.Sprintf("%s %s ≠ 0", g.ProductCode, g.Quantity.Trim(0)))
		}
	}
	return strings.Join(words, "; ")
}

// letOut uses the pass up and lets the goods go.
func (s *Service) letOut(tx pg.Tx, who identity.Principal, g *GateCheck) error {
	g.Outcome = decision.Passed
	used(who, &g.Note.Pass, tx.Now)
	d := g.newDecision()
	d.Check("SHP-09", true, g.inputs(), fmt.Sprintf("Gate pass %s fits goods, quantities and vehicle %s, and is used now.", g.PassNumber, g.Vehicle),
		fmt.Sprintf("出门证 %s 与货物、数量、车辆 %s 相符,准予放行。", g.PassNumber, g.Vehicle))
	if err := decision.Record(tx, &d); err != nil {
		return err
	}
	g.DecisionID, g.Decision = d.ID, d
	if err := insertPassed(tx, g); err != nil {
		return err
	}
	return s.leave(tx, &g.Note, tx.Now, "checkGatePass")
}

// spend uses the pass up. It is locked.
func spend(tx pg.Tx, who identity.Principal, p *delivery.GatePass, at time.Time) error {
	used(who, p, at)
	return usePass(tx, p)
}

func used(who identity.Principal, p *delivery.GatePass, at time.Time) {
	p.State, p.UsedAt = delivery.PassUsed, &at
	if who.Kind == identity.KindUser {
		p.UsedBy = &who.ID
	}
}

// leave books the goods as left, unless the warehouse has reported so already.
func (s *Service) leave(tx pg.Tx, d *delivery.Note, at time.Time, action string) error {
	if d.State == delivery.NoteLeft {
		return nil
	}
	return s.deliveries.Leave(tx, d, at, action)
}

// turnBack records a refusal, which commits although the request fails.
func (s *Service) turnBack(tx pg.Tx, g *GateCheck, e *errs.Error) error {
	g.Outcome, g.Code = decision.Refused, e.Code
	d := g.newDecision()
	d.Outcome = decision.Refused
	d.Check(e.Rules[0], false, g.inputs(), e.Text("en"), e.Text("zh-CN"))
	if err := g.record(tx, d); err != nil {
		return err
	}
	after := map[string]any{"gate": "refused", "code": e.Code, "pass": g.PassNumber, "vehicle": g.Vehicle, "seen": g.Seen}
	err := audit.Record(tx, audit.Entry{Action: "checkGatePass", SubjectType: d.SubjectType, SubjectID: d.SubjectID, After: after})
	if err != nil {
		return err
	}
	return pg.Keep(e.Deciding(g.Decision))
}

// newDecision is about the delivery note, or about the check itself when nobody issued the pass.
func (g *GateCheck) newDecision() decision.Decision {
	if g.DeliveryNoteID == nil {
		return decision.New("gate", SubjectGateCheck, g.ID)
	}
	return decision.New("gate", delivery.Subject, *g.DeliveryNoteID)
}

func (g *GateCheck) inputs() map[string]string {
	seen, err := json.Marshal(g.Seen)
	if err != nil {
		seen = nil
	}
	in := map[string]string{"pass": g.PassNumber, "vehicle": g.Vehicle, "seen": shorten(string(seen))}
	if g.DeliveryNoteID != nil {
		in["expected_vehicle"] = g.Note.Pass.Vehicle
	}
	return in
}

// shorten keeps a decision's inputs readable: the whole of what was seen is kept with the check.
func shorten(text string) string {
	const most = 190
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

func (g *GateCheck) record(tx pg.Tx, d decision.Decision) error {
	if err := decision.Record(tx, &d); err != nil {
		return err
	}
	g.DecisionID, g.Decision = d.ID, d
	return pg.Insert(tx, g)
}

// ListGateChecks returns what the gate was shown and said, newest first, of delivery notes that the caller may see and of
// passes that nobody issued.
func (s *Service) ListGateChecks(tx pg.Tx, who identity.Principal, noteID *uuid.UUID, outcome string, p pg.Page) ([]GateCheck, string, error) {
	q := tx.Table("gate_checks g").Select("g.*")
	if owners, all := who.Owners(); !all {
		q = q.Joins("JOIN delivery_notes d ON d.id = g.delivery_note_id").Where("d.owner_id IN ?", owners)
	}
	if noteID != nil {
		q = q.Where("g.delivery_note_id = ?", *noteID)
	}
	if outcome != "" {
		q = q.Where("g.outcome = ?", outcome)
	}
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("g.id < ?", last)
	}
	var rows []GateCheck
	if err := q.Order("g.id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(g GateCheck) any { return g.ID })
}
