package httpapi

import (
	"context"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/visit"
)

// ListVisits implements the operation of that name.
func (s *Server) ListVisits(ctx context.Context, r api.ListVisitsRequestObject) (api.ListVisitsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListVisits200JSONResponse, error) {
		f := visit.Filter{
			RepID: r.Params.RepID, CustomerID: r.Params.CustomerID, ProspectID: r.Params.ProspectID,
			State: visit.State(value(r.Params.State)), From: dayOf(r.Params.From), To: dayOf(r.Params.To),
		}
		rows, next, err := s.Visits.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListVisits200JSONResponse{Data: each(rows, visitBody), NextCursor: optional(next)}, err
	})
}

// GetVisit implements the operation of that name.
func (s *Server) GetVisit(ctx context.Context, r api.GetVisitRequestObject) (api.GetVisitResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetVisit200JSONResponse, error) {
		v, err := s.Visits.Get(tx, who, r.VisitID)
		return api.GetVisit200JSONResponse{Body: visitBody(v), Headers: api.GetVisit200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// PutVisit implements the operation of that name.
func (s *Server) PutVisit(ctx context.Context, r api.PutVisitRequestObject) (api.PutVisitResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PutVisit200JSONResponse, error) {
		in := visitInput(api.VisitSent{
			ID: r.VisitID, CustomerID: r.Body.CustomerID, ProspectID: r.Body.ProspectID, Plan: r.Body.Plan, Report: r.Body.Report,
		})
		v, outcome, err := s.Visits.Put(tx, who, in)
		return api.PutVisit200JSONResponse{
			Body:    api.VisitOutcome{Outcome: api.VisitOutcomeKind(outcome), Visit: visitBody(v)},
			Headers: api.PutVisit200ResponseHeaders{ETag: etag(v.Version)},
		}, err
	})
}

// SyncVisits implements the operation of that name.
func (s *Server) SyncVisits(ctx context.Context, r api.SyncVisitsRequestObject) (api.SyncVisitsResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SyncVisits207JSONResponse, error) {
		results, err := s.Visits.Sync(tx, who, each(r.Body.Items, visitInput))
		answer := api.SyncVisits207JSONResponse{Results: make([]api.VisitSyncResult, len(results))}
		for i, res := range results {
			out := api.VisitSyncResult{ID: r.Body.Items[i].ID}
			if res.Refused != nil {
				p := problemOf(current(ctx), res.Refused)
				out.Problem = &p
			} else {
				outcome, state, tag := api.VisitOutcomeKind(res.Outcome), api.VisitState(res.Visit.State), etag(res.Visit.Version)
				out.Outcome, out.State, out.Late, out.Etag = &outcome, &state, &res.Visit.Late, &tag
			}
			answer.Results[i] = out
		}
		return answer, err
	})
}

// ListVisitRevisions implements the operation of that name.
func (s *Server) ListVisitRevisions(ctx context.Context, r api.ListVisitRevisionsRequestObject) (api.ListVisitRevisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListVisitRevisions200JSONResponse, error) {
		rows, next, err := s.Visits.ListRevisions(tx, who, r.VisitID, page(r.Params.Limit, r.Params.Cursor))
		data := each(rows, func(v visit.Revision) api.VisitRevision {
			return api.VisitRevision{
				Section: api.VisitRevisionSection(v.Section), WrittenAt: v.WrittenAt, ReceivedAt: v.ReceivedAt, ReceivedBy: v.ReceivedBy,
				Taken: v.Taken, Content: v.Content,
			}
		})
		return api.ListVisitRevisions200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// GetVisitProgress implements the operation of that name.
func (s *Server) GetVisitProgress(ctx context.Context, r api.GetVisitProgressRequestObject) (api.GetVisitProgressResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetVisitProgress200JSONResponse, error) {
		q := visit.Question{
			Scope: visit.Scope(r.Params.By), Period: visit.Period(r.Params.Period), RepID: r.Params.RepID, TeamID: r.Params.TeamID,
			CustomerID: r.Params.CustomerID, Unmet: value(r.Params.Unmet),
		}
		if r.Params.Date != nil {
			q.Day = r.Params.Date.Time
		}
		p, err := s.Visits.Progress(tx, who, q, page(r.Params.Limit, r.Params.Cursor))
		return api.GetVisitProgress200JSONResponse{
			By: api.VisitProgressBy(r.Params.By), Period: r.Params.Period, From: date(p.From), To: date(p.To),
			Data: each(p.Lines, func(l visit.Line) api.VisitProgressLine { return progressLine(q.Scope, l) }), NextCursor: optional(p.Next),
		}, err
	})
}

func progressLine(by visit.Scope, l visit.Line) api.VisitProgressLine {
	line := api.VisitProgressLine{
		ID: l.ID, Name: l.Name, Code: optional(l.Code), RepID: l.RepID, TeamID: l.TeamID, Due: l.Due, Done: l.Done, Late: l.Late,
	}
	if by != visit.ByCustomer {
		line.ToProspects, line.CustomersDue, line.CustomersMet = &l.ToProspects, &l.CustomersDue, &l.CustomersMet
	}
	return line
}

// ListVisitForms implements the operation of that name.
func (s *Server) ListVisitForms(ctx context.Context, _ api.ListVisitFormsRequestObject) (api.ListVisitFormsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListVisitForms200JSONResponse, error) {
		rows, err := s.Visits.ListForms(tx)
		return api.ListVisitForms200JSONResponse{Data: each(rows, visitFormBody)}, err
	})
}

// PublishVisitForm implements the operation of that name.
func (s *Server) PublishVisitForm(ctx context.Context, r api.PublishVisitFormRequestObject) (api.PublishVisitFormResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PublishVisitForm201JSONResponse, error) {
		f, err := s.Visits.PublishForm(tx, who, each(r.Body.Groups, visitGroup), r.Body.Note)
		return api.PublishVisitForm201JSONResponse(visitFormBody(f)), err
	})
}

// ListVisitAnswers implements the operation of that name.
func (s *Server) ListVisitAnswers(ctx context.Context, r api.ListVisitAnswersRequestObject) (api.ListVisitAnswersResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListVisitAnswers200JSONResponse, error) {
		rows, err := s.Visits.Knowledge(tx, who, r.CustomerID, value(r.Params.Key))
		return api.ListVisitAnswers200JSONResponse{Data: each(rows, func(k visit.Known) api.VisitAnswer {
			return api.VisitAnswer{
				Key: k.Key, Answer: k.Answer, VisitID: k.VisitID, VisitedOn: date(k.VisitedOn), RepID: k.RepID, FormVersion: k.FormVersion,
			}
		})}, err
	})
}

// ListKeyCustomers implements the operation of that name.
func (s *Server) ListKeyCustomers(ctx context.Context, r api.ListKeyCustomersRequestObject) (api.ListKeyCustomersResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListKeyCustomers200JSONResponse, error) {
		rows, next, err := s.Visits.ListKeyCustomers(tx, who, r.Params.RepID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListKeyCustomers200JSONResponse{Data: each(rows, keyCustomerBody), NextCursor: optional(next)}, err
	})
}

// SetKeyCustomer implements the operation of that name.
func (s *Server) SetKeyCustomer(ctx context.Context, r api.SetKeyCustomerRequestObject) (api.SetKeyCustomerResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SetKeyCustomer200JSONResponse, error) {
		k, err := s.Visits.SetKeyCustomer(tx, who, r.Body.CustomerID, r.Body.Key, r.Body.Reason)
		return api.SetKeyCustomer200JSONResponse(keyCustomerBody(k)), err
	})
}

func keyCustomerBody(k visit.KeyCustomer) api.KeyCustomer {
	body := api.KeyCustomer{
		CustomerID: k.CustomerID, Key: k.ValidTo == nil, Since: date(k.ValidFrom), Reason: k.Reason, CustomerName: optional(k.CustomerName),
		OwnerID: optional(k.OwnerID),
	}
	if k.ValidTo != nil {
		body.Since = date(*k.ValidTo)
	}
	return body
}

func visitInput(b api.VisitSent) visit.Input {
	in := visit.Input{ID: b.ID, CustomerID: b.CustomerID, ProspectID: b.ProspectID}
	if p := b.Plan; p != nil {
		in.Plan = &visit.Sent[visit.Plan]{WrittenAt: p.WrittenAt, Content: visit.Plan{
			PlannedOn: p.PlannedOn.Time, Purpose: value(p.Purpose), Cancelled: value(p.Cancelled), Reason: value(p.Reason),
		}}
	}
	if p := b.Report; p != nil {
		in.Report = &visit.Sent[visit.Report]{WrittenAt: p.WrittenAt, Content: visit.Report{
			VisitedAt: p.VisitedAt, Result: visit.Result(p.Result), Summary: p.Summary, People: value(p.People), Problems: value(p.Problems),
			NextStep: value(p.NextStep), NextStepOn: dayOf(p.NextStepOn), FormVersion: p.FormVersion, Answers: value(p.Answers),
		}}
	}
	return in
}

func visitBody(v visit.Visit) api.Visit {
	body := api.Visit{
		ID: v.ID, RepID: v.RepID, CustomerID: v.CustomerID, ProspectID: v.ProspectID, State: api.VisitState(v.State),
		CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt, Etag: etag(v.Version),
	}
	if p := v.Plan; p != nil {
		body.Plan = &api.VisitPlan{
			WrittenAt: *v.PlanWrittenAt, PlannedOn: date(p.PlannedOn), Purpose: optional(p.Purpose), Cancelled: p.Cancelled, Reason: optional(p.Reason),
		}
	}
	if p := v.Report; p != nil {
		body.Report = &api.VisitReport{
			WrittenAt: *v.ReportWrittenAt, ReportedAt: *v.ReportedAt, VisitedAt: p.VisitedAt, VisitedOn: date(*v.VisitedOn),
			Result: api.VisitResult(p.Result), Summary: p.Summary, People: optional(p.People), Problems: optional(p.Problems),
			NextStep: optional(p.NextStep), NextStepOn: optionalDate(p.NextStepOn), FormVersion: p.FormVersion, Late: v.Late,
		}
		if p.Answers != nil {
			answers := api.VisitAnswers(p.Answers)
			body.Report.Answers = &answers
		}
	}
	return body
}

func visitTitle(t api.VisitTitle) visit.Title { return visit.Title{EN: t.En, ZH: t.Zh} }

func visitGroup(g api.VisitGroup) visit.Group {
	return visit.Group{No: g.No, Key: g.Key, Title: visitTitle(g.Title), Fields: each(g.Fields, func(f api.VisitField) visit.Field {
		return visit.Field{
			Key: f.Key, Type: visit.Kind(f.Type), Title: visitTitle(f.Title), Minimum: f.Minimum, Maximum: f.Maximum,
			Options: each(value(f.Options), func(o api.VisitOption) visit.Option { return visit.Option{Key: o.Key, EN: o.En, ZH: o.Zh} }),
		}
	})}
}

func visitFormBody(f visit.Form) api.VisitForm {
	return api.VisitForm{
		Version: f.Version, Note: f.Note, PublishedBy: f.PublishedBy, PublishedAt: f.PublishedAt,
		Groups: each(f.Groups, func(g visit.Group) api.VisitGroup {
			return api.VisitGroup{No: g.No, Key: g.Key, Title: api.VisitTitle{En: g.Title.EN, Zh: g.Title.ZH}, Fields: each(g.Fields, visitFieldBody)}
		}),
	}
}

func visitFieldBody(f visit.Field) api.VisitField {
	body := api.VisitField{
		Key: f.Key, Type: api.VisitFieldType(f.Type), Title: api.VisitTitle{En: f.Title.EN, Zh: f.Title.ZH}, Minimum: f.Minimum, Maximum: f.Maximum,
	}
	if len(f.Options) > 0 {
		options := each(f.Options, func(o visit.Option) api.VisitOption { return api.VisitOption{Key: o.Key, En: o.EN, Zh: o.ZH} })
		body.Options = &options
	}
	return body
}

// dayOf is a date of the request as modules take it.
func dayOf(d *openapi_types.Date) *time.Time {
	if d == nil {
		return nil
	}
	return &d.Time
}
