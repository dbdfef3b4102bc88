package priceadjust

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/pricing"
)

func TestPRC05_RequestsBecomeADraftAndAreAnswered(t *testing.T) {
	t.Parallel()
	c, _ := newCompany(t)
	a, b := c.product("A", catalog.LifecycleStandard), c.product("B", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""), price(b, "50", ""))
	rep, made, cost := c.person(identity.SalesRep), c.person(identity.ProductionManager), c.person(identity.FinanceClerk)
	ask := func(who identity.Principal, in RequestInput) (r PriceRequest, err error) {
		err = c.as(who, func(tx pg.Tx) (err error) { r, err = c.s.CreatePriceRequest(tx, who, in); return err })
		return r, err
	}
	good := func(id uuid.UUID, d Direction, wanted string) RequestInput {
		return RequestInput{ReasonKind: pricelist.TrueCost, Reason: "cost", Figures: "1.04 per kg", Lines: []RequestLine{{ProductID: id, Direction: d, WantedPrice: pct(wanted)}}}
	}
	for name, x := range map[string]struct {
		want error
		in   RequestInput
	}{
		"no reason":      {pricelist.ErrReason, RequestInput{ReasonKind: pricelist.TrueCost, Figures: "f", Lines: good(a, Up, "101").Lines}},
		"first price":    {pricelist.ErrReason, RequestInput{ReasonKind: pricelist.FirstPrice, Reason: "r", Figures: "f", Lines: good(a, Up, "101").Lines}}, // PRC-06
		"up but lower":   {ErrDirection, good(a, Up, "100")},
		"down but same":  {ErrDirection, good(a, Down, "100")},
		"twice":          {pricelist.ErrLineTwice, RequestInput{ReasonKind: pricelist.TrueCost, Reason: "r", Figures: "f", Lines: append(good(a, Up, "101").Lines, good(a, Up, "102").Lines...)}},
		"nothing for it": {pricing.ErrNotPositive, good(a, Down, "0")},
		"unknown":        {pricing.ErrUnknownProduct, good(uuid.New(), Up, "1")},
	} {
		if _, err := ask(rep, x.in); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r1, err1 := ask(rep, good(a, Down, "95"))
	r2, err2 := ask(made, good(a, Up, "104"))
	r3, err3 := ask(cost, good(b, Up, "55"))
	r4, err4 := ask(rep, good(b, ToReview, "49"))
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	if r1.Side != SalesSide || r2.Side != ProductionSide || r3.Side != FinanceSide || r1.Lines[0].BasePrice.String() != "100.0000" {
		t.Errorf("%s %s %s", r1.Side, r2.Side, r3.Side)
	}
	decline := func(who identity.Principal, id uuid.UUID) error {
		return c.as(who, func(tx pg.Tx) error { _, err := c.s.DeclinePriceRequest(tx, who, id, nil, "not now"); return err })
	}
	stranger := identity.TestPrincipal(c.person(identity.SalesSupervisor).ID, false, nil, identity.SalesSupervisor)
	if err := c.as(stranger, func(tx pg.Tx) error { _, err := c.s.GetPriceRequest(tx, stranger, r1.ID); return err }); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("ORG-06: %v", err)
	}
	if err := decline(c.manager, r4.ID); err != nil || !errors.Is(decline(c.manager, r4.ID), ErrRequestState) {
		t.Errorf("declined once: %v", err)
	}
	withdraw := func(who identity.Principal, id uuid.UUID) error {
		return c.as(who, func(tx pg.Tx) error { _, err := c.s.WithdrawPriceRequest(tx, who, id, nil); return err })
	}
	if err := withdraw(c.manager, r3.ID); !errors.Is(err, ErrRequestAuthor) {
		t.Errorf("another's: %v", err)
	}
	create := func(ids ...uuid.UUID) (l pricelist.BasePriceList, err error) {
		err = c.as(c.manager, func(tx pg.Tx) (err error) {
			l, err = c.lists.CreateBasePriceList(tx, c.manager, pricelist.ListInput{ReasonKind: pricelist.TrueCost, Reason: "requests", RequestIDs: ids})
			return err
		})
		return l, err
	}
	if _, err := create(r1.ID, r4.ID); !errors.Is(err, ErrRequestState) {
		t.Errorf("a declined one: %v", err)
	}
	if _, err := create(uuid.New()); !errors.Is(err, ErrUnknownRequest) {
		t.Errorf("unknown: %v", err)
	}
	l, err := create(r1.ID, r2.ID, r3.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := create(r1.ID); !errors.Is(err, ErrRequestState) {
		t.Errorf("taken twice: %v", err)
	}
	state := func(id uuid.UUID) (s RequestState) {
		c.do(func(tx pg.Tx) error { r, err := c.s.GetPriceRequest(tx, c.manager, id); s = r.State; return err })
		return s
	}
	if l, err = c.submit(l); err != nil {
		t.Fatal(err)
	}
	c.must(c.committee, func(tx pg.Tx) error {
		_, err := c.approvals.RejectRequest(tx, c.committee, *l.ApprovalID, approval.Verdict{Comment: "no"})
		return err
	})
	if state(r1.ID) != RequestOpen || state(r3.ID) != RequestOpen { // what came to nothing waits for another answer
		t.Errorf("%s %s", state(r1.ID), state(r3.ID))
	}
	if err := withdraw(rep, r1.ID); err != nil {
		t.Error(err)
	}
	if l, err = create(r2.ID, r3.ID); err != nil {
		t.Fatal(err)
	}
	if l, err = c.submit(l); err != nil {
		t.Fatal(err)
	}
	c.approve(*l.ApprovalID, c.committee, c.gm)
	if state(r2.ID) != RequestGranted || c.priceAt(a, time.Time{}) != "104.0000" || c.priceAt(b, time.Time{}) != "55.0000" {
		t.Errorf("%s %s", state(r2.ID), c.priceAt(a, time.Time{}))
	}
	c.do(func(tx pg.Tx) error {
		var told int64
		err := tx.Raw("SELECT count(*) FROM follow_ups WHERE kind = 'pricing.request_answered' AND user_id = ? AND state = 'open' AND title_en LIKE '%approved%'", made.ID).Scan(&told).Error
		if told != 1 {
			t.Errorf("told %d times", told)
		}
		return err
	})
}

func TestPRC05_RaceOfTakingOneRequest(t *testing.T) {
	t.Parallel()
	c, _ := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""))
	rep := c.person(identity.SalesRep)
	var r PriceRequest
	c.must(rep, func(tx pg.Tx) (err error) {
		r, err = c.s.CreatePriceRequest(tx, rep, RequestInput{
			ReasonKind: pricelist.LeftMarket, Reason: "r", Figures: "f", Lines: []RequestLine{{ProductID: a, Direction: Up, WantedPrice: pct("101")}},
		})
		return err
	})
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 8 {
		wg.Go(func() {
			err := c.db.Tx(context.Background(), c.manager.Origin("test"), func(tx pg.Tx) error {
				_, err := c.lists.CreateBasePriceList(tx, c.manager, pricelist.ListInput{ReasonKind: pricelist.LeftMarket, Reason: "r", RequestIDs: []uuid.UUID{r.ID}})
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, ErrRequestState) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d lists took it", won)
	}
}
