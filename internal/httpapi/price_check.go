package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// CheckPrices implements the operation of that name.
func (s *Server) CheckPrices(ctx context.Context, r api.CheckPricesRequestObject) (api.CheckPricesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CheckPrices200JSONResponse, error) {
		p := pricing.PriceCheck{CustomerID: r.Body.CustomerID, HeaderDiscount: value(r.Body.HeaderDiscount)}
		if r.Body.Date != nil {
			p.Date = &r.Body.Date.Time
		}
		p.Lines = each(r.Body.Lines, func(l api.PriceCheckLineInput) pricing.Line {
			return pricing.Line{ProductID: l.ProductID, Quantity: l.Quantity, Price: l.Price}
		})
		a, err := s.Prices.CheckPrices(tx, who, p)
		return api.CheckPrices200JSONResponse(priceAuthorityBody(a)), err
	})
}

// priceAuthorityBody is the one answer to "whose authority covers this" wherever a price is typed.
func priceAuthorityBody(a pricing.AuthorityAnswer) api.PriceAuthorityAnswer {
	return api.PriceAuthorityAnswer{
		At: a.At, BasePriceList: a.ListNumber, PriceAuthorityTable: a.AuthorityNumber, Lines: each(a.Lines, checkedLine),
		Order: api.PriceCheckOrder{
			Gross: a.Order.Gross, Net: a.Order.Net, Base: a.Order.Base, DeviationPercent: a.Order.Deviation,
			RequiredRole: string(a.Order.RequiredRole), WithinAuthority: a.Order.Within, Margin: marginBody(a.Order.Margin),
			OwnLowestNet: a.Order.OwnLow,
		},
		WithinAuthority: a.Within, RequiredRole: string(a.RequiredRole), DepartmentAuthority: a.DepartmentCovers, BelowFloor: a.FloorBreach,
		ApprovalSteps: each(a.Asked, askedBody), Checks: each(a.Checks, priceCheckCheck),
	}
}

func checkedLine(l pricing.LineAnswer) api.PriceCheckLine {
	return api.PriceCheckLine{
		ProductID: l.Product.ID, ProductCode: l.Product.Code, Quantity: l.Quantity, Price: l.Price, NetPrice: l.NetPrice, BasePrice: l.BasePrice,
		FloorPrice: l.FloorPrice, BasePriceList: l.ListNumber, Initial: l.Initial, DeviationPercent: l.Deviation, RequiredRole: string(l.RequiredRole),
		WithinAuthority: l.Within, BelowFloor: l.BelowFloor, Margin: marginBody(l.Margin),
		OwnLowestPrice: l.OwnLow, OwnHighestPrice: l.OwnHigh,
	}
}

func marginBody(m *pricing.Margin) *api.PriceMargin {
	if m == nil {
		return nil
	}
	return &api.PriceMargin{Cost: m.Cost, Margin: m.Amount, MarginPercent: m.Percent}
}

func askedBody(a approval.Asked) api.PriceCheckStep {
	var roles []string
	for _, d := range a.Deciders {
		roles = append(roles, string(d.Role))
	}
	people := each(a.People, func(p approval.Person) api.PersonAsked { return api.PersonAsked{ID: p.ID, Name: p.Name} })
	return api.PriceCheckStep{Stage: a.Stage, TitleEn: a.TitleEN, TitleZh: a.TitleZH, Roles: &roles, People: &people}
}

func priceCheckCheck(c decision.Check) api.DecisionCheck {
	inputs := c.Inputs
	if inputs == nil {
		inputs = map[string]string{}
	}
	return api.DecisionCheck{Rule: c.Rule, Result: string(c.Result), TextEn: c.EN, TextZh: c.ZH, Inputs: inputs}
}
