package allotment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// State is where a shortage allotment stands.
type State string

// The states.
const (
	Proposed  State = "proposed"
	Confirmed State = "confirmed" // it binds shipping notices
	Withdrawn State = "withdrawn"
	Ended     State = "ended"
)

// The follow-ups about a shortage allotment.
const (
	kindConfirm = "production.confirm_allotment"
	kindFreed   = "production.allotment_freed"
)

// Allotment says who gets how much of a product of which there isn't enough (缺货分配, ORD-08).
type Allotment struct {
	ID           uuid.UUID
	Number       string
	ProductID    uuid.UUID
	ProductCode  string `gorm:"->"`
	ProductName  string `gorm:"->"`
	Unit         string
	Available    decimal.Decimal
	Wanted       decimal.Decimal // Σ of the lines
	Allotted     decimal.Decimal // likewise
	State        State
	Reason       string
	ValidUntil   *time.Time
	Snapshot     json.RawMessage `gorm:"type:jsonb"`
	SnapshotHash []byte
	ProposedAt   time.Time
	ProposedBy   *uuid.UUID
	ConfirmedAt  *time.Time
	ConfirmedBy  *uuid.UUID
	EndedAt      *time.Time
	EndedBy      *uuid.UUID
	EndedReason  string
	Version      int64

	Lines []Want `gorm:"-"`
}

// TableName is for GORM.
func (Allotment) TableName() string { return "shortage_allotments" }

// Propose ranks all open order lines that want a product and proposes who gets how much of what is available (ORD-08, CUS-15).
// The sales manager is asked to confirm. Returns ErrNoProduct, ErrNobodyWants, ErrEnough and ErrOneOpen.
func (s *Service) Propose(tx pg.Tx, productID uuid.UUID, available decimal.Decimal, reason string) (Allotment, error) {
	wants, err := s.wants(tx, productID, false)
	if err != nil {
		return Allotment{}, err
	}
	unit, err := unitOf(tx, productID)
	if err != nil {
		return Allotment{}, err
	}
	if len(wants) == 0 {
		return Allotment{}, ErrNobodyWants.At("/product_id")
	}
	a := Allotment{
		ID: uuid.Must(uuid.NewV7()), ProductID: productID, Unit: unit, Available: quantity(available), State: Proposed, Reason: strings.TrimSpace(reason),
		ProposedAt: tx.Now, ProposedBy: tx.By.Actor(), Version: 1,
	}
	a.Lines = propose(a.Available, wants)
	a.Wanted, a.Allotted = total(a.Lines, func(w Want) decimal.Decimal { return w.Wanted }), total(a.Lines, func(w Want) decimal.Decimal { return w.Allotted })
	if a.Wanted.Cmp(a.Available) <= 0 {
		return Allotment{}, ErrEnough.With("available", a.Available, "wanted", a.Wanted).At("/available")
	}
	frozen, hash := freeze(productID, a.Available, a.Lines)
	a.SnapshotHash = hash
	if a.Snapshot, err = json.Marshal(frozen); err != nil {
		return Allotment{}, err
	}
	if a.Number, err = pg.NextNumber(tx, "ST", tx.Now.In(clock.Shanghai)); err != nil {
		return Allotment{}, err
	}
	if err := insert(tx, &a); err != nil {
		return Allotment{}, err
	}
	err = followup.Open(tx, followup.Task{
		Kind: kindConfirm, SubjectType: Subject, SubjectID: a.ID, Number: a.Number, Role: identity.SalesManager, EscalateTo: identity.GeneralManager,
		Within:  &clock.Term{From: tx.Now, Days: 1},
		TitleEN: "Confirm who gets what is there of a short product: " + a.Number, TitleZH: "确认缺货分配方案 " + a.Number,
	})
	if err != nil {
		return Allotment{}, err
	}
	if err := a.record(tx, "proposeShortageAllotment", nil); err != nil {
		return Allotment{}, err
	}
	return readOne(tx, a.ID)
}

// wants reads the open lines of confirmed orders that want a product, with the grade of who pays for them. With lock it holds their
// orders, in id order.
func (s *Service) wants(tx pg.Tx, productID uuid.UUID, lock bool) ([]Want, error) {
	if lock {
		if err := lockOrders(tx, productID); err != nil {
			return nil, err
		}
	}
	wants, payers, err := openLines(tx, productID)
	if err != nil || len(wants) == 0 {
		return nil, err
	}
	profiles, err := s.credits.Profiles(tx, payers)
	if err != nil {
		return nil, err
	}
	priorities := map[credit.Grade]int{}
	for i := range wants {
		w := &wants[i]
		w.Grade = profiles[payers[i]].Grade
		if _, known := priorities[w.Grade]; !known {
			if priorities[w.Grade], err = s.rules.Int(tx, priorityOf(w.Grade)); err != nil {
				return nil, err
			}
		}
		w.Priority = priorities[w.Grade]
	}
	return wants, nil
}

// priorityOf names the parameter that says when customers of a grade are served (CUS-15, SHP-19).
func priorityOf(g credit.Grade) string {
	switch g {
	case credit.GradeA:
		return "shipping.priority_a"
	case credit.GradeB:
		return "shipping.priority_b"
	case credit.GradeC, credit.GradeD, credit.NoGrade:
	}
	return "shipping.priority_others"
}

// Change gives a line another quantity than the proposed one.
type Change struct {
	OrderLineID uuid.UUID
	Quantity    decimal.Decimal
	Reason      string
}

// Confirm makes a proposal bind shipping notices, with the changes of who confirms (ORD-08, SHP-19). Returns errs.ErrNotFound,
// errs.ErrStale, errs.ErrState; ErrStale when the orders want something else than when it was proposed, or in another order;
// ErrLine, ErrWanted, ErrReason, ErrSum and ErrUntil. Locks the orders of the product, then the allotment.
func (s *Service) Confirm(tx pg.Tx, id uuid.UUID, version *int64, changes []Change, until *time.Time) (Allotment, error) {
	peek, err := pg.Take[Allotment](tx, "id = ?", id)
	if err != nil {
		return Allotment{}, err
	}
	if err := lockOrders(tx, peek.ProductID); err != nil {
		return Allotment{}, err
	}
	a, before, err := hold(tx, id, version, Proposed)
	if err != nil {
		return Allotment{}, err
	}
	now, err := s.wants(tx, a.ProductID, false)
	if err != nil {
		return Allotment{}, err
	}
	if _, hash := freeze(a.ProductID, a.Available, propose(a.Available, now)); !bytes.Equal(hash, a.SnapshotHash) {
		return Allotment{}, ErrStale
	}
	if until != nil && until.Before(today(tx)) {
		return Allotment{}, ErrUntil.At("/valid_until")
	}
	if err := a.change(changes); err != nil {
		return Allotment{}, err
	}
	a.State, a.ConfirmedAt, a.ConfirmedBy, a.ValidUntil = Confirmed, &tx.Now, tx.By.Actor(), until
	if err := storeConfirmed(tx, &a, len(changes) > 0); err != nil {
		return Allotment{}, err
	}
	if err := followup.Close(tx, kindConfirm, Subject, a.ID); err != nil {
		return Allotment{}, err
	}
	if err := a.tell(tx); err != nil {
		return Allotment{}, err
	}
	return a, a.record(tx, "confirmShortageAllotment", before)
}

// change applies the changes of who confirms.
func (a *Allotment) change(changes []Change) error {
	seen := map[uuid.UUID]bool{}
	for i, c := range changes {
		at := func(field string) string { return fmt.Sprintf("/lines/%d/%s", i, field) }
		j := slices.IndexFunc(a.Lines, func(w Want) bool { return w.OrderLineID == c.OrderLineID })
		if j < 0 || seen[c.OrderLineID] {
			return ErrLine.At(at("order_line_id"))
		}
		w := &a.Lines[j]
		seen[c.OrderLineID] = true
		q := quantity(c.Quantity)
		if q.IsNeg() || q.Cmp(w.Wanted) > 0 {
			return ErrWanted.With("wanted", w.Wanted).At(at("quantity"))
		}
		reason := strings.TrimSpace(c.Reason)
		if q.Cmp(w.Proposed) != 0 && reason == "" {
			return ErrReason.At(at("reason"))
		}
		w.Allotted, w.ChangeReason = q, reason
	}
	a.Allotted = total(a.Lines, func(w Want) decimal.Decimal { return w.Allotted })
	if a.Allotted.Cmp(a.Available) > 0 {
		return ErrSum.With("allotted", a.Allotted, "available", a.Available).At("/lines")
	}
	return nil
}

// tell lets the owners of the orders know what their lines get.
func (a *Allotment) tell(tx pg.Tx) error {
	var tasks []followup.Task
	seen := map[uuid.UUID]bool{}
	for _, w := range a.Lines {
		if seen[w.OwnerID] {
			continue
		}
		seen[w.OwnerID] = true
		tasks = append(tasks, followup.Task{
			Kind: "production.allotted", SubjectType: Subject, SubjectID: a.ID, Number: a.Number, UserID: &w.OwnerID, Inform: true,
			TitleEN: fmt.Sprintf("%s %s is short; see what your orders get: %s", a.ProductCode, a.ProductName, a.Number),
			TitleZH: fmt.Sprintf("%s %s 缺货,请查看分配结果 %s", a.ProductCode, a.ProductName, a.Number),
		})
	}
	return followup.Open(tx, tasks...)
}

// End withdraws a proposal or ends a confirmed allotment, with the reason. version is optional. Returns errs.ErrNotFound,
// errs.ErrStale and errs.ErrState. Locks the allotment.
func (s *Service) End(tx pg.Tx, id uuid.UUID, version *int64, reason string) (Allotment, error) {
	a, before, err := hold(tx, id, version, Proposed, Confirmed)
	if err != nil {
		return Allotment{}, err
	}
	return a, a.end(tx, strings.TrimSpace(reason), before)
}

func (a *Allotment) end(tx pg.Tx, reason string, before map[string]any) error {
	state, action := Ended, "endShortageAllotment"
	if a.State == Proposed {
		state, action = Withdrawn, "withdrawShortageAllotment"
	}
	a.State, a.EndedAt, a.EndedBy, a.EndedReason = state, &tx.Now, tx.By.Actor(), reason
	err := pg.Update(tx, "shortage_allotments", a.ID, a.Version, map[string]any{
		"state": a.State, "ended_at": a.EndedAt, "ended_by": a.EndedBy, "ended_reason": a.EndedReason,
	})
	if err != nil {
		return err
	}
	a.Version++
	for _, kind := range []string{kindConfirm, kindFreed} {
		if err := followup.Close(tx, kind, Subject, a.ID); err != nil {
			return err
		}
	}
	return a.record(tx, action, before)
}

// EndFinished ends at most n allotments that are past their last date, or of which everything has been taken, or whose orders
// are over; and returns how many it ended.
func (s *Service) EndFinished(tx pg.Tx, n int) (int, error) {
	ids, err := finished(tx, today(tx), n)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		a, before, err := hold(tx, id, nil, Confirmed)
		if err != nil {
			return 0, err
		}
		reason := "Everything that was allotted has been taken. / 已全部发出。"
		if a.ValidUntil != nil && a.ValidUntil.Before(today(tx)) {
			reason = "Its last date has passed. / 已过截止日期。"
		}
		if err := a.end(tx, reason, before); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// hold locks an allotment with its lines.
func hold(tx pg.Tx, id uuid.UUID, version *int64, states ...State) (Allotment, map[string]any, error) {
	locked, err := pg.TakeForUpdate[Allotment](tx, "id = ?", id)
	switch {
	case err != nil:
		return Allotment{}, nil, err
	case version != nil && *version != locked.Version:
		return Allotment{}, nil, errs.ErrStale
	case !slices.Contains(states, locked.State):
		return Allotment{}, nil, errs.ErrState.With("state", string(locked.State))
	}
	a, err := readOne(tx, id)
	return a, a.snapshot(), err
}

// Get returns an allotment with those of its lines that the caller may see. Who doesn't propose allotments sees only such that
// have a line of theirs (ORG-06): how much of a product is short tells of other people's orders. Returns errs.ErrNotFound.
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Allotment, error) {
	a, err := readOne(tx, id)
	if err != nil {
		return Allotment{}, err
	}
	a.show(who)
	if _, all := who.Owners(); !all && len(a.Lines) == 0 && !identity.Allowed(who, "allotment.propose") {
		return Allotment{}, errs.ErrNotFound
	}
	return a, nil
}

// show leaves the lines that the principal may see.
func (a *Allotment) show(who identity.Principal) {
	a.Lines = slices.DeleteFunc(a.Lines, func(w Want) bool { return !who.Sees(w.OwnerID) })
}

// Show is show for what another use case has returned.
func (a Allotment) Show(who identity.Principal) Allotment {
	a.Lines = slices.Clone(a.Lines)
	a.show(who)
	return a
}

func (a *Allotment) record(tx pg.Tx, action string, before any) error {
	entries := []audit.Entry{{Action: action, SubjectType: Subject, SubjectID: a.ID, Before: before, After: a.snapshot()}}
	seen := map[uuid.UUID]bool{}
	for _, w := range a.Lines {
		if !seen[w.OrderID] {
			seen[w.OrderID] = true
			entries = append(entries, audit.Entry{Action: action, SubjectType: order.Subject, SubjectID: w.OrderID, After: map[string]any{"shortage_allotment": a.Number}})
		}
	}
	return audit.RecordAll(tx, entries)
}

func (a *Allotment) snapshot() map[string]any {
	lines := make([]map[string]any, len(a.Lines))
	for i, w := range a.Lines {
		lines[i] = map[string]any{"order_line_id": w.OrderLineID, "rank": w.Rank, "wanted": w.Wanted, "proposed": w.Proposed, "allotted": w.Allotted, "reason": w.ChangeReason}
	}
	return map[string]any{
		"number": a.Number, "product_id": a.ProductID, "available": a.Available, "allotted": a.Allotted, "state": a.State, "reason": a.Reason,
		"valid_until": day(a.ValidUntil), "ended_reason": a.EndedReason, "lines": lines, "version": a.Version,
	}
}

// Take is a quantity of an order line that is to be put on a shipping notice.
type Take struct {
	OrderLineID uuid.UUID
	ProductID   uuid.UUID
	Quantity    decimal.Decimal
}

// Allowance returns ErrAllotted, pointing at the part ("/lines/0/quantity"), when a confirmed allotment of its product leaves a line
// less than is to be put on a notice: what is allotted to it, less what was shipped or noticed since; nothing for a line that isn't in
// it (ORD-08, SHP-19). With hold, for a release, it locks the open allotments of the products shared, after the orders. One statement.
func (s *Service) Allowance(tx pg.Tx, takes []Take, hold bool) error {
	open, err := bindings(tx, takes, hold)
	if err != nil || len(open) == 0 {
		return err
	}
	left, err := leftOf(tx, open, takes)
	if err != nil {
		return err
	}
	for i, t := range takes {
		number, short := open[t.ProductID]
		if rest := left[t.OrderLineID]; short && t.Quantity.Cmp(rest) > 0 {
			return ErrAllotted.With("number", number.Number, "left", rest).At(fmt.Sprintf("/lines/%d/quantity", i))
		}
	}
	return nil
}
