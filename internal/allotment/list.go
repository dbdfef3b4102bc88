package allotment

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Filter narrows a list of shortage allotments; zero fields don't.
type Filter struct {
	State     State
	ProductID *uuid.UUID
	OrderID   *uuid.UUID
}

// List returns shortage allotments without their lines, the newest first; to those who see some owners' orders only and
// propose none, such that have lines of these. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Allotment, string, error) {
	last := uuid.Max
	if _, err := p.After(&last); err != nil {
		return nil, "", err
	}
	where, args := []string{"s.id < ?"}, []any{last}
	and := func(condition string, arg any) { where, args = append(where, condition), append(args, arg) }
	if owners, all := who.Owners(); !all && !identity.Allowed(who, "allotment.propose") {
		and(`EXISTS (SELECT FROM shortage_allotment_lines a JOIN orders o ON o.id = a.order_id WHERE a.allotment_id = s.id AND o.owner_id = ANY (?::uuid[]))`, pg.IDs(owners))
	}
	if f.State != "" {
		and("s.state = ?", f.State)
	}
	if f.ProductID != nil {
		and("s.product_id = ?", *f.ProductID)
	}
	if f.OrderID != nil {
		and("s.id IN (SELECT allotment_id FROM shortage_allotment_lines WHERE order_id = ?)", *f.OrderID)
	}
	var rows []Allotment
	if err := tx.Raw(allotments+" WHERE "+strings.Join(where, " AND ")+" ORDER BY s.id DESC LIMIT ?", append(args, p.Limit+1)...).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(a Allotment) any { return a.ID })
}

// Given is what a confirmed allotment gives to a line of an order.
type Given struct {
	AllotmentID uuid.UUID
	Number      string
	OrderLineID uuid.UUID
	Wanted      decimal.Decimal
	Allotted    decimal.Decimal
	Used        decimal.Decimal
	ValidUntil  *time.Time
}

// To returns what confirmed allotments give to the lines of an order. Checks no visibility. One statement.
func (s *Service) To(tx pg.Tx, orderID uuid.UUID) ([]Given, error) {
	var rows []Given
	return rows, tx.Raw(`SELECT a.allotment_id, s.number, a.order_line_id, a.wanted, a.allotted, s.valid_until,
			greatest(coalesce(ol.shipped + ol.noticed, a.taken) - a.taken, 0) AS used
		FROM shortage_allotment_lines a JOIN shortage_allotments s ON s.id = a.allotment_id LEFT JOIN order_lines ol ON ol.id = a.order_line_id
		WHERE a.order_id = ? AND s.state = 'confirmed' ORDER BY a.allotment_id, a.rank`, orderID).Scan(&rows).Error
}
