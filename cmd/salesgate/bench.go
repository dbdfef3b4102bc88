package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/spf13/cobra"

	"github.com/salesgate/salesgate/internal/bench"
	"github.com/salesgate/salesgate/internal/devpg"
)

// benching is the flags of bench.
type benching struct {
	opts          bench.Options
	data, profile string
}

// benchCommand is for developers (`make bench`), so help doesn't list it.
func benchCommand() *cobra.Command {
	var b benching
	cmd := &cobra.Command{
		Use: "bench", Short: "Load a million orders and measure, beside two references", Args: cobra.NoArgs, Hidden: true,
		Long: "Loads an empty database once and measures the hot operations, beside hand-written SQL through pgbench and a bare echo + pgx\n" +
			"handler. Without --database it runs a private PostgreSQL, with its data safe as in production, below --data and keeps it.",
		RunE: func(cmd *cobra.Command, _ []string) error { return b.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&b.opts.URL, "database", "", "an empty database, or one that an earlier run has loaded; never one with anything else in it")
	f.StringVar(&b.data, "data", filepath.Join("data", "bench"), "folder of the private database")
	f.StringVar(&b.opts.PGBench, "pgbench", "", "path of pgbench (default: the private database's)")
	f.IntVar(&b.opts.Customers, "customers", 10_000, "customers to load")
	f.IntVar(&b.opts.Orders, "orders", 1_000_000, "orders to load, of three lines each")
	f.IntSliceVar(&b.opts.Clients, "clients", []int{1, 8, 32}, "numbers of clients at once")
	f.DurationVar(&b.opts.Span, "for", 3*time.Second, "how long each measurement lasts")
	f.IntVar(&b.opts.Notices, "notices", 400, "shipping notices to release in each measurement")
	f.StringVar(&b.opts.Only, "only", "", "regular expression on the names of what is measured")
	f.StringVar(&b.profile, "profile", "", "write a CPU profile to this file; it holds clients and bare handler too")
	return cmd
}

func (b *benching) run(cmd *cobra.Command) error {
	ctx, say := cmd.Context(), sayOn(cmd)
	b.opts.Log = say
	if b.opts.URL == "" {
		end, err := b.open(ctx, say)
		if err != nil {
			return err
		}
		defer end()
	}
	if b.opts.PGBench == "" {
		b.opts.PGBench, _ = exec.LookPath("pgbench")
	}
	if b.opts.PGBench == "" {
		say("pgbench isn't installed: measuring without that reference")
	}
	if err := migrate(ctx, b.opts.URL); err != nil {
		return err
	}
	if b.profile != "" {
		f, err := os.Create(b.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	report, err := bench.Run(ctx, b.opts)
	if err != nil {
		return err
	}
	report.Markdown(cmd.OutOrStdout())
	if n, first := report.Errors(); n > 0 {
		say("%d requests failed; the first: %s", n, first)
	}
	return nil
}

// open starts the private database, durable as a user's own.
func (b *benching) open(ctx context.Context, say func(string, ...any)) (end func(), err error) {
	dir, err := filepath.Abs(b.data)
	if err != nil {
		return nil, err
	}
	settings := map[string]string{"max_wal_size": "4GB", "shared_buffers": "512MB"}
	server, err := devpg.Start(ctx, devpg.Options{Dir: dir, Durable: true, Settings: settings, Log: say})
	if err != nil {
		return nil, err
	}
	b.opts.URL = server.URL()
	if _, err := os.Stat(server.Tool("pgbench")); err == nil && b.opts.PGBench == "" {
		b.opts.PGBench = server.Tool("pgbench")
	}
	return func() {
		if err := server.Stop(); err != nil {
			say("%v", err)
		}
	}, nil
}
