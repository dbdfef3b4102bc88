package approval

import "slices"

// FactKind is the kind of a fact, and with it the CEL type under which conditions see it.
type FactKind string

// The kinds.
const (
	FactText    FactKind = "text"    // string
	FactBool    FactKind = "bool"    // bool
	FactInt     FactKind = "int"     // int
	FactDecimal FactKind = "decimal" // decimal: exact; decimal("1.5") is its literal
	FactTexts   FactKind = "texts"   // list(string)
)

// Fact is one fact that a matter is judged by.
type Fact struct {
	Name      string
	Kind      FactKind
	Optional  bool     // may be left out, and then is "", false or 0: only for facts that are shown rather than judged by
	NonEmpty  bool     // a text that must say something
	Enum      []string // the values that a text may have
	Parameter string   // filled in from the rulebook when the submission leaves it out

	Direction   Direction // when it is worse than before, for what is submitted again
	Open        bool      // of a sale: says nothing of prices, amounts, terms and debts, so that the factory may see it (ORD-03)
	ForDeciders bool      // what is worse concerns those who decide, not those who review or take note
}

// Matter is something that the authority matrix rules on, with the facts that it is judged by.
type Matter struct {
	Name  string
	Gate  string // of the decisions that end its requests
	Facts []Fact
}

// submitterRoles is a fact that every matter has: the roles of the submitter, filled in by Submit.
const submitterRoles = "submitter_roles"

// AllFacts returns the facts that conditions of the matter may use: the declared ones and those of every matter.
func (m Matter) AllFacts() []Fact {
	return append(slices.Clone(m.Facts), Fact{Name: submitterRoles, Kind: FactTexts, Optional: true, Open: true})
}

// Matters are all matters, with their facts; each module has a file of its own (matters_*.go). A module submits exactly
// these facts.
var Matters = slices.Concat(
	creditMatters,
	limitMatters,
	// credit: special release, terms
	termsMatters,
	orderMatters,
	customerMatters,
	priceMatters,
	// prospect, opportunity, campaign
	campaignMatters,
	prospectMatters,
	shipmentMatters,
	leaveMatters,
	// new-product prices and samples
	newPriceMatters,
	// base price adjustments
	// price committee and authority
	quoteMatters,
	// contracts
	contractMatters,
	// orders: changes, notices
	orderChangeMatters,
	collectionMatters,
	// production
)
