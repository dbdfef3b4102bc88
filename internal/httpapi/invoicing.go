package httpapi

import (
	"context"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/invoicing"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// CreditInvoice implements the operation of that name.
func (s *Server) CreditInvoice(ctx context.Context, r api.CreditInvoiceRequestObject) (api.CreditInvoiceResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreditInvoice201JSONResponse, error) {
		c := receivable.Correction{
			InvoiceID: r.InvoiceID, Cause: receivable.Cause(r.Body.Cause), Amount: value(r.Body.Amount), Reason: r.Body.Reason,
		}
		for _, l := range value(r.Body.Lines) {
			c.Lines = append(c.Lines, receivable.CorrectedLine{LineID: l.InvoiceLineID, Quantity: value(l.Quantity), Amount: value(l.Amount)})
		}
		v, err := s.Receivables.Credit(tx, who, c)
		return api.CreditInvoice201JSONResponse{Body: invoiceBody(v, tx.Now), Headers: api.CreditInvoice201ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// RecordTaxInvoice implements the operation of that name.
func (s *Server) RecordTaxInvoice(ctx context.Context, r api.RecordTaxInvoiceRequestObject) (api.RecordTaxInvoiceResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecordTaxInvoice201JSONResponse, error) {
		v, err := s.Receivables.RecordTaxInvoice(tx, who, r.InvoiceID, newTaxInvoice(*r.Body))
		return api.RecordTaxInvoice201JSONResponse{Body: invoiceBody(v, tx.Now), Headers: api.RecordTaxInvoice201ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// VoidTaxInvoice implements the operation of that name.
func (s *Server) VoidTaxInvoice(ctx context.Context, r api.VoidTaxInvoiceRequestObject) (api.VoidTaxInvoiceResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.VoidTaxInvoice200JSONResponse, error) {
		v, err := s.Receivables.VoidTaxInvoice(tx, who, r.InvoiceID, r.TaxInvoiceID, r.Body.Reason)
		return api.VoidTaxInvoice200JSONResponse{Body: invoiceBody(v, tx.Now), Headers: api.VoidTaxInvoice200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// GetInvoicingTerms implements the operation of that name.
func (s *Server) GetInvoicingTerms(ctx context.Context, r api.GetInvoicingTermsRequestObject) (api.GetInvoicingTermsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetInvoicingTerms200JSONResponse, error) {
		t, err := s.Invoicing.GetTerms(tx, who, r.CustomerID)
		return api.GetInvoicingTerms200JSONResponse{Body: invoicingTermsBody(t), Headers: api.GetInvoicingTerms200ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

// SetInvoicingTerms implements the operation of that name.
func (s *Server) SetInvoicingTerms(ctx context.Context, r api.SetInvoicingTermsRequestObject) (api.SetInvoicingTermsResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SetInvoicingTerms200JSONResponse, error) {
		t, err := s.Invoicing.SetTerms(tx, who, r.CustomerID, ifMatch(r.Params.IfMatch), invoicing.Mode(r.Body.Mode), r.Body.Reason)
		return api.SetInvoicingTerms200JSONResponse{Body: invoicingTermsBody(t), Headers: api.SetInvoicingTerms200ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

// ListInvoicingTerms implements the operation of that name.
func (s *Server) ListInvoicingTerms(ctx context.Context, r api.ListInvoicingTermsRequestObject) (api.ListInvoicingTermsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListInvoicingTerms200JSONResponse, error) {
		rows, next, err := s.Invoicing.ListTerms(tx, who, r.CustomerID, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.InvoicingTerms, len(rows))
		for i, t := range rows {
			data[i] = invoicingTermsBody(t)
		}
		return api.ListInvoicingTerms200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ListCustomersToInvoice implements the operation of that name.
func (s *Server) ListCustomersToInvoice(ctx context.Context, r api.ListCustomersToInvoiceRequestObject) (api.ListCustomersToInvoiceResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCustomersToInvoice200JSONResponse, error) {
		rows, next, err := s.Invoicing.ListToInvoice(tx, who, invoicing.Sought{
			Through: value(dayOf(r.Params.Through)), Due: value(r.Params.Due), CustomerID: r.Params.CustomerID, OwnerID: r.Params.OwnerID,
		}, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.ToInvoice, len(rows))
		for i, t := range rows {
			data[i] = api.ToInvoice{
				CustomerID: t.CustomerID, CustomerCode: t.CustomerCode, CustomerName: t.CustomerName, PayerID: t.PayerID, Mode: api.InvoicingMode(t.Mode),
				Notes: t.Notes, Amount: t.Amount, DueNotes: t.DueNotes, DueAmount: t.DueAmount, OldestShipped: date(t.OldestShipped),
			}
		}
		return api.ListCustomersToInvoice200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ListInvoiceRuns implements the operation of that name.
func (s *Server) ListInvoiceRuns(ctx context.Context, r api.ListInvoiceRunsRequestObject) (api.ListInvoiceRunsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListInvoiceRuns200JSONResponse, error) {
		rows, next, err := s.Invoicing.ListRuns(tx, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.InvoiceRun, len(rows))
		for i, run := range rows {
			data[i] = runBody(run)
		}
		return api.ListInvoiceRuns200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// StartInvoiceRun implements the operation of that name.
func (s *Server) StartInvoiceRun(ctx context.Context, r api.StartInvoiceRunRequestObject) (api.StartInvoiceRunResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.StartInvoiceRun202JSONResponse, error) {
		run, err := s.Invoicing.StartRun(tx, value(dayOf(r.Body.Through)))
		return api.StartInvoiceRun202JSONResponse{
			Body: runBody(run), Headers: api.StartInvoiceRun202ResponseHeaders{Location: "/v1/invoice-runs/" + run.ID.String()},
		}, err
	})
}

// GetInvoiceRun implements the operation of that name.
func (s *Server) GetInvoiceRun(ctx context.Context, r api.GetInvoiceRunRequestObject) (api.GetInvoiceRunResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetInvoiceRun200JSONResponse, error) {
		run, err := s.Invoicing.GetRun(tx, r.InvoiceRunID)
		return api.GetInvoiceRun200JSONResponse(runBody(run)), err
	})
}

// ListInvoiceRunCustomers implements the operation of that name.
func (s *Server) ListInvoiceRunCustomers(ctx context.Context, r api.ListInvoiceRunCustomersRequestObject) (api.ListInvoiceRunCustomersResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListInvoiceRunCustomers200JSONResponse, error) {
		rows, next, err := s.Invoicing.ListRunItems(tx, r.InvoiceRunID, string(value(r.Params.State)), page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.InvoiceRunCustomer, len(rows))
		for i, c := range rows {
			data[i] = api.InvoiceRunCustomer{
				CustomerID: c.CustomerID, CustomerCode: c.CustomerCode, CustomerName: c.CustomerName, PayerID: c.PayerID, State: c.State,
				Invoices: c.Invoices, Amount: c.Amount, Code: optional(c.Code), DoneAt: c.DoneAt,
			}
		}
		return api.ListInvoiceRunCustomers200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ListGoodsReturns implements the operation of that name.
func (s *Server) ListGoodsReturns(ctx context.Context, r api.ListGoodsReturnsRequestObject) (api.ListGoodsReturnsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListGoodsReturns200JSONResponse, error) {
		rows, next, err := s.Receivables.ListReturns(tx, who, r.Params.CustomerID, r.Params.DeliveryNoteID, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.GoodsReturn, len(rows))
		for i, g := range rows {
			data[i] = returnBody(tx, g)
		}
		return api.ListGoodsReturns200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// PostGoodsReturn implements the operation of that name.
func (s *Server) PostGoodsReturn(ctx context.Context, r api.PostGoodsReturnRequestObject) (api.PostGoodsReturnResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PostGoodsReturn201JSONResponse, error) {
		quantities, err := quantitiesOf(r.Body.Lines)
		if err != nil {
			return api.PostGoodsReturn201JSONResponse{}, err
		}
		g, err := s.Receivables.PostReturn(tx, who, receivable.NewReturn{DeliveryNoteID: r.Body.DeliveryNoteID, Quantities: quantities, Reason: r.Body.Reason})
		return api.PostGoodsReturn201JSONResponse(returnBody(tx, g)), err
	})
}

// GetGoodsReturn implements the operation of that name.
func (s *Server) GetGoodsReturn(ctx context.Context, r api.GetGoodsReturnRequestObject) (api.GetGoodsReturnResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetGoodsReturn200JSONResponse, error) {
		g, err := s.Receivables.GetReturn(tx, who, r.GoodsReturnID)
		return api.GetGoodsReturn200JSONResponse(returnBody(tx, g)), err
	})
}

// quantitiesOf reads quantities by delivery line. Returns receivable.ErrTwice for a line named twice.
func quantitiesOf(lines []api.InvoiceLineInput) (map[uuid.UUID]decimal.Decimal, error) {
	var out map[uuid.UUID]decimal.Decimal
	for i, l := range lines {
		if out == nil {
			out = map[uuid.UUID]decimal.Decimal{}
		}
		if _, twice := out[l.DeliveryLineID]; twice {
			return nil, receivable.ErrTwice.At(at("/lines", i, "delivery_line_id"))
		}
		out[l.DeliveryLineID] = l.Quantity
	}
	return out, nil
}

func newTaxInvoice(b api.TaxInvoiceInput) receivable.NewTaxInvoice {
	return receivable.NewTaxInvoice{
		Kind: receivable.TaxKind(b.Kind), Code: value(b.Code), Number: b.Number, IssuedOn: value(dayOf(b.IssuedOn)), Amount: value(b.Amount), RedOfID: b.RedOfID,
	}
}

// taxInvoiceOf reads what of the tax system comes with an invoice: a whole tax invoice, or the number of a 数电票.
func taxInvoiceOf(b *api.TaxInvoiceInput, number *string) *receivable.NewTaxInvoice {
	switch {
	case b != nil:
		in := newTaxInvoice(*b)
		return &in
	case value(number) != "":
		return &receivable.NewTaxInvoice{Kind: receivable.Digital, Number: *number}
	}
	return nil
}

func taxInvoiceBodies(rows []receivable.TaxInvoice) *[]api.TaxInvoice {
	if len(rows) == 0 {
		return nil
	}
	out := make([]api.TaxInvoice, len(rows))
	for i, t := range rows {
		out[i] = api.TaxInvoice{
			ID: t.ID, State: string(t.State), Kind: api.TaxInvoiceKind(t.Kind), Code: t.Code, Number: t.Number, IssuedOn: date(t.IssuedOn),
			Amount: t.Amount, RedOfID: t.RedOfID, VoidReason: optional(t.VoidReason),
		}
	}
	return &out
}

func taxShares(v receivable.Invoice) *[]api.TaxShare {
	out := []api.TaxShare{}
	for _, t := range v.Taxes() {
		out = append(out, api.TaxShare{Rate: t.Rate, Net: t.Net, Tax: t.Tax, Amount: t.Amount})
	}
	return &out
}

func invoicingTermsBody(t invoicing.Terms) api.InvoicingTerms {
	b := api.InvoicingTerms{CustomerID: t.CustomerID, Mode: api.InvoicingMode(t.Mode), Version: t.Version, ValidTo: t.ValidTo, Reason: optional(t.Reason), SetBy: t.SetBy}
	if !t.ValidFrom.IsZero() {
		b.ValidFrom = &t.ValidFrom
	}
	return b
}

func runBody(r invoicing.Run) api.InvoiceRun {
	return api.InvoiceRun{
		ID: r.ID, Number: r.Number, State: r.State, Through: date(r.Through), CashThrough: optionalDate(&r.CashThrough), Daily: &r.Daily, InvoicedOn: date(r.InvoicedOn), StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
		Pending: r.Count[invoicing.ItemPending], Invoiced: r.Count[invoicing.ItemInvoiced], Nothing: r.Count[invoicing.ItemNothing],
		Refused: r.Count[invoicing.ItemRefused], Total: r.Total,
	}
}

func returnBody(tx pg.Tx, g receivable.GoodsReturn) api.GoodsReturn {
	b := api.GoodsReturn{
		ID: g.ID, Number: g.Number, DeliveryNoteID: g.DeliveryNoteID, CustomerID: g.CustomerID, PayerID: g.PayerID, ReturnedOn: date(g.ReturnedOn),
		Reason: g.Reason, CreatedAt: g.CreatedAt,
	}
	if len(g.Lines) == 0 {
		return b
	}
	lines, notes := make([]api.GoodsReturnLine, len(g.Lines)), make([]api.Invoice, len(g.CreditNotes))
	for i, l := range g.Lines {
		lines[i] = api.GoodsReturnLine{DeliveryLineID: l.DeliveryLineID, Quantity: l.Quantity, Credited: l.Credited, Amount: l.Amount}
	}
	for i, v := range g.CreditNotes {
		notes[i] = invoiceBody(v, tx.Now)
	}
	b.Lines, b.CreditNotes = &lines, &notes
	return b
}
