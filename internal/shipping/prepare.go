package shipping

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
)

// Preparing is what the keeper lays out for a notice.
type Preparing struct {
	Lines      []PrepareLine // none: all that hasn't left and isn't laid out
	Warehouses []uuid.UUID   // only from these; none: from all
	Remarks    string
}

// PrepareLine is a quantity of one line of the notice, of lots that the keeper names if Lots isn't empty.
type PrepareLine struct {
	NoticeLineID uuid.UUID
	Quantity     *decimal.Decimal // nil: all that hasn't left and isn't laid out
	Lots         []preparation.Named
}

// Prepare lays out the goods of a released notice (SHP-16): a preparation list (备货通知单) that holds them until they leave. Returns
// ErrNotReleased, ErrNoLine, ErrTwice, ErrOrderChanged for an order that doesn't count any more, ErrOutlived with what HoldToShip did, and
// what preparation.Reserve returns. Locks the notice, stock levels and the number series; what HoldToShip locks where the check is old.
func (s *Service) Prepare(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, p Preparing) (preparation.List, error) {
	if err := s.fresh(tx, who, id, &version, VerbPrepare); err != nil {
		return preparation.List{}, err
	}
	n, _, err := s.lockOwn(tx, who, id, version, VerbPrepare)
	if err != nil {
		return preparation.List{}, err
	}
	for _, orderID := range n.orders() {
		o, err := order.WithLines(tx, orderID)
		if err != nil {
			return preparation.List{}, err
		}
		if o.May(order.VerbReserve) != nil {
			return preparation.List{}, ErrOrderChanged.With("order", o.Number)
		}
	}
	wishes, err := n.wishes(p.Lines)
	if err != nil {
		return preparation.List{}, err
	}
	return s.Preparations.Reserve(tx, id, wishes, preparation.Laying{Warehouses: p.Warehouses, Remarks: p.Remarks})
}

// wishes are what the lines ask of stock.
func (n *Notice) wishes(lines []PrepareLine) ([]preparation.Wish, error) {
	if len(lines) == 0 {
		wishes := make([]preparation.Wish, 0, len(n.Lines))
		for _, l := range n.Lines {
			wishes = append(wishes, preparation.Wish{Line: n.asked(l, l.Rest(), ""), Rest: l.Rest(), All: true})
		}
		return wishes, nil
	}
	seen := map[uuid.UUID]bool{}
	wishes := make([]preparation.Wish, len(lines))
	for i, part := range lines {
		pointer := fmt.Sprintf("/lines/%d", i)
		l := n.Line(part.NoticeLineID)
		if l == nil {
			return nil, ErrNoLine.At(pointer + "/notice_line_id")
		}
		if seen[part.NoticeLineID] {
			return nil, ErrTwice.At(pointer + "/notice_line_id")
		}
		seen[part.NoticeLineID] = true
		w := preparation.Wish{Line: n.asked(*l, l.Rest(), pointer), Rest: l.Rest(), All: part.Quantity == nil}
		if part.Quantity != nil {
			w.Quantity = *part.Quantity
		}
		w.Lots = part.Lots
		wishes[i] = w
	}
	return wishes, nil
}

// asked is a quantity of a line as stock is asked for it.
func (n *Notice) asked(l Line, quantity decimal.Decimal, pointer string) preparation.Line {
	return preparation.Line{
		NoticeLineID: l.ID, ProductID: l.ProductID, ProductCode: l.ProductCode, Unit: l.Unit, Quantity: quantity, Pointer: pointer, Priority: n.Priority,
	}
}

// PickPreparation records that the goods of a preparation list are laid out. Locks its notice.
func (s *Service) PickPreparation(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (preparation.List, error) {
	if err := s.lockPrepared(tx, who, id); err != nil {
		return preparation.List{}, err
	}
	return s.Preparations.MarkPicked(tx, id, version)
}

// CancelPreparation gives back what a preparation list holds. Locks its notice, then stock levels.
func (s *Service) CancelPreparation(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (preparation.List, error) {
	if err := s.lockPrepared(tx, who, id); err != nil {
		return preparation.List{}, err
	}
	return s.Preparations.EndPreparation(tx, id, version, reason)
}

// lockPrepared locks the notice of a preparation list that the caller may see.
func (s *Service) lockPrepared(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	notice, err := s.Preparations.NoticeOf(tx, id)
	if err != nil {
		return err
	}
	n, err := lockNotice(tx, notice)
	if err != nil {
		return err
	}
	return who.MustSee(n.OwnerID)
}
