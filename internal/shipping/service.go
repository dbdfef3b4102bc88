package shipping

import (
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Service is the shipping module. Build it with New; it is safe for concurrent use once Payments is set.
type Service struct {
	Payments Payments // who holds the payments; app sets it, since receivable is built after shipping

	rules     *rulebook.Service
	approvals *approval.Service
	credit    *credit.Service
}

// New returns the service, which app registers for Matter.
func New(rules *rulebook.Service, approvals *approval.Service, accounts *credit.Service) *Service {
	return &Service{Payments: noPayments{}, rules: rules, approvals: approvals, credit: accounts}
}
