package pricing

import (
	"fmt"
	"math/big"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
)

// fact is what the database says of one product at the instant asked for.
type fact struct {
	product    catalog.Product
	base       *decimal.Decimal // nil: no base price in force
	floor      *decimal.Decimal
	listID     uuid.UUID
	listNumber string
}

// refusal is why a product can't be sold by base price; nil when it can. A new or dormant product is priced as a new one,
// even if an old base price of it is still on the list (PRC-02).
func (f fact) refusal() *errs.Def {
	switch {
	case f.product.ID == uuid.Nil:
		return ErrUnknownProduct
	case !f.product.Active:
		return ErrInactive
	case f.product.Lifecycle != catalog.LifecycleStandard:
		return ErrNotStandard
	case f.base == nil:
		return ErrNoBasePrice
	}
	return nil
}

// line is a line on its way through the judgement, in exact fractions.
type line struct {
	quantity  *big.Rat
	net, base *big.Rat // per unit
}

// judge answers the question from the facts and says why (PRC-10, PRC-12). It is a pure function: no database and no clock.
func judge(q Question, facts map[uuid.UUID]fact, table *authority) (Answer, error) {
	a, err := weigh(q, facts, table)
	if err == nil {
		explain(&a, q, table)
	}
	return a, err
}

// weigh is judge without the words, but for those of a refusal.
func weigh(q Question, facts map[uuid.UUID]fact, table *authority) (Answer, error) {
	a := Answer{AuthorityID: table.id, AuthorityNumber: table.number}
	if err := checkQuestion(q); err != nil {
		return a, err
	}
	if err := checkProducts(&a, q, facts); err != nil {
		return a, err
	}
	lines, err := netted(&a, q, facts)
	if err != nil {
		return a, err
	}
	able := map[identity.Role]bool{}
	for _, role := range ladder {
		able[role] = true
	}
	judgeLines(&a, q, lines, table, able)
	if err := judgeOrder(&a, q, lines, table, able); err != nil {
		return a, err
	}
	a.RequiredRole = lowest(able)
	a.DepartmentCovers = a.RequiredRole != identity.GeneralManager
	return a, nil
}

func checkQuestion(q Question) error {
	if len(q.Lines) == 0 {
		return ErrNoLines
	}
	for i, l := range q.Lines {
		if l.Quantity.Sign() <= 0 {
			return ErrQuantity.At(fmt.Sprintf("/lines/%d/quantity", i))
		}
		if l.Price.Sign() < 0 {
			return ErrPrice.At(fmt.Sprintf("/lines/%d/price", i))
		}
	}
	return nil
}

// checkProducts refuses the question when a product can't be sold by base price, and names every such line.
func checkProducts(a *Answer, q Question, facts map[uuid.UUID]fact) error {
	var refused *errs.Error
	for i, l := range q.Lines {
		def := facts[l.ProductID].refusal()
		if def == nil {
			continue
		}
		if refused == nil {
			refused = def.With("line", i+1)
		}
		refused.Fields = append(refused.Fields, def.At(fmt.Sprintf("/lines/%d/product_id", i)).Fields...)
		explainRefusal(a, i, facts[l.ProductID], def)
	}
	if refused != nil {
		return refused
	}
	return nil
}

// netted spreads the header discount over the lines in proportion to their amounts and fills in what can be said of each
// line without asking who may sell it.
func netted(a *Answer, q Question, facts map[uuid.UUID]fact) ([]line, error) {
	gross := new(big.Rat)
	charged := decimal.Zero.Pad(money.AmountScale)
	for _, l := range q.Lines {
		gross = add(gross, mul(exact(l.Price), exact(l.Quantity)))
		sum, err := amount(l.Price, l.Quantity)
		if err == nil {
			charged, err = charged.Add(sum)
		}
		if err != nil {
			return nil, ErrTooLarge.Wrap(err)
		}
	}
	if q.HeaderDiscount.Sign() < 0 || q.HeaderDiscount.Cmp(charged) > 0 {
		return nil, ErrDiscount.At("/header_discount")
	}
	net, err := charged.Sub(q.HeaderDiscount)
	if err != nil {
		return nil, ErrTooLarge.Wrap(err)
	}
	a.Order.Gross, a.Order.Net = charged, money.Fen(net)
	keep := share(gross, exact(q.HeaderDiscount))
	lines := make([]line, len(q.Lines))
	a.Lines = make([]LineAnswer, len(q.Lines))
	for i, l := range q.Lines {
		f := facts[l.ProductID]
		lines[i] = line{quantity: exact(l.Quantity), net: mul(exact(l.Price), keep), base: exact(*f.base)}
		if a.Lines[i], err = describe(l, f, lines[i]); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// share is the part of each price that the header discount leaves: all of it without a discount, nothing below 0.
func share(gross, discount *big.Rat) *big.Rat {
	if discount.Sign() == 0 {
		return one
	}
	if gross.Cmp(discount) <= 0 {
		return new(big.Rat)
	}
	return quo(sub(gross, discount), gross)
}

func describe(l Line, f fact, x line) (LineAnswer, error) {
	net, err := rounded(x.net, money.PriceScale)
	return LineAnswer{
		Product: f.product, Quantity: l.Quantity, Price: l.Price, NetPrice: net, BasePrice: *f.base, FloorPrice: f.floor,
		ListID: f.listID, ListNumber: f.listNumber, Deviation: deviation(x.net, x.base),
		BelowFloor: f.floor != nil && x.net.Cmp(exact(*f.floor)) < 0, // PRC-12
	}, err
}
