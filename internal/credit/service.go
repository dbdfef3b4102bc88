package credit

import "github.com/salesgate/salesgate/internal/rulebook"

// Service is the credit module. Build it with New; it is safe for concurrent use.
type Service struct{ rules *rulebook.Service }

// New returns the service.
func New(rules *rulebook.Service) *Service { return &Service{rules: rules} }
