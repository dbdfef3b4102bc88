package priceadjust

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestPRC08_QuarterlyReviewOfAllBasePrices(t *testing.T) {
	t.Parallel()
	c, sold := newCompany(t)
	a, b, d := c.product("A", catalog.LifecycleStandard), c.product("B", catalog.LifecycleStandard), c.product("D", catalog.LifecycleStandard)
	c.product("UNPRICED", catalog.LifecycleStandard)
	quarter := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	open := func() { c.do(func(tx pg.Tx) error { return c.s.OpenPriceReview(tx, quarter) }) }
	reviews := func() (rows []PriceReview) {
		c.do(func(tx pg.Tx) (err error) {
			rows, _, err = c.s.ListPriceReviews(tx, c.manager, "", pg.Page{Limit: 10})
			return err
		})
		return rows
	}
	open()
	if got := reviews(); len(got) != 0 {
		t.Fatalf("of nothing: %+v", got)
	}
	c.open(day(1, 1), price(a, "113", ""), price(b, "50", ""), price(d, "70", ""))
	sold[a] = dec("12.5")
	finance := c.person(identity.FinanceManager)
	c.must(finance, func(tx pg.Tx) error {
		_, err := catalog.New().RecordProductCost(tx, finance, a, day(1, 1), dec("80"), "standard")
		return err
	})
	open()
	open() // the job runs again
	all := reviews()
	if len(all) != 1 || all[0].Products != 3 || all[0].Open != 3 || all[0].State != ReviewOpen {
		t.Fatalf("%+v", all)
	}
	id := all[0].ID
	items := func(who identity.Principal, f ReviewFilter) (rows []ReviewItem) {
		c.do(func(tx pg.Tx) (err error) {
			rows, _, err = c.s.ListReviewItems(tx, who, id, f, pg.Page{Limit: 10})
			return err
		})
		return rows
	}
	if got := items(c.manager, ReviewFilter{}); len(got) != 3 || got[0].Volume.String() != "12.5000" || got[0].Margin == nil || got[0].Margin.Percent.String() != "20.00" || got[1].Margin != nil {
		t.Errorf("%+v", got)
	}
	if got := items(c.person(identity.SalesDirector), ReviewFilter{}); got[0].Margin != nil { // PRC-13
		t.Error("a director sees margins")
	}
	l := c.submitted(nil, price(a, "120", ""))
	c.approve(*l.ApprovalID, c.committee, c.gm)
	if got := items(c.manager, ReviewFilter{Answer: "changed"}); len(got) != 1 || got[0].ProductID != a || *got[0].ListID != l.ID {
		t.Errorf("changed by a list: %+v", got)
	}
	confirm := func(what ReviewConfirmation) (r PriceReview, err error) {
		err = c.as(c.manager, func(tx pg.Tx) (err error) { r, err = c.s.ConfirmPriceReview(tx, c.manager, id, nil, what); return err })
		return r, err
	}
	if r, err := confirm(ReviewConfirmation{Products: []uuid.UUID{b, a}}); err != nil || r.Open != 1 || r.State != ReviewOpen {
		t.Errorf("%+v %v", r, err)
	}
	if r, err := confirm(ReviewConfirmation{All: true, Filter: ReviewFilter{PricedBefore: day(1, 1)}}); err != nil || r.Open != 1 {
		t.Errorf("none is that old: %+v %v", r, err)
	}
	if r, err := confirm(ReviewConfirmation{All: true}); err != nil || r.Open != 0 || r.State != ReviewClosed {
		t.Errorf("the last answer closes it: %+v %v", r, err)
	}
	if _, err := confirm(ReviewConfirmation{All: true}); !errors.Is(err, ErrReviewClosed) {
		t.Errorf("closed: %v", err)
	}
}
