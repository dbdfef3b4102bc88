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
)

//go:embed pgbench/*.sql
var scripts embed.FS

// script runs a workload's statements by pgbench, prepared, for the span of a measurement.
func (b *bench) script(ctx context.Context, url string, w workload, clients int) (result, error) {
	span := []string{"-T", strconv.Itoa(max(1, int(b.opts.Span.Seconds())))}
	if b.opts.Span < time.Second { // pgbench counts in seconds
		span = []string{"-t", "20"}
	}
	return b.pgbench(ctx, url, w, clients, span...)
}

// countScript counts what a transaction of the script sends: two runs of different length tell it without what a
// connection sends at its beginning.
func (b *bench) countScript(ctx context.Context, w workload) (counted, error) {
	if b.opts.PGBench == "" {
		return counted{}, nil
	}
	const short, long = 5, 25
	var sent [2]counted
	for i, n := range []int{short, long} {
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
		(sent[1].statements - sent[0].statements) / (long - short), (sent[1].trips - sent[0].trips) / (long - short),
	}, nil
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

// readLog reads the latencies that pgbench logged, in µs in the third column.
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
			µs, err := strconv.ParseInt(columns[2], 10, 64)
			if err != nil {
				continue // "failed", "skipped"
			}
			latencies = append(latencies, time.Duration(µs)*time.Microsecond)
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
