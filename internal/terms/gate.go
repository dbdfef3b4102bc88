package terms

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// Standing is what a payer's monthly orders stand on.
type Standing struct {
	Agreement string    // number of the agreement in force; "" for none
	Opening   bool      // the monthly terms came with the opening data: on paper from before
	Bridge    uuid.UUID // that the order can use, or has used; uuid.Nil for none
	Number    string    // of the bridge
	Taken     bool      // the order has used it already
}

// Covered reports whether a monthly order may pass (CRD-15).
func (s Standing) Covered() bool { return s.Agreement != "" || s.Opening || s.Bridge != uuid.Nil }

// ReadStanding reads it in one statement, by index, for an order of this id.
func ReadStanding(tx pg.Tx, payerID, orderID uuid.UUID) (Standing, error) {
	return readStanding(tx, payerID, orderID, clock.Today(tx.Now))
}

// UseBridge lets the order pass on the bridge: of two orders one wins. Returns ErrMissing for the other.
func UseBridge(tx pg.Tx, bridgeID, orderID, repID uuid.UUID) error {
	y, m, _ := clock.Today(tx.Now).Date()
	return useBridge(tx, bridgeID, orderID, repID, time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC)) // day 0 of the next month: the last of this
}
