package contract

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
)

// Line is one product of a contract. Its prices include tax.
type Line struct {
	ID              uuid.UUID
	ContractID      uuid.UUID
	LineNo          int // 1, 2, 3 …
	Revision        int // of the contract that wrote it
	ProductID       uuid.UUID
	Unit            string // the product's
	Spec            string // agreed, when it isn't the product's own: the product is a changed one then (CON-01)
	Price           decimal.Decimal
	Quantity        decimal.Decimal
	TaxRate         decimal.Decimal // 0.13 is 13 %
	Amount          decimal.Decimal // price × quantity, to the fen
	NetAmount       decimal.Decimal // the amount less its share of the header discount
	Deliveries      []Delivery      `gorm:"serializer:json"`
	QuotationLineID *uuid.UUID      // the price base (QUO-05)
	Remarks         string
	CalledQuantity  decimal.Decimal // by orders (CON-09)
	CalledAmount    decimal.Decimal
}

// TableName is for GORM.
func (Line) TableName() string { return "contract_lines" }

// Delivery is a part of a line with its date.
type Delivery struct {
	On       time.Time       `json:"on"` // a date
	Quantity decimal.Decimal `json:"quantity"`
}

// Left returns the quantity that orders may still call off.
func (l Line) Left() decimal.Decimal { return less(l.Quantity, l.CalledQuantity) }

// NetPrice returns what a unit costs with the header discount deducted: the agreed price of orders on the contract. It is cut off after
// 4 decimals, so that an order with the same prices and its part of the same discount is at the agreed price.
func (l Line) NetPrice() decimal.Decimal {
	unit, err := l.NetAmount.Quo(l.Quantity)
	if err != nil {
		return l.Price
	}
	return money.Down(unit, money.PriceScale)
}

// less subtracts, and is 0 rather than below.
func less(a, b decimal.Decimal) decimal.Decimal {
	d, err := a.Sub(b)
	if err != nil || d.IsNeg() {
		return decimal.Zero.Pad(a.Scale())
	}
	return d
}
