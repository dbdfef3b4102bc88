package shipping

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/transport"
)

// TransportLoad implements transport.Shipments: what a notice is to ship, with what a unit of it weighs. One statement, and one for the lock.
func (s *Service) TransportLoad(tx pg.Tx, who identity.Principal, id uuid.UUID, lock bool) (transport.Load, error) {
	var n Notice
	var err error
	if lock {
		n, err = lockNotice(tx, id)
	} else {
		n, err = pg.Take[Notice](tx, "id = ?", id)
	}
	if err != nil {
		return transport.Load{}, err
	}
	if err := who.MustSee(n.OwnerID); err != nil {
		return transport.Load{}, err
	}
	load := transport.Load{NoticeID: n.ID, Number: n.Number, CustomerID: n.CustomerID, State: string(n.State), ToShip: n.State.toShip(), ShipDate: n.ShipDate}
	load.Lines, err = transportLines(tx, id)
	return load, err
}

// toShip reports whether goods are to leave on a notice in this state, now or when it is released: a truck can be planned.
func (s State) toShip() bool {
	switch s {
	case StateSubmitted, StateChecked, StateBlocked, StateReleased, StatePartlyDispatched:
		return true
	case StateDraft, StateRefused, StateDispatched, StateClosed, StateCancelled:
	}
	return false
}

// transportLines reads the lines of a notice with the weight of a unit, in order.
func transportLines(tx pg.Tx, id uuid.UUID) (rows []transport.LoadLine, err error) {
	return rows, tx.Raw(`SELECT l.order_line_id, l.product_id, l.product_code, l.product_name, l.unit, l.quantity, l.dispatched_quantity AS dispatched,
			p.tonnes_per_unit
		FROM shipping_notice_lines l JOIN products p ON p.id = l.product_id WHERE l.notice_id = ? ORDER BY l.position_no`, id).Scan(&rows).Error
}
