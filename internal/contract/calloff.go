package contract

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Call is what one line of an order calls off of a line of a contract: a quantity, and what it comes to there.
type Call struct {
	ContractLineID uuid.UUID
	Quantity       decimal.Decimal
	Amount         decimal.Decimal // net of the order's header discount
}

// Lock locks a contract for an order and returns it with its lines. Lock it before the order. Checks no visibility and no state:
// CallOff does. Returns errs.ErrNotFound.
func Lock(tx pg.Tx, id uuid.UUID) (*Contract, error) {
	c, err := lock(tx, id)
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// Callable returns nil when orders may call the contract off now: it is in force, and today is one of its days. The dates decide,
// whether or not the job that writes the expiry has run. Returns ErrNotInForce, ErrPriceBaseGone,
// ErrNotBegun, ErrExpired.
func (c *Contract) Callable(now time.Time) error {
	today := clock.Today(now)
	switch {
	case c.State == StateExpired || c.State == StateInForce && c.EndsOn.Before(today):
		return ErrExpired.With("ends_on", c.EndsOn.Format(time.DateOnly))
	case c.State != StateInForce:
		return ErrNotInForce.With("state", string(c.State))
	case c.PriceBaseGoneAt != nil:
		return ErrPriceBaseGone.With()
	case c.StartsOn.After(today):
		return ErrNotBegun.With("starts_on", c.StartsOn.Format(time.DateOnly))
	}
	return nil
}

// Approved returns nil for a contract that was in force and whose prices stand, be it over by now; else ErrNotInForce, ErrPriceBaseGone.
func (c *Contract) Approved() error {
	switch c.State {
	case StateDraft, StateSubmitted, StateApproved, StateCancelled: // what was called off was taken out of force since
		return ErrNotInForce.With("state", string(c.State))
	case StateInForce, StateExpired, StateTerminated, StateClosed:
	}
	if c.PriceBaseGoneAt != nil {
		return ErrPriceBaseGone.With()
	}
	return nil
}

// CallOff sets what an order calls off of a locked contract (CON-09). It replaces what the order had called off before; no calls give
// all back. An order that asks for no more than it had, or for less, may do so in whatever state the contract is; for more the
// contract must be callable. Two calls of one line count together.
//
// Returns what Callable returns, ErrNoLine, ErrCallQuantity, ErrLineExceeded for more than is left of a line and ErrAmountExceeded for more
// than is left of the total, each pointing at "/lines/<index of the call>". What rounding alone adds to the amount isn't more: prices
// are rounded to 4 decimals and amounts to the fen on each order. Four statements.
func (c *Contract) CallOff(tx pg.Tx, orderID uuid.UUID, calls []Call) error {
	if err := c.May(VerbGiveBack); err != nil {
		return ErrNotInForce.With("state", string(c.State))
	}
	had, others, err := readCalls(tx, c.ID, orderID)
	if err != nil {
		return err
	}
	wanted, err := c.sumCalls(calls)
	if err != nil {
		return err
	}
	if more(had, wanted) {
		if err := c.Callable(tx.Now); err != nil {
			return err
		}
	}
	if err := c.book(had, wanted, others); err != nil {
		return err
	}
	return storeCalls(tx, c, orderID, wanted)
}

// call is what an order calls off of one line, all its own lines together.
type call struct {
	Quantity decimal.Decimal
	Amount   decimal.Decimal
	at       int // index of the first call of this line, for pointers
}

func (c *Contract) sumCalls(calls []Call) (map[uuid.UUID]call, error) {
	wanted := make(map[uuid.UUID]call, len(calls))
	for i, w := range calls {
		if c.Line(w.ContractLineID) == nil {
			return nil, ErrNoLine.At(fmt.Sprintf("/lines/%d/contract_line_id", i))
		}
		if !w.Quantity.IsPos() || w.Amount.IsNeg() {
			return nil, ErrCallQuantity.At(fmt.Sprintf("/lines/%d/quantity", i))
		}
		sum, found := wanted[w.ContractLineID]
		if !found {
			sum = call{Quantity: zero, Amount: zero, at: i}
		}
		var err error
		if sum.Quantity, err = money.Sum(sum.Quantity, w.Quantity); err == nil {
			sum.Amount, err = money.Sum(sum.Amount, w.Amount)
		}
		if err != nil {
			return nil, ErrTooLarge.Wrap(err)
		}
		wanted[w.ContractLineID] = sum
	}
	return wanted, nil
}

var zero = decimal.Zero

// more reports whether anything wanted is more than the order had.
func more(had, wanted map[uuid.UUID]call) bool {
	for id, w := range wanted {
		if w.Quantity.Cmp(had[id].Quantity) > 0 || w.Amount.Cmp(had[id].Amount) > 0 {
			return true
		}
	}
	return false
}

// book moves the sums of the lines and the contract from what the order had to what it wants, and refuses what isn't left.
func (c *Contract) book(had, wanted map[uuid.UUID]call, others int) error {
	total, quantity, at := zero, zero, 0
	for i := range c.Lines {
		l := &c.Lines[i]
		was, now := had[l.ID], wanted[l.ID]
		rest := less(l.CalledQuantity, was.Quantity)
		if left := less(l.Quantity, rest); now.Quantity.Cmp(left) > 0 {
			return ErrLineExceeded.With("left", text(left, money.PriceScale), "line", l.LineNo).At(fmt.Sprintf("/lines/%d/quantity", now.at))
		}
		l.CalledQuantity = money.Round(money.Add(rest, now.Quantity), money.PriceScale)
		l.CalledAmount = money.Fen(money.Add(less(l.CalledAmount, was.Amount), now.Amount))
		if now.Amount.IsPos() {
			at = now.at
		}
		total, quantity = money.Add(total, l.CalledAmount), money.Add(quantity, l.CalledQuantity)
	}
	if total.Cmp(c.Total) > 0 {
		return c.trim(wanted, total, quantity, others, at)
	}
	c.CalledAmount = money.Fen(total)
	return nil
}

// trim takes off what rounding alone has added to the total: half of the last decimal of a price on each unit, and one fen for each
// call and each line. Anything beyond is more than is agreed.
func (c *Contract) trim(wanted map[uuid.UUID]call, total, quantity decimal.Decimal, others, at int) error {
	excess := less(total, c.Total)
	if rounding := money.Add(times(quantity, halfPrice), times(decimal.MustNew(int64(others+len(wanted)), 0), fen)); excess.Cmp(rounding) > 0 {
		left := c.Total
		for i := range c.Lines {
			l := &c.Lines[i]
			left = less(left, less(l.CalledAmount, wanted[l.ID].Amount))
		}
		return ErrAmountExceeded.With("left", text(left, money.AmountScale)).At(fmt.Sprintf("/lines/%d/amount", at))
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		w, mine := wanted[l.ID]
		if !mine {
			continue
		}
		off := w.Amount
		if off.Cmp(excess) > 0 {
			off = excess
		}
		w.Amount, l.CalledAmount, excess = less(w.Amount, off), money.Fen(less(l.CalledAmount, off)), less(excess, off)
		wanted[l.ID] = w
	}
	c.CalledAmount = c.Total
	return nil
}

var (
	fen       = decimal.MustParse("0.01")
	halfPrice = decimal.MustParse("0.00005")
)

// plus adds two figures of numeric(18), which always fits 19 digits.
// times multiplies; a product that has too many digits counts as 0, which is on the safe side for a tolerance.
func times(a, b decimal.Decimal) decimal.Decimal {
	p, err := a.Mul(b)
	if err != nil {
		return zero
	}
	return p
}
