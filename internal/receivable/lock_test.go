package receivable_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// A promise or a dispute holds an invoice without the payer's account. Who waits for that invoice holds no number that all others wait for.
func TestNumbersAreTakenAfterTheLocks(t *testing.T) {
	t.Parallel()
	for name, does := range map[string]func(s *shop, v string) (series string, do func(tx pg.Tx) error){
		"receipt": func(s *shop, v string) (string, func(tx pg.Tx) error) {
			return "RC", func(tx pg.Tx) error {
				_, err := s.svc.PostReceipt(tx, s.clerk, receivable.NewReceipt{
					CustomerID: s.customer.ID, Method: receivable.Cash, ReceivedOn: tx.Now, Amount: money("5.00"),
					Allocations: []receivable.Share{{InvoiceID: uuid.MustParse(v), Amount: money("5.00")}},
				})
				return err
			}
		},
		"return": func(s *shop, _ string) (string, func(tx pg.Tx) error) {
			return "RT", func(tx pg.Tx) error {
				var note, line uuid.UUID
				if err := pg.ScanRow(tx, []any{&note, &line}, "SELECT delivery_note_id, id FROM delivery_note_lines LIMIT 1"); err != nil {
					return err
				}
				_, err := s.svc.PostReturn(tx, s.clerk, receivable.NewReturn{DeliveryNoteID: note, Quantities: map[uuid.UUID]decimal.Decimal{line: money("1")}, Reason: "退"})
				return err
			}
		},
		"credit note": func(s *shop, v string) (string, func(tx pg.Tx) error) {
			return "CN", func(tx pg.Tx) error {
				_, err := s.svc.Credit(tx, s.clerk, receivable.Correction{InvoiceID: uuid.MustParse(v), Cause: receivable.CausePrice, Amount: money("1.00"), Reason: "价"})
				return err
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := trade(t, netDays(30))
			_, v := s.billed("10")
			series, do := does(s, v.ID())
			s.Tx(func(tx pg.Tx) error { _, err := pg.NextNumber(tx, series, tx.Now); return err })
			held, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 2)
			go func() {
				ended <- s.as(func(tx pg.Tx) error {
					err := tx.Exec("SELECT id FROM invoices WHERE id = ? FOR NO KEY UPDATE", v.ID()).Error
					close(held)
					<-release
					return err
				})
			}()
			<-held
			go func() { ended <- s.as(do) }()
			for waiting := 0; waiting == 0; time.Sleep(5 * time.Millisecond) {
				s.Tx(func(tx pg.Tx) error {
					return tx.Raw("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting).Error
				})
			}
			err := s.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
				var last int64
				return tx.Raw("SELECT last FROM number_series WHERE series = ? FOR UPDATE NOWAIT", series).Scan(&last).Error
			})
			if err != nil {
				t.Errorf("the number is held while the invoice is waited for: %v", err)
			}
			close(release)
			for range 2 {
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}
			s.agree()
		})
	}
}

// What lists and a return's reading look for has an index.
func TestReceivablesAreFoundByIndex(t *testing.T) {
	t.Parallel()
	b := open(t)
	for query, index := range map[string]string{
		"SELECT * FROM invoices WHERE source_id = '01932c07-a1f4-7bd2-8c55-0d1f6a2b3c46' AND kind = 'credit_note'": "invoices_source",
		"SELECT * FROM receipts WHERE amount = 12.34 ORDER BY id DESC LIMIT 51":                                    "receipts_amount",
		"SELECT * FROM receipts WHERE method = 'cash' ORDER BY id DESC LIMIT 51":                                   "receipts_method",
		"SELECT * FROM receipts WHERE state = 'reversed' ORDER BY id DESC LIMIT 51":                                "receipts_state",
	} {
		var plan []string
		b.Tx(func(tx pg.Tx) error {
			for _, setting := range []string{"SET LOCAL enable_seqscan = off", "SET LOCAL enable_sort = off", "SET LOCAL enable_bitmapscan = off"} {
				if err := tx.Exec(setting).Error; err != nil {
					return err
				}
			}
			return tx.Raw("EXPLAIN " + query).Scan(&plan).Error
		})
		if text := strings.Join(plan, "\n"); !strings.Contains(text, index) {
			t.Errorf("%s:\n%s", query, text)
		}
	}
}
