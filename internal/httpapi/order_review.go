package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListOrderReview implements the operation of that name.
func (s *Server) ListOrderReview(ctx context.Context, r api.ListOrderReviewRequestObject) (api.ListOrderReviewResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListOrderReview200JSONResponse, error) {
		points, err := s.Orders.Review(tx, who, r.OrderID)
		return api.ListOrderReview200JSONResponse{Data: each(points, reviewPoint)}, err
	})
}

// AskOrderReview implements the operation of that name.
func (s *Server) AskOrderReview(ctx context.Context, r api.AskOrderReviewRequestObject) (api.AskOrderReviewResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AskOrderReview200JSONResponse, error) {
		roles := each(r.Body.Roles, func(role api.OrderReviewer) identity.Role { return identity.Role(role) })
		o, err := s.Orders.AskReview(tx, who, r.OrderID, optionalMatch(r.Params.IfMatch), roles)
		return api.AskOrderReview200JSONResponse{
			Body: orderBody(who, o, nil), Headers: api.AskOrderReview200ResponseHeaders{ETag: etag(o.Version)},
		}, err
	})
}

// RecordOrderReview implements the operation of that name.
func (s *Server) RecordOrderReview(ctx context.Context, r api.RecordOrderReviewRequestObject) (api.RecordOrderReviewResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecordOrderReview201JSONResponse, error) {
		found := each(r.Body.Points, func(f api.OrderReviewFinding) order.Finding {
			return order.Finding{LineNo: f.LineNo, Point: order.Point(f.Point), Passed: f.Passed, Note: value(f.Note)}
		})
		_, points, err := s.Orders.RecordReview(tx, who, r.OrderID, optionalMatch(r.Params.IfMatch), found)
		return api.RecordOrderReview201JSONResponse{Data: each(points, reviewPoint)}, err
	})
}

// ReturnOrderReviewPoint implements the operation of that name.
func (s *Server) ReturnOrderReviewPoint(ctx context.Context, r api.ReturnOrderReviewPointRequestObject) (api.ReturnOrderReviewPointResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReturnOrderReviewPoint200JSONResponse, error) {
		p, err := s.Orders.ReturnReviewPoint(tx, who, r.OrderID, r.ReviewPointID, order.Told{
			To: r.Body.ToldTo, Via: order.Channel(r.Body.ToldVia), At: r.Body.ToldAt,
		})
		return api.ReturnOrderReviewPoint200JSONResponse(reviewPoint(p)), err
	})
}

// AnswerOrderReviewPoint implements the operation of that name.
func (s *Server) AnswerOrderReviewPoint(ctx context.Context, r api.AnswerOrderReviewPointRequestObject) (api.AnswerOrderReviewPointResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AnswerOrderReviewPoint200JSONResponse, error) {
		p, err := s.Orders.AnswerReviewPoint(tx, who, r.OrderID, r.ReviewPointID, order.Outcome(r.Body.Outcome), r.Body.Answer, value(r.Body.AttachmentIds)...)
		return api.AnswerOrderReviewPoint200JSONResponse(reviewPoint(p)), err
	})
}

func reviewPoint(p order.ReviewPoint) api.OrderReviewPoint {
	body := api.OrderReviewPoint{
		ID: p.ID, Revision: p.Revision, LineNo: p.LineNo, Point: api.OrderReviewKind(p.Point), Passed: p.Passed, Open: p.Open(),
		Note: optional(p.Note), FoundBy: p.FoundBy, FoundAt: p.FoundAt, ToldTo: optional(p.ToldTo), ToldBy: p.ToldBy, ToldAt: p.ToldAt,
		Answer: optional(p.Answer), AnsweredBy: p.AnsweredBy, AnsweredAt: p.AnsweredAt,
	}
	if p.ToldVia != "" {
		body.ToldVia = new(api.OrderChannel(p.ToldVia))
	}
	if p.Outcome != "" {
		body.Outcome = new(api.OrderReviewOutcome(p.Outcome))
	}
	return body
}
