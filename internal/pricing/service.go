package pricing

import (
	"math/big"
	"sync"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// Service holds the use cases of the price gate and the price authority table. It is the subject of the matter price.authority. Build one
// per process; it is safe for concurrent use.
type Service struct {
	approvals *approval.Service

	// Watchers are told of published tables, in the transaction of the publication.
	Watchers []Watcher

	mu     sync.Mutex
	tables map[tableKey]*authority // published tables as last used; they never change
}

// Watcher is a module below this one in the import order that has to know of new price authority.
type Watcher interface {
	PriceAuthorityPublished(tx pg.Tx, tableID uuid.UUID) error
}

// New returns the service. The caller registers it with approvals for MatterAuthority.
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
		gross = add(gross, mul(Exact(l.Price), Exact(l.Quantity)))
	}
	return a, addMargins(&a, costs, share(gross, Exact(q.HeaderDiscount)))
}

func productIDs(q Question) []uuid.UUID {
	ids := make([]uuid.UUID, len(q.Lines))
	for i, l := range q.Lines {
		ids[i] = l.ProductID
	}
	return ids
}
