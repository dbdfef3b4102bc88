package transport

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// What events, decisions and attachments call this module's documents, and the delivery notes whose signatures it keeps.
const (
	SubjectNotice     = "transport_notice"
	SubjectVoucher    = "freight_voucher"
	SubjectSettlement = "carrier_settlement"
	SubjectDelivery   = "delivery_note"
	SubjectShipment   = "shipping_notice"
)

// Shipments is what this module asks of shipping, which stands behind it in the import order.
type Shipments interface {
	// TransportLoad returns what a shipping notice is to ship. With lock its row is locked until the transaction ends. Returns
	// errs.ErrNotFound for one that the caller may not see (ORG-06).
	TransportLoad(tx pg.Tx, who identity.Principal, noticeID uuid.UUID, lock bool) (Load, error)
}

// Deliveries is what this module asks of delivery, which stands behind it too.
type Deliveries interface {
	// LockForSignature locks a delivery note and reports whether its goods were unloaded again. Returns errs.ErrNotFound for one that the
	// caller may not see (ORG-06).
	LockForSignature(tx pg.Tx, who identity.Principal, deliveryNoteID uuid.UUID) (unloaded bool, err error)
}

// Load is what a shipping notice is to ship, as transport sees it.
type Load struct {
	NoticeID   uuid.UUID
	Number     string
	CustomerID uuid.UUID
	State      string
	ToShip     bool // a truck can be planned for it
	ShipDate   time.Time
	Lines      []LoadLine
}

// LoadLine is one line of it.
type LoadLine struct {
	OrderLineID   uuid.UUID
	ProductID     uuid.UUID
	ProductCode   string
	ProductName   string
	Unit          string
	Quantity      decimal.Decimal
	Dispatched    decimal.Decimal  // has left already
	TonnesPerUnit *decimal.Decimal // nil: nobody has said
}

// Service is the transport module. Build it with New.
type Service struct {
	Shipments  Shipments  // app sets it, since shipping is built after transport
	Deliveries Deliveries // the same

	files *attachment.Service
}

// New returns the service.
func New(files *attachment.Service) *Service { return &Service{files: files} }

// load reads what a shipping notice is to ship, ErrNoShipment at pointer for none.
func (s *Service) load(tx pg.Tx, who identity.Principal, id uuid.UUID, lock bool, pointer string) (Load, error) {
	l, err := s.Shipments.TransportLoad(tx, who, id, lock)
	if e, ours := errs.As(err); ours && e.Kind == errs.NotFound && pointer != "" {
		return Load{}, ErrNoShipment.At(pointer)
	}
	return l, err
}

// tonnes is how heavy quantities are, to the milligram; nil when nobody has said it of one of them.
func tonnes(goods []Good, weights map[uuid.UUID]*decimal.Decimal) *decimal.Decimal {
	sum := decimal.Zero
	for _, g := range goods {
		per := weights[g.ProductID]
		if per == nil {
			return nil
		}
		t, err := g.Quantity.Mul(*per)
		if err != nil {
			return nil
		}
		if sum, err = sum.Add(t); err != nil {
			return nil
		}
	}
	if sum = money.Round(sum, tonneScale); sum.Cmp(mostTonnes) >= 0 {
		return nil
	}
	return &sum
}

// tonneScale is how many decimals a weight has in the database, mostTonnes what it has no room for.
const tonneScale = 9

var mostTonnes = decimal.MustNew(1_000_000_000, 0)

// Good is a quantity of a product on a truck.
type Good struct {
	OrderLineID uuid.UUID
	ProductID   uuid.UUID
	Quantity    decimal.Decimal
}
