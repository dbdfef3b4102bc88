package allotment

import (
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Subject is the name under which allotments appear in events and follow-ups.
const Subject = "shortage_allotment"

// Service holds the use cases. Build one per process; it is safe for concurrent use.
type Service struct {
	rules   *rulebook.Service
	credits *credit.Service
}

// New returns the service.
func New(rules *rulebook.Service, credits *credit.Service) *Service {
	return &Service{rules: rules, credits: credits}
}

// add works on numeric(18,4), which a decimal's 19 digits hold.
func smaller(a, b decimal.Decimal) decimal.Decimal {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// quantity is a quantity as it is stored.
func quantity(d decimal.Decimal) decimal.Decimal { return money.Round(d, money.PriceScale) }

// none is a quantity of nothing.
func none() decimal.Decimal { return decimal.Zero.Pad(money.PriceScale) }

func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// today is the business date.
func today(tx pg.Tx) time.Time { return clock.Today(tx.Now) }
