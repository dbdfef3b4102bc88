package shipping

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

// The follow-ups of an emergency release: the heads confirm, finance checks, the sales manager hears of a denial.
const (
	kindConfirm = "shipment.emergency_confirm"
	kindCheck   = "shipment.emergency_check"
)

// ReleaseInEmergency releases a notice although those who should decide can't be reached (SHP-15): each was tried since it was submitted, or at most
// shipping.emergency_attempt_minutes before. Returns ErrOwnEmergency for who submitted it (ORG-03), ErrNoEmergency where nobody is missing, ErrUntried naming
// whom nobody tried, ErrHead, ErrEmergencyCustomer, ErrSpecialOldDebt, the gate's own refusals (ErrNotCovered, ErrHasLimit), and errs.ErrState for a notice that doesn't
// wait. Locks approvals, account, group, orders and notice.
func (s *Service) ReleaseInEmergency(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, in EmergencyInput) (Emergency, error) {
	if who.Kind != identity.KindUser {
		return Emergency{}, ErrPersonSigns
	}
	if err := s.approvals.Lock(tx, SubjectNotice, id); err != nil {
		return Emergency{}, err
	}
	if err := s.lockSpecial(tx, id); err != nil {
		return Emergency{}, err
	}
	h, err := s.holdToJudge(tx, who, id)
	if err != nil {
		return Emergency{}, err
	}
	n := &h.Notice
	if err := n.mustMatch(version); err != nil {
		return Emergency{}, err
	}
	if err := n.May(VerbEmergency); err != nil {
		return Emergency{}, err
	}
	if n.OverdueReason == "" {
		n.OverdueReason = strings.TrimSpace(in.Reason) // SHP-05: it says why it should ship
	}
	sit, err := s.situation(tx, h, true) // finance confirms a first business with its check, which is due with the papers
	if err != nil {
		return Emergency{}, err
	}
	v := n.judge(sit)
	if err := s.emergencyAllowed(tx, who, n, v, sit, in); err != nil {
		return Emergency{}, err
	}
	return s.releaseAtOnce(tx, who, h, v, in)
}

// emergencyAllowed says why it is no emergency, or none that helps.
func (s *Service) emergencyAllowed(tx pg.Tx, who identity.Principal, n *Notice, v verdict, sit situation, in EmergencyInput) error {
	buyer, err := customer.Brief(tx, n.CustomerID)
	switch {
	case err != nil:
		return err
	case n.SubmittedBy != nil && *n.SubmittedBy == who.ID:
		return ErrOwnEmergency
	case buyer.Status != customer.Active:
		return ErrEmergencyCustomer.With("status", string(buyer.Status))
	case sit.oldDebt(): // CRD-06
		return ErrSpecialOldDebt.With("debt", sit.position.OldDebt())
	case v.refusal != nil:
		return refuse(tx, v)
	}
	needs := n.needs(v)
	if len(needs) == 0 {
		return ErrNoEmergency
	}
	minutes, err := s.rules.Int(tx, "shipping.emergency_attempt_minutes")
	if err != nil {
		return err
	}
	since := tx.Now
	if n.SubmittedAt != nil {
		since = *n.SubmittedAt
	}
	since = since.Add(-time.Duration(minutes) * time.Minute)
	tried := make([]identity.Principal, 0, len(in.Tried))
	for i, a := range in.Tried {
		p, err := identity.LoadUser(tx, a.PersonID)
		if err == nil && (a.At.After(tx.Now) || a.At.Before(since) || p.ID == who.ID) {
			err = errs.ErrNotFound
		}
		if err != nil {
			return notFound(err, ErrUnknownTried.At(fmt.Sprintf("/tried/%d", i)))
		}
		tried = append(tried, p)
	}
	if roles := untried(needs, tried); roles != nil {
		return ErrUntried.With("role", string(roles[0])).At("/tried")
	}
	if err := head(tx, who, in.WarehouseHead, identity.WarehouseKeeper, "/warehouse_head_id"); err != nil {
		return err
	}
	return head(tx, who, in.QualityHead, identity.QualityManager, "/quality_head_id")
}

// head returns ErrHead unless somebody else than the caller speaks for a department.
func head(tx pg.Tx, who identity.Principal, id uuid.UUID, role identity.Role, pointer string) error {
	p, err := identity.LoadUser(tx, id)
	if err == nil && (!p.Has(role) || p.ID == who.ID) {
		err = errs.ErrNotFound
	}
	return notFound(err, ErrHead.At(pointer))
}

// releaseAtOnce releases the notice under an emergency release and asks for its papers.
func (s *Service) releaseAtOnce(tx pg.Tx, who identity.Principal, h *Held, v verdict, in EmergencyInput) (Emergency, error) {
	n := &h.Notice
	days, err := s.rules.Int(tx, "shipping.emergency_days")
	if err != nil {
		return Emergency{}, err
	}
	e := Emergency{
		ID: uuid.Must(uuid.NewV7()), NoticeID: n.ID, State: EmergencyOpen, Reason: strings.TrimSpace(in.Reason), Tried: in.Tried,
		WarehouseHead: in.WarehouseHead, QualityHead: in.QualityHead, ReleasedBy: who.ID, ReleasedAt: tx.Now, DueAt: tx.Calendar().EndOfWorkingDay(tx.Now, days), DueDays: days,
		Version: 1, NoticeNumber: n.Number, OwnerID: n.OwnerID, Checked: n.Figures != nil,
	}
	if err := s.approvals.Void(tx, SubjectNotice, n.ID, "emergency release / 紧急出货"); err != nil {
		return Emergency{}, err
	}
	if err := s.voidSpecial(tx, n.ID, "emergency release / 紧急出货"); err != nil {
		return Emergency{}, err
	}
	if err := s.setAside(tx, n, nil); err != nil {
		return Emergency{}, err
	}
	n.ApprovalID = nil
	v.decision.Outcome, v.decision.Matter = decision.Passed, MatterEmergency
	v.decision.Check("SHP-15", true, map[string]string{"reason": shortWord(e.Reason), "due_at": e.DueAt.In(clock.Shanghai).Format("2006-01-02 15:04")},
		"Emergency: released by phone through the heads of warehouse and quality; the papers are due.", "紧急出货:经仓库、品质主管电话放行,须按期补齐手续。")
	if err := s.release(tx, h, v); err != nil {
		return Emergency{}, err
	}
	if err := s.sanction(tx, who, n, v, &e); err != nil {
		return Emergency{}, err
	}
	n.EmergencyID = &e.ID
	if err := h.store(tx, VerbEmergency); err != nil {
		return Emergency{}, err
	}
	if err := e.ask(tx, n); err != nil {
		return Emergency{}, err
	}
	return e, audit.Record(tx, audit.Entry{Action: string(VerbEmergency), SubjectType: SubjectEmergency, SubjectID: e.ID, After: e.trace()})
}

// sanction numbers and writes an emergency release, and puts it to those who sanction it afterwards.
func (s *Service) sanction(tx pg.Tx, who identity.Principal, n *Notice, v verdict, e *Emergency) error {
	var err error
	if e.Number, err = pg.NextNumber(tx, "ER", tx.Now.In(clock.Shanghai)); err != nil {
		return err
	}
	asked, err := s.approvals.Submit(tx, who, e.submission(n, v))
	if err != nil {
		return err
	}
	e.ApprovalID = asked.ID
	if asked.State == approval.Approved {
		e.ApprovedAt = &tx.Now
	}
	return insertEmergency(tx, *e)
}

// ask opens what has to be done for the papers.
func (e *Emergency) ask(tx pg.Tx, n *Notice) error {
	task := followup.Task{
		Kind: kindConfirm, SubjectType: SubjectEmergency, SubjectID: e.ID, Number: e.Number, UserID: &e.WarehouseHead, Within: &clock.Term{From: e.ReleasedAt, Days: e.DueDays},
		EscalateTo: identity.GeneralManager,
		TitleEN:    "Confirm that you were asked for the emergency release of shipping notice " + n.Number,
		TitleZH:    "请确认紧急出货(电话):发货通知单 " + n.Number,
	}
	quality, check := task, task
	quality.UserID = &e.QualityHead
	check.Kind, check.UserID, check.Role, check.EscalateTo = kindCheck, nil, identity.FinanceClerk, identity.FinanceManager
	check.TitleEN, check.TitleZH = "Check shipping notice "+n.Number+", which was released in an emergency", "补办财务核查:紧急出货 "+n.Number
	tasks := []followup.Task{task, quality}
	if n.Figures == nil {
		tasks = append(tasks, check)
	}
	return followup.Open(tx, tasks...)
}

// holdEmergency locks what an emergency release moves: account, orders, notice and itself.
func (s *Service) holdEmergency(tx pg.Tx, id uuid.UUID) (*Held, *Emergency, error) {
	peek, err := pg.Take[Emergency](tx, "id = ?", id)
	if err != nil {
		return nil, nil, err
	}
	h, err := s.Hold(tx, identity.System(), peek.NoticeID)
	if err != nil {
		return nil, nil, err
	}
	e, err := pg.TakeForUpdate[Emergency](tx, "id = ?", id)
	return h, &e, err
}

// ConfirmEmergency takes the word of one of the two heads: they were asked and agreed, or they deny it. A denial takes back what hasn't left; what has left, has: it
// is a violation of who released it, and the receivable stays (SHP-15). Returns errs.ErrNotFound for an unknown one, ErrNotHead, ErrConfirmed,
// errs.ErrState for one that has ended, approval.ErrReason for a denial without a word. Locks approvals, account, orders, notice and the emergency release.
func (s *Service) ConfirmEmergency(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, agreed bool, note string) (Emergency, error) {
	if _, err := s.GetEmergency(tx, who, id); err != nil {
		return Emergency{}, err
	}
	if err := s.approvals.Lock(tx, SubjectEmergency, id); err != nil {
		return Emergency{}, err
	}
	h, e, err := s.holdEmergency(tx, id)
	if err != nil {
		return Emergency{}, err
	}
	before := e.trace()
	if err := e.mayConfirm(who, version, agreed, note); err != nil {
		return Emergency{}, err
	}
	switch {
	case !agreed:
		if err := s.deny(tx, h, e, strings.TrimSpace(note)); err != nil {
			return Emergency{}, err
		}
		if err := s.approvals.Void(tx, SubjectEmergency, id, strings.TrimSpace(note)); err != nil {
			return Emergency{}, err
		}
	case who.ID == e.WarehouseHead:
		e.WarehouseAt = &tx.Now
	default:
		e.QualityAt = &tx.Now
	}
	if err := followup.CloseFor(tx, who.ID, kindConfirm, SubjectEmergency, id); err != nil { // the other head's stays
		return Emergency{}, err
	}
	return s.emergencyMoved(tx, h, e, before, "confirmEmergencyRelease")
}

func (e *Emergency) mayConfirm(who identity.Principal, version *int64, agreed bool, note string) error {
	switch {
	case version != nil && *version != e.Version:
		return errs.ErrStale
	case who.ID != e.WarehouseHead && who.ID != e.QualityHead:
		return ErrNotHead
	case e.State != EmergencyOpen:
		return errs.ErrState.With("state", e.State)
	case who.ID == e.WarehouseHead && e.WarehouseAt != nil, who.ID == e.QualityHead && e.QualityAt != nil:
		return ErrConfirmed
	case !agreed && strings.TrimSpace(note) == "":
		return approval.ErrReason.At("/note")
	}
	return nil
}

// emergencyDecided is ApprovalDecided of the matter shipment.emergency.
func (s *Service) emergencyDecided(tx pg.Tx, r approval.Request) error {
	h, e, err := s.holdEmergency(tx, r.SubjectID)
	if err != nil {
		return err
	}
	if e.State != EmergencyOpen {
		return errs.ErrState.With("state", e.State)
	}
	before := e.trace()
	if r.State == approval.Approved {
		e.ApprovedAt = &tx.Now
	} else if err := s.deny(tx, h, e, r.CloseReason); err != nil {
		return err
	}
	_, err = s.emergencyMoved(tx, h, e, before, "decideEmergencyRelease")
	return err
}

// emergencyMoved completes an emergency release whose last paper is there, and stores it.
func (s *Service) emergencyMoved(tx pg.Tx, h *Held, e *Emergency, before map[string]any, action string) (Emergency, error) {
	if e.State == EmergencyOpen && e.papers(&h.Notice) {
		e.State, e.EndedAt = EmergencyComplete, &tx.Now
	}
	if err := storeEmergency(tx, e, before, action); err != nil {
		return Emergency{}, err
	}
	done := []string{}
	if e.State != EmergencyOpen {
		done = append(done, kindConfirm, kindCheck)
	}
	for _, kind := range done {
		if err := followup.Close(tx, kind, SubjectEmergency, e.ID); err != nil {
			return Emergency{}, err
		}
	}
	e.NoticeNumber, e.OwnerID, e.Checked = h.Notice.Number, h.Notice.OwnerID, h.Notice.Figures != nil
	return *e, nil
}

// deny ends an emergency release that wasn't one.
func (s *Service) deny(tx pg.Tx, h *Held, e *Emergency, reason string) error {
	n := &h.Notice
	e.State, e.EndedAt, e.EndedBy, e.EndedReason = EmergencyDenied, &tx.Now, tx.By.Actor(), reason
	err := violation.Record(tx, violation.Violation{
		Rule: "SHP-15", Kind: "emergency.denied", PersonID: e.ReleasedBy, SubjectType: SubjectNotice, SubjectID: n.ID, Number: n.Number, SourceID: e.ID,
		Detail: map[string]any{"reason": shortWord(reason), "left": n.DispatchedAmount, "amount": n.Amount},
	})
	if err != nil {
		return err
	}
	switch n.State {
	case StateReleased, StatePartlyDispatched:
		next := StateRefused
		if n.State == StatePartlyDispatched {
			next = StateClosed
		}
		if err := s.giveBack(tx, h); err != nil {
			return err
		}
		n.State = next
	case StateDispatched, StateClosed, StateCancelled, StateRefused, StateDraft, StateSubmitted, StateChecked, StateBlocked:
		return nil
	}
	n.EndedReason = "SHP-15: " + reason
	if err := s.Transport.Void(tx, n.ID, n.EndedReason); err != nil { // no truck comes for it
		return err
	}
	if err := s.uncover(tx, n); err != nil {
		return err
	}
	return h.store(tx, "denyEmergencyRelease")
}

// checkAfter is finance's check of a notice that was released in an emergency (SHP-15): it freezes the figures of now, in which the notice counts already, and asks
// nobody. Locks as Check does, then the emergency release.
func (s *Service) checkAfter(tx pg.Tx, who identity.Principal, h *Held, c Checking) (Notice, error) {
	n := &h.Notice
	sit, err := s.situation(tx, h, c.FirstBusiness)
	if err != nil {
		return Notice{}, err
	}
	counted := *n
	counted.Amount = decimal.Zero.Pad(2)
	v := counted.judge(sit)
	if v.refusal != nil {
		return Notice{}, refuse(tx, v)
	}
	n.freeze(sit, v, c.Remark)
	n.CheckedBy, n.CheckedAt = &who.ID, &tx.Now
	if err := h.store(tx, VerbCheck); err != nil {
		return Notice{}, err
	}
	e, err := pg.TakeForUpdate[Emergency](tx, "id = ?", *n.EmergencyID)
	if err != nil || e.State != EmergencyOpen {
		return *n, err
	}
	if err := followup.Close(tx, kindCheck, SubjectEmergency, e.ID); err != nil {
		return Notice{}, err
	}
	_, err = s.emergencyMoved(tx, h, &e, e.trace(), "checkEmergencyRelease")
	return *n, err
}

// voidEmergency ends the open emergency release of a notice of which nothing has left and that is taken back. Its approval was locked before.
func (s *Service) voidEmergency(tx pg.Tx, h *Held, reason string) error {
	if h.Notice.EmergencyID == nil {
		return nil
	}
	e, err := pg.TakeForUpdate[Emergency](tx, "id = ?", *h.Notice.EmergencyID)
	if err != nil || e.State != EmergencyOpen {
		return err
	}
	before := e.trace()
	e.State, e.EndedAt, e.EndedBy, e.EndedReason = EmergencyVoid, &tx.Now, tx.By.Actor(), reason
	if err := s.approvals.Void(tx, SubjectEmergency, e.ID, reason); err != nil {
		return err
	}
	_, err = s.emergencyMoved(tx, h, &e, before, "voidEmergencyRelease")
	return err
}

// lockEmergency locks the approval of a notice's emergency release, after those of the notice itself.
func (s *Service) lockEmergency(tx pg.Tx, noticeID uuid.UUID) error {
	id, err := openEmergency(tx, noticeID)
	if err != nil || id == uuid.Nil {
		return err
	}
	return s.approvals.Lock(tx, SubjectEmergency, id)
}

// MarkLateEmergencies finds at most n emergency releases whose papers are overdue (SHP-15), each once: a violation of who released. It returns how many it found.
func (s *Service) MarkLateEmergencies(tx pg.Tx, n int) (int, error) {
	late, err := lateEmergencies(tx, n)
	if err != nil {
		return 0, err
	}
	for _, e := range late {
		err := violation.Record(tx, violation.Violation{
			Rule: "SHP-15", Kind: "emergency.late", PersonID: e.ReleasedBy, SubjectType: SubjectEmergency, SubjectID: e.ID, Number: e.Number, SourceID: e.ID,
			Detail: map[string]any{"due_at": e.DueAt},
		})
		if err != nil {
			return 0, err
		}
	}
	return len(late), nil
}

// RecomputeEmergencies gives the papers that are still due the deadlines that the calendar now makes; see pg.Deadlines. Their follow-ups see to theirs.
func (s *Service) RecomputeEmergencies(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	return pg.Deadlines{
		Table: "emergency_releases", Open: "state = 'open' AND late_at IS NULL", From: "released_at", Amount: "due_days", Versioned: true, Term: pg.Days,
	}.Recompute(tx, after, n)
}

// shortWord keeps a decision's inputs readable.
func shortWord(text string) string {
	const most = 150
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
