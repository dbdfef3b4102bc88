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
// ErrNotReleased, ErrNoLine, ErrTwice, ErrOrderChanged for an order that doesn't count any more, ErrOutlived with what holdToShip did, and
// what preparation.Reserve returns. Locks the notice, stock levels and the number series; what holdToShip locks where the check is old.
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
		at := n.line(part.NoticeLineID)
		if at < 0 {
			return nil, ErrNoLine.At(pointer + "/notice_line_id")
		}
		if seen[part.NoticeLineID] {
			return nil, ErrTwice.At(pointer + "/notice_line_id")
		}
		seen[part.NoticeLineID] = true
		l := n.Lines[at]
		w := preparation.Wish{Line: n.asked(l, l.Rest(), pointer), Rest: l.Rest(), All: part.Quantity == nil}
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

// takeStock takes what is loaded out of the warehouses (SHP-16). A refusal commits with its decision alone: until here
// nothing is written but that an old check holds.
func (s *Service) takeStock(tx pg.Tx, n *Notice, note *DeliveryNote) error {
	at := map[uuid.UUID]int{}
	var asked []preparation.Line
	for i, l := range note.Lines {
		if j, twice := at[l.NoticeLineID]; twice {
			asked[j].Quantity = add(asked[j].Quantity, l.Quantity)
			continue
		}
		at[l.NoticeLineID] = len(asked)
		asked = append(asked, preparation.Line{
			NoticeLineID: l.NoticeLineID, ProductID: l.ProductID, ProductCode: l.ProductCode, Unit: l.Unit, Quantity: l.Quantity,
			Pointer: fmt.Sprintf("/lines/%d", i), Priority: n.Priority,
		})
	}
	taken, err := s.Preparations.Ship(tx, note.NoticeID, note.ID, asked)
	note.share(taken)
	return err
}

// MayLeave refuses to let out what is loaded of a lot that failed its inspection meanwhile (SHP-16): preparation.ErrLoaded. The gate asks.
func (s *Service) MayLeave(tx pg.Tx, note *DeliveryNote) error {
	return s.Preparations.MayLeave(tx, note.ID)
}

// showLots reads which lots a delivery note was taken from.
func (s *Service) showLots(tx pg.Tx, note *DeliveryNote) error {
	taken, err := s.Preparations.TakenOf(tx, note.ID)
	note.share(taken[note.ID])
	return err
}

// share gives the lots to the lines that they left for. Where a notice's line was loaded twice, the first line shows them.
func (d *DeliveryNote) share(taken []preparation.Taken) {
	for _, t := range taken {
		for i := range d.Lines {
			if d.Lines[i].NoticeLineID == t.NoticeLineID {
				d.Lines[i].Lots = append(d.Lines[i].Lots, t)
				break
			}
		}
	}
}
