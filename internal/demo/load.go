package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/gate"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/importing"
	"github.com/salesgate/salesgate/internal/opportunity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/printing"
	"github.com/salesgate/salesgate/internal/prospect"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/stock"
	"github.com/salesgate/salesgate/internal/visit"
)

// ErrNotEmpty refuses to load the demo company into the database of a real one.
var ErrNotEmpty = errors.New("the database holds people already, and they aren't the demo company's: --demo needs an empty one")

// Company is what the demo company is loaded through. Clock is DB's, and nobody else's: loading sets it back.
type Company struct {
	DB       *pg.DB
	Clock    *clock.Clock
	People   *identity.Service
	Products *catalog.Service
	Imports  *importing.Service

	Approvals   *approval.Service
	Orders      *order.Service
	Shipments   *shipping.Service
	Deliveries  *delivery.Service
	Stock       *stock.Service
	Gate        *gate.Service
	Receivables *receivable.Service

	Prospects     *prospect.Service
	Opportunities *opportunity.Service
	Visits        *visit.Service

	Days int // of history to load; 0 leaves it at master data and opening items

	anchor time.Time // the instant at which the history ends
	cast   *cast
}

// opening is how many days before the end of the history the company began to use salesgate.
const opening = 370

// AllDays is the whole history.
const AllDays = opening

// Load brings the demo company into the database, as far as it isn't there yet. It says what takes a while. Returns
// ErrNotEmpty for a database with other people in it.
func (c *Company) Load(ctx context.Context, say func(format string, args ...any)) error {
	if loaded, err := c.begin(ctx); err != nil || loaded {
		return err
	}
	start := time.Now()
	say("loading the demo company …")
	stages, err := c.plan()
	if err != nil {
		return err
	}
	for _, s := range stages {
		c.goBack(s.daysAgo)
		if err := s.run(ctx, s.name); err != nil {
			return fmt.Errorf("demo company, %s: %w", s.name, err)
		}
	}
	c.Clock.SetOffset(0)
	if err := c.step(ctx, "complete", func(pg.Tx) error { return nil }); err != nil {
		return err
	}
	say("the demo company is loaded (%.1f s)", time.Since(start).Seconds())
	return nil
}

// begin marks that loading has begun and reads when that was. loaded reports that nothing is left to do.
func (c *Company) begin(ctx context.Context) (loaded bool, err error) {
	c.Clock.SetOffset(0)
	err = c.DB.Tx(ctx, origin(), func(tx pg.Tx) error {
		state, err := readState(tx)
		switch {
		case err != nil:
			return err
		case state.begun == nil && state.people:
			return ErrNotEmpty
		case state.begun == nil:
			c.anchor = tx.Now
			_, err = markDone(tx, "begin")
			return err
		}
		c.anchor, loaded = *state.begun, state.complete
		return nil
	})
	return loaded, err
}

// origin is on whose behalf master data and opening balances come in.
func origin() pg.Origin { return pg.System("demo") }

// goBack sets the clock to ten in the morning, so many days before the end of the history.
func (c *Company) goBack(days int) {
	today := clock.Today(c.anchor)
	at := time.Date(today.Year(), today.Month(), today.Day()-days, 10, 0, 0, 0, clock.Shanghai)
	c.Clock.SetOffset(time.Until(at))
}

// stage is one step of loading, on one day.
type stage struct {
	name    string
	daysAgo int
	run     func(ctx context.Context, name string) error
}

// masters lists what comes in from files, in the order of time.
func (c *Company) masters() []stage {
	return []stage{
		{"people", opening, c.inOne(c.hire)},
		{"profile", opening, c.inOne(profile)},
		{"categories", opening, c.inOne(c.categories)},
		{"products", opening, c.imports(importing.Products, "products.csv")},
		{"goods", opening, c.inOne(c.storeGoods)},
		{"prices-1", opening, c.imports(importing.Prices, "prices-1.csv")},
		{"customers", opening, c.imports(importing.Customers, "customers.xlsx")},
		{"receivables", opening - 2, c.imports(importing.Receivables, "receivables.csv")},
		{"prices-2", 230, c.imports(importing.Prices, "prices-2.csv")},
		{"prices-3", 80, c.imports(importing.Prices, "prices-3.csv")},
	}
}

// step runs fn in one transaction with the mark that it is done, unless it is done already.
func (c *Company) step(ctx context.Context, name string, fn func(pg.Tx) error) error {
	return c.DB.Tx(ctx, origin(), func(tx pg.Tx) error {
		fresh, err := markDone(tx, name)
		if err != nil || !fresh {
			return err
		}
		return fn(tx)
	})
}

func (c *Company) inOne(fn func(pg.Tx) error) func(context.Context, string) error {
	return func(ctx context.Context, name string) error { return c.step(ctx, name, fn) }
}

// imports carries a file in as `salesgate import` would. An interrupted import is repeated: what is there is unchanged.
func (c *Company) imports(kind importing.Kind, file string) func(context.Context, string) error {
	return func(ctx context.Context, name string) error {
		done, err := c.done(ctx, name)
		if err != nil || done {
			return err
		}
		b, err := content(file)
		if kind == importing.Receivables {
			b, err = moved(file, clock.Today(c.anchor))
		}
		if err != nil {
			return err
		}
		upload := importing.Upload{Kind: kind, Mode: importing.Atomic, FileName: file}
		imp, problems, err := c.Imports.RunFile(ctx, identity.System(), upload, bytes.NewReader(b))
		if err != nil {
			return err
		}
		if imp.State != importing.Done {
			return fmt.Errorf("%s: %s %v", file, imp.Message, problems[:min(3, len(problems))])
		}
		return c.step(ctx, name, func(pg.Tx) error { return nil })
	}
}

func (c *Company) done(ctx context.Context, name string) (done bool, err error) {
	err = c.DB.View(ctx, origin(), func(tx pg.Tx) (err error) {
		done, err = isDone(tx, name)
		return err
	})
	return done, err
}

// profile says what the company's papers say of it.
func profile(tx pg.Tx) error {
	_, err := printing.Replace(tx, 1, printing.Profile{
		NameZH: "示例化纤股份有限公司", NameEN: "Example Fibre Co., Ltd.", AddressZH: "示例省示例市纺织路 88 号", AddressEN: "88 Fangzhi Road, Example City",
		TaxNumber: "91990000MA0EXAMPL1", Phone: "0990-5550 8800", Fax: "0990-5550 8801", Email: "sales@fibre.example", BankName: "示例银行示例市支行",
		BankAccount: "9900 0000 0000 8848 001",
	})
	return err
}

var categories = [][3]string{
	{"POY", "涤纶预取向丝", "Polyester POY"},
	{"DTY", "涤纶低弹丝", "Polyester DTY"},
	{"FDY", "涤纶全牵伸丝", "Polyester FDY"},
	{"PA", "锦纶丝", "Nylon filament"},
	{"PSF", "涤纶短纤", "Polyester staple fibre"},
	{"IND", "工业丝", "Industrial yarn"},
	{"RPET", "再生纤维", "Recycled fibre"},
	{"FUNC", "功能纤维", "Functional fibre"},
}

func (c *Company) categories(tx pg.Tx) error {
	for _, category := range categories {
		if _, err := c.Products.CreateProductCategory(tx, identity.System(), category[0], category[1], category[2]); err != nil {
			return err
		}
	}
	return nil
}
