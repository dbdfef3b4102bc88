package httpapi

import (
	"context"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// ListAcceptanceBills implements the operation of that name.
func (s *Server) ListAcceptanceBills(ctx context.Context, r api.ListAcceptanceBillsRequestObject) (api.ListAcceptanceBillsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListAcceptanceBills200JSONResponse, error) {
		f := receivable.BillFilter{
			PayerID: r.Params.PayerID, State: receivable.BillState(value(r.Params.State)), Number: value(r.Params.Number), Maturing: value(dayOf(r.Params.MaturingUntil)),
		}
		rows, next, err := s.Receivables.ListBills(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.Bill, len(rows))
		for i, b := range rows {
			data[i] = billBody(b)
		}
		return api.ListAcceptanceBills200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// GetAcceptanceBill implements the operation of that name.
func (s *Server) GetAcceptanceBill(ctx context.Context, r api.GetAcceptanceBillRequestObject) (api.GetAcceptanceBillResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetAcceptanceBill200JSONResponse, error) {
		b, err := s.Receivables.GetBill(tx, who, r.AcceptanceBillID)
		return api.GetAcceptanceBill200JSONResponse{Body: billBody(b), Headers: api.GetAcceptanceBill200ResponseHeaders{ETag: etag(b.Version)}}, err
	})
}

func (s *Server) moveBill(tx pg.Tx, who identity.Principal, id uuid.UUID, match *string, next receivable.BillState, in *api.BillStepInput) (receivable.Bill, error) {
	return s.Receivables.MoveBill(tx, who, id, optionalMatch(match), next, receivable.BillStep{
		HappenedOn: value(dayOf(in.HappenedOn)), Party: value(in.Party), Cost: value(in.Cost), Note: value(in.Note),
	})
}

// EndorseAcceptanceBill implements the operation of that name.
func (s *Server) EndorseAcceptanceBill(ctx context.Context, r api.EndorseAcceptanceBillRequestObject) (api.EndorseAcceptanceBillResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.EndorseAcceptanceBill200JSONResponse, error) {
		b, err := s.moveBill(tx, who, r.AcceptanceBillID, r.Params.IfMatch, receivable.BillEndorsed, r.Body)
		return api.EndorseAcceptanceBill200JSONResponse{Body: billBody(b), Headers: api.EndorseAcceptanceBill200ResponseHeaders{ETag: etag(b.Version)}}, err
	})
}

// DiscountAcceptanceBill implements the operation of that name.
func (s *Server) DiscountAcceptanceBill(ctx context.Context, r api.DiscountAcceptanceBillRequestObject) (api.DiscountAcceptanceBillResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DiscountAcceptanceBill200JSONResponse, error) {
		b, err := s.moveBill(tx, who, r.AcceptanceBillID, r.Params.IfMatch, receivable.BillDiscounted, r.Body)
		return api.DiscountAcceptanceBill200JSONResponse{Body: billBody(b), Headers: api.DiscountAcceptanceBill200ResponseHeaders{ETag: etag(b.Version)}}, err
	})
}

// SettleAcceptanceBill implements the operation of that name.
func (s *Server) SettleAcceptanceBill(ctx context.Context, r api.SettleAcceptanceBillRequestObject) (api.SettleAcceptanceBillResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SettleAcceptanceBill200JSONResponse, error) {
		b, err := s.moveBill(tx, who, r.AcceptanceBillID, r.Params.IfMatch, receivable.BillSettled, r.Body)
		return api.SettleAcceptanceBill200JSONResponse{Body: billBody(b), Headers: api.SettleAcceptanceBill200ResponseHeaders{ETag: etag(b.Version)}}, err
	})
}

// BounceAcceptanceBill implements the operation of that name.
func (s *Server) BounceAcceptanceBill(ctx context.Context, r api.BounceAcceptanceBillRequestObject) (api.BounceAcceptanceBillResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.BounceAcceptanceBill200JSONResponse, error) {
		b, err := s.moveBill(tx, who, r.AcceptanceBillID, r.Params.IfMatch, receivable.BillBounced, r.Body)
		return api.BounceAcceptanceBill200JSONResponse{Body: billBody(b), Headers: api.BounceAcceptanceBill200ResponseHeaders{ETag: etag(b.Version)}}, err
	})
}

// SetDeposit implements the operation of that name.
func (s *Server) SetDeposit(ctx context.Context, r api.SetDepositRequestObject) (api.SetDepositResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SetDeposit200JSONResponse, error) {
		v, err := s.Receivables.SetDeposit(tx, who, r.ReceiptID, r.OrderID, optionalMatch(r.Params.IfMatch), r.Body.Amount)
		return api.SetDeposit200JSONResponse{Body: receiptBody(v), Headers: api.SetDeposit200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// PostRefund implements the operation of that name.
func (s *Server) PostRefund(ctx context.Context, r api.PostRefundRequestObject) (api.PostRefundResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PostRefund200JSONResponse, error) {
		in := receivable.NewRefund{Amount: r.Body.Amount, Method: receivable.Method(r.Body.Method), Reference: value(r.Body.Reference), Reason: r.Body.Reason}
		if r.Body.RefundedOn != nil {
			in.RefundedOn = r.Body.RefundedOn.Time
		}
		v, err := s.Receivables.PostRefund(tx, who, r.ReceiptID, optionalMatch(r.Params.IfMatch), in)
		return api.PostRefund200JSONResponse{Body: receiptBody(v), Headers: api.PostRefund200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// ReverseRefund implements the operation of that name.
func (s *Server) ReverseRefund(ctx context.Context, r api.ReverseRefundRequestObject) (api.ReverseRefundResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReverseRefund200JSONResponse, error) {
		v, err := s.Receivables.ReverseRefund(tx, who, r.ReceiptID, r.RefundID, r.Body.Reason)
		return api.ReverseRefund200JSONResponse{Body: receiptBody(v), Headers: api.ReverseRefund200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

func refundBody(f receivable.Refund) api.Refund {
	return api.Refund{
		ID: f.ID, Number: f.Number, State: string(f.State), Amount: f.Amount, RefundedOn: date(f.RefundedOn), Method: string(f.Method),
		Reference: optional(f.Reference), Reason: f.Reason, CreatedAt: f.CreatedAt,
	}
}

func newBill(b *api.BillInput) *receivable.NewBill {
	if b == nil {
		return nil
	}
	return &receivable.NewBill{Number: b.Number, Drawer: b.Drawer, Acceptor: b.Acceptor, IssuedOn: b.IssuedOn.Time, MaturesOn: b.MaturesOn.Time}
}

func billBody(b receivable.Bill) api.Bill {
	out := api.Bill{
		ID: b.ID, ReceiptID: b.ReceiptID, PayerID: b.PayerID, PayerName: optional(b.PayerName), Number: b.Number, Drawer: b.Drawer, Acceptor: b.Acceptor, IssuedOn: date(b.IssuedOn),
		MaturesOn: date(b.MaturesOn), Amount: b.Amount, State: string(b.State), StateSince: b.StateSince, Etag: etag(b.Version),
	}
	if len(b.Steps) == 0 {
		return out
	}
	steps := make([]api.BillStep, len(b.Steps))
	for i, s := range b.Steps {
		steps[i] = api.BillStep{
			State: string(s.State), HappenedOn: date(s.HappenedOn), Party: optional(s.Party), Cost: s.Cost, Note: optional(s.Note), CreatedAt: s.CreatedAt,
		}
	}
	out.Steps = &steps
	return out
}
