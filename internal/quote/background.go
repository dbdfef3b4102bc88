package quote

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// Background is what the one who decides on a quotation is shown of its customer (QUO-03).
type Background struct {
	NewCustomer    bool
	FirstTradeOn   *time.Time // the first order that was confirmed
	MonthsOfTrade  int
	RecordMonths   int // over which the volume is added up
	ShippedTonnes  decimal.Decimal
	ShippedAmount  decimal.Decimal
	TonnesAMonth   decimal.Decimal // the stable demand of QUO-04
	DemandShipped  bool            // it was shipped, and isn't the survey's
	Credit         *credit.Position
	Survey         *Survey
	Lines          []BackgroundLine
	LastPrices     []LastPrice // of these products to this customer, the last three each, latest first
	MarginsVisible bool
}

// BackgroundLine is one line held against base price and, for who may see it, cost (PRC-13).
type BackgroundLine struct {
	LineNo       int
	ProductID    uuid.UUID
	NetPrice     decimal.Decimal
	BasePrice    decimal.Decimal
	Deviation    decimal.Decimal // percent of the base price
	RequiredRole identity.Role
	BelowFloor   bool
	Margin       *pricing.Margin // nil for who mustn't see it, or without a cost
}

// LastPrice is what the customer paid for a product before, net of discounts.
type LastPrice struct {
	ProductID uuid.UUID
	OrderID   uuid.UUID
	Number    string
	On        time.Time
	Price     decimal.Decimal
	Quantity  decimal.Decimal
	Unit      string
}

// Background returns what QUO-03 shows of the customer of a quotation. Costs and margins only for whom PRC-13 allows. Returns
// errs.ErrNotFound. Ten statements at most, whatever the number of lines.
func (s *Service) Background(tx pg.Tx, who identity.Principal, id uuid.UUID) (Background, error) {
	q, err := s.Get(tx, who, id)
	if err != nil {
		return Background{}, err
	}
	p, err := s.of(tx, q.CustomerID, q.ProspectID)
	if err != nil {
		return Background{}, err
	}
	b, err := s.background(tx, &q, p)
	if err != nil {
		return Background{}, err
	}
	b.MarginsVisible = catalog.SeesCosts(who)
	question := q.question(who.Roles)
	question.WithMargin = b.MarginsVisible
	a, err := s.prices.Check(tx, question)
	if err != nil {
		return b, nil // what can't be priced has no line here; the gate says why
	}
	for i, l := range a.Lines {
		b.Lines = append(b.Lines, BackgroundLine{
			LineNo: i + 1, ProductID: l.Product.ID, NetPrice: l.NetPrice, BasePrice: l.BasePrice, Deviation: l.Deviation,
			RequiredRole: l.RequiredRole, BelowFloor: l.BelowFloor, Margin: l.Margin,
		})
	}
	return b, nil
}

// background is the customer's side of it.
func (s *Service) background(tx pg.Tx, q *Quotation, p party) (Background, error) {
	b := Background{Credit: p.position}
	var err error
	if b.NewCustomer, err = fresh(tx, p); err != nil {
		return b, err
	}
	if b.Survey, err = lastSurvey(tx, p.Party); err != nil {
		return b, err
	}
	if b.TonnesAMonth, b.DemandShipped, err = demand(tx, s.rules, p.CustomerID, b.Survey); err != nil {
		return b, err
	}
	if b.RecordMonths, err = s.rules.Int(tx, "quote.record_months"); err != nil || p.CustomerID == nil {
		return b, err
	}
	today := clock.Today(tx.Now)
	if err := readTrade(tx, *p.CustomerID, clock.AddMonths(today, -b.RecordMonths), today, &b); err != nil {
		return b, err
	}
	if b.FirstTradeOn != nil {
		b.MonthsOfTrade = clock.WholeMonths(*b.FirstTradeOn, today)
	}
	ids := make([]uuid.UUID, len(q.Lines))
	for i, l := range q.Lines {
		ids[i] = l.ProductID
	}
	b.LastPrices, err = lastPrices(tx, *p.CustomerID, ids)
	return b, err
}

// show puts what the decider has to see into the facts of the approval (QUO-03): it is frozen there as it was.
func (s *Service) show(tx pg.Tx, v *verdict, q *Quotation, p party) error {
	b, err := s.background(tx, q, p)
	if err != nil {
		return err
	}
	v.facts["volume"] = fmt.Sprintf("%s t / CNY %s in %d months; %s t a month", b.ShippedTonnes, b.ShippedAmount, b.RecordMonths, b.TonnesAMonth)
	v.facts["trade"] = b.trade()
	v.facts["credit"] = b.credit()
	v.facts["last_prices"] = b.prices()
	return nil
}

func (b Background) trade() string {
	if b.FirstTradeOn == nil {
		return "none"
	}
	return fmt.Sprintf("since %s (%d months)", day(*b.FirstTradeOn), b.MonthsOfTrade)
}

func (b Background) credit() string {
	if b.Credit == nil {
		return "none"
	}
	c := b.Credit
	return fmt.Sprintf("grade %s, exposure %s, overdue %s for %d days", c.Profile.Grade, c.Exposure(), c.Overdue, c.OverdueDays())
}

// prices is as much of the last prices as a fact holds.
func (b Background) prices() string {
	var out strings.Builder
	for _, l := range b.LastPrices {
		one := fmt.Sprintf("%s %s: %s; ", day(l.On), l.Number, l.Price)
		if out.Len()+len(one) > 1900 {
			break
		}
		out.WriteString(one)
	}
	if out.Len() == 0 {
		return "none"
	}
	return strings.TrimSuffix(out.String(), "; ")
}
