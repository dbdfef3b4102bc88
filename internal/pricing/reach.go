package pricing

import (
	"math/big"
	"slices"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
)

// reachOut says how far the one who asks may go alone: with each line, and with all of them (PRC-10).
func reachOut(a *Answer, q Question, table *authority) (err error) {
	ordered := orderedOf(q)
	lines := make([]line, len(a.Lines))
	for i := range a.Lines {
		l := &a.Lines[i]
		l.own = reach(q.Roles, table, *l, ordered[l.Product.ID])
		if l.OwnLow, l.OwnHigh, err = l.ownPrices(slices.Contains(q.Roles, identity.GeneralManager)); err != nil {
			return err
		}
		lines[i] = line{quantity: Exact(l.Quantity), ordered: ordered[l.Product.ID], base: Exact(l.BasePrice)}
	}
	a.Order.OwnLow, err = a.ownTotal(q, lines, table)
	return err
}

// reach is how far the widest of the submitter's roles may go with this product.
func reach(roles []identity.Role, table *authority, l LineAnswer, ordered *big.Rat) limit {
	best := none
	for _, r := range roles {
		if !slices.Contains(ladder, r) {
			continue
		}
		of := table.forLine(r, l, ordered)
		if of.low == nil || (best.low != nil && of.low.Cmp(best.low) < 0) {
			best.low = of.low
		}
		if of.high == nil || (best.high != nil && of.high.Cmp(best.high) > 0) {
			best.high = of.high
		}
	}
	return best
}

// ownPrices are the lowest and the highest net price that stand at once, to 4 decimals towards the base price; nil is without bound.
// Nobody but the general manager goes below the floor price alone (PRC-12).
func (l LineAnswer) ownPrices(top bool) (low, high *decimal.Decimal, err error) {
	base := Exact(l.BasePrice)
	if l.own.low != nil {
		if low, err = upTo(mul(base, l.own.low), money.PriceScale); err != nil {
			return nil, nil, err
		}
	}
	if l.own.high != nil {
		if high, err = downTo(mul(base, l.own.high), money.PriceScale); err != nil {
			return nil, nil, err
		}
	}
	if !top && l.FloorPrice != nil && (low == nil || low.Cmp(*l.FloorPrice) < 0) {
		low = l.FloorPrice
	}
	return low, high, nil
}

// ownTotal is the lowest sum that stands at once with one of the roles: what its lines allow together, and the whole order besides. It
// is the base prices' sum for who has no authority, and nil for the general manager.
func (a Answer) ownTotal(q Question, lines []line, table *authority) (*decimal.Decimal, error) {
	base := new(big.Rat)
	for _, x := range lines {
		base = add(base, mul(x.base, x.quantity))
	}
	lowest := base
	for _, role := range q.Roles {
		if role == identity.GeneralManager {
			return nil, nil
		}
		if !slices.Contains(ladder, role) {
			continue
		}
		low := spanOf(&a, lines, table, role).low
		if whole := table.whole(role).low; whole != nil && mul(base, whole).Cmp(low) > 0 {
			low = mul(base, whole)
		}
		if low.Cmp(lowest) < 0 {
			lowest = low
		}
	}
	return upTo(lowest, money.AmountScale)
}

// upTo rounds up, downTo down: what is shown as allowed is allowed.
func upTo(r *big.Rat, scale int) (*decimal.Decimal, error) {
	d, err := Rounded(r, scale)
	if err == nil && Exact(d).Cmp(r) < 0 {
		d, err = Rounded(add(Exact(d), new(big.Rat).SetFrac(big.NewInt(1), powers[scale])), scale)
	}
	return &d, err
}

func downTo(r *big.Rat, scale int) (*decimal.Decimal, error) {
	d, err := Rounded(r, scale)
	if err == nil && Exact(d).Cmp(r) > 0 {
		d, err = Rounded(sub(Exact(d), new(big.Rat).SetFrac(big.NewInt(1), powers[scale])), scale)
	}
	return &d, err
}
