package pricing

import (
	"github.com/salesgate/salesgate/internal/pg"
)

// Service holds the use cases of base price lists, the price authority table and the price gate.
type Service struct{}

// New returns the service.
func New() *Service { return &Service{} }

// Check is the price gate: it judges every line at its net price and the whole order against the base prices and the
// authority table in force at q.At (PRC-09, PRC-10, PRC-12). It writes nothing, locks nothing and runs one statement.
//
// Returns ErrNoBasePrice, ErrNotStandard, ErrInactive or ErrUnknownProduct pointing at each such line ("/lines/0/product_id");
// ErrQuantity, ErrPrice, ErrDiscount, ErrNoLines for a question that makes no sense; ErrNoList before the first list.
// The answer's Checks explain a refusal too.
func (s *Service) Check(tx pg.Tx, q Question) (Answer, error) {
	return Answer{}, ErrNoLines
}
