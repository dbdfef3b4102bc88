package opportunity

import (
	"slices"
	"strings"
)

// Stage is how far an opportunity has come. The names are the API's.
type Stage string

// The stages: five that are open, in their order, and two that are ended.
const (
	LeadFound  Stage = "lead_found"
	Project    Stage = "project" // 立项
	Proposal   Stage = "proposal"
	Deal       Stage = "deal"
	Collection Stage = "collection"
	Lost       Stage = "lost"
	Cancelled  Stage = "cancelled"
)

// ladder are the open stages in their order.
var ladder = []Stage{LeadFound, Project, Proposal, Deal, Collection}

// Verb is what is done to an opportunity's stage.
type Verb string

// The verbs.
const (
	Move   Verb = "move"
	Lose   Verb = "lose"
	Cancel Verb = "cancel"
	Reopen Verb = "reopen"
)

// Step is a verb with what it needs.
type Step struct {
	Verb   Verb
	To     Stage // of Move
	Reason string
}

// next returns the stage that a step leads to (CUS-16): forward freely, back and out and in again only with a reason. Returns
// ErrStage and ErrReason.
func (s Step) next(now, last Stage) (Stage, error) {
	from := slices.Index(ladder, now)
	to, needsReason, ok := now, true, from >= 0
	switch s.Verb {
	case Move:
		i := slices.Index(ladder, s.To)
		to, needsReason, ok = s.To, i < from, ok && i >= 0 && i != from
	case Lose:
		to = Lost
	case Cancel:
		to = Cancelled
	case Reopen:
		to, ok = last, from < 0
	}
	switch {
	case !ok:
		return "", ErrStage.With("stage", now)
	case needsReason && strings.TrimSpace(s.Reason) == "":
		return "", ErrReason.At("/reason")
	}
	return to, nil
}

// needsCustomer reports whether the stage is one that only a customer gets to.
func (s Stage) needsCustomer() bool { return s == Deal || s == Collection }
