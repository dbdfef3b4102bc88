package httpapi

import (
	"context"
	"time"

	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// ListInvoices implements the operation of that name.
func (s *Server) ListInvoices(ctx context.Context, r api.ListInvoicesRequestObject) (api.ListInvoicesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListInvoices200JSONResponse, error) {
		f := receivable.Filter{
			CustomerID: r.Params.CustomerID, PayerID: r.Params.PayerID, OwnerID: r.Params.OwnerID, OrderID: r.Params.OrderID, State: receivable.State(value(r.Params.State)),
			Open: value(r.Params.Open), Overdue: value(r.Params.Overdue), Kind: receivable.Kind(value(r.Params.Kind)),
			CorrectsID: r.Params.CorrectsID, Number: value(r.Params.Number), NoteID: r.Params.DeliveryNoteID,
			From: value(dayOf(r.Params.InvoicedFrom)), Until: value(dayOf(r.Params.InvoicedUntil)), Taxed: r.Params.Taxed, Total: amountOf(r.Params.Total),
		}
		rows, next, err := s.Receivables.ListInvoices(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.Invoice, len(rows))
		for i, v := range rows {
			data[i] = invoiceBody(v, tx.Now)
		}
		return api.ListInvoices200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// PostInvoice implements the operation of that name.
func (s *Server) PostInvoice(ctx context.Context, r api.PostInvoiceRequestObject) (api.PostInvoiceResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PostInvoice201JSONResponse, error) {
		in := receivable.NewInvoice{
			DeliveryNoteIDs: r.Body.DeliveryNoteIds, InvoicedOn: value(dayOf(r.Body.InvoicedOn)), Tax: taxInvoiceOf(r.Body.TaxInvoice, r.Body.TaxNumber),
			Remarks: value(r.Body.Remarks), Ahead: value(r.Body.AheadOfStatement),
		}
		var err error
		if in.Quantities, err = quantitiesOf(value(r.Body.Lines)); err != nil {
			return api.PostInvoice201JSONResponse{}, err
		}
		v, err := s.Receivables.PostInvoice(tx, who, in)
		return api.PostInvoice201JSONResponse{Body: invoiceBody(v, tx.Now), Headers: api.PostInvoice201ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// GetInvoice implements the operation of that name.
func (s *Server) GetInvoice(ctx context.Context, r api.GetInvoiceRequestObject) (api.GetInvoiceResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetInvoice200JSONResponse, error) {
		v, err := s.Receivables.GetInvoice(tx, who, r.InvoiceID)
		return api.GetInvoice200JSONResponse{Body: invoiceBody(v, tx.Now), Headers: api.GetInvoice200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// ReverseInvoice implements the operation of that name.
func (s *Server) ReverseInvoice(ctx context.Context, r api.ReverseInvoiceRequestObject) (api.ReverseInvoiceResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReverseInvoice201JSONResponse, error) {
		v, err := s.Receivables.ReverseInvoice(tx, who, r.InvoiceID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.ReverseInvoice201JSONResponse{Body: invoiceBody(v, tx.Now), Headers: api.ReverseInvoice201ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// ListReceipts implements the operation of that name.
func (s *Server) ListReceipts(ctx context.Context, r api.ListReceiptsRequestObject) (api.ListReceiptsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListReceipts200JSONResponse, error) {
		rows, next, err := s.Receivables.ListReceipts(tx, who, receivable.ReceiptFilter{
			PayerID: r.Params.PayerID, OwnerID: r.Params.OwnerID, State: receivable.State(value(r.Params.State)), Method: receivable.Method(value(r.Params.Method)), Free: value(r.Params.Free),
			Number: value(r.Params.Number), From: value(dayOf(r.Params.ReceivedFrom)), Until: value(dayOf(r.Params.ReceivedUntil)), Amount: amountOf(r.Params.Amount),
		}, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.Receipt, len(rows))
		for i, v := range rows {
			data[i] = receiptBody(v)
		}
		return api.ListReceipts200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// PostReceipt implements the operation of that name.
func (s *Server) PostReceipt(ctx context.Context, r api.PostReceiptRequestObject) (api.PostReceiptResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PostReceipt201JSONResponse, error) {
		v, err := s.Receivables.PostReceipt(tx, who, receivable.NewReceipt{
			CustomerID: r.Body.CustomerID, Method: receivable.Method(r.Body.Method), Reference: value(r.Body.Reference),
			ReceivedOn: r.Body.ReceivedOn.Time, Amount: r.Body.Amount, Remarks: value(r.Body.Remarks), Allocations: sharesOf(r.Body.Allocations),
			Currency: value(r.Body.Currency), Bill: newBill(r.Body.Bill),
		})
		return api.PostReceipt201JSONResponse{Body: receiptBody(v), Headers: api.PostReceipt201ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// GetReceipt implements the operation of that name.
func (s *Server) GetReceipt(ctx context.Context, r api.GetReceiptRequestObject) (api.GetReceiptResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetReceipt200JSONResponse, error) {
		v, err := s.Receivables.GetReceipt(tx, who, r.ReceiptID)
		return api.GetReceipt200JSONResponse{Body: receiptBody(v), Headers: api.GetReceipt200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// AllocateReceipt implements the operation of that name.
func (s *Server) AllocateReceipt(ctx context.Context, r api.AllocateReceiptRequestObject) (api.AllocateReceiptResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AllocateReceipt200JSONResponse, error) {
		v, err := s.Receivables.Allocate(tx, who, r.ReceiptID, optionalMatch(r.Params.IfMatch), sharesOf(r.Body.Allocations), value(r.Body.Reference))
		return api.AllocateReceipt200JSONResponse{Body: receiptBody(v), Headers: api.AllocateReceipt200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// ReverseAllocation implements the operation of that name.
func (s *Server) ReverseAllocation(ctx context.Context, r api.ReverseAllocationRequestObject) (api.ReverseAllocationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReverseAllocation200JSONResponse, error) {
		v, err := s.Receivables.ReverseAllocation(tx, who, r.ReceiptID, r.AllocationID)
		return api.ReverseAllocation200JSONResponse{Body: receiptBody(v), Headers: api.ReverseAllocation200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// ReverseReceipt implements the operation of that name.
func (s *Server) ReverseReceipt(ctx context.Context, r api.ReverseReceiptRequestObject) (api.ReverseReceiptResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReverseReceipt200JSONResponse, error) {
		v, err := s.Receivables.ReverseReceipt(tx, who, r.ReceiptID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.ReverseReceipt200JSONResponse{Body: receiptBody(v), Headers: api.ReverseReceipt200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// GetInvoiceTimeline implements the operation of that name.
func (s *Server) GetInvoiceTimeline(ctx context.Context, r api.GetInvoiceTimelineRequestObject) (api.GetInvoiceTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetInvoiceTimeline200JSONResponse, error) {
		if _, err := s.Receivables.GetInvoice(tx, who, r.InvoiceID); err != nil {
			return api.GetInvoiceTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, "invoice", r.InvoiceID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetInvoiceTimeline200JSONResponse(t), err
	})
}

// ListInvoiceDecisions implements the operation of that name.
func (s *Server) ListInvoiceDecisions(ctx context.Context, r api.ListInvoiceDecisionsRequestObject) (api.ListInvoiceDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListInvoiceDecisions200JSONResponse, error) {
		if _, err := s.Receivables.GetInvoice(tx, who, r.InvoiceID); err != nil {
			return api.ListInvoiceDecisions200JSONResponse{}, err
		}
		d, err := decisions(tx, "invoice", r.InvoiceID)
		return api.ListInvoiceDecisions200JSONResponse(d), err
	})
}

// GetReceiptTimeline implements the operation of that name.
func (s *Server) GetReceiptTimeline(ctx context.Context, r api.GetReceiptTimelineRequestObject) (api.GetReceiptTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetReceiptTimeline200JSONResponse, error) {
		if _, err := s.Receivables.GetReceipt(tx, who, r.ReceiptID); err != nil {
			return api.GetReceiptTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, "receipt", r.ReceiptID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetReceiptTimeline200JSONResponse(t), err
	})
}

// ListReceiptDecisions implements the operation of that name.
func (s *Server) ListReceiptDecisions(ctx context.Context, r api.ListReceiptDecisionsRequestObject) (api.ListReceiptDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListReceiptDecisions200JSONResponse, error) {
		if _, err := s.Receivables.GetReceipt(tx, who, r.ReceiptID); err != nil {
			return api.ListReceiptDecisions200JSONResponse{}, err
		}
		d, err := decisions(tx, "receipt", r.ReceiptID)
		return api.ListReceiptDecisions200JSONResponse(d), err
	})
}

func sharesOf(b *[]api.AllocationInput) []receivable.Share {
	var out []receivable.Share
	for _, a := range value(b) {
		out = append(out, receivable.Share{InvoiceID: a.InvoiceID, Amount: a.Amount})
	}
	return out
}

func date(t time.Time) openapi.Date { return openapi.Date{Time: t} }

func invoiceBody(v receivable.Invoice, now time.Time) api.Invoice {
	b := api.Invoice{
		ID: v.ID, Number: v.Number, Kind: string(v.Kind), State: api.InvoiceState(v.State), CustomerID: v.CustomerID, PayerID: v.PayerID,
		CustomerName: optional(v.CustomerName), PayerName: optional(v.PayerName),
		InvoicedOn: date(v.InvoicedOn), DueOn: date(v.DueOn), Terms: v.Terms, Currency: api.Currency(v.Currency), Total: v.Total,
		TaxTotal: v.TaxTotal, Paid: v.Received(), Credited: &v.Credited, WrittenOff: &v.WrittenOff, Open: v.Open(), TaxNumber: optional(v.TaxNumber),
		Remarks: optional(v.Remarks), ReversesID: v.ReversesID, CorrectsID: v.CorrectsID, Cause: optional(string(v.Cause)), SourceID: v.SourceID,
		TaxInvoices: taxInvoiceBodies(v.TaxInvoices), CreatedAt: v.CreatedAt, Etag: etag(v.Version),
	}
	if v.Open().IsPos() {
		b.OverdueDays = credit.OverdueDays(v.DueOn, now)
	}
	if len(v.Lines) == 0 {
		return b
	}
	lines := make([]api.InvoiceLine, len(v.Lines))
	for i, l := range v.Lines {
		lines[i] = api.InvoiceLine{
			ID: l.ID, DeliveryNoteID: l.DeliveryNoteID, DeliveryLineID: l.DeliveryLineID, ProductID: l.ProductID,
			Quantity: l.Quantity, Price: l.Price, Amount: l.Amount, TaxRate: l.TaxRate, Tax: l.Tax,
			CorrectsLineID: l.CorrectsLineID,
		}
	}
	b.Lines, b.Taxes = &lines, taxShares(v)
	return b
}

func receiptBody(r receivable.Receipt) api.Receipt {
	b := api.Receipt{
		ID: r.ID, Number: r.Number, State: string(r.State), PayerID: r.PayerID, PayerName: optional(r.PayerName), Method: api.PaymentMethod(r.Method),
		Reference: optional(r.Reference), ReceivedOn: date(r.ReceivedOn), Currency: api.Currency(r.Currency), Amount: r.Amount,
		Allocated: r.Allocated, Covering: r.Covering, Free: r.Free(), Remarks: optional(r.Remarks), CreatedAt: r.CreatedAt,
		Etag: etag(r.Version), Allocations: make([]api.Allocation, len(r.Allocations)),
	}
	for i, a := range r.Allocations {
		b.Allocations[i] = api.Allocation{ID: a.ID, State: string(a.State), InvoiceID: a.InvoiceID, Amount: a.Amount, CreatedAt: a.CreatedAt}
	}
	if r.Bill != nil {
		b.BillID = &r.Bill.ID
	}
	if len(r.Refunds) > 0 {
		refunds := each(r.Refunds, refundBody)
		b.Refunds = &refunds
	}
	if len(r.Deposits) > 0 {
		deposits := make([]api.Deposit, len(r.Deposits))
		for i, d := range r.Deposits {
			deposits[i] = api.Deposit{OrderID: d.OrderID, Amount: d.Amount}
		}
		b.Deposits = &deposits
	}
	return b
}
