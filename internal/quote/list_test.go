package quote_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
)

// seed makes n quotations and inquiries for each of the world's customers with set-based SQL.
func seed(w *world, n int) {
	w.t.Helper()
	w.Tx(func(tx pg.Tx) error {
		for _, customer := range []string{w.old, w.new} {
			for _, query := range []string{
				`INSERT INTO quotations (id, number, customer_id, owner_id, state, revision, discount_percent, total, currency, valid_from, valid_until,
					settlement, terms_days, delivery, packing, freight, remarks, state_reason, content, unapproved, accepted_by, accepted_through,
					created_at, updated_at, version)
				SELECT gen_random_uuid(), 'S-' || ?::text || g, ?::uuid, ?::uuid, 'draft', 1, 0, 0, 'CNY', current_date, current_date + 30,
					'cash', 0, '', '', '', '', '', '', false, '', '', now(), now(), 1 FROM generate_series(1, ?) g`,
				`INSERT INTO inquiries (id, number, customer_id, owner_id, state, channel, received_at, new_customer, due_at, needs, close_reason,
					created_at, updated_at, version)
				SELECT gen_random_uuid(), 'I-' || ?::text || g, ?::uuid, ?::uuid, 'open', 'phone', now(), true, now() + interval '2 days', '', '',
					now(), now(), 1 FROM generate_series(1, ?) g`,
			} {
				if err := tx.Exec(query, customer, customer, w.People["rep1"], n).Error; err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func TestORG06_ListsAreOneStatementAndPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seed(w, 30)
	for _, who := range []string{"rep1", "supervisor", "manager", "gm"} {
		p := w.Principal(who)
		for _, f := range []quote.Filter{{}, {State: "draft"}, {CustomerID: new(uuid.MustParse(w.old))}} {
			seen, cursor := map[uuid.UUID]bool{}, ""
			for page := 0; page == 0 || cursor != ""; page++ {
				ctx, probe := pg.WithProbe(context.Background(), 0)
				err := w.DB.View(ctx, p.Origin("test"), func(tx pg.Tx) error {
					rows, next, err := w.quotes.List(tx, p, f, pg.Page{Limit: 25, Cursor: cursor})
					for _, r := range rows {
						if seen[r.ID] {
							t.Errorf("%s twice", r.Number)
						}
						seen[r.ID] = true
					}
					cursor = next
					return err
				})
				if err != nil || probe.Statements() != 1 {
					t.Fatalf("%s %+v: %v, %d statements", who, f, err, probe.Statements())
				}
			}
			want := 60
			if f.CustomerID != nil {
				want = 30
			}
			if len(seen) != want {
				t.Errorf("%s %+v: %d quotations", who, f, len(seen))
			}
		}
	}
	if n := w.As("rep3").Get("/v1/inquiries").Want(200).Len("data"); n != 0 {
		t.Errorf("rep3 sees %d", n)
	}
	if n := w.As("rep1").Get("/v1/inquiries?limit=200").Want(200).Len("data"); n != 60 {
		t.Errorf("rep1 sees %d", n)
	}
}

func TestQueriesOnGrowingTablesUseIndexes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seed(w, 20000)
	w.Tx(func(tx pg.Tx) error { return tx.Exec("ANALYZE quotations").Error })
	w.Tx(func(tx pg.Tx) error { return tx.Exec("ANALYZE inquiries").Error })
	rep := w.People["rep1"]
	for name, query := range map[string]string{
		"by owner":     fmt.Sprintf("SELECT * FROM quotations WHERE id < '%s' AND owner_id = '%s' AND state = 'draft' ORDER BY id DESC LIMIT 51", uuid.Max, rep),
		"all":          fmt.Sprintf("SELECT * FROM quotations WHERE id < '%s' ORDER BY id DESC LIMIT 51", uuid.Max),
		"by state":     fmt.Sprintf("SELECT * FROM quotations WHERE id < '%s' AND state = 'sent' ORDER BY id DESC LIMIT 51", uuid.Max),
		"by number":    "SELECT * FROM quotations WHERE number = 'x'",
		"running out":  "SELECT * FROM quotations WHERE state IN ('approved', 'sent') AND valid_until < current_date ORDER BY valid_until, id LIMIT 100",
		"by inquiry":   fmt.Sprintf("SELECT * FROM quotations WHERE inquiry_id = '%s' ORDER BY id DESC LIMIT 51", rep),
		"overdue":      "SELECT * FROM inquiries WHERE state = 'open' AND due_at IS NOT NULL AND due_at < now() LIMIT 51",
		"owner's asks": fmt.Sprintf("SELECT * FROM inquiries WHERE owner_id = '%s' AND state = 'open' ORDER BY id DESC LIMIT 51", rep),
		"agreed":       fmt.Sprintf("SELECT * FROM quotations q JOIN quotation_lines l ON l.quotation_id = q.id WHERE q.id = '%s'", rep),
	} {
		var plan []string
		w.Tx(func(tx pg.Tx) error { return tx.Raw("EXPLAIN " + query).Scan(&plan).Error })
		if text := strings.Join(plan, "\n"); strings.Contains(text, "Seq Scan on quotations") || strings.Contains(text, "Seq Scan on inquiries") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

func TestORG06_QuotationsFollowTheOwnerOfTheirCustomer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ask := w.As("rep1").Post("/v1/inquiries", object{"channel": "fax", "customer_id": w.old}).Want(201).ID()
	q := w.create("rep1", offer(w.old, line(w.plain, "100", "9.75")))
	approval := w.As("rep1").Post("/v1/quotations/"+q.ID()+"/submit", nil).Want(200).String("approval_id")
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE customers SET owner_id = ?, version = version + 1 WHERE id = ?", w.People["rep3"], w.old).Error
	})
	for _, path := range []string{"/v1/inquiries/" + ask, "/v1/quotations/" + q.ID()} {
		w.As("rep1").Get(path).Want(404)
		w.As("rep3").Get(path).Want(200)
	}
	w.As("rep3").Get("/v1/approvals/" + approval).Want(200)
}

func TestCUS03_AProspectsQuotationsBecomeTheCustomers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep, prospect := w.As("rep1"), w.prospect()
	ask := rep.Post("/v1/inquiries", object{"channel": "fax", "prospect_id": prospect}).Want(201).ID()
	fill(w, object{"prospect_id": prospect})
	body := object{"prospect_id": prospect, "inquiry_id": ask, "valid_from": day(0), "valid_until": day(30), "lines": []object{line(w.plain, "100", "9.90")}}
	id := w.create("rep1", body).ID()
	path := "/v1/quotations/" + id
	rep.Post(path+"/submit", nil).Want(200)
	rep.Post(path+"/send", object{"channel": "email", "recipient": "李示例"}).Want(200)
	rep.Post(path+"/accept", object{"accepted_by": "李示例", "attachment_ids": []string{w.file("rep1")}}).Want(200)
	done := rep.Post("/v1/prospects/"+prospect+"/convert", object{"attachment_ids": []string{w.file("rep1")}, "address": "绍兴示例路 1 号"}).Want(200)
	customer := done.String("customer.id")
	for _, one := range []string{path, "/v1/inquiries/" + ask} {
		if got := rep.Get(one).Want(200).String("customer_id"); got != customer {
			t.Errorf("%s is of customer %q", one, got)
		}
	}
	if a, err := w.agreed(id, customer); err != nil || len(a.Lines) != 1 {
		t.Errorf("%+v %v", a, err)
	}
	second := rep.Post("/v1/demand-surveys", survey(object{"customer_id": customer})).Want(201)
	if second.At("revision") != float64(2) || rep.Get("/v1/demand-surveys?customer_id="+customer).Want(200).Len("data") != 2 {
		t.Errorf("%s", second.Body)
	}
}

func TestQuotationIllegalTransitions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	who := identity.System()
	for _, state := range quote.States {
		q := quote.Quotation{State: state}
		var may []string
		for _, v := range quote.Verbs {
			if q.May(v) == nil {
				may = append(may, string(v))
			}
		}
		want := map[quote.State]string{
			quote.StateDraft:     "updateQuotation submitQuotation cancelQuotation recordUnapprovedDeal copyQuotation",
			quote.StateSubmitted: "approveQuotation returnQuotation reviseQuotation cancelQuotation recordUnapprovedDeal copyQuotation",
			quote.StateApproved:  "sendQuotation reviseQuotation cancelQuotation expireQuotation copyQuotation",
			quote.StateSent:      "sendQuotation acceptQuotation declineQuotation reviseQuotation cancelQuotation expireQuotation copyQuotation",
			quote.StateAccepted:  "copyQuotation", quote.StateCancelled: "copyQuotation",
			quote.StateDeclined: "reviseQuotation copyQuotation", quote.StateExpired: "reviseQuotation copyQuotation",
		}[state]
		if got := strings.Join(may, " "); got != want {
			t.Errorf("%s: %s", state, got)
		}
	}
	w.Tx(func(tx pg.Tx) error {
		if _, err := w.quotes.Get(tx, who, uuid.New()); err == nil {
			t.Error("found nothing")
		}
		return nil
	})
}
