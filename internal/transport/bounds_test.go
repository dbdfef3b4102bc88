package transport_test

import (
	"context"
	"errors"
	"testing"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/transport"
)

// The database holds what the program checks before: who worked on a settlement doesn't confirm it (ORG-03).
func TestORG03_TheDatabaseKeepsWhoTouchedASettlementFromConfirmingIt(t *testing.T) {
	w := open(t)
	w.shipped("浙A·00001", "1000")
	w.As("clerk").Post(settlements, object{"carrier_id": w.carrier, "month": w.month()}).Want(201)
	for person, want := range map[string]error{"clerk": transport.ErrOwnSettlement, "finance": nil} {
		err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
			if err := tx.Exec(`UPDATE carrier_settlements SET touched_by = ARRAY[?::uuid] || touched_by`, w.People["clerk"]).Error; err != nil {
				return err
			}
			err := tx.Exec(`UPDATE carrier_settlements SET state = 'confirmed', confirmed_by = ?, confirmed_at = now()`, w.People[person]).Error
			if err == nil {
				err = errUndo
			}
			return err
		})
		if want == nil {
			want = errUndo
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", person, err, want)
		}
	}
}

var errUndo = errors.New("undo")

// What left with a freight voucher that isn't signed is in the register of what is unsigned, although its delivery note is signed (SHP-08, SHP-17).
func TestSHP08_AnUnsignedVoucherIsUnsignedInTheRegister(t *testing.T) {
	w := open(t)
	n := w.released("1000")
	w.planned(n, "浙A·00001", "").Want(201)
	note := w.load(n, "浙A·00001", "1000").Want(201).ID()
	unsigned := func() int {
		t.Helper()
		return w.As("keeper").Get("/v1/dispatch-register?unsigned=true").Want(200).Len("data")
	}
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/departure", object{"left_at": w.DB.Clock().Now()}).Want(200)
	if n := unsigned(); n != 1 {
		t.Fatalf("%d unsigned before anybody signed", n)
	}
	w.As("keeper").Post("/v1/delivery-notes/"+note+"/sign", w.paper()).Want(201)
	if n := unsigned(); n != 1 {
		t.Errorf("%d unsigned while the voucher isn't signed", n)
	}
	w.As("keeper").Post("/v1/freight-vouchers/"+w.voucherOf(note).ID()+"/sign", w.paper()).Want(200)
	if n := unsigned(); n != 0 {
		t.Errorf("%d unsigned when both are signed", n)
	}
}

// A voucher shows all of its adjusting documents: it takes as many as the answer has room for, and the next one is refused rather than hidden.
func TestSHP18_AVoucherShowsAllItsAdjustments(t *testing.T) {
	w := open(t)
	voucher := w.shipped("浙A·00001", "1000")
	adjust := func() int {
		return w.As("clerk").Post("/v1/freight-vouchers/"+voucher+"/adjust", object{"kind": "waiting", "amount": "1.00", "reason": "等待费"}).Status
	}
	w.Tx(func(tx pg.Tx) error {
		err := tx.Exec(`INSERT INTO freight_adjustments (id, number, voucher_id, carrier_id, kind, amount, reason, adjusted_on, created_at)
			SELECT gen_random_uuid(), 'FA-X-' || i, v.id, v.carrier_id, 'other', 1, '示例', v.shipped_on, now() FROM freight_vouchers v, generate_series(1, 999) i WHERE v.id = ?`, voucher).Error
		if err != nil {
			return err
		}
		return tx.Exec(`UPDATE freight_vouchers SET adjusted = adjusted + 999 WHERE id = ?`, voucher).Error
	})
	if status := adjust(); status != 200 {
		t.Errorf("the thousandth: %d", status)
	}
	if got := w.As("clerk").Get("/v1/freight-vouchers/" + voucher).Want(200).Len("adjustments"); got != 1000 {
		t.Errorf("%d are shown", got)
	}
	w.As("clerk").Post("/v1/freight-vouchers/"+voucher+"/adjust", object{"kind": "waiting", "amount": "1.00", "reason": "等待费"}).WantProblem(409, "freight.too_many_adjustments")
	w.agree()
}
