package prospect

import (
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Conversion is what a prospect needs besides its own record to become a customer (CUS-03).
type Conversion struct {
	Code      string // made from the series when ""
	USCC      string // when the prospect has none yet
	Address   string // the registered address, when the prospect has none yet
	Remarks   string
	Addresses []customer.Address // where to deliver and to send invoices
	Evidence  []uuid.UUID        // uploads: how the customer evaluated us

	// Credit asks for the credit that the customer begins with, and returns the request. nil: cash, and no grade yet, which is
	// a limit of 0 (CRD-02, CRD-14). Credit stands behind this module in the import order, so the caller brings it.
	Credit func(tx pg.Tx, customerID uuid.UUID) (uuid.UUID, error)
}

// ConvertedTo is what became of a prospect.
type ConvertedTo struct {
	Prospect        Prospect
	Customer        customer.Customer
	CreditRequestID *uuid.UUID
}

// Convert makes a customer of a prospect, in one step and once (CUS-03): the customer has its owner (since the same day), its
// contacts and address, its claims, its purchase window and grade history; the contact log stays readable from it. Returns
// ErrNoEvidence, ErrIncomplete, errs.ErrState for a prospect that isn't active (of two at once, one finds it converted), and what
// customers, attachments and credit return. Locks the prospect.
func (s *Service) Convert(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, c Conversion) (ConvertedTo, error) {
	if len(c.Evidence) == 0 {
		return ConvertedTo{}, ErrNoEvidence.At("/attachment_ids")
	}
	var done ConvertedTo
	x, err := s.edit(tx, who, id, version, "convertProspect", func(x *Prospect) error {
		if err := x.mustBe(Active); err != nil {
			return err
		}
		d, err := x.draft(c)
		if err != nil {
			return err
		}
		if done.Customer, err = s.customers.FromProspect(tx, who, customer.Origin{ProspectID: x.ID, OwnerID: x.OwnerID, OwnedAt: x.OwnedAt}, d); err != nil {
			return err
		}
		x.settle(tx, Converted, "")
		x.CustomerID, x.LastTouchedAt = &done.Customer.ID, tx.Now
		return s.files.Bind(tx, who, Subject, x.ID, c.Evidence...)
	})
	if err != nil {
		return ConvertedTo{}, err
	}
	done.Prospect = x
	carried, err := carryOver(tx, x)
	if err != nil {
		return ConvertedTo{}, err
	}
	if c.Credit != nil {
		request, err := c.Credit(tx, done.Customer.ID)
		if err != nil {
			return ConvertedTo{}, err
		}
		done.CreditRequestID = &request
	}
	return done, audit.Record(tx, audit.Entry{Action: "convertProspect", SubjectType: customerSubject, SubjectID: done.Customer.ID, After: map[string]any{
		"prospect_id": x.ID, "prospect_number": x.Number, "owner_id": x.OwnerID, "owned_at": x.OwnedAt, "contacts": len(x.Contacts),
		"need": x.Need, "source": x.Source, "contact_log_entries": carried.Log, "opportunity_grades": carried.Grades,
		"evidence": c.Evidence, "credit_request_id": done.CreditRequestID, "cash": c.Credit == nil,
	}})
}

// draft is the customer that the prospect becomes, its profile complete (CUS-12). Returns ErrIncomplete.
func (x Prospect) draft(c Conversion) (customer.Draft, error) {
	d := customer.Draft{Code: c.Code, Profile: customer.Profile{
		Name: x.Name, USCC: c.USCC, Industry: x.Industry, Region: x.Region, Remarks: c.Remarks, Status: customer.Active,
	}}
	if x.USCC != nil {
		d.USCC = *x.USCC
	}
	if d.Remarks == "" {
		d.Remarks = x.Remarks
	}
	address := x.Address
	if strings.TrimSpace(c.Address) != "" {
		address = c.Address
	}
	if strings.TrimSpace(address) == "" {
		return customer.Draft{}, ErrIncomplete.At("/address")
	}
	d.Addresses = append([]customer.Address{{Kind: "registered", Line: address}}, c.Addresses...)
	for _, k := range x.Contacts {
		d.Contacts = append(d.Contacts, customer.Contact{Name: k.Name, Position: k.Position, Phone: k.Phone, Email: k.Email})
	}
	return d, nil
}
