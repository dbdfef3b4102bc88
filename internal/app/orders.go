package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// untoldAtOnce is how many confirmed orders are looked up at once; each is told of in a transaction of its own.
const untoldAtOnce = 200

// followOrders registers what time does to orders.
func (a *App) followOrders(s *order.Service) {
	a.jobs.Every("confirmed_orders", 2*time.Second, func(ctx context.Context) error { return a.tellConfirmed(ctx, s) }) // ORD-03
}

// TellConfirmed does at once what the queue does within seconds: production is told of the orders that were confirmed. For programs
// that run no queue, such as tests.
func (a *App) TellConfirmed(ctx context.Context) error { return a.tellConfirmed(ctx, a.Server.Orders) }

// tellConfirmed goes on while a round tells of all that it found. One order that can't be told of doesn't keep the others.
func (a *App) tellConfirmed(ctx context.Context, s *order.Service) error {
	for {
		var ids []uuid.UUID
		err := a.DB.View(ctx, pg.System("confirmed_orders"), func(tx pg.Tx) (err error) {
			ids, err = s.Untold(tx, untoldAtOnce)
			return err
		})
		if err != nil {
			return err
		}
		for _, id := range ids {
			if one := a.DB.Tx(ctx, pg.System("confirmed_orders"), func(tx pg.Tx) error { return s.Tell(tx, id) }); one != nil {
				err = errors.Join(err, fmt.Errorf("order %s: %w", id, one))
			}
		}
		if err != nil || len(ids) < untoldAtOnce {
			return err
		}
	}
}
