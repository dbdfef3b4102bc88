package rulebook_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/testpg"
)

const name = "contract.gm_amount"

var by = pg.System("test")

func write(t testing.TB, db *pg.DB, fn func(pg.Tx) error) {
	t.Helper()
	if err := db.Tx(context.Background(), by, fn); err != nil {
		t.Fatal(err)
	}
}

func change(db *pg.DB, rb *rulebook.Service, parameter string, version int64, c rulebook.Change) error {
	return db.Tx(context.Background(), by, func(tx pg.Tx) error {
		_, err := rb.ReplaceParameter(tx, parameter, version, c)
		return err
	})
}

func amount(t testing.TB, db *pg.DB, rb *rulebook.Service) string {
	t.Helper()
	var d decimal.Decimal
	err := db.View(context.Background(), by, func(tx pg.Tx) (err error) {
		d, err = rb.Decimal(tx, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func TestCatalogueIsComplete(t *testing.T) {
	t.Parallel()
	rules := rulebook.Rules("")
	if len(rules) != 154 {
		t.Errorf("%d rules", len(rules))
	}
	id, han := regexp.MustCompile(`^[A-Z]{3}-[0-9]{2}$`), regexp.MustCompile(`\p{Han}`)
	seen := map[string]bool{}
	for _, r := range rules {
		if !id.MatchString(r.ID) || seen[r.ID] {
			t.Errorf("id %q is malformed or there twice", r.ID)
		}
		seen[r.ID] = true
		if r.Clause == "" || r.EN == "" || !han.MatchString(r.ZH) || han.MatchString(r.EN) {
			t.Errorf("%s lacks a clause or a title: %+v", r.ID, r)
		}
	}
	if r, err := rulebook.GetRule("SHP-06"); err != nil || r.Clause != "B5.4.2.1C" || rulebook.Clause("SHP-06") != r.Clause {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := rulebook.GetRule("SHP-99"); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("unknown rule: %v", err)
	}
	if n := len(rulebook.Rules("SHP")); n != 21 {
		t.Errorf("%d rules about shipping", n)
	}
}

// Every parameter of the catalogue is in the database with a value, and the other way round, and its default fits its kind.
func TestCatalogueAndDatabaseHaveTheSameParameters(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	named := map[string]bool{}
	for _, r := range rulebook.Rules("") {
		for _, p := range r.Parameters {
			named[p] = true
		}
	}
	rb := rulebook.New()
	write(t, db, func(tx pg.Tx) error {
		params, err := rb.ListParameters(tx)
		for _, p := range params {
			if !named[p.Name] || len(p.Rules()) == 0 || p.Title().EN == "" || p.Title().ZH == "" {
				t.Errorf("%s isn't in the catalogue, or without title", p.Name)
			}
			delete(named, p.Name)
			switch p.Kind {
			case rulebook.Decimal:
				_, err = rb.Decimal(tx, p.Name)
			case rulebook.Int:
				_, err = rb.Int(tx, p.Name)
			case rulebook.Bool:
				_, err = rb.Bool(tx, p.Name)
			}
			if err != nil || p.Current.Version != 1 {
				t.Errorf("%s: %+v, %v", p.Name, p.Current, err)
			}
		}
		return err
	})
	if len(named) > 0 {
		t.Errorf("not in the database: %v", named)
	}
}

func TestUnknownParameterIsAFaultOfTheProgram(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	err := db.View(context.Background(), by, func(tx pg.Tx) error {
		_, err := rulebook.New().Int(tx, "no.such")
		return err
	})
	if _, ours := errs.As(err); err == nil || ours {
		t.Errorf("%v", err)
	}
}

func TestReplaceParameterTakesEffectAtOnceAndIsAudited(t *testing.T) {
	t.Parallel()
	db, rb := testpg.New(t), rulebook.New()
	if got := amount(t, db, rb); got != "100000" {
		t.Fatalf("default %s", got)
	}
	if err := change(db, rb, name, 1, rulebook.Change{Value: "120000.50", Reason: "board"}); err != nil {
		t.Fatal(err)
	}
	if got := amount(t, db, rb); got != "120000.5" {
		t.Errorf("after the change %s", got)
	}
	var before, after string
	err := db.Pool().QueryRow(context.Background(), `SELECT before->>'value', after->>'value' FROM events
		WHERE action = 'replaceParameter' AND subject_type = 'parameter' AND subject_id = $1`, rulebook.SubjectID(name)).Scan(&before, &after)
	if err != nil || before != "100000" || after != "120000.5" {
		t.Errorf("event %s → %s: %v", before, after, err)
	}
}

func TestReplaceParameterRefusals(t *testing.T) {
	t.Parallel()
	db, rb := testpg.New(t), rulebook.New()
	past := time.Now().Add(-time.Hour)
	for label, c := range map[string]struct {
		parameter string
		version   int64
		change    rulebook.Change
		want      error
	}{
		"unknown":          {"no.such", 1, rulebook.Change{Value: "1", Reason: "r"}, errs.ErrNotFound},
		"stale":            {name, 2, rulebook.Change{Value: "1", Reason: "r"}, errs.ErrStale},
		"no number":        {name, 1, rulebook.Change{Value: "much", Reason: "r"}, rulebook.ErrParameterKind},
		"exponent":         {name, 1, rulebook.Change{Value: "1e5", Reason: "r"}, rulebook.ErrParameterKind},
		"five decimals":    {name, 1, rulebook.Change{Value: "1.00001", Reason: "r"}, rulebook.ErrParameterKind},
		"below":            {name, 1, rulebook.Change{Value: "-0.01", Reason: "r"}, rulebook.ErrParameterBounds},
		"above":            {name, 1, rulebook.Change{Value: "999999999.01", Reason: "r"}, rulebook.ErrParameterBounds},
		"highest":          {"shipping.new_customer_debt", 1, rulebook.Change{Value: "999999999", Reason: "r"}, nil},
		"fraction of days": {"shipping.lead_days", 1, rulebook.Change{Value: "1.5", Reason: "r"}, rulebook.ErrParameterKind},
		"days above":       {"shipping.lead_days", 1, rulebook.Change{Value: "61", Reason: "r"}, rulebook.ErrParameterBounds},
		"no bool":          {"quote.rep_min_tonnes_enabled", 1, rulebook.Change{Value: "1", Reason: "r"}, rulebook.ErrParameterKind},
		"no reason":        {name, 1, rulebook.Change{Value: "1", Reason: " "}, rulebook.ErrParameterReason},
		"in the past":      {"visit.weekly_total", 1, rulebook.Change{Value: "1", EffectiveAt: &past, Reason: "r"}, rulebook.ErrParameterPast},
	} {
		if err := change(db, rb, c.parameter, c.version, c.change); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", label, err, c.want)
		}
	}
	for parameter, value := range map[string]string{name: "0", "quote.rep_min_tonnes_enabled": "true"} {
		if err := change(db, rb, parameter, 1, rulebook.Change{Value: value, Reason: "r"}); err != nil {
			t.Errorf("%s = %s: %v", parameter, value, err)
		}
	}
}

func TestScheduledChangeObeysTheClock(t *testing.T) {
	t.Parallel()
	db, rb := testpg.New(t), rulebook.New()
	at := db.Clock().Now().Add(48 * time.Hour)
	if err := change(db, rb, name, 1, rulebook.Change{Value: "1", EffectiveAt: &at, Reason: "r"}); err != nil {
		t.Fatal(err)
	}
	if err := change(db, rb, name, 2, rulebook.Change{Value: "2", Reason: "until then"}); err != nil {
		t.Fatal(err)
	}
	if got := amount(t, db, rb); got != "2" {
		t.Errorf("before: %s", got)
	}
	db.Clock().SetOffset(47 * time.Hour)
	if got := amount(t, db, rb); got != "2" {
		t.Errorf("an hour before: %s", got)
	}
	db.Clock().SetOffset(49 * time.Hour)
	if got := amount(t, db, rb); got != "1" {
		t.Errorf("after: %s", got)
	}
	write(t, db, func(tx pg.Tx) error {
		p, err := rb.GetParameter(tx, name)
		if p.Version != 3 || p.Current.Version != 2 {
			t.Errorf("version %d, in force %d", p.Version, p.Current.Version)
		}
		return err
	})
}

func TestHistoryPages(t *testing.T) {
	t.Parallel()
	db, rb := testpg.New(t), rulebook.New()
	for v := int64(1); v <= 4; v++ {
		if err := change(db, rb, name, v, rulebook.Change{Value: strings.Repeat("1", int(v)), Reason: "r"}); err != nil {
			t.Fatal(err)
		}
	}
	var versions []int64
	page := pg.Page{Limit: 2}
	for {
		write(t, db, func(tx pg.Tx) error {
			rows, next, err := rb.ListParameterHistory(tx, name, page)
			for _, v := range rows {
				versions = append(versions, v.Version)
			}
			page.Cursor = next
			return err
		})
		if page.Cursor == "" {
			break
		}
	}
	if len(versions) != 5 || versions[0] != 5 || versions[4] != 1 {
		t.Errorf("%v", versions)
	}
}

// Of ten who change the same version, one wins and nine are stale.
func TestRaceOfParameterChangesHasOneWinner(t *testing.T) {
	t.Parallel()
	db, rb := testpg.New(t), rulebook.New()
	var group sync.WaitGroup
	results := make(chan error, 10)
	for range 10 {
		group.Go(func() { results <- change(db, rb, name, 1, rulebook.Change{Value: "5", Reason: "r"}) })
	}
	group.Wait()
	won := 0
	for range 10 {
		switch err := <-results; {
		case err == nil:
			won++
		case !errors.Is(err, errs.ErrStale):
			t.Errorf("%v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d winners", won)
	}
}

// A hot path pays nothing for asking, and another server sees a change within a second.
func TestValuesAreCachedForASecondAtMost(t *testing.T) {
	t.Parallel()
	url := testpg.URL(t)
	db, err := pg.Open(context.Background(), url, pg.Options{MaxConnections: 4}, &clock.Clock{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	rb, other := rulebook.New(), rulebook.New()
	amount(t, db, rb)
	ctx, probe := pg.WithProbe(context.Background(), 0)
	if err := db.View(ctx, by, func(tx pg.Tx) error {
		for range 100 {
			if _, err := rb.Int(tx, "shipping.lead_days"); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if probe.Statements() > 1 {
		t.Errorf("%d statements for 100 reads", probe.Statements())
	}
	if err := change(db, other, name, 1, rulebook.Change{Value: "7", Reason: "r"}); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(3 * time.Second)
	for amount(t, db, rb) != "7" {
		if time.Now().After(deadline) {
			t.Fatal("the change isn't seen")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestAChangeThatRollsBackIsNotSeen(t *testing.T) {
	t.Parallel()
	db, rb := testpg.New(t), rulebook.New()
	refused := errors.New("refused")
	err := db.Tx(context.Background(), by, func(tx pg.Tx) error {
		if _, err := rb.ReplaceParameter(tx, name, 1, rulebook.Change{Value: "9", Reason: "r"}); err != nil {
			return err
		}
		return refused
	})
	if !errors.Is(err, refused) || amount(t, db, rb) != "100000" {
		t.Errorf("%v, %s", err, amount(t, db, rb))
	}
}

func TestDatabaseGuardsParameters(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	for _, stmt := range []string{
		`UPDATE parameter_versions SET value = '1'`,
		`DELETE FROM parameter_versions`,
		`INSERT INTO parameter_versions VALUES ('contract.gm_amount', 2, '1', now(), now(), NULL, '  ')`,
		`INSERT INTO parameters VALUES ('bad', 'int', '', 0, 1, 1)`,
		`INSERT INTO parameters VALUES ('a.b', 'int', '', 2, 1, 1)`,
	} {
		if _, err := db.Pool().Exec(context.Background(), stmt); err == nil {
			t.Errorf("taken: %s", stmt)
		}
	}
}

// Whichever statement of a change fails, nothing of it stays.
func TestFaultInReplaceParameterLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	db, rb := testpg.New(t), rulebook.New()
	for n := int64(1); ; n++ {
		ctx, probe := pg.WithProbe(context.Background(), n)
		err := db.Tx(ctx, by, func(tx pg.Tx) error {
			_, err := rb.ReplaceParameter(tx, name, 1, rulebook.Change{Value: "5", Reason: "r"})
			return err
		})
		if err == nil {
			if n < 5 {
				t.Errorf("only %d statements", probe.Statements())
			}
			break
		}
		if !errors.Is(err, pg.ErrInjected) {
			t.Fatalf("statement %d: %v", n, err)
		}
		var versions, events, current int
		row := db.Pool().QueryRow(context.Background(), `SELECT (SELECT count(*) FROM parameter_versions WHERE name = $1),
			(SELECT count(*) FROM events), (SELECT version FROM parameters WHERE name = $1)`, name)
		if err := row.Scan(&versions, &events, &current); err != nil || versions != 1 || events != 0 || current != 1 {
			t.Errorf("statement %d failed: %d versions, %d events, version %d: %v", n, versions, events, current, err)
		}
	}
	if got := amount(t, db, rb); got != "5" {
		t.Errorf("in the end %s", got)
	}
}
