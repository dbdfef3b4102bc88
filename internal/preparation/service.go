package preparation

import "github.com/salesgate/salesgate/internal/stock"

// Subject is what events call a preparation list.
const Subject = "preparation"

// Service holds the use cases. Build it with New; it is safe for concurrent use.
type Service struct {
	stock *stock.Service
}

// New returns the service.
func New(goods *stock.Service) *Service { return &Service{stock: goods} }
