package pricing

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ImportPrices takes a price list from a file. Lines that say what is in force already are left out. Before the first
// approved list they are opening prices, in force at once; later they become a draft that goes its way through approval
// (PRC-05). It returns, for each line, "created", "updated" or "unchanged".
func (s *Service) ImportPrices(tx pg.Tx, who identity.Principal, reason string, lines []PriceLine) ([]string, error) {
	current, err := pricesInForce(tx, lines)
	if err != nil {
		return nil, err
	}
	outcomes := make([]string, len(lines))
	var changed []PriceLine
	for i, l := range lines {
		have, priced := current[l.ProductID]
		switch {
		case !priced:
			outcomes[i] = "created"
		case have.Price.Equal(l.Price) && sameFloor(have.FloorPrice, l.FloorPrice):
			outcomes[i] = "unchanged"
			continue
		default:
			outcomes[i] = "updated"
		}
		changed = append(changed, l)
	}
	if len(changed) == 0 {
		return outcomes, nil
	}
	approved, err := hasApprovedList(tx)
	if err != nil {
		return nil, err
	}
	if !approved {
		_, err = s.OpenBasePrices(tx, who, tx.Now.Truncate(time.Microsecond), reason, changed)
		return outcomes, err
	}
	draft, err := s.CreateBasePriceList(tx, who, ListInput{ReasonKind: LeftMarket, Reason: reason})
	if err != nil {
		return nil, err
	}
	_, err = s.SetBasePriceLines(tx, who, draft.ID, draft.Version, changed)
	return outcomes, err
}

func sameFloor(a, b *decimal.Decimal) bool {
	return (a == nil) == (b == nil) && (a == nil || a.Equal(*b))
}

func pricesInForce(tx pg.Tx, lines []PriceLine) (map[uuid.UUID]PriceLine, error) {
	ids := make(pg.TextArray, len(lines))
	for i, l := range lines {
		ids[i] = l.ProductID.String()
	}
	var rows []PriceLine
	err := tx.Raw(`SELECT p.id AS product_id, b.price, b.floor_price FROM unnest(CAST(? AS uuid[])) AS p (id)
		JOIN LATERAL (SELECT price, floor_price FROM base_prices WHERE product_id = p.id AND effective_at <= ?
			ORDER BY effective_at DESC LIMIT 1) b ON true`, ids, tx.Now).Scan(&rows).Error
	current := make(map[uuid.UUID]PriceLine, len(rows))
	for _, r := range rows {
		current[r.ProductID] = r
	}
	return current, err
}
