package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/statement"
	"github.com/salesgate/salesgate/internal/verify"
)

// ListRepFigures implements the operation of that name.
func (s *Server) ListRepFigures(ctx context.Context, r api.ListRepFiguresRequestObject) (api.ListRepFiguresResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListRepFigures200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Statements.ListFigures(tx, who, statement.FigureFilter{
			Month: monthOf(p.Month), RepID: p.RepID, State: statement.FigureState(value(p.State)),
		}, page(p.Limit, p.Cursor))
		return api.ListRepFigures200JSONResponse{Data: each(rows, figureBody), NextCursor: optional(next)}, err
	})
}

// GiveRepFigures implements the operation of that name.
func (s *Server) GiveRepFigures(ctx context.Context, r api.GiveRepFiguresRequestObject) (api.GiveRepFiguresResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GiveRepFigures200JSONResponse, error) {
		n, err := s.Statements.Give(tx, *monthOf(&r.Body.Month))
		return api.GiveRepFigures200JSONResponse{Month: r.Body.Month, Given: n}, err
	})
}

// GetRepFigures implements the operation of that name.
func (s *Server) GetRepFigures(ctx context.Context, r api.GetRepFiguresRequestObject) (api.GetRepFiguresResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetRepFigures200JSONResponse, error) {
		f, lines, all, err := s.Statements.GetFigures(tx, who, r.RepFigureID)
		body := figureBody(f)
		body.Lines, body.Revisions = new(each(lines, figureLine)), new(each(all, figureBody))
		return api.GetRepFigures200JSONResponse{Body: body, Headers: api.GetRepFigures200ResponseHeaders{ETag: etag(f.Version)}}, err
	})
}

// ListRepFigureLines implements the operation of that name.
func (s *Server) ListRepFigureLines(ctx context.Context, r api.ListRepFigureLinesRequestObject) (api.ListRepFigureLinesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListRepFigureLines200JSONResponse, error) {
		lines, next, err := s.Statements.FigureLines(tx, who, r.RepFigureID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListRepFigureLines200JSONResponse{Data: each(lines, figureLine), NextCursor: optional(next)}, err
	})
}

// GetRepFiguresTimeline implements the operation of that name.
func (s *Server) GetRepFiguresTimeline(ctx context.Context, r api.GetRepFiguresTimelineRequestObject) (api.GetRepFiguresTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetRepFiguresTimeline200JSONResponse, error) {
		if err := s.Statements.FiguresSeen(tx, who, r.RepFigureID); err != nil {
			return api.GetRepFiguresTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, statement.SubjectFigures, r.RepFigureID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetRepFiguresTimeline200JSONResponse(t), err
	})
}

// ObjectToRepFigures implements the operation of that name.
func (s *Server) ObjectToRepFigures(ctx context.Context, r api.ObjectToRepFiguresRequestObject) (api.ObjectToRepFiguresResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ObjectToRepFigures200JSONResponse, error) {
		f, err := s.Statements.Object(tx, who, r.RepFigureID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.ObjectToRepFigures200JSONResponse{Body: figureBody(f), Headers: api.ObjectToRepFigures200ResponseHeaders{ETag: etag(f.Version)}}, err
	})
}

// DecideRepFigures implements the operation of that name.
func (s *Server) DecideRepFigures(ctx context.Context, r api.DecideRepFiguresRequestObject) (api.DecideRepFiguresResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DecideRepFigures200JSONResponse, error) {
		ruling := statement.Ruling{Reason: r.Body.Reason}
		if c := r.Body.Corrected; c != nil {
			ruling.Corrected = &statement.Amounts{Delivered: c.Delivered, Invoiced: c.Invoiced, Received: c.Received, Closing: c.Closing, Tonnes: c.Tonnes}
		}
		f, err := s.Statements.Decide(tx, who, r.RepFigureID, optionalMatch(r.Params.IfMatch), ruling)
		return api.DecideRepFigures200JSONResponse{Body: figureBody(f), Headers: api.DecideRepFigures200ResponseHeaders{ETag: etag(f.Version)}}, err
	})
}

func figureBody(f statement.Figures) api.RepFigure {
	return api.RepFigure{
		ID: f.ID, Month: f.Month.Format(monthLayout), RepID: f.RepID, RepName: optional(f.RepName), Revision: f.Revision, State: api.RepFigureState(f.State), Customers: f.Customers,
		Delivered: f.Delivered, Invoiced: f.Invoiced, Received: f.Received, Closing: f.Closing, Tonnes: f.Tonnes, Unweighed: f.Unweighed, MadeAt: f.MadeAt, GivenAt: f.GivenAt,
		DueAt: f.DueAt, Objection: optional(f.Objection), ObjectedAt: f.ObjectedAt, Decision: optional(api.RepFigureDecision(f.Decision)),
		DecisionReason: optional(f.DecisionReason), DecidedAt: f.DecidedAt, DecidedBy: f.DecidedBy, Etag: etag(f.Version),
	}
}

func figureLine(l statement.FigureLine) api.RepFigureLine {
	return api.RepFigureLine{
		CustomerID: l.CustomerID, Code: l.Code, Name: l.Name, Opening: l.Opening, Delivered: l.Delivered, Invoiced: l.Invoiced, Received: l.Received,
		Closing: l.Closing, Tonnes: l.Tonnes, Unweighed: l.Unweighed,
	}
}

// ListVerifications implements the operation of that name.
func (s *Server) ListVerifications(ctx context.Context, r api.ListVerificationsRequestObject) (api.ListVerificationsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListVerifications200JSONResponse, error) {
		rows, next, err := verify.List(tx, page(r.Params.Limit, r.Params.Cursor))
		return api.ListVerifications200JSONResponse{Data: each(rows, verificationBody), NextCursor: optional(next)}, err
	})
}

// GetVerification implements the operation of that name.
func (s *Server) GetVerification(ctx context.Context, r api.GetVerificationRequestObject) (api.GetVerificationResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetVerification200JSONResponse, error) {
		v, found, next, err := verify.Get(tx, r.VerificationID, page(r.Params.Limit, r.Params.Cursor))
		body := verificationBody(v)
		body.NextCursor = optional(next)
		body.Data = new(each(found, func(d verify.Difference) api.VerificationDifference {
			return api.VerificationDifference{Check: d.Check, SubjectType: d.SubjectType, SubjectID: d.SubjectID, Number: optional(d.Number), What: d.What}
		}))
		return api.GetVerification200JSONResponse(body), err
	})
}

func verificationBody(v verify.Verification) api.Verification {
	return api.Verification{
		ID: v.ID, BeganAt: v.BeganAt, EndedAt: v.EndedAt, Source: api.VerificationSource(v.Source), Checks: v.Checks, Differences: v.Differences,
	}
}
