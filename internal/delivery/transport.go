package delivery

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/transport"
)

// stands says what stands before the ramp, for the transport notices of the notice (SHP-07).
func (s *Service) stands(tx pg.Tx, n *shipping.Notice, l Loading) (*transport.Truck, error) {
	products := make([]uuid.UUID, len(n.Lines))
	for i, line := range n.Lines {
		products[i] = line.ProductID
	}
	return s.Transport.Match(tx, n.ID, products, transport.Sight{Vehicle: l.Vehicle, Carrier: l.Carrier, Driver: l.Driver})
}

// expected is who is to fetch the goods: the truck of the transport notice, and where there is none, what the notice says.
func expected(n *shipping.Notice, t *transport.Truck) Loading {
	if t == nil {
		return Loading{Vehicle: n.Vehicle, Carrier: n.Carrier, Driver: n.Driver}
	}
	return Loading{Vehicle: t.Vehicle, Carrier: t.CarrierName, Driver: t.Driver}
}

// depart takes the truck as loaded, and makes its freight voucher (SHP-08); without a truck there is nothing to do.
func (s *Service) depart(tx pg.Tx, t *transport.Truck, note *Note) error {
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

// LockForSignature implements transport.Deliveries.
func (s *Service) LockForSignature(tx pg.Tx, who identity.Principal, id uuid.UUID) (unloaded bool, err error) {
	d, err := pg.TakeForUpdate[Note](tx, "id = ?", id)
	if err != nil {
		return false, err
	}
	return d.State == NoteCancelled, who.MustSee(d.OwnerID)
}
