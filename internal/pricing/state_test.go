package pricing

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Every verb in every state, of lists and tables: what isn't named here is refused.
func TestPRC05_EveryVerbInEveryState(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	states := []State{Draft, Submitted, Published, Rejected, Cancelled}
	reason := "changed"
	verbs := map[string]struct {
		list, table func(tx pg.Tx, id uuid.UUID) error
		from        map[State]bool
	}{
		"update": {
			list: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.UpdateBasePriceList(tx, c.manager, id, 1, ListPatch{Reason: &reason})
				return err
			},
			table: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.UpdatePriceAuthorityTable(tx, c.manager, id, 1, AuthorityPatch{Reason: &reason})
				return err
			},
			from: map[State]bool{Draft: true, Submitted: true},
		},
		"submit": {
			list: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.SubmitBasePriceList(tx, c.manager, id, nil)
				return err
			},
			table: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.SubmitPriceAuthorityTable(tx, c.manager, id, nil)
				return err
			},
			from: map[State]bool{Draft: true},
		},
		"cancel": {
			list: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.CancelBasePriceList(tx, c.manager, id, nil)
				return err
			},
			table: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.CancelPriceAuthorityTable(tx, c.manager, id, nil)
				return err
			},
			from: map[State]bool{Draft: true, Submitted: true},
		},
		"stale": { // a version that isn't there is refused in every state
			list: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.UpdateBasePriceList(tx, c.manager, id, 7, ListPatch{Reason: &reason})
				return err
			},
			table: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.UpdatePriceAuthorityTable(tx, c.manager, id, 7, AuthorityPatch{Reason: &reason})
				return err
			},
		},
	}
	n := 0
	for verb, v := range verbs {
		for _, state := range states {
			n++
			list, table := c.inState(state, n, a)
			for kind, err := range map[string]error{
				"list":  c.as(c.manager, func(tx pg.Tx) error { return v.list(tx, list) }),
				"table": c.as(c.manager, func(tx pg.Tx) error { return v.table(tx, table) }),
			} {
				refused := errors.Is(err, ErrNotEditable) || errors.Is(err, ErrNotDraft) || errors.Is(err, errs.ErrStale)
				if v.from[state] != (err == nil) || (err != nil && !refused) {
					t.Errorf("%s a %s %s: %v", verb, state, kind, err)
				}
			}
		}
	}
}

// inState puts a list with a line and a table into a state, by hand.
func (c company) inState(state State, n int, product uuid.UUID) (list, table uuid.UUID) {
	c.t.Helper()
	now := c.db.Clock().Now()
	r := Revision{State: state, Reason: "r", CreatedAt: now, Version: 1}
	if state == Published {
		at := now.Add(time.Duration(n) * time.Hour)
		r.EffectiveAt, r.PublishedAt = &at, &now
	}
	of := func(series string) Revision {
		r.ID, r.Number = uuid.Must(uuid.NewV7()), fmt.Sprintf("%s-%d", series, n)
		return r
	}
	l, t := BasePriceList{Revision: of("L"), ReasonKind: LeftMarket}, AuthorityTable{Revision: of("T")}
	c.do(func(tx pg.Tx) error {
		l.State = Draft
		l.EffectiveAt, l.PublishedAt = nil, nil
		return errors.Join(pg.Insert(tx, &l), pg.Insert(tx, &t),
			upsertLines(tx, l.ID, []PriceLine{price(product, "10", "")}),
			tx.Exec("UPDATE base_price_lists SET state = ?, effective_at = ?, published_at = ? WHERE id = ?", state, r.EffectiveAt, r.PublishedAt, l.ID).Error,
			insertEntries(tx, t.ID, []Entry{{Role: identity.GeneralManager}}))
	})
	return l.ID, t.ID
}

// Approving, editing and cancelling at once: either it is published as it was submitted, or it isn't published.
func TestPRC05_RaceOfApprovalAndEdit(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""))
	for round := range 10 {
		l := c.submitted(nil, price(a, "110", ""))
		c.approve(*l.ApprovalID, c.committee)
		var wg sync.WaitGroup
		var approved, edited error
		wg.Go(func() {
			approved = c.db.Tx(context.Background(), c.gm.Origin("test"), func(tx pg.Tx) error {
				_, err := c.s.approvals.ApproveRequest(tx, c.gm, *l.ApprovalID, approval.Verdict{})
				return err
			})
		})
		wg.Go(func() {
			edited = c.db.Tx(context.Background(), c.manager.Origin("test"), func(tx pg.Tx) error {
				_, err := c.s.SetBasePriceLines(tx, c.manager, l.ID, l.Version, []PriceLine{price(a, "1", "")})
				return err
			})
		})
		wg.Wait()
		got := c.list(l.ID)
		if (approved == nil) == (edited == nil) || (approved == nil) != (got.State == Published) {
			t.Fatalf("round %d: approved %v, edited %v, %s", round, approved, edited, got.State)
		}
		if p := c.priceAt(a, time.Time{}); p != "100.0000" && p != "110.0000" {
			t.Fatalf("round %d: price %s", round, p)
		}
	}
}

// Lists for one instant that are approved at once all come, each at an instant of its own.
func TestPRC05_RaceOfPublications(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	soon := c.db.Clock().Now().Add(time.Hour)
	var ids []uuid.UUID
	for i := range 8 {
		a := c.product(fmt.Sprint("A", i), catalog.LifecycleStandard)
		if i == 0 {
			c.open(day(1, 1), price(a, "100", ""))
		}
		l := c.submitted(&soon, price(a, fmt.Sprint(110+i), ""))
		c.approve(*l.ApprovalID, c.committee)
		ids = append(ids, *l.ApprovalID)
	}
	var wg sync.WaitGroup
	for _, id := range ids {
		wg.Go(func() {
			err := c.db.Tx(context.Background(), c.gm.Origin("test"), func(tx pg.Tx) error {
				_, err := c.s.approvals.ApproveRequest(tx, c.gm, id, approval.Verdict{})
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c.do(func(tx pg.Tx) error {
		var published, instants int64
		err := tx.Raw("SELECT count(*), count(DISTINCT effective_at) FROM base_price_lists WHERE state = 'published'").Row().Scan(&published, &instants)
		if published != 9 || instants != 9 {
			t.Errorf("%d published at %d instants", published, instants)
		}
		return err
	})
}

// Of lists that change one product's price, approved at once, one comes: the others were shown differences that it has overtaken.
func TestPRC05_RaceOfListsForOneProduct(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""))
	var ids []uuid.UUID
	for i := range 6 {
		l := c.submitted(nil, price(a, fmt.Sprint(110+i), ""))
		c.approve(*l.ApprovalID, c.committee)
		ids = append(ids, *l.ApprovalID)
	}
	var wg sync.WaitGroup
	var came, moved atomic.Int32
	for _, id := range ids {
		wg.Go(func() {
			err := c.db.Tx(context.Background(), c.gm.Origin("test"), func(tx pg.Tx) error {
				_, err := c.s.approvals.ApproveRequest(tx, c.gm, id, approval.Verdict{})
				return err
			})
			switch {
			case err == nil:
				came.Add(1)
			case errors.Is(err, ErrBaseMoved):
				moved.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if came.Load() != 1 || moved.Load() != 5 {
		t.Errorf("%d came, %d moved", came.Load(), moved.Load())
	}
}

// Whichever statement of the last approval fails, nothing of it stays.
func TestPublishingIsAllOrNothing(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleNew)
	l := c.submitted(nil, price(a, "110", ""))
	c.approve(*l.ApprovalID, c.committee)
	for n := int64(1); ; n++ {
		ctx, _ := pg.WithProbe(context.Background(), n)
		err := c.db.Tx(ctx, c.gm.Origin("test"), func(tx pg.Tx) error {
			_, err := c.s.approvals.ApproveRequest(tx, c.gm, *l.ApprovalID, approval.Verdict{})
			return err
		})
		got := c.list(l.ID)
		if err == nil {
			if got.State != Published || n < 5 {
				t.Errorf("after %d statements: %+v", n, got)
			}
			return
		}
		if got.State != Submitted || c.priceAt(a, time.Time{}) != "0" || n > 50 {
			t.Fatalf("statement %d failed (%v) and left %+v, price %s", n, err, got, c.priceAt(a, time.Time{}))
		}
	}
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
			net = add(net, mul(exact(l.Price), exact(l.Quantity)))
			base = add(base, mul(exact(b), exact(l.Quantity)))
		}
		whole, _ := rounded(net, 2)
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
		if a.Within && sub(net, exact(q.HeaderDiscount)).Cmp(lowest) < 0 {
			t.Fatalf("within, at %s for %s", sub(net, exact(q.HeaderDiscount)), base)
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
