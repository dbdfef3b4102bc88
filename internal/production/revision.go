package production

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/order"
)

// Revision is what was asked with one revision of a request, and how that differs from the one before.
type Revision struct {
	RequestID     uuid.UUID
	Revision      int
	OrderRevision int
	Content       json.RawMessage `gorm:"type:jsonb"`
	Differences   []Difference    `gorm:"serializer:json"`
	MadeAt        time.Time
	MadeBy        *uuid.UUID
}

// TableName is for GORM.
func (Revision) TableName() string { return "production_revisions" }

// What a difference is about, beside the names of a line's fields.
const (
	LineAdded   = "added"
	LineRemoved = "removed"
)

// Difference is one thing that a revision changed.
type Difference struct {
	LineID uuid.UUID `json:"line_id"`
	LineNo int       `json:"line_no"`
	Field  string    `json:"field"` // LineAdded, LineRemoved, or the field
	Was    string    `json:"was,omitempty"`
	Now    string    `json:"now,omitempty"`
}

// asked is a line as a revision keeps it.
type asked struct {
	ID             uuid.UUID `json:"id"`
	LineNo         int       `json:"line_no"`
	ProductID      uuid.UUID `json:"product_id"`
	Unit           string    `json:"unit"`
	Quantity       string    `json:"quantity"`
	PromisedOn     string    `json:"promised_on,omitempty"`
	DeliveryPlace  string    `json:"delivery_place,omitempty"`
	Packing        string    `json:"packing,omitempty"`
	Transport      string    `json:"transport,omitempty"`
	SpecialDemands string    `json:"special_demands,omitempty"`
}

// content is what the request asks now.
func (r *Request) content() ([]byte, error) {
	lines := []asked{}
	for _, l := range r.Lines {
		if !l.Removed {
			lines = append(lines, asked{
				l.ID, l.LineNo, l.ProductID, l.Unit, l.Quantity.String(), day(l.PromisedOn), l.DeliveryPlace, l.Packing, l.Transport, l.SpecialDemands,
			})
		}
	}
	return json.Marshal(lines)
}

// take writes the order on the request and returns what that changed. Lines that the order dropped stay, as removed.
func (r *Request) take(o *order.Order) []Difference {
	r.OrderID, r.OrderNumber, r.OrderRevision, r.CustomerID, r.OwnerID = o.ID, o.Number, o.Revision, o.CustomerID, o.OwnerID
	diffs, kept := []Difference{}, map[uuid.UUID]bool{}
	for _, from := range o.Lines {
		kept[from.ID] = true
		l := r.Line(from.ID)
		if l == nil {
			r.Lines = append(r.Lines, newLine(r.ID, o, from))
			diffs = append(diffs, Difference{from.ID, from.LineNo, LineAdded, "", quantity(from.Quantity).String() + " " + from.Unit})
			continue
		}
		diffs = append(diffs, l.take(o, from)...)
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		if !kept[l.ID] && !l.Removed {
			diffs = append(diffs, Difference{l.ID, l.LineNo, LineRemoved, l.Quantity.String() + " " + l.Unit, ""})
			l.Removed = true
		}
	}
	return diffs
}

func newLine(request uuid.UUID, o *order.Order, from order.Line) Line {
	l := Line{ID: from.ID, RequestID: request, CustomerID: o.CustomerID, OwnerID: o.OwnerID, Planned: none(), Finished: none(), Risk: NoRisk}
	l.take(o, from)
	return l
}

// take writes the order's line on the line and returns what that changed.
func (l *Line) take(o *order.Order, from order.Line) []Difference {
	h := o.HandlingOf(from)
	was := *l
	l.LineNo, l.ProductID, l.Unit, l.Quantity, l.PromisedOn, l.Removed = from.LineNo, from.ProductID, from.Unit, quantity(from.Quantity), from.PromisedOn, false
	l.DeliveryPlace, l.Packing, l.Transport, l.SpecialDemands = h.DeliveryPlace, h.Packing, h.Transport, h.SpecialDemands
	if !sameDay(was.PromisedOn, l.PromisedOn) { // what was agreed of the old date is over
		l.AgreedOn, l.CheckedFor = nil, nil
	}
	if was.Removed {
		return []Difference{{l.ID, l.LineNo, LineAdded, "", l.Quantity.String() + " " + l.Unit}}
	}
	var diffs []Difference
	for _, f := range []struct{ name, was, now string }{
		{"product_id", was.ProductID.String(), l.ProductID.String()},
		{"quantity", was.Quantity.String(), l.Quantity.String()},
		{"promised_on", day(was.PromisedOn), day(l.PromisedOn)},
		{"delivery_place", was.DeliveryPlace, l.DeliveryPlace},
		{"packing", was.Packing, l.Packing},
		{"transport", was.Transport, l.Transport},
		{"special_demands", was.SpecialDemands, l.SpecialDemands},
	} {
		if f.was != f.now {
			diffs = append(diffs, Difference{l.ID, l.LineNo, f.name, f.was, f.now})
		}
	}
	return diffs
}
