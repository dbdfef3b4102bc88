// Package app builds the program: the only place where modules are made and joined, and the only one that may import
// them all.
package app

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/importing"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
)

// Config is what the program can be told from outside.
type Config struct {
	DatabaseURL string
	Database    pg.Options
	Addr        string // "host:port"; ":0" for any free port
	MasterKey   string // seals signing keys at rest; "" stores them in the clear
	Sandbox     bool   // the clock may be moved forward
	BlobURL     string // where attachments are kept: file:///folder, s3://bucket; "" is memory, for tests
	Log         *slog.Logger

	clock *clock.Clock // the real one when nil
}

// App is the joined program.
type App struct {
	DB        *pg.DB
	Server    *httpapi.Server
	Imports   *importing.Service
	jobs      *jobs.Runner
	deadlines []deadlines // of the modules, for when the calendar changes
	storage   *attachment.Storage
	handler   http.Handler
	cfg       Config
	draining  atomic.Bool
}

// New connects to the database and joins the modules. It returns an error when the schema is behind the program: run
// `salesgate migrate` first. It starts nothing.
func New(ctx context.Context, cfg Config) (*App, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.clock == nil {
		cfg.clock = &clock.Clock{}
	}
	db, err := pg.Open(ctx, cfg.DatabaseURL, cfg.Database, cfg.clock)
	if err != nil {
		return nil, err
	}
	a := &App{DB: db, cfg: cfg}
	if a.storage, err = attachment.OpenStorage(ctx, cmp.Or(cfg.BlobURL, "mem://")); err != nil {
		db.Close()
		return nil, err
	}
	if err := a.join(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// Handler is the HTTP interface, for tests that serve it themselves.
func (a *App) Handler() http.Handler { return a.handler }

// Sweep does at once what the queue does in its time: every sweep, and the work of every period that is due. For programs that
// run no queue, such as tests.
func (a *App) Sweep(ctx context.Context) error { return a.jobs.RunAll(ctx) }

// Close releases the database connections and the storage.
func (a *App) Close() {
	_ = a.storage.Close()
	a.DB.Close()
}

func (a *App) ready(ctx context.Context) error {
	if a.draining.Load() {
		return errs.ErrBusy
	}
	return a.DB.Ping(ctx)
}

// Run serves until ctx ends, then drains: not ready, no new connections, requests in flight finish, jobs stop softly.
// started, if not nil, is called with the address once the port is open.
func (a *App) Run(ctx context.Context, started func(addr string)) error {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.cfg.Addr)
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler: a.handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(a.cfg.Log.Handler(), slog.LevelWarn),
	}
	if err := a.jobs.Start(ctx, parallelJobs); err != nil {
		_ = ln.Close()
		return err
	}
	go a.Server.TaskFeed.Run(ctx, a.DB.Pool()) // its end, with ctx, ends the streams, which the drain would wait for
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	if started != nil {
		started(ln.Addr().String())
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	a.draining.Store(true)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return errors.Join(err, srv.Shutdown(stop), a.jobs.Stop(stop))
}
