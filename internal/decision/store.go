package decision

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Record stores the decision within the caller's transaction. It gives it an id and the time, and the caller of the
// transaction as the one who decided, unless the gate has named one.
func Record(tx pg.Tx, d *Decision) error {
	if d.ID == uuid.Nil {
		d.ID = uuid.Must(uuid.NewV7())
	}
	d.At = tx.Now
	if d.DecidedBy == nil {
		d.DecidedBy = tx.By.Actor()
	}
	if d.Checks == nil {
		d.Checks = []Check{}
	}
	checks, err := json.Marshal(d.Checks)
	if err != nil {
		return err
	}
	inputs, err := d.inputs()
	if err != nil {
		return err
	}
	_, err = pg.Exec(tx, `INSERT INTO decisions (id, gate, subject_type, subject_id, outcome, checks, matter, matrix_version, approval_id, decided_by, at, inputs)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, d.Gate, d.SubjectType, d.SubjectID, d.Outcome, string(checks), d.Matter, d.MatrixVersion, d.ApprovalID, d.DecidedBy, d.At, inputs)
	return err
}

func (d *Decision) inputs() (*string, error) {
	if d.Inputs == nil {
		return nil, nil
	}
	b, err := json.Marshal(d.Inputs)
	text := string(b)
	return &text, err
}

// InputsOf returns what a gate judged a subject by when it asked for an approval, nil when that isn't stored.
func InputsOf(tx pg.Tx, subjectType string, subjectID, approvalID uuid.UUID) (json.RawMessage, error) {
	var rows []string
	err := tx.Raw(`SELECT inputs::text FROM decisions WHERE subject_type = ? AND subject_id = ? AND approval_id = ? AND inputs IS NOT NULL
		ORDER BY id DESC LIMIT 1`, subjectType, subjectID, approvalID).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return json.RawMessage(rows[0]), nil
}

// List returns the decisions about a subject, the first one first.
func List(tx pg.Tx, subjectType string, subjectID uuid.UUID) ([]Decision, error) {
	var rows []Decision
	err := tx.Where("subject_type = ? AND subject_id = ?", subjectType, subjectID).Order("id").Find(&rows).Error
	return rows, err
}
