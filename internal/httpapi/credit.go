package httpapi

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"github.com/oapi-codegen/nullable"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// GetCustomerCredit implements the operation of that name.
func (s *Server) GetCustomerCredit(ctx context.Context, r api.GetCustomerCreditRequestObject) (api.GetCustomerCreditResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCustomerCredit200JSONResponse, error) {
		p, err := s.Credits.GetCustomerCredit(tx, who, r.CustomerID)
		if err != nil {
			return api.GetCustomerCredit200JSONResponse{}, err
		}
		months, err := s.Credits.FirstReviewMonths(tx)
		return creditBody(p, months), err
	})
}

func creditBody(p credit.Position, firstReviewMonths int) api.GetCustomerCredit200JSONResponse {
	a, f := p.Account, p.Profile
	return api.GetCustomerCredit200JSONResponse{
		CustomerID: p.CustomerID, PayerID: p.PayerID, Currency: "CNY",
		Receivable: a.Receivable, Shipped: a.Shipped, Released: a.Released, Prepaid: a.Prepaid, Exposure: p.Exposure(),
		OverdueAmount: p.Overdue, OverdueDays: p.OverdueDays(), OldestDue: dateOrNull(p.OldestDue),
		Grade: gradeOrNull(f.Grade), LimitKind: api.CreditLimitKind(f.Limit.Kind), LimitAmount: orNull(f.Limit.Shown()), Headroom: orNull(p.Headroom()),
		CountingLimit: countingLimit(p.Counting()), CountingBecause: string(p.Counting().Because), ValidUntil: dateOrNull(f.Extras.ValidUntil),
		TemporaryLimit: temporaryBody(f.Extras.Temporary), OverdueTolerance: toleranceBody(f.Extras.Tolerance), OverdueTolerated: p.Tolerated(),
		Group:      standingBody(p.Group),
		Settlement: api.Settlement(f.Terms.Settlement), TermsDays: f.Terms.Days,
		Since: since(f), NextReview: dateOrNull(p.NextReview(firstReviewMonths)),
	}
}

// ListCreditMovements implements the operation of that name.
func (s *Server) ListCreditMovements(ctx context.Context, r api.ListCreditMovementsRequestObject) (api.ListCreditMovementsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCreditMovements200JSONResponse, error) {
		rows, next, err := s.Credits.ListCreditMovements(tx, who, r.CustomerID, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.CreditMovement, len(rows))
		for i, m := range rows {
			data[i] = api.CreditMovement{
				Seq: m.Seq, At: m.At, Part: string(m.Part), Amount: m.Amount, BalanceAfter: m.BalanceAfter, DocumentType: m.DocumentType,
				DocumentID: m.DocumentID, ItemID: m.ItemID, DueOn: optionalDate(m.DueOn), Reason: m.Reason,
			}
		}
		return api.ListCreditMovements200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ListCreditProfiles implements the operation of that name.
func (s *Server) ListCreditProfiles(ctx context.Context, r api.ListCreditProfilesRequestObject) (api.ListCreditProfilesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCreditProfiles200JSONResponse, error) {
		rows, err := s.Credits.ListCreditProfiles(tx, who, r.CustomerID)
		data := make([]api.CreditProfile, len(rows))
		for i, p := range rows {
			data[i] = profileBody(p)
		}
		return api.ListCreditProfiles200JSONResponse{Data: data}, err
	})
}

// CreateCreditLimitRequest implements the operation of that name.
func (s *Server) CreateCreditLimitRequest(ctx context.Context, r api.CreateCreditLimitRequestRequestObject) (api.CreateCreditLimitRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateCreditLimitRequest201JSONResponse, error) {
		a, err := creditApplication(*r.Body)
		if err != nil {
			return api.CreateCreditLimitRequest201JSONResponse{}, err
		}
		made, err := s.Credits.CreateCreditLimitRequest(tx, who, a)
		if err != nil {
			return api.CreateCreditLimitRequest201JSONResponse{}, err
		}
		files, err := s.Attachments.Of(tx, credit.SubjectRequest, made.ID)
		return api.CreateCreditLimitRequest201JSONResponse{
			Body: limitRequestBody(made, files[made.ID]), Headers: api.CreateCreditLimitRequest201ResponseHeaders{ETag: etag(made.Version)},
		}, err
	})
}

// creditApplication maps a request body. An amount is sent with limit_kind amount, and only then.
func creditApplication(b api.CreditLimitRequestCreate) (credit.Application, error) {
	if (b.LimitAmount != nil) != (b.LimitKind == api.CreditLimitKind(credit.LimitAmount)) {
		return credit.Application{}, credit.ErrLimitForm.At("/limit_amount")
	}
	a := credit.Application{
		CustomerID: b.CustomerID, Grade: credit.Grade(value(b.Grade)), Limit: credit.Limit{Kind: credit.LimitKind(b.LimitKind)},
		Terms: credit.Terms{Settlement: credit.Settlement(b.Settlement), Days: value(b.TermsDays)}, Reasons: b.Reasons,
		Basis: basisOf(b.MonthlyBasis), Files: attachmentIDs(b.AttachmentIds),
	}
	if b.LimitAmount != nil {
		a.Limit = credit.LimitOf(*b.LimitAmount)
	}
	if b.NextReview != nil {
		a.NextReview = &b.NextReview.Time
	}
	a.Amend = func(e *credit.Extras) { amendExtras(e, b) }
	return a, nil
}

func basisOf(b *api.MonthlyBasisInput) *credit.Basis {
	if b == nil {
		return nil
	}
	x := credit.Basis{Kind: credit.BasisKind(b.Kind), MonthlyTonnes: b.MonthlyTonnes, AccompaniedBy: b.AccompaniedBy, Note: value(b.Note)}
	if b.VisitedOn != nil {
		x.VisitedOn = &b.VisitedOn.Time
	}
	return &x
}

func basisBody(b *credit.Basis) *api.MonthlyBasis {
	if b == nil {
		return nil
	}
	return &api.MonthlyBasis{
		Kind: api.MonthlyBasisKind(b.Kind), MonthlyTonnes: b.MonthlyTonnes, VisitedOn: optionalDate(b.VisitedOn), AccompaniedBy: b.AccompaniedBy,
		Note: optional(b.Note),
	}
}

// amendExtras changes what was sent: null takes it off, absent leaves what is in force.
func amendExtras(e *credit.Extras, b api.CreditLimitRequestCreate) {
	if b.ValidUntil.IsSpecified() {
		e.ValidUntil = nil
		if d, err := b.ValidUntil.Get(); err == nil {
			e.ValidUntil = &d.Time
		}
	}
	if b.TemporaryLimit.IsSpecified() {
		e.Temporary = nil
		if t, err := b.TemporaryLimit.Get(); err == nil {
			e.Temporary = &credit.Temporary{Amount: t.Amount, From: t.From.Time, Until: t.Until.Time}
		}
	}
	if b.OverdueTolerance.IsSpecified() {
		e.Tolerance = nil
		if t, err := b.OverdueTolerance.Get(); err == nil {
			e.Tolerance = &credit.Tolerance{Amount: t.Amount, Days: t.Days}
		}
	}
}

func temporaryBody(t *credit.Temporary) *api.TemporaryLimit {
	if t == nil {
		return nil
	}
	return &api.TemporaryLimit{Amount: t.Amount, From: openapi_types.Date{Time: t.From}, Until: openapi_types.Date{Time: t.Until}}
}

func toleranceBody(t *credit.Tolerance) *api.OverdueTolerance {
	if t == nil {
		return nil
	}
	return &api.OverdueTolerance{Amount: t.Amount, Days: t.Days}
}

func standingBody(g *credit.Standing) *api.CreditGroupStanding {
	if g == nil {
		return nil
	}
	return &api.CreditGroupStanding{
		ID: g.ID, Number: g.Number, Name: g.Name, Limit: g.Limit, Exposure: g.Exposure, Headroom: g.Headroom(), Members: g.Members,
	}
}

// countingLimit is null when unlimited.
func countingLimit(c credit.Counting) nullable.Nullable[decimal.Decimal] {
	if c.Unlimited {
		return nullable.NewNullNullable[decimal.Decimal]()
	}
	return nullable.NewNullableWithValue(c.Amount)
}

// GetCreditLimitRequest implements the operation of that name.
func (s *Server) GetCreditLimitRequest(ctx context.Context, r api.GetCreditLimitRequestRequestObject) (api.GetCreditLimitRequestResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCreditLimitRequest200JSONResponse, error) {
		found, err := s.Credits.GetCreditLimitRequest(tx, who, r.RequestID)
		if err != nil {
			return api.GetCreditLimitRequest200JSONResponse{}, err
		}
		files, err := s.Attachments.Of(tx, credit.SubjectRequest, found.ID)
		return api.GetCreditLimitRequest200JSONResponse{
			Body: limitRequestBody(found, files[found.ID]), Headers: api.GetCreditLimitRequest200ResponseHeaders{ETag: etag(found.Version)},
		}, err
	})
}

// ListCreditLimitRequests implements the operation of that name.
func (s *Server) ListCreditLimitRequests(ctx context.Context, r api.ListCreditLimitRequestsRequestObject) (api.ListCreditLimitRequestsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCreditLimitRequests200JSONResponse, error) {
		f := credit.RequestFilter{CustomerID: value(r.Params.CustomerID), State: credit.RequestState(value(r.Params.State))}
		rows, next, err := s.Credits.ListCreditLimitRequests(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListCreditLimitRequests200JSONResponse{}, err
		}
		files, err := s.Attachments.Of(tx, credit.SubjectRequest, each(rows, func(q credit.LimitRequest) uuid.UUID { return q.ID })...)
		data := make([]api.CreditLimitRequest, len(rows))
		for i, q := range rows {
			data[i] = limitRequestBody(q, files[q.ID])
		}
		return api.ListCreditLimitRequests200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

func limitRequestBody(q credit.LimitRequest, files []attachment.Attachment) api.CreditLimitRequest {
	return api.CreditLimitRequest{
		ID: q.ID, Number: q.Number, CustomerID: q.CustomerID, CustomerCode: q.CustomerCode, CustomerName: q.CustomerName,
		Kind: string(q.Kind), State: api.CreditLimitRequestState(q.State), Grade: gradeOrNull(q.Grade),
		LimitKind: api.CreditLimitKind(q.LimitKind), LimitAmount: orNull(q.LimitAmount), Settlement: api.Settlement(q.Settlement),
		TermsDays: q.TermsDays, NextReview: openapi_types.Date{Time: q.NextReview}, ValidUntil: optionalDate(q.Extras().ValidUntil),
		TemporaryLimit: temporaryBody(q.Extras().Temporary), OverdueTolerance: toleranceBody(q.Extras().Tolerance), Reasons: q.Reasons, Previous: terseBody(q.Previous),
		Record: recordBody(q.Record), ApprovalID: q.ApprovalID, RequestedBy: q.RequestedBy, RequestedAt: q.RequestedAt,
		DecidedAt: q.DecidedAt, MonthlyBasis: basisBody(q.Basis), Attachments: new(attachmentBodies(files)), Etag: etag(q.Version),
	}
}

func recordBody(k credit.Record) api.TradeRecord {
	history := make([]api.CreditProfile, len(k.History))
	for i, h := range k.History {
		history[i] = terseBody(h)
	}
	return api.TradeRecord{
		AsOf: openapi_types.Date{Time: k.AsOf}, FirstTrade: optionalDate(k.FirstTrade), Sales: k.Sales, Payments: k.Payments,
		PaidLate: k.PaidLate, MostDaysLate: k.MostDaysLate, AverageDaysLate: k.AverageDaysLate.String(), OverdueAmount: k.Overdue,
		OverdueDays: k.OverdueDays, Receivable: k.Receivable, Shipped: k.Shipped, Released: k.Released, Prepaid: k.Prepaid,
		Exposure: k.Exposure, History: history,
	}
}

func terseBody(t credit.Terse) api.CreditProfile {
	return api.CreditProfile{
		Grade: gradeOrNull(t.Grade), LimitKind: api.CreditLimitKind(t.LimitKind), LimitAmount: orNull(t.LimitAmount),
		Settlement: api.Settlement(t.Settlement), TermsDays: t.TermsDays, NextReview: optionalDate(t.NextReview),
		ValidUntil: optionalDate(t.ValidUntil), TemporaryLimit: temporaryBody(t.Temporary), OverdueTolerance: toleranceBody(t.Tolerance),
		ValidFrom: orNull(t.ValidFrom), ValidTo: orNull(t.ValidTo),
	}
}

func profileBody(p credit.Profile) api.CreditProfile {
	return api.CreditProfile{
		Grade: gradeOrNull(p.Grade), LimitKind: api.CreditLimitKind(p.Limit.Kind), LimitAmount: orNull[decimal.Decimal](p.Limit.Shown()),
		Settlement: api.Settlement(p.Terms.Settlement), TermsDays: p.Terms.Days, NextReview: optionalDate(p.NextReview),
		ValidUntil: optionalDate(p.Extras.ValidUntil), TemporaryLimit: temporaryBody(p.Extras.Temporary), OverdueTolerance: toleranceBody(p.Extras.Tolerance),
		ValidFrom: since(p), ValidTo: orNull(p.ValidTo), RequestID: p.RequestID,
	}
}

// since is null for a customer for whom nothing was ever approved.
func since(p credit.Profile) nullable.Nullable[time.Time] {
	if p.ID == uuid.Nil {
		return nullable.NewNullNullable[time.Time]()
	}
	return nullable.NewNullableWithValue(p.ValidFrom)
}

func gradeOrNull(g credit.Grade) nullable.Nullable[string] { return orNull(optional(string(g))) }

// orNull is for members that are always there: null where p is nil.
func orNull[T any](p *T) nullable.Nullable[T] {
	if p == nil {
		return nullable.NewNullNullable[T]()
	}
	return nullable.NewNullableWithValue(*p)
}

func dateOrNull(d *time.Time) nullable.Nullable[openapi_types.Date] { return orNull(optionalDate(d)) }

// optionalDate is for members that are left out where there is no date.
func optionalDate(d *time.Time) *openapi_types.Date {
	if d == nil {
		return nil
	}
	return &openapi_types.Date{Time: *d}
}
