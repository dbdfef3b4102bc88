package order

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Draft is what a caller says of an order.
type Draft struct {
	CustomerID      uuid.UUID
	Channel         Channel
	ReceivedAt      *time.Time // nil: when it is written
	CustomerOrderNo string
	Handling
	QuotationID    *uuid.UUID
	ContractID     *uuid.UUID
	Attachments    []uuid.UUID   // the customer's own order: uploads of the caller's (ORD-01)
	Terms          *credit.Terms // nil: those of the customer's credit profile
	HeaderDiscount decimal.Decimal
	Remarks        string
	Lines          []LineDraft
}

// LineDraft is what a caller says of a line. ID names a line that exists already, nil makes a new one.
type LineDraft struct {
	ID         *uuid.UUID
	ProductID  uuid.UUID
	Unit       string // "" or the product's
	Price      decimal.Decimal
	Quantity   decimal.Decimal
	PromisedOn *time.Time
	Remarks    string
	Handling
	QuotationLineID *uuid.UUID
	ContractLineID  *uuid.UUID
}

// draft is what the order says of itself: what fill was given.
func (o *Order) draft() Draft {
	terms := o.Terms()
	d := Draft{
		CustomerID: o.CustomerID, Channel: o.Channel, CustomerOrderNo: o.CustomerOrderNo, Terms: &terms, ReceivedAt: o.ReceivedAt,
		Handling: o.Handling, QuotationID: o.QuotationID, ContractID: o.ContractID,
		HeaderDiscount: o.HeaderDiscount, Remarks: o.Remarks, Lines: make([]LineDraft, len(o.Lines)),
	}
	for i, l := range o.Lines {
		d.Lines[i] = LineDraft{
			ID: &l.ID, ProductID: l.ProductID, Price: l.Price, Quantity: l.Quantity, PromisedOn: l.PromisedOn, Remarks: l.Remarks,
			Handling: l.Handling, QuotationLineID: l.QuotationLineID, ContractLineID: l.ContractLineID,
		}
	}
	return d
}

// anew forgets which lines the draft speaks of, so that it makes new ones.
func (d Draft) anew() Draft {
	lines := make([]LineDraft, len(d.Lines))
	for i, l := range d.Lines {
		l.ID = nil
		lines[i] = l
	}
	d.Lines = lines
	return d
}

// fill writes a draft on the order; lines that it names keep what is noticed and shipped of them. Units, taxes and
// amounts come later, with the products. Returns ErrTerms, ErrNoLine, ErrLineTwice, ErrEmpty; and ErrLineMoved or
// ErrDiscountMoved for what can't change once goods have moved.
func (o *Order) fill(d Draft, now time.Time) error {
	if o.moved() && (d.CustomerID != o.CustomerID || d.HeaderDiscount.Cmp(o.HeaderDiscount) != 0) {
		return ErrDiscountMoved
	}
	if len(d.Lines) == 0 {
		return ErrEmpty.At("/lines")
	}
	if d.Terms.IsCash() && d.Terms.Days != 0 {
		return ErrTerms.At("/terms_days")
	}
	if o.movedBy(d) {
		return ErrLineMoved.At("/contract_id")
	}
	o.CustomerID, o.Channel, o.CustomerOrderNo, o.Remarks = d.CustomerID, d.Channel, d.CustomerOrderNo, d.Remarks
	if d.ReceivedAt != nil && d.ReceivedAt.After(now) {
		return ErrReceived.At("/received_at")
	}
	o.ReceivedAt, o.Handling, o.QuotationID, o.ContractID = d.ReceivedAt, d.Handling, d.QuotationID, d.ContractID
	o.Settlement, o.TermsDays = d.Terms.Settlement, d.Terms.Days
	o.HeaderDiscount, o.UpdatedAt = money.Fen(d.HeaderDiscount), now
	return o.fillLines(d.Lines)
}

func (o *Order) fillLines(drafts []LineDraft) error {
	lines, named := make([]Line, len(drafts)), map[uuid.UUID]bool{}
	for i, d := range drafts {
		if !d.Quantity.IsPos() {
			return ErrQuantity.At(fmt.Sprintf("/lines/%d/quantity", i))
		}
		l := Line{ID: uuid.Must(uuid.NewV7()), Noticed: decimal.Zero.Pad(money.PriceScale), Shipped: decimal.Zero.Pad(money.PriceScale)}
		if d.ID != nil {
			old := o.Line(*d.ID)
			if old == nil {
				return ErrNoLine.At(fmt.Sprintf("/lines/%d/id", i))
			}
			if named[old.ID] {
				return ErrLineTwice.At(fmt.Sprintf("/lines/%d/id", i))
			}
			named[old.ID] = true
			if err := old.mayBecome(d); err != nil {
				return errs.At(err, fmt.Sprintf("/lines/%d", i))
			}
			l = *old
		}
		if err := d.agreement(o); err != nil {
			return errs.At(err, fmt.Sprintf("/lines/%d", i))
		}
		l.OrderID, l.LineNo, l.PromisedOn, l.Remarks, l.Handling = o.ID, i+1, d.PromisedOn, d.Remarks, d.Handling
		l.QuotationLineID, l.ContractLineID, l.asked = d.QuotationLineID, d.ContractLineID, d.Unit
		if l.ProductID != d.ProductID {
			l.ProductID, l.Unit = d.ProductID, "" // known when the product is
		}
		l.Price, l.Quantity = money.Round(d.Price, money.PriceScale), money.Round(d.Quantity, money.PriceScale)
		lines[i] = l
	}
	for _, old := range o.Lines {
		if old.moved() && !named[old.ID] {
			return ErrLineMoved.At("/lines")
		}
	}
	o.Lines = lines
	return nil
}

// movedBy reports whether the draft names another agreement than the one by which goods have moved.
func (o *Order) movedBy(d Draft) bool {
	return slices.ContainsFunc(o.Lines, func(l Line) bool {
		return l.moved() && (l.ContractLineID != nil && !sameID(d.ContractID, o.ContractID) || l.QuotationLineID != nil && !sameID(d.QuotationID, o.QuotationID))
	})
}

// mayBecome returns ErrLineMoved when goods of the line have moved and the draft would change what they were moved for.
func (l *Line) mayBecome(d LineDraft) error {
	if !l.moved() {
		return nil
	}
	if d.ProductID != l.ProductID || d.Price.Cmp(l.Price) != 0 || d.Quantity.Cmp(sum(l.Shipped, l.Noticed)) < 0 {
		return ErrLineMoved
	}
	if !sameID(d.QuotationLineID, l.QuotationLineID) || !sameID(d.ContractLineID, l.ContractLineID) { // CON-09: what has left stays called off
		return ErrLineMoved
	}
	return nil
}

// complete gives each line the unit and tax rate of its product, and computes the amounts. known holds products that are
// read already; the others are read. Returns ErrNoProduct pointing at the line.
func (o *Order) complete(tx pg.Tx, known map[uuid.UUID]catalog.Product) error {
	if known == nil {
		var err error
		if known, err = catalog.Briefs(tx, o.productIDs()); err != nil {
			return err
		}
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		p, found := known[l.ProductID]
		if !found {
			return ErrNoProduct.At(fmt.Sprintf("/lines/%d/product_id", i))
		}
		if l.Unit == "" {
			l.Unit, l.TaxRate = p.Unit, p.TaxRate
		}
		if l.asked != "" && l.asked != l.Unit { // ORD-02: 5 t aren't 5 kg
			return ErrUnit.With("unit", l.Unit, "given", l.asked).At(fmt.Sprintf("/lines/%d/unit", i))
		}
	}
	return o.compute()
}

func (o *Order) productIDs() []uuid.UUID {
	ids := make([]uuid.UUID, len(o.Lines))
	for i, l := range o.Lines {
		ids[i] = l.ProductID
	}
	return ids
}

// same reports whether the drafts say the same, whichever ids their lines have.
func (o *Order) same(d Draft) bool {
	other := *o
	other.Lines = nil
	if d.Terms == nil {
		terms := o.Terms()
		d.Terms = &terms
	}
	if err := other.fill(d.anew(), o.UpdatedAt); err != nil || len(other.Lines) != len(o.Lines) {
		return false
	}
	for i := range other.Lines {
		l := &other.Lines[i]
		l.TaxRate, l.Amount = o.Lines[i].TaxRate, o.Lines[i].Amount
		if l.Remarks != o.Lines[i].Remarks {
			return false
		}
	}
	return other.Channel == o.Channel && other.CustomerOrderNo == o.CustomerOrderNo && other.Remarks == o.Remarks &&
		bytes.Equal(other.contentHash(), o.contentHash())
}
