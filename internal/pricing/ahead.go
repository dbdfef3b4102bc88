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
func seesAhead(who identity.Principal) bool {
	return who.Kind == identity.KindSystem || identity.Allowed(who, "price_list.compare")
}

// held is the condition of lists that are in force or were, by the instant that it takes.
const held = "state = 'published' AND effective_at <= ?"

func (l BasePriceList) held(now time.Time) bool {
	return l.State == Published && !l.EffectiveAt.After(now)
}

// seeList refuses a list that hasn't come into force to whom it isn't shown.
func seeList(who identity.Principal, l BasePriceList, now time.Time) error {
	if seesAhead(who) || l.held(now) {
		return nil
	}
	return errs.ErrNotFound
}

// seeAt refuses an instant whose prices aren't shown yet, and reads zero as now.
func seeAt(who identity.Principal, at, now time.Time) (time.Time, error) {
	if at.IsZero() {
		return now, nil
	}
	if at.After(now) && !seesAhead(who) {
		return at, ErrAhead
	}
	return at, nil
}

// hideEnds takes out of prices that hold when they cease to, where that is still to come.
func hideEnds(who identity.Principal, rows []PriceView, now time.Time) {
	if seesAhead(who) {
		return
	}
	for i := range rows {
		if end := rows[i].EndsAt; end != nil && end.After(now) {
			rows[i].EndsAt = nil
		}
	}
}

// hideLists takes out of requests the lists that aren't shown to their reader yet.
func hideLists(tx pg.Tx, who identity.Principal, requests ...*PriceRequest) error {
	var named []uuid.UUID
	for _, r := range requests {
		if r.ListID != nil {
			named = append(named, *r.ListID)
		}
	}
	if len(named) == 0 || seesAhead(who) {
		return nil
	}
	var shown []uuid.UUID
	if err := tx.Raw("SELECT id FROM base_price_lists WHERE id = ANY (?::uuid[]) AND "+held, uuidArray(named), tx.Now).Scan(&shown).Error; err != nil {
		return err
	}
	seen := make(map[uuid.UUID]bool, len(shown))
	for _, id := range shown {
		seen[id] = true
	}
	for _, r := range requests {
		if r.ListID != nil && !seen[*r.ListID] {
			r.ListID = nil
		}
	}
	return nil
}

// PricesAt is the instant whose prices are read when at is asked for; zero is now. Returns ErrAhead.
func (s *Service) PricesAt(tx pg.Tx, who identity.Principal, at time.Time) (time.Time, error) {
	return seeAt(who, at, tx.Now)
}
