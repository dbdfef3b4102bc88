package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
)

// ConvertQuotationToOrder implements the operation of that name.
func (s *Server) ConvertQuotationToOrder(ctx context.Context, r api.ConvertQuotationToOrderRequestObject) (api.ConvertQuotationToOrderResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConvertQuotationToOrder201JSONResponse, error) {
		q, picked, err := s.Quotes.Convert(tx, who, r.QuotationID, picks(r.Body.Lines))
		if err != nil {
			return api.ConvertQuotationToOrder201JSONResponse{}, err
		}
		d := orderOf(q, picked)
		d.CustomerOrderNo, d.Remarks = value(r.Body.CustomerOrderNo), value(r.Body.Remarks)
		if r.Body.Channel != nil {
			d.Channel = order.Channel(*r.Body.Channel)
		}
		for i, l := range value(r.Body.Lines) {
			if l.PromisedOn != nil {
				d.Lines[i].PromisedOn = &l.PromisedOn.Time
			}
		}
		o, err := s.Orders.Create(tx, who, d)
		if err != nil {
			return api.ConvertQuotationToOrder201JSONResponse{}, err
		}
		err = quote.Converted(tx, q, order.Subject, o.ID, o.Number)
		return api.ConvertQuotationToOrder201JSONResponse{Body: orderBody(who, o, nil), Headers: api.ConvertQuotationToOrder201ResponseHeaders{ETag: etag(o.Version)}}, err
	})
}

func picks(lines *[]api.QuotationPick) []quote.Pick {
	return each(value(lines), func(l api.QuotationPick) quote.Pick {
		return quote.Pick{LineID: l.QuotationLineID, Quantity: l.Quantity}
	})
}

// orderOf is an order of what was picked, at the agreed prices: each line names the quotation's, so that the gate knows them.
func orderOf(q quote.Quotation, picked []quote.Picked) order.Draft {
	terms := q.Terms()
	d := order.Draft{CustomerID: *q.CustomerID, Channel: order.ChannelOther, QuotationID: &q.ID, Terms: &terms}
	for _, p := range picked {
		d.Lines = append(d.Lines, order.LineDraft{
			ProductID: p.ProductID, Unit: p.Unit, Price: p.NetPrice, Quantity: p.Quantity, Remarks: p.Remarks, QuotationLineID: &p.ID,
		})
	}
	return d
}

// ConvertQuotationToContract implements the operation of that name.
func (s *Server) ConvertQuotationToContract(ctx context.Context, r api.ConvertQuotationToContractRequestObject) (api.ConvertQuotationToContractResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConvertQuotationToContract201JSONResponse, error) {
		q, picked, err := s.Quotes.Convert(tx, who, r.QuotationID, picks(r.Body.Lines))
		if err != nil {
			return api.ConvertQuotationToContract201JSONResponse{}, err
		}
		c, err := s.Contracts.Create(tx, who, contractOf(q, picked, *r.Body))
		if err != nil {
			return api.ConvertQuotationToContract201JSONResponse{}, err
		}
		if err := quote.Converted(tx, q, contract.Subject, c.ID, c.Number); err != nil {
			return api.ConvertQuotationToContract201JSONResponse{}, err
		}
		body, err := s.contract(tx, c, nil)
		return api.ConvertQuotationToContract201JSONResponse{Body: body, Headers: api.ConvertQuotationToContract201ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// contractOf is a contract of what was picked, at the agreed prices and terms.
func contractOf(q quote.Quotation, picked []quote.Picked, b api.QuotationToContract) contract.Draft {
	terms := q.Terms()
	d := contract.Draft{CustomerID: *q.CustomerID, Content: contract.Content{
		StartsOn: b.StartsOn.Time, EndsOn: b.EndsOn.Time, Terms: &terms, DeliveryPlace: q.Delivery, Packing: q.Packing, Transport: q.Freight,
		Remarks: value(b.Remarks), QuotationID: &q.ID,
	}}
	set(&d.DeliveryPlace, b.DeliveryPlace)
	for i, p := range picked {
		l := contract.LineContent{
			ProductID: p.ProductID, Unit: p.Unit, Price: p.NetPrice, Quantity: p.Quantity, QuotationLineID: &p.ID, Remarks: p.Remarks,
		}
		if b.Lines != nil && (*b.Lines)[i].PromisedOn != nil {
			l.Deliveries = []contract.Delivery{{On: (*b.Lines)[i].PromisedOn.Time, Quantity: p.Quantity}}
		}
		d.Lines = append(d.Lines, l)
	}
	return d
}
