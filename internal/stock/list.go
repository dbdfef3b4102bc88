package stock

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"gorm.io/gorm"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// LevelFilter narrows a list of levels; zero fields don't.
type LevelFilter struct {
	ProductID      *uuid.UUID
	ProductCode    string
	LotNo          string
	LotID          *uuid.UUID
	WarehouseID    *uuid.UUID
	Inspection     Inspection
	Available      bool // only what may leave and is free
	ExpiringBefore *time.Time
	Empty          bool // those with nothing on hand too
}

// LevelRow is a level as a list shows it.
type LevelRow struct {
	LotID         uuid.UUID
	LotNo         string
	ProductID     uuid.UUID
	ProductCode   string
	ProductName   string
	Unit          string
	WarehouseID   uuid.UUID
	WarehouseCode string
	WarehouseName string
	Open          bool
	Inspection    Inspection
	ProducedOn    *time.Time
	ExpiresOn     *time.Time
	ReceivedOn    time.Time
	OnHand        decimal.Decimal
	Reserved      decimal.Decimal
	Available     decimal.Decimal // what may leave and is free
}

// availableSQL is what of a level (v) in a warehouse (w) may leave and is free, with the date and whether only passed lots count.
const availableSQL = `CASE WHEN w.active AND (v.expires_on IS NULL OR v.expires_on >= ?::date)
	AND (v.inspection = 'passed' OR v.inspection = 'pending' AND NOT ?::bool) THEN v.on_hand - v.reserved ELSE 0 END`

// levels is the list as a query that is to be ordered and cut.
func (s *Service) levels(tx pg.Tx, f LevelFilter) (*gorm.DB, error) {
	p, err := s.Policy(tx)
	if err != nil {
		return nil, err
	}
	q := tx.Table("stock_levels v").Select(`v.lot_id, l.lot_no, v.product_id, p.code AS product_code, p.name AS product_name, p.unit, v.warehouse_id,
		w.code AS warehouse_code, w.name AS warehouse_name, w.active AS open, v.inspection, l.produced_on, v.expires_on, l.received_on,
		v.on_hand, v.reserved, `+availableSQL+` AS available`, p.today, p.PassedOnly).
		Joins("JOIN stock_lots l ON l.id = v.lot_id JOIN products p ON p.id = v.product_id JOIN warehouses w ON w.id = v.warehouse_id")
	if !f.Empty {
		q = q.Where("v.on_hand > 0")
	}
	if f.ProductID != nil {
		q = q.Where("v.product_id = ?", *f.ProductID)
	}
	if f.ProductCode != "" {
		q = q.Where("v.product_id = (SELECT id FROM products WHERE code = ?)", f.ProductCode)
	}
	if f.LotNo != "" {
		q = q.Where("v.lot_id IN (SELECT id FROM stock_lots WHERE lot_no = ?)", f.LotNo)
	}
	if f.LotID != nil {
		q = q.Where("v.lot_id = ?", *f.LotID)
	}
	if f.WarehouseID != nil {
		q = q.Where("v.warehouse_id = ?", *f.WarehouseID)
	}
	if f.Inspection != "" {
		q = q.Where("v.inspection = ?", f.Inspection)
	}
	if f.ExpiringBefore != nil {
		q = q.Where("v.expires_on < ?", *f.ExpiringBefore)
	}
	if f.Available {
		q = q.Where("v.on_hand > v.reserved AND "+availableSQL+" > 0", p.today, p.PassedOnly)
	}
	return q, nil
}

// ListLevels returns what lies where, in the order in which lots came, and the cursor of the next page. One statement.
func (s *Service) ListLevels(tx pg.Tx, f LevelFilter, page pg.Page) ([]LevelRow, string, error) {
	q, err := s.levels(tx, f)
	if err != nil {
		return nil, "", err
	}
	var last [2]uuid.UUID
	found, err := page.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("(v.lot_id, v.warehouse_id) > (?, ?)", last[0], last[1])
	}
	var rows []LevelRow
	if err := q.Order("v.lot_id, v.warehouse_id").Limit(page.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(r LevelRow) any { return [2]uuid.UUID{r.LotID, r.WarehouseID} })
}

// ExportLevels calls each for all that the filter leaves, by product, lot and warehouse.
func (s *Service) ExportLevels(tx pg.Tx, f LevelFilter, each func(LevelRow) error) error {
	q, err := s.levels(tx, f)
	if err != nil {
		return err
	}
	return every(tx, q.Order("p.code, l.lot_no, w.code"), each)
}

// every reads a query row by row.
func every[T any](tx pg.Tx, q *gorm.DB, each func(T) error) error {
	rows, err := q.Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r T
		if err := tx.ScanRows(rows, &r); err != nil {
			return err
		}
		if err := each(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// ProductStock is what there is of a product, over all lots and warehouses.
type ProductStock struct {
	ProductID   uuid.UUID
	ProductCode string
	ProductName string
	Unit        string
	OnHand      decimal.Decimal
	Reserved    decimal.Decimal
	Available   decimal.Decimal
	Pending     decimal.Decimal // waits for inspection
	Failed      decimal.Decimal
}

// ListProducts returns what there is of products, by code; codes narrows it to those that begin with it. One statement.
func (s *Service) ListProducts(tx pg.Tx, code string, page pg.Page) ([]ProductStock, string, error) {
	p, err := s.Policy(tx)
	if err != nil {
		return nil, "", err
	}
	q := tx.Table("products p").Select(`p.id AS product_id, p.code AS product_code, p.name AS product_name, p.unit, x.*`).
		Joins(`CROSS JOIN LATERAL (SELECT sum(v.on_hand) AS on_hand, sum(v.reserved) AS reserved, sum(`+availableSQL+`) AS available,
				coalesce(sum(v.on_hand) FILTER (WHERE v.inspection = 'pending'), 0) AS pending,
				coalesce(sum(v.on_hand) FILTER (WHERE v.inspection = 'failed'), 0) AS failed
			FROM stock_levels v JOIN warehouses w ON w.id = v.warehouse_id WHERE v.product_id = p.id AND v.on_hand > 0) x`, p.today, p.PassedOnly).
		Where("x.on_hand IS NOT NULL")
	if code != "" {
		q = q.Where("starts_with(p.code, ?)", code)
	}
	var last string
	found, err := page.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("p.code > ?", last)
	}
	var rows []ProductStock
	if err := q.Order("p.code").Limit(page.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(r ProductStock) any { return r.ProductCode })
}

// LotFilter narrows a list of lots; zero fields don't.
type LotFilter struct {
	ProductID  *uuid.UUID
	LotNo      string
	Inspection Inspection
	InStock    bool
}

// LotRow is a lot as it is shown.
type LotRow struct {
	Lot         `gorm:"embedded"`
	ProductCode string
	ProductName string
	Unit        string
	OnHand      decimal.Decimal
	Reserved    decimal.Decimal

	Levels  []LevelRow `gorm:"-"` // of one lot
	Reports []Report   `gorm:"-"` // the one that decides first
	More    bool       `gorm:"-"` // there are older reports, which ListReports has
}

const lotColumns = `l.*, p.code AS product_code, p.name AS product_name, p.unit, x.on_hand, x.reserved`

const lotJoins = `JOIN products p ON p.id = l.product_id CROSS JOIN LATERAL (SELECT coalesce(sum(v.on_hand), 0.0000) AS on_hand,
	coalesce(sum(v.reserved), 0.0000) AS reserved FROM stock_levels v WHERE v.lot_id = l.id) x`

// ListLots returns lots, the newest first. One statement.
func (s *Service) ListLots(tx pg.Tx, f LotFilter, page pg.Page) ([]LotRow, string, error) {
	q := tx.Table("stock_lots l").Select(lotColumns).Joins(lotJoins)
	if f.ProductID != nil {
		q = q.Where("l.product_id = ?", *f.ProductID)
	}
	if f.LotNo != "" {
		q = q.Where("l.lot_no = ?", f.LotNo)
	}
	if f.Inspection != "" {
		q = q.Where("l.inspection = ?", f.Inspection)
	}
	if f.InStock {
		q = q.Where("EXISTS (SELECT FROM stock_levels v WHERE v.lot_id = l.id AND v.on_hand > 0)")
	}
	var last uuid.UUID
	found, err := page.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("l.id < ?", last)
	}
	var rows []LotRow
	if err := q.Order("l.id DESC").Limit(page.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(r LotRow) any { return r.ID })
}

// mostReports bounds how many reports are shown with their lot; the list of reports has all.
const mostReports = 50

// GetLot returns a lot with what lies where and its latest reports, the one that was inspected last first. Returns errs.ErrNotFound.
func (s *Service) GetLot(tx pg.Tx, id uuid.UUID) (LotRow, error) {
	var rows []LotRow
	err := tx.Raw(`SELECT `+lotColumns+` FROM stock_lots l `+lotJoins+` WHERE l.id = ?`, id).Scan(&rows).Error
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return LotRow{}, err
	}
	lot := rows[0]
	q, err := s.levels(tx, LevelFilter{LotID: &id, Empty: true})
	if err != nil {
		return LotRow{}, err
	}
	if err := q.Order("w.code").Scan(&lot.Levels).Error; err != nil {
		return LotRow{}, err
	}
	err = tx.Raw(`SELECT `+reportColumns+` FROM inspection_reports r `+reportJoins+` WHERE r.lot_id = ?
		ORDER BY r.inspected_at DESC, r.id DESC LIMIT ?`, id, mostReports+1).Scan(&lot.Reports).Error
	if len(lot.Reports) > mostReports {
		lot.Reports, lot.More = lot.Reports[:mostReports], true
	}
	return lot, err
}

// LotSeen returns errs.ErrNotFound for a lot that isn't there: for its timeline.
func (s *Service) LotSeen(tx pg.Tx, _ identity.Principal, id uuid.UUID) error {
	_, err := pg.Take[Lot](tx, "id = ?", id)
	return err
}

// UpdateLot corrects the dates of a lot. Returns ErrDates, ErrFuture, errs.ErrNotFound and errs.ErrStale. Locks the lot and its levels.
func (s *Service) UpdateLot(tx pg.Tx, id uuid.UUID, version int64, producedOn, expiresOn *time.Time) (LotRow, error) {
	lot, err := lockLot(tx, id)
	if err != nil {
		return LotRow{}, err
	}
	if lot.Version != version {
		return LotRow{}, errs.ErrStale
	}
	before := lot
	if producedOn != nil {
		lot.ProducedOn = producedOn
	}
	if expiresOn != nil {
		lot.ExpiresOn = expiresOn
	}
	if lot.ProducedOn != nil && lot.ProducedOn.After(clock.Today(tx.Now)) {
		return LotRow{}, ErrFuture.At("/produced_on")
	}
	if lot.ProducedOn != nil && lot.ExpiresOn != nil && lot.ExpiresOn.Before(*lot.ProducedOn) {
		return LotRow{}, ErrDates.At("/expires_on")
	}
	err = pg.Update(tx, "stock_lots", id, version, map[string]any{"produced_on": lot.ProducedOn, "expires_on": lot.ExpiresOn, "updated_at": tx.Now})
	if err != nil {
		return LotRow{}, err
	}
	if err := audit.Record(tx, audit.Entry{Action: "updateStockLot", SubjectType: SubjectLot, SubjectID: id, Before: before, After: lot}); err != nil {
		return LotRow{}, err
	}
	return s.GetLot(tx, id)
}
