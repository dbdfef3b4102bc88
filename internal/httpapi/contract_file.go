package httpapi

import (
	"context"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// GetContractCapacity implements the operation of that name.
func (s *Server) GetContractCapacity(ctx context.Context, r api.GetContractCapacityRequestObject) (api.GetContractCapacityResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetContractCapacity200JSONResponse, error) {
		d, err := s.Contracts.ReadCapacity(tx, who, r.ContractID)
		return api.GetContractCapacity200JSONResponse(capacityBody(d)), err
	})
}

// AnswerContractCapacity implements the operation of that name.
func (s *Server) AnswerContractCapacity(ctx context.Context, r api.AnswerContractCapacityRequestObject) (api.AnswerContractCapacityResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AnswerContractCapacity200JSONResponse, error) {
		lines := each(r.Body.Lines, func(l api.ContractCapacityLineAnswer) contract.CapacityAnswered {
			return contract.CapacityAnswered{LineID: l.LineID, Possible: l.Possible, Deliveries: deliveriesOf(value(l.Deliveries)), Note: value(l.Note)}
		})
		d, err := s.Contracts.AnswerCapacity(tx, who, r.ContractID, optionalMatch(r.Params.IfMatch), lines, value(r.Body.Note))
		return api.AnswerContractCapacity200JSONResponse{
			Body: capacityBody(d), Headers: api.AnswerContractCapacity200ResponseHeaders{ETag: etag(d.Contract.Version)},
		}, err
	})
}

// capacityBody has goods and dates, and no prices: production doesn't see those.
func capacityBody(d contract.Demand) api.ContractCapacity {
	c := d.Contract
	return api.ContractCapacity{
		ContractID: c.ID, Number: c.Number, State: string(c.State), Revision: c.Revision, Standard: c.IsStandard,
		StartsOn: openapi_types.Date{Time: c.StartsOn}, EndsOn: openapi_types.Date{Time: c.EndsOn}, DeliveryPlace: optional(c.DeliveryPlace),
		Packing: optional(c.Packing), Transport: optional(c.Transport), Asked: d.Asked, ApprovalID: d.Approval,
		Lines: each(c.Lines, func(l contract.Line) api.ContractCapacityLine {
			return api.ContractCapacityLine{
				ID: l.ID, LineNo: l.LineNo, ProductID: l.ProductID, Unit: l.Unit, Spec: optional(l.Spec), Quantity: l.Quantity,
				Deliveries: deliveryBodies(l.Deliveries), Remarks: optional(l.Remarks),
			}
		}),
		Answers: each(d.Answers, func(a contract.CapacityAnswer) api.ContractCapacityAnswered {
			return api.ContractCapacityAnswered{
				Revision: a.Revision, Confirmed: a.Confirmed, Note: optional(a.Note), AnsweredBy: a.AnsweredBy, AnsweredAt: a.AnsweredAt,
				Lines: each(a.Lines, capacityLineBody),
			}
		}),
	}
}

func capacityLineBody(l contract.CapacityAnswered) api.ContractCapacityLineAnswer {
	body := api.ContractCapacityLineAnswer{LineID: l.LineID, Possible: l.Possible, Note: optional(l.Note)}
	if len(l.Deliveries) > 0 {
		list := deliveryBodies(l.Deliveries)
		body.Deliveries = &list
	}
	return body
}

// ListContractPapers implements the operation of that name.
func (s *Server) ListContractPapers(ctx context.Context, r api.ListContractPapersRequestObject) (api.ListContractPapersResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListContractPapers200JSONResponse, error) {
		rows, err := s.Contracts.ListPapers(tx, who, r.ContractID)
		return api.ListContractPapers200JSONResponse{Data: each(rows, paperBody)}, err
	})
}

// FileContractPaper implements the operation of that name.
func (s *Server) FileContractPaper(ctx context.Context, r api.FileContractPaperRequestObject) (api.FileContractPaperResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.FileContractPaper201JSONResponse, error) {
		b := *r.Body
		p, err := s.Contracts.FilePaper(tx, who, r.ContractID, contract.PaperKind(b.Kind), b.Label, contract.Hand{
			HolderID: b.HolderID, Holder: value(b.Holder), Place: b.Place, Note: value(b.Note),
		})
		return api.FileContractPaper201JSONResponse{Body: paperBody(p), Headers: api.FileContractPaper201ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// MoveContractPaper implements the operation of that name.
func (s *Server) MoveContractPaper(ctx context.Context, r api.MoveContractPaperRequestObject) (api.MoveContractPaperResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.MoveContractPaper200JSONResponse, error) {
		b := *r.Body
		p, err := s.Contracts.MovePaper(tx, who, r.ContractID, r.PaperID, optionalMatch(r.Params.IfMatch), contract.Hand{
			HolderID: b.HolderID, Holder: value(b.Holder), Place: b.Place, Note: value(b.Note),
		})
		return api.MoveContractPaper200JSONResponse{Body: paperBody(p), Headers: api.MoveContractPaper200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

func paperBody(p contract.Paper) api.ContractPaper {
	return api.ContractPaper{
		ID: p.ID, Kind: string(p.Kind), Label: p.Label, Revision: p.Revision, HolderID: p.HolderID, Holder: optional(p.Holder), Place: p.Place,
		CreatedAt: p.CreatedAt, Etag: etag(p.Version), Moves: each(p.Moves, func(m contract.PaperMove) api.ContractPaperHand {
			return api.ContractPaperHand{
				HolderID: m.HolderID, Holder: optional(m.Holder), Place: m.Place, Note: optional(m.Note), MovedBy: m.MovedBy, MovedAt: m.MovedAt,
			}
		}),
	}
}

// ListContractCallOffs implements the operation of that name.
func (s *Server) ListContractCallOffs(ctx context.Context, r api.ListContractCallOffsRequestObject) (api.ListContractCallOffsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListContractCallOffs200JSONResponse, error) {
		rows, next, err := s.Contracts.ListCallOffs(tx, who, r.ContractID, value(r.Params.Open), page(r.Params.Limit, r.Params.Cursor))
		return api.ListContractCallOffs200JSONResponse{NextCursor: optional(next), Data: each(rows, func(c contract.CallOff) api.ContractCallOff {
			return api.ContractCallOff{OrderID: c.OrderID, Number: c.Number, State: c.State, Quantity: c.Quantity, Amount: c.Amount}
		})}, err
	})
}

// GetContractProgress implements the operation of that name.
func (s *Server) GetContractProgress(ctx context.Context, r api.GetContractProgressRequestObject) (api.GetContractProgressResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetContractProgress200JSONResponse, error) {
		p, err := s.Contracts.ReadProgress(tx, who, r.ContractID)
		if err != nil {
			return api.GetContractProgress200JSONResponse{}, err
		}
		c := p.Contract
		body := api.ContractProgress{
			ContractID: c.ID, Currency: api.Currency(c.Currency), Total: c.Total, CalledAmount: c.CalledAmount, LeftAmount: c.Left(),
			ShippedAmount: p.Shipped, InvoicedAmount: p.Invoiced, PaidAmount: p.Paid, Lines: make([]api.ContractLineProgress, len(p.Lines)),
		}
		for i, done := range p.Lines {
			l := c.Lines[i]
			body.Lines[i] = api.ContractLineProgress{
				LineID: l.ID, LineNo: l.LineNo, ProductID: l.ProductID, Unit: l.Unit, Quantity: l.Quantity, Amount: l.NetAmount,
				CalledQuantity: l.CalledQuantity, CalledAmount: l.CalledAmount, Left: l.Left(), ShippedQuantity: done.ShippedQuantity,
				ShippedAmount: done.ShippedAmount, InvoicedQuantity: done.InvoicedQuantity, InvoicedAmount: done.InvoicedAmount, PaidAmount: done.PaidAmount,
			}
		}
		return api.GetContractProgress200JSONResponse(body), nil
	})
}
