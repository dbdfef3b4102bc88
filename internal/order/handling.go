package order

import "github.com/google/uuid"

// Handling is how goods are to be made up and brought (ORD-03, CON-10): of the whole order, and of a line where it differs.
type Handling struct {
	DeliveryPlace  string `json:"delivery_place,omitempty"`
	Packing        string `json:"packing,omitempty"`
	Transport      string `json:"transport,omitempty"`
	SpecialDemands string `json:"special_demands,omitempty"`
}

// HandlingOf returns how a line is to be handled: what it says itself, and the order's word for the rest.
func (o *Order) HandlingOf(l Line) Handling {
	h := l.Handling
	for _, field := range []struct{ own, whole *string }{
		{&h.DeliveryPlace, &o.DeliveryPlace}, {&h.Packing, &o.Packing}, {&h.Transport, &o.Transport}, {&h.SpecialDemands, &o.SpecialDemands},
	} {
		if *field.own == "" {
			*field.own = *field.whole
		}
	}
	return h
}

// orNil is nil for a handling that says nothing.
func (h Handling) orNil() *Handling {
	if h == (Handling{}) {
		return nil
	}
	return &h
}

// trace adds what the handling says to a snapshot.
func (h Handling) trace(shot map[string]any) {
	for name, text := range map[string]string{
		"delivery_place": h.DeliveryPlace, "packing": h.Packing, "transport": h.Transport, "special_demands": h.SpecialDemands,
	} {
		if text != "" {
			shot[name] = text
		}
	}
}

// agreement returns ErrAgreementLine unless the line names at most one agreement, and one that the order names.
func (d LineDraft) agreement(o *Order) error {
	quoted, contracted := d.QuotationLineID != nil, d.ContractLineID != nil
	switch {
	case quoted && contracted, quoted && o.QuotationID == nil:
		return ErrAgreementLine.At("/quotation_line_id")
	case contracted && o.ContractID == nil:
		return ErrAgreementLine.At("/contract_line_id")
	}
	return nil
}

// sameID compares two optional ids.
func sameID(a, b *uuid.UUID) bool { return a == b || a != nil && b != nil && *a == *b }
