package httpapi

import (
	"context"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// GetDunningSteps implements the operation of that name.
func (s *Server) GetDunningSteps(ctx context.Context, _ api.GetDunningStepsRequestObject) (api.GetDunningStepsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetDunningSteps200JSONResponse, error) {
		p, err := s.Collection.GetPolicy(tx)
		return api.GetDunningSteps200JSONResponse{Body: stepsBody(p), Headers: api.GetDunningSteps200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// ReplaceDunningSteps implements the operation of that name.
func (s *Server) ReplaceDunningSteps(ctx context.Context, r api.ReplaceDunningStepsRequestObject) (api.ReplaceDunningStepsResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReplaceDunningSteps200JSONResponse, error) {
		steps := each(r.Body.Steps, func(st api.DunningStep) collection.Step {
			return collection.Step{
				Step: st.Step, NameEN: st.NameEn, NameZH: st.NameZh, DaysOverdue: st.DaysOverdue, PayWithin: st.PayWithin, TextEN: st.TextEn, TextZH: st.TextZh,
			}
		})
		p, err := s.Collection.ReplacePolicy(tx, who, ifMatch(r.Params.IfMatch), steps, r.Body.Reason)
		return api.ReplaceDunningSteps200JSONResponse{Body: stepsBody(p), Headers: api.ReplaceDunningSteps200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

func stepsBody(p collection.Policy) api.DunningSteps {
	return api.DunningSteps{
		Version: p.Version, SetBy: p.SetBy, SetAt: p.SetAt, Reason: p.Reason,
		Steps: each(p.Steps, func(st collection.Step) api.DunningStep {
			return api.DunningStep{
				Step: st.Step, NameEn: st.NameEN, NameZh: st.NameZH, DaysOverdue: st.DaysOverdue, PayWithin: st.PayWithin, TextEn: st.TextEN, TextZh: st.TextZH,
			}
		}),
	}
}

// ListDunnings implements the operation of that name.
func (s *Server) ListDunnings(ctx context.Context, r api.ListDunningsRequestObject) (api.ListDunningsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDunnings200JSONResponse, error) {
		f := collection.DunningFilter{
			PayerID: value(r.Params.PayerID), OwnerID: value(r.Params.OwnerID), State: collection.DunningState(value(r.Params.State)), Step: value(r.Params.Step),
		}
		rows, next, err := s.Collection.ListDunnings(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListDunnings200JSONResponse{Data: each(rows, dunningBody), NextCursor: optional(next)}, err
	})
}

// GetDunning implements the operation of that name.
func (s *Server) GetDunning(ctx context.Context, r api.GetDunningRequestObject) (api.GetDunningResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDunning200JSONResponse, error) {
		d, err := s.Collection.GetDunning(tx, who, r.DunningID)
		return api.GetDunning200JSONResponse{Body: dunningBody(d), Headers: api.GetDunning200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// SendDunning implements the operation of that name.
func (s *Server) SendDunning(ctx context.Context, r api.SendDunningRequestObject) (api.SendDunningResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SendDunning200JSONResponse, error) {
		how := collection.Sending{Channel: string(r.Body.Channel), SentTo: value(r.Body.SentTo), Reference: value(r.Body.Reference)}
		d, err := s.Collection.SendDunning(tx, who, r.DunningID, optionalMatch(r.Params.IfMatch), how)
		return api.SendDunning200JSONResponse{Body: dunningBody(d), Headers: api.SendDunning200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// CancelDunning implements the operation of that name.
func (s *Server) CancelDunning(ctx context.Context, r api.CancelDunningRequestObject) (api.CancelDunningResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelDunning200JSONResponse, error) {
		d, err := s.Collection.CancelDunning(tx, who, r.DunningID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CancelDunning200JSONResponse{Body: dunningBody(d), Headers: api.CancelDunning200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

func dunningBody(d collection.Dunning) api.Dunning {
	return api.Dunning{
		ID: d.ID, Number: d.Number, PayerID: d.PayerID, PayerName: d.PayerName, State: api.DunningState(d.State), Step: d.Step,
		StepEn: d.StepEN, StepZh: d.StepZH, StepsVersion: d.VersionUsed, Amount: d.Amount, Days: d.Days, PayBy: optionalDate(d.PayBy),
		LetterEn: optional(d.LetterEN), LetterZh: optional(d.LetterZH), ProposedAt: d.ProposedAt, AsOf: openapi_types.Date{Time: d.AsOf},
		SentAt: d.SentAt, SentBy: d.SentBy, Channel: optional(d.Channel), SentTo: optional(d.SentTo), Reference: optional(d.Reference),
		EndedAt: d.EndedAt, EndedBy: d.EndedBy, EndedReason: optional(d.EndedReason), Etag: etag(d.Version),
		Items: each(d.Items, func(it collection.DunningItem) api.DunningItem {
			return api.DunningItem{
				InvoiceID: it.InvoiceID, Number: it.Number, Step: it.Step, Amount: it.Amount, DueOn: openapi_types.Date{Time: it.DueOn}, Days: it.Days,
			}
		}),
	}
}

// ListDunningPauses implements the operation of that name.
func (s *Server) ListDunningPauses(ctx context.Context, r api.ListDunningPausesRequestObject) (api.ListDunningPausesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDunningPauses200JSONResponse, error) {
		rows, next, err := s.Collection.ListPauses(tx, who, value(r.Params.PayerID), value(r.Params.Active), page(r.Params.Limit, r.Params.Cursor))
		data := each(rows, func(p collection.Pause) api.DunningPause { return pauseBody(tx, p) })
		return api.ListDunningPauses200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// PauseDunning implements the operation of that name.
func (s *Server) PauseDunning(ctx context.Context, r api.PauseDunningRequestObject) (api.PauseDunningResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PauseDunning201JSONResponse, error) {
		p, err := s.Collection.PauseDunning(tx, who, r.Body.CustomerID, r.Body.Until.Time, r.Body.Reason)
		return api.PauseDunning201JSONResponse{Body: pauseBody(tx, p), Headers: api.PauseDunning201ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// EndDunningPause implements the operation of that name.
func (s *Server) EndDunningPause(ctx context.Context, r api.EndDunningPauseRequestObject) (api.EndDunningPauseResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.EndDunningPause200JSONResponse, error) {
		p, err := s.Collection.EndPause(tx, who, r.PauseID, optionalMatch(r.Params.IfMatch))
		return api.EndDunningPause200JSONResponse{Body: pauseBody(tx, p), Headers: api.EndDunningPause200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

func pauseBody(tx pg.Tx, p collection.Pause) api.DunningPause {
	return api.DunningPause{
		ID: p.ID, PayerID: p.PayerID, Reason: p.Reason, Until: openapi_types.Date{Time: p.Until}, Active: p.Active(clock.Today(tx.Now)),
		CreatedBy: p.CreatedBy, CreatedAt: p.CreatedAt, EndedAt: p.EndedAt, EndedBy: p.EndedBy, Etag: etag(p.Version),
	}
}
