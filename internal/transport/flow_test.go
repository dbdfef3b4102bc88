package transport_test

import (
	"strings"
	"testing"

	"github.com/salesgate/salesgate/internal/pg"
)

// Several trucks fetch a notice's goods; together never more than is left of it.
func TestSHP07_TrucksNeverFetchMoreThanTheNotice(t *testing.T) {
	w := open(t)
	n := w.submitted("1000")
	first := w.planned(n, "浙A·00001", "600").Want(201)
	if first.String("state") != "planned" || first.String("carrier_name") != carrierName || first.String("lines.0.quantity") != "600.0000" {
		t.Fatalf("%s", first.Body)
	}
	w.planned(n, "浙A·00002", "400.0001").WantProblem(422, "transport.over_notice")
	w.planned(n, "浙A·00002", "0").WantProblem(422, "transport.bad_quantity")
	w.planned(n, "浙a 00001", "100").WantProblem(409, "transport.same_truck")
	second := w.planned(n, "浙A·00002", "").Want(201)
	if second.String("lines.0.quantity") != "400.0000" {
		t.Errorf("all that is left: %s", second.Body)
	}
	w.planned(n, "浙A·00003", "").WantProblem(422, "transport.no_lines")
	w.As("rep1").Post(notices+"/"+second.ID()+"/change", object{"reason": "少运", "lines": []object{{"order_line_id": w.line, "quantity": "399.9999"}}}).Want(200)
	w.planned(n, "浙A·00003", "0.0002").WantProblem(422, "transport.over_notice")
	w.planned(n, "浙A·00003", "0.0001").Want(201)
	w.As("rep1").Post(notices+"/"+first.ID()+"/cancel", object{"reason": "不来"}).Want(200)
	w.planned(n, "浙A·00004", "600").Want(201)
	if got := w.As("guard").Get(notices + "?shipping_notice_id=" + n + "&state=planned").Want(200).Len("data"); got != 3 {
		t.Errorf("%d trucks are expected", got)
	}
}

func TestSHP07_WrongTransportNotices(t *testing.T) {
	w := open(t)
	n := w.submitted("1000")
	good := func(pairs ...any) object { return with(w.plan(n, "浙A·00001", "10"), pairs...) }
	for name, c := range map[string]struct {
		body   object
		status int
		code   string
	}{
		"no such notice":     {good("shipping_notice_id", id()), 422, "transport.unknown_notice"},
		"no such carrier":    {good("carrier_id", id()), 422, "carrier.unknown"},
		"yesterday":          {good("pickup_on", w.day(-1)), 422, "transport.pickup_past"},
		"no plate":           {good("vehicle", "· -"), 422, "transport.bad_plate"},
		"no such line":       {good("lines", []object{{"order_line_id": id(), "quantity": "1"}}), 422, "transport.unknown_line"},
		"a line twice":       {good("lines", []object{{"order_line_id": w.line, "quantity": "1"}, {"order_line_id": w.line, "quantity": "1"}}), 422, "transport.line_twice"},
		"no trip":            {good("shares_trip_with", id()), 422, "transport.unknown_trip"},
		"no distance":        {good("distance_km", "0"), 422, "freight.bad_distance"},
		"nobody's address":   {good("address_id", id()), 422, "freight.unknown_address"},
		"we pay a stranger":  {with(w.plan(n, "浙A·00001", ""), "carrier_id", nil), 400, "request.invalid"},
		"a customer's truck": {good("paid_by", "customer"), 201, ""},
	} {
		if name == "we pay a stranger" {
			delete(c.body, "carrier_id")
			c.status, c.code = 422, "transport.carrier_needed"
		}
		a := w.As("rep1").Post(notices+"?validate_only=true", c.body)
		if c.code == "" {
			a.Want(c.status)
			continue
		}
		if a.Status != c.status || a.String("code") != c.code {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	w.As("rep3").Post(notices, good()).WantProblem(422, "transport.unknown_notice")
	w.As("keeper").Post(notices, good()).WantProblem(403, "auth.forbidden") // who compares doesn't plan
	w.As("keeper").Patch("/v1/carriers/"+w.carrier, `"1"`, object{"active": false}).Want(200)
	w.As("rep1").Post(notices, good()).WantProblem(422, "carrier.unknown")
}

// What stands before the ramp is compared with the transport notice; a difference is refused in words, recorded, and loaded after a change.
func TestSHP07_LoadingIsComparedWithTheTransportNotice(t *testing.T) {
	w := open(t)
	n := w.released("1000")
	truck := w.planned(n, "浙A·00001", "600").Want(201)
	refused := w.load(n, "浙B·99999", "600").WantProblem(422, "transport.other_vehicle")
	if words := string(refused.Body); !strings.Contains(words, "浙B·99999") || !strings.Contains(words, "浙A·00001") || refused.String("decision.checks.0.rule") != "SHP-07" {
		t.Errorf("no words: %s", words)
	}
	w.loadBy(n, "600", object{"vehicle": "浙A00001", "carrier": "别家物流", "driver": "吴示例"}).WantProblem(422, "transport.other_carrier")
	w.loadBy(n, "600", object{"vehicle": "浙A00001", "carrier": carrierName, "driver": "郑示例"}).WantProblem(422, "transport.other_driver")
	w.loadBy(n, "600", object{}).WantProblem(422, "transport.say_what_stands_there")
	if got := w.As("gm").Get("/v1/shipping-notices/" + n + "/decisions").Want(200); strings.Count(string(got.Body), `"gate":"loading"`) != 4 {
		t.Errorf("refusals aren't recorded: %s", got.Body)
	}
	if got := w.As("keeper").Get("/v1/shipping-notices/" + n).Want(200); got.String("state") != "released" || got.String("lines.0.dispatched_quantity") != "0.0000" {
		t.Errorf("a refusal left something: %s", got.Body)
	}
	change := notices + "/" + truck.ID() + "/change"
	w.As("keeper").Post(change, object{"reason": "换司机", "driver": "郑示例"}).WantProblem(403, "auth.forbidden")
	w.As("rep1").Post(change, object{"reason": " 换司机", "driver": "郑示例"}).Want(200)
	w.load(n, "浙A·00001", "600").WantProblem(422, "transport.other_driver")
	loaded := w.loadBy(n, "600", object{"vehicle": "浙a 00001", "carrier": carrierName, "driver": "郑示例"}).Want(201)
	if loaded.String("vehicle") != "浙A·00001" || loaded.String("driver") != "郑示例" || loaded.String("carrier") != carrierName {
		t.Errorf("%s", loaded.Body)
	}
	// Where transport notices exist they, and no other, count: the next truck needs its own.
	w.load(n, "浙A·00001", "100").WantProblem(409, "transport.none_expected")
	got := w.As("rep1").Get(notices + "/" + truck.ID()).Want(200)
	if got.String("state") != "loaded" || got.String("delivery_note_id") != loaded.ID() {
		t.Errorf("%s", got.Body)
	}
	w.As("rep1").Post(change, object{"reason": "晚了", "driver": "冯示例"}).WantProblem(409, "resource.wrong_state")
	w.As("rep1").Post(notices+"/"+truck.ID()+"/cancel", object{"reason": "晚了"}).WantProblem(409, "resource.wrong_state")
	history := string(w.As("auditor").Get(notices + "/" + truck.ID() + "/timeline").Want(200).Body)
	for _, verb := range []string{"createTransportNotice", "changeTransportNotice", "loadTransportNotice", `"changed":["driver","reason","version"]`} {
		if !strings.Contains(history, verb) {
			t.Errorf("%s isn't in %s", verb, history)
		}
	}
	w.planned(n, "浙A·00001", "").Want(201)
	w.loadBy(n, "400", object{"vehicle": "浙A·00001", "carrier": carrierName, "driver": "吴示例"}).Want(201)
	w.agree()
}

// A shipping notice without a transport notice is loaded as before: by what it says itself.
func TestSHP07_WithoutATransportNoticeTheNoticeCounts(t *testing.T) {
	w := open(t)
	n := w.released("1000")
	note := w.loadBy(n, "10", object{"vehicle": "浙A·00009"}).Want(201)
	if w.As("keeper").Get("/v1/freight-vouchers?delivery_note_id="+note.ID()).Want(200).Len("data") != 0 {
		t.Error("nobody carries for money")
	}
	w.As("rep1").Post(notices, with(w.plan(n, "浙A·00001", "100"), "paid_by", "customer")).Want(201)
	note = w.load(n, "浙A·00001", "100").Want(201)
	if w.As("keeper").Get("/v1/freight-vouchers?delivery_note_id="+note.ID()).Want(200).Len("data") != 0 {
		t.Error("the customer pays")
	}
	w.agree()
}

// What is revised, cancelled or closed isn't fetched.
func TestSHP07_ARevisedNoticeCancelsItsTrucks(t *testing.T) {
	w := open(t)
	for _, verb := range []string{"revise", "cancel"} {
		n := w.released("100")
		truck := w.planned(n, "浙A·00001", "").Want(201).ID()
		w.As("rep1").Post("/v1/shipping-notices/"+n+"/"+verb, object{"reason": "客户推迟"}).Want(200)
		if got := w.As("rep1").Get(notices + "/" + truck).Want(200); got.String("state") != "cancelled" || got.String("reason") != "客户推迟" {
			t.Errorf("%s: %s", verb, got.Body)
		}
		w.planned(n, "浙A·00001", "").WantProblem(409, "transport.not_to_ship")
	}
	n := w.released("100")
	w.planned(n, "浙A·00001", "40").Want(201)
	rest := w.planned(n, "浙A·00002", "").Want(201).ID()
	w.load(n, "浙A·00001", "40").Want(201)
	w.As("rep1").Post("/v1/shipping-notices/"+n+"/close", object{"reason": "余量不发"}).Want(200)
	if got := w.As("rep1").Get(notices + "/" + rest).Want(200).String("state"); got != "cancelled" {
		t.Errorf("the rest is %s", got)
	}
}

// The voucher is priced from the rate in force that day, by what really left, and says how.
func TestSHP18_TheVoucherIsPricedByTheRateOfTheDay(t *testing.T) {
	w := open(t)
	w.As("keeper").Post("/v1/freight-distances", object{"region": "海角", "km": "85.5"}).Want(200)
	n := w.released("20000")
	w.planned(n, "浙A·00001", "12000").Want(201)
	note := w.load(n, "浙A·00001", "12500").Want(201) // more than was planned for this truck, less than the notice
	v := w.voucherOf(note.ID())
	if v.String("amount") != "2250.00" || v.String("total") != "2250.00" || v.String("tax") != "185.78" || v.String("tonnes") != "12.500000000" || v.At("priced") != true ||
		v.String("distance_km") != "85.5" || !strings.Contains(v.String("computation.1.en"), "12.5 t at 180 = 2250.00") {
		t.Errorf("%s", v.Body)
	}
	// A new rate from tomorrow leaves the voucher and today's trucks as they are.
	list := w.As("purchasing").Get("/v1/freight-rates?carrier_id=" + w.carrier + "&on=" + w.day(0)).Want(200)
	rate := "/v1/freight-rates/" + list.String("data.0.id")
	terms := object{"basis": "trip", "price": "2000", "tax_rate": "0.09", "valid_from": w.day(0), "reason": "油价上涨"}
	w.As("purchasing").Post(rate+"/replace", terms).WantProblem(422, "freight.rate_past")
	w.As("keeper").Post(rate+"/replace", terms).WantProblem(403, "auth.forbidden")
	next := w.As("purchasing").Post(rate+"/replace", with(terms, "valid_from", w.day(1))).Want(201)
	if old := w.As("purchasing").Get(rate).Want(200); old.String("valid_until") != w.day(0) || next.String("replaces_id") != old.ID() || next.String("to_region") != "海角" {
		t.Errorf("%s %s", old.Body, next.Body)
	}
	w.As("purchasing").Post(rate+"/end", object{"valid_until": w.day(5)}).WantProblem(409, "freight.rate_ended")
	w.planned(n, "浙A·00002", "").Want(201)
	if v := w.voucherOf(w.load(n, "浙A·00002", "400").Want(201).ID()); v.String("amount") != "90.00" || !strings.Contains(v.String("computation.2.zh"), "最低收费 90.00") {
		t.Errorf("%s", v.Body)
	}
	w.DB.Clock().SetOffset(24 * 3600 * 1e9)
	m := w.released("100")
	w.planned(m, "浙A·00001", "").Want(201)
	if v := w.voucherOf(w.load(m, "浙A·00001", "100").Want(201).ID()); v.String("amount") != "2000.00" || v.String("freight_rate_id") != next.ID() {
		t.Errorf("%s", v.Body)
	}
	w.agree()
}

// Transport is chosen by date and cost: the cheapest first, each with how it is computed, unpriced ones last.
func TestSHP18_CarriersAreComparedByCost(t *testing.T) {
	w := open(t)
	w.newCarrier("天涯示例运输", object{"basis": "trip", "to_region": "海角", "km_to": "85.5", "price": "2000"}, object{"basis": "trip", "to_region": "海角", "km_above": "85.5", "price": "2600"})
	w.newCarrier("别处示例运输", object{"basis": "trip", "to_region": "别处", "price": "1"})
	later := w.newCarrier("明日示例运输", object{"basis": "trip", "price": "5", "valid_from": w.day(5)})
	n := w.submitted("12500")
	options := "/v1/shipping-notices/" + n + "/transport-options"
	names := func(query string) string {
		w.t.Helper()
		a := w.As("rep1").Get(options + query).Want(200)
		var all []string
		for _, o := range a.At("options").([]any) {
			o := o.(map[string]any)
			all = append(all, strings.TrimSpace(o["name"].(string)+" "+text(o["amount"])))
		}
		return strings.Join(all, ", ")
	}
	for query, want := range map[string]string{
		"?to_region=海角&distance_km=85.4": "天涯示例运输 2000.00, 云岭示例物流有限公司 2250.00",
		"?to_region=海角&distance_km=85.5": "天涯示例运输 2000.00, 云岭示例物流有限公司 2250.00",
		"?to_region=海角&distance_km=85.6": "云岭示例物流有限公司 2250.00, 天涯示例运输 2600.00",
		"?to_region=海角":                  "云岭示例物流有限公司 2250.00",
		"?on=" + w.day(4):                "",
		"?on=" + w.day(5):                "明日示例运输 5.00",
	} {
		if got := names(query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	// What is kept of the region, and of the address, is used.
	w.As("keeper").Post("/v1/freight-distances", object{"region": "海角", "km": "80"}).Want(200)
	if got := names("?to_region=海角"); got != "天涯示例运输 2000.00, 云岭示例物流有限公司 2250.00" {
		t.Errorf("%s", got)
	}
	address := w.As("rep1").Get("/v1/customers/" + w.customer.String()).Want(200).String("addresses.0.id")
	w.As("keeper").Post("/v1/freight-distances", object{"region": "海角", "address_id": address, "km": "90"}).Want(200)
	w.As("keeper").Post("/v1/freight-distances", object{"region": "海角", "address_id": address, "km": "91"}).Want(200)
	if got := names("?address_id=" + address); got != "云岭示例物流有限公司 2250.00, 天涯示例运输 2600.00" {
		t.Errorf("%s", got)
	}
	if got := w.As("rep1").Get("/v1/freight-distances").Want(200).Len("data"); got != 2 {
		t.Errorf("%d distances", got)
	}
	if got := w.As("rep3").Get("/v1/freight-distances").Want(200).Len("data"); got != 1 {
		t.Errorf("another team sees %d distances", got)
	}
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE products SET tonnes_per_unit = NULL WHERE id = ?", w.product).Error
	})
	if got := names("?to_region=海角&distance_km=100"); got != "天涯示例运输 2600.00, 云岭示例物流有限公司" {
		t.Errorf("the weight is unknown: %s", got)
	}
	w.As("keeper").Patch("/v1/carriers/"+later, `"1"`, object{"active": false}).Want(200)
	if got := names("?on=" + w.day(5)); got != "" {
		t.Errorf("a carrier that isn't used: %s", got)
	}
	w.As("rep3").Get(options).WantProblem(404, "resource.not_found")
	w.As("production").Get(options).WantProblem(403, "auth.forbidden")
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// One truck that carries two notices is paid for its trip once.
func TestSHP18_ATruckWithTwoNoticesIsPaidOnce(t *testing.T) {
	w := open(t)
	w.carrier = w.newCarrier("天涯示例运输", object{"basis": "trip", "price": "900"})
	truck := func(n string, pairs ...any) object { return with(w.plan(n, "浙A·00001", ""), pairs...) }
	load := func(n string) string {
		return w.loadBy(n, "100", object{"vehicle": "浙A·00001", "carrier": "天涯示例运输", "driver": "吴示例"}).Want(201).ID()
	}
	a, b, c := w.released("100"), w.released("100"), w.released("100")
	first := w.As("rep1").Post(notices, truck(a)).Want(201).ID()
	w.As("rep1").Post(notices, truck(b, "shares_trip_with", first, "pickup_on", w.day(4))).WantProblem(422, "transport.unknown_trip")
	w.As("rep1").Post(notices, truck(b, "shares_trip_with", first, "vehicle", "浙A·2")).WantProblem(422, "transport.unknown_trip")
	second := w.As("rep1").Post(notices, truck(b, "shares_trip_with", first)).Want(201)
	if second.String("shares_trip_with") != first {
		t.Errorf("%s", second.Body)
	}
	w.As("rep1").Post(notices, truck(c, "shares_trip_with", second.ID())).Want(201)
	var sums []string
	for _, n := range []string{b, a, c} {
		sums = append(sums, w.voucherOf(load(n)).String("amount"))
	}
	if strings.Join(sums, " ") != "900.00 0.00 0.00" {
		t.Errorf("%v", sums)
	}
	w.agree()
}
