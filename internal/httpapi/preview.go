package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// PreviewApproval implements the operation of that name.
func (s *Server) PreviewApproval(ctx context.Context, r api.PreviewApprovalRequestObject) (api.PreviewApprovalResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.PreviewApproval200JSONResponse, error) {
		q := approval.Question{
			Matter: r.Body.Matter, Facts: r.Body.Facts, Submitter: r.Body.SubmittedBy, Version: value(r.Body.MatrixVersion),
		}
		if r.Body.Matrix != nil {
			m := matrixOf(*r.Body.Matrix)
			q.Matrix = &m
		}
		if r.Body.Rules != nil {
			m := matterRulesOf(*r.Body.Rules)
			q.Rules = &m
		}
		a, err := s.Approvals.PreviewApproval(tx, who, q)
		return api.PreviewApproval200JSONResponse{
			Matter: a.Matter, SubmittedBy: a.Submitter.ID, Matrix: a.Source, MatrixVersion: a.Version, MaySubmit: a.MayStart,
			AtOnce: a.AtOnce, Facts: a.Facts,
			Steps: each(a.Steps, func(st approval.DueStep) api.ApprovalPreviewStep {
				return api.ApprovalPreviewStep{Step: approvalStepBody(st.Step), DueAt: st.DueAt}
			}),
		}, err
	})
}
