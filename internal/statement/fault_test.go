package statement_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/statement"
)

// Whatever statement of a confirmation fails, the statement is still to be confirmed, and nothing is cleared to be invoiced.
func TestFaultAtEveryStatementOfAConfirmation(t *testing.T) {
	t.Parallel()
	b, v, _, _ := sent(t)
	paper := uuid.MustParse(b.file("clerk"))
	for n := int64(1); ; n++ {
		ctx, probe := pg.WithProbe(context.Background(), n)
		err := b.DB.Tx(ctx, b.clerk.Origin("test"), func(tx pg.Tx) error {
			_, err := b.svc.Confirm(tx, b.clerk, v.ID, nil, statement.Answer{Name: "陈示例", Files: []uuid.UUID{paper}})
			return err
		})
		if err == nil {
			if n < 5 {
				t.Errorf("only %d statements", probe.Statements())
			}
			break
		}
		if !errors.Is(err, pg.ErrInjected) {
			t.Fatalf("statement %d: %v", n, err)
		}
		var left string
		b.Tx(func(tx pg.Tx) error {
			return pg.ScanRow(tx, []any{&left}, "SELECT concat_ws('|', (SELECT state FROM statements), (SELECT count(*) FROM statement_clearances))")
		})
		if left != "sent|0" {
			t.Fatalf("statement %d left %s", n, left)
		}
	}
	if a := b.As("clerk").Get("/v1/statements/" + v.ID.String()).Want(200); a.String("state") != "confirmed" {
		t.Errorf("%s", a.Body)
	}
	b.clean()
}
