package allotment_test

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

// proposed has two customers want 200 of a product of which there are 150.
func proposed(e *apitest.Env) (goods string, made apitest.Answer) {
	goods = product(e)
	ordered(e, customer(e, 1), goods, 10)
	ordered(e, customer(e, 2), goods, 20)
	return goods, e.As("manager").Post("/v1/shortage-allotments", object{"product_id": goods, "available": "150", "reason": "缺货"}).Want(201)
}

// What each state of an allotment takes: a proposal is confirmed or withdrawn, what is confirmed ends, and nothing comes back.
func TestORD08_WhatEachStateOfAnAllotmentTakes(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	id, made := proposed(e)
	manager, path := e.As("manager"), "/v1/shortage-allotments/"+made.ID()
	end := object{"reason": "原料已到"}
	if a := manager.Post(path+"/end", end).Want(200); a.String("state") != "withdrawn" {
		t.Errorf("%s", a.Body)
	}
	over := func() {
		manager.Post(path+"/confirm", object{}).WantProblem(409, "resource.wrong_state")
		manager.Post(path+"/end", end).WantProblem(409, "resource.wrong_state")
	}
	over()
	path = "/v1/shortage-allotments/" + manager.Post("/v1/shortage-allotments", object{"product_id": id, "available": "150", "reason": "缺货"}).Want(201).ID()
	manager.Post(path+"/confirm", object{"valid_until": ahead(e, -1)}).WantProblem(422, "allotment.past_date")
	manager.Post(path+"/confirm", object{"valid_until": ahead(e, 0)}).Want(200)
	manager.Post(path+"/confirm", object{}).WantProblem(409, "resource.wrong_state")
	ended := func() (n int) {
		e.Tx(func(tx pg.Tx) (err error) {
			n, err = e.App.Server.Allotments.EndFinished(tx, 10)
			return err
		})
		return n
	}
	if ended() != 0 {
		t.Error("ended on its last day")
	}
	e.DB.Clock().SetOffset(24 * time.Hour)
	if ended() != 1 || manager.Get(path).Want(200).String("state") != "ended" {
		t.Error("not ended after its last day")
	}
	over()
}

// What the database refuses by itself is said as the service would say it.
func TestORD08_ConstraintsOfAllotmentsAreRefusals(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	proposed(e)
	again := `INSERT INTO shortage_allotments SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'number', 'x'%s))).* FROM shortage_allotments a`
	refusals(t, e, map[string]string{
		"UPDATE shortage_allotment_lines SET allotted = wanted + 1, change_reason = 'x'":                                                       "allotment.above_wanted",
		"UPDATE shortage_allotment_lines SET allotted = 0 WHERE proposed > 0":                                                                  "allotment.reason_missing",
		"UPDATE shortage_allotments SET state = 'confirmed', confirmed_at = now(), confirmed_by = gen_random_uuid(), allotted = available + 1": "allotment.above_available",
		"UPDATE shortage_allotments SET reason = 'x'":                                                                                          "allotment.frozen",
		"DELETE FROM shortage_allotment_lines":                                                                                                 "allotment.frozen",
		fmt.Sprintf(again, ""):                                                                                                                 "allotment.open",
		fmt.Sprintf(again, ", 'product_id', gen_random_uuid()"):                                                                                "allotment.unknown_product",
	})
}

// Of several people who confirm and end at once one is first, and the others are told so.
func TestRaceORD08_ConfirmedOrEndedOnce(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	_, made := proposed(e)
	path := "/v1/shortage-allotments/" + made.ID()
	codes := make(chan string, 8)
	for range cap(codes) {
		go func() { codes <- e.As("manager").Post(path+"/confirm", object{}).String("code") }()
	}
	won := 0
	for range cap(codes) {
		switch code := <-codes; code {
		case "":
			won++
		case "resource.wrong_state":
		default:
			t.Errorf("%s", code)
		}
	}
	if won != 1 {
		t.Errorf("%d confirmed it", won)
	}
}
