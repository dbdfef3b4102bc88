package demo

import (
	"fmt"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/pkg/client"
)

// backtest asks what other rules would have decided, before anybody puts them in force.
func (s *Story) backtest() error {
	half := decimal.MustParse("0.5")
	if err := s.replay("gm", "B 级额度减半", "limits of grade B cut by half", client.BacktestStart{
		Kind: client.BacktestKind("limit_rule"), Days: new(30), Title: new("B 级额度减半的影响"),
		LimitRule: &client.BacktestLimitRule{Limits: &[]client.BacktestGradeLimit{{Grade: "B", Factor: &half}}},
	}); err != nil {
		return err
	}
	draft, err := s.draft()
	if err != nil {
		return err
	}
	return s.replay("gm", "超额度发货改由销售总监终审", "the sales director instead of the general manager above the limit", client.BacktestStart{
		Kind: client.BacktestKind("matrix"), Days: new(30), Title: new("超额度发货改由销售总监终审"), Matrix: &draft,
		Matters: &[]client.ApprovalMatter{"shipment.release"},
	})
}

// draft is the matrix in force, with the sales director where the general manager releases shipments.
func (s *Story) draft() (client.AuthorityMatrix, error) {
	res, err := s.as("gm").GetAuthorityMatrixWithResponse(s.ctx)
	if err != nil {
		return client.AuthorityMatrix{}, err
	}
	matrix := res.JSON200.Matrix
	for i, m := range matrix.Matters {
		if m.Matter != "shipment.release" {
			continue
		}
		for j, stage := range m.Stages {
			for k, holder := range stage.Who {
				if holder.Role != nil && *holder.Role == "general_manager" {
					matrix.Matters[i].Stages[j].Who[k].Role = new("sales_director")
				}
			}
		}
	}
	return matrix, nil
}

// replay runs a backtest and tells what it found.
func (s *Story) replay(who, zh, en string, in client.BacktestStart) error {
	started, err := s.as(who).StartBacktestWithResponse(s.ctx, &client.StartBacktestParams{}, in)
	if err != nil {
		return err
	}
	s.tell(who, "回测:%s", "backtests: %s", s.in(zh, en))
	id := started.JSON202.ID
	var b client.Backtest
	err = s.eventually("the backtest", func() (bool, error) {
		res, err := s.as(who).GetBacktestWithResponse(s.ctx, id)
		if err != nil {
			return false, err
		}
		b = res.JSON200.Backtest
		return b.State == "done" || b.State == "failed", nil
	})
	if err != nil {
		return err
	}
	if err := want("backtest", b.State, "done"); err != nil {
		return err
	}
	s.sayf("      → %s\n", fmt.Sprintf(s.in("重判 %d 件,其中 %d 件结论不同:%d 件更严,%d 件更松,%d 件其他;%d 件无法重判",
		"%d judged again, %d of them otherwise: %d stricter, %d looser, %d other; %d could not be judged"),
		b.Replayed, b.Differing, b.Stricter, b.Looser, b.Other, b.Skipped))
	if b.Differing == 0 {
		return fmt.Errorf("%w: nothing would have been decided otherwise", errStory)
	}
	return s.cases(who, id)
}

// cases tells some of what would have been decided otherwise.
func (s *Story) cases(who string, id client.UUID) error {
	res, err := s.as(who).ListBacktestResultsWithResponse(s.ctx, id, &client.ListBacktestResultsParams{Limit: new(3)})
	if err != nil {
		return err
	}
	for _, c := range res.JSON200.Data {
		s.sayf("        %s: %s → %s. %s\n", c.Number, c.Before.Outcome, c.After.Outcome, s.in(c.WhyZh, c.WhyEn))
	}
	return nil
}
