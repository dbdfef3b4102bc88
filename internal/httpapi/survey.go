package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/survey"
)

// ListSurveys implements the operation of that name.
func (s *Server) ListSurveys(ctx context.Context, r api.ListSurveysRequestObject) (api.ListSurveysResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListSurveys200JSONResponse, error) {
		f := survey.Filter{
			OwnerID: r.Params.OwnerID, CustomerID: r.Params.CustomerID, State: survey.State(value(r.Params.State)),
			Unsatisfied: value(r.Params.Unsatisfied), From: dayOf(r.Params.From), To: dayOf(r.Params.To),
		}
		rows, next, err := s.Surveys.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListSurveys200JSONResponse{Data: each(rows, surveyBody), NextCursor: optional(next)}, err
	})
}

// GetSurvey implements the operation of that name.
func (s *Server) GetSurvey(ctx context.Context, r api.GetSurveyRequestObject) (api.GetSurveyResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetSurvey200JSONResponse, error) {
		v, err := s.Surveys.Get(tx, who, r.SurveyID)
		return api.GetSurvey200JSONResponse{Body: surveyBody(v), Headers: api.GetSurvey200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// RecordSurvey implements the operation of that name.
func (s *Server) RecordSurvey(ctx context.Context, r api.RecordSurveyRequestObject) (api.RecordSurveyResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecordSurvey200JSONResponse, error) {
		v, err := s.Surveys.Record(tx, who, r.SurveyID, optionalMatch(r.Params.IfMatch), surveyAnswer(*r.Body))
		return api.RecordSurvey200JSONResponse{Body: surveyBody(v), Headers: api.RecordSurvey200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// CloseSurvey implements the operation of that name.
func (s *Server) CloseSurvey(ctx context.Context, r api.CloseSurveyRequestObject) (api.CloseSurveyResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CloseSurvey200JSONResponse, error) {
		v, err := s.Surveys.Close(tx, who, r.SurveyID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CloseSurvey200JSONResponse{Body: surveyBody(v), Headers: api.CloseSurvey200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// CreateSurveyLink implements the operation of that name.
func (s *Server) CreateSurveyLink(ctx context.Context, r api.CreateSurveyLinkRequestObject) (api.CreateSurveyLinkResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateSurveyLink201JSONResponse, error) {
		l, token, err := s.Surveys.CreateLink(tx, who, r.SurveyID, optionalMatch(r.Params.IfMatch))
		return api.CreateSurveyLink201JSONResponse{Token: token, ExpiresAt: l.ExpiresAt}, err
	})
}

// RevokeSurveyLink implements the operation of that name.
func (s *Server) RevokeSurveyLink(ctx context.Context, r api.RevokeSurveyLinkRequestObject) (api.RevokeSurveyLinkResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RevokeSurveyLink200JSONResponse, error) {
		v, err := s.Surveys.RevokeLink(tx, who, r.SurveyID)
		return api.RevokeSurveyLink200JSONResponse{Body: surveyBody(v), Headers: api.RevokeSurveyLink200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// ReadPublicSurvey implements the operation of that name. It writes, though only how often the address asked.
func (s *Server) ReadPublicSurvey(ctx context.Context, r api.ReadPublicSurveyRequestObject) (api.ReadPublicSurveyResponseObject, error) {
	address := current(ctx).echo.RealIP()
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ReadPublicSurvey200JSONResponse, error) {
		if err := identity.AdmitStranger(tx, "survey", address); err != nil {
			return api.ReadPublicSurvey200JSONResponse{}, err
		}
		v, l, err := s.Surveys.Follow(tx, r.Params.XSurveyToken)
		if err != nil {
			return api.ReadPublicSurvey200JSONResponse{}, pg.Keep(err)
		}
		return api.ReadPublicSurvey200JSONResponse{DeliveryNoteNumber: v.NoteNumber, LeftOn: date(v.LeftOn), ExpiresAt: &l.ExpiresAt}, nil
	})
}

// AnswerPublicSurvey implements the operation of that name. A refusal that wrote something is rolled back with its count: only
// those that come before any writing are kept.
func (s *Server) AnswerPublicSurvey(ctx context.Context, r api.AnswerPublicSurveyRequestObject) (api.AnswerPublicSurveyResponseObject, error) {
	address := current(ctx).echo.RealIP()
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.AnswerPublicSurvey200JSONResponse, error) {
		if err := identity.AdmitStranger(tx, "survey", address); err != nil {
			return api.AnswerPublicSurvey200JSONResponse{}, err
		}
		if _, _, err := s.Surveys.Follow(tx, r.Params.XSurveyToken); err != nil {
			return api.AnswerPublicSurvey200JSONResponse{}, pg.Keep(err)
		}
		v, err := s.Surveys.AnswerLink(tx, r.Params.XSurveyToken, surveyAnswer(*r.Body))
		return api.AnswerPublicSurvey200JSONResponse{DeliveryNoteNumber: v.NoteNumber, LeftOn: date(v.LeftOn), Answered: true}, err
	})
}

// GetSurveyStatistics implements the operation of that name.
func (s *Server) GetSurveyStatistics(ctx context.Context, r api.GetSurveyStatisticsRequestObject) (api.GetSurveyStatisticsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetSurveyStatistics200JSONResponse, error) {
		f := survey.Filter{OwnerID: r.Params.OwnerID, CustomerID: r.Params.CustomerID, From: dayOf(r.Params.From), To: dayOf(r.Params.To)}
		rows, next, err := s.Surveys.Statistics(tx, who, string(r.Params.By), f, page(r.Params.Limit, r.Params.Cursor))
		return api.GetSurveyStatistics200JSONResponse{Data: each(rows, func(x survey.Statistic) api.SurveyStatistic {
			return api.SurveyStatistic{
				Key: x.Key, Name: optional(x.Name), Surveys: x.Surveys, Answered: x.Answered, Unsatisfied: x.Unsatisfied,
				Quality: x.Quality, Response: x.Response, Speed: x.Speed, Attitude: x.Attitude,
			}
		}), NextCursor: optional(next)}, err
	})
}

func surveyAnswer(b api.SurveyAnswer) survey.Answer {
	return survey.Answer{
		Scores: survey.Scores{Quality: b.Quality, Response: b.Response, Speed: b.Speed, Attitude: b.Attitude},
		Remark: value(b.Remark), Name: value(b.Name),
	}
}

func surveyBody(v survey.Survey) api.Survey {
	return api.Survey{
		ID: v.ID, DeliveryNoteID: v.DeliveryNoteID, DeliveryNoteNumber: v.NoteNumber, LeftOn: date(v.LeftOn), CustomerID: v.CustomerID,
		OwnerID: v.OwnerID, State: api.SurveyState(v.State), OpenedAt: v.OpenedAt, Quality: v.Quality, Response: v.Response, Speed: v.Speed,
		Attitude: v.Attitude, Remark: optional(v.Remark), Name: optional(v.AnsweredByName), Source: optional(api.SurveySource(v.Source)),
		RecordedBy: v.RecordedBy, AnsweredAt: v.AnsweredAt, Unsatisfied: v.Unsatisfied, ClosedReason: optional(v.ClosedReason), Etag: etag(v.Version),
	}
}
