package approval

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// sales are the gates whose matters say in facts what a sale costs the customer and what they owe, and titled those that say it in titles too.
var (
	sales  = []string{"order", "quote", "contract", "shipment", "credit", "price"}
	titled = []string{"order", "shipment", "credit", "price"}
)

// Unpriced is the request as it is shown to whom prices aren't (ORD-03): of a sale without the facts that speak of prices, amounts,
// terms and debts, under a title without amount, and without the reason why it ended. Requests of other matters are as they are.
func (r Request) Unpriced() Request {
	m := r.sale()
	if m == nil {
		return r
	}
	facts := map[string]any{}
	for _, f := range m.AllFacts() {
		if v, given := r.Facts[f.Name]; given && f.Open {
			facts[f.Name] = v
		}
	}
	r.Facts, r.CloseReason = facts, ""
	r.TitleEN, r.TitleZH = unpricedTitle(m, r.Number, r.TitleEN, r.TitleZH)
	return r
}

// sale is the request's matter if that is one of a sale, else nil.
func (r Request) sale() *Matter {
	m := matterOf(r.Matter)
	if m == nil || !slices.Contains(sales, m.Gate) {
		return nil
	}
	return m
}

// Unpriced is the dossier as it is shown to somebody who doesn't see prices: what others have written about a sale speaks of them, so
// only their own words are left.
func (d Dossier) Unpriced(reader uuid.UUID) Dossier {
	if d.sale() == nil {
		return d
	}
	d.Request = d.Request.Unpriced()
	d.Comments = slices.DeleteFunc(slices.Clone(d.Comments), func(c Comment) bool { return c.AuthorID != reader })
	d.Decisions = slices.Clone(d.Decisions)
	for i := range d.Decisions {
		if x := &d.Decisions[i]; x.DecidedBy != reader && x.RecordedBy != reader {
			x.Comment = ""
		}
	}
	d.Verbals = slices.Clone(d.Verbals)
	for i := range d.Verbals {
		if v := &d.Verbals[i]; v.GivenBy != reader && v.RecordedBy != reader {
			v.Purpose, v.Comment = "", ""
		}
	}
	return d
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
