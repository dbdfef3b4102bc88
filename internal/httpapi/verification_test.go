package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/statement"
	"github.com/salesgate/salesgate/internal/verify"
)

// everyDocument makes one of each document that verify looks at, through the API, and returns words for what it made.
func (b *books) everyDocument() *strings.Replacer {
	b.t.Helper()
	clerk := b.As("clerk")
	at := b.released("40")
	b.As("keeper").Post(at+"/prepare", object{}).Want(201)
	truck := carried(b.Env, strings.TrimPrefix(at, "/v1/shipping-notices/")) // 10 of it, with freight and settlement
	b.leave(truck)
	note := b.delivered("100")
	invoice := b.invoiced(note) // 1000.00
	receipt := b.received("700.00", object{"invoice_id": invoice.ID(), "amount": "500.00"})
	clerk.Post("/v1/receipts/"+receipt.ID()+"/deposits/"+b.order, object{"amount": "50.00"}).Want(200)
	clerk.Post("/v1/receipts", object{
		"customer_id": b.customer, "amount": "300.00", "method": "acceptance_bill", "received_on": onDay(0),
		"bill": object{"number": "110233000012320261120000000042", "drawer": "云岭示例纺织有限公司", "acceptor": "示例银行", "issued_on": onDay(-1), "matures_on": onDay(180)},
	}).Want(201)
	account := b.As("finance").Post("/v1/bank-accounts", object{"number": "3300000000000000000", "bank": "示例银行", "name": "示例公司"}).Want(201).ID()
	clerk.With("Content-Type", "application/octet-stream").Post("/v1/bank-accounts/"+account+"/statements?file_name=b.csv",
		"交易日期,收入,支出,对方户名,对方账号,摘要,流水号\n"+onDay(0)+",120.00,,云岭某某,6222000011112222,货款,T-1\n").Want(201)
	line := clerk.Get("/v1/bank-lines").Want(200).String("data.0.id")
	clerk.Post("/v1/bank-lines/"+line+"/confirm", object{"customer_id": b.customer}).Want(200)
	lost := b.lost("20", "100.00", "30.00")
	b.Tx(func(tx pg.Tx) error { return lastMonth(b, tx) })
	b.Told()
	return strings.NewReplacer("$customer", b.customer, "$invoice", invoice.ID(), "$receipt", receipt.ID(), "$bill", clerk.Get("/v1/acceptance-bills").Want(200).String("data.0.id"), "$note", note.ID(),
		"$lost", lost, "$bankline", line, "$orderline", b.line, "$order", b.order)
}

// lost delivers goods whose debt is written off in part, of which some comes in after all. It returns the invoice.
func (b *books) lost(quantity, writtenOff, recovered string) string {
	b.t.Helper()
	invoice := b.invoiced(b.delivered(quantity)).ID()
	debt := b.As("rep1").Post("/v1/bad-debts", object{
		"customer_id": b.customer, "grounds": "bankrupt", "reason": "法院裁定破产", "items": []object{{"invoice_id": invoice, "amount": writtenOff}},
		"attachment_ids": []string{upload(b.As("rep1"), "court.pdf", scan).Want(201).ID()},
	}).Want(201)
	for _, who := range []string{"supervisor", "gm"} {
		b.As(who).Post("/v1/approvals/"+debt.String("approval_id")+"/approve", object{}).Want(200)
	}
	b.As("clerk").Post("/v1/bad-debts/"+debt.ID()+"/write-off", nil).Want(200)
	receipt := b.received(recovered)
	b.As("clerk").Post("/v1/bad-debts/"+debt.ID()+"/recover", object{"invoice_id": invoice, "receipt_id": receipt.ID(), "amount": recovered}).Want(200)
	return invoice
}

// lastMonth makes the statement of everything until now by moving the clock into the next month, and back.
func lastMonth(b *books, tx pg.Tx) error {
	month := tx.Now.AddDate(0, 0, 1-tx.Now.Day()).Truncate(24 * time.Hour)
	tx.Now = month.AddDate(0, 1, 1)
	run, err := b.App.Server.Statements.StartRun(tx, month)
	for done := run.Done(); err == nil && !done; {
		done, err = b.App.Server.Statements.MakeChunk(tx, run.ID, statement.Chunk)
	}
	return err
}

// planted is what somebody does to the tables behind the program's back, and what verify says of it.
type planted struct {
	sql    string
	checks string // those that find it, in the order of verify
	says   string // a part of one difference, after the name of its check
}

// Every kind of difference that there can be is found by the check whose business it is, by name and with both figures; and what hides in the sums
// of one customer is told apart from what hides between customers.
func TestCRD11_VerifyNamesEachDifference(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	names := b.everyDocument()
	b.agree()
	b.find(names, []planted{
		// exposure = Σ movements = Σ open items, for each part
		{"UPDATE credit_accounts SET receivable = receivable + 7 WHERE payer_id = '$customer'", "exposure receivables ageing totals", "exposure: customer C-"},
		{"UPDATE credit_accounts SET shipped = shipped + 7 WHERE payer_id = '$customer'", "exposure goods totals", "exposure: customer C-"},
		{"UPDATE credit_accounts SET released = released + 7 WHERE payer_id = '$customer'", "exposure goods totals", "released: account 307.00, movements 300.00, open items 300.00"},
		{"UPDATE credit_accounts SET prepaid = prepaid + 7 WHERE payer_id = '$customer'", "exposure receivables totals", "prepaid: account "},
		{"UPDATE credit_movements SET amount = amount + 7 WHERE payer_id = '$customer' AND part = 'released' AND seq = 1", "exposure totals", "released: account 300.00, movements 307.00, open items 300.00"},
		{"UPDATE credit_movements SET amount = amount + 7 WHERE payer_id = '$customer' AND document_id = '$receipt'", "exposure statements totals", "its closing isn't its opening with the movements"},
		{"UPDATE credit_open_items SET open_amount = open_amount + 7 WHERE payer_id = '$customer' AND part = 'receivable' AND open_amount > 0 AND item_id = '$invoice'", "exposure ageing totals", "ageing: customer C-"},
		// … = what documents say
		{"UPDATE invoices SET total = total + 7 WHERE id = '$invoice'", "receivables totals", "receivable: ledger "},
		{"UPDATE invoices SET paid = paid + 7 WHERE id = '$invoice'", "receivables totals", "paid of INV-"},
		{"UPDATE invoices SET credited = credited + 7, paid = paid + 7 WHERE id = '$invoice'", "receivables totals", "credited of INV-"},
		{"UPDATE invoices SET written_off = written_off + 7, paid = paid + 7 WHERE id = '$lost'", "receivables totals", "written off of INV-"},
		{"UPDATE allocations SET amount = amount + 7 WHERE invoice_id = '$invoice'", "receivables", "allocated of RC-"},
		{"UPDATE receipts SET amount = amount + 7 WHERE id = '$receipt'", "receivables totals", "prepaid: ledger "},
		{"UPDATE order_deposits SET amount = amount + 7 WHERE receipt_id = '$receipt'", "receivables", "covering of RC-"},
		{"UPDATE receipts SET covering = covering + 7 WHERE id = '$receipt'", "receivables", "covering of RC-"},
		{"UPDATE invoice_lines SET quantity = quantity + 7 WHERE invoice_id = '$invoice'", "receivables", "invoiced of DN-"},
		{"UPDATE recoveries SET amount = amount + 7", "receivables", "recovered of "},
		{"UPDATE acceptance_bills SET amount = amount + 7 WHERE id = '$bill'", "receivables", "bill 1102330000123202611200000000"},
		{"UPDATE acceptance_bills SET state = 'bounced' WHERE id = '$bill'", "receivables", "ledger 300.00, documents 0.00"},
		{"UPDATE bank_lines SET amount = amount + 7 WHERE id = '$bankline'", "bank_lines", "says 120.00, the bank 127.00"},
		{"UPDATE bank_lines SET booked_on = booked_on - 1 WHERE id = '$bankline'", "bank_lines", "is of another day"},
		{"UPDATE bank_lines SET state = 'open', receipt_id = NULL WHERE id = '$bankline'", "bank_lines", "was posted of it, and it doesn't say so"},
		{"UPDATE delivery_note_lines SET amount = amount + 7 WHERE delivery_note_id = '$note'", "goods deliveries totals", "goods: customer C-"},
		{"UPDATE shipping_notices SET dispatched_amount = dispatched_amount + 7 WHERE state = 'partly_dispatched'", "goods deliveries totals", "released: ledger 300.00, documents 293.00"},
		// orders, notices and delivery notes of the same goods
		{"UPDATE order_lines SET noticed = noticed + 7 WHERE id = '$orderline'", "deliveries", "line 1: noticed 37.0000, notices say 30.0000"},
		{"UPDATE order_lines SET shipped = shipped + 7 WHERE id = '$orderline'", "deliveries", "shipped 137.0000, delivery notes say 130.0000"},
		{"UPDATE shipping_notice_lines SET dispatched_quantity = dispatched_quantity - 7 WHERE dispatched_quantity = 100", "deliveries", "position 1: dispatched 93.0000 for 1000.00, delivery notes say 100.0000"},
		{"UPDATE gate_passes SET state = 'valid', used_at = NULL WHERE delivery_note_id = '$note'; UPDATE delivery_notes SET state = 'cancelled' WHERE id = '$note'", "deliveries stock", "it is cancelled, its gate pass GP-"},
		{"UPDATE delivery_notes SET state = 'issued' WHERE id = '$note'", "deliveries", "it is issued, its gate pass GP-"},
		// stock = Σ movements = what documents say
		{"UPDATE stock_levels SET on_hand = on_hand + 7", "stock totals", "stock: stock lot L1 in CK01: on hand 877.0000, reserved 30.0000; movements say 870.0000 and 30.0000"},
		{"UPDATE stock_levels SET reserved = reserved + 7", "stock totals", "reserved 37.0000, preparation lists hold 30.0000"},
		{"UPDATE stock_movements SET on_hand = on_hand + 7 WHERE kind = 'shipment' AND delivery_note_id = '$note'", "stock totals", "movements say 877.0000"},
		{"UPDATE stock_preparation_lines SET reserved = reserved + 7 WHERE reserved > 0", "stock totals", "holds 37.0000 of a line with a rest of 30.0000"},
		{"UPDATE stock_preparations SET ended_at = now() WHERE id IN (SELECT preparation_id FROM stock_preparation_lines WHERE reserved > 0)", "stock", "has ended and holds 30.0000"},
		{"UPDATE stock_lots SET inspection = 'failed'", "stock", "is failed, its last report says passed"},
		{"UPDATE stock_levels SET inspection = 'failed'", "stock", "the level says failed, the lot passed"},
		{"UPDATE delivery_note_lines SET quantity = 99 WHERE delivery_note_id = '$note'", "deliveries stock", "its lots come to 100.0000, it delivers 99.0000"},
		// freight
		{"UPDATE freight_vouchers SET adjusted = adjusted + 7", "transport", "its adjusting documents come to 20.00, it says 27.00"},
		{"UPDATE carrier_settlements SET amount = amount + 7", "transport", "what it lists to "},
		{"UPDATE freight_vouchers SET state = 'cancelled'", "transport", "has no freight voucher"},
		{"DELETE FROM paper_signatures WHERE subject_type = 'freight_voucher'", "transport", "it is signed without signatures"},
		// production, statements
		{"UPDATE production_requests SET order_revision = order_revision + 7", "production", "its production request is of revision 8, the order of 1"},
		{"UPDATE statements SET closing_receivable = closing_receivable + 7, opening_receivable = opening_receivable", "statements", "its closing isn't its opening with the movements"},
		{"UPDATE statements SET opening_receivable = opening_receivable + 7, closing_receivable = closing_receivable + 7", "statements", "its opening isn't what the ledger was"},
	})
	b.agree() // nothing of it was committed
}

// find plants each, and has verify name it by the check whose business it is.
func (b *books) find(names *strings.Replacer, all []planted) {
	b.t.Helper()
	for _, p := range all {
		b.plant(names.Replace(p.sql), func(found []verify.Difference) {
			var checks, lines []string
			for _, d := range found {
				checks, lines = append(checks, d.Check), append(lines, d.String())
			}
			if got := strings.Join(slices.Compact(checks), " "); got != p.checks {
				b.t.Errorf("%s\n  is found by %q, not %q:\n  %s", p.sql, got, p.checks, strings.Join(lines, "\n  "))
			}
			if !strings.Contains(strings.Join(lines, "\n"), p.says) {
				b.t.Errorf("%s\n  nothing says %q:\n  %s", p.sql, p.says, strings.Join(lines, "\n  "))
			}
		})
	}
}

// SHP-10: money that covers what doesn't need it any more, and notices whose cover isn't what they say, are found.
func TestSHP10_VerifyNamesCoversThatDontFit(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	paid := b.received("500.00").ID()
	notice := func(quantity string) string {
		t.Helper()
		at := "/v1/shipping-notices/" + b.As("rep1").Post("/v1/shipping-notices", b.asks("prepaid", quantity)).Want(201).ID()
		b.As("rep1").Post(at+"/submit", nil).Want(200)
		b.As("clerk").Post(at+"/check", object{}).Want(200)
		return at
	}
	part, closed := notice("20"), notice("10")
	b.load(part, "5", "浙A12345").Want(201)
	b.load(closed, "4", "浙A12346").Want(201)
	b.As("rep1").Post(closed+"/close", object{"reason": "余量取消"}).Want(200)
	b.agree()
	id := func(at string) string { return strings.TrimPrefix(at, "/v1/shipping-notices/") }
	b.find(strings.NewReplacer("$paid", paid, "$part", id(part), "$closed", id(closed)), []planted{
		{
			"UPDATE notice_covers SET amount = amount + 7 WHERE notice_id = '$closed'; UPDATE receipts SET covering = covering + 7 WHERE id = '$paid'",
			"receivables", "ledger 47.00, documents 40.00",
		},
		{
			"UPDATE notice_covers SET amount = amount + 0.01 WHERE notice_id = '$part'; UPDATE receipts SET covering = covering + 0.01 WHERE id = '$paid'",
			"receivables", "cover of SN-",
		},
		{
			"UPDATE notice_covers SET amount = amount - 50.01 WHERE notice_id = '$part'; UPDATE receipts SET covering = covering - 50.01 WHERE id = '$paid'",
			"receivables", "ledger 149.99, documents 150.00",
		},
		{"UPDATE shipping_notices SET covered_amount = covered_amount + 7 WHERE id = '$closed'", "receivables", "covered amount of SN-"},
		{"UPDATE shipping_notices SET covered_amount = covered_amount - 7 WHERE id = '$part'", "receivables", "ledger 193.00, documents 200.00"},
	})
}

var errUndo = errors.New("undo")

// plant changes tables without their triggers, constraints between rows included, has verify look at it, and undoes it.
func (b *books) plant(sql string, look func([]verify.Difference)) {
	b.t.Helper()
	err := b.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		if err := disarm(tx); err != nil {
			return err
		}
		for statement := range strings.SplitSeq(sql, "; ") {
			if res := tx.Exec(statement); res.Error != nil || res.RowsAffected == 0 {
				b.t.Errorf("%s: %d rows, %v", statement, res.RowsAffected, res.Error)
				return errUndo
			}
		}
		found, err := verify.Each(tx, app.Checks())
		if err != nil {
			return err
		}
		look(found)
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		b.t.Fatal(err)
	}
}

// disarm lets this transaction write what the program never could: triggers and checks of one row stand aside.
func disarm(tx pg.Tx) error {
	if err := tx.Exec("SET LOCAL session_replication_role = replica").Error; err != nil {
		return err
	}
	var checks []string
	err := tx.Raw(`SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
		WHERE contype = 'c' AND conrelid::regclass::text IN ('statements', 'receipts', 'invoices', 'stock_levels', 'stock_movements', 'shipping_notices', 'shipping_notice_lines',
			'delivery_note_lines', 'gate_passes', 'freight_vouchers', 'stock_preparation_lines', 'stock_preparations', 'carrier_settlements')`).Scan(&checks).Error
	for _, drop := range checks {
		if err == nil {
			err = tx.Exec(drop).Error
		}
	}
	return err
}

// What the night finds becomes a task of finance's and the administrator's, a record that the API shows, and a figure that Prometheus sees; the
// next clean night ends the task.
func TestCRD11_TheNightTellsOfDifferences(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.delivered("10")
	if text := b.metrics(); strings.Contains(text, "salesgate_verification_") {
		t.Errorf("before the first night the metrics say\n%s", text)
	}
	night := func(differences int) {
		t.Helper()
		if err := b.App.VerifyBooks(context.Background()); err != nil {
			t.Fatal(err)
		}
		v := b.As("finance").Get("/v1/verifications").Want(200)
		if v.At("data.0.differences") != float64(differences) || v.String("data.0.source") != "job" {
			t.Errorf("%s", v.Body)
		}
		if text := b.metrics(); !strings.Contains(text, fmt.Sprintf("salesgate_verification_differences %d\n", differences)) {
			t.Errorf("the metrics don't say %d differences", differences)
		}
		for _, who := range []string{"finance", "admin"} {
			if n := b.tasks(who, verify.KindDiffer); n != min(differences, 1) {
				t.Errorf("%s has %d tasks after %d differences", who, n, differences)
			}
		}
	}
	night(0)
	b.alter("UPDATE credit_accounts SET shipped = shipped + ? WHERE payer_id = ?", 7, b.customer)
	night(3)
	id := b.As("finance").Get("/v1/verifications").String("data.0.id")
	seen := b.As("finance").Get("/v1/verifications/" + id).Want(200)
	if seen.Len("data") != 3 || seen.String("data.0.what") != "shipped: account 107.00, movements 100.00, open items 100.00" ||
		seen.String("data.0.number") != b.As("rep1").Get("/v1/customers/"+b.customer).String("code") || seen.String("data.0.subject_id") != b.customer {
		t.Errorf("%s", seen.Body)
	}
	night(3) // still there: one task, not two
	var days, above int
	b.Tx(func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&days, &above}, `SELECT max(due_days), count(*) FILTER (WHERE escalate_to = 'general_manager' AND due_at > opened_at) FROM follow_ups
			WHERE kind = ? AND state = 'open' AND role = 'finance_manager'`, verify.KindDiffer)
	})
	if days != 1 || above != 1 {
		t.Errorf("due in %d working days, %d reach the general manager", days, above)
	}
	b.alter("UPDATE credit_accounts SET shipped = shipped - ? WHERE payer_id = ?", 7, b.customer)
	night(0)
	b.DB.Clock().SetOffset(b.DB.Clock().Offset() + time.Hour)
	if text := b.metrics(); !strings.Contains(text, "salesgate_verification_age_seconds 36") {
		t.Errorf("an hour later the metrics don't say so\n%s", text)
	}
}

// alter commits what the program would never do.
func (b *books) alter(sql string, args ...any) {
	b.t.Helper()
	b.Tx(func(tx pg.Tx) error {
		if err := tx.Exec("SET LOCAL session_replication_role = replica").Error; err != nil {
			return err
		}
		return pg.One(tx.Exec(sql, args...))
	})
}

// metrics returns the lines about the books.
func (b *books) metrics() string {
	b.t.Helper()
	res, err := http.Get(b.URL() + "/metrics")
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	var lines strings.Builder
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "salesgate_verification_") {
			lines.WriteString(line)
		}
	}
	return lines.String()
}

// While others work, verify sees one moment: it never finds a difference that isn't there.
func TestCRD11_VerifyIsConsistentAmidWork_Race(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	note := b.delivered("100")
	invoice := b.invoiced(note).ID()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 15 {
			r := b.received("10.00", object{"invoice_id": invoice, "amount": "10.00"})
			b.As("finance").Post("/v1/receipts/"+r.ID()+"/reverse", object{"reason": "错账"}).Want(200)
		}
	}()
	for runs := 0; ; runs++ {
		b.agree()
		select {
		case <-done:
			t.Logf("%d runs amid the work", runs)
			return
		default:
		}
	}
}
