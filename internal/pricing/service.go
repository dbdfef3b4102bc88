package pricing

import (
	"math/big"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Service holds the use cases of base price lists, the price authority table and the price gate. It is the subject of the
// matters price.base_list and price.authority. Build one per process; it is safe for concurrent use.
type Service struct {
	approvals *approval.Service

	// Watchers are told of published lists and tables, in the transaction of the publication.
	Watchers []Watcher

	Rules          *rulebook.Service                      // figures of the rules
	Shipped        Shipments                              // what was sold of a product
	EnqueueRollOut func(tx pg.Tx, listID uuid.UUID) error // inserts the job that calls RollOut; nil leaves it to the sweep

	Requests Requests // price requests, which lists answer
	Reviews  Reviews  // price reviews, which lists answer

	// Resolved returns errs.ErrNotFound unless the price committee has adopted the resolution, about something that asks for base prices.
	Resolved func(tx pg.Tx, resolution uuid.UUID) error

	mu     sync.Mutex
	tables map[tableKey]*authority // published tables as last used; they never change
}

// Watcher is a module below this one in the import order that has to know of new base prices and authority.
type Watcher interface {
	BasePricesPublished(tx pg.Tx, listID uuid.UUID) error
	PriceAuthorityPublished(tx pg.Tx, tableID uuid.UUID) error
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

// New returns the service. The caller registers it with approvals for MatterBaseList and MatterAuthority.
func New(approvals *approval.Service) *Service {
	return &Service{approvals: approvals, tables: map[tableKey]*authority{}}
}

// Check is the price gate: it judges every line at its net price and the whole order against the base prices and the
// authority table in force at q.At (PRC-09, PRC-10, PRC-12). It writes nothing and locks nothing. It runs one statement;
// one more when the authority table in force is another than the last time, and one more with q.WithMargin.
//
// Returns ErrNoBasePrice, ErrNotStandard, ErrInactive or ErrUnknownProduct pointing at each such line ("/lines/0/product_id");
// ErrQuantity, ErrPrice, ErrDiscount, ErrNoLines for a question that makes no sense; ErrNoList before the first list.
// The answer's Checks explain a refusal too.
func (s *Service) Check(tx pg.Tx, q Question) (Answer, error) {
	if q.At.IsZero() {
		q.At = tx.Now
	}
	in, err := readFacts(tx, q)
	if err != nil {
		return Answer{}, err
	}
	if in.listID == uuid.Nil && !in.allInitial(q) {
		return Answer{}, ErrNoList
	}
	table, err := s.table(tx, in.table)
	if err != nil {
		return Answer{}, err
	}
	a, err := judge(q, in.products, table)
	a.At, a.ListID, a.ListNumber = q.At, in.listID, in.listNumber
	if err != nil || !q.WithMargin {
		return a, err
	}
	costs, err := catalog.CostsAt(tx, productIDs(q), clock.Today(q.At))
	if err != nil {
		return a, err
	}
	gross := new(big.Rat)
	for _, l := range q.Lines {
		gross = add(gross, mul(exact(l.Price), exact(l.Quantity)))
	}
	return a, addMargins(&a, costs, share(gross, exact(q.HeaderDiscount)))
}

func productIDs(q Question) []uuid.UUID {
	ids := make([]uuid.UUID, len(q.Lines))
	for i, l := range q.Lines {
		ids[i] = l.ProductID
	}
	return ids
}
