package order

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// TestORD09_FilesCostAPage holds each way of asking to a range of an index: a page reads the orders of its files, and no others.
func TestORD09_FilesCostAPage(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	// Each of the 400 customers has one or two orders in each of 60 months.
	seed := strings.Replace(many, "ELSE now() END, now(), now(), 1", "ELSE timestamptz '2026-06-15' - make_interval(months => (n / 400) % 60) END, now(), now(), 1", 1)
	err := db.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error {
		for q := range strings.SplitSeq(seed, ";") {
			if err := tx.Exec(q).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	person, company := uuid.MustParse("00000000-0000-7000-8000-000100000003"), uuid.MustParse("00000000-0000-7000-8000-000200000003")
	var department []uuid.UUID
	for i := range 40 {
		department = append(department, uuid.MustParse(fmt.Sprintf("00000000-0000-7000-8000-0001%08x", i)))
	}
	month := func(text string) *time.Time {
		m, err := time.Parse("2006-01", text)
		if err != nil {
			t.Fatal(err)
		}
		return &m
	}
	middle := fileKey{"2025-06-01", uuid.MustParse("00000000-0000-7000-8000-000200000063")}
	for name, c := range map[string]struct {
		f      FileFilter
		owners []uuid.UUID
		all    bool
		last   fileKey
		rows   int // of the page
		reads  int // of orders, at most
	}{
		"all":                     {FileFilter{}, nil, true, filesFrom, 51, 104},
		"all, from the middle":    {FileFilter{}, nil, true, middle, 51, 104},
		"one month":               {FileFilter{From: month("2025-03"), To: month("2025-03")}, nil, true, filesFrom, 51, 104},
		"up to a month":           {FileFilter{To: month("2022-03")}, nil, true, filesFrom, 51, 104},
		"a month without any":     {FileFilter{From: month("2026-07")}, nil, true, filesFrom, 0, 0},
		"a customer":              {FileFilter{CustomerID: &company}, nil, true, filesFrom, 51, 104},
		"a customer's month":      {FileFilter{CustomerID: &company, From: month("2025-03"), To: month("2025-03")}, nil, true, filesFrom, 1, 2},
		"a customer of one's own": {FileFilter{CustomerID: &company}, department[3:4], false, filesFrom, 51, 104},
		"a customer of another":   {FileFilter{CustomerID: &company}, department[4:5], false, filesFrom, 0, 0},
		"a rep's own":             {FileFilter{}, []uuid.UUID{person}, false, filesFrom, 51, 104},
		"a rep's own month":       {FileFilter{From: month("2025-03"), To: month("2025-03")}, []uuid.UUID{person}, false, filesFrom, 10, 20},
		"a department":            {FileFilter{}, department, false, filesFrom, 51, 40 * 104},
		"a department's month":    {FileFilter{From: month("2025-03"), To: month("2025-03")}, department, false, filesFrom, 51, 40 * 20},
	} {
		query, args := filesSQL(c.f, c.owners, c.all, c.last, 51)
		var plan []string
		var rows []File
		err := db.View(t.Context(), pg.System("test"), func(tx pg.Tx) (err error) {
			if rows, err = files(tx, c.f, c.owners, c.all, c.last, 51); err != nil {
				return err
			}
			return tx.Raw("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) "+query, args...).Scan(&plan).Error
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text := strings.Join(plan, "\n")
		if reads := readsOf(t, plan); strings.Contains(text, "Seq Scan on orders") || reads > c.reads {
			t.Errorf("%s reads %d orders:\n%s", name, reads, text)
		}
		if len(rows) != c.rows {
			t.Errorf("%s: %d rows, want %d", name, len(rows), c.rows)
		}
		for i := 1; i < len(rows); i++ {
			if a, b := rows[i-1], rows[i]; a.Month.Before(b.Month) || a.Month.Equal(b.Month) && a.CustomerID.String() <= b.CustomerID.String() {
				t.Errorf("%s: %s %s before %s %s", name, a.Month, a.CustomerID, b.Month, b.CustomerID)
			}
		}
	}
}

func TestORD09_FilesAreOneStatement(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	me := uuid.New()
	for name, who := range map[string]identity.Principal{
		"all": identity.TestPrincipal(me, true, nil), "own": identity.TestPrincipal(me, false, []uuid.UUID{me}), "nobody": identity.TestPrincipal(me, false, nil),
	} {
		ctx, probe := pg.WithProbe(t.Context(), 0)
		err := db.View(ctx, pg.System("test"), func(tx pg.Tx) error {
			_, _, err := new(Service).ListFiles(tx, who, FileFilter{}, pg.Page{Limit: 50})
			return err
		})
		if err != nil || probe.Statements() != 1 {
			t.Errorf("%s: %d statements, %v", name, probe.Statements(), err)
		}
	}
}
