package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// GetAuthorityMatrix implements the operation of that name.
func (s *Server) GetAuthorityMatrix(ctx context.Context, _ api.GetAuthorityMatrixRequestObject) (api.GetAuthorityMatrixResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetAuthorityMatrix200JSONResponse, error) {
		v, latest, err := s.Approvals.GetAuthorityMatrix(tx)
		body := matrixVersionBody(v)
		body.LatestVersion = &latest
		return api.GetAuthorityMatrix200JSONResponse{Body: body, Headers: api.GetAuthorityMatrix200ResponseHeaders{ETag: etag(latest)}}, err
	})
}

// ReplaceAuthorityMatrix implements the operation of that name.
func (s *Server) ReplaceAuthorityMatrix(ctx context.Context, r api.ReplaceAuthorityMatrixRequestObject) (api.ReplaceAuthorityMatrixResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReplaceAuthorityMatrix200JSONResponse, error) {
		v, err := s.Approvals.ReplaceAuthorityMatrix(tx, who, ifMatch(r.Params.IfMatch), approval.MatrixChange{
			Matrix: matrixOf(r.Body.Matrix), EffectiveAt: r.Body.EffectiveAt, Reason: r.Body.Reason,
		})
		body := matrixVersionBody(v)
		body.LatestVersion = &v.Version
		return api.ReplaceAuthorityMatrix200JSONResponse{Body: body, Headers: api.ReplaceAuthorityMatrix200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// ListAuthorityMatrixVersions implements the operation of that name.
func (s *Server) ListAuthorityMatrixVersions(ctx context.Context, r api.ListAuthorityMatrixVersionsRequestObject) (api.ListAuthorityMatrixVersionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListAuthorityMatrixVersions200JSONResponse, error) {
		rows, next, err := s.Approvals.ListAuthorityMatrixVersions(tx, page(r.Params.Limit, r.Params.Cursor))
		return api.ListAuthorityMatrixVersions200JSONResponse{Data: each(rows, matrixHeadBody), NextCursor: optional(next)}, err
	})
}

// GetAuthorityMatrixVersion implements the operation of that name.
func (s *Server) GetAuthorityMatrixVersion(ctx context.Context, r api.GetAuthorityMatrixVersionRequestObject) (api.GetAuthorityMatrixVersionResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetAuthorityMatrixVersion200JSONResponse, error) {
		v, err := s.Approvals.GetAuthorityMatrixVersion(tx, r.Version)
		return api.GetAuthorityMatrixVersion200JSONResponse(matrixVersionBody(v)), err
	})
}

// ListMatters implements the operation of that name.
func (s *Server) ListMatters(ctx context.Context, _ api.ListMattersRequestObject) (api.ListMattersResponseObject, error) {
	return read(ctx, s, func(pg.Tx, identity.Principal) (api.ListMatters200JSONResponse, error) {
		return api.ListMatters200JSONResponse{Data: each(approval.Matters, matterBody)}, nil
	})
}

func matterBody(m approval.Matter) api.Matter {
	return api.Matter{Matter: m.Name, Facts: each(m.AllFacts(), func(f approval.Fact) api.MatterFact {
		body := api.MatterFact{Name: f.Name, Kind: string(f.Kind), Optional: f.Optional, Parameter: optional(f.Parameter), Worse: optional(worseWhen(f))}
		if len(f.Enum) > 0 {
			body.Values = &f.Enum
		}
		return body
	})}
}

func worseWhen(f approval.Fact) string {
	switch f.Direction {
	case approval.HigherIsWorse, approval.LowerIsWorse:
		return string(f.Direction)
	case approval.Irrelevant:
		return "never"
	case approval.AnyChange:
	}
	return "any"
}

func matrixHeadBody(v approval.Version) api.AuthorityMatrixHead {
	return api.AuthorityMatrixHead{
		Version: v.Version, EffectiveAt: v.EffectiveAt, Reason: v.Reason, CreatedBy: v.CreatedBy, CreatedAt: v.CreatedAt,
	}
}

func matrixVersionBody(v approval.Version) api.AuthorityMatrixVersion {
	ladder := make(map[string]string, len(v.Body.Ladder))
	for low, high := range v.Body.Ladder {
		ladder[string(low)] = string(high)
	}
	return api.AuthorityMatrixVersion{
		Head: matrixHeadBody(v), Matrix: api.AuthorityMatrix{Ladder: ladder, Matters: each(v.Body.Matters, matterRulesBody)},
	}
}

func matterRulesBody(m approval.MatterRules) api.MatterRules {
	body := api.MatterRules{
		Matter: m.Matter, TitleEn: m.TitleEN, TitleZh: m.TitleZH, Verbal: m.Verbal,
		Starters: each(m.Starters, func(r identity.Role) string { return string(r) }), Stages: each(m.Stages, matterStageBody),
	}
	if len(m.Rules) > 0 {
		body.Rules = &m.Rules
	}
	return body
}

func matterStageBody(st approval.Stage) api.MatterStage {
	return api.MatterStage{
		Key: st.Key, TitleEn: st.TitleEN, TitleZh: st.TitleZH, Kind: api.MatterStageKind(st.Kind), Mode: api.MatterStageMode(st.Mode),
		Quorum: optional(st.Quorum), When: optional(st.When), DueHours: optional(st.DueHours), Escalation: optional(st.Escalation),
		Who: each(st.Who, func(h approval.Holder) api.MatterHolder {
			return api.MatterHolder{
				Role: optional(string(h.Role)), Of: optional(api.MatterHolderOf(h.Of)), Position: optional(api.MatterHolderPosition(h.Position)),
			}
		}),
	}
}

func matrixOf(b api.AuthorityMatrix) approval.Matrix {
	m := approval.Matrix{Ladder: make(map[identity.Role]identity.Role, len(b.Ladder)), Matters: each(b.Matters, matterRulesOf)}
	for low, high := range b.Ladder {
		m.Ladder[identity.Role(low)] = identity.Role(high)
	}
	return m
}

func matterRulesOf(b api.MatterRules) approval.MatterRules {
	return approval.MatterRules{
		Matter: b.Matter, TitleEN: b.TitleEn, TitleZH: b.TitleZh, Rules: value(b.Rules), Verbal: b.Verbal,
		Starters: each(b.Starters, func(r string) identity.Role { return identity.Role(r) }), Stages: each(b.Stages, matterStageOf),
	}
}

func matterStageOf(b api.MatterStage) approval.Stage {
	return approval.Stage{
		Key: b.Key, TitleEN: b.TitleEn, TitleZH: b.TitleZh, Kind: approval.Kind(b.Kind), Mode: approval.Mode(b.Mode), Quorum: value(b.Quorum),
		When: value(b.When), DueHours: value(b.DueHours), Escalation: value(b.Escalation),
		Who: each(b.Who, func(h api.MatterHolder) approval.Holder {
			return approval.Holder{Role: identity.Role(value(h.Role)), Of: string(value(h.Of)), Position: string(value(h.Position))}
		}),
	}
}
