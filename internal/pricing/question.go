package pricing

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
)

// Question asks the price gate whether these products can be sold at these prices, and who may say so.
type Question struct {
	CustomerID uuid.UUID
	Roles      []identity.Role // of the submitter, whose own authority is asked first
	At         time.Time       // the instant whose base prices and authority table count; zero is tx.Now. See InstantOf
	Lines      []Line
	// HeaderDiscount is an amount off the sum of all lines, ≥ 0. It lowers each line's price in proportion.
	HeaderDiscount decimal.Decimal
	// WithMargin adds cost and margin. Set it only for whom catalog.SeesCosts allows (PRC-13).
	WithMargin bool
}

// Line is one product at one price, tax included. Price 0 is a free line; Quantity is above 0.
type Line struct {
	ProductID uuid.UUID
	Quantity  decimal.Decimal
	Price     decimal.Decimal
	Agreed    *Agreed // nil: the price stands by base price and authority alone
}

// Answer is what the price gate says. When Check also returns an error, Checks says why and the rest is as far as it got.
type Answer struct {
	At              time.Time
	ListID          uuid.UUID // the base price list in force
	ListNumber      string
	AuthorityID     uuid.UUID // the price authority table in force
	AuthorityNumber string

	Lines []LineAnswer
	Order OrderAnswer

	// RequiredRole is the lowest role whose authority covers every line and the whole order, and that may sell below
	// floor where a line does (PRC-10, PRC-12). It is identity.GeneralManager when no lower one does.
	RequiredRole identity.Role
	// Within is true when the submitter's own authority covers all of it: the prices stand at once (PRC-10).
	Within bool
	// DepartmentCovers is true when some role of the sales department covers all of it (CON-02, CON-03).
	DepartmentCovers bool
	// FloorBreach is true when some line is sold below its floor price; then only the general manager may (PRC-12).
	FloorBreach bool

	Checks []decision.Check
}

// LineAnswer judges one line at its net price, that is its price less its share of the header discount.
type LineAnswer struct {
	Product      catalog.Product // without references
	Quantity     decimal.Decimal
	Price        decimal.Decimal
	NetPrice     decimal.Decimal  // to 4 decimals, for display: judgement uses the exact quotient
	BasePrice    decimal.Decimal  // or the initial price, where Initial
	FloorPrice   *decimal.Decimal // nil: none
	Initial      bool             // sold by the initial price of a new product (PRC-03)
	ListID       uuid.UUID        // the list that set this base price; uuid.Nil where Initial
	ListNumber   string           // its number, or that of the new-product request
	Deviation    decimal.Decimal  // of net from base, in percent, to 4 decimals away from zero: -2.0001 is beyond -2
	RequiredRole identity.Role
	Within       bool
	BelowFloor   bool
	Agreed       *Agreed          // by which the price stands; nil when it doesn't
	OwnLow       *decimal.Decimal // the lowest net price that the submitter may agree to alone; nil: without bound
	OwnHigh      *decimal.Decimal // the highest; nil: without bound
	Margin       *Margin          // only with Question.WithMargin, and where finance has stated a cost

	own limit
}

// OrderAnswer judges all lines together.
type OrderAnswer struct {
	Gross        decimal.Decimal // Σ price × quantity, to the fen
	Net          decimal.Decimal // less the header discount
	Base         decimal.Decimal // Σ base price × quantity, to the fen
	Deviation    decimal.Decimal // of net from base, in percent
	RequiredRole identity.Role
	Within       bool
	OwnLow       *decimal.Decimal // the lowest sum that the submitter may agree to alone; nil: without bound
	Margin       *Margin          // over the lines that have a cost; nil unless all have
}

// Margin is what stays of a net price without tax after cost (PRC-13).
type Margin struct {
	Cost    decimal.Decimal // per unit on a line, in total on the order; excluding tax
	Amount  decimal.Decimal // net without tax − cost
	Percent decimal.Decimal // of net without tax, to 2 decimals; 0 when that is 0
}
