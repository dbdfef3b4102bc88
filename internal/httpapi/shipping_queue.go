package httpapi

import (
	"context"
	"time"

	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListShippingQueue implements the operation of that name.
func (s *Server) ListShippingQueue(ctx context.Context, r api.ListShippingQueueRequestObject) (api.ListShippingQueueResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListShippingQueue200JSONResponse, error) {
		var until *time.Time
		if r.Params.ShipTo != nil {
			until = &r.Params.ShipTo.Time
		}
		rows, next, err := s.Shipments.Queue(tx, who, until, r.Params.ProductID, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.ShippingQueueItem, len(rows))
		for i, n := range rows {
			data[i] = api.ShippingQueueItem{
				ID: n.ID, Number: n.Number, CustomerID: n.CustomerID, CustomerName: n.CustomerName, State: api.ShippingState(n.State),
				ShipDate: openapi.Date{Time: n.ShipDate}, Priority: n.Priority, PriorityReason: optional(n.PriorityReason), Vehicle: optional(n.Vehicle),
				Lines: make([]api.ShippingQueueLine, len(n.Lines)), Etag: etag(n.Version),
			}
			for j, l := range n.Lines {
				data[i].Lines[j] = api.ShippingQueueLine{
					NoticeLineID: l.LineID, ProductID: l.ProductID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit,
					Rest: l.Rest, Prepared: l.Prepared,
				}
			}
		}
		return api.ListShippingQueue200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// SetShippingPriority implements the operation of that name.
func (s *Server) SetShippingPriority(ctx context.Context, r api.SetShippingPriorityRequestObject) (api.SetShippingPriorityResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SetShippingPriority200JSONResponse, error) {
		n, err := s.Shipments.Prioritise(tx, who, r.ShippingNoticeID, optionalMatch(r.Params.IfMatch), r.Body.Priority, value(r.Body.Reason))
		return api.SetShippingPriority200JSONResponse{Body: noticeBody(who, n), Headers: api.SetShippingPriority200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}
