package shipping

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Checking is what finance says at its check.
type Checking struct {
	FirstBusiness bool        // new_customer: it is the customer's first business (SHP-12)
	Receipts      []uuid.UUID // prepaid: the payments that cover it (SHP-10); none: what is set aside for its orders, then the oldest
	Files         []uuid.UUID // uploads of the checker's that stay with the notice: bank slips, bills
	Remark        string
}

// Check is finance's check (SHP-03): it computes exposure, overdue and headroom, freezes them on the notice under the
// checker's name, for payment first reserves what was received (SHP-10), judges the gate, and asks those whom the matrix names.
// When it names nobody the notice is released at once. A notice with overdue amounts and no reason becomes blocked (SHP-05).
//
// Returns ErrNotCovered, ErrNoEvidence and ErrNoPayment (SHP-10), ErrFirstBusiness and ErrHasLimit (SHP-12) with the decision, which stays recorded;
// ErrPersonSigns for a machine and ErrOwnCheck for the submitter. Locks account, orders and notice.
func (s *Service) Check(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, c Checking) (Notice, error) {
	if who.Kind != identity.KindUser {
		return Notice{}, ErrPersonSigns
	}
	h, err := s.holdToJudge(tx, who, id)
	if err != nil {
		return Notice{}, err
	}
	n := &h.Notice
	if err := n.mustMatch(version); err != nil {
		return Notice{}, err
	}
	after := n.checkedAfter()
	if err := n.May(VerbCheck); err != nil && !after {
		return Notice{}, err
	}
	if n.SubmittedBy != nil && *n.SubmittedBy == who.ID {
		return Notice{}, ErrOwnCheck
	}
	if after {
		return s.checkAfter(tx, who, h, c)
	}
	if err := h.current(); err != nil {
		return Notice{}, err
	}
	if err := s.attach(tx, who, n.ID, c.Files); err != nil {
		return Notice{}, err
	}
	sit, err := s.situationOf(tx, h, c)
	if err != nil {
		return Notice{}, err
	}
	v := n.judge(sit)
	if v.refusal != nil {
		return Notice{}, refuse(tx, v)
	}
	if err := s.setAside(tx, n, c.Receipts); err != nil {
		return Notice{}, err
	}
	n.freeze(sit, v, c.Remark)
	n.CheckedBy, n.CheckedAt = &who.ID, &tx.Now
	if err := s.ask(tx, h, v, sit); err != nil {
		return Notice{}, err
	}
	return *n, h.store(tx, VerbCheck)
}

// current returns ErrOrderChanged when an order was revised since the notice was written from it, and errs.ErrState
// when it doesn't count now.
func (h *Held) current() error {
	for _, l := range h.Notice.Lines {
		o := h.Orders[l.OrderID]
		if o.Revision != l.OrderRevision {
			return ErrOrderChanged.With("order", o.Number)
		}
	}
	return nil
}

// situation is situationOf for whoever judges after finance's check, or without one.
func (s *Service) situation(tx pg.Tx, h *Held, firstBusiness bool) (situation, error) {
	return s.situationOf(tx, h, Checking{FirstBusiness: firstBusiness})
}

// situationOf reads what the gate judges by, and writes nothing. The account is locked: it stands until the transaction ends (CRD-17).
func (s *Service) situationOf(tx pg.Tx, h *Held, c Checking) (situation, error) {
	n := &h.Notice
	sit := situation{firstBusiness: c.FirstBusiness, cover: Cover{Covered: decimal.Zero}}
	var err error
	if sit.position, err = s.credit.Under(tx, h.Account); err != nil {
		return situation{}, err
	}
	if n.Flow == NewCustomer {
		if sit.newDebt, err = s.rules.Decimal(tx, "shipping.new_customer_debt"); err != nil {
			return situation{}, err
		}
	}
	if n.Flow == Prepaid {
		needed, err := s.toCover(tx, n)
		if err != nil {
			return situation{}, err
		}
		if sit.cover, err = s.Payments.Look(tx, n.ID, n.PayerID, needed, c.Receipts); err != nil {
			return situation{}, err
		}
		sit.papers, err = s.papers(tx, n.ID)
		return sit, err
	}
	if sit.position.Account.Prepaid.IsPos() {
		held, err := promised(tx, n.PayerID, n.ID)
		if err != nil {
			return situation{}, err
		}
		free := money.NotNegative(money.Sub(sit.position.Account.Prepaid, held))
		if g := sit.position.Group; g != nil {
			g.Exposure = money.Add(g.Exposure, money.Sub(sit.position.Account.Prepaid, free))
		}
		sit.position.Account.Prepaid = free
	}
	if g := sit.position.Group; g != nil {
		held, err := promisedInGroup(tx, g.ID, n.PayerID)
		if err != nil {
			return situation{}, err
		}
		g.Exposure = money.Add(g.Exposure, held)
	}
	return sit, nil
}

// freeze puts the figures on the notice (SHP-03).
func (n *Notice) freeze(sit situation, v verdict, remark string) {
	a := sit.position.Account
	n.Figures = &Figures{
		Amount: n.Amount, Receivable: a.Receivable, Shipped: a.Shipped, Released: a.Released, Prepaid: a.Prepaid,
		Exposure: sit.position.Exposure(), ExposureAfter: v.ExposureAfter, LimitKind: sit.position.Profile.Limit.Kind,
		Limit: v.shownLimit(), HeadroomAfter: v.HeadroomAfter, OverdueAmount: v.OverdueAmount,
		OverdueDays: v.OverdueDays, Grade: sit.position.Profile.Grade, Covered: sit.cover.Covered, Receipts: sit.cover.Receipts, Papers: sit.papers,
		FirstBusiness: sit.firstBusiness, Remark: strings.TrimSpace(remark),
	}
	n.FiguresHash = approval.ContentHash(n.Figures)
}

// shownLimit is the limit that counts on the day, as finance signs it: nil when there is none or it has no bound.
func (v verdict) shownLimit() *decimal.Decimal {
	if v.Unlimited || v.Because == credit.BecauseNotSet {
		return nil
	}
	return &v.Limit
}

// refuse records why a notice can't go on. The decision commits with the refusal; nothing else has been written.
func refuse(tx pg.Tx, v verdict) error {
	if err := decision.Record(tx, &v.decision); err != nil {
		return err
	}
	return pg.Keep(v.refusal.Deciding(v.decision))
}

// ask puts the notice to those who must agree, or blocks it while the rep's reason is missing (SHP-05), or releases it
// when nobody must or a special release covers it (CRD-13). It writes the gate's decision; the caller stores the notice.
func (s *Service) ask(tx pg.Tx, h *Held, v verdict, sit situation) error {
	n := &h.Notice
	if sp, err := s.usable(tx, n, &v, sit); err != nil || sp != nil { // CRD-13
		if err == nil {
			err = s.releaseUnder(tx, h, v, sit, sp)
		}
		return err
	}
	if v.needsReason {
		n.State, n.ApprovalID = StateBlocked, nil
		return decision.Record(tx, &v.decision)
	}
	submitter, err := n.submitter(tx)
	if err != nil {
		return err
	}
	renews, err := s.earlier(tx, n)
	if err != nil {
		return err
	}
	r, err := s.approvals.Submit(tx, submitter, approval.Submission{
		Matter: Matter, SubjectType: SubjectNotice, SubjectID: n.ID, Number: n.Number,
		TitleEN: fmt.Sprintf("Release shipping notice %s: %s %s", n.Number, n.Amount, n.Currency),
		TitleZH: fmt.Sprintf("发货放行 %s:%s %s", n.Number, n.Amount, n.Currency),
		Facts:   n.facts(v, sit.position.Profile.Grade), Content: n.content(), OwnerID: &n.OwnerID, Renews: renews,
	})
	if err != nil {
		return err
	}
	n.State, n.ApprovalID = StateChecked, &r.ID
	v.decision.MatrixVersion, v.decision.ApprovalID = &r.MatrixVersion, &r.ID
	if r.State != approval.Approved {
		return decision.Record(tx, &v.decision)
	}
	v.decision.Outcome = decision.Passed // by authority of the matrix, which names nobody
	return s.release(tx, h, v)
}

// earlier returns the approval that asking again renews: the one that turns out to be too little, or that of the revision
// before this one.
func (s *Service) earlier(tx pg.Tx, n *Notice) (*uuid.UUID, error) {
	if n.ApprovalID != nil || n.Revision == 1 {
		return n.ApprovalID, nil
	}
	r, err := s.approvals.Latest(tx, Matter, SubjectNotice, n.ID)
	if err != nil {
		return nil, notFound(err, nil)
	}
	return &r.ID, nil
}

// submitter is the person or machine client whose submission it is, though finance sets it going (ORG-03).
func (n *Notice) submitter(tx pg.Tx) (identity.Principal, error) {
	if n.SubmitterKind == identity.KindMachine {
		p, err := identity.LoadMachine(tx, *n.SubmittedBy)
		p.Roles = append(p.Roles, identity.Integration)
		return p, err
	}
	p, err := identity.LoadUser(tx, *n.SubmittedBy)
	if err != nil { // gone meanwhile: the owner of the customer answers for it
		p, err = identity.LoadUser(tx, n.OwnerID)
	}
	return p, notFound(err, errs.ErrReferenced)
}

// Explain gives the rep's reason why goods should leave although something is overdue (SHP-05). The gate is judged anew,
// with the situation of now; finance's figures stay as they were signed. Locks account, orders and notice.
func (s *Service) Explain(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Notice, error) {
	h, err := s.holdToJudge(tx, who, id)
	if err != nil {
		return Notice{}, err
	}
	n := &h.Notice
	if err := n.mustMatch(version); err != nil {
		return Notice{}, err
	}
	if err := n.May(VerbExplain); err != nil {
		return Notice{}, err
	}
	n.OverdueReason = strings.TrimSpace(reason)
	sit, err := s.situation(tx, h, n.Figures.FirstBusiness)
	if err != nil {
		return Notice{}, err
	}
	v := n.judge(sit)
	if v.needsReason {
		return Notice{}, approval.ErrReason.At("/reason")
	}
	if err := s.ask(tx, h, v, sit); err != nil {
		return Notice{}, err
	}
	return *n, h.store(tx, VerbExplain)
}
