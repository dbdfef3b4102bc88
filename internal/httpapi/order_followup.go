package httpapi

import (
	"context"
	"encoding/hex"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/production"
)

// ListDeliveryChecks implements the operation of that name.
func (s *Server) ListDeliveryChecks(ctx context.Context, r api.ListDeliveryChecksRequestObject) (api.ListDeliveryChecksResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDeliveryChecks200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Production.ListChecks(tx, who, production.CheckFilter{
			Work: production.CheckWork(value(p.Work)), State: production.CheckState(value(p.State)), RequestID: p.ProductionRequestID, CustomerID: p.CustomerID,
			OwnerID: p.OwnerID, Until: dayOf(p.PromisedUntil),
		}, page(p.Limit, p.Cursor))
		return api.ListDeliveryChecks200JSONResponse{
			Data: each(rows, func(c production.Check) api.DeliveryCheck { return deliveryCheck(tx, c) }), NextCursor: optional(next),
		}, err
	})
}

// GetDeliveryCheck implements the operation of that name.
func (s *Server) GetDeliveryCheck(ctx context.Context, r api.GetDeliveryCheckRequestObject) (api.GetDeliveryCheckResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDeliveryCheck200JSONResponse, error) {
		c, err := s.Production.GetCheck(tx, who, r.DeliveryCheckID)
		return api.GetDeliveryCheck200JSONResponse{Body: deliveryCheck(tx, c), Headers: api.GetDeliveryCheck200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// AnswerDeliveryCheck implements the operation of that name.
func (s *Server) AnswerDeliveryCheck(ctx context.Context, r api.AnswerDeliveryCheckRequestObject) (api.AnswerDeliveryCheckResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AnswerDeliveryCheck200JSONResponse, error) {
		c, err := s.Production.AnswerCheck(tx, who, r.DeliveryCheckID, optionalMatch(r.Params.IfMatch), production.CheckInput{
			OnTime: r.Body.OnTime, ExpectedOn: dayOf(r.Body.ExpectedOn), Note: value(r.Body.Note),
		})
		return api.AnswerDeliveryCheck200JSONResponse{Body: deliveryCheck(tx, c), Headers: api.AnswerDeliveryCheck200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// TellDelay implements the operation of that name.
func (s *Server) TellDelay(ctx context.Context, r api.TellDelayRequestObject) (api.TellDelayResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.TellDelay200JSONResponse, error) {
		c, err := s.Production.TellDelay(tx, who, r.DeliveryCheckID, optionalMatch(r.Params.IfMatch), production.TellInput{
			At: r.Body.ToldAt, By: r.Body.ToldBy, To: value(r.Body.ToldTo), Late: value(r.Body.LateReason), Channel: string(r.Body.Channel), NewDate: r.Body.NewDate.Time,
		})
		return api.TellDelay200JSONResponse{Body: deliveryCheck(tx, c), Headers: api.TellDelay200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// RecordDelayAnswer implements the operation of that name.
func (s *Server) RecordDelayAnswer(ctx context.Context, r api.RecordDelayAnswerRequestObject) (api.RecordDelayAnswerResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecordDelayAnswer200JSONResponse, error) {
		c, err := s.Production.RecordAnswer(tx, who, r.DeliveryCheckID, optionalMatch(r.Params.IfMatch), production.CustomerAnswer{
			Answer: string(r.Body.Answer), Other: dayOf(r.Body.OtherDate), Note: value(r.Body.Note),
		})
		return api.RecordDelayAnswer200JSONResponse{Body: deliveryCheck(tx, c), Headers: api.RecordDelayAnswer200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// ListShortageAllotments implements the operation of that name.
func (s *Server) ListShortageAllotments(ctx context.Context, r api.ListShortageAllotmentsRequestObject) (api.ListShortageAllotmentsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListShortageAllotments200JSONResponse, error) {
		f := production.AllotmentFilter{State: production.AllotmentState(value(r.Params.State)), ProductID: r.Params.ProductID, OrderID: r.Params.OrderID}
		rows, next, err := s.Production.ListAllotments(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListShortageAllotments200JSONResponse{
			Data: each(rows, func(a production.Allotment) api.Allotment { return allotmentBody(ctx, who, a) }), NextCursor: optional(next),
		}, err
	})
}

// ProposeShortageAllotment implements the operation of that name.
func (s *Server) ProposeShortageAllotment(ctx context.Context, r api.ProposeShortageAllotmentRequestObject) (api.ProposeShortageAllotmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ProposeShortageAllotment201JSONResponse, error) {
		a, err := s.Production.ProposeAllotment(tx, r.Body.ProductID, r.Body.Available, r.Body.Reason)
		return api.ProposeShortageAllotment201JSONResponse{
			Body: allotmentBody(ctx, who, a), Headers: api.ProposeShortageAllotment201ResponseHeaders{ETag: etag(a.Version)},
		}, err
	})
}

// GetShortageAllotment implements the operation of that name.
func (s *Server) GetShortageAllotment(ctx context.Context, r api.GetShortageAllotmentRequestObject) (api.GetShortageAllotmentResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetShortageAllotment200JSONResponse, error) {
		a, err := s.Production.GetAllotment(tx, who, r.ShortageAllotmentID)
		return api.GetShortageAllotment200JSONResponse{Body: allotmentBody(ctx, who, a), Headers: api.GetShortageAllotment200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// ConfirmShortageAllotment implements the operation of that name.
func (s *Server) ConfirmShortageAllotment(ctx context.Context, r api.ConfirmShortageAllotmentRequestObject) (api.ConfirmShortageAllotmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConfirmShortageAllotment200JSONResponse, error) {
		changes := each(value(r.Body.Lines), func(c api.AllotmentChange) production.AllotmentChange {
			return production.AllotmentChange{OrderLineID: c.OrderLineID, Quantity: c.Quantity, Reason: value(c.Reason)}
		})
		a, err := s.Production.ConfirmAllotment(tx, r.ShortageAllotmentID, optionalMatch(r.Params.IfMatch), changes, dayOf(r.Body.ValidUntil))
		return api.ConfirmShortageAllotment200JSONResponse{
			Body: allotmentBody(ctx, who, a), Headers: api.ConfirmShortageAllotment200ResponseHeaders{ETag: etag(a.Version)},
		}, err
	})
}

// EndShortageAllotment implements the operation of that name.
func (s *Server) EndShortageAllotment(ctx context.Context, r api.EndShortageAllotmentRequestObject) (api.EndShortageAllotmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.EndShortageAllotment200JSONResponse, error) {
		a, err := s.Production.EndAllotment(tx, r.ShortageAllotmentID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.EndShortageAllotment200JSONResponse{Body: allotmentBody(ctx, who, a), Headers: api.EndShortageAllotment200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

func deliveryCheck(tx pg.Tx, c production.Check) api.DeliveryCheck {
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

func allotmentBody(ctx context.Context, who identity.Principal, a production.Allotment) api.Allotment {
	grades, lang := identity.Allowed(who, "credit.read"), current(ctx).lang
	return api.Allotment{
		ID: a.ID, Number: a.Number, ProductID: a.ProductID, ProductCode: a.ProductCode, ProductName: a.ProductName, Unit: a.Unit, Available: a.Available,
		Wanted: a.Wanted, Allotted: a.Allotted, State: api.AllotmentState(a.State), Reason: a.Reason, ValidUntil: optionalDate(a.ValidUntil),
		SnapshotHash: hex.EncodeToString(a.SnapshotHash), ProposedAt: a.ProposedAt, ProposedBy: a.ProposedBy, ConfirmedAt: a.ConfirmedAt,
		ConfirmedBy: a.ConfirmedBy, EndedAt: a.EndedAt, EndedBy: a.EndedBy, EndedReason: optional(a.EndedReason), Etag: etag(a.Version),
		Lines: each(a.Show(who).Lines, func(w production.Want) api.AllotmentLine { return allotmentLine(w, grades, lang) }),
	}
}

func allotmentLine(w production.Want, grades bool, lang string) api.AllotmentLine {
	en, zh := w.Explain(grades)
	line := api.AllotmentLine{
		OrderLineID: w.OrderLineID, OrderID: w.OrderID, OrderNumber: w.OrderNumber, LineNo: w.LineNo, CustomerID: w.CustomerID, CustomerName: w.CustomerName,
		Rank: w.Rank, PromisedOn: optionalDate(w.PromisedOn), ConfirmedAt: w.ConfirmedAt, Wanted: w.Wanted, Proposed: w.Proposed, Allotted: w.Allotted,
		Used: w.Used, ChangeReason: optional(w.ChangeReason), Explanation: en,
	}
	if lang == "zh-CN" {
		line.Explanation = zh
	}
	if grades {
		line.Grade, line.Priority = optional(string(w.Grade)), &w.Priority
	}
	return line
}
