package pricelist

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// held is the condition of lists that are in force or were, by the instant that it takes.
const held = "state = 'published' AND effective_at <= ?"

func (l BasePriceList) held(now time.Time) bool {
	return l.State == pricing.Published && !l.EffectiveAt.After(now)
}

// seeList refuses a list that hasn't come into force to whom it isn't shown.
func seeList(who identity.Principal, l BasePriceList, now time.Time) error {
	if pricing.SeesAhead(who) || l.held(now) {
		return nil
	}
	return errs.ErrNotFound
}

// hideEnds takes out of prices that hold when they cease to, where that is still to come.
func hideEnds(who identity.Principal, rows []PriceView, now time.Time) {
	if pricing.SeesAhead(who) {
		return
	}
	for i := range rows {
		if end := rows[i].EndsAt; end != nil && end.After(now) {
			rows[i].EndsAt = nil
		}
	}
}

// Shown returns which of these lists are shown to the principal: all to who compares lists, to others those in force and those that were.
func Shown(tx pg.Tx, who identity.Principal, lists ...uuid.UUID) (map[uuid.UUID]bool, error) {
	shown := lists
	if !pricing.SeesAhead(who) && len(lists) > 0 {
		shown = nil
		if err := tx.Raw("SELECT id FROM base_price_lists WHERE id = ANY (?::uuid[]) AND "+held, pg.IDs(lists), tx.Now).Scan(&shown).Error; err != nil {
			return nil, err
		}
	}
	set := make(map[uuid.UUID]bool, len(shown))
	for _, id := range shown {
		set[id] = true
	}
	return set, nil
}
