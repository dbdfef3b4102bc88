package order

import (
	"fmt"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

// settlementAttempt is the kind of the violation (CRD-16).
const settlementAttempt = "settlement_attempt"

// settlement enforces CRD-16: below the sales manager nobody gives a customer who settles in cash, ahead or on delivery another
// settlement method with an order, nor does a machine. Other days of a customer who is lent to already are special terms, which
// finance decides (CON-06); so are those that a leader asks for.
func (v *verdict) settlement(who identity.Principal, o *Order, p credit.Position) {
	asked, agreed := o.Terms(), p.Profile.Terms
	if by, number := o.usual(p, v.deal); number != "" && by == asked { // agreed in the contract
		return
	}
	if who.Kind == identity.KindSystem || asked.IsCash() || !agreed.IsCash() || !asked.MoreGenerousThan(agreed) {
		return
	}
	if who.Has(identity.SalesManager, identity.SalesDirector, identity.GeneralManager, identity.Admin) {
		return
	}
	v.attempt = true
	v.check("CRD-16", false, map[string]string{"terms": asked.String(), "agreed": agreed.String()},
		fmt.Sprintf("The customer settles by %s and the order asks for %s: apply for it with a credit limit request. The attempt is recorded.", agreed, asked),
		fmt.Sprintf("客户结算方式为 %s,本单要求 %s:须提交信用额度申请。该行为已记录。", agreed, asked))
	v.refuse(ErrSettlement.With("agreed", agreed.String()))
}

// recordAttempt records the violation of whoever asked, a machine client too. It is kept with the refusal; a dry run keeps nothing.
func (v *verdict) recordAttempt(tx pg.Tx, who identity.Principal, o *Order, d decision.Decision) error {
	if !v.attempt {
		return nil
	}
	return violation.Record(tx, violation.Violation{
		Rule: "CRD-16", Kind: settlementAttempt, PersonID: who.ID, SubjectType: Subject, SubjectID: o.ID, Number: o.Number, SourceID: d.ID,
	})
}
