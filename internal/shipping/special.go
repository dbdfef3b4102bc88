package shipping

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/money"
)

// MatterSpecial is the matter of the authority matrix that decides on special releases, SubjectSpecial what events and approvals
// call one.
const (
	MatterSpecial  = "credit.special_release"
	SubjectSpecial = "special_release"
)

// Special is a special release (货款异常特放, CRD-13): it lets one named notice pass a credit block once, within an amount and
// until a date. It passes limits and overdue amounts, nothing else: not quantities, not an unpaid prepayment, and not the old debt
// of a D customer (CRD-06).
type Special struct {
	ID          uuid.UUID
	Number      string
	NoticeID    uuid.UUID
	State       SpecialState
	Amount      decimal.Decimal
	Needed      decimal.Decimal // when it was asked
	ExpiresOn   time.Time       // the last date on which it can be used
	Reason      string
	Content     []byte // of the notice
	ApprovalID  uuid.UUID
	RequestedBy uuid.UUID
	RequestedAt time.Time
	DecidedAt   *time.Time
	UsedAt      *time.Time
	UsedAmount  *decimal.Decimal
	EndedReason string
	Version     int64

	NoticeNumber string    `gorm:"->"` // read with it
	OwnerID      uuid.UUID `gorm:"->"` // of the notice
}

// TableName is for GORM.
func (Special) TableName() string { return "special_releases" }

// SpecialState is where a special release stands. The names are the API's.
type SpecialState string

// The states. Pending and approved are open, the others final.
const (
	SpecialPending  SpecialState = "pending"
	SpecialApproved SpecialState = "approved" // it can be used
	SpecialRejected SpecialState = "rejected"
	SpecialUsed     SpecialState = "used"
	SpecialExpired  SpecialState = "expired"
	SpecialVoid     SpecialState = "void" // the notice has changed, or more is needed than it allows
)

func (s SpecialState) open() bool { return s == SpecialPending || s == SpecialApproved }

// SpecialInput is what somebody asks for.
type SpecialInput struct {
	NoticeID  uuid.UUID
	Amount    decimal.Decimal
	ExpiresOn time.Time // a date
	Reason    string
	Files     []uuid.UUID // attachments that the caller has uploaded
}

// special is what a special release is bound to: the goods and amounts of one revision. Reasons and vehicles may change.
func (n *Notice) special() []byte {
	lines := make([]string, len(n.Lines))
	for i, l := range n.Lines {
		lines[i] = fmt.Sprint(l.OrderLineID, l.Quantity.Trim(0), l.Amount)
	}
	return approval.ContentHash(struct {
		Revision        int
		Customer, Payer uuid.UUID
		Flow            Flow
		Amount          string
		Lines           []string
	}{n.Revision, n.CustomerID, n.PayerID, n.Flow, n.Amount.String(), lines})
}

// stopped reports whether credit stops the notice: above a limit, overdue, or a new customer beyond what the sales manager may
// release. Whoever decides that it may leave all the same decides in spite of credit.
func (n *Notice) stopped(v verdict) bool {
	switch n.Flow {
	case Credit:
		return v.OverLimit || v.Late()
	case NewCustomer:
		return v.newOver
	case Prepaid, COD: // no limit counts
	}
	return false
}

// needed is how much of the notice goes beyond what credit lets pass: what is above the limits, or all of it when the payer is
// late. 0 when nothing stops it.
func (n *Notice) needed(v verdict, s situation) decimal.Decimal {
	var over decimal.Decimal
	switch {
	case !n.stopped(v):
		return decimal.Zero.Pad(money.AmountScale)
	case n.Flow == Credit && v.Late():
		return n.Amount
	case n.Flow == Credit:
		over = v.Over()
	default:
		over = money.Sub(v.ExposureAfter, s.newDebt)
		if v.OverGroup {
			if group := money.Sub(v.GroupAfter(), v.Group.Limit); group.Cmp(over) > 0 {
				over = group
			}
		}
	}
	if over.Cmp(n.Amount) > 0 {
		return n.Amount
	}
	return over
}

// oldDebt reports whether it is a D customer that owes from before: no special release helps (CRD-06).
func (s situation) oldDebt() bool {
	return s.position.Profile.Grade == credit.GradeD && s.position.OldDebt().IsPos()
}

// fault says why an approved special release doesn't let the notice pass now, "" when it does, and what becomes of it then: what was approved
// no more, or too late, ends it for good; what credit takes today only keeps it from being used now, since another shipment or a
// receipt changes that again.
func (sp Special) fault(n *Notice, needed decimal.Decimal, s situation, now time.Time) (string, SpecialState) {
	switch {
	case string(sp.Content) != string(n.special()):
		return "the notice has changed / 发货通知单已变更", SpecialVoid
	case clock.Today(now).After(sp.ExpiresOn):
		return "not used in time / 逾期未使用", SpecialExpired
	case needed.Cmp(sp.Amount) > 0:
		return fmt.Sprintf("it takes %s, more than %s / 所需金额 %s 超过 %s", needed, sp.Amount, needed, sp.Amount), sp.State
	case s.oldDebt():
		return "a D customer owes from before / D 级客户旧欠款未清", sp.State
	}
	return "", sp.State
}

func (sp Special) trace() map[string]any {
	return map[string]any{
		"number": sp.Number, "notice_id": sp.NoticeID, "state": sp.State, "amount": sp.Amount, "needed": sp.Needed,
		"expires_on": sp.ExpiresOn.Format(time.DateOnly), "reason": sp.Reason, "approval_id": sp.ApprovalID, "used_at": sp.UsedAt,
		"used_amount": sp.UsedAmount, "ended_reason": sp.EndedReason, "version": sp.Version,
	}
}

// submission is the special release as the approval engine sees it.
func (sp Special) submission(n *Notice, v verdict, s situation) approval.Submission {
	return approval.Submission{
		Matter: MatterSpecial, SubjectType: SubjectSpecial, SubjectID: sp.ID, Number: sp.Number, OwnerID: &n.OwnerID,
		TitleEN: fmt.Sprintf("Special release of shipping notice %s: up to %s %s", n.Number, sp.Amount, n.Currency),
		TitleZH: fmt.Sprintf("货款异常特放 %s:不超过 %s %s", n.Number, sp.Amount, n.Currency),
		Facts: map[string]any{
			"amount": sp.Amount, "needed": sp.Needed, "reason": strings.TrimSpace(sp.Reason), "expires_on": sp.ExpiresOn.Format(time.DateOnly),
			"notice_amount": n.Amount, "over_limit": v.OverLimit, "over_by": v.Over(), "overdue_amount": v.OverdueAmount, "overdue_days": v.OverdueDays,
			"exposure_after": v.ExposureAfter, "limit": v.Limit, "customer_grade": string(s.position.Profile.Grade),
		},
		Content: approval.ContentHash(struct {
			Notice  []byte
			Amount  string
			Expires string
		}{sp.Content, sp.Amount.String(), sp.ExpiresOn.Format(time.DateOnly)}),
	}
}
