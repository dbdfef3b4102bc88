package statement_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/statement"
)

// sent makes October's statement of a customer who owes one invoice, sends it by link, and returns it with the token and the invoice.
func sent(t *testing.T) (*books, statement.Statement, string, receivable.Invoice) {
	t.Helper()
	b := open(t, "2026-10-05 10:00")
	owed := b.owe(b.customer, "1000", "2026-10-01", "2026-10-31")
	b.at("2026-11-01 00:10")
	v := b.month("2026-10-01")
	b.at("2026-11-02 10:00")
	a := b.As("clerk").Post("/v1/statements/"+v.ID.String()+"/send", object{"via": "link"}).Want(200)
	return b, v, a.String("token"), owed
}

// guest is the customer's side with a link.
func (b *books) guest(token string) apitest.Client { return b.As("").With("X-Statement-Token", token) }

func (b *books) file(who string) string {
	b.t.Helper()
	return b.As(who).With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name=a.pdf", "%PDF-1.7 example").Want(201).ID()
}

func TestARV02_TheCustomerConfirmsByTheLinkWithoutSigningIn(t *testing.T) {
	t.Parallel()
	b, v, token, _ := sent(t)
	guest := b.guest(token)
	a := guest.Get("/v1/public/statement").Want(200)
	if a.String("closing.total") != "1000.00" || a.String("state") != "sent" || a.At("owner_id") != nil {
		t.Errorf("%s", a.Body)
	}
	if l := guest.Get("/v1/public/statement/lines").Want(200); l.Len("data") != 1 || l.String("data.0.balance") != "1000.00" {
		t.Errorf("%s", l.Body)
	}
	guest.Post("/v1/public/statement/confirm", object{"name": "陈示例"}).Want(200)
	guest.Post("/v1/public/statement/confirm", object{"name": "陈示例"}).WantProblem(409, "resource.wrong_state")
	guest.Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": uuid.New(), "reason": "price"}}}).WantProblem(409, "resource.wrong_state")
	guest.Get("/v1/public/statement").Want(200) // it can still be read
	got := b.As("rep1").Get("/v1/statements/" + v.ID.String()).Want(200)
	if got.String("state") != "confirmed" || got.String("confirmed_via") != "link" || got.String("confirmed_name") != "陈示例" {
		t.Errorf("%s", got.Body)
	}
	b.As("rep3").Get("/v1/statements/" + v.ID.String()).Want(404)
	b.As("rep1").Get("/v1/statements/" + v.ID.String() + "/document?format=html").Want(200)
	b.As("rep1").Get("/v1/statements/" + v.ID.String() + "/file").Want(200)
	b.As("rep1").Get("/v1/statements/" + v.ID.String() + "/timeline").Want(200)
}

// Expired, forged, another customer's, replaced, and after a revision: each is refused in its way.
func TestARV02_HostileLinks(t *testing.T) {
	t.Parallel()
	b, v, token, owed := sent(t)
	b.guest(token[:len(token)-4]+"AAAA").Get("/v1/public/statement").WantProblem(404, "statement.no_such_link")
	b.guest("eyJhbGciOiJub25lIn0.eyJhdWQiOiJzdGF0ZW1lbnQifQ.AAAA").Get("/v1/public/statement").WantProblem(404, "statement.no_such_link")
	other := b.As("clerk").Post("/v1/statements/"+v.ID.String()+"/send", object{"via": "link"}).Want(200).String("token")
	b.guest(token).Get("/v1/public/statement").WantProblem(410, "statement.link_gone") // replaced
	// Its row points at another statement: a token that we signed is as forged.
	b.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE statement_links SET token_hash = decode(repeat('00', 32), 'hex') WHERE statement_id = ? AND revoked_at IS NULL", v.ID).Error
	})
	b.guest(other).Get("/v1/public/statement").WantProblem(404, "statement.no_such_link")
	last := b.As("clerk").Post("/v1/statements/"+v.ID.String()+"/send", object{"via": "link"}).Want(200).String("token")
	b.at("2026-12-02 09:59") // 30 days, one minute less
	b.guest(last).Get("/v1/public/statement").Want(200)
	b.guest(last).Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": owed.ID, "reason": "duplicate"}}}).Want(200)
	b.at("2026-12-02 10:03")
	b.guest(last).Get("/v1/public/statement").WantProblem(410, "statement.link_gone")
}

// A rejected dispute leaves the statement confirmed; an accepted one makes a revision, whose link is new.
func TestARV06_ADisputeEndsByAnAdjustingDocumentOrAReason(t *testing.T) {
	t.Parallel()
	b, v, token, owed := sent(t)
	path := "/v1/statements/" + v.ID.String()
	guest := b.guest(token)
	guest.Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": uuid.New(), "reason": "price"}}}).WantProblem(422, "statement.not_on_it")
	guest.Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": owed.ID, "reason": "other"}}}).WantProblem(422, "statement.note_needed")
	guest.Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": owed.ID, "reason": "paid_already"}}}).Want(200)
	guest.Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": owed.ID, "reason": "price"}}}).WantProblem(409, "statement.line_disputed")
	for _, who := range []string{"rep1", "clerk"} {
		if a := b.As(who).Get("/v1/me/follow-ups?kind=statement.dispute").Want(200); a.Len("data") != 1 {
			t.Errorf("%s isn't asked: %s", who, a.Body)
		}
	}
	dispute := b.As("clerk").Get(path).Want(200).String("disputes.0.id")
	resolve := path + "/disputes/" + dispute + "/resolve"
	b.As("rep1").Post(resolve, object{"reason": "x"}).WantProblem(403, "auth.forbidden")
	b.As("clerk").Post(resolve, object{}).WantProblem(422, "statement.reason_needed")
	b.As("clerk").Post(resolve, object{"adjusting_document_id": owed.ID}).WantProblem(422, "statement.not_adjusting")
	r := b.receive(b.customer, "400", "2026-11-02")
	b.As("clerk").Post(resolve, object{"adjusting_document_id": r.ID}).WantProblem(422, "statement.not_adjusting") // it pays nothing of the item
	b.allot(r, owed, "300")
	a := b.As("clerk").Post(resolve, object{"adjusting_document_id": r.ID}).Want(200)
	if a.At("revision") != 2.0 || a.String("state") != "draft" || a.String("closing.total") != "1000.00" || a.String("adjusted_after") != "-300.00" || a.String("agreed") != "700.00" {
		t.Errorf("%s", a.Body)
	}
	guest.Get("/v1/public/statement").WantProblem(410, "statement.link_gone")       // after the revision
	for number, found := range map[string]int{v.Number: 2, "STM-000000-00000": 0} { // who has the old paper in hand finds both
		if got := b.As("rep1").Get("/v1/statements?number=" + number).Want(200); got.Len("data") != found {
			t.Errorf("%s: %s", number, got.Body)
		}
	}
	b.As("clerk").Post(path+"/send", object{"via": "link"}).WantProblem(409, "statement.superseded")
	if f := b.As("rep1").Get("/v1/me/follow-ups?kind=statement.dispute").Want(200); f.Len("data") != 0 {
		t.Errorf("still asked: %s", f.Body)
	}
	// The revision is confirmed on paper, with the file.
	path = "/v1/statements/" + a.ID()
	b.As("rep1").Post(path+"/confirm", object{"name": "陈示例", "attachment_ids": []string{b.file("rep1")}}).WantProblem(409, "resource.wrong_state") // it isn't sent
	b.As("clerk").Post(path+"/send", object{"via": "visit"}).Want(200)
	b.As("rep1").Post(path+"/confirm", object{"name": "陈示例", "attachment_ids": []string{b.file("rep1")}}).Want(200)
	b.clean()
}

func TestARV02_ARejectedDisputeLeavesTheStatementConfirmed(t *testing.T) {
	t.Parallel()
	b, v, _, owed := sent(t)
	path := "/v1/statements/" + v.ID.String()
	a := b.As("rep1").Post(path+"/dispute", object{"name": "陈示例", "attachment_ids": []string{b.file("rep1")}, "lines": []object{{"document_id": owed.ID, "reason": "price"}}}).Want(200)
	if a.String("state") != "disputed" {
		t.Errorf("%s", a.Body)
	}
	resolve := path + "/disputes/" + b.As("clerk").Get(path).String("disputes.0.id") + "/resolve"
	if a = b.As("clerk").Post(resolve, object{"reason": "与合同一致"}).Want(200); a.String("state") != "confirmed" || a.String("confirmed_via") != "resolution" {
		t.Errorf("%s", a.Body)
	}
	b.As("clerk").Post(resolve, object{"reason": "x"}).WantProblem(409, "resource.wrong_state")
}

// Who pays in full what they dispute has withdrawn the dispute; a payment from before doesn't count, and the statement settles.
func TestARV02_DisputedAndThenPaid(t *testing.T) {
	t.Parallel()
	b, v, token, owed := sent(t)
	b.guest(token).Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": owed.ID, "reason": "quantity"}}}).Want(200)
	sweep := func() (n int) {
		b.Tx(func(tx pg.Tx) (err error) {
			if n, err = b.svc.EndPaid(tx, 100); err != nil {
				return err
			}
			_, err = b.svc.SettleDue(tx, uuid.Nil, 100)
			return err
		})
		return n
	}
	b.at("2026-11-03 10:00")
	b.receive(b.customer, "999.99", "2026-11-03", receivable.Share{InvoiceID: owed.ID, Amount: money("999.99")})
	if n := sweep(); n != 0 {
		t.Errorf("%d ended with a fen open", n)
	}
	b.receive(b.customer, "0.01", "2026-11-03", receivable.Share{InvoiceID: owed.ID, Amount: money("0.01")})
	if n := sweep(); n != 1 {
		t.Errorf("%d ended", n)
	}
	a := b.As("clerk").Get("/v1/statements/" + v.ID.String()).Want(200)
	if a.String("state") != "settled" || a.String("disputes.0.state") != "paid" {
		t.Errorf("%s", a.Body)
	}
	b.clean()
}

// Of a confirmation and a dispute at the same instant one counts.
func TestRaceARV02_ConfirmAgainstDispute(t *testing.T) {
	t.Parallel()
	b, v, token, owed := sent(t)
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			err := b.DB.Tx(context.Background(), pg.System("race"), func(tx pg.Tx) error {
				if i%2 == 0 {
					_, err := b.svc.ConfirmLink(tx, token, "陈示例")
					return err
				}
				_, err := b.svc.DisputeLink(tx, token, "陈示例", []statement.Objection{{DocumentID: owed.ID, Reason: "price"}})
				return err
			})
			if err == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	state := b.As("clerk").Get("/v1/statements/" + v.ID.String()).Want(200).String("state")
	if won.Load() != 1 || state != "confirmed" && state != "disputed" {
		t.Errorf("%d won, and it is %s", won.Load(), state)
	}
}

func TestIllegalTransitionsOfAStatement(t *testing.T) {
	t.Parallel()
	want := map[statement.State]string{
		statement.Draft: "send", statement.Sent: "send confirm dispute", statement.Disputed: "dispute resolve", statement.Confirmed: "settle",
		statement.Settled: "", statement.Superseded: "",
	}
	for state, allowed := range want {
		got := ""
		for _, v := range []statement.Verb{statement.VerbSend, statement.VerbConfirm, statement.VerbDispute, statement.VerbResolve, statement.VerbSettle} {
			if (statement.Statement{State: state}).May(v) == nil {
				got += " " + string(v)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(prefixed(allowed)) {
			t.Errorf("%s: %q, want %q", state, got, allowed)
		}
	}
}

func prefixed(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

func TestBoundsOfTheBuckets(t *testing.T) {
	t.Parallel()
	b := statement.Bounds{BoundFirst: 30, BoundSecond: 60, BoundThird: 90}
	for days, name := range map[int]string{
		-1: "not_due", 0: "not_due", 1: "late_first", 30: "late_first", 31: "late_second", 60: "late_second", 61: "late_third", 90: "late_third", 91: "late_beyond",
	} {
		if got := b.Name(days); got != name {
			t.Errorf("%d days: %s, want %s", days, got, name)
		}
	}
}

// A remittance that names a statement pays what was invoiced until its end, the oldest first.
func TestARV01_ARemittanceNamesAStatement(t *testing.T) {
	t.Parallel()
	b, v, _, owed := sent(t)
	later := b.owe(b.customer, "500", "2026-11-01", "2026-10-15") // due earlier, but not on the statement
	r := b.receive(b.customer, "1200", "2026-11-02")
	at := "/v1/receipts/" + r.ID.String() + "/allocate"
	b.As("clerk").Post(at, object{"reference": "付对账单 " + v.Number + "1"}).WantProblem(422, "receipt.nothing_named")
	a := b.As("clerk").Post(at, object{"reference": "付对账单" + strings.ReplaceAll(v.Number, "-", " ") + " 货款"}).Want(200)
	if a.Len("allocations") != 1 || a.String("allocations.0.invoice_id") != owed.ID.String() || a.String("free") != "200.00" {
		t.Errorf("%s, not %s", a.Body, later.ID)
	}
	b.clean()
}

// The token of a link is kept nowhere: not with the answers for repetitions either, which come without it.
func TestARV02_TheTokenOfALinkIsKeptNowhere(t *testing.T) {
	t.Parallel()
	b, v, _, _ := sent(t)
	for path, in := range map[string]object{
		"/v1/statements/" + v.ID.String() + "/send": {"via": "link"}, "/v1/statements/send": {"via": "link", "statement_ids": []string{v.ID.String()}},
	} {
		key := uuid.NewString()
		send := func() apitest.Answer { return b.As("clerk").With("Idempotency-Key", key).Post(path, in).Want(200) }
		first, again := send(), send()
		token := first.String("token") + first.String("data.0.token")
		if token == "" || again.Header.Get("Idempotency-Replayed") != "true" || strings.Contains(string(again.Body), "token") {
			t.Errorf("%s: %s; again: %s", path, first.Body, again.Body)
		}
		b.guest(token).Get("/v1/public/statement").Want(200)
		var n int
		b.Tx(func(tx pg.Tx) error {
			return tx.Raw(`SELECT count(*) FROM idempotency_keys WHERE position(convert_to(?, 'UTF8') IN answer) > 0`, token).Scan(&n).Error
		})
		if n != 0 {
			t.Errorf("%s: the token is kept", path)
		}
	}
}
