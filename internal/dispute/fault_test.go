package dispute_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/pg"
)

// Whatever statement of a decision fails, the item waits for it still and the invoice is as it was (ARV-06).
func TestFaultAtEveryStatementOfADecision(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := d.owe("100.00", 20)
	path := "/v1/disputed-items/" + d.dispute(v.ID, "40.00").Want(201).ID()
	asked := uuid.MustParse(d.As("rep1").Post(path+"/resolve", object{"amount": "30.00", "reason": "合同价"}).Want(200).String("approval_id"))
	var r approval.Request
	d.Tx(func(tx pg.Tx) (err error) { r, err = pg.Take[approval.Request](tx, "id = ?", asked); return err })
	r.State = approval.Approved
	for n := int64(1); ; n++ {
		ctx, probe := pg.WithProbe(context.Background(), n)
		err := d.DB.Tx(ctx, d.clerk.Origin("test"), func(tx pg.Tx) error { return d.App.Server.Disputes.ApprovalDecided(tx, r) })
		if err == nil {
			if n < 10 {
				t.Errorf("only %d statements", probe.Statements())
			}
			break
		}
		if !errors.Is(err, pg.ErrInjected) {
			t.Fatalf("statement %d: %v", n, err)
		}
		if state := d.As("rep1").Get(path).Want(200).String("state"); state != "deciding" || d.exposure() != "100.00" {
			t.Fatalf("statement %d: %s, exposure %s", n, state, d.exposure())
		}
	}
	if state := d.As("rep1").Get(path).Want(200).String("state"); state != "adjusted" || d.exposure() != "70.00" {
		t.Errorf("%s, exposure %s", state, d.exposure())
	}
}
