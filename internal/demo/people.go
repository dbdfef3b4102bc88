package demo

import (
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// What everybody logs in with, and the machine client. They are published: a demo is no place for secrets.
const (
	Password     = "demo-only-8848"
	ClientSecret = "sgs_demo-only-not-a-secret-not-a-secret-8848"
)

// ClientID is the machine client of the demo, an ERP.
var ClientID = uuid.MustParse("01932c07-0000-7000-8000-00000000e4b0")

// Person is somebody of the demo company.
type Person struct {
	Username, Name   string
	Role             identity.Role
	Department, Team string
	Leads            string // code of the department or team that they lead
	Phone            string
}

var departments = [][2]string{
	{"OFFICE", "总经理办公室"},
	{"SALES", "销售部"},
	{"FINANCE", "财务部"},
	{"PLANT", "生产部"},
	{"LOGISTICS", "仓储物流部"},
}

var teams = [][3]string{
	{"FILAMENT", "长丝组", "SALES"},
	{"STAPLE", "短纤组", "SALES"},
	{"INDUSTRIAL", "工业丝组", "SALES"},
}

// People returns everybody, the first of each role first among its kind.
func People() ([]Person, error) {
	table, err := rows("people.csv", 7)
	people := make([]Person, len(table))
	for i, r := range table {
		people[i] = Person{r[0], r[1], identity.Role(r[2]), r[3], r[4], r[5], r[6]}
	}
	return people, err
}

// Logins returns one person of each role.
func Logins() ([]Person, error) {
	people, err := People()
	var logins []Person
	seen := map[identity.Role]bool{}
	for _, p := range people {
		if !seen[p.Role] {
			seen[p.Role] = true
			logins = append(logins, p)
		}
	}
	return logins, err
}

// hire creates departments, teams, people and the machine client.
func (c *Company) hire(tx pg.Tx) error {
	who := identity.System()
	department, team := map[string]uuid.UUID{}, map[string]uuid.UUID{}
	for _, d := range departments {
		made, err := c.People.CreateDepartment(tx, who, identity.Place{Code: d[0], Name: d[1]})
		if err != nil {
			return err
		}
		department[d[0]] = made.ID
	}
	for _, t := range teams {
		made, err := c.People.CreateTeam(tx, who, identity.Place{Code: t[0], Name: t[1], DepartmentID: department[t[2]]})
		if err != nil {
			return err
		}
		team[t[0]] = made.ID
	}
	people, err := People()
	if err != nil {
		return err
	}
	for _, p := range people {
		if err := c.hireOne(tx, p, department, team); err != nil {
			return err
		}
	}
	return c.People.BootstrapMachineClient(tx, ClientID, "demo-erp", ClientSecret, erpScopes)
}

func (c *Company) hireOne(tx pg.Tx, p Person, department, team map[string]uuid.UUID) error {
	in := identity.NewUser{Username: p.Username, Name: p.Name, Phone: p.Phone, Roles: []identity.Role{p.Role}, Password: Password}
	if id, ok := department[p.Department]; ok {
		in.DepartmentID = &id
	}
	if id, ok := team[p.Team]; ok {
		in.TeamID = &id
	}
	u, err := c.People.Bootstrap(tx, in)
	if err != nil || p.Leads == "" {
		return err
	}
	lead := identity.PlaceChange{LeaderID: &uuid.NullUUID{UUID: u.ID, Valid: true}}
	if id, ok := team[p.Leads]; ok {
		_, err = c.People.UpdateTeam(tx, identity.System(), id, nil, lead)
		return err
	}
	_, err = c.People.UpdateDepartment(tx, identity.System(), department[p.Leads], nil, lead)
	return err
}

// erpScopes are what an ERP needs: it reads everything that it settles, pushes master data and orders, and keeps the stock with its
// inspection reports (SHP-16).
var erpScopes = strings.Fields(`customer.read customer.write product.read product.write price_list.read price.check credit.read
	order.read order.write order.submit shipment.read dispatch_register.read stock.read
	stock.move stock_movement.read inspection.read inspection.write invoice.read receipt.read statement.read ageing.read event.read timeline.read decision.read`)
