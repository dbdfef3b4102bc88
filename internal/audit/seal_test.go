package audit_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// sealed makes a log of n events in blocks of 4.
func sealed(t *testing.T, n int) *pg.DB {
	t.Helper()
	db := testpg.New(t)
	write(t, db, uuid.Must(uuid.NewV7()), n)
	if got := len(settled(t, db, n)); got != n {
		t.Fatalf("%d of %d events are below the horizon", got, n)
	}
	sealAll(t, db, 4)
	return db
}

func sealAll(t testing.TB, db *pg.DB, limit int) {
	t.Helper()
	for took := limit; took == limit; {
		err := db.Tx(context.Background(), by, func(tx pg.Tx) (err error) {
			took, err = audit.Seal(tx, limit)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func verify(t testing.TB, db *pg.DB, anchor *audit.Anchor) audit.Report {
	t.Helper()
	var report audit.Report
	err := db.Snapshot(context.Background(), by, func(tx pg.Tx) (err error) {
		report, err = audit.Verify(tx, anchor)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// tamper runs statements with the triggers off, as someone would who owns the database.
func tamper(t testing.TB, db *pg.DB, stmts ...string) {
	t.Helper()
	all := `SET session_replication_role = replica; ` + strings.Join(stmts, "; ") + `; RESET session_replication_role`
	if _, err := db.Pool().Exec(context.Background(), all); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyAnUntouchedLog(t *testing.T) {
	t.Parallel()
	db := sealed(t, 10)
	report := verify(t, db, nil)
	if report.Fault != nil || report.Blocks != 3 || report.Rows != 10 || report.Unsealed != 0 {
		t.Fatalf("%+v", report)
	}
	write(t, db, uuid.Must(uuid.NewV7()), 2)
	anchor, err := audit.ParseAnchor(report.Head.String())
	if err != nil {
		t.Fatal(err)
	}
	if report = verify(t, db, &anchor); report.Fault != nil || report.Unsealed != 2 {
		t.Errorf("%+v", report)
	}
}

func TestVerifyAnEmptyLog(t *testing.T) {
	t.Parallel()
	if report := verify(t, testpg.New(t), nil); report.Fault != nil || report.Blocks != 0 {
		t.Errorf("%+v", report)
	}
}

func TestVerifyNamesTheFirstFault(t *testing.T) {
	t.Parallel()
	insert := `INSERT INTO events (seq, xid, at, actor_kind, request_id, action, subject_type, subject_id) OVERRIDING SYSTEM VALUE
		SELECT %seq, xid, at, actor_kind, request_id, action, subject_type, subject_id FROM events WHERE seq = 6`
	for name, c := range map[string]struct {
		do   string
		want string
	}{
		"action altered":            {`UPDATE events SET action = 'y' WHERE seq IN (6, 9)`, "row_altered: event 6 in block 2"},
		"time altered by 1 µs":      {`UPDATE events SET at = at + interval '1 microsecond' WHERE seq = 1`, "row_altered: event 1 in block 1"},
		"before removed":            {`UPDATE events SET before = NULL WHERE seq = 10`, "row_altered: event 10 in block 3"},
		"actor slipped in":          {`UPDATE events SET actor_id = gen_random_uuid() WHERE seq = 5`, "row_altered: event 5 in block 2"},
		"column shifted":            {`UPDATE events SET request_id = request_id || 'u', action = substr(action, 2) WHERE seq = 2`, "row_altered: event 2 in block 1"},
		"row removed":               {`DELETE FROM events WHERE seq = 6`, "row_missing: event 6 in block 2"},
		"last row removed":          {`DELETE FROM events WHERE seq = 10`, "row_missing: event 10 in block 3"},
		"row moved":                 {`UPDATE events SET xid = '3' WHERE seq = 6`, "row_inserted: event 6 in block 1"},
		"row inserted":              {strings.ReplaceAll(insert, "%seq", "-1"), "row_inserted: event -1 in block 2"},
		"block's leaves altered":    {`UPDATE event_blocks SET leaves = set_byte(leaves, 0, 1) WHERE no = 2`, "block_altered: block 2"},
		"block's hash altered":      {`UPDATE event_blocks SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE no = 2`, "block_altered: block 2"},
		"block's previous altered":  {`UPDATE event_blocks SET previous = set_byte(previous, 0, get_byte(previous, 0) # 1) WHERE no = 2`, "chain_broken: block 2"},
		"block removed":             {`DELETE FROM event_blocks WHERE no = 2`, "block_missing: block 2"},
		"first block removed":       {`DELETE FROM event_blocks WHERE no = 1`, "block_missing: block 1"},
		"rows and block cut off":    {`DELETE FROM events WHERE seq > 8; DELETE FROM event_blocks WHERE no = 3`, "block_missing: block 3"},
		"whole chain computed anew": {`UPDATE events SET action = 'y' WHERE seq = 6; DELETE FROM event_blocks`, "anchor_differs: block 3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := sealed(t, 10)
			anchor := verify(t, db, nil).Head
			tamper(t, db, c.do)
			if c.want == "anchor_differs: block 3" {
				sealAll(t, db, 4)
			}
			report := verify(t, db, &anchor)
			if report.Fault == nil || report.Fault.String() != c.want {
				t.Errorf("%v, want %s", report.Fault, c.want)
			}
		})
	}
}

func TestSealWhileWriting(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { write(t, db, uuid.Must(uuid.NewV7()), 30) })
	}
	for range 2 { // two servers seal at once
		group.Go(func() {
			for range 30 {
				sealAll(t, db, 5)
			}
		})
	}
	group.Wait()
	settled(t, db, 120)
	sealAll(t, db, 50)
	if report := verify(t, db, nil); report.Fault != nil || report.Rows != 120 || report.Unsealed != 0 {
		t.Errorf("%+v", report)
	}
}

func TestParseAnchorRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "12", "12:abc", "x:" + strings.Repeat("a", 64), "0:" + strings.Repeat("a", 64)} {
		if _, err := audit.ParseAnchor(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}
