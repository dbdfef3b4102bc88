package delivery

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/stock"
)

// takeStock takes what is loaded out of the warehouses (SHP-16). A refusal commits with its decision alone: until here
// nothing is written but that an old check holds.
func (s *Service) takeStock(tx pg.Tx, n *shipping.Notice, note *Note) error {
	at := map[uuid.UUID]int{}
	var asked []preparation.Line
	for i, l := range note.Lines {
		if j, twice := at[l.NoticeLineID]; twice {
			asked[j].Quantity = money.Add(asked[j].Quantity, l.Quantity)
			continue
		}
		at[l.NoticeLineID] = len(asked)
		asked = append(asked, l.asked(l.Quantity, fmt.Sprintf("/lines/%d", i), n.Priority))
	}
	taken, err := s.Preparations.Ship(tx, note.NoticeID, note.ID, asked)
	note.share(taken)
	return err
}

// asked is a quantity of what the line delivers, as stock is asked for it.
func (l Line) asked(quantity decimal.Decimal, pointer string, priority int) preparation.Line {
	return preparation.Line{
		NoticeLineID: l.NoticeLineID, ProductID: l.ProductID, ProductCode: l.ProductCode, Unit: l.Unit, Quantity: quantity, Pointer: pointer, Priority: priority,
	}
}

// MayLeave refuses to let out what is loaded of a lot that failed its inspection meanwhile (SHP-16): preparation.ErrLoaded. The gate asks.
func (s *Service) MayLeave(tx pg.Tx, note *Note) error {
	return s.Preparations.MayLeave(tx, note.ID)
}

// TakeBack brings goods of a delivery note that came back into the warehouse, to be inspected (CMP-08): quantities by delivery line. number is the
// return's. What isn't invoiced of them was marked as returned before, and needs no cover any more. The payer's account is locked.
func (s *Service) TakeBack(tx pg.Tx, d *Note, number string, quantities map[uuid.UUID]decimal.Decimal) error {
	var parts []stock.Part
	for _, l := range d.Lines {
		if q := quantities[l.ID]; q.IsPos() {
			parts = append(parts, stock.Part{NoticeLineID: l.NoticeLineID, Quantity: q})
		}
	}
	if err := s.Stock.TakeBack(tx, d.NoticeID, d.ID, d.Number, number, parts); err != nil || d.Flow != shipping.Prepaid {
		return err
	}
	n, err := s.shipments.Get(tx, identity.System(), d.NoticeID)
	if err != nil {
		return err
	}
	return s.shipments.FitCover(tx, &n)
}

// share gives the lots to the lines that they left for. Where a notice's line was loaded twice, the first line shows them.
func (d *Note) share(taken []preparation.Taken) {
	for _, t := range taken {
		for i := range d.Lines {
			if d.Lines[i].NoticeLineID == t.NoticeLineID {
				d.Lines[i].Lots = append(d.Lines[i].Lots, t)
				break
			}
		}
	}
}
