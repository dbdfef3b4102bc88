package demo

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/opportunity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
	"github.com/salesgate/salesgate/internal/visit"
)

// pipeline is what the reps do before anybody orders: they register prospects with what these may buy, and visit.
func (c *Company) pipeline() ([]stage, error) {
	table, err := rows("prospects.csv", 12)
	if err != nil {
		return nil, err
	}
	var stages []stage
	for _, ago := range []int{58, 41, 20} {
		stages = append(stages, stage{fmt.Sprintf("prospects-%d", ago), ago, c.inOne(func(tx pg.Tx) error { return c.register(tx, table, strconv.Itoa(ago)) })})
	}
	for _, ago := range []int{12, 5} {
		stages = append(stages, stage{fmt.Sprintf("visits-%d", ago), ago, c.inOne(func(tx pg.Tx) error { return c.visit(tx, ago) })})
	}
	return stages, nil
}

// register enters the prospects of one day, each by its rep.
func (c *Company) register(tx pg.Tx, table [][]string, ago string) error {
	if err := c.gather(tx); err != nil {
		return err
	}
	for n, r := range table {
		if r[11] != ago {
			continue
		}
		in := prospect.Registration{Profile: prospect.Profile{
			Name: r[0], Industry: r[1], Region: r[2], Need: r[3], Source: r[4], Size: r[5],
			Contacts: []prospect.Contact{{Name: r[6], Position: r[7], Phone: r[8]}},
		}}
		if months, err := strconv.Atoi(r[9]); err == nil {
			in.Expectation.WithinMonths = &months
		}
		rep := c.cast.people[r[10]]
		x, err := c.Prospects.Register(as(tx, rep), rep, in)
		if err != nil {
			return fmt.Errorf("%s: %w", r[0], err)
		}
		if err := c.hope(tx, rep, x, n); err != nil {
			return fmt.Errorf("opportunity of %s: %w", r[0], err)
		}
	}
	return nil
}

// hope makes the opportunity of a prospect that means to buy, and takes it some way; one in seven is lost.
func (c *Company) hope(tx pg.Tx, rep identity.Principal, x prospect.Prospect, n int) error {
	if x.Window.To == nil {
		return nil
	}
	quantity := decimal.MustNew(int64(5000*(1+n%6)), 0)
	amount, err := quantity.Mul(decimal.MustNew(1150, 2))
	if err != nil {
		return err
	}
	o, err := c.Opportunities.Create(as(tx, rep), rep, opportunity.Draft{ProspectID: &x.ID, Profile: opportunity.Profile{
		Name: x.Industry + "用纱首单", Amount: amount.Rescale(2), ExpectedMonth: *x.Window.To, DecisionMakers: "总经理、采购经理", NextStep: "送样",
		Products: []opportunity.Product{{Name: "涤纶低弹丝", Quantity: quantity, Unit: "kg"}},
	}})
	if err != nil {
		return err
	}
	steps := [][]opportunity.Step{
		{},
		{{Verb: opportunity.Move, To: opportunity.Project}},
		{{Verb: opportunity.Move, To: opportunity.Project}, {Verb: opportunity.Move, To: opportunity.Proposal}},
	}[n%3]
	if n%7 == 6 {
		steps = append(steps, opportunity.Step{Verb: opportunity.Lose, Reason: "客户选择了交期更短的供应商"})
	}
	for _, step := range steps {
		if _, err := c.Opportunities.Take(as(tx, rep), rep, o.ID, nil, step); err != nil {
			return err
		}
	}
	return nil
}

// visitsEach is how many customers each rep reports to have visited, and how many more they plan to.
const visitsEach = 3

// visit reports each rep's visits of the day, and plans some of the next week.
func (c *Company) visit(tx pg.Tx, ago int) error {
	if err := c.gather(tx); err != nil {
		return err
	}
	theirs := map[string][]string{}
	for code, customer := range c.cast.customers {
		owner := c.cast.owners[customer.OwnerID]
		theirs[owner] = append(theirs[owner], code)
	}
	for _, owner := range slices.Sorted(maps.Keys(theirs)) {
		codes := theirs[owner]
		slices.Sort(codes)
		for i, code := range codes[:min(2*visitsEach, len(codes))] {
			if err := c.visitOne(tx, owner, code, i, ago); err != nil {
				return fmt.Errorf("visit of %s to %s: %w", owner, code, err)
			}
		}
	}
	return nil
}

func (c *Company) visitOne(tx pg.Tx, owner, code string, i, ago int) error {
	rep, id := c.cast.people[owner], c.cast.customers[code].ID
	in := visit.Input{ID: uuid.Must(uuid.NewV7()), CustomerID: &id}
	if i < visitsEach {
		in.Report = &visit.Sent[visit.Report]{WrittenAt: tx.Now, Content: visit.Report{
			VisitedAt: tx.Now.Add(-time.Duration(i+1) * time.Hour), Result: visit.ResultDone, People: "采购部",
			Summary: "了解近期排产与用纱计划", NextStep: "下周送样", FormVersion: new(1),
			Answers: map[string]any{"flow_monthly_use": strconv.Itoa(8 + (i+ago)*3), "view_score": float64(3 + i%3), "next_action": "送样并跟进试纺结果", "next_by_us": true},
		}}
	} else {
		in.Plan = &visit.Sent[visit.Plan]{WrittenAt: tx.Now, Content: visit.Plan{
			PlannedOn: clock.Today(tx.Now).AddDate(0, 0, i), Purpose: "回访交货与质量",
		}}
	}
	_, _, err := c.Visits.Put(as(tx, rep), rep, in)
	return err
}
