package delivery

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
)

// The states of a gate pass.
const (
	PassValid     = "valid"
	PassUsed      = "used"
	PassCancelled = "cancelled"
)

// GatePass (出门证) lets one delivery note's goods out once, in one vehicle, until it expires (SHP-09).
type GatePass struct {
	ID             uuid.UUID
	Number         string
	DeliveryNoteID uuid.UUID
	NoticeID       uuid.UUID
	Vehicle        string
	LinesHash      []byte // of the goods and quantities
	Kid            string // of the key that signs its token
	State          string
	IssuedAt       time.Time
	ExpiresAt      time.Time
	UsedAt         *time.Time
	UsedBy         *uuid.UUID
	Version        int64
}

// Goods is a product and how much of it, as the gate sees it.
type Goods struct {
	ProductCode string          `json:"product_code"`
	Quantity    decimal.Decimal `json:"quantity"`
}

// Goods adds up the lines by product, sorted by code.
func (d *Note) Goods() []Goods {
	all := make([]Goods, len(d.Lines))
	for i, l := range d.Lines {
		all[i] = Goods{l.ProductCode, l.Quantity}
	}
	return AddUp(all)
}

// AddUp adds up goods by product, sorted by code.
func AddUp(all []Goods) []Goods {
	sum := []Goods{}
	for _, g := range all {
		code := strings.TrimSpace(g.ProductCode)
		if i := slices.IndexFunc(sum, func(x Goods) bool { return x.ProductCode == code }); i >= 0 {
			sum[i].Quantity = money.Add(sum[i].Quantity, g.Quantity)
			continue
		}
		sum = append(sum, Goods{code, g.Quantity})
	}
	slices.SortFunc(sum, func(a, b Goods) int { return strings.Compare(a.ProductCode, b.ProductCode) })
	return sum
}
