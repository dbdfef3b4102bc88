package approval

import (
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func versionHeads(tx pg.Tx) ([]head, error) {
	var list []head
	return list, tx.Raw(`SELECT version, id, effective_at FROM authority_matrix_versions ORDER BY version DESC`).Scan(&list).Error
}

// versionChain returns the version in force and those saved after it, which wait for their time, in the order in which
// they were saved.
func versionChain(tx pg.Tx) ([]Version, error) {
	var rows []Version
	return rows, tx.Where(`version >= (SELECT max(version) FROM authority_matrix_versions WHERE effective_at <= ?)`, tx.Now).
		Order("version").Find(&rows).Error
}

// lockVersions keeps everybody else from saving a version until the transaction ends.
func lockVersions(tx pg.Tx) error {
	_, err := pg.Exec(tx, `LOCK TABLE authority_matrix_versions IN SHARE ROW EXCLUSIVE MODE`)
	return err
}

func versionPage(tx pg.Tx, p pg.Page) ([]Version, error) {
	q := tx.Order("version DESC").Limit(p.Limit + 1)
	var last int64
	found, err := p.After(&last)
	if err != nil {
		return nil, err
	}
	if found {
		q = q.Where("version < ?", last)
	}
	var rows []Version
	return rows, q.Find(&rows).Error
}

// readStaffing reads which roles are held in which departments by active people other than the submitter.
func readStaffing(tx pg.Tx, except uuid.UUID) (staffing, error) {
	var rows []struct {
		Role         identity.Role
		DepartmentID *uuid.UUID
	}
	err := tx.Raw(`SELECT DISTINCT unnest(roles) AS role, department_id FROM users WHERE active AND id <> ?`, except).Scan(&rows).Error
	s := staffing{}
	for _, r := range rows {
		department := uuid.Nil
		if r.DepartmentID != nil {
			department = *r.DepartmentID
		}
		s[r.Role] = append(s[r.Role], department)
	}
	return s, err
}

// readSuperiors reads the submitter's team leader and department head, when a stage asks for one of them.
func readSuperiors(tx pg.Tx, who identity.Principal, stages []Stage) (map[string]uuid.UUID, error) {
	found := map[string]uuid.UUID{}
	needed := false
	for _, st := range stages {
		for _, h := range st.Who {
			needed = needed || h.Position != ""
		}
	}
	if !needed {
		return found, nil
	}
	var rows []struct {
		Position string
		ID       uuid.UUID
	}
	err := tx.Raw(`SELECT @leader AS position, u.id FROM teams t JOIN users u ON u.id = t.leader_id AND u.active WHERE t.id = @team
		UNION ALL SELECT @head, u.id FROM departments d JOIN users u ON u.id = d.head_id AND u.active WHERE d.id = @department`,
		map[string]any{"leader": TeamLeader, "head": DepartmentHead, "team": who.TeamID, "department": who.DepartmentID}).Scan(&rows).Error
	for _, r := range rows {
		found[r.Position] = r.ID
	}
	return found, err
}

// insertRequest writes a request and, when it is pending, its first tasks.
func insertRequest(tx pg.Tx, r *Request, facts, route string) error {
	_, err := pg.Exec(tx, `INSERT INTO approval_requests (id, matter, subject_type, subject_id, number, title_en, title_zh,
			submitted_by, submitter_kind, submitter_roles, department_id, team_id, submitted_at, matrix_version, facts, route,
			content, content_hash, state, step, closed_at, close_reason, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 1)`,
		r.ID, r.Matter, r.SubjectType, r.SubjectID, r.Number, r.TitleEN, r.TitleZH,
		r.SubmittedBy, r.SubmitterKind, r.SubmitterRoles, r.DepartmentID, r.TeamID, r.SubmittedAt, r.MatrixVersion, facts, route,
		r.Content, r.ContentHash, r.State, r.Step, r.ClosedAt)
	return err
}

// lockRequest is the first lock of every transaction about a request.
func lockRequest(tx pg.Tx, id uuid.UUID) (Request, error) {
	return pg.TakeForUpdate[Request](tx, "id = ?", id)
}

// lockOpen locks the pending and approved requests about a subject, in id order.
func lockOpen(tx pg.Tx, subjectType string, subjectID uuid.UUID) ([]Request, error) {
	var rows []Request
	err := tx.Raw(`SELECT * FROM approval_requests WHERE subject_type = ? AND subject_id = ?
		AND state IN ('pending', 'approved') ORDER BY id FOR UPDATE`, subjectType, subjectID).Find(&rows).Error
	return rows, err
}

// advance writes what a verb has made of the locked request and closes the tasks of the step that it leaves, in one
// statement. The version guards it although the row is locked: what isn't locked must not be written.
func advance(tx pg.Tx, r *Request, tasks string) error {
	res := tx.Exec(`WITH closed AS (
			UPDATE approval_tasks SET state = @tasks, closed_at = @now, closed_by = @by
			WHERE request_id = @id AND state = 'open' AND kind <> 'confirm')
		UPDATE approval_requests SET state = @state, step = @step, final_decision_id = @final, closed_at = @closed,
			closed_by = @closer, close_reason = @reason, version = version + 1
		WHERE id = @id AND version = @version`,
		map[string]any{
			"tasks": tasks, "now": tx.Now, "by": tx.By.Actor(), "id": r.ID, "state": r.State, "step": r.Step,
			"final": r.FinalDecisionID, "closed": r.ClosedAt, "closer": r.ClosedBy, "reason": r.CloseReason, "version": r.Version,
		})
	r.Version++
	return pg.One(res)
}

// touch raises the request's version without moving it on, and closes the task of one slot.
func touch(tx pg.Tx, r *Request, slot int) error {
	res := tx.Exec(`WITH closed AS (
			UPDATE approval_tasks SET state = 'done', closed_at = @now, closed_by = @by
			WHERE request_id = @id AND step = @step AND slot = @slot AND state = 'open' AND kind <> 'confirm')
		UPDATE approval_requests SET version = version + 1 WHERE id = @id AND version = @version`,
		map[string]any{"now": tx.Now, "by": tx.By.Actor(), "id": r.ID, "step": r.Step, "slot": slot, "version": r.Version})
	r.Version++
	return pg.One(res)
}

// insertDecision writes the decision without its generated columns.
func insertDecision(tx pg.Tx, d *Decision) error { return pg.Insert(tx, d) }

func decisionsOf(tx pg.Tx, request uuid.UUID) ([]Decision, error) {
	var rows []Decision
	return rows, tx.Where("request_id = ?", request).Order("id").Find(&rows).Error
}

func commentsOf(tx pg.Tx, request uuid.UUID) ([]Comment, error) {
	var rows []Comment
	return rows, tx.Where("request_id = ?", request).Order("id").Find(&rows).Error
}

func verbalsOf(tx pg.Tx, request uuid.UUID) ([]VerbalApproval, error) {
	var rows []VerbalApproval
	return rows, tx.Where("request_id = ?", request).Order("id").Find(&rows).Error
}

// financeReview returns the decision by which the finance manager has let the request of a general manager pass.
func financeReview(tx pg.Tx, r Request) (*uuid.UUID, error) {
	d, err := pg.Take[Decision](tx, "request_id = ? AND role = ? AND outcome = ? AND decided_by <> ?",
		r.ID, identity.FinanceManager, Approve, r.SubmittedBy)
	if err == errs.ErrNotFound { //nolint:errorlint // Take returns it as it is
		return nil, ErrOwn
	}
	return &d.ID, err
}

// asked is the SQL condition that a task (alias t) asks the principal: by name, or by role and department. It names no
// role for machines, which decide nothing.
func asked(who identity.Principal) (cond string, args map[string]any) {
	args = map[string]any{"me": who.ID, "roles": []identity.Role{""}, "department": who.DepartmentID}
	if who.Kind == identity.KindUser && len(who.Roles) > 0 {
		args["roles"] = who.Roles
	}
	return strings.TrimSpace(`
		(t.user_id = @me OR (t.role IN @roles AND (t.department_id IS NULL OR t.department_id = @department)))`), args
}
