package shipping_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// A payment-first notice that was released in an emergency loses its payment: the approval is locked before the account, as who decides it does.
func TestSHP10_LostCoverOfAnEmergencyReleaseKeepsTheLockOrder(t *testing.T) {
	w := open(t, "100")
	w.pay("100")
	n := w.write(w.draft("prepaid", "100"))
	e := uuid.MustParse(w.verb("manager", n, "emergency-release", w.urgent("clerk")).Want(201).ID())
	receipt := w.As("clerk").Get("/v1/receipts").Want(200).String("data.0.id")
	w.As("finance").Post("/v1/receipts/"+receipt+"/reverse", object{"reason": "他人款项"}).Want(200)
	done := make(chan error, 1)
	err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		if err := w.App.Server.Approvals.Lock(tx, shipping.SubjectEmergency, e); err != nil {
			return err
		}
		go func() {
			done <- w.DB.Tx(context.Background(), pg.System("lost_cover"), func(tx pg.Tx) error {
				return w.App.Server.Shipments.Uncover(tx, uuid.MustParse(n))
			})
		}()
		for waits, tries := 0, 0; waits == 0 && tries < 20000; tries++ {
			err := pg.ScanRow(tx, []any{&waits}, `SELECT count(*) FROM pg_stat_get_activity(NULL) a, pg_stat_clear_snapshot()
				WHERE a.wait_event_type = 'Lock' AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())`)
			if err != nil {
				return err
			}
		}
		return tx.Exec("SELECT FROM credit_accounts WHERE payer_id = ? FOR UPDATE NOWAIT", w.customer).Error
	})
	if err != nil {
		t.Errorf("the account is held while the approval is waited for: %v", err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	w.wantState(n, "draft")
}
