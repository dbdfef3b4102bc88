package shipping

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// VerbRenew is what events call a released notice whose check was old and was made again, kindOutlived the follow-up that tells its rep
// that it didn't hold.
const (
	VerbRenew    Verb   = "renewShippingCheck"
	kindOutlived string = "shipment.check_outlived"
)

// Outlived reports whether what the gate said of a released notice is older than days (SHP-03): it counts on the last of them. Only what goes
// by credit grows old. A payment is looked for at every loading (SHP-10), a special release is used once and for all (CRD-13), and an
// emergency release has deadlines of its own (SHP-15).
func (n *Notice) Outlived(now time.Time, days int) bool {
	if n.Flow != Credit && n.Flow != NewCustomer || n.State != StateReleased && n.State != StatePartlyDispatched {
		return false
	}
	if n.PassedAt == nil || n.SpecialReleaseID != nil || n.EmergencyID != nil {
		return false
	}
	return clock.Today(now).After(clock.Today(*n.PassedAt).AddDate(0, 0, days))
}

// HoldToShip is Hold for goods that are to leave. Where the notice's check has outlived shipping.check_valid_days, the gate is judged again: what
// has grown by no more than shipping.check_tolerance keeps the check, anything worse is ErrOutlived with the decision, and the notice goes
// back to finance, or, when some of it has left, its rest is closed. Both commit. Locks account, orders and notice; where the check is old,
// approvals before and the credit group too.
func (s *Service) HoldToShip(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, verb Verb) (*Held, error) {
	peek, old, err := s.peekToShip(tx, who, id)
	if err != nil {
		return nil, err
	}
	if old {
		if err := s.approvals.Lock(tx, SubjectNotice, id); err != nil {
			return nil, err
		}
		if err := s.lockSpecial(tx, id); err != nil {
			return nil, err
		}
	}
	h, err := s.holdPeeked(tx, peek, reach{orders: true, group: old})
	if err != nil {
		return nil, err
	}
	if err := h.Notice.mustMatch(version); err != nil {
		return nil, err
	}
	if err := h.Notice.May(verb); err != nil || !old {
		return h, err
	}
	if err := s.renew(tx, h); err != nil {
		return h, err
	}
	if err := h.store(tx, VerbRenew); err != nil { // at once: the check holds, whatever refuses the goods afterwards
		return h, err
	}
	h.before = h.Notice.snapshot()
	return h, nil
}

func (s *Service) peekToShip(tx pg.Tx, who identity.Principal, id uuid.UUID) (Notice, bool, error) {
	peek, err := peekNotice(tx, id)
	if err != nil {
		return Notice{}, false, err
	}
	if err := who.MustSee(peek.OwnerID); err != nil {
		return Notice{}, false, err
	}
	days, err := s.rules.Int(tx, "shipping.check_valid_days")
	return peek, peek.Outlived(tx.Now, days), err
}

// fresh is HoldToShip's look at an old check for a use case that holds the notice alone. version, when it was met, is nil afterwards.
func (s *Service) fresh(tx pg.Tx, who identity.Principal, id uuid.UUID, version **int64, verb Verb) error {
	_, old, err := s.peekToShip(tx, who, id)
	if err != nil || !old {
		return err
	}
	_, err = s.HoldToShip(tx, who, id, *version, verb)
	*version = nil
	return err
}

// renew judges a released notice again. It counts in the exposure already.
func (s *Service) renew(tx pg.Tx, h *Held) error {
	n := &h.Notice
	r, err := s.approvals.Latest(tx, Matter, SubjectNotice, n.ID)
	if err = notFound(err, nil); err != nil {
		return err
	}
	v, in, worse, err := s.judgeReleased(tx, h, r)
	switch {
	case err != nil:
		return err
	case worse:
		v.decision.Check("SHP-03", false, in, "The check was old and was made again: it is worse than what was approved by more than the tolerance.", "核查已过有效期,重新核查:情况较放行时恶化,超过容差。")
		if err := s.sendBack(tx, h, v, "the check was old and holds no more / 核查已过有效期且不再成立"); err != nil {
			return err
		}
		return pg.Keep(ErrOutlived.With().Deciding(v.decision))
	}
	v.decision.Outcome, v.decision.Matter = decision.Passed, ""
	v.decision.Check("SHP-03", true, in, "The check was old and was made again: nothing has grown beyond the tolerance, it holds.", "核查已过有效期,重新核查:变动未超过容差,继续有效。")
	n.PassedAt = &tx.Now
	return decision.Record(tx, &v.decision)
}

// Rejudge judges a released notice of which nothing has left by the credit of now, after grade or limit were changed or money that had come in is
// gone (SHP-03): what is worse than what was approved by more than shipping.check_tolerance is with finance again. It does nothing when the
// release holds. Locks approvals, account, group, orders and notice.
func (s *Service) Rejudge(tx pg.Tx, id uuid.UUID) error {
	if err := s.approvals.Lock(tx, SubjectNotice, id); err != nil {
		return err
	}
	if err := s.lockSpecial(tx, id); err != nil {
		return err
	}
	h, err := s.holdToJudge(tx, identity.System(), id)
	if err != nil {
		return err
	}
	n := &h.Notice
	if n.State != StateReleased || n.Flow != Credit && n.Flow != NewCustomer || n.SpecialReleaseID != nil || n.EmergencyID != nil || n.PassedAt == nil {
		return nil
	}
	r, err := s.approvals.Latest(tx, Matter, SubjectNotice, n.ID)
	if err = notFound(err, nil); err != nil {
		return err
	}
	v, in, worse, err := s.judgeReleased(tx, h, r)
	if err != nil || !worse {
		return err
	}
	v.decision.Check("SHP-03", false, in, "Credit has changed since the release: it is worse than what was approved by more than the tolerance.", "放行后信用状况变化:情况较放行时恶化,超过容差。")
	return s.sendBack(tx, h, v, "credit has changed since the release / 放行后信用状况变化")
}

// judgeReleased judges a released notice by the situation of now, in which it counts already, and says whether that is worse than what was let
// pass (letPass) by more than the tolerance. in is what the decision shows.
func (s *Service) judgeReleased(tx pg.Tx, h *Held, r approval.Request) (v verdict, in map[string]string, worse bool, err error) {
	n := &h.Notice
	sit, err := s.situation(tx, h, true)
	if err != nil {
		return verdict{}, nil, false, err
	}
	tolerance, err := s.rules.Decimal(tx, "shipping.check_tolerance")
	if err != nil {
		return verdict{}, nil, false, err
	}
	counted := *n
	counted.Amount = decimal.Zero.Pad(money.AmountScale)
	if k := sit.position.Profile.Limit.Kind; n.Flow == NewCustomer && k != "" && k != credit.LimitNone {
		counted.Flow = Credit // it has come into the register since
	}
	v = counted.judge(sit)
	if b, ours := v.decision.Inputs.(*Basis); ours {
		b.Again = true
	}
	in = map[string]string{"passed_at": n.PassedAt.In(clock.Shanghai).Format("2006-01-02 15:04"), "tolerance": tolerance.String(), "approval": r.ID.String()}
	if !counted.worse(v, r.Facts, tolerance) {
		return v, in, false, nil
	}
	since, err := agreedSince(tx, n)
	return v, in, counted.worse(v, letPass(r.Facts, since), tolerance), err
}

// sendBack takes the release of a notice back that doesn't hold: it is with finance again, and when some of it has left, its rest
// is closed and open on the order. The decision says why.
func (s *Service) sendBack(tx pg.Tx, h *Held, v verdict, reason string) error {
	n := &h.Notice
	v.decision.Outcome, v.decision.Matter = decision.Refused, ""
	if err := s.giveBack(tx, h); err != nil {
		return err
	}
	if err := s.approvals.Void(tx, SubjectNotice, n.ID, reason); err != nil {
		return err
	}
	if err := s.voidSpecial(tx, n.ID, reason); err != nil {
		return err
	}
	if n.State == StatePartlyDispatched {
		if err := s.Transport.Void(tx, n.ID, reason); err != nil {
			return err
		}
		n.State, n.EndedReason = StateClosed, "SHP-03: "+reason
	} else {
		by, kind := n.SubmittedBy, n.SubmitterKind
		n.reopen()
		n.State, n.SubmittedBy, n.SubmitterKind, n.SubmittedAt = StateSubmitted, by, kind, &tx.Now
	}
	if err := h.store(tx, VerbRenew); err != nil {
		return err
	}
	if err := decision.Record(tx, &v.decision); err != nil {
		return err
	}
	en, zh, _ := strings.Cut(reason, " / ")
	return followup.Open(tx, followup.Task{
		Kind: kindOutlived, SubjectType: SubjectNotice, SubjectID: n.ID, Number: n.Number, UserID: &n.OwnerID, Inform: true,
		TitleEN: fmt.Sprintf("The release of shipping notice %s is taken back: %s", n.Number, en),
		TitleZH: fmt.Sprintf("发货通知单 %s 的放行已收回:%s", n.Number, zh),
	})
}
