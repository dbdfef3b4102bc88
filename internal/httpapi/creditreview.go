package httpapi

import (
	"context"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/creditreview"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// GetCreditFigures implements the operation of that name.
func (s *Server) GetCreditFigures(ctx context.Context, r api.GetCreditFiguresRequestObject) (api.GetCreditFiguresResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCreditFigures200JSONResponse, error) {
		f, err := s.Credits.GetCreditFigures(tx, who, r.CustomerID, dateAsked(r.Params.AsOf))
		p := f.Profile
		return api.GetCreditFigures200JSONResponse(creditFiguresBody(f, p.Grade, string(p.Limit.Kind), p.Limit)), err
	})
}

func creditFiguresBody(f credit.Figures, grade credit.Grade, kind string, limit credit.Limit) api.CreditFigures {
	return api.CreditFigures{
		PayerID: f.PayerID, AsOf: f.AsOf, FirstTrade: dateOrNull(f.FirstTrade), LastTrade: dateOrNull(f.LastTrade),
		MonthsTraded: f.MonthsTraded(), IdleMonths: f.IdleMonths(), Sales: f.Sales, Tonnes: f.Tonnes.String(), TonnesComplete: f.TonnesComplete,
		Orders: f.Orders, Shipments: f.Shipments, Invoices: f.Invoices, Receipts: f.Receipts, Payments: f.Payments, PaidLate: f.PaidLate,
		MostDaysLate: f.MostDaysLate, AverageDaysLate: f.AverageDaysLate.String(), LastLate: dateOrNull(f.LastLate),
		Receivable: f.Receivable, Shipped: f.Shipped, Released: f.Released, Prepaid: f.Prepaid, Exposure: f.Exposure(),
		HighestExposure: f.HighestExposure, OverdueAmount: f.Overdue, OverdueDays: f.OverdueDays(), OldestDue: dateOrNull(f.OldestDue),
		Grade: gradeOrNull(grade), LimitKind: api.CreditLimitKind(kind), LimitAmount: orNull(limit.Shown()),
		History: each(f.History, terseBody),
	}
}

// ListCreditReviewBatches implements the operation of that name.
func (s *Server) ListCreditReviewBatches(ctx context.Context, r api.ListCreditReviewBatchesRequestObject) (api.ListCreditReviewBatchesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListCreditReviewBatches200JSONResponse, error) {
		rows, next, err := s.Reviews.ListCreditReviewBatches(tx, page(r.Params.Limit, r.Params.Cursor))
		return api.ListCreditReviewBatches200JSONResponse{Data: each(rows, batchBody), NextCursor: optional(next)}, err
	})
}

// GetCreditReviewBatch implements the operation of that name.
func (s *Server) GetCreditReviewBatch(ctx context.Context, r api.GetCreditReviewBatchRequestObject) (api.GetCreditReviewBatchResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetCreditReviewBatch200JSONResponse, error) {
		b, err := s.Reviews.GetCreditReviewBatch(tx, r.BatchID)
		return api.GetCreditReviewBatch200JSONResponse(batchBody(b)), err
	})
}

func batchBody(b creditreview.Batch) api.CreditReviewBatch {
	answers := make(map[string]int64, len(b.Answers))
	for state, n := range b.Answers {
		answers[string(state)] = n
	}
	return api.CreditReviewBatch{
		ID: b.ID, Period: openapi_types.Date{Time: b.Period}, State: string(b.State), AsOf: b.AsOf, DueOn: openapi_types.Date{Time: b.DueOn},
		Expected: b.Expected, Opened: b.Opened, Answers: answers, StartedAt: b.StartedAt, OpenedAt: b.OpenedAt, ClosedAt: b.ClosedAt,
	}
}

// ListCreditReviews implements the operation of that name.
func (s *Server) ListCreditReviews(ctx context.Context, r api.ListCreditReviewsRequestObject) (api.ListCreditReviewsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCreditReviews200JSONResponse, error) {
		p := r.Params
		f := creditreview.Filter{
			BatchID: value(p.BatchID), CustomerID: value(p.CustomerID), OwnerID: value(p.OwnerID), TeamID: value(p.TeamID),
			State: creditreview.State(value(p.State)), Waiting: value(p.Waiting), Change: creditreview.Change(value(p.Change)),
			Grade: gradeAsked(string(value(p.Grade))), Proposed: gradeAsked(string(value(p.ProposedGrade))), Overdue: p.OverduePayments, Query: value(p.Q),
		}
		rows, next, err := s.Reviews.ListCreditReviews(tx, who, f, page(p.Limit, p.Cursor))
		return api.ListCreditReviews200JSONResponse{Data: each(rows, reviewSummary), NextCursor: optional(next)}, err
	})
}

// gradeAsked reads a filter: "none" is for those without a grade, "" for all.
func gradeAsked(s string) *credit.Grade {
	if s == "" {
		return nil
	}
	g := credit.Grade(s)
	if s == "none" {
		g = credit.NoGrade
	}
	return &g
}

// GetCreditReview implements the operation of that name.
func (s *Server) GetCreditReview(ctx context.Context, r api.GetCreditReviewRequestObject) (api.GetCreditReviewResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCreditReview200JSONResponse, error) {
		found, err := s.Reviews.GetCreditReview(tx, who, r.ReviewID)
		return api.GetCreditReview200JSONResponse{
			Body: reviewBody(found), Headers: api.GetCreditReview200ResponseHeaders{ETag: etag(found.Version)},
		}, err
	})
}

// GetCreditReviewTimeline implements the operation of that name.
func (s *Server) GetCreditReviewTimeline(ctx context.Context, r api.GetCreditReviewTimelineRequestObject) (api.GetCreditReviewTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCreditReviewTimeline200JSONResponse, error) {
		if _, err := s.Reviews.GetCreditReview(tx, who, r.ReviewID); err != nil {
			return api.GetCreditReviewTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, creditreview.Subject, r.ReviewID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetCreditReviewTimeline200JSONResponse(t), err
	})
}

// ConfirmCreditReview implements the operation of that name.
func (s *Server) ConfirmCreditReview(ctx context.Context, r api.ConfirmCreditReviewRequestObject) (api.ConfirmCreditReviewResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConfirmCreditReview200JSONResponse, error) {
		c := creditreview.Confirmation{NextReview: dateAsked(r.Body.NextReview), Reason: value(r.Body.Reason)}
		done, err := s.Reviews.ConfirmCreditReview(tx, who, r.ReviewID, optionalMatch(r.Params.IfMatch), c)
		return api.ConfirmCreditReview200JSONResponse{
			Body: reviewBody(done), Headers: api.ConfirmCreditReview200ResponseHeaders{ETag: etag(done.Version)},
		}, err
	})
}

// ConfirmCreditReviews implements the operation of that name.
func (s *Server) ConfirmCreditReviews(ctx context.Context, r api.ConfirmCreditReviewsRequestObject) (api.ConfirmCreditReviewsResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConfirmCreditReviews207JSONResponse, error) {
		items := each(r.Body.Items, func(i api.CreditReviewItem) creditreview.Item {
			return creditreview.Item{ID: i.ID, Version: optionalMatch(i.Etag)}
		})
		c := creditreview.Confirmation{NextReview: dateAsked(r.Body.NextReview), Reason: value(r.Body.Reason)}
		results, err := s.Reviews.ConfirmCreditReviews(tx, who, items, r.Body.Mode == api.CreditReviewsConfirmModeAtomic, c)
		return api.ConfirmCreditReviews207JSONResponse{Results: each(results, func(res creditreview.Result) api.CreditReviewResult {
			if res.Refused != nil {
				p := problemOf(current(ctx), res.Refused)
				return api.CreditReviewResult{ID: res.ID, Problem: &p}
			}
			state, tag := string(res.Review.State), etag(res.Review.Version)
			return api.CreditReviewResult{ID: res.ID, State: &state, Etag: &tag}
		})}, err
	})
}

// ChangeCreditReview implements the operation of that name.
func (s *Server) ChangeCreditReview(ctx context.Context, r api.ChangeCreditReviewRequestObject) (api.ChangeCreditReviewResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ChangeCreditReview200JSONResponse, error) {
		c, err := reviewChange(*r.Body)
		if err != nil {
			return api.ChangeCreditReview200JSONResponse{}, err
		}
		done, err := s.Reviews.ChangeCreditReview(tx, who, r.ReviewID, optionalMatch(r.Params.IfMatch), c)
		return api.ChangeCreditReview200JSONResponse{
			Body: reviewBody(done), Headers: api.ChangeCreditReview200ResponseHeaders{ETag: etag(done.Version)},
		}, err
	})
}

// reviewChange maps what is to change; what is left out stays as proposed.
func reviewChange(b api.CreditReviewChange) (creditreview.ChangeRequest, error) {
	c := creditreview.ChangeRequest{NextReview: dateAsked(b.NextReview), Reason: value(b.Reason)}
	if (b.LimitAmount != nil) != (value(b.LimitKind) == api.CreditLimitKind(credit.LimitAmount)) {
		return c, credit.ErrLimitForm.At("/limit_amount")
	}
	if b.TermsDays != nil && b.Settlement == nil {
		return c, credit.ErrTermsForm.At("/terms_days")
	}
	if b.Grade != nil {
		c.Grade = new(credit.Grade(*b.Grade))
	}
	if b.LimitKind != nil {
		c.Limit = &credit.Limit{Kind: credit.LimitKind(*b.LimitKind)}
	}
	if b.LimitAmount != nil {
		c.Limit = new(credit.LimitOf(*b.LimitAmount))
	}
	if b.Settlement != nil {
		c.Terms = &credit.Terms{Settlement: credit.Settlement(*b.Settlement), Days: value(b.TermsDays)}
	}
	return c, nil
}

func reviewSummary(r creditreview.Review) api.CreditReviewSummary {
	return api.CreditReviewSummary{
		ID: r.ID, BatchID: r.BatchID, Kind: string(r.Kind), CustomerID: r.CustomerID, CustomerCode: r.CustomerCode, CustomerName: r.CustomerName,
		OwnerID: r.OwnerID, State: string(r.State), AsOf: r.AsOf, DueOn: openapi_types.Date{Time: r.DueOn}, Grade: gradeOrNull(r.Grade),
		LimitKind: api.CreditLimitKind(r.LimitKind), LimitAmount: orNull(r.LimitAmount), ProposedGrade: gradeOrNull(r.ProposedGrade),
		ProposedLimitKind: api.CreditLimitKind(r.ProposedLimitKind), ProposedLimitAmount: orNull(r.ProposedLimitAmount),
		Change: string(r.Change), NeedsJudgement: r.NeedsJudgement, OverdueAmount: r.OverdueAmount, OverdueDays: r.OverdueDays, Risk: r.Risk,
		PendingRequestID: r.PendingRequestID, RequestID: r.RequestID, AnsweredBy: r.AnsweredBy, AnsweredAt: r.AnsweredAt, Reason: optional(r.Reason),
		NextReview: optionalDate(r.NextReview), OpenedAt: r.OpenedAt, Etag: etag(r.Version),
	}
}

func reviewBody(r creditreview.Review) api.CreditReview {
	b := reviewSummary(r)
	return api.CreditReview{
		ID: b.ID, BatchID: b.BatchID, Kind: b.Kind, CustomerID: b.CustomerID, CustomerCode: b.CustomerCode, CustomerName: b.CustomerName,
		OwnerID: b.OwnerID, State: b.State, AsOf: b.AsOf, DueOn: b.DueOn, Grade: b.Grade, LimitKind: b.LimitKind, LimitAmount: b.LimitAmount,
		ProposedGrade: b.ProposedGrade, ProposedLimitKind: b.ProposedLimitKind, ProposedLimitAmount: b.ProposedLimitAmount, Change: b.Change,
		NeedsJudgement: b.NeedsJudgement, OverdueAmount: b.OverdueAmount, OverdueDays: b.OverdueDays, Risk: b.Risk,
		PendingRequestID: b.PendingRequestID, RequestID: b.RequestID, AnsweredBy: b.AnsweredBy, AnsweredAt: b.AnsweredAt, Reason: b.Reason,
		NextReview: b.NextReview, OpenedAt: b.OpenedAt, Etag: b.Etag,
		Figures: creditFiguresBody(r.Figures, r.Grade, string(r.LimitKind), r.Limit()), Checks: each(r.Checks, checkBody),
	}
}

func checkBody(k decision.Check) api.DecisionCheck {
	body := priceCheckCheck(k)
	body.Clause = optional(rulebook.Clause(k.Rule))
	return body
}

func dateAsked(d *openapi_types.Date) *time.Time {
	if d == nil {
		return nil
	}
	return &d.Time
}
