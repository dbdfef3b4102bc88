package httpapi

import (
	"context"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListContractAmendments implements the operation of that name.
func (s *Server) ListContractAmendments(ctx context.Context, r api.ListContractAmendmentsRequestObject) (api.ListContractAmendmentsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListContractAmendments200JSONResponse, error) {
		rows, next, err := s.Contracts.ListAmendments(tx, who, r.ContractID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListContractAmendments200JSONResponse{NextCursor: optional(next), Data: each(rows, func(a contract.Amendment) api.ContractAmendmentSummary {
			return api.ContractAmendmentSummary{
				ID: a.ID, Revision: a.Revision, State: string(a.State), Reason: a.Reason, CreatedAt: a.CreatedAt, EndedAt: a.EndedAt, Etag: etag(a.Version),
			}
		})}, err
	})
}

// AmendContract implements the operation of that name.
func (s *Server) AmendContract(ctx context.Context, r api.AmendContractRequestObject) (api.AmendContractResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AmendContract201JSONResponse, error) {
		b := *r.Body
		a, err := s.Contracts.Amend(tx, who, r.ContractID, optionalMatch(r.Params.IfMatch), b.Reason, func(d *contract.Content) { amendContract(d, b) })
		if err != nil {
			return api.AmendContract201JSONResponse{}, err
		}
		body, err := s.amendment(tx, who, a, nil)
		return api.AmendContract201JSONResponse{Body: body, Headers: api.AmendContract201ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// GetContractAmendment implements the operation of that name.
func (s *Server) GetContractAmendment(ctx context.Context, r api.GetContractAmendmentRequestObject) (api.GetContractAmendmentResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetContractAmendment200JSONResponse, error) {
		a, changes, err := s.Contracts.GetAmendment(tx, who, r.ContractID, r.AmendmentID)
		if err != nil {
			return api.GetContractAmendment200JSONResponse{}, err
		}
		body := amendmentBody(a, changes, nil)
		return api.GetContractAmendment200JSONResponse{Body: body, Headers: api.GetContractAmendment200ResponseHeaders{ETag: etag(a.Version)}}, nil
	})
}

// UpdateContractAmendment implements the operation of that name.
func (s *Server) UpdateContractAmendment(ctx context.Context, r api.UpdateContractAmendmentRequestObject) (api.UpdateContractAmendmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateContractAmendment200JSONResponse, error) {
		b := *r.Body
		a, err := s.Contracts.UpdateAmendment(tx, who, r.ContractID, r.AmendmentID, ifMatch(r.Params.IfMatch), &b.Reason, func(d *contract.Content) { amendContract(d, b) })
		if err != nil {
			return api.UpdateContractAmendment200JSONResponse{}, err
		}
		body, err := s.amendment(tx, who, a, nil)
		return api.UpdateContractAmendment200JSONResponse{Body: body, Headers: api.UpdateContractAmendment200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// SubmitContractAmendment implements the operation of that name.
func (s *Server) SubmitContractAmendment(ctx context.Context, r api.SubmitContractAmendmentRequestObject) (api.SubmitContractAmendmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SubmitContractAmendment200JSONResponse, error) {
		a, d, err := s.Contracts.SubmitAmendment(tx, who, r.ContractID, r.AmendmentID, optionalMatch(r.Params.IfMatch))
		if err != nil {
			return api.SubmitContractAmendment200JSONResponse{}, err
		}
		body, err := s.amendment(tx, who, a, &d)
		return api.SubmitContractAmendment200JSONResponse{Body: body, Headers: api.SubmitContractAmendment200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// SignContractAmendment implements the operation of that name.
func (s *Server) SignContractAmendment(ctx context.Context, r api.SignContractAmendmentRequestObject) (api.SignContractAmendmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SignContractAmendment200JSONResponse, error) {
		c, _, err := s.Contracts.SignAmendment(tx, who, r.ContractID, r.AmendmentID, optionalMatch(r.Params.IfMatch), signing(*r.Body))
		if err != nil {
			return api.SignContractAmendment200JSONResponse{}, err
		}
		body, err := s.contract(tx, c, nil)
		return api.SignContractAmendment200JSONResponse{Body: body, Headers: api.SignContractAmendment200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// CancelContractAmendment implements the operation of that name.
func (s *Server) CancelContractAmendment(ctx context.Context, r api.CancelContractAmendmentRequestObject) (api.CancelContractAmendmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelContractAmendment200JSONResponse, error) {
		a, err := s.Contracts.CancelAmendment(tx, who, r.ContractID, r.AmendmentID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		if err != nil {
			return api.CancelContractAmendment200JSONResponse{}, err
		}
		body, err := s.amendment(tx, who, a, nil)
		return api.CancelContractAmendment200JSONResponse{Body: body, Headers: api.CancelContractAmendment200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// ListContractRevisions implements the operation of that name.
func (s *Server) ListContractRevisions(ctx context.Context, r api.ListContractRevisionsRequestObject) (api.ListContractRevisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListContractRevisions200JSONResponse, error) {
		rows, changes, err := s.Contracts.ListRevisions(tx, who, r.ContractID)
		data := make([]api.ContractRevision, len(rows))
		for i, v := range rows {
			data[i] = api.ContractRevision{
				Revision: v.Revision, Reason: optional(v.Reason), ApprovalID: v.ApprovalID, SignedOn: openapi_types.Date{Time: v.SignedOn},
				CustomerSignedOn: openapi_types.Date{Time: v.CustomerSignedOn}, InForceAt: v.InForceAt, Content: contractContent(v.Content),
				Changes: each(changes[i], differenceBody),
			}
		}
		return api.ListContractRevisions200JSONResponse{Data: data}, err
	})
}

func amendContract(d *contract.Content, b api.ContractAmend) {
	contractChange{b.StartsOn, b.EndsOn, b.Settlement, b.TermsDays, b.DeliveryPlace, b.Packing, b.Transport, b.Remarks, b.Lines}.apply(d)
	if b.HeaderDiscount != nil {
		d.HeaderDiscount = *b.HeaderDiscount
	}
	patchID(&d.QuotationID, b.QuotationID)
}

// amendment is the whole answer about an amendment that was just changed.
func (s *Server) amendment(tx pg.Tx, who identity.Principal, a contract.Amendment, d *decision.Decision) (api.ContractAmendment, error) {
	_, changes, err := s.Contracts.GetAmendment(tx, who, a.ContractID, a.ID)
	return amendmentBody(a, changes, d), err
}

func amendmentBody(a contract.Amendment, changes []contract.Difference, d *decision.Decision) api.ContractAmendment {
	body := api.ContractAmendment{
		ID: a.ID, ContractID: a.ContractID, Revision: a.Revision, State: string(a.State), StateReason: optional(a.StateReason), Reason: a.Reason,
		SignedOn: optionalDate(a.SignedOn), CustomerSignedOn: optionalDate(a.CustomerSignedOn), SignedBy: a.SignedBy,
		ApprovalID: a.ApprovalID, SubmittedAt: a.SubmittedAt, ApprovedAt: a.ApprovedAt, EndedAt: a.EndedAt, CreatedBy: a.CreatedBy,
		CreatedAt: a.CreatedAt, Content: contractContent(a.Change), Changes: each(changes, differenceBody), Etag: etag(a.Version),
	}
	if d != nil {
		decided := decisionBody(*d)
		body.Decision = &decided
	}
	return body
}

func differenceBody(d contract.Difference) api.ContractDifference {
	return api.ContractDifference{Field: d.Field, Old: d.Old, New: d.New}
}
