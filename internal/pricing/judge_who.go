package pricing

import (
	"math/big"
	"slices"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
)

// judgeLines finds for each line who may sell it at its net price (PRC-10), and strikes out of able whoever may not.
func judgeLines(a *Answer, q Question, lines []line, table *authority, able map[identity.Role]bool) {
	a.Within = true
	for i, x := range lines {
		l := &a.Lines[i]
		covers := map[identity.Role]bool{}
		for _, role := range ladder {
			covers[role] = x.agreed || table.forLine(role, *l, x.ordered).covers(x.net, x.base)
			if l.BelowFloor { // PRC-12: below the floor price only the general manager
				covers[role] = role == identity.GeneralManager
			}
			able[role] = able[role] && covers[role]
		}
		l.RequiredRole = lowest(covers)
		l.Within = x.agreed || holds(q.Roles, covers) || (!l.BelowFloor && x.net.Cmp(x.base) == 0)
		a.Within = a.Within && l.Within
		a.FloorBreach = a.FloorBreach || l.BelowFloor
	}
}

// judgeOrder judges the sum of all lines by the sum of what each role may sell them for, so that nothing in the whole
// slips under what its lines allow, and by the role's bound on whole orders where the table has one (PRC-09, PRC-10). An order at
// its base prices needs nobody.
func judgeOrder(a *Answer, q Question, lines []line, table *authority, able map[identity.Role]bool) error {
	net, base := new(big.Rat), new(big.Rat)
	for _, x := range lines {
		net = add(net, mul(x.net, x.quantity))
		base = add(base, mul(x.counting(), x.quantity))
	}
	sum, err := Rounded(base, money.AmountScale)
	if err != nil {
		return err
	}
	a.Order.Base, a.Order.Deviation = sum, deviation(net, base)
	covers := map[identity.Role]bool{}
	for _, role := range ladder {
		covers[role] = table.whole(role).covers(net, base)
		if covers[role] && !able[role] { // whoever may sell each line so may sell their sum so
			covers[role] = spanOf(a, lines, table, role).covers(net)
		}
		able[role] = able[role] && covers[role]
	}
	a.Order.RequiredRole = lowest(covers)
	a.Order.Within = holds(q.Roles, covers) || net.Cmp(base) == 0
	a.Within = a.Within && a.Order.Within
	return nil
}

// spanOf is what a role may sell all lines for.
func spanOf(a *Answer, lines []line, table *authority, role identity.Role) span {
	s := span{low: new(big.Rat), high: new(big.Rat)}
	for i, x := range lines {
		of := agreedLimit
		if !x.agreed {
			of = table.forLine(role, a.Lines[i], x.ordered)
		}
		s.add(of, mul(x.counting(), x.quantity))
	}
	return s
}

// counting is the price that a line is held against in the judgement of the whole: what was agreed counts as it is, so that it
// neither lends its room to other lines nor takes any from them.
func (x line) counting() *big.Rat {
	if x.agreed {
		return x.net
	}
	return x.base
}

// agreedLimit is the room that an agreed line has in the whole: none.
var agreedLimit = limit{low: one, high: one}

// lowest returns the first role of the ladder that is able; the general manager when none is.
func lowest(able map[identity.Role]bool) identity.Role {
	for _, role := range ladder {
		if able[role] {
			return role
		}
	}
	return identity.GeneralManager
}

func holds(roles []identity.Role, covers map[identity.Role]bool) bool {
	return slices.ContainsFunc(roles, func(r identity.Role) bool { return covers[r] })
}
