package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/deliverycheck"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListDeliveryChecks implements the operation of that name.
func (s *Server) ListDeliveryChecks(ctx context.Context, r api.ListDeliveryChecksRequestObject) (api.ListDeliveryChecksResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDeliveryChecks200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.DeliveryChecks.List(tx, who, deliverycheck.Filter{
			Work: deliverycheck.Work(value(p.Work)), State: deliverycheck.State(value(p.State)), RequestID: p.ProductionRequestID, CustomerID: p.CustomerID,
			OwnerID: p.OwnerID, Until: dayOf(p.PromisedUntil),
		}, page(p.Limit, p.Cursor))
		return api.ListDeliveryChecks200JSONResponse{
			Data: each(rows, func(c deliverycheck.Check) api.DeliveryCheck { return deliveryCheck(tx, c) }), NextCursor: optional(next),
		}, err
	})
}

// GetDeliveryCheck implements the operation of that name.
func (s *Server) GetDeliveryCheck(ctx context.Context, r api.GetDeliveryCheckRequestObject) (api.GetDeliveryCheckResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDeliveryCheck200JSONResponse, error) {
		c, err := s.DeliveryChecks.Get(tx, who, r.DeliveryCheckID)
		return api.GetDeliveryCheck200JSONResponse{Body: deliveryCheck(tx, c), Headers: api.GetDeliveryCheck200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// AnswerDeliveryCheck implements the operation of that name.
func (s *Server) AnswerDeliveryCheck(ctx context.Context, r api.AnswerDeliveryCheckRequestObject) (api.AnswerDeliveryCheckResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AnswerDeliveryCheck200JSONResponse, error) {
		c, err := s.DeliveryChecks.AnswerCheck(tx, who, r.DeliveryCheckID, optionalMatch(r.Params.IfMatch), deliverycheck.Finding{
			OnTime: r.Body.OnTime, ExpectedOn: dayOf(r.Body.ExpectedOn), Note: value(r.Body.Note),
		})
		return api.AnswerDeliveryCheck200JSONResponse{Body: deliveryCheck(tx, c), Headers: api.AnswerDeliveryCheck200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// TellDelay implements the operation of that name.
func (s *Server) TellDelay(ctx context.Context, r api.TellDelayRequestObject) (api.TellDelayResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.TellDelay200JSONResponse, error) {
		c, err := s.DeliveryChecks.Tell(tx, who, r.DeliveryCheckID, optionalMatch(r.Params.IfMatch), deliverycheck.TellInput{
			At: r.Body.ToldAt, By: r.Body.ToldBy, To: value(r.Body.ToldTo), Late: value(r.Body.LateReason), Channel: string(r.Body.Channel), NewDate: r.Body.NewDate.Time,
		})
		return api.TellDelay200JSONResponse{Body: deliveryCheck(tx, c), Headers: api.TellDelay200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// RecordDelayAnswer implements the operation of that name.
func (s *Server) RecordDelayAnswer(ctx context.Context, r api.RecordDelayAnswerRequestObject) (api.RecordDelayAnswerResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecordDelayAnswer200JSONResponse, error) {
		c, err := s.DeliveryChecks.RecordAnswer(tx, who, r.DeliveryCheckID, optionalMatch(r.Params.IfMatch), deliverycheck.CustomerAnswer{
			Answer: string(r.Body.Answer), Other: dayOf(r.Body.OtherDate), Note: value(r.Body.Note),
		})
		return api.RecordDelayAnswer200JSONResponse{Body: deliveryCheck(tx, c), Headers: api.RecordDelayAnswer200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

func deliveryCheck(tx pg.Tx, c deliverycheck.Check) api.DeliveryCheck {
	body := api.DeliveryCheck{
		ID: c.ID, OrderID: c.OrderID, OrderNumber: c.OrderNumber, OrderLineID: c.LineID, LineNo: c.LineNo, ProductionRequestID: c.RequestID,
		ProductName: c.ProductName, CustomerID: c.CustomerID, CustomerName: c.CustomerName, OwnerID: c.OwnerID, PromisedOn: date(c.PromisedOn),
		State: api.DeliveryCheckState(c.State), Overdue: c.Overdue(clock.Today(tx.Now)), OpenedAt: c.OpenedAt, DueAt: c.DueAt, CheckedAt: c.CheckedAt,
		CheckedBy: c.CheckedBy, Note: optional(c.Note), ExpectedOn: optionalDate(c.ExpectedOn), ToldAt: c.ToldAt, ToldBy: c.ToldBy, ToldTo: optional(c.ToldTo),
		Channel: optional(api.DelayChannel(c.Channel)), ToldDate: optionalDate(c.ToldOnDate), CustomerAnswer: optional(api.DelayAnswerKind(c.Answer)),
		OtherDate: optionalDate(c.AnswerOn), AnswerNote: optional(c.AnswerNote), AnsweredAt: c.AnsweredAt, AnsweredBy: c.AnsweredBy, LateReason: optional(c.LateReason),
		Etag: etag(c.Version),
	}
	body.NextStep = optional(api.DeliveryCheckNextStep(c.NextStep()))
	return body
}
