package stock

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// Entry is a movement as the warehouse, or an ERP, says it: a receipt, a return, a transfer, an adjustment, or a count.
type Entry struct {
	Kind        Kind
	ProductCode string
	LotNo       string
	Warehouse   string // its code
	To          string // of a transfer: the other warehouse's code
	Quantity    decimal.Decimal
	ProducedOn  *time.Time // of a lot that comes in for the first time, or as it is known
	ExpiresOn   *time.Time
	MovedOn     *time.Time // nil: today
	Reason      string
	DocumentNo  string
	ExternalNo  string
}

// creates says of a kind that it can bring a lot that nobody knew.
func (e Entry) creates() bool { return e.Kind == Receipt || e.Kind == Return || e.Kind == Count }

// at points into the request.
func at(i int, field string) string { return fmt.Sprintf("/movements/%d/%s", i, field) }

// check is what of an entry can be seen by itself.
func (e Entry) check(i int, today time.Time) error {
	bad := false
	switch e.Kind {
	case Receipt, Return, Transfer:
		bad = !e.Quantity.IsPos()
	case Adjustment:
		bad = e.Quantity.IsZero()
	case Count:
		bad = e.Quantity.IsNeg()
	case Reservation, Unreservation, Pick, Shipment, Unloading:
		bad = true
	}
	switch {
	case bad:
		return ErrQuantity.At(at(i, "quantity"))
	case (e.Kind == Adjustment || e.Kind == Count) && e.Reason == "":
		return ErrReason.At(at(i, "reason"))
	case e.Kind == Transfer && e.To == e.Warehouse:
		return ErrSameWarehouse.At(at(i, "to_warehouse_code"))
	case e.MovedOn != nil && e.MovedOn.After(today):
		return ErrFuture.At(at(i, "moved_on"))
	case e.ProducedOn != nil && e.ProducedOn.After(today):
		return ErrFuture.At(at(i, "produced_on"))
	case e.ProducedOn != nil && e.ExpiresOn != nil && e.ExpiresOn.Before(*e.ProducedOn):
		return ErrDates.At(at(i, "expires_on"))
	}
	return nil
}

// ledger is a batch of entries on its way into the movements.
type ledger struct {
	tx         pg.Tx
	products   map[string]catalog.Product
	warehouses map[string]Warehouse
	lots       map[lotKey]*Lot
	levels     map[Place]*Level
	moves      []Movement
}

// lotKey names a lot as people do.
type lotKey struct {
	product uuid.UUID
	no      string
}

// PostMovements records movements that the warehouse or an ERP states: all of them or none, in their order. Lots that come in for the first
// time are made. A count becomes the adjustment that it takes, and nothing when it is right. It returns the movements; a transfer is two.
//
// Returns, pointing at the entry, ErrProduct, ErrNoWarehouse, ErrClosed, ErrNoLot, ErrLotDiffers, ErrDates, ErrQuantity, ErrReason, ErrFuture,
// ErrSameWarehouse, ErrNegative and ErrReserved; ErrKnown for an external number that was recorded. Locks the lots and their levels.
func (s *Service) PostMovements(tx pg.Tx, entries []Entry) ([]Movement, error) {
	l := &ledger{tx: tx, lots: map[lotKey]*Lot{}, levels: map[Place]*Level{}}
	today := clock.Today(tx.Now)
	for i := range entries {
		e := &entries[i]
		e.ProductCode, e.LotNo, e.Reason = strings.TrimSpace(e.ProductCode), strings.TrimSpace(e.LotNo), strings.TrimSpace(e.Reason)
		if err := e.check(i, today); err != nil {
			return nil, err
		}
	}
	for _, step := range []func([]Entry) error{l.know, l.receive, l.lock, l.book} {
		if err := step(entries); err != nil {
			return nil, err
		}
	}
	if err := Post(tx, l.moves); err != nil {
		return nil, err
	}
	return l.moves, l.record()
}

// know finds products and warehouses.
func (l *ledger) know(entries []Entry) (err error) {
	var codes, places []string
	for _, e := range entries {
		codes, places = append(codes, e.ProductCode), append(places, e.Warehouse, e.To)
	}
	if l.products, err = catalog.ByCodes(l.tx, codes); err != nil {
		return err
	}
	if l.warehouses, err = warehousesByCode(l.tx, places); err != nil {
		return err
	}
	for i, e := range entries {
		if _, ok := l.products[e.ProductCode]; !ok {
			return ErrProduct.At(at(i, "product_code"))
		}
		if err := l.place(i, "warehouse_code", e.Warehouse, e.Kind == Transfer || e.Kind == Adjustment && e.Quantity.IsNeg() || e.Kind == Count); err != nil {
			return err
		}
		if e.Kind != Transfer {
			continue
		}
		if err := l.place(i, "to_warehouse_code", e.To, false); err != nil {
			return err
		}
	}
	return nil
}

// place checks a warehouse; out says that goods may leave a closed one by this.
func (l *ledger) place(i int, field, code string, out bool) error {
	w, ok := l.warehouses[code]
	if !ok {
		return ErrNoWarehouse.At(at(i, field))
	}
	if !w.Active && !out {
		return ErrClosed.With("warehouse", w.Code).At(at(i, field))
	}
	return nil
}

// receive makes the lots that come in for the first time, and locks all.
func (l *ledger) receive(entries []Entry) error {
	var fresh []Lot
	for i, e := range entries {
		k := lotKey{l.products[e.ProductCode].ID, e.LotNo}
		if !e.creates() || l.lots[k] != nil {
			continue
		}
		received := clock.Today(l.tx.Now)
		if e.MovedOn != nil {
			received = *e.MovedOn
		}
		lot := Lot{
			ID: uuid.Must(uuid.NewV7()), ProductID: k.product, LotNo: k.no, ProducedOn: e.ProducedOn, ExpiresOn: e.ExpiresOn, ReceivedOn: received,
			Inspection: Pending, CreatedAt: l.tx.Now, UpdatedAt: l.tx.Now, Version: 1,
		}
		if k.no == "" {
			return ErrNoLot.At(at(i, "lot_no"))
		}
		l.lots[k], fresh = &lot, append(fresh, lot)
	}
	if err := insertLots(l.tx, fresh); err != nil {
		return err
	}
	keys := make([]lotKey, 0, len(entries))
	for _, e := range entries {
		keys = append(keys, lotKey{l.products[e.ProductCode].ID, e.LotNo})
	}
	locked, err := lockLots(l.tx, keys)
	if err != nil {
		return err
	}
	l.lots = locked
	for i, e := range entries {
		if err := l.same(i, e, keys[i]); err != nil {
			return err
		}
	}
	return nil
}

// same refuses a lot that isn't known, or is known with other dates.
func (l *ledger) same(i int, e Entry, k lotKey) error {
	lot := l.lots[k]
	if lot == nil {
		return ErrNoLot.At(at(i, "lot_no"))
	}
	if e.ProducedOn != nil && (lot.ProducedOn == nil || !lot.ProducedOn.Equal(*e.ProducedOn)) {
		return ErrLotDiffers.At(at(i, "produced_on"))
	}
	if e.ExpiresOn != nil && (lot.ExpiresOn == nil || !lot.ExpiresOn.Equal(*e.ExpiresOn)) {
		return ErrLotDiffers.At(at(i, "expires_on"))
	}
	return nil
}

// lock makes the levels that aren't there yet, and locks all in order.
func (l *ledger) lock(entries []Entry) error {
	var places []Place
	for _, e := range entries {
		lot := l.lots[lotKey{l.products[e.ProductCode].ID, e.LotNo}]
		places = append(places, Place{lot.ID, l.warehouses[e.Warehouse].ID})
		if e.Kind == Transfer {
			places = append(places, Place{lot.ID, l.warehouses[e.To].ID})
		}
	}
	levels, err := openLevels(l.tx, places)
	for i := range levels {
		l.levels[levels[i].Place()] = &levels[i]
	}
	return err
}

// book makes the movements, one after the other: none takes what the one before has left nothing of.
func (l *ledger) book(entries []Entry) error {
	for i, e := range entries {
		lot := l.lots[lotKey{l.products[e.ProductCode].ID, e.LotNo}]
		level := l.levels[Place{lot.ID, l.warehouses[e.Warehouse].ID}]
		sign := 1
		switch e.Kind {
		case Count:
			e.Kind, e.Quantity = Adjustment, sub(e.Quantity, level.OnHand)
			if e.Quantity.IsPos() && !l.warehouses[e.Warehouse].Active {
				return ErrClosed.With("warehouse", e.Warehouse).At(at(i, "warehouse_code"))
			}
		case Transfer:
			sign = -1
		case Receipt, Return, Adjustment, Reservation, Unreservation, Pick, Shipment, Unloading:
		}
		if e.Quantity.IsZero() {
			continue // counted as it is known
		}
		if e.Quantity.IsNeg() {
			sign, e.Quantity = -1, e.Quantity.Neg()
		}
		if err := l.move(i, e, level, sign); err != nil {
			return err
		}
		if e.Kind != Transfer {
			continue
		}
		e.ExternalNo = "" // the first half has it
		if err := l.move(i, e, l.levels[Place{lot.ID, l.warehouses[e.To].ID}], 1); err != nil {
			return err
		}
	}
	return nil
}

// move adds one movement, and to the level in hand what it changes.
func (l *ledger) move(i int, e Entry, level *Level, sign int) error {
	m := Movement{
		Kind: e.Kind, ProductID: level.ProductID, LotID: level.LotID, WarehouseID: level.WarehouseID, Quantity: e.Quantity,
		Reason: e.Reason, DocumentNo: strings.TrimSpace(e.DocumentNo), ExternalNo: strings.TrimSpace(e.ExternalNo),
	}
	if e.MovedOn != nil {
		m.MovedOn = *e.MovedOn
	}
	m.Effect(sign, false)
	left := add(level.OnHand, m.OnHand)
	if left.IsNeg() {
		return ErrNegative.With("on_hand", level.OnHand).At(at(i, "quantity"))
	}
	if left.Cmp(level.Reserved) < 0 {
		notices, err := holders(l.tx, level.Place())
		if err != nil {
			return err
		}
		return ErrReserved.With("reserved", level.Reserved, "notices", notices).At(at(i, "quantity"))
	}
	level.OnHand = left
	l.moves = append(l.moves, m)
	return nil
}
