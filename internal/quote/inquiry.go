package quote

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// followAnswer is the follow-up of a new customer's inquiry (QUO-01).
const followAnswer = "inquiry.answer"

// InquiryState is where an inquiry stands.
type InquiryState string

// The states of an inquiry.
const (
	InquiryOpen     InquiryState = "open"
	InquiryAnswered InquiryState = "answered"
	InquiryClosed   InquiryState = "closed"
)

// Inquiry is what somebody asked us for.
type Inquiry struct {
	ID            uuid.UUID
	Number        string
	CustomerID    *uuid.UUID
	ProspectID    *uuid.UUID
	OwnerID       uuid.UUID
	State         InquiryState
	Channel       string // as an order's
	ReceivedAt    time.Time
	NewCustomer   bool // no business when it asked
	DueAt         *time.Time
	Needs         string
	MonthlyTonnes *decimal.Decimal
	AnsweredAt    *time.Time
	QuotationID   *uuid.UUID
	ClosedAt      *time.Time
	CloseReason   string
	CreatedBy     *uuid.UUID
	CreatedAt     time.Time
	UpdatedAt     time.Time
	Version       int64

	Lines []InquiryLine `gorm:"-"`
}

// TableName is for GORM.
func (Inquiry) TableName() string { return "inquiries" }

// InquiryLine is one thing that is wanted.
type InquiryLine struct {
	ID        uuid.UUID
	InquiryID uuid.UUID
	LineNo    int
	ProductID *uuid.UUID // nil: not one of ours yet
	Wanted    string
	Quantity  decimal.Decimal
	Unit      string
	WantedOn  *time.Time
}

// TableName is for GORM.
func (InquiryLine) TableName() string { return "inquiry_lines" }

// Overdue reports whether it should have been answered by now (QUO-01).
func (q *Inquiry) Overdue(now time.Time) bool {
	return q.State == InquiryOpen && q.DueAt != nil && now.After(*q.DueAt)
}

// Late reports whether it was answered after its deadline.
func (q *Inquiry) Late() bool {
	return q.AnsweredAt != nil && q.DueAt != nil && q.AnsweredAt.After(*q.DueAt)
}

// Remaining is the working time left to answer it: nil when nothing runs, 0 when it is over.
func (q *Inquiry) Remaining(tx pg.Tx) *time.Duration {
	if q.State != InquiryOpen || q.DueAt == nil {
		return nil
	}
	left := tx.Calendar().WorkingTimeBetween(tx.Now, *q.DueAt).Truncate(time.Minute)
	return &left
}

func (q *Inquiry) trace() map[string]any {
	return map[string]any{
		"number": q.Number, "customer_id": q.CustomerID, "prospect_id": q.ProspectID, "state": q.State, "received_at": q.ReceivedAt,
		"new_customer": q.NewCustomer, "due_at": q.DueAt, "needs": q.Needs, "lines": len(q.Lines), "quotation_id": q.QuotationID,
		"reason": q.CloseReason, "version": q.Version,
	}
}

// InquiryDraft is an inquiry as it came in.
type InquiryDraft struct {
	Party         Party
	Channel       string
	ReceivedAt    *time.Time // now when nil
	Needs         string
	MonthlyTonnes *decimal.Decimal
	Lines         []InquiryLine
	Files         []uuid.UUID
}

// CreateInquiry records what somebody asked for. For a new customer the clock runs from when it came in: it is due at the end of the
// working day that quote.new_customer_days says (QUO-01), and the owner is asked to answer it, past that the sales manager. Returns
// ErrParty, ErrProspect, ErrReceived, ErrWanted, ErrWantedQuantity, ErrNoProduct, ErrUnit and attachment.ErrUnknown.
func (s *Service) CreateInquiry(tx pg.Tx, who identity.Principal, d InquiryDraft) (Inquiry, error) {
	p, err := s.party(tx, who, d.Party)
	if err != nil {
		return Inquiry{}, err
	}
	q := Inquiry{
		ID: uuid.Must(uuid.NewV7()), CustomerID: p.CustomerID, ProspectID: p.ProspectID, OwnerID: p.OwnerID, State: InquiryOpen,
		Channel: d.Channel, ReceivedAt: tx.Now, Needs: strings.TrimSpace(d.Needs), MonthlyTonnes: d.MonthlyTonnes, CreatedBy: tx.By.Actor(),
		CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
	}
	if d.ReceivedAt != nil {
		q.ReceivedAt = d.ReceivedAt.UTC()
	}
	if q.ReceivedAt.After(tx.Now) {
		return Inquiry{}, ErrReceived.At("/received_at")
	}
	if err := q.fill(tx, d.Lines); err != nil {
		return Inquiry{}, err
	}
	if q.NewCustomer, err = fresh(tx, p); err != nil {
		return Inquiry{}, err
	}
	if err := s.startClock(tx, &q); err != nil {
		return Inquiry{}, err
	}
	if q.Number, err = pg.NextNumber(tx, "IQ", tx.Now.In(clock.Shanghai)); err != nil {
		return Inquiry{}, err
	}
	if err := insertInquiry(tx, &q); err != nil {
		return Inquiry{}, err
	}
	if err := s.files.Bind(tx, who, SubjectInquiry, q.ID, d.Files...); err != nil {
		return Inquiry{}, err
	}
	if err := s.askToAnswer(tx, q, p.Name); err != nil {
		return Inquiry{}, err
	}
	return q, audit.Record(tx, audit.Entry{Action: "createInquiry", SubjectType: SubjectInquiry, SubjectID: q.ID, After: q.trace()})
}

// fill makes the lines: a product is asked for in its own unit.
func (q *Inquiry) fill(tx pg.Tx, lines []InquiryLine) error {
	var ids []uuid.UUID
	for _, l := range lines {
		if l.ProductID != nil {
			ids = append(ids, *l.ProductID)
		}
	}
	products, err := catalog.Briefs(tx, ids)
	if err != nil {
		return err
	}
	for i, l := range lines {
		if err := l.check(products); err != nil {
			return errs.At(err, fmt.Sprintf("/lines/%d", i))
		}
		l.ID, l.InquiryID, l.LineNo, l.Quantity = uuid.Must(uuid.NewV7()), q.ID, i+1, money.Round(l.Quantity, money.PriceScale)
		if l.ProductID != nil {
			l.Unit = products[*l.ProductID].Unit
		}
		q.Lines = append(q.Lines, l)
	}
	return nil
}

func (l InquiryLine) check(products map[uuid.UUID]catalog.Product) error {
	if !l.Quantity.IsPos() {
		return ErrWantedQuantity
	}
	if l.ProductID == nil {
		if strings.TrimSpace(l.Wanted) == "" || strings.TrimSpace(l.Unit) == "" {
			return ErrWanted
		}
		return nil
	}
	p, found := products[*l.ProductID]
	if !found {
		return ErrNoProduct
	}
	if l.Unit != "" && !strings.EqualFold(strings.TrimSpace(l.Unit), p.Unit) {
		return ErrUnit.With("unit", p.Unit)
	}
	return nil
}

// startClock sets the deadline of a new customer's inquiry (QUO-01).
func (s *Service) startClock(tx pg.Tx, q *Inquiry) error {
	if !q.NewCustomer {
		return nil
	}
	term, err := s.answerWithin(tx, q.ReceivedAt)
	if err != nil {
		return err
	}
	due := tx.Calendar().Due(term)
	q.DueAt = &due
	return nil
}

func (s *Service) askToAnswer(tx pg.Tx, q Inquiry, name string) error {
	if q.DueAt == nil {
		return nil
	}
	within, err := s.answerWithin(tx, q.ReceivedAt)
	if err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: followAnswer, SubjectType: SubjectInquiry, SubjectID: q.ID, Number: q.Number, UserID: &q.OwnerID, Within: &within,
		EscalateTo: identity.SalesManager, TitleEN: fmt.Sprintf("Answer the inquiry %s of %s with a quotation", q.Number, name),
		TitleZH: fmt.Sprintf("请就 %s 的询价 %s 报价", name, q.Number),
	})
}

// GetInquiry returns an inquiry with its lines. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) GetInquiry(tx pg.Tx, who identity.Principal, id uuid.UUID) (Inquiry, error) {
	q, err := takeInquiry(tx, id)
	if err != nil {
		return Inquiry{}, err
	}
	return q, who.MustSee(q.OwnerID)
}

// InquirySeen is GetInquiry for attachments.
func (s *Service) InquirySeen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	_, err := s.GetInquiry(tx, who, id)
	return err
}

// CloseInquiry ends an inquiry that won't be answered with a quotation. Returns errs.ErrNotFound, errs.ErrStale, ErrInquiryEnded and
// ErrReason. Locks the inquiry.
func (s *Service) CloseInquiry(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Inquiry, error) {
	q, err := lockInquiry(tx, id)
	if err != nil {
		return Inquiry{}, err
	}
	if err := who.MustSee(q.OwnerID); err != nil {
		return Inquiry{}, err
	}
	if version != nil && *version != q.Version {
		return Inquiry{}, errs.ErrStale
	}
	if q.State != InquiryOpen {
		return Inquiry{}, ErrInquiryEnded.With("state", string(q.State))
	}
	before := q.trace()
	if q.CloseReason = strings.TrimSpace(reason); q.CloseReason == "" {
		return Inquiry{}, ErrReason.At("/reason")
	}
	q.State, q.ClosedAt = InquiryClosed, &tx.Now
	return q, s.endInquiry(tx, &q, "closeInquiry", before)
}

// answer marks the inquiry of a quotation that was sent as answered; one that has ended stays as it is. Locks the inquiry.
func (s *Service) answer(tx pg.Tx, q *Quotation) error {
	if q.InquiryID == nil {
		return nil
	}
	i, err := lockInquiry(tx, *q.InquiryID)
	if err != nil || i.State != InquiryOpen {
		return err
	}
	before := i.trace()
	i.State, i.AnsweredAt, i.QuotationID = InquiryAnswered, &tx.Now, &q.ID
	return s.endInquiry(tx, &i, "answerInquiry", before)
}

func (s *Service) endInquiry(tx pg.Tx, q *Inquiry, action string, before map[string]any) error {
	q.UpdatedAt = tx.Now
	if err := updateInquiry(tx, q); err != nil {
		return err
	}
	if err := followup.Close(tx, followAnswer, SubjectInquiry, q.ID); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: SubjectInquiry, SubjectID: q.ID, Before: before, After: q.trace()})
}

// inquiryOf holds the inquiry that a quotation is to answer against whom it is for. Returns ErrInquiryParty and ErrInquiryEnded.
func (s *Service) inquiryOf(tx pg.Tx, id *uuid.UUID, p party) error {
	if id == nil {
		return nil
	}
	q, err := takeInquiry(tx, *id)
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return ErrInquiryParty.At("/inquiry_id")
	case err != nil:
		return err
	case !same(q.CustomerID, p.CustomerID) || q.CustomerID == nil && !same(q.ProspectID, p.ProspectID):
		return ErrInquiryParty.At("/inquiry_id")
	case q.State == InquiryClosed:
		return ErrInquiryEnded.With("state", string(q.State)).At("/inquiry_id")
	}
	return nil
}

func same(a, b *uuid.UUID) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// RecomputeDeadlines gives open inquiries the deadlines that the calendar now makes of when they came in, by the days that were in force
// then. See pg.Deadlines; the follow-ups that ask for their answer see to theirs.
func (s *Service) RecomputeDeadlines(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	return pg.Deadlines{
		Table: "inquiries", Open: "state = 'open' AND due_at IS NOT NULL", From: "received_at", Versioned: true,
		Term: func(tx pg.Tx, received time.Time, _ int) (clock.Term, error) { return s.answerWithin(tx, received) },
	}.Recompute(tx, after, n)
}

// answerWithin is by when a new customer's inquiry is answered with a quotation (QUO-01).
func (s *Service) answerWithin(tx pg.Tx, received time.Time) (clock.Term, error) {
	days, err := s.rules.IntAt(tx, "quote.new_customer_days", received)
	return clock.Term{From: received, Days: days}, err
}
