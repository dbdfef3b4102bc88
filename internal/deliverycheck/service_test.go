package deliverycheck_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
)

type object = map[string]any

func post(e *apitest.Env, path string, body object) apitest.Answer {
	return e.As("rep1").Post(path, body)
}

// product makes a product at a base price of 10.
func product(e *apitest.Env) (id string) {
	e.Tx(func(tx pg.Tx) error {
		p, err := catalog.New().CreateProduct(tx, identity.System(), catalog.Input{
			Code: "P-" + uuid.NewString()[:8], Name: "涤纶短纤", Unit: "kg", Kind: catalog.KindFinished, Lifecycle: catalog.LifecycleStandard, TaxRate: decimal.MustParse("0.13"),
		})
		if err != nil {
			return err
		}
		id = p.ID.String()
		_, err = e.App.Server.PriceLists.OpenBasePrices(tx, identity.System(), tx.Now.Add(-time.Hour), "opening", []pricelist.PriceLine{{ProductID: p.ID, Price: decimal.MustParse("10")}})
		return err
	})
	return id
}

// customer makes one of rep1 that is one of long standing.
func customer(e *apitest.Env, n int) string {
	return e.Established(post(e, "/v1/customers", object{
		"name": fmt.Sprintf("云岭示例第%d纺织有限公司", n), "status": "active",
		"contacts": []object{{"name": "陈示例", "position": "采购经理", "phone": fmt.Sprintf("1380000%04d", n)}},
	}).Want(201).ID())
}

// ordered confirms an order of 100, promised in so many days, of which production is told.
func ordered(e *apitest.Env, customer, product string, promised int) apitest.Answer {
	o := post(e, "/v1/orders", object{
		"customer_id": customer, "channel": "phone", "settlement": "cash", "submit": true,
		"lines": []object{{"product_id": product, "quantity": "100", "price": "10", "promised_on": ahead(e, promised)}},
	}).Want(201)
	e.Told()
	return o
}

// ahead is a business date so many days from now.
func ahead(e *apitest.Env, days int) string {
	return clock.Today(e.DB.Clock().Now()).AddDate(0, 0, days).Format(time.DateOnly)
}

// refusals runs statements behind the program's back, and holds what the database says to codes.
func refusals(t *testing.T, e *apitest.Env, codes map[string]string) {
	t.Helper()
	for query, code := range codes {
		err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(query).Error })
		if refused, ok := errs.As(err); !ok || refused.Code != code {
			t.Errorf("%s: %v, want %s", query, err, code)
		}
	}
}

func confirmed(e *apitest.Env, promised int) apitest.Answer {
	return ordered(e, customer(e, 1), product(e), promised)
}

// What each state of a check takes: it is answered once, then told once, then the customer's answer is kept once.
func TestORD07_WhatEachStateOfACheckTakes(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	confirmed(e, 1)
	e.Tx(func(tx pg.Tx) error {
		_, err := e.App.Server.DeliveryChecks.OpenDue(tx, 10)
		return err
	})
	id := e.As("rep1").Get("/v1/delivery-checks").Want(200).String("data.0.id")
	verbs := map[string]object{
		"answer": {"on_time": false, "expected_on": ahead(e, 9)}, "tell": {"channel": "phone", "new_date": ahead(e, 9)}, "customer-answer": {"answer": "cancels"},
	}
	told := ", told_at = now(), channel = 'phone', told_on_date = promised_on + 1"
	for _, c := range []struct{ state, set, answer, tell, customer string }{
		{"open", "", "", "resource.wrong_state", "resource.wrong_state"},
		{"on_time", ", checked_at = now()", "resource.wrong_state", "resource.wrong_state", "resource.wrong_state"},
		{"delayed", ", checked_at = now(), expected_on = promised_on + 1", "resource.wrong_state", "", "delivery_check.not_told"},
		{"delayed", ", checked_at = now(), expected_on = promised_on + 1" + told, "resource.wrong_state", "delivery_check.told", ""},
		{"delayed", ", checked_at = now(), expected_on = promised_on + 1, answer = 'cancels', answered_at = now()" + told, "resource.wrong_state", "delivery_check.told", "delivery_check.answered"},
		{"void", "", "resource.wrong_state", "resource.wrong_state", "resource.wrong_state"},
	} {
		for verb, code := range map[string]string{"answer": c.answer, "tell": c.tell, "customer-answer": c.customer} {
			e.Tx(func(tx pg.Tx) error {
				return tx.Exec(`UPDATE delivery_checks SET checked_at = NULL, expected_on = NULL, told_at = NULL, channel = '', told_on_date = NULL, answer = '', answered_at = NULL,
					answer_on = NULL, state = 'open'`).Error
			})
			e.Tx(func(tx pg.Tx) error {
				return tx.Exec("UPDATE delivery_checks SET state = '" + c.state + "'" + c.set).Error
			})
			if got := post(e, "/v1/delivery-checks/"+id+"/"+verb, verbs[verb]); got.String("code") != code {
				t.Errorf("%s of a check that is %s%s: %s, want %q", verb, c.state, c.set, got.Body, code)
			}
		}
	}
}

// What the database refuses by itself is said as the service would say it.
func TestORD07_ConstraintsOfChecksAreRefusals(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	confirmed(e, 1)
	e.Tx(func(tx pg.Tx) error {
		_, err := e.App.Server.DeliveryChecks.OpenDue(tx, 10)
		return err
	})
	told := "UPDATE delivery_checks SET state = 'delayed', checked_at = now(), expected_on = promised_on + 1, channel = 'phone', told_on_date = promised_on + 1, told_at = "
	midnight := "(promised_on::timestamp AT TIME ZONE 'Asia/Shanghai')"
	refusals(t, e, map[string]string{
		"UPDATE delivery_checks SET channel = 'phone'": "delivery_check.not_told",
		told + midnight: "delivery_check.told_late",
		`INSERT INTO delivery_checks SELECT (jsonb_populate_record(k, jsonb_build_object('id', gen_random_uuid()))).* FROM delivery_checks k`: "delivery_check.once",
	})
	e.Tx(func(tx pg.Tx) error { return tx.Exec(told + midnight + " - interval '1 microsecond'").Error })
}
