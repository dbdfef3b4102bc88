package bankstatement_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/bankstatement"
	"github.com/salesgate/salesgate/internal/pg"
)

// Whatever statement of booking a line fails, the line is open and there is no receipt of it.
func TestFaultAtEveryStatementOfBookingALine(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.company("云岭示例纺织有限公司")
	d.owe(c, "OLD-1-00001", "300.00", -5)
	d.take(d.day(0) + ",300.00,,云岭示例纺织有限公司,330000000042,OLD-1-00001,T2026112000000001").Want(201)
	line, clerk := uuid.MustParse(d.As("clerk").Get("/v1/bank-lines").Want(200).String("data.0.id")), d.Principal("clerk")
	for n := int64(1); ; n++ {
		ctx, probe := pg.WithProbe(context.Background(), n)
		err := d.DB.Tx(ctx, clerk.Origin("test"), func(tx pg.Tx) error {
			_, err := d.App.Server.BankStatements.Confirm(tx, clerk, line, nil, bankstatement.Confirmation{})
			return err
		})
		if err == nil {
			if n < 15 {
				t.Errorf("only %d statements", probe.Statements())
			}
			break
		}
		if !errors.Is(err, pg.ErrInjected) {
			t.Fatalf("statement %d: %v", n, err)
		}
		var left string
		d.Tx(func(tx pg.Tx) error {
			return pg.ScanRow(tx, []any{&left}, `SELECT concat_ws('|', (SELECT state FROM bank_lines), (SELECT count(*) FROM receipts), (SELECT count(*) FROM allocations),
				(SELECT count(*) FROM payer_accounts), (SELECT coalesce(sum(last), 0) FROM number_series WHERE series = 'RC'))`)
		})
		if left != "open|0|0|0|0" {
			t.Fatalf("statement %d left %s", n, left)
		}
	}
	if n := d.As("clerk").Get("/v1/receipts").Want(200).Len("data"); n != 1 {
		t.Errorf("%d receipts", n)
	}
	d.agree()
}
