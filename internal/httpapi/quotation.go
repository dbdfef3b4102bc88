package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
)

// ListQuotations implements the operation of that name.
func (s *Server) ListQuotations(ctx context.Context, r api.ListQuotationsRequestObject) (api.ListQuotationsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListQuotations200JSONResponse, error) {
		p := r.Params
		f := quote.Filter{
			CustomerID: p.CustomerID, ProspectID: p.ProspectID, OwnerID: p.OwnerID, TeamID: p.TeamID, State: string(value(p.State)),
			Number: value(p.Number), InquiryID: p.InquiryID, ValidUntil: dayOf(p.ValidUntil),
		}
		rows, next, err := s.Quotes.List(tx, who, f, page(p.Limit, p.Cursor))
		return api.ListQuotations200JSONResponse{Data: each(rows, func(q quote.Summary) api.QuotationSummary {
			over := quote.Quotation{ValidUntil: q.ValidUntil}
			return api.QuotationSummary{
				ID: q.ID, Number: q.Number, CustomerID: q.CustomerID, ProspectID: q.ProspectID, PartyName: q.PartyName, OwnerID: q.OwnerID,
				State: string(q.State), Revision: q.Revision, Total: q.Total, Currency: quote.Currency, ValidUntil: date(q.ValidUntil),
				Expired: over.Over(tx.Now), Unapproved: q.Unapproved, CreatedAt: q.CreatedAt, Etag: etag(q.Version),
			}
		}), NextCursor: optional(next)}, err
	})
}

// CreateQuotation implements the operation of that name.
func (s *Server) CreateQuotation(ctx context.Context, r api.CreateQuotationRequestObject) (api.CreateQuotationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateQuotation201JSONResponse, error) {
		q, err := s.Quotes.Create(tx, who, quotationDraft(*r.Body))
		if err != nil {
			return api.CreateQuotation201JSONResponse{}, err
		}
		body, err := s.quotation(tx, q, nil)
		return api.CreateQuotation201JSONResponse{Body: body, Headers: api.CreateQuotation201ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// GetQuotation implements the operation of that name.
func (s *Server) GetQuotation(ctx context.Context, r api.GetQuotationRequestObject) (api.GetQuotationResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetQuotation200JSONResponse, error) {
		q, err := s.Quotes.Get(tx, who, r.QuotationID)
		if err != nil {
			return api.GetQuotation200JSONResponse{}, err
		}
		body, err := s.quotation(tx, q, nil)
		return api.GetQuotation200JSONResponse{Body: body, Headers: api.GetQuotation200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// UpdateQuotation implements the operation of that name.
func (s *Server) UpdateQuotation(ctx context.Context, r api.UpdateQuotationRequestObject) (api.UpdateQuotationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateQuotation200JSONResponse, error) {
		q, err := s.Quotes.Update(tx, who, r.QuotationID, ifMatch(r.Params.IfMatch), func(d *quote.Draft) { patchQuotation(d, *r.Body) })
		if err != nil {
			return api.UpdateQuotation200JSONResponse{}, err
		}
		body, err := s.quotation(tx, q, nil)
		return api.UpdateQuotation200JSONResponse{Body: body, Headers: api.UpdateQuotation200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// SubmitQuotation implements the operation of that name.
func (s *Server) SubmitQuotation(ctx context.Context, r api.SubmitQuotationRequestObject) (api.SubmitQuotationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SubmitQuotation200JSONResponse, error) {
		q, d, err := s.Quotes.Submit(tx, who, r.QuotationID, optionalMatch(r.Params.IfMatch))
		if err != nil {
			return api.SubmitQuotation200JSONResponse{}, err
		}
		body, err := s.quotation(tx, q, &d)
		return api.SubmitQuotation200JSONResponse{Body: body, Headers: api.SubmitQuotation200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// SendQuotation implements the operation of that name.
func (s *Server) SendQuotation(ctx context.Context, r api.SendQuotationRequestObject) (api.SendQuotationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SendQuotation200JSONResponse, error) {
		q, err := s.Quotes.Send(tx, who, r.QuotationID, optionalMatch(r.Params.IfMatch), quote.Sending{
			Channel: string(r.Body.Channel), Recipient: r.Body.Recipient, Note: value(r.Body.Note),
		})
		if err != nil {
			return api.SendQuotation200JSONResponse{}, err
		}
		body, err := s.quotation(tx, q, nil)
		return api.SendQuotation200JSONResponse{Body: body, Headers: api.SendQuotation200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// AcceptQuotation implements the operation of that name.
func (s *Server) AcceptQuotation(ctx context.Context, r api.AcceptQuotationRequestObject) (api.AcceptQuotationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AcceptQuotation200JSONResponse, error) {
		q, err := s.Quotes.Accept(tx, who, r.QuotationID, optionalMatch(r.Params.IfMatch), acceptance(*r.Body))
		if err != nil {
			return api.AcceptQuotation200JSONResponse{}, err
		}
		body, err := s.quotation(tx, q, nil)
		return api.AcceptQuotation200JSONResponse{Body: body, Headers: api.AcceptQuotation200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// DeclineQuotation implements the operation of that name.
func (s *Server) DeclineQuotation(ctx context.Context, r api.DeclineQuotationRequestObject) (api.DeclineQuotationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DeclineQuotation200JSONResponse, error) {
		q, err := s.Quotes.Decline(tx, who, r.QuotationID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		if err != nil {
			return api.DeclineQuotation200JSONResponse{}, err
		}
		body, err := s.quotation(tx, q, nil)
		return api.DeclineQuotation200JSONResponse{Body: body, Headers: api.DeclineQuotation200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// RecordUnapprovedDeal implements the operation of that name.
func (s *Server) RecordUnapprovedDeal(ctx context.Context, r api.RecordUnapprovedDealRequestObject) (api.RecordUnapprovedDealResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecordUnapprovedDeal200JSONResponse, error) {
		q, err := s.Quotes.RecordDeal(tx, who, r.QuotationID, optionalMatch(r.Params.IfMatch), acceptance(*r.Body))
		if err != nil {
			return api.RecordUnapprovedDeal200JSONResponse{}, err
		}
		body, err := s.quotation(tx, q, nil)
		return api.RecordUnapprovedDeal200JSONResponse{Body: body, Headers: api.RecordUnapprovedDeal200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// ReviseQuotation implements the operation of that name.
func (s *Server) ReviseQuotation(ctx context.Context, r api.ReviseQuotationRequestObject) (api.ReviseQuotationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReviseQuotation200JSONResponse, error) {
		q, err := s.Quotes.Revise(tx, who, r.QuotationID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		if err != nil {
			return api.ReviseQuotation200JSONResponse{}, err
		}
		body, err := s.quotation(tx, q, nil)
		return api.ReviseQuotation200JSONResponse{Body: body, Headers: api.ReviseQuotation200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// CancelQuotation implements the operation of that name.
func (s *Server) CancelQuotation(ctx context.Context, r api.CancelQuotationRequestObject) (api.CancelQuotationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelQuotation200JSONResponse, error) {
		q, err := s.Quotes.Cancel(tx, who, r.QuotationID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		if err != nil {
			return api.CancelQuotation200JSONResponse{}, err
		}
		body, err := s.quotation(tx, q, nil)
		return api.CancelQuotation200JSONResponse{Body: body, Headers: api.CancelQuotation200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// CopyQuotation implements the operation of that name.
func (s *Server) CopyQuotation(ctx context.Context, r api.CopyQuotationRequestObject) (api.CopyQuotationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CopyQuotation201JSONResponse, error) {
		q, err := s.Quotes.Copy(tx, who, r.QuotationID)
		if err != nil {
			return api.CopyQuotation201JSONResponse{}, err
		}
		body, err := s.quotation(tx, q, nil)
		return api.CopyQuotation201JSONResponse{Body: body, Headers: api.CopyQuotation201ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// RevokeQuotationLink implements the operation of that name.
func (s *Server) RevokeQuotationLink(ctx context.Context, r api.RevokeQuotationLinkRequestObject) (api.RevokeQuotationLinkResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RevokeQuotationLink200JSONResponse, error) {
		q, err := s.Quotes.RevokeLink(tx, who, r.QuotationID)
		if err != nil {
			return api.RevokeQuotationLink200JSONResponse{}, err
		}
		body, err := s.quotation(tx, q, nil)
		return api.RevokeQuotationLink200JSONResponse{Body: body, Headers: api.RevokeQuotationLink200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// ListQuotationDecisions implements the operation of that name.
func (s *Server) ListQuotationDecisions(ctx context.Context, r api.ListQuotationDecisionsRequestObject) (api.ListQuotationDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListQuotationDecisions200JSONResponse, error) {
		if err := s.Quotes.Seen(tx, who, r.QuotationID); err != nil {
			return api.ListQuotationDecisions200JSONResponse{}, err
		}
		list, err := decisions(tx, quote.Subject, r.QuotationID)
		return api.ListQuotationDecisions200JSONResponse(list), err
	})
}

// GetQuotationTimeline implements the operation of that name.
func (s *Server) GetQuotationTimeline(ctx context.Context, r api.GetQuotationTimelineRequestObject) (api.GetQuotationTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetQuotationTimeline200JSONResponse, error) {
		if err := s.Quotes.Seen(tx, who, r.QuotationID); err != nil {
			return api.GetQuotationTimeline200JSONResponse{}, err
		}
		list, err := timeline(tx, quote.Subject, r.QuotationID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetQuotationTimeline200JSONResponse(list), err
	})
}

func quotationDraft(b api.QuotationCreate) quote.Draft {
	d := quote.Draft{
		Party: quote.Party{CustomerID: b.CustomerID, ProspectID: b.ProspectID}, InquiryID: b.InquiryID, DiscountPercent: value(b.DiscountPercent),
		ValidFrom: b.ValidFrom.Time, ValidUntil: b.ValidUntil.Time, Delivery: value(b.Delivery), Packing: value(b.Packing),
		Freight: value(b.Freight), Remarks: value(b.Remarks), Lines: quotationLines(b.Lines),
	}
	if b.Settlement != nil {
		d.Terms = &credit.Terms{Settlement: credit.Settlement(*b.Settlement), Days: value(b.TermsDays)}
	}
	return d
}

func quotationLines(lines []api.QuotationLineInput) []quote.LineDraft {
	return each(lines, func(l api.QuotationLineInput) quote.LineDraft {
		return quote.LineDraft{
			ProductID: l.ProductID, Unit: value(l.Unit), MinQuantity: l.MinQuantity, MaxQuantity: l.MaxQuantity, Price: l.Price,
			LeadDays: l.LeadDays, Remarks: value(l.Remarks),
		}
	})
}

func patchQuotation(d *quote.Draft, b api.QuotationPatch) {
	set(&d.DiscountPercent, b.DiscountPercent)
	set(&d.Delivery, b.Delivery)
	set(&d.Packing, b.Packing)
	set(&d.Freight, b.Freight)
	set(&d.Remarks, b.Remarks)
	if b.ValidFrom != nil {
		d.ValidFrom = b.ValidFrom.Time
	}
	if b.ValidUntil != nil {
		d.ValidUntil = b.ValidUntil.Time
	}
	if b.Settlement != nil {
		d.Terms = &credit.Terms{Settlement: credit.Settlement(*b.Settlement)}
	}
	set(&d.Terms.Days, b.TermsDays)
	if b.Lines != nil {
		d.Lines = quotationLines(*b.Lines)
	}
}

// set writes what was sent.
func set[T any](field *T, sent *T) {
	if sent != nil {
		*field = *sent
	}
}

func acceptance(b api.QuotationAccept) quote.Acceptance {
	return quote.Acceptance{By: b.AcceptedBy, Revision: b.Revision, Files: b.AttachmentIds}
}
