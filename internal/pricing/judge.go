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
	floor      *decimal.Decimal // of the base price
	listID     uuid.UUID
	listNumber string

	initial *InitialPrice // nil: none that counts; see sold
}

// sold is the price that a product is sold by, and the initial price if it is that (PRC-03): the base price of a standard product,
// else the initial price. A new product is priced as one even if an old base price of it is still on the list (PRC-02).
func (f fact) sold() (base, floor *decimal.Decimal, initial *InitialPrice) {
	if f.initial != nil && (f.product.Lifecycle == catalog.LifecycleNew || f.base == nil) {
		return &f.initial.Price, f.initial.FloorPrice, f.initial
	}
	return f.base, f.floor, nil
}

// refusal is why a product can't be sold at all; nil when it can. A dormant product is priced as a new one when it returns, and a new
// one is sold by its initial price from the moment it has one (PRC-02, PRC-03, CON-04).
func (f fact) refusal() *errs.Def {
	base, _, initial := f.sold()
	switch {
	case f.product.ID == uuid.Nil:
		return ErrUnknownProduct
	case !f.product.Active:
		return ErrInactive
	case f.product.Lifecycle == catalog.LifecycleDormant:
		return ErrNotStandard
	case f.product.Lifecycle == catalog.LifecycleNew && initial == nil:
		return ErrNotStandard
	case base == nil:
		return ErrNoBasePrice
	}
	return nil
}

// line is a line on its way through the judgement, in exact fractions.
type line struct {
	quantity  *big.Rat
	ordered   *big.Rat // of the product, on all lines: what minimum quantities are compared with
	net, base *big.Rat // per unit
	agreed    bool     // it stands by its agreement: nobody is asked about it again
}

// judge answers the question from the facts and says why (PRC-10, PRC-12). It is a pure function: no database and no clock.
func judge(q Question, facts map[uuid.UUID]fact, table *authority) (Answer, error) {
	a, err := weigh(q, facts, table)
	if err == nil {
		if err = reachOut(&a, q, table); err == nil {
			explain(&a, q, table)
		}
	}
	return a, err
}

// weigh is judge without the words, but for those of a refusal.
func weigh(q Question, facts map[uuid.UUID]fact, table *authority) (Answer, error) {
	a := Answer{AuthorityID: table.id, AuthorityNumber: table.number}
	if err := checkQuestion(q); err != nil {
		return a, err
	}
	stands := q.standing()
	if err := checkProducts(&a, q, facts, stands); err != nil {
		return a, err
	}
	lines, err := netted(&a, q, facts, stands)
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
// A price that stands by an agreement needs no base price (QUO-05, CON-09).
func checkProducts(a *Answer, q Question, facts map[uuid.UUID]fact, stands []bool) error {
	var refused *errs.Error
	for i, l := range q.Lines {
		def := facts[l.ProductID].refusal()
		if def == nil || stands[i] && (def == ErrNotStandard || def == ErrNoBasePrice) {
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
func netted(a *Answer, q Question, facts map[uuid.UUID]fact, stands []bool) ([]line, error) {
	gross := new(big.Rat)
	charged := decimal.Zero.Pad(money.AmountScale)
	for _, l := range q.Lines {
		gross = add(gross, mul(Exact(l.Price), Exact(l.Quantity)))
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
	keep := share(gross, Exact(q.HeaderDiscount))
	ordered := orderedOf(q)
	lines := make([]line, len(q.Lines))
	a.Lines = make([]LineAnswer, len(q.Lines))
	for i, l := range q.Lines {
		f := facts[l.ProductID]
		base, _, _ := f.sold()
		if base == nil { // it stands by its agreement
			base = &l.Agreed.Price
		}
		lines[i] = line{
			quantity: Exact(l.Quantity), ordered: ordered[l.ProductID], net: mul(Exact(l.Price), keep), base: Exact(*base), agreed: stands[i],
		}
		if a.Lines[i], err = describe(l, f, lines[i]); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// orderedOf adds up the quantity of each product, so that one order cut into lines is judged as the one it is (PRC-09).
func orderedOf(q Question) map[uuid.UUID]*big.Rat {
	sums := make(map[uuid.UUID]*big.Rat, len(q.Lines))
	for _, l := range q.Lines {
		if sums[l.ProductID] == nil {
			sums[l.ProductID] = new(big.Rat)
		}
		sums[l.ProductID].Add(sums[l.ProductID], Exact(l.Quantity))
	}
	return sums
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
	base, floor, initial := f.sold()
	net, err := Rounded(x.net, money.PriceScale)
	if base == nil {
		base = &l.Agreed.Price
	}
	a := LineAnswer{
		Product: f.product, Quantity: l.Quantity, Price: l.Price, NetPrice: net, BasePrice: *base, FloorPrice: floor,
		ListID: f.listID, ListNumber: f.listNumber, Deviation: deviation(x.net, x.base),
		BelowFloor: !x.agreed && floor != nil && x.net.Cmp(Exact(*floor)) < 0, // PRC-12
	}
	if x.agreed {
		a.Agreed = l.Agreed
	}
	if initial != nil {
		a.Initial, a.ListID, a.ListNumber = true, uuid.Nil, initial.Number
	}
	return a, err
}
