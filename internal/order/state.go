package order

import (
	"slices"

	"github.com/salesgate/salesgate/internal/errs"
)

// State is where an order stands.
type State string

// The states, in the order of an order's life.
const (
	StateDraft         State = "draft"
	StateSubmitted     State = "submitted" // with the approvers
	StateConfirmed     State = "confirmed" // it counts; goods may be put on notices
	StatePartlyShipped State = "partly_shipped"
	StateShipped       State = "shipped" // all of it
	StateClosed        State = "closed"
	StateCancelled     State = "cancelled"
)

// States are all states.
var States = []State{StateDraft, StateSubmitted, StateConfirmed, StatePartlyShipped, StateShipped, StateClosed, StateCancelled}

// Verb is something that is done to an order. Verbs that clients know are operationIds.
type Verb string

// The verbs.
const (
	VerbEdit   Verb = "editContent" // protected fields: customer, lines, terms, discount
	VerbUpdate Verb = "updateOrder" // remarks, channel, the customer's order number
	VerbSubmit Verb = "submitOrder" // through the gate

	VerbAskReview   Verb = "askOrderReview"    // ORD-02
	VerbReview      Verb = "recordOrderReview" // ORD-02
	VerbReturnPoint Verb = "returnOrderReviewPoint"
	VerbAnswerPoint Verb = "answerOrderReviewPoint"
	VerbConfirm     Verb = "confirmOrder" // the approvers agreed
	VerbReturn      Verb = "returnOrder"  // the approvers didn't
	VerbRevise      Verb = "reviseOrder"
	VerbCancel      Verb = "cancelOrder"
	VerbClose       Verb = "closeOrder"
	VerbCopy        Verb = "copyOrder"
	VerbReserve     Verb = "reserve" // put goods on a notice
	VerbShip        Verb = "ship"    // what left, and what a cancelled notice gives back
)

// Verbs are all verbs.
var Verbs = []Verb{
	VerbEdit, VerbUpdate, VerbAskReview, VerbReview, VerbReturnPoint, VerbAnswerPoint, VerbSubmit, VerbConfirm, VerbReturn, VerbRevise, VerbCancel, VerbClose, VerbCopy, VerbReserve, VerbShip,
}

// allowed says in which states each verb makes sense. Goods on a live notice are given back in whatever state the
// order is meanwhile, since it can be neither closed nor cancelled then; they leave only while it counts (package delivery).
var allowed = map[Verb][]State{
	VerbEdit:      {StateDraft},
	VerbUpdate:    {StateDraft, StateSubmitted, StateConfirmed, StatePartlyShipped, StateShipped},
	VerbSubmit:    {StateDraft},
	VerbAskReview: {StateDraft}, VerbReview: {StateDraft}, VerbReturnPoint: {StateDraft}, VerbAnswerPoint: {StateDraft},
	VerbConfirm: {StateSubmitted},
	VerbReturn:  {StateSubmitted},
	VerbRevise:  {StateSubmitted, StateConfirmed, StatePartlyShipped},
	VerbCancel:  {StateDraft, StateSubmitted, StateConfirmed},
	VerbClose:   {StatePartlyShipped, StateShipped},
	VerbCopy:    States,
	VerbReserve: {StateConfirmed, StatePartlyShipped},
	VerbShip:    {StateDraft, StateSubmitted, StateConfirmed, StatePartlyShipped, StateShipped},
}

// May returns errs.ErrState unless the verb makes sense in the order's state.
func (o *Order) May(v Verb) error {
	if !slices.Contains(allowed[v], o.State) {
		return errs.ErrState.With("state", string(o.State))
	}
	return nil
}

// progress is the state of a confirmed order by how much of it is shipped.
func (o *Order) progress() State {
	some, all := false, true
	for _, l := range o.Lines {
		some = some || l.Shipped.IsPos()
		all = all && l.Shipped.Cmp(l.Quantity) >= 0
	}
	switch {
	case all && some:
		return StateShipped
	case some:
		return StatePartlyShipped
	default:
		return StateConfirmed
	}
}

// counts reports whether the order has passed the gate and isn't over: only then shipping moves its state.
func (o *Order) counts() bool {
	return o.State == StateConfirmed || o.State == StatePartlyShipped || o.State == StateShipped
}
