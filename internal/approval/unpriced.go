package approval

import (
	"fmt"
	"slices"
)

// sales are the gates whose matters say in facts what a sale costs the customer, and titled those that say it in titles too.
var (
	sales  = []string{"order", "quote", "contract", "shipment"}
	titled = []string{"order", "shipment"}
)

// Unpriced is the request as it is shown to whom prices aren't (ORD-03): of a sale without the facts that speak of prices, amounts,
// terms and debts, under a title without amount. Requests of other matters are as they are.
func (r Request) Unpriced() Request {
	m := matterOf(r.Matter)
	if m == nil || !slices.Contains(sales, m.Gate) {
		return r
	}
	facts := map[string]any{}
	for _, f := range m.AllFacts() {
		if v, given := r.Facts[f.Name]; given && f.Open {
			facts[f.Name] = v
		}
	}
	r.Facts = facts
	r.TitleEN, r.TitleZH = unpricedTitle(m, r.Number, r.TitleEN, r.TitleZH)
	return r
}

// Unpriced is the task as it is shown to whom prices aren't (ORD-03).
func (t MyTask) Unpriced() MyTask {
	if m := matterOf(t.Matter); m != nil {
		t.TitleEN, t.TitleZH = unpricedTitle(m, t.Number, t.TitleEN, t.TitleZH)
	}
	return t
}

func unpricedTitle(m *Matter, number, en, zh string) (string, string) {
	if !slices.Contains(titled, m.Gate) {
		return en, zh
	}
	return fmt.Sprintf("Decision on %s", number), fmt.Sprintf("%s 待审批", number)
}

func matterOf(name string) *Matter {
	i := slices.IndexFunc(Matters, func(m Matter) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return &Matters[i]
}
