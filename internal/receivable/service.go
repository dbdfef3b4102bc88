package receivable

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// What events and timelines call the documents.
const (
	subjectInvoice  = "invoice"
	subjectReceipt  = "receipt"
	subjectWriteOff = "write_off"
	subjectReturn   = "goods_return"
	subjectBill     = "acceptance_bill"
)

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct {
	// Terms say whether deliveries may be invoiced yet; package invoicing stands behind this one, app sets it.
	Terms Terms

	// Lines is told of receipts that are reversed, Statements finds those that a remittance names; both stand behind, app sets them.
	Lines      Lines
	Statements Statements

	credit     *credit.Service
	shipping   *shipping.Service
	deliveries *delivery.Service
}

// Terms are when payers are invoiced (D2.10).
type Terms interface {
	// MayInvoice returns why an invoice of these delivery notes has to wait; ahead is why it can't.
	MayInvoice(tx pg.Tx, v Invoice, notes []delivery.Note, ahead string) error
}

// Lines are the lines of bank statements that receipts were made from.
type Lines interface {
	// ReceiptReversed frees the line of a receipt that was reversed.
	ReceiptReversed(tx pg.Tx, receiptID uuid.UUID) error
}

// New returns the service.
func New(c *credit.Service, s *shipping.Service, d *delivery.Service) *Service {
	return &Service{credit: c, shipping: s, deliveries: d}
}

// mustSeeCustomer returns errs.ErrNotFound for a customer whose documents the caller may not see (ORG-06).
func mustSeeCustomer(tx pg.Tx, who identity.Principal, id uuid.UUID) (customer.Customer, error) {
	c, err := customer.Brief(tx, id)
	if err != nil {
		return customer.Customer{}, err
	}
	return c, who.MustSee(c.OwnerID)
}

// creator is who posts, for the document's own row; nil for the system.
func creator(tx pg.Tx) *uuid.UUID {
	if tx.By.ActorID == uuid.Nil {
		return nil
	}
	id := tx.By.ActorID
	return &id
}

func record(tx pg.Tx, action, subject string, id uuid.UUID, before, after any) error {
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: subject, SubjectID: id, Before: before, After: after})
}
