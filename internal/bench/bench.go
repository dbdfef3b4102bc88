package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/salesgate/salesgate/internal/app"
)

// Options say what to measure, and where.
type Options struct {
	URL       string        // of a migrated database that only the benchmark uses; its user is a superuser
	PGBench   string        // path of pgbench; "" leaves that reference out
	Orders    int           // loaded before
	Customers int           // loaded before
	Clients   []int         // numbers of clients at once, one after the other
	Span      time.Duration // of each measurement
	Notices   int           // to release in each measurement at most
	Only      string        // a regular expression on the names of workloads; "" is all
	Log       func(format string, args ...any)
}

const maxConnections = 24 // of the bare handler: as many as the program has by default

// Run loads what is missing, measures, and returns the table.
func Run(ctx context.Context, o Options) (*Report, error) {
	start := time.Now()
	if err := load(ctx, o); err != nil {
		return nil, err
	}
	o.Log("loaded after %.0f s", time.Since(start).Seconds())
	b, err := newBench(ctx, o)
	if err != nil {
		return nil, err
	}
	defer b.close()
	report := newReport(ctx, b.pool, o)
	for _, w := range b.workloads() {
		if !o.wants(w.name) {
			continue
		}
		if w.write && b.sample.checks == "" {
			if err := b.takeSamples(ctx); err != nil {
				return nil, err
			}
		}
		row, err := b.measure(ctx, w)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.name, err)
		}
		report.rows = append(report.rows, row...)
	}
	return report, nil
}

// bench is the targets, ready to be measured.
type bench struct {
	opts    Options
	pool    *pgxpool.Pool
	gate    *driver // the program
	bare    *driver
	counted *targets // the same two behind a counter
	sample  sample
	tokens  map[string]string
	signed  time.Time // when the tokens were issued
	stops   []func()
}

// targets are the program and the bare handler on a database.
type targets struct {
	gate, bare *driver
	bareServer *bare
	counter    *counter
}

func newBench(ctx context.Context, o Options) (*bench, error) {
	b := &bench{opts: o, tokens: map[string]string{}}
	t, err := b.start(ctx, o.URL)
	if err != nil {
		b.close()
		return nil, err
	}
	b.gate, b.bare, b.pool = t.gate, t.bare, t.bareServer.pool
	c, err := newCounter(o.URL)
	if err != nil {
		b.close()
		return nil, err
	}
	b.stops = append(b.stops, c.close)
	if b.counted, err = b.start(ctx, c.URL()); err != nil {
		b.close()
		return nil, err
	}
	b.counted.counter = c

	return b, nil
}

// start serves the program and the bare handler on the database at url.
func (b *bench) start(ctx context.Context, url string) (*targets, error) {
	a, err := app.New(ctx, app.Config{DatabaseURL: url, Log: slog.New(slog.NewJSONHandler(io.Discard, nil))})
	if err != nil {
		return nil, err
	}
	b.stops = append(b.stops, a.Close)
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = maxConnections
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	b.stops = append(b.stops, pool.Close)
	t := &targets{bareServer: &bare{pool: pool, sample: &b.sample}}
	gate, stop, err := serve(a.Handler())
	if err != nil {
		return nil, err
	}
	b.stops = append(b.stops, stop)
	plain, stop, err := serve(t.bareServer.handler())
	if err != nil {
		return nil, err
	}
	b.stops = append(b.stops, stop)
	t.gate, t.bare = newDriver(gate), newDriver(plain)
	return t, nil
}

func (b *bench) close() {
	for _, v := range slices.Backward(b.stops) {
		v()
	}
}

// login fetches tokens for everybody who plays a part, unless those of before are fresh.
func (b *bench) login(ctx context.Context) error {
	if time.Since(b.signed) < 5*time.Minute { // they last ten
		return nil
	}
	people := []string{"manager", "finance", "gm"}
	for r := range reps {
		people = append(people, fmt.Sprintf("rep%d", r+1))
	}
	for _, name := range people {
		body, err := json.Marshal(map[string]string{"username": name, "password": password})
		if err != nil {
			return err
		}
		answer, err := b.gate.exchange(ctx, &request{method: http.MethodPost, path: "/v1/auth/login", body: body})
		if err != nil {
			return err
		}
		var tokens struct {
			AccessToken string `json:"access_token"`
		}
		if err := json.Unmarshal(answer, &tokens); err != nil {
			return err
		}
		b.tokens[name] = tokens.AccessToken
	}
	b.signed = time.Now()
	return nil
}

// takeSamples submits an order and releases a notice, and keeps what they left behind, for the references to write rows of
// the same size.
func (b *bench) takeSamples(ctx context.Context) error {
	if err := b.takeSample(ctx); err != nil {
		return err
	}
	return b.takeRelease(ctx)
}

func (b *bench) takeSample(ctx context.Context) error {
	if err := b.login(ctx); err != nil {
		return err
	}
	answer, err := b.gate.exchange(ctx, b.submit(1)(rand.New(rand.NewPCG(1, 1))))
	if err != nil {
		return err
	}
	var order struct {
		ID    string `json:"id"`
		State string `json:"state"`
	}
	if err := json.Unmarshal(answer, &order); err != nil {
		return err
	}
	if order.State != "confirmed" {
		return errors.New("an order within authority wasn't confirmed at once")
	}
	s := &b.sample
	err = b.pool.QueryRow(ctx, `SELECT d.checks::text, a.facts::text, a.route::text, e.after::text, a.title_en, a.title_zh
		FROM decisions d JOIN approval_requests a ON a.subject_id = d.subject_id JOIN events e ON e.subject_id = d.subject_id
		WHERE d.subject_id = $1`, order.ID).Scan(&s.checks, &s.facts, &s.route, &s.after, &s.titleEN, &s.titleZH)
	if err != nil {
		return fmt.Errorf("what an order leaves behind: %w", err)
	}
	_, err = b.pool.Exec(ctx, "DROP TABLE IF EXISTS bench.sample")
	if err != nil {
		return err
	}
	_, err = b.pool.Exec(ctx, `CREATE TABLE bench.sample AS SELECT $1::text::jsonb AS checks, $2::text::jsonb AS facts, $3::text::jsonb AS route,
		$4::text::jsonb AS after, $5::text AS title_en, $6::text AS title_zh, $7::bytea AS answer`,
		pgx.QueryExecModeSimpleProtocol, s.checks, s.facts, s.route, s.after, s.titleEN, s.titleZH, answer)
	return err
}
