package shipping

import (
	"maps"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// letPass is what a released notice is held against when it is judged again (SHP-03): what was approved of it, and of what its payer owes altogether
// also what was agreed since of other notices of the payer. Who let one of these pass above the limit (SHP-06) decided on an exposure in which
// this notice was counted already; only what has come on top of that is worse. What is overdue is each notice's own matter: its reason is (SHP-05).
func letPass(own map[string]any, since []approval.Request) map[string]any {
	facts := make(map[string]any, len(own))
	maps.Copy(facts, own)
	for _, r := range since {
		if over := excess(r.Facts); r.Facts["flow"] == string(Credit) && over.IsPos() && over.Cmp(excess(facts)) > 0 {
			facts["unlimited"], facts["exposure_after"], facts["limit"] = false, r.Facts["exposure_after"], r.Facts["limit"]
		}
		if groupBefore(r.Facts).Cmp(groupBefore(facts)) > 0 {
			facts["group_exposure_after"], facts["group_limit"] = r.Facts["group_exposure_after"], r.Facts["group_limit"]
		}
		if boolFact(r.Facts, "new_customer_over") && amountFact(r.Facts, "debt_after").Cmp(amountFact(facts, "debt_after")) > 0 {
			facts["debt_after"] = r.Facts["debt_after"]
		}
	}
	return facts
}

// excess is by how much the payer's own limit was passed when it was approved; 0 without a limit.
func excess(approved map[string]any) decimal.Decimal {
	if boolFact(approved, "unlimited") {
		return decimal.Zero.Pad(money.AmountScale)
	}
	return overBefore(approved)
}

// agreedSince returns the approvals by which other notices of the payer were released by credit since this one was, as long as they count. What left
// still does; what was taken back, or closed with a rest, doesn't. Nor does a special release: it lets the one notice pass that it names
// (CRD-13). By the index shipping_notices_let_pass.
func agreedSince(tx pg.Tx, n *Notice) (rows []approval.Request, err error) {
	return rows, tx.Raw(`SELECT r.* FROM shipping_notices n JOIN approval_requests r ON r.id = n.approval_id AND r.state = 'approved'
		WHERE n.payer_id = ? AND n.released_at >= ? AND n.id <> ? AND n.flow IN ('credit', 'new_customer') AND n.special_release_id IS NULL AND n.emergency_id IS NULL
			AND (n.state IN ('released', 'partly_dispatched', 'dispatched') OR n.state = 'closed' AND n.dispatched_amount = n.amount)
		ORDER BY r.id`, n.PayerID, n.ReleasedAt, n.ID).Scan(&rows).Error
}
