package shipping

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/transport"
)

// Service is the shipping module. Build it with New; it is safe for concurrent use once its fields are set.
type Service struct {
	Payments     Payments             // who holds the payments; app sets it, since receivable is built after shipping
	Deliveries   Deliveries           // what has left; app sets it, since delivery is built after shipping
	Preparations *preparation.Service // what is laid out for notices; app sets it
	Transport    *transport.Service   // the trucks that are to fetch goods; app sets it
	Files        *attachment.Service  // where the papers of special releases are; app sets it

	// Allotments say what is left of short products to order lines (SHP-19); app sets it. Nil: nothing is allotted.
	Allotments Allotments

	rules     *rulebook.Service
	approvals *approval.Service
	credit    *credit.Service
	orders    *order.Service
}

// Take is a quantity of an order line that is to be put on a notice.
type Take struct {
	OrderLineID uuid.UUID
	ProductID   uuid.UUID
	Quantity    decimal.Decimal
}

// Allotments refuse what the allotment of a short product doesn't leave to a line; the refusal points at the part, like
// "/lines/0/quantity". hold, for a release, keeps allotments from being confirmed until the transaction ends.
type Allotments interface {
	Allowance(tx pg.Tx, takes []Take, hold bool) error
}

// New returns the service, which app registers for Matter.
func New(rules *rulebook.Service, approvals *approval.Service, accounts *credit.Service, orders *order.Service) *Service {
	return &Service{Payments: noPayments{}, rules: rules, approvals: approvals, credit: accounts, orders: orders}
}

// Get returns a notice with its lines. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Notice, error) {
	n, err := readNotice(tx, id)
	if err != nil {
		return Notice{}, err
	}
	return n, who.MustSee(n.OwnerID)
}

// Seen returns errs.ErrNotFound unless the caller may see the notice: for its timeline and its decisions.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	n, err := pg.Take[Notice](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return who.MustSee(n.OwnerID)
}
