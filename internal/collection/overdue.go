package collection

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/statement"
)

// OverdueItem is an invoice past its due date, with what was done about it.
type OverdueItem struct {
	InvoiceID    uuid.UUID
	Number       string
	CustomerID   uuid.UUID
	CustomerCode string
	CustomerName string
	PayerID      uuid.UUID
	PayerName    string
	OwnerID      uuid.UUID
	OwnerName    string
	TeamID       *uuid.UUID
	InvoicedOn   time.Time
	DueOn        time.Time
	Days         int
	Total        decimal.Decimal
	Open         decimal.Decimal

	Disputed        decimal.Decimal // of what is open
	ContactedAt     *time.Time      // the payer, last
	Contact         string          // by which channel
	PromiseID       *uuid.UUID      // the open one that is due first
	PromisedAmount  *decimal.Decimal
	PromisedFor     *time.Time
	BrokenPromises  int // of the payer, ever
	DunningStep     int // the last that was sent; 0 for none
	DunnedAt        *time.Time
	DunningProposed bool       // a letter that names it waits to be sent
	PausedUntil     *time.Time // the payer rests
	BadDebt         bool       // an application is under way (ARV-07)
	Bucket          string     `gorm:"-"` // of the ageing
}

// OverdueFilter narrows the overdue list; what is zero or nil lets all through.
type OverdueFilter struct {
	OwnerID    uuid.UUID
	TeamID     uuid.UUID
	CustomerID uuid.UUID
	PayerID    uuid.UUID
	MinDays    int // at least 1: an item isn't overdue on its due date
	MaxDays    int
	MinAmount  *decimal.Decimal // open
	MaxAmount  *decimal.Decimal
	Step       *int // the last dunning step that was sent; 0 for none
	Promised   *bool
	Disputed   *bool
	BadDebt    *bool // whether an application about it is under way
}

// ListOverdue returns a page of what is past its due date and open, of visible customers (ORG-06), the longest overdue first (ARV-05). One
// statement, besides the ageing's parameters, whose time doesn't grow with the number of open items.
func (s *Service) ListOverdue(tx pg.Tx, who identity.Principal, f OverdueFilter, p pg.Page) ([]OverdueItem, string, error) {
	today := clock.Today(tx.Now)
	bounds, err := statement.BoundsAt(tx, s.rules, today)
	if err != nil {
		return nil, "", err
	}
	rows, next, err := listOverdue(tx, who, f, today, p)
	for i := range rows {
		rows[i].Bucket = bounds.Name(rows[i].Days)
	}
	return rows, next, err
}

// exportBatch is how many rows one statement of an export reads.
const exportBatch = 1000

// ExportOverdue calls each for every row that ListOverdue would list, in its order. The caller gives it one snapshot.
func (s *Service) ExportOverdue(tx pg.Tx, who identity.Principal, f OverdueFilter, each func(OverdueItem) error) error {
	page := pg.Page{Limit: exportBatch}
	for {
		rows, next, err := s.ListOverdue(tx, who, f, page)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := each(r); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		page.Cursor = next
	}
}
