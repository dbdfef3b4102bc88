package stock

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// What events, decisions and attachments call things.
const (
	SubjectWarehouse = "warehouse"
	SubjectLot       = "stock_lot"
	SubjectReport    = "inspection_report"
	SubjectNotice    = "shipping_notice" // package shipping's
)

// Service holds the use cases. Build it with New; it is safe for concurrent use.
type Service struct {
	rules *rulebook.Service
	files *attachment.Service
}

// New returns the service.
func New(rules *rulebook.Service, files *attachment.Service) *Service {
	return &Service{rules: rules, files: files}
}

// Warehouse is a place where goods lie. A closed one takes nothing in, and nothing leaves from it to customers.
type Warehouse struct {
	ID        uuid.UUID
	Code      string
	Name      string
	Active    bool
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// TableName is for GORM.
func (Warehouse) TableName() string { return "warehouses" }

// ListWarehouses returns warehouses by code, closed ones included.
func (s *Service) ListWarehouses(tx pg.Tx, p pg.Page) ([]Warehouse, string, error) {
	q := tx.Table("warehouses")
	var last string
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("code > ?", last)
	}
	var rows []Warehouse
	if err := q.Order("code").Limit(p.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(w Warehouse) any { return w.Code })
}

// GetWarehouse returns a warehouse, or errs.ErrNotFound.
func (s *Service) GetWarehouse(tx pg.Tx, id uuid.UUID) (Warehouse, error) {
	return pg.Take[Warehouse](tx, "id = ?", id)
}

// CreateWarehouse opens a warehouse. Returns ErrCode for a code that another has.
func (s *Service) CreateWarehouse(tx pg.Tx, code, name string) (Warehouse, error) {
	w := Warehouse{
		ID: uuid.Must(uuid.NewV7()), Code: strings.TrimSpace(code), Name: strings.TrimSpace(name), Active: true,
		CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
	}
	if err := pg.Insert(tx, &w); err != nil {
		return Warehouse{}, err
	}
	return w, audit.Record(tx, audit.Entry{Action: "createWarehouse", SubjectType: SubjectWarehouse, SubjectID: w.ID, After: w})
}

// UpdateWarehouse renames a warehouse, closes it, or opens it again. Returns ErrHolds for closing one where goods are reserved, and
// errs.ErrStale. Locks the warehouse.
func (s *Service) UpdateWarehouse(tx pg.Tx, id uuid.UUID, version int64, name *string, active *bool) (Warehouse, error) {
	w, err := pg.TakeForUpdate[Warehouse](tx, "id = ?", id)
	if err != nil {
		return Warehouse{}, err
	}
	if w.Version != version {
		return Warehouse{}, errs.ErrStale
	}
	before := w
	if name != nil {
		w.Name = strings.TrimSpace(*name)
	}
	if active != nil {
		w.Active = *active
	}
	if before.Active && !w.Active {
		if err := mayClose(tx, id); err != nil {
			return Warehouse{}, err
		}
	}
	w.UpdatedAt = tx.Now
	if err := pg.Update(tx, "warehouses", id, version, map[string]any{"name": w.Name, "active": w.Active, "updated_at": w.UpdatedAt}); err != nil {
		return Warehouse{}, err
	}
	w.Version++
	return w, audit.Record(tx, audit.Entry{Action: "updateWarehouse", SubjectType: SubjectWarehouse, SubjectID: id, Before: before, After: w})
}

// mayClose refuses to close a warehouse in which goods wait for a truck.
func mayClose(tx pg.Tx, id uuid.UUID) error {
	var holds bool
	err := pg.ScanRow(tx, []any{&holds}, "SELECT EXISTS (SELECT FROM stock_levels WHERE warehouse_id = ? AND on_hand > 0 AND reserved > 0)", id)
	if err == nil && holds {
		err = ErrHolds.At("/active")
	}
	return err
}

// WarehouseSeen returns errs.ErrNotFound for a warehouse that isn't there: for its timeline.
func (s *Service) WarehouseSeen(tx pg.Tx, _ identity.Principal, id uuid.UUID) error {
	_, err := s.GetWarehouse(tx, id)
	return err
}
