package httpapi

import (
	"context"
	"strconv"
	"time"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
)

// ListInquiries implements the operation of that name.
func (s *Server) ListInquiries(ctx context.Context, r api.ListInquiriesRequestObject) (api.ListInquiriesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListInquiries200JSONResponse, error) {
		p := r.Params
		f := quote.Filter{
			CustomerID: p.CustomerID, ProspectID: p.ProspectID, OwnerID: p.OwnerID, TeamID: p.TeamID, State: string(value(p.State)),
			Number: value(p.Number), Overdue: value(p.Overdue), DueBefore: p.DueBefore,
		}
		rows, next, err := s.Quotes.ListInquiries(tx, who, f, page(p.Limit, p.Cursor))
		return api.ListInquiries200JSONResponse{Data: each(rows, func(q quote.InquirySummary) api.InquirySummary {
			return api.InquirySummary{
				ID: q.ID, Number: q.Number, CustomerID: q.CustomerID, ProspectID: q.ProspectID, PartyName: q.PartyName, OwnerID: q.OwnerID,
				State: string(q.State), ReceivedAt: q.ReceivedAt, NewCustomer: q.NewCustomer, DueAt: q.DueAt,
				RemainingHours: hours(q.Remaining(tx)), Overdue: q.Overdue(tx.Now), QuotationID: q.QuotationID, Etag: etag(q.Version),
			}
		}), NextCursor: optional(next)}, err
	})
}

// CreateInquiry implements the operation of that name.
func (s *Server) CreateInquiry(ctx context.Context, r api.CreateInquiryRequestObject) (api.CreateInquiryResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateInquiry201JSONResponse, error) {
		q, err := s.Quotes.CreateInquiry(tx, who, inquiryDraft(*r.Body))
		if err != nil {
			return api.CreateInquiry201JSONResponse{}, err
		}
		body, err := s.inquiry(tx, q)
		return api.CreateInquiry201JSONResponse{Body: body, Headers: api.CreateInquiry201ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// GetInquiry implements the operation of that name.
func (s *Server) GetInquiry(ctx context.Context, r api.GetInquiryRequestObject) (api.GetInquiryResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetInquiry200JSONResponse, error) {
		q, err := s.Quotes.GetInquiry(tx, who, r.InquiryID)
		if err != nil {
			return api.GetInquiry200JSONResponse{}, err
		}
		body, err := s.inquiry(tx, q)
		return api.GetInquiry200JSONResponse{Body: body, Headers: api.GetInquiry200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// CloseInquiry implements the operation of that name.
func (s *Server) CloseInquiry(ctx context.Context, r api.CloseInquiryRequestObject) (api.CloseInquiryResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CloseInquiry200JSONResponse, error) {
		q, err := s.Quotes.CloseInquiry(tx, who, r.InquiryID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		if err != nil {
			return api.CloseInquiry200JSONResponse{}, err
		}
		body, err := s.inquiry(tx, q)
		return api.CloseInquiry200JSONResponse{Body: body, Headers: api.CloseInquiry200ResponseHeaders{ETag: etag(q.Version)}}, err
	})
}

// GetInquiryTimeline implements the operation of that name.
func (s *Server) GetInquiryTimeline(ctx context.Context, r api.GetInquiryTimelineRequestObject) (api.GetInquiryTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetInquiryTimeline200JSONResponse, error) {
		if _, err := s.Quotes.GetInquiry(tx, who, r.InquiryID); err != nil {
			return api.GetInquiryTimeline200JSONResponse{}, err
		}
		list, err := timeline(tx, quote.SubjectInquiry, r.InquiryID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetInquiryTimeline200JSONResponse(list), err
	})
}

// ListDemandSurveys implements the operation of that name.
func (s *Server) ListDemandSurveys(ctx context.Context, r api.ListDemandSurveysRequestObject) (api.ListDemandSurveysResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDemandSurveys200JSONResponse, error) {
		of := quote.Party{CustomerID: r.Params.CustomerID, ProspectID: r.Params.ProspectID}
		rows, next, err := s.Quotes.ListSurveys(tx, who, of, page(r.Params.Limit, r.Params.Cursor))
		return api.ListDemandSurveys200JSONResponse{Data: each(rows, demandSurveyBody), NextCursor: optional(next)}, err
	})
}

// FillDemandSurvey implements the operation of that name.
func (s *Server) FillDemandSurvey(ctx context.Context, r api.FillDemandSurveyRequestObject) (api.FillDemandSurveyResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.FillDemandSurvey201JSONResponse, error) {
		b := *r.Body
		v, err := s.Quotes.FillSurvey(tx, who, quote.Party{CustomerID: b.CustomerID, ProspectID: b.ProspectID}, quote.Survey{
			Size: b.Size, Reputation: b.Reputation, PresentSupplier: b.PresentSupplier, MonthlyTonnes: b.MonthlyTonnes, PaymentTime: b.PaymentTime,
			DeliveryTime: b.DeliveryTime, Freight: b.Freight, Trader: b.Trader, FinalDestination: value(b.FinalDestination), Remarks: value(b.Remarks),
		})
		return api.FillDemandSurvey201JSONResponse(demandSurveyBody(v)), err
	})
}

func demandSurveyBody(v quote.Survey) api.DemandSurvey {
	return api.DemandSurvey{
		ID: v.ID, CustomerID: v.CustomerID, ProspectID: v.ProspectID, FormVersion: v.FormVersion, Revision: v.Revision, Size: v.Size,
		Reputation: v.Reputation, PresentSupplier: v.PresentSupplier, MonthlyTonnes: v.MonthlyTonnes, PaymentTime: v.PaymentTime,
		DeliveryTime: v.DeliveryTime, Freight: v.Freight, Trader: v.Trader, FinalDestination: optional(v.FinalDestination),
		Remarks: optional(v.Remarks), FilledBy: v.FilledBy, FilledAt: v.FilledAt,
	}
}

func inquiryDraft(b api.InquiryCreate) quote.InquiryDraft {
	d := quote.InquiryDraft{
		Party: quote.Party{CustomerID: b.CustomerID, ProspectID: b.ProspectID}, Channel: string(b.Channel), ReceivedAt: b.ReceivedAt,
		Needs: value(b.Needs), MonthlyTonnes: b.MonthlyTonnes, Files: value(b.AttachmentIds),
	}
	for _, l := range value(b.Lines) {
		line := quote.InquiryLine{ProductID: l.ProductID, Wanted: value(l.Wanted), Quantity: l.Quantity, Unit: value(l.Unit)}
		if l.WantedOn != nil {
			line.WantedOn = &l.WantedOn.Time
		}
		d.Lines = append(d.Lines, line)
	}
	return d
}

func (s *Server) inquiry(tx pg.Tx, q quote.Inquiry) (api.Inquiry, error) {
	files, err := s.Attachments.Of(tx, quote.SubjectInquiry, q.ID)
	return inquiryBody(tx, q, files[q.ID]), err
}

func inquiryBody(tx pg.Tx, q quote.Inquiry, files []attachment.Attachment) api.Inquiry {
	return api.Inquiry{
		ID: q.ID, Number: q.Number, CustomerID: q.CustomerID, ProspectID: q.ProspectID, OwnerID: q.OwnerID, State: string(q.State),
		Channel: api.OrderChannel(q.Channel), ReceivedAt: q.ReceivedAt, NewCustomer: q.NewCustomer, DueAt: q.DueAt,
		RemainingHours: hours(q.Remaining(tx)), Overdue: q.Overdue(tx.Now), Late: q.Late(), Needs: optional(q.Needs),
		MonthlyTonnes: q.MonthlyTonnes, AnsweredAt: q.AnsweredAt, QuotationID: q.QuotationID, ClosedAt: q.ClosedAt,
		CloseReason: optional(q.CloseReason), Attachments: attachmentBodies(files), CreatedAt: q.CreatedAt, Etag: etag(q.Version),
		Lines: each(q.Lines, func(l quote.InquiryLine) api.InquiryLine {
			return api.InquiryLine{
				LineNo: l.LineNo, ProductID: l.ProductID, Wanted: optional(l.Wanted), Quantity: l.Quantity, Unit: l.Unit,
				WantedOn: optionalDate(l.WantedOn),
			}
		}),
	}
}

// hours is working time to a tenth of an hour, downwards.
func hours(d *time.Duration) *string {
	if d == nil {
		return nil
	}
	text := strconv.FormatFloat(float64(int64(*d/(6*time.Minute)))/10, 'f', 1, 64)
	return &text
}
