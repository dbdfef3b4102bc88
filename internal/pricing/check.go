package pricing

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// PriceCheck is what somebody asks before there is an order.
type PriceCheck struct {
	CustomerID     uuid.UUID
	Date           *time.Time // a business date; nil is today
	Lines          []Line
	HeaderDiscount decimal.Decimal
}

// AuthorityAnswer says whose authority covers prices, for whoever types them: in a price check, a quotation, a contract, an order.
type AuthorityAnswer struct {
	Answer
	Asked []approval.Asked // who would be asked, in order; nobody when empty
}

// WhoseAuthority judges prices as Check does, and says who would be asked to allow them, by name, if who submitted the matter with the
// facts that come of the answer (PRC-10). Returns what Check returns. It writes nothing: two to four statements more than Check's.
func (s *Service) WhoseAuthority(tx pg.Tx, who identity.Principal, q Question, matter string, facts func(Answer) map[string]any) (AuthorityAnswer, error) {
	a, err := s.Check(tx, q)
	if err != nil {
		return AuthorityAnswer{Answer: a}, err
	}
	return s.Asked(tx, who, a, matter, facts(a))
}

// Asked completes what the gate of a document has answered about its prices with who would be asked, by name, if the caller submitted the
// matter with these facts now. It writes nothing and doesn't ask the price gate again.
func (s *Service) Asked(tx pg.Tx, who identity.Principal, a Answer, matter string, facts map[string]any) (AuthorityAnswer, error) {
	if a.At.IsZero() { // the gate wasn't asked: every price is agreed already
		a.At = tx.Now
	}
	if catalog.SeesCosts(who) && len(a.Lines) > 0 && a.Lines[0].Margin == nil { // PRC-13
		if err := costed(tx, &a); err != nil {
			return AuthorityAnswer{Answer: a}, err
		}
	}
	steps, err := s.approvals.Preview(tx, who, matter, facts)
	if err != nil {
		return AuthorityAnswer{Answer: a}, err
	}
	asked, err := approval.WhoIsAsked(tx, who.ID, steps)
	return AuthorityAnswer{Answer: a, Asked: asked}, err
}

// costed adds margins to an answer that was given without them. The caller has made sure that the reader may see them.
func costed(tx pg.Tx, a *Answer) error {
	ids := make([]uuid.UUID, len(a.Lines))
	for i, l := range a.Lines {
		ids[i] = l.Product.ID
	}
	costs, err := catalog.CostsAt(tx, ids, clock.Today(a.At))
	if err != nil {
		return err
	}
	gross := Exact(a.Order.Gross)
	return addMargins(a, costs, share(gross, sub(gross, Exact(a.Order.Net))))
}

// CheckPrices asks the price gate for a person, and who would be asked to confirm an order like this on the customer's
// usual terms. Costs and margins are in the answer for those who may see them (PRC-13). Returns errs.ErrNotFound for a
// customer that the person may not see (ORG-06), ErrAhead for a date to come, and what Check returns. Writes nothing.
func (s *Service) CheckPrices(tx pg.Tx, who identity.Principal, p PriceCheck) (AuthorityAnswer, error) {
	c, err := customer.Brief(tx, p.CustomerID)
	if err != nil {
		return AuthorityAnswer{}, err
	}
	if err := who.MustSee(c.OwnerID); err != nil {
		return AuthorityAnswer{}, err
	}
	q := Question{
		CustomerID: p.CustomerID, Roles: who.Roles, At: tx.Now, Lines: p.Lines, HeaderDiscount: p.HeaderDiscount,
		WithMargin: catalog.SeesCosts(who), // PRC-13
	}
	if p.Date != nil {
		if q.At, err = PricesAt(who, InstantOf(*p.Date, tx.Now), tx.Now); err != nil {
			return AuthorityAnswer{}, ErrAhead.At("/date")
		}
	}
	return s.WhoseAuthority(tx, who, q, matterOrder, confirmation)
}

// matterOrder is the approval that an order asks for; the module order submits it.
const matterOrder = "order.confirm"

// confirmation is what an order at these prices would tell the authority matrix, on the customer's usual terms.
func confirmation(a Answer) map[string]any {
	return map[string]any{
		"total": a.Order.Net, "currency": "CNY", "within_submitter_authority": a.Within, "required_role": string(a.RequiredRole),
		"department_authority": a.DepartmentCovers, "special_terms": false,
	}
}
