package httpapi

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/quote"
)

// ListQuotationRevisions implements the operation of that name.
func (s *Server) ListQuotationRevisions(ctx context.Context, r api.ListQuotationRevisionsRequestObject) (api.ListQuotationRevisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListQuotationRevisions200JSONResponse, error) {
		q, rows, found, err := s.Quotes.Revisions(tx, who, r.QuotationID)
		if err != nil {
			return api.ListQuotationRevisions200JSONResponse{}, err
		}
		data := make([]api.QuotationRevision, len(rows))
		for i, v := range rows {
			data[i] = api.QuotationRevision{
				Revision: v.Revision, State: quote.Superseded, SupersededIn: string(v.State), Reason: v.Reason, EndedAt: v.EndedAt, EndedBy: v.EndedBy,
			}
			if err := json.Unmarshal(v.Content, &data[i].Content); err != nil {
				return api.ListQuotationRevisions200JSONResponse{}, err
			}
		}
		return api.ListQuotationRevisions200JSONResponse{Revision: q.Revision, Data: data, Differences: each(found, func(d quote.Difference) api.QuotationDifference {
			return api.QuotationDifference{From: d.From, To: d.To, Field: d.Field, Was: d.Was, Is: d.Is}
		})}, nil
	})
}

// GetQuotationBackground implements the operation of that name.
func (s *Server) GetQuotationBackground(ctx context.Context, r api.GetQuotationBackgroundRequestObject) (api.GetQuotationBackgroundResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetQuotationBackground200JSONResponse, error) {
		b, err := s.Quotes.Background(tx, who, r.QuotationID)
		return api.GetQuotationBackground200JSONResponse(quotationBackground(b)), err
	})
}

func quotationBackground(b quote.Background) api.QuotationBackground {
	body := api.QuotationBackground{
		NewCustomer: b.NewCustomer, FirstTradeOn: optionalDate(b.FirstTradeOn), MonthsOfTrade: b.MonthsOfTrade, RecordMonths: b.RecordMonths,
		ShippedTonnes: b.ShippedTonnes, ShippedAmount: b.ShippedAmount, TonnesAMonth: b.TonnesAMonth, DemandIsShipped: b.DemandShipped,
		Lines: each(b.Lines, func(l quote.BackgroundLine) api.QuotationBackgroundLine {
			return api.QuotationBackgroundLine{
				LineNo: l.LineNo, ProductID: l.ProductID, NetPrice: l.NetPrice, BasePrice: l.BasePrice, DeviationPercent: l.Deviation,
				RequiredRole: string(l.RequiredRole), BelowFloor: l.BelowFloor, Margin: quotationMargin(l.Margin),
			}
		}),
		LastPrices: each(b.LastPrices, func(l quote.LastPrice) api.QuotationLastPrice {
			return api.QuotationLastPrice{
				ProductID: l.ProductID, OrderID: l.OrderID, Number: l.Number, On: date(l.On), Price: l.Price, Quantity: l.Quantity, Unit: l.Unit,
			}
		}),
	}
	if c := b.Credit; c != nil {
		body.Credit = &api.QuotationCredit{
			Grade: string(c.Profile.Grade), Settlement: api.Settlement(c.Profile.Terms.Settlement), TermsDays: c.Profile.Terms.Days,
			Exposure: c.Exposure(), Overdue: c.Overdue, OverdueDays: c.OverdueDays(),
		}
	}
	if b.Survey != nil {
		v := demandSurveyBody(*b.Survey)
		body.Survey = &v
	}
	return body
}

func quotationMargin(m *pricing.Margin) *api.QuotationMargin {
	if m == nil {
		return nil
	}
	return &api.QuotationMargin{Cost: m.Cost, Amount: m.Amount, Percent: m.Percent}
}

// CreateQuotationLink implements the operation of that name.
func (s *Server) CreateQuotationLink(ctx context.Context, r api.CreateQuotationLinkRequestObject) (api.CreateQuotationLinkResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateQuotationLink201JSONResponse, error) {
		l, token, err := s.Quotes.CreateLink(tx, who, r.QuotationID, optionalMatch(r.Params.IfMatch))
		return api.CreateQuotationLink201JSONResponse{Token: token, ExpiresAt: l.ExpiresAt}, err
	})
}

// ReadPublicQuotation implements the operation of that name. It writes, though only how often the address asked.
func (s *Server) ReadPublicQuotation(ctx context.Context, r api.ReadPublicQuotationRequestObject) (api.ReadPublicQuotationResponseObject, error) {
	return followed(ctx, s, r.Params.XQuotationToken, func(tx pg.Tx, q quote.Quotation, l quote.Link) (api.ReadPublicQuotation200JSONResponse, error) {
		body, err := publicQuotation(tx, q, &l)
		return api.ReadPublicQuotation200JSONResponse(body), err
	})
}

// followed answers a stranger with the quotation that a link's token is for.
func followed[T any](ctx context.Context, s *Server, token string, answer func(pg.Tx, quote.Quotation, quote.Link) (T, error)) (T, error) {
	address := current(ctx).echo.RealIP()
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (none T, err error) {
		if err := identity.AdmitStranger(tx, "quotation", address); err != nil {
			return none, err
		}
		q, l, err := s.Quotes.Follow(tx, token)
		if err != nil {
			return none, pg.Keep(err)
		}
		return answer(tx, q, l)
	})
}

// AnswerPublicQuotation implements the operation of that name. A refusal that wrote something is rolled back with its count: only those
// that come before any writing are kept, and the gate's with its decision.
func (s *Server) AnswerPublicQuotation(ctx context.Context, r api.AnswerPublicQuotationRequestObject) (api.AnswerPublicQuotationResponseObject, error) {
	address := current(ctx).echo.RealIP()
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.AnswerPublicQuotation200JSONResponse, error) {
		if err := identity.AdmitStranger(tx, "quotation", address); err != nil {
			return api.AnswerPublicQuotation200JSONResponse{}, err
		}
		if _, _, err := s.Quotes.Follow(tx, r.Params.XQuotationToken); err != nil {
			return api.AnswerPublicQuotation200JSONResponse{}, pg.Keep(err)
		}
		q, err := s.Quotes.AnswerLink(tx, r.Params.XQuotationToken, r.Body.Accepted, r.Body.Name, value(r.Body.Reason))
		if err != nil {
			return api.AnswerPublicQuotation200JSONResponse{}, err
		}
		body, err := publicQuotation(tx, q, nil)
		return api.AnswerPublicQuotation200JSONResponse(body), err
	})
}

// publicQuotation is what the customer's side sees: nothing of ours but what is offered.
func publicQuotation(tx pg.Tx, q quote.Quotation, l *quote.Link) (api.PublicQuotation, error) {
	ids := each(q.Lines, func(l quote.Line) uuid.UUID { return l.ProductID })
	products, err := catalog.Briefs(tx, ids)
	body := api.PublicQuotation{
		Number: q.Number, Revision: q.Revision, State: string(q.State), Currency: quote.Currency, ValidFrom: date(q.ValidFrom),
		ValidUntil: date(q.ValidUntil), Settlement: api.Settlement(q.Settlement), TermsDays: q.TermsDays, Delivery: optional(q.Delivery),
		Packing: optional(q.Packing), Freight: optional(q.Freight),
		Lines: each(q.Lines, func(l quote.Line) api.PublicQuotationLine {
			p := products[l.ProductID]
			return api.PublicQuotationLine{
				ProductCode: p.Code, ProductName: p.Name, Spec: optional(p.Spec), Unit: l.Unit, MinQuantity: l.MinQuantity,
				MaxQuantity: l.MaxQuantity, Price: l.NetPrice, LeadDays: l.LeadDays,
			}
		}),
	}
	if l != nil {
		body.ExpiresAt = &l.ExpiresAt
	}
	return body, err
}

// quotation is a quotation with to whom it went and its files.
func (s *Server) quotation(tx pg.Tx, q quote.Quotation, d *decision.Decision) (api.Quotation, error) {
	files, err := s.Attachments.Of(tx, quote.Subject, q.ID)
	if err != nil {
		return api.Quotation{}, err
	}
	sent, err := s.Quotes.Sendings(tx, identity.System(), q.ID)
	body := quotationBody(tx, q, sent, files[q.ID])
	if d != nil {
		decided := decisionBody(*d)
		body.Decision = &decided
	}
	return body, err
}

func quotationBody(tx pg.Tx, q quote.Quotation, sent []quote.Sending, files []attachment.Attachment) api.Quotation {
	return api.Quotation{
		ID: q.ID, Number: q.Number, CustomerID: q.CustomerID, ProspectID: q.ProspectID, OwnerID: q.OwnerID, InquiryID: q.InquiryID,
		State: string(q.State), StateReason: optional(q.StateReason), Revision: q.Revision, DiscountPercent: q.DiscountPercent, Total: q.Total,
		Currency: api.Currency(q.Currency), ValidFrom: date(q.ValidFrom), ValidUntil: date(q.ValidUntil), Expired: q.Over(tx.Now),
		InForce: q.InForce(tx.Now), Settlement: api.Settlement(q.Settlement), TermsDays: q.TermsDays, Delivery: optional(q.Delivery),
		Packing: optional(q.Packing), Freight: optional(q.Freight), Remarks: optional(q.Remarks), ApprovalID: q.ApprovalID,
		Unapproved: q.Unapproved, SubmittedBy: q.SubmittedBy, SubmittedAt: q.SubmittedAt, ApprovedAt: q.ApprovedAt, SentAt: q.SentAt,
		AcceptedAt: q.AcceptedAt, AcceptedBy: optional(q.AcceptedBy), AcceptedThrough: optional(q.AcceptedThrough), EndedAt: q.EndedAt,
		CopiedFromID: q.CopiedFromID, Attachments: attachmentBodies(files), CreatedAt: q.CreatedAt, UpdatedAt: q.UpdatedAt, Etag: etag(q.Version),
		Lines: each(q.Lines, func(l quote.Line) api.QuotationLine {
			return api.QuotationLine{
				ID: l.ID, LineNo: l.LineNo, ProductID: l.ProductID, Unit: l.Unit, MinQuantity: l.MinQuantity, MaxQuantity: l.MaxQuantity,
				Price: l.Price, NetPrice: l.NetPrice, TaxRate: l.TaxRate, LeadDays: l.LeadDays, Remarks: optional(l.Remarks),
			}
		}),
		Sendings: each(sent, func(x quote.Sending) api.QuotationSending {
			return api.QuotationSending{
				Revision: x.Revision, Channel: x.Channel, Recipient: x.Recipient, Note: optional(x.Note), SentBy: x.SentBy, SentAt: x.SentAt,
			}
		}),
	}
}
