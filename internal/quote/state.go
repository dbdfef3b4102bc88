package quote

import (
	"slices"

	"github.com/salesgate/salesgate/internal/errs"
)

// State is where a quotation stands.
type State string

// The states.
const (
	StateDraft     State = "draft"
	StateSubmitted State = "submitted" // with the approvers
	StateApproved  State = "approved"  // everyone with authority has signed
	StateSent      State = "sent"      // the customer has it
	StateAccepted  State = "accepted"
	StateDeclined  State = "declined"
	StateExpired   State = "expired"
	StateCancelled State = "cancelled"
)

// States are all states.
var States = []State{StateDraft, StateSubmitted, StateApproved, StateSent, StateAccepted, StateDeclined, StateExpired, StateCancelled}

// Verb is something that is done to a quotation. Verbs that clients know are operationIds.
type Verb string

// The verbs.
const (
	VerbUpdate  Verb = "updateQuotation"
	VerbSubmit  Verb = "submitQuotation"
	VerbApprove Verb = "approveQuotation" // the approvers agreed
	VerbReturn  Verb = "returnQuotation"  // the approvers didn't
	VerbSend    Verb = "sendQuotation"
	VerbAccept  Verb = "acceptQuotation"
	VerbDecline Verb = "declineQuotation"
	VerbRevise  Verb = "reviseQuotation"
	VerbCancel  Verb = "cancelQuotation"
	VerbExpire  Verb = "expireQuotation"
	VerbDeal    Verb = "recordUnapprovedDeal" // QUO-07
	VerbCopy    Verb = "copyQuotation"
)

// Verbs are all verbs.
var Verbs = []Verb{
	VerbUpdate, VerbSubmit, VerbApprove, VerbReturn, VerbSend, VerbAccept, VerbDecline, VerbRevise, VerbCancel, VerbExpire, VerbDeal, VerbCopy,
}

// allowed says in which states each verb makes sense.
var allowed = map[Verb][]State{
	VerbUpdate:  {StateDraft},
	VerbSubmit:  {StateDraft},
	VerbApprove: {StateSubmitted},
	VerbReturn:  {StateSubmitted},
	VerbSend:    {StateApproved, StateSent}, // QUO-05
	VerbAccept:  {StateSent},
	VerbDecline: {StateSent},
	VerbRevise:  {StateSubmitted, StateApproved, StateSent, StateDeclined, StateExpired},
	VerbCancel:  {StateDraft, StateSubmitted, StateApproved, StateSent},
	VerbExpire:  {StateApproved, StateSent},
	VerbDeal:    {StateDraft, StateSubmitted},
	VerbCopy:    States,
}

// May returns errs.ErrState unless the verb makes sense in the quotation's state.
func (q *Quotation) May(v Verb) error {
	if !slices.Contains(allowed[v], q.State) {
		return errs.ErrState.With("state", string(q.State))
	}
	return nil
}
