package quote

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// Sending says that the quotation went to somebody.
type Sending struct {
	ID          uuid.UUID
	QuotationID uuid.UUID
	Revision    int
	Channel     string
	Recipient   string
	Note        string
	SentBy      *uuid.UUID
	SentAt      time.Time
}

// TableName is for GORM.
func (Sending) TableName() string { return "quotation_sendings" }

// Send records that an approved quotation goes to the customer's side (QUO-05), and answers its inquiry (QUO-01). It may go to several
// people; the first time is when it was sent. Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState unless everyone with authority has
// signed, and, with the decision kept, ErrOver, ErrCustomerNotActive and ErrPricesChanged. Locks the quotation, then the
// inquiry.
func (s *Service) Send(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, to Sending) (Quotation, error) {
	q, err := s.locked(tx, who, id, version, VerbSend)
	if err != nil {
		return Quotation{}, err
	}
	if err := s.stands(tx, &q, false); err != nil {
		return Quotation{}, err
	}
	before := q.snapshot()
	to.ID, to.QuotationID, to.Revision, to.SentBy, to.SentAt = uuid.Must(uuid.NewV7()), q.ID, q.Revision, tx.By.Actor(), tx.Now
	if err := pg.Insert(tx, &to); err != nil {
		return Quotation{}, err
	}
	q.State = StateSent
	if q.SentAt == nil {
		q.SentAt = &tx.Now
	}
	if err := s.stored(tx, &q, string(VerbSend), before); err != nil {
		return Quotation{}, err
	}
	return q, s.answer(tx, &q)
}

// Sendings returns to whom the quotation went, first one first. Returns errs.ErrNotFound.
func (s *Service) Sendings(tx pg.Tx, who identity.Principal, id uuid.UUID) ([]Sending, error) {
	if _, err := s.Get(tx, who, id); err != nil {
		return nil, err
	}
	return sendings(tx, id)
}

// stands holds an approved quotation against today (QUO-05): its last day isn't over, we deal with the customer, and its prices need no more authority by now than
// they got. binds lets pass what was sent before base prices changed. A refusal keeps its decision.
func (s *Service) stands(tx pg.Tx, q *Quotation, binds bool) error {
	if q.Over(tx.Now) {
		return ErrOver.With("valid_until", day(q.ValidUntil))
	}
	p, err := s.of(tx, q.CustomerID, q.ProspectID)
	if err != nil {
		return err
	}
	var v verdict
	if v.active(p); v.refusal != nil {
		return refused(tx, q, v)
	}
	approved, err := s.approvedBasis(tx, q)
	if err != nil {
		return err
	}
	a, err := s.ask(tx, &v, q, approved.Roles)
	if err != nil {
		return err
	}
	switch {
	case v.refusal != nil:
	case !a.Within && rank(a.RequiredRole) > rank(approved.Sale.Required):
		en := fmt.Sprintf("Approved by base prices of which %s covered these; by those of today it takes %s.", approved.Sale.Required, a.RequiredRole)
		zh := fmt.Sprintf("审批时由 %s 权限覆盖,按现行基准价须 %s 批准。", approved.Sale.Required, a.RequiredRole)
		in := map[string]string{"approved_role": string(approved.Sale.Required), "required_role": string(a.RequiredRole), "list": a.ListNumber}
		v.check("PRC-10", binds, in, en, zh)
		v.refuse(ErrPricesChanged.With("required_role", string(a.RequiredRole)))
	default:
		return nil
	}
	if binds {
		return s.bound(tx, q, v)
	}
	return refused(tx, q, v)
}

// bound records that a sent quotation is kept although it wouldn't be made today (quote.binds_over_price_change).
func (s *Service) bound(tx pg.Tx, q *Quotation, v verdict) error {
	d := decision.New(gate, Subject, q.ID)
	d.Checks = v.checks
	d.Info("QUO-05", map[string]string{"sent_at": q.SentAt.Format(time.RFC3339)},
		"It was sent before base prices changed, and binds us until its last day.", "报价在基准价调整前已发出,有效期内仍对我方有约束力。")
	return decision.Record(tx, &d)
}

// approvedBasis is what the last submission of the quotation was judged by.
func (s *Service) approvedBasis(tx pg.Tx, q *Quotation) (pricing.Basis, error) {
	inputs, err := lastInputs(tx, q.ID)
	if err != nil {
		return pricing.Basis{}, err
	}
	if inputs == nil {
		return pricing.Basis{}, errors.New("quote: an approved quotation without a decision: " + q.Number)
	}
	return pricing.ReadBasis(inputs)
}

// Acceptance is the customer's yes, as the rep records it.
type Acceptance struct {
	By       string      // who at the customer's
	Revision *int        // which one they signed; the present one when nil
	Files    []uuid.UUID // the signed quotation
}

// Accept records the customer's confirmation with the file that they signed (QUO-05). From now on the quotation is the price base of the
// customer's orders until its last day is over. Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState, ErrNoFile, ErrRevisionGone,
// ErrNotYet, attachment.ErrUnknown, and, with the decision kept, ErrOver, ErrCustomerNotActive and ErrPricesChanged. Locks the quotation.
func (s *Service) Accept(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, a Acceptance) (Quotation, error) {
	q, err := s.locked(tx, who, id, version, VerbAccept)
	if err != nil {
		return Quotation{}, err
	}
	if len(a.Files) == 0 {
		return Quotation{}, ErrNoFile.At("/attachment_ids")
	}
	if a.Revision != nil && *a.Revision != q.Revision {
		return Quotation{}, ErrRevisionGone.With("revision", *a.Revision, "current", q.Revision)
	}
	if err := s.accept(tx, &q, a.By, "rep"); err != nil {
		return Quotation{}, err
	}
	return q, s.files.Bind(tx, who, Subject, q.ID, a.Files...)
}

// accept is the customer's yes to a locked quotation, however it came.
func (s *Service) accept(tx pg.Tx, q *Quotation, by, through string) error {
	if err := q.May(VerbAccept); err != nil {
		return err
	}
	if clock.Today(tx.Now).Before(q.ValidFrom) {
		return ErrNotYet.With("valid_from", day(q.ValidFrom))
	}
	binds, err := s.rules.Bool(tx, "quote.binds_over_price_change")
	if err != nil {
		return err
	}
	if err := s.stands(tx, q, binds); err != nil {
		return err
	}
	before := q.snapshot()
	q.State, q.AcceptedAt, q.AcceptedBy, q.AcceptedThrough = StateAccepted, &tx.Now, by, through
	if err := revokeLinks(tx, q.ID); err != nil {
		return err
	}
	return s.stored(tx, q, string(VerbAccept), before)
}

// Decline records the customer's no. Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState and ErrReason. Locks the quotation.
func (s *Service) Decline(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Quotation, error) {
	q, err := s.locked(tx, who, id, version, VerbDecline)
	if err != nil {
		return Quotation{}, err
	}
	return q, s.decline(tx, &q, reason)
}

func (s *Service) decline(tx pg.Tx, q *Quotation, reason string) error {
	if err := q.May(VerbDecline); err != nil {
		return err
	}
	if reason == "" {
		return ErrReason.At("/reason")
	}
	before := q.snapshot()
	q.State, q.StateReason, q.EndedAt = StateDeclined, reason, &tx.Now
	if err := revokeLinks(tx, q.ID); err != nil {
		return err
	}
	return s.stored(tx, q, string(VerbDecline), before)
}

// RecordDeal records what must not be: the customer took a price that nobody with authority approved (QUO-07). It is a violation of the
// owner; the quotation is accepted but no price base, so its orders are judged on their own.
// Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState, ErrNoFile, and ErrWithin when the prices stand by the caller's own authority.
// Locks the approval, then the quotation.
func (s *Service) RecordDeal(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, a Acceptance) (Quotation, error) {
	if len(a.Files) == 0 {
		return Quotation{}, ErrNoFile.At("/attachment_ids")
	}
	if err := s.approvals.Lock(tx, Subject, id); err != nil {
		return Quotation{}, err
	}
	q, err := s.locked(tx, who, id, version, VerbDeal)
	if err != nil {
		return Quotation{}, err
	}
	if err := s.beyond(tx, who, &q); err != nil {
		return Quotation{}, err
	}
	before := q.snapshot()
	if err := s.approvals.Void(tx, Subject, id, "QUO-07"); err != nil {
		return Quotation{}, err
	}
	q.State, q.Unapproved, q.AcceptedAt, q.AcceptedBy, q.AcceptedThrough = StateAccepted, true, &tx.Now, a.By, "rep"
	q.Content, q.SubmittedAt = q.contentHash(), firstTime(q.SubmittedAt, &tx.Now)
	if err := s.stored(tx, &q, string(VerbDeal), before); err != nil {
		return Quotation{}, err
	}
	if err := s.files.Bind(tx, who, Subject, q.ID, a.Files...); err != nil {
		return Quotation{}, err
	}
	return q, s.violate(tx, &q, q.OwnerID, q.ID)
}

func firstTime(times ...*time.Time) *time.Time {
	for _, t := range times {
		if t != nil {
			return t
		}
	}
	return nil
}

// beyond judges the deal and keeps the decision: refused, and nothing stands.
func (s *Service) beyond(tx pg.Tx, who identity.Principal, q *Quotation) error {
	p, err := s.of(tx, q.CustomerID, q.ProspectID)
	if err != nil {
		return err
	}
	v, err := s.judge(tx, who, q, p)
	if err != nil {
		return err
	}
	if v.refusal == nil && v.within {
		return ErrWithin
	}
	d := decision.New(gate, Subject, q.ID)
	d.Checks, d.Outcome, d.Inputs = v.checks, decision.Refused, v.inputs()
	d.Check("QUO-07", false, map[string]string{"required_role": string(v.role)},
		"The customer took prices that nobody with authority approved: a violation, and no price base of orders.",
		"客户接受的价格未经有权人批准:属违规,且不作为订单价格依据。")
	return decision.Record(tx, &d)
}

// hidden is ErrLink for what a customer's link doesn't find.
func hidden(err error) error {
	if errors.Is(err, errs.ErrNotFound) {
		return ErrLink
	}
	return err
}
