package campaign

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/opportunity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
)

// AddLead says that a prospect, an opportunity or a customer that the caller sees came of the campaign, which runs or is closed. Who
// takes part may do so too. Returns ErrState, ErrLead (ORG-06) and ErrLeadTaken. Locks the campaign.
func (s *Service) AddLead(tx pg.Tx, who identity.Principal, id uuid.UUID, l Lead) (Lead, error) {
	c, err := lock(tx, who, id)
	if err != nil {
		return Lead{}, err
	}
	if err := c.must(Link, nil); err != nil {
		return Lead{}, err
	}
	if err := mustSeeLead(tx, who, l); err != nil {
		return Lead{}, err
	}
	l.ID, l.CampaignID, l.LinkedBy, l.LinkedAt = uuid.Must(uuid.NewV7()), id, tx.By.Actor(), tx.Now
	if taken, err := leadTaken(tx, l); err != nil || taken {
		if taken {
			err = ErrLeadTaken
		}
		return Lead{}, err
	}
	if err := pg.Insert(tx, &l); err != nil {
		return Lead{}, err
	}
	return l, audit.Record(tx, audit.Entry{Action: "addCampaignLead", SubjectType: Subject, SubjectID: id, After: l.trace()})
}

// RemoveLead takes off a lead that was linked by mistake. Returns errs.ErrNotFound and ErrNotYours. Locks the campaign.
func (s *Service) RemoveLead(tx pg.Tx, who identity.Principal, id, leadID uuid.UUID) error {
	c, err := lock(tx, who, id)
	if err != nil {
		return err
	}
	if err := c.must(Link, nil); err != nil {
		return err
	}
	l, err := pg.Take[Lead](tx, "campaign_id = ? AND id = ?", id, leadID)
	if err != nil {
		return err
	}
	if !who.Sees(c.OwnerID) && (l.LinkedBy == nil || *l.LinkedBy != who.ID) {
		return ErrNotYours
	}
	if err := pg.One(tx.Where("id = ?", leadID).Delete(&Lead{})); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "removeCampaignLead", SubjectType: Subject, SubjectID: id, Before: l.trace()})
}

func (l Lead) trace() map[string]any {
	return map[string]any{"lead_id": l.ID, "prospect_id": l.ProspectID, "opportunity_id": l.OpportunityID, "customer_id": l.CustomerID, "note": l.Note}
}

// mustSeeLead refuses what isn't one of the three, or isn't there for the caller.
func mustSeeLead(tx pg.Tx, who identity.Principal, l Lead) (err error) {
	named, pointer := 0, "/prospect_id"
	if l.ProspectID != nil {
		named++
		_, err = prospect.BriefFor(tx, who, *l.ProspectID)
	}
	if err == nil && l.OpportunityID != nil {
		named, pointer = named+1, "/opportunity_id"
		_, err = opportunity.BriefFor(tx, who, *l.OpportunityID)
	}
	if err == nil && l.CustomerID != nil {
		named, pointer = named+1, "/customer_id"
		var c customer.Customer
		if c, err = customer.Brief(tx, *l.CustomerID); err == nil {
			err = who.MustSee(c.OwnerID)
		}
	}
	if notFound(err) || err == nil && named != 1 {
		return ErrLead.At(pointer)
	}
	return err
}

// Outcome is what a campaign brought for what it cost (CUS-17).
type Outcome struct {
	Prospects     int
	Converted     int // of the prospects, those that are customers now
	Opportunities int // linked as leads
	Customers     int
	Leads         int
	CostPerLead   *decimal.Decimal // nil while there is no cost, or no lead
	Yield         opportunity.Yield
}

// Outcome counts a campaign's leads and what came of them since it was started. Returns errs.ErrNotFound.
func (s *Service) Outcome(tx pg.Tx, who identity.Principal, id uuid.UUID) (Campaign, Outcome, error) {
	c, err := s.Get(tx, who, id)
	if err != nil {
		return c, Outcome{}, err
	}
	var o Outcome
	if c.StartedAt == nil {
		return c, o, nil
	}
	leads, converted, err := leadsOf(tx, id)
	if err != nil {
		return c, o, err
	}
	from := opportunity.Sources{Since: *c.StartedAt}
	for _, l := range leads {
		switch {
		case l.ProspectID != nil:
			from.Prospects = append(from.Prospects, *l.ProspectID)
		case l.OpportunityID != nil:
			from.Opportunities = append(from.Opportunities, *l.OpportunityID)
		case l.CustomerID != nil:
			from.Customers = append(from.Customers, *l.CustomerID)
		}
	}
	o.Prospects, o.Opportunities, o.Customers = len(from.Prospects), len(from.Opportunities), len(from.Customers)
	o.Leads, o.Converted = len(leads), converted
	o.CostPerLead = perLead(c.Cost, o.Leads)
	o.Yield, err = opportunity.YieldOf(tx, from)
	return c, o, err
}

// perLead divides the cost, rounded once; nil while there is no cost, or no lead.
func perLead(cost *decimal.Decimal, leads int) *decimal.Decimal {
	if cost == nil || leads == 0 {
		return nil
	}
	each := money.Share(*cost, decimal.MustNew(int64(leads), 0), decimal.One)
	return &each
}
