package credit

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Names under which credit appears in the approval engine and the event log.
const (
	MatterLimit    = "credit.limit"
	SubjectRequest = "credit_limit_request"
)

// Service is the credit module. Build it with New; it is safe for concurrent use.
type Service struct {
	// Shipments is told when a shipment that waits may be judged otherwise; app sets it, since shipping stands behind credit.
	Shipments Shipments

	// Files is where the papers of requests are; app sets it.
	Files *attachment.Service

	rules     *rulebook.Service
	approvals *approval.Service

	Watchers []Watcher // app sets them
}

// Watcher is told of every credit limit request when it is decided, in the same transaction and under the account's lock, with the
// new profile in force when it was approved. Modules behind credit in the import order are watchers.
type Watcher interface {
	RequestDecided(tx pg.Tx, r LimitRequest) error
}

// Shipments is what waits for credit.
type Shipments interface {
	// Reconsider makes the waiting shipments of these payers be judged anew, after the transaction has committed.
	Reconsider(tx pg.Tx, payers ...uuid.UUID) error
	// Worsened makes the released shipments of which nothing has left be judged anew as well: a grade or limit was changed, or money that
	// had come in is gone.
	Worsened(tx pg.Tx, payers ...uuid.UUID) error
}

// reconsider tells what waits that these payers' credit has changed.
func (s *Service) reconsider(tx pg.Tx, payers ...uuid.UUID) error {
	if s.Shipments == nil || len(payers) == 0 {
		return nil
	}
	return s.Shipments.Reconsider(tx, payers...)
}

// worsened is reconsider for what may make a release wrong that was right.
func (s *Service) worsened(tx pg.Tx, payers ...uuid.UUID) error {
	if s.Shipments == nil || len(payers) == 0 {
		return nil
	}
	return s.Shipments.Worsened(tx, payers...)
}

// New returns the service, which app registers for MatterLimit.
func New(rules *rulebook.Service, approvals *approval.Service) *Service {
	return &Service{rules: rules, approvals: approvals}
}

// GetCustomerCredit returns how a customer stands: the parts of its payer's exposure, overdue, limit and headroom
// (CRD-11, CRD-12), in one statement. Returns errs.ErrNotFound also for a customer that the caller may not see.
func (s *Service) GetCustomerCredit(tx pg.Tx, who identity.Principal, customerID uuid.UUID) (Position, error) {
	p, err := s.Position(tx, customerID)
	if err != nil {
		return Position{}, err
	}
	return p, who.MustSee(p.OwnerID)
}

// policy reads the parameters that positions are judged by.
func (s *Service) policy(tx pg.Tx) (Policy, error) {
	var p Policy
	var err error
	if p.GraceDays, err = s.rules.Int(tx, "credit.limit_grace_days"); err != nil {
		return p, err
	}
	if p.Tolerance.Amount, err = s.rules.Decimal(tx, "credit.overdue_tolerance_amount"); err != nil {
		return p, err
	}
	p.Tolerance.Days, err = s.rules.Int(tx, "credit.overdue_tolerance_days")
	return p, err
}

// FirstReviewMonths returns the parameter of CRD-02 that Position.NextReview wants.
func (s *Service) FirstReviewMonths(tx pg.Tx) (int, error) {
	return s.rules.Int(tx, "credit.first_review_months")
}

// CreateCreditLimitRequest applies for a first limit (CRD-07) when the customer has none, else for a change (CRD-08), and
// submits it for approval with the trade record frozen in it. Locks the account. Returns ErrRequestPending while another
// request of the customer is pending, errs.ErrReferenced for a customer that the caller doesn't see, ErrNotPayer for one
// whose bill-to is another, and ErrLimitForm, ErrTermsForm, ErrGradeLimit or ErrReviewPast for a profile that can't be, and ErrBasisMissing, ErrBasisForm,
// ErrBasisVolume or ErrBasisVisit for monthly settlement without the grounds for it (CRD-14).
func (s *Service) CreateCreditLimitRequest(tx pg.Tx, who identity.Principal, a Application) (LimitRequest, error) {
	if err := check(a.Limit, a.Terms); err != nil {
		return LimitRequest{}, err
	}
	if err := checkGrade(a.Grade, a.Limit, a.Terms); err != nil {
		return LimitRequest{}, err
	}
	if err := holdOwner(tx, a.CustomerID); err != nil {
		return LimitRequest{}, err
	}
	c, err := visibleCustomer(tx, who, a.CustomerID)
	if errors.Is(err, errs.ErrNotFound) {
		err = errs.ErrReferenced.At("/customer_id")
	}
	if err != nil {
		return LimitRequest{}, err
	}
	if c.PayerID != c.ID {
		return LimitRequest{}, ErrNotPayer.With("payer_id", c.PayerID).At("/customer_id")
	}
	account, err := s.Lock(tx, c.PayerID)
	if err != nil {
		return LimitRequest{}, err
	}
	r, err := s.draft(tx, a, account)
	if err != nil {
		return LimitRequest{}, err
	}
	r.CustomerCode, r.CustomerName, r.RequestedBy = c.Code, c.Name, who.ID
	return s.submit(tx, who, c.OwnerID, r, a.Files)
}

// draft freezes what the approvers are shown (CRD-08).
func (s *Service) draft(tx pg.Tx, a Application, account *Account) (LimitRequest, error) {
	if pending, err := hasPending(tx, a.CustomerID); err != nil || pending {
		if err == nil {
			err = ErrRequestPending
		}
		return LimitRequest{}, err
	}
	review, err := s.reviewDate(tx, a.NextReview)
	if err != nil {
		return LimitRequest{}, err
	}
	p, err := s.Under(tx, account)
	if err != nil {
		return LimitRequest{}, err
	}
	if err := s.checkBasis(tx, a.Terms, p.Profile.Terms, a.Basis); err != nil {
		return LimitRequest{}, err
	}
	extras, err := a.extras(p, clock.Today(tx.Now))
	if err != nil {
		return LimitRequest{}, err
	}
	r := newRequest(a, extras, p, review)
	figures, err := s.Figures(tx, tx.Now, a.CustomerID)
	r.Record = figures[a.CustomerID].record().at(p)
	return r, err
}

func (s *Service) reviewDate(tx pg.Tx, wanted *time.Time) (time.Time, error) {
	today := clock.Today(tx.Now)
	if wanted == nil {
		months, err := s.FirstReviewMonths(tx)
		return today.AddDate(0, months, 0), err
	}
	if wanted.Before(today) {
		return time.Time{}, ErrReviewPast.At("/next_review")
	}
	return *wanted, nil
}

func (s *Service) submit(tx pg.Tx, who identity.Principal, owner uuid.UUID, r LimitRequest, files []uuid.UUID) (LimitRequest, error) {
	var err error
	if r.Number, err = pg.NextNumber(tx, "CL", tx.Now.In(clock.Shanghai)); err != nil {
		return LimitRequest{}, err
	}
	asked, err := s.approvals.Submit(tx, who, r.submission(owner))
	if err != nil {
		return LimitRequest{}, err
	}
	r.ApprovalID = asked.ID
	if err := insertRequest(tx, r); err != nil {
		return LimitRequest{}, err
	}
	if err := s.bind(tx, who, SubjectRequest, r.ID, files); err != nil {
		return LimitRequest{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: "createCreditLimitRequest", SubjectType: SubjectRequest, SubjectID: r.ID, After: r.trace()})
	if err == nil && asked.State == approval.Approved { // the matrix asks nobody
		err = s.conclude(tx, &r, RequestApproved)
	}
	return r, err
}

// ApprovalDecided implements approval.Subject: an approved request is in the register at once (CRD-10). Locks the account,
// so a limit never changes between a gate's judgement and its posting (CRD-17), then the request.
func (s *Service) ApprovalDecided(tx pg.Tx, asked approval.Request) error {
	if asked.Matter == MatterGroup {
		return s.groupDecided(tx, asked)
	}
	r, err := pg.Take[LimitRequest](tx, "id = ?", asked.SubjectID)
	if err != nil {
		return err
	}
	if _, err := s.Lock(tx, r.CustomerID); err != nil {
		return err
	}
	if r, err = pg.TakeForUpdate[LimitRequest](tx, "id = ?", r.ID); err != nil {
		return err
	}
	if r.State != RequestPending {
		return ErrFrozen
	}
	return s.conclude(tx, &r, outcome(asked.State))
}

// outcome maps what the engine says to a state of the request; void can't be told to a subject, and means no.
func outcome(s approval.State) RequestState {
	switch s {
	case approval.Approved:
		return RequestApproved
	case approval.Returned:
		return RequestReturned
	case approval.Withdrawn:
		return RequestWithdrawn
	case approval.Rejected, approval.Void, approval.Pending:
		return RequestRejected
	}
	return RequestRejected
}

// conclude writes the outcome and, of an approved request, the new profile. The account is locked.
func (s *Service) conclude(tx pg.Tx, r *LimitRequest, state RequestState) error {
	err := pg.Update(tx, r.TableName(), r.ID, r.Version, map[string]any{"state": state, "decided_at": tx.Now})
	if err != nil {
		return err
	}
	r.State, r.DecidedAt, r.Version = state, &tx.Now, r.Version+1
	err = audit.Record(tx, audit.Entry{
		Action: "decideCreditLimitRequest", SubjectType: SubjectRequest, SubjectID: r.ID,
		Before: map[string]any{"state": RequestPending}, After: map[string]any{"state": state},
	})
	if err == nil && state == RequestApproved {
		err = s.enforce(tx, r)
	}
	for _, w := range s.Watchers {
		if err == nil {
			err = w.RequestDecided(tx, *r)
		}
	}
	return err
}

// enforce puts what was approved into the register (CRD-10).
func (s *Service) enforce(tx pg.Tx, r *LimitRequest) error {
	next := r.profile(tx.Now)
	if err := replaceProfile(tx, &next); err != nil {
		return err
	}
	err := audit.Record(tx, audit.Entry{
		Action: "changeCreditProfile", SubjectType: "customer", SubjectID: r.CustomerID, Before: r.Previous, After: terse(next),
	})
	if err != nil {
		return err
	}
	return s.worsened(tx, r.CustomerID)
}

// GetCreditLimitRequest returns one request. Returns errs.ErrNotFound also when the customer isn't visible.
func (s *Service) GetCreditLimitRequest(tx pg.Tx, who identity.Principal, id uuid.UUID) (LimitRequest, error) {
	rows, _, err := listRequests(tx, who, RequestFilter{ID: id}, pg.Page{Limit: 1})
	if err != nil {
		return LimitRequest{}, err
	}
	if len(rows) == 0 {
		return LimitRequest{}, errs.ErrNotFound
	}
	return rows[0], nil
}

// RequestFilter narrows ListCreditLimitRequests; zero fields don't.
type RequestFilter struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	State      RequestState
}

// ListCreditLimitRequests returns a page of requests about visible customers, newest first.
func (s *Service) ListCreditLimitRequests(tx pg.Tx, who identity.Principal, f RequestFilter, page pg.Page) ([]LimitRequest, string, error) {
	return listRequests(tx, who, f, page)
}

// bind gives uploads of the caller to a request, where its approvers find them. Returns attachment.ErrUnknown.
func (s *Service) bind(tx pg.Tx, who identity.Principal, subject string, id uuid.UUID, files []uuid.UUID) error {
	if len(files) == 0 || s.Files == nil {
		return nil
	}
	return s.Files.Bind(tx, who, subject, id, files...)
}

// RequestSeen returns errs.ErrNotFound unless the caller may see the credit limit request: for its attachments.
func (s *Service) RequestSeen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	_, err := s.GetCreditLimitRequest(tx, who, id)
	return err
}

// GroupRequestSeen is RequestSeen for credit group requests.
func (s *Service) GroupRequestSeen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	_, err := s.GetCreditGroupRequest(tx, who, id)
	return err
}
