package departure

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// lockLate marks at most n delivery notes as reported too late, and returns them. What another server is at is left to it.
func lockLate(tx pg.Tx, n int) ([]delivery.Note, error) {
	var rows []delivery.Note
	err := tx.Raw(`UPDATE delivery_notes SET late_at = ? WHERE id IN (
			SELECT id FROM delivery_notes WHERE state = 'issued' AND late_at IS NULL AND report_due_at < ? ORDER BY report_due_at, id LIMIT ? FOR UPDATE SKIP LOCKED)
		RETURNING *`, tx.Now, tx.Now, n).Scan(&rows).Error
	return rows, err
}

// lockUnproven marks at most n delivery notes that left before a day and have no proof as asked after, and returns them. What another server is at is
// left to it. The proof itself ends proof_awaited, by which the register finds what is unproven.
func lockUnproven(tx pg.Tx, before time.Time, n int) ([]delivery.Note, error) {
	var rows []delivery.Note
	err := tx.Raw(`UPDATE delivery_notes SET proof_late_at = ? WHERE id IN (
			SELECT id FROM delivery_notes WHERE state = 'left' AND proof_awaited AND proof_late_at IS NULL AND shipped_on < ? ORDER BY shipped_on, id LIMIT ? FOR UPDATE SKIP LOCKED)
		RETURNING *`, tx.Now, before, n).Scan(&rows).Error
	return rows, err
}

// looked is a delivery note that was looked at for its signatures.
type looked struct {
	ID       uuid.UUID
	Number   string
	Unsigned bool
}

// lockUnsigned marks at most n delivery notes that left before a day as looked at for their signatures, and returns them. What another server is at is
// left to it.
func lockUnsigned(tx pg.Tx, before time.Time, n int) ([]looked, error) {
	var rows []looked
	err := tx.Raw(`UPDATE delivery_notes d SET signatures_awaited = false WHERE id IN (
			SELECT id FROM delivery_notes WHERE state = 'left' AND signatures_awaited AND shipped_on < ? ORDER BY shipped_on, id LIMIT ? FOR UPDATE SKIP LOCKED)
		RETURNING d.id, d.number, `+unsigned+` AS unsigned`, before, n).Scan(&rows).Error
	return rows, err
}

func correctionOpen(tx pg.Tx, note uuid.UUID) (open bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT FROM delivery_corrections WHERE delivery_note_id = ? AND state = 'proposed')`, note).Scan(&open).Error
	return open, err
}

func insertCorrection(tx pg.Tx, c Correction) error {
	bare := tx
	bare.DB = tx.Omit("NoteNumber", "OwnerID", "ProductCode", "ProductName", "Unit")
	if err := pg.Insert(bare, &c); err != nil {
		return err
	}
	bare.DB = tx.Omit("ProductCode", "ProductName", "Unit")
	return pg.Insert(bare, &c.Lines)
}

// storeCorrection writes what each line comes to, and then the decision, with which the lines are frozen. Returns ErrDecided when somebody was quicker.
func storeCorrection(tx pg.Tx, c *Correction) error {
	if err := storeAmounts(tx, c.Lines); err != nil {
		return err
	}
	err := pg.Update(tx, "delivery_corrections", c.ID, c.Version, map[string]any{
		"state": c.State, "amount": c.Amount, "decided_by": c.DecidedBy, "decided_at": c.DecidedAt, "decision_note": c.DecisionNote,
	})
	if errors.Is(err, errs.ErrStale) {
		return ErrDecided
	}
	c.Version++
	return err
}

// storeAmounts writes what lines come to, in one statement.
func storeAmounts(tx pg.Tx, lines []CorrectionLine) error {
	type row struct {
		ID     uuid.UUID       `json:"id"`
		Amount decimal.Decimal `json:"amount"`
	}
	var rows []row
	for _, l := range lines {
		if !l.Amount.IsZero() {
			rows = append(rows, row{l.ID, l.Amount})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE delivery_correction_lines l SET amount = r.amount FROM json_to_recordset(?::json) AS r (id uuid, amount numeric(18, 2)) WHERE l.id = r.id`, string(b)).Error
}

// CorrectionFilter narrows a list of corrections; zero fields don't.
type CorrectionFilter struct {
	ID     uuid.UUID
	NoteID *uuid.UUID
	State  string
	Cause  Cause
}

// ListCorrections returns corrections of delivery notes that the caller may see (ORG-06), newest first, with their lines. Two statements.
func (s *Service) ListCorrections(tx pg.Tx, who identity.Principal, f CorrectionFilter, p pg.Page) ([]Correction, string, error) {
	q := tx.Table("delivery_corrections AS c").Select("c.*, d.number AS note_number, d.owner_id").Joins("JOIN delivery_notes d ON d.id = c.delivery_note_id")
	if owners, all := who.Owners(); !all {
		q = q.Where("d.owner_id IN ?", owners)
	}
	if f.ID != uuid.Nil {
		q = q.Where("c.id = ?", f.ID)
	}
	if f.NoteID != nil {
		q = q.Where("c.delivery_note_id = ?", *f.NoteID)
	}
	if f.State != "" {
		q = q.Where("c.state = ?", f.State)
	}
	if f.Cause != "" {
		q = q.Where("c.cause = ?", f.Cause)
	}
	var after uuid.UUID
	found, err := p.After(&after)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("c.id < ?", after)
	}
	var rows []Correction
	if err := q.Order("c.id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	rows, next, err := pg.Cut(p, rows, func(c Correction) any { return c.ID })
	if err != nil {
		return nil, "", err
	}
	return rows, next, attachLines(tx, rows)
}

func attachLines(tx pg.Tx, rows []Correction) error {
	at, ids := make(map[uuid.UUID]int, len(rows)), make([]uuid.UUID, len(rows))
	for i, c := range rows {
		at[c.ID], ids[i] = i, c.ID
	}
	if len(ids) == 0 {
		return nil
	}
	var lines []CorrectionLine
	err := tx.Raw(`SELECT c.*, l.product_code, l.product_name, l.unit FROM delivery_correction_lines c
		JOIN delivery_note_lines l ON l.id = c.delivery_line_id WHERE c.correction_id IN ? ORDER BY c.correction_id, c.position_no`, ids).Scan(&lines).Error
	for _, l := range lines {
		c := &rows[at[l.CorrectionID]]
		c.Lines = append(c.Lines, l)
	}
	return err
}

// GetCorrection returns one. Returns errs.ErrNotFound also when its delivery note isn't visible.
func (s *Service) GetCorrection(tx pg.Tx, who identity.Principal, id uuid.UUID) (Correction, error) {
	rows, _, err := s.ListCorrections(tx, who, CorrectionFilter{ID: id}, pg.Page{Limit: 1})
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Correction{}, err
	}
	return rows[0], nil
}

func proven(tx pg.Tx, note uuid.UUID) (done bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT FROM delivery_proofs WHERE delivery_note_id = ?)`, note).Scan(&done).Error
	return done, err
}

func insertProof(tx pg.Tx, p Proof) error {
	if err := pg.Insert(tx, &p); err != nil {
		return err
	}
	if err := pg.Insert(tx, &p.Lines); err != nil {
		return err
	}
	return pg.One(tx.Exec(`UPDATE delivery_notes SET proof_awaited = false WHERE id = ?`, p.DeliveryNoteID))
}

func readProof(tx pg.Tx, note uuid.UUID) (Proof, error) {
	p, err := pg.Take[Proof](tx, "delivery_note_id = ?", note)
	if err != nil {
		return Proof{}, err
	}
	err = tx.Raw(`SELECT p.* FROM delivery_proof_lines p JOIN delivery_note_lines l ON l.id = p.delivery_line_id
		WHERE p.proof_id = ? ORDER BY l.position_no`, p.ID).Scan(&p.Lines).Error
	return p, err
}
