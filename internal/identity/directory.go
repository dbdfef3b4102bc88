package identity

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Take reads one person, active or not. Returns errs.ErrNotFound.
func Take(tx pg.Tx, id uuid.UUID) (User, error) { return pg.Take[User](tx, "id = ?", id) }

// Names returns the names of people and machine clients by id, for showing who did what; ids that are nobody's are left
// out. One statement.
func Names(tx pg.Tx, ids ...uuid.UUID) (map[uuid.UUID]string, error) {
	names := make(map[uuid.UUID]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	var rows []struct {
		ID   uuid.UUID
		Name string
	}
	err := tx.Raw(`SELECT id, name FROM users WHERE id IN ? UNION ALL SELECT id, name FROM machine_clients WHERE id IN ?`,
		ids, ids).Scan(&rows).Error
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, err
}

// Holders returns the active people who hold the role, sorted by id; of one department when that is given. The
// approval engine asks it whom a stage's tasks go to.
func Holders(tx pg.Tx, role Role, department *uuid.UUID) ([]User, error) {
	q := tx.Where("active AND roles @> ?", Roles{role})
	if department != nil {
		q = q.Where("department_id = ?", *department)
	}
	var people []User
	return people, q.Order("id").Find(&people).Error
}

// Assistants returns the active assistants of the teams in which these people are, by person. One statement.
func Assistants(tx pg.Tx, people ...uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	var rows []struct{ Person, Assistant uuid.UUID }
	err := tx.Raw(`SELECT o.id AS person, a.id AS assistant FROM users o JOIN users a ON a.team_id = o.team_id
		WHERE o.id IN ? AND a.active AND a.id <> o.id AND a.roles @> ARRAY[?]::text[] ORDER BY a.id`, people, SalesAssistant).Scan(&rows).Error
	found := map[uuid.UUID][]uuid.UUID{}
	for _, r := range rows {
		found[r.Person] = append(found[r.Person], r.Assistant)
	}
	return found, err
}

// Head returns the head of a department, nil when it has none.
func Head(tx pg.Tx, department uuid.UUID) (*uuid.UUID, error) {
	d, err := pg.Take[Department](tx, "id = ?", department)
	return d.HeadID, err
}

// LoadUser returns the principal of an active person, with what they may see (ORG-06), without a session: for jobs,
// seeding and tests that act as somebody. Returns errs.ErrNotFound for nobody and for the deactivated.
func LoadUser(tx pg.Tx, id uuid.UUID) (Principal, error) {
	u, err := pg.Take[User](tx, "id = ? AND active", id)
	if err != nil {
		return Principal{}, err
	}
	return principalOf(tx, u)
}

// LoadUsername is LoadUser by user name.
func LoadUsername(tx pg.Tx, username string) (Principal, error) {
	u, err := pg.Take[User](tx, "username = ? AND active", canonicalUsername(username))
	if err != nil {
		return Principal{}, err
	}
	return principalOf(tx, u)
}

// LoadMachine returns the principal of an active machine client with all its scopes. Returns errs.ErrNotFound.
func LoadMachine(tx pg.Tx, id uuid.UUID) (Principal, error) {
	m, err := pg.Take[MachineClient](tx, "id = ? AND active", id)
	if err != nil {
		return Principal{}, err
	}
	return m.principal(m.Scopes), nil
}

// seesAll are the roles whose tasks are not bound to a customer's owner: the general manager and the auditor see all,
// finance, factory, warehouse and gate see what their permissions show them, of every owner (ORG-06). Which fields
// they see is the modules' business.
var seesAll = []Role{
	GeneralManager, Auditor, Admin, FinanceClerk, FinanceManager, ProductionManager, Purchasing, QualityManager,
	WarehouseKeeper, GateGuard, PriceCommittee,
}

// principalOf adds to the person whose documents they see, ORG-06.
func principalOf(tx pg.Tx, u User) (Principal, error) {
	p := Principal{
		ID: u.ID, Kind: KindUser, Name: u.Name, Roles: u.Roles, DepartmentID: u.DepartmentID, TeamID: u.TeamID,
		Locale: u.Locale, MustChangePassword: u.MustChangePassword,
	}
	if p.all = u.Has(seesAll...); p.all {
		return p, nil
	}
	owners, err := ownersSeenBy(tx, u)
	p.owners = owners
	return p, err
}

// ownersSeenBy reads the people whose documents this person sees, in one statement: own, always; the members of the
// teams they lead, and of their own team for supervisors and assistants, who work for the whole team; the department
// for managers, directors and the department's head. Deactivated colleagues count: their documents remain.
func ownersSeenBy(tx pg.Tx, u User) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT CAST(@id AS uuid)
		UNION SELECT m.id FROM users m JOIN teams t ON t.id = m.team_id WHERE t.leader_id = @id
		UNION SELECT id FROM users WHERE @of_team AND team_id = @team
		UNION SELECT id FROM users WHERE @of_department AND department_id = @department
		UNION SELECT m.id FROM users m JOIN departments d ON d.id = m.department_id WHERE d.head_id = @id`,
		map[string]any{
			"id": u.ID, "team": u.TeamID, "department": u.DepartmentID,
			"of_team":       u.Has(SalesSupervisor, SalesAssistant),
			"of_department": u.Has(SalesManager, SalesDirector),
		}).Scan(&ids).Error
	return ids, err
}

// SellersByUsername returns the active people in sales by user name, for files that name owners so.
func SellersByUsername(tx pg.Tx) (map[string]uuid.UUID, error) {
	var people []User
	if err := tx.Where("active").Find(&people).Error; err != nil {
		return nil, err
	}
	found := make(map[string]uuid.UUID, len(people))
	for _, u := range people {
		if Sells(u.Roles) {
			found[u.Username] = u.ID
		}
	}
	return found, nil
}

// TeamsOf returns the team of each of these people who is in one. One statement.
func TeamsOf(tx pg.Tx, ids []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	var rows []struct{ ID, TeamID uuid.UUID }
	err := tx.Raw(`SELECT id, team_id FROM users WHERE id IN ? AND team_id IS NOT NULL`, ids).Scan(&rows).Error
	found := make(map[uuid.UUID]uuid.UUID, len(rows))
	for _, r := range rows {
		found[r.ID] = r.TeamID
	}
	return found, err
}

// TeamNames returns the names of teams by their ids. One statement.
func TeamNames(tx pg.Tx, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	var rows []Team
	err := tx.Select("id", "name").Where("id IN ?", ids).Find(&rows).Error
	found := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		found[r.ID] = r.Name
	}
	return found, err
}
