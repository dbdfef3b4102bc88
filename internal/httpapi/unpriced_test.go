package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// unpriced are the people who don't see prices, by the role that each has alone.
var unpriced = map[string]identity.Role{
	"production": identity.ProductionManager, "purchasing": identity.Purchasing, "quality": identity.QualityManager, "keeper": identity.WarehouseKeeper,
	"guard": identity.GateGuard,
}

// figures are what the sales of soldWorld come to, and nothing else in it: wherever one stands in an answer, a price has got out.
var figures = []string{"13.5791", "13.5792", "12.4681", "11.3579", "1357.9", "1,357.9", "98765.4", "98,765.4", "4321.09", "4,321.09", "543.1", "135.79", "1629.5", "19.8765", "28.51", "27.43", "21.37", "2109.87"}

// pricedWords are in the names of members that say what a sale costs, what a customer owes, or on which terms they buy.
var pricedWords = regexp.MustCompile(`(^|_)(prices?|priced|amount|amounts|total|gross|net|tax|discount|exposure|limit|headroom|margin|margins|cost|terms|settlement|grade|owed|overdue|debt|receivable|balance|budget|paid|authority|floor)(_|$)`)

// harmless members are named like prices and are none, each with why.
var harmless = map[string]string{
	"getOrderDocument/terms":                  "the paper's clauses; those of a priced paper are left out with the prices",
	"getOrderDocument/tax_number":             "the customer's, and ours",
	"getProductionRequestDocument/terms":      "the paper's clauses",
	"getProductionRequestDocument/tax_number": "ours",
	"getCompanyProfile/tax_number":            "ours",
	"getCustomerOpportunityGrades/grade":      "how promising the customer is (CUS-15), not what they owe",
	"getSample/overdue":                       "by the sample's clock",
	"listSamples/overdue":                     "by the sample's clock",
	"getDeliveryCheck/overdue":                "by the check's clock",
	"listDeliveryChecks/overdue":              "by the check's clock",
	"listProducts/tax_rate":                   "the law's",
	"getProduct/tax_rate":                     "the law's",
	"getProductByExternalId/tax_rate":         "the law's",
	"listMyFollowUps/overdue":                 "by the task's clock",
	"streamMyEvents/overdue":                  "a count of tasks",
	"streamMyEvents/follow_ups_overdue":       "a count of tasks",

	// Freight is our own cost, which the warehouse signs for (SHP-08) and purchasing agrees on: no figure of a sale.
	"listFreightRates": "freight", "getFreightRate": "freight", "listTransportOptions": "freight", "listFreightVouchers": "freight", "getFreightVoucher": "freight",
	"getFreightVoucherTimeline": "freight", "getFreightVoucherDocument": "freight", "listCarrierSettlements": "freight", "getCarrierSettlement": "freight",
	"listCarrierSettlementLines": "freight", "getCarrierSettlementTimeline": "freight",
	"getShippingNoticeDocument/tax_number": "ours", "getShippingNoticeDocument/terms": "the paper's clauses", "getPreparationDocument/tax_number": "ours",
	"getPreparationDocument/terms": "the paper's clauses", "getDeliveryNoteDocument/tax_number": "ours", "getDeliveryNoteDocument/terms": "the paper's clauses",
	"getGatePassDocument/tax_number": "ours", "getGatePassDocument/terms": "the paper's clauses",
	"getTransportNoticeDocument/tax_number": "ours", "getTransportNoticeDocument/terms": "the paper's clauses",
	"getTransportNotice/paid_by": "who pays the carrier", "listTransportNotices/paid_by": "who pays the carrier",
	"listCarriers/tax_number": "the carrier's", "getCarrier/tax_number": "the carrier's",
}

// soldWorld sells at figures that nothing else has, through every document that speaks of a sale.
func soldWorld(t *testing.T) *apitest.Env {
	t.Helper()
	e := apitest.New(t)
	rep, manager, gm := e.As("rep1"), e.As("manager"), e.As("gm")
	e.As("finance").Put("/v1/company-profile", `"1"`, us("云岭示例染整有限公司")).Want(200)
	customer, product := customerOf(e), productAt(e, "13.5791")
	e.Tx(func(tx pg.Tx) error {
		return e.App.Server.Credits.SetOpening(tx, credit.Opening{
			CustomerID: uuid.MustParse(customer), Grade: credit.GradeA, Limit: credit.LimitOf(decimal.MustParse("98765.43")),
			Terms: credit.Terms{Settlement: credit.NetDays, Days: 30},
		})
	})
	original := func() []string { return []string{upload(rep, "original.pdf", scan+" 13.5791").Want(201).ID()} }

	// A contract in which production is asked, and that the general manager signs.
	body := contractBy(customer, goodsOf(product, "100", "12.4681", 30))
	body["settlement"], body["terms_days"] = "net_days", 30
	asked := submitted(e, body)
	capacityYes(e, asked.ID())
	gm.Post("/v1/approvals/"+asked.String("approval_id")+"/return", object{"comment": "12.4681 太低"})
	body = contractBy(customer, goodsOf(product, "100", "13.5791", 30))
	inForce(e, body)

	// A quotation that the general manager approves below the base price, an order by it.
	quotation := rep.Post("/v1/quotations", object{
		"customer_id": customer, "valid_from": onDay(0), "valid_until": onDay(20), "settlement": "cash",
		"lines": []object{{"product_id": product, "min_quantity": "10", "price": "11.3579"}},
	}).Want(201)
	at := "/v1/quotations/" + quotation.ID()
	gm.Post("/v1/approvals/"+rep.Post(at+"/submit", nil).Want(200).String("approval_id")+"/approve", object{"comment": "11.3579 同意"}).Want(200)
	rep.Post(at+"/send", object{"channel": "email", "recipient": "陈示例"}).Want(200)
	rep.Post(at+"/accept", object{"accepted_by": "陈示例", "attachment_ids": original()}).Want(200)
	quoted := orderBy(customer, product, "100", "11.3579")
	quoted["quotation_id"], quoted["attachment_ids"] = quotation.ID(), original()
	quoted["lines"].([]object)[0]["quotation_line_id"] = quotation.String("lines.0.id")
	quoted["submit"] = true
	rep.Post("/v1/orders", quoted).Want(201)

	// A disputed item and a bad debt that wait for their approvals.
	owed := plant(e, "invoices", object{
		"customer_id": customer, "payer_id": customer, "kind": "opening", "state": "posted", "currency": "CNY", "total": "4321.09", "paid": 0,
		"due_on": "2026-01-02",
	})
	disputed := rep.Post("/v1/disputed-items", object{"invoice_id": owed, "reason": "price", "amount": "543.10", "raised_by": "李示例", "note": "单价 13.5791 有误"}).Want(201)
	rep.Post("/v1/disputed-items/"+disputed.ID()+"/resolve", object{"amount": "543.10", "reason": "单价应为 12.4681"}).Want(200)
	rep.Post("/v1/bad-debts", object{
		"customer_id": customer, "grounds": "bankrupt", "reason": "欠款 4321.09 无法收回", "items": []object{{"invoice_id": owed}}, "attachment_ids": original(),
	}).Want(201)
	// What the customer is told of its account, what it promised, and what the rep is told of the month.
	rep.Post("/v1/payment-promises", object{
		"customer_id": customer, "promised_by": "李示例", "channel": "phone", "pay_by": onDay(3), "amount": "2109.87", "note": "先付 2109.87",
	}).Want(201)
	plant(e, "statements", object{
		"customer_id": customer, "kind": "manual", "revision": 1, "state": "draft", "from_seq": 0, "to_seq": 1, "brought": "4321.09",
		"closing_receivable": "4321.09", "late_beyond": "4321.09",
	})
	plant(e, "rep_figures", object{
		"rep_id": e.People["rep1"], "month": "2026-01-01", "revision": 1, "state": "final", "delivered": "4321.09", "received": "2109.87",
		"given_at": "2026-02-01T00:00:00Z", "due_at": "2026-02-01T00:00:00Z",
	})

	// Orders: one asked about, one refused, one confirmed.
	body = orderBy(customer, product, "100", "12.4681")
	body["submit"], body["remarks"] = true, "送货前电话联系"
	below := rep.Post("/v1/orders", body).Want(201)
	rep.Post("/v1/approvals/"+below.String("approval_id")+"/comment", object{"comment": "12.4681 含运费"}).Want(201)
	body = orderBy(customer, product, "120", "13.5791")
	body["submit"], body["attachment_ids"], body["settlement"], body["terms_days"] = true, original(), "net_days", 30
	o := rep.Post("/v1/orders", body).Want(201)
	order, line := "/v1/orders/"+o.ID(), o.String("lines.0.id")
	request := madeFor(e, o.ID())
	made := "/v1/production-requests/" + request.ID()
	for _, who := range []string{"production", "clerk", "gm"} {
		e.As(who).Post(made+"/acknowledge", object{}).Want(200)
	}
	scheduled := e.As("production").Put(made+"/schedule", e.As("production").Get(made).ETag(), object{
		"lots": []object{{"line_id": line, "start_on": onDay(1), "finish_on": onDay(9), "quantity": "120"}},
	}).Want(200)
	e.As("purchasing").Put(made+"/materials", scheduled.ETag(), object{"materials": []object{{"material": "POY 150D", "unit": "kg", "needed": "520", "on_hand": "100"}}}).Want(200)
	e.As("production").Post(made+"/reports", object{"reports": []object{{"line_id": line, "finished_on": onDay(0), "quantity": "20"}}}).Want(200)
	e.As("production").Post("/v1/production-troubles", object{"production_request_id": request.ID(), "line_id": line, "kind": "equipment", "description": "停机检修"}).Want(201)

	// Goods leave, some above the limit.
	for _, quantity := range []string{"10", "40"} {
		notice := rep.Post("/v1/shipping-notices", object{
			"customer_id": customer, "flow": "credit", "ship_date": onDay(3), "overdue_reason": "欠款 4321.09 元下周付",
			"lines": []object{{"order_id": o.ID(), "order_line_id": line, "quantity": quantity}},
		}).Want(201)
		at := "/v1/shipping-notices/" + notice.ID()
		rep.Post(at+"/submit", nil).Want(200)
		if quantity == "40" {
			break
		}
		e.As("clerk").Post(at+"/check", object{"remark": "欠款 4321.09 元"}).Want(200)
		manager.Post(at+"/release", object{}).Want(200)
		stockedFor(e, product)
		e.As("keeper").Post(at+"/prepare", object{}).Want(201)
		note := carried(e, notice.ID())
		e.As("guard").Post("/v1/gate-checks/synchronise", object{"device_id": "phone-1", "sent_at": time.Now(), "checks": []object{{
			"sequence": 1, "seen_at": time.Now(), "pass_number": note.String("gate_pass.number"), "vehicle": "浙B99999", "decision": "let_out",
			"seen": []object{{"product_code": note.String("lines.0.product_code"), "quantity": "10"}},
		}}}).Want(200)
		e.As("keeper").Post("/v1/delivery-notes/"+note.ID()+"/proof", object{"signer": "陈示例", "received_on": onDay(0), "lines": []object{{"delivery_line_id": note.String("lines.0.id"), "received": "9"}}}).Want(201)
		e.As("finance").Post("/v1/delivery-corrections/"+e.As("clerk").Get("/v1/delivery-corrections").String("data.0.id")+"/post", object{}).Want(200)
	}
	urgent := rep.Post("/v1/shipping-notices", object{
		"customer_id": customer, "flow": "credit", "ship_date": onDay(3), "lines": []object{{"order_id": o.ID(), "order_line_id": line, "quantity": "1"}},
	}).Want(201).ID()
	rep.Post("/v1/shipping-notices/"+urgent+"/submit", nil).Want(200)
	manager.Post("/v1/shipping-notices/"+urgent+"/emergency-release", object{
		"reason": "停机待料", "warehouse_head_id": e.People["keeper"], "quality_head_id": e.People["quality"],
		"tried": []object{{"person_id": e.People["clerk"], "at": time.Now().Add(-time.Minute), "outcome": "无人接听"}, {"person_id": e.People["gm"], "at": time.Now().Add(-time.Minute), "outcome": "无人接听"}},
	}).Want(201)

	// What follows an order: a change, a check, a shortage.
	change := rep.Post(order+"/changes", object{"reason": "客户加单", "lines": append(changedLine(line, product, "120", "13.5791"), object{"product_id": product, "quantity": "5", "price": "13.5792"})}).Want(201).ID()
	e.As("finance").Post("/v1/order-changes/"+change+"/consequences", object{"text": "应收增至 1629.5", "cost": "543.1"}).Want(200)
	e.As("production").Post("/v1/order-changes/"+change+"/consequences", object{"text": "须换批"}).Want(200)
	soon := confirmed(e, customer, productAt(e, "10"), "10", ahead(1))
	rep.Post("/v1/customer-notices", object{"order_id": soon.ID(), "channel": "phone", "body": "能否 13.5791"}).Want(201)
	openChecks(e)
	manager.Post("/v1/shortage-allotments", object{"product_id": product, "available": "50", "reason": "缺货"}).Want(201)

	// Prices before there is an order.
	newGood := "/v1/new-product-requests/" + askPrice(e, "rep1", newGoods(e, "UNPRICED-1", "kg", "new"), object{"wanted_price": "28.51"}).Want(201).ID()
	stateBoth(e, newGood)
	manager.Post(newGood+"/draft", object{"price": "27.43", "floor_price": "21.37", "note": "毛利 13.5791"}).Want(200)
	manager.Post(newGood+"/submit", nil).Want(200)
	rep.Post("/v1/price-requests", object{
		"reason_kind": "market", "reason": "同行 12.4681", "figures": "同行 12.4681", "lines": []object{{"product_id": product, "direction": "down", "wanted_price": "12.4681"}},
	}).Want(201)
	e.As("production").Post("/v1/price-requests", object{
		"reason_kind": "true_cost", "reason": "单耗上升", "figures": "单耗 1.04", "lines": []object{{"product_id": product, "direction": "up"}},
		"attachment_ids": []string{upload(e.As("production"), "yield.pdf", scan).Want(201).ID()},
	}).Want(201)
	sampleOf(e)
	sentSample(e, customer)
	return e
}

// tableOf is the table of a collection of the API, where it isn't called like it.
var tableOf = map[string]string{
	"approvals": "approval_requests", "leaves": "leaves", "price-meetings": "price_meetings",
}

// keysOf are the values of path parameters that aren't ids of rows.
var keysOf = map[string]func(e *apitest.Env) []string{
	"version": func(*apitest.Env) []string { return []string{"1"} },
	"date":    func(*apitest.Env) []string { return []string{onDay(0)} },
	"name":    func(*apitest.Env) []string { return []string{"contract.gm_amount"} },
	"rule_id": func(*apitest.Env) []string { return []string{"ORD-03"} },
}

// oneOf are parameters of which an operation needs one.
var oneOf = map[string]string{"getDeadline": "working_days=1&"}

// closed are operations that answer nobody of the factory although their permission lets them call: they look at who is a member.
var closed = []string{"listPriceCommitteeAgenda", "listPriceMeetings", "listPriceResolutions"}

// untouched are collections that no sale makes a document of.
var untouched = strings.Fields("by-external-id leaves violations operations price-meetings surveys customer-change-requests product-categories")

// itemsOf returns what the collection holds, the latest first.
func itemsOf(t *testing.T, e *apitest.Env, param, collection string) (ids []string) {
	t.Helper()
	if known := keysOf[param]; known != nil {
		return known(e)
	}
	if slices.Contains(untouched, collection) {
		return []string{uuid.NewString()}
	}
	table := tableOf[collection]
	if table == "" {
		table = strings.ReplaceAll(collection, "-", "_")
	}
	e.Tx(func(tx pg.Tx) error {
		return tx.Raw("SELECT id::text FROM " + table + " ORDER BY id DESC LIMIT 30").Scan(&ids).Error
	})
	if len(ids) == 0 {
		t.Errorf("nothing of %s was made: the sweep proves nothing about it", collection)
	}
	return ids
}

// Nobody from production, purchasing, quality, the warehouse or the gate is given a price, an amount, a limit or terms by anything that
// the API lets them read: whatever documents there are, each operation of the contract is asked about each.
// stockedFor brings a lot of the product in that passed its inspection.
func stockedFor(e *apitest.Env, product string) {
	e.As("keeper").Post("/v1/warehouses", object{"code": "CK01", "name": "一号库"}).Want(201)
	lot := e.As("keeper").Post("/v1/stock-movements", object{"movements": []object{{
		"kind": "receipt", "product_code": e.As("keeper").Get("/v1/products/" + product).Want(200).String("code"), "lot_no": "L1",
		"warehouse_code": "CK01", "quantity": "500",
	}}}).Want(201).String("data.0.lot_id")
	e.As("quality").Post("/v1/inspection-reports", object{"lot_id": lot, "result": "passed"}).Want(201)
}

func TestORD03_NothingTheFactoryReadsHasPrices(t *testing.T) {
	t.Parallel()
	e := soldWorld(t)
	var customer string
	e.Tx(func(tx pg.Tx) error {
		return tx.Raw("SELECT customer_id::text FROM orders LIMIT 1").Scan(&customer).Error
	})
	values := map[string]string{"customer_id": customer, "month": onDay(0)[:7]}
	reached := map[string]bool{}
	for _, o := range operations(t) {
		if o.method != http.MethodGet || o.permission == identity.Public {
			continue
		}
		paths := []string{o.path}
		for param, collection := range collections(o.path) {
			var filled []string
			if !mayRead(o) {
				continue
			}
			for _, id := range itemsOf(t, e, param, collection) {
				for _, p := range paths {
					filled = append(filled, strings.ReplaceAll(p, "{"+param+"}", id))
				}
			}
			paths = filled
		}
		query := "?" + oneOf[o.id]
		for _, p := range o.params {
			if p.Value.In == "query" && p.Value.Required {
				v, known := values[p.Value.Name]
				if !known {
					v = fmt.Sprint(p.Value.Example)
				}
				query += p.Value.Name + "=" + v + "&"
			}
			if p.Value.In == "query" && p.Value.Name == "limit" {
				query += "limit=200&"
			}
		}
		for who, role := range unpriced {
			if o.permission != identity.Authenticated && !slices.Contains(identity.RolesOf(o.permission), role) {
				continue
			}
			for _, path := range paths {
				status, body := readOnce(t, e, who, path+strings.TrimRight(query, "&?"))
				if status == http.StatusOK {
					reached[o.id] = true
					leaks(t, o.id, who, path, body)
				}
			}
		}
		if mayRead(o) && !reached[o.id] && !slices.Contains(closed, o.id) && !slices.ContainsFunc(untouched, func(c string) bool { return strings.Contains(o.path, c+"/{") }) {
			t.Errorf("%s was never answered: the sweep proves nothing about it", o.id)
		}
	}
}

// mayRead reports whether the operation is for anybody who sees no prices.
func mayRead(o operation) bool {
	for _, role := range unpriced {
		if o.permission == identity.Authenticated || slices.Contains(identity.RolesOf(o.permission), role) {
			return true
		}
	}
	return false
}

// readOnce reads a path; of a stream, what comes at once.
func readOnce(t *testing.T, e *apitest.Env, who, path string) (int, string) {
	t.Helper()
	if !strings.HasPrefix(path, "/v1/me/events") {
		a := e.As(who).Get(path)
		return a.Status, string(a.Body)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+who)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if data, is := strings.CutPrefix(lines.Text(), "data:"); is {
			return res.StatusCode, strings.TrimSpace(data)
		}
	}
	return res.StatusCode, ""
}

// instant is a time of day as answers write it; seconds and fractions may happen to spell a figure.
var instant = regexp.MustCompile(`\d{2}:\d{2}:\d{2}(\.\d+)?`)

// leaks fails the test for each figure in the answer and each member named like one that says something.
func leaks(t *testing.T, operation, who, path, body string) {
	t.Helper()
	body = instant.ReplaceAllString(body, "")
	for _, figure := range figures {
		if i := strings.Index(body, figure); i >= 0 {
			t.Errorf("%s tells the %s %s at %s: …%s…", operation, who, figure, path, body[max(0, i-160):min(len(body), i+60)])
		}
	}
	var v any
	if json.Unmarshal([]byte(body), &v) == nil {
		for _, name := range pricedMembers(v) {
			if _, known := harmless[operation+"/"+name]; !known && harmless[operation] == "" {
				t.Errorf("%s tells the %s %s at %s", operation, who, name, path)
			}
		}
	}
}

// pricedMembers are the members at any depth that are named like a figure and aren't empty.
func pricedMembers(v any) (names []string) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			names = append(names, pricedMembers(x)...)
		}
	case map[string]any:
		for name, x := range v {
			names = append(names, pricedMembers(x)...)
			if pricedWords.MatchString(name) && x != nil && x != "" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
