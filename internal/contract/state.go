package contract

import (
	"slices"

	"github.com/salesgate/salesgate/internal/errs"
)

// State is where a contract stands.
type State string

// The states, in the order of a contract's life.
const (
	StateDraft      State = "draft"
	StateSubmitted  State = "submitted" // with production and the approvers
	StateApproved   State = "approved"  // to be signed by both sides
	StateInForce    State = "in_force"  // orders may call it off, from its first day to its last
	StateExpired    State = "expired"
	StateTerminated State = "terminated"
	StateClosed     State = "closed" // carried out
	StateCancelled  State = "cancelled"
)

// States are all states.
var States = []State{StateDraft, StateSubmitted, StateApproved, StateInForce, StateExpired, StateTerminated, StateClosed, StateCancelled}

// Verb is something that is done to a contract. Verbs that clients know are operationIds.
type Verb string

// The verbs.
const (
	VerbUpdate    Verb = "updateContract"
	VerbSubmit    Verb = "submitContract"
	VerbAnswer    Verb = "answerContractCapacity"
	VerbApprove   Verb = "approveContract" // the approvers agreed
	VerbReturn    Verb = "returnContract"  // they didn't
	VerbRevise    Verb = "reviseContract"
	VerbSign      Verb = "signContract"
	VerbCancel    Verb = "cancelContract"
	VerbClose     Verb = "closeContract"
	VerbExpire    Verb = "expireContract"
	VerbTerminate Verb = "terminateContract"
	VerbAmend     Verb = "amendContract"
	VerbFile      Verb = "fileContractPaper"
	VerbGiveBack  Verb = "giveBack" // what an order no longer needs; also when the contract is over
)

// Verbs are all verbs.
var Verbs = []Verb{
	VerbUpdate, VerbSubmit, VerbAnswer, VerbApprove, VerbReturn, VerbRevise, VerbSign, VerbCancel, VerbClose, VerbExpire, VerbTerminate,
	VerbAmend, VerbFile, VerbGiveBack,
}

// allowed says in which states each verb makes sense. A contract may be signed before it is approved, which is recorded as what
// it is (CON-08); what was called off is given back in any state that a contract with call-offs can have, a draft too whose
// verbal approval was denied.
var allowed = map[Verb][]State{
	VerbUpdate:    {StateDraft},
	VerbSubmit:    {StateDraft},
	VerbAnswer:    {StateSubmitted, StateInForce}, // in force: of an amendment
	VerbApprove:   {StateSubmitted},
	VerbReturn:    {StateSubmitted},
	VerbRevise:    {StateSubmitted, StateApproved},
	VerbSign:      {StateDraft, StateSubmitted, StateApproved},
	VerbCancel:    {StateDraft, StateSubmitted, StateApproved},
	VerbClose:     {StateInForce},
	VerbExpire:    {StateInForce},
	VerbTerminate: {StateInForce},
	VerbAmend:     {StateInForce},
	VerbFile:      {StateDraft, StateSubmitted, StateApproved, StateInForce, StateExpired, StateTerminated, StateClosed},
	VerbGiveBack:  {StateDraft, StateSubmitted, StateApproved, StateInForce, StateExpired, StateTerminated, StateClosed},
}

// May returns errs.ErrState unless the verb makes sense in the contract's state.
func (c *Contract) May(v Verb) error {
	if !slices.Contains(allowed[v], c.State) {
		return errs.ErrState.With("state", string(c.State))
	}
	return nil
}
