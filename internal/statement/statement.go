package statement

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
)

// Subject is what events, follow-ups and attachments call a statement.
const Subject = "statement"

// State is where a statement stands. The names are the API's.
type State string

// The states.
const (
	Draft      State = "draft"
	Sent       State = "sent"
	Disputed   State = "disputed"
	Confirmed  State = "confirmed"
	Settled    State = "settled"    // all that was owed at its end is paid
	Superseded State = "superseded" // by its next revision
)

// The kinds of statements.
const (
	Monthly = "monthly"
	Manual  = "manual" // of any dates, outside the chain
)

// How a statement came to be confirmed.
const (
	ByLink       = "link"
	ByRecord     = "recorded"   // a rep or clerk wrote it down
	ByResolution = "resolution" // its last dispute was rejected or paid
)

// Statement is what a payer's account did in a range of dates. Amounts are in CNY, tax included.
type Statement struct {
	ID         uuid.UUID
	Number     string
	Revision   int
	Kind       string
	CustomerID uuid.UUID // who pays
	StartsOn   time.Time
	EndsOn     time.Time
	FromSeq    int64 // the ledger's movements after it …
	ToSeq      int64 // … up to it are the lines
	PreviousID *uuid.UUID

	OpeningReceivable decimal.Decimal
	OpeningShipped    decimal.Decimal
	OpeningPrepaid    decimal.Decimal
	Opening           decimal.Decimal `gorm:"->"`
	Movements
	ClosingReceivable decimal.Decimal
	ClosingShipped    decimal.Decimal
	ClosingPrepaid    decimal.Decimal
	Closing           decimal.Decimal `gorm:"->"`
	Buckets
	Bounds
	LateDocuments int
	AdjustedAfter decimal.Decimal
	Agreed        decimal.Decimal `gorm:"->"`

	State         State
	SentAt        *time.Time
	SentBy        *uuid.UUID
	SentVia       string
	ConfirmedAt   *time.Time
	ConfirmedVia  string
	ConfirmedName string
	ConfirmedBy   *uuid.UUID
	SettledAt     *time.Time
	ReplacedBy    *uuid.UUID
	MadeAt        time.Time
	MadeBy        *uuid.UUID
	Version       int64
}

// Movements are what happened, by kind. Credited, Received and WrittenOff reduce the balance.
type Movements struct {
	Brought           decimal.Decimal // open items of the books before salesgate
	Delivered         decimal.Decimal
	Invoiced          decimal.Decimal // of it; no movement of the balance
	InvoiceDifference decimal.Decimal // by which invoices differ from what was delivered
	Adjusted          decimal.Decimal
	Credited          decimal.Decimal
	Received          decimal.Decimal
	WrittenOff        decimal.Decimal
}

// Buckets is what is receivable by how late it is. Their sum is what is receivable.
type Buckets struct {
	NotDue     decimal.Decimal
	LateFirst  decimal.Decimal // up to Bounds.BoundFirst days
	LateSecond decimal.Decimal
	LateThird  decimal.Decimal
	LateBeyond decimal.Decimal
}

// Bounds are the most days late of the first three buckets of what is late.
type Bounds struct {
	BoundFirst  int
	BoundSecond int
	BoundThird  int
}

// Name is the bucket of something that is so many days late; 0 or less is not due (CRD-12: due today isn't late).
func (b Bounds) Name(days int) string {
	switch {
	case days <= 0:
		return "not_due"
	case days <= b.BoundFirst:
		return "late_first"
	case days <= b.BoundSecond:
		return "late_second"
	case days <= b.BoundThird:
		return "late_third"
	}
	return "late_beyond"
}

// Verb is what can be done to a statement.
type Verb string

// The verbs.
const (
	VerbSend    Verb = "send"
	VerbConfirm Verb = "confirm"
	VerbDispute Verb = "dispute"
	VerbResolve Verb = "resolve"
	VerbSettle  Verb = "settle"
)

var may = map[Verb][]State{
	VerbSend:    {Draft, Sent},
	VerbConfirm: {Sent},
	VerbDispute: {Sent, Disputed},
	VerbResolve: {Disputed},
	VerbSettle:  {Confirmed},
}

// May returns errs.ErrState unless the verb is one for the statement's state, and ErrSuperseded for one that a revision replaced.
func (s Statement) May(v Verb) error {
	if slices.Contains(may[v], s.State) {
		return nil
	}
	if s.State == Superseded {
		return ErrSuperseded
	}
	return errs.ErrState.With("state", s.State)
}

func (s Statement) at(version *int64) error {
	if version != nil && *version != s.Version {
		return errs.ErrStale
	}
	return nil
}

// trace is the statement as its events show it.
func (s Statement) trace() map[string]any {
	return map[string]any{
		"number": s.Number, "revision": s.Revision, "customer_id": s.CustomerID, "state": s.State, "closing": s.Closing, "agreed": s.Agreed,
		"starts_on": s.StartsOn.Format(time.DateOnly), "ends_on": s.EndsOn.Format(time.DateOnly), "sent_via": s.SentVia,
		"confirmed_via": s.ConfirmedVia, "confirmed_name": s.ConfirmedName, "version": s.Version,
	}
}

// Line is one document of a statement, with what it did to the balance.
type Line struct {
	DocumentType string
	DocumentID   uuid.UUID
	Seq          int64 // of its first movement, by which lines are ordered
	Kind         string
	Number       string
	CustomerID   *uuid.UUID // who was delivered to, when that isn't the payer
	Remarks      string
	HappenedOn   time.Time
	BookedAt     time.Time
	DueOn        *time.Time
	Invoiced     decimal.Decimal // of an invoice or its reversal; for information
	Amount       decimal.Decimal // on the balance
	Balance      decimal.Decimal // after it
	Late         bool            // of a month that was closed before it was booked
	Dispute      string          // state of the dispute about it; "" for none
}
