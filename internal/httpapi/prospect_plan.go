package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
)

// SubmitDevelopmentPlan implements the operation of that name.
func (s *Server) SubmitDevelopmentPlan(ctx context.Context, r api.SubmitDevelopmentPlanRequestObject) (api.SubmitDevelopmentPlanResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SubmitDevelopmentPlan201JSONResponse, error) {
		p, err := s.Prospects.SubmitPlan(tx, who, planDraft(*r.Body))
		return api.SubmitDevelopmentPlan201JSONResponse{Body: planBody(p), Headers: api.SubmitDevelopmentPlan201ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// ListDevelopmentPlans implements the operation of that name.
func (s *Server) ListDevelopmentPlans(ctx context.Context, r api.ListDevelopmentPlansRequestObject) (api.ListDevelopmentPlansResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDevelopmentPlans200JSONResponse, error) {
		p := r.Params
		f := prospect.PlanFilter{OwnerID: p.OwnerID, Half: value(p.Half), State: prospect.PlanState(value(p.State))}
		rows, next, err := s.Prospects.ListPlans(tx, who, f, page(p.Limit, p.Cursor))
		data := make([]api.DevelopmentPlan, len(rows))
		for i, x := range rows {
			data[i] = planBody(x)
			data[i].Prospects = nil
		}
		return api.ListDevelopmentPlans200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// GetDevelopmentPlan implements the operation of that name.
func (s *Server) GetDevelopmentPlan(ctx context.Context, r api.GetDevelopmentPlanRequestObject) (api.GetDevelopmentPlanResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDevelopmentPlan200JSONResponse, error) {
		p, err := s.Prospects.GetPlan(tx, who, r.PlanID)
		return api.GetDevelopmentPlan200JSONResponse{Body: planBody(p), Headers: api.GetDevelopmentPlan200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// ListDevelopmentProgress implements the operation of that name.
func (s *Server) ListDevelopmentProgress(ctx context.Context, r api.ListDevelopmentProgressRequestObject) (api.ListDevelopmentProgressResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDevelopmentProgress200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Prospects.ListProgress(tx, who, p.Period, p.OwnerID, page(p.Limit, p.Cursor))
		data := make([]api.DevelopmentProgress, len(rows))
		for i, x := range rows {
			data[i] = api.DevelopmentProgress{
				OwnerID: x.OwnerID, OwnerName: x.OwnerName, Planned: developmentBody(x.Planned), Done: developmentBody(x.Done),
				CompletionPercent: x.Rate, Reviews: make([]api.DevelopmentReview, len(x.Reviews)),
			}
			for j, v := range x.Reviews {
				data[i].Reviews[j] = developmentReviewBody(v)
			}
		}
		return api.ListDevelopmentProgress200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ReviewDevelopment implements the operation of that name.
func (s *Server) ReviewDevelopment(ctx context.Context, r api.ReviewDevelopmentRequestObject) (api.ReviewDevelopmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReviewDevelopment201JSONResponse, error) {
		v, err := s.Prospects.ReviewQuarter(tx, who, r.Body.OwnerID, r.Body.Quarter, string(r.Body.Verdict), r.Body.Comment)
		return api.ReviewDevelopment201JSONResponse(developmentReviewBody(v)), err
	})
}

func planDraft(b api.DevelopmentPlanInput) prospect.PlanDraft {
	d := prospect.PlanDraft{Half: b.Half, Note: value(b.Note)}
	for _, t := range b.Targets {
		d.Targets = append(d.Targets, prospect.Target{Quarter: t.Quarter, Figures: prospect.Figures{
			Registered: value(t.Registered), Contacted: value(t.Contacted), Converted: value(t.Converted), Amount: value(t.Amount),
		}})
	}
	for _, x := range value(b.Prospects) {
		d.Prospects = append(d.Prospects, prospect.PlanProspect{ProspectID: x.ProspectID, Quarter: x.Quarter, Amount: value(x.Amount), Aim: value(x.Aim)})
	}
	return d
}

func planBody(p prospect.Plan) api.DevelopmentPlan {
	body := api.DevelopmentPlan{
		ID: p.ID, Number: p.Number, OwnerID: p.OwnerID, Half: p.Half, State: string(p.State), Note: optional(p.Note), Reason: optional(p.Reason),
		SubmittedAt: p.SubmittedAt, DecidedAt: p.DecidedAt, Etag: etag(p.Version), Targets: make([]api.DevelopmentTarget, len(p.Targets)),
	}
	for i, t := range p.Targets {
		body.Targets[i] = api.DevelopmentTarget{
			Quarter: t.Quarter, Registered: t.Registered, Contacted: t.Contacted, Converted: t.Converted, Amount: t.Amount,
		}
	}
	prospects := make([]api.PlannedProspect, len(p.Prospects))
	for i, x := range p.Prospects {
		prospects[i] = api.PlannedProspect{ProspectID: x.ProspectID, Quarter: x.Quarter, Amount: x.Amount, Aim: optional(x.Aim)}
	}
	body.Prospects = &prospects
	return body
}

func developmentBody(f prospect.Figures) api.DevelopmentFigures {
	return api.DevelopmentFigures{Registered: f.Registered, Contacted: f.Contacted, Converted: f.Converted, Amount: f.Amount}
}

func developmentReviewBody(v prospect.Review) api.DevelopmentReview {
	return api.DevelopmentReview{
		ID: v.ID, OwnerID: v.OwnerID, Quarter: v.Quarter, Verdict: v.Verdict, Comment: v.Comment, Planned: developmentBody(v.Figures.Planned),
		Done: developmentBody(v.Figures.Done), CompletionPercent: v.Figures.Rate, ReviewedBy: v.ReviewedBy, ReviewedAt: v.ReviewedAt,
	}
}
