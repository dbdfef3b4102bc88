package newproduct

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
)

// Subject is what events, approvals, decisions and attachments call a request; Matter is what the authority matrix rules on.
const (
	Subject = "new_product_request"
	Matter  = "price.new_product"
	series  = "NPR"
)

// State is where a request stands. The names are the API's.
type State string

// The states.
const (
	Stating   State = "stating"   // finance and production are asked
	Returned  State = "returned"  // to its owner, for completion
	Drafting  State = "drafting"  // both have stated; the sales manager drafts
	Submitted State = "submitted" // the general manager decides
	Approved  State = "approved"
	Rejected  State = "rejected"
	Cancelled State = "cancelled"
)

// States are all of them.
var States = []State{Stating, Returned, Drafting, Submitted, Approved, Rejected, Cancelled}

// Verb is what is done to a request.
type Verb string

// The verbs.
const (
	Update   Verb = "update"
	Give     Verb = "state"     // a statement, for the first time or anew
	SendBack Verb = "send_back" // a statement
	Return   Verb = "return"
	Resume   Verb = "resume"
	Draft    Verb = "draft"
	Submit   Verb = "submit"
	Decide   Verb = "decide" // the approval's outcome
	Cancel   Verb = "cancel"
)

// Verbs are all of them.
var Verbs = []Verb{Update, Give, SendBack, Return, Resume, Draft, Submit, Decide, Cancel}

// Ended reports whether nothing happens any more.
func (s State) Ended() bool { return s == Approved || s == Rejected || s == Cancelled }

// Can reports whether a verb is possible in a state (PRC-03): nothing is drafted before both have stated, and a statement that an
// approval stands on is changed only by sending it back.
func (s State) Can(v Verb) bool { return slices.Contains(possible[s], v) }

var possible = map[State][]Verb{
	Stating:   {Update, Give, SendBack, Return, Cancel},
	Returned:  {Update, Resume, Cancel},
	Drafting:  {Give, SendBack, Return, Draft, Submit, Cancel},
	Submitted: {SendBack, Draft, Decide, Cancel},
}

// Request asks for the price of a new product.
type Request struct {
	ID              uuid.UUID
	Number          string
	ProductID       uuid.UUID
	CustomerID      *uuid.UUID
	OwnerID         uuid.UUID
	State           State
	MonthlyQuantity decimal.Decimal // expected, in the product's unit
	WantedPrice     *decimal.Decimal
	NeededOn        *time.Time
	Market          string // what is known of customer and market
	Price           *decimal.Decimal
	FloorPrice      *decimal.Decimal
	DraftNote       string
	DraftedBy       *uuid.UUID
	DraftedAt       *time.Time
	ApprovalID      *uuid.UUID
	SubmittedAt     *time.Time
	DecidedAt       *time.Time
	StateReason     string
	CreatedBy       *uuid.UUID
	CreatedAt       time.Time
	UpdatedAt       time.Time
	Version         int64

	Product     catalog.Product         `gorm:"-"`
	Statements  []Statement             `gorm:"-"` // all rounds, the latest last
	Attachments []attachment.Attachment `gorm:"-"`
	Margins     *Margins                `gorm:"-"` // only for whom catalog.SeesCosts names (PRC-13)
}

// TableName is where requests are kept.
func (Request) TableName() string { return "new_product_requests" }

// Input is what sales states.
type Input struct {
	CustomerID      *uuid.UUID
	MonthlyQuantity decimal.Decimal
	WantedPrice     *decimal.Decimal
	NeededOn        *time.Time
	Market          string
}

func (r Request) input() Input {
	return Input{CustomerID: r.CustomerID, MonthlyQuantity: r.MonthlyQuantity, WantedPrice: r.WantedPrice, NeededOn: r.NeededOn, Market: r.Market}
}

// apply writes what sales states on the request. Returns ErrVolume and ErrMarket.
func (in Input) apply(r *Request) error {
	if !in.MonthlyQuantity.IsPos() {
		return ErrVolume.At("/monthly_quantity")
	}
	if in.Market = strings.TrimSpace(in.Market); in.Market == "" {
		return ErrMarket.At("/market")
	}
	r.CustomerID, r.MonthlyQuantity, r.WantedPrice, r.NeededOn, r.Market = in.CustomerID, in.MonthlyQuantity, in.WantedPrice, in.NeededOn, in.Market
	return nil
}

// must returns ErrState unless the verb is possible, and errs.ErrStale for another version than the caller read.
func (r Request) must(v Verb, version *int64) error {
	if version != nil && *version != r.Version {
		return errs.ErrStale
	}
	if !r.State.Can(v) {
		return ErrState.With("state", r.State)
	}
	return nil
}

// checkProduct refuses a product that isn't priced as a new one (PRC-02): a standard one goes through adjustment, whether or not it
// ever had a base price.
func checkProduct(p catalog.Product) error {
	switch {
	case !p.Active:
		return ErrInactive.With("product", p.Code)
	case p.Lifecycle == catalog.LifecycleStandard:
		return ErrStandard.With("product", p.Code)
	}
	return nil
}

// trace is what events keep of a request. They are read by more people than costs are, and there is none in it (PRC-13).
func (r Request) trace() map[string]any {
	return map[string]any{
		"number": r.Number, "product_id": r.ProductID, "customer_id": r.CustomerID, "owner_id": r.OwnerID, "state": r.State,
		"monthly_quantity": r.MonthlyQuantity, "wanted_price": r.WantedPrice, "needed_on": r.NeededOn, "market": r.Market, "price": r.Price,
		"floor_price": r.FloorPrice, "draft_note": r.DraftNote, "approval_id": r.ApprovalID, "state_reason": r.StateReason,
	}
}
