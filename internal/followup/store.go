package followup

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// insertBatch keeps a statement below PostgreSQL's 65,535 arguments.
const insertBatch = 1000

// insert opens those that aren't open already.
func insert(tx pg.Tx, rows []FollowUp) error {
	if len(rows) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&rows, insertBatch).Error
}

// lock reads a follow-up for changing it.
func lock(tx pg.Tx, id uuid.UUID, version *int64) (FollowUp, error) {
	f, err := pg.TakeForUpdate[FollowUp](tx, "id = ?", id)
	if err == nil && version != nil && *version != f.Version {
		err = errs.ErrStale
	}
	return f, err
}

// closeTwin ends the copies of a follow-up, or what it is a copy of.
func closeTwin(tx pg.Tx, f FollowUp) error {
	return tx.Exec(`UPDATE follow_ups SET state = ?, closed_at = ?, closed_by = ?, version = version + 1
		WHERE (escalated_from = ? OR id = ?) AND state = ?`,
		Closed, tx.Now, f.ClosedBy, f.ID, f.EscalatedFrom, Opened).Error
}

// mine is the condition of a follow-up (f) that asks the principal.
func mine(who identity.Principal) (cond string, args map[string]any) {
	args = map[string]any{"me": uuid.Nil, "roles": []identity.Role{""}, "department": who.DepartmentID}
	if who.Kind == identity.KindUser {
		args["me"] = who.ID
		args["roles"] = append([]identity.Role{""}, who.Roles...)
	}
	return "(f.user_id = @me OR f.role IN @roles AND (f.department_id IS NULL OR f.department_id = @department))", args
}

// late locks at most n open follow-ups that have to reach somebody else: past due, or a deactivated person's.
func late(tx pg.Tx, n int) (rows []FollowUp, err error) {
	err = tx.Raw(`SELECT f.* FROM follow_ups f WHERE f.id IN (
			SELECT id FROM follow_ups WHERE state = 'open' AND NOT inform AND escalated_at IS NULL AND due_at < ?
				AND (escalate_to IS NOT NULL OR user_id IS NOT NULL)
			UNION
			SELECT f.id FROM follow_ups f JOIN users u ON u.id = f.user_id
			WHERE NOT u.active AND f.state = 'open' AND NOT f.inform AND f.escalated_at IS NULL
			LIMIT ?) AND f.state = 'open' AND f.escalated_at IS NULL ORDER BY f.id FOR NO KEY UPDATE SKIP LOCKED`, tx.Now, n).Scan(&rows).Error
	return rows, err
}

func markEscalated(tx pg.Tx, rows []FollowUp) error {
	ids := make([]uuid.UUID, len(rows))
	for i, f := range rows {
		ids[i] = f.ID
	}
	return tx.Exec("UPDATE follow_ups SET escalated_at = ?, version = version + 1 WHERE id IN ?", tx.Now, ids).Error
}

// held reports which of the department's active people hold the role.
func held(tx pg.Tx, role identity.Role, department uuid.UUID) (yes bool, err error) {
	err = tx.Raw("SELECT EXISTS (SELECT FROM users WHERE active AND department_id = ? AND roles @> ARRAY[?]::text[])", department, role).Scan(&yes).Error
	return yes, err
}

// inWorkingTime locks open follow-ups that are due in working time.
func inWorkingTime(tx pg.Tx, after uuid.UUID, n int) (rows []FollowUp, err error) {
	return rows, tx.Raw(`SELECT * FROM follow_ups WHERE state = 'open' AND due_from IS NOT NULL AND id > ? ORDER BY id LIMIT ?
		FOR NO KEY UPDATE`, after, n).Scan(&rows).Error
}

func moveDue(tx pg.Tx, due map[uuid.UUID]time.Time) error {
	if len(due) == 0 {
		return nil
	}
	ids, at := pg.Columns(due)
	return tx.Exec(`UPDATE follow_ups f SET due_at = m.due_at, version = f.version + 1
		FROM unnest(?::uuid[], ?::timestamptz[]) AS m (id, due_at) WHERE f.id = m.id`, ids, at).Error
}
