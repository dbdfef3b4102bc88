package priceadjust

import (
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Service holds the use cases of price requests and price reviews. It is what base price lists ask and tell as pricelist.Requests and
// pricelist.Reviews. Build one per process; it is safe for concurrent use.
type Service struct {
	rules   *rulebook.Service
	files   *attachment.Service // papers of requests
	shipped pricelist.Shipments // what was sold of a product
}

// New returns the service. The caller gives it to the base price lists, and registers requests and reviews with attachments and the
// price committee.
func New(rules *rulebook.Service, files *attachment.Service, shipped pricelist.Shipments) *Service {
	return &Service{rules: rules, files: files, shipped: shipped}
}
