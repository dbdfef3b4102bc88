package bench

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Report is what was measured.
type Report struct {
	rows    []row
	opts    Options
	machine string
}

func newReport(ctx context.Context, pool *pgxpool.Pool, o Options) *Report {
	var version, settings string
	err := pool.QueryRow(ctx, `SELECT current_setting('server_version'), 'fsync ' || current_setting('fsync') || ', synchronous_commit '
		|| current_setting('synchronous_commit') || ', shared_buffers ' || current_setting('shared_buffers')`).Scan(&version, &settings)
	if err != nil {
		version = err.Error()
	}
	return &Report{opts: o, machine: fmt.Sprintf("%d cores %s, %s, PostgreSQL %s (%s)", runtime.NumCPU(), runtime.GOARCH, runtime.Version(), version, settings)}
}

// Errors returns the number of requests to the program that failed, and the first failure.
func (r *Report) Errors() (n int, first string) {
	for _, row := range r.rows {
		n += row.gate.errors
		if first == "" {
			first = row.gate.problem
		}
	}
	return n, first
}

// Rows returns the number of measurements.
func (r *Report) Rows() int { return len(r.rows) }

// Markdown writes the table.
func (r *Report) Markdown(w io.Writer) {
	fmt.Fprintf(w, "%s. %d orders of %d customers loaded; %s each. Client, server and PostgreSQL share the machine.\n\n",
		r.machine, r.opts.Orders, r.opts.Customers, r.opts.Span)
	fmt.Fprintln(w, "| | clients | salesgate/s | p50 | p99 | bare/s | p50 | p99 | pgbench/s | p50 | p99 | of bare | of pgbench | errors |")
	fmt.Fprintln(w, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, x := range r.rows {
		fmt.Fprintf(w, "| %s | %d | **%.0f** | %s | %s | %.0f | %s | %s | %s | %s | %s | **%s** | %s | %d |\n", x.workload, x.clients,
			x.gate.perSecond(), ms(x.gate.p50), ms(x.gate.p99), x.bare.perSecond(), ms(x.bare.p50), ms(x.bare.p99),
			x.ifPG(fmt.Sprintf("%.0f", x.pg.perSecond())), x.ifPG(ms(x.pg.p50)), x.ifPG(ms(x.pg.p99)),
			share(x.gate, x.bare), x.ifPG(share(x.gate, x.pg)), x.gate.errors)
	}
	fmt.Fprintln(w, "\n| statements · round trips per request, BEGIN and COMMIT included | salesgate | bare | pgbench |")
	fmt.Fprintln(w, "|---|--:|--:|--:|")
	for _, x := range r.rows {
		if x.firstOfKind {
			fmt.Fprintf(w, "| %s | %s | %s | %s |\n", x.workload, x.gateC, x.bareC, x.ifPG(x.pgC.String()))
		}
	}
}

func (c counted) String() string { return fmt.Sprintf("%.1f · %.1f", c.statements, c.trips) }

func (x row) ifPG(text string) string {
	if !x.hasPG {
		return "–"
	}
	return text
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

func share(a, b result) string {
	if b.perSecond() == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", 100*a.perSecond()/b.perSecond())
}
