package shipping

import (
	"slices"

	"github.com/salesgate/salesgate/internal/errs"
)

// State is where a notice stands.
type State string

// The states, in the order of a notice's life.
const (
	StateDraft            State = "draft"
	StateSubmitted        State = "submitted" // with finance
	StateChecked          State = "checked"   // figures frozen; with the approvers
	StateBlocked          State = "blocked"   // overdue, and the rep hasn't said why it should ship (SHP-05)
	StateReleased         State = "released"  // with the warehouse
	StateRefused          State = "refused"   // by the approvers
	StatePartlyDispatched State = "partly_dispatched"
	StateDispatched       State = "dispatched" // all of it
	StateClosed           State = "closed"
	StateCancelled        State = "cancelled"
)

// States are all states.
var States = []State{
	StateDraft, StateSubmitted, StateChecked, StateBlocked, StateReleased, StateRefused, StatePartlyDispatched, StateDispatched,
	StateClosed, StateCancelled,
}

// Verb is something that is done to a notice, by its operationId.
type Verb string

// The verbs.
const (
	VerbUpdate    Verb = "updateShippingNotice"
	VerbSubmit    Verb = "submitShippingNotice"
	VerbCheck     Verb = "checkShippingNotice"
	VerbExplain   Verb = "explainOverdue"
	VerbRelease   Verb = "releaseShippingNotice"
	VerbRevise    Verb = "reviseShippingNotice"
	VerbCancel    Verb = "cancelShippingNotice"
	VerbPrepare   Verb = "prepareShippingNotice"
	VerbDispatch  Verb = "dispatchShippingNotice"
	VerbUnload    Verb = "cancelDeliveryNote"
	VerbClose     Verb = "closeShippingNotice"
	VerbSpecial   Verb = "createSpecialRelease"
	VerbEmergency Verb = "releaseInEmergency"
)

// Verbs are all verbs.
var Verbs = []Verb{VerbUpdate, VerbSubmit, VerbCheck, VerbExplain, VerbRelease, VerbRevise, VerbCancel, VerbPrepare, VerbDispatch, VerbUnload, VerbClose, VerbSpecial, VerbEmergency, VerbPrioritise}

// allowed says in which states each verb makes sense. What is released can't be edited: it is revised, and passes the
// gates again.
var allowed = map[Verb][]State{
	VerbUpdate:     {StateDraft},
	VerbSubmit:     {StateDraft},
	VerbCheck:      {StateSubmitted},
	VerbExplain:    {StateBlocked},
	VerbRelease:    {StateChecked},
	VerbRevise:     {StateSubmitted, StateChecked, StateBlocked, StateReleased, StateRefused},
	VerbCancel:     {StateDraft, StateSubmitted, StateChecked, StateBlocked, StateReleased, StateRefused},
	VerbPrepare:    {StateReleased, StatePartlyDispatched},
	VerbDispatch:   {StateReleased, StatePartlyDispatched},
	VerbUnload:     {StatePartlyDispatched, StateDispatched, StateClosed}, // closed while a truck stood in the yard
	VerbClose:      {StatePartlyDispatched, StateDispatched},
	VerbSpecial:    {StateSubmitted, StateChecked, StateBlocked},
	VerbEmergency:  {StateSubmitted, StateChecked, StateBlocked},
	VerbPrioritise: {StateDraft, StateSubmitted, StateChecked, StateBlocked, StateReleased, StatePartlyDispatched},
}

// May returns errs.ErrState unless the verb makes sense in the notice's state.
func (n *Notice) May(v Verb) error {
	if slices.Contains(allowed[v], n.State) {
		return nil
	}
	if v == VerbDispatch || v == VerbPrepare { // SHP-07: never an unreleased one
		return ErrNotReleased.With("state", string(n.State))
	}
	return errs.ErrState.With("state", string(n.State))
}
