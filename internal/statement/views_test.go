package statement_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/statement"
)

// What is booked in the month's last minute is on its statement; what is booked a minute later is on the next, and marked late when its
// business date is the month's. Also when the month ends with a leap day.
func TestARV02_MonthEndBelongsToTheMonthAndLateDocumentsToTheNext(t *testing.T) {
	t.Parallel()
	b := open(t, "2028-02-29 23:59")
	b.receive(b.customer, "100", "2028-02-29")
	b.at("2028-03-01 00:01")
	b.receive(b.customer, "7", "2028-02-29")
	b.receive(b.customer, "5", "2028-03-01")
	v := b.month("2028-02-01")
	want(t, "February", v.Received, "100.00")
	if v.EndsOn != day("2028-02-29") || v.LateDocuments != 0 {
		t.Errorf("%+v", v)
	}
	b.at("2028-04-01 00:01")
	v = b.month("2028-03-01")
	want(t, "March", v.Received, "12.00")
	want(t, "prepaid", v.ClosingPrepaid, "112.00")
	l := b.lines(v)
	if v.LateDocuments != 1 || !l[0].Late || l[1].Late {
		t.Errorf("%d late: %+v", v.LateDocuments, l)
	}
	b.clean()
}

// The job makes the month that is over, and after an outage or a jump of the clock every month that it missed, in their order.
func TestARV02_TheJobCatchesUp(t *testing.T) {
	t.Parallel()
	b := open(t, "2026-10-31 12:00")
	if err := b.App.Sweep(context.Background()); err != nil { // begins with September, which has nothing
		t.Fatal(err)
	}
	b.owe(b.customer, "500", "2026-10-30", "2026-11-30")
	b.at("2027-01-01 00:00")
	if err := b.App.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	last := statement.Statement{}
	for i, first := range []string{"2026-10-01", "2026-11-01", "2026-12-01"} {
		v := b.of(b.customer, first)
		want(t, first, v.Closing, "500.00")
		if i > 0 && (v.PreviousID == nil || *v.PreviousID != last.ID) {
			t.Errorf("%s doesn't continue", first)
		}
		last = v
	}
	if err := b.App.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	if a := b.As("clerk").Get("/v1/statements").Want(200); a.Len("data") != 3 {
		t.Errorf("%s", a.Body)
	}
	if a := b.As("auditor").Get("/v1/verifications").Want(200); a.Len("data") == 0 || a.At("data.0.differences") != 0.0 {
		t.Errorf("%s", a.Body)
	}
	b.clean()
}

func TestRaceARV02_TwoJobsMakeOneStatementEach(t *testing.T) {
	t.Parallel()
	b := open(t, "2026-10-05 10:00")
	for i := range 12 {
		c := b.company("云岭示例第"+strconv.Itoa(i)+"织造有限公司", "1370000000"+strconv.Itoa(10+i))
		b.owe(c, "100", "2026-10-01", "2026-10-31")
	}
	b.at("2026-11-01 00:05")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var run statement.Run
			err := b.DB.Tx(context.Background(), pg.System("job"), func(tx pg.Tx) (err error) {
				run, err = b.svc.StartRun(tx, day("2026-10-01"))
				return err
			})
			for done := false; err == nil && !done; {
				err = b.DB.Tx(context.Background(), pg.System("job"), func(tx pg.Tx) (err error) {
					done, err = b.svc.MakeChunk(tx, run.ID, 3)
					return err
				})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var numbers []string
	b.Tx(func(tx pg.Tx) error {
		return tx.Raw("SELECT number FROM statements ORDER BY number").Scan(&numbers).Error
	})
	if len(numbers) != 12 || numbers[0] != "STM-202610-00001" || numbers[11] != "STM-202610-00012" {
		t.Errorf("%v", numbers)
	}
	if run := b.run("2026-10-01"); run.Statements != 12 || run.Closing.String() != "1200.00" {
		t.Errorf("%+v", run)
	}
}

// A statement of any dates ends before today and stays outside the chain.
func TestARV02_ByHandForAnyDates(t *testing.T) {
	t.Parallel()
	b := open(t, "2026-10-10 10:00")
	b.receive(b.customer, "100", "2026-10-10")
	b.at("2026-10-11 10:00")
	b.receive(b.customer, "20", "2026-10-11")
	b.at("2026-10-12 10:00")
	b.receive(b.customer, "3", "2026-10-12")
	make := func(from, to string) statement.Statement {
		var v statement.Statement
		b.Tx(func(tx pg.Tx) (err error) {
			v, err = b.svc.Make(tx, identity.System(), b.customer.ID, day(from), day(to))
			return err
		})
		return v
	}
	clerk := b.As("clerk")
	refuse := func(from, to, code string) {
		clerk.Post("/v1/statements", object{"customer_id": b.customer.ID, "from": from, "to": to}).WantProblem(422, code)
	}
	refuse("2026-10-11", "2026-10-12", "statement.bad_range") // today
	refuse("2026-10-11", "2026-10-10", "statement.bad_range")
	nil9 := make("2026-09-01", "2026-10-09") // somebody wants it confirmed that nothing is owed
	want(t, "closing", nil9.Closing, "0.00")
	if lines := b.lines(nil9); len(lines) != 0 {
		t.Errorf("%+v", lines)
	}
	v := make("2026-10-11", "2026-10-11")
	want(t, "opening", v.Opening, "-100.00")
	want(t, "received", v.Received, "20.00")
	want(t, "closing", v.Closing, "-120.00")
	if v.Kind != statement.Manual || v.PreviousID != nil {
		t.Errorf("%+v", v)
	}
	b.at("2026-11-01 00:10")
	want(t, "month", b.month("2026-10-01").Closing, "-123.00")
	b.clean()
}

// Under any sequence of documents and payments the buckets add up to the ledger, as of any date, and the statement says what the list says.
func TestARV02_AgeingAddsUpToTheLedgerAlways(t *testing.T) {
	t.Parallel()
	b := open(t, "2026-06-01 10:00")
	random := rand.New(rand.NewPCG(7, 11))
	var open []receivable.Invoice
	var days []string
	for i := range 25 {
		now := instant(t, "2026-06-01 10:00").AddDate(0, 0, 5*i)
		today := clock.Today(now).Format(time.DateOnly)
		b.at(now.In(clock.Shanghai).Format("2006-01-02 15:04"))
		days = append(days, today)
		if random.IntN(3) > 0 || len(open) == 0 {
			due := clock.Today(now).AddDate(0, 0, random.IntN(120)-60).Format(time.DateOnly)
			open = append(open, b.owe(b.customer, strconv.Itoa(100+random.IntN(900)), today, due))
		} else {
			n := random.IntN(len(open))
			b.receive(b.customer, "60", today, receivable.Share{InvoiceID: open[n].ID, Amount: money("50")})
			open = slices.Delete(open, n, n+1)
		}
		b.clean()
	}
	for _, d := range days {
		var age statement.Age
		var ledger, prepaid string
		b.Tx(func(tx pg.Tx) (err error) {
			if age, err = b.svc.AgeOf(tx, identity.System(), b.customer.ID, day(d)); err != nil {
				return err
			}
			return pg.ScanRow(tx, []any{&ledger, &prepaid}, `SELECT coalesce(sum(amount) FILTER (WHERE part = 'receivable'), 0.00)::text, coalesce(sum(amount) FILTER (WHERE part = 'prepaid'), 0.00)::text
				FROM credit_movements WHERE payer_id = ? AND at < ?`, b.customer.ID, day(d).Add(16*time.Hour))
		})
		sum := money("0.00")
		for _, x := range []interface{ String() string }{age.NotDue, age.LateFirst, age.LateSecond, age.LateThird, age.LateBeyond} {
			sum, _ = sum.Add(money(x.String()))
		}
		if sum.String() != ledger || age.Receivable.String() != ledger || age.Prepaid.String() != prepaid {
			t.Errorf("%s: buckets %s, receivable %s, prepaid %s; ledger %s and %s", d, sum, age.Receivable, age.Prepaid, ledger, prepaid)
		}
	}
}

func TestARV05_AgeingListFiltersAndPages(t *testing.T) {
	t.Parallel()
	b := open(t, "2026-11-20 10:00")
	for i, due := range []string{"2026-11-20", "2026-11-19", "2026-10-21", "2026-10-20", "2026-09-21", "2026-09-20", "2026-08-22", "2026-08-21"} {
		b.owe(b.company("云岭示例第"+strconv.Itoa(i)+"织造有限公司", "1370000000"+strconv.Itoa(10+i)), "100", "2026-08-01", due)
	}
	clerk := b.As("clerk")
	for query, n := range map[string]int{
		"": 8, "?overdue=true": 7, "?bucket=not_due": 1, "?bucket=late_first": 2, "?bucket=late_second": 2, "?bucket=late_third": 2, "?bucket=late_beyond": 1,
		"?as_of=2026-11-19": 0, "?as_of=2026-11-21&bucket=not_due": 0, "?owner_id=" + b.People["rep2"].String(): 0,
	} {
		if a := clerk.Get("/v1/ageing" + query).Want(200); a.Len("data") != n {
			t.Errorf("%q: %d rows, want %d", query, a.Len("data"), n)
		}
	}
	seen := 0
	for cursor := ""; ; {
		a := clerk.Get("/v1/ageing?limit=3" + cursor).Want(200)
		seen += a.Len("data")
		if a.String("next_cursor") == "" {
			break
		}
		cursor = "&cursor=" + a.String("next_cursor")
	}
	if seen != 8 || b.As("rep3").Get("/v1/ageing").Len("data") != 0 {
		t.Errorf("%d seen", seen)
	}
	if a := clerk.Get("/v1/ageing/totals").Want(200); a.Len("data") != 2 || a.String("data.1.receivable") != "800.00" || a.String("data.1.late") != "700.00" {
		t.Errorf("%s", a.Body)
	}
	clerk.Get("/v1/ageing/file?format=xlsx").Want(200)
	clerk.Get("/v1/usage").Want(200)
	clerk.Get("/v1/usage/file?together=true").Want(200)
}

// The sales manager gets the month's list (ARV-03): what was owed, sold, received, and is owed.
func TestARV03_TheSalesManagerGetsTheMonthsOverview(t *testing.T) {
	t.Parallel()
	b := open(t, "2026-10-05 10:00")
	b.ship(b.customer, "300")
	b.receive(b.customer, "100", "2026-10-05")
	b.at("2026-11-01 00:10")
	b.run("2026-10-01")
	if a := b.As("manager").Get("/v1/me/follow-ups?kind=statement.overview").Want(200); a.Len("data") != 1 || a.String("data.0.number") != "2026-10" {
		t.Errorf("%s", a.Body)
	}
	a := b.As("manager").Get("/v1/monthly-overview?month=2026-10").Want(200)
	if a.Len("data") != 1 || a.String("data.0.opening") != "0.00" || a.String("data.0.delivered") != "300.00" || a.String("data.0.received") != "100.00" || a.String("data.0.closing") != "200.00" {
		t.Errorf("%s", a.Body)
	}
	b.As("manager").Get("/v1/monthly-overview/file?month=2026-10&format=xlsx").Want(200)
	if a := b.As("manager").Get("/v1/statement-runs").Want(200); a.String("data.0.closing") != "200.00" || a.String("data.0.state") != "done" {
		t.Errorf("%s", a.Body)
	}
	b.As("rep1").Get("/v1/statement-runs").Want(403)
}

// figures gives October's figures at an instant, and returns the id of rep1's.
func figures(t *testing.T, at string) (*books, string) {
	t.Helper()
	b := open(t, "2026-10-05 10:00")
	b.ship(b.customer, "300")
	b.receive(b.customer, "100", "2026-10-05")
	b.at("2026-11-01 00:10")
	b.run("2026-10-01")
	if a := b.As("rep1").Get("/v1/rep-figures").Want(200); a.Len("data") != 0 {
		t.Errorf("a draft is shown: %s", a.Body)
	}
	b.at(at)
	if a := b.As("finance").Post("/v1/rep-figures/give", object{"month": "2026-10"}).Want(200); a.At("given") != 1.0 {
		t.Errorf("%s", a.Body)
	}
	b.As("finance").Post("/v1/rep-figures/give", object{"month": "2026-10"}).WantProblem(409, "rep_figure.nothing_to_give")
	a := b.As("rep1").Get("/v1/rep-figures").Want(200)
	if a.String("data.0.delivered") != "300.00" || a.String("data.0.received") != "100.00" || a.String("data.0.state") != "given" {
		t.Errorf("%s", a.Body)
	}
	return b, a.String("data.0.id")
}

// Until the working day ends the rep may object; a minute later finance's figures stand.
func TestARV08_ObjectionWithinTheSameWorkingDay(t *testing.T) {
	t.Parallel()
	b, id := figures(t, "2026-11-02 10:00")
	path := "/v1/rep-figures/" + id
	if due := b.As("rep1").Get(path).Want(200).String("due_at"); due != "2026-11-02T09:30:00Z" {
		t.Errorf("due %s", due)
	}
	b.As("rep2").Post(path+"/object", object{"reason": "x"}).Want(404)
	b.As("supervisor").Post(path+"/object", object{"reason": "x"}).WantProblem(403, "rep_figure.not_yours")
	b.at("2026-11-02 17:31")
	b.As("rep1").Post(path+"/object", object{"reason": "x"}).WantProblem(422, "rep_figure.too_late")
	b.Tx(func(tx pg.Tx) error {
		n, err := b.svc.Stand(tx, 10)
		if n != 1 {
			t.Errorf("%d stand", n)
		}
		return err
	})
	if a := b.As("rep1").Get(path).Want(200); a.String("state") != "final" {
		t.Errorf("%s", a.Body)
	}
}

// Given when the day is over, or on a Saturday, they may be objected to until the end of the next working day.
func TestARV08_GivenAfterHoursTheNextWorkingDayCounts(t *testing.T) {
	t.Parallel()
	for given, due := range map[string]string{
		"2026-11-02 17:29": "2026-11-02T09:30:00Z", "2026-11-02 17:30": "2026-11-03T09:30:00Z", "2026-11-02 17:31": "2026-11-03T09:30:00Z",
		"2026-11-07 10:00": "2026-11-09T09:30:00Z",
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			b, id := figures(t, given)
			if got := b.As("rep1").Get("/v1/rep-figures/" + id).Want(200).String("due_at"); got != due && got != due[:len(due)-1]+".000000Z" {
				t.Errorf("due %s, want %s", got, due)
			}
		})
	}
}

func TestARV08_TheManagerDecidesAndACorrectionIsAnotherRevision(t *testing.T) {
	t.Parallel()
	b, id := figures(t, "2026-11-02 10:00")
	path := "/v1/rep-figures/" + id
	b.As("rep1").Post(path+"/object", object{"reason": "10 月 30 日回款未计入"}).Want(200)
	b.As("rep1").Post(path+"/object", object{"reason": "again"}).WantProblem(409, "resource.wrong_state")
	if a := b.As("manager").Get("/v1/me/follow-ups?kind=rep_figure.objection").Want(200); a.Len("data") != 1 {
		t.Errorf("%s", a.Body)
	}
	b.As("rep1").Post(path+"/decide", object{"reason": "x"}).WantProblem(403, "auth.forbidden")
	right := object{"delivered": "300.00", "invoiced": "0.00", "received": "150.00", "closing": "150.00", "tonnes": "0"}
	a := b.As("manager").Post(path+"/decide", object{"reason": "银行确认", "corrected": right}).Want(200)
	if a.At("revision") != 2.0 || a.String("received") != "150.00" || a.String("state") != "final" {
		t.Errorf("%s", a.Body)
	}
	b.As("manager").Post(path+"/decide", object{"reason": "x"}).WantProblem(409, "resource.wrong_state")
	got := b.As("rep1").Get("/v1/rep-figures/" + a.ID()).Want(200)
	if got.Len("revisions") != 2 || got.String("revisions.0.received") != "100.00" || got.String("revisions.0.state") != "superseded" || got.Len("lines") != 1 {
		t.Errorf("%s", got.Body)
	}
	b.As("rep1").Get("/v1/rep-figures/" + a.ID() + "/timeline").Want(200)
}

// Each constraint refuses what the rules have let slip.
func TestConstraintsOfStatements(t *testing.T) {
	t.Parallel()
	b, _, token, owed := sent(t)
	b.guest(token).Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": owed.ID, "reason": "price"}}}).Want(200)
	for sql, refusal := range map[string]error{
		copyOf("closing_prepaid", "closing_prepaid + 1"):                                          statement.ErrContradicts, // balance
		copyOf("not_due", "not_due + 1"):                                                          statement.ErrContradicts, // ageing
		copyOf("to_seq", "from_seq - 1"):                                                          statement.ErrRange,
		copyOf("previous_id", "id"):                                                               statement.ErrContradicts, // the chain
		"UPDATE statement_disputes SET state = 'rejected', resolved_at = now()":                   statement.ErrReason,
		"UPDATE statement_disputes SET state = 'accepted', resolved_at = now()":                   statement.ErrNotAdjusting,
		"UPDATE statement_disputes SET reason = 'other'":                                          statement.ErrNote,
		"UPDATE statements SET state = 'confirmed', confirmed_at = now(), confirmed_via = 'link'": statement.ErrName,
	} {
		err := b.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(sql).Error })
		if !errors.Is(err, refusal) {
			t.Errorf("%s: %v, want %v", sql, err, refusal)
		}
	}
	for _, sql := range []string{"UPDATE statements SET received = 1", "DELETE FROM statements", "DELETE FROM rep_figures"} {
		if err := b.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(sql).Error }); err == nil {
			t.Errorf("%s goes through", sql)
		}
	}
}

// copyOf is an insert of another revision of the statement with one column otherwise.
func copyOf(column, as string) string {
	columns := "number, kind, customer_id, starts_on, ends_on, from_seq, to_seq, previous_id, opening_receivable, opening_shipped, opening_prepaid, brought, delivered, invoiced, invoice_difference, adjusted, credited, received, written_off, closing_receivable, closing_shipped, closing_prepaid, not_due, late_first, late_second, late_third, late_beyond, bound_first, bound_second, bound_third, late_documents, adjusted_after, state, sent_via, confirmed_via, confirmed_name, made_at, version"
	from := ""
	for i, c := range strings.Split(columns, ", ") {
		if i > 0 {
			from += ", "
		}
		if c == column {
			c = as
		}
		from += c
	}
	return "INSERT INTO statements (id, revision, " + columns + ") SELECT gen_random_uuid(), 9, " + from + " FROM statements LIMIT 1"
}
