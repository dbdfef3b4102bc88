package pricelist

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

func TestPRC05_BasePricesChangeWhenCommitteeAndGeneralManagerApprove(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""))
	l := c.submitted(nil, price(a, "110", "99"))
	if l.State != pricing.Submitted || c.priceAt(a, time.Time{}) != "100.0000" {
		t.Fatalf("%+v", l)
	}
	c.approve(*l.ApprovalID, c.committee)
	if got := c.list(l.ID); got.State != pricing.Submitted {
		t.Fatalf("the committee alone doesn't publish: %+v", got)
	}
	c.approve(*l.ApprovalID, c.gm)
	got := c.list(l.ID)
	if got.State != pricing.Published || got.Standing != pricing.InForce || c.priceAt(a, time.Time{}) != "110.0000" || c.priceAt(a, got.EffectiveAt.Add(-time.Microsecond)) != "100.0000" {
		t.Errorf("%+v, price %s", got, c.priceAt(a, time.Time{}))
	}
	err := c.as(c.manager, func(tx pg.Tx) error {
		_, err := c.s.SetBasePriceLines(tx, c.manager, l.ID, got.Version, []PriceLine{price(a, "1", "")})
		return err
	})
	if !errors.Is(err, pricing.ErrNotEditable) { // PRC-07
		t.Errorf("a published list changes: %v", err)
	}
}

func TestPRC05_ListTakesEffectAtItsTime(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""))
	now := c.db.Clock().Now()
	later, sooner := now.Add(48*time.Hour), now.Add(24*time.Hour)
	far := c.submitted(&later, price(a, "120", ""))
	c.approve(*far.ApprovalID, c.committee, c.gm)
	near := c.submitted(&sooner, price(a, "110", ""))
	c.approve(*near.ApprovalID, c.committee, c.gm) // approved later, effective sooner
	for _, x := range []struct {
		after time.Duration
		want  string
		near  pricing.Standing
	}{
		{0, "100.0000", pricing.Scheduled},
		{24*time.Hour - time.Minute, "100.0000", pricing.Scheduled},
		{24*time.Hour + time.Minute, "110.0000", pricing.InForce},
		{48*time.Hour + time.Minute, "120.0000", pricing.Superseded},
	} {
		c.db.Clock().SetOffset(x.after)
		if got := c.priceAt(a, time.Time{}); got != x.want {
			t.Errorf("after %s: %s, want %s", x.after, got, x.want)
		}
		if got := c.list(near.ID).Standing; got != x.near {
			t.Errorf("after %s: %s, want %s", x.after, got, x.near)
		}
	}
}

func TestPRC05_ListApprovedAfterItsTimeTakesEffectThen(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a, b := c.product("A", catalog.LifecycleStandard), c.product("B", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""), price(b, "50", ""))
	soon := c.db.Clock().Now().Add(time.Hour)
	first, second := c.submitted(&soon, price(a, "110", "")), c.submitted(&soon, price(b, "60", ""))
	c.db.Clock().SetOffset(2 * time.Hour)
	c.approve(*first.ApprovalID, c.committee, c.gm)
	if got := c.list(first.ID); !got.EffectiveAt.Equal(*got.PublishedAt) || c.priceAt(a, soon.Add(time.Minute)) != "100.0000" { // PRC-07
		t.Errorf("the past changed: %+v", got)
	}
	c.approve(*second.ApprovalID, c.committee, c.gm)
	if got := c.priceAt(a, time.Time{}) + " " + c.priceAt(b, time.Time{}); got != "110.0000 60.0000" {
		t.Error(got)
	}
}

func TestPRC05_TwoListsForOneInstantBothCome(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a, b := c.product("A", catalog.LifecycleStandard), c.product("B", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""), price(b, "50", ""))
	soon := c.db.Clock().Now().Add(time.Hour)
	first, second := c.submitted(&soon, price(a, "110", "")), c.submitted(&soon, price(b, "60", ""))
	c.approve(*second.ApprovalID, c.committee, c.gm)
	c.approve(*first.ApprovalID, c.committee, c.gm)
	if got := c.priceAt(a, soon.Add(time.Minute)) + " " + c.priceAt(b, soon.Add(time.Minute)); got != "110.0000 60.0000" {
		t.Error(got)
	}
}

// Whoever approves has seen differences from what held when the list was submitted. When another list has changed that meanwhile, the
// approval is refused, and the list goes through the gate again.
func TestPRC05_AListWhoseBaseMovedIsNotApproved(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a, b := c.product("A", catalog.LifecycleStandard), c.product("B", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""), price(b, "50", ""))
	soon := c.db.Clock().Now().Add(time.Hour)
	first, second := c.submitted(&soon, price(a, "110", "")), c.submitted(&soon, price(a, "120", ""), price(b, "60", ""))
	c.approve(*first.ApprovalID, c.committee)
	c.approve(*second.ApprovalID, c.committee, c.gm)
	decide := func(l BasePriceList) error {
		return c.as(c.gm, func(tx pg.Tx) error {
			_, err := c.s.approvals.ApproveRequest(tx, c.gm, *l.ApprovalID, approval.Verdict{})
			return err
		})
	}
	if err := decide(first); !errors.Is(err, ErrBaseMoved) {
		t.Fatalf("%v", err)
	}
	if got := c.list(first.ID); got.State != pricing.Submitted || c.priceAt(a, soon.Add(time.Minute)) != "120.0000" {
		t.Errorf("%s", got.State)
	}
	c.must(c.manager, func(tx pg.Tx) (err error) {
		first, err = c.s.RefreshBasePriceList(tx, c.manager, first.ID, nil)
		return err
	})
	if first.State != pricing.Draft {
		t.Errorf("%s", first.State)
	}
	c.must(c.manager, func(tx pg.Tx) (err error) {
		first, err = c.s.SubmitBasePriceList(tx, c.manager, first.ID, nil)
		return err
	})
	c.approve(*first.ApprovalID, c.committee)
	if err := decide(first); err != nil {
		t.Fatal(err)
	}
	if got := c.priceAt(a, soon.Add(time.Minute)) + " " + c.priceAt(b, soon.Add(time.Minute)); got != "110.0000 60.0000" { // the one approved later counts
		t.Error(got)
	}
}

func TestPRC05_EditEndsTheApproval(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""))
	for name, edit := range map[string]func(tx pg.Tx, l BasePriceList) (BasePriceList, error){
		"head": func(tx pg.Tx, l BasePriceList) (BasePriceList, error) {
			reason := "another"
			return c.s.UpdateBasePriceList(tx, c.manager, l.ID, l.Version, ListPatch{Reason: &reason})
		},
		"lines": func(tx pg.Tx, l BasePriceList) (BasePriceList, error) {
			return c.s.SetBasePriceLines(tx, c.manager, l.ID, l.Version, []PriceLine{price(a, "1", "")})
		},
		"line": func(tx pg.Tx, l BasePriceList) (BasePriceList, error) {
			return c.s.RemoveBasePriceLine(tx, c.manager, l.ID, l.Version, a)
		},
		"cancel": func(tx pg.Tx, l BasePriceList) (BasePriceList, error) {
			return c.s.CancelBasePriceList(tx, c.manager, l.ID, &l.Version)
		},
	} {
		l := c.submitted(nil, price(a, "110", ""))
		c.must(c.manager, func(tx pg.Tx) error {
			got, err := edit(tx, l)
			if want := map[bool]pricing.State{true: pricing.Cancelled, false: pricing.Draft}[name == "cancel"]; err == nil && got.State != want {
				t.Errorf("%s: %s", name, got.State)
			}
			return err
		})
		err := c.as(c.committee, func(tx pg.Tx) error {
			_, err := c.s.approvals.ApproveRequest(tx, c.committee, *l.ApprovalID, approval.Verdict{})
			return err
		})
		if !errors.Is(err, approval.ErrEnded) {
			t.Errorf("%s: the approval goes on: %v", name, err)
		}
	}
	if got := c.priceAt(a, time.Time{}); got != "100.0000" {
		t.Error(got)
	}
}

func TestPRC05_RejectedReturnedWithdrawn(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""))
	for _, x := range []struct {
		decide func(*approval.Service, pg.Tx, identity.Principal, uuid.UUID, approval.Verdict) (approval.Request, error)
		who    identity.Principal
		want   pricing.State
	}{
		{(*approval.Service).RejectRequest, c.committee, pricing.Rejected},
		{(*approval.Service).ReturnRequest, c.committee, pricing.Draft},
		{(*approval.Service).WithdrawRequest, c.manager, pricing.Draft},
	} {
		l := c.submitted(nil, price(a, "110", ""))
		c.must(x.who, func(tx pg.Tx) error {
			_, err := x.decide(c.s.approvals, tx, x.who, *l.ApprovalID, approval.Verdict{Comment: "no"})
			return err
		})
		if got := c.list(l.ID); got.State != x.want || got.PublishedAt != nil {
			t.Errorf("%s: %+v", x.want, got)
		}
	}
	if got := c.priceAt(a, time.Time{}); got != "100.0000" {
		t.Error(got)
	}
}

func TestPRC06_ReasonIsMandatoryAndOneOfTheAllowed(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	for _, in := range []ListInput{{ReasonKind: LeftMarket}, {Reason: "because"}, {ReasonKind: Opening, Reason: "because"}, {ReasonKind: "whim", Reason: "because"}} {
		c.fails(ErrReason, func(tx pg.Tx) error { _, err := c.s.CreateBasePriceList(tx, c.manager, in); return err })
	}
	for _, kind := range []ReasonKind{LeftMarket, BlocksPlan, TrueCost, FirstPrice} {
		c.do(func(tx pg.Tx) error {
			_, err := c.s.CreateBasePriceList(tx, c.manager, ListInput{ReasonKind: kind, Reason: "because"})
			return err
		})
	}
}

func TestPRC02_DormantProductGetsNoBasePriceAndANewOneBecomesStandard(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	fresh, dormant := c.product("NEW", catalog.LifecycleNew), c.product("OLD", catalog.LifecycleDormant)
	var l BasePriceList
	c.do(func(tx pg.Tx) (err error) {
		if l, err = c.s.CreateBasePriceList(tx, c.manager, ListInput{ReasonKind: FirstPrice, Reason: "adopted"}); err != nil {
			return err
		}
		l, err = c.s.SetBasePriceLines(tx, c.manager, l.ID, l.Version, []PriceLine{price(dormant, "10", "")})
		return err
	})
	c.fails(ErrDormant, func(tx pg.Tx) error { _, err := c.s.SubmitBasePriceList(tx, c.manager, l.ID, &l.Version); return err })
	ok := c.submitted(nil, price(fresh, "10", ""))
	c.approve(*ok.ApprovalID, c.committee, c.gm)
	c.do(func(tx pg.Tx) error {
		a, err := c.gate.Check(tx, rep("0", at(fresh, "10", "1")))
		if err == nil && a.Lines[0].Product.Lifecycle != catalog.LifecycleStandard {
			t.Errorf("%+v", a.Lines[0].Product)
		}
		return err
	})
}

func TestConstraintsOfPriceLists(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	l := c.open(day(1, 1), price(a, "100", ""))
	for stmt, want := range map[string]error{
		`INSERT INTO base_price_lines VALUES ('` + l.ID.String() + `', '` + uuid.NewString() + `', 1, NULL, '')`:                                                              pricing.ErrUnknownProduct,
		`UPDATE base_price_lines SET floor_price = 101`:                                                                                                                       ErrFloorAboveBase,
		`INSERT INTO base_price_lists SELECT gen_random_uuid(), 'X', state, effective_at, reason_kind, reason, now(), NULL, NULL, NULL, NULL, now(), 1 FROM base_price_lists`: ErrEffectiveTaken,
		`UPDATE base_price_lists SET published_at = NULL`:                                                                                                                     errs.ErrConstraint,
	} {
		c.fails(want, func(tx pg.Tx) error { return tx.Exec(stmt).Error })
	}
}

func TestPRC07_NothingTakesEffectInThePast(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	now := c.db.Clock().Now()
	past, soon := now.Add(-time.Microsecond), now.Add(time.Hour)
	c.fails(pricing.ErrEffectivePast, func(tx pg.Tx) error {
		_, err := c.s.CreateBasePriceList(tx, c.manager, ListInput{EffectiveAt: &past, ReasonKind: LeftMarket, Reason: "r"})
		return err
	})
	var l BasePriceList
	c.do(func(tx pg.Tx) (err error) {
		l, err = c.s.CreateBasePriceList(tx, c.manager, ListInput{EffectiveAt: &soon, ReasonKind: LeftMarket, Reason: "r"})
		if err != nil {
			return err
		}
		l, err = c.s.SetBasePriceLines(tx, c.manager, l.ID, l.Version, []PriceLine{price(a, "10", "")})
		return err
	})
	c.db.Clock().SetOffset(2 * time.Hour) // its time has passed while it was a draft
	c.fails(pricing.ErrEffectivePast, func(tx pg.Tx) error { _, err := c.s.SubmitBasePriceList(tx, c.manager, l.ID, nil); return err })
}
