package pricelist

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

func (c company) draft(lines ...PriceLine) (l BasePriceList) {
	c.t.Helper()
	c.must(c.manager, func(tx pg.Tx) (err error) {
		if l, err = c.s.CreateBasePriceList(tx, c.manager, ListInput{ReasonKind: LeftMarket, Reason: "market moved"}); err != nil {
			return err
		}
		l, err = c.s.SetBasePriceLines(tx, c.manager, l.ID, l.Version, lines)
		return err
	})
	return l
}

func (c company) submit(l BasePriceList) (BasePriceList, error) {
	err := c.as(c.manager, func(tx pg.Tx) (err error) { l, err = c.s.SubmitBasePriceList(tx, c.manager, l.ID, nil); return err })
	return l, err
}

// rollOut does what the job does.
func (c company) rollOut(id uuid.UUID) (pieces int) {
	c.t.Helper()
	for more := true; more; pieces++ {
		c.do(func(tx pg.Tx) (err error) { more, err = c.s.RollOut(tx, id); return err })
	}
	return pieces
}

// many makes n standard products, with base prices of 100.
func (c company) many(n int) (ids []uuid.UUID) {
	c.t.Helper()
	c.do(func(tx pg.Tx) error {
		return tx.Raw(`INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version)
			SELECT gen_random_uuid(), 'M-' || lpad(n::text, 6, '0'), '涤纶长丝', '', '', 'kg', 'finished', 'standard', 0.13, true, now(), now(), 1
			FROM generate_series(1, ?) n RETURNING id`, n).Scan(&ids).Error
	})
	c.open(day(1, 1), lines(ids, "100")...)
	return ids
}

func lines(ids []uuid.UUID, p string) []PriceLine {
	all := make([]PriceLine, len(ids))
	for i, id := range ids {
		all[i] = price(id, p, "")
	}
	return all
}

func TestPRC05_DraftWhoseBaseMovedNeedsAFreshLook(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a, b := c.product("A", catalog.LifecycleStandard), c.product("B", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""), price(b, "50", ""))
	mine, apart := c.draft(price(a, "105", "")), c.draft(price(b, "55", ""))
	other := c.submitted(nil, price(a, "110", ""))
	c.approve(*other.ApprovalID, c.committee, c.gm)

	if _, err := c.submit(mine); !errors.Is(err, ErrBaseMoved) {
		t.Fatalf("prices moved under it: %v", err)
	}
	if _, err := c.submit(apart); err != nil {
		t.Errorf("nothing moved under this one: %v", err)
	}
	c.do(func(tx pg.Tx) error {
		got, rows, _, err := c.s.CompareBasePriceList(tx, c.manager, mine.ID, DifferenceFilter{}, pg.Page{Limit: 10})
		if err == nil && (len(got.Moved) != 1 || got.Moved[0].ListID != other.ID || got.Moved[0].Lines != 1 || rows[0].OldPrice.String() != "110.0000" || rows[0].Kind != Lowered) {
			t.Errorf("%+v %+v", got.Moved, rows)
		}
		return err
	})
	c.must(c.manager, func(tx pg.Tx) (err error) {
		mine, err = c.s.RefreshBasePriceList(tx, c.manager, mine.ID, nil)
		return err
	})
	if l, err := c.submit(mine); err != nil || l.State != pricing.Submitted {
		t.Fatalf("after a fresh look: %v", err)
	}
	c.must(c.manager, func(tx pg.Tx) (err error) {
		mine, err = c.s.RefreshBasePriceList(tx, c.manager, mine.ID, nil)
		return err
	})
	if mine.State != pricing.Draft || mine.ApprovalID != nil {
		t.Errorf("refresh of a submitted one: %+v", mine)
	}
	if err := c.as(c.manager, func(tx pg.Tx) error { _, err := c.s.RefreshBasePriceList(tx, c.manager, other.ID, nil); return err }); !errors.Is(err, pricing.ErrNotEditable) {
		t.Errorf("refresh of a published one: %v", err)
	}
}

func TestPRC05_ScheduledListIsCalledBackUntilShortlyBeforeItsTime(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""))
	recall := func(who identity.Principal, id uuid.UUID, reason string) error {
		return c.as(who, func(tx pg.Tx) error { _, err := c.s.RecallBasePriceList(tx, who, id, nil, reason); return err })
	}
	at := c.db.Clock().Now().Add(time.Hour)
	l := c.submitted(&at, price(a, "110", ""))
	if err := recall(c.gm, l.ID, "no"); !errors.Is(err, ErrRecall) {
		t.Errorf("not approved yet: %v", err)
	}
	c.approve(*l.ApprovalID, c.committee, c.gm)
	if err := recall(c.manager, l.ID, "no"); !errors.Is(err, ErrRecallWho) {
		t.Errorf("by the sales manager: %v", err)
	}
	if err := recall(c.gm, l.ID, " "); !errors.Is(err, ErrReason) {
		t.Errorf("without a reason: %v", err)
	}
	draft := c.draft(price(a, "120", ""))
	if err := recall(c.gm, l.ID, "raw material fell"); err != nil {
		t.Fatal(err)
	}
	got := c.list(l.ID)
	if got.State != pricing.Recalled || got.RecallReason != "raw material fell" || got.RecalledBy == nil || c.priceAt(a, at.Add(time.Hour)) != "100.0000" {
		t.Errorf("%+v, then %s", got, c.priceAt(a, at.Add(time.Hour)))
	}
	if _, err := c.submit(draft); !errors.Is(err, ErrBaseMoved) { // it was drafted beside prices that now never come
		t.Errorf("a recall moves the base: %v", err)
	}
	next := c.submitted(&at, price(a, "130", "")) // its instant is free again
	c.approve(*next.ApprovalID, c.committee, c.gm)
	if got := c.list(next.ID); !got.EffectiveAt.Equal(at) || c.priceAt(a, at) != "130.0000" {
		t.Errorf("%+v", got)
	}
	c.db.Clock().SetOffset(time.Hour - 59*time.Second) // price.recall_minutes = 1
	if err := recall(c.gm, next.ID, "late"); !errors.Is(err, ErrRecallLate) {
		t.Errorf("a second too late: %v", err)
	}
	c.db.Clock().SetOffset(time.Hour - 62*time.Second)
	if err := recall(c.gm, next.ID, "in time"); err != nil {
		t.Errorf("in time: %v", err)
	}
}

func TestPRC05_LongListRollsOutWholeAfterACrashToo(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	ids := c.many(stageBatch + 10)
	l := c.draft(lines(ids[:1], "110")...)
	c.must(c.manager, func(tx pg.Tx) error { return c.s.fillList(tx, l, lines(ids, "110")) })
	l, err := c.submit(l)
	if err != nil {
		t.Fatal(err)
	}
	c.approve(*l.ApprovalID, c.committee, c.gm)
	if l = c.list(l.ID); l.State != pricing.Approved || !l.EffectiveAt.After(c.db.Clock().Now()) {
		t.Fatalf("%+v", l)
	}
	err = c.as(c.manager, func(tx pg.Tx) error {
		_, err := c.s.SetBasePriceLines(tx, c.manager, l.ID, l.Version, lines(ids[:1], "1"))
		return err
	})
	if !errors.Is(err, pricing.ErrNotEditable) {
		t.Errorf("an approved list changes: %v", err)
	}
	c.do(func(tx pg.Tx) error { _, err := c.s.RollOut(tx, l.ID); return err }) // one batch, then the server dies
	c.db.Clock().SetOffset(time.Hour)                                          // until long after its instant
	if a, z := c.priceAt(ids[0], time.Time{}), c.priceAt(ids[len(ids)-1], time.Time{}); a != "100.0000" || z != "100.0000" {
		t.Fatalf("half in force: %s %s", a, z)
	}
	c.do(func(tx pg.Tx) error {
		due, err := c.s.RollOutsDue(tx)
		if len(due) != 1 || due[0] != l.ID {
			t.Errorf("%v", due)
		}
		return err
	})
	if pieces := c.rollOut(l.ID); pieces != 4 { // taken back, two batches of which the second is short, published with it
		t.Logf("%d pieces", pieces)
	}
	got := c.list(l.ID)
	if got.State != pricing.Published || got.Standing != pricing.Scheduled || !got.EffectiveAt.After(got.PublishedAt.Add(rollOutGuard)) {
		t.Fatalf("%+v", got)
	}
	var before, after, all int
	c.do(func(tx pg.Tx) error {
		const sql = `SELECT count(*) FROM products AS p JOIN LATERAL (SELECT price FROM valid_base_prices WHERE product_id = p.id AND effective_at <= ?
			ORDER BY effective_at DESC LIMIT 1) AS b ON b.price = ?`
		return errors.Join(tx.Raw(sql, got.EffectiveAt.Add(-time.Microsecond), 100).Scan(&before).Error,
			tx.Raw(sql, got.EffectiveAt, 110).Scan(&after).Error, tx.Raw("SELECT count(*) FROM base_prices WHERE list_id = ?", l.ID).Scan(&all).Error)
	})
	if before != len(ids) || after != len(ids) || all != len(ids) {
		t.Errorf("%d before, %d after, %d in all, of %d", before, after, all, len(ids))
	}
}

// Two rounds of the roll-out at once, as after a restart, publish once.
func TestPRC05_RaceOfRollOuts(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	ids := c.many(atOnce + 1)
	l := c.draft(lines(ids[:1], "110")...)
	c.must(c.manager, func(tx pg.Tx) error { return c.s.fillList(tx, l, lines(ids, "110")) })
	l, err := c.submit(l)
	if err != nil {
		t.Fatal(err)
	}
	c.approve(*l.ApprovalID, c.committee, c.gm)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for more := true; more; {
				err := c.db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) (err error) { more, err = c.s.RollOut(tx, l.ID); return err })
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	c.do(func(tx pg.Tx) error {
		var events, prices int64
		err := tx.Raw(`SELECT (SELECT count(*) FROM events WHERE action = 'publishBasePriceList' AND subject_id = ?),
			(SELECT count(*) FROM base_prices WHERE list_id = ?)`, l.ID, l.ID).Row().Scan(&events, &prices)
		if events != 1 || int(prices) != len(ids) {
			t.Errorf("%d publications, %d prices", events, prices)
		}
		return err
	})
}

// Around the instant at which a list takes effect every check gets one price per product, all of the same list, and the one that
// is read for that instant ever after.
func TestPRC05_RaceOfPublishingAndChecks(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	ids := c.many(20)
	at := c.db.Clock().Now().Add(1500 * time.Millisecond)
	l := c.submitted(&at, lines(ids, "110")...)
	c.approve(*l.ApprovalID, c.committee)
	type seen struct {
		at    time.Time
		price string
	}
	var mu sync.Mutex
	var all []seen
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for c.db.Clock().Now().Before(at.Add(300 * time.Millisecond)) {
				q := rep("0")
				for _, id := range ids {
					q.Lines = append(q.Lines, pricing.Line{ProductID: id, Price: dec("110"), Quantity: dec("1")})
				}
				err := c.db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
					a, err := c.gate.Check(tx, q)
					if err != nil {
						return err
					}
					for _, line := range a.Lines {
						if line.BasePrice.String() != a.Lines[0].BasePrice.String() || line.ListID != a.Lines[0].ListID {
							t.Error("two prices at once")
						}
					}
					mu.Lock()
					all = append(all, seen{a.At, a.Lines[0].BasePrice.String()})
					mu.Unlock()
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	c.approve(*l.ApprovalID, c.gm)
	wg.Wait()
	news := 0
	for _, s := range all {
		if want := map[bool]string{true: "100.0000", false: "110.0000"}[s.at.Before(at)]; s.price != want {
			t.Errorf("at %s (%s from the instant): %s", s.at, s.at.Sub(at), s.price)
		}
		if s.price == "110.0000" {
			news++
		}
	}
	if news == 0 || news == len(all) {
		t.Errorf("%d of %d checks saw the new prices", news, len(all))
	}
}

func TestPRC02_NewProductIsStandardFromTheInstantOfItsFirstBasePrice(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	old, fresh := c.product("OLD", catalog.LifecycleStandard), c.product("NEW", catalog.LifecycleNew)
	c.open(day(1, 1), price(old, "100", ""))
	at := c.db.Clock().Now().Add(time.Hour)
	l := c.submitted(&at, price(fresh, "10", ""))
	c.approve(*l.ApprovalID, c.committee, c.gm)
	ask := func() (err error) {
		c.do(func(tx pg.Tx) error {
			_, err = c.gate.Check(tx, rep("0", pricing.Line{ProductID: fresh, Price: dec("10"), Quantity: dec("1")}))
			return nil
		})
		return err
	}
	lifecycle := func() (v string) {
		c.do(func(tx pg.Tx) error {
			return tx.Raw("SELECT lifecycle FROM products WHERE id = ?", fresh).Scan(&v).Error
		})
		return v
	}
	settle := func() (n int) {
		c.do(func(tx pg.Tx) (err error) { n, err = c.s.SettleLists(tx, 10); return err })
		return n
	}
	if err := ask(); !errors.Is(err, pricing.ErrNotStandard) || lifecycle() != "new" || settle() != 0 {
		t.Errorf("before its time: %v, %s", err, lifecycle())
	}
	c.db.Clock().SetOffset(time.Hour)
	if err := ask(); err != nil || lifecycle() != "new" {
		t.Errorf("from its instant on, without waiting for a sweep: %v", err)
	}
	if settle() != 10 || settle() != 0 || lifecycle() != "standard" || ask() != nil {
		t.Errorf("settled: %s", lifecycle())
	}
}

func TestPRC05_DifferencesWithEffectOnTheLastYear(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	sold := c.sold
	up, down, same, floor, left := c.product("UP", catalog.LifecycleStandard), c.product("DOWN", catalog.LifecycleStandard),
		c.product("SAME", catalog.LifecycleStandard), c.product("FLOOR", catalog.LifecycleStandard), c.product("LEFT", catalog.LifecycleStandard)
	fresh := c.product("FRESH", catalog.LifecycleNew)
	c.open(day(1, 1), price(up, "113", ""), price(down, "226", ""), price(same, "50", "40"), price(floor, "50", "40"), price(left, "9", ""))
	sold[up], sold[down] = dec("1000"), dec("10.5")
	finance := c.person(identity.FinanceManager)
	c.must(finance, func(tx pg.Tx) error {
		_, err := catalog.New().RecordProductCost(tx, finance, up, day(1, 1), dec("80"), "standard")
		return err
	})
	l := c.draft(price(up, "118.65", ""), price(down, "214.70", ""), price(same, "50", "40"), price(floor, "50", "45"), price(fresh, "7", ""))
	read := func(who identity.Principal, f DifferenceFilter) (map[string]Difference, DifferenceTotals) {
		rows, totals := map[string]Difference{}, DifferenceTotals{}
		c.do(func(tx pg.Tx) (err error) {
			if err := c.s.EachDifference(tx, who, l.ID, f, func(d Difference) error { rows[d.ProductCode] = d; return nil }); err != nil {
				return err
			}
			totals, err = c.s.TotalDifferences(tx, who, l.ID, f)
			return err
		})
		return rows, totals
	}
	rows, totals := read(c.manager, DifferenceFilter{})
	for code, want := range map[string]DifferenceKind{"UP": Raised, "DOWN": Lowered, "SAME": Unchanged, "FLOOR": FloorOnly, "FRESH": FirstTime} {
		if rows[code].Kind != want {
			t.Errorf("%s is %s", code, rows[code].Kind)
		}
	}
	// 1000 × 5.65 / 1.13 = 5000; 10.5 × -11.30 / 1.13 = -105
	if d := rows["UP"]; d.Effect.String() != "5000.00" || d.ChangePercent.String() != "5.0000" || d.OldMargin.Percent.String() != "20.00" || d.NewMargin.Amount.String() != "25.0000" {
		t.Errorf("%+v", d)
	}
	if d := rows["DOWN"]; d.Effect.String() != "-105.00" || d.ChangePercent.String() != "-5.0000" || d.OldMargin != nil {
		t.Errorf("%+v", d)
	}
	if totals.Effect.String() != "4895.00" || totals.OldMargin.String() != "20000.00" || totals.NewMargin.String() != "25000.00" || totals.WithoutCost != 1 || totals.Counts[LeftOut] != 1 {
		t.Errorf("%+v", totals)
	}
	director := c.person(identity.SalesDirector) // PRC-13: sees volumes, not costs
	if rows, totals := read(director, DifferenceFilter{}); rows["UP"].OldMargin != nil || totals.NewMargin != nil || totals.WithoutCost != 0 || totals.Effect.String() != "4895.00" {
		t.Errorf("%+v", totals)
	}
	for name, x := range map[string]struct {
		f    DifferenceFilter
		want int
	}{
		"rises": {DifferenceFilter{Kind: Raised}, 1}, "falls": {DifferenceFilter{Kind: Lowered}, 1}, "left out": {DifferenceFilter{Kind: LeftOut}, 1},
		"beyond 5 %": {DifferenceFilter{MinPercent: pct("5")}, 0}, "beyond 4.9999 %": {DifferenceFilter{MinPercent: pct("4.9999")}, 2},
		"by code": {DifferenceFilter{Search: "floor"}, 1}, "floor only": {DifferenceFilter{Kind: FloorOnly}, 1}, "first": {DifferenceFilter{Kind: FirstTime}, 1},
		"unchanged": {DifferenceFilter{Kind: Unchanged}, 1},
	} {
		if rows, _ := read(c.manager, x.f); len(rows) != x.want {
			t.Errorf("%s: %d", name, len(rows))
		}
	}
	// pages, and the same after it was published
	submitted, err := c.submit(l)
	if err != nil {
		t.Fatal(err)
	}
	c.approve(*submitted.ApprovalID, c.committee, c.gm)
	again, totals2 := read(c.manager, DifferenceFilter{})
	if again["UP"].Effect.String() != "5000.00" || again["UP"].OldPrice.String() != "113.0000" || totals2.Effect.String() != "4895.00" {
		t.Errorf("published: %+v", again["UP"])
	}
	seen := 0
	for p := (pg.Page{Limit: 2}); ; {
		var got []Difference
		var next string
		c.do(func(tx pg.Tx) (err error) {
			_, got, next, err = c.s.CompareBasePriceList(tx, c.manager, l.ID, DifferenceFilter{}, p)
			return err
		})
		seen += len(got)
		if next == "" {
			break
		}
		p.Cursor = next
	}
	if seen != 5 {
		t.Errorf("%d over pages", seen)
	}
}

func TestPRC05_SameFileIsOneDraft(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a, b := c.product("A", catalog.LifecycleStandard), c.product("B", catalog.LifecycleStandard)
	take := func(who identity.Principal, f PriceFile) (got Imported, err error) {
		err = c.as(who, func(tx pg.Tx) (err error) { got, err = c.s.ImportPrices(tx, who, f); return err })
		return got, err
	}
	opening := PriceFile{SHA256: []byte("opening"), Name: "a.csv", Lines: []PriceLine{price(a, "100", ""), price(b, "50", "")}}
	if got, err := take(c.manager, opening); err != nil || got.ListID != nil || c.priceAt(a, time.Time{}) != "100.0000" {
		t.Fatalf("%+v %v", got, err)
	}
	first := c.submitted(nil, price(a, "101", ""))
	c.approve(*first.ApprovalID, c.committee, c.gm)
	file := PriceFile{SHA256: []byte("file"), Name: "b.csv", ReasonKind: LeftMarket, Reason: "market", Lines: []PriceLine{price(a, "110", ""), price(b, "50", "")}}
	bare := file
	bare.ReasonKind = ""
	if _, err := take(c.manager, bare); !errors.Is(err, ErrReason) { // PRC-06
		t.Errorf("without a reason: %v", err)
	}
	finance := c.person(identity.FinanceManager)
	if _, err := take(finance, file); !errors.Is(err, errs.ErrForbidden) {
		t.Errorf("by finance: %v", err)
	}
	var wg sync.WaitGroup
	ids := make([]*uuid.UUID, 6)
	for i := range ids {
		wg.Go(func() {
			err := c.db.Tx(context.Background(), c.manager.Origin("test"), func(tx pg.Tx) error {
				got, err := c.s.ImportPrices(tx, c.manager, file)
				ids[i] = got.ListID
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id == nil || *id != *ids[0] {
			t.Fatalf("two drafts of one file")
		}
	}
	c.must(c.manager, func(tx pg.Tx) error { _, err := c.s.CancelBasePriceList(tx, c.manager, *ids[0], nil); return err })
	if got, err := take(c.manager, file); err != nil || got.ListID == nil || *got.ListID == *ids[0] || got.Outcomes[1] != "unchanged" {
		t.Errorf("given up, the file makes another: %+v %v", got, err)
	}
}

func TestPRC05_AbsurdChangesOfAFileAreConfirmed(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	fresh := c.product("F", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""))
	for p, want := range map[string]bool{"150": false, "150.0001": true, "149.9999": false, "50": false, "49.9999": true, "50.0001": false, "985": true} {
		c.do(func(tx pg.Tx) error {
			got, err := c.s.Absurd(tx, []PriceLine{price(a, p, ""), price(fresh, "999999", "")})
			if _, wild := got[0]; wild != want || len(got) > 1 {
				t.Errorf("%s: %v", p, got)
			}
			return err
		})
	}
}

func TestPRC07_DatabaseGuardsDecidedLists(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	a := c.product("A", catalog.LifecycleStandard)
	c.open(day(1, 1), price(a, "100", ""))
	l := c.submitted(nil, price(a, "110", ""))
	c.approve(*l.ApprovalID, c.committee, c.gm)
	for stmt, want := range map[string]error{
		"UPDATE base_price_lines SET price = 1 WHERE list_id = '%s'":       ErrFrozen,
		"DELETE FROM base_price_lines WHERE list_id = '%s'":                ErrFrozen,
		"DELETE FROM base_prices WHERE list_id = '%s'":                     errs.ErrConstraint,
		"UPDATE base_price_lists SET effective_at = now() WHERE id = '%s'": errs.ErrReferenced,
		"UPDATE base_price_lists SET source_sha256 = 'x', state = 'draft', published_at = NULL WHERE id = '%s'; " +
			"INSERT INTO base_price_lists (id, number, state, reason_kind, reason, created_at, version, source_sha256) VALUES (gen_random_uuid(), 'X', 'draft', 'market', 'r', now(), 1, 'x')": ErrSourceTaken,
	} {
		err := c.as(c.manager, func(tx pg.Tx) error { return tx.Exec(fmt.Sprintf(stmt, l.ID)).Error })
		if !errors.Is(err, want) && !errors.Is(want, errs.ErrConstraint) {
			t.Errorf("%s: %v", stmt, err)
		}
		if err == nil {
			t.Errorf("%s is done", stmt)
		}
	}
}
