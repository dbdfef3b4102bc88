package pricelist

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Service holds the use cases of base price lists and of the base prices that they set. It is the subject of the matter price.base_list.
// Build one per process; it is safe for concurrent use.
type Service struct {
	rules     *rulebook.Service // figures of the rules
	approvals *approval.Service
	shipped   Shipments // what was sold of a product

	// Watchers are told of published lists, in the transaction of the publication.
	Watchers []Watcher

	Requests Requests // price requests, which lists answer; nil: there are none
	Reviews  Reviews  // price reviews, which lists answer; nil: there are none

	EnqueueRollOut func(tx pg.Tx, listID uuid.UUID) error // inserts the job that calls RollOut; nil leaves it to the sweep

	// Resolved returns errs.ErrNotFound unless the price committee has adopted the resolution, about something that asks for base prices.
	Resolved func(tx pg.Tx, resolution uuid.UUID) error
}

// Watcher is a module below this one in the import order that has to know of new base prices.
type Watcher interface {
	BasePricesPublished(tx pg.Tx, listID uuid.UUID) error
}

// Requests are what others ask of base prices: a list can begin with the prices that they want, and answers them by what becomes of it.
type Requests interface {
	TakeRequests(tx pg.Tx, l BasePriceList, ids []uuid.UUID) ([]PriceLine, error)
	ListDecided(tx pg.Tx, l BasePriceList) error // published, rejected, cancelled or recalled, as its state says
}

// Reviews are looks at all base prices: a list in force answers for the products that it names.
type Reviews interface {
	ListInForce(tx pg.Tx, listID uuid.UUID) error
}

// Shipments says how much was shipped of these products, or of all when ids is nil, from a date on and before another.
type Shipments interface {
	ShippedQuantities(tx pg.Tx, from, before time.Time, ids []uuid.UUID) (map[uuid.UUID]decimal.Decimal, error)
}

// New returns the service. The caller registers it with approvals for MatterBaseList.
func New(rules *rulebook.Service, approvals *approval.Service, shipped Shipments) *Service {
	return &Service{rules: rules, approvals: approvals, shipped: shipped}
}
