package httpapi

import (
	"context"
	"time"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/terms"
)

// ListSettlementAgreements implements the operation of that name.
func (s *Server) ListSettlementAgreements(ctx context.Context, r api.ListSettlementAgreementsRequestObject) (api.ListSettlementAgreementsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListSettlementAgreements200JSONResponse, error) {
		f := terms.Filter{CustomerID: value(r.Params.CustomerID), AwaitingOriginal: value(r.Params.AwaitingOriginal)}
		rows, next, err := s.Terms.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListSettlementAgreements200JSONResponse{}, err
		}
		files, err := s.Attachments.Of(tx, terms.Subject, each(rows, func(a terms.Agreement) uuid.UUID { return a.ID })...)
		data := make([]api.SettlementAgreement, len(rows))
		for i, a := range rows {
			data[i] = agreementBody(tx.Now, a, files[a.ID])
		}
		return api.ListSettlementAgreements200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CreateSettlementAgreement implements the operation of that name.
func (s *Server) CreateSettlementAgreement(ctx context.Context, r api.CreateSettlementAgreementRequestObject) (api.CreateSettlementAgreementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateSettlementAgreement201JSONResponse, error) {
		b := *r.Body
		a := terms.Agreement{
			CustomerID: b.CustomerID, Settlement: credit.Settlement(b.Settlement), TermsDays: b.TermsDays, Conditions: b.Conditions,
			ValidFrom: b.ValidFrom.Time, SignedOn: b.SignedOn.Time, Sealed: b.Sealed,
		}
		if b.ValidUntil != nil {
			a.ValidUntil = &b.ValidUntil.Time
		}
		a, err := s.Terms.Create(tx, who, a, b.AttachmentIds)
		if err != nil {
			return api.CreateSettlementAgreement201JSONResponse{}, err
		}
		body, err := s.agreement(tx, a)
		return api.CreateSettlementAgreement201JSONResponse{Body: body, Headers: api.CreateSettlementAgreement201ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// GetSettlementAgreement implements the operation of that name.
func (s *Server) GetSettlementAgreement(ctx context.Context, r api.GetSettlementAgreementRequestObject) (api.GetSettlementAgreementResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetSettlementAgreement200JSONResponse, error) {
		a, err := s.Terms.Get(tx, who, r.AgreementID)
		if err != nil {
			return api.GetSettlementAgreement200JSONResponse{}, err
		}
		body, err := s.agreement(tx, a)
		return api.GetSettlementAgreement200JSONResponse{Body: body, Headers: api.GetSettlementAgreement200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// ConfirmAgreementOriginal implements the operation of that name.
func (s *Server) ConfirmAgreementOriginal(ctx context.Context, r api.ConfirmAgreementOriginalRequestObject) (api.ConfirmAgreementOriginalResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConfirmAgreementOriginal200JSONResponse, error) {
		a, err := s.Terms.ConfirmOriginal(tx, who, r.AgreementID, optionalMatch(r.Params.IfMatch), r.Body.Place)
		if err != nil {
			return api.ConfirmAgreementOriginal200JSONResponse{}, err
		}
		body, err := s.agreement(tx, a)
		return api.ConfirmAgreementOriginal200JSONResponse{Body: body, Headers: api.ConfirmAgreementOriginal200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// EndSettlementAgreement implements the operation of that name.
func (s *Server) EndSettlementAgreement(ctx context.Context, r api.EndSettlementAgreementRequestObject) (api.EndSettlementAgreementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.EndSettlementAgreement200JSONResponse, error) {
		a, err := s.Terms.End(tx, who, r.AgreementID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		if err != nil {
			return api.EndSettlementAgreement200JSONResponse{}, err
		}
		body, err := s.agreement(tx, a)
		return api.EndSettlementAgreement200JSONResponse{Body: body, Headers: api.EndSettlementAgreement200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// ListSettlementBridges implements the operation of that name.
func (s *Server) ListSettlementBridges(ctx context.Context, r api.ListSettlementBridgesRequestObject) (api.ListSettlementBridgesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListSettlementBridges200JSONResponse, error) {
		rows, next, err := s.Terms.ListBridges(tx, who, value(r.Params.CustomerID), terms.BridgeState(value(r.Params.State)), page(r.Params.Limit, r.Params.Cursor))
		return api.ListSettlementBridges200JSONResponse{Data: each(rows, bridgeBody), NextCursor: optional(next)}, err
	})
}

// CreateSettlementBridge implements the operation of that name.
func (s *Server) CreateSettlementBridge(ctx context.Context, r api.CreateSettlementBridgeRequestObject) (api.CreateSettlementBridgeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateSettlementBridge201JSONResponse, error) {
		in := terms.BridgeInput{CustomerID: r.Body.CustomerID, ApprovedBy: r.Body.ApprovedBy, GivenAt: tx.Now, Note: r.Body.Note}
		if r.Body.GivenAt != nil {
			in.GivenAt = *r.Body.GivenAt
		}
		b, err := s.Terms.CreateBridge(tx, who, in)
		return api.CreateSettlementBridge201JSONResponse(bridgeBody(b)), err
	})
}

func (s *Server) agreement(tx pg.Tx, a terms.Agreement) (api.SettlementAgreement, error) {
	files, err := s.Attachments.Of(tx, terms.Subject, a.ID)
	return agreementBody(tx.Now, a, files[a.ID]), err
}

func agreementBody(now time.Time, a terms.Agreement, files []attachment.Attachment) api.SettlementAgreement {
	return api.SettlementAgreement{
		ID: a.ID, Number: a.Number, CustomerID: a.CustomerID, Settlement: api.MonthlySettlement(a.Settlement), TermsDays: a.TermsDays,
		Conditions: a.Conditions, ValidFrom: openapi_types.Date{Time: a.ValidFrom}, ValidUntil: optionalDate(a.ValidUntil),
		InForce: a.InForce(clock.Today(now)), SignedOn: openapi_types.Date{Time: a.SignedOn}, Sealed: a.Sealed,
		OriginalHolder: a.OriginalHolder, OriginalPlace: optional(a.OriginalPlace), OriginalReceivedAt: a.OriginalReceivedAt,
		EndedAt: a.EndedAt, EndedReason: optional(a.EndedReason), CreatedBy: a.CreatedBy, CreatedAt: a.CreatedAt,
		Attachments: attachmentBodies(files), Etag: etag(a.Version),
	}
}

func bridgeBody(b terms.Bridge) api.SettlementBridge {
	return api.SettlementBridge{
		ID: b.ID, Number: b.Number, CustomerID: b.CustomerID, State: api.SettlementBridgeState(b.State), Note: b.Note, ApprovalID: b.ApprovalID,
		RequestedBy: b.RequestedBy, RequestedAt: b.RequestedAt, OrderID: b.OrderID, RepID: b.RepID, Deadline: optionalDate(b.Deadline),
		JointlyLiableSince: b.JointlyLiableSince, Etag: etag(b.Version),
	}
}
