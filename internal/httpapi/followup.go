package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListMyFollowUps implements the operation of that name.
func (s *Server) ListMyFollowUps(ctx context.Context, r api.ListMyFollowUpsRequestObject) (api.ListMyFollowUpsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListMyFollowUps200JSONResponse, error) {
		f := followup.Filter{Kind: value(r.Params.Kind), State: followup.State(value(r.Params.State)), Overdue: value(r.Params.Overdue)}
		rows, next, err := followup.ListMine(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListMyFollowUps200JSONResponse{
			Data:       each(rows, func(f followup.FollowUp) api.FollowUp { return followUpBody(ctx, tx, f) }),
			NextCursor: optional(next),
		}, err
	})
}

// CompleteFollowUp implements the operation of that name.
func (s *Server) CompleteFollowUp(ctx context.Context, r api.CompleteFollowUpRequestObject) (api.CompleteFollowUpResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CompleteFollowUp200JSONResponse, error) {
		f, err := followup.Complete(tx, who, r.FollowUpID, optionalMatch(r.Params.IfMatch), value(r.Body.Note))
		return api.CompleteFollowUp200JSONResponse{
			Body: followUpBody(ctx, tx, f), Headers: api.CompleteFollowUp200ResponseHeaders{ETag: etag(f.Version)},
		}, err
	})
}

func followUpBody(ctx context.Context, tx pg.Tx, f followup.FollowUp) api.FollowUp {
	return api.FollowUp{
		ID: f.ID, Etag: etag(f.Version), Kind: f.Kind, SubjectType: f.SubjectType, SubjectID: f.SubjectID, Number: f.Number,
		Title: errs.Fill(f.TitleEN, f.TitleZH, current(ctx).lang, nil), Inform: f.Inform, State: string(f.State),
		UserID: f.UserID, Role: (*string)(f.Role), DepartmentID: f.DepartmentID, OpenedAt: f.OpenedAt, DueAt: f.DueAt,
		Overdue:     f.State == followup.Opened && f.DueAt != nil && f.DueAt.Before(tx.Now),
		EscalatedAt: f.EscalatedAt, EscalatedFrom: f.EscalatedFrom, ClosedAt: f.ClosedAt, ClosedBy: f.ClosedBy, Note: optional(f.Note),
	}
}
