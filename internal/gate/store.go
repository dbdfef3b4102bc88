package gate

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// usePass writes that the pass was used. The pass is locked.
func usePass(tx pg.Tx, p *delivery.GatePass) error {
	err := pg.One(tx.Exec(`UPDATE gate_passes SET state = ?, used_at = ?, used_by = ?, version = version + 1
		WHERE id = ? AND version = ?`, p.State, p.UsedAt, p.UsedBy, p.ID, p.Version))
	p.Version++
	return err
}

// insertPassed writes a check that lets out, and that its pass was used, in one statement: the pass of the note is locked and says so already.
func insertPassed(tx pg.Tx, g *GateCheck) error {
	p := &g.Note.Pass
	seen, err := json.Marshal(g.Seen)
	if err != nil {
		return err
	}
	n, err := pg.Exec(tx, `WITH used AS (UPDATE gate_passes SET state = ?, used_at = ?, used_by = ?, version = version + 1 WHERE id = ? AND version = ? RETURNING id)
		INSERT INTO gate_checks (id, gate_pass_id, delivery_note_id, pass_number, vehicle, seen, outcome, code, decision_id, checked_by, checked_at)
		SELECT ?::uuid, id, ?::uuid, ?, ?, ?::jsonb, ?, '', ?::uuid, ?::uuid, ?::timestamptz FROM used`,
		p.State, p.UsedAt, p.UsedBy, p.ID, p.Version,
		g.ID, g.DeliveryNoteID, g.PassNumber, g.Vehicle, string(seen), string(g.Outcome), g.DecisionID, g.CheckedBy, g.CheckedAt)
	if err == nil && n != 1 {
		err = errs.ErrStale
	}
	p.Version++
	return err
}

// cancelPass ends the valid pass of a delivery note that was unloaded. The note is locked.
func cancelPass(tx pg.Tx, d *delivery.Note) error {
	return pg.One(tx.Exec(`UPDATE gate_passes SET state = 'cancelled', version = version + 1
		WHERE delivery_note_id = ? AND state = 'valid'`, d.ID))
}

// lockPasses locks passes in id order.
func lockPasses(tx pg.Tx, ids []uuid.UUID) (map[uuid.UUID]delivery.GatePass, error) {
	var rows []delivery.GatePass
	err := tx.Raw(`SELECT * FROM gate_passes WHERE id IN ? ORDER BY id FOR UPDATE`, ids).Scan(&rows).Error
	found := make(map[uuid.UUID]delivery.GatePass, len(rows))
	for _, p := range rows {
		found[p.ID] = p
	}
	return found, err
}

// readEndings returns passes that ended, below the oldest transaction that is still running.
func readEndings(tx pg.Tx, after endingMark, since time.Time, n int) ([]Ending, error) {
	var rows []Ending
	err := tx.Raw(`SELECT xid::text::bigint AS xid, seq, gate_pass_id, number, state, used_at, expires_at FROM gate_pass_endings
		WHERE (xid, seq) > (?::bigint::text::xid8, ?::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot()) AND expires_at > ?
		ORDER BY gate_pass_endings.xid, seq LIMIT ?`, after.Xid, after.Seq, since, n).Scan(&rows).Error
	return rows, err
}

// takeDevice writes that a phone has synchronised, and locks its row.
func takeDevice(tx pg.Tx, id string, who identity.Principal, last int64, skew int) error {
	var user *uuid.UUID
	if who.Kind == identity.KindUser {
		user = &who.ID
	}
	return tx.Exec(`INSERT INTO gate_devices (device_id, user_id, last_sequence, skew_seconds, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (device_id) DO UPDATE SET user_id = excluded.user_id, skew_seconds = excluded.skew_seconds, last_seen_at = excluded.last_seen_at,
			last_sequence = greatest(gate_devices.last_sequence, excluded.last_sequence)`, id, user, last, skew, tx.Now, tx.Now).Error
}

// knownChecks returns what a phone has handed in before under these numbers.
func knownChecks(tx pg.Tx, device string, sequences []int64) ([]GateCheck, error) {
	var rows []GateCheck
	err := tx.Where("device_id = ? AND sequence IN ?", device, sequences).Order("id").Find(&rows).Error
	return rows, err
}

// conflictsOf returns the conflicts of checks.
func conflictsOf(tx pg.Tx, checks []uuid.UUID) (map[uuid.UUID][]Conflict, error) {
	of := map[uuid.UUID][]Conflict{}
	if len(checks) == 0 {
		return of, nil
	}
	var rows []Conflict
	err := tx.Raw(conflictSelect+` WHERE f.gate_check_id IN ? ORDER BY f.id`, checks).Scan(&rows).Error
	for _, c := range rows {
		of[c.GateCheckID] = append(of[c.GateCheckID], c)
	}
	return of, err
}

// conflictSelect reads conflicts with what was seen.
const conflictSelect = `SELECT f.*, g.pass_number, g.vehicle, g.device_id, g.sequence, g.device_decision, g.device_note, g.seen_at, g.checked_by, d.owner_id
	FROM gate_conflicts f JOIN gate_checks g ON g.id = f.gate_check_id LEFT JOIN delivery_notes d ON d.id = f.delivery_note_id`

func listConflicts(tx pg.Tx, who identity.Principal, f ConflictFilter, page pg.Page) ([]Conflict, string, error) {
	where, args := "true", []any{}
	also := func(cond string, arg any) { where, args = where+" AND "+cond, append(args, arg) }
	if owners, all := who.Owners(); !all {
		also("d.owner_id IN ?", owners)
	}
	if f.ID != uuid.Nil {
		also("f.id = ?", f.ID)
	}
	if f.State != "" {
		also("f.state = ?", f.State)
	}
	if f.Kind != "" {
		also("f.kind = ?", f.Kind)
	}
	if f.NoteID != nil {
		also("f.delivery_note_id = ?", *f.NoteID)
	}
	var after uuid.UUID
	found, err := page.After(&after)
	if err != nil {
		return nil, "", err
	}
	if found {
		also("f.id < ?", after)
	}
	var rows []Conflict
	if err := tx.Raw(conflictSelect+" WHERE "+where+" ORDER BY f.id DESC LIMIT ?", append(args, page.Limit+1)...).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(c Conflict) any { return c.ID })
}

// lockConflict locks a conflict and returns how far it is booked.
func lockConflict(tx pg.Tx, id uuid.UUID) (booking string, version int64, err error) {
	err = pg.ScanRow(tx, []any{&booking, &version}, `SELECT booking, version FROM gate_conflicts WHERE id = ? FOR UPDATE`, id)
	return booking, version, err
}

func insertConflicts(tx pg.Tx, all []Conflict) error {
	if len(all) == 0 {
		return nil
	}
	tx.DB = tx.Select("ID", "GateCheckID", "Kind", "DeliveryNoteID", "Booking", "DetailEN", "DetailZH", "State", "OpenedAt", "Resolution", "Version")
	return pg.Insert(tx, &all)
}

// passesOf returns the passes of a notice by their delivery notes.
func passesOf(tx pg.Tx, notice uuid.UUID) (map[uuid.UUID]delivery.GatePass, error) {
	var rows []delivery.GatePass
	err := tx.Where("notice_id = ?", notice).Find(&rows).Error
	of := make(map[uuid.UUID]delivery.GatePass, len(rows))
	for _, p := range rows {
		of[p.DeliveryNoteID] = p
	}
	return of, err
}

// passesLetOut returns those of the passes with which a guard or a phone has let something out.
func passesLetOut(tx pg.Tx, passes []uuid.UUID) (map[uuid.UUID]bool, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT DISTINCT gate_pass_id FROM gate_checks WHERE gate_pass_id = ANY (?::uuid[])
		AND (device_decision = 'let_out' OR device_decision IS NULL AND outcome = 'passed')`, pg.IDs(passes)).Scan(&ids).Error
	of := make(map[uuid.UUID]bool, len(ids))
	for _, id := range ids {
		of[id] = true
	}
	return of, err
}

// failedLots returns since when those of the notes that hold goods of a failed lot do (SHP-16).
func failedLots(tx pg.Tx, notes []uuid.UUID) (map[uuid.UUID]time.Time, error) {
	var rows []struct {
		DeliveryNoteID uuid.UUID
		Since          time.Time
	}
	err := tx.Raw(`SELECT m.delivery_note_id, min(r.recorded_at) AS since FROM stock_movements m JOIN stock_lots l ON l.id = m.lot_id AND l.inspection = 'failed'
		JOIN inspection_reports r ON r.lot_id = l.id AND r.result = 'failed'
		WHERE m.delivery_note_id = ANY (?::uuid[]) AND m.kind = 'shipment' GROUP BY 1`, pg.IDs(notes)).Scan(&rows).Error
	of := make(map[uuid.UUID]time.Time, len(rows))
	for _, r := range rows {
		of[r.DeliveryNoteID] = r.Since
	}
	return of, err
}
