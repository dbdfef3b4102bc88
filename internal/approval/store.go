package approval

import (
	"slices"
	"strings"
	"time"

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
// they were saved. A transaction that began before the one which saved the last version counts as later: that one has happened.
func versionChain(tx pg.Tx) ([]Version, error) {
	var rows []Version
	return rows, tx.Where(`version >= (SELECT max(version) FROM authority_matrix_versions
		WHERE effective_at <= greatest(?, (SELECT max(created_at) FROM authority_matrix_versions)))`, tx.Now).Order("version").Find(&rows).Error
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

// represented excludes users (u) who are away and for whom the submitter himself acts: neither of the two can decide, the
// one isn't there and the other may not (ORG-03, ORG-04).
const represented = `NOT EXISTS (SELECT FROM approval_deputations g WHERE g.absent_id = u.id AND g.deputy_id = @except
	AND g.starts_at <= @now AND g.ends_at > @now)`

// readStaffing reads which roles are held in which departments by active people other than the submitter.
func readStaffing(tx pg.Tx, except uuid.UUID) (staffing, error) {
	var rows []struct {
		Role         identity.Role
		DepartmentID *uuid.UUID
	}
	err := tx.Raw(`SELECT DISTINCT unnest(roles) AS role, department_id FROM users u WHERE active AND id <> @except AND `+represented,
		map[string]any{"except": except, "now": tx.Now}).Scan(&rows).Error
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
	err := tx.Raw(`SELECT @leader AS position, u.id FROM teams t JOIN users u ON u.id = t.leader_id AND u.active AND `+represented+` WHERE t.id = @team
		UNION ALL SELECT @head, u.id FROM departments d JOIN users u ON u.id = d.head_id AND u.active AND `+represented+`
		WHERE d.id = @department`, map[string]any{"except": who.ID, "now": tx.Now, "leader": TeamLeader, "head": DepartmentHead, "team": who.TeamID, "department": who.DepartmentID}).Scan(&rows).Error
	for _, r := range rows {
		found[r.Position] = r.ID
	}
	return found, err
}

// insertRequest writes a request and, when it is pending, its first tasks.
func insertRequest(tx pg.Tx, r *Request, facts, route string) error {
	_, err := pg.Exec(tx, `INSERT INTO approval_requests (id, matter, subject_type, subject_id, number, title_en, title_zh,
			submitted_by, submitter_kind, submitter_roles, department_id, team_id, submitted_at, matrix_version, facts, route,
			content, content_hash, state, step, closed_at, close_reason, version, owner_id, renews)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 1, ?, ?)`,
		r.ID, r.Matter, r.SubjectType, r.SubjectID, r.Number, r.TitleEN, r.TitleZH,
		r.SubmittedBy, r.SubmitterKind, r.SubmitterRoles, r.DepartmentID, r.TeamID, r.SubmittedAt, r.MatrixVersion, facts, route,
		r.Content, r.ContentHash, r.State, r.Step, r.ClosedAt, r.OwnerID, r.Renews)
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

// touch raises the request's version without moving it on, and closes the tasks of one slot, those of its stand-ins too; none when
// slot is -1. The task of the role that an overdue step went to is no slot's alone.
func touch(tx pg.Tx, r *Request, slot int) error {
	res := tx.Exec(`WITH closed AS (
			UPDATE approval_tasks SET state = 'done', closed_at = @now, closed_by = @by
			WHERE request_id = @id AND step = @step AND slot = @slot AND state = 'open' AND kind <> 'confirm'
				AND NOT EXISTS (SELECT FROM approval_escalations e WHERE e.id = escalation_id AND e.reason = 'overdue'))
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

// verbalStates returns how the verbal approvals stand that decisions rest on, by the decision that somebody made.
func verbalStates(tx pg.Tx, decisions []Decision) (map[uuid.UUID]VerbalState, error) {
	states := map[uuid.UUID]VerbalState{}
	var roots []uuid.UUID
	for _, d := range decisions {
		if d.Verbal {
			roots = append(roots, d.root())
		}
	}
	if len(roots) == 0 {
		return states, nil
	}
	var rows []VerbalApproval
	err := tx.Where("decision_id IN ?", roots).Find(&rows).Error
	for _, v := range rows {
		states[v.DecisionID] = v.State
	}
	return states, err
}

func escalationsOf(tx pg.Tx, request uuid.UUID) ([]Escalation, error) {
	var rows []Escalation
	return rows, tx.Where("request_id = ?", request).Order("id").Find(&rows).Error
}

func escalationsAt(tx pg.Tx, request uuid.UUID, step int) ([]Escalation, error) {
	var rows []Escalation
	return rows, tx.Where("request_id = ? AND step = ?", request, step).Order("id").Find(&rows).Error
}

// readVoters returns the people whom the open step asks and who may decide it.
func readVoters(tx pg.Tx, r Request, b ballot) ([]uuid.UUID, error) {
	deciders := slices.Clone(b.step.Deciders)
	for _, e := range b.escalations {
		deciders = append(deciders, e.decider())
	}
	var people []identity.User
	if err := tx.Where("active AND id <> ?", r.SubmittedBy).Find(&people).Error; err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for _, u := range people {
		p := identity.Principal{ID: u.ID, Kind: identity.KindUser, Roles: u.Roles, DepartmentID: u.DepartmentID}
		if slices.ContainsFunc(deciders, func(d Decider) bool { return d.asks(p) }) {
			ids = append(ids, u.ID)
		}
	}
	return ids, nil
}

// peopleAsked returns the active people who hold one of the roles or are named, but for one.
func peopleAsked(tx pg.Tx, except uuid.UUID, roles, named pg.TextArray) ([]identity.User, error) {
	var people []identity.User
	err := tx.Raw(`SELECT id, name, roles, department_id FROM users WHERE active AND id <> ?
		AND (roles && CAST(? AS text[]) OR id = ANY (CAST(? AS uuid[]))) ORDER BY name, id`, except, roles, named).Scan(&people).Error
	return people, err
}

// overdueRequests locks pending requests with a step that is past due and hasn't gone up.
func overdueRequests(tx pg.Tx, limit int) ([]Request, error) {
	var rows []Request
	return rows, tx.Raw(`SELECT * FROM approval_requests WHERE id IN (
			SELECT request_id FROM approval_tasks WHERE state = 'open' AND kind <> 'confirm' AND escalation_id IS NULL
				AND escalated_at IS NULL AND due_at < ? ORDER BY due_at, id LIMIT ?)
		ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`, tx.Now, limit).Find(&rows).Error
}

// vacant is the condition of an open task (t) of a request (r) that asks nobody who is left. The general manager may be
// asked about their own; a company that has none has to appoint one.
const vacant = `t.state = 'open' AND t.kind NOT IN ('confirm', 'meet') AND t.vacated_at IS NULL AND t.role IS DISTINCT FROM 'general_manager' AND NOT EXISTS (
	SELECT FROM users u WHERE u.active AND (u.id = t.user_id
		OR u.roles @> ARRAY[t.role] AND (t.department_id IS NULL OR t.department_id = u.department_id) AND u.id <> r.submitted_by))`

// vacantRequests locks pending requests with a task that asks nobody who is left.
func vacantRequests(tx pg.Tx, limit int) ([]Request, error) {
	var rows []Request
	return rows, tx.Raw(`SELECT * FROM approval_requests WHERE id IN (
			SELECT t.request_id FROM approval_tasks t JOIN approval_requests r ON r.id = t.request_id WHERE `+vacant+` LIMIT ?)
		ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`, limit).Find(&rows).Error
}

// vacantTasks returns the tasks of the locked request's open step that ask nobody who is left.
func vacantTasks(tx pg.Tx, r Request) ([]Task, error) {
	var rows []Task
	return rows, tx.Raw(`SELECT t.* FROM approval_tasks t JOIN approval_requests r ON r.id = t.request_id
		WHERE r.id = ? AND t.step = ? AND `+vacant+` ORDER BY t.slot, t.id`, r.ID, r.Step).Scan(&rows).Error
}

// markEscalated writes when the open tasks of the request's step went up.
func markEscalated(tx pg.Tx, r Request) error {
	return tx.Table("approval_tasks").Where("request_id = ? AND step = ? AND state = 'open' AND kind <> 'confirm' AND escalation_id IS NULL", r.ID, r.Step).
		Update("escalated_at", tx.Now).Error
}

// markVacated writes that the task went to somebody else.
func markVacated(tx pg.Tx, id uuid.UUID) error {
	return pg.One(tx.Exec(`UPDATE approval_tasks SET vacated_at = ? WHERE id = ?`, tx.Now, id))
}

// readRoster reads all active people, team leaders and department heads: what readStaffing and readSuperiors read for one.
func readRoster(tx pg.Tx) (roster, error) {
	r := roster{leaders: map[uuid.UUID]uuid.UUID{}, heads: map[uuid.UUID]uuid.UUID{}, others: map[uuid.UUID]staffing{}}
	if err := tx.Select("id", "roles", "department_id").Where("active").Find(&r.people).Error; err != nil {
		return r, err
	}
	var rows []struct {
		Place, ID uuid.UUID
		Team      bool
	}
	err := tx.Raw(`SELECT t.id AS place, u.id, true AS team FROM teams t JOIN users u ON u.id = t.leader_id AND u.active
		UNION ALL SELECT d.id, u.id, false FROM departments d JOIN users u ON u.id = d.head_id AND u.active`).Scan(&rows).Error
	for _, row := range rows {
		if row.Team {
			r.leaders[row.Place] = row.ID
		} else {
			r.heads[row.Place] = row.ID
		}
	}
	return r, err
}

// withDeadlines locks requests that are pending or have a verbal approval to be confirmed.
func withDeadlines(tx pg.Tx, after uuid.UUID, n int) (rows []Request, err error) {
	return rows, tx.Raw(`SELECT * FROM approval_requests WHERE id IN (
			(SELECT id FROM approval_requests WHERE state = 'pending' AND id > @after ORDER BY id LIMIT @n)
			UNION (SELECT request_id FROM verbal_approvals WHERE state = 'open' AND request_id > @after ORDER BY request_id LIMIT @n)
			ORDER BY 1 LIMIT @n)
		ORDER BY id FOR NO KEY UPDATE`, map[string]any{"after": after, "n": n}).Find(&rows).Error
}

// tasksDue returns the open tasks of locked requests that have a deadline, without the confirmations of verbal approvals.
func tasksDue(tx pg.Tx, requests []uuid.UUID) (rows []Task, err error) {
	return rows, tx.Where("request_id IN ? AND state = 'open' AND kind <> 'confirm' AND due_at IS NOT NULL", requests).Find(&rows).Error
}

func moveTasks(tx pg.Tx, due map[uuid.UUID]time.Time) error {
	if len(due) == 0 {
		return nil
	}
	ids, at := pg.Columns(due)
	return tx.Exec(`UPDATE approval_tasks t SET due_at = m.due_at FROM unnest(?::uuid[], ?::timestamptz[]) AS m (id, due_at)
		WHERE t.id = m.id AND t.state = 'open'`, ids, at).Error
}

func openVerbals(tx pg.Tx, requests []uuid.UUID) (rows []VerbalApproval, err error) {
	return rows, tx.Raw(`SELECT * FROM verbal_approvals WHERE request_id IN ? AND state = 'open' ORDER BY id FOR NO KEY UPDATE`, requests).Scan(&rows).Error
}

// moveVerbals moves what is to be confirmed and the task that asks for it.
func moveVerbals(tx pg.Tx, due map[uuid.UUID]time.Time) error {
	if len(due) == 0 {
		return nil
	}
	ids, at := pg.Columns(due)
	return tx.Exec(`WITH moved AS (
			UPDATE verbal_approvals v SET confirm_by = m.due_at, version = v.version + 1
			FROM unnest(?::uuid[], ?::timestamptz[]) AS m (id, due_at) WHERE v.id = m.id RETURNING v.id, v.confirm_by)
		UPDATE approval_tasks t SET due_at = moved.confirm_by FROM moved WHERE t.verbal_id = moved.id AND t.state = 'open'`, ids, at).Error
}
