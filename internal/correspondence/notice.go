package correspondence

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Subject is what events and attachments call a notice.
const Subject = "customer_notice"

const task = "customer_notice.answer"

// The refusals of this module.
var (
	ErrNoDeal = errs.Define(errs.Rule, "customer_notice.unknown_deal",
		"There is no such order, contract or quotation that you may see.", "订单、合同或报价单不存在或不在您的可见范围内。", "ORD-11")
	ErrAbout = pg.Constraint("customer_notices_about", errs.Define(errs.Rule, "customer_notice.about_one_deal",
		"A notice is about one order, one contract or one quotation.", "客户通知须且只能对应一份订单、合同或报价单。", "ORD-11"))
	ErrFuture = errs.Define(errs.Rule, "customer_notice.received_in_future",
		"A notice can't have reached us in the future.", "客户通知的接收时间不能晚于当前时间。", "ORD-11")
	ErrAnswered = errs.Define(errs.Conflict, "customer_notice.answered",
		"This notice has been answered.", "该客户通知已答复。", "ORD-11")
)

// Notice is what a customer told us about a deal.
type Notice struct {
	ID           uuid.UUID
	Number       string
	CustomerID   uuid.UUID
	OwnerID      uuid.UUID // the customer's owner (ORG-06)
	OrderID      *uuid.UUID
	ContractID   *uuid.UUID
	QuotationID  *uuid.UUID
	Channel      order.Channel
	Sender       string
	Body         string
	State        string // open or answered
	ReceivedAt   time.Time
	DueDays      int
	DueAt        time.Time
	Answer       string
	AnsweredVia  string
	AnsweredBy   *uuid.UUID
	AnsweredAt   *time.Time
	RegisteredBy uuid.UUID
	CreatedAt    time.Time
	Version      int64

	Attachments []attachment.Attachment `gorm:"-"`
}

// TableName is for GORM.
func (Notice) TableName() string { return "customer_notices" }

// Overdue reports whether the notice should have been answered by now: at the due instant it isn't yet.
func (n Notice) Overdue(now time.Time) bool {
	if n.AnsweredAt != nil {
		return n.AnsweredAt.After(n.DueAt)
	}
	return now.After(n.DueAt)
}

// Draft is what a caller says of a notice.
type Draft struct {
	OrderID, ContractID, QuotationID *uuid.UUID
	Channel                          order.Channel
	Sender, Body                     string
	ReceivedAt                       *time.Time // nil: now
	Attachments                      []uuid.UUID
}

// Service holds the use cases. Build one per process; it is safe for concurrent use.
type Service struct {
	rules *rulebook.Service
	files *attachment.Service
}

// New returns the service.
func New(rules *rulebook.Service, files *attachment.Service) *Service {
	return &Service{rules: rules, files: files}
}

// Register writes a customer's notice down and asks the customer's owner to answer within order.notice_days working days (ORD-11).
// Returns ErrAbout, ErrNoDeal, ErrFuture and attachment.ErrUnknown.
func (s *Service) Register(tx pg.Tx, who identity.Principal, d Draft) (Notice, error) {
	n := Notice{
		ID: uuid.Must(uuid.NewV7()), OrderID: d.OrderID, ContractID: d.ContractID, QuotationID: d.QuotationID, Channel: d.Channel, Sender: d.Sender,
		Body: d.Body, State: "open", ReceivedAt: tx.Now, RegisteredBy: who.ID, CreatedAt: tx.Now, Version: 1,
	}
	if d.ReceivedAt != nil {
		n.ReceivedAt = *d.ReceivedAt
	}
	if n.ReceivedAt.After(tx.Now) {
		return n, ErrFuture.At("/received_at")
	}
	if err := n.deal(tx, who); err != nil {
		return n, err
	}
	var err error
	if n.DueDays, err = s.rules.Int(tx, "order.notice_days"); err != nil {
		return n, err
	}
	n.DueAt = tx.Calendar().Due(n.term())
	if n.Number, err = pg.NextNumber(tx, "CN", tx.Now); err != nil {
		return n, err
	}
	if err := pg.Insert(tx, &n); err != nil {
		return n, err
	}
	if err := s.bind(tx, who, &n, d.Attachments); err != nil {
		return n, err
	}
	if err := n.ask(tx); err != nil {
		return n, err
	}
	return n, n.record(tx, "registerCustomerNotice")
}

func (n *Notice) term() clock.Term { return clock.Term{From: n.ReceivedAt, Days: n.DueDays} }

// deal finds whose customer the deal is.
func (n *Notice) deal(tx pg.Tx, who identity.Principal) error {
	var err error
	n.CustomerID, n.OwnerID, err = customerOf(tx, *n)
	if err == nil {
		err = who.MustSee(n.OwnerID)
	}
	if errors.Is(err, errs.ErrNotFound) {
		return ErrNoDeal
	}
	return err
}

func (n *Notice) ask(tx pg.Tx) error {
	within := n.term()
	return followup.Open(tx, followup.Task{
		Kind: task, SubjectType: Subject, SubjectID: n.ID, Number: n.Number, UserID: &n.OwnerID, Within: &within, EscalateTo: identity.SalesManager,
		TitleEN: fmt.Sprintf("Answer the customer's notice %s", n.Number), TitleZH: fmt.Sprintf("答复客户通知 %s", n.Number),
	})
}

// record leaves the event, and on the order's timeline too (ORD-09).
func (n *Notice) record(tx pg.Tx, action string) error {
	after := map[string]any{"number": n.Number, "state": n.State, "due_at": n.DueAt, "channel": n.Channel, "version": n.Version}
	if err := audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: n.ID, After: after}); err != nil || n.OrderID == nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: order.Subject, SubjectID: *n.OrderID, After: map[string]any{
		"customer_notice": n.Number, "notice_state": n.State, "due_at": n.DueAt, "channel": n.Channel,
	}})
}

func (s *Service) bind(tx pg.Tx, who identity.Principal, n *Notice, files []uuid.UUID) error {
	if err := s.files.Bind(tx, who, Subject, n.ID, files...); err != nil {
		return err
	}
	of, err := s.files.Of(tx, Subject, n.ID)
	n.Attachments = of[n.ID]
	return err
}

// Answer writes down what the customer was answered, how, and with which files. Returns ErrAnswered, errs.ErrNotFound, errs.ErrStale.
// Locks the notice.
func (s *Service) Answer(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, via order.Channel, answer string, files ...uuid.UUID) (Notice, error) {
	n, err := pg.TakeForUpdate[Notice](tx, "id = ?", id)
	if err != nil {
		return n, err
	}
	if err := who.MustSee(n.OwnerID); err != nil {
		return Notice{}, err
	}
	if version != nil && *version != n.Version {
		return n, errs.ErrStale
	}
	if n.AnsweredAt != nil {
		return n, ErrAnswered
	}
	n.State, n.Answer, n.AnsweredVia, n.AnsweredBy, n.AnsweredAt = "answered", answer, string(via), &who.ID, &tx.Now
	if err := storeAnswer(tx, &n); err != nil {
		return n, err
	}
	if err := s.bind(tx, who, &n, files); err != nil {
		return n, err
	}
	if err := followup.Close(tx, task, Subject, n.ID); err != nil {
		return n, err
	}
	return n, n.record(tx, "answerCustomerNotice")
}

// Get returns a notice with its files. Returns errs.ErrNotFound for one that the caller may not see.
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Notice, error) {
	n, err := pg.Take[Notice](tx, "id = ?", id)
	if err != nil {
		return n, err
	}
	if err := who.MustSee(n.OwnerID); err != nil {
		return Notice{}, err
	}
	of, err := s.files.Of(tx, Subject, n.ID)
	n.Attachments = of[n.ID]
	return n, err
}

// Seen is Get for attachments.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	n, err := pg.Take[Notice](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return who.MustSee(n.OwnerID)
}

// Filter narrows a list; zero fields don't.
type Filter struct {
	CustomerID, OrderID *uuid.UUID
	State               string
	Overdue             bool // open and past due
}

// List returns notices that the caller may see, the newest first, without files. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Notice, string, error) {
	last := uuid.Max
	if _, err := p.After(&last); err != nil {
		return nil, "", err
	}
	rows, err := list(tx, who, f, last, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(n Notice) any { return n.ID })
}

// deadlines of open notices.
var deadlines = pg.Deadlines{Table: "customer_notices", Open: "state = 'open'", From: "received_at", Amount: "due_days", Versioned: true, Term: pg.Days}

// RecomputeDeadlines makes the deadlines of open notices anew, by the calendar as it is now. See pg.Deadlines.
func RecomputeDeadlines(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	return deadlines.Recompute(tx, after, n)
}
