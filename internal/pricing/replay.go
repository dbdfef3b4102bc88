package pricing

import (
	"encoding/json"
	"slices"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Basis is all that the price gate judged an order by, and what it said. It is stored with the order's decision, so that
// the case can be judged again under another price authority table.
type Basis struct {
	Table    string          `json:"table"` // number of the table then in force
	Roles    []identity.Role `json:"roles"` // of the submitter
	Discount decimal.Decimal `json:"discount"`
	Lines    []BasisLine     `json:"lines"`
	Sale     Sale            `json:"sale"`            // what was said
	Grade    string          `json:"grade,omitempty"` // of the customer, for counting; the order fills it in
}

// BasisLine is one line with the base price of then.
type BasisLine struct {
	Product  uuid.UUID        `json:"product"`
	Code     string           `json:"code"`
	Category *uuid.UUID       `json:"category,omitempty"`
	Quantity decimal.Decimal  `json:"quantity"`
	Price    decimal.Decimal  `json:"price"`
	Base     decimal.Decimal  `json:"base"`
	Floor    *decimal.Decimal `json:"floor,omitempty"`
	Initial  bool             `json:"initial,omitempty"` // Base is the initial price of a new product (PRC-03)
	Agreed   *Agreed          `json:"agreed,omitempty"`  // by which the price stood (QUO-05, CON-09)
}

// Sale says who may sell an order so.
type Sale struct {
	Within   bool          `json:"within"`             // the submitter
	Required identity.Role `json:"required,omitempty"` // the lowest role that may
}

// BasisOf is what the question was judged by. Use it only for an answer without error.
func BasisOf(q Question, a Answer) *Basis {
	b := &Basis{
		Table: a.AuthorityNumber, Roles: q.Roles, Discount: q.HeaderDiscount, Lines: make([]BasisLine, len(a.Lines)),
		Sale: Sale{Within: a.Within, Required: a.RequiredRole},
	}
	for i, l := range a.Lines {
		b.Lines[i] = BasisLine{
			Product: l.Product.ID, Code: l.Product.Code, Category: l.Product.CategoryID, Quantity: l.Quantity, Price: l.Price,
			Base: l.BasePrice, Floor: l.FloorPrice, Initial: l.Initial, Agreed: l.Agreed,
		}
	}
	return b
}

// ReadBasis reads what a decision stored.
func ReadBasis(inputs json.RawMessage) (Basis, error) {
	var b Basis
	return b, json.Unmarshal(inputs, &b)
}

// Earlier returns the earlier approval of a document that may count on for what didn't get worse, nil for none: only while no price did
// (PRC-10, PRC-12). The facts of its matter say who has to agree to the prices, and not what they are, so approval can't compare those.
// One statement, none without an earlier approval.
func Earlier(tx pg.Tx, subjectType string, subjectID uuid.UUID, approvalID *uuid.UUID, basis *Basis) (*uuid.UUID, error) {
	if approvalID == nil || basis == nil {
		return nil, nil
	}
	inputs, err := decision.InputsOf(tx, subjectType, subjectID, *approvalID)
	if err != nil || inputs == nil {
		return nil, err
	}
	approved, err := ReadBasis(inputs)
	if err != nil || !basis.NoWorse(approved) {
		return nil, err
	}
	return approvalID, nil
}

// NoWorse reports whether nothing about the prices is worse than it was: each line sells a product that was sold then, at no
// lower price, from no higher base or floor, no more is taken off the whole, and nobody higher has to agree to it because less
// of a product is ordered, whose price holds from a quantity on. Whoever agreed to that has agreed to this.
func (b Basis) NoWorse(than Basis) bool {
	if b.Sale.Level() > than.Sale.Level() && !b.noLess(than) {
		return false
	}
	left := slices.Clone(than.Lines)
	for _, l := range b.Lines {
		at := slices.IndexFunc(left, l.noWorse)
		if at < 0 {
			return false
		}
		left = slices.Delete(left, at, at+1)
	}
	if !b.Discount.IsPos() {
		return true
	}
	now, errNow := gross(b.Lines)
	then, errThen := gross(than.Lines)
	return errNow == nil && errThen == nil && b.Discount.Cmp(than.Discount) <= 0 && now.Cmp(then) >= 0
}

// noLess reports whether of each product at least as much is ordered as was (PRC-09).
func (b Basis) noLess(than Basis) bool {
	q, _ := b.question()
	was, _ := than.question()
	now, then := orderedOf(q), orderedOf(was)
	for product, quantity := range now {
		if before := then[product]; before == nil || quantity.Cmp(before) < 0 {
			return false
		}
	}
	return true
}

func (l BasisLine) noWorse(than BasisLine) bool {
	floor := l.Floor == nil || than.Floor != nil && l.Floor.Cmp(*than.Floor) <= 0
	if l.Agreed != nil { // asked where it was agreed
		return l.Product == than.Product
	}
	if than.Agreed != nil { // nobody was asked then
		return false
	}
	if l.Initial && !than.Initial { // under what nobody has set authority for
		return false
	}
	return l.Product == than.Product && l.Price.Cmp(than.Price) >= 0 && l.Base.Cmp(than.Base) <= 0 && floor
}

func gross(lines []BasisLine) (decimal.Decimal, error) {
	sum := decimal.Zero
	for _, l := range lines {
		amount, err := l.Price.Mul(l.Quantity)
		if err != nil {
			return sum, err
		}
		if sum, err = sum.Add(amount); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// Trial is a price authority table that is tried, made ready once.
type Trial struct{ table *authority }

// NewTrial checks the entries as a table's are checked, and returns what judges by them. Returns what
// CreatePriceAuthorityTable does for entries that can't work.
func NewTrial(name string, entries []Entry) (*Trial, error) {
	if err := checkEntries(entries); err != nil {
		return nil, err
	}
	return &Trial{newAuthority(uuid.Nil, name, entries)}, nil
}

// Judge judges the case again under the table that is tried, by the very code of the gate: against the base or initial prices of
// then.
func (t *Trial) Judge(b Basis) (Sale, error) {
	q, facts := b.question()
	a, err := weigh(q, facts, t.table)
	return Sale{Within: a.Within, Required: a.RequiredRole}, err
}

// Why says in words what Judge says.
func (t *Trial) Why(b Basis) []decision.Check {
	q, facts := b.question()
	a, _ := judge(q, facts, t.table) // what was refused is in the checks
	return a.Checks
}

// question is what was asked, with what was known of the products.
func (b Basis) question() (Question, map[uuid.UUID]fact) {
	q := Question{Roles: b.Roles, HeaderDiscount: b.Discount, Lines: make([]Line, len(b.Lines))}
	facts := make(map[uuid.UUID]fact, len(b.Lines))
	for i, l := range b.Lines {
		q.Lines[i] = Line{ProductID: l.Product, Quantity: l.Quantity, Price: l.Price, Agreed: l.Agreed}
		f := fact{product: catalog.Product{ID: l.Product, Code: l.Code, CategoryID: l.Category, Active: true, Lifecycle: catalog.LifecycleStandard}}
		if l.Initial {
			f.initial = &InitialPrice{ProductID: l.Product, Price: l.Base, FloorPrice: l.Floor}
		} else {
			f.base, f.floor = &b.Lines[i].Base, l.Floor
		}
		facts[l.Product] = f
	}
	return q, facts
}

// Level is how high up a sale has to be decided: 0 by the submitter, then the ladder's roles from the lowest up.
func (s Sale) Level() int {
	if s.Within {
		return 0
	}
	for i, role := range ladder {
		if role == s.Required {
			return i + 1
		}
	}
	return len(ladder)
}

// String names who decides.
func (s Sale) String() string {
	if s.Within {
		return "submitter"
	}
	return string(s.Required)
}
