package receivable_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/shipping"
)

// verb posts to a sub-resource of a notice.
func (s *shop) verb(who, notice, verb string, body any) apitest.Answer {
	s.t.Helper()
	return s.As(who).Post(notices+notice+"/"+verb, body)
}

// submitted writes a payment-first notice and hands it to finance.
func (s *shop) submitted(quantity string) string {
	s.t.Helper()
	n := s.As("rep1").Post("/v1/shipping-notices", object{
		"customer_id": s.customer.ID, "flow": "prepaid", "ship_date": today(s.Env, 3),
		"lines": []object{{"order_id": s.order, "order_line_id": s.line, "quantity": quantity}},
	}).Want(201).ID()
	s.verb("rep1", n, "submit", nil).Want(200)
	return n
}

// aside receives money and sets it aside for the order.
func (s *shop) aside(amount string) receivable.Receipt {
	s.t.Helper()
	r, err := s.receive(amount)
	if err != nil {
		s.t.Fatal(err)
	}
	s.As("clerk").Post("/v1/receipts/"+r.ID.String()+"/deposits/"+s.order, object{"amount": amount}).Want(200)
	return r
}

// wantReceipt compares what is set aside of a receipt for orders and for all.
func (s *shop) wantReceipt(r receivable.Receipt, deposited, covering string) {
	s.t.Helper()
	var got receivable.Receipt
	s.Tx(func(tx pg.Tx) (err error) {
		got, err = s.svc.GetReceipt(tx, s.clerk, r.ID)
		return err
	})
	sum := money("0.00")
	for _, d := range got.Deposits {
		sum, _ = sum.Add(d.Amount)
	}
	want(s.t, "set aside for orders", sum, deposited)
	want(s.t, "set aside at all", got.Covering, covering)
	s.agree()
}

// What finance set aside for an order stays so until the order takes it: no check that is refused and no notice that is taken back gives it to others.
func TestARV01_ADepositOutlivesTheNoticesThatDontTakeIt(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	r := s.aside("400.00")
	poor := s.submitted("100") // 999.00
	s.verb("clerk", poor, "check", object{}).WantProblem(422, "shipping.not_covered")
	s.wantReceipt(r, "400.00", "400.00")
	s.verb("rep1", poor, "cancel", object{"reason": "款未到"}).Want(200)

	other, err := s.receive("599.00")
	if err != nil {
		t.Fatal(err)
	}
	free := func(n string) {
		t.Helper()
		s.wantReceipt(r, "400.00", "400.00")
		s.wantReceipt(other, "0.00", "0.00")
		s.verb("rep1", n, "cancel", object{"reason": "x"})
	}
	for _, verb := range []string{"revise", "cancel"} {
		n := s.release(shipping.Prepaid, "100")
		s.wantReceipt(r, "0.00", "400.00")
		s.wantReceipt(other, "0.00", "599.00")
		s.verb("rep1", n, verb, object{"reason": "客户改期"}).Want(200)
		free(n)
	}

	urgent := s.submitted("100") // SHP-15, denied by a head
	e := s.verb("manager", urgent, "emergency-release", object{
		"reason": "停机待料", "warehouse_head_id": s.People["keeper"], "quality_head_id": s.People["quality"],
		"tried": []object{{"person_id": s.People["clerk"], "at": time.Now().Add(-time.Minute), "outcome": "无人接听"}},
	}).Want(201).ID()
	s.As("keeper").Post("/v1/emergency-releases/"+e+"/confirm", object{"agreed": false, "note": "未接到电话"}).Want(200)
	free(urgent)

	as := func(fn func(tx pg.Tx) error) {
		t.Helper()
		if err := s.DB.Tx(context.Background(), pg.System("test"), fn); err != nil {
			t.Fatal(err)
		}
	}
	denied := s.release(shipping.Prepaid, "100") // ORG-05: a verbal approval that wasn't given
	as(func(tx pg.Tx) error {
		r := approval.Request{ID: uuid.New(), Matter: shipping.Matter, SubjectType: shipping.SubjectNotice, SubjectID: uuid.MustParse(denied)}
		if err := pg.One(tx.Exec("UPDATE shipping_notices SET approval_id = ? WHERE id = ?", r.ID, denied)); err != nil {
			return err
		}
		return s.App.Server.Shipments.VerbalApprovalDenied(tx, r)
	})
	free(denied)

	lost := s.release(shipping.Prepaid, "100") // its other payment is reversed
	s.As("finance").Post("/v1/receipts/"+other.ID.String()+"/reverse", object{"reason": "他人款项"}).Want(200)
	as(func(tx pg.Tx) error { return s.App.Server.Shipments.Uncover(tx, uuid.MustParse(lost)) })
	free(lost)
	note := s.ship(shipping.Credit, "100") // and the order's goods take it in the end
	if v := s.post(note, nil).Want(201); v.String("paid") != "400.00" {
		t.Errorf("%s", v.Body)
	}
	s.wantReceipt(r, "0.00", "0.00")
}

// A deposit pays its own order's goods, and no more of a notice than these come to.
func TestARV01_ADepositCoversItsOwnOrdersGoodsOnly(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	r := s.aside("999.00")
	second := s.As("rep1").Post("/v1/orders", object{
		"customer_id": s.customer.ID, "submit": true, "lines": []object{{"product_id": s.product(), "quantity": "100", "price": "9.99"}},
	}).Want(201)
	n := s.As("rep1").Post("/v1/shipping-notices", object{
		"customer_id": s.customer.ID, "flow": "prepaid", "ship_date": today(s.Env, 3), "lines": []object{
			{"order_id": s.order, "order_line_id": s.line, "quantity": "50"},
			{"order_id": second.ID(), "order_line_id": second.String("lines.0.id"), "quantity": "50"},
		},
	}).Want(201).ID()
	s.verb("rep1", n, "submit", nil).Want(200)
	s.verb("clerk", n, "check", object{}).WantProblem(422, "shipping.not_covered")
	if _, err := s.receive("499.50"); err != nil {
		t.Fatal(err)
	}
	s.verb("clerk", n, "check", object{}).Want(200)
	s.wantReceipt(r, "499.50", "999.00")
}

func (s *shop) product() (id uuid.UUID) {
	s.t.Helper()
	s.Tx(func(tx pg.Tx) error { return tx.Raw("SELECT id FROM products WHERE code = 'P-1'").Row().Scan(&id) })
	return id
}

// SHP-10: of what covers a notice no more stays set aside than is to leave yet or has left and isn't invoiced, whatever takes from that.
func TestSHP10_CoverIsNeverMoreThanWhatIsToLeaveOrToInvoice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		take func(s *shop, notice string, note uuid.UUID)
		want string // still set aside of 999.00, of which 399.60 is loaded
	}{
		"closed": {func(s *shop, n string, _ uuid.UUID) {
			s.verb("rep1", n, "close", object{"reason": "余量取消"}).Want(200)
		}, "399.60"},
		"the truck of a closed notice is unloaded": {func(s *shop, n string, note uuid.UUID) {
			s.verb("rep1", n, "close", object{"reason": "余量取消"}).Want(200)
			s.As("keeper").Post("/v1/delivery-notes/"+note.String()+"/cancel", object{"reason": "卸车"}).Want(200)
		}, "0.00"},
		"a truck of an open notice is unloaded": {func(s *shop, _ string, note uuid.UUID) {
			s.As("keeper").Post("/v1/delivery-notes/"+note.String()+"/cancel", object{"reason": "卸车"}).Want(200)
		}, "999.00"},
		"less left than it seemed": {func(s *shop, _ string, note uuid.UUID) {
			s.corrected(note, "-10")
		}, "899.10"},
		"less left of a closed notice": {func(s *shop, n string, note uuid.UUID) {
			s.verb("rep1", n, "close", object{"reason": "余量取消"}).Want(200)
			s.corrected(note, "-10")
		}, "299.70"},
		"less left, then closed": {func(s *shop, n string, note uuid.UUID) {
			s.corrected(note, "-10")
			s.verb("rep1", n, "close", object{"reason": "余量取消"}).Want(200)
		}, "299.70"},
		"goods come back that weren't invoiced": {func(s *shop, n string, note uuid.UUID) {
			s.verb("rep1", n, "close", object{"reason": "余量取消"}).Want(200)
			s.through(note)
			s.As("finance").Post("/v1/goods-returns", object{
				"delivery_note_id": note, "reason": "包装破损", "lines": []object{{"delivery_line_id": s.deliveryLine(note), "quantity": "40"}},
			}).Want(201)
		}, "0.00"},
		"goods come back of an open notice": {func(s *shop, _ string, note uuid.UUID) {
			s.through(note)
			s.As("finance").Post("/v1/goods-returns", object{
				"delivery_note_id": note, "reason": "包装破损", "lines": []object{{"delivery_line_id": s.deliveryLine(note), "quantity": "15"}},
			}).Want(201)
		}, "849.15"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := trade(t, netDays(30))
			r, err := s.receive("999.00")
			if err != nil {
				t.Fatal(err)
			}
			n := s.release(shipping.Prepaid, "100")
			note := s.dispatch(n, "40")
			c.take(s, n, note)
			s.wantReceipt(r, "0.00", c.want)
		})
	}
}

// corrected books that a delivery note was wrong by so much (SHP-14).
func (s *shop) corrected(note uuid.UUID, quantity string) {
	s.t.Helper()
	line := uuid.MustParse(s.deliveryLine(note))
	s.Tx(func(tx pg.Tx) error {
		_, err := s.App.Server.Deliveries.Correct(tx, identity.System(), note, uuid.New(), []delivery.Delta{{LineID: line, Quantity: money(quantity)}})
		return err
	})
}

// A truck that is turned away moves no money: what was looked at for it isn't set aside (SHP-10).
func TestSHP10_ARefusedTruckMovesNoMoney(t *testing.T) {
	t.Parallel()
	s := trade(t, netDays(30))
	s.InspectionRequired()
	lost, err := s.receive("999.00")
	if err != nil {
		t.Fatal(err)
	}
	n := s.release(shipping.Prepaid, "100")
	s.As("finance").Post("/v1/receipts/"+lost.ID.String()+"/reverse", object{"reason": "他人款项"}).Want(200)
	r := s.aside("999.00")
	line := s.As("keeper").Get(notices + n).Want(200).String("lines.0.id")
	if got := s.verb("keeper", n, "dispatch", object{"vehicle": "浙A12345", "lines": []object{{"notice_line_id": line, "quantity": "100"}}}); got.Status != 422 {
		t.Fatalf("there is no stock, and it leaves: %s", got.Body)
	}
	s.wantReceipt(r, "999.00", "999.00")
}
