package receivable

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// BillState is where a bank acceptance bill is.
type BillState string

// The states. Settled, bounced and cancelled are final.
const (
	BillHeld       BillState = "held"
	BillEndorsed   BillState = "endorsed"   // passed on to pay somebody
	BillDiscounted BillState = "discounted" // sold to a bank before it matured
	BillSettled    BillState = "settled"    // the acceptor has paid
	BillBounced    BillState = "bounced"    // the acceptor hasn't: the receipt is reversed, the invoices are due as they were
	BillCancelled  BillState = "cancelled"  // the receipt was booked by mistake
)

// Bill is a bank acceptance bill (银行承兑汇票) that a receipt took.
type Bill struct {
	ID         uuid.UUID
	ReceiptID  uuid.UUID
	PayerID    uuid.UUID
	Number     string
	Drawer     string
	Acceptor   string // the bank
	IssuedOn   time.Time
	MaturesOn  time.Time
	Amount     decimal.Decimal
	State      BillState
	StateSince time.Time
	Version    int64

	PayerName string     `gorm:"->"` // when it was read or listed
	Steps     []BillStep `gorm:"-"`
}

// TableName is for GORM.
func (Bill) TableName() string { return "acceptance_bills" }

// BillStep is what happened to a bill.
type BillStep struct {
	ID         uuid.UUID
	BillID     uuid.UUID
	State      BillState
	HappenedOn time.Time
	Party      string          // to whom it was endorsed, which bank discounted it
	Cost       decimal.Decimal // of discounting it
	Note       string
	CreatedBy  *uuid.UUID
	CreatedAt  time.Time
}

// NewBill is what a bill says.
type NewBill struct {
	Number    string
	Drawer    string
	Acceptor  string
	IssuedOn  time.Time
	MaturesOn time.Time
}

// next are the states that follow on each.
var nextBillStates = map[BillState][]BillState{
	BillHeld:       {BillEndorsed, BillDiscounted, BillSettled, BillBounced, BillCancelled},
	BillEndorsed:   {BillSettled, BillBounced},
	BillDiscounted: {BillSettled, BillBounced},
}

// may returns ErrBillState unless the state may follow, and ErrBillNotMature before the day on which the acceptor pays or doesn't.
func (b Bill) may(next BillState, on time.Time) error {
	for _, s := range nextBillStates[b.State] {
		if s != next {
			continue
		}
		if (next == BillSettled || next == BillBounced) && on.Before(b.MaturesOn) {
			return ErrBillNotMature.With("matures_on", b.MaturesOn.Format(time.DateOnly)).At("/happened_on")
		}
		if (next == BillEndorsed || next == BillDiscounted) && !on.Before(b.MaturesOn) {
			return ErrBillMature.With("matures_on", b.MaturesOn.Format(time.DateOnly)).At("/happened_on")
		}
		return nil
	}
	return ErrBillState.With("state", string(b.State))
}

// check holds what a bill says to what can be: it was issued, is drawn for later, and hasn't matured when it is taken.
func (n NewBill) check(receivedOn time.Time) error {
	switch {
	case !n.MaturesOn.After(n.IssuedOn):
		return ErrBillDates.At("/bill/matures_on")
	case n.IssuedOn.After(receivedOn):
		return ErrBillDates.At("/bill/issued_on")
	}
	return nil
}

// takeBill writes the bill of a receipt that is being booked.
func takeBill(tx pg.Tx, r *Receipt, n NewBill) error {
	b := Bill{
		ID: uuid.Must(uuid.NewV7()), ReceiptID: r.ID, PayerID: r.PayerID, Number: n.Number, Drawer: n.Drawer, Acceptor: n.Acceptor,
		IssuedOn: n.IssuedOn, MaturesOn: n.MaturesOn, Amount: r.Amount, State: BillHeld, StateSince: tx.Now, Version: 1,
	}
	if err := pg.Insert(tx, &b); err != nil {
		return err
	}
	step := b.step(tx, BillStep{HappenedOn: r.ReceivedOn})
	if err := pg.Insert(tx, &step); err != nil {
		return err
	}
	b.Steps = []BillStep{step}
	r.Bill = &b
	return record(tx, "takeBill", subjectBill, b.ID, nil, b)
}

func (b Bill) step(tx pg.Tx, s BillStep) BillStep {
	s.ID, s.BillID, s.State, s.CreatedBy, s.CreatedAt = uuid.Must(uuid.NewV7()), b.ID, b.State, creator(tx), tx.Now
	s.Cost = money.Fen(s.Cost)
	return s
}

// MoveBill writes what happened to a bill: endorsed, discounted, paid at maturity, or bounced. A bounced one reverses its receipt: its
// allocations open again, overdue from the original due dates, and what it covered is withdrawn. version is optional. Returns
// ErrBillState, ErrBillNotMature, ErrBillMature, ErrFuture. Locks what ReverseReceipt locks.
func (s *Service) MoveBill(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, next BillState, step BillStep) (Bill, error) {
	peek, err := s.GetBill(tx, who, id)
	if err != nil {
		return Bill{}, err
	}
	r, account, err := s.lockReceipt(tx, who, peek.ReceiptID)
	if err != nil {
		return Bill{}, err
	}
	b, err := pg.TakeForUpdate[Bill](tx, "id = ?", id)
	if err != nil {
		return Bill{}, err
	}
	step.HappenedOn = orToday(tx, step.HappenedOn)
	switch {
	case version != nil && *version != b.Version:
		return Bill{}, errs.ErrStale
	case step.HappenedOn.After(clock.Today(tx.Now)):
		return Bill{}, ErrFuture.At("/happened_on")
	case step.Cost.IsNeg() || step.Cost.Cmp(b.Amount) >= 0:
		return Bill{}, ErrBillCost.At("/cost")
	}
	if err := b.may(next, step.HappenedOn); err != nil {
		return Bill{}, err
	}
	if err := moveBill(tx, &b, next, step); err != nil {
		return Bill{}, err
	}
	if next == BillBounced {
		if err := s.reverse(tx, account, &r, step.Note); err != nil {
			return Bill{}, err
		}
	}
	b.Steps, err = stepsOf(tx, b.ID)
	return b, err
}

// moveBill writes the state and the step of a locked bill.
func moveBill(tx pg.Tx, b *Bill, next BillState, step BillStep) error {
	before := *b
	err := pg.Update(tx, "acceptance_bills", b.ID, b.Version, map[string]any{"state": next, "state_since": tx.Now})
	if err != nil {
		return err
	}
	b.State, b.StateSince, b.Version = next, tx.Now, b.Version+1
	row := b.step(tx, step)
	if err := pg.Insert(tx, &row); err != nil {
		return err
	}
	return record(tx, "moveBill", subjectBill, b.ID, before, map[string]any{
		"state": next, "happened_on": row.HappenedOn.Format(time.DateOnly), "party": row.Party, "cost": row.Cost, "note": row.Note,
	})
}

// cancelBill ends the bill of a receipt that is reversed for another reason than that it bounced. Returns ErrBillState for one that has
// left our hands or was paid.
func cancelBill(tx pg.Tx, receipt uuid.UUID, reason string) error {
	b, err := billOf(tx, receipt)
	if err != nil || b == nil || b.State == BillBounced {
		return err
	}
	if err := b.may(BillCancelled, clock.Today(tx.Now)); err != nil {
		return err
	}
	return moveBill(tx, b, BillCancelled, BillStep{HappenedOn: clock.Today(tx.Now), Note: reason})
}

// billOf returns the bill of a receipt, nil for one of another method. The payer's account is locked.
func billOf(tx pg.Tx, receipt uuid.UUID) (*Bill, error) {
	var rows []Bill
	if err := tx.Where("receipt_id = ?", receipt).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

func stepsOf(tx pg.Tx, bill uuid.UUID) ([]BillStep, error) {
	var rows []BillStep
	return rows, tx.Where("bill_id = ?", bill).Order("id").Find(&rows).Error
}

// GetBill returns a bill with what happened to it. Returns errs.ErrNotFound also for what the caller may not see.
func (s *Service) GetBill(tx pg.Tx, who identity.Principal, id uuid.UUID) (Bill, error) {
	b, err := pg.Take[Bill](tx, "id = ?", id)
	if err != nil {
		return Bill{}, err
	}
	payer, err := mustSeeCustomer(tx, who, b.PayerID)
	if err != nil {
		return Bill{}, err
	}
	b.PayerName = payer.Name
	b.Steps, err = stepsOf(tx, id)
	return b, err
}
