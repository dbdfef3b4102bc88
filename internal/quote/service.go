package quote

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Names under which quotations and inquiries appear in approvals, decisions, events and attachments.
const (
	SubjectInquiry = "inquiry"
	SubjectSurvey  = "demand_survey"
	Matter         = "price.quote"
	gate           = "quote"
)

// Service holds the use cases. Build one per process; it is safe for concurrent use.
type Service struct {
	rules     *rulebook.Service
	approvals *approval.Service
	prices    *pricing.Service
	credits   *credit.Service
	files     *attachment.Service
	people    *identity.Service // whose keys sign links

	Watchers []Watcher // contracts, then orders
}

// New returns the service, which app registers for Matter and for the files of Subject and SubjectInquiry.
func New(rules *rulebook.Service, approvals *approval.Service, prices *pricing.Service, credits *credit.Service, files *attachment.Service, people *identity.Service) *Service {
	return &Service{rules: rules, approvals: approvals, prices: prices, credits: credits, files: files, people: people}
}

// Get returns a quotation with its lines. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Quotation, error) {
	q, err := take(tx, id)
	if err != nil {
		return Quotation{}, err
	}
	return q, who.MustSee(q.OwnerID)
}

// Seen returns errs.ErrNotFound unless the caller may see the quotation: for its attachments.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	_, err := s.Get(tx, who, id)
	return err
}

// Create writes a draft with the next number of the series QT. Nothing is judged yet. Terms that the draft leaves out are those of the
// customer's credit profile, cash for a prospect. Returns ErrParty, ErrProspect, ErrInquiryParty, ErrInquiryEnded, ErrNoProduct, ErrUnit,
// ErrQuantity, ErrRange, ErrOverlap, ErrDiscount, ErrDates, ErrTerms and ErrTooLarge.
func (s *Service) Create(tx pg.Tx, who identity.Principal, d Draft) (Quotation, error) {
	return s.create(tx, who, d, nil)
}

func (s *Service) create(tx pg.Tx, who identity.Principal, d Draft, copied *uuid.UUID) (Quotation, error) {
	p, err := s.party(tx, who, d.Party)
	if err != nil {
		return Quotation{}, err
	}
	if err := s.inquiryOf(tx, d.InquiryID, p); err != nil {
		return Quotation{}, err
	}
	q := Quotation{
		ID: uuid.Must(uuid.NewV7()), CustomerID: p.CustomerID, ProspectID: p.ProspectID, OwnerID: p.OwnerID, InquiryID: d.InquiryID,
		State: StateDraft, Revision: 1, Currency: Currency, Content: []byte{}, CopiedFromID: copied, CreatedBy: tx.By.Actor(),
		CreatedAt: tx.Now, Version: 1,
	}
	if d.Terms == nil {
		d.Terms = p.usualTerms()
	}
	if err := q.fill(tx, d); err != nil {
		return Quotation{}, err
	}
	if q.Number, err = pg.NextNumber(tx, "QT", tx.Now.In(clock.Shanghai)); err != nil {
		return Quotation{}, err
	}
	if err := insert(tx, &q); err != nil {
		return Quotation{}, err
	}
	return q, audit.Record(tx, audit.Entry{Action: "createQuotation", SubjectType: Subject, SubjectID: q.ID, After: q.snapshot()})
}

// usualTerms are the customer's, and cash for who has none.
func (p party) usualTerms() *credit.Terms {
	if p.position != nil && p.position.Profile.Terms.Settlement != "" {
		terms := p.position.Profile.Terms
		return &terms
	}
	return &credit.Terms{Settlement: credit.Cash}
}

// Update changes a draft. change gets what the quotation says and alters it. Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState and
// what Create returns. Locks the quotation.
func (s *Service) Update(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, change func(*Draft)) (Quotation, error) {
	q, err := s.locked(tx, who, id, &version, VerbUpdate)
	if err != nil {
		return Quotation{}, err
	}
	before, d := q.snapshot(), q.draft()
	change(&d)
	if err := q.fill(tx, d); err != nil {
		return Quotation{}, err
	}
	if err := replaceLines(tx, &q); err != nil {
		return Quotation{}, err
	}
	return q, s.stored(tx, &q, string(VerbUpdate), before)
}

// Copy makes a new draft of what a quotation says, whatever its state. It goes through the gate again: prices, demand and authority of
// then count. It is valid as many days from today as the old one was. Returns errs.ErrNotFound and what Create returns.
func (s *Service) Copy(tx pg.Tx, who identity.Principal, id uuid.UUID) (Quotation, error) {
	q, err := s.Get(tx, who, id)
	if err != nil {
		return Quotation{}, err
	}
	d := q.draft()
	days := q.ValidUntil.Sub(q.ValidFrom)
	d.InquiryID, d.ValidFrom = nil, clock.Today(tx.Now)
	d.ValidUntil = d.ValidFrom.Add(days)
	return s.create(tx, who, d, &q.ID)
}

// locked locks a quotation for a change. Returns errs.ErrNotFound, errs.ErrStale and errs.ErrState.
func (s *Service) locked(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, v Verb) (Quotation, error) {
	q, err := lock(tx, id)
	if err != nil {
		return Quotation{}, err
	}
	if err := who.MustSee(q.OwnerID); err != nil {
		return Quotation{}, err
	}
	if err := q.mustMatch(version); err != nil {
		return Quotation{}, err
	}
	return q, q.May(v)
}

// stored writes a changed quotation and its event.
func (s *Service) stored(tx pg.Tx, q *Quotation, action string, before map[string]any) error {
	q.UpdatedAt = tx.Now
	if err := update(tx, q); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: q.ID, Before: before, After: q.snapshot()})
}

var (
	_ approval.Subject      = (*Service)(nil)
	_ approval.VerbalDenier = (*Service)(nil)
)
