package bankstatement

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/receivable"
)

// Reason is why a line is thought to be a customer's money.
type Reason string

// The reasons. The names are the API's.
const (
	ByNumber  Reason = "number_in_reference"
	ByAccount Reason = "known_account"
	ByName    Reason = "same_name"
	ByAmount  Reason = "exact_amount" // of one open invoice
	BySum     Reason = "exact_sum"    // of several
)

// Points are what each reason gives (parameters bank.*).
type Points map[Reason]int

// Proposal says whose money a line is, what it pays, and how sure that is.
type Proposal struct {
	CustomerID   uuid.UUID
	CustomerCode string
	CustomerName string
	Reasons      []Reason
	Confidence   int  // at most 100
	Ambiguous    bool // another customer is as likely
	Shares       []receivable.Share
	Numbers      []string // of what it pays
}

// candidate is a customer whose money a line may be.
type candidate struct {
	id         uuid.UUID
	code, name string
	payer      uuid.UUID
	known      bool       // pays from this account
	through    *time.Time // the last day of the statement that the reference names, nil when it names none
	items      []receivable.OpenItem
}

// most is the highest confidence.
const most = 100

// propose weighs the candidates of a line, the likeliest first. Who has no reason beside an amount that happens to be the same is left out
// unless nobody has any.
func propose(l Line, candidates []candidate, points Points) []Proposal {
	var out []Proposal
	for _, c := range candidates {
		if p := c.weigh(l, points); p.Confidence > 0 {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b Proposal) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), strings.Compare(a.CustomerCode, b.CustomerCode))
	})
	if len(out) > 1 && out[0].Confidence == out[1].Confidence {
		for i := range out {
			out[i].Ambiguous = out[i].Confidence == out[0].Confidence
		}
	}
	return out
}

// weigh adds up what speaks for one customer.
func (c candidate) weigh(l Line, points Points) Proposal {
	p := Proposal{CustomerID: c.id, CustomerCode: c.code, CustomerName: c.name}
	named := receivable.Named(l.Reference, c.items)
	if len(named) == 0 {
		named = c.stated()
	}
	if len(named) > 0 {
		p.Reasons = append(p.Reasons, ByNumber)
	}
	if c.known {
		p.Reasons = append(p.Reasons, ByAccount)
	}
	if sameName(c.name, l.PartyName) {
		p.Reasons = append(p.Reasons, ByName)
	}
	pool := c.items
	if len(named) > 0 {
		pool = named
	}
	paid := pick(l.Amount, pool)
	switch {
	case len(paid) == 1:
		p.Reasons = append(p.Reasons, ByAmount)
	case len(paid) > 1:
		p.Reasons = append(p.Reasons, BySum)
	case len(named) > 0:
		paid = named
	default:
		paid = c.items // the oldest first, as far as the money goes
	}
	p.Shares = receivable.Spread(l.Amount, paid)
	for i := range p.Shares {
		p.Numbers = append(p.Numbers, paid[i].Number)
	}
	for _, r := range p.Reasons {
		p.Confidence = min(most, p.Confidence+points[r])
	}
	return p
}

// stated are the items that stand on the statement that the reference names, as a remittance is laid over them.
func (c candidate) stated() []receivable.OpenItem {
	var out []receivable.OpenItem
	for _, v := range c.items {
		if c.through != nil && !v.InvoicedOn.After(*c.through) {
			out = append(out, v)
		}
	}
	return out
}

// sameName compares names of companies as customers are told apart.
func sameName(a, b string) bool {
	key := customer.NameKey(a)
	return key != "" && key == customer.NameKey(b)
}

// The bounds of the search for a sum: so many items, and so many tries.
const (
	sumItems = 40
	sumTries = 20_000
)

// pick finds what an amount pays exactly: one item, the oldest of that amount; else the oldest ones together; else any few. nil when
// there is nothing, or nothing was found within the bounds.
func pick(amount decimal.Decimal, items []receivable.OpenItem) []receivable.OpenItem {
	for _, v := range items {
		if v.Open.Equal(amount) {
			return []receivable.OpenItem{v}
		}
	}
	sum := decimal.Zero
	for i, v := range items {
		var err error
		if sum, err = sum.Add(v.Open); err != nil || sum.Cmp(amount) > 0 {
			break
		}
		if sum.Equal(amount) {
			return items[:i+1]
		}
	}
	s := search{items: items[:min(len(items), sumItems)], tries: sumTries}
	if s.from(0, amount) {
		return s.found
	}
	return nil
}

// search goes through sums of items, the oldest first, until one is exact.
type search struct {
	items []receivable.OpenItem
	found []receivable.OpenItem
	tries int
}

func (s *search) from(i int, left decimal.Decimal) bool {
	if left.IsZero() {
		return len(s.found) > 1
	}
	for ; i < len(s.items) && s.tries > 0; i++ {
		s.tries--
		rest, err := left.Sub(s.items[i].Open)
		if err != nil || rest.IsNeg() {
			continue
		}
		s.found = append(s.found, s.items[i])
		if s.from(i+1, rest) {
			return true
		}
		s.found = s.found[:len(s.found)-1]
	}
	return false
}
