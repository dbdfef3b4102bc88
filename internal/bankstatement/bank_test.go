package bankstatement_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/bankstatement"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

type object = map[string]any

// desk is finance with a bank account and customers that owe.
type desk struct {
	*apitest.Env
	t       *testing.T
	account string
	phones  int
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{Env: apitest.New(t), t: t}
	body := object{"number": "3300 0000 0000 0000 000", "bank": "示例银行", "name": "云岭示例化纤有限公司"}
	d.As("clerk").Post("/v1/bank-accounts", body).Want(403)
	d.account = d.As("finance").Post("/v1/bank-accounts", body).Want(201).ID()
	d.As("finance").Post("/v1/bank-accounts", body).WantProblem(409, "bank_account.exists")
	return d
}

func (d *desk) company(name string) customer.Customer {
	d.t.Helper()
	rep := d.Principal("rep1")
	d.phones++
	var c customer.Customer
	d.Tx(func(tx pg.Tx) (err error) {
		c, err = customer.New().Create(tx, rep, customer.Draft{
			Profile:  customer.Profile{Name: name, Status: customer.Active},
			Contacts: []customer.Contact{{Name: "陈示例", Position: "采购", Phone: fmt.Sprintf("138%08d", d.phones)}},
		})
		return err
	})
	return c
}

func (d *desk) owe(c customer.Customer, number, amount string, dueIn int) {
	d.t.Helper()
	d.Tx(func(tx pg.Tx) error {
		day := clock.Today(tx.Now)
		_, err := d.App.Server.Receivables.PostOpenings(tx, []receivable.Opening{{
			Customer: c, Number: number, InvoicedOn: day.AddDate(0, 0, -60), DueOn: day.AddDate(0, 0, dueIn), Amount: decimal.MustParse(amount),
		}})
		return err
	})
}

func (d *desk) day(in int) string {
	return clock.Today(d.DB.Clock().Now()).AddDate(0, 0, in).Format(time.DateOnly)
}

// take imports rows of: date, in, name, account, reference, transaction id.
func (d *desk) take(rows ...string) apitest.Answer {
	return d.file("交易日期,收入,支出,对方户名,对方账号,附言,交易流水号\n" + strings.Join(rows, "\n"))
}

func (d *desk) file(text string) apitest.Answer {
	return d.As("clerk").With("Content-Type", "application/octet-stream").Post("/v1/bank-accounts/"+d.account+"/statements?file_name=a.csv", text)
}

// agree fails the test unless all books say the same.
func (d *desk) agree() {
	d.t.Helper()
	d.Tx(func(tx pg.Tx) error {
		lines, err := bankstatement.Reconcile(tx)
		if err != nil {
			return err
		}
		rows, err := receivable.Reconcile(tx)
		if len(lines) > 0 || len(rows) > 0 {
			d.t.Fatalf("%+v %+v", lines, rows)
		}
		return err
	})
}

func TestARV01_AStatementIsTakenOnceAndItsLinesBooked(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.company("云岭示例纺织有限公司")
	d.owe(c, "OLD-2026-0001", "1000.00", -5)
	d.owe(c, "OLD-2026-0002", "500.00", 5)
	row := d.day(0) + ",1000.00,,云岭示例纺织有限公司,330000000042,货款 OLD-2026-0001,T2026112000000001"
	got := d.take(row, d.day(0)+",,99.00,示例电力,1,电费,T2026112000000002").Want(201)
	if got.At("added") != 2.0 {
		t.Fatalf("%s", got.Body)
	}
	if again := d.take(row).Want(201); again.At("added") != 0.0 || again.At("duplicates") != 1.0 {
		t.Errorf("%s", again.Body)
	}
	open := d.As("clerk").Get("/v1/bank-lines?state=open").Want(200)
	if open.Len("data") != 1 || open.At("data.0.proposals.0.confidence") != 100.0 || open.Len("data.0.proposals.0.reasons") != 3 {
		t.Fatalf("%s", open.Body)
	}
	id := open.String("data.0.id")
	d.As("rep1").Get("/v1/bank-lines").Want(403)
	booked := d.As("clerk").Post("/v1/bank-lines/"+id+"/confirm", object{}).Want(200)
	if booked.String("state") != "booked" {
		t.Errorf("%s", booked.Body)
	}
	d.As("clerk").Post("/v1/bank-lines/"+id+"/confirm", object{}).WantProblem(409, "bank_line.handled")
	d.As("clerk").Post("/v1/bank-lines/"+id+"/ignore", object{"reason": "x"}).WantProblem(409, "bank_line.handled")
	d.As("clerk").Post("/v1/bank-lines/"+id+"/reopen", nil).WantProblem(409, "bank_line.handled")
	receipt := d.As("clerk").Get("/v1/receipts/" + booked.String("receipt_id")).Want(200)
	if receipt.String("allocated") != "1000.00" || receipt.String("free") != "0.00" {
		t.Errorf("%s", receipt.Body)
	}
	if n := d.As("clerk").Get("/v1/customers/" + c.ID.String() + "/payer-accounts").Want(200).Len("data"); n != 1 {
		t.Errorf("%d paying accounts learned", n)
	}
	d.agree()
	// A receipt that is reversed frees its line; the account is known now.
	d.As("finance").Post("/v1/receipts/"+booked.String("receipt_id")+"/reverse", object{"reason": "错"}).Want(200)
	freed := d.As("clerk").Get("/v1/bank-lines/" + id).Want(200)
	if freed.String("state") != "open" || freed.Len("proposals.0.reasons") != 4 {
		t.Errorf("%s", freed.Body)
	}
	d.agree()
	d.As("clerk").Post("/v1/bank-lines/"+id+"/ignore", object{"reason": "退回"}).Want(200)
	d.As("clerk").Post("/v1/bank-lines/"+id+"/reopen", nil).Want(200)
	d.As("clerk").Post("/v1/bank-lines/"+id+"/confirm", object{"customer_id": c.ID, "prepayment": true}).Want(200)
	out := d.As("clerk").Get("/v1/bank-lines?incoming=false").Want(200).String("data.0.id")
	d.As("clerk").Post("/v1/bank-lines/"+out+"/reopen", nil).WantProblem(422, "bank_line.outgoing")
	d.As("clerk").Post("/v1/bank-lines/"+out+"/confirm", object{"customer_id": c.ID}).WantProblem(422, "bank_line.outgoing")
	d.agree()
}

func TestARV01_AFileWithAFaultIsRefusedWholeRowByRow(t *testing.T) {
	t.Parallel()
	d := open(t)
	got := d.take(
		d.day(0)+",100.00,,甲,1,a,",
		d.day(1)+",100.00,,甲,1,b,", // tomorrow
		"never,100.00,,甲,1,c,",
		d.day(0)+",1.001,,甲,1,d,",
		d.day(0)+",0.00,0.00,甲,1,e,",
	).WantProblem(422, "bank_import.faults")
	if got.Len("errors") != 4 || got.String("errors.0.pointer") != "/rows/3/交易日期" || got.String("errors.2.code") != "bank_import.bad_amount" {
		t.Errorf("%s", got.Body)
	}
	if n := d.As("clerk").Get("/v1/bank-lines").Want(200).Len("data"); n != 0 {
		t.Errorf("%d lines of a refused file", n)
	}
	d.file("甲,乙\n1,2").WantProblem(422, "bank_import.no_table")
	d.file("Date,Credit,Debit,Payer,Currency\n"+d.day(0)+",5.00,,ACME,USD").WantProblem(422, "bank_import.faults")
}

func TestARV01_ConfirmAllBooksTheSureOnesOnly(t *testing.T) {
	t.Parallel()
	d := open(t)
	one, two := d.company("云岭示例纺织有限公司"), d.company("云岭示例染整有限公司")
	d.owe(one, "OLD-1-00001", "300.00", -5)
	d.owe(one, "OLD-1-00002", "200.00", -3)
	d.owe(one, "OLD-1-00003", "77.00", -1)
	d.owe(two, "OLD-2-00001", "300.00", -5)
	d.take(
		d.day(0)+",300.00,,云岭示例染整有限公司,2,OLD-2-00001,", // number, name, amount: 100
		d.day(0)+",377.00,,云岭示例纺织有限公司,1,货款,",          // name and a sum: 70
		d.day(0)+",300.00,,张三,9,货款,",                  // an amount that two owe says nothing
	).Want(201)
	done := d.As("clerk").Post("/v1/bank-lines/confirm-all", object{"confidence": 71}).Want(200)
	if done.Len("data") != 1 {
		t.Errorf("%s", done.Body)
	}
	done = d.As("clerk").Post("/v1/bank-lines/confirm-all", object{"confidence": 70}).Want(200)
	if done.Len("data") != 1 {
		t.Errorf("%s", done.Body)
	}
	r := d.As("clerk").Get("/v1/receipts/" + done.String("data.0.receipt_id")).Want(200)
	if r.Len("allocations") != 2 || r.String("free") != "0.00" { // 300 and 77, not the 200 between
		t.Errorf("%s", r.Body)
	}
	left := d.As("clerk").Get("/v1/bank-lines?state=open").Want(200)
	if left.Len("data") != 1 {
		t.Fatalf("%s", left.Body)
	}
	d.As("clerk").Post("/v1/bank-lines/"+left.String("data.0.id")+"/confirm", object{}).WantProblem(422, "bank_line.no_proposal")
	d.As("clerk").Post("/v1/bank-lines/"+left.String("data.0.id")+"/confirm", object{"customer_id": uuid.New()}).WantProblem(422, "resource.unknown_reference")
	d.agree()
}

func TestARV01_RaceALineIsBookedOnce(t *testing.T) {
	t.Parallel()
	d := open(t)
	customers := []customer.Customer{d.company("云岭示例纺织有限公司"), d.company("云岭示例染整有限公司")}
	d.take(d.day(0) + ",300.00,,张三,9,货款,").Want(201)
	id := uuid.MustParse(d.As("clerk").Get("/v1/bank-lines").Want(200).String("data.0.id"))
	clerk := d.Principal("clerk")
	var wg sync.WaitGroup
	seen := make([]error, 10)
	for i := range seen {
		wg.Go(func() {
			seen[i] = d.DB.Tx(context.Background(), clerk.Origin("test"), func(tx pg.Tx) error {
				_, err := d.App.Server.BankStatements.Confirm(tx, clerk, id, nil, bankstatement.Confirmation{CustomerID: &customers[i%2].ID})
				return err
			})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range seen {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, bankstatement.ErrHandled):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d receipts of one line", won)
	}
	if n := d.As("clerk").Get("/v1/receipts").Want(200).Len("data"); n != 1 {
		t.Errorf("%d receipts", n)
	}
	d.agree()
}

func TestLayoutsOfBanks(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		text, amount string
		incoming     bool
	}{
		"titles above":       {"云岭支行\n账号,123\n交易日期,贷方发生额,借方发生额,对方户名,摘要\n20261120,\"1,234.50\",,甲,x\n合计,1,,,", "1234.50", true},
		"one amount":         {"日期,交易金额,借贷标志,对方名称\n2026/11/20,12.5,贷,甲", "12.50", true},
		"one amount, out":    {"日期,交易金额,借贷标志,对方名称\n2026/11/20,12.5,借,甲", "12.50", false},
		"signed":             {"Date,Amount,Counterparty\n2026-11-20,-7.00,ACME", "7.00", false},
		"english, in tabs":   {"Transaction Date\tCredit\tDebit\tPayer Name\n2026-11-20 10:11:12\t8\t\tACME", "8.00", true},
		"zeros in the other": {"日期,收入,支出,对方户名\n2026年11月20日,0.00,3.10,甲", "3.10", false},
		"as a day number":    {"日期,收入,支出,对方户名\n46346,3.10,0,甲", "3.10", true},
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		lines, faults, err := bankstatement.Read(path, "CNY", today)
		if err != nil || len(faults) > 0 || len(lines) != 1 {
			t.Errorf("%s: %v %+v %d lines", name, err, faults, len(lines))
			continue
		}
		if l := lines[0]; l.Amount.String() != c.amount || l.Incoming != c.incoming || !l.BookedOn.Equal(today) {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// What isn't clear isn't guessed at: money that went out is never taken for a customer's, nor 1234,56 for a hundred times as much (ARV-01).
func TestARV01_WhatABankDoesntSayClearlyIsRefused(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	const two, one = "日期,收入,支出,对方户名\n2026-11-20,", "日期,金额,收支方向,对方户名\n2026-11-20,"
	for text, want := range map[string]string{
		one + "5.00,借方,甲": "out", one + "5.00,支取,甲": "out", one + "5.00,往账,甲": "out", one + "5.00,付款,甲": "out", one + "5.00,Dr.,甲": "out",
		one + "5.00,贷方,甲": "in", one + "5.00,来账,甲": "in", one + "5.00, ＣＲ ,甲": "in", one + "-5.00,借,甲": "out", one + "-5.00,贷,甲": "out",
		one + "5.00,,甲": "bank_import.direction", one + "5.00,?,甲": "bank_import.direction", one + "5.00,Transfer,甲": "bank_import.direction",
		"Date,Amount,Type,Dr/Cr,Payer\n2026-11-20,5.00,Transfer,D,ACME": "out", "Date,Amount,Type,Dr/Cr,Payer\n2026-11-20,5.00,Credit,D,ACME": "bank_import.direction",
		two + "5.00,,甲": "in", two + "5.00,-,甲": "in", two + "--,5.00,甲": "out", two + ",-5.00,甲": "out", two + "-5.00,,甲": "out",
		two + "5.00,6.00,甲": "bank_import.direction", two + "\"5,00\",,甲": "bank_import.bad_amount", two + "\"1234,56\",,甲": "bank_import.bad_amount",
		two + "1 2 3,,甲": "bank_import.bad_amount", two + "5+5,,甲": "bank_import.bad_amount", two + "5CNY5,,甲": "bank_import.bad_amount",
		two + "1.5E+03,,甲": "bank_import.bad_amount", two + "\"１，２３４．５０\",,甲": "in", two + "¥5.00元,,甲": "in", two + "CNY 5,,甲": "in",
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		lines, faults, err := bankstatement.Read(path, "CNY", today)
		got := fmt.Sprint(err)
		switch {
		case len(faults) > 0:
			got = faults[0].Err.Code
		case len(lines) == 1 && lines[0].Incoming:
			got = "in"
		case len(lines) == 1:
			got = "out"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// Somebody says what they paid, or reads the number off their slip.
func TestARV01_LinesAreFoundByAmountAndTheBanksNumber(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.take(d.day(0)+",300.00,,张三,9,货款,T2026112000000001", d.day(0)+",300.01,,李四,8,货款,T2026112000000002").Want(201)
	for query, name := range map[string]string{"amount=300.00": "张三", "amount=300.01": "李四", "q=000000001": "张三", "q=T2026112000000002": "李四"} {
		if got := d.As("clerk").Get("/v1/bank-lines?" + query).Want(200); got.Len("data") != 1 || got.String("data.0.party_name") != name {
			t.Errorf("%s: %s", query, got.Body)
		}
	}
	if got := d.As("clerk").Get("/v1/bank-lines?amount=300.02").Want(200); got.Len("data") != 0 {
		t.Errorf("%s", got.Body)
	}
}

func TestWhatTheBankSaidIsNotChanged(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.take(d.day(0)+",300.00,,张三,9,货款,", d.day(0)+",300.00,,张三,9,货款,").Want(201) // two equal lines are two
	if n := d.As("clerk").Get("/v1/bank-lines").Want(200).Len("data"); n != 2 {
		t.Errorf("%d lines", n)
	}
	for stmt, refused := range map[string]string{
		"UPDATE bank_lines SET amount = 1": "bank_line.immutable", "DELETE FROM bank_lines": "bank_line.immutable",
		"UPDATE bank_accounts SET number = 'a'": "bank_account.number",
	} {
		err := d.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(stmt).Error })
		if err == nil || !strings.Contains(err.Error(), refused) {
			t.Errorf("%s: %v", stmt, err)
		}
	}
	account := "/v1/bank-accounts/" + d.account
	d.As("finance").Put(account, `"1"`, object{"bank": "示例银行", "name": "云岭", "active": false}).Want(200)
	d.take(d.day(0)+",1.00,,张三,9,货款,").WantProblem(422, "bank_account.inactive")
}

// A list takes as many statements for a page of one line as for a page of forty.
func TestListOfLinesDoesNotAskLineByLine(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.company("云岭示例纺织有限公司")
	d.owe(c, "OLD-2026-0001", "1000.00", -5)
	rows := make([]string, 40)
	for i := range rows {
		rows[i] = fmt.Sprintf("%s,%d.00,,云岭示例纺织有限公司,9,货款,", d.day(0), i+1)
	}
	d.take(rows...).Want(201)
	count := func(limit int) int64 {
		least := int64(1 << 30)
		for range 3 {
			ctx, probe := pg.WithProbe(context.Background(), 0)
			err := d.DB.View(ctx, pg.System("test"), func(tx pg.Tx) error {
				rows, _, err := d.App.Server.BankStatements.List(tx, bankstatement.Filter{}, pg.Page{Limit: limit})
				if len(rows) != limit || len(rows[0].Proposals) != 1 {
					t.Errorf("%d lines", len(rows))
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			least = min(least, probe.Statements())
		}
		return least
	}
	if one, forty := count(1), count(40); one != forty {
		t.Errorf("%d statements for one line, %d for forty", one, forty)
	}
}

// Many banks number a payment and its fee, or the payments of a batch, alike: none of them is lost, and each becomes a receipt of its own.
func TestARV01_MovementsThatShareANumberAreAllTaken(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.company("云岭示例纺织有限公司")
	batch := []string{
		d.day(0) + ",300.00,,云岭示例纺织有限公司,1,货款,T2026112000000009",
		d.day(0) + ",,0.50,示例银行,9,手续费,T2026112000000009",
		d.day(0) + ",200.00,,云岭示例纺织有限公司,1,货款,T2026112000000009",
		d.day(0) + ",200.00,,云岭示例纺织有限公司,1,货款,T2026112000000009", // equal to the one before
		d.day(-1) + ",200.00,,云岭示例纺织有限公司,1,货款,T2026112000000009",
	}
	if got := d.take(batch...).Want(201); got.At("added") != 5.0 || got.At("duplicates") != 0.0 {
		t.Errorf("%s", got.Body)
	}
	if again := d.take(batch...).Want(201); again.At("added") != 0.0 || again.At("duplicates") != 5.0 {
		t.Errorf("%s", again.Body)
	}
	lines := d.As("clerk").Get("/v1/bank-lines?state=open").Want(200)
	for i := range lines.Len("data") {
		d.As("clerk").Post("/v1/bank-lines/"+lines.String(fmt.Sprintf("data.%d.id", i))+"/confirm", object{"customer_id": c.ID, "prepayment": true}).Want(200)
	}
	if n := d.As("clerk").Get("/v1/receipts").Want(200).Len("data"); n != 4 {
		t.Errorf("%d receipts of four movements", n)
	}
	d.agree()
}

// The bank's own statement proves a payment, also where it gives no number, or a short one (SHP-10): the receipt names the line.
func TestSHP10_AReceiptOfALineWithoutANumberIsProven(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.company("云岭示例纺织有限公司")
	d.take(d.day(0)+",300.00,,云岭示例纺织有限公司,1,货款,", d.day(0)+",300.00,,云岭示例纺织有限公司,1,货款,12").Want(201)
	lines := d.As("clerk").Get("/v1/bank-lines?state=open").Want(200)
	seen := map[string]bool{}
	for i := range lines.Len("data") {
		line := d.As("clerk").Post("/v1/bank-lines/"+lines.String(fmt.Sprintf("data.%d.id", i))+"/confirm", object{"customer_id": c.ID, "prepayment": true}).Want(200)
		reference, _ := d.As("clerk").Get("/v1/receipts/" + line.String("receipt_id")).Want(200).At("reference").(string)
		if !strings.HasPrefix(reference, "BS-") || seen[reference] {
			t.Errorf("the receipt's reference is %q", reference)
		}
		seen[reference] = true
	}
	d.agree()
}

// A line that was taken before lines that share a number were told apart is known again.
func TestARV01_FingerprintsOfBeforeAreThoseOfNow(t *testing.T) {
	t.Parallel()
	d := open(t)
	row := d.day(0) + ",1234.50,,云岭示例纺织有限公司,1,货款,T2026112000000009"
	d.take(row).Want(201)
	text, err := os.ReadFile("../../migrations/0513_tell_bank_lines_apart.sql")
	if err != nil {
		t.Fatal(err)
	}
	up, _, _ := strings.Cut(string(text), "-- +goose Down")
	d.Tx(func(tx pg.Tx) error {
		err := tx.Exec("ALTER TABLE bank_lines DISABLE TRIGGER bank_lines_guard").Error
		if err == nil {
			err = tx.Exec("UPDATE bank_lines SET fingerprint = sha256('id T2026112000000009')").Error
		}
		for _, statement := range strings.SplitAfter(up, ";\n") {
			if err == nil && strings.Contains(statement, "bank_lines") {
				err = tx.Exec(statement).Error
			}
		}
		return err
	})
	if again := d.take(row).Want(201); again.At("duplicates") != 1.0 {
		t.Errorf("%s", again.Body)
	}
}

// A customer that names its statement pays what was invoiced by its end, and nothing later (ARV-01).
func TestARV01_AReferenceMayNameAStatement(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.company("云岭示例纺织有限公司")
	d.owe(c, "OLD-2026-0001", "700.00", -5)
	d.owe(c, "OLD-2026-0002", "300.00", 5)
	made := d.As("clerk").Post("/v1/statements", object{"customer_id": c.ID, "from": d.day(-2), "to": d.day(-1)})
	if made.Status != 201 { // a ledger that began today has nothing of yesterday
		d.Tx(func(tx pg.Tx) error { return d.DB.AdvanceClock(tx, tx.Now.AddDate(0, 0, 2)) })
		made = d.As("clerk").Post("/v1/statements", object{"customer_id": c.ID, "from": d.day(-2), "to": d.day(-1)}).Want(201)
	}
	d.Tx(func(tx pg.Tx) error { return d.DB.AdvanceClock(tx, tx.Now.AddDate(0, 0, 1)) })
	d.later(c, "NEW-2026-0003", "50.00")
	d.take(d.day(0) + ",1000.00,,张三代付,9,对账单 " + made.String("number") + " 货款,").Want(201)
	line := d.As("clerk").Get("/v1/bank-lines").Want(200)
	if line.Len("data.0.proposals") != 1 || line.String("data.0.proposals.0.customer_id") != c.ID.String() || line.String("data.0.proposals.0.reasons.0") != "number_in_reference" {
		t.Fatalf("%s", line.Body)
	}
	if line.Len("data.0.proposals.0.allocations") != 2 {
		t.Errorf("%s", line.Body)
	}
	d.As("clerk").Post("/v1/bank-lines/"+line.String("data.0.id")+"/confirm", object{}).Want(200)
	if open := d.As("clerk").Get("/v1/invoices?open=true").Want(200); open.Len("data") != 1 || open.String("data.0.number") != "NEW-2026-0003" {
		t.Errorf("%s", open.Body)
	}
	d.agree()
}

// later posts an item of today.
func (d *desk) later(c customer.Customer, number, amount string) {
	d.t.Helper()
	d.Tx(func(tx pg.Tx) error {
		day := clock.Today(tx.Now)
		_, err := d.App.Server.Receivables.PostOpenings(tx, []receivable.Opening{{Customer: c, Number: number, InvoicedOn: day, DueOn: day, Amount: decimal.MustParse(amount)}})
		return err
	})
}
