package handover

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// Subject is what events, follow-ups and timelines call a handover.
const Subject = "handover"

// taskKind is the follow-up that asks both people to acknowledge.
const taskKind = "handover.acknowledge"

// Kind is what an item of a handover is.
type Kind string

// The kinds of items.
const (
	Order      Kind = "order"
	Notice     Kind = "notice"
	Receivable Kind = "receivable"
	Contract   Kind = "contract" // the amount is what is left of it, the date its last day
	FollowUp   Kind = "follow_up"
	Complaint  Kind = "complaint"
	Statement  Kind = "statement"       // sent or disputed; the amount is its closing
	Disputed   Kind = "disputed_item"   // what isn't settled yet
	Promise    Kind = "payment_promise" // the amount is what hasn't come in of it
	BadDebt    Kind = "bad_debt"        // that is asked for, or approved and not written off
)

// Handover is one handing over of customers.
type Handover struct {
	ID           uuid.UUID
	Number       string
	LeavingID    *uuid.UUID // whose customers all moved; nil when some were named
	Reason       string
	HandedOverBy *uuid.UUID
	HandedOverAt time.Time
	Prospects    int
	ToID         *uuid.UUID // who took the prospects; nil when none moved

	Sum              Sum               `gorm:"-"`
	Parts            []Part            `gorm:"-"` // one for each pair of people
	Acknowledgements []Acknowledgement `gorm:"-"`
	Items            []Item            `gorm:"-"` // the first of them
}

// Sum counts what a handover lists.
type Sum struct {
	HandoverID                                         uuid.UUID
	Customers, Orders, Notices, Receivables, FollowUps int
	Complaints                                         int
	Amount                                             decimal.Decimal // of the receivables, when handed over
}

// Part is how many customers one person has given to another.
type Part struct {
	HandoverID   uuid.UUID
	FromID, ToID uuid.UUID
	Customers    int
}

// Item is one thing that was open.
type Item struct {
	HandoverID uuid.UUID
	CustomerID uuid.UUID
	Kind       Kind
	DocumentID uuid.UUID
	Number     string
	State      string
	Amount     *decimal.Decimal
	DueOn      *time.Time
}

// TableName is for GORM.
func (Item) TableName() string { return "handover_items" }

// Acknowledgement is one person's word that they know of the handover.
type Acknowledgement struct {
	HandoverID uuid.UUID
	UserID     uuid.UUID
	At         time.Time
	Comment    string
}

// TableName is for GORM.
func (Acknowledgement) TableName() string { return "handover_acknowledgements" }

// Draft is what to hand over: the named customers, or all of Leaving's; each to whom Map says, or to To.
type Draft struct {
	Leaving   *uuid.UUID
	Customers []uuid.UUID
	To        *uuid.UUID
	Map       map[uuid.UUID]uuid.UUID // customer → new owner
	Reason    string
}

// target returns the customer's new owner. Returns ErrNoTarget.
func (d Draft) target(customer uuid.UUID) (uuid.UUID, error) {
	if to, ok := d.Map[customer]; ok {
		return to, nil
	}
	if d.To == nil {
		return uuid.Nil, ErrNoTarget.With("customer_id", customer)
	}
	return *d.To, nil
}

// Joint is a receivable that two people answer for.
type Joint struct {
	HandoverID     uuid.UUID
	HandoverNumber string
	CustomerID     uuid.UUID
	CustomerCode   string
	CustomerName   string
	InvoiceID      uuid.UUID
	InvoiceNumber  string
	DueOn          time.Time
	Amount         decimal.Decimal // open at the handover
	Open           decimal.Decimal // now
	FromID         uuid.UUID
	ToID           uuid.UUID
	Since          time.Time
}

// The refusals of this module.
var (
	ErrNoTarget = errs.Define(errs.Rule, "handover.no_target",
		"Nobody is named who takes this customer, or the prospects.", "未指定该客户(或潜在客户)的接收人。", "CUS-13")
	ErrNothing = errs.Define(errs.Rule, "handover.nothing",
		"There is nothing to hand over.", "没有可移交的客户。", "CUS-13")
	ErrSame = errs.Define(errs.Rule, "handover.same_owner",
		"This person has the customer already.", "该人员已是客户负责人。", "CUS-13")
	ErrForm = errs.Define(errs.Rule, "handover.form",
		"Name either customers or the person whose customers all move.", "请指定客户,或指定其全部客户须移交的人员。", "CUS-13")
	ErrNotConcerned = errs.Define(errs.Forbidden, "handover.not_concerned",
		"Only who hands over and who takes over acknowledges.", "仅移交双方可以确认。", "CUS-13")

	_ = pg.Constraint("handover_customers_differ", ErrSame)
)
