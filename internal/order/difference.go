package order

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/money"
)

// Difference is one field of an order that a change request changes: old and new value, as text (ORD-05).
type Difference struct {
	LineNo    int        `json:"line_no,omitempty"` // of the new line, of the old one where it goes; 0: the whole order
	ProductID *uuid.UUID `json:"product_id,omitempty"`
	Field     string     `json:"field"` // quantity, price, line …
	Old       string     `json:"old"`
	New       string     `json:"new"`
}

// Priced reports whether the field says something of prices or terms, which the factory isn't shown (ORD-03).
func (d Difference) Priced() bool {
	switch d.Field {
	case "price", "header_discount", "terms", "total":
		return true
	}
	return false
}

// differences compares an order with what it is to become, field by field and line by line.
func differences(was, now *Order) []Difference {
	var all []Difference
	add := func(no int, product *uuid.UUID, field, before, after string) {
		if before != after {
			all = append(all, Difference{no, product, field, before, after})
		}
	}
	add(0, nil, "terms", was.Terms().String(), now.Terms().String())
	add(0, nil, "header_discount", text(was.HeaderDiscount, money.AmountScale), text(now.HeaderDiscount, money.AmountScale))
	handlingDifferences(0, nil, was.Handling, now.Handling, add)
	for i := range now.Lines {
		l := &now.Lines[i]
		old := was.Line(l.ID)
		if old == nil {
			add(l.LineNo, &l.ProductID, "line", "", l.words())
			add(l.LineNo, &l.ProductID, "price", "", text(l.Price, money.PriceScale))
			continue
		}
		lineDifferences(old, l, add)
	}
	for i := range was.Lines {
		if l := &was.Lines[i]; now.Line(l.ID) == nil {
			add(l.LineNo, &l.ProductID, "line", l.words(), "")
		}
	}
	add(0, nil, "total", text(was.Total, money.AmountScale), text(now.Total, money.AmountScale))
	return all
}

func lineDifferences(old, l *Line, add func(int, *uuid.UUID, string, string, string)) {
	add(l.LineNo, &l.ProductID, "product", old.ProductID.String(), l.ProductID.String())
	add(l.LineNo, &l.ProductID, "quantity", text(old.Quantity, money.PriceScale), text(l.Quantity, money.PriceScale))
	add(l.LineNo, &l.ProductID, "price", text(old.Price, money.PriceScale), text(l.Price, money.PriceScale))
	add(l.LineNo, &l.ProductID, "promised_on", day(old.PromisedOn), day(l.PromisedOn))
	add(l.LineNo, &l.ProductID, "quotation_line", words(old.QuotationLineID), words(l.QuotationLineID))
	add(l.LineNo, &l.ProductID, "contract_line", words(old.ContractLineID), words(l.ContractLineID))
	handlingDifferences(l.LineNo, &l.ProductID, old.Handling, l.Handling, add)
}

func handlingDifferences(no int, product *uuid.UUID, old, now Handling, add func(int, *uuid.UUID, string, string, string)) {
	add(no, product, "delivery_place", old.DeliveryPlace, now.DeliveryPlace)
	add(no, product, "packing", old.Packing, now.Packing)
	add(no, product, "transport", old.Transport, now.Transport)
	add(no, product, "special_demands", old.SpecialDemands, now.SpecialDemands)
}

// words is a line as a difference shows one that comes or goes.
func (l *Line) words() string {
	s := text(l.Quantity, money.PriceScale) + " " + l.Unit
	if l.PromisedOn != nil {
		s += " " + day(l.PromisedOn)
	}
	return s
}

func words(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}
