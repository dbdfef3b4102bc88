package httpapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
)

// atTheRamp are two released notices that the keeper will be refused: one by credit, one paid first.
type atTheRamp struct {
	*apitest.Env
	customer, order, line    string
	credit, prepaid, receipt string
}

func rampOf(t *testing.T) atTheRamp {
	t.Helper()
	w := atTheRamp{Env: apitest.New(t)}
	w.customer = customerOf(w.Env)
	product := productAt(w.Env, "10")
	w.Tx(func(tx pg.Tx) error {
		return w.App.Server.Credits.SetOpening(tx, credit.Opening{
			CustomerID: uuid.MustParse(w.customer), Grade: credit.GradeA, Limit: credit.LimitOf(decimal.MustParse("98765.43")),
			Terms: credit.Terms{Settlement: credit.NetDays, Days: 30},
		})
	})
	body := orderBy(w.customer, product, "100", "13.5791")
	body["submit"], body["settlement"], body["terms_days"] = true, "net_days", 30
	o := w.As("rep1").Post("/v1/orders", body).Want(201)
	if o.String("state") != "confirmed" {
		t.Fatalf("%s", o.Body)
	}
	w.receipt = w.As("clerk").Post("/v1/receipts", object{
		"customer_id": w.customer, "amount": "2109.87", "method": "bank_transfer", "reference": uuid.NewString(), "received_on": onDay(0),
	}).Want(201).ID()
	w.order, w.line = o.ID(), o.String("lines.0.id")
	w.prepaid, w.credit = w.submitted("prepaid"), w.submitted("credit")
	for _, n := range []string{w.prepaid, w.credit} {
		w.As("clerk").Post("/v1/shipping-notices/"+n+"/check", object{}).Want(200)
	}
	w.As("manager").Post("/v1/shipping-notices/"+w.credit+"/release", object{}).Want(200)
	return w
}

func (w atTheRamp) submitted(flow string) string {
	n := w.As("rep1").Post("/v1/shipping-notices", object{
		"customer_id": w.customer, "flow": flow, "ship_date": onDay(3),
		"lines": []object{{"order_id": w.order, "order_line_id": w.line, "quantity": "10"}},
	}).Want(201).ID()
	w.As("rep1").Post("/v1/shipping-notices/"+n+"/submit", nil).Want(200)
	return n
}

func (w atTheRamp) dispatch(who, notice, query string) apitest.Answer {
	at := "/v1/shipping-notices/" + notice
	line := w.As("gm").Get(at).Want(200).String("lines.0.id")
	return w.As(who).With("Accept-Language", "en").Post(at+"/dispatch"+query, object{"vehicle": "浙A·12345", "lines": []object{{"notice_line_id": line, "quantity": "10"}}})
}

// Who sees no prices is refused without them: neither the amounts of a payment nor the decision about a limit is told at the ramp, and the same
// refusal tells finance all (ORD-03).
func TestORD03_RefusalsAtTheRampHaveNoAmounts(t *testing.T) {
	t.Parallel()
	w := rampOf(t)
	w.As("finance").Post("/v1/receipts/"+w.receipt+"/reverse", object{"reason": "退票"}).Want(200)
	got := w.dispatch("keeper", w.prepaid, "").WantProblem(422, "shipping.not_covered")
	w.silent(t, got)
	if !strings.Contains(got.String("detail"), "the rest must be received") {
		t.Errorf("the keeper isn't told why: %s", got.Body)
	}
	told := w.As("clerk").Post("/v1/shipping-notices/"+w.submitted("prepaid")+"/check", object{}).WantProblem(422, "shipping.not_covered")
	if told.String("params.amount") != "135.79" || told.String("decision.outcome") != "refused" || !strings.Contains(told.String("detail"), "135.79") {
		t.Errorf("finance: %s", told.Body)
	}

	w.Tx(func(tx pg.Tx) error {
		a, err := w.App.Server.Credits.Lock(tx, uuid.MustParse(w.customer))
		if err != nil {
			return err
		}
		return w.App.Server.Credits.Post(tx, a, credit.OpeningMove(uuid.New(), decimal.MustParse("543219.87"), clock.Today(tx.Now).AddDate(0, 0, 60)))
	})
	w.DB.Clock().SetOffset(w.DB.Clock().Offset() + 16*24*time.Hour)
	w.silent(t, w.dispatch("keeper", w.credit, "?validate_only=true").WantProblem(409, "shipping.check_outlived"))
	key := uuid.NewString()
	at := "/v1/shipping-notices/" + w.credit
	line := w.As("keeper").Get(at).Want(200).String("lines.0.id")
	for range 2 { // the stored answer of a repetition too
		w.silent(t, w.As("keeper").With("Idempotency-Key", key).Post(at+"/dispatch", object{
			"vehicle": "浙A·12345", "lines": []object{{"notice_line_id": line, "quantity": "10"}},
		}).WantProblem(409, "shipping.check_outlived"))
	}
}

// silent fails the test when a refusal tells an amount, a limit or what finance found.
func (w atTheRamp) silent(t *testing.T, a apitest.Answer) {
	t.Helper()
	for _, secret := range []string{"135.79", "98765.43", "543219.87", "2109.87", "decision", "covered\":", "amount\":"} {
		if strings.Contains(string(a.Body), secret) {
			t.Errorf("the warehouse is told %s: %s", secret, a.Body)
		}
	}
}
