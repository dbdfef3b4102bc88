package bench

import (
	"bufio"
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed pgbench/*.sql
var scripts embed.FS

// script runs a workload's statements by pgbench, prepared, for the span of a measurement.
func (b *bench) script(ctx context.Context, url string, w workload, clients int) (result, error) {
	span := []string{"-T", strconv.Itoa(max(1, int(b.opts.Span.Seconds())))}
	if b.opts.Span < time.Second { // pgbench counts in seconds
		span = []string{"-t", "20"}
	}
	if w.notices {
		each := b.opts.Notices / clients
		span = []string{"-t", strconv.Itoa(each)}
		if err := b.supplyScript(ctx, each*clients, w.one); err != nil {
			return result{}, err
		}
		w.variables = map[string]int{"i": -1, "clients": clients}
	}
	return b.pgbench(ctx, url, w, clients, span...)
}

// countScript counts what a transaction of the script sends: two runs of different length tell it without what a
// connection sends at its beginning.
func (b *bench) countScript(ctx context.Context, w workload) (counted, error) {
	if b.opts.PGBench == "" {
		return counted{}, nil
	}
	short, long := 5, 25
	if w.notices {
		short, long = 1, 3
	}
	var sent [2]counted
	for i, n := range []int{short, long} {
		if w.notices {
			if err := b.supplyScript(ctx, n, w.one); err != nil {
				return counted{}, err
			}
			w.variables = map[string]int{"i": -1, "clients": 1}
		}
		var err error
		sent[i], err = b.counted.counter.during(1, func() error {
			_, err := b.pgbench(ctx, b.counted.counter.URL(), w, 1, "-t", strconv.Itoa(n))
			return err
		})
		if err != nil {
			return counted{}, err
		}
	}
	return counted{
		(sent[1].statements - sent[0].statements) / float64(long-short), (sent[1].trips - sent[0].trips) / float64(long-short),
	}, nil
}

// supplyScript puts notices where the script finds them: client c takes those with n = c, c + clients …
func (b *bench) supplyScript(ctx context.Context, n int, one bool) error {
	ids, err := b.prepare(ctx, n, one)
	if err != nil {
		return err
	}
	_, err = b.pool.Exec(ctx, "DROP TABLE IF EXISTS bench.supply")
	if err != nil {
		return err
	}
	_, err = b.pool.Exec(ctx, `CREATE TABLE bench.supply AS SELECT (n - 1)::int AS n, id::uuid FROM unnest($1::text[]) WITH ORDINALITY AS s (id, n)`,
		pgx.QueryExecModeSimpleProtocol, ids)
	return err
}

func (b *bench) pgbench(ctx context.Context, url string, w workload, clients int, span ...string) (result, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return result{}, err
	}
	defer os.RemoveAll(dir)
	script, err := scripts.ReadFile("pgbench/" + w.script + ".sql")
	if err != nil {
		return result{}, err
	}
	file := filepath.Join(dir, w.script+".sql")
	if err := os.WriteFile(file, script, 0o600); err != nil {
		return result{}, err
	}
	args := append([]string{
		"-n", "-M", "prepared", "-f", file, "-c", strconv.Itoa(clients), "-j", strconv.Itoa(min(clients, 2)),
		"-l", "--log-prefix", filepath.Join(dir, "log"),
	}, span...)
	for name, value := range w.variables {
		args = append(args, "-D", name+"="+strconv.Itoa(value))
	}
	start := time.Now()
	out, err := exec.CommandContext(ctx, b.opts.PGBench, append(args, url)...).CombinedOutput()
	if err != nil {
		return result{}, fmt.Errorf("pgbench: %w\n%s", err, out)
	}
	return readLog(dir, time.Since(start), string(out))
}

// readLog reads the latencies that pgbench logged, in microseconds in the third column.
func readLog(dir string, took time.Duration, out string) (result, error) {
	files, err := filepath.Glob(filepath.Join(dir, "log*"))
	if err != nil {
		return result{}, err
	}
	var latencies []time.Duration
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return result{}, err
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			columns := strings.Fields(lines.Text())
			if len(columns) < 3 {
				continue
			}
			micros, err := strconv.ParseInt(columns[2], 10, 64)
			if err != nil {
				continue // "failed", "skipped"
			}
			latencies = append(latencies, time.Duration(micros)*time.Microsecond)
		}
		f.Close()
	}
	r := result{ops: len(latencies), took: took}
	r.p50, r.p99 = percentiles(latencies)
	for line := range strings.Lines(out) { // without the time to connect
		if tps, ok := strings.CutPrefix(line, "tps = "); ok {
			number, _, _ := strings.Cut(tps, " ")
			if v, err := strconv.ParseFloat(strings.TrimSpace(number), 64); err == nil && v > 0 {
				r.took = time.Duration(float64(r.ops) / v * float64(time.Second))
			}
		}
	}
	return r, nil
}
