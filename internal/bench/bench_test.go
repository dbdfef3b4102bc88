package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/testpg"
)

// Everything that make bench does, in small: it says nothing about speed, but that the benchmark and its references work.
func TestBenchRuns(t *testing.T) {
	t.Parallel()
	o := Options{
		URL: testpg.URL(t), PGBench: findPGBench(), Orders: 1000, Customers: 10, Clients: []int{2}, Span: 150 * time.Millisecond, Notices: 5, Log: t.Logf,
	}
	report, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if n, first := report.Errors(); n > 0 {
		t.Errorf("%d requests failed, the first with %s", n, first)
	}
	if report.Rows() != 7 {
		t.Errorf("%d rows", report.Rows())
	}
	var table strings.Builder
	report.Markdown(&table)
	t.Log("\n" + table.String())
	for _, r := range report.rows {
		if r.gate.ops == 0 || r.bare.ops == 0 || r.hasPG && r.pg.ops == 0 || r.bare.errors > 0 {
			t.Errorf("%s: %d by the program, %d by the bare handler (%s), %d by pgbench", r.workload, r.gate.ops, r.bare.ops, r.bare.problem, r.pg.ops)
		}
		// Counted, so that a statement too many is seen here before it is felt: what each operation sends may not grow.
		if most := map[string]float64{
			"submit an order of 3 lines": 11, "the same, all on one customer": 11, "release a shipping notice": 22, "release, all of one customer": 22,
		}[r.workload]; r.gateC.trips > max(most, 2) {
			t.Errorf("%s takes %s statements and round trips, more than %.0f", r.workload, r.gateC, max(most, 2))
		}
	}
}

// findPGBench returns "" when pgbench isn't installed: the benchmark runs without that reference then.
func findPGBench() string {
	if path := filepath.Join(os.Getenv("SALESGATE_TEST_POSTGRES_BIN"), "pgbench"); path != "pgbench" {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	path, _ := exec.LookPath("pgbench")
	return path
}
