package httpapi

import (
	"context"
	"errors"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/backtest"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// StartBacktest implements the operation of that name.
func (s *Server) StartBacktest(ctx context.Context, r api.StartBacktestRequestObject) (api.StartBacktestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.StartBacktest202JSONResponse, error) {
		run, err := s.Backtests.Start(tx, who, backtestOf(*r.Body))
		return api.StartBacktest202JSONResponse{
			Body: backtestBody(run), Headers: api.StartBacktest202ResponseHeaders{Location: "/v1/operations/" + run.ID.String()},
		}, err
	})
}

// ListBacktests implements the operation of that name.
func (s *Server) ListBacktests(ctx context.Context, r api.ListBacktestsRequestObject) (api.ListBacktestsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListBacktests200JSONResponse, error) {
		f := backtest.Filter{Kind: backtest.Kind(value(r.Params.Kind)), State: backtest.State(value(r.Params.State))}
		rows, next, err := s.Backtests.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListBacktests200JSONResponse{Data: each(rows, backtestBody), NextCursor: optional(next)}, err
	})
}

// GetBacktest implements the operation of that name.
func (s *Server) GetBacktest(ctx context.Context, r api.GetBacktestRequestObject) (api.GetBacktestResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetBacktest200JSONResponse, error) {
		sum, err := s.Backtests.Get(tx, who, r.BacktestID)
		return api.GetBacktest200JSONResponse{
			Body: api.BacktestDetail{
				Backtest: backtestBody(sum.Run), Counts: each(sum.Counts, backtestCountBody), Skips: each(sum.Skips, backtestSkipBody),
			},
			Headers: api.GetBacktest200ResponseHeaders{ETag: etag(sum.Version)},
		}, err
	})
}

// ListBacktestResults implements the operation of that name.
func (s *Server) ListBacktestResults(ctx context.Context, r api.ListBacktestResultsRequestObject) (api.ListBacktestResultsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListBacktestResults200JSONResponse, error) {
		f := backtest.ResultFilter{
			Direction: approval.Change(value(r.Params.Direction)), Matter: value(r.Params.Matter), Grade: string(value(r.Params.Grade)),
			TeamID: r.Params.TeamID,
		}
		rows, next, err := s.Backtests.Results(tx, who, r.BacktestID, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListBacktestResults200JSONResponse{Data: each(rows, backtestResultBody), NextCursor: optional(next)}, err
	})
}

// DeleteBacktest implements the operation of that name.
func (s *Server) DeleteBacktest(ctx context.Context, r api.DeleteBacktestRequestObject) (api.DeleteBacktestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DeleteBacktest204Response, error) {
		return api.DeleteBacktest204Response{}, s.Backtests.Delete(tx, who, r.BacktestID, optionalMatch(r.Params.IfMatch))
	})
}

// backtestOperation is a backtest as long work. It is asked when an operation isn't an import.
func (s *Server) backtestOperation(tx pg.Tx, who identity.Principal, r api.GetOperationRequestObject, none error) (api.GetOperation200JSONResponse, error) {
	if !errors.Is(none, errs.ErrNotFound) {
		return api.GetOperation200JSONResponse{}, none
	}
	run, err := s.Backtests.Operation(tx, who, r.OperationID)
	return api.GetOperation200JSONResponse{
		ID: run.ID, Kind: "backtest." + string(run.Kind), State: string(run.State), Done: run.Scanned, Total: run.Total,
		Result: "/v1/backtests/" + run.ID.String(),
	}, err
}

func backtestOf(b api.BacktestStart) backtest.Start {
	in := backtest.Start{Kind: backtest.Kind(b.Kind), Title: value(b.Title), Days: value(b.Days)}
	if b.From != nil {
		in.From = &b.From.Time
	}
	if b.To != nil {
		in.To = &b.To.Time
	}
	in.Draft = backtest.Draft{Matters: value(b.Matters), MatrixVersion: value(b.MatrixVersion)}
	if b.Matrix != nil {
		m := matrixOf(*b.Matrix)
		in.Draft.Matrix = &m
	}
	if b.LimitRule != nil {
		in.Draft.LimitRule = limitRuleOf(*b.LimitRule)
	}
	if b.PriceAuthority != nil {
		in.Draft.Authority = &backtest.Authority{TableID: b.PriceAuthority.TableID, Entries: each(value(b.PriceAuthority.Entries), entryOf)}
	}
	return in
}

func limitRuleOf(b api.BacktestLimitRule) *backtest.LimitRule {
	rule := &backtest.LimitRule{Parameters: map[string]decimal.Decimal{}}
	for name, text := range value(b.Parameters) {
		rule.Parameters[name], _ = decimal.Parse(text) // the contract's pattern has accepted it
	}
	rule.Limits = each(value(b.Limits), func(l api.BacktestGradeLimit) backtest.GradeLimit {
		return backtest.GradeLimit{Grade: string(l.Grade), Factor: l.Factor, Amount: l.Amount, Unlimited: value(l.Unlimited)}
	})
	return rule
}

func backtestBody(r backtest.Run) api.Backtest {
	return api.Backtest{
		ID: r.ID, Kind: api.BacktestKind(r.Kind), Title: optional(r.Title), State: string(r.State), Message: optional(r.Message),
		StartedBy: r.StartedBy, From: r.FromAt, To: r.ToAt, ScopeAll: r.Owners == nil, Total: r.Total, Scanned: r.Scanned,
		Replayed: r.Replayed, Differing: r.Differing, Stricter: r.Stricter, Looser: r.Looser, Other: r.Other, Skipped: r.Skipped,
		CreatedAt: r.CreatedAt, FinishedAt: r.FinishedAt, Etag: etag(r.Version),
	}
}

func backtestCountBody(c backtest.Count) api.BacktestCount {
	return api.BacktestCount{
		Dimension: c.Dimension, Key: c.Key, Label: optional(c.Label), Replayed: c.Replayed, Differing: c.Differing(),
		Stricter: c.Stricter, Looser: c.Looser, Other: c.Other,
	}
}

func backtestSkipBody(s backtest.Skipped) api.BacktestSkip {
	return api.BacktestSkip{Reason: string(s.Reason), Detail: optional(s.Detail), Count: s.Count}
}

func backtestResultBody(r backtest.Result) api.BacktestResult {
	return api.BacktestResult{
		No: r.No, CaseID: r.CaseID, Matter: r.Matter, SubjectType: r.SubjectType, SubjectID: r.SubjectID, Number: r.Number,
		CustomerID: r.CustomerID, TeamID: r.TeamID, Grade: r.Grade, At: r.At, Direction: api.BacktestDirection(r.Direction),
		Before: backtestWayBody(r.Before), After: backtestWayBody(r.After), WhyEn: r.WhyEN, WhyZh: r.WhyZH,
	}
}

func backtestWayBody(w backtest.Way) api.BacktestWay {
	body := api.BacktestWay{Outcome: w.Outcome}
	if w.Steps != nil {
		steps := each(w.Steps, func(st backtest.WayStep) api.BacktestStep {
			return api.BacktestStep{
				Stage: st.Stage, Kind: string(st.Kind), Mode: string(st.Mode), Quorum: optional(st.Quorum),
				Roles: each(st.Roles, func(r identity.Role) string { return string(r) }),
			}
		})
		body.Steps = &steps
	}
	return body
}
