package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/demo"
	"github.com/salesgate/salesgate/internal/pg"
)

// serving is the flags of serve.
type serving struct {
	database
	cfg  app.Config
	demo bool
}

func serveCommand() *cobra.Command {
	var s serving
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the API", Args: cobra.NoArgs,
		Long: "Serves the API. Without --database it runs a private PostgreSQL below --data and migrates it; a database that is given\n" +
			"must have been migrated with `salesgate migrate`.",
		RunE: func(cmd *cobra.Command, _ []string) error { return s.run(cmd) },
	}
	s.flags(cmd)
	sandbox, _ := strconv.ParseBool(env("SALESGATE_SANDBOX", "false"))
	cmd.Flags().StringVar(&s.cfg.Addr, "addr", env("SALESGATE_ADDR", ":8080"), "address to listen on")
	limits := &s.cfg.Database
	cmd.Flags().Int32Var(&limits.MaxConnections, "max-connections", pg.Default.MaxConnections, "database connections at most")
	cmd.Flags().DurationVar(&limits.AcquireWait, "connection-wait", pg.Default.AcquireWait, "how long a request waits for a free connection before it is told that the server is busy")
	cmd.Flags().DurationVar(&limits.LockWait, "lock-wait", pg.Default.LockWait, "how long a statement waits for what another request has locked before that one is told so")
	cmd.Flags().BoolVar(&s.cfg.Sandbox, "sandbox", sandbox, "let the clock be moved forward, for trying things out")
	cmd.Flags().StringVar(&s.cfg.BlobURL, "blob-url", env("SALESGATE_BLOB_URL", ""), "where attachments are kept: file:///folder, s3://bucket?region=…; empty: the folder attachments below --data")
	cmd.Flags().BoolVar(&s.demo, "demo", false, "load the demo company, print its published logins, and let the clock be moved: for trying things out")
	return cmd
}

// run starts database, schema and server in this order, and stops them in the opposite one.
func (s *serving) run(cmd *cobra.Command) error {
	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	say := sayOn(cmd)
	url, gone, end, err := s.open(ctx, say)
	if err != nil {
		return err
	}
	defer end()
	if gone != nil {
		if err := migrate(ctx, url); err != nil {
			return err
		}
	}
	s.cfg.DatabaseURL, s.cfg.MasterKey = url, os.Getenv("SALESGATE_MASTER_KEY")
	if s.cfg.BlobURL == "" {
		if s.cfg.BlobURL, err = attachment.FolderURL(filepath.Join(s.data, "attachments")); err != nil {
			return err
		}
	}
	if s.demo {
		if err := app.LoadDemo(ctx, s.cfg, demo.AllDays, say); err != nil {
			return err
		}
		s.cfg.Sandbox = true
	}
	s.cfg.Log = slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
	a, err := app.New(ctx, s.cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	stopWhenGone(gone, cancel)
	err = a.Run(ctx, func(addr string) { s.welcome(cmd, a, base(addr)) })
	if cause := context.Cause(ctx); errors.Is(cause, errDatabaseGone) {
		return cause
	}
	return err
}

// welcome says where the server is, and in a demo how to come in.
func (s *serving) welcome(cmd *cobra.Command, a *app.App, base string) {
	sayOn(cmd)("salesgate serves on %s, documentation on %s/docs", base, base)
	if !s.demo {
		return
	}
	if err := a.WelcomeToDemo(cmd.Context(), cmd.OutOrStdout(), base); err != nil {
		sayOn(cmd)("%v", err)
	}
}

var errDatabaseGone = errors.New("the private PostgreSQL ended; its log is in the data folder")

// stopWhenGone ends the server when its database does: it could only answer 503.
func stopWhenGone(gone <-chan struct{}, cancel context.CancelCauseFunc) {
	if gone == nil {
		return
	}
	go func() {
		<-gone
		cancel(errDatabaseGone)
	}()
}

// base is the URL under which a browser on this machine finds the server.
func base(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
