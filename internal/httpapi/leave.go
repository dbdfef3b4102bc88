package httpapi

import (
	"context"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/leave"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListLeaves implements the operation of that name.
func (s *Server) ListLeaves(ctx context.Context, r api.ListLeavesRequestObject) (api.ListLeavesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListLeaves200JSONResponse, error) {
		f := leave.Filter{PersonID: r.Params.PersonID, DeputyID: r.Params.DeputyID, State: leave.State(value(r.Params.State))}
		if r.Params.From != nil {
			f.From = &r.Params.From.Time
		}
		if r.Params.To != nil {
			f.To = &r.Params.To.Time
		}
		rows, next, err := s.Leaves.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListLeaves200JSONResponse{}, err
		}
		data, err := s.leaveBodies(tx, rows)
		return api.ListLeaves200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ApplyForLeave implements the operation of that name.
func (s *Server) ApplyForLeave(ctx context.Context, r api.ApplyForLeaveRequestObject) (api.ApplyForLeaveResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ApplyForLeave201JSONResponse, error) {
		l, err := s.Leaves.Apply(tx, who, leave.Application{
			DeputyID: r.Body.DeputyID, Kind: string(r.Body.Kind), Reason: r.Body.Reason, FirstDay: r.Body.FirstDay.Time, LastDay: r.Body.LastDay.Time,
			Sudden: value(r.Body.Sudden), AttachmentIDs: value(r.Body.AttachmentIds),
		})
		if err != nil {
			return api.ApplyForLeave201JSONResponse{}, err
		}
		body, err := s.leaveBody(tx, l)
		return api.ApplyForLeave201JSONResponse{Body: body, Headers: api.ApplyForLeave201ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// GetLeave implements the operation of that name.
func (s *Server) GetLeave(ctx context.Context, r api.GetLeaveRequestObject) (api.GetLeaveResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetLeave200JSONResponse, error) {
		l, err := s.Leaves.Get(tx, who, r.LeaveID)
		if err != nil {
			return api.GetLeave200JSONResponse{}, err
		}
		body, err := s.leaveBody(tx, l)
		return api.GetLeave200JSONResponse{Body: body, Headers: api.GetLeave200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// ConfirmLeaveHandover implements the operation of that name.
func (s *Server) ConfirmLeaveHandover(ctx context.Context, r api.ConfirmLeaveHandoverRequestObject) (api.ConfirmLeaveHandoverResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConfirmLeaveHandover200JSONResponse, error) {
		l, err := s.Leaves.ConfirmHandover(tx, who, r.LeaveID, optionalMatch(r.Params.IfMatch), r.Body.Note, value(r.Body.AttachmentIds)...)
		if err != nil {
			return api.ConfirmLeaveHandover200JSONResponse{}, err
		}
		body, err := s.leaveBody(tx, l)
		return api.ConfirmLeaveHandover200JSONResponse{Body: body, Headers: api.ConfirmLeaveHandover200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// AddLeavePapers implements the operation of that name.
func (s *Server) AddLeavePapers(ctx context.Context, r api.AddLeavePapersRequestObject) (api.AddLeavePapersResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AddLeavePapers200JSONResponse, error) {
		l, err := s.Leaves.AddPapers(tx, who, r.LeaveID, optionalMatch(r.Params.IfMatch), r.Body.AttachmentIds...)
		if err != nil {
			return api.AddLeavePapers200JSONResponse{}, err
		}
		body, err := s.leaveBody(tx, l)
		return api.AddLeavePapers200JSONResponse{Body: body, Headers: api.AddLeavePapers200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// CancelLeave implements the operation of that name.
func (s *Server) CancelLeave(ctx context.Context, r api.CancelLeaveRequestObject) (api.CancelLeaveResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelLeave200JSONResponse, error) {
		l, err := s.Leaves.Cancel(tx, who, r.LeaveID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		if err != nil {
			return api.CancelLeave200JSONResponse{}, err
		}
		body, err := s.leaveBody(tx, l)
		return api.CancelLeave200JSONResponse{Body: body, Headers: api.CancelLeave200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// ReturnFromLeave implements the operation of that name.
func (s *Server) ReturnFromLeave(ctx context.Context, r api.ReturnFromLeaveRequestObject) (api.ReturnFromLeaveResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReturnFromLeave200JSONResponse, error) {
		l, err := s.Leaves.Return(tx, who, r.LeaveID, optionalMatch(r.Params.IfMatch))
		if err != nil {
			return api.ReturnFromLeave200JSONResponse{}, err
		}
		body, err := s.leaveBody(tx, l)
		return api.ReturnFromLeave200JSONResponse{Body: body, Headers: api.ReturnFromLeave200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

func (s *Server) leaveBody(tx pg.Tx, l leave.Leave) (api.Leave, error) {
	all, err := s.leaveBodies(tx, []leave.Leave{l})
	if err != nil {
		return api.Leave{}, err
	}
	return all[0], nil
}

// leaveBodies adds the names of people and the files, in two statements however many there are.
func (s *Server) leaveBodies(tx pg.Tx, rows []leave.Leave) ([]api.Leave, error) {
	ids, people := make([]uuid.UUID, 0, len(rows)), make([]uuid.UUID, 0, 2*len(rows))
	for _, l := range rows {
		ids, people = append(ids, l.ID), append(people, l.PersonID, l.DeputyID)
	}
	names, err := identity.Names(tx, people...)
	if err != nil {
		return nil, err
	}
	files, err := s.Attachments.Of(tx, leave.Subject, ids...)
	if err != nil {
		return nil, err
	}
	return each(rows, func(l leave.Leave) api.Leave { return leaveOf(l, names, files[l.ID]) }), nil
}

func leaveOf(l leave.Leave, names map[uuid.UUID]string, files []attachment.Attachment) api.Leave {
	return api.Leave{
		ID: l.ID, Number: l.Number, PersonID: l.PersonID, Person: optional(names[l.PersonID]), DeputyID: l.DeputyID, Deputy: optional(names[l.DeputyID]),
		Kind: l.Kind, Reason: l.Reason, FirstDay: openapi_types.Date{Time: l.FirstDay}, LastDay: openapi_types.Date{Time: l.LastDay}, Days: l.Days,
		Sudden: l.Sudden, HandoverNeeded: l.Handover, HandoverNote: optional(l.HandoverNote), HandoverAt: l.HandoverAt, PapersAt: l.PapersAt,
		State: api.LeaveState(l.State), ApprovalID: l.ApprovalID, AppliedAt: l.AppliedAt, EndedAt: l.EndedAt, EndReason: optional(l.EndReason),
		Attachments: each(files, attachmentBody), Etag: etag(l.Version),
	}
}
