package shipping

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Who is served first (CUS-15, SHP-19): by shipping date and, of a day, by priority, which follows the customer's grade. The warehouse works by
// that list, and stock gives nothing to a notice that one before it still needs.

// VerbPrioritise is what events call a change of who is served first.
const VerbPrioritise Verb = "setShippingPriority"

// rank gives a notice the priority of its customer's grade of now, unless the sales manager has said otherwise (SHP-19).
func (s *Service) rank(tx pg.Tx, n *Notice) error {
	if n.PriorityReason != "" {
		return nil
	}
	p, err := s.credit.Position(tx, n.CustomerID)
	if err != nil {
		return err
	}
	name := "shipping.priority_others"
	switch p.Profile.Grade {
	case credit.GradeA:
		name = "shipping.priority_a"
	case credit.GradeB:
		name = "shipping.priority_b"
	case credit.GradeC, credit.GradeD, credit.NoGrade:
	}
	n.Priority, err = s.rules.Int(tx, name)
	return err
}

// Prioritise has a notice served before or after others than its grade says, with a reason; no priority gives it its grade's again (SHP-19).
// Returns ErrPriorityReason, and errs.ErrState for a notice of which nothing is to leave any more. Locks the notice.
func (s *Service) Prioritise(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, priority *int, reason string) (Notice, error) {
	n, before, err := s.lockOwn(tx, who, id, version, VerbPrioritise)
	if err != nil {
		return Notice{}, err
	}
	if priority == nil {
		n.PriorityReason, n.PrioritySetBy = "", nil
		if err := s.rank(tx, &n); err != nil {
			return Notice{}, err
		}
		return n, store(tx, &n, before, VerbPrioritise)
	}
	if n.PriorityReason = strings.TrimSpace(reason); n.PriorityReason == "" {
		return Notice{}, ErrPriorityReason.At("/reason")
	}
	n.Priority, n.PrioritySetBy = *priority, &who.ID
	return n, store(tx, &n, before, VerbPrioritise)
}

// Queued is a released notice as the warehouse's list shows it.
type Queued struct {
	ID             uuid.UUID
	Number         string
	CustomerID     uuid.UUID
	CustomerName   string
	State          State
	ShipDate       time.Time
	Priority       int
	PriorityReason string
	Vehicle        string
	Version        int64
	Lines          []QueuedLine `gorm:"-"`
}

// QueuedLine is what is still to leave on one of its lines.
type QueuedLine struct {
	NoticeID    uuid.UUID
	LineID      uuid.UUID
	ProductID   uuid.UUID
	ProductCode string
	ProductName string
	Unit        string
	Rest        decimal.Decimal // hasn't left
	Prepared    decimal.Decimal // of it, what is laid out
}

// place is where a notice stands in the list.
type place struct {
	ShipDate time.Time
	Priority int
	ID       uuid.UUID
}

// Queue returns what is released and hasn't left, in the order in which it is served (SHP-19): by shipping date, then by priority. until is the last
// shipping date, productID narrows it to notices that want a product; nil doesn't. Two statements.
func (s *Service) Queue(tx pg.Tx, who identity.Principal, until *time.Time, productID *uuid.UUID, p pg.Page) ([]Queued, string, error) {
	q := tx.Table("shipping_notices n").Select(`n.id, n.number, n.customer_id, c.name AS customer_name, n.state, n.ship_date, n.priority, n.priority_reason,
		n.vehicle, n.version`).Joins("JOIN customers c ON c.id = n.customer_id").Where("n.state IN ('released', 'partly_dispatched')")
	if owners, all := who.Owners(); !all {
		q = q.Where("n.owner_id IN ?", owners)
	}
	if until != nil {
		q = q.Where("n.ship_date <= ?", *until)
	}
	if productID != nil {
		q = q.Where(`EXISTS (SELECT FROM shipping_notice_lines l WHERE l.notice_id = n.id AND l.product_id = ? AND l.quantity > l.dispatched_quantity)`, *productID)
	}
	var last place
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("(n.ship_date, n.priority, n.id) > (CAST(? AS date), ?, ?)", last.ShipDate, last.Priority, last.ID)
	}
	var rows []Queued
	if err := q.Order("n.ship_date, n.priority, n.id").Limit(p.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	rows, next, err := pg.Cut(p, rows, func(r Queued) any { return place{r.ShipDate, r.Priority, r.ID} })
	if err != nil || len(rows) == 0 {
		return rows, next, err
	}
	return rows, next, queuedLines(tx, rows)
}

func queuedLines(tx pg.Tx, rows []Queued) error {
	ids, at := make([]uuid.UUID, len(rows)), make(map[uuid.UUID]int, len(rows))
	for i, r := range rows {
		ids[i], at[r.ID] = r.ID, i
	}
	var lines []QueuedLine
	err := tx.Raw(`SELECT l.notice_id, l.id AS line_id, l.product_id, l.product_code, l.product_name, l.unit, l.quantity - l.dispatched_quantity AS rest,
			coalesce((SELECT sum(h.reserved) FROM stock_preparation_lines h WHERE h.notice_line_id = l.id AND h.reserved > 0), 0.0000) AS prepared
		FROM shipping_notice_lines l WHERE l.notice_id = ANY (?::uuid[]) AND l.quantity > l.dispatched_quantity ORDER BY l.notice_id, l.position_no`, pg.IDs(ids)).Scan(&lines).Error
	for _, l := range lines {
		r := &rows[at[l.NoticeID]]
		r.Lines = append(r.Lines, l)
	}
	return err
}
