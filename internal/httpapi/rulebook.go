package httpapi

import (
	"context"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// ListRules implements the operation of that name.
func (s *Server) ListRules(ctx context.Context, r api.ListRulesRequestObject) (api.ListRulesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListRules200JSONResponse, error) {
		params, err := s.parametersByName(tx)
		if err != nil {
			return api.ListRules200JSONResponse{}, err
		}
		data := []api.Rule{}
		for _, rule := range rulebook.Rules(value(r.Params.Area)) {
			data = append(data, ruleBody(rule, params))
		}
		return api.ListRules200JSONResponse{Data: data}, nil
	})
}

// GetRule implements the operation of that name.
func (s *Server) GetRule(ctx context.Context, r api.GetRuleRequestObject) (api.GetRuleResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetRule200JSONResponse, error) {
		rule, err := rulebook.GetRule(r.RuleID)
		if err != nil {
			return api.GetRule200JSONResponse{}, err
		}
		params, err := s.parametersByName(tx)
		return api.GetRule200JSONResponse(ruleBody(rule, params)), err
	})
}

// ListParameters implements the operation of that name.
func (s *Server) ListParameters(ctx context.Context, _ api.ListParametersRequestObject) (api.ListParametersResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListParameters200JSONResponse, error) {
		rows, err := s.Rulebook.ListParameters(tx)
		data := make([]api.Parameter, len(rows))
		for i, p := range rows {
			data[i] = parameterBody(p)
		}
		return api.ListParameters200JSONResponse{Data: data}, err
	})
}

// GetParameter implements the operation of that name.
func (s *Server) GetParameter(ctx context.Context, r api.GetParameterRequestObject) (api.GetParameterResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetParameter200JSONResponse, error) {
		p, err := s.Rulebook.GetParameter(tx, r.Name)
		return api.GetParameter200JSONResponse{Body: parameterBody(p), Headers: api.GetParameter200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// ReplaceParameter implements the operation of that name.
func (s *Server) ReplaceParameter(ctx context.Context, r api.ReplaceParameterRequestObject) (api.ReplaceParameterResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ReplaceParameter200JSONResponse, error) {
		p, err := s.Rulebook.ReplaceParameter(tx, r.Name, ifMatch(r.Params.IfMatch), rulebook.Change{
			Value: r.Body.Value, EffectiveAt: r.Body.EffectiveAt, Reason: r.Body.Reason,
		})
		return api.ReplaceParameter200JSONResponse{Body: parameterBody(p), Headers: api.ReplaceParameter200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// ListParameterHistory implements the operation of that name.
func (s *Server) ListParameterHistory(ctx context.Context, r api.ListParameterHistoryRequestObject) (api.ListParameterHistoryResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListParameterHistory200JSONResponse, error) {
		rows, next, err := s.Rulebook.ListParameterHistory(tx, r.Name, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListParameterHistory200JSONResponse{}, err
		}
		var people []uuid.UUID
		for _, v := range rows {
			if v.SetBy != nil {
				people = append(people, *v.SetBy)
			}
		}
		names, err := identity.Names(tx, people...)
		data := make([]api.ParameterVersion, len(rows))
		for i, v := range rows {
			data[i] = api.ParameterVersion{
				Version: v.Version, Value: v.Value, EffectiveAt: v.EffectiveAt, SetAt: v.SetAt,
				SetBy: v.SetBy, SetByName: nameOf(names, v.SetBy), Reason: v.Reason,
			}
		}
		return api.ListParameterHistory200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

func (s *Server) parametersByName(tx pg.Tx) (map[string]rulebook.Parameter, error) {
	rows, err := s.Rulebook.ListParameters(tx)
	by := make(map[string]rulebook.Parameter, len(rows))
	for _, p := range rows {
		by[p.Name] = p
	}
	return by, err
}

func ruleBody(r rulebook.Rule, params map[string]rulebook.Parameter) api.Rule {
	body := api.Rule{ID: r.ID, Area: r.Area(), Clause: r.Clause, TitleEn: r.EN, TitleZh: r.ZH, Parameters: make([]api.RuleParameter, len(r.Parameters))}
	for i, name := range r.Parameters {
		p := params[name]
		body.Parameters[i] = api.RuleParameter{Name: name, Kind: api.ParameterKind(p.Kind), Unit: optional(p.Unit), Value: p.Current.Value}
	}
	return body
}

func parameterBody(p rulebook.Parameter) api.Parameter {
	title := p.Title()
	return api.Parameter{
		Name: p.Name, Kind: api.ParameterKind(p.Kind), Unit: optional(p.Unit), TitleEn: title.EN, TitleZh: title.ZH,
		Minimum: p.Minimum, Maximum: p.Maximum, Rules: p.Rules(), Value: p.Current.Value, EffectiveAt: p.Current.EffectiveAt,
		Etag: etag(p.Version),
	}
}
