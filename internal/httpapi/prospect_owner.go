package httpapi

import (
	"context"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
)

// ConvertProspect implements the operation of that name.
func (s *Server) ConvertProspect(ctx context.Context, r api.ConvertProspectRequestObject) (api.ConvertProspectResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConvertProspect200JSONResponse, error) {
		c, err := s.conversion(who, *r.Body)
		if err != nil {
			return api.ConvertProspect200JSONResponse{}, err
		}
		done, err := s.Prospects.Convert(tx, who, r.ProspectID, optionalMatch(r.Params.IfMatch), c)
		return api.ConvertProspect200JSONResponse{
			Prospect: prospectBody(who, done.Prospect), Customer: customerBody(who, done.Customer), CreditRequestID: done.CreditRequestID,
		}, err
	})
}

// conversion is what the request says; the first limit is asked for by the caller of the conversion, once there is a customer.
func (s *Server) conversion(who identity.Principal, b api.ProspectConversion) (prospect.Conversion, error) {
	c := prospect.Conversion{
		Code: value(b.Code), USCC: value(b.Uscc), Address: value(b.Address), Remarks: value(b.Remarks), Evidence: b.AttachmentIds,
	}
	for _, a := range value(b.Addresses) {
		c.Addresses = append(c.Addresses, addressOf(a))
	}
	if b.InitialCredit == nil {
		return c, nil
	}
	k := *b.InitialCredit
	a, err := creditApplication(api.CreditLimitRequestCreate{
		Grade: k.Grade, LimitKind: k.LimitKind, LimitAmount: k.LimitAmount, Settlement: k.Settlement, TermsDays: k.TermsDays, Reasons: k.Reasons,
		MonthlyBasis: k.MonthlyBasis,
	})
	c.Credit = func(tx pg.Tx, customerID uuid.UUID) (uuid.UUID, error) {
		a.CustomerID = customerID
		request, err := s.Credits.CreateCreditLimitRequest(tx, who, a)
		return request.ID, err
	}
	return c, err
}

// ClaimProspect implements the operation of that name.
func (s *Server) ClaimProspect(ctx context.Context, r api.ClaimProspectRequestObject) (api.ClaimProspectResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ClaimProspect200JSONResponse, error) {
		x, err := s.Prospects.Claim(tx, who, r.ProspectID, optionalMatch(r.Params.IfMatch))
		return api.ClaimProspect200JSONResponse{Body: prospectBody(who, x), Headers: api.ClaimProspect200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// AssignProspect implements the operation of that name.
func (s *Server) AssignProspect(ctx context.Context, r api.AssignProspectRequestObject) (api.AssignProspectResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AssignProspect200JSONResponse, error) {
		x, err := s.Prospects.Assign(tx, who, r.ProspectID, optionalMatch(r.Params.IfMatch), r.Body.OwnerID, r.Body.Reason)
		return api.AssignProspect200JSONResponse{Body: prospectBody(who, x), Headers: api.AssignProspect200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// OpenOwnershipDispute implements the operation of that name.
func (s *Server) OpenOwnershipDispute(ctx context.Context, r api.OpenOwnershipDisputeRequestObject) (api.OpenOwnershipDisputeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.OpenOwnershipDispute201JSONResponse, error) {
		d, err := s.Prospects.OpenDispute(tx, who, value(r.Body.Name), value(r.Body.Uscc), value(r.Body.Phones), r.Body.Statement)
		return api.OpenOwnershipDispute201JSONResponse{Body: disputeBody(who, d), Headers: api.OpenOwnershipDispute201ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// ListOwnershipDisputes implements the operation of that name.
func (s *Server) ListOwnershipDisputes(ctx context.Context, r api.ListOwnershipDisputesRequestObject) (api.ListOwnershipDisputesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListOwnershipDisputes200JSONResponse, error) {
		rows, next, err := s.Prospects.ListDisputes(tx, who, string(value(r.Params.State)), page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.OwnershipDispute, len(rows))
		for i, d := range rows {
			data[i] = disputeBody(who, d)
			data[i].Statements = nil
		}
		return api.ListOwnershipDisputes200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// GetOwnershipDispute implements the operation of that name.
func (s *Server) GetOwnershipDispute(ctx context.Context, r api.GetOwnershipDisputeRequestObject) (api.GetOwnershipDisputeResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetOwnershipDispute200JSONResponse, error) {
		d, err := s.Prospects.GetDispute(tx, who, r.DisputeID)
		return api.GetOwnershipDispute200JSONResponse{Body: disputeBody(who, d), Headers: api.GetOwnershipDispute200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// StateOwnershipCase implements the operation of that name.
func (s *Server) StateOwnershipCase(ctx context.Context, r api.StateOwnershipCaseRequestObject) (api.StateOwnershipCaseResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.StateOwnershipCase200JSONResponse, error) {
		d, err := s.Prospects.StateCase(tx, who, r.DisputeID, optionalMatch(r.Params.IfMatch), r.Body.Statement)
		return api.StateOwnershipCase200JSONResponse{Body: disputeBody(who, d), Headers: api.StateOwnershipCase200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// WithdrawOwnershipDispute implements the operation of that name.
func (s *Server) WithdrawOwnershipDispute(ctx context.Context, r api.WithdrawOwnershipDisputeRequestObject) (api.WithdrawOwnershipDisputeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.WithdrawOwnershipDispute200JSONResponse, error) {
		d, err := s.Prospects.WithdrawDispute(tx, who, r.DisputeID, optionalMatch(r.Params.IfMatch))
		return api.WithdrawOwnershipDispute200JSONResponse{Body: disputeBody(who, d), Headers: api.WithdrawOwnershipDispute200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// RuleOwnershipDispute implements the operation of that name.
func (s *Server) RuleOwnershipDispute(ctx context.Context, r api.RuleOwnershipDisputeRequestObject) (api.RuleOwnershipDisputeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RuleOwnershipDispute200JSONResponse, error) {
		d, err := s.Prospects.RuleDispute(tx, who, r.DisputeID, optionalMatch(r.Params.IfMatch), string(r.Body.Ruling), r.Body.Reason)
		return api.RuleOwnershipDispute200JSONResponse{Body: disputeBody(who, d), Headers: api.RuleOwnershipDispute200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// disputeBody shows a dispute as far as the caller may know whose the company is. The owner's case, which may say it, is shown to
// a claimant only when it is ruled.
func disputeBody(who identity.Principal, d prospect.Dispute) api.OwnershipDispute {
	body := api.OwnershipDispute{
		ID: d.ID, Number: d.Number, ClaimantID: d.ClaimantID, Company: d.Company, State: d.State, Ruling: d.Ruling, Reason: optional(d.Reason),
		RuledBy: d.RuledBy, OpenedAt: d.OpenedAt, EndedAt: d.EndedAt, Etag: etag(d.Version),
	}
	shown := d.Shows(who)
	if shown {
		body.OwnerID, body.SubjectType, body.SubjectID = &d.OwnerID, &d.SubjectType, &d.SubjectID
	}
	statements := []api.OwnershipStatement{}
	for _, st := range d.Statements {
		if shown || d.State == prospect.DisputeRuled || st.Side == "claimant" {
			statements = append(statements, api.OwnershipStatement{Side: st.Side, StatedAt: st.StatedAt, Statement: st.Statement})
		}
	}
	body.Statements = &statements
	return body
}
