package pricelist

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/pg"
)

// No price without a line of its list, none at another instant than the list's, and a list with prices keeps its instant.
func TestPRC07_APriceStandsForALineAtItsListsInstant(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a, b := h.product("A", catalog.LifecycleStandard), h.product("B", catalog.LifecycleStandard)
	l := h.open(day(1, 10), price(a, "10", ""))
	const insert = "INSERT INTO base_prices (product_id, effective_at, price, list_id, reason) VALUES (?, ?, 10, ?, 'x')"
	for name, write := range map[string]func(tx pg.Tx) error{
		"no line":         func(tx pg.Tx) error { return tx.Exec(insert, b, day(1, 10), l.ID).Error },
		"another instant": func(tx pg.Tx) error { return tx.Exec(insert, a, day(1, 11), l.ID).Error },
		"no list":         func(tx pg.Tx) error { return tx.Exec(insert, a, day(1, 10), uuid.New()).Error },
		"moved list": func(tx pg.Tx) error {
			return tx.Exec("UPDATE base_price_lists SET effective_at = ? WHERE id = ?", day(1, 10).Add(time.Hour), l.ID).Error
		},
	} {
		if err := h.db.Tx(t.Context(), pg.System("test"), write); err == nil || !strings.Contains(err.Error(), "base price") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
