package transport_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/carrier"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/transport"
)

// Warehouse and carrier both sign, the delivery note first, each once, with a picture of the paper.
func TestSHP08_BothSidesSignTheDeliveryNoteAndTheVoucher(t *testing.T) {
	w := open(t)
	n := w.released("1000")
	w.planned(n, "浙A·00001", "").Want(201)
	note := w.load(n, "浙A·00001", "1000").Want(201).ID()
	voucher := w.voucherOf(note)
	signNote, signVoucher := "/v1/delivery-notes/"+note+"/sign", "/v1/freight-vouchers/"+voucher.ID()+"/sign"
	if got := w.As("keeper").Get("/v1/delivery-notes/" + note + "/signature").Want(200); got.At("signed") != false {
		t.Errorf("%s", got.Body)
	}
	w.As("keeper").Post(signVoucher, w.paper()).WantProblem(409, "freight.note_not_signed")
	w.As("rep1").Post(signNote, w.paper()).WantProblem(403, "auth.forbidden")
	w.As("keeper").Post(signNote, with(w.paper(), "attachment_ids", []string{id().String()})).WantProblem(422, "attachment.unknown")
	paper := w.paper()
	signed := w.As("keeper").Post(signNote, paper).Want(201)
	if signed.String("signature.warehouse_by") != w.People["keeper"].String() || signed.String("signature.carrier_signer") != "吴示例" || signed.Len("attachments") != 1 {
		t.Errorf("%s", signed.Body)
	}
	w.As("keeper").Post(signNote, w.paper()).WantProblem(409, "paper.is_signed")
	w.As("keeper").Post(signVoucher, paper).WantProblem(422, "attachment.unknown") // a picture is of one paper
	got := w.As("keeper").Post(signVoucher, w.paper()).Want(200)
	if got.String("state") != "signed" || got.String("signature.carrier_phone") != "13800000077" || got.Len("attachments") != 1 {
		t.Errorf("%s", got.Body)
	}
	w.As("keeper").Post(signVoucher, w.paper()).WantProblem(409, "paper.is_signed")
	for path, verb := range map[string]string{"/v1/delivery-notes/" + note: "signDeliveryNote", "/v1/freight-vouchers/" + voucher.ID(): "signFreightVoucher"} {
		if !strings.Contains(string(w.As("clerk").Get(path+"/timeline").Want(200).Body), verb) {
			t.Errorf("%s isn't on the timeline", verb)
		}
	}
	w.agree()
}

// Unloading kills the voucher; the truck is expected again, and loading again makes another.
func TestSHP08_UnloadingKillsTheVoucher(t *testing.T) {
	w := open(t)
	n := w.released("1000")
	truck := w.planned(n, "浙A·00001", "").Want(201).ID()
	note := w.load(n, "浙A·00001", "1000").Want(201).ID()
	voucher := w.voucherOf(note).ID()
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/sign", w.paper()).Want(201)
	w.As("keeper").Post("/v1/freight-vouchers/"+voucher+"/sign", w.paper()).Want(200)
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/cancel", object{"reason": "车辆故障"}).Want(200)
	dead := w.As("keeper").Get("/v1/freight-vouchers/" + voucher).Want(200)
	if dead.String("state") != "cancelled" || dead.String("reason") != "车辆故障" {
		t.Errorf("%s", dead.Body)
	}
	if got := w.As("keeper").Get(notices + "/" + truck).Want(200); got.String("state") != "planned" || got.At("delivery_note_id") != nil {
		t.Errorf("%s", got.Body)
	}
	w.As("keeper").Post("/v1/freight-vouchers/"+voucher+"/sign", w.paper()).WantProblem(409, "paper.is_cancelled")
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/sign", w.paper()).WantProblem(409, "paper.is_cancelled")
	w.As("purchasing").Post("/v1/freight-vouchers/"+voucher+"/adjust", object{"kind": "other", "amount": "1", "reason": "x"}).WantProblem(409, "paper.is_cancelled")
	w.agree()
	again := w.load(n, "浙A·00001", "900").Want(201).ID()
	if v := w.voucherOf(again); v.String("amount") != "162.00" || v.String("state") != "issued" {
		t.Errorf("%s", v.Body)
	}
	w.As("rep1").Post(notices+"/"+truck+"/complete", nil).Want(200)
	w.As("keeper").Post("/v1/delivery-notes/"+again+"/cancel", object{"reason": "晚了"}).WantProblem(409, "resource.wrong_state")
	w.agree()
}

// A voucher is adjusted by another document, never edited; never below nothing.
func TestSHP18_AVoucherIsAdjustedByAnotherDocument(t *testing.T) {
	w := open(t)
	n := w.released("1000")
	w.planned(n, "浙A·00001", "").Want(201)
	voucher := w.voucherOf(w.load(n, "浙A·00001", "1000").Want(201).ID())
	at := "/v1/freight-vouchers/" + voucher.ID() + "/adjust"
	adjust := func(kind, amount string) object {
		return object{"kind": kind, "amount": amount, "reason": "签收差异"}
	}
	w.As("keeper").Post(at, adjust("weight", "-1.00")).WantProblem(403, "auth.forbidden")
	w.As("purchasing").Post(at, adjust("weight", "0.00")).WantProblem(422, "freight.adjusts_nothing")
	w.As("purchasing").Post(at, adjust("damage", "-180.01")).WantProblem(422, "freight.below_zero")
	w.As("purchasing").Post(at, adjust("damage", "-180.00")).Want(200)
	w.As("purchasing").Post(at, adjust("damage", "-0.01")).WantProblem(422, "freight.below_zero")
	got := w.As("purchasing").Post(at, adjust("waiting", "200.5")).Want(200)
	if got.String("amount") != "180.00" || got.String("adjusted") != "20.50" || got.String("total") != "200.50" || got.Len("adjustments") != 2 || got.String("tax") != "16.56" {
		t.Errorf("%s", got.Body)
	}
	w.agree()
	for _, stmt := range []string{
		"UPDATE freight_vouchers SET amount = 1", "UPDATE freight_vouchers SET carrier_id = gen_random_uuid()", "DELETE FROM freight_vouchers",
		"UPDATE freight_adjustments SET amount = 1", "DELETE FROM freight_adjustments", "UPDATE freight_vouchers SET adjusted = -180.01",
		"UPDATE freight_rates SET price = 1", "DELETE FROM freight_rates", "UPDATE freight_rates SET to_region = ''",
		"INSERT INTO paper_signatures SELECT gen_random_uuid(), 'delivery_note', gen_random_uuid(), id, ' ', '', now() FROM users LIMIT 1",
	} {
		err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(stmt).Error })
		if err == nil {
			t.Errorf("the database let it pass: %s", stmt)
		}
	}
}

// Where no rate answers, goods leave nevertheless; the freight is said by an adjusting document before it is signed.
func TestSHP18_WithoutARateTheFreightIsSaidLater(t *testing.T) {
	w := open(t)
	n := w.released("1000")
	w.As("rep1").Post(notices, with(w.plan(n, "浙A·00001", ""), "to_region", "别处")).Want(201)
	note := w.load(n, "浙A·00001", "1000").Want(201).ID()
	v := w.voucherOf(note)
	if v.At("priced") != false || v.String("amount") != "0.00" || !strings.Contains(v.String("computation.0.zh"), "无适用运价") {
		t.Errorf("%s", v.Body)
	}
	if got := w.As("purchasing").Get("/v1/freight-vouchers?unpriced=true").Want(200).Len("data"); got != 1 {
		t.Errorf("%d unpriced", got)
	}
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/sign", w.paper()).Want(201)
	w.As("keeper").Post("/v1/freight-vouchers/"+v.ID()+"/sign", w.paper()).WantProblem(422, "freight.not_priced")
	w.As("purchasing").Post("/v1/freight-vouchers/"+v.ID()+"/adjust", object{"kind": "pricing", "amount": "350.00", "reason": "议价"}).Want(200)
	w.As("keeper").Post("/v1/freight-vouchers/"+v.ID()+"/sign", w.paper()).Want(200)
	w.agree()
}

// Loading takes one statement more without transport, and three with it.
func TestSHP07_LoadingTakesFewStatements(t *testing.T) {
	w := open(t)
	keeper := w.Principal("keeper")
	n := w.released("1000")
	ctx, probe := pg.WithProbe(context.Background(), 0)
	err := w.DB.Tx(ctx, keeper.Origin("test"), func(tx pg.Tx) error {
		_, err := w.App.Server.Transport.Match(tx, parse(n), []uuid.UUID{w.product}, transport.Sight{})
		return err
	})
	if err != nil || probe.Statements() != 1 {
		t.Errorf("without transport: %d statements, %v", probe.Statements(), err)
	}
	w.planned(n, "浙A·00001", "").Want(201)
	note := w.loadBy(n, "1", object{"vehicle": "浙A·00001", "carrier": carrierName, "driver": "吴示例"}).Want(201).ID()
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/cancel", object{"reason": "重装"}).Want(200)
	w.Tx(func(tx pg.Tx) error { // the delivery note is there for the next truck
		return tx.Exec("UPDATE delivery_notes SET state = 'issued' WHERE id = ?", note).Error
	})
	ctx, probe = pg.WithProbe(context.Background(), 0)
	err = w.DB.Tx(ctx, keeper.Origin("test"), func(tx pg.Tx) error {
		truck, err := w.App.Server.Transport.Match(tx, parse(n), []uuid.UUID{w.product}, transport.Sight{Vehicle: "浙A·00001", Carrier: carrierName, Driver: "吴示例"})
		if err != nil {
			return err
		}
		_, err = w.App.Server.Transport.Depart(tx, truck, transport.Departure{DeliveryNoteID: parse(note), Goods: []transport.Good{{ProductID: w.product, Quantity: amount("1000")}}})
		return err
	})
	if err != nil || probe.Statements() != 3 {
		t.Errorf("with a truck: %d statements, %v", probe.Statements(), err)
	}
}

// Lists are one statement a page, whatever is on it.
func TestListsAreOneStatement(t *testing.T) {
	w := open(t)
	n := w.released("1000")
	for i := range 5 {
		w.planned(n, fmt.Sprintf("浙A·0000%d", i), "10").Want(201)
		w.newCarrier(fmt.Sprintf("示例运输%d", i), object{"basis": "trip", "price": "1"})
		w.load(n, fmt.Sprintf("浙A·0000%d", i), "10").Want(201)
	}
	s, carriers, who := w.App.Server.Transport, &w.App.Server.Carriers, w.Principal("gm")
	for name, list := range map[string]func(tx pg.Tx, p pg.Page) (int, string, error){
		"carriers": func(tx pg.Tx, p pg.Page) (int, string, error) {
			r, c, err := carriers.List(tx, carrier.Filter{Text: "示例运输"}, p)
			return len(r), c, err
		},
		"rates": func(tx pg.Tx, p pg.Page) (int, string, error) {
			r, c, err := carriers.ListRates(tx, carrier.RateFilter{Basis: carrier.PerTrip}, p)
			return len(r), c, err
		},
		"transport": func(tx pg.Tx, p pg.Page) (int, string, error) {
			r, c, err := s.List(tx, who, transport.Filter{State: transport.Loaded}, p)
			return len(r), c, err
		},
		"vouchers": func(tx pg.Tx, p pg.Page) (int, string, error) {
			r, c, err := s.ListVouchers(tx, transport.VoucherFilter{State: transport.Issued}, p)
			return len(r), c, err
		},
	} {
		ctx, probe := pg.WithProbe(context.Background(), 0)
		seen := 0
		err := w.DB.View(ctx, who.Origin("test"), func(tx pg.Tx) error {
			for cursor := ""; ; {
				rows, next, err := list(tx, pg.Page{Limit: 2, Cursor: cursor})
				if seen += rows; err != nil || next == "" {
					return err
				}
				cursor = next
			}
		})
		if err != nil || seen != 5 || probe.Statements() != 3 {
			t.Errorf("%s: %d rows in %d statements, %v", name, seen, probe.Statements(), err)
		}
	}
	if got := w.As("rep3").Get(notices).Want(200).Len("data"); got != 0 {
		t.Errorf("another team sees %d", got)
	}
}

// Papers can be printed, for A4, as JSON and HTML.
func TestSHP08_PapersAreSigned(t *testing.T) {
	w := open(t)
	n := w.released("1000")
	truck := w.planned(n, "浙A·00001", "").Want(201).ID()
	v := w.voucherOf(w.load(n, "浙A·00001", "1000").Want(201).ID()).ID()
	for path, want := range map[string][]string{
		notices + "/" + truck + "/document":       {"运输通知单", carrierName, "浙A·00001", "吴示例", "涤纶低弹丝", "海角", "1,000"},
		"/v1/freight-vouchers/" + v + "/document": {"运费结算凭证", "仓管员", "180.00", "人民币壹佰捌拾元整", "按吨"},
	} {
		for _, format := range []string{"html", "json"} {
			page := string(w.As("keeper").Get(path + "?format=" + format).Want(200).Body)
			for _, words := range want {
				if words == "人民币壹佰捌拾元整" && format == "json" {
					continue
				}
				if !strings.Contains(page, words) {
					t.Errorf("%s %s: no %s", path, format, words)
				}
			}
		}
	}
	if page := string(w.As("keeper").Get(notices + "/" + truck + "/document?format=html").Body); strings.Contains(page, "180.00") {
		t.Error("the transport notice tells the freight")
	}
}
