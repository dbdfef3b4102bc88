package departure

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// SubjectProof is what attachments and events call a proof of delivery; kindShort is the rep's follow-up about one that doesn't fit.
const (
	SubjectProof = "delivery_proof"
	kindShort    = "departure.short"
)

// Proof of delivery (签收): who received what.
type Proof struct {
	ID             uuid.UUID
	DeliveryNoteID uuid.UUID
	Signer         string
	ReceivedOn     time.Time
	Note           string
	RecordedBy     *uuid.UUID
	RecordedAt     time.Time

	Lines []ProofLine `gorm:"-"`
}

// TableName is for GORM.
func (Proof) TableName() string { return "delivery_proofs" }

// ProofLine is what arrived of one delivery line, damaged ones included.
type ProofLine struct {
	ProofID        uuid.UUID
	DeliveryLineID uuid.UUID
	Received       decimal.Decimal
	Damaged        decimal.Decimal
	Remark         string
}

// TableName is for GORM.
func (ProofLine) TableName() string { return "delivery_proof_lines" }

// ProofInput is what somebody records.
type ProofInput struct {
	Signer     string
	ReceivedOn time.Time
	Note       string
	Lines      []ProofLine // that differ or need a word; the others arrived as they left
	Files      []uuid.UUID
}

// RecordProof records who received what of a delivery note, once. Lines that are short or damaged are a thing to do for the rep; where quantities differ a
// correction is proposed, which finance posts (SHP-14). The truck's transport notice is done. Returns ErrNotLeft, ErrReceivedWhen, ErrProven, ErrNoLine, ErrDamaged, attachment.ErrUnknown. Locks the
// transport notice and the delivery note.
func (s *Service) RecordProof(tx pg.Tx, who identity.Principal, noteID uuid.UUID, in ProofInput) (Proof, error) {
	if err := s.deliveries.Seen(tx, who, noteID); err != nil {
		return Proof{}, err
	}
	if err := s.Trucks.Arrive(tx, noteID); err != nil {
		return Proof{}, err
	}
	d, err := s.lock(tx, who, noteID)
	switch {
	case err != nil:
		return Proof{}, err
	case d.State != delivery.NoteLeft:
		return Proof{}, ErrNotLeft.With("state", d.State)
	case in.ReceivedOn.After(clock.Today(tx.Now)) || in.ReceivedOn.Before(d.ShippedOn):
		return Proof{}, ErrReceivedWhen.At("/received_on")
	}
	if done, err := proven(tx, d.ID); err != nil || done {
		if err == nil {
			err = ErrProven
		}
		return Proof{}, err
	}
	p, err := in.proof(tx, &d)
	if err != nil {
		return Proof{}, err
	}
	if err := insertProof(tx, p); err != nil {
		return Proof{}, err
	}
	if err := followup.Close(tx, kindUnproven, delivery.Subject, d.ID); err != nil {
		return Proof{}, err
	}
	if err := s.files.Bind(tx, who, SubjectProof, p.ID, in.Files...); err != nil {
		return Proof{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: "recordDeliveryProof", SubjectType: delivery.Subject, SubjectID: d.ID, After: p.trace(&d)})
	if err != nil {
		return Proof{}, err
	}
	return p, s.afterProof(tx, who, &d, p)
}

// proof completes what was said: what isn't named arrived as it left.
func (in ProofInput) proof(tx pg.Tx, d *delivery.Note) (Proof, error) {
	p := Proof{
		ID: uuid.Must(uuid.NewV7()), DeliveryNoteID: d.ID, Signer: trimmed(in.Signer), ReceivedOn: in.ReceivedOn, Note: trimmed(in.Note),
		RecordedBy: tx.By.Actor(), RecordedAt: tx.Now,
	}
	for _, l := range d.Lines {
		p.Lines = append(p.Lines, ProofLine{ProofID: p.ID, DeliveryLineID: l.ID, Received: l.Real(), Damaged: decimal.Zero})
	}
	for i, l := range in.Lines {
		at := slices.IndexFunc(p.Lines, func(x ProofLine) bool { return x.DeliveryLineID == l.DeliveryLineID })
		switch {
		case at < 0:
			return Proof{}, ErrNoLine.At(fmt.Sprintf("/lines/%d/delivery_line_id", i))
		case slices.ContainsFunc(in.Lines[:i], func(x ProofLine) bool { return x.DeliveryLineID == l.DeliveryLineID }):
			return Proof{}, ErrTwice.At(fmt.Sprintf("/lines/%d/delivery_line_id", i))
		case l.Damaged.Cmp(l.Received) > 0:
			return Proof{}, ErrDamaged.At(fmt.Sprintf("/lines/%d/damaged", i))
		}
		l.ProofID, l.Remark, l.Received, l.Damaged = p.ID, trimmed(l.Remark), l.Received.Pad(money.PriceScale), l.Damaged.Pad(money.PriceScale)
		p.Lines[at] = l
	}
	return p, nil
}

// afterProof asks the rep to see to what is short or damaged, and finance to post what differs.
func (s *Service) afterProof(tx pg.Tx, who identity.Principal, d *delivery.Note, p Proof) error {
	words := p.faults(d)
	if len(words) == 0 {
		return nil
	}
	what := strings.Join(words, "; ")
	if r := []rune(what); len(r) > 300 {
		what = string(r[:300]) + "…"
	}
	err := followup.Open(tx, followup.Task{
		Kind: kindShort, SubjectType: delivery.Subject, SubjectID: d.ID, Number: d.Number, UserID: &d.OwnerID,
		TitleEN: "Delivery note " + d.Number + " didn't arrive as it left: " + what, TitleZH: "送货单 " + d.Number + " 签收有差异:" + what,
	})
	if err != nil {
		return err
	}
	really := make([]Quantity, len(p.Lines))
	for i, l := range p.Lines {
		really[i] = Quantity{l.DeliveryLineID, l.Received}
	}
	deltas, err := differences(d, really)
	if err != nil || len(deltas) == 0 {
		return err
	}
	if waits, err := correctionOpen(tx, d.ID); err != nil || waits { // finance looks at this note already
		return err
	}
	_, err = s.propose(tx, who, d, FromCustomer, "签收数量与送货单不符 / received otherwise than delivered: "+what, deltas)
	return err
}

// faults are what is short, too much or damaged, in words.
func (p Proof) faults(d *delivery.Note) []string {
	var words []string
	for i, l := range p.Lines {
		from := d.Lines[i]
		if l.Received.Cmp(from.Real()) != 0 {
			words = append(words, fmt.Sprintf("%s %s ≠ %s %s", from.ProductCode, l.Received.Trim(0), from.Real().Trim(0), from.Unit))
		}
		if l.Damaged.IsPos() {
			words = append(words, fmt.Sprintf("%s 破损/damaged %s %s", from.ProductCode, l.Damaged.Trim(0), from.Unit))
		}
	}
	return words
}

func (p Proof) trace(d *delivery.Note) map[string]any {
	return map[string]any{
		"proof": p.ID, "signer": p.Signer, "received_on": p.ReceivedOn.Format(time.DateOnly), "note": p.Note, "differences": p.faults(d),
	}
}

// GetProof returns the proof of a delivery note. Returns errs.ErrNotFound when there is none, or the note isn't visible.
func (s *Service) GetProof(tx pg.Tx, who identity.Principal, noteID uuid.UUID) (Proof, error) {
	if err := s.deliveries.Seen(tx, who, noteID); err != nil {
		return Proof{}, err
	}
	return readProof(tx, noteID)
}

// ProofSeen returns errs.ErrNotFound unless the caller may see the proof: for its attachments.
func (s *Service) ProofSeen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	p, err := pg.Take[Proof](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return s.deliveries.Seen(tx, who, p.DeliveryNoteID)
}
