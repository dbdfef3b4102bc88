package httpapi

import (
	"maps"
	"slices"
	"strings"

	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
)

// figuresOfSales are the parameters of refusals that say what a sale costs, what a customer owes, or on which terms they buy.
var figuresOfSales = []string{
	"agreed", "amount", "billed", "cost", "covered", "debt", "exposure", "floor", "grade", "limit", "overdue", "owed", "paid", "price", "sum", "terms", "total",
}

// sumsLeft say how much is left: of a quantity or, where the books of a customer refuse (ofBooks), of an amount.
var sumsLeft = []string{"free", "left", "open", "part", "rest"}

// sumsOf are parameters that are amounts in one refusal, whatever they are in others.
var sumsOf = []string{"shipping.special_too_little needed", "contract.total_below_called_off called"}

// The areas of codes, before their dot. In those of freight amounts are our own costs, which purchasing and the warehouse work with; those of
// requests speak of lengths and counts.
var (
	ofOurs  = []string{"carrier", "freight", "paper", "request", "transport"}
	ofBooks = []string{
		"bad_debt", "bill", "collection", "contract", "credit", "dispute", "invoice", "invoice_run", "invoicing", "promise", "receipt", "receivable", "refund",
		"tax_invoice", "write_off",
	}
)

// gatesWithoutSales are the gates whose decisions speak of vehicles, goods and lots only.
var gatesWithoutSales = []string{"gate", "loading", "stock"}

// shownTo returns a refusal as somebody may read it: who sees no prices is told why, and by which rule, without the figures of the sale
// and without what a gate judged by them (ORD-03). The refusal itself is left as it is.
func shownTo(who identity.Principal, e *errs.Error) *errs.Error {
	if who.Kind == "" || identity.SeesPrices(who) { // nobody is signed in: a customer with a link, who reads what is theirs
		return e
	}
	shown := *e
	shown.Params = withheld(e.Code, e.Params)
	shown.Fields = slices.Clone(e.Fields)
	for i, f := range shown.Fields {
		shown.Fields[i].Params = withheld(f.Code, f.Params)
	}
	if d, ok := e.Decision.(decision.Decision); ok && !slices.Contains(gatesWithoutSales, d.Gate) {
		shown.Decision = nil
	}
	return &shown
}

// hidden stands in a text for a figure that isn't shown; the problem's parameters go without it.
type hidden struct{}

// String implements fmt.Stringer.
func (hidden) String() string { return "***" }

// disclosed returns the parameters that aren't hidden, nil when there are none.
func disclosed(params map[string]any) *map[string]any {
	out := maps.Clone(params)
	maps.DeleteFunc(out, func(_ string, v any) bool { _, is := v.(hidden); return is })
	if len(out) == 0 {
		return nil
	}
	return &out
}

// withheld returns parameters without the figures of a sale.
func withheld(code string, params map[string]any) map[string]any {
	area, _, _ := strings.Cut(code, ".")
	if slices.Contains(ofOurs, area) {
		return params
	}
	out := make(map[string]any, len(params))
	for name, v := range params {
		if slices.Contains(figuresOfSales, name) || slices.Contains(ofBooks, area) && slices.Contains(sumsLeft, name) || slices.Contains(sumsOf, code+" "+name) {
			v = hidden{}
		}
		out[name] = v
	}
	return out
}
