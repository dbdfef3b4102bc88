package verify

import (
	"slices"
	"strings"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
)

// Total is what all customers, or all warehouses, come to by each of the ways to add it up. All sides are to be equal (CRD-11).
type Total struct {
	What  string // "receivable", "shipped", "released", "prepaid", "stock on hand", "stock reserved"
	Sides []Side
}

// Side is one way to add up a total.
type Side struct {
	Name   string
	Amount decimal.Decimal
}

// Agrees reports whether all sides are equal.
func (t Total) Agrees() bool {
	return !slices.ContainsFunc(t.Sides, func(s Side) bool { return s.Amount.Cmp(t.Sides[0].Amount) != 0 })
}

// String is the total on one line: "receivable: accounts 10.00, movements 10.00".
func (t Total) String() string {
	sides := make([]string, len(t.Sides))
	for i, s := range t.Sides {
		sides[i] = s.Name + " " + s.Amount.String()
	}
	return t.What + ": " + strings.Join(sides, ", ")
}

// Totals adds up the whole company by every way there is, each way by itself and without a customer between: what customers with a difference of
// the opposite sign would hide from nobody, and what stands under no customer at all is found.
func Totals(tx pg.Tx) ([]Total, error) {
	var rows []struct {
		What, Side string
		Amount     decimal.Decimal
	}
	if err := tx.Raw(totalsSQL).Scan(&rows).Error; err != nil {
		return nil, err
	}
	var totals []Total
	for _, r := range rows {
		if len(totals) == 0 || totals[len(totals)-1].What != r.What {
			totals = append(totals, Total{What: r.What})
		}
		last := &totals[len(totals)-1]
		last.Sides = append(last.Sides, Side{r.Side, r.Amount})
	}
	return totals, nil
}

// Differing is what a check reports of totals: one difference for each that doesn't agree.
func Differing(totals []Total) []Difference {
	var found []Difference
	for _, t := range totals {
		if !t.Agrees() {
			found = append(found, Difference{SubjectType: "total", What: t.String()})
		}
	}
	return found
}

// totalsSQL reads each table once, or once for each part that it has.
const totalsSQL = `WITH accounts AS (
		SELECT coalesce(sum(receivable), 0.00) AS receivable, coalesce(sum(shipped), 0.00) AS shipped, coalesce(sum(released), 0.00) AS released,
			coalesce(sum(prepaid), 0.00) AS prepaid FROM credit_accounts
	), moved AS (
		SELECT part, sum(amount) AS amount FROM credit_movements GROUP BY part
	), items AS (
		SELECT part, sum(open_amount) AS amount FROM credit_open_items GROUP BY part
	), parts (no, part) AS (
		VALUES (1, 'receivable'), (2, 'shipped'), (3, 'released'), (4, 'prepaid')
	), levels AS (
		SELECT coalesce(sum(on_hand), 0.0000) AS on_hand, coalesce(sum(reserved), 0.0000) AS reserved FROM stock_levels
	), goods AS (
		SELECT coalesce(sum(on_hand), 0.0000) AS on_hand, coalesce(sum(reserved), 0.0000) AS reserved FROM stock_movements
	), sides (no, what, at, side, amount) AS (
		SELECT p.no, p.part, 1, 'accounts', CASE p.part WHEN 'receivable' THEN a.receivable WHEN 'shipped' THEN a.shipped WHEN 'released' THEN a.released ELSE a.prepaid END
			FROM parts p CROSS JOIN accounts a
		UNION ALL SELECT p.no, p.part, 2, 'movements', coalesce(m.amount, 0.00) FROM parts p LEFT JOIN moved m USING (part)
		UNION ALL SELECT p.no, p.part, 3, 'open items', coalesce(i.amount, 0.00) FROM parts p LEFT JOIN items i USING (part)
		UNION ALL SELECT 1, 'receivable', 4, 'invoices', coalesce(sum(total - paid), 0.00) FROM invoices WHERE state = 'posted' AND total > 0
		UNION ALL SELECT 2, 'shipped', 4, 'delivery notes', coalesce(sum(l.amount + l.corrected_amount - l.invoiced_amount - l.returned_amount), 0.00)
			FROM delivery_note_lines l JOIN delivery_notes d ON d.id = l.delivery_note_id WHERE d.state <> 'cancelled'
		UNION ALL SELECT 3, 'released', 4, 'shipping notices', coalesce(sum(amount - dispatched_amount), 0.00) FROM shipping_notices
			WHERE state IN ('released', 'partly_dispatched')
		UNION ALL SELECT 4, 'prepaid', 4, 'receipts', coalesce(sum(amount - allocated), 0.00) FROM receipts WHERE state = 'posted'
		UNION ALL SELECT 5, 'stock on hand', 1, 'levels', on_hand FROM levels
		UNION ALL SELECT 5, 'stock on hand', 2, 'movements', on_hand FROM goods
		UNION ALL SELECT 6, 'stock reserved', 1, 'levels', reserved FROM levels
		UNION ALL SELECT 6, 'stock reserved', 2, 'movements', reserved FROM goods
		UNION ALL SELECT 6, 'stock reserved', 3, 'preparation lists', coalesce(sum(reserved), 0.0000) FROM stock_preparation_lines
	)
	SELECT what, side, amount FROM sides ORDER BY no, at`
