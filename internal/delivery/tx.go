package delivery

import (
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// Lock locks delivery notes in id order and returns them with their lines, in the order of ids. Lock the
// payer's credit account before (see pg). Returns errs.ErrNotFound when one of them doesn't exist. Checks no visibility: that is
// the calling module's. A cancelled note (State) is nobody's debt.
func (s *Service) Lock(tx pg.Tx, ids []uuid.UUID) ([]Note, error) {
	var rows []Note
	err := tx.Raw(`SELECT * FROM delivery_notes WHERE id IN ? ORDER BY id FOR UPDATE`, ids).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	if err := attachLines(tx, rows); err != nil {
		return nil, err
	}
	sorted := make([]Note, 0, len(ids))
	for _, id := range ids {
		i := slices.IndexFunc(rows, func(n Note) bool { return n.ID == id })
		if i < 0 {
			return nil, errs.ErrNotFound
		}
		sorted = append(sorted, rows[i])
	}
	return sorted, nil
}

// LockPassed locks the delivery note of a gate pass, then the pass, and returns the note with both its pass and its lines. The pass is named by its
// number, or by its id where number is "". Two statements, for the gate: a vehicle waits before it. Returns errs.ErrNotFound.
func (s *Service) LockPassed(tx pg.Tx, pass uuid.UUID, number string) (Note, error) {
	where, arg := "p.id = ?", any(pass)
	if number != "" {
		where, arg = "p.number = ?", number
	}
	var rows []struct {
		Note `gorm:"embedded"`
		P    GatePass `gorm:"embedded;embeddedPrefix:pass_"`
	}
	err := tx.Raw(`SELECT d.*, `+gateColumns+` FROM gate_passes p JOIN delivery_notes d ON d.id = p.delivery_note_id WHERE `+where+`
		FOR UPDATE OF d FOR NO KEY UPDATE OF p`, arg).Scan(&rows).Error // the rows are locked in this order
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Note{}, err
	}
	notes := []Note{rows[0].Note}
	notes[0].Pass = rows[0].P
	err = attachLines(tx, notes)
	return notes[0], err
}

// gateColumns are the columns of a gate pass (p) beside what it is read with.
const gateColumns = `p.id AS pass_id, p.number AS pass_number, p.delivery_note_id AS pass_delivery_note_id, p.notice_id AS pass_notice_id, p.vehicle AS pass_vehicle,
	p.lines_hash AS pass_lines_hash, p.kid AS pass_kid, p.state AS pass_state, p.issued_at AS pass_issued_at, p.expires_at AS pass_expires_at,
	p.used_at AS pass_used_at, p.used_by AS pass_used_by, p.version AS pass_version`

// Notes returns delivery notes with their lines, without a lock, in id order. Unknown ids are left out.
func (s *Service) Notes(tx pg.Tx, ids []uuid.UUID) ([]Note, error) {
	var rows []Note
	if err := tx.Where("id IN ?", ids).Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	return rows, attachLines(tx, rows)
}

// MarkInvoiced takes parts of delivery lines as invoiced. The notes are locked. Returns ErrOverInvoiced for more than what
// is left of a line's quantity, and errs.ErrNotFound for an unknown line. One statement.
func (s *Service) MarkInvoiced(tx pg.Tx, parts []Invoiced) error {
	return count(tx, columnInvoiced, parts, 1)
}

// UnmarkInvoiced gives back what MarkInvoiced took, for the reversal of an invoice. The notes are locked.
func (s *Service) UnmarkInvoiced(tx pg.Tx, parts []Invoiced) error {
	return count(tx, columnInvoiced, parts, -1)
}

// MarkReturned takes parts of delivery lines as come back: they are no longer to be invoiced (SHP-20). The notes are locked. Returns
// ErrOverInvoiced for more than what left and isn't invoiced.
func (s *Service) MarkReturned(tx pg.Tx, parts []Invoiced) error {
	return count(tx, columnReturned, parts, 1)
}
