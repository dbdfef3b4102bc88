package httpapi

import (
	"context"
	"crypto/sha256"
	"io"
	"os"

	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/carrier"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListCarriers implements the operation of that name.
func (s *Server) ListCarriers(ctx context.Context, r api.ListCarriersRequestObject) (api.ListCarriersResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListCarriers200JSONResponse, error) {
		f := carrier.Filter{Text: value(r.Params.Text), Active: r.Params.Active}
		rows, next, err := s.Carriers.List(tx, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListCarriers200JSONResponse{Data: each(rows, carrierBody), NextCursor: optional(next)}, err
	})
}

// CreateCarrier implements the operation of that name.
func (s *Server) CreateCarrier(ctx context.Context, r api.CreateCarrierRequestObject) (api.CreateCarrierResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateCarrier201JSONResponse, error) {
		b := r.Body
		c, err := s.Carriers.Create(tx, who, carrier.Carrier{
			Code: value(b.Code), Name: b.Name, Contact: value(b.Contact), Phone: value(b.Phone), TaxNumber: value(b.TaxNumber), Remarks: value(b.Remarks),
		})
		return api.CreateCarrier201JSONResponse{Body: carrierBody(c), Headers: api.CreateCarrier201ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// GetCarrier implements the operation of that name.
func (s *Server) GetCarrier(ctx context.Context, r api.GetCarrierRequestObject) (api.GetCarrierResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetCarrier200JSONResponse, error) {
		c, err := s.Carriers.Get(tx, r.CarrierID)
		return api.GetCarrier200JSONResponse{Body: carrierBody(c), Headers: api.GetCarrier200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// UpdateCarrier implements the operation of that name.
func (s *Server) UpdateCarrier(ctx context.Context, r api.UpdateCarrierRequestObject) (api.UpdateCarrierResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateCarrier200JSONResponse, error) {
		c, err := s.Carriers.Update(tx, who, r.CarrierID, ifMatch(r.Params.IfMatch), func(c *carrier.Carrier) { patchCarrier(c, *r.Body) })
		return api.UpdateCarrier200JSONResponse{Body: carrierBody(c), Headers: api.UpdateCarrier200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

func patchCarrier(c *carrier.Carrier, b api.CarrierPatch) {
	if b.Code != nil {
		c.Code = *b.Code
	}
	if b.Name != nil {
		c.Name = *b.Name
	}
	if b.Active != nil {
		c.Active = *b.Active
	}
	patch(&c.Contact, b.Contact)
	patch(&c.Phone, b.Phone)
	patch(&c.TaxNumber, b.TaxNumber)
	patch(&c.Remarks, b.Remarks)
}

func carrierBody(c carrier.Carrier) api.Carrier {
	return api.Carrier{
		ID: c.ID, Code: c.Code, Name: c.Name, Contact: optional(c.Contact), Phone: optional(c.Phone), TaxNumber: optional(c.TaxNumber),
		Remarks: optional(c.Remarks), Active: c.Active, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Etag: etag(c.Version),
	}
}

// ListFreightRates implements the operation of that name.
func (s *Server) ListFreightRates(ctx context.Context, r api.ListFreightRatesRequestObject) (api.ListFreightRatesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListFreightRates200JSONResponse, error) {
		p := r.Params
		f := carrier.RateFilter{CarrierID: p.CarrierID, ToRegion: value(p.ToRegion), Basis: carrier.Basis(value(p.Basis)), On: dayOf(p.On)}
		rows, next, err := s.Carriers.ListRates(tx, f, page(p.Limit, p.Cursor))
		return api.ListFreightRates200JSONResponse{Data: each(rows, func(r carrier.RateSummary) api.FreightRate {
			body := rateBody(r.Rate)
			body.CarrierName = optional(r.CarrierName)
			return body
		}), NextCursor: optional(next)}, err
	})
}

// CreateFreightRates implements the operation of that name.
func (s *Server) CreateFreightRates(ctx context.Context, r api.CreateFreightRatesRequestObject) (api.CreateFreightRatesResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateFreightRates201JSONResponse, error) {
		rates, err := s.Carriers.CreateRates(tx, who, each(r.Body.Rates, func(b api.FreightRateInput) carrier.Rate {
			return carrier.Rate{
				CarrierID: b.CarrierID, Basis: carrier.Basis(b.Basis), FromRegion: value(b.FromRegion), ToRegion: value(b.ToRegion), KmAbove: orZero(b.KmAbove),
				KmTo: b.KmTo, Price: b.Price, MinimumCharge: orZero(b.MinimumCharge), TaxRate: b.TaxRate, ValidFrom: b.ValidFrom.Time,
				ValidUntil: dayOf(b.ValidUntil), Reason: value(b.Reason),
			}
		}))
		return api.CreateFreightRates201JSONResponse{Data: each(rates, rateBody)}, err
	})
}

// ImportFreightRates implements the operation of that name. The file is spooled to disk before the transaction, which may run more than once, begins; its
// hash is part of what an Idempotency-Key is bound to.
func (s *Server) ImportFreightRates(ctx context.Context, r api.ImportFreightRatesRequestObject) (api.ImportFreightRatesResponseObject, error) {
	file, err := os.CreateTemp("", "salesgate-upload-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	c, h := current(ctx), sha256.New()
	h.Write(c.hash)
	if _, err := io.Copy(io.MultiWriter(file, h), r.Body); err != nil {
		return nil, unreadable(err)
	}
	c.hash = h.Sum(nil)
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ImportFreightRates201JSONResponse, error) {
		rates, err := s.Carriers.ImportRates(tx, who, file.Name())
		return api.ImportFreightRates201JSONResponse{Rates: len(rates)}, err
	})
}

// GetFreightRate implements the operation of that name.
func (s *Server) GetFreightRate(ctx context.Context, r api.GetFreightRateRequestObject) (api.GetFreightRateResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetFreightRate200JSONResponse, error) {
		x, err := s.Carriers.GetRate(tx, r.FreightRateID)
		return api.GetFreightRate200JSONResponse{Body: rateBody(x), Headers: api.GetFreightRate200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// EndFreightRate implements the operation of that name.
func (s *Server) EndFreightRate(ctx context.Context, r api.EndFreightRateRequestObject) (api.EndFreightRateResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.EndFreightRate200JSONResponse, error) {
		x, err := s.Carriers.EndRate(tx, who, r.FreightRateID, optionalMatch(r.Params.IfMatch), r.Body.ValidUntil.Time)
		return api.EndFreightRate200JSONResponse{Body: rateBody(x), Headers: api.EndFreightRate200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// ReplaceFreightRate implements the operation of that name.
func (s *Server) ReplaceFreightRate(ctx context.Context, r api.ReplaceFreightRateRequestObject) (api.ReplaceFreightRateResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReplaceFreightRate201JSONResponse, error) {
		b := r.Body
		x, err := s.Carriers.ReplaceRate(tx, who, r.FreightRateID, optionalMatch(r.Params.IfMatch), carrier.Terms{
			Basis: carrier.Basis(b.Basis), Price: b.Price, MinimumCharge: orZero(b.MinimumCharge), TaxRate: b.TaxRate, ValidFrom: b.ValidFrom.Time,
			ValidUntil: dayOf(b.ValidUntil), Reason: b.Reason,
		})
		return api.ReplaceFreightRate201JSONResponse{Body: rateBody(x), Headers: api.ReplaceFreightRate201ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

func rateBody(r carrier.Rate) api.FreightRate {
	return api.FreightRate{
		ID: r.ID, CarrierID: r.CarrierID, Basis: api.FreightBasis(r.Basis), FromRegion: optional(r.FromRegion), ToRegion: optional(r.ToRegion),
		KmAbove: r.KmAbove, KmTo: r.KmTo, Price: r.Price, MinimumCharge: r.MinimumCharge, TaxRate: r.TaxRate, ValidFrom: openapi.Date{Time: r.ValidFrom},
		ValidUntil: optionalDate(r.ValidUntil), ReplacesID: r.ReplacesID, Reason: optional(r.Reason), CreatedAt: r.CreatedAt, Etag: etag(r.Version),
	}
}

// ListFreightDistances implements the operation of that name.
func (s *Server) ListFreightDistances(ctx context.Context, r api.ListFreightDistancesRequestObject) (api.ListFreightDistancesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListFreightDistances200JSONResponse, error) {
		rows, next, err := s.Carriers.ListDistances(tx, who, value(r.Params.Region), page(r.Params.Limit, r.Params.Cursor))
		return api.ListFreightDistances200JSONResponse{Data: each(rows, distanceBody), NextCursor: optional(next)}, err
	})
}

// SetFreightDistance implements the operation of that name.
func (s *Server) SetFreightDistance(ctx context.Context, r api.SetFreightDistanceRequestObject) (api.SetFreightDistanceResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SetFreightDistance200JSONResponse, error) {
		d, err := s.Carriers.SetDistance(tx, who, carrier.Distance{Region: r.Body.Region, AddressID: r.Body.AddressID, Km: r.Body.Km})
		return api.SetFreightDistance200JSONResponse(distanceBody(d)), err
	})
}

func distanceBody(d carrier.Distance) api.FreightDistance {
	return api.FreightDistance{
		ID: d.ID, Region: d.Region, AddressID: d.AddressID, Address: optional(d.AddressLine), CustomerID: d.CustomerID, CustomerName: optional(d.CustomerName),
		Km: d.Km, UpdatedAt: d.UpdatedAt,
	}
}
