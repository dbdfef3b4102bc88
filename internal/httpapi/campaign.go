package httpapi

import (
	"context"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/campaign"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListCampaigns implements the operation of that name.
func (s *Server) ListCampaigns(ctx context.Context, r api.ListCampaignsRequestObject) (api.ListCampaignsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCampaigns200JSONResponse, error) {
		f := campaign.Filter{
			OwnerID: r.Params.OwnerID, Kind: string(value(r.Params.Kind)), State: campaign.State(value(r.Params.State)),
			From: dayOf(r.Params.From), To: dayOf(r.Params.To),
		}
		rows, next, err := s.Campaigns.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListCampaigns200JSONResponse{Data: each(rows, campaignSummary), NextCursor: optional(next)}, err
	})
}

// CreateCampaign implements the operation of that name.
func (s *Server) CreateCampaign(ctx context.Context, r api.CreateCampaignRequestObject) (api.CreateCampaignResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateCampaign201JSONResponse, error) {
		c, err := s.Campaigns.Create(tx, who, campaignProfile(*r.Body), value(r.Body.AttachmentIds)...)
		return api.CreateCampaign201JSONResponse{Body: campaignBody(c), Headers: api.CreateCampaign201ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// GetCampaign implements the operation of that name.
func (s *Server) GetCampaign(ctx context.Context, r api.GetCampaignRequestObject) (api.GetCampaignResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCampaign200JSONResponse, error) {
		c, err := s.Campaigns.Get(tx, who, r.CampaignID)
		return api.GetCampaign200JSONResponse{Body: campaignBody(c), Headers: api.GetCampaign200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// UpdateCampaign implements the operation of that name.
func (s *Server) UpdateCampaign(ctx context.Context, r api.UpdateCampaignRequestObject) (api.UpdateCampaignResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateCampaign200JSONResponse, error) {
		c, err := s.Campaigns.Update(tx, who, r.CampaignID, ifMatch(r.Params.IfMatch), func(p *campaign.Profile) { patchCampaign(p, *r.Body) },
			value(r.Body.AttachmentIds)...)
		return api.UpdateCampaign200JSONResponse{Body: campaignBody(c), Headers: api.UpdateCampaign200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// SubmitCampaign implements the operation of that name.
func (s *Server) SubmitCampaign(ctx context.Context, r api.SubmitCampaignRequestObject) (api.SubmitCampaignResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SubmitCampaign200JSONResponse, error) {
		c, err := s.Campaigns.Submit(tx, who, r.CampaignID, optionalMatch(r.Params.IfMatch))
		return api.SubmitCampaign200JSONResponse{Body: campaignBody(c), Headers: api.SubmitCampaign200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// StartCampaign implements the operation of that name.
func (s *Server) StartCampaign(ctx context.Context, r api.StartCampaignRequestObject) (api.StartCampaignResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.StartCampaign200JSONResponse, error) {
		c, err := s.Campaigns.Start(tx, who, r.CampaignID, optionalMatch(r.Params.IfMatch))
		return api.StartCampaign200JSONResponse{Body: campaignBody(c), Headers: api.StartCampaign200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// CloseCampaign implements the operation of that name.
func (s *Server) CloseCampaign(ctx context.Context, r api.CloseCampaignRequestObject) (api.CloseCampaignResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CloseCampaign200JSONResponse, error) {
		c, err := s.Campaigns.Close(tx, who, r.CampaignID, optionalMatch(r.Params.IfMatch), r.Body.Cost, r.Body.Result, value(r.Body.AttachmentIds)...)
		return api.CloseCampaign200JSONResponse{Body: campaignBody(c), Headers: api.CloseCampaign200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// CancelCampaign implements the operation of that name.
func (s *Server) CancelCampaign(ctx context.Context, r api.CancelCampaignRequestObject) (api.CancelCampaignResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelCampaign200JSONResponse, error) {
		c, err := s.Campaigns.Cancel(tx, who, r.CampaignID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CancelCampaign200JSONResponse{Body: campaignBody(c), Headers: api.CancelCampaign200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// ListCampaignLeads implements the operation of that name.
func (s *Server) ListCampaignLeads(ctx context.Context, r api.ListCampaignLeadsRequestObject) (api.ListCampaignLeadsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCampaignLeads200JSONResponse, error) {
		rows, next, err := s.Campaigns.ListLeads(tx, who, r.CampaignID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListCampaignLeads200JSONResponse{Data: each(rows, campaignLead), NextCursor: optional(next)}, err
	})
}

// AddCampaignLead implements the operation of that name.
func (s *Server) AddCampaignLead(ctx context.Context, r api.AddCampaignLeadRequestObject) (api.AddCampaignLeadResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AddCampaignLead201JSONResponse, error) {
		l, err := s.Campaigns.AddLead(tx, who, r.CampaignID, campaign.Lead{
			ProspectID: r.Body.ProspectID, OpportunityID: r.Body.OpportunityID, CustomerID: r.Body.CustomerID, Note: value(r.Body.Note),
		})
		return api.AddCampaignLead201JSONResponse(campaignLead(l)), err
	})
}

// RemoveCampaignLead implements the operation of that name.
func (s *Server) RemoveCampaignLead(ctx context.Context, r api.RemoveCampaignLeadRequestObject) (api.RemoveCampaignLeadResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RemoveCampaignLead204Response, error) {
		return api.RemoveCampaignLead204Response{}, s.Campaigns.RemoveLead(tx, who, r.CampaignID, r.LeadID)
	})
}

// GetCampaignOutcome implements the operation of that name.
func (s *Server) GetCampaignOutcome(ctx context.Context, r api.GetCampaignOutcomeRequestObject) (api.GetCampaignOutcomeResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCampaignOutcome200JSONResponse, error) {
		c, o, err := s.Campaigns.Outcome(tx, who, r.CampaignID)
		return api.GetCampaignOutcome200JSONResponse{
			Leads: o.Leads, Prospects: o.Prospects, Converted: o.Converted, OpportunityLeads: o.Opportunities, Customers: o.Customers,
			Budget: c.Budget, Cost: c.Cost, CostPerLead: o.CostPerLead, Currency: api.Currency(c.Currency),
			Opportunities: o.Yield.Count, OpportunityAmount: o.Yield.Amount, Deals: o.Yield.Deals, DealAmount: o.Yield.DealAmount,
			Orders: o.Yield.Orders, OrderAmount: o.Yield.OrderAmount,
		}, err
	})
}

// GetCampaignTimeline implements the operation of that name.
func (s *Server) GetCampaignTimeline(ctx context.Context, r api.GetCampaignTimelineRequestObject) (api.GetCampaignTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCampaignTimeline200JSONResponse, error) {
		if _, err := s.Campaigns.Get(tx, who, r.CampaignID); err != nil {
			return api.GetCampaignTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, campaign.Subject, r.CampaignID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetCampaignTimeline200JSONResponse(t), err
	})
}

func campaignProfile(b api.CampaignCreate) campaign.Profile {
	return campaign.Profile{
		Name: b.Name, Kind: string(b.Kind), StartsOn: b.StartsOn.Time, EndsOn: b.EndsOn.Time, Place: value(b.Place), Plan: b.Plan,
		Budget: b.Budget, People: value(b.People),
	}
}

func patchCampaign(p *campaign.Profile, b api.CampaignPatch) {
	if b.Name != nil {
		p.Name = *b.Name
	}
	if b.Kind != nil {
		p.Kind = string(*b.Kind)
	}
	if b.StartsOn != nil {
		p.StartsOn = b.StartsOn.Time
	}
	if b.EndsOn != nil {
		p.EndsOn = b.EndsOn.Time
	}
	if b.Plan != nil {
		p.Plan = *b.Plan
	}
	if b.Budget != nil {
		p.Budget = *b.Budget
	}
	if b.People != nil {
		p.People = *b.People
	}
	patch(&p.Place, b.Place)
}

func campaignLead(l campaign.Lead) api.CampaignLead {
	return api.CampaignLead{
		ID: l.ID, ProspectID: l.ProspectID, OpportunityID: l.OpportunityID, CustomerID: l.CustomerID, Note: optional(l.Note),
		LinkedBy: l.LinkedBy, LinkedAt: l.LinkedAt,
	}
}

func campaignSummary(c campaign.Campaign) api.Campaign {
	return api.Campaign{
		ID: c.ID, Number: c.Number, Name: c.Name, Kind: api.CampaignKind(c.Kind), State: api.CampaignState(c.State), OwnerID: c.OwnerID,
		StartsOn: date(c.StartsOn), EndsOn: date(c.EndsOn), Place: optional(c.Place), Plan: c.Plan, Budget: c.Budget,
		Currency: api.Currency(c.Currency), ApprovalID: c.ApprovalID, ReturnedReason: optional(c.ReturnedReason), StartedAt: c.StartedAt,
		Cost: c.Cost, OverBudget: c.OverBudget(), Result: optional(c.Result), ClosedAt: c.ClosedAt, CancelReason: optional(c.CancelReason),
		CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Etag: etag(c.Version),
	}
}

func campaignBody(c campaign.Campaign) api.Campaign {
	body := campaignSummary(c)
	people, files := append([]uuid.UUID{}, c.People...), each(c.Attachments, attachmentBody)
	body.People, body.Attachments = &people, &files
	return body
}
