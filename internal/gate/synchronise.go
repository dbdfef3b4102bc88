package gate

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
)

// synchronisation is one batch of a phone that is being taken in.
type synchronisation struct {
	s         *Service
	tx        pg.Tx
	who       identity.Principal
	device    string
	checks    []OfflineCheck // by number
	skew      time.Duration
	tolerance time.Duration

	known     []GateCheck // of these numbers, from before
	conflicts map[uuid.UUID][]Conflict
	hashes    map[int64][][]byte // what these numbers stand for

	found  []sought
	passes map[uuid.UUID]*delivery.Note // by pass, locked
	letOut map[uuid.UUID]bool           // passes with which a guard has let something out
	failed map[uuid.UUID]time.Time      // since when a note has goods of a lot that failed
}

// sought is the pass that a check is about, or why there is none.
type sought struct {
	pass    uuid.UUID
	refusal error
}

// recall reads what the phone has handed in before under these numbers.
func (y *synchronisation) recall() error {
	numbers := make([]int64, len(y.checks))
	for i, c := range y.checks {
		numbers[i] = c.Sequence
	}
	var err error
	if y.known, err = knownChecks(y.tx, y.device, numbers); err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(y.known))
	for i, g := range y.known {
		ids[i] = g.ID
		y.hashes[*g.Sequence] = append(y.hashes[*g.Sequence], g.ContentHash)
	}
	y.conflicts, err = conflictsOf(y.tx, ids)
	return err
}

// before returns the check as it was handed in before.
func (y *synchronisation) before(c OfflineCheck) *GateCheck {
	i := slices.IndexFunc(y.known, func(g GateCheck) bool { return *g.Sequence == c.Sequence && bytes.Equal(g.ContentHash, c.hash()) })
	if i < 0 {
		return nil
	}
	return &y.known[i]
}

// find looks for the passes of the checks that are new, and locks their delivery notes and them, each in id order.
func (y *synchronisation) find() error {
	y.found = make([]sought, len(y.checks))
	notes := map[uuid.UUID]uuid.UUID{} // note → pass
	for i, c := range y.checks {
		if y.before(c) != nil {
			continue
		}
		pass, err := y.s.findPass(y.tx, c.Sighting)
		if e, ours := errs.As(err); err != nil && (!ours || e.Kind != errs.Rule) {
			return err
		}
		y.found[i] = sought{pass.ID, err}
		if err == nil {
			notes[pass.DeliveryNoteID] = pass.ID
		}
	}
	if len(notes) == 0 {
		return nil
	}
	return y.lock(notes)
}

func (y *synchronisation) lock(passOf map[uuid.UUID]uuid.UUID) error {
	notes, passes := make([]uuid.UUID, 0, len(passOf)), make([]uuid.UUID, 0, len(passOf))
	for note, pass := range passOf {
		notes, passes = append(notes, note), append(passes, pass)
	}
	locked, err := y.s.deliveries.Lock(y.tx, notes)
	if err != nil {
		return err
	}
	found, err := lockPasses(y.tx, passes)
	for i := range locked {
		d := &locked[i]
		d.Pass = found[passOf[d.ID]]
		y.passes[d.Pass.ID] = d
	}
	if err != nil {
		return err
	}
	if y.letOut, err = passesLetOut(y.tx, passes); err != nil {
		return err
	}
	y.failed, err = failedLots(y.tx, notes)
	return err
}

// take judges one check, books what has left, and says in what phone and gate don't agree.
func (y *synchronisation) take(i int) (Synced, error) {
	c := y.checks[i]
	if g := y.before(c); g != nil {
		return Synced{Check: *g, Conflicts: y.conflicts[g.ID], Repeated: true}, nil
	}
	g, refusal, clockWrong := y.judge(i)
	var e *errs.Error
	if refusal != nil {
		var ours bool
		if e, ours = errs.As(refusal); !ours {
			return Synced{}, refusal
		}
	}
	if err := y.record(&g, e); err != nil {
		return Synced{}, err
	}
	answer := Synced{}
	add := func(kind Kind, booking Booking, en, zh string) {
		answer.Conflicts = append(answer.Conflicts, newConflict(y.tx, &g, kind, booking, en, zh))
	}
	booking, err := y.book(&g, c, e)
	if err != nil {
		return Synced{}, err
	}
	switch {
	case e != nil && c.Decision == LetOut:
		add(kindOf[e.Code], booking, e.Text("en"), e.Text("zh-CN"))
		if err := blame(y.tx, y.who, &g, e); err != nil {
			return Synced{}, err
		}
	case e == nil && c.Decision == TurnedBack:
		add(TurnedBackGood, NotNeeded, "The phone turned back what might have left; the pass is still good.", "手机拒绝放行,但出门证有效,仍可使用。")
	}
	if clockWrong {
		en, zh := y.clockWords(c, g.CheckedAt)
		add(ClockSkew, NotNeeded, en, zh)
	}
	if len(y.hashes[c.Sequence]) > 0 {
		en, zh := y.reusedWords(c)
		add(SequenceReused, NotNeeded, en, zh)
	}
	y.hashes[c.Sequence] = append(y.hashes[c.Sequence], g.ContentHash)
	y.known = append(y.known, g)
	y.conflicts[g.ID] = answer.Conflicts
	answer.Check = g
	return answer, y.later(answer.Conflicts)
}

// judge says what the gate would have said at the instant of the check.
func (y *synchronisation) judge(i int) (g GateCheck, refusal error, clockWrong bool) { //nolint:revive // the refusal is what is asked for, not a failure
	c := y.checks[i]
	decided, seen := c.Decision, c.SeenAt.UTC().Truncate(time.Microsecond)
	g = GateCheck{
		ID: uuid.Must(uuid.NewV7()), PassNumber: c.PassNumber, Vehicle: c.Vehicle, Seen: delivery.AddUp(c.Seen), CheckedBy: &y.who.ID,
		DeviceID: &y.device, Sequence: &c.Sequence, DeviceDecision: &decided, SeenAt: &seen, ReceivedAt: &y.tx.Now, ContentHash: c.hash(),
	}
	if c.Note != "" {
		g.DeviceNote = &c.Note
	}
	issued := time.Time{}
	d := y.passes[y.found[i].pass]
	if refusal = y.found[i].refusal; refusal == nil && !y.who.Sees(d.OwnerID) {
		refusal = ErrUnknownPass
	}
	if refusal == nil {
		g.Note, g.GatePassID, g.DeliveryNoteID, g.PassNumber, issued = *d, &d.Pass.ID, &d.ID, d.Pass.Number, d.Pass.IssuedAt
	} else if g.PassNumber == "" {
		g.PassNumber = "#" + tokenHash(c.Token)
	}
	g.CheckedAt, clockWrong = instant(c.SeenAt, issued, y.tx.Now, y.skew, y.tolerance)
	if refusal == nil {
		refusal = y.look(&g, c, d)
	}
	return g, refusal, clockWrong
}

// look is what the gate would have seen and known at the instant of the check (SHP-09, SHP-16): goods that failed later are nobody's fault at the gate.
func (y *synchronisation) look(g *GateCheck, c OfflineCheck, d *delivery.Note) error {
	if y.ownOfReport(d, c, g.CheckedAt) {
		g.Note.Pass.State = delivery.PassValid
	}
	if err := g.compare(g.CheckedAt); err != nil {
		return err
	}
	if since, failed := y.failed[d.ID]; failed && !g.CheckedAt.Before(since) {
		return y.s.deliveries.MayLeave(y.tx, d)
	}
	return nil
}

// record writes the check with the gate's decision.
func (y *synchronisation) record(g *GateCheck, e *errs.Error) error {
	g.Outcome = decision.Passed
	d := g.newDecision()
	if e == nil {
		d.Check("SHP-09", true, g.inputs(), "What the phone saw fits the gate pass.", "手机所见与出门证相符。")
		return g.record(y.tx, d)
	}
	g.Outcome, g.Code = decision.Refused, e.Code
	d.Outcome = decision.Refused
	d.Check(e.Rules[0], false, g.inputs(), e.Text("en"), e.Text("zh-CN"))
	if err := g.record(y.tx, d); err != nil {
		return err
	}
	return audit.Record(y.tx, audit.Entry{
		Action: "synchroniseGateChecks", SubjectType: d.SubjectType, SubjectID: d.SubjectID, After: map[string]any{
			"gate": "refused", "code": e.Code, "pass": g.PassNumber, "vehicle": g.Vehicle, "seen": g.Seen, "device": y.device, "device_decision": *g.DeviceDecision,
		},
	})
}

// book writes what a phone let out as left (SHP-14), and says how far that went.
func (y *synchronisation) book(g *GateCheck, c OfflineCheck, e *errs.Error) (Booking, error) {
	if c.Decision != LetOut {
		return NotNeeded, nil
	}
	if e != nil {
		switch kindOf[e.Code] {
		case Expired, OtherVehicle, OtherGoods, FailedLot:
		case Cancelled:
			return Pending, nil
		default:
			return Impossible, nil
		}
	}
	d := y.passes[*g.GatePassID]
	y.letOut[d.Pass.ID] = true
	if d.Pass.State != delivery.PassUsed { // by the warehouse's report
		if err := spend(y.tx, y.who, &d.Pass, g.CheckedAt); err != nil {
			return "", err
		}
	}
	err := y.s.leave(y.tx, d, g.CheckedAt, "synchroniseGateChecks")
	g.Note = *d
	return Booked, err
}

// propose has a correction of each delivery note whose vehicle was let out with other goods than it says (SHP-14).
func (y *synchronisation) propose(answers []Synced) error {
	for _, a := range answers {
		g := a.Check
		if a.Repeated || y.s.Corrections == nil || kindOf[g.Code] != OtherGoods || *g.DeviceDecision != LetOut {
			continue
		}
		if err := y.s.Corrections.ProposeSeen(y.tx, y.who, &g.Note, g.Seen); err != nil {
			return err
		}
	}
	return nil
}

// later has what can't be booked under the locks of now booked by a job.
func (y *synchronisation) later(conflicts []Conflict) error {
	for _, c := range conflicts {
		if c.Booking != Pending {
			continue
		}
		if err := jobs.InsertTx(y.tx, LateBooking{c.ID}); err != nil {
			return err
		}
	}
	return nil
}
