package credit

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/money"
)

// Position is how a customer stands with its payer's account at an instant: what GET …/credit shows and the gate judges.
type Position struct {
	CustomerID uuid.UUID
	OwnerID    uuid.UUID // of the customer; for visibility
	Code, Name string    // of the customer
	Status     customer.Status
	PayerID    uuid.UUID
	Account    Account   // the sums; not locked unless the caller holds the lock
	Profile    Profile   // of the payer
	Policy     Policy    // the parameters it is judged by
	Group      *Standing // of the payer's credit group; nil when it is in none
	Overdue    decimal.Decimal
	OldestDue  *time.Time // due date of the oldest overdue item; nil when nothing is overdue
	Confirmed  *time.Time // next review by the last review that left the profile in force as it is; nil without one (CRD-09)
	Now        time.Time  // as of when
}

// Exposure returns receivable + shipped + released − prepaid (CRD-11). Negative: paid ahead.
func (p Position) Exposure() decimal.Decimal { return p.Account.Exposure() }

// Headroom returns the limit that counts − exposure, negative above the limit, nil when the limit has no bound (CRD-12).
func (p Position) Headroom() *decimal.Decimal { return p.Counting().headroom(p.Exposure()) }

// OverdueDays returns the most days that anything is late, 0 when nothing is (CRD-12).
func (p Position) OverdueDays() int {
	if p.OldestDue == nil {
		return 0
	}
	return OverdueDays(*p.OldestDue, p.Now)
}

// OldDebt returns what a D customer has to pay before there is any new business: all that is invoiced and unpaid
// (CRD-06, ORD-10).
func (p Position) OldDebt() decimal.Decimal { return p.Account.Receivable }

// Traded reports whether the position itself shows that the customer isn't new: it owes something (money paid ahead is no business yet), or
// its own profile came with the opening data, as every other one names its request (CRD-10).
func (p Position) Traded() bool {
	if p.PayerID != p.CustomerID {
		return false // the account and the profile are another customer's
	}
	a := p.Account
	var none Profile
	return a.Receivable.IsPos() || a.Shipped.IsPos() || a.Released.IsPos() || p.Profile.ID != none.ID && p.Profile.RequestID == nil
}

// Special reports whether payment terms are special, so that finance has to agree (CON-06): they differ from the credit profile, or there is
// no limit behind them. Cash, prepaid and cod never are.
func (p Position) Special(terms Terms) bool {
	limit := p.Counting()
	return !terms.IsCash() && (terms != p.Profile.Terms || !limit.Unlimited && limit.Amount.IsZero())
}

// NextReview returns the date of the next review: what the last review confirmed (CRD-09), else the one that was approved with
// the profile, or for a customer without a grade the date that many months after its first trade (CRD-02:
// credit.first_review_months); nil while there is none of these.
func (p Position) NextReview(firstReviewMonths int) *time.Time {
	if p.Confirmed != nil {
		return p.Confirmed
	}
	if p.Profile.NextReview != nil || p.Profile.Grade != NoGrade || p.Account.FirstTrade == nil {
		return p.Profile.NextReview
	}
	due := clock.AddMonths(*p.Account.FirstTrade, firstReviewMonths)
	return &due
}

func (c Counting) headroom(exposure decimal.Decimal) *decimal.Decimal {
	if c.Unlimited {
		return nil
	}
	room := money.Sub(c.Amount, exposure)
	return &room
}

// Standing is how a credit group stands: its limit, and what all its members owe together.
type Standing struct {
	ID       uuid.UUID
	Number   string
	Name     string
	Limit    decimal.Decimal
	Exposure decimal.Decimal // of all members, this one included
	Members  int
}

// Headroom returns what is left of the group's limit; negative above it.
func (g Standing) Headroom() decimal.Decimal { return money.Sub(g.Limit, g.Exposure) }
