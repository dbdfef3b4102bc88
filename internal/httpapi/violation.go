package httpapi

import (
	"context"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListViolations implements the operation of that name.
func (s *Server) ListViolations(ctx context.Context, r api.ListViolationsRequestObject) (api.ListViolationsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListViolations200JSONResponse, error) {
		f := approval.ViolationFilter{
			PersonID: r.Params.PersonID, Rule: value(r.Params.Rule), Kind: value(r.Params.Kind), SubjectType: value(r.Params.SubjectType),
			SubjectID: r.Params.SubjectID, From: r.Params.From, Before: r.Params.Before,
		}
		rows, next, err := s.Approvals.ListViolations(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListViolations200JSONResponse{}, err
		}
		names, err := namesOf(tx, rows, func(v approval.Violation) uuid.UUID { return v.PersonID })
		return api.ListViolations200JSONResponse{
			Data:       each(rows, func(v approval.Violation) api.Violation { return violationBody(v, names[v.PersonID]) }),
			NextCursor: optional(next),
		}, err
	})
}

func violationBody(v approval.Violation, person string) api.Violation {
	return api.Violation{
		ID: v.ID, Rule: v.Rule, Kind: v.Kind, PersonID: v.PersonID, Person: optional(person), SubjectType: v.SubjectType,
		SubjectID: v.SubjectID, Number: v.Number, SourceID: v.SourceID, Detail: v.Detail, At: v.At,
	}
}
