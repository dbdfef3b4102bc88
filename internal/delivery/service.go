package delivery

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/stock"
	"github.com/salesgate/salesgate/internal/transport"
)

// Service is the delivery module. Build it with New; it is safe for concurrent use once its fields are set.
type Service struct {
	Stock        *stock.Service       // what lies in the warehouses; app sets it
	Preparations *preparation.Service // what is laid out and taken of it; app sets it
	Transport    *transport.Service   // the trucks that fetch goods (SHP-07), and their freight; app sets it
	Gate         Gate                 // issues the passes; app sets it, since gate is built after delivery
	Invoices     Invoices             // who takes goods off invoices; app sets it

	rules     *rulebook.Service
	credit    *credit.Service
	orders    *order.Service
	shipments *shipping.Service
}

// Gate issues and ends the passes of delivery notes: package gate, which stands behind delivery in the import order.
type Gate interface {
	// IssuePass numbers and writes the pass of a delivery note that has just been written, and puts it on the note. The pass's
	// number series is the last of all locks.
	IssuePass(tx pg.Tx, d *Note) error
	// CancelPass ends the pass of a delivery note that was unloaded (SHP-21). The note is locked.
	CancelPass(tx pg.Tx, d *Note) error
}

// Invoices takes goods off invoices; package receivable does.
type Invoices interface {
	// CreditShort posts credit notes (cause quantity) for parts of delivery lines that turned out not to have left, on the newest invoices that
	// have them, on behalf of a correcting document: they are to be invoiced again. The payer's account and the delivery notes are locked. Locks the
	// invoices.
	CreditShort(tx pg.Tx, who identity.Principal, correction uuid.UUID, reason string, parts []Invoiced) error
}

// New returns the service.
func New(rules *rulebook.Service, accounts *credit.Service, orders *order.Service, shipments *shipping.Service) *Service {
	return &Service{rules: rules, credit: accounts, orders: orders, shipments: shipments}
}

// Get returns a delivery note with its lines, their lots and its gate pass. Returns errs.ErrNotFound for one that the caller may not
// see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Note, error) {
	notes, err := s.Notes(tx, []uuid.UUID{id})
	if err != nil {
		return Note{}, err
	}
	if len(notes) == 0 {
		return Note{}, errs.ErrNotFound
	}
	d := notes[0]
	if err := who.MustSee(d.OwnerID); err != nil {
		return Note{}, err
	}
	taken, err := s.Preparations.TakenOf(tx, id)
	if err != nil {
		return Note{}, err
	}
	d.share(taken[id])
	d.Pass, err = pg.Take[GatePass](tx, "delivery_note_id = ?", id)
	return d, err
}

// Seen returns errs.ErrNotFound unless the caller may see the delivery note: for its timeline and its decisions.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	d, err := pg.Take[Note](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return who.MustSee(d.OwnerID)
}

var _ shipping.Deliveries = (*Service)(nil)
