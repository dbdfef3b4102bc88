package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// GetQuotationPriceAuthority implements the operation of that name.
func (s *Server) GetQuotationPriceAuthority(ctx context.Context, r api.GetQuotationPriceAuthorityRequestObject) (api.GetQuotationPriceAuthorityResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetQuotationPriceAuthority200JSONResponse, error) {
		a, err := s.Quotes.WhoseAuthority(tx, who, r.QuotationID)
		return api.GetQuotationPriceAuthority200JSONResponse(priceAuthorityBody(a)), err
	})
}

// GetContractPriceAuthority implements the operation of that name.
func (s *Server) GetContractPriceAuthority(ctx context.Context, r api.GetContractPriceAuthorityRequestObject) (api.GetContractPriceAuthorityResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetContractPriceAuthority200JSONResponse, error) {
		a, err := s.Contracts.WhoseAuthority(tx, who, r.ContractID)
		return api.GetContractPriceAuthority200JSONResponse(priceAuthorityBody(a)), err
	})
}

// GetOrderPriceAuthority implements the operation of that name.
func (s *Server) GetOrderPriceAuthority(ctx context.Context, r api.GetOrderPriceAuthorityRequestObject) (api.GetOrderPriceAuthorityResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetOrderPriceAuthority200JSONResponse, error) {
		a, err := s.Orders.WhoseAuthority(tx, who, r.OrderID)
		return api.GetOrderPriceAuthority200JSONResponse(priceAuthorityBody(a)), err
	})
}
