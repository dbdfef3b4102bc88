package backtest

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/shipping"
)

// gate reads what one gate decided in the period of a run.
type gate struct{ span decision.Span }

func gateOf(r Run, name, rule string) gate {
	return gate{decision.Span{Gate: name, Rule: rule, From: r.FromAt, To: r.ToAt}}
}

func (g gate) count(tx pg.Tx) (int, error) { return decision.CountCases(tx, g.span) }

// heading is what a result shows of a document.
type heading struct {
	number          string
	customer, owner uuid.UUID
}

// cases reads the next decisions with their documents, and replays each that has inputs.
func (g gate) cases(tx pg.Tx, after approval.Mark, limit int, headings func(pg.Tx, []uuid.UUID) (map[uuid.UUID]heading, error),
	replay func(decision.Case, *played) error,
) ([]played, error) {
	rows, err := decision.Cases(tx, g.span, decision.Mark(after), limit)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, d := range rows {
		ids[i] = d.SubjectID
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	of, err := headings(tx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	all := make([]played, len(rows))
	for i, d := range rows {
		h, found := of[d.SubjectID]
		c := &all[i]
		c.outside = !found
		c.Result = Result{CaseID: d.ID, SubjectID: d.SubjectID, Number: h.number, CustomerID: &h.customer, OwnerID: h.owner, At: d.At}
		switch {
		case !found:
		case d.Inputs == nil:
			c.skipped = approval.SkipInputs
		default:
			if err := replay(d, c); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// limitPlayer replays the shipment gate under other credit figures.
type limitPlayer struct {
	gate
	rule LimitRule
}

func (p *limitPlayer) play(tx pg.Tx, after approval.Mark, limit int) ([]played, error) {
	headings := func(tx pg.Tx, ids []uuid.UUID) (map[uuid.UUID]heading, error) {
		of, err := shipping.Headings(tx, ids)
		all := make(map[uuid.UUID]heading, len(of))
		for id, h := range of {
			all[id] = heading{h.Number, h.CustomerID, h.OwnerID}
		}
		return all, err
	}
	return p.cases(tx, after, limit, headings, p.replay)
}

// replay judges one notice by what was stored, and by that with the draft's figures in it. The outcome is the rules' own
// (SHP-04 to SHP-06, SHP-10 to SHP-12), not the authority matrix's.
func (p *limitPlayer) replay(d decision.Case, c *played) error {
	b, err := shipping.ReadBasis(d.Inputs)
	if err != nil {
		return err
	}
	c.Matter, c.SubjectType, c.Grade, c.outside = shipping.Matter, shipping.SubjectNotice, string(b.Position.Profile.Grade), b.Again
	before, was := b.Judge()
	p.rule.apply(&b)
	after, is := b.Judge()
	c.direct(slices.Index(shipping.Passages, before), slices.Index(shipping.Passages, after))
	if c.Direction != "" {
		c.Before, c.After = Way{Outcome: string(before)}, Way{Outcome: string(after)}
		c.WhyEN, c.WhyZH = whyChecks(was, is)
	}
	return nil
}

// direct sets the direction from two places in a row from lenient to strict.
func (c *played) direct(before, after int) {
	switch {
	case after > before:
		c.Direction = approval.Stricter
	case after < before:
		c.Direction = approval.Looser
	}
}

// apply puts the draft's figures into a case.
func (l LimitRule) apply(b *shipping.Basis) {
	for name, v := range l.Parameters {
		b.Set(name, v)
	}
	profile := &b.Position.Profile
	for _, g := range l.Limits {
		if g.Grade != string(profile.Grade) && (g.Grade != noGrade || profile.Grade != credit.NoGrade) {
			continue
		}
		switch {
		case g.Unlimited:
			profile.Limit = credit.Unlimited()
		case g.Amount != nil:
			profile.Limit = credit.LimitOf(*g.Amount)
		case profile.Limit.Kind == credit.LimitAmount:
			// A product beyond what a decimal holds is beyond every exposure, too.
			if scaled, err := profile.Limit.Amount.Mul(*g.Factor); err == nil {
				profile.Limit = credit.LimitOf(money.Fen(scaled))
			} else {
				profile.Limit = credit.Unlimited()
			}
		}
	}
}

// whyChecks tells the checks that say something else than before.
func whyChecks(before, after []decision.Check) (en, zh string) {
	var wordsEN, wordsZH []string
	for _, c := range after {
		if c.Result == decision.CheckInfo || slices.ContainsFunc(before, func(b decision.Check) bool { return b.EN == c.EN }) {
			continue
		}
		wordsEN, wordsZH = append(wordsEN, c.EN), append(wordsZH, c.ZH)
	}
	return strings.Join(wordsEN, " "), strings.Join(wordsZH, "")
}

// pricePlayer replays the price gate under another authority table.
type pricePlayer struct {
	gate
	trial *pricing.Trial
}

func pricePlayerOf(r Run) (*pricePlayer, error) {
	trial, err := pricing.NewTrial("draft", r.Draft.Authority.Entries)
	if err != nil {
		return nil, authorityAt(err)
	}
	return &pricePlayer{gateOf(r, "order", "PRC-10"), trial}, nil
}

func (p *pricePlayer) play(tx pg.Tx, after approval.Mark, limit int) ([]played, error) {
	headings := func(tx pg.Tx, ids []uuid.UUID) (map[uuid.UUID]heading, error) {
		of, err := order.Headings(tx, ids)
		all := make(map[uuid.UUID]heading, len(of))
		for id, h := range of {
			all[id] = heading{h.Number, h.CustomerID, h.OwnerID}
		}
		return all, err
	}
	return p.cases(tx, after, limit, headings, p.replay)
}

// replay asks who may sell one order under the draft, and compares with what was said then (PRC-10).
func (p *pricePlayer) replay(d decision.Case, c *played) error {
	b, err := pricing.ReadBasis(d.Inputs)
	if err != nil {
		return err
	}
	c.Matter, c.SubjectType, c.Grade = order.Matter, order.Subject, b.Grade
	if d.Outcome == decision.Refused {
		c.skipped = approval.SkipRefused
		return nil
	}
	sale, err := p.trial.Judge(b)
	if err != nil {
		c.skipped = approval.SkipUnjudged
		return nil //nolint:nilerr // a case that the gate wouldn't take today is told, and the run goes on
	}
	c.direct(b.Sale.Level(), sale.Level())
	if c.Direction != "" {
		c.Before, c.After = Way{Outcome: b.Sale.String()}, Way{Outcome: sale.String()}
		c.WhyEN, c.WhyZH = whyChecks(nil, p.trial.Why(b))
	}
	return nil
}
