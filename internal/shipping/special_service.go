package shipping

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// CreateSpecialRelease asks that one notice which credit stops may leave all the same (CRD-13), once, within an amount and until
// a date. Returns ErrSpecialNotNeeded when credit doesn't stop it, ErrSpecialTooLittle with what it takes, ErrSpecialOldDebt for a D
// customer that owes from before (CRD-06), ErrSpecialPast, ErrSpecialOpen while another one of this notice is open, and
// errs.ErrState for a notice that doesn't wait. Locks account, group, orders and notice.
func (s *Service) CreateSpecialRelease(tx pg.Tx, who identity.Principal, in SpecialInput) (Special, error) {
	h, err := s.holdToJudge(tx, who, in.NoticeID)
	if err != nil {
		return Special{}, notFound(err, ErrNoNotice.At("/notice_id"))
	}
	n := &h.Notice
	if err := n.May(VerbSpecial); err != nil {
		return Special{}, err
	}
	sit, err := s.situation(tx, h, n.Figures != nil && n.Figures.FirstBusiness)
	if err != nil {
		return Special{}, err
	}
	v := n.judge(sit)
	sp := Special{
		ID: uuid.Must(uuid.NewV7()), NoticeID: n.ID, State: SpecialPending, Amount: money.Fen(in.Amount), Needed: n.needed(v, sit),
		ExpiresOn: in.ExpiresOn, Reason: strings.TrimSpace(in.Reason), Content: n.special(), RequestedBy: who.ID, RequestedAt: tx.Now,
		Version: 1, NoticeNumber: n.Number, OwnerID: n.OwnerID,
	}
	switch {
	case !n.stopped(v):
		return Special{}, ErrSpecialNotNeeded
	case sit.oldDebt():
		return Special{}, ErrSpecialOldDebt.With("debt", sit.position.OldDebt())
	case sp.Needed.Cmp(sp.Amount) > 0:
		return Special{}, ErrSpecialTooLittle.With("needed", sp.Needed).At("/amount")
	case sp.ExpiresOn.Before(clock.Today(tx.Now)):
		return Special{}, ErrSpecialPast.At("/expires_on")
	}
	if err := s.replaceSpecial(tx, n, sp.Needed, sit); err != nil {
		return Special{}, err
	}
	if open, err := openSpecial(tx, n.ID); err != nil || open != uuid.Nil {
		if err == nil {
			err = ErrSpecialOpen
		}
		return Special{}, err
	}
	return sp, s.askSpecial(tx, who, &sp, sp.submission(n, v, sit), in.Files)
}

// replaceSpecial ends an approved special release that doesn't let the notice pass now: asking for another one replaces it.
func (s *Service) replaceSpecial(tx pg.Tx, n *Notice, needed decimal.Decimal, sit situation) error {
	old, err := lockApprovedSpecial(tx, n.ID)
	if err != nil || old == nil {
		return err
	}
	fault, state := old.fault(n, needed, sit, tx.Now)
	if fault == "" {
		return nil
	}
	if state == old.State {
		state = SpecialVoid
	}
	return s.endSpecial(tx, old, state, fault)
}

func (s *Service) askSpecial(tx pg.Tx, who identity.Principal, sp *Special, sub approval.Submission, files []uuid.UUID) error {
	var err error
	if sp.Number, err = pg.NextNumber(tx, "SR", tx.Now.In(clock.Shanghai)); err != nil {
		return err
	}
	sub.Number = sp.Number
	asked, err := s.approvals.Submit(tx, who, sub)
	if err != nil {
		return err
	}
	sp.ApprovalID = asked.ID
	if err := insertSpecial(tx, *sp); err != nil {
		return err
	}
	if s.Files != nil {
		if err := s.Files.Bind(tx, who, SubjectSpecial, sp.ID, files...); err != nil {
			return err
		}
	}
	err = audit.Record(tx, audit.Entry{Action: "createSpecialRelease", SubjectType: SubjectSpecial, SubjectID: sp.ID, After: sp.trace()})
	if err == nil && asked.State == approval.Approved { // the matrix asks nobody
		err = s.endSpecial(tx, sp, SpecialApproved, "")
	}
	return err
}

// specialDecided is ApprovalDecided of the matter credit.special_release. What the approval is for happens after the commit, in a job
// that takes its locks in order: the notice that waits is judged anew.
func (s *Service) specialDecided(tx pg.Tx, r approval.Request) error {
	sp, err := pg.TakeForUpdate[Special](tx, "id = ?", r.SubjectID)
	if err != nil {
		return err
	}
	if sp.State != SpecialPending {
		return errs.ErrState.With("state", string(sp.State))
	}
	switch r.State {
	case approval.Approved:
		if clock.Today(tx.Now).After(sp.ExpiresOn) {
			return s.endSpecial(tx, &sp, SpecialExpired, "approved too late / 批准时已过期")
		}
		return s.endSpecial(tx, &sp, SpecialApproved, "")
	case approval.Withdrawn:
		return s.endSpecial(tx, &sp, SpecialVoid, r.CloseReason)
	case approval.Rejected, approval.Returned, approval.Void, approval.Pending:
	}
	return s.endSpecial(tx, &sp, SpecialRejected, r.CloseReason)
}

// endSpecial moves a special release on to a state that isn't used. The row is locked.
func (s *Service) endSpecial(tx pg.Tx, sp *Special, state SpecialState, reason string) error {
	before := sp.trace()
	sp.State, sp.EndedReason = state, reason
	if sp.DecidedAt == nil {
		sp.DecidedAt = &tx.Now
	}
	if err := storeSpecial(tx, sp, before, "endSpecialRelease"); err != nil || state != SpecialApproved {
		return err
	}
	var payer uuid.UUID
	if err := pg.ScanRow(tx, []any{&payer}, `SELECT payer_id FROM shipping_notices WHERE id = ?`, sp.NoticeID); err != nil {
		return err
	}
	return s.Reconsider(tx, payer)
}

// usable returns the approved special release that lets the notice pass now, nil when there is none. One that can't any more ends
// here, one that only can't now stays (CRD-13). The notice is locked; locks the special release.
func (s *Service) usable(tx pg.Tx, n *Notice, v *verdict, sit situation) (*Special, error) {
	if !n.stopped(*v) {
		return nil, nil
	}
	found, err := lockApprovedSpecial(tx, n.ID)
	if err != nil || found == nil {
		return nil, err
	}
	if fault, state := found.fault(n, n.needed(*v, sit), sit, tx.Now); fault != "" {
		v.decision.Info("CRD-13", map[string]string{"special_release": found.Number}, "The special release can't be used: "+fault, "特放不能使用:"+fault)
		if state == found.State { // not now
			return nil, nil
		}
		return nil, s.endSpecial(tx, found, state, fault)
	}
	return found, nil
}

// releaseUnder releases the notice under a special release, which is used by it (CRD-13). The caller stores the notice, which
// carries it until all has left.
func (s *Service) releaseUnder(tx pg.Tx, h *Held, v verdict, sit situation, sp *Special) error {
	n := &h.Notice
	needed := n.needed(v, sit)
	before := sp.trace()
	sp.State, sp.UsedAt, sp.UsedAmount = SpecialUsed, &tx.Now, &needed
	if err := storeSpecial(tx, sp, before, "useSpecialRelease"); err != nil {
		return err
	}
	n.SpecialReleaseID = &sp.ID
	v.decision.Outcome, v.decision.Matter, v.decision.ApprovalID = decision.Passed, MatterSpecial, &sp.ApprovalID
	v.decision.Check("CRD-13", true,
		map[string]string{
			"special_release": sp.Number, "amount": sp.Amount.String(), "needed": needed.String(), "expires_on": sp.ExpiresOn.Format("2006-01-02"), "reason": sp.Reason,
		},
		fmt.Sprintf("Special release %s lets it pass in spite of credit: it takes %s of %s.", sp.Number, needed, sp.Amount),
		fmt.Sprintf("依特放 %s 放行:所需 %s,特放金额 %s。", sp.Number, needed, sp.Amount))
	return s.release(tx, h, v)
}

// voidSpecial ends the open special release of a notice that changes or ends, and its approval. lockSpecial was called before the
// account was locked.
func (s *Service) voidSpecial(tx pg.Tx, noticeID uuid.UUID, reason string) error {
	id, err := openSpecial(tx, noticeID)
	if err != nil || id == uuid.Nil {
		return err
	}
	sp, err := pg.TakeForUpdate[Special](tx, "id = ?", id)
	if err != nil || !sp.State.open() {
		return err
	}
	if err := s.endSpecial(tx, &sp, SpecialVoid, reason); err != nil {
		return err
	}
	return s.approvals.Void(tx, SubjectSpecial, id, reason)
}

// lockSpecial locks the approval of a notice's open special release, after those of the notice itself.
func (s *Service) lockSpecial(tx pg.Tx, noticeID uuid.UUID) error {
	id, err := openSpecial(tx, noticeID)
	if err != nil || id == uuid.Nil {
		return err
	}
	return s.approvals.Lock(tx, SubjectSpecial, id)
}

// ExpireSpecialReleases ends at most limit special releases whose last date has passed, and returns how many: less than limit when
// none is left. Locks their approvals, then them.
func (s *Service) ExpireSpecialReleases(tx pg.Tx, limit int) (int, error) {
	ids, err := expiredSpecials(tx, clock.Today(tx.Now), limit)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := s.approvals.Lock(tx, SubjectSpecial, id); err != nil {
			return 0, err
		}
		sp, err := pg.TakeForUpdate[Special](tx, "id = ?", id)
		if err != nil {
			return 0, err
		}
		if !sp.State.open() {
			continue
		}
		const reason = "not used in time / 逾期未使用"
		if err := s.endSpecial(tx, &sp, SpecialExpired, reason); err != nil {
			return 0, err
		}
		if err := s.approvals.Void(tx, SubjectSpecial, id, reason); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// SpecialFilter narrows ListSpecialReleases; zero fields don't.
type SpecialFilter struct {
	ID       uuid.UUID
	NoticeID uuid.UUID
	State    SpecialState
}

// ListSpecialReleases returns a page of special releases of visible notices (ORG-06), newest first.
func (s *Service) ListSpecialReleases(tx pg.Tx, who identity.Principal, f SpecialFilter, page pg.Page) ([]Special, string, error) {
	return listSpecials(tx, who, f, page)
}

// GetSpecialRelease returns one. Returns errs.ErrNotFound also when its notice isn't visible.
func (s *Service) GetSpecialRelease(tx pg.Tx, who identity.Principal, id uuid.UUID) (Special, error) {
	rows, _, err := listSpecials(tx, who, SpecialFilter{ID: id}, pg.Page{Limit: 1})
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Special{}, err
	}
	return rows[0], nil
}

// SpecialSeen returns errs.ErrNotFound unless the caller may see the special release: for its attachments.
func (s *Service) SpecialSeen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	_, err := s.GetSpecialRelease(tx, who, id)
	return err
}
