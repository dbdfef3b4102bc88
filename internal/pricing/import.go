package pricing

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ImportPrices takes a price list from a file. Lines that say what is in force already are left out. Before the first
// approved list they are opening prices, in force at once; later they become a draft that goes its way through approval
// (PRC-05). It returns, for each line, "created", "updated" or "unchanged".
func (s *Service) ImportPrices(tx pg.Tx, who identity.Principal, reason string, lines []PriceLine) ([]string, error) {
	ids := make([]uuid.UUID, len(lines))
	for i, l := range lines {
		ids[i] = l.ProductID
	}
	current, err := BasePricesAt(tx, ids, tx.Now)
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
		case have.Same(l.Price, l.FloorPrice):
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
