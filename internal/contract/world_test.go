package contract_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// world is a company with a customer of rep1 and two products.
type world struct {
	*apitest.Env
	t            testing.TB
	customer     uuid.UUID
	plain, other uuid.UUID
	today        time.Time
	made         int
}

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{Env: apitest.New(t), t: t}
	w.Tx(func(tx pg.Tx) error {
		w.plain, w.other = product(t, tx, "P-1", "standard"), product(t, tx, "P-2", "standard")
		w.today = clock.Today(tx.Now)
		return nil
	})
	who := w.Principal("rep1")
	w.must(w.DB.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error {
		c, err := customer.New().Create(tx, who, customer.Draft{
			Profile:  customer.Profile{Name: "示例一号纺织有限公司", Status: customer.Active},
			Contacts: []customer.Contact{{Name: "陈示例", Position: "采购", Phone: "13800000001"}},
		})
		w.customer = c.ID
		return err
	}))
	return w
}

func product(t testing.TB, tx pg.Tx, code string, l catalog.Lifecycle) uuid.UUID {
	p, err := catalog.New().CreateProduct(tx, identity.System(), catalog.Input{
		Code: code, Name: "涤纶短纤", Unit: "kg", Kind: catalog.KindFinished, Lifecycle: l, TaxRate: dec("0.13"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// goods is a line of a contract that is written as it stands.
type goods struct {
	product                 uuid.UUID
	quantity, price, amount string
}

// stored writes a contract in force as it stands, without the gate: for tests of what comes after.
func (w *world) stored(total string, lines ...goods) *contract.Contract {
	w.t.Helper()
	w.made++
	zero, now := decimal.Zero, time.Now().UTC()
	signer := w.Principal("manager").ID
	c := contract.Contract{
		ID: uuid.Must(uuid.NewV7()), Number: fmt.Sprintf("SC-TEST-%05d", w.made), CustomerID: w.customer, State: contract.StateInForce, Revision: 1,
		StartsOn: w.today.AddDate(0, 0, -1), EndsOn: w.today.AddDate(0, 0, 100), IsStandard: true, Settlement: credit.Cash,
		Gross: dec(total), Total: dec(total), Currency: contract.Currency, Content: make([]byte, 32), SubmittedAt: &now, ApprovedAt: &now,
		DemandRound: 1, PriceRound: 1, PeriodRound: 1, ConditionRound: 1, InForceAt: &now,
		Signature: contract.Signature{SignedOn: &w.today, CustomerSignedOn: &w.today, SignedBy: &signer, SignedContent: make([]byte, 32)},
		CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	for i, g := range lines {
		c.Lines = append(c.Lines, contract.Line{
			ID: uuid.Must(uuid.NewV7()), ContractID: c.ID, LineNo: i + 1, Revision: 1, ProductID: g.product, Unit: "kg",
			Price: dec(g.price), Quantity: dec(g.quantity), TaxRate: dec("0.13"), Amount: dec(g.amount), NetAmount: dec(g.amount),
			Deliveries: []contract.Delivery{{On: c.EndsOn, Quantity: dec(g.quantity)}}, CalledQuantity: zero, CalledAmount: zero,
		})
	}
	w.Tx(func(tx pg.Tx) error {
		if err := pg.Insert(tx, &c); err != nil {
			return err
		}
		return pg.Insert(tx, &c.Lines)
	})
	return &c
}

// callOff lets an order call a contract off.
func (w *world) callOff(id, orderID uuid.UUID, calls ...contract.Call) error {
	return w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		c, err := contract.Lock(tx, id)
		if err != nil {
			return err
		}
		return c.CallOff(tx, orderID, calls)
	})
}

func (w *world) read(id uuid.UUID) contract.Contract {
	w.t.Helper()
	var c contract.Contract
	w.Tx(func(tx pg.Tx) (err error) {
		c, err = contract.WithLines(tx, id)
		return err
	})
	return c
}

func of(l contract.Line, quantity, amount string) contract.Call {
	return contract.Call{ContractLineID: l.ID, Quantity: dec(quantity), Amount: dec(amount)}
}

// wantErr fails the test unless err is of this code.
func wantErr(t testing.TB, err error, want error, what string) {
	t.Helper()
	if !errors.Is(err, want) {
		e, _ := errs.As(err)
		t.Errorf("%s: got %v %+v, want %v", what, err, e, want)
	}
}

// together runs the functions at once and returns their errors.
func together(fns ...func() error) []error {
	var wg sync.WaitGroup
	start, results := make(chan struct{}), make([]error, len(fns))
	for i, fn := range fns {
		wg.Go(func() {
			<-start
			results[i] = fn()
		})
	}
	close(start)
	wg.Wait()
	return results
}

func won(results []error) (n int) {
	for _, err := range results {
		if err == nil {
			n++
		}
	}
	return n
}
