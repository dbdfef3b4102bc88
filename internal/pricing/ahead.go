package pricing

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// seesAhead reports whether prices are shown to the principal before they hold: to who compares lists, as those do who prepare and
// decide them. Others learn of a list when it is in force: a rep who knows the price of next week sells by it today.
func SeesAhead(who identity.Principal) bool {
	return who.Kind == identity.KindSystem || identity.Allowed(who, "price_list.compare")
}

// held is the condition of lists that are in force or were, by the instant that it takes.
const held = "state = 'published' AND effective_at <= ?"

func (l BasePriceList) held(now time.Time) bool {
	return l.State == Published && !l.EffectiveAt.After(now)
}

// seeList refuses a list that hasn't come into force to whom it isn't shown.
func seeList(who identity.Principal, l BasePriceList, now time.Time) error {
	if SeesAhead(who) || l.held(now) {
		return nil
	}
	return errs.ErrNotFound
}

// seeAt refuses an instant whose prices aren't shown yet, and reads zero as now.
func seeAt(who identity.Principal, at, now time.Time) (time.Time, error) {
	if at.IsZero() {
		return now, nil
	}
	if at.After(now) && !SeesAhead(who) {
		return at, ErrAhead
	}
	return at, nil
}

// hideEnds takes out of prices that hold when they cease to, where that is still to come.
func hideEnds(who identity.Principal, rows []PriceView, now time.Time) {
	if SeesAhead(who) {
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
	if !SeesAhead(who) && len(lists) > 0 {
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

// PricesAt is the instant whose prices are read when at is asked for; zero is now. Returns ErrAhead.
func (s *Service) PricesAt(tx pg.Tx, who identity.Principal, at time.Time) (time.Time, error) {
	return seeAt(who, at, tx.Now)
}
