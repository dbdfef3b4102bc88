package preparation

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// ahead is what other released notices still need of a product before the notice in hand gets any of it.
type ahead struct {
	ProductID uuid.UUID
	Product   string
	Needed    decimal.Decimal
	Notices   string // their numbers, the first of them

	free decimal.Decimal // of the product, before anything is taken
}

// servedFirst returns the products of which not enough is left for the notices that come first (SHP-19): those of the notice's shipping date or an
// earlier one with a higher priority. What these hold already isn't needed any more. One statement, none when only what is
// held is taken, or nothing can come before the notice. The levels are locked, so that of two notices the second sees what the first was given.
func servedFirst(tx pg.Tx, noticeID uuid.UUID, s *shelf, takes []take) ([]ahead, error) {
	taken := map[uuid.UUID]decimal.Decimal{}
	var products []uuid.UUID
	for _, t := range takes {
		if t.hold != nil || t.line.Priority <= 1 {
			continue
		}
		if _, known := taken[t.level.ProductID]; !known {
			products = append(products, t.level.ProductID)
		}
		taken[t.level.ProductID] = money.Add(taken[t.level.ProductID], t.quantity)
	}
	if len(products) == 0 {
		return nil, nil
	}
	var rows []ahead
	err := tx.Raw(`SELECT l.product_id, min(l.product_code) AS product, sum(l.quantity - l.dispatched_quantity - h.reserved) AS needed,
			array_to_string((array_agg(DISTINCT o.number))[1:5], ', ') AS notices
		FROM shipping_notices n
		JOIN shipping_notices o ON o.state IN ('released', 'partly_dispatched') AND o.ship_date <= n.ship_date AND o.priority < n.priority
		JOIN shipping_notice_lines l ON l.notice_id = o.id AND l.product_id = ANY (?::uuid[])
		CROSS JOIN LATERAL (SELECT coalesce(sum(p.reserved), 0) AS reserved FROM stock_preparation_lines p WHERE p.notice_line_id = l.id AND p.reserved > 0) h
		WHERE n.id = ? AND l.quantity - l.dispatched_quantity > h.reserved GROUP BY l.product_id ORDER BY 2`, pg.IDs(products), noticeID).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	var first []ahead
	for _, a := range rows {
		left := s.left(a.ProductID)
		if a.free = money.Add(left, taken[a.ProductID]); left.Cmp(a.Needed) < 0 {
			first = append(first, a)
		}
	}
	return first, nil
}

// left is what of a product is free after what was taken from the shelf, in lots that may leave.
func (s *shelf) left(product uuid.UUID) decimal.Decimal {
	sum := decimal.Zero.Pad(scale)
	for _, l := range s.levels {
		if l.ProductID == product && s.policy.Stop(&l.Level) == stock.NoStop {
			sum = money.Add(sum, s.free[l.Place()])
		}
	}
	return sum
}

// explainFirst says in the decision who comes before.
func (j judgement) explainFirst(d *decision.Decision) {
	for _, a := range j.first {
		d.Check("SHP-19", false, map[string]string{"product": a.Product, "free": a.free.String(), "needed": a.Needed.String(), "notices": a.Notices},
			fmt.Sprintf("%s: of %s that are free, notices that come first still need %s (%s).", a.Product, a.free.Trim(0), a.Needed.Trim(0), a.Notices),
			fmt.Sprintf("%s:可用 %s,优先的通知单尚需 %s(%s)。", a.Product, a.free.Trim(0), a.Needed.Trim(0), strings.ReplaceAll(a.Notices, ", ", "、")))
	}
}
