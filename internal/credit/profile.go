package credit

import (
	"database/sql/driver"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
)

// Grade is a customer's credit grade (CRD-03 to CRD-06); "" is no grade yet (CRD-02).
type Grade string

// Scan implements sql.Scanner: null is no grade.
func (g *Grade) Scan(v any) error {
	text, _ := v.(string)
	*g = Grade(text)
	return nil
}

// Value implements driver.Valuer: no grade is null.
func (g Grade) Value() (driver.Value, error) {
	if g == NoGrade {
		return nil, nil
	}
	return string(g), nil
}

// The grades.
const (
	NoGrade Grade = ""
	GradeA  Grade = "A"
	GradeB  Grade = "B"
	GradeC  Grade = "C"
	GradeD  Grade = "D"
)

// LimitKind tells the three kinds of limit apart.
type LimitKind string

// The kinds of limit. LimitNone is "not set": it counts as 0 (CRD-02), but isn't the same as a limit of 0.
const (
	LimitNone      LimitKind = "none"
	LimitAmount    LimitKind = "amount"
	LimitUnlimited LimitKind = "unlimited"
)

// Limit is how much a customer may owe. The zero value is no limit set.
type Limit struct {
	Kind   LimitKind
	Amount decimal.Decimal // CNY, of LimitAmount only
}

// NoLimit is no limit set (CRD-02).
func NoLimit() Limit { return Limit{Kind: LimitNone} }

// Unlimited is no upper limit (CRD-03).
func Unlimited() Limit { return Limit{Kind: LimitUnlimited} }

// LimitOf is a limit of an amount in CNY, 0 included.
func LimitOf(amount decimal.Decimal) Limit {
	return Limit{Kind: LimitAmount, Amount: money.Fen(amount)}
}

// Counts returns the amount that the gate compares with; bounded is false when there is no bound. A limit that isn't set
// counts as 0 (CRD-02).
func (l Limit) Counts() (amount decimal.Decimal, bounded bool) {
	switch l.Kind {
	case LimitUnlimited:
		return decimal.Zero, false
	case LimitAmount:
		return l.Amount, true
	default:
		return decimal.Zero.Pad(2), true
	}
}

// Shown returns what a reader sees: nil unless the limit is an amount.
func (l Limit) Shown() *decimal.Decimal {
	if l.Kind != LimitAmount {
		return nil
	}
	return &l.Amount
}

// Settlement is how a customer settles (SHP-01, ARV-04).
type Settlement string

// The settlement methods.
const (
	Cash         Settlement = "cash"           // due at the invoice date
	Prepay       Settlement = "prepaid"        // payment first (SHP-10)
	COD          Settlement = "cod"            // cash on delivery (SHP-11)
	NetDays      Settlement = "net_days"       // N days after the invoice date
	MonthEndDays Settlement = "month_end_days" // N days after the end of the invoice's month
)

// Terms are the payment terms of a customer.
type Terms struct {
	Settlement Settlement
	Days       int // of NetDays and MonthEndDays, else 0
}

// CashTerms are the terms of a customer for whom nothing else was approved (CRD-14).
func CashTerms() Terms { return Terms{Settlement: Cash} }

// IsCash reports whether nothing is lent under these terms (ORD-10).
func (t Terms) IsCash() bool {
	switch t.Settlement {
	case NetDays, MonthEndDays:
		return false
	default:
		return true
	}
}

// monthDays is the longest that an invoice waits for the end of its month.
const monthDays = 30

// Rank orders terms by how generous they are to the customer: cash, prepaid, cash on delivery, then by the most days that an
// invoice can stay unpaid, net_days before month_end_days where these are the same.
func (t Terms) Rank() int {
	switch t.Settlement {
	case Prepay:
		return 1
	case COD:
		return 2
	case NetDays:
		return 10 + 2*t.Days
	case MonthEndDays:
		return 11 + 2*(monthDays+t.Days)
	default:
		return 0
	}
}

// MoreGenerousThan reports whether a customer would rather have these terms.
func (t Terms) MoreGenerousThan(o Terms) bool { return t.Rank() > o.Rank() }

// String names the terms as a reader writes them: "net_days 30", "cash".
func (t Terms) String() string {
	if t.IsCash() {
		return string(t.Settlement)
	}
	return string(t.Settlement) + " " + strconv.Itoa(t.Days)
}

// DueOn returns the date on which an invoice of this date is due (ARV-04): at once for cash, prepaid and cash on
// delivery; N days later; or N days after the month's end. Dates are midnight UTC, as clock.Today makes them.
func (t Terms) DueOn(invoiced time.Time) time.Time {
	switch t.Settlement {
	case NetDays:
		return invoiced.AddDate(0, 0, t.Days)
	case MonthEndDays:
		y, m, _ := invoiced.Date()
		return time.Date(y, m+1, t.Days, 0, 0, 0, 0, time.UTC) // day 0 of the next month is the end of this one
	default:
		return invoiced
	}
}

// check returns ErrLimitForm or ErrTermsForm for what no profile can be: an amount where the kind has none or without
// one, a negative one, days where the settlement has none.
func check(l Limit, t Terms) error {
	if _, ok := map[LimitKind]bool{LimitNone: true, LimitAmount: true, LimitUnlimited: true}[l.Kind]; !ok {
		return ErrLimitForm.At("/limit_kind")
	}
	if l.Amount.IsNeg() || l.Kind != LimitAmount && !l.Amount.IsZero() {
		return ErrLimitForm.At("/limit_amount")
	}
	switch t.Settlement {
	case NetDays, MonthEndDays:
		if t.Days < 0 || t.Days > 365 {
			return ErrTermsForm.At("/terms_days")
		}
	case Cash, Prepay, COD:
		if t.Days != 0 {
			return ErrTermsForm.At("/terms_days")
		}
	default:
		return ErrTermsForm.At("/settlement")
	}
	return nil
}

// checkGrade returns ErrGradeLimit for a limit or terms more generous than the grade allows: unlimited is for A (CRD-03);
// C and D have 0 and cash (CRD-05, CRD-06); who has no grade has no limit above 0 (CRD-02).
func checkGrade(g Grade, l Limit, t Terms) error {
	amount, bounded := l.Counts()
	switch g {
	case GradeA:
		return nil
	case GradeB:
		if bounded {
			return nil
		}
	case GradeC, GradeD:
		if bounded && amount.IsZero() && t.IsCash() {
			return nil
		}
	case NoGrade:
		if bounded && amount.IsZero() {
			return nil
		}
	}
	return ErrGradeLimit.With("grade", string(g)).At("/grade")
}

// Profile is what was approved for a customer (CRD-01), in force from ValidFrom until ValidTo.
type Profile struct {
	ID         uuid.UUID // uuid.Nil when nothing was ever approved
	CustomerID uuid.UUID
	Grade      Grade
	Limit      Limit
	Terms      Terms
	Extras     Extras
	NextReview *time.Time // a date
	ValidFrom  time.Time  // "since when"
	ValidTo    *time.Time // nil: in force
	RequestID  *uuid.UUID // the approved request; nil for opening data
}

// NewCustomer is the profile of a customer for whom nothing was approved yet: no grade, no limit, cash (CRD-02, CRD-14).
func NewCustomer(customerID uuid.UUID) Profile {
	return Profile{CustomerID: customerID, Limit: NoLimit(), Terms: CashTerms()}
}

// Lends reports whether the grade allows other than cash terms: a C or ungraded customer's order must be cash (ORD-10,
// CRD-05); a D customer gets nothing at all while old debt is open (CRD-06, see Position.OldDebt).
func (p Profile) Lends() bool { return p.Grade == GradeA || p.Grade == GradeB }
