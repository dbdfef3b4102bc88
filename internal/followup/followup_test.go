package followup_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

type object = map[string]any

// ask is a task for one person, due in a day.
func ask(e *apitest.Env, who string, about uuid.UUID) followup.Task {
	due := e.DB.Clock().Now().Add(24 * time.Hour)
	return followup.Task{
		Kind: "test.ask", SubjectType: "customer", SubjectID: about, Number: "C-1", TitleEN: "Call", TitleZH: "致电",
		UserID: new(e.People[who]), DueAt: &due, EscalateTo: identity.SalesManager,
	}
}

func open(e *apitest.Env, tasks ...followup.Task) {
	e.Tx(func(tx pg.Tx) error { return followup.Open(tx, tasks...) })
}

func mine(e *apitest.Env, who, query string) apitest.Answer {
	return e.As(who).Get("/v1/me/follow-ups" + query).Want(200)
}

func TestOpenIsIdempotentAndCloseEndsIt(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	about := uuid.New()
	open(e, ask(e, "rep1", about), ask(e, "rep2", about))
	open(e, ask(e, "rep1", about))
	if a := mine(e, "rep1", ""); a.Len("data") != 1 || a.String("data.0.title") != "Call" || a.At("data.0.overdue") != false {
		t.Errorf("%s", a.Body)
	}
	if a := e.As("rep1").With("Accept-Language", "zh-CN").Get("/v1/me/follow-ups?kind=test.ask").Want(200); a.String("data.0.title") != "致电" {
		t.Errorf("%s", a.Body)
	}
	e.Tx(func(tx pg.Tx) error { return followup.Close(tx, "test.ask", "customer", about) })
	for _, who := range []string{"rep1", "rep2"} {
		if mine(e, who, "").Len("data") != 0 || mine(e, who, "?state=closed").Len("data") != 1 {
			t.Errorf("%s still has it", who)
		}
	}
	open(e, ask(e, "rep1", about)) // it may come back
	if mine(e, "rep1", "").Len("data") != 1 {
		t.Error("it can't be opened again")
	}
}

func TestATaskAsksSomebody(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	both, none, untitled := ask(e, "rep1", uuid.New()), ask(e, "rep1", uuid.New()), ask(e, "rep1", uuid.New())
	both.Role, none.UserID, untitled.TitleZH = identity.SalesRep, nil, ""
	for _, task := range []followup.Task{both, none, untitled} {
		err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return followup.Open(tx, task) })
		if _, ours := errs.As(err); err == nil || ours {
			t.Errorf("%+v: %v", task, err)
		}
	}
}

func TestORG06_FollowUpsAreSeenByWhomTheyAsk(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	office := e.Principal("gm").DepartmentID
	toRole := ask(e, "rep1", uuid.New())
	toRole.UserID, toRole.Role = nil, identity.SalesRep
	elsewhere := toRole
	elsewhere.SubjectID, elsewhere.DepartmentID = uuid.New(), office
	open(e, ask(e, "rep1", uuid.New()), toRole, elsewhere)
	for who, want := range map[string]int{"rep1": 2, "rep2": 1, "manager": 0, "gm": 0, "auditor": 0} {
		if got := mine(e, who, "").Len("data"); got != want {
			t.Errorf("%s sees %d, not %d", who, got, want)
		}
	}
	id := mine(e, "rep1", "").String("data.0.id")
	for _, who := range []string{"rep2", "manager", "gm"} {
		e.As(who).Post("/v1/follow-ups/"+id+"/complete", object{"note": "x"}).Want(404)
	}
}

func TestCompleteNeedsANoteUnlessItInforms(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	inform := ask(e, "rep1", uuid.New())
	inform.Inform = true
	open(e, ask(e, "rep1", uuid.New()), inform)
	list := mine(e, "rep1", "")
	do, read := list.String("data.0.id"), list.String("data.1.id")
	rep1 := e.As("rep1")
	for _, note := range []any{object{}, object{"note": "  "}} {
		rep1.Post("/v1/follow-ups/"+do+"/complete", note).WantProblem(422, "follow_up.note_missing")
	}
	rep1.With("If-Match", `"9"`).Post("/v1/follow-ups/"+do+"/complete", object{"note": "called"}).Want(412)
	if a := rep1.With("If-Match", `"1"`).Post("/v1/follow-ups/"+do+"/complete", object{"note": " called "}).Want(200); a.String("note") != "called" || a.String("state") != "done" {
		t.Errorf("%s", a.Body)
	}
	rep1.Post("/v1/follow-ups/"+do+"/complete", object{"note": "again"}).WantProblem(409, "follow_up.closed")
	rep1.Post("/v1/follow-ups/"+read+"/complete", object{}).Want(200)
	if a := mine(e, "rep1", "?state=done"); a.Len("data") != 2 {
		t.Errorf("%s", a.Body)
	}
}

// sweep escalates and returns how many there were.
func sweep(t *testing.T, e *apitest.Env) (n int) {
	t.Helper()
	e.Tx(func(tx pg.Tx) (err error) { n, err = followup.Escalate(tx, 100); return err })
	return n
}

func TestOverdueReachesTheRoleAboveOnce(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	late, inform, nobody := ask(e, "rep1", uuid.New()), ask(e, "rep1", uuid.New()), ask(e, "rep1", uuid.New())
	inform.Inform = true
	nobody.UserID, nobody.Role, nobody.EscalateTo = nil, identity.FinanceClerk, ""
	open(e, late, inform, nobody)
	e.DB.Clock().SetOffset(24*time.Hour - time.Minute)
	if n := sweep(t, e); n != 0 {
		t.Errorf("%d before it is due", n)
	}
	e.DB.Clock().SetOffset(24*time.Hour + time.Minute)
	if n, again := sweep(t, e), sweep(t, e); n != 1 || again != 0 {
		t.Errorf("%d, then %d", n, again)
	}
	up := mine(e, "manager", "?overdue=true")
	if up.Len("data") != 1 || up.String("data.0.escalated_from") == "" || up.At("data.0.department_id") == nil {
		t.Fatalf("%s", up.Body)
	}
	if own := mine(e, "rep1", "?overdue=true"); own.Len("data") != 2 || own.String("data.0.escalated_at") == "" {
		t.Errorf("%s", own.Body)
	}
	// Who does it ends both.
	e.As("manager").Post("/v1/follow-ups/"+up.String("data.0.id")+"/complete", object{"note": "called them myself"}).Want(200)
	if own := mine(e, "rep1", "?state=closed"); own.Len("data") != 1 {
		t.Errorf("%s", own.Body)
	}
}

// A task names whom it reaches when it is past due only with a day on which it is: else it would never reach them.
func TestATaskThatEscalatesHasADeadline(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	timeless := ask(e, "rep1", uuid.New())
	timeless.DueAt = nil
	err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return followup.Open(tx, timeless) })
	if err == nil || !strings.Contains(err.Error(), "test.ask") {
		t.Errorf("opened: %v", err)
	}
	timeless.Within = &clock.Term{From: e.DB.Clock().Now(), Days: 1}
	open(e, timeless)
}

// The rep who does it at last ends the manager's copy.
func TestTheCopyEndsWithTheOriginal(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	open(e, ask(e, "rep1", uuid.New()))
	e.DB.Clock().SetOffset(25 * time.Hour)
	sweep(t, e)
	e.As("rep1").Post("/v1/follow-ups/"+mine(e, "rep1", "").String("data.0.id")+"/complete", object{"note": "done"}).Want(200)
	if mine(e, "manager", "").Len("data") != 0 {
		t.Error("the manager's copy is still open")
	}
}

// What a deactivated person has open reaches somebody at once, due or not, and with no role named the one above theirs.
func TestADeactivatedPersonsFollowUpsReachSomebody(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	timeless := ask(e, "rep1", uuid.New())
	timeless.DueAt, timeless.EscalateTo = nil, ""
	finance := ask(e, "clerk", uuid.New())
	finance.DueAt, finance.EscalateTo = nil, ""
	open(e, timeless, finance)
	if n := sweep(t, e); n != 0 {
		t.Errorf("%d while they are here", n)
	}
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE users SET active = false WHERE username IN ('rep1', 'clerk')").Error
	})
	if n := sweep(t, e); n != 2 {
		t.Errorf("%d", n)
	}
	if mine(e, "manager", "").Len("data") != 1 || mine(e, "finance", "").Len("data") != 1 {
		t.Error("nobody has them")
	}
}

// Ten answers at once: one is kept.
func TestRaceOneCompletes(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	task := ask(e, "rep1", uuid.New())
	task.UserID, task.Role = nil, identity.SalesRep
	open(e, task)
	id := uuid.MustParse(mine(e, "rep1", "").String("data.0.id"))
	who := e.Principal("rep1")
	results := make(chan error, 10)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			results <- e.DB.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error {
				_, err := followup.Complete(tx, who, id, nil, "done")
				return err
			})
		})
	}
	wg.Wait()
	close(results)
	winners := 0
	for err := range results {
		if err == nil {
			winners++
		} else if !errors.Is(err, followup.ErrClosed) {
			t.Error(err)
		}
	}
	if winners != 1 {
		t.Errorf("%d completed it", winners)
	}
}

// A hundred tasks are opened by one statement, read by one, a page at a time.
func TestListIsOneStatementAPage(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	var tasks []followup.Task
	for range 100 {
		tasks = append(tasks, ask(e, "rep1", uuid.New()))
	}
	open(e, tasks...)
	who := e.Principal("rep1")
	seen, cursor := map[uuid.UUID]bool{}, ""
	for {
		ctx, probe := pg.WithProbe(context.Background(), 0)
		err := e.DB.View(ctx, who.Origin("test"), func(tx pg.Tx) error {
			rows, next, err := followup.ListMine(tx, who, followup.Filter{}, pg.Page{Limit: 30, Cursor: cursor})
			for _, f := range rows {
				seen[f.ID] = true
			}
			cursor = next
			return err
		})
		if err != nil || probe.Statements() != 1 {
			t.Fatalf("%d statements: %v", probe.Statements(), err)
		}
		if cursor == "" {
			break
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d of 100", len(seen))
	}
}

func TestDatabaseGuardsFollowUps(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	open(e, ask(e, "rep1", uuid.New()))
	for _, stmt := range []string{
		"UPDATE follow_ups SET role = 'sales_rep'",
		"UPDATE follow_ups SET state = 'done', closed_at = now()", // without a note
		"UPDATE follow_ups SET state = 'closed'",
		"INSERT INTO follow_ups SELECT (jsonb_populate_record(f, jsonb_build_object('id', gen_random_uuid()))).* FROM follow_ups f",
	} {
		if _, err := e.DB.Pool().Exec(context.Background(), stmt); err == nil {
			t.Errorf("%s went through", stmt)
		}
	}
}
