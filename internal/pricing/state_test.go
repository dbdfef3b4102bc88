package pricing

import (
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Every verb in every state, of tables: what isn't named here is refused.
func TestPRC09_EveryVerbInEveryState(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	states := []State{Draft, Submitted, Published, Rejected, Cancelled}
	reason := "changed"
	verbs := map[string]struct {
		do   func(tx pg.Tx, id uuid.UUID) error
		from map[State]bool
	}{
		"update": {
			do: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.UpdatePriceAuthorityTable(tx, c.manager, id, 1, AuthorityPatch{Reason: &reason})
				return err
			},
			from: map[State]bool{Draft: true, Submitted: true},
		},
		"submit": {
			do: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.SubmitPriceAuthorityTable(tx, c.manager, id, nil)
				return err
			},
			from: map[State]bool{Draft: true},
		},
		"cancel": {
			do: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.CancelPriceAuthorityTable(tx, c.manager, id, nil)
				return err
			},
			from: map[State]bool{Draft: true, Submitted: true},
		},
		"stale": { // a version that isn't there is refused in every state
			do: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.UpdatePriceAuthorityTable(tx, c.manager, id, 7, AuthorityPatch{Reason: &reason})
				return err
			},
		},
	}
	n := 0
	for verb, v := range verbs {
		for _, state := range states {
			n++
			table := c.tableIn(state, n)
			err := c.as(c.manager, func(tx pg.Tx) error { return v.do(tx, table) })
			refused := errors.Is(err, ErrNotEditable) || errors.Is(err, ErrNotDraft) || errors.Is(err, errs.ErrStale)
			if v.from[state] != (err == nil) || (err != nil && !refused) {
				t.Errorf("%s a %s table: %v", verb, state, err)
			}
		}
	}
}

// tableIn puts a table into a state, by hand.
func (c company) tableIn(state State, n int) uuid.UUID {
	c.t.Helper()
	now := c.db.Clock().Now()
	t := AuthorityTable{Revision: Revision{
		ID: uuid.Must(uuid.NewV7()), Number: fmt.Sprintf("T-%d", n), State: state, Reason: "r", CreatedAt: now, Version: 1,
	}}
	if state == Published {
		at := now.Add(time.Duration(n) * time.Hour)
		t.EffectiveAt, t.PublishedAt = &at, &now
	}
	c.do(func(tx pg.Tx) error {
		return errors.Join(pg.Insert(tx, &t), insertEntries(tx, t.ID, []Entry{{Role: identity.GeneralManager}}))
	})
	return t.ID
}

// However prices, quantities and a header discount are mixed: what stands on a rep's own authority is never below what
// the table lets a rep sell the lot for, and a dearer sale never needs a higher role.
func TestPRC10_PropertyNothingSlipsUnder(t *testing.T) {
	t.Parallel()
	cents := func(t *rapid.T, label string, low, high int64) decimal.Decimal {
		return decimal.MustNew(rapid.Int64Range(low, high).Draw(t, label), 2)
	}
	rank := func(role identity.Role) int {
		for i, r := range ladder {
			if r == role {
				return i
			}
		}
		return -1
	}
	table := defaults()
	rapid.Check(t, func(t *rapid.T) {
		g, q := goods{}, rep("0")
		net, base := new(big.Rat), new(big.Rat)
		for range rapid.IntRange(1, 6).Draw(t, "lines") {
			b := cents(t, "base", 1, 100_000)
			id := g.add(b.String(), "")
			percent := rapid.Int64Range(90, 110).Draw(t, "percent of base")
			p, err := b.Mul(decimal.MustNew(percent, 2))
			if err != nil {
				t.Fatal(err)
			}
			l := Line{ProductID: id, Price: p.Round(4), Quantity: cents(t, "quantity", 1, 1_000_000)}
			q.Lines = append(q.Lines, l)
			net = add(net, mul(Exact(l.Price), Exact(l.Quantity)))
			base = add(base, mul(Exact(b), Exact(l.Quantity)))
		}
		whole, _ := Rounded(net, 2)
		q.HeaderDiscount = cents(t, "discount", 0, 10_000)
		if q.HeaderDiscount.Cmp(whole) > 0 {
			q.HeaderDiscount = decimal.Zero
		}
		a, err := judge(q, g, table)
		if errors.Is(err, ErrDiscount) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		lowest := mul(base, big.NewRat(98, 100))
		if a.Within && sub(net, Exact(q.HeaderDiscount)).Cmp(lowest) < 0 {
			t.Fatalf("within, at %s for %s", sub(net, Exact(q.HeaderDiscount)), base)
		}
		for i := range a.Lines {
			if rank(a.Lines[i].RequiredRole) > rank(a.RequiredRole) {
				t.Fatalf("line %d needs more than the whole", i)
			}
		}
		q.HeaderDiscount = decimal.Zero
		if dearer, err := judge(q, g, table); err != nil || rank(dearer.RequiredRole) > rank(a.RequiredRole) {
			t.Fatalf("without the discount it needs %s, with it %s: %v", dearer.RequiredRole, a.RequiredRole, err)
		}
	})
}
