package stock

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/salesgate/salesgate/internal/pg"
)

// MovementFilter narrows a list of movements; zero fields don't.
type MovementFilter struct {
	ProductID      *uuid.UUID
	LotID          *uuid.UUID
	WarehouseID    *uuid.UUID
	NoticeID       *uuid.UUID
	DeliveryNoteID *uuid.UUID
	Kind           Kind
	From, Until    *time.Time // dates on which it moved
	IDs            []uuid.UUID
}

// MovementRow is a movement as a list shows it.
type MovementRow struct {
	Movement       `gorm:"embedded"`
	ProductCode    string
	Unit           string
	LotNo          string
	WarehouseCode  string
	NoticeNumber   string
	DeliveryNumber string
}

func movements(tx pg.Tx, f MovementFilter) *gorm.DB {
	q := tx.Table("stock_movements m").Select(`m.*, p.code AS product_code, p.unit, l.lot_no, w.code AS warehouse_code,
		coalesce(n.number, '') AS notice_number, coalesce(d.number, '') AS delivery_number`).
		Joins(`JOIN products p ON p.id = m.product_id JOIN stock_lots l ON l.id = m.lot_id JOIN warehouses w ON w.id = m.warehouse_id
			LEFT JOIN shipping_notices n ON n.id = m.notice_id LEFT JOIN delivery_notes d ON d.id = m.delivery_note_id`)
	for column, id := range map[string]*uuid.UUID{
		"product_id": f.ProductID, "lot_id": f.LotID, "warehouse_id": f.WarehouseID, "notice_id": f.NoticeID, "delivery_note_id": f.DeliveryNoteID,
	} {
		if id != nil {
			q = q.Where("m."+column+" = ?", *id)
		}
	}
	if f.Kind != "" {
		q = q.Where("m.kind = ?", f.Kind)
	}
	if f.From != nil {
		q = q.Where("m.moved_on >= ?", *f.From)
	}
	if f.Until != nil {
		q = q.Where("m.moved_on <= ?", *f.Until)
	}
	if f.IDs != nil {
		q = q.Where("m.id = ANY (?::uuid[])", pg.IDs(f.IDs))
	}
	return q
}

// ListMovements returns movements, the newest first, and the cursor of the next page. One statement.
func (s *Service) ListMovements(tx pg.Tx, f MovementFilter, page pg.Page) ([]MovementRow, string, error) {
	q := movements(tx, f)
	var last uuid.UUID
	found, err := page.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("m.id < ?", last)
	}
	var rows []MovementRow
	if err := q.Order("m.id DESC").Limit(page.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(r MovementRow) any { return r.ID })
}

// Posted returns movements that were just posted, in their order.
func (s *Service) Posted(tx pg.Tx, moves []Movement) ([]MovementRow, error) {
	ids := make([]uuid.UUID, len(moves))
	for i, m := range moves {
		ids[i] = m.ID
	}
	var rows []MovementRow
	return rows, movements(tx, MovementFilter{IDs: ids}).Order("m.id").Scan(&rows).Error
}

// ExportMovements calls each for all that the filter leaves, the oldest first.
func (s *Service) ExportMovements(tx pg.Tx, f MovementFilter, each func(MovementRow) error) error {
	return every(tx, movements(tx, f).Order("m.id"), each)
}

// ReportFilter narrows a list of reports; zero fields don't.
type ReportFilter struct {
	LotID     *uuid.UUID
	ProductID *uuid.UUID
	Result    Inspection
}

// ListReports returns inspection reports, the newest first. One statement.
func (s *Service) ListReports(tx pg.Tx, f ReportFilter, page pg.Page) ([]Report, string, error) {
	q := tx.Table("inspection_reports r").Select(reportColumns).Joins(reportJoins)
	if f.LotID != nil {
		q = q.Where("r.lot_id = ?", *f.LotID)
	}
	if f.ProductID != nil {
		q = q.Where("t.product_id = ?", *f.ProductID)
	}
	if f.Result != "" {
		q = q.Where("r.result = ?", f.Result)
	}
	var last uuid.UUID
	found, err := page.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("r.id < ?", last)
	}
	var rows []Report
	if err := q.Order("r.id DESC").Limit(page.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(r Report) any { return r.ID })
}
