package httpapi

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/salesgate/salesgate/internal/errs"
)

// neverFigures are parameters that are no figures of a sale in any refusal: names, numbers of documents, dates, states, counts and quantities.
var neverFigures = strings.Fields(`agreement ahead allotted at available channel choices column count current customer date days decimals difference
	drafted_on due_at ends_on expected fact field finished first found from given hour id kind last line lists lot lots matter matures_on max maximum min minimum
	minutes missing name noticed notices now number of on_hand order ordered owner parameter percent planned product promised_on quantity receipts
	required_role reserved retry_after revision role row same scale scope since stage starts_on state status times to tonnes unit until valid_from valid_until
	vehicle version wanted warehouse why why_zh word written_at years least`)

// quantitiesHere are parameters that are amounts in some refusals and no figures of a sale in these.
var quantitiesHere = []string{
	"allotment.not_allotted left", "goods_return.more_than_delivered left", "shipping.corrects_too_much left",
	"shipping.over_notice rest", "stock.over_prepared rest", "stock.lot_not_enough free", "stock.served_first free", "stock.served_first needed",
	"order.quantity_not_open open", "order.review_open open", "order_change.consequences_open open",
	"leave.too_late needed", "contract.below_called_off called",
}

// Every parameter of every refusal is either hidden from who sees no prices, or said here to be no figure of a sale: a new one can't slip through.
func TestORD03_EveryParameterOfARefusalIsJudged(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`\{(\w+)\}`)
	for _, d := range errs.All() {
		area, _, _ := strings.Cut(d.Code, ".")
		if slices.Contains(ofOurs, area) {
			continue
		}
		for _, m := range named.FindAllStringSubmatch(d.EN+d.ZH, -1) {
			_, masked := withheld(d.Code, map[string]any{m[1]: "1"})[m[1]].(hidden)
			if !masked && !slices.Contains(neverFigures, m[1]) && !slices.Contains(quantitiesHere, d.Code+" "+m[1]) {
				t.Errorf("%s says {%s}: is it a figure of a sale? Then withhold.go hides it; else say so here", d.Code, m[1])
			}
		}
	}
	for _, code := range []string{"shipping.not_covered covered", "shipping.special_too_little needed", "shipping.special_old_debt debt", "contract.total_below_called_off called"} {
		c, name, _ := strings.Cut(code, " ")
		if _, masked := withheld(c, map[string]any{name: "1"})[name].(hidden); !masked {
			t.Errorf("%s isn't hidden", code)
		}
	}
}
