package priceadjust

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/pricing"
)

// RequestSubject is the subject type of price requests in events, papers and follow-ups.
const RequestSubject = "price_request"

const requestSeries = "PRQ"

// RequestState is where a price request stands.
type RequestState string

// The states.
const (
	RequestOpen      RequestState = "open"
	RequestTaken     RequestState = "taken"   // on a list that isn't decided yet
	RequestGranted   RequestState = "granted" // its list was approved
	RequestDeclined  RequestState = "declined"
	RequestWithdrawn RequestState = "withdrawn"
)

// Side is the part of the company that asks for other prices: sales, production or finance, and no other (PRC-05).
type Side string

// The sides.
const (
	SalesSide      Side = "sales"
	ProductionSide Side = "production"
	FinanceSide    Side = "finance"
)

// sideOf is the side that a person asks for.
func sideOf(who identity.Principal) Side {
	switch {
	case who.Has(identity.FinanceClerk, identity.FinanceManager):
		return FinanceSide
	case who.Has(identity.ProductionManager):
		return ProductionSide
	}
	return SalesSide
}

// Direction is which way a price should go.
type Direction string

// The directions.
const (
	Up       Direction = "up"
	Down     Direction = "down"
	ToReview Direction = "review" // no wish: the price doesn't fit, finance and sales are to say how
)

// PriceRequest asks for other base prices, with data and one of the allowed reasons (PRC-05, PRC-06).
type PriceRequest struct {
	ID         uuid.UUID
	Number     string
	State      RequestState
	Side       Side
	ReasonKind pricelist.ReasonKind
	Reason     string
	Figures    string // the data: what was sold, lost, offered by others, found in production
	ListID     *uuid.UUID
	Answer     string
	AnsweredAt *time.Time
	AnsweredBy *uuid.UUID
	CreatedAt  time.Time
	CreatedBy  uuid.UUID
	Version    int64

	Lines []RequestLine `gorm:"-"`
}

// TableName is where requests are kept.
func (PriceRequest) TableName() string { return "price_requests" }

// RequestLine is what is asked for one product. WantedPrice and MarketPrice are optional.
type RequestLine struct {
	RequestID   uuid.UUID `json:"-"`
	ProductID   uuid.UUID
	Direction   Direction
	BasePrice   *decimal.Decimal // when it was asked
	WantedPrice *decimal.Decimal
	WantedFloor *decimal.Decimal
	MarketPrice *decimal.Decimal
	Note        string

	ProductCode, ProductName, Unit string `gorm:"->" json:"-"`
}

// TableName is where they are kept.
func (RequestLine) TableName() string { return "price_request_lines" }

// RequestInput is a request as its author states it.
type RequestInput struct {
	ReasonKind    pricelist.ReasonKind
	Reason        string
	Figures       string
	Lines         []RequestLine
	AttachmentIDs []uuid.UUID
}

// check refuses what can't be asked. Prices are compared with those in force by the caller.
func (in RequestInput) check() error {
	switch in.ReasonKind { // PRC-06
	case pricelist.LeftMarket, pricelist.BlocksPlan, pricelist.TrueCost:
	case pricelist.FirstPrice, pricelist.Opening:
		return pricelist.ErrReason.At("/reason_kind")
	default:
		return pricelist.ErrReason.At("/reason_kind")
	}
	if in.Reason == "" {
		return pricelist.ErrReason.At("/reason")
	}
	seen := make(map[uuid.UUID]bool, len(in.Lines))
	for i, l := range in.Lines {
		if seen[l.ProductID] {
			return pricelist.ErrLineTwice.At(pointer(i, "product_id"))
		}
		seen[l.ProductID] = true
		for _, p := range []*decimal.Decimal{l.WantedPrice, l.WantedFloor, l.MarketPrice} {
			if p != nil && !p.IsPos() {
				return pricing.ErrNotPositive.At(pointer(i, "wanted_price"))
			}
		}
		if l.WantedFloor != nil && (l.WantedPrice == nil || l.WantedFloor.Cmp(*l.WantedPrice) > 0) { // PRC-12
			return pricelist.ErrFloorAboveBase.At(pointer(i, "wanted_floor"))
		}
	}
	return nil
}

// fits reports whether the wanted price lies where the direction points, seen from the base price in force.
func (l RequestLine) fits() bool {
	if l.WantedPrice == nil || l.BasePrice == nil {
		return true
	}
	switch c := l.WantedPrice.Cmp(*l.BasePrice); l.Direction {
	case Up:
		return c > 0
	case Down:
		return c < 0
	case ToReview:
		return true
	}
	return false
}

func pointer(i int, field string) string { return fmt.Sprintf("/lines/%d/%s", i, field) }
