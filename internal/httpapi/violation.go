package httpapi

import (
	"context"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/conduct"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

// ListViolations implements the operation of that name.
func (s *Server) ListViolations(ctx context.Context, r api.ListViolationsRequestObject) (api.ListViolationsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListViolations200JSONResponse, error) {
		f := violation.Filter{
			PersonID: r.Params.PersonID, Rule: value(r.Params.Rule), Kind: value(r.Params.Kind), SubjectType: value(r.Params.SubjectType),
			SubjectID: r.Params.SubjectID, From: r.Params.From, Before: r.Params.Before,
		}
		rows, next, err := violation.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListViolations200JSONResponse{}, err
		}
		names, err := namesOf(tx, rows, func(v violation.Violation) uuid.UUID { return v.PersonID })
		return api.ListViolations200JSONResponse{
			Data:       each(rows, func(v violation.Violation) api.Violation { return violationBody(v, names[v.PersonID]) }),
			NextCursor: optional(next),
		}, err
	})
}

func violationBody(v violation.Violation, person string) api.Violation {
	return api.Violation{
		ID: v.ID, Rule: v.Rule, Kind: v.Kind, PersonID: v.PersonID, Person: optional(person), SubjectType: v.SubjectType,
		SubjectID: v.SubjectID, Number: v.Number, SourceID: v.SourceID, Detail: v.Detail, At: v.At,
	}
}

// GetViolation implements the operation of that name.
func (s *Server) GetViolation(ctx context.Context, r api.GetViolationRequestObject) (api.GetViolationResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetViolation200JSONResponse, error) {
		c, err := s.Conduct.GetViolation(tx, who, r.ViolationID)
		if err != nil {
			return api.GetViolation200JSONResponse{}, err
		}
		body, err := caseBody(tx, c)
		return api.GetViolation200JSONResponse(body), err
	})
}

// AnswerViolation implements the operation of that name.
func (s *Server) AnswerViolation(ctx context.Context, r api.AnswerViolationRequestObject) (api.AnswerViolationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AnswerViolation201JSONResponse, error) {
		c, err := s.Conduct.AnswerViolation(tx, who, r.ViolationID, r.Body.Body)
		if err != nil {
			return api.AnswerViolation201JSONResponse{}, err
		}
		body, err := caseBody(tx, c)
		return api.AnswerViolation201JSONResponse(body), err
	})
}

// DecideViolation implements the operation of that name.
func (s *Server) DecideViolation(ctx context.Context, r api.DecideViolationRequestObject) (api.DecideViolationResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DecideViolation200JSONResponse, error) {
		c, err := s.Conduct.DecideViolation(tx, who, r.ViolationID, conduct.Ruling{
			Outcome: conduct.Outcome(r.Body.Outcome), Amount: r.Body.Amount, Reason: r.Body.Reason,
		})
		if err != nil {
			return api.DecideViolation200JSONResponse{}, err
		}
		body, err := caseBody(tx, c)
		return api.DecideViolation200JSONResponse(body), err
	})
}

func caseBody(tx pg.Tx, c conduct.Case) (api.ViolationCase, error) {
	names, err := identity.Names(tx, c.PersonID)
	body := api.ViolationCase{
		Violation: violationBody(c.Violation, names[c.PersonID]), Reported: c.Reported,
		Answers: each(c.Answers, func(a conduct.Answer) api.ViolationAnswer {
			return api.ViolationAnswer{ID: a.ID, Body: a.Body, At: a.At}
		}),
		Decisions: each(c.Decisions, func(d conduct.Decision) api.ViolationDecision {
			return api.ViolationDecision{
				ID: d.ID, Level: string(d.Level), Outcome: string(d.Outcome), Amount: d.Amount, Reason: d.Reason, DecidedBy: d.DecidedBy, At: d.At,
			}
		}),
	}
	if c.Range != nil {
		low, high := c.Range.Minimum.String(), c.Range.Maximum.String()
		body.Minimum, body.Maximum = &low, &high
	}
	return body, err
}
