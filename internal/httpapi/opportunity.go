package httpapi

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/opportunity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListOpportunities implements the operation of that name.
func (s *Server) ListOpportunities(ctx context.Context, r api.ListOpportunitiesRequestObject) (api.ListOpportunitiesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListOpportunities200JSONResponse, error) {
		f := opportunity.Filter{
			OwnerID: r.Params.OwnerID, CustomerID: r.Params.CustomerID, ProspectID: r.Params.ProspectID,
			Stage: opportunity.Stage(value(r.Params.Stage)), From: monthOf(r.Params.From), To: monthOf(r.Params.To),
			StepBefore: dayOf(r.Params.StepBefore), Query: value(r.Params.Q),
		}
		rows, next, err := s.Opportunities.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListOpportunities200JSONResponse{Data: each(rows, opportunitySummary), NextCursor: optional(next)}, err
	})
}

// CreateOpportunity implements the operation of that name.
func (s *Server) CreateOpportunity(ctx context.Context, r api.CreateOpportunityRequestObject) (api.CreateOpportunityResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateOpportunity201JSONResponse, error) {
		o, err := s.Opportunities.Create(tx, who, opportunityDraft(*r.Body))
		return api.CreateOpportunity201JSONResponse{Body: opportunityBody(o), Headers: api.CreateOpportunity201ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// GetOpportunity implements the operation of that name.
func (s *Server) GetOpportunity(ctx context.Context, r api.GetOpportunityRequestObject) (api.GetOpportunityResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetOpportunity200JSONResponse, error) {
		o, err := s.Opportunities.Get(tx, who, r.OpportunityID)
		return api.GetOpportunity200JSONResponse{Body: opportunityBody(o), Headers: api.GetOpportunity200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// UpdateOpportunity implements the operation of that name.
func (s *Server) UpdateOpportunity(ctx context.Context, r api.UpdateOpportunityRequestObject) (api.UpdateOpportunityResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateOpportunity200JSONResponse, error) {
		o, err := s.Opportunities.Update(tx, who, r.OpportunityID, ifMatch(r.Params.IfMatch), func(p *opportunity.Profile) { patchOpportunity(p, *r.Body) })
		return api.UpdateOpportunity200JSONResponse{Body: opportunityBody(o), Headers: api.UpdateOpportunity200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// MoveOpportunity implements the operation of that name.
func (s *Server) MoveOpportunity(ctx context.Context, r api.MoveOpportunityRequestObject) (api.MoveOpportunityResponseObject, error) {
	step := opportunity.Step{Verb: opportunity.Move, To: opportunity.Stage(r.Body.Stage), Reason: value(r.Body.Reason)}
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.MoveOpportunity200JSONResponse, error) {
		o, err := s.Opportunities.Take(tx, who, r.OpportunityID, optionalMatch(r.Params.IfMatch), step)
		return api.MoveOpportunity200JSONResponse{Body: opportunityBody(o), Headers: api.MoveOpportunity200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// LoseOpportunity implements the operation of that name.
func (s *Server) LoseOpportunity(ctx context.Context, r api.LoseOpportunityRequestObject) (api.LoseOpportunityResponseObject, error) {
	step := opportunity.Step{Verb: opportunity.Lose, Reason: r.Body.Reason}
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.LoseOpportunity200JSONResponse, error) {
		o, err := s.Opportunities.Take(tx, who, r.OpportunityID, optionalMatch(r.Params.IfMatch), step)
		return api.LoseOpportunity200JSONResponse{Body: opportunityBody(o), Headers: api.LoseOpportunity200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// CancelOpportunity implements the operation of that name.
func (s *Server) CancelOpportunity(ctx context.Context, r api.CancelOpportunityRequestObject) (api.CancelOpportunityResponseObject, error) {
	step := opportunity.Step{Verb: opportunity.Cancel, Reason: r.Body.Reason}
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelOpportunity200JSONResponse, error) {
		o, err := s.Opportunities.Take(tx, who, r.OpportunityID, optionalMatch(r.Params.IfMatch), step)
		return api.CancelOpportunity200JSONResponse{Body: opportunityBody(o), Headers: api.CancelOpportunity200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// ReopenOpportunity implements the operation of that name.
func (s *Server) ReopenOpportunity(ctx context.Context, r api.ReopenOpportunityRequestObject) (api.ReopenOpportunityResponseObject, error) {
	step := opportunity.Step{Verb: opportunity.Reopen, Reason: r.Body.Reason}
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReopenOpportunity200JSONResponse, error) {
		o, err := s.Opportunities.Take(tx, who, r.OpportunityID, optionalMatch(r.Params.IfMatch), step)
		return api.ReopenOpportunity200JSONResponse{Body: opportunityBody(o), Headers: api.ReopenOpportunity200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// LinkOpportunityOrder implements the operation of that name.
func (s *Server) LinkOpportunityOrder(ctx context.Context, r api.LinkOpportunityOrderRequestObject) (api.LinkOpportunityOrderResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.LinkOpportunityOrder200JSONResponse, error) {
		o, err := s.Opportunities.LinkOrder(tx, who, r.OpportunityID, optionalMatch(r.Params.IfMatch), r.Body.OrderID)
		return api.LinkOpportunityOrder200JSONResponse{Body: opportunityBody(o), Headers: api.LinkOpportunityOrder200ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

// ListOpportunityStages implements the operation of that name.
func (s *Server) ListOpportunityStages(ctx context.Context, r api.ListOpportunityStagesRequestObject) (api.ListOpportunityStagesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListOpportunityStages200JSONResponse, error) {
		rows, err := s.Opportunities.ListStages(tx, who, r.OpportunityID)
		return api.ListOpportunityStages200JSONResponse{Data: each(rows, func(e opportunity.Entry) api.OpportunityStep {
			return api.OpportunityStep{
				FromStage: optional(api.OpportunityStage(e.FromStage)), ToStage: api.OpportunityStage(e.ToStage), Amount: e.Amount,
				Reason: optional(e.Reason), MovedBy: e.MovedBy, MovedAt: e.MovedAt,
			}
		})}, err
	})
}

// GetOpportunityTimeline implements the operation of that name.
func (s *Server) GetOpportunityTimeline(ctx context.Context, r api.GetOpportunityTimelineRequestObject) (api.GetOpportunityTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetOpportunityTimeline200JSONResponse, error) {
		if _, err := s.Opportunities.Get(tx, who, r.OpportunityID); err != nil {
			return api.GetOpportunityTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, opportunity.Subject, r.OpportunityID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetOpportunityTimeline200JSONResponse(t), err
	})
}

// GetOpportunityPipeline implements the operation of that name.
func (s *Server) GetOpportunityPipeline(ctx context.Context, r api.GetOpportunityPipelineRequestObject) (api.GetOpportunityPipelineResponseObject, error) {
	c := opportunity.Cut{
		ByStage: r.Params.By == nil, ByTeam: r.Params.By == nil, ByMonth: r.Params.By == nil, OwnerID: r.Params.OwnerID, TeamID: r.Params.TeamID,
		From: monthOf(r.Params.From), To: monthOf(r.Params.To), Ended: value(r.Params.Ended),
	}
	for _, by := range value(r.Params.By) {
		c.ByStage, c.ByTeam = c.ByStage || by == "stage", c.ByTeam || by == "team"
		c.ByRep, c.ByMonth = c.ByRep || by == "rep", c.ByMonth || by == "month"
	}
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetOpportunityPipeline200JSONResponse, error) {
		rows, err := s.Opportunities.Pipeline(tx, who, c)
		return api.GetOpportunityPipeline200JSONResponse{Currency: "CNY", Data: each(rows, func(x opportunity.Slice) api.OpportunitySlice {
			return api.OpportunitySlice{
				Stage: optional(api.OpportunityStage(x.Stage)), TeamID: x.TeamID, TeamName: optional(x.TeamName), OwnerID: x.OwnerID,
				Month: optionalMonth(x.Month), Count: x.Count, Amount: x.Amount, Weighted: x.Weighted,
			}
		})}, err
	})
}

func opportunityDraft(b api.OpportunityCreate) opportunity.Draft {
	return opportunity.Draft{
		CustomerID: b.CustomerID, ProspectID: b.ProspectID,
		Profile: opportunity.Profile{
			Name: b.Name, Amount: b.Amount, ExpectedMonth: *monthOf(&b.ExpectedMonth), DecisionMakers: value(b.DecisionMakers),
			Competitors: value(b.Competitors), NextStep: value(b.NextStep), NextStepOn: dayOf(b.NextStepOn),
			Products: each(value(b.Products), opportunityProduct),
		},
	}
}

func opportunityProduct(b api.OpportunityProductInput) opportunity.Product {
	return opportunity.Product{ProductID: b.ProductID, Name: b.Name, Quantity: b.Quantity, Unit: b.Unit}
}

func patchOpportunity(p *opportunity.Profile, b api.OpportunityPatch) {
	if b.Name != nil {
		p.Name = *b.Name
	}
	if b.Amount != nil {
		p.Amount = *b.Amount
	}
	if m := monthOf(b.ExpectedMonth); m != nil {
		p.ExpectedMonth = *m
	}
	if b.Products != nil {
		p.Products = each(*b.Products, opportunityProduct)
	}
	patch(&p.DecisionMakers, b.DecisionMakers)
	patch(&p.Competitors, b.Competitors)
	patch(&p.NextStep, b.NextStep)
	if b.NextStepOn.IsSpecified() {
		p.NextStepOn = nil
		if d, err := b.NextStepOn.Get(); err == nil {
			p.NextStepOn = &d.Time
		}
	}
}

func opportunitySummary(o opportunity.Opportunity) api.Opportunity {
	return api.Opportunity{
		ID: o.ID, Number: o.Number, Name: o.Name, OwnerID: o.OwnerID, CustomerID: o.CustomerID, ProspectID: o.ProspectID,
		Stage: api.OpportunityStage(o.Stage), Amount: o.Amount, Currency: api.Currency(o.Currency), ExpectedMonth: o.ExpectedMonth.Format(monthLayout),
		DecisionMakers: optional(o.DecisionMakers), Competitors: optional(o.Competitors), NextStep: optional(o.NextStep),
		NextStepOn: optionalDate(o.NextStepOn), EndedReason: optional(o.EndedReason), CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt, Etag: etag(o.Version),
	}
}

func opportunityBody(o opportunity.Opportunity) api.Opportunity {
	body := opportunitySummary(o)
	products := each(o.Products, func(p opportunity.Product) api.OpportunityProduct {
		return api.OpportunityProduct{ProductID: p.ProductID, Name: p.Name, Quantity: p.Quantity, Unit: p.Unit}
	})
	orders := append([]uuid.UUID{}, o.Orders...)
	body.Products, body.OrderIds = &products, &orders
	return body
}

// monthLayout is how a month is written.
const monthLayout = "2006-01"

// monthOf is a month of the request, which the contract's pattern has accepted, as its first day.
func monthOf(m *api.Month) *time.Time {
	if m == nil {
		return nil
	}
	t, _ := time.Parse(monthLayout, *m)
	return &t
}

func optionalMonth(t *time.Time) *api.Month {
	if t == nil {
		return nil
	}
	m := t.Format(monthLayout)
	return &m
}
