package quote

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
)

// Party is whom an inquiry, survey or quotation is about: a customer, or a company that may become one.
type Party struct {
	CustomerID *uuid.UUID
	ProspectID *uuid.UUID
}

// party is a Party as it stands.
type party struct {
	Party
	OwnerID  uuid.UUID
	Name     string
	Active   bool
	Status   string
	position *credit.Position // of a customer
}

// party reads whom something is about. A prospect that became a customer is the customer. Returns ErrParty for one that isn't there or
// that the caller may not see (ORG-06), and ErrProspect for a prospect that isn't active.
func (s *Service) party(tx pg.Tx, who identity.Principal, p Party) (party, error) {
	if (p.CustomerID == nil) == (p.ProspectID == nil) {
		return party{}, ErrParty.At("/customer_id")
	}
	if p.CustomerID != nil {
		return s.customerParty(tx, who, *p.CustomerID, nil)
	}
	x, err := prospect.Mine(tx, who, *p.ProspectID)
	if errors.Is(err, errs.ErrNotFound) {
		return party{}, ErrParty.At("/prospect_id")
	}
	if err != nil {
		return party{}, err
	}
	if x.CustomerID != nil {
		return s.customerParty(tx, who, *x.CustomerID, p.ProspectID)
	}
	if x.State != prospect.Active {
		return party{}, ErrProspect.With("state", string(x.State)).At("/prospect_id")
	}
	return party{Party: p, OwnerID: x.OwnerID, Name: x.Name, Active: true, Status: string(x.State)}, nil
}

func (s *Service) customerParty(tx pg.Tx, who identity.Principal, id uuid.UUID, was *uuid.UUID) (party, error) {
	pos, err := s.credits.Position(tx, id)
	if err == nil {
		err = who.MustSee(pos.OwnerID)
	}
	if errors.Is(err, errs.ErrNotFound) {
		return party{}, ErrParty.At("/customer_id")
	}
	if err != nil {
		return party{}, err
	}
	return party{
		Party: Party{CustomerID: &id, ProspectID: was}, OwnerID: pos.OwnerID, Name: pos.Name, Active: pos.Status == customer.Active,
		Status: string(pos.Status), position: &pos,
	}, nil
}

// of returns the party of a document: its customer, else its prospect.
func (s *Service) of(tx pg.Tx, customerID, prospectID *uuid.UUID) (party, error) {
	p := Party{CustomerID: customerID}
	if customerID == nil {
		p.ProspectID = prospectID
	}
	return s.party(tx, identity.System(), p)
}

// fresh reports whether there has been no business with it (QUO-01, QUO-02): a prospect, or a customer who owes us nothing for goods,
// isn't opening data and never had an order confirmed. One or two statements, none when the position says it already.
func fresh(tx pg.Tx, p party) (bool, error) {
	if p.position == nil {
		return true, nil
	}
	if p.position.Traded() {
		return false, nil
	}
	st, err := customer.ReadStanding(tx, *p.CustomerID)
	if err != nil || st.Opening {
		return false, err
	}
	before, err := customer.HasOrdered(tx, *p.CustomerID, uuid.Nil)
	return !before, err
}

// newCheck says in words whether the party is new.
func newCheck(isNew bool) (en, zh string) {
	if isNew {
		return "There has been no business with this customer yet.", "该客户尚无交易,属新客户。"
	}
	return "There has been business with this customer.", "该客户已有交易,属老客户。"
}

// title is how people call the party.
func (p party) title(number string) (en, zh string) {
	return fmt.Sprintf("Quotation %s for %s", number, p.Name), fmt.Sprintf("给 %s 的报价单 %s", p.Name, number)
}
