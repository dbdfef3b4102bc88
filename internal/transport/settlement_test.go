package transport_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/transport"
)

const settlements = "/v1/carrier-settlements"

func (w *world) drafted() string {
	w.t.Helper()
	return w.As("clerk").Post(settlements, object{"carrier_id": w.carrier, "month": w.month()}).Want(201).ID()
}

// A settlement lists what is signed, is confirmed by another person than who drafted or adjusted, and is paid once.
func TestSHP18_ACarrierIsSettledByTheMonth(t *testing.T) {
	w := open(t)
	create := object{"carrier_id": w.carrier, "month": w.month()}
	w.As("clerk").Post(settlements, create).WantProblem(422, "freight.nothing_to_settle")
	first, second := w.shipped("浙A·00001", "1000"), w.shipped("浙A·00002", "2000")
	n := w.released("3000")
	w.planned(n, "浙A·00003", "").Want(201)
	unsigned := w.load(n, "浙A·00003", "3000").Want(201).ID() // SHP-08: not signed, not settled
	w.As("purchasing").Post("/v1/freight-vouchers/"+second+"/adjust", object{"kind": "waiting", "amount": "40.00", "reason": "等待"}).Want(200)
	w.As("clerk").Post(settlements, object{"carrier_id": w.carrier, "month": w.day(40)[:7]}).WantProblem(422, "freight.month_ahead")
	w.As("keeper").Post(settlements, create).WantProblem(403, "auth.forbidden")
	draft := w.As("clerk").Post(settlements, create).Want(201)
	at := settlements + "/" + draft.ID()
	if draft.String("amount") != "580.00" || draft.String("state") != "draft" || !strings.HasPrefix(draft.String("number"), "CS-") {
		t.Fatalf("%s", draft.Body)
	}
	w.As("clerk").Post(settlements, create).WantProblem(409, "freight.month_settled")
	w.agree()
	lines := w.As("clerk").Get(at + "/lines?limit=2").Want(200)
	if lines.Len("data") != 2 || lines.String("next_cursor") == "" {
		t.Errorf("%s", lines.Body)
	}
	// An adjusted voucher that is disputed is left out with its adjusting document.
	var disputed string
	for i := range 3 {
		l := w.As("clerk").Get(at + "/lines").Want(200)
		if at := fmt.Sprintf("data.%d.", i); l.String(at+"freight_voucher_id") == second && l.At(at+"adjustment_id") == nil {
			disputed = l.String(at + "id")
		}
	}
	w.As("clerk").Post(at+"/leave-out", object{"line_ids": []uuid.UUID{id()}, "reason": "重量"}).WantProblem(404, "resource.not_found")
	left := w.As("clerk").Post(at+"/leave-out", object{"line_ids": []string{disputed}, "reason": "重量有异议"}).Want(200)
	if left.String("amount") != "180.00" || w.As("clerk").Get(at+"/lines?state=left_out").Want(200).Len("data") != 2 {
		t.Errorf("%s", left.Body)
	}
	w.agree()
	w.As("clerk").Post(at+"/leave-out", object{"line_ids": []string{disputed}, "reason": "重量有异议"}).WantProblem(404, "resource.not_found")
	// What is listed can't be unloaded, and can be adjusted: in a later settlement.
	note := w.As("keeper").Get("/v1/freight-vouchers/" + first).Want(200).String("delivery_note_id")
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/cancel", object{"reason": "卸货"}).WantProblem(409, "freight.is_settled")
	w.As("clerk").Post(at+"/pay", object{"paid_on": w.day(0), "bank_reference": "B1"}).WantProblem(409, "resource.wrong_state")
	w.As("clerk").Post(at+"/confirm", nil).WantProblem(403, "freight.own_settlement")
	confirmed := w.As("finance").Post(at+"/confirm", nil).Want(200)
	if confirmed.String("confirmed_by") != w.People["finance"].String() {
		t.Errorf("%s", confirmed.Body)
	}
	for _, verb := range []string{"refresh", "confirm"} {
		w.As("clerk").Post(at+"/"+verb, nil).WantProblem(409, "resource.wrong_state")
	}
	w.As("clerk").Post(at+"/cancel", object{"reason": "晚了"}).WantProblem(409, "resource.wrong_state")
	w.As("clerk").Post(at+"/pay", object{"paid_on": w.day(1), "bank_reference": "B1"}).WantProblem(422, "freight.paid_ahead")
	w.As("clerk").Post(at+"/pay", object{"paid_on": w.day(0), "bank_reference": "B202612150001"}).Want(200)
	w.As("clerk").Post(at+"/pay", object{"paid_on": w.day(0), "bank_reference": "B202612150002"}).WantProblem(409, "resource.wrong_state")
	// The next month has what was left out, what was adjusted since, and nothing twice.
	w.As("finance").Post("/v1/freight-vouchers/"+first+"/adjust", object{"kind": "weight", "amount": "-30.00", "reason": "少到 0.1 吨"}).Want(200)
	_ = unsigned
	w.DB.Clock().SetOffset(40 * 24 * 3600 * 1e9)
	next := w.As("clerk").Post(settlements, object{"carrier_id": w.carrier, "month": w.month()}).Want(201)
	if next.String("amount") != "370.00" { // 360 + 40 − 30
		t.Errorf("%s", next.Body)
	}
	w.As("finance").Post(settlements+"/"+next.ID()+"/confirm", nil).WantProblem(403, "freight.own_settlement") // who adjusted it
	w.agree()
}

// The monthly job drafts what the month before has, once, and catches up.
func TestSHP18_SettlementsAreDraftedByTheMonth(t *testing.T) {
	w := open(t)
	w.shipped("浙A·00001", "1000")
	other := w.newCarrier("天涯示例运输", object{"basis": "trip", "price": "900"})
	mine := w.carrier
	w.carrier = other
	n := w.released("100")
	w.planned(n, "浙A·00005", "").Want(201)
	note := w.loadBy(n, "100", object{"vehicle": "浙A·00005", "carrier": "天涯示例运输", "driver": "吴示例"}).Want(201).ID()
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/sign", w.paper()).Want(201)
	w.As("keeper").Post("/v1/freight-vouchers/"+w.voucherOf(note).ID()+"/sign", w.paper()).Want(200)
	if err := w.App.Server.Jobs.RunAll(t.Context()); err != nil { // begins with the present month: nothing of it is due
		t.Fatal(err)
	}
	w.DB.Clock().SetOffset(32 * 24 * 3600 * 1e9)
	for range 2 {
		if err := w.App.Server.Jobs.RunAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	list := w.As("clerk").Get(settlements).Want(200)
	sums := map[string]string{}
	for i := range list.Len("data") {
		at := fmt.Sprintf("data.%d.", i)
		sums[list.String(at+"carrier_id")] = list.String(at+"amount") + " " + list.String(at+"state")
	}
	if list.Len("data") != 2 || sums[mine] != "180.00 draft" || sums[other] != "900.00 draft" {
		t.Errorf("%s", list.Body)
	}
	w.As("clerk").Post(settlements+"/"+list.String("data.0.id")+"/confirm", nil).Want(200) // drafted by nobody
	w.agree()
}

// A cancelled draft leaves what it listed to another; a refreshed one takes what was signed since.
func TestSHP18_DraftsAreRefreshedAndCancelled(t *testing.T) {
	w := open(t)
	w.shipped("浙A·00001", "1000")
	x := settlements + "/" + w.drafted()
	w.shipped("浙A·00002", "1000")
	if got := w.As("clerk").Post(x+"/refresh", nil).Want(200).String("amount"); got != "360.00" {
		t.Errorf("refreshed: %s", got)
	}
	if got := w.As("clerk").Post(x+"/cancel", object{"reason": "重做"}).Want(200); got.String("state") != "cancelled" || got.String("amount") != "0.00" {
		t.Errorf("%s", got.Body)
	}
	w.agree()
	again := settlements + "/" + w.drafted()
	if got := w.As("clerk").Get(again).Want(200).String("amount"); got != "360.00" {
		t.Errorf("again: %s", got)
	}
	for _, format := range []string{"csv", "xlsx"} {
		file := w.As("finance").Get(again + "/export?format=" + format).Want(200)
		if format == "csv" && (strings.Count(string(file.Body), "180.00") != 2 || strings.Count(string(file.Body), "\r\n") != 3) {
			t.Errorf("%s", file.Body)
		}
	}
	w.agree()
}

// However many draft, refresh and leave out at once, nothing is settled twice, and nothing is lost.
func TestSHP18_RaceNothingIsSettledTwice(t *testing.T) {
	w := open(t)
	for i := range 4 {
		w.shipped(fmt.Sprintf("浙A·0000%d", i), "1000")
	}
	clerk, carrier := w.Principal("clerk"), parse(w.carrier)
	w.DB.Clock().SetOffset(70 * 24 * 3600 * 1e9)
	for range 5 {
		codes := apitest.Race(9, func(i int) error {
			return w.as(clerk, func(tx pg.Tx, s *transport.Service) error {
				_, err := s.DraftSettlement(tx, carrier, firstOf(tx.Now).AddDate(0, -(i%3), 0))
				return err
			})
		})
		if codes[""] != 1 || codes[""]+codes["freight.nothing_to_settle"]+codes["freight.month_settled"] != 9 {
			t.Fatalf("%v", codes)
		}
		w.agree()
		list := w.As("clerk").Get(settlements + "?state=draft").Want(200)
		if list.Len("data") != 1 || list.String("data.0.amount") != "720.00" {
			t.Fatalf("%s", list.Body)
		}
		x := parse(list.String("data.0.id"))
		lines := w.As("clerk").Get(settlements + "/" + x.String() + "/lines").Want(200)
		codes = apitest.Race(8, func(i int) error {
			return w.as(clerk, func(tx pg.Tx, s *transport.Service) error {
				if i%2 == 0 {
					_, err := s.LeaveOutLines(tx, x, nil, []uuid.UUID{parse(lines.String(fmt.Sprintf("data.%d.id", i/2)))}, "异议")
					return err
				}
				_, err := s.Refresh(tx, x, nil)
				return err
			})
		})
		if codes[""] != 8 {
			t.Fatalf("%v", codes)
		}
		w.agree()
		codes = apitest.Race(4, func(int) error {
			return w.as(clerk, func(tx pg.Tx, s *transport.Service) error {
				_, err := s.CancelSettlement(tx, x, nil, "重做")
				return err
			})
		})
		if codes[""] != 1 || codes["resource.wrong_state"] != 3 {
			t.Fatalf("%v", codes)
		}
		w.agree()
	}
}

// Trucks planned at once fetch no more than the notice together.
func TestSHP07_RacePlannedTrucks(t *testing.T) {
	w := open(t)
	rep, carrier := w.Principal("rep1"), parse(w.carrier)
	for round := range 5 {
		n := parse(w.submitted("500"))
		codes := apitest.Race(10, func(i int) error {
			return w.as(rep, func(tx pg.Tx, s *transport.Service) error {
				_, err := s.Create(tx, rep, n, transport.Plan{
					CarrierID: &carrier, Vehicle: fmt.Sprintf("浙A·%d%d", round, i), Driver: "吴示例", PickupOn: tx.Now.AddDate(0, 0, 3),
					Lines: []transport.PlanLine{{OrderLineID: w.line, Quantity: amount("100")}},
				})
				return err
			})
		})
		if codes[""] != 5 || codes["transport.over_notice"] != 5 {
			t.Fatalf("%v", codes)
		}
	}
}

// One truck is loaded once: of many who load it at the same time, one does, and one voucher counts.
func TestSHP07_RaceOneTruckIsLoadedOnce(t *testing.T) {
	w := open(t)
	for round := range 4 {
		n := w.released("100")
		w.planned(n, "浙A·00001", "").Want(201)
		line := w.As("keeper").Get("/v1/shipping-notices/" + n).Want(200).String("lines.0.id")
		codes := apitest.Race(6, func(int) error {
			a := w.As("keeper").Post("/v1/shipping-notices/"+n+"/dispatch", object{
				"vehicle": "浙A·00001", "carrier": carrierName, "driver": "吴示例", "lines": []object{{"notice_line_id": line, "quantity": "10"}},
			})
			if a.Status == 201 {
				return nil
			}
			return fmt.Errorf("%s", a.String("code"))
		})
		if codes[""] != 1 || codes["transport.none_expected"] != 5 {
			t.Fatalf("round %d: %v", round, codes)
		}
		w.agree()
	}
}

// Two trucks' worth of one shared trip that leave at once don't both bear it.
func TestSHP18_RaceASharedTripIsPaidOnce(t *testing.T) {
	w := open(t)
	w.carrier = w.newCarrier("天涯示例运输", object{"basis": "trip", "price": "900"})
	for range 3 {
		var all []string
		lead := ""
		for range 4 {
			n := w.released("100")
			b := w.plan(n, "浙A·00001", "")
			if lead != "" {
				b["shares_trip_with"] = lead
			}
			made := w.As("rep1").Post(notices, b).Want(201).ID()
			if lead == "" {
				lead = made
			}
			all = append(all, n)
		}
		lines := make([]string, len(all))
		for i, n := range all {
			lines[i] = w.As("keeper").Get("/v1/shipping-notices/" + n).Want(200).String("lines.0.id")
		}
		codes := apitest.Race(len(all), func(i int) error {
			a := w.As("keeper").Post("/v1/shipping-notices/"+all[i]+"/dispatch", object{
				"vehicle": "浙A·00001", "carrier": "天涯示例运输", "driver": "吴示例", "lines": []object{{"notice_line_id": lines[i], "quantity": "10"}},
			})
			if a.Status == 201 {
				return nil
			}
			return fmt.Errorf("%s", a.Body)
		})
		if codes[""] != len(all) {
			t.Fatalf("%v", codes)
		}
		var sum string
		w.Tx(func(tx pg.Tx) error {
			return tx.Raw("SELECT sum(amount)::text FROM freight_vouchers WHERE trip_id = ?", lead).Scan(&sum).Error
		})
		if sum != "900.00" {
			t.Fatalf("the trip is paid %s", sum)
		}
		w.agree()
	}
}

// The carrier's own bill stands beside the settlement: while they differ nobody confirms, in the program or past it; a line left out, an adjustment or
// a new bill makes them fit.
func TestSHP18_TheCarriersBillIsCompared(t *testing.T) {
	w := open(t)
	w.shipped("浙A·00001", "1000")
	second := w.shipped("浙A·00002", "2000")
	draft := w.drafted()
	at := settlements + "/" + draft
	w.As("keeper").Post(at+"/bill", object{"bill_number": "YD-1", "amount": "540.01"}).WantProblem(403, "auth.forbidden")
	w.As("clerk").Post(at+"/bill", object{"bill_number": "YD-1", "amount": "-1"}).Want(400)
	for billed, difference := range map[string]string{"540.01": "0.01", "539.99": "-0.01"} {
		a := w.As("clerk").Post(at+"/bill", object{"bill_number": "YD-1", "amount": billed}).Want(200)
		if a.String("difference") != difference || a.String("amount") != "540.00" {
			t.Errorf("%s", a.Body)
		}
		w.As("finance").Post(at+"/confirm", nil).WantProblem(409, "freight.bill_differs")
	}
	err := w.DB.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Exec(`UPDATE carrier_settlements SET state = 'confirmed', confirmed_by = gen_random_uuid(), confirmed_at = now() WHERE id = ?`, draft).Error
	})
	if e, ours := errs.As(err); !ours || e.Code != "freight.bill_differs" {
		t.Errorf("past the program: %v", err)
	}
	// They bill the first truck only: the second is left out.
	w.As("clerk").Post(at+"/bill", object{"bill_number": "YD-2", "amount": "180.00"}).Want(200)
	lines := w.As("clerk").Get(at + "/lines").Want(200)
	for i := range lines.Len("data") {
		if l := fmt.Sprintf("data.%d.", i); lines.String(l+"freight_voucher_id") == second {
			w.As("clerk").Post(at+"/leave-out", object{"line_ids": []string{lines.String(l + "id")}, "reason": "账单未列"}).Want(200)
		}
	}
	if a := w.As("finance").Post(at+"/confirm", nil).Want(200); a.String("difference") != "0.00" || a.String("bill_number") != "YD-2" {
		t.Errorf("%s", a.Body)
	}
	w.As("clerk").Post(at+"/bill", object{"bill_number": "YD-3", "amount": "1"}).WantProblem(409, "resource.wrong_state")
}

// Who refreshed a settlement, left lines out of it or recorded the carrier's bill doesn't confirm it, also when a job drafted it.
func TestORG03_WhoWorkedOnASettlementDoesntConfirmIt(t *testing.T) {
	w := open(t)
	w.shipped("浙A·00001", "1000")
	second := w.shipped("浙A·00002", "2000")
	at := settlements + "/" + w.drafted()
	w.Tx(func(tx pg.Tx) error { return tx.Exec(`UPDATE carrier_settlements SET drafted_by = NULL`).Error })
	lines := w.As("clerk").Get(at + "/lines").Want(200)
	for i := range lines.Len("data") {
		if l := fmt.Sprintf("data.%d.", i); lines.String(l+"freight_voucher_id") == second {
			w.As("finance").Post(at+"/leave-out", object{"line_ids": []string{lines.String(l + "id")}, "reason": "账单未列"}).Want(200)
		}
	}
	w.As("finance").Post(at+"/confirm", nil).WantProblem(403, "freight.own_settlement")
	w.As("clerk").Post(at+"/confirm", nil).Want(200)
}
