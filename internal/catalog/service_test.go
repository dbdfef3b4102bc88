package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

var (
	nobody  = identity.TestPrincipal(uuid.New(), true, nil)
	service = New()
)

func within(t *testing.T, db *pg.DB, fn func(tx pg.Tx) error) error {
	t.Helper()
	return db.Tx(t.Context(), pg.Origin{ActorID: uuid.New(), ActorKind: "user", RequestID: "test"}, fn)
}

func must(t *testing.T, db *pg.DB, fn func(tx pg.Tx) error) {
	t.Helper()
	if err := within(t, db, fn); err != nil {
		t.Fatal(err)
	}
}

func input(code, name string) Input {
	return Input{Code: code, Name: name, NameEN: "yarn", Spec: "150D/48F", Unit: "kg", Kind: KindFinished, TaxRate: decimal.MustParse("0.13")}
}

func create(t *testing.T, db *pg.DB, in Input) (p Product) {
	t.Helper()
	must(t, db, func(tx pg.Tx) (err error) {
		p, err = service.CreateProduct(tx, nobody, in)
		return err
	})
	return p
}

func TestProductIsKeptAsStated(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	in := input("FDY-150", "涤纶长丝")
	in.Refs = []Ref{{Source: "erp", ExternalID: "10001"}}
	p := create(t, db, in)
	for name, read := range map[string]func(tx pg.Tx) (Product, error){
		"id":   func(tx pg.Tx) (Product, error) { return service.GetProduct(tx, nobody, p.ID) },
		"code": func(tx pg.Tx) (Product, error) { return service.GetProductByCode(tx, nobody, "FDY-150") },
		"ref":  func(tx pg.Tx) (Product, error) { return service.GetProductByExternalID(tx, nobody, "erp", "10001") },
	} {
		must(t, db, func(tx pg.Tx) error {
			got, err := read(tx)
			if err != nil || got.ID != p.ID || got.Name != "涤纶长丝" || got.Lifecycle != LifecycleNew || !got.Active || len(got.Refs) != 1 {
				t.Errorf("by %s: %+v %v", name, got, err)
			}
			return nil
		})
	}
	if err := within(t, db, func(tx pg.Tx) error { _, err := service.GetProduct(tx, nobody, uuid.New()); return err }); !errors.Is(err, errs.ErrNotFound) {
		t.Error(err)
	}
}

func TestConstraintsOfProducts(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	in := input("A", "甲")
	in.Refs = []Ref{{Source: "erp", ExternalID: "1"}}
	create(t, db, in)
	unknown := uuid.New()
	for _, c := range []struct {
		name string
		in   Input
		want error
	}{
		{"code", input("A", "乙"), ErrCodeTaken},
		{"reference", Input{Code: "B", Name: "乙", Unit: "kg", Kind: KindFinished, Refs: in.Refs}, ErrRefTaken},
		{"category", Input{Code: "C", Name: "丙", Unit: "kg", Kind: KindFinished, CategoryID: &unknown}, ErrCategory},
		{"tax", Input{Code: "D", Name: "丁", Unit: "kg", Kind: KindFinished, TaxRate: decimal.One}, errs.ErrConstraint},
	} {
		err := within(t, db, func(tx pg.Tx) error { _, err := service.CreateProduct(tx, nobody, c.in); return err })
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	must(t, db, func(tx pg.Tx) error {
		_, err := service.CreateProductCategory(tx, nobody, "FDY", "长丝", "")
		return err
	})
	err := within(t, db, func(tx pg.Tx) error {
		_, err := service.CreateProductCategory(tx, nobody, "FDY", "长丝", "")
		return err
	})
	if !errors.Is(err, ErrCategoryCodeTaken) {
		t.Error(err)
	}
}

func TestPatchChangesWhatItNamesOfTheVersionItRead(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	var c Category
	must(t, db, func(tx pg.Tx) (err error) {
		c, err = service.CreateProductCategory(tx, nobody, "FDY", "长丝", "filament")
		return err
	})
	in := input("A", "甲")
	in.CategoryID = &c.ID
	p := create(t, db, in)
	name, no, out := "乙", false, (*uuid.UUID)(nil)
	must(t, db, func(tx pg.Tx) error {
		got, err := service.UpdateProduct(tx, nobody, p.ID, p.Version, Patch{Name: &name, Active: &no, CategoryID: &out})
		if err == nil && (got.Name != "乙" || got.Active || got.CategoryID != nil || got.Unit != "kg" || got.Version != 2) {
			t.Errorf("%+v", got)
		}
		return err
	})
	err := within(t, db, func(tx pg.Tx) error {
		_, err := service.UpdateProduct(tx, nobody, p.ID, p.Version, Patch{Name: &name})
		return err
	})
	if !errors.Is(err, errs.ErrStale) {
		t.Error(err)
	}
}

func TestPRC02_LifecycleFollowsItsArrows(t *testing.T) {
	t.Parallel()
	allowed := map[[2]Lifecycle]bool{
		{LifecycleNew, LifecycleStandard}: true, {LifecycleNew, LifecycleDormant}: true,
		{LifecycleStandard, LifecycleDormant}: true, {LifecycleDormant, LifecycleNew}: true,
	}
	states := []Lifecycle{LifecycleNew, LifecycleStandard, LifecycleDormant}
	db := testpg.New(t)
	for _, from := range states {
		for _, to := range states {
			in := input(fmt.Sprintf("%s-%s", from, to), "甲")
			in.Lifecycle = from
			p := create(t, db, in)
			err := within(t, db, func(tx pg.Tx) error {
				_, err := service.ChangeProductLifecycle(tx, nobody, p.ID, &p.Version, to)
				return err
			})
			if want := allowed[[2]Lifecycle{from, to}]; (err == nil) != want || (!want && !errors.Is(err, ErrLifecycle)) {
				t.Errorf("%s → %s: %v", from, to, err)
			}
		}
	}
}

func TestUpsertCreatesOnceAndChangesOnlyWhatDiffers(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	upsert := func(in Input, version *int64) (p Product, err error) {
		err = within(t, db, func(tx pg.Tx) (err error) {
			p, err = service.UpsertProduct(tx, nobody, "erp", "7", version, in)
			return err
		})
		return p, err
	}
	for range 2 { // the second changes nothing
		if p, err := upsert(input("A", "甲"), nil); err != nil || p.Version != 1 || len(p.Refs) != 1 {
			t.Fatalf("%+v %v", p, err)
		}
	}
	changed := input("A", "甲")
	changed.Spec, changed.Lifecycle = "300D", LifecycleDormant
	one := int64(1)
	if p, err := upsert(changed, &one); err != nil || p.Version != 2 || p.Spec != "300D" || p.Lifecycle != LifecycleNew {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := upsert(input("A", "甲"), &one); !errors.Is(err, errs.ErrStale) {
		t.Error(err)
	}
}

func TestUpsertRaceMakesOneProduct(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			err := db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
				_, err := service.UpsertProduct(tx, nobody, "erp", "7", nil, input("A", "甲"))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := codes(t, db, Filter{}, 5); got != "A" {
		t.Error(got)
	}
}

func TestListSearchesChineseSubstringsAndPages(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	for i, name := range []string{"涤纶长丝", "涤纶短纤", "锦纶长丝", "100%棉", "棉_纱"} {
		create(t, db, input(fmt.Sprintf("P%d", i), name))
	}
	for search, want := range map[string]string{
		"涤纶": "P0 P1", "长丝": "P0 P2", "纶长": "P0 P2", "p1": "P1", "YARN": "P0 P1 P2 P3 P4", "0%": "P3", "_": "P4", "150d/48": "P0 P1 P2 P3 P4", "无": "",
	} {
		if got := codes(t, db, Filter{Search: search}, 2); got != want {
			t.Errorf("%s: %q, want %q", search, got, want)
		}
	}
}

// codes walks a list page by page, and holds each page to two statements.
func codes(t *testing.T, db *pg.DB, f Filter, limit int) string {
	t.Helper()
	var all []string
	page := pg.Page{Limit: limit}
	for {
		ctx, probe := pg.WithProbe(t.Context(), 0)
		var rows []Product
		err := db.View(ctx, pg.System("test"), func(tx pg.Tx) (err error) {
			rows, page.Cursor, err = service.ListProducts(tx, nobody, f, page)
			return err
		})
		if err != nil || probe.Statements() > 2 {
			t.Fatalf("%d statements, %v", probe.Statements(), err)
		}
		for _, p := range rows {
			all = append(all, p.Code)
		}
		if page.Cursor == "" {
			return strings.Join(all, " ")
		}
	}
}

func TestPRC13_CostsAreForFinanceSalesManagerAndGeneralManager(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	p := create(t, db, input("A", "甲"))
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	secret := decimal.MustParse("7.7777")
	writers := []identity.Role{identity.FinanceClerk, identity.FinanceManager}
	readers := append(slices.Clone(writers), identity.SalesManager, identity.GeneralManager)
	for _, role := range []identity.Role{
		identity.SalesRep, identity.SalesAssistant, identity.SalesSupervisor, identity.SalesManager, identity.SalesDirector, identity.FinanceClerk,
		identity.FinanceManager, identity.ProductionManager, identity.Purchasing, identity.QualityManager, identity.WarehouseKeeper, identity.GateGuard,
		identity.PriceCommittee, identity.Auditor, identity.HR, identity.GeneralManager, identity.Admin, identity.Integration,
	} {
		who := identity.TestPrincipal(uuid.New(), true, nil, role)
		err := within(t, db, func(tx pg.Tx) error {
			_, err := service.RecordProductCost(tx, who, p.ID, day, secret, "standard cost")
			return err
		})
		if slices.Contains(writers, role) != (err == nil) || (err != nil && !errors.Is(err, ErrCostHidden)) {
			t.Errorf("%s writes: %v", role, err)
		}
		err = within(t, db, func(tx pg.Tx) error {
			_, _, err := service.ListProductCosts(tx, who, p.ID, pg.Page{Limit: 10})
			return err
		})
		if slices.Contains(readers, role) != (err == nil) || (err != nil && !errors.Is(err, ErrCostHidden)) {
			t.Errorf("%s reads: %v", role, err)
		}
	}
	must(t, db, func(tx pg.Tx) error {
		var leaks int
		err := tx.Raw("SELECT count(*) FROM events WHERE before::text LIKE '%7.7777%' OR after::text LIKE '%7.7777%'").Scan(&leaks).Error
		if leaks != 0 {
			t.Errorf("%d events hold a cost", leaks)
		}
		return err
	})
}

func TestPRC13_CostsAreVersioned(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	p := create(t, db, input("A", "甲"))
	finance := identity.TestPrincipal(uuid.New(), true, nil, identity.FinanceManager)
	day := func(d int) time.Time { return time.Date(2026, 5, d, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		day  int
		cost string
	}{{10, "8"}, {1, "7"}, {10, "8.5"}} { // the last one corrects the first
		must(t, db, func(tx pg.Tx) error {
			_, err := service.RecordProductCost(tx, finance, p.ID, day(c.day), decimal.MustParse(c.cost), "standard cost")
			return err
		})
	}
	for d, want := range map[int]string{1: "7.0000", 9: "7.0000", 10: "8.5000", 31: "8.5000"} {
		must(t, db, func(tx pg.Tx) error {
			costs, err := CostsAt(tx, []uuid.UUID{p.ID}, day(d))
			if got := costs[p.ID].String(); got != want {
				t.Errorf("day %d: %s, want %s", d, got, want)
			}
			return err
		})
	}
	must(t, db, func(tx pg.Tx) error {
		costs, err := CostsAt(tx, []uuid.UUID{p.ID}, day(0))
		rows, next, listErr := service.ListProductCosts(tx, finance, p.ID, pg.Page{Limit: 2})
		if len(costs) != 0 || len(rows) != 2 || next == "" || rows[0].Cost.String() != "8.5000" {
			t.Errorf("%v %+v", costs, rows)
		}
		return errors.Join(err, listErr)
	})
	if err := within(t, db, func(tx pg.Tx) error { return tx.Exec("UPDATE product_costs SET cost = 1").Error }); err == nil {
		t.Error("costs are append-only")
	}
}

func TestNothingIsHalfWritten(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	in := input("A", "甲")
	in.Refs = []Ref{{Source: "erp", ExternalID: "1"}}
	for n := int64(1); ; n++ {
		ctx, _ := pg.WithProbe(context.Background(), n)
		err := db.Tx(ctx, pg.System("test"), func(tx pg.Tx) error { _, err := service.CreateProduct(tx, nobody, in); return err })
		if err == nil {
			return
		}
		var left int64
		must(t, db, func(tx pg.Tx) error {
			return tx.Raw("SELECT (SELECT count(*) FROM products) + (SELECT count(*) FROM external_refs) + (SELECT count(*) FROM events)").Scan(&left).Error
		})
		if left != 0 || n > 10 {
			t.Fatalf("statement %d: %d rows left, %v", n, left, err)
		}
	}
}
