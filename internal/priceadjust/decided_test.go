package priceadjust

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
)

// Whichever statement of the last approval of a list fails, neither the request that it answers nor the review has an answer.
func TestPRC05_PRC08_AnApprovalThatFailsHalfWayAnswersNothing(t *testing.T) {
	t.Parallel()
	c, _ := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""))
	c.do(func(tx pg.Tx) error { return c.s.OpenPriceReview(tx, day(10, 1)) })
	var r PriceRequest
	var l pricelist.BasePriceList
	c.must(c.manager, func(tx pg.Tx) (err error) {
		r, err = c.s.CreatePriceRequest(tx, c.manager, RequestInput{
			ReasonKind: pricelist.LeftMarket, Reason: "r", Figures: "f", Lines: []RequestLine{{ProductID: a, Direction: Up, WantedPrice: pct("110")}},
		})
		return err
	})
	c.must(c.manager, func(tx pg.Tx) (err error) {
		l, err = c.lists.CreateBasePriceList(tx, c.manager, pricelist.ListInput{
			ReasonKind: pricelist.LeftMarket, Reason: "market moved", RequestIDs: []uuid.UUID{r.ID},
		})
		return err
	})
	l, err := c.submit(l)
	if err != nil {
		t.Fatal(err)
	}
	c.approve(*l.ApprovalID, c.committee)
	for n := int64(1); ; n++ {
		ctx, _ := pg.WithProbe(context.Background(), n)
		err := c.db.Tx(ctx, c.gm.Origin("test"), func(tx pg.Tx) error {
			_, err := c.approvals.ApproveRequest(tx, c.gm, *l.ApprovalID, approval.Verdict{})
			return err
		})
		var reviews []PriceReview
		c.do(func(tx pg.Tx) (e error) {
			if r, e = c.s.GetPriceRequest(tx, c.manager, r.ID); e == nil {
				reviews, _, e = c.s.ListPriceReviews(tx, c.manager, "", pg.Page{Limit: 2})
			}
			return e
		})
		if err == nil {
			if r.State != RequestGranted || reviews[0].State != ReviewClosed || c.priceAt(a, time.Time{}) != "110.0000" || n < 10 {
				t.Errorf("after %d statements: %+v %+v", n, r, reviews)
			}
			return
		}
		if r.State != RequestTaken || reviews[0].Open != 1 || c.priceAt(a, time.Time{}) != "100.0000" || n > 80 {
			t.Fatalf("statement %d failed (%v) and left %+v %+v", n, err, r, reviews)
		}
	}
}
