package httpapi

import (
	"context"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListCreditGroups implements the operation of that name.
func (s *Server) ListCreditGroups(ctx context.Context, r api.ListCreditGroupsRequestObject) (api.ListCreditGroupsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCreditGroups200JSONResponse, error) {
		f := credit.GroupFilter{State: credit.GroupState(value(r.Params.State)), CustomerID: value(r.Params.CustomerID)}
		rows, next, err := s.Credits.ListCreditGroups(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.CreditGroup, len(rows))
		for i, g := range rows {
			data[i] = groupBody(g)
		}
		return api.ListCreditGroups200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// GetCreditGroup implements the operation of that name.
func (s *Server) GetCreditGroup(ctx context.Context, r api.GetCreditGroupRequestObject) (api.GetCreditGroupResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCreditGroup200JSONResponse, error) {
		g, err := s.Credits.GetCreditGroup(tx, who, r.GroupID)
		return api.GetCreditGroup200JSONResponse{
			Body: groupBody(g), Headers: api.GetCreditGroup200ResponseHeaders{ETag: etag(g.Version)},
		}, err
	})
}

// ListCreditGroupRequests implements the operation of that name.
func (s *Server) ListCreditGroupRequests(ctx context.Context, r api.ListCreditGroupRequestsRequestObject) (api.ListCreditGroupRequestsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCreditGroupRequests200JSONResponse, error) {
		f := credit.GroupRequestFilter{GroupID: value(r.Params.GroupID), State: credit.RequestState(value(r.Params.State))}
		rows, next, err := s.Credits.ListCreditGroupRequests(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListCreditGroupRequests200JSONResponse{}, err
		}
		files, err := s.Attachments.Of(tx, credit.SubjectGroupRequest, each(rows, func(q credit.GroupRequest) uuid.UUID { return q.ID })...)
		data := make([]api.CreditGroupRequest, len(rows))
		for i, q := range rows {
			data[i] = groupRequestBody(q, files[q.ID])
		}
		return api.ListCreditGroupRequests200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CreateCreditGroupRequest implements the operation of that name.
func (s *Server) CreateCreditGroupRequest(ctx context.Context, r api.CreateCreditGroupRequestRequestObject) (api.CreateCreditGroupRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateCreditGroupRequest201JSONResponse, error) {
		b := *r.Body
		made, err := s.Credits.CreateCreditGroupRequest(tx, who, credit.GroupApplication{
			GroupID: b.GroupID, Close: value(b.Close), Name: b.Name, Limit: b.Limit, Members: b.Members, Reasons: b.Reasons,
			Files: attachmentIDs(b.AttachmentIds),
		})
		if err != nil {
			return api.CreateCreditGroupRequest201JSONResponse{}, err
		}
		files, err := s.Attachments.Of(tx, credit.SubjectGroupRequest, made.ID)
		return api.CreateCreditGroupRequest201JSONResponse{
			Body: groupRequestBody(made, files[made.ID]), Headers: api.CreateCreditGroupRequest201ResponseHeaders{ETag: etag(made.Version)},
		}, err
	})
}

// GetCreditGroupRequest implements the operation of that name.
func (s *Server) GetCreditGroupRequest(ctx context.Context, r api.GetCreditGroupRequestRequestObject) (api.GetCreditGroupRequestResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCreditGroupRequest200JSONResponse, error) {
		q, err := s.Credits.GetCreditGroupRequest(tx, who, r.RequestID)
		if err != nil {
			return api.GetCreditGroupRequest200JSONResponse{}, err
		}
		files, err := s.Attachments.Of(tx, credit.SubjectGroupRequest, q.ID)
		return api.GetCreditGroupRequest200JSONResponse{
			Body: groupRequestBody(q, files[q.ID]), Headers: api.GetCreditGroupRequest200ResponseHeaders{ETag: etag(q.Version)},
		}, err
	})
}

func groupBody(g credit.Group) api.CreditGroup {
	members := make([]api.CreditGroupMember, len(g.Members))
	for i, m := range g.Members {
		members[i] = api.CreditGroupMember{CustomerID: m.PayerID, Code: m.Code, Name: m.Name, Exposure: m.Exposure, Since: m.Since}
	}
	return api.CreditGroup{
		ID: g.ID, Number: g.Number, Name: g.Name, State: api.CreditGroupState(g.State), Limit: g.LimitAmount, Exposure: g.Exposure,
		Headroom: g.Headroom(), Members: members, ChangedAt: g.ChangedAt, RequestID: g.RequestID, Etag: etag(g.Version),
	}
}

func groupRequestBody(q credit.GroupRequest, files []attachment.Attachment) api.CreditGroupRequest {
	b := api.CreditGroupRequest{
		ID: q.ID, Number: q.Number, GroupID: q.GroupID, Kind: api.CreditGroupRequestKind(q.Kind), State: api.CreditLimitRequestState(q.State),
		Name: q.Name, Limit: q.LimitAmount, Members: q.Members, Reasons: q.Reasons, Exposure: q.Exposure, ApprovalID: q.ApprovalID,
		RequestedBy: q.RequestedBy, RequestedAt: q.RequestedAt, DecidedAt: q.DecidedAt,
		Attachments: new(attachmentBodies(files)), Etag: etag(q.Version),
	}
	b.Previous.Name, b.Previous.Limit, b.Previous.Members = q.Previous.Name, q.Previous.Limit, q.Previous.Members
	return b
}
