package quote

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Draft is what a caller says of a quotation.
type Draft struct {
	Party           Party
	InquiryID       *uuid.UUID
	DiscountPercent decimal.Decimal
	ValidFrom       time.Time
	ValidUntil      time.Time
	Terms           *credit.Terms // nil: the customer's
	Delivery        string
	Packing         string
	Freight         string
	Remarks         string
	Lines           []LineDraft
}

// LineDraft is what a caller says of a line.
type LineDraft struct {
	ProductID   uuid.UUID
	Unit        string // the product's; "" takes it
	MinQuantity decimal.Decimal
	MaxQuantity *decimal.Decimal
	Price       decimal.Decimal
	LeadDays    *int
	Remarks     string
}

// draft is what the quotation says of itself.
func (q *Quotation) draft() Draft {
	terms := q.Terms()
	d := Draft{
		Party: Party{CustomerID: q.CustomerID}, InquiryID: q.InquiryID, DiscountPercent: q.DiscountPercent, ValidFrom: q.ValidFrom,
		ValidUntil: q.ValidUntil, Terms: &terms, Delivery: q.Delivery, Packing: q.Packing, Freight: q.Freight, Remarks: q.Remarks,
		Lines: make([]LineDraft, len(q.Lines)),
	}
	if q.CustomerID == nil {
		d.Party.ProspectID = q.ProspectID
	}
	for i, l := range q.Lines {
		d.Lines[i] = LineDraft{
			ProductID: l.ProductID, Unit: l.Unit, MinQuantity: l.MinQuantity, MaxQuantity: l.MaxQuantity, Price: l.Price,
			LeadDays: l.LeadDays, Remarks: l.Remarks,
		}
	}
	return d
}

// fill writes a draft on the quotation, whose lines become new ones. Returns ErrDates, ErrTerms, and what fillLines and compute return.
func (q *Quotation) fill(tx pg.Tx, d Draft) error {
	if d.ValidUntil.Before(d.ValidFrom) {
		return ErrDates.At("/valid_until")
	}
	if d.Terms.IsCash() && d.Terms.Days != 0 {
		return ErrTerms.At("/terms_days")
	}
	q.ValidFrom, q.ValidUntil, q.DiscountPercent = d.ValidFrom, d.ValidUntil, money.Round(d.DiscountPercent, money.PriceScale)
	q.Settlement, q.TermsDays = d.Terms.Settlement, d.Terms.Days
	q.Delivery, q.Packing, q.Freight, q.Remarks = d.Delivery, d.Packing, d.Freight, d.Remarks
	q.UpdatedAt = tx.Now
	products, err := catalog.Briefs(tx, productsOf(d.Lines))
	if err != nil {
		return err
	}
	if err := q.fillLines(d.Lines, products); err != nil {
		return err
	}
	return q.compute()
}

func productsOf(lines []LineDraft) []uuid.UUID {
	ids := make([]uuid.UUID, len(lines))
	for i, l := range lines {
		ids[i] = l.ProductID
	}
	return ids
}

// fillLines makes the lines. Returns ErrEmpty, ErrNoProduct, ErrUnit, ErrQuantity, ErrRange and ErrOverlap, each at its line.
func (q *Quotation) fillLines(drafts []LineDraft, products map[uuid.UUID]catalog.Product) error {
	if len(drafts) == 0 {
		return ErrEmpty.At("/lines")
	}
	q.Lines = make([]Line, len(drafts))
	for i, d := range drafts {
		p, found := products[d.ProductID]
		if !found {
			return ErrNoProduct.At(fmt.Sprintf("/lines/%d/product_id", i))
		}
		if err := d.check(p, q.Lines[:i]); err != nil {
			return errs.At(err, fmt.Sprintf("/lines/%d", i))
		}
		l := Line{
			ID: uuid.Must(uuid.NewV7()), QuotationID: q.ID, LineNo: i + 1, ProductID: p.ID, Unit: p.Unit, TaxRate: p.TaxRate,
			MinQuantity: money.Round(d.MinQuantity, money.PriceScale), Price: money.Round(d.Price, money.PriceScale), LeadDays: d.LeadDays,
			Remarks: d.Remarks,
		}
		if d.MaxQuantity != nil {
			most := money.Round(*d.MaxQuantity, money.PriceScale)
			l.MaxQuantity = &most
		}
		q.Lines[i] = l
	}
	return nil
}

// check holds a line to its product and to those before it.
func (d LineDraft) check(p catalog.Product, before []Line) error {
	switch {
	case d.Unit != "" && !strings.EqualFold(strings.TrimSpace(d.Unit), p.Unit):
		return ErrUnit.With("unit", p.Unit)
	case !d.MinQuantity.IsPos():
		return ErrQuantity
	case d.MaxQuantity != nil && d.MaxQuantity.Cmp(d.MinQuantity) < 0:
		return ErrRange
	}
	for _, l := range before {
		if l.ProductID == d.ProductID && !apart(l.MinQuantity, l.MaxQuantity, d.MinQuantity, d.MaxQuantity) {
			return ErrOverlap
		}
	}
	return nil
}

// apart reports whether two ranges of quantities have none in common.
func apart(min1 decimal.Decimal, max1 *decimal.Decimal, min2 decimal.Decimal, max2 *decimal.Decimal) bool {
	return max1 != nil && max1.Cmp(min2) < 0 || max2 != nil && max2.Cmp(min1) < 0
}
