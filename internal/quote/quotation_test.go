package quote_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
)

func TestQUO05_LifeOfAQuotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	made := w.create("rep1", offer(w.old, line(w.plain, "100", "9.75")))
	path := "/v1/quotations/" + made.ID()
	if made.String("state") != "draft" || !strings.HasPrefix(made.String("number"), "QT-") || made.String("total") != "975.00" {
		t.Fatalf("%s", made.Body)
	}
	tried := rep.Post(path+"/submit?validate_only=true", nil).Want(200)
	if tried.String("state") != "submitted" || rep.Get(path).Want(200).String("state") != "draft" || rep.Get(path+"/decisions").Want(200).Len("data") != 0 {
		t.Fatalf("%s", tried.Body)
	}
	asked := rep.Post(path+"/submit", nil).Want(200)
	if asked.String("state") != "submitted" || asked.String("decision.outcome") != "approval_required" {
		t.Fatalf("%s", asked.Body)
	}
	send := object{"channel": "email", "recipient": "陈示例"}
	rep.Post(path+"/send", send).WantProblem(409, "resource.wrong_state") // not before everyone with authority has signed
	rep.Patch(path, asked.ETag(), object{"remarks": "x"}).WantProblem(409, "resource.wrong_state")
	approval := "/v1/approvals/" + asked.String("approval_id")
	rep.Post(approval+"/approve", object{}).Want(403)
	w.As("supervisor").Post(approval+"/approve", object{}).Want(200)
	if got := rep.Get(path).Want(200); got.String("state") != "approved" || got.String("approved_at") == "" {
		t.Fatalf("%s", got.Body)
	}
	if got := rep.Post(path+"/send", send).Want(200); got.String("state") != "sent" || got.String("sendings.0.recipient") != "陈示例" {
		t.Fatalf("%s", got.Body)
	}
	if _, err := w.agreed(made.ID(), w.old); err == nil {
		t.Error("a sent quotation is a price base")
	}
	rep.Post(path+"/accept", object{"accepted_by": "陈示例", "attachment_ids": []string{}}).Want(422)
	rep.Post(path+"/accept", object{"accepted_by": "陈示例", "revision": 2, "attachment_ids": []string{w.file("rep1")}}).WantProblem(409, "quote.superseded")
	done := rep.Post(path+"/accept", object{"accepted_by": "陈示例", "revision": 1, "attachment_ids": []string{w.file("rep1")}}).Want(200)
	if done.String("state") != "accepted" || done.At("in_force") != true || done.Len("attachments") != 1 || done.String("accepted_through") != "rep" {
		t.Fatalf("%s", done.Body)
	}
	rep.Post(path+"/revise", object{"reason": "x"}).WantProblem(409, "resource.wrong_state")
	if n := rep.Get(path + "/decisions").Want(200).Len("data"); n != 2 {
		t.Errorf("%d decisions", n)
	}
	var actions []string
	events := rep.Get(path + "/timeline").Want(200)
	for i := range events.Len("data") {
		actions = append(actions, events.String(fmt.Sprintf("data.%d.action", i)))
	}
	if got := strings.Join(actions, " "); got != "createQuotation submitQuotation approveQuotation sendQuotation acceptQuotation" {
		t.Error(got)
	}
	for query, n := range map[string]int{
		"": 1, "?state=accepted": 1, "?state=draft": 0, "?customer_id=" + w.old: 1, "?number=" + made.String("number"): 1,
		"?valid_until=" + day(30): 1, "?valid_until=" + day(29): 0, "?owner_id=" + w.People["rep2"].String(): 0,
	} {
		if got := rep.Get("/v1/quotations" + query).Want(200).Len("data"); got != n {
			t.Errorf("%s: %d quotations, want %d", query, got, n)
		}
	}
	w.As("rep3").Get(path).Want(404)
	if w.As("rep3").Get("/v1/quotations").Want(200).Len("data") != 0 {
		t.Error("rep3 sees rep1's quotations")
	}
}

func TestPRC10_QuotationGoesToTheLowestRoleWhoseAuthorityCoversIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct{ who, price, discount, state, role string }{
		{"rep1", "9.80", "0", "approved", ""}, // exactly −2 %
		{"rep1", "9.7999", "0", "submitted", "supervisor"},
		{"rep1", "10", "2", "approved", ""},               // a discount is judged as the price it makes
		{"rep1", "10", "2.0001", "approved", ""},          // 9.79999 is sold at 9.8000, and judged as that
		{"rep1", "10", "2.01", "submitted", "supervisor"}, // 9.7990
		{"rep1", "9.70", "0", "submitted", "supervisor"},  // exactly −3 %
		{"rep1", "9.6999", "0", "submitted", "manager"},   // below
		{"rep1", "9.50", "0", "submitted", "manager"},     // exactly −5 %
		{"rep1", "9.20", "0", "submitted", "director"},    // exactly −8 %
		{"rep1", "9.1999", "0", "submitted", "gm"},        // beyond the department
		{"manager", "9.50", "0", "approved", ""},
		{"gm", "8", "0", "approved", ""},
	} {
		body := offer(w.old, line(w.plain, "100", c.price))
		body["discount_percent"] = c.discount
		if c.who == "gm" {
			continue // doesn't write quotations
		}
		q := w.create(c.who, body)
		got := w.As(c.who).Post("/v1/quotations/"+q.ID()+"/submit", nil).Want(200)
		if got.String("state") != c.state {
			t.Errorf("%+v: %s", c, got.String("state"))
			continue
		}
		if c.role != "" {
			w.As(c.role).Post("/v1/approvals/"+got.String("approval_id")+"/approve", object{}).Want(200)
			if now := w.As(c.who).Get("/v1/quotations/" + q.ID()).String("state"); now != "approved" {
				t.Errorf("%+v: after %s %s", c, c.role, now)
			}
		}
	}
}

func TestPRC12_BelowTheFloorOnlyTheGeneralManagerQuotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for price, state := range map[string]string{"9.90": "approved", "9.8999": "submitted"} {
		q := w.create("rep1", offer(w.old, line(w.floored, "100", price)))
		got := w.As("rep1").Post("/v1/quotations/"+q.ID()+"/submit", nil).Want(200)
		if got.String("state") != state {
			t.Errorf("%s: %s", price, got.Body)
		}
		if state == "submitted" {
			w.As("manager").Post("/v1/approvals/"+got.String("approval_id")+"/approve", object{}).Want(403)
			w.As("gm").Post("/v1/approvals/"+got.String("approval_id")+"/approve", object{}).Want(200)
		}
	}
}

func TestPRC03_NewProductWithoutInitialPriceCantBeQuoted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.create("rep1", offer(w.old, line(w.fresh, "100", "10")))
	got := w.As("rep1").Post("/v1/quotations/"+q.ID()+"/submit", nil).Want(422)
	if got.String("decision.outcome") != "refused" || !strings.HasPrefix(got.String("code"), "pricing.") {
		t.Errorf("%s", got.Body)
	}
}

func TestQUO05_WrongInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	with := func(change func(o, l object)) object {
		l := line(w.plain, "100", "10")
		o := offer(w.old, l)
		change(o, l)
		return o
	}
	for name, c := range map[string]struct {
		body object
		code string
	}{
		"unit":     {with(func(_, l object) { l["unit"] = "t" }), "quote.unit"},
		"quantity": {with(func(_, l object) { l["min_quantity"] = "0" }), "quote.quantity"},
		"range":    {with(func(_, l object) { l["max_quantity"] = "99.9999" }), "quote.range"},
		"dates":    {with(func(o, _ object) { o["valid_until"] = day(-1) }), "quote.dates"},
		"terms":    {with(func(o, _ object) { o["settlement"], o["terms_days"] = "cash", 1 }), "quote.terms"},
		"product":  {with(func(_, l object) { l["product_id"] = uuid.NewString() }), "quote.no_product"},
		"nobody":   {with(func(o, _ object) { delete(o, "customer_id") }), "quote.party"},
		"both":     {with(func(o, _ object) { o["prospect_id"] = uuid.NewString() }), "quote.party"},
		"foreign":  {with(func(o, _ object) { o["customer_id"] = uuid.NewString() }), "quote.party"},
		"inquiry":  {with(func(o, _ object) { o["inquiry_id"] = uuid.NewString() }), "inquiry.other_party"},
		"absurd":   {with(func(_, l object) { l["min_quantity"], l["price"] = "9999999999999", "9999999999999" }), "quote.too_large"},
	} {
		if got := rep.Post("/v1/quotations", c.body).Want(422); got.String("code") != c.code {
			t.Errorf("%s: %s", name, got.Body)
		}
	}
	rep.Post("/v1/quotations", with(func(_, l object) { l["min_quantity"] = "-1" })).Want(400)
	rep.Post("/v1/quotations", with(func(o, _ object) { o["discount_percent"] = "100" })).Want(400)
	overlap := offer(w.old, object{"product_id": w.plain, "min_quantity": "1", "max_quantity": "100", "price": "10"}, line(w.plain, "100", "9.9"))
	rep.Post("/v1/quotations", overlap).WantProblem(422, "quote.ranges_overlap")
	tiers := offer(w.old, object{"product_id": w.plain, "min_quantity": "1", "max_quantity": "99.9999", "price": "10"}, line(w.plain, "100", "9.9"))
	rep.Post("/v1/quotations", tiers).Want(201)
}

func TestQUO05_PriceBaseUntilTheLastDayIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accepted(w.old)
	a, err := w.agreed(id, w.old)
	if err != nil || len(a.Lines) != 1 {
		t.Fatal(a, err)
	}
	for _, l := range a.Lines {
		if l.Price.String() != "9.9000" || l.Covers(dec("99.9999")) || !l.Covers(dec("100")) || l.MaxQuantity != nil {
			t.Errorf("%+v", l)
		}
	}
	if _, err := w.agreed(id, w.new); err == nil {
		t.Error("another customer's")
	}
	w.clockAt(day(30) + " 23:59:58")
	if _, err := w.agreed(id, w.old); err != nil {
		t.Error("on the last day:", err)
	}
	w.clockAt(day(31) + " 00:00:01")
	_, err = w.agreed(id, w.old)
	wantErr(t, err, quote.ErrExpired, "the day after")
}

func TestQUO05_AcceptedAfterExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	first, second := w.sent(w.old), w.sent(w.old)
	token := rep.Post("/v1/quotations/"+second+"/link", nil).Want(201).String("token")
	accept := func(id string) object {
		return object{"accepted_by": "陈示例", "attachment_ids": []string{w.file("rep1")}}
	}
	w.clockAt(day(30) + " 23:59:50")
	rep.Post("/v1/quotations/"+first+"/accept?validate_only=true", accept(first)).Want(200)
	w.clockAt(day(31) + " 00:00:01")
	rep.Post("/v1/quotations/"+first+"/accept", accept(first)).WantProblem(409, "quote.over") // the job hasn't run
	if got := rep.Get("/v1/quotations/" + first).Want(200); got.At("expired") != true || got.String("state") != "sent" {
		t.Errorf("%s", got.Body)
	}
	w.As("").With("X-Quotation-Token", token).Get("/v1/public/quotation").WantProblem(410, "quote.link_gone")
	rep.Post("/v1/quotations/"+first+"/send", object{"channel": "fax", "recipient": "陈示例"}).WantProblem(409, "quote.over")
	w.Tx(func(tx pg.Tx) error {
		n, err := w.quotes.Expire(tx, 1)
		if n != 1 {
			t.Errorf("%d expired", n)
		}
		return err
	})
	w.Tx(func(tx pg.Tx) error { _, err := w.quotes.Expire(tx, 100); return err })
	w.Tx(func(tx pg.Tx) error {
		n, err := w.quotes.Expire(tx, 100)
		if n != 0 {
			t.Errorf("%d expired again", n)
		}
		return err
	})
	rep.Post("/v1/quotations/"+first+"/accept", accept(first)).WantProblem(409, "resource.wrong_state")
	again := rep.Post("/v1/quotations/"+first+"/revise", object{"reason": "延长有效期"}).Want(200)
	rep.Post("/v1/quotations/"+first+"/submit", nil).WantProblem(409, "quote.over")
	rep.Patch("/v1/quotations/"+first, again.ETag(), object{"valid_until": day(60)}).Want(200)
	if got := rep.Post("/v1/quotations/"+first+"/submit", nil).Want(200); got.String("state") != "approved" || got.At("revision") != float64(2) {
		t.Errorf("%s", got.Body)
	}
}

func TestQUO05_BasePricesThatChangeBetween(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	id, early := w.sent(w.old), w.create("rep1", offer(w.old, line(w.plain, "100", "9.90"))).ID()
	rep.Post("/v1/quotations/"+early+"/submit", nil).Want(200)
	w.later(time.Minute)
	w.setBase(w.plain, "10.1020", "") // 9.90 is −1.9996 %: still the rep's own
	w.later(time.Minute)
	accept := func() object { return object{"accepted_by": "陈示例", "attachment_ids": []string{w.file("rep1")}} }
	rep.Post("/v1/quotations/"+id+"/accept?validate_only=true", accept()).Want(200)
	w.setBase(w.plain, "10.1021", "") // −2.0006 %: the supervisor's by now
	w.later(time.Minute)
	rep.Post("/v1/quotations/"+early+"/send", object{"channel": "email", "recipient": "陈示例"}).WantProblem(409, "quote.prices_changed")
	refused := rep.Post("/v1/quotations/"+id+"/accept", accept()).WantProblem(409, "quote.prices_changed")
	if refused.String("decision.outcome") != "refused" || rep.Get("/v1/quotations/"+id).String("state") != "sent" {
		t.Errorf("%s", refused.Body)
	}
	w.set("quote.binds_over_price_change", "true")
	w.later(time.Minute)
	if got := rep.Post("/v1/quotations/"+id+"/accept", accept()).Want(200); got.String("state") != "accepted" {
		t.Errorf("%s", got.Body)
	}
	last := rep.Get("/v1/quotations/" + id + "/decisions").Want(200)
	if n := last.Len("data"); last.String(fmt.Sprintf("data.%d.checks.%d.rule", n-1, last.Len(fmt.Sprintf("data.%d.checks", n-1))-1)) != "QUO-05" {
		t.Errorf("not recorded: %s", last.Body)
	}
}

func TestQUO05_RevisionsShowTheirDifferencesAndTheOldOneIsDead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	id := w.sent(w.old)
	path := "/v1/quotations/" + id
	token := rep.Post(path+"/link", nil).Want(201).String("token")
	public := w.As("").With("X-Quotation-Token", token)
	if got := public.Get("/v1/public/quotation").Want(200); got.String("lines.0.price") != "9.9000" || strings.Contains(string(got.Body), "owner") {
		t.Errorf("%s", got.Body)
	}
	rep.Post(path+"/revise", object{"reason": "  "}).WantProblem(422, "quote.reason_missing")
	open := rep.Post(path+"/revise", object{"reason": "客户要求降价"}).Want(200)
	public.Get("/v1/public/quotation").WantProblem(410, "quote.link_gone")
	public.Post("/v1/public/quotation", object{"accepted": true, "name": "陈示例"}).WantProblem(410, "quote.link_gone")
	rep.Patch(path, open.ETag(), object{"valid_until": day(20), "lines": []object{line(w.plain, "100", "9.85"), line(w.floored, "5", "10")}}).Want(200)
	all := rep.Get(path + "/revisions").Want(200)
	var fields []string
	for i := range all.Len("differences") {
		fields = append(fields, all.String(fmt.Sprintf("differences.%d.field", i)))
	}
	text := strings.Join(fields, " ")
	if all.Len("data") != 1 || all.String("data.0.state") != "superseded" || all.String("data.0.superseded_in") != "sent" ||
		!strings.Contains(text, "lines/"+w.plain+"/100.0000/net_price") || !strings.Contains(text, "valid_until") || !strings.Contains(text, w.floored) {
		t.Errorf("%s\n%s", text, all.Body)
	}
	if got := rep.Post(path+"/submit", nil).Want(200); got.String("state") != "approved" || got.At("sent_at") != nil {
		t.Errorf("%s", got.Body)
	}
}

func TestPRC10_EditedAfterApprovalOnlyWhatGotWorseIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	q := w.create("rep1", offer(w.old, line(w.plain, "100", "9.72")))
	path := "/v1/quotations/" + q.ID()
	asked := rep.Post(path+"/submit", nil).Want(200)
	w.As("supervisor").Post("/v1/approvals/"+asked.String("approval_id")+"/approve", object{}).Want(200)
	edit := func(change object) string {
		open := rep.Post(path+"/revise", object{"reason": "改"}).Want(200)
		rep.Patch(path, open.ETag(), change).Want(200)
		return rep.Post(path+"/submit", nil).Want(200).String("state")
	}
	if got := w.As("supervisor").Get("/v1/approvals/" + asked.String("approval_id")).Want(200).String("approval.state"); got != "approved" {
		t.Fatal(got)
	}
	if got := edit(object{"remarks": "另附样品"}); got != "approved" {
		t.Errorf("the same prices: %s", got)
	}
	if got := edit(object{"lines": []object{line(w.plain, "100", "9.73")}}); got != "approved" {
		t.Errorf("a better price: %s", got)
	}
	if got := edit(object{"lines": []object{line(w.plain, "100", "9.71")}}); got != "submitted" {
		t.Errorf("a worse price: %s", got)
	}
	if got := w.As("supervisor").Get("/v1/approvals/" + asked.String("approval_id")).Want(200).String("approval.state"); got != "void" {
		t.Errorf("the first approval is %s", got)
	}
	copied := rep.Post(path+"/copy", nil).Want(201)
	if got := rep.Post("/v1/quotations/"+copied.ID()+"/submit", nil).Want(200).String("state"); got != "submitted" {
		t.Errorf("a copied quotation: %s", got)
	}
}

func TestQUO05_TheCustomersLinkAnswersOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep := w.As("rep1")
	yes, no := w.sent(w.old), w.sent(w.old)
	link := func(id string) string { return rep.Post("/v1/quotations/"+id+"/link", nil).Want(201).String("token") }
	old := link(yes)
	public := w.As("").With("X-Quotation-Token", link(yes))
	w.As("").With("X-Quotation-Token", old).Get("/v1/public/quotation").WantProblem(410, "quote.link_gone")
	w.As("").With("X-Quotation-Token", strings.Repeat("a", 30)).Get("/v1/public/quotation").WantProblem(404, "quote.no_such_link")
	if got := public.Post("/v1/public/quotation", object{"accepted": true, "name": "陈示例"}).Want(200); got.String("state") != "accepted" {
		t.Errorf("%s", got.Body)
	}
	public.Post("/v1/public/quotation", object{"accepted": false, "name": "陈示例", "reason": "x"}).WantProblem(410, "quote.link_gone")
	if got := rep.Get("/v1/quotations/" + yes).Want(200); got.String("accepted_through") != "link" || got.String("accepted_by") != "陈示例" {
		t.Errorf("%s", got.Body)
	}
	if _, err := w.agreed(yes, w.old); err != nil {
		t.Error(err)
	}
	public = w.As("").With("X-Quotation-Token", link(no))
	public.Post("/v1/public/quotation", object{"accepted": false, "name": "陈示例"}).WantProblem(422, "quote.reason_missing")
	public.Post("/v1/public/quotation", object{"accepted": false, "name": "陈示例", "reason": "价格偏高"}).Want(200)
	if got := rep.Get("/v1/quotations/" + no).Want(200); got.String("state") != "declined" || got.String("state_reason") != "价格偏高" {
		t.Errorf("%s", got.Body)
	}
	third := w.sent(w.old)
	public = w.As("").With("X-Quotation-Token", link(third))
	rep.Delete("/v1/quotations/"+third+"/link", "").Want(200)
	public.Get("/v1/public/quotation").WantProblem(410, "quote.link_gone")
}

func TestQUO05_LinesOfASentQuotationAreFrozenInTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.sent(w.old)
	for name, query := range map[string]string{
		"lines":      "UPDATE quotation_lines SET net_price = 1 WHERE quotation_id = ?",
		"unsigned":   "UPDATE quotations SET approved_at = NULL WHERE id = ?",
		"silent yes": "UPDATE quotations SET state = 'accepted' WHERE id = ?",
		"sendings":   "UPDATE quotation_sendings SET recipient = 'x' WHERE quotation_id = ?",
		"range":      "UPDATE quotations SET valid_until = valid_from - 1 WHERE id = ?",
		"discount":   "UPDATE quotations SET discount_percent = 100 WHERE id = ?",
		"terms":      "UPDATE quotations SET settlement = 'cash', terms_days = 3 WHERE id = ?",
	} {
		err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(query, id).Error })
		if err == nil {
			t.Errorf("%s: nothing stopped it", name)
		}
	}
}
