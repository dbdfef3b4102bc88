package shipping

import (
	"encoding/json"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/pg"
)

// Basis is all that the shipment gate judged one notice by. It is stored with the gate's decision, so that the case can be
// judged again under other figures.
type Basis struct {
	Again         bool            `json:"again,omitempty"` // the last look before the release that was approved
	Flow          Flow            `json:"flow"`
	Amount        decimal.Decimal `json:"amount"`
	Reason        string          `json:"reason,omitempty"` // SHP-05
	NewDebt       decimal.Decimal `json:"new_debt"`         // shipping.new_customer_debt
	FirstBusiness bool            `json:"first_business,omitempty"`
	Cover         Cover           `json:"cover"`
	Papers        int             `json:"papers,omitempty"`
	Position      credit.Position `json:"position"`
}

// basis is what the notice is judged by in a situation. The position goes without the names, which decide nothing.
func (n *Notice) basis(s situation) *Basis {
	b := &Basis{
		Flow: n.Flow, Amount: n.Amount, Reason: n.OverdueReason, NewDebt: s.newDebt, FirstBusiness: s.firstBusiness,
		Cover: s.cover, Papers: s.papers, Position: s.position,
	}
	b.Position.Code, b.Position.Name = "", ""
	return b
}

// ReadBasis reads what a decision stored.
func ReadBasis(inputs json.RawMessage) (Basis, error) {
	var b Basis
	return b, json.Unmarshal(inputs, &b)
}

// Passage says who lets a notice pass, by the rules themselves and not by the authority matrix.
type Passage string

// The passages, each stricter than the one before.
const (
	Passes       Passage = "passes"          // nobody needs to agree (SHP-10)
	SalesManager Passage = "sales_manager"   // SHP-04, SHP-05, SHP-12
	Blocked      Passage = "blocked"         // the rep has to give a reason first, then the sales manager (SHP-05)
	GM           Passage = "general_manager" // SHP-06, SHP-11, SHP-12
	Refused      Passage = "refused"         // nobody can (SHP-10, SHP-12)
)

// Passages are all of them in that order.
var Passages = []Passage{Passes, SalesManager, Blocked, GM, Refused}

// Judge judges the case again, by the very code of the gate.
func (b Basis) Judge() (Passage, []decision.Check) {
	n := Notice{Flow: b.Flow, Amount: b.Amount, OverdueReason: b.Reason}
	v := n.judge(situation{position: b.Position, newDebt: b.NewDebt, firstBusiness: b.FirstBusiness, cover: b.Cover, papers: b.Papers})
	return v.passage(n.Flow), v.decision.Checks
}

func (v verdict) passage(flow Flow) Passage {
	switch {
	case v.refusal != nil:
		return Refused
	case v.needsReason:
		return Blocked
	case flow == Prepaid:
		return Passes
	case flow == COD || flow == Credit && v.OverLimit || flow == NewCustomer && v.newOver:
		return GM
	}
	return SalesManager
}

// Heading is what a list shows of a notice.
type Heading struct {
	ID         uuid.UUID
	Number     string
	CustomerID uuid.UUID
	OwnerID    uuid.UUID
}

// Headings returns the headings of notices by their ids. Checks no visibility. One statement.
func Headings(tx pg.Tx, ids []uuid.UUID) (map[uuid.UUID]Heading, error) {
	var rows []Heading
	err := tx.Raw(`SELECT id, number, customer_id, owner_id FROM shipping_notices WHERE id IN ?`, ids).Scan(&rows).Error
	found := make(map[uuid.UUID]Heading, len(rows))
	for _, h := range rows {
		found[h.ID] = h
	}
	return found, err
}

// Parameters are those of the rulebook that the gate judges by, which Set can change for a case.
var Parameters = []string{
	"credit.limit_grace_days", "credit.overdue_tolerance_amount", "credit.overdue_tolerance_days", "shipping.new_customer_debt",
}

// Set gives a parameter another value for the case. It does nothing for one that isn't among Parameters.
func (b *Basis) Set(parameter string, v decimal.Decimal) {
	whole, _, _ := v.Int64(0)
	switch parameter {
	case "shipping.new_customer_debt":
		b.NewDebt = v
	case "credit.limit_grace_days":
		b.Position.Policy.GraceDays = int(whole)
	case "credit.overdue_tolerance_amount":
		b.Position.Policy.Tolerance.Amount = v
	case "credit.overdue_tolerance_days":
		b.Position.Policy.Tolerance.Days = int(whole)
	}
}
