package pg

import (
	"context"
	"errors"
	"sync/atomic"

	"gorm.io/gorm"
)

// Probe watches the statements of one request. Tests use it to hold a list to its number of statements and to fail
// the n-th statement of a use case; the server uses it for the statements-per-request metric.
type Probe struct {
	n      atomic.Int64
	failAt int64
}

// ErrInjected is what the failing statement of a Probe returns.
var ErrInjected = errors.New("pg: injected failure")

type probeKey struct{}

// WithProbe returns a context whose statements are counted. With failAt > 0 that statement and all after it fail.
func WithProbe(ctx context.Context, failAt int64) (context.Context, *Probe) {
	p := &Probe{failAt: failAt}
	return context.WithValue(ctx, probeKey{}, p), p
}

// Statements returns how many statements ran, BEGIN and COMMIT not counted.
func (p *Probe) Statements() int64 { return p.n.Load() }

// probed counts a statement that is about to run; the error is what it fails with instead.
func probed(ctx context.Context) error {
	p, ok := ctx.Value(probeKey{}).(*Probe)
	if !ok {
		return nil
	}
	if n := p.n.Add(1); p.failAt > 0 && n >= p.failAt {
		return ErrInjected
	}
	return nil
}

func installProbe(g *gorm.DB) error {
	watch := func(db *gorm.DB) {
		if err := probed(db.Statement.Context); err != nil {
			_ = db.AddError(err)
		}
	}
	cb := g.Callback()
	return errors.Join(
		cb.Create().Before("gorm:create").Register("probe:create", watch),
		cb.Query().Before("gorm:query").Register("probe:query", watch),
		cb.Update().Before("gorm:update").Register("probe:update", watch),
		cb.Delete().Before("gorm:delete").Register("probe:delete", watch),
		cb.Row().Before("gorm:row").Register("probe:row", watch),
		cb.Raw().Before("gorm:raw").Register("probe:raw", watch),
	)
}
