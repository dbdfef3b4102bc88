// Package app builds the program: the only place where modules are made and joined, and the only one that may import
// them all.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/backtest"
	"github.com/salesgate/salesgate/internal/campaign"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/creditreview"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/handover"
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/importing"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/leave"
	"github.com/salesgate/salesgate/internal/opportunity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/prospect"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/survey"
	"github.com/salesgate/salesgate/internal/terms"
	"github.com/salesgate/salesgate/internal/visit"
	"github.com/salesgate/salesgate/migrations"
)

// Config is what the program can be told from outside.
type Config struct {
	DatabaseURL    string
	Addr           string // "host:port"; ":0" for any free port
	MaxConnections int32
	MasterKey      string // seals signing keys at rest; "" stores them in the clear
	Sandbox        bool   // the clock may be moved forward
	BlobURL        string // where attachments are kept: file:///folder, s3://bucket; "" is memory, for tests
	Log            *slog.Logger

	clock *clock.Clock // the real one when nil
}

// App is the joined program.
type App struct {
	DB       *pg.DB
	Server   *httpapi.Server
	Imports  *importing.Service
	jobs     *jobs.Runner
	storage  *attachment.Storage
	handler  http.Handler
	cfg      Config
	draining atomic.Bool
}

// New connects to the database and joins the modules. It returns an error when the schema is behind the program: run
// `salesgate migrate` first. It starts nothing.
func New(ctx context.Context, cfg Config) (*App, error) {
	if cfg.MaxConnections == 0 {
		cfg.MaxConnections = 24
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.clock == nil {
		cfg.clock = &clock.Clock{}
	}
	db, err := pg.Open(ctx, cfg.DatabaseURL, cfg.MaxConnections, cfg.clock)
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

// join is the wiring of the whole program.
func (a *App) join(ctx context.Context) error {
	behind, err := migrations.Pending(ctx, a.DB.SQL())
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if behind {
		return errors.New("the database schema is behind this program: run `salesgate migrate`")
	}
	if a.cfg.Sandbox {
		if err := a.DB.LoadClock(ctx); err != nil {
			return fmt.Errorf("read sandbox clock: %w", err)
		}
	}
	people := identity.New(a.DB, identity.Config{MasterKey: a.cfg.MasterKey})
	rules := rulebook.New()
	approvals := approval.New(rules)
	a.jobs = a.sweeps(approvals, people)
	if err := a.DB.Tx(ctx, pg.System("bootstrap"), approvals.Bootstrap); err != nil {
		return fmt.Errorf("authority matrix: %w", err)
	}
	// attachments and follow-ups
	files := attachment.New(a.DB, rules, a.storage)
	a.sweepFiles(files)

	// leave
	leaves := leave.New(rules, approvals, files)
	approvals.Register(leave.Matter, leaves)
	files.Register(leave.Subject, leave.See, "leave.read")
	a.jobs.Every("leaves", time.Minute, a.batches("leaves", leaves.Sweep))

	credits := credit.New(rules, approvals)
	approvals.Register(credit.MatterLimit, credits)
	prices := pricing.New(approvals)
	orders := order.New(rules, approvals, prices, credits)
	shipments := shipping.New(rules, approvals, credits, orders, a.cfg.MasterKey)
	approvals.Register(shipping.Matter, shipments)
	receivables := receivable.New(credits, shipments)
	shipments.Payments = receivables
	approvals.Register(pricing.MatterBaseList, prices)
	approvals.Register(pricing.MatterAuthority, prices)
	customers, products := customer.New(), catalog.New()
	customers.Accounts = credits
	a.Imports = importing.New(a.DB, customers, products, prices, credits, receivables, func(tx pg.Tx, id uuid.UUID) error {
		return jobs.InsertTx(tx, importJob{id})
	})
	jobs.Handle(a.jobs, func(ctx context.Context, job importJob) error { return a.Imports.Run(ctx, job.ID) })
	approvals.Register(order.Matter, orders)
	// customer: applications, changes
	customers.Rules = rules
	customerRequests := customer.NewRequests(customers, approvals)
	approvals.Register(customer.MatterApplication, customerRequests)
	approvals.Register(customer.MatterChange, customerRequests)
	a.jobs.Every("customer_changes", 10*time.Minute, func(ctx context.Context) error { return a.applyCustomerChanges(ctx, customerRequests) })

	// prospects
	prospects := prospect.New(rules, approvals, customers, files)
	approvals.Register(prospect.MatterOutside, prospects)
	approvals.Register(prospect.MatterPlan, prospects)
	prospects.Orders = orders
	customers.Territories = prospects
	a.prospectSweeps(prospects)

	// opportunities, campaigns, visits, surveys
	visits, opportunities := visit.New(rules), opportunity.New(rules)
	campaigns := campaign.New(approvals, files)
	approvals.Register(campaign.Matter, campaigns)
	files.Register(campaign.Subject, campaigns.Visible, "campaign.read")
	surveys := survey.New(rules, people)
	a.jobs.Every("open_surveys", time.Hour, a.batches("open_surveys", surveys.OpenDue)) // CUS-14

	// credit: limits and special release
	approvals.Register(credit.MatterGroup, credits)
	approvals.Register(shipping.MatterSpecial, shipments)
	credits.Shipments, credits.Files, shipments.Files = shipments, files, files
	files.Register(credit.SubjectRequest, credits.RequestSeen, "credit.read")
	files.Register(credit.SubjectGroupRequest, credits.GroupRequestSeen, "credit_group.read")
	files.Register(shipping.SubjectSpecial, shipments.SpecialSeen, "special_release.read")
	a.watchLimits(credits, shipments)

	// terms
	agreements := terms.New(rules, approvals, files, credits)
	approvals.Register(terms.Matter, agreements)
	files.Register(terms.Subject, agreements.Seen, "agreement.read")
	a.jobs.Every("settlement_bridges", time.Hour, a.batches("settlement_bridges", agreements.MarkOverdue)) // CRD-15

	// credit reviews
	reviews := creditreview.New(rules, credits)
	credits.Watchers = append(credits.Watchers, reviews)
	a.sweepReviews(reviews)

	// handover
	handovers := handover.New(customers, prospects)
	customers.Handovers = handovers

	// backtest
	backtests := backtest.New(a.DB, rules, approvals, prices, func(tx pg.Tx, id uuid.UUID) error {
		return jobs.InsertTx(tx, backtestJob{id})
	})
	jobs.Handle(a.jobs, func(ctx context.Context, job backtestJob) error { return backtests.Run(ctx, job.ID) })
	a.jobs.Every("purge_backtests", time.Hour, backtests.Purge)

	a.Server = &httpapi.Server{
		DB: a.DB, Log: a.cfg.Log, Ready: a.ready,
		Authenticate: people.Authenticator().Authenticate,
		Sandbox:      a.cfg.Sandbox,
		Jobs:         a.jobs,
		Rulebook:     rules,
		People:       people,
		Customers:    customers,
		Credits:      credits,
		Shipments:    shipments,
		Receivables:  receivables,
		Imports:      a.Imports,
		Products:     products,
		Prices:       prices,
		Approvals:    approvals,
		TaskFeed:     approval.NewFeed(),
		Orders:       orders,
		// attachments and follow-ups
		Attachments: files,

		// leave
		Leaves: leaves,

		// customer: applications, changes, handover
		CustomerRequests: customerRequests,
		Handovers:        handovers,

		// prospects
		Prospects: prospects,

		// opportunities, campaigns, visits, surveys
		Visits: visits, Opportunities: opportunities, Campaigns: campaigns, Surveys: surveys,

		// credit: limits and special release, terms
		Terms: agreements,

		// credit reviews
		Reviews: reviews,

		// backtest
		Backtests: backtests,
	}
	a.handler, err = a.Server.Handler()
	return err
}

// importJob carries out an uploaded file.
type importJob struct {
	ID uuid.UUID `json:"id"`
}

// Kind implements jobs.Args.
func (importJob) Kind() string { return "run_import" }

// backtestJob carries out a backtest, or goes on with one.
type backtestJob struct {
	ID uuid.UUID `json:"id"`
}

// Kind implements jobs.Args.
func (backtestJob) Kind() string { return "run_backtest" }

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
