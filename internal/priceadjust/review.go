package priceadjust

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pricing"
)

// ReviewSubject is the subject type of price reviews, on agendas too.
const ReviewSubject = "price_review"

const reviewSeries = "PRV"

// ReviewState is where a review stands.
type ReviewState string

// The states. A review closes with its last answer.
const (
	ReviewOpen   ReviewState = "open"
	ReviewClosed ReviewState = "closed"
)

// PriceReview is the look at all base prices that each quarter asks for (PRC-08).
type PriceReview struct {
	ID       uuid.UUID
	Number   string
	Quarter  time.Time // its first date
	State    ReviewState
	OpenedAt time.Time
	DueOn    time.Time
	ClosedAt *time.Time
	Products int
	Version  int64

	ResolutionID *uuid.UUID // of the price committee about it, once it is adopted (PRC-08)

	Open int `gorm:"-"` // products without an answer; filled in by reads
}

// TableName is where reviews are kept.
func (PriceReview) TableName() string { return "price_reviews" }

// ReviewAnswer is what became of a product in a review.
type ReviewAnswer string

// The answers.
const (
	Confirmed ReviewAnswer = "confirmed" // the price stays
	Changed   ReviewAnswer = "changed"   // a list changed it meanwhile
)

// ReviewItem is one product in a review, as it was found. Cost and Margin are as finance states them now, and only for whom PRC-13
// names.
type ReviewItem struct {
	ReviewID    uuid.UUID
	ProductID   uuid.UUID
	Price       decimal.Decimal
	FloorPrice  *decimal.Decimal
	PricedAt    time.Time       // since when this price holds
	Volume      decimal.Decimal // shipped in the 12 months before the review
	Answer      *ReviewAnswer
	AnsweredAt  *time.Time
	AnsweredBy  *uuid.UUID
	ListID      *uuid.UUID
	ProductCode string
	ProductName string
	Unit        string
	TaxRate     decimal.Decimal

	Margin *pricing.Margin `gorm:"-"`
}

// ReviewFilter narrows the items of a review; zero fields don't.
type ReviewFilter struct {
	Answer       string    // open, confirmed, changed
	PricedBefore time.Time // prices that hold since before an instant
	Search       string
}
