package bankstatement_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/bankstatement"
	"github.com/salesgate/salesgate/internal/pg"
)

// blocked waits until a transaction of this database waits for a lock.
func (d *desk) blocked() {
	d.t.Helper()
	for waiting := 0; waiting == 0; time.Sleep(5 * time.Millisecond) {
		d.Tx(func(tx pg.Tx) error {
			return tx.Raw("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting).Error
		})
	}
}

// meanwhile runs first in a transaction that commits only when then waits for it, and returns then's answer.
func (d *desk) meanwhile(first func(pg.Tx) error, then func() apitest.Answer) apitest.Answer {
	d.t.Helper()
	done, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- d.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
			err := first(tx)
			close(done)
			<-release
			return err
		})
	}()
	<-done
	answer := make(chan apitest.Answer, 1)
	go func() { answer <- then() }()
	d.blocked()
	close(release)
	if err := <-ended; err != nil {
		d.t.Fatal(err)
	}
	return <-answer
}

// A line that somebody ignored or booked while it was to be booked with others leaves no receipt behind.
func TestARV01_RaceOfALineBookedWithOthers(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]func(d *desk, tx pg.Tx, line uuid.UUID, payer *uuid.UUID) error{
		"ignored": func(d *desk, tx pg.Tx, line uuid.UUID, _ *uuid.UUID) error {
			_, err := d.App.Server.BankStatements.Ignore(tx, line, nil, "退回")
			return err
		},
		"booked": func(d *desk, tx pg.Tx, line uuid.UUID, payer *uuid.UUID) error {
			_, err := d.App.Server.BankStatements.Confirm(tx, d.Principal("clerk"), line, nil, bankstatement.Confirmation{CustomerID: payer, Prepayment: true})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			c := d.company("云岭示例纺织有限公司")
			d.owe(c, "OLD-1-00001", "300.00", -5)
			d.take(d.day(0) + ",300.00,,云岭示例纺织有限公司,1,OLD-1-00001,").Want(201)
			line := uuid.MustParse(d.As("clerk").Get("/v1/bank-lines").Want(200).String("data.0.id"))
			got := d.meanwhile(func(tx pg.Tx) error { return first(d, tx, line, &c.ID) }, func() apitest.Answer {
				return d.As("clerk").Post("/v1/bank-lines/confirm-all", object{})
			}).Want(200)
			want := map[string]int{"ignored": 0, "booked": 1}[name]
			if n := d.As("clerk").Get("/v1/receipts").Want(200).Len("data"); n != want || got.Len("data") != 0 {
				t.Errorf("%d receipts: %s", n, got.Body)
			}
			d.agree()
		})
	}
}

// Whoever comes second hears that the line is booked, also where the bank numbers its movements, and however it is booked.
func TestARV01_RaceOfBookingOneLineAndAll(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.company("云岭示例纺织有限公司")
	d.owe(c, "OLD-1-00001", "300.00", -5)
	d.take(d.day(0) + ",300.00,,云岭示例纺织有限公司,1,OLD-1-00001,T2026112000000001").Want(201)
	line := uuid.MustParse(d.As("clerk").Get("/v1/bank-lines").Want(200).String("data.0.id"))
	clerk := d.Principal("clerk")
	seen, booked := make([]error, 12), make([]int, 12)
	var wg sync.WaitGroup
	for i := range seen {
		wg.Go(func() {
			seen[i] = d.DB.Tx(context.Background(), clerk.Origin("test"), func(tx pg.Tx) error {
				booked[i] = 0
				switch i % 3 {
				case 0:
					lines, err := d.App.Server.BankStatements.ConfirmAll(tx, clerk, nil, 0, 10)
					booked[i] = len(lines)
					return err
				case 1:
					_, err := d.App.Server.BankStatements.Ignore(tx, line, nil, "退回")
					return err
				}
				_, err := d.App.Server.BankStatements.Confirm(tx, clerk, line, nil, bankstatement.Confirmation{CustomerID: &c.ID})
				if err == nil {
					booked[i] = 1
				}
				return err
			})
		})
	}
	wg.Wait()
	receipts, ignored := 0, 0
	for i, err := range seen {
		if err != nil && !errors.Is(err, bankstatement.ErrHandled) {
			t.Error(err)
		}
		if err == nil {
			receipts += booked[i]
		}
		if i%3 == 1 && err == nil {
			ignored++
		}
	}
	if n := d.As("clerk").Get("/v1/receipts").Want(200).Len("data"); n != receipts || receipts+ignored != 1 {
		t.Errorf("%d receipts, booked %d times, ignored %d times", n, receipts, ignored)
	}
	d.agree()
}
