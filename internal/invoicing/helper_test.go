package invoicing_test

import (
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/invoicing"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/shipping"
)

type object = map[string]any

// shop is a company with a product at 10.00 and a customer of rep1's on these terms, who has an order of 300 confirmed.
type shop struct {
	*apitest.Env
	t           *testing.T
	svc         *invoicing.Service
	customer    customer.Customer
	order, line string
}

func trade(t *testing.T, terms credit.Terms) *shop {
	t.Helper()
	e := apitest.New(t)
	s := &shop{Env: e, t: t, svc: e.App.Server.Invoicing}
	rep := e.Principal("rep1")
	s.Tx(func(tx pg.Tx) (err error) {
		s.customer, err = customer.New().Create(tx, rep, customer.Draft{
			Profile:  customer.Profile{Name: "云岭示例纺织有限公司", Status: customer.Active},
			Contacts: []customer.Contact{{Name: "陈示例", Position: "采购", Phone: "13800000042"}},
		})
		return err
	})
	var product uuid.UUID
	s.Tx(func(tx pg.Tx) error {
		p, err := catalog.New().CreateProduct(tx, identity.System(), catalog.Input{
			Code: "P-1", Name: "涤纶短纤", Unit: "kg", Kind: catalog.KindFinished, Lifecycle: catalog.LifecycleStandard, TaxRate: yuan("0.13"),
		})
		if err != nil {
			return err
		}
		product = p.ID
		_, err = s.App.Server.PriceLists.OpenBasePrices(tx, identity.System(), tx.Now.Add(-time.Hour), "opening", []pricelist.PriceLine{{ProductID: product, Price: yuan("10")}})
		if err != nil {
			return err
		}
		return s.App.Server.Credits.SetOpening(tx, credit.Opening{CustomerID: s.customer.ID, Grade: credit.GradeB, Limit: credit.LimitOf(yuan("100000")), Terms: terms})
	})
	made := s.As("rep1").Post("/v1/orders", object{
		"customer_id": s.customer.ID, "submit": true, "lines": []object{{"product_id": product, "quantity": "300", "price": "9.99"}},
	}).Want(201)
	s.order, s.line = made.ID(), made.String("lines.0.id")
	if made.String("state") != "confirmed" {
		t.Fatalf("%s", made.Body)
	}
	return s
}

func today(e *apitest.Env, in int) string {
	return clock.Today(e.DB.Clock().Now()).AddDate(0, 0, in).Format(time.DateOnly)
}

const notices = "/v1/shipping-notices/"

// ship sends a quantity out under a flow and returns the delivery note.
func (s *shop) ship(flow shipping.Flow, quantity string) uuid.UUID {
	s.t.Helper()
	return s.dispatch(s.release(flow, quantity), quantity)
}

// release writes a notice and brings it through its gate.
func (s *shop) release(flow shipping.Flow, quantity string) string {
	s.t.Helper()
	n := s.As("rep1").Post("/v1/shipping-notices", object{
		"customer_id": s.customer.ID, "flow": flow, "ship_date": today(s.Env, 3),
		"lines": []object{{"order_id": s.order, "order_line_id": s.line, "quantity": quantity}},
	}).Want(201).ID()
	s.As("rep1").Post(notices+n+"/submit", nil).Want(200)
	s.As("clerk").Post(notices+n+"/check", object{}).Want(200)
	switch flow {
	case shipping.Credit:
		s.As("manager").Post(notices+n+"/release", object{}).Want(200)
	case shipping.COD:
		s.As("gm").Post(notices+n+"/release", object{}).Want(200)
	}
	return n
}

// dispatch lets a quantity of a released notice leave and returns the delivery note.
func (s *shop) dispatch(notice, quantity string) uuid.UUID {
	s.t.Helper()
	s.As("keeper").Post(notices+notice+"/dispatch", object{
		"vehicle": "浙A12345", "lines": []object{{"notice_line_id": s.As("keeper").Get(notices + notice).Want(200).String("lines.0.id"), "quantity": quantity}},
	}).Want(201)
	var id uuid.UUID
	s.Tx(func(tx pg.Tx) error {
		return tx.Raw("SELECT id FROM delivery_notes WHERE notice_id = ? ORDER BY id DESC LIMIT 1", notice).Row().Scan(&id)
	})
	return id
}

func (s *shop) post(note uuid.UUID, extra object) apitest.Answer {
	body := object{"delivery_note_ids": []uuid.UUID{note}}
	maps.Copy(body, extra)
	return s.As("clerk").Post("/v1/invoices", body)
}

func netDays(n int) credit.Terms { return credit.Terms{Settlement: credit.NetDays, Days: n} }

func yuan(s string) decimal.Decimal { return decimal.MustParse(s) }

// through lets a delivery note's goods pass the gate.
func (s *shop) through(note uuid.UUID) uuid.UUID {
	s.t.Helper()
	s.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE delivery_notes SET state = 'left', left_at = ? WHERE id = ?", tx.Now, note).Error
	})
	return note
}

func (s *shop) forward(days int) {
	s.t.Helper()
	s.Tx(func(tx pg.Tx) error { return s.DB.AdvanceClock(tx, tx.Now.AddDate(0, 0, days)) })
}

// agree fails the test unless the exposure is what the documents say.
func (s *shop) agree() {
	s.t.Helper()
	s.Tx(func(tx pg.Tx) error {
		rows, err := receivable.Reconcile(tx)
		if err != nil {
			return err
		}
		goods, err := delivery.Reconcile(tx)
		if len(rows) > 0 || len(goods) > 0 {
			s.t.Fatalf("exposure and documents differ: %+v %+v", rows, goods)
		}
		return err
	})
}
