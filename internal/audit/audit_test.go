package audit_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

var by = pg.System("test")

// write records n events about the subject, each in a transaction of its own.
func write(t testing.TB, db *pg.DB, subject uuid.UUID, n int) {
	t.Helper()
	for i := range n {
		err := db.Tx(context.Background(), by, func(tx pg.Tx) error {
			return audit.Record(tx, audit.Entry{
				Action: "updateThing", SubjectType: "thing", SubjectID: subject,
				Before: map[string]any{"n": i, "same": true}, After: map[string]any{"n": i + 1, "same": true},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func list(t testing.TB, db *pg.DB, f audit.Filter) ([]audit.Event, string, bool) {
	t.Helper()
	var events []audit.Event
	var next string
	var more bool
	err := db.View(context.Background(), by, func(tx pg.Tx) (err error) {
		events, next, more, err = audit.ListEvents(tx, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return events, next, more
}

// settled waits until nothing runs any more that keeps the horizon back: other tests share the server.
func settled(t testing.TB, db *pg.DB, want int) []audit.Event {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		events, _, _ := list(t, db, audit.Filter{Page: pg.Page{Limit: 1000}})
		if len(events) >= want || time.Now().After(deadline) {
			return events
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestFeedLosesNothingUnderConcurrentWriters(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	const writers, each = 8, 40
	subject := uuid.Must(uuid.NewV7())
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range each {
				err := db.Tx(context.Background(), by, func(tx pg.Tx) error {
					for range 1 + rand.N(2) {
						if err := audit.Record(tx, audit.Entry{Action: "x", SubjectType: "thing", SubjectID: subject}); err != nil {
							return err
						}
						time.Sleep(rand.N(4 * time.Millisecond)) // commits come in another order than rows
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()

	seen, cursor := map[int64]int{}, ""
	poll := func() {
		for {
			events, next, more := list(t, db, audit.Filter{Page: pg.Page{Limit: 7, Cursor: cursor}})
			for _, e := range events {
				seen[e.Seq]++
			}
			if next == "" {
				t.Fatal("the feed always hands out a cursor")
			}
			if cursor = next; !more {
				return
			}
		}
	}
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		poll()
		time.Sleep(time.Millisecond)
	}
	want := 0
	if err := db.Pool().QueryRow(context.Background(), `SELECT count(*) FROM events`).Scan(&want); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); len(seen) < want && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		poll()
	}
	if len(seen) != want {
		t.Errorf("the poller saw %d of %d events", len(seen), want)
	}
	for seq, n := range seen {
		if n != 1 {
			t.Errorf("event %d was handed out %d times", seq, n)
		}
	}
}

func TestFeedStopsBeforeARunningTransaction(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	early, late := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	err := db.Tx(context.Background(), by, func(tx pg.Tx) error {
		if err := audit.Record(tx, audit.Entry{Action: "x", SubjectType: "thing", SubjectID: early}); err != nil {
			return err
		}
		write(t, db, late, 1)
		if events, _, _ := list(t, db, audit.Filter{Page: pg.Page{Limit: 10}}); len(events) != 0 {
			t.Errorf("%d events handed out past a transaction that may still commit before them", len(events))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	events := settled(t, db, 2)
	if len(events) != 2 || events[0].SubjectID != early || events[1].SubjectID != late {
		t.Errorf("events are out of order: %+v", events)
	}
}

func TestFeedFilters(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	a, b := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	write(t, db, a, 3)
	write(t, db, b, 2)
	if n := len(settled(t, db, 5)); n != 5 {
		t.Fatalf("%d events instead of 5", n)
	}
	page := pg.Page{Limit: 10}
	other := uuid.Must(uuid.NewV7())
	for name, c := range map[string]struct {
		filter audit.Filter
		want   int
	}{
		"subject type":    {audit.Filter{Page: page, SubjectType: "thing"}, 5},
		"no such type":    {audit.Filter{Page: page, SubjectType: "other"}, 0},
		"subject":         {audit.Filter{Page: page, SubjectType: "thing", SubjectID: &b}, 2},
		"action":          {audit.Filter{Page: page, Action: "updateThing"}, 5},
		"no such action":  {audit.Filter{Page: page, Action: "deleteThing"}, 0},
		"no such actor":   {audit.Filter{Page: page, ActorID: &other}, 0},
		"limit cuts page": {audit.Filter{Page: pg.Page{Limit: 4}}, 4},
	} {
		events, next, _ := list(t, db, c.filter)
		if len(events) != c.want {
			t.Errorf("%s: %d events, want %d", name, len(events), c.want)
		}
		c.filter.Cursor = next
		if again, _, _ := list(t, db, c.filter); c.filter.Limit > 4 && len(again) != 0 {
			t.Errorf("%s: the cursor hands out %d events again", name, len(again))
		}
	}
}

func TestFeedRefusesAForeignCursor(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	for _, cursor := range []string{"%%%", "bm9wZQ", "WzEsMl0"} {
		err := db.View(context.Background(), by, func(tx pg.Tx) error {
			_, _, _, err := audit.ListEvents(tx, audit.Filter{Page: pg.Page{Limit: 1, Cursor: cursor}})
			return err
		})
		if err == nil {
			t.Errorf("cursor %q was taken", cursor)
		}
	}
}

func TestTimelinePages(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	subject := uuid.Must(uuid.NewV7())
	write(t, db, uuid.Must(uuid.NewV7()), 3)
	write(t, db, subject, 5)
	var got []audit.Event
	page := pg.Page{Limit: 2}
	for {
		err := db.View(context.Background(), by, func(tx pg.Tx) error {
			events, next, err := audit.Timeline(tx, "thing", subject, page)
			got, page.Cursor = append(got, events...), next
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if page.Cursor == "" {
			break
		}
	}
	if len(got) != 5 {
		t.Fatalf("%d events instead of 5", len(got))
	}
	for i, e := range got {
		if changed := e.Changed(); len(changed) != 1 || changed[0] != "n" || e.SubjectID != subject {
			t.Errorf("event %d: changed %v of %s", i, changed, e.SubjectID)
		}
	}
}

func TestEventsAreAppendOnly(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	write(t, db, uuid.Must(uuid.NewV7()), 1)
	for _, stmt := range []string{
		`UPDATE events SET action = 'y'`, `DELETE FROM events`, `TRUNCATE events`,
		`UPDATE event_blocks SET no = 2`, `DELETE FROM event_blocks`,
	} {
		if _, err := db.Pool().Exec(context.Background(), stmt); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", stmt, err)
		}
	}
}

// The feed and a timeline are read by index, whatever the size of the log.
func TestFeedAndTimelineUseTheirIndexes(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	ctx := context.Background()
	_, err := db.Pool().Exec(ctx, `INSERT INTO events (at, actor_kind, request_id, action, subject_type, subject_id)
		SELECT now(), 'system', 'r', 'x', 'thing', gen_random_uuid() FROM generate_series(1, 20000)`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().Exec(ctx, `ANALYZE events`); err != nil {
		t.Fatal(err)
	}
	for index, query := range map[string]string{
		"events_feed":    `SELECT * FROM events WHERE (xid, seq) > ('5'::xid8, 9) AND xid < '999999999'::xid8 ORDER BY xid, seq LIMIT 51`,
		"events_subject": `SELECT * FROM events WHERE subject_type = 'thing' AND subject_id = gen_random_uuid() AND seq > 0 ORDER BY seq LIMIT 51`,
	} {
		rows, err := db.Pool().Query(ctx, `EXPLAIN `+strings.ReplaceAll(query, "gen_random_uuid()", "'0190a1b2-0000-7000-8000-000000000001'"))
		if err != nil {
			t.Fatal(err)
		}
		plan := ""
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			plan += line + "\n"
		}
		if !strings.Contains(plan, index) || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "Sort") {
			t.Errorf("%s isn't used:\n%s", index, plan)
		}
	}
}
