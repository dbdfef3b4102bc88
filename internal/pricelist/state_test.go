package pricelist

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// Every verb in every state, of lists: what isn't named here is refused.
func TestPRC05_EveryVerbInEveryState(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	states := []pricing.State{pricing.Draft, pricing.Submitted, pricing.Published, pricing.Rejected, pricing.Cancelled}
	reason := "changed"
	verbs := map[string]struct {
		do   func(tx pg.Tx, id uuid.UUID) error
		from map[pricing.State]bool
	}{
		"update": {
			do: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.UpdateBasePriceList(tx, c.manager, id, 1, ListPatch{Reason: &reason})
				return err
			},
			from: map[pricing.State]bool{pricing.Draft: true, pricing.Submitted: true},
		},
		"submit": {
			do: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.SubmitBasePriceList(tx, c.manager, id, nil)
				return err
			},
			from: map[pricing.State]bool{pricing.Draft: true},
		},
		"cancel": {
			do: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.CancelBasePriceList(tx, c.manager, id, nil)
				return err
			},
			from: map[pricing.State]bool{pricing.Draft: true, pricing.Submitted: true},
		},
		"stale": { // a version that isn't there is refused in every state
			do: func(tx pg.Tx, id uuid.UUID) error {
				_, err := c.s.UpdateBasePriceList(tx, c.manager, id, 7, ListPatch{Reason: &reason})
				return err
			},
		},
	}
	n := 0
	for verb, v := range verbs {
		for _, state := range states {
			n++
			list := c.inState(state, n, a)
			err := c.as(c.manager, func(tx pg.Tx) error { return v.do(tx, list) })
			refused := errors.Is(err, pricing.ErrNotEditable) || errors.Is(err, pricing.ErrNotDraft) || errors.Is(err, errs.ErrStale)
			if v.from[state] != (err == nil) || (err != nil && !refused) {
				t.Errorf("%s a %s list: %v", verb, state, err)
			}
		}
	}
}

// inState puts a list with a line into a state, by hand.
func (c company) inState(state pricing.State, n int, product uuid.UUID) uuid.UUID {
	c.t.Helper()
	now := c.db.Clock().Now()
	l := BasePriceList{ReasonKind: LeftMarket, Revision: pricing.Revision{
		ID: uuid.Must(uuid.NewV7()), Number: fmt.Sprintf("L-%d", n), State: pricing.Draft, Reason: "r", CreatedAt: now, Version: 1,
	}}
	var effective, published *time.Time
	if state == pricing.Published {
		at := now.Add(time.Duration(n) * time.Hour)
		effective, published = &at, &now
	}
	c.do(func(tx pg.Tx) error {
		return errors.Join(pg.Insert(tx, &l), upsertLines(tx, l.ID, []PriceLine{price(product, "10", "")}),
			tx.Exec("UPDATE base_price_lists SET state = ?, effective_at = ?, published_at = ? WHERE id = ?", state, effective, published, l.ID).Error)
	})
	return l.ID
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
		if (approved == nil) == (edited == nil) || (approved == nil) != (got.State == pricing.Published) {
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
			if got.State != pricing.Published || n < 5 {
				t.Errorf("after %d statements: %+v", n, got)
			}
			return
		}
		if got.State != pricing.Submitted || c.priceAt(a, time.Time{}) != "0" || n > 50 {
			t.Fatalf("statement %d failed (%v) and left %+v, price %s", n, err, got, c.priceAt(a, time.Time{}))
		}
	}
}
