package app

import (
	"context"
	"fmt"
	"io"
	"net/url"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/demo"
	"github.com/salesgate/salesgate/internal/pg"
)

// LoadDemo brings the demo company into a migrated database, on a clock of its own that goes through the year before
// today, of which it loads the last days. Commits of the load don't wait for the disk: what a crash takes back is loaded
// again.
func LoadDemo(ctx context.Context, cfg Config, days int, say func(format string, args ...any)) error {
	address, err := withoutWaiting(cfg.DatabaseURL)
	if err != nil {
		return err
	}
	past := &clock.Clock{}
	a, err := New(ctx, Config{DatabaseURL: address, Database: pg.Options{MaxConnections: 4}, MasterKey: cfg.MasterKey, BlobURL: cfg.BlobURL, clock: past})
	if err != nil {
		return err
	}
	defer a.Close()
	s := a.Server
	company := demo.Company{
		DB: a.DB, Clock: past, People: s.People, Products: s.Products, Imports: a.Imports,
		Approvals: s.Approvals, Orders: s.Orders, Shipments: s.Shipments, Deliveries: s.Deliveries, Stock: s.Stock, Gate: s.Gate, Receivables: s.Receivables,
		Prospects: s.Prospects, Opportunities: s.Opportunities, Visits: s.Visits, Days: days,
	}
	return company.Load(ctx, say)
}

func withoutWaiting(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("database url: %w", err)
	}
	if u.Scheme == "" { // a keyword/value string
		return address + " synchronous_commit=off", nil
	}
	q := u.Query()
	q.Set("synchronous_commit", "off")
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// WelcomeToDemo prints logins and first calls of the demo company, for a server at base.
func (a *App) WelcomeToDemo(ctx context.Context, w io.Writer, base string) error {
	var sample demo.Sample
	err := a.DB.View(ctx, pg.System("demo"), func(tx pg.Tx) (err error) {
		sample, err = demo.FindSample(tx, "rep")
		return err
	})
	if err != nil {
		return err
	}
	return demo.Welcome(w, base, sample)
}
