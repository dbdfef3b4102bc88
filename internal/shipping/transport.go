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

// LockForSignature implements transport.Shipments.
func (s *Service) LockForSignature(tx pg.Tx, who identity.Principal, id uuid.UUID) (unloaded bool, err error) {
	d, err := pg.TakeForUpdate[DeliveryNote](tx, "id = ?", id)
	if err != nil {
		return false, err
	}
	return d.State == NoteCancelled, who.MustSee(d.OwnerID)
}

// stands says what stands before the ramp, for the transport notices of the notice (SHP-07).
func (s *Service) stands(tx pg.Tx, n *Notice, l Loading) (*transport.Truck, error) {
	products := make([]uuid.UUID, len(n.Lines))
	for i, line := range n.Lines {
		products[i] = line.ProductID
	}
	return s.Transport.Match(tx, n.ID, products, transport.Sight{Vehicle: l.Vehicle, Carrier: l.Carrier, Driver: l.Driver})
}

// expects is who is to fetch the goods: the truck of the transport notice, and where there is none, what the notice says.
func (n *Notice) expects(t *transport.Truck) Loading {
	if t == nil {
		return Loading{Vehicle: n.Vehicle, Carrier: n.Carrier, Driver: n.Driver}
	}
	return Loading{Vehicle: t.Vehicle, Carrier: t.CarrierName, Driver: t.Driver}
}

// depart takes the truck as loaded, and makes its freight voucher (SHP-08); without a truck there is nothing to do.
func (s *Service) depart(tx pg.Tx, t *transport.Truck, note *DeliveryNote) error {
	if t == nil {
		return nil
	}
	goods := make([]transport.Good, len(note.Lines))
	for i, l := range note.Lines {
		goods[i] = transport.Good{OrderLineID: l.OrderLineID, ProductID: l.ProductID, Quantity: l.Quantity}
	}
	_, err := s.Transport.Depart(tx, t, transport.Departure{DeliveryNoteID: note.ID, DeliveryNumber: note.Number, Goods: goods})
	return err
}

// transportLines reads the lines of a notice with the weight of a unit, in order.
func transportLines(tx pg.Tx, id uuid.UUID) (rows []transport.LoadLine, err error) {
	return rows, tx.Raw(`SELECT l.order_line_id, l.product_id, l.product_code, l.product_name, l.unit, l.quantity, l.dispatched_quantity AS dispatched,
			p.tonnes_per_unit
		FROM shipping_notice_lines l JOIN products p ON p.id = l.product_id WHERE l.notice_id = ? ORDER BY l.position_no`, id).Scan(&rows).Error
}
