package httpapi

import (
	"context"
	"time"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/correspondence"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListCustomerNotices implements the operation of that name.
func (s *Server) ListCustomerNotices(ctx context.Context, r api.ListCustomerNoticesRequestObject) (api.ListCustomerNoticesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCustomerNotices200JSONResponse, error) {
		f := correspondence.Filter{
			CustomerID: r.Params.CustomerID, OrderID: r.Params.OrderID, State: string(value(r.Params.State)), Overdue: value(r.Params.Overdue),
		}
		rows, next, err := s.CustomerNotices.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		data := each(rows, func(n correspondence.Notice) api.CustomerNotice { return customerNotice(n, tx.Now) })
		return api.ListCustomerNotices200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// RegisterCustomerNotice implements the operation of that name.
func (s *Server) RegisterCustomerNotice(ctx context.Context, r api.RegisterCustomerNoticeRequestObject) (api.RegisterCustomerNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RegisterCustomerNotice201JSONResponse, error) {
		n, err := s.CustomerNotices.Register(tx, who, correspondence.Draft{
			OrderID: r.Body.OrderID, ContractID: r.Body.ContractID, QuotationID: r.Body.QuotationID, Channel: order.Channel(r.Body.Channel),
			Sender: value(r.Body.Sender), Body: r.Body.Body, ReceivedAt: r.Body.ReceivedAt, Attachments: value(r.Body.AttachmentIds),
		})
		return api.RegisterCustomerNotice201JSONResponse{Body: customerNotice(n, tx.Now), Headers: api.RegisterCustomerNotice201ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// GetCustomerNotice implements the operation of that name.
func (s *Server) GetCustomerNotice(ctx context.Context, r api.GetCustomerNoticeRequestObject) (api.GetCustomerNoticeResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCustomerNotice200JSONResponse, error) {
		n, err := s.CustomerNotices.Get(tx, who, r.CustomerNoticeID)
		return api.GetCustomerNotice200JSONResponse{Body: customerNotice(n, tx.Now), Headers: api.GetCustomerNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// AnswerCustomerNotice implements the operation of that name.
func (s *Server) AnswerCustomerNotice(ctx context.Context, r api.AnswerCustomerNoticeRequestObject) (api.AnswerCustomerNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AnswerCustomerNotice200JSONResponse, error) {
		n, err := s.CustomerNotices.Answer(tx, who, r.CustomerNoticeID, optionalMatch(r.Params.IfMatch), order.Channel(r.Body.Via), r.Body.Answer, value(r.Body.AttachmentIds)...)
		return api.AnswerCustomerNotice200JSONResponse{Body: customerNotice(n, tx.Now), Headers: api.AnswerCustomerNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

func customerNotice(n correspondence.Notice, now time.Time) api.CustomerNotice {
	return api.CustomerNotice{
		ID: n.ID, Number: n.Number, CustomerID: n.CustomerID, OwnerID: n.OwnerID, OrderID: n.OrderID, ContractID: n.ContractID, QuotationID: n.QuotationID,
		Channel: api.OrderChannel(n.Channel), Sender: optional(n.Sender), Body: n.Body, State: api.CustomerNoticeState(n.State), ReceivedAt: n.ReceivedAt,
		DueAt: n.DueAt, Overdue: n.Overdue(now), Answer: optional(n.Answer), AnsweredVia: optional(n.AnsweredVia), AnsweredBy: n.AnsweredBy,
		AnsweredAt: n.AnsweredAt, RegisteredBy: n.RegisteredBy, Attachments: each(n.Attachments, attachmentBody), Etag: etag(n.Version),
	}
}
