package prospect

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// The SQL of territories, contact log and grades.

func takeTerritory(tx pg.Tx, userID uuid.UUID) (Territory, error) {
	var rows []Territory
	err := tx.Where("user_id = ?", userID).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return Territory{UserID: userID}, err
	}
	return rows[0], nil
}

// storeTerritory writes a territory over the one of the version before. Returns errs.ErrStale when somebody was faster.
func storeTerritory(tx pg.Tx, t Territory) error {
	n, err := pg.Exec(tx, `INSERT INTO territories (user_id, industries, regions, updated_at, version) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (user_id) DO UPDATE SET industries = excluded.industries, regions = excluded.regions,
			updated_at = excluded.updated_at, version = excluded.version
		WHERE territories.version = excluded.version - 1`,
		t.UserID, []string(t.Industries), []string(t.Regions), t.UpdatedAt, t.Version)
	if err == nil && n != 1 {
		return errs.ErrStale
	}
	return err
}

func deleteWindow(tx pg.Tx, prospectID uuid.UUID) error {
	return tx.Exec("DELETE FROM purchase_windows WHERE subject_type = 'prospect' AND subject_id = ?", prospectID).Error
}

func insertLog(tx pg.Tx, l LogEntry) error {
	return tx.Exec(`INSERT INTO prospect_contact_log (id, prospect_id, kind, at, people, content, outcome, problems, next_step, next_on,
			development, corrects_id, logged_by, logged_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.ID, l.ProspectID, l.Kind, l.At, l.People, l.Content, l.Outcome, l.Problems, l.NextStep, l.NextOn, l.Development, l.CorrectsID,
		l.LoggedBy, l.LoggedAt).Error
}

// logRows are entries with the one that corrected each, and the prospect's name.
func logRows(tx pg.Tx) *gorm.DB {
	return tx.Table("prospect_contact_log l").
		Select("l.*, n.id AS corrected_by_id, p.name AS prospect_name, p.number AS prospect_number").
		Joins("JOIN prospects p ON p.id = l.prospect_id").
		Joins("LEFT JOIN prospect_contact_log n ON n.corrects_id = l.id")
}

func takeLog(tx pg.Tx, id uuid.UUID) (*LogEntry, error) {
	var rows []LogEntry
	err := logRows(tx).Where("l.id = ?", id).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

func listLog(tx pg.Tx, who identity.Principal, f LogFilter, after bool, last uuid.UUID, limit int) ([]LogEntry, error) {
	q := logRows(tx)
	switch owners, all := who.Owners(); {
	case f.CustomerID != nil:
		q = q.Where("p.customer_id = ?", *f.CustomerID)
	case f.ProspectID != nil:
		q = q.Where("l.prospect_id = ?", *f.ProspectID)
	case !all:
		q = q.Where("p.owner_id IN ? OR p.joint_owner_id IN ?", owners, owners)
	}
	if f.OwnerID != nil {
		q = q.Where("p.owner_id = ?", *f.OwnerID)
	}
	if f.Development {
		q = q.Where("l.development")
	}
	if after {
		q = q.Where("l.id < ?", last)
	}
	var rows []LogEntry
	err := q.Order("l.id DESC").Limit(limit).Find(&rows).Error
	return rows, err
}

func gradeChanges(tx pg.Tx, id uuid.UUID) ([]GradeChange, error) {
	var rows []GradeChange
	err := tx.Where("subject_id = ?", id).Order("at, id").Limit(1000).Find(&rows).Error
	return rows, err
}

func changesBetween(tx pg.Tx, who identity.Principal, from, to time.Time, owner *uuid.UUID, after bool, last uuid.UUID, limit int) ([]WeeklyChange, error) {
	q := tx.Table("opportunity_grade_changes g").
		Select("g.*, coalesce(c.name, p.name) AS name, coalesce(c.owner_id, p.owner_id) AS owner_id").
		Joins("LEFT JOIN customers c ON g.subject_type = 'customer' AND c.id = g.subject_id").
		Joins("LEFT JOIN prospects p ON g.subject_type = 'prospect' AND p.id = g.subject_id").
		Where("g.changed_on BETWEEN ? AND ? AND g.cause <> 'carried'", from, to)
	if owners, all := who.Owners(); !all {
		q = q.Where("coalesce(c.owner_id, p.owner_id) IN ?", owners)
	}
	if owner != nil {
		q = q.Where("coalesce(c.owner_id, p.owner_id) = ?", *owner)
	}
	if after {
		q = q.Where("g.id < ?", last)
	}
	var rows []WeeklyChange
	err := q.Order("g.id DESC").Limit(limit).Find(&rows).Error
	return rows, err
}

// lockDue locks windows whose stored grade isn't the one that bounds.grade gives. Each branch is a range of an index.
func lockDue(tx pg.Tx, b bounds, limit int) ([]Window, error) {
	var rows []Window
	err := tx.Raw(`SELECT * FROM purchase_windows WHERE
			(grade = 'A' AND (expected_to < @today OR expected_to > @a))
			OR (grade = 'B' AND (expected_to <= @a OR expected_to > @b))
			OR (grade = 'C' AND (expected_to <= @b OR expected_to > @c))
			OR (grade = 'D' AND expected_to BETWEEN @today AND @c)
		ORDER BY subject_id LIMIT @limit FOR UPDATE SKIP LOCKED`,
		map[string]any{"today": b.today, "a": b.a, "b": b.b, "c": b.c, "limit": limit}).Scan(&rows).Error
	return rows, err
}

func setGrade(tx pg.Tx, g Grade, on time.Time, ids []uuid.UUID) error {
	return tx.Exec("UPDATE purchase_windows SET grade = ?, graded_on = ?, version = version + 1 WHERE subject_id IN ?", g, on, ids).Error
}
