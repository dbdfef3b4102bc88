package catalog

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
)

// Kind is what sort of thing a product is. Commission differs for bought-in ones.
type Kind string

// The kinds.
const (
	KindFinished Kind = "finished"  // 自产成品
	KindBoughtIn Kind = "bought_in" // 外购品
	KindMaterial Kind = "material"  // 原辅料
	KindService  Kind = "service"   // 加工、运输等服务
)

// Lifecycle is where a product stands in its life (PRC-02).
type Lifecycle string

// The states of the lifecycle.
const (
	LifecycleNew      Lifecycle = "new"      // never in regular production
	LifecycleStandard Lifecycle = "standard" // regular, has a base price
	LifecycleDormant  Lifecycle = "dormant"  // out of production
)

// lifecycle holds the arrows; what is not listed is refused.
var lifecycle = map[Lifecycle][]Lifecycle{
	LifecycleNew:      {LifecycleStandard, LifecycleDormant},
	LifecycleStandard: {LifecycleDormant},
	LifecycleDormant:  {LifecycleNew}, // priced as a new one when it returns
}

// CanBecome reports whether a product may go from l to next (PRC-02).
func (l Lifecycle) CanBecome(next Lifecycle) bool { return slices.Contains(lifecycle[l], next) }

// Product is one thing that is sold. Prices of it include tax at TaxRate, a fraction: 0.13 is 13 %.
type Product struct {
	ID         uuid.UUID
	Code       string
	Name       string
	NameEN     string
	Spec       string // 规格
	Unit       string // of quantities and prices: "kg", "t", "m"
	Kind       Kind
	Lifecycle  Lifecycle
	CategoryID *uuid.UUID
	TaxRate    decimal.Decimal
	Active     bool // may stand in new documents

	TonnesPerUnit *decimal.Decimal `json:",omitempty"` // nil: nobody has said, and rules in tonnes can't watch it
	DormantAt     *time.Time       `json:",omitempty"` // when it last went out of production; older prices don't count (PRC-02)

	CreatedAt time.Time
	CreatedBy *uuid.UUID
	UpdatedAt time.Time
	Version   int64
	Refs      []Ref `gorm:"-" json:",omitempty"`
}

// TableName is where products are kept.
func (Product) TableName() string { return "products" }

// Ref is what another system calls a product.
type Ref struct {
	Kind       string `json:"-"` // of all references in the table, those of products
	Source     string
	ExternalID string
	SubjectID  uuid.UUID `json:"-"`
}

// TableName is where references are kept, with those of other modules.
func (Ref) TableName() string { return "external_refs" }

// Input is what a client states about a new product. Lifecycle "" is LifecycleNew.
type Input struct {
	Code, Name, NameEN, Spec, Unit string
	Kind                           Kind
	Lifecycle                      Lifecycle
	CategoryID                     *uuid.UUID
	TaxRate                        decimal.Decimal
	TonnesPerUnit                  *decimal.Decimal // nil: what the unit itself says
	Refs                           []Ref
}

// Patch is a change to a product: nil leaves a field as it is. The lifecycle has its own use case.
type Patch struct {
	Code, Name, NameEN, Spec, Unit *string
	Kind                           *Kind
	CategoryID                     **uuid.UUID // pointer to nil takes the product out of its category
	TaxRate                        *decimal.Decimal
	TonnesPerUnit                  **decimal.Decimal // pointer to nil: unknown. Left out, a new unit says it
	Active                         *bool
}

func (p Patch) apply(to *Product) {
	to.TonnesPerUnit = weigh(*to, p.Unit, p.TonnesPerUnit)
	set(&to.Code, p.Code)
	set(&to.Name, p.Name)
	set(&to.NameEN, p.NameEN)
	set(&to.Spec, p.Spec)
	set(&to.Unit, p.Unit)
	set(&to.Kind, p.Kind)
	set(&to.CategoryID, p.CategoryID)
	set(&to.TaxRate, p.TaxRate)
	set(&to.Active, p.Active)
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
