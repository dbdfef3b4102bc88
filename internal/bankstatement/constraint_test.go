package bankstatement_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/bankstatement"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What gets past the code, the database refuses.
func TestConstraintsOfBankLines(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.owe(d.company("云岭示例纺织有限公司"), "OLD-2026-001", "300.00", -1)
	d.take(d.day(0)+",300.00,,云岭示例纺织有限公司,9,OLD-2026-001,T-1", d.day(0)+",1.00,,张三,9,货款,T-2").Want(201)
	line := func(change string) string {
		return "INSERT INTO bank_lines SELECT (jsonb_populate_record(CAST(NULL AS bank_lines), to_jsonb(l) || '" + change + "')).* FROM (SELECT * FROM bank_lines ORDER BY id LIMIT 1) l"
	}
	for stmt, refused := range map[string]error{
		line(`{"state": "booked"}`):                      errs.ErrConstraint, // without a receipt
		line(`{"state": "open", "ignored_reason": "x"}`): errs.ErrConstraint,
		line(`{"incoming": false}`):                      bankstatement.ErrOutgoing,
		line(`{"id": "` + uuid.NewString() + `"}`):       errs.ErrDuplicate, // the same line of the same account
		"INSERT INTO bank_accounts SELECT gen_random_uuid(), number, bank, name, currency, active, created_at, 1 FROM bank_accounts": bankstatement.ErrSameAccount,
		"INSERT INTO bank_accounts SELECT gen_random_uuid(), 'a', bank, name, currency, active, created_at, 1 FROM bank_accounts":    bankstatement.ErrAccountForm,
	} {
		if err := d.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(stmt).Error }); !errors.Is(err, refused) {
			t.Errorf("%s: %v, want %v", stmt, err, refused)
		}
	}
	id := d.As("clerk").Get("/v1/bank-lines").Want(200).String("data.1.id")
	d.As("clerk").Post("/v1/bank-lines/"+id+"/confirm", object{}).Want(200)
	var receipts int
	d.Tx(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&receipts}, "SELECT count(*) FROM bank_lines WHERE receipt_id IS NOT NULL")
	})
	err := d.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Exec("UPDATE bank_lines SET state = 'booked', receipt_id = (SELECT id FROM receipts LIMIT 1) WHERE receipt_id IS NULL").Error
	})
	if receipts != 1 || !errors.Is(err, bankstatement.ErrHandled) {
		t.Errorf("%d lines are booked; one receipt of two lines: %v", receipts, err)
	}
}
