package contract

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Content is what a contract says, as callers write it and amendments keep it.
type Content struct {
	StartsOn       time.Time       `json:"starts_on"`
	EndsOn         time.Time       `json:"ends_on"`
	Terms          *credit.Terms   `json:"terms"` // nil: those of the customer's credit profile
	HeaderDiscount decimal.Decimal `json:"header_discount"`
	DeliveryPlace  string          `json:"delivery_place"`
	Packing        string          `json:"packing"`
	Transport      string          `json:"transport"`
	Remarks        string          `json:"remarks"`
	QuotationID    *uuid.UUID      `json:"quotation_id,omitempty"`
	Lines          []LineContent   `json:"lines"`
}

// LineContent is what a caller says of a line. ID names a line that exists already, nil makes a new one.
type LineContent struct {
	ID              *uuid.UUID      `json:"id,omitempty"`
	Own             bool            `json:"own,omitempty"` // ID is of a line that an amendment adds; no caller says this
	ProductID       uuid.UUID       `json:"product_id"`
	Unit            string          `json:"unit"` // "" takes the product's
	Spec            string          `json:"spec"`
	Price           decimal.Decimal `json:"price"`
	Quantity        decimal.Decimal `json:"quantity"`
	Deliveries      []Delivery      `json:"deliveries"`
	QuotationLineID *uuid.UUID      `json:"quotation_line_id,omitempty"`
	Remarks         string          `json:"remarks"`
}

// says is what the contract says now.
func (c *Contract) says() Content {
	terms := c.Terms()
	d := Content{
		StartsOn: c.StartsOn, EndsOn: c.EndsOn, Terms: &terms, HeaderDiscount: c.HeaderDiscount, DeliveryPlace: c.DeliveryPlace,
		Packing: c.Packing, Transport: c.Transport, Remarks: c.Remarks, QuotationID: c.QuotationID, Lines: make([]LineContent, len(c.Lines)),
	}
	for i := range c.Lines {
		l := c.Lines[i]
		d.Lines[i] = LineContent{
			ID: &l.ID, ProductID: l.ProductID, Unit: l.Unit, Spec: l.Spec, Price: l.Price, Quantity: l.Quantity, Deliveries: l.Deliveries,
			QuotationLineID: l.QuotationLineID, Remarks: l.Remarks,
		}
	}
	return d
}

// anew forgets which lines the content speaks of, so that it makes new ones.
func (d Content) anew() Content {
	lines := make([]LineContent, len(d.Lines))
	for i, l := range d.Lines {
		l.ID = nil
		lines[i] = l
	}
	d.Lines = lines
	return d
}

// fill writes content on the contract; lines that it names keep their ids and what is called off of them. Units, kind and amounts come
// with complete. Returns ErrPeriod, ErrTerms, ErrEmpty and what lines return.
func (c *Contract) fill(d Content, now time.Time) error {
	if d.EndsOn.Before(d.StartsOn) {
		return ErrPeriod.At("/ends_on")
	}
	if d.Terms.IsCash() && d.Terms.Days != 0 {
		return ErrTerms.At("/terms_days")
	}
	if len(d.Lines) == 0 {
		return ErrEmpty.At("/lines")
	}
	c.StartsOn, c.EndsOn, c.Settlement, c.TermsDays = d.StartsOn, d.EndsOn, d.Terms.Settlement, d.Terms.Days
	c.HeaderDiscount, c.DeliveryPlace, c.Packing, c.Transport = money.Fen(d.HeaderDiscount), d.DeliveryPlace, d.Packing, d.Transport
	c.Remarks, c.QuotationID, c.UpdatedAt = d.Remarks, d.QuotationID, now
	lines, named := make([]Line, len(d.Lines)), map[uuid.UUID]bool{}
	for i, w := range d.Lines {
		l, err := c.fillLine(w, named)
		if err != nil {
			return errs.At(err, fmt.Sprintf("/lines/%d", i))
		}
		l.LineNo = i + 1
		lines[i] = l
	}
	c.Lines = lines
	return nil
}

// fillLine makes a line of what is said of it. Returns ErrQuantity, ErrNoLine, ErrLineTwice and ErrDelivery.
func (c *Contract) fillLine(w LineContent, named map[uuid.UUID]bool) (Line, error) {
	if !w.Quantity.IsPos() || w.Price.IsNeg() {
		return Line{}, ErrQuantity
	}
	l := Line{ID: uuid.Must(uuid.NewV7()), CalledQuantity: zero.Pad(money.PriceScale), CalledAmount: zero.Pad(money.AmountScale)}
	if w.ID != nil {
		old := c.Line(*w.ID)
		if old == nil && !w.Own {
			return Line{}, ErrNoLine
		}
		if named[*w.ID] {
			return Line{}, ErrLineTwice
		}
		named[*w.ID], l.ID = true, *w.ID
		if old != nil {
			l.CalledQuantity, l.CalledAmount = old.CalledQuantity, old.CalledAmount
		}
	}
	l.ContractID, l.Revision, l.ProductID, l.Unit, l.Spec = c.ID, c.Revision, w.ProductID, w.Unit, w.Spec
	l.Price, l.Quantity = money.Round(w.Price, money.PriceScale), money.Round(w.Quantity, money.PriceScale)
	l.QuotationLineID, l.Remarks = w.QuotationLineID, w.Remarks
	var err error
	l.Deliveries, err = c.schedule(w.Deliveries, l.Quantity)
	return l, err
}

// schedule checks the dates of a line: within the period, one after the other, and together the line's quantity. None at all is left
// for submission to refuse (CON-10).
func (c *Contract) schedule(asked []Delivery, quantity decimal.Decimal) ([]Delivery, error) {
	sum, last, list := zero.Pad(money.PriceScale), time.Time{}, make([]Delivery, len(asked))
	for i, d := range asked {
		if !d.Quantity.IsPos() || !d.On.After(last) || d.On.Before(c.StartsOn) || d.On.After(c.EndsOn) {
			return nil, ErrDelivery.With()
		}
		last, list[i] = d.On, Delivery{On: d.On, Quantity: money.Round(d.Quantity, money.PriceScale)}
		var err error
		if sum, err = money.Sum(sum, list[i].Quantity); err != nil {
			return nil, ErrTooLarge.Wrap(err)
		}
	}
	if len(asked) > 0 && sum.Cmp(quantity) != 0 {
		return nil, ErrDelivery.With()
	}
	return list, nil
}

// complete gives each line the tax rate of its product, checks its unit, decides what kind of contract it is (CON-01), and computes the
// amounts. Returns ErrNoProduct and ErrUnit pointing at the line, ErrDiscount and ErrTooLarge. One statement.
func (c *Contract) complete(tx pg.Tx, longMonths int) error {
	known, err := catalog.Briefs(tx, c.productIDs())
	if err != nil {
		return err
	}
	c.IsLong, c.IsStandard = IsLong(c.StartsOn, c.EndsOn, longMonths), true
	for i := range c.Lines {
		l := &c.Lines[i]
		p, found := known[l.ProductID]
		if !found {
			return ErrNoProduct.At(fmt.Sprintf("/lines/%d/product_id", i))
		}
		if l.Unit != "" && l.Unit != p.Unit {
			return ErrUnit.With("unit", p.Unit).At(fmt.Sprintf("/lines/%d/unit", i))
		}
		l.Unit, l.TaxRate = p.Unit, p.TaxRate
		if l.Spec == p.Spec {
			l.Spec = ""
		}
		c.IsStandard = c.IsStandard && l.standard(p)
	}
	return c.compute()
}

// standard reports whether a line is of a regular product as it is (CON-01): new, dormant and changed ones are not.
func (l Line) standard(p catalog.Product) bool {
	return p.Lifecycle == catalog.LifecycleStandard && !l.changed()
}

// changed reports whether the product is agreed with another specification than its own.
func (l Line) changed() bool { return l.Spec != "" }

func (c *Contract) productIDs() []uuid.UUID {
	ids := make([]uuid.UUID, len(c.Lines))
	for i, l := range c.Lines {
		ids[i] = l.ProductID
	}
	return ids
}
