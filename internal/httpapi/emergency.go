package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// ReleaseInEmergency implements the operation of that name.
func (s *Server) ReleaseInEmergency(ctx context.Context, r api.ReleaseInEmergencyRequestObject) (api.ReleaseInEmergencyResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReleaseInEmergency201JSONResponse, error) {
		in := shipping.EmergencyInput{Reason: r.Body.Reason, WarehouseHead: r.Body.WarehouseHeadID, QualityHead: r.Body.QualityHeadID}
		for _, a := range r.Body.Tried {
			in.Tried = append(in.Tried, shipping.Attempt{PersonID: a.PersonID, At: a.At.UTC(), Outcome: a.Outcome})
		}
		e, err := s.Shipments.ReleaseInEmergency(tx, who, r.ShippingNoticeID, optionalMatch(r.Params.IfMatch), in)
		return api.ReleaseInEmergency201JSONResponse{Body: emergencyBody(e), Headers: api.ReleaseInEmergency201ResponseHeaders{ETag: etag(e.Version)}}, err
	})
}

// ListEmergencyReleases implements the operation of that name.
func (s *Server) ListEmergencyReleases(ctx context.Context, r api.ListEmergencyReleasesRequestObject) (api.ListEmergencyReleasesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListEmergencyReleases200JSONResponse, error) {
		f := shipping.EmergencyFilter{NoticeID: value(r.Params.ShippingNoticeID), State: string(value(r.Params.State)), Late: value(r.Params.Late)}
		rows, next, err := s.Shipments.ListEmergencies(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.EmergencyRelease, len(rows))
		for i, e := range rows {
			data[i] = emergencyBody(e)
		}
		return api.ListEmergencyReleases200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// GetEmergencyRelease implements the operation of that name.
func (s *Server) GetEmergencyRelease(ctx context.Context, r api.GetEmergencyReleaseRequestObject) (api.GetEmergencyReleaseResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetEmergencyRelease200JSONResponse, error) {
		e, err := s.Shipments.GetEmergency(tx, who, r.EmergencyReleaseID)
		return api.GetEmergencyRelease200JSONResponse{Body: emergencyBody(e), Headers: api.GetEmergencyRelease200ResponseHeaders{ETag: etag(e.Version)}}, err
	})
}

// ConfirmEmergencyRelease implements the operation of that name.
func (s *Server) ConfirmEmergencyRelease(ctx context.Context, r api.ConfirmEmergencyReleaseRequestObject) (api.ConfirmEmergencyReleaseResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConfirmEmergencyRelease200JSONResponse, error) {
		e, err := s.Shipments.ConfirmEmergency(tx, who, r.EmergencyReleaseID, optionalMatch(r.Params.IfMatch), r.Body.Agreed, value(r.Body.Note))
		return api.ConfirmEmergencyRelease200JSONResponse{Body: emergencyBody(e), Headers: api.ConfirmEmergencyRelease200ResponseHeaders{ETag: etag(e.Version)}}, err
	})
}

func emergencyBody(e shipping.Emergency) api.EmergencyRelease {
	body := api.EmergencyRelease{
		ID: e.ID, Number: e.Number, ShippingNoticeID: e.NoticeID, ShippingNoticeNumber: e.NoticeNumber, State: api.EmergencyReleaseState(e.State), Reason: e.Reason,
		WarehouseHeadID: e.WarehouseHead, WarehouseConfirmedAt: e.WarehouseAt, QualityHeadID: e.QualityHead, QualityConfirmedAt: e.QualityAt,
		ApprovalID: e.ApprovalID, ApprovedAt: e.ApprovedAt, Checked: e.Checked, ReleasedBy: e.ReleasedBy, ReleasedAt: e.ReleasedAt, DueAt: e.DueAt, LateAt: e.LateAt,
		EndedAt: e.EndedAt, EndedReason: optional(e.EndedReason), Etag: etag(e.Version), Tried: make([]api.EmergencyAttempt, len(e.Tried)),
	}
	for i, a := range e.Tried {
		body.Tried[i] = api.EmergencyAttempt{PersonID: a.PersonID, At: a.At, Outcome: a.Outcome}
	}
	return body
}
