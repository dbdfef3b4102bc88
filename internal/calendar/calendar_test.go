package calendar_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/calendar"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

type object = map[string]any

const days = "/v1/calendar/days/"

// workingDay is the n-th working day after today, without exceptions.
func workingDay(e *apitest.Env, n int) time.Time {
	return clock.Calendar{}.AddWorkingDays(clock.Today(e.DB.Clock().Now()), n)
}

var made atomic.Int64

func iso(d time.Time) string { return d.Format(time.DateOnly) }

// off declares a day off.
func off(e *apitest.Env, d time.Time) apitest.Answer {
	tag := e.As("hr").Get(days + iso(d)).Want(200).ETag()
	return e.As("hr").Put(days+iso(d), tag, object{"working": false, "reason": "厂庆放假"}).Want(200)
}

func restore(e *apitest.Env, d time.Time) {
	e.As("admin").Post(days+iso(d)+"/restore", object{"reason": "计划取消"}).Want(200)
}

func recompute(t *testing.T, e *apitest.Env) {
	t.Helper()
	if err := e.App.RecomputeDeadlines(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// ask opens a follow-up of rep1 within so many working days.
func ask(tx pg.Tx, e *apitest.Env, n int) (uuid.UUID, error) {
	about := uuid.New()
	return about, followup.Open(tx, followup.Task{
		Kind: "test.ask", SubjectType: "customer", SubjectID: about, Number: "C-1", TitleEN: "Call", TitleZH: "致电",
		UserID: new(e.People["rep1"]), Within: &clock.Term{From: tx.Now, Days: n},
	})
}

func dueOf(e *apitest.Env, table, column string, id any) (due time.Time) {
	e.Tx(func(tx pg.Tx) error {
		return tx.Raw("SELECT due_at FROM "+table+" WHERE "+column+" = ? AND state = 'open' LIMIT 1", id).Scan(&due).Error
	})
	return due.UTC()
}

// pending submits something that waits for a decision due in working hours, and returns the request's id.
func pending(e *apitest.Env) (id string) {
	n := uuid.NewString()
	c := e.As("rep1").Post("/v1/customers", object{
		"name": "云岭示例" + n[:8] + "织造有限公司", "status": "active",
		"contacts": []object{{"name": "陈示例", "position": "采购经理", "phone": fmt.Sprintf("139%08d", made.Add(1))}},
	}).Want(201).ID()
	a := e.As("rep1").Post("/v1/credit-limit-requests", object{
		"customer_id": c, "grade": "B", "limit_kind": "amount", "limit_amount": "500000.00", "settlement": "net_days",
		"terms_days": 30, "reasons": "半年无逾期", "monthly_basis": object{"kind": "renowned"},
	}).Want(201)
	e.Tx(func(tx pg.Tx) error {
		return tx.Raw("SELECT id FROM approval_requests WHERE subject_id = ? AND state = 'pending'", a.ID()).Scan(&id).Error
	})
	return id
}

// A holiday that is declared moves what is due, and taking it back moves it back.
func TestAHolidayMovesDeadlinesAndBack(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	var about uuid.UUID
	e.Tx(func(tx pg.Tx) (err error) { about, err = ask(tx, e, 2); return err })
	request := pending(e)
	plain := []time.Time{dueOf(e, "follow_ups", "subject_id", about), dueOf(e, "approval_tasks", "request_id", request)}
	now := e.DB.Clock().Now()
	if !plain[0].Equal(clock.Calendar{}.EndOfWorkingDay(now, 2)) || plain[1].IsZero() {
		t.Fatalf("%v", plain)
	}
	for n := range 6 { // from tomorrow on, so that every deadline of up to three days lies behind one
		off(e, workingDay(e, n+1))
	}
	recompute(t, e)
	if due := dueOf(e, "follow_ups", "subject_id", about); !due.Equal(clock.Calendar{}.EndOfWorkingDay(now, 8)) {
		t.Errorf("follow-up due %s, was %s", due, plain[0])
	}
	if due := dueOf(e, "approval_tasks", "request_id", request); !due.After(plain[1]) && plain[1].After(clock.Calendar{}.EndOfWorkingDay(now, 0)) {
		t.Errorf("task due %s, was %s", due, plain[1])
	}
	for n := range 6 {
		restore(e, workingDay(e, n+1))
	}
	recompute(t, e)
	recompute(t, e) // as often as one likes
	if after := []time.Time{dueOf(e, "follow_ups", "subject_id", about), dueOf(e, "approval_tasks", "request_id", request)}; !after[0].Equal(plain[0]) || !after[1].Equal(plain[1]) {
		t.Errorf("%v, at first %v", after, plain)
	}
}

// The recomputing is queued with the change, and not when the change is only tried.
func TestAChangeQueuesTheRecomputing(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	queued := func() (n int) {
		e.Tx(func(tx pg.Tx) error {
			return tx.Raw("SELECT count(*) FROM river_job WHERE kind = 'recompute_deadlines'").Scan(&n).Error
		})
		return n
	}
	d := workingDay(e, 3)
	a := e.As("hr").Put(days+iso(d)+"?validate_only=true", `"1"`, object{"working": false, "reason": "试算"}).Want(200)
	if a.At("working") != false || queued() != 0 {
		t.Errorf("%s, %d queued", a.Body, queued())
	}
	if a := e.As("rep1").Get(days + iso(d)).Want(200); a.At("working") != true || a.ETag() != `"1"` {
		t.Errorf("%s", a.Body)
	}
	off(e, d)
	if queued() != 1 {
		t.Errorf("%d jobs", queued())
	}
}

// Another server computes by the change in its next transaction.
func TestAChangeCountsOnEveryServerAtOnce(t *testing.T) {
	t.Parallel()
	url := testpg.URL(t)
	e := apitest.On(t, url)
	other, err := app.New(context.Background(), app.Config{DatabaseURL: url, Database: pg.Options{MaxConnections: 4}, Sandbox: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	d := workingDay(e, 2)
	works := func(db *pg.DB) (yes bool) {
		err := db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { yes = tx.Calendar().IsWorkingDay(d); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return yes
	}
	for range 3 {
		if !works(e.DB) || !works(other.DB) {
			t.Fatal("off already")
		}
		off(e, d)
		if works(e.DB) || works(other.DB) {
			t.Fatal("worked still")
		}
		restore(e, d)
	}
}

// What was computed by the calendar before a change is committed before the change, and so found by the recomputing.
func TestNoDeadlineSlipsThroughRace(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	d := workingDay(e, 1)
	var about uuid.UUID
	computed, commit := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		e.Tx(func(tx pg.Tx) (err error) {
			about, err = ask(tx, e, 1)
			close(computed)
			<-commit
			return err
		})
	})
	<-computed
	changed := make(chan struct{})
	wg.Go(func() { off(e, d); close(changed) })
	select {
	case <-changed:
		t.Error("the calendar changed while somebody was computing by it")
	case <-time.After(300 * time.Millisecond):
	}
	close(commit)
	wg.Wait()
	recompute(t, e)
	if due := dueOf(e, "follow_ups", "subject_id", about); !due.Equal(clock.Calendar{}.EndOfWorkingDay(e.DB.Clock().Now(), 2)) {
		t.Errorf("due %s", due)
	}
}

// Decisions and recomputing lock the same requests in the same order: both finish, and nothing decided is asked again.
func TestRecomputingWhileDecidingRace(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	const n = 12
	requests := make([]string, n)
	for i := range requests {
		requests[i] = pending(e)
	}
	off(e, workingDay(e, 1))
	var wg sync.WaitGroup
	var decided sync.Map
	for _, id := range requests {
		wg.Go(func() {
			a := e.As("manager").Post("/v1/approvals/"+id+"/approve", object{})
			decided.Store(id, a.Status)
		})
	}
	for range 4 {
		wg.Go(func() { recompute(t, e) })
	}
	wg.Wait()
	decided.Range(func(id, status any) bool {
		if status != 200 {
			t.Errorf("%v: %v", id, status)
		}
		return true
	})
	recompute(t, e)
	e.Tx(func(tx pg.Tx) error {
		var late int
		err := tx.Raw(`SELECT count(*) FROM approval_tasks WHERE state <> 'open' AND closed_at IS NULL`).Scan(&late).Error
		if late > 0 {
			t.Errorf("%d", late)
		}
		return err
	})
}

func TestWhatMayBeSet(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	hr := e.As("hr")
	today := clock.Today(e.DB.Clock().Now())
	no, yes := object{"working": false, "reason": "停电"}, object{"working": true, "reason": "赶工"}
	hr.Put(days+iso(today.AddDate(0, 0, -1)), `"1"`, no).WantProblem(422, "calendar.day_passed")
	hr.Put(days+iso(today), `"1"`, yes).WantProblem(422, "calendar.day_passed")
	hr.Put(days+iso(today), `"1"`, no).Want(200)
	hr.Post(days+iso(today)+"/restore", object{"reason": "来电"}).WantProblem(422, "calendar.day_passed")
	hr.Put(days+iso(today.AddDate(3, 0, 0)), `"1"`, yes).Want(200)
	hr.Put(days+iso(today.AddDate(3, 0, 1)), `"1"`, yes).WantProblem(422, "calendar.day_far")
	next := iso(today.AddDate(0, 0, 1))
	hr.Put(days+next, "", yes).Want(428)
	hr.Put(days+next, `"7"`, yes).Want(412)
	hr.Put(days+next, `"1"`, object{"working": true, "reason": "  "}).WantProblem(422, "calendar.reason_missing")
	hr.Post(days+next+"/restore", object{"reason": "x"}).WantProblem(409, "calendar.no_exception")
	hr.Put(days+next, `"1"`, yes).Want(200)
	hr.With("If-Match", `"1"`).Post(days+next+"/restore", object{"reason": "x"}).Want(412)
	hr.With("If-Match", `"2"`).Post(days+next+"/restore", object{"reason": "x"}).Want(200)
	hr.Put(days+"2026-02-30", `"1"`, yes).Want(400)
	e.As("rep1").Put(days+next, `"3"`, yes).Want(403)
	h := e.As("rep1").Get("/v1/calendar/history?date=" + next).Want(200)
	if h.Len("data") != 2 || h.At("data.0.working") != nil || h.At("data.1.working") != true || h.String("data.1.set_by_name") != "HR" {
		t.Errorf("%s", h.Body)
	}
	if page := hr.Get("/v1/calendar/history?limit=2").Want(200); page.Len("data") != 2 || page.String("next_cursor") == "" {
		t.Errorf("%s", page.Body)
	}
}

func TestSeveralDaysAtOnce(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	a, b := workingDay(e, 5), workingDay(e, 6)
	day := func(d time.Time, working any, tag string) object {
		return object{"date": iso(d), "working": working, "etag": tag}
	}
	post := func(all ...object) apitest.Answer {
		return e.As("hr").Post("/v1/calendar/days", object{"days": all, "reason": "厂休"})
	}
	post(day(a, false, `"1"`), day(a, true, `"1"`)).WantProblem(422, "calendar.day_twice")
	post(day(a, false, `"1"`), day(b, false, `"4"`)).Want(412)
	if x := e.As("hr").Get(days + iso(a)).Want(200); x.At("working") != true {
		t.Error("half of it was stored")
	}
	if x := post(day(b, false, `"1"`), day(a, false, `"1"`)).Want(200); x.Len("data") != 2 || x.String("data.0.date") != iso(a) {
		t.Errorf("%s", x.Body)
	}
	post(day(a, nil, `"2"`)).Want(200)
	r := e.As("rep1").Get("/v1/calendar?from=" + iso(a) + "&to=" + iso(b)).Want(200)
	if r.At("data.0.working") != true || r.String("data.0.etag") != `"3"` || r.At("data.0.exception") != nil || r.String("data."+fmt.Sprint(r.Len("data")-1)+".why") != "exception" {
		t.Errorf("%s", r.Body)
	}
}

// A year of which the holidays aren't known is Monday to Friday, and the answer says so.
func TestAYearWithoutAnnouncedHolidaysWarns(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	year := e.DB.Clock().Now().Year() + 2
	if clock.HolidaysKnown(year) {
		t.Fatalf("the holidays of %d can't be known yet", year)
	}
	get := func() apitest.Answer {
		return e.As("rep1").Get(fmt.Sprintf("/v1/calendar?from=%d-09-28&to=%d-10-08", year, year)).Want(200)
	}
	a := get()
	if a.Len("warnings") != 1 || a.At("warnings.0.year") != float64(year) || a.At("warnings.0.exceptions") != float64(0) || a.String("warnings.0.message") == "" {
		t.Errorf("%s", a.Body)
	}
	national := time.Date(year, time.October, 1, 0, 0, 0, 0, time.UTC)
	off(e, national)
	if a := get(); a.At("warnings.0.exceptions") != float64(1) {
		t.Errorf("%s", a.Body)
	}
	known := e.As("rep1").Get("/v1/calendar?from=2026-02-13&to=2026-02-16").Want(200)
	if known.Len("warnings") != 0 || known.String("data.1.why") != "make_up" || known.String("data.1.holiday") != "Spring Festival" || known.At("working_days") != float64(2) {
		t.Errorf("%s", known.Body)
	}
	e.As("rep1").Get("/v1/calendar?from=2026-02-13&to=2026-02-12").WantProblem(400, "calendar.bad_range")
	e.As("rep1").Get("/v1/calendar?from=2026-01-01&to=2027-02-05").WantProblem(400, "calendar.bad_range")
	if a := e.As("rep1").Get("/v1/calendar?from=2026-01-01&to=2027-02-04").Want(200); a.Len("data") != 400 {
		t.Errorf("%d days", a.Len("data"))
	}
	if a := e.As("rep1").Get("/v1/calendar").Want(200); a.Len("data") != 62 {
		t.Errorf("%d days", a.Len("data"))
	}
}

func TestDeadlinesAreComputedForClients(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for query, want := range map[string]string{
		"from=2026-02-13T08:30:00Z&working_days=1":  "2026-02-14T09:30:00Z", // to the Saturday that makes up
		"from=2026-02-13T08:30:00Z&working_hours=1": "2026-02-13T09:30:00Z",
		"from=2026-02-14T09:30:00Z&working_hours=1": "2026-02-24T01:30:00Z", // from closing time over Spring Festival
	} {
		if a := e.As("rep1").Get("/v1/calendar/deadline?" + query).Want(200); a.String("due_at") != want {
			t.Errorf("%s: %s", query, a.Body)
		}
	}
	for _, query := range []string{"", "working_days=1&working_hours=1"} {
		e.As("rep1").Get("/v1/calendar/deadline?"+query).WantProblem(400, "calendar.bad_term")
	}
}

// The database guards what the code does.
func TestConstraints(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for want, values := range map[string]string{
		"calendar.day_passed":     "current_date + interval '-2 days', false, 2, 'x', NULL, now()",
		"calendar.reason_missing": "current_date + interval '9 days', false, 2, ' ', NULL, now()",
	} {
		err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
			return tx.Exec("INSERT INTO calendar_days (date, working, version, reason, set_by, set_at) VALUES (" + values + ")").Error
		})
		if ours, ok := errs.As(err); !ok || ours.Code != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	off(e, workingDay(e, 2))
	if err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec("DELETE FROM calendar_changes").Error }); err == nil {
		t.Error("the history can be deleted")
	}
}

// A transaction that couldn't read the calendar doesn't commit, and one that asks twice pays once.
func TestTheCalendarCostsOneStatementAndNeverLies(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	off(e, workingDay(e, 2))
	e.Tx(func(tx pg.Tx) error { tx.Calendar(); return nil }) // reads the exceptions
	ctx, probe := pg.WithProbe(context.Background(), 0)
	err := e.DB.Tx(ctx, pg.System("test"), func(tx pg.Tx) error {
		for range 3 {
			tx.Calendar()
		}
		return nil
	})
	if err != nil || probe.Statements() != 1 {
		t.Errorf("%d statements, %v", probe.Statements(), err)
	}
	ctx, _ = pg.WithProbe(context.Background(), 1)
	for name, run := range map[string]func(context.Context, pg.Origin, func(pg.Tx) error) error{"tx": e.DB.Tx, "view": e.DB.View, "snapshot": e.DB.Snapshot} {
		if err := run(ctx, pg.System("test"), func(tx pg.Tx) error { tx.Calendar(); return nil }); !errors.Is(err, pg.ErrInjected) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if calendar.SubjectID(workingDay(e, 1)) == calendar.SubjectID(workingDay(e, 2)) {
		t.Error("two dates, one subject")
	}
}
