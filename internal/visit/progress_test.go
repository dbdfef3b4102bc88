package visit_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/visit"
)

type world struct {
	*apitest.Env
	t      *testing.T
	visits *visit.Service
	made   int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{Env: apitest.New(t), t: t, visits: visit.New(rulebook.New())}
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

func (w *world) exec(query string, args ...any) error {
	return w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(query, args...).Error })
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// customer makes a customer of a person who has had it since a day.
func (w *world) customer(owner, since string) uuid.UUID {
	w.made++
	id := uuid.Must(uuid.NewV7())
	name := fmt.Sprintf("云岭示例第%d有限公司", w.made)
	w.must(w.exec(`INSERT INTO customers (id, code, name, name_key, name_grams, industry, region, remarks, status, owner_id, owned_at, created_at,
			updated_at, version) VALUES (?, ?, ?, ?, '{}', '', '', '', 'active', ?, ?, ?, ?, 1)`,
		id, name, name, name, w.People[owner], day(since), day(since), day(since)))
	return id
}

// visited makes n visits of a person on a day.
func (w *world) visited(rep, on string, customer uuid.UUID, n int, late bool) {
	for range n {
		w.must(w.exec(`INSERT INTO visits (id, rep_id, customer_id, state, visited_on, visited_at, report, report_hash, report_written_at, reported_at,
				late, created_at, updated_at, version)
			VALUES (?, ?, ?, 'done', ?, now(), '{"result": "done"}', '\x00', now(), now(), ?, now(), now(), 1)`,
			uuid.Must(uuid.NewV7()), w.People[rep], customer, day(on), late))
	}
}

func (w *world) progress(who string, q visit.Question) map[uuid.UUID]visit.Line {
	w.t.Helper()
	p := w.Principal(who)
	lines := map[uuid.UUID]visit.Line{}
	w.must(w.DB.View(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		got, err := w.visits.Progress(tx, p, q, pg.Page{Limit: 50})
		for _, l := range got.Lines {
			lines[l.ID] = l
		}
		return err
	}))
	return lines
}

// The week from Monday 2 to Sunday 8 November 2026: one below the quota, at it, and one above.
func TestCUS10_AWeeksVisitsAgainstTheQuota(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.customer("rep1", "2026-10-01")
	rep := w.People["rep1"]
	week := visit.Question{Scope: visit.ByRep, Period: visit.Week, Day: day("2026-11-04")}
	unmet := week
	unmet.Unmet = true
	w.visited("rep1", "2026-11-01", c, 1, false) // Sunday before
	w.visited("rep1", "2026-11-09", c, 1, false) // Monday after
	w.visited("rep1", "2026-11-02", c, 10, false)
	w.visited("rep1", "2026-11-08", c, 9, true)
	w.must(w.exec("UPDATE users SET created_at = '2026-01-01Z'"))
	for done, isUnmet := range map[int]bool{19: true, 20: false, 21: false} {
		w.must(w.exec("DELETE FROM visits WHERE visited_on = '2026-11-05'"))
		w.visited("rep1", "2026-11-05", c, done-19, false)
		l := w.progress("rep1", week)[rep]
		if l.Done != done || *l.Due != 20 || l.Late != 9 {
			t.Errorf("%+v, want %d done", l, done)
		}
		if _, listed := w.progress("rep1", unmet)[rep]; listed != isUnmet {
			t.Errorf("with %d done, unmet is %v", done, listed)
		}
	}
	if lines := w.progress("rep2", week); lines[rep].Name != "" {
		t.Error("rep2 sees rep1's progress")
	}
	team := w.progress("supervisor", visit.Question{Scope: visit.ByTeam, Period: visit.Week, Day: day("2026-11-04")})
	if len(team) != 1 {
		t.Fatalf("%d teams", len(team))
	}
	for _, l := range team {
		if l.Name != "east" || *l.Due != 40 || l.Done < 19 {
			t.Errorf("%+v", l)
		}
	}
	// A quota that changes today doesn't change what was due then.
	w.must(w.exec(`INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES ('visit.weekly_total', 2, '5', now(), now(), 'x')`))
	w.visits = visit.New(rulebook.New())
	if l := w.progress("rep1", week)[rep]; *l.Due != 20 {
		t.Errorf("due %d", *l.Due)
	}
	if l := w.progress("rep1", visit.Question{Scope: visit.ByRep, Period: visit.Week})[rep]; *l.Due != 5 {
		t.Errorf("due %d now", *l.Due)
	}
}

func TestCUS10_KeyAndOrdinaryCustomers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.exec("UPDATE users SET created_at = '2026-01-01Z'"))
	key, ordinary, fresh := w.customer("rep1", "2026-10-01"), w.customer("rep1", "2026-10-01"), w.customer("rep1", "2026-11-03")
	w.must(w.exec(`INSERT INTO visit_key_customers (id, customer_id, valid_from, reason, set_by) VALUES (?, ?, '2026-11-02', 'x', ?)`,
		uuid.New(), key, w.People["manager"]))
	week := visit.Question{Scope: visit.ByCustomer, Period: visit.Week, Day: day("2026-11-02")}
	half := visit.Question{Scope: visit.ByCustomer, Period: visit.HalfMonth, Day: day("2026-11-15")}

	w.visited("rep1", "2026-11-02", key, 1, false)
	if lines := w.progress("rep1", week); len(lines) != 1 || lines[key].Done != 1 || *lines[key].Due != 2 {
		t.Errorf("%+v", lines)
	}
	unmet := week
	unmet.Unmet = true
	if len(w.progress("rep1", unmet)) != 1 {
		t.Error("one visit of two is met")
	}
	w.visited("rep2", "2026-11-08", key, 1, false) // whoever goes
	if len(w.progress("rep1", unmet)) != 0 {
		t.Error("two visits of two aren't met")
	}
	// Before it was a key customer, it was an ordinary one; a half month goes by its first day.
	if lines := w.progress("rep1", visit.Question{Scope: visit.ByCustomer, Period: visit.Week, Day: day("2026-10-30")}); len(lines) != 0 {
		t.Errorf("%+v", lines)
	}
	lines := w.progress("rep1", half)
	if len(lines) != 2 || *lines[ordinary].Due != 1 || lines[ordinary].Done != 0 || lines[fresh].Name != "" {
		t.Errorf("%+v", lines)
	}
	w.visited("rep1", "2026-11-15", ordinary, 1, false)
	if l := w.progress("rep1", half)[ordinary]; l.Done != 1 {
		t.Errorf("%+v", l)
	}
	next := half
	next.Day = day("2026-11-16")
	if lines := w.progress("rep1", next); len(lines) != 2 || lines[ordinary].Done != 0 || lines[fresh].Name == "" {
		t.Errorf("%+v", lines)
	}
	rep := w.progress("rep1", visit.Question{Scope: visit.ByRep, Period: visit.HalfMonth, Day: day("2026-11-01")})[w.People["rep1"]]
	if rep.Due != nil || rep.CustomersDue != 2 || rep.CustomersMet != 2 {
		t.Errorf("%+v", rep)
	}

	// A customer that changes hands leaves the past as it was.
	w.must(w.exec("UPDATE customers SET owner_id = ?, updated_at = '2026-11-10T02:00:00Z' WHERE id = ?", w.People["rep2"], ordinary))
	if l := w.progress("manager", half)[ordinary]; *l.RepID != w.People["rep1"] {
		t.Error("what was due in the past went to the new rep")
	}
	if l := w.progress("manager", next)[ordinary]; *l.RepID != w.People["rep2"] {
		t.Error("what is due now is the old rep's")
	}
	w.must(w.exec("UPDATE customers SET status = 'closed', updated_at = '2026-11-12T02:00:00Z' WHERE id = ?", ordinary))
	if _, due := w.progress("manager", next)[ordinary]; due {
		t.Error("a closed customer is due")
	}
}

func TestCUS10_TheManagerSaysWhoIsAKeyCustomer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.customer("rep1", "2026-10-01").String()
	set := func(who string, key bool) apitest.Answer {
		return w.As(who).Post("/v1/key-customers", map[string]any{"customer_id": c, "key": key, "reason": "年用量前十"})
	}
	set("rep1", true).Want(403)
	set("manager", false).Want(200)
	for range 2 {
		if a := set("manager", true).Want(200); a.At("key") != true {
			t.Errorf("%s", a.Body)
		}
	}
	if n := w.As("rep1").Get("/v1/key-customers").Want(200).Len("data"); n != 1 {
		t.Errorf("%d", n)
	}
	if n := w.As("rep2").Get("/v1/key-customers").Want(200).Len("data"); n != 0 {
		t.Errorf("rep2 sees %d", n)
	}
	set("manager", false).Want(200)
	if n := w.As("rep1").Get("/v1/key-customers").Want(200).Len("data"); n != 0 {
		t.Errorf("%d", n)
	}
	set("manager", true).Want(200) // again on the same day
}

// Reports that come late are taken and flagged; the bound is in days of Shanghai.
func TestCUS10_LateReportsAreFlagged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.customer("rep1", "2026-10-01")
	who := w.Principal("rep1")
	for days, late := range map[int]bool{0: false, 1: false, 2: true, 31: true} {
		id := uuid.Must(uuid.NewV7())
		w.must(w.DB.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error {
			at := tx.Now.AddDate(0, 0, -days)
			v, _, err := w.visits.Put(tx, who, visit.Input{ID: id, CustomerID: &c, Report: &visit.Sent[visit.Report]{
				WrittenAt: tx.Now, Content: visit.Report{VisitedAt: at, Result: visit.ResultDone, Summary: "x"},
			}})
			if v.Late != late {
				t.Errorf("%d days later: late %v", days, v.Late)
			}
			return err
		}))
	}
}

// Whichever of several phones' messages comes first, the last written stands and one visit is made.
func TestOneVisitOfManyPhonesRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.customer("rep1", "2026-10-01")
	who, id := w.Principal("rep1"), uuid.Must(uuid.NewV7())
	failed := make(chan error)
	for i := range 8 {
		go func() {
			failed <- w.DB.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error {
				_, _, err := w.visits.Put(tx, who, visit.Input{ID: id, CustomerID: &c, Report: &visit.Sent[visit.Report]{
					WrittenAt: tx.Now.Add(-time.Hour).Truncate(time.Hour).Add(time.Duration(i) * time.Second),
					Content:   visit.Report{VisitedAt: tx.Now.Add(-3 * time.Hour), Result: visit.ResultDone, Summary: fmt.Sprint(i)},
				}})
				return err
			})
		}()
	}
	for range 8 {
		w.must(<-failed)
	}
	v := w.As("rep1").Get("/v1/visits/" + id.String()).Want(200)
	if v.String("report.summary") != "7" {
		t.Errorf("%s", v.Body)
	}
	if n := w.As("rep1").Get("/v1/visits/" + id.String() + "/revisions").Want(200).Len("data"); n != 8 {
		t.Errorf("%d revisions", n)
	}
}

func TestConstraintsAreRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.customer("rep1", "2026-10-01")
	w.visited("rep1", "2026-11-02", c, 1, false)
	w.must(w.exec(`INSERT INTO visit_key_customers (id, customer_id, valid_from, reason, set_by) VALUES (?, ?, '2026-11-02', 'x', ?)`, uuid.New(), c, uuid.New()))
	for query, code := range map[string]string{
		`UPDATE visits SET customer_id = NULL`:                       "visit.whom",
		`UPDATE visits SET report = NULL, state = 'planned'`:         "visit.says_nothing visit.inconsistent",
		`UPDATE visits SET state = 'planned'`:                        "visit.inconsistent",
		`UPDATE visits SET planned_on = '2026-11-01'`:                "visit.inconsistent",
		`UPDATE visits SET visited_on = NULL`:                        "visit.inconsistent",
		`UPDATE visits SET report = '{"answers": {"a": 1}}'`:         "visit.no_such_form",
		`UPDATE visits SET form_version = 99`:                        "visit.no_such_form",
		`INSERT INTO visit_forms VALUES (2, '[]', 'x', NULL, now())`: "visit.nine_groups",
		`INSERT INTO visit_key_customers SELECT gen_random_uuid(), customer_id, '2026-11-05', NULL, 'x', set_by FROM visit_key_customers`: "visit.key_overlap",
	} {
		e, ok := errs.As(w.exec(query))
		if !ok || !slices.Contains(strings.Fields(code), e.Code) {
			t.Errorf("%s: %v, want %s", query, e, code)
		}
	}
	for _, table := range []string{"visit_forms", "visit_revisions"} {
		if w.exec("DELETE FROM "+table) == nil {
			t.Errorf("%s forgets", table)
		}
	}
}

// A company with 100,000 customers, 200 reps and 500,000 visits.
func TestProgressOfALargeCompany(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("SALESGATE_LONG isn't set")
	}
	w := newWorld(t)
	w.must(w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		for _, q := range []string{
			`SET LOCAL session_replication_role = replica`, `SET LOCAL statement_timeout = 0`,
			`CREATE TEMP TABLE reps ON COMMIT DROP AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, 199) n`,
			`INSERT INTO users SELECT reps.id, 'seed' || n, 'Seed ' || n, '', '{sales_rep}', u.department_id, u.team_id, true, 'en', false, 'x', 0, '2026-01-01Z', 1
				FROM reps, users u WHERE u.username = 'rep1'`,
			`INSERT INTO customers SELECT gen_random_uuid(), 'S' || g.n, '示例客户' || g.n, 'k' || g.n, '{}', NULL, '', '', '', 'active', reps.id, '2026-01-01Z', NULL,
				'2026-01-01Z', '2026-01-01Z', 1 FROM generate_series(1, 100000) AS g (n) JOIN reps ON reps.n = g.n % 200`,
			`INSERT INTO visit_rosters SELECT id, owner_id, '2026-01-01', NULL FROM customers WHERE code LIKE 'S%'`,
			`INSERT INTO visit_key_customers SELECT gen_random_uuid(), id, '2026-01-01', NULL, 'x', owner_id FROM customers WHERE code LIKE 'S%0'`,
			`INSERT INTO visits (id, rep_id, customer_id, state, visited_on, visited_at, report, report_hash, report_written_at, reported_at, late,
					created_at, updated_at, version)
				SELECT gen_random_uuid(), c.owner_id, c.id, 'done', d, d, '{"result": "done"}', '\x00', d, d, false, d, d, 1
				FROM customers c, generate_series(0, 4) k, LATERAL (SELECT '2026-10-01'::date + (k * 9 + length(c.code)) AS d) x WHERE c.code LIKE 'S%'`,
		} {
			if err := tx.Exec(q).Error; err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		return nil
	}))
	w.must(w.exec("ANALYZE visits")) // as the database does by itself in time
	w.must(w.exec("ANALYZE visit_rosters"))
	for _, q := range []visit.Question{
		{Scope: visit.ByRep, Period: visit.Week, Day: day("2026-10-14")},
		{Scope: visit.ByRep, Period: visit.HalfMonth, Day: day("2026-10-14")},
		{Scope: visit.ByTeam, Period: visit.Week, Day: day("2026-10-14")},
		{Scope: visit.ByCustomer, Period: visit.HalfMonth, Day: day("2026-10-14"), Unmet: true},
		{Scope: visit.ByCustomer, Period: visit.Week, Day: day("2026-10-14")},
	} {
		begun := time.Now()
		n := len(w.progress("manager", q))
		t.Logf("%s, %s: %d lines of a page in %s", q.Scope, q.Period, n, time.Since(begun).Round(time.Millisecond))
	}
}
