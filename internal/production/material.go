package production

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
)

// Material is what purchasing found of a material for a line, or for the whole order (ORD-04).
type Material struct {
	ID        uuid.UUID
	RequestID uuid.UUID
	LineID    *uuid.UUID // nil: all lines wait for it
	OwnerID   uuid.UUID
	Material  string
	Unit      string
	Needed    decimal.Decimal
	OnHand    decimal.Decimal
	Short     decimal.Decimal `gorm:"->"`
	Arrivals  []Arrival       `gorm:"serializer:json"`
	CoveredOn *time.Time      // when the arrivals cover what is short; nil when nothing is, or they don't
	Supplier  string
	Note      string
	Live      bool
	WantedOn  time.Time // the first promise that it serves
	StatedAt  time.Time
	StatedBy  *uuid.UUID
}

// TableName is for GORM.
func (Material) TableName() string { return "production_materials" }

// Arrival is a delivery of material that is expected.
type Arrival struct {
	On       Date            `json:"on"`
	Quantity decimal.Decimal `json:"quantity"`
}

// Date is a business date in stored JSON.
type Date struct{ time.Time }

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.Format(time.DateOnly)), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(text []byte) (err error) {
	d.Time, err = time.Parse(time.DateOnly, string(text))
	return err
}

// MarshalJSON keeps time.Time's own from being used.
func (d Date) MarshalJSON() ([]byte, error) { return []byte(`"` + d.Format(time.DateOnly) + `"`), nil }

// UnmarshalJSON keeps time.Time's own from being used.
func (d *Date) UnmarshalJSON(b []byte) (err error) {
	d.Time, err = time.Parse(`"`+time.DateOnly+`"`, string(b))
	return err
}

// assess computes what is short, and when the arrivals cover it.
func (m *Material) assess() {
	m.Short, m.CoveredOn = money.Sub(m.Needed, m.OnHand), nil
	if !m.Short.IsPos() {
		m.Short = none()
		return
	}
	slices.SortStableFunc(m.Arrivals, func(a, b Arrival) int { return a.On.Compare(b.On.Time) })
	come := none()
	for _, a := range m.Arrivals {
		come = money.Add(come, a.Quantity)
		if come.Cmp(m.Short) >= 0 {
			m.CoveredOn = &a.On.Time
			return
		}
	}
}

// short reports whether there isn't enough of it now.
func (m Material) short() bool { return m.Short.IsPos() }

// serves reports whether the line waits for the material.
func (m Material) serves(line uuid.UUID) bool { return m.LineID == nil || *m.LineID == line }
