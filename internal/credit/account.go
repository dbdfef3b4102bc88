package credit

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/money"
)

// Account is a payer's row, locked by this transaction (Service.Lock): the running sums of its movements.
type Account struct {
	PayerID    uuid.UUID
	Receivable decimal.Decimal
	Shipped    decimal.Decimal
	Released   decimal.Decimal
	Prepaid    decimal.Decimal
	LastSeq    int64      // of the last movement; rises with each, so it is the account's version
	FirstTrade *time.Time // the business date of the first trade (see Figures)
	GroupID    *uuid.UUID // the credit group that its payer is in

	group *Standing // of that group when its lock is held (LockGroup)
}

// Exposure returns receivable + shipped + released − prepaid (CRD-11).
func (a *Account) Exposure() decimal.Decimal {
	return money.Sub(money.Add(money.Add(a.Receivable, a.Shipped), a.Released), a.Prepaid)
}

// part returns the sum of a part, for reading and writing.
func (a *Account) part(p Part) *decimal.Decimal {
	switch p {
	case Receivable:
		return &a.Receivable
	case Shipped:
		return &a.Shipped
	case Released:
		return &a.Released
	case Prepaid:
		return &a.Prepaid
	}
	panic("credit: no such part: " + string(p))
}

// entry is a movement as it stands in the ledger, after clamping.
type entry struct {
	PayerID      uuid.UUID       `json:"payer_id"`
	Seq          int64           `json:"seq"`
	Part         Part            `json:"part"`
	Amount       decimal.Decimal `json:"amount"`
	BalanceAfter decimal.Decimal `json:"balance_after"`
	DocumentType string          `json:"document_type"`
	DocumentID   uuid.UUID       `json:"document_id"`
	ItemID       uuid.UUID       `json:"item_id"`
	DueOn        *string         `json:"due_on"`
	HappenedOn   string          `json:"happened_on"`
	Reason       string          `json:"reason"`
}

// itemKey names an open item within an account.
type itemKey struct {
	Part Part
	Item uuid.UUID
}

// itemDelta is what a posting does to one open item in all.
type itemDelta struct {
	Part  Part            `json:"part"`
	Item  uuid.UUID       `json:"item_id"`
	Delta decimal.Decimal `json:"delta"`
	DueOn *string         `json:"due_on"`
}

func (m Movement) item() uuid.UUID {
	if m.ItemID == uuid.Nil {
		return m.DocumentID
	}
	return m.ItemID
}

func (m Movement) takes() bool { return m.Rest || m.Amount.IsNeg() }

// amount returns what the movement comes to when open is left of its item. Returns ErrTakesTooMuch.
func (m Movement) amount(open decimal.Decimal) (decimal.Decimal, error) {
	want := money.Fen(m.Amount)
	switch {
	case m.Rest:
		return open.Neg(), nil
	case !want.IsNeg() || want.CmpAbs(open) <= 0:
		return want, nil
	case m.Clamp: // CRD-11: a remainder never goes negative
		return open.Neg(), nil
	}
	return decimal.Zero, ErrTakesTooMuch.With("open", open, "part", m.Part)
}

// plan works out what the movements do to the account and its items; open is what is left of the items that they take
// from. It changes the account's sums. Movements that come to nothing are left out.
func (a *Account) plan(today time.Time, open map[itemKey]decimal.Decimal, moves []Movement) ([]entry, []itemDelta, error) {
	entries := make([]entry, 0, len(moves))
	deltas := make([]itemDelta, 0, len(moves))
	at := make(map[itemKey]int, len(moves))
	for _, m := range moves {
		key := itemKey{m.Part, m.item()}
		amount, err := m.amount(open[key])
		if err != nil {
			return nil, nil, err
		}
		if amount.IsZero() {
			continue
		}
		if m.Part == Receivable && amount.IsPos() && m.DueOn == nil {
			return nil, nil, fmt.Errorf("credit: a receivable without a due date: %s %s", m.DocumentType, m.DocumentID)
		}
		open[key] = money.Add(open[key], amount)
		sum := a.part(m.Part)
		*sum = money.Add(*sum, amount)
		a.LastSeq++
		due := dateText(m)
		entries = append(entries, entry{a.PayerID, a.LastSeq, m.Part, amount, *sum, m.DocumentType, m.DocumentID, key.Item, due, happened(m, today), m.Reason})
		if i, seen := at[key]; seen {
			deltas[i].Delta = money.Add(deltas[i].Delta, amount)
			if due != nil {
				deltas[i].DueOn = due
			}
			continue
		}
		at[key] = len(deltas)
		deltas = append(deltas, itemDelta{m.Part, key.Item, amount, due})
	}
	if a.FirstTrade == nil {
		a.FirstTrade = firstTrade(entries)
	}
	return entries, deltas, nil
}

// firstTrade returns the earliest business date of what makes a trade (see Figures): goods that left, an invoice, an opening
// item; nil when there is none among them.
func firstTrade(entries []entry) *time.Time {
	var first *time.Time
	for _, e := range entries {
		if !e.Amount.IsPos() || e.Part != Shipped && e.Part != Receivable {
			continue
		}
		if on, err := time.Parse(time.DateOnly, e.HappenedOn); err == nil && (first == nil || on.Before(*first)) {
			first = &on
		}
	}
	return first
}

func happened(m Movement, today time.Time) string {
	if m.HappenedOn.IsZero() {
		return today.Format(time.DateOnly)
	}
	return m.HappenedOn.Format(time.DateOnly)
}

func dateText(m Movement) *string {
	if m.DueOn == nil || m.Part != Receivable {
		return nil
	}
	text := m.DueOn.Format(time.DateOnly)
	return &text
}

// OverdueDays returns how many days a thing due on that date is late at an instant, by Shanghai's calendar: due today is
// not overdue, due yesterday is 1 day (CRD-12).
func OverdueDays(dueOn, now time.Time) int {
	return max(0, int(clock.Today(now).Sub(dueOn)/(24*time.Hour)))
}
