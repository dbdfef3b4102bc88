package creditreview

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Service is the credit review module. Build it with New; it is safe for concurrent use.
type Service struct {
	rules   *rulebook.Service
	credits *credit.Service
}

// New returns the service. app makes it what credit tells of decided requests.
func New(rules *rulebook.Service, credits *credit.Service) *Service {
	return &Service{rules: rules, credits: credits}
}

// GetCreditReview returns one review. Returns errs.ErrNotFound also when the customer isn't visible (ORG-06).
func (s *Service) GetCreditReview(tx pg.Tx, who identity.Principal, id uuid.UUID) (Review, error) {
	rows, _, err := listReviews(tx, who, Filter{ID: id}, pg.Page{Limit: 1})
	if err != nil {
		return Review{}, err
	}
	if len(rows) == 0 {
		return Review{}, errs.ErrNotFound
	}
	return rows[0], nil
}

// Filter narrows ListCreditReviews; zero fields don't.
type Filter struct {
	ID         uuid.UUID
	BatchID    uuid.UUID
	CustomerID uuid.UUID
	OwnerID    uuid.UUID
	TeamID     uuid.UUID
	State      State
	Waiting    bool // open, overdue or requested
	Change     Change
	Grade      *credit.Grade // in force; NoGrade for those without one
	Proposed   *credit.Grade
	Overdue    *bool  // whether payments are overdue
	Query      string // the customer's name, code, credit code or phone
}

// ListCreditReviews returns a page of reviews of visible customers, the greatest risk first.
func (s *Service) ListCreditReviews(tx pg.Tx, who identity.Principal, f Filter, page pg.Page) ([]Review, string, error) {
	return listReviews(tx, who, f, page)
}

// Confirmation says that grade and limit stay as they are.
type Confirmation struct {
	NextReview *time.Time // a date; nil: credit.first_review_months from today
	Reason     string     // mandatory where the figures propose worse
}

// ConfirmCreditReview answers a review: grade and limit stay as they are, until the next review (CRD-09). The profile isn't
// touched (CRD-10). version is optional. Returns ErrAnswered, ErrReason, ErrNextReview and errs.ErrStale. Locks the review.
func (s *Service) ConfirmCreditReview(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, c Confirmation) (Review, error) {
	next, err := s.nextReview(tx, c.NextReview)
	if err != nil {
		return Review{}, err
	}
	r, err := lockReview(tx, who, id)
	if err != nil {
		return Review{}, err
	}
	return s.confirm(tx, who, r, version, next, c.Reason)
}

func (s *Service) nextReview(tx pg.Tx, wanted *time.Time) (time.Time, error) {
	today := clock.Today(tx.Now)
	if wanted == nil {
		months, err := s.credits.FirstReviewMonths(tx)
		return clock.AddMonths(today, months), err
	}
	if !wanted.After(today) {
		return time.Time{}, ErrNextReview.At("/next_review")
	}
	return *wanted, nil
}

// confirm answers a locked review.
func (s *Service) confirm(tx pg.Tx, who identity.Principal, r Review, version *int64, next time.Time, reason string) (Review, error) {
	if err := r.mayAnswer(); err != nil {
		return Review{}, err
	}
	if version != nil && *version != r.Version {
		return Review{}, errs.ErrStale
	}
	if r.Change == Down && reason == "" {
		return Review{}, ErrReason.At("/reason")
	}
	before := r.answer()
	r.State, r.NextReview, r.Reason = Confirmed, &next, reason
	if err := answer(tx, who, &r); err != nil {
		return Review{}, err
	}
	if err := s.credits.Confirm(tx, r.ID, r.CustomerID, next); err != nil {
		return Review{}, err
	}
	return r, audit.Record(tx, audit.Entry{Action: "confirmCreditReview", SubjectType: Subject, SubjectID: r.ID, Before: before, After: r.answer()})
}

// Item names one review of a bulk confirmation; Version is optional.
type Item struct {
	ID      uuid.UUID
	Version *int64
}

// Result is what became of one item: the review, or why not.
type Result struct {
	ID      uuid.UUID
	Review  Review
	Refused *errs.Error
}

// ConfirmCreditReviews is ConfirmCreditReview for many, in one transaction. Atomic: the first refusal refuses all, with the
// item's pointer. Otherwise each item has its own result, in the order given. Returns ErrTwice for a review named twice. Locks the reviews
// in id order.
func (s *Service) ConfirmCreditReviews(tx pg.Tx, who identity.Principal, items []Item, atomic bool, c Confirmation) ([]Result, error) {
	next, err := s.nextReview(tx, c.NextReview)
	if err != nil {
		return nil, err
	}
	locked, err := lockReviews(tx, who, items)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(items))
	for i, item := range items {
		if slices.ContainsFunc(items[:i], func(o Item) bool { return o.ID == item.ID }) {
			return nil, ErrTwice.At(pointer(i))
		}
		r, found := locked[item.ID]
		err := error(errs.ErrNotFound)
		if found {
			r, err = s.confirm(tx, who, r, item.Version, next, c.Reason)
		}
		refused, isRefusal := errs.As(err)
		if err != nil && (atomic || !isRefusal) {
			return nil, locate(err, i)
		}
		results[i] = Result{ID: item.ID, Review: r, Refused: refused}
	}
	return results, nil
}

// ChangeRequest is what a review leads to instead of staying as it is. Nil takes what is proposed, and the terms in force.
type ChangeRequest struct {
	Grade      *credit.Grade
	Limit      *credit.Limit
	Terms      *credit.Terms
	NextReview *time.Time
	Reason     string
}

// ChangeCreditReview answers a review with a credit limit request (CRD-08), by default for what is proposed, and returns it.
// The review ends changed when the request is approved, and is open again when it isn't. version is optional. Returns ErrAnswered,
// ErrNothingProposed, errs.ErrStale and what credit refuses. Locks the payer's account, then the review.
func (s *Service) ChangeCreditReview(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, c ChangeRequest) (Review, error) {
	seen, err := s.GetCreditReview(tx, who, id)
	if err != nil {
		return Review{}, err
	}
	if _, err := s.credits.Lock(tx, seen.CustomerID); err != nil {
		return Review{}, err
	}
	r, err := lockReview(tx, who, id)
	if err == nil {
		err = r.mayAnswer()
	}
	if err == nil && version != nil && *version != r.Version {
		err = errs.ErrStale
	}
	if err != nil {
		return Review{}, err
	}
	application, err := s.application(tx, r, c)
	if err != nil {
		return Review{}, err
	}
	return s.request(tx, who, r, application)
}

// request hands the application in; a matrix that asks nobody approves it at once.
func (s *Service) request(tx pg.Tx, who identity.Principal, r Review, a credit.Application) (Review, error) {
	made, err := s.credits.CreateCreditLimitRequest(tx, who, a)
	if err != nil {
		return Review{}, err
	}
	if made.State == credit.RequestApproved { // RequestDecided has ended the review
		return s.GetCreditReview(tx, who, r.ID)
	}
	before := r.answer()
	r.State, r.RequestID, r.Reason = Requested, &made.ID, a.Reasons
	if err := answer(tx, who, &r); err != nil {
		return Review{}, err
	}
	return r, audit.Record(tx, audit.Entry{Action: "changeCreditReview", SubjectType: Subject, SubjectID: r.ID, Before: before, After: r.answer()})
}

// application fills what the answer leaves open from the proposal and the terms in force.
func (s *Service) application(tx pg.Tx, r Review, c ChangeRequest) (credit.Application, error) {
	if r.Change == Stays && c.Grade == nil && c.Limit == nil && c.Terms == nil {
		return credit.Application{}, ErrNothingProposed
	}
	profiles, err := s.credits.Profiles(tx, []uuid.UUID{r.CustomerID})
	if err != nil {
		return credit.Application{}, err
	}
	a := credit.Application{
		CustomerID: r.CustomerID, Grade: r.ProposedGrade, Limit: r.ProposedLimit(), Terms: credit.CashTerms(), NextReview: c.NextReview,
		Reasons: cmp.Or(c.Reason, reasons(r)),
	}
	if now, found := profiles[r.CustomerID]; found {
		a.Terms = now.Terms
	}
	if c.Grade != nil {
		a.Grade = *c.Grade
	}
	if c.Limit != nil {
		a.Limit = *c.Limit
	}
	if a.Grade == credit.GradeC || a.Grade == credit.GradeD {
		a.Terms = credit.CashTerms() // CRD-05, CRD-06
	}
	if c.Terms != nil {
		a.Terms = *c.Terms
	}
	return a, nil
}

// RequestDecided is told by credit of every decided limit request, under the account's lock. Approved, it ends whatever review
// of the customer still waits; otherwise the review that led to it waits again. Locks the review.
func (s *Service) RequestDecided(tx pg.Tx, q credit.LimitRequest) error {
	r, found, err := lockWaiting(tx, q.CustomerID)
	if err != nil || !found {
		return err
	}
	own := r.RequestID != nil && *r.RequestID == q.ID
	before := r.answer()
	switch {
	case q.State == credit.RequestApproved:
		if r.State, r.RequestID = Changed, &q.ID; r.AnsweredAt == nil {
			r.AnsweredBy, r.AnsweredAt = &q.RequestedBy, &tx.Now
		}
	case own && r.State == Requested:
		r.State, r.RequestID, r.AnsweredBy, r.AnsweredAt = r.waiting(tx.Now), nil, nil, nil
	default:
		return nil
	}
	if err := settle(tx, &r); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "decideCreditReview", SubjectType: Subject, SubjectID: r.ID, Before: before, After: r.answer()})
}

// answer writes the answer of the caller.
func answer(tx pg.Tx, who identity.Principal, r *Review) error {
	r.AnsweredAt, r.AnsweredBy = &tx.Now, nil
	if who.ID != uuid.Nil {
		r.AnsweredBy = &who.ID
	}
	return settle(tx, r)
}
