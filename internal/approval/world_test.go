package approval_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/testpg"
)

// world is a company with one person for each role, an engine, and a subject that remembers what it is told.
type world struct {
	t      testing.TB
	db     *pg.DB
	s      *approval.Service
	told   *subject
	sales  uuid.UUID // the departments
	office uuid.UUID
}

// subject is a module that submits orders and notices.
type subject struct {
	mu     sync.Mutex
	states []approval.State
	denied int
	fail   error
}

func (s *subject) ApprovalDecided(_ pg.Tx, r approval.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states = append(s.states, r.State)
	return s.fail
}

func (s *subject) VerbalApprovalDenied(pg.Tx, approval.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.denied++
	return nil
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, db: testpg.New(t), s: approval.New(rulebook.New()), told: &subject{}}
	for _, m := range approval.Matters {
		w.s.Register(m.Name, w.told)
	}
	w.sales, w.office = w.department("SALES"), w.department("OFFICE")
	return w
}

// tx runs fn in a transaction as the principal.
func (w *world) tx(who identity.Principal, fn func(pg.Tx) error) error {
	return w.db.Tx(context.Background(), who.Origin("test"), fn)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) error {
	return w.tx(identity.System(), func(tx pg.Tx) error { return tx.Exec(sql, args...).Error })
}

func (w *world) department(code string) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.must(w.exec(`INSERT INTO departments (id, code, name, active, created_at, version) VALUES (?, ?, ?, true, now(), 1)`, id, code, code))
	return id
}

// person adds somebody to a department and returns them as they log in.
func (w *world) person(department uuid.UUID, roles ...identity.Role) identity.Principal {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.must(w.exec(`INSERT INTO users (id, username, name, phone, roles, department_id, active, locale, must_change_password,
			password_hash, token_epoch, created_at, version)
		VALUES (?, ?, 'A', '', ?, ?, true, 'en', false, '', 0, now(), 1)`, id, "u"+id.String()[20:], identity.Roles(roles), department))
	return w.principal(id)
}

func (w *world) principal(id uuid.UUID) identity.Principal {
	w.t.Helper()
	var p identity.Principal
	w.must(w.db.View(context.Background(), pg.System("test"), func(tx pg.Tx) (err error) {
		p, err = identity.LoadUser(tx, id)
		return err
	}))
	return p
}

// staff is one person for each role that the default matrix asks.
type staff struct {
	rep, supervisor, manager, director, clerk, finance, committee, gm, auditor, gate identity.Principal
}

func (w *world) staff() staff {
	return staff{
		rep: w.person(w.sales, identity.SalesRep), supervisor: w.person(w.sales, identity.SalesSupervisor),
		manager: w.person(w.sales, identity.SalesManager), director: w.person(w.sales, identity.SalesDirector),
		clerk: w.person(w.office, identity.FinanceClerk), finance: w.person(w.office, identity.FinanceManager),
		committee: w.person(w.office, identity.PriceCommittee), gm: w.person(w.office, identity.GeneralManager),
		auditor: w.person(w.office, identity.Auditor), gate: w.person(w.office, identity.GateGuard),
	}
}

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

// with returns a copy of facts with some changed: name, value pairs. A nil value leaves the fact out.
func with(facts map[string]any, pairs ...any) map[string]any {
	c := map[string]any{}
	maps.Copy(c, facts)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == nil {
			delete(c, pairs[i].(string))
		} else {
			c[pairs[i].(string)] = pairs[i+1]
		}
	}
	return c
}

func orderFacts(pairs ...any) map[string]any {
	return with(map[string]any{
		"total": dec("100"), "currency": "CNY", "within_submitter_authority": true, "required_role": "",
		"department_authority": true, "special_terms": false,
	}, pairs...)
}

func noticeFacts(pairs ...any) map[string]any {
	return with(map[string]any{
		"flow": "credit", "over_limit": false, "overdue_amount": dec("0.00"), "new_customer_over": false,
	}, pairs...)
}

// submit submits a new document of the matter.
func (w *world) submit(who identity.Principal, matter string, facts map[string]any) (approval.Request, error) {
	var r approval.Request
	err := w.tx(who, func(tx pg.Tx) (err error) {
		r, err = w.s.Submit(tx, who, approval.Submission{
			Matter: matter, SubjectType: "order", SubjectID: uuid.Must(uuid.NewV7()), Number: "SO-1",
			TitleEN: "Order SO-1", TitleZH: "订单 SO-1", Facts: facts, Content: approval.ContentHash(map[string]int{"lines": 3}),
		})
		return err
	})
	return r, err
}

func (w *world) submitted(who identity.Principal, matter string, facts map[string]any) approval.Request {
	w.t.Helper()
	r, err := w.submit(who, matter, facts)
	w.must(err)
	return r
}

// do carries out a verb.
func (w *world) do(who identity.Principal, id uuid.UUID, verb approval.Verb, v approval.Verdict) (approval.Request, error) {
	var r approval.Request
	err := w.tx(who, func(tx pg.Tx) (err error) {
		switch verb {
		case approval.Approve:
			r, err = w.s.ApproveRequest(tx, who, id, v)
		case approval.Reject:
			r, err = w.s.RejectRequest(tx, who, id, v)
		case approval.Return:
			r, err = w.s.ReturnRequest(tx, who, id, v)
		case approval.Withdraw:
			r, err = w.s.WithdrawRequest(tx, who, id, v)
		}
		return err
	})
	return r, err
}

func (w *world) approve(who identity.Principal, r approval.Request) approval.Request {
	w.t.Helper()
	r, err := w.do(who, r.ID, approval.Approve, approval.Verdict{})
	w.must(err)
	return r
}

func (w *world) dossier(who identity.Principal, id uuid.UUID) approval.Dossier {
	w.t.Helper()
	var d approval.Dossier
	w.must(w.db.View(context.Background(), who.Origin("test"), func(tx pg.Tx) (err error) {
		d, err = w.s.GetApproval(tx, who, id)
		return err
	}))
	return d
}

func (w *world) tasks(who identity.Principal) []approval.MyTask {
	w.t.Helper()
	var rows []approval.MyTask
	w.must(w.db.View(context.Background(), who.Origin("test"), func(tx pg.Tx) (err error) {
		rows, _, err = w.s.ListMyTasks(tx, who, approval.TaskFilter{}, pg.Page{Limit: 50})
		return err
	}))
	return rows
}

// asked reports whether a task about the request is on the list of this person.
func (w *world) asked(who identity.Principal, r approval.Request) bool {
	w.t.Helper()
	return slices.ContainsFunc(w.tasks(who), func(t approval.MyTask) bool { return t.RequestID == r.ID })
}

// stages returns the roles that a route asks, step by step.
func stages(r approval.Request) string {
	text := ""
	for i, st := range r.Route {
		if i > 0 {
			text += " → "
		}
		for j, d := range st.Deciders {
			if j > 0 {
				text += "+"
			}
			text += string(d.Role)
		}
	}
	return text
}

func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	var n int
	w.must(w.db.View(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Raw(query, args...).Scan(&n).Error }))
	return n
}

// wants fails unless err is of the code.
func wants(t testing.TB, what string, err error, def *errs.Def) {
	t.Helper()
	e, ok := errs.As(err)
	if !ok || e.Def != def {
		t.Errorf("%s: got %v, want %s", what, err, def.Code)
	}
}
