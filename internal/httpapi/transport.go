package httpapi

import (
	"context"

	"github.com/govalues/decimal"
	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/carrier"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/transport"
)

// ListTransportOptions implements the operation of that name.
func (s *Server) ListTransportOptions(ctx context.Context, r api.ListTransportOptionsRequestObject) (api.ListTransportOptionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListTransportOptions200JSONResponse, error) {
		p := r.Params
		w := carrier.Way{From: value(p.FromRegion), To: value(p.ToRegion), AddressID: p.AddressID}
		if p.DistanceKm != nil { // a decimal by the contract's pattern
			km := decimal.MustParse(*p.DistanceKm)
			w.Km = &km
		}
		o, err := s.Transport.Choose(tx, who, r.ShippingNoticeID, dayOf(p.On), w)
		return api.ListTransportOptions200JSONResponse{
			ShippingNoticeID: o.NoticeID, On: openapi.Date{Time: o.On}, FromRegion: optional(o.Route.From), ToRegion: optional(o.Route.To),
			DistanceKm: o.Route.Km, Tonnes: o.Tonnes, Options: each(o.Options, transportOption),
		}, err
	})
}

func transportOption(o transport.Option) api.TransportOption {
	body := api.TransportOption{
		CarrierID: o.CarrierID, Code: o.Code, Name: o.Name, FreightRateID: o.Rate.ID, Basis: api.FreightBasis(o.Rate.Basis), Priced: o.Priced,
		Computation: each(o.Lines, freightWords),
	}
	if o.Priced {
		tax := money.IncludedTax(o.Amount, o.Rate.TaxRate)
		body.Amount, body.Tax = &o.Amount, &tax
	}
	return body
}

func freightWords(c decision.Check) api.FreightWords {
	body := api.FreightWords{Rule: c.Rule, En: c.EN, Zh: c.ZH}
	if len(c.Inputs) > 0 {
		body.Inputs = &c.Inputs
	}
	return body
}

// ListTransportNotices implements the operation of that name.
func (s *Server) ListTransportNotices(ctx context.Context, r api.ListTransportNoticesRequestObject) (api.ListTransportNoticesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListTransportNotices200JSONResponse, error) {
		p := r.Params
		f := transport.Filter{
			NoticeID: p.ShippingNoticeID, CustomerID: p.CustomerID, CarrierID: p.CarrierID, State: transport.State(value(p.State)), Vehicle: value(p.Vehicle),
			PickupFrom: dayOf(p.PickupFrom), PickupTo: dayOf(p.PickupTo), Number: value(p.Number),
		}
		rows, next, err := s.Transport.List(tx, who, f, page(p.Limit, p.Cursor))
		return api.ListTransportNotices200JSONResponse{Data: each(rows, transportBody), NextCursor: optional(next)}, err
	})
}

// CreateTransportNotice implements the operation of that name.
func (s *Server) CreateTransportNotice(ctx context.Context, r api.CreateTransportNoticeRequestObject) (api.CreateTransportNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateTransportNotice201JSONResponse, error) {
		b := r.Body
		p := transport.Plan{
			PaidBy: string(value(b.PaidBy)), CarrierID: b.CarrierID, CarrierName: value(b.CarrierName), Vehicle: b.Vehicle, Driver: b.Driver,
			DriverPhone: value(b.DriverPhone), PickupOn: b.PickupOn.Time, SharesWith: b.SharesTripWith, Remarks: value(b.Remarks), Lines: fetched(b.Lines),
			Way: carrier.Way{From: value(b.FromRegion), To: value(b.ToRegion), AddressID: b.AddressID, Km: b.DistanceKm},
		}
		n, err := s.Transport.Create(tx, who, b.ShippingNoticeID, p)
		return api.CreateTransportNotice201JSONResponse{Body: transportBody(n), Headers: api.CreateTransportNotice201ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

func fetched(lines *[]api.TransportLineInput) []transport.PlanLine {
	if lines == nil {
		return nil
	}
	return each(*lines, func(l api.TransportLineInput) transport.PlanLine {
		return transport.PlanLine{OrderLineID: l.OrderLineID, Quantity: l.Quantity}
	})
}

// GetTransportNotice implements the operation of that name.
func (s *Server) GetTransportNotice(ctx context.Context, r api.GetTransportNoticeRequestObject) (api.GetTransportNoticeResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetTransportNotice200JSONResponse, error) {
		n, err := s.Transport.Get(tx, who, r.TransportNoticeID)
		return api.GetTransportNotice200JSONResponse{Body: transportBody(n), Headers: api.GetTransportNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// ChangeTransportNotice implements the operation of that name.
func (s *Server) ChangeTransportNotice(ctx context.Context, r api.ChangeTransportNoticeRequestObject) (api.ChangeTransportNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ChangeTransportNotice200JSONResponse, error) {
		n, err := s.Transport.Change(tx, who, r.TransportNoticeID, optionalMatch(r.Params.IfMatch), r.Body.Reason, func(p *transport.Plan) { changePlan(p, *r.Body) })
		return api.ChangeTransportNotice200JSONResponse{Body: transportBody(n), Headers: api.ChangeTransportNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// changePlan says of the plan what was sent. Another destination has another distance, unless that is said too.
func changePlan(p *transport.Plan, b api.TransportNoticeChange) {
	if b.PaidBy != nil {
		p.PaidBy = string(*b.PaidBy)
	}
	if b.CarrierName != nil {
		p.CarrierID, p.CarrierName = nil, *b.CarrierName
	}
	if b.CarrierID != nil {
		p.CarrierID = b.CarrierID
	}
	if b.PickupOn != nil {
		p.PickupOn = b.PickupOn.Time
	}
	if b.AddressID != nil {
		p.Way = carrier.Way{From: p.Way.From, AddressID: b.AddressID}
	}
	if b.ToRegion != nil {
		p.Way.To, p.Way.Km = *b.ToRegion, nil
	}
	if b.DistanceKm != nil {
		p.Way.Km = b.DistanceKm
	}
	if b.Lines != nil {
		p.Lines = fetched(b.Lines)
	}
	for _, f := range []struct{ field, sent *string }{
		{&p.Vehicle, b.Vehicle}, {&p.Driver, b.Driver}, {&p.DriverPhone, b.DriverPhone}, {&p.Way.From, b.FromRegion}, {&p.Remarks, b.Remarks},
	} {
		if f.sent != nil {
			*f.field = *f.sent
		}
	}
	patchID(&p.SharesWith, b.SharesTripWith)
}

// CancelTransportNotice implements the operation of that name.
func (s *Server) CancelTransportNotice(ctx context.Context, r api.CancelTransportNoticeRequestObject) (api.CancelTransportNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelTransportNotice200JSONResponse, error) {
		n, err := s.Transport.Cancel(tx, who, r.TransportNoticeID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CancelTransportNotice200JSONResponse{Body: transportBody(n), Headers: api.CancelTransportNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// CompleteTransportNotice implements the operation of that name.
func (s *Server) CompleteTransportNotice(ctx context.Context, r api.CompleteTransportNoticeRequestObject) (api.CompleteTransportNoticeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CompleteTransportNotice200JSONResponse, error) {
		n, err := s.Transport.Complete(tx, who, r.TransportNoticeID, optionalMatch(r.Params.IfMatch))
		return api.CompleteTransportNotice200JSONResponse{Body: transportBody(n), Headers: api.CompleteTransportNotice200ResponseHeaders{ETag: etag(n.Version)}}, err
	})
}

// GetTransportNoticeTimeline implements the operation of that name.
func (s *Server) GetTransportNoticeTimeline(ctx context.Context, r api.GetTransportNoticeTimelineRequestObject) (api.GetTransportNoticeTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetTransportNoticeTimeline200JSONResponse, error) {
		if err := s.Transport.Seen(tx, who, r.TransportNoticeID); err != nil {
			return api.GetTransportNoticeTimeline200JSONResponse{}, err
		}
		body, err := timeline(tx, transport.SubjectNotice, r.TransportNoticeID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetTransportNoticeTimeline200JSONResponse(body), err
	})
}

// transportBody shows a transport notice. There is nothing of money in it.
func transportBody(n transport.Notice) api.TransportNotice {
	body := api.TransportNotice{
		ID: n.ID, Number: n.Number, ShippingNoticeID: n.NoticeID, ShippingNoticeNumber: optional(n.ShipmentNumber), CustomerID: n.CustomerID,
		CustomerName: optional(n.CustomerName), State: api.TransportState(n.State), PaidBy: n.PaidBy, CarrierID: n.CarrierID, CarrierName: n.CarrierName,
		Vehicle: n.Vehicle, Driver: n.Driver, DriverPhone: optional(n.DriverPhone), PickupOn: openapi.Date{Time: n.PickupOn}, FromRegion: optional(n.FromRegion),
		ToRegion: optional(n.ToRegion), DistanceKm: n.Km, Remarks: optional(n.Remarks), Reason: optional(n.StateReason), DeliveryNoteID: n.DeliveryNoteID,
		LoadedAt: n.LoadedAt, DoneAt: n.DoneAt, CreatedAt: n.CreatedAt, UpdatedAt: n.UpdatedAt, Etag: etag(n.Version),
	}
	if n.TripID != n.ID {
		body.SharesTripWith = &n.TripID
	}
	if n.Lines != nil {
		lines := each(n.Lines, func(l transport.Line) api.TransportLine {
			return api.TransportLine{
				OrderLineID: l.OrderLineID, ProductID: l.ProductID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit, Quantity: l.Quantity,
			}
		})
		body.Lines = &lines
	}
	return body
}

// orZero is a figure that may be left out.
func orZero(d *decimal.Decimal) decimal.Decimal {
	if d == nil {
		return decimal.Zero
	}
	return *d
}
