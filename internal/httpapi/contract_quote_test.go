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
	"github.com/salesgate/salesgate/internal/quote"
)

// acceptedQuote writes an accepted quotation of a product at a price, for 10 to 1,000 of it, until a day from today.
func acceptedQuote(e *apitest.Env, customer, product, price string, until int) (id, line string) {
	now := time.Now().UTC()
	today, most, who := clock.Today(now), decimal.MustParse("1000"), uuid.MustParse(customer)
	q := quote.Quotation{
		ID: uuid.Must(uuid.NewV7()), CustomerID: &who, OwnerID: e.People["rep1"], State: quote.StateAccepted, Revision: 1, Total: decimal.Zero,
		Currency: "CNY", ValidFrom: today.AddDate(0, 0, -9), ValidUntil: today.AddDate(0, 0, until), Settlement: credit.Cash, Content: make([]byte, 32),
		SubmittedAt: &now, ApprovedAt: &now, SentAt: &now, AcceptedAt: &now, AcceptedBy: "陈示例", AcceptedThrough: "rep", CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	q.Number = "QT-TEST-" + q.ID.String()[24:]
	l := quote.Line{
		ID: uuid.Must(uuid.NewV7()), QuotationID: q.ID, LineNo: 1, ProductID: uuid.MustParse(product), Unit: "kg", MinQuantity: decimal.MustParse("10"),
		MaxQuantity: &most, Price: decimal.MustParse(price), NetPrice: decimal.MustParse(price), TaxRate: decimal.MustParse("0.13"),
	}
	e.Tx(func(tx pg.Tx) error {
		if err := pg.Insert(tx, &q); err != nil {
			return err
		}
		return pg.Insert(tx, &l)
	})
	return q.ID.String(), l.ID.String()
}

// A contract from an accepted quotation keeps its price base (QUO-05): at that price or better it passes as agreed there; a cent below it,
// outside its quantities or behind a header discount, base price and authority count, which here are the general manager's.
func TestCON02_LinesAtTheQuotationsPricePassAsAgreed(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	product, other, customer := productAt(e, "10"), productAt(e, "10"), customerOf(e)
	quotation, line := acceptedQuote(e, customer, product, "8", 0) // its last day is today
	body := func(quantity, price, discount string) object {
		l := goodsOf(product, quantity, price, 30)
		l["quotation_line_id"] = line
		b := contractBy(customer, l)
		b["quotation_id"], b["header_discount"] = quotation, discount
		return b
	}
	for _, tc := range []struct{ name, quantity, price, discount, route string }{
		{"at the price", "1000", "8", "0", "production sales_manager"},
		{"better", "10", "8.0001", "0", "production sales_manager"},
		{"below", "1000", "7.9999", "0", "production general_manager"},
		{"more than was quoted for", "1000.0001", "8", "0", "production general_manager"},
		{"less than was quoted for", "9.9999", "8", "0", "production general_manager"},
		{"behind a discount", "1000", "8", "0.01", "production general_manager"},
		{"above it less a discount", "1000", "8.01", "10", "production sales_manager"},
	} {
		if got := routeOf(e, submitted(e, body(tc.quantity, tc.price, tc.discount)).String("approval_id")); got != tc.route {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.route)
		}
	}
	rep := e.As("rep1")
	wrong := body("100", "8", "0")
	wrong["lines"].([]object)[0]["product_id"] = other
	rep.Post("/v1/contracts/"+rep.Post("/v1/contracts", wrong).Want(201).ID()+"/submit", nil).WantProblem(422, "contract.not_of_quotation")
	late, lateLine := acceptedQuote(e, customer, product, "8", -1)
	expired := body("100", "8", "0")
	expired["quotation_id"], expired["lines"].([]object)[0]["quotation_line_id"] = late, lateLine
	made := rep.Post("/v1/contracts", expired).Want(201)
	if a := rep.Post("/v1/contracts/"+made.ID()+"/submit", nil); a.Status < 400 || a.String("errors.0.pointer") != "/quotation_id" || a.String("decision.outcome") != "refused" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if copied := rep.Post("/v1/contracts/"+made.ID()+"/copy", nil).Want(201); copied.At("quotation_id") != nil || copied.At("lines.0.quotation_line_id") != nil {
		t.Errorf("the price base is copied: %s", copied.Body)
	}
}

// A contract has room for all that its quotation says: nothing of it is cut off on the way (QUO-05, CON-10).
func TestQUO05_CON10_AContractSaysAllThatItsQuotationSays(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	quotation, line := acceptedQuote(e, customerOf(e), productAt(e, "10"), "10", 0)
	long := strings.Repeat("云", 1000)
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE quotations SET delivery = ?, packing = ?, freight = ? WHERE id = ?", long, long, long, quotation).Error
	})
	got := e.As("rep1").Post("/v1/quotations/"+quotation+"/convert-to-contract", object{
		"starts_on": onDay(0), "ends_on": onDay(60), "lines": []object{{"quotation_line_id": line, "quantity": "100"}},
	}).Want(201)
	if got.String("delivery_place") != long || got.String("packing") != long || got.String("transport") != long {
		t.Errorf("%s", got.Body)
	}
}
