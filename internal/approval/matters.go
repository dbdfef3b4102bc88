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
	return append(slices.Clone(m.Facts), Fact{Name: submitterRoles, Kind: FactTexts, Optional: true})
}

var salesFlows = []string{"credit", "prepaid", "cod", "new_customer"}

// Matters are all matters, with their facts. A module submits exactly these facts.
var Matters = []Matter{
	{Name: "credit.limit", Gate: "credit", Facts: []Fact{
		{Name: "first", Kind: FactBool}, // the customer's first limit (CRD-07), not a change (CRD-08)
		{Name: "limit", Kind: FactDecimal, Optional: true},
		{Name: "unlimited", Kind: FactBool, Optional: true},
		{Name: "grade", Kind: FactText, Optional: true},
		{Name: "previous_limit", Kind: FactDecimal, Optional: true},
		{Name: "previous_unlimited", Kind: FactBool, Optional: true},
		{Name: "previous_grade", Kind: FactText, Optional: true},
		{Name: "settlement", Kind: FactText, Optional: true},
		{Name: "terms", Kind: FactText, Optional: true},
		{Name: "reason", Kind: FactText, Optional: true},
	}},
	{Name: "price.base_list", Gate: "price", Facts: []Fact{
		{Name: "reason", Kind: FactText, NonEmpty: true}, // PRC-06
		{Name: "lines", Kind: FactInt, Optional: true},
		{Name: "version", Kind: FactInt, Optional: true},
		{Name: "effective_at", Kind: FactText, Optional: true},
	}},
	{Name: "price.authority", Gate: "price", Facts: []Fact{
		{Name: "reason", Kind: FactText, Optional: true},
		{Name: "lines", Kind: FactInt, Optional: true},
		{Name: "version", Kind: FactInt, Optional: true},
		{Name: "effective_at", Kind: FactText, Optional: true},
	}},
	{Name: "order.confirm", Gate: "order", Facts: []Fact{
		{Name: "total", Kind: FactDecimal}, // of the order, in its currency
		{Name: "currency", Kind: FactText},
		{Name: "within_submitter_authority", Kind: FactBool}, // every price and the whole (PRC-10)
		{Name: "required_role", Kind: FactText},              // the lowest role that covers all prices; "" when none is needed
		{Name: "department_authority", Kind: FactBool},       // every price is within the sales department's authority (CON-02)
		{Name: "special_terms", Kind: FactBool},              // CON-06
		{Name: "customer_grade", Kind: FactText, Optional: true},
		{Name: "gm_amount", Kind: FactDecimal, Parameter: "contract.gm_amount"},
		{Name: "reason", Kind: FactText, Optional: true},
	}},
	{Name: "shipment.release", Gate: "shipment", Facts: []Fact{
		{Name: "flow", Kind: FactText, Enum: salesFlows}, // SHP-01
		{Name: "over_limit", Kind: FactBool},             // exposure after this notice is above the limit, or there is none
		{Name: "overdue_amount", Kind: FactDecimal},
		{Name: "new_customer_over", Kind: FactBool}, // SHP-12: debt after this notice is above shipping.new_customer_debt
		{Name: "unlimited", Kind: FactBool, Optional: true},
		{Name: "limit", Kind: FactDecimal, Optional: true},
		{Name: "exposure_after", Kind: FactDecimal, Optional: true},
		{Name: "debt_after", Kind: FactDecimal, Optional: true},
		{Name: "overdue_days", Kind: FactInt, Optional: true},
		{Name: "amount", Kind: FactDecimal, Optional: true},
		{Name: "currency", Kind: FactText, Optional: true},
		{Name: "customer_grade", Kind: FactText, Optional: true},
		{Name: "reason", Kind: FactText, Optional: true}, // SHP-05: why it should ship although something is overdue
	}},
}
