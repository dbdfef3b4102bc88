package stock

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// Inspection is what the last report of a lot says.
type Inspection string

// The states of a lot.
const (
	Pending Inspection = "pending" // nobody has reported yet
	Passed  Inspection = "passed"
	Failed  Inspection = "failed"
)

// Lot is a quantity of a product that was made, or bought, as one.
type Lot struct {
	ID          uuid.UUID
	ProductID   uuid.UUID
	LotNo       string
	ProducedOn  *time.Time
	ExpiresOn   *time.Time // the last date on which it may leave
	ReceivedOn  time.Time
	Inspection  Inspection
	ReportID    *uuid.UUID
	Returned    bool       // it came back from a customer (CMP-08)
	OriginLotID *uuid.UUID // of one that came back: the lot that it had left from
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int64
}

// TableName is for GORM.
func (Lot) TableName() string { return "stock_lots" }

// Level is what of a lot lies in a warehouse, and what decides whether it may leave.
type Level struct {
	LotID         uuid.UUID
	WarehouseID   uuid.UUID
	ProductID     uuid.UUID
	LotNo         string
	WarehouseCode string
	Open          bool // the warehouse
	Inspection    Inspection
	Returned      bool // the lot came back from a customer
	ExpiresOn     *time.Time
	ReceivedOn    time.Time
	OnHand        decimal.Decimal
	Reserved      decimal.Decimal
}

// Place is where it lies.
func (l *Level) Place() Place { return Place{l.LotID, l.WarehouseID} }

// Free is what of it nobody holds.
func (l *Level) Free() decimal.Decimal { return sub(l.OnHand, l.Reserved) }

// Stop is why goods may not leave; "" when they may.
type Stop string

// The reasons.
const (
	NoStop      Stop = ""
	StopPending Stop = "pending" // nobody has inspected it
	StopFailed  Stop = "failed"
	StopExpired Stop = "expired"
	StopClosed  Stop = "closed" // the warehouse
)

// Words are the stop as people say it.
func (s Stop) Words() (en, zh string) {
	switch s {
	case StopPending:
		return "not inspected", "未检验"
	case StopFailed:
		return "inspection failed", "检验不合格"
	case StopExpired:
		return "expired", "已过期"
	case StopClosed:
		return "warehouse closed", "仓库停用"
	case NoStop:
	}
	return "", ""
}

// Policy is how goods are chosen: what the parameters say, and the date.
type Policy struct {
	PassedOnly  bool // shipping.inspection_required
	firstExpiry bool // stock.first_expiry_first
	today       time.Time
}

// Policy is how goods are chosen now. Locks nothing.
func (s *Service) Policy(tx pg.Tx) (Policy, error) {
	p := Policy{today: clock.Today(tx.Now)}
	var err error
	if p.PassedOnly, err = s.rules.Bool(tx, "shipping.inspection_required"); err != nil {
		return p, err
	}
	p.firstExpiry, err = s.rules.Bool(tx, "stock.first_expiry_first")
	return p, err
}

// Stop says why the level may not leave (SHP-16). A lot leaves on the day on which it expires, and not on the next.
func (p Policy) Stop(l *Level) Stop {
	switch {
	case l.Inspection == Failed:
		return StopFailed
	case l.Inspection == Pending && (p.PassedOnly || l.Returned):
		return StopPending
	case l.ExpiresOn != nil && l.ExpiresOn.Before(p.today):
		return StopExpired
	case !l.Open:
		return StopClosed
	}
	return NoStop
}

// Compare orders levels as they leave: first expiry first, lots that don't expire last; or first in, first out.
func (p Policy) Compare(a, b *Level) int {
	if p.firstExpiry {
		if c := earlier(a.ExpiresOn, b.ExpiresOn); c != 0 {
			return c
		}
	}
	if c := a.ReceivedOn.Compare(b.ReceivedOn); c != 0 {
		return c
	}
	if c := strings.Compare(a.LotNo, b.LotNo); c != 0 {
		return c
	}
	return strings.Compare(a.WarehouseCode, b.WarehouseCode)
}

func earlier(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}
