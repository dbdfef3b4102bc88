package dispute

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// Matter is what the authority matrix rules on before an invoice is adjusted (ARV-06).
const Matter = "receivable.adjust"

// taskDispute asks the rep to find out what is right.
const taskDispute = "collection.dispute"

// State is where a disputed item stands.
type State string

// The states.
const (
	Open      State = "open"
	Deciding  State = "deciding" // a correction waits for its approval
	Adjusted  State = "adjusted"
	Rejected  State = "rejected"
	Withdrawn State = "withdrawn"
)

// Why an item is disputed.
const (
	Duplicate = "duplicate"
	Price     = "price"
	Item      = "item"
	Quantity  = "quantity"
	Quality   = "quality"
)

// Dispute is an invoice, or one line of it, that a customer disputes to an amount. That amount isn't dunned meanwhile; the exposure stays.
type Dispute struct {
	ID           uuid.UUID
	Number       string
	InvoiceID    uuid.UUID
	LineID       *uuid.UUID
	CustomerID   uuid.UUID
	PayerID      uuid.UUID
	Reason       string
	Amount       decimal.Decimal
	RaisedBy     string // the customer's person
	Note         string
	State        State
	Credited     decimal.Decimal  // what is asked to be, or was, taken off the invoice
	Quantity     *decimal.Decimal // of the line, that leaves the invoice with it
	ApprovalID   *uuid.UUID
	AdjustmentID *uuid.UUID
	Outcome      string
	OpenedBy     uuid.UUID
	OpenedAt     time.Time
	ClosedBy     *uuid.UUID
	ClosedAt     *time.Time
	Version      int64

	CustomerName string `gorm:"->"` // when it was listed
	PayerName    string `gorm:"->"`
}

// TableName implements gorm's Tabler.
func (Dispute) TableName() string { return "disputed_items" }

func (d Dispute) trace() map[string]any {
	return map[string]any{
		"number": d.Number, "invoice_id": d.InvoiceID, "line_id": d.LineID, "reason": d.Reason, "amount": d.Amount, "state": d.State,
		"credited": d.Credited, "quantity": d.Quantity, "adjustment_id": d.AdjustmentID, "outcome": d.Outcome, "version": d.Version,
	}
}

// NewDispute is what a customer disputes.
type NewDispute struct {
	InvoiceID uuid.UUID
	LineID    *uuid.UUID
	Reason    string
	Amount    decimal.Decimal
	RaisedBy  string
	Note      string
}

// Open writes down that a customer disputes an invoice or a line of it, to an amount, and asks the rep to find out what is right
// (ARV-06). Returns ErrUnknownLine, collection.ErrNoAmount, and ErrMore for more than is open and not disputed yet, or than the line has.
// Locks the invoice.
func (s *Service) Open(tx pg.Tx, who identity.Principal, in NewDispute) (Dispute, error) {
	v, err := s.receivables.GetInvoice(tx, who, in.InvoiceID)
	if errors.Is(err, errs.ErrNotFound) {
		err = errs.ErrReferenced.At("/invoice_id")
	}
	if err != nil {
		return Dispute{}, err
	}
	d := Dispute{
		ID: uuid.Must(uuid.NewV7()), InvoiceID: v.ID, LineID: in.LineID, CustomerID: v.CustomerID, PayerID: v.PayerID, Reason: in.Reason,
		Amount: money.Fen(in.Amount), RaisedBy: in.RaisedBy, Note: in.Note, State: Open, Credited: zero, OpenedBy: who.ID, OpenedAt: tx.Now, Version: 1,
	}
	if !d.Amount.IsPos() {
		return Dispute{}, collection.ErrNoAmount.At("/amount")
	}
	left, err := disputable(tx, v.ID)
	if err != nil {
		return Dispute{}, err
	}
	if left, err = d.within(v, left); err != nil {
		return Dispute{}, err
	}
	if d.Amount.Cmp(left) > 0 {
		return Dispute{}, ErrMore.With("left", left).At("/amount")
	}
	if d.Number, err = pg.NextNumber(tx, "DI", tx.Now); err != nil {
		return Dispute{}, err
	}
	if err := pg.Insert(tx, &d); err != nil {
		return Dispute{}, err
	}
	if err := d.ask(tx, v); err != nil {
		return Dispute{}, err
	}
	return d, record(tx, "openDisputedItem", d.ID, nil, d.trace())
}

// within bounds what may be disputed by the line, if one is named.
func (d Dispute) within(v receivable.Invoice, left decimal.Decimal) (decimal.Decimal, error) {
	if d.LineID == nil {
		return left, nil
	}
	for _, l := range v.Lines {
		if l.ID == *d.LineID {
			return left.Min(l.Amount), nil
		}
	}
	return zero, ErrUnknownLine.At("/invoice_line_id")
}

// ask opens the rep's task.
func (d Dispute) ask(tx pg.Tx, v receivable.Invoice) error {
	c, err := customer.Brief(tx, d.CustomerID)
	if err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: taskDispute, SubjectType: Subject, SubjectID: d.ID, Number: d.Number, UserID: &c.OwnerID,
		TitleEN: fmt.Sprintf("%s disputes %s of %s (%s): find out what is right", c.Name, d.Amount, v.Number, d.Reason),
		TitleZH: fmt.Sprintf("%s 对 %s 中 %s 元提出争议(%s):请查明", c.Name, v.Number, d.Amount, reasonZH[d.Reason]),
	})
}

var reasonZH = map[string]string{Duplicate: "开单重复", Price: "价格", Item: "项目", Quantity: "数量", Quality: "质量"}

// Settlement is how a dispute is to be settled: by an amount off the invoice or, for a line, by a quantity that leaves it.
type Settlement struct {
	Amount   decimal.Decimal
	Quantity *decimal.Decimal
	Reason   string
}

// Resolve asks whoever the authority matrix names to adjust the invoice; when they agree, receivable posts the adjusting document,
// and the invoice stays as it was posted (ARV-06). Returns ErrClosed, collection.ErrNoAmount, ErrMore, ErrUnknownLine for a quantity
// of no line. Locks the payer's account, the dispute, and what receivable's Adjust locks.
func (s *Service) Resolve(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, by Settlement) (Dispute, error) {
	d, c, err := s.lock(tx, who, id, version)
	if err != nil {
		return Dispute{}, err
	}
	amount := money.Fen(by.Amount)
	switch {
	case d.State != Open:
		return Dispute{}, ErrClosed
	case !amount.IsPos() || by.Quantity != nil && !by.Quantity.IsPos():
		return Dispute{}, collection.ErrNoAmount.At("/amount")
	case amount.Cmp(d.Amount) > 0:
		return Dispute{}, ErrMore.With("left", d.Amount).At("/amount")
	case by.Quantity != nil && d.LineID == nil:
		return Dispute{}, ErrUnknownLine.At("/quantity")
	}
	before := d.trace()
	d.Credited, d.Quantity, d.Outcome = amount, by.Quantity, by.Reason
	r, err := s.approvals.Submit(tx, who, approval.Submission{
		Matter: Matter, SubjectType: Subject, SubjectID: d.ID, Number: d.Number, OwnerID: &c.OwnerID,
		TitleEN: fmt.Sprintf("Take %s off an invoice of %s: %s", amount, c.Name, d.Reason),
		TitleZH: fmt.Sprintf("%s 争议调整 %s 元:%s", c.Name, amount, reasonZH[d.Reason]),
		Facts:   map[string]any{"amount": amount, "cause": d.Reason, "disputed": d.Amount, "reason": by.Reason},
		Content: d.content(),
	})
	if err != nil {
		return Dispute{}, err
	}
	d.State, d.ApprovalID = Deciding, &r.ID
	if err := store(tx, &d); err != nil {
		return Dispute{}, err
	}
	if r.State == approval.Approved {
		if d, err = s.adjust(tx, d); err != nil {
			return Dispute{}, err
		}
	}
	return d, record(tx, "resolveDisputedItem", d.ID, before, d.trace())
}

// content is what the approval is bound to.
func (d Dispute) content() []byte {
	return approval.ContentHash(struct {
		Invoice  uuid.UUID
		Line     *uuid.UUID
		Credited decimal.Decimal
		Quantity *decimal.Decimal
		Reason   string
	}{d.InvoiceID, d.LineID, d.Credited, d.Quantity, d.Reason})
}

// adjust posts the adjusting document of an approved correction and closes the dispute. The account and the dispute are
// locked; the document locks delivery notes and invoice.
func (s *Service) adjust(tx pg.Tx, d Dispute) (Dispute, error) {
	c := receivable.Correction{InvoiceID: d.InvoiceID, Cause: d.cause(), Reason: d.Outcome, SourceID: &d.ID}
	switch {
	case d.Quantity != nil:
		c.Lines = []receivable.CorrectedLine{{LineID: *d.LineID, Quantity: *d.Quantity}}
	case d.LineID != nil:
		c.Lines = []receivable.CorrectedLine{{LineID: *d.LineID, Amount: d.Credited}}
	default:
		c.Amount = d.Credited
	}
	doc, err := s.receivables.Adjust(tx, identity.System(), c)
	if err != nil {
		return d, err
	}
	d.State, d.AdjustmentID, d.ClosedAt, d.ClosedBy = Adjusted, &doc.ID, &tx.Now, tx.By.Actor()
	if d.Credited = doc.Total.Abs(); d.Credited.Cmp(d.Amount) > 0 { // a quantity comes to what its line says
		return d, ErrMore.With("left", d.Amount)
	}
	if err := store(tx, &d); err != nil {
		return d, err
	}
	return d, followup.Close(tx, taskDispute, Subject, d.ID)
}

// cause is what receivable calls the reason. Where goods stay on the invoice, an amount off it is a matter of its price.
func (d Dispute) cause() receivable.Cause {
	switch {
	case d.Quantity != nil && d.Reason == Item:
		return receivable.CauseItem
	case d.Quantity != nil:
		return receivable.CauseQuantity
	case d.Reason == Duplicate:
		return receivable.CauseDuplicate
	case d.Reason == Item:
		return receivable.CauseItem
	}
	return receivable.CausePrice
}

// ApprovalDecided implements approval.Subject: what was refused is open again. Locks the payer's account and the dispute.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	d, err := s.hold(tx, r.SubjectID)
	if err != nil || d.State != Deciding || d.ApprovalID == nil || *d.ApprovalID != r.ID {
		return err
	}
	before := d.trace()
	if r.State == approval.Approved {
		d, err = s.adjust(tx, d)
	} else {
		d.State, d.Credited, d.Quantity, d.ApprovalID, d.Outcome = Open, zero, nil, nil, ""
		err = store(tx, &d)
	}
	if err != nil {
		return err
	}
	return record(tx, "decideDisputedItem", d.ID, before, d.trace())
}

// Close ends a dispute without a document: rejected, because the invoice is right, or withdrawn by the customer. What is open of the
// invoice is dunned again. Returns ErrClosed. Locks the dispute.
func (s *Service) Close(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, as State, reason string) (Dispute, error) {
	d, _, err := s.lock(tx, who, id, version)
	if err != nil {
		return Dispute{}, err
	}
	if d.State != Open {
		return Dispute{}, ErrClosed
	}
	before := d.trace()
	d.State, d.Outcome, d.ClosedAt, d.ClosedBy = as, reason, &tx.Now, tx.By.Actor()
	if err := store(tx, &d); err != nil {
		return Dispute{}, err
	}
	if err := followup.Close(tx, taskDispute, Subject, d.ID); err != nil {
		return Dispute{}, err
	}
	return d, record(tx, string(as)+"DisputedItem", d.ID, before, d.trace())
}

// hold locks the payer's account, under which an adjusting document is posted, and then the dispute. A dispute never changes its payer.
func (s *Service) hold(tx pg.Tx, id uuid.UUID) (Dispute, error) {
	d, err := pg.Take[Dispute](tx, "id = ?", id)
	if err != nil {
		return Dispute{}, err
	}
	if _, err := s.credits.Lock(tx, d.PayerID); err != nil {
		return Dispute{}, err
	}
	return pg.TakeForUpdate[Dispute](tx, "id = ?", id)
}

// lock locks a visible dispute: its requests first, then the payer's account.
func (s *Service) lock(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Dispute, customer.Customer, error) {
	if err := s.approvals.Lock(tx, Subject, id); err != nil {
		return Dispute{}, customer.Customer{}, err
	}
	d, err := s.hold(tx, id)
	if err != nil {
		return Dispute{}, customer.Customer{}, err
	}
	c, err := seen(tx, who, d.CustomerID)
	if err != nil {
		return Dispute{}, customer.Customer{}, err
	}
	return d, c, stale(version, d.Version)
}

// Get returns a disputed item. Returns errs.ErrNotFound also when its customer isn't visible.
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Dispute, error) {
	d, err := pg.Take[Dispute](tx, "id = ?", id)
	if err != nil {
		return Dispute{}, err
	}
	_, err = seen(tx, who, d.CustomerID)
	return d, err
}

// Filter narrows List; what is zero lets all through.
type Filter struct {
	CustomerID uuid.UUID
	PayerID    uuid.UUID
	InvoiceID  uuid.UUID
	OwnerID    uuid.UUID
	Number     string
	State      State
	Reason     string
}

// List returns disputed items of visible customers, newest first. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, page pg.Page) ([]Dispute, string, error) {
	return list(tx, who, f, page)
}
