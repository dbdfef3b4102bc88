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

// blocked waits until a transaction of this database waits for a lock. One at a time may ask: the wait may be over when another looks.
func (d *desk) blocked() {
	d.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		waiting := 0
		d.Tx(func(tx pg.Tx) error {
			return tx.Raw("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting).Error
		})
		if waiting > 0 {
			return
		}
	}
	d.t.Fatal("nobody waits for a lock")
}

// holding runs first in a transaction that stays open until what it returns is called.
func (d *desk) holding(first func(pg.Tx) error) (commit func()) {
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
	return func() {
		d.t.Helper()
		close(release)
		if err := <-ended; err != nil {
			d.t.Fatal(err)
		}
	}
}

// meanwhile runs first in a transaction that commits only when then waits for it, and returns then's answer.
func (d *desk) meanwhile(first func(pg.Tx) error, then func() apitest.Answer) apitest.Answer {
	d.t.Helper()
	commit := d.holding(first)
	answer := make(chan apitest.Answer, 1)
	go func() { answer <- then() }()
	d.blocked()
	commit()
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
			if i%3 == 0 {
				booked[i] = d.As("clerk").Post("/v1/bank-lines/confirm-all", object{}).Want(200).Len("data")
				return
			}
			seen[i] = d.DB.Tx(context.Background(), clerk.Origin("test"), func(tx pg.Tx) error {
				booked[i] = 0
				if i%3 == 1 {
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

// Ignored, opened again and booked by many at once: in the end one state, and a receipt for each booking that wasn't reversed (ARV-01).
func TestARV01_RaceOfReopeningAndBooking(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.company("云岭示例纺织有限公司")
	d.owe(c, "OLD-1-00001", "300.00", -5)
	d.take(d.day(0) + ",300.00,,云岭示例纺织有限公司,1,OLD-1-00001,").Want(201)
	line := uuid.MustParse(d.As("clerk").Get("/v1/bank-lines").Want(200).String("data.0.id"))
	d.As("clerk").Post("/v1/bank-lines/"+line.String()+"/ignore", object{"reason": "退回"}).Want(200)
	clerk, bank := d.Principal("clerk"), d.App.Server.BankStatements
	var wg sync.WaitGroup
	seen := make([]error, 12)
	for i := range seen {
		wg.Go(func() {
			if i%4 == 3 {
				d.As("clerk").Post("/v1/bank-lines/confirm-all", object{}).Want(200)
				return
			}
			seen[i] = d.DB.Tx(context.Background(), clerk.Origin("test"), func(tx pg.Tx) (err error) {
				switch i % 4 {
				case 0:
					_, err = bank.Reopen(tx, line, nil)
				case 1:
					_, err = bank.Ignore(tx, line, nil, "退回")
				default:
					_, err = bank.Confirm(tx, clerk, line, nil, bankstatement.Confirmation{CustomerID: &c.ID})
				}
				return err
			})
		})
	}
	wg.Wait()
	for _, err := range seen {
		if err != nil && !errors.Is(err, bankstatement.ErrHandled) {
			t.Error(err)
		}
	}
	state := d.As("clerk").Get("/v1/bank-lines").Want(200).String("data.0.state")
	if n := d.As("clerk").Get("/v1/receipts").Want(200).Len("data"); (n == 1) != (state == "booked") || n > 1 {
		t.Errorf("%d receipts of a line that is %s", n, state)
	}
	d.agree()
}

// A payer's account is never waited for while another payer's receipt holds the number series: who books a receipt meanwhile gets a number.
func TestARV01_RaceOfAllLinesAndAReceiptOfANextPayer(t *testing.T) {
	t.Parallel()
	d := open(t)
	first, second := d.company("云岭示例纺织有限公司"), d.company("云岭示例染整有限公司")
	d.owe(first, "OLD-1-00001", "300.00", -5)
	d.owe(second, "OLD-2-00001", "200.00", -5)
	d.take(d.day(0)+",300.00,,云岭示例纺织有限公司,1,OLD-1-00001,", d.day(0)+",200.00,,云岭示例染整有限公司,2,OLD-2-00001,").Want(201)
	commit := d.holding(func(tx pg.Tx) error {
		_, err := d.App.Server.Credits.Lock(tx, second.ID)
		return err
	})
	all := make(chan apitest.Answer, 1)
	go func() { all <- d.As("clerk").Post("/v1/bank-lines/confirm-all", object{}) }()
	d.blocked()
	// The first line is booked for good though the second waits: its number isn't held.
	if n := d.As("clerk").Get("/v1/receipts").Want(200).Len("data"); n != 1 {
		t.Errorf("%d receipts while the second payer is held", n)
	}
	d.As("clerk").Post("/v1/receipts", object{"customer_id": first.ID, "amount": "1.00", "method": "cash", "received_on": d.day(0)}).Want(201)
	commit()
	got := <-all
	if got.Want(200).Len("data") != 2 {
		t.Errorf("%s", got.Body)
	}
}

// Unsure lines before them don't keep sure ones from being booked.
func TestARV01_SureLinesBehindManyUnsureOnes(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.company("云岭示例纺织有限公司")
	d.owe(c, "OLD-1-00001", "300.00", -5)
	rows := make([]string, 2001)
	for i := range rows {
		rows[i] = d.day(0) + ",7.00,,张三,9,x,"
	}
	d.take(rows...).Want(201)
	d.take(d.day(0) + ",300.00,,云岭示例纺织有限公司,1,OLD-1-00001,").Want(201)
	if got := d.As("clerk").Post("/v1/bank-lines/confirm-all", object{"limit": 10}).Want(200); got.Len("data") != 1 {
		t.Errorf("%s", got.Body)
	}
}
