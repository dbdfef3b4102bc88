package opportunity

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// What other modules call in their transaction.

// BriefFor returns an opportunity without its parts. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func BriefFor(tx pg.Tx, who identity.Principal, id uuid.UUID) (Opportunity, error) {
	o, err := pg.Take[Opportunity](tx, "id = ?", id)
	if err != nil {
		return Opportunity{}, err
	}
	return o, who.MustSee(o.OwnerID)
}

// Sources are where opportunities may have come from.
type Sources struct {
	Opportunities []uuid.UUID
	Prospects     []uuid.UUID // and the customers that they became
	Customers     []uuid.UUID
	Since         time.Time // of those of prospects and customers: what was made then or later
}

// Yield is what opportunities brought.
type Yield struct {
	Count       int
	Amount      decimal.Decimal // of all that aren't lost or cancelled
	Deals       int             // at deal or collection
	DealAmount  decimal.Decimal
	Orders      int // confirmed ones that came from them
	OrderAmount decimal.Decimal
}

// YieldOf adds up the opportunities that came from the sources, each once, with their orders. One statement.
func YieldOf(tx pg.Tx, from Sources) (Yield, error) {
	var y Yield
	return y, tx.Raw(`WITH came AS (
			SELECT id, stage, amount FROM opportunities WHERE id = ANY (CAST(@opportunities AS uuid[]))
			UNION
			SELECT id, stage, amount FROM opportunities WHERE prospect_id = ANY (CAST(@prospects AS uuid[])) AND created_at >= @since
			UNION
			SELECT id, stage, amount FROM opportunities WHERE created_at >= @since AND (customer_id = ANY (CAST(@customers AS uuid[]))
				OR customer_id IN (SELECT p.customer_id FROM prospects p WHERE p.id = ANY (CAST(@prospects AS uuid[])))))
		SELECT count(*) AS count, COALESCE(sum(amount) FILTER (WHERE stage NOT IN ('lost', 'cancelled')), 0) AS amount,
			count(*) FILTER (WHERE stage IN ('deal', 'collection')) AS deals,
			COALESCE(sum(amount) FILTER (WHERE stage IN ('deal', 'collection')), 0) AS deal_amount,
			(SELECT count(*) FROM came JOIN opportunity_orders l ON l.opportunity_id = came.id JOIN orders o ON o.id = l.order_id
				WHERE o.state IN ('confirmed', 'partly_shipped', 'shipped', 'closed')) AS orders,
			(SELECT COALESCE(sum(o.total), 0) FROM came JOIN opportunity_orders l ON l.opportunity_id = came.id JOIN orders o ON o.id = l.order_id
				WHERE o.state IN ('confirmed', 'partly_shipped', 'shipped', 'closed')) AS order_amount
		FROM came`, map[string]any{
		"opportunities": texts(from.Opportunities), "prospects": texts(from.Prospects), "customers": texts(from.Customers), "since": from.Since,
	}).Scan(&y).Error
}

func texts(ids []uuid.UUID) pg.TextArray {
	all := make(pg.TextArray, len(ids))
	for i, id := range ids {
		all[i] = id.String()
	}
	return all
}
