package quote

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Pick is how much of a line becomes part of a contract or an order.
type Pick struct {
	LineID   uuid.UUID
	Quantity decimal.Decimal
}

// Picked is a line of an accepted quotation as it becomes part of a contract or an order: at the agreed price, net of the discount.
type Picked struct {
	Line
	Quantity decimal.Decimal
}

// Convert returns what becomes of an accepted quotation: the lines that are picked in the quantities that are picked, without picks all of
// them in their least ones. A line may be picked several times; its range of quantities is of all of them together. A quotation may be converted in parts and more than once; it stays the price base until its last day is over.
// Returns errs.ErrNotFound, ErrStillProspect until the prospect is a customer, what AgreedPrices does, ErrNoSuchLine and ErrOutOfRange.
func (s *Service) Convert(tx pg.Tx, who identity.Principal, id uuid.UUID, picks []Pick) (Quotation, []Picked, error) {
	q, err := s.Get(tx, who, id)
	if err != nil {
		return Quotation{}, nil, err
	}
	if q.CustomerID == nil {
		return Quotation{}, nil, ErrStillProspect.With()
	}
	agreed, err := AgreedPrices(tx, id, *q.CustomerID)
	if err != nil {
		return Quotation{}, nil, err
	}
	if len(picks) == 0 {
		for _, l := range q.Lines {
			picks = append(picks, Pick{l.ID, l.MinQuantity})
		}
	}
	byID := make(map[uuid.UUID]Line, len(q.Lines))
	for _, l := range q.Lines {
		byID[l.ID] = l
	}
	picked, taken := make([]Picked, len(picks)), Sums{}
	for _, p := range picks {
		if err := taken.Add(&p.LineID, p.Quantity); err != nil {
			return Quotation{}, nil, err
		}
	}
	for i, p := range picks {
		l, found := agreed.Lines[p.LineID]
		switch {
		case !found:
			return Quotation{}, nil, ErrNoSuchLine.At(fmt.Sprintf("/lines/%d/quotation_line_id", i))
		case !l.Covers(taken[p.LineID]): // of all picks together, however it is cut
			return Quotation{}, nil, ErrOutOfRange.With("min", text(l.MinQuantity), "max", bound(l.MaxQuantity)).At(fmt.Sprintf("/lines/%d/quantity", i))
		}
		picked[i] = Picked{byID[p.LineID], p.Quantity}
	}
	return q, picked, nil
}

// Converted records on the quotation what became of it.
func Converted(tx pg.Tx, q Quotation, kind string, id uuid.UUID, number string) error {
	return audit.Record(tx, audit.Entry{Action: "convertQuotation", SubjectType: Subject, SubjectID: q.ID, After: map[string]any{
		"revision": q.Revision, kind + "_id": id, kind + "_number": number,
	}})
}
