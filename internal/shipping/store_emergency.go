package shipping

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func insertEmergency(tx pg.Tx, e Emergency) error {
	tx.DB = tx.Omit("NoticeNumber", "OwnerID", "Checked")
	return pg.Insert(tx, &e)
}

// storeEmergency writes what may change, and its event.
func storeEmergency(tx pg.Tx, e *Emergency, before map[string]any, action string) error {
	err := pg.Update(tx, "emergency_releases", e.ID, e.Version, map[string]any{
		"state": e.State, "warehouse_at": e.WarehouseAt, "quality_at": e.QualityAt, "approved_at": e.ApprovedAt, "ended_at": e.EndedAt, "ended_by": e.EndedBy,
		"ended_reason": e.EndedReason,
	})
	if err != nil {
		return err
	}
	e.Version++
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: SubjectEmergency, SubjectID: e.ID, Before: before, After: e.trace()})
}

// openEmergency returns the id of the open emergency release of a notice; uuid.Nil when there is none.
func openEmergency(tx pg.Tx, noticeID uuid.UUID) (uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT id FROM emergency_releases WHERE notice_id = ? AND state = 'open'`, noticeID).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return uuid.Nil, err
	}
	return ids[0], nil
}

// lateEmergencies marks at most n emergency releases as late, and returns them. What another server is at is left to it.
func lateEmergencies(tx pg.Tx, n int) ([]Emergency, error) {
	var rows []Emergency
	err := tx.Raw(`UPDATE emergency_releases SET late_at = ? WHERE id IN (SELECT id FROM emergency_releases
			WHERE state = 'open' AND late_at IS NULL AND due_at < ? ORDER BY due_at, id LIMIT ? FOR UPDATE SKIP LOCKED) RETURNING *`, tx.Now, tx.Now, n).Scan(&rows).Error
	return rows, err
}

// EmergencyFilter narrows a list of emergency releases; zero fields don't.
type EmergencyFilter struct {
	ID       uuid.UUID
	NoticeID uuid.UUID
	State    string
	Late     bool
}

// ListEmergencies returns a page of emergency releases of visible notices (ORG-06), newest first. One statement.
func (s *Service) ListEmergencies(tx pg.Tx, who identity.Principal, f EmergencyFilter, page pg.Page) ([]Emergency, string, error) {
	q := tx.Table("emergency_releases AS e").Select("e.*, n.number AS notice_number, n.owner_id, n.figures IS NOT NULL AS checked").
		Joins("JOIN shipping_notices n ON n.id = e.notice_id")
	if owners, all := who.Owners(); !all {
		q = q.Where("n.owner_id IN ?", owners)
	}
	if f.ID != uuid.Nil {
		q = q.Where("e.id = ?", f.ID)
	}
	if f.NoticeID != uuid.Nil {
		q = q.Where("e.notice_id = ?", f.NoticeID)
	}
	if f.State != "" {
		q = q.Where("e.state = ?", f.State)
	}
	if f.Late {
		q = q.Where("e.late_at IS NOT NULL")
	}
	var after uuid.UUID
	found, err := page.After(&after)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("e.id < ?", after)
	}
	var rows []Emergency
	if err := q.Order("e.id DESC").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(e Emergency) any { return e.ID })
}

// GetEmergency returns one. Returns errs.ErrNotFound also when its notice isn't visible.
func (s *Service) GetEmergency(tx pg.Tx, who identity.Principal, id uuid.UUID) (Emergency, error) {
	rows, _, err := s.ListEmergencies(tx, who, EmergencyFilter{ID: id}, pg.Page{Limit: 1})
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Emergency{}, err
	}
	return rows[0], nil
}
