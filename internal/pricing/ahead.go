package pricing

import (
	"time"

	"github.com/salesgate/salesgate/internal/identity"
)

// SeesAhead reports whether prices are shown to the principal before they hold: to who compares lists, as those do who prepare and
// decide them. Others learn of a list when it is in force: a rep who knows the price of next week sells by it today.
func SeesAhead(who identity.Principal) bool {
	return who.Kind == identity.KindSystem || identity.Allowed(who, "price_list.compare")
}

// PricesAt is the instant whose prices are read when at is asked for; zero is now. Returns ErrAhead for one whose prices aren't shown to
// the principal yet.
func PricesAt(who identity.Principal, at, now time.Time) (time.Time, error) {
	if at.IsZero() {
		return now, nil
	}
	if at.After(now) && !SeesAhead(who) {
		return at, ErrAhead
	}
	return at, nil
}
