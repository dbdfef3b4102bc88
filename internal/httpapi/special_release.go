package httpapi

import (
	"context"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// ListSpecialReleases implements the operation of that name.
func (s *Server) ListSpecialReleases(ctx context.Context, r api.ListSpecialReleasesRequestObject) (api.ListSpecialReleasesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListSpecialReleases200JSONResponse, error) {
		f := shipping.SpecialFilter{NoticeID: value(r.Params.NoticeID), State: shipping.SpecialState(value(r.Params.State))}
		rows, next, err := s.Shipments.ListSpecialReleases(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListSpecialReleases200JSONResponse{}, err
		}
		ids := make([]uuid.UUID, len(rows))
		for i, sp := range rows {
			ids[i] = sp.ID
		}
		files, err := s.Attachments.Of(tx, shipping.SubjectSpecial, ids...)
		data := make([]api.SpecialRelease, len(rows))
		for i, sp := range rows {
			data[i] = specialBody(sp, files[sp.ID])
		}
		return api.ListSpecialReleases200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CreateSpecialRelease implements the operation of that name.
func (s *Server) CreateSpecialRelease(ctx context.Context, r api.CreateSpecialReleaseRequestObject) (api.CreateSpecialReleaseResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateSpecialRelease201JSONResponse, error) {
		b := *r.Body
		made, err := s.Shipments.CreateSpecialRelease(tx, who, shipping.SpecialInput{
			NoticeID: b.NoticeID, Amount: b.Amount, ExpiresOn: b.ExpiresOn.Time, Reason: b.Reason, Files: value(b.AttachmentIds),
		})
		if err != nil {
			return api.CreateSpecialRelease201JSONResponse{}, err
		}
		files, err := s.Attachments.Of(tx, shipping.SubjectSpecial, made.ID)
		return api.CreateSpecialRelease201JSONResponse{
			Body: specialBody(made, files[made.ID]), Headers: api.CreateSpecialRelease201ResponseHeaders{ETag: etag(made.Version)},
		}, err
	})
}

// GetSpecialRelease implements the operation of that name.
func (s *Server) GetSpecialRelease(ctx context.Context, r api.GetSpecialReleaseRequestObject) (api.GetSpecialReleaseResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetSpecialRelease200JSONResponse, error) {
		found, err := s.Shipments.GetSpecialRelease(tx, who, r.SpecialReleaseID)
		if err != nil {
			return api.GetSpecialRelease200JSONResponse{}, err
		}
		files, err := s.Attachments.Of(tx, shipping.SubjectSpecial, found.ID)
		return api.GetSpecialRelease200JSONResponse{
			Body: specialBody(found, files[found.ID]), Headers: api.GetSpecialRelease200ResponseHeaders{ETag: etag(found.Version)},
		}, err
	})
}

func specialBody(sp shipping.Special, files []attachment.Attachment) api.SpecialRelease {
	return api.SpecialRelease{
		ID: sp.ID, Number: sp.Number, NoticeID: sp.NoticeID, NoticeNumber: sp.NoticeNumber, State: api.SpecialReleaseState(sp.State),
		Amount: sp.Amount, Needed: sp.Needed, ExpiresOn: openapi_types.Date{Time: sp.ExpiresOn}, Reason: sp.Reason, ApprovalID: sp.ApprovalID,
		RequestedBy: sp.RequestedBy, RequestedAt: sp.RequestedAt, DecidedAt: sp.DecidedAt, UsedAt: sp.UsedAt, UsedAmount: sp.UsedAmount,
		EndedReason: optional(sp.EndedReason), Attachments: attachmentBodies(files), Etag: etag(sp.Version),
	}
}
