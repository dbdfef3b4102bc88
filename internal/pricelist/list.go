package pricelist

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pricing"
)

// MatterBaseList is the approval of a base price list: sales manager, price committee, general manager (PRC-05).
const MatterBaseList = "price.base_list"

const (
	listType   = "base_price_list" // subject type of events and approvals
	listTable  = "base_price_lists"
	listSeries = "BPL"
)

// ReasonKind is why base prices change. Nothing else is a reason (PRC-06).
type ReasonKind string

// The kinds of reason.
const (
	LeftMarket ReasonKind = "market"      // the price has left the market, or will
	BlocksPlan ReasonKind = "market_plan" // the price blocks the market plan
	TrueCost   ReasonKind = "true_cost"   // the true cost after stable production differs from the estimate
	FirstPrice ReasonKind = "first_price" // a product gets its first base price (PRC-02)
	Opening    ReasonKind = "opening"     // prices as they were when the system came into use
)

// BasePriceList is one set of changes of base prices, with one effective time and one reason.
type BasePriceList struct {
	pricing.Revision `gorm:"embedded"`
	ReasonKind       ReasonKind
	RecalledAt       *time.Time `json:",omitempty"`
	RecalledBy       *uuid.UUID `json:",omitempty"`
	RecallReason     string     `json:",omitempty"`
	ResolutionID     *uuid.UUID `json:",omitempty"` // of the price committee, that asked for the list (PRC-04, PRC-08)

	GeneralAuthority bool `json:",omitempty"` // of its products that are adopted, the general entries of the authority table hold (PRC-04)

	ChangeNo     *int64     `json:"-"`                             // of its publication or recall, in the order of these
	SeenNo       int64      `json:"-"`                             // the last of these, of any list, that its author has seen
	SourceSHA256 []byte     `json:"-" gorm:"column:source_sha256"` // of the file that it was made from
	StagedAfter  *uuid.UUID `json:"-"`                             // the last product whose price is written, while it is rolled out
	Rollouts     int        `json:"-"`                             // how often its roll-out began
	SettledAt    *time.Time `json:"-"`                             // when all that follows from it was written
}

// TableName is where lists are kept.
func (BasePriceList) TableName() string { return listTable }

// ListInput is the head of a list as its author states it. EffectiveAt nil means when it is approved. Both reasons are
// mandatory (PRC-06); ReasonKind Opening isn't for authors.
type ListInput struct {
	EffectiveAt *time.Time
	ReasonKind  ReasonKind
	Reason      string
	RequestIDs  []uuid.UUID // of open requests that the list answers (PRC-05)
	Resolution  *uuid.UUID  // of the price committee, about an adoption or a review, that asks for the list (PRC-04, PRC-08)

	GeneralAuthority bool // of its products that are adopted, the general entries of the authority table hold (PRC-04)

	source []byte // hash of the file that it is made from
}

// ListPatch is a change to the head of a list: nil leaves a field as it is.
type ListPatch struct {
	EffectiveAt **time.Time // pointer to nil: when it is approved
	ReasonKind  *ReasonKind
	Reason      *string

	GeneralAuthority *bool
}

// PriceLine is the new base price of one product on a list, tax included, and its floor price if it has one (PRC-12).
type PriceLine struct {
	ListID     uuid.UUID `json:"-"`
	ProductID  uuid.UUID
	Price      decimal.Decimal
	FloorPrice *decimal.Decimal
	Reason     string // why this product's price changes, where the list's reason doesn't say it; "" is the list's
}

// TableName is where lines are kept.
func (PriceLine) TableName() string { return "base_price_lines" }

// LineView is a line for people: with the product, and the price that it changes.
type LineView struct {
	PriceLine
	ProductCode, ProductName, Unit string
	OldPrice, OldFloorPrice        *decimal.Decimal // nil: had none
}

// BasePrice is the base price of a product from an instant on.
type BasePrice struct {
	ProductID   uuid.UUID
	EffectiveAt time.Time
	Price       decimal.Decimal
	FloorPrice  *decimal.Decimal
	ListID      uuid.UUID
	Reason      string
}

// TableName is where base prices are kept.
func (BasePrice) TableName() string { return "base_prices" }

// PriceView is a base price for people: with the product, and who changed it from what, when and why (PRC-07).
type PriceView struct {
	BasePrice
	ProductCode, ProductName, Unit string
	ListNumber                     string
	ReasonKind                     ReasonKind
	OldPrice, OldFloorPrice        *decimal.Decimal // nil: had none
	EndsAt                         *time.Time       // when the next price takes effect; nil: no next one is known
	CreatedBy, SubmittedBy         *uuid.UUID       // who drafted and who submitted the list
	ApprovalID                     *uuid.UUID       // who approved it stands there
	PublishedAt                    *time.Time
}

// checkLines refuses prices that can't be. Floor prices can't be above base prices (PRC-12).
func checkLines(lines []PriceLine) error {
	seen := make(map[uuid.UUID]bool, len(lines))
	for i, l := range lines {
		switch {
		case l.Price.Sign() <= 0 || (l.FloorPrice != nil && l.FloorPrice.Sign() <= 0):
			return pricing.ErrNotPositive.At(pointer(i, "price"))
		case l.FloorPrice != nil && l.FloorPrice.Cmp(l.Price) > 0: // PRC-12
			return ErrFloorAboveBase.At(pointer(i, "floor_price"))
		case seen[l.ProductID]:
			return ErrLineTwice.At(pointer(i, "product_id"))
		}
		seen[l.ProductID] = true
	}
	return nil
}
