package attachment

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// countUnbound counts the uploads of a person that no document has, up to maxUnbound.
func countUnbound(tx pg.Tx, uploader uuid.UUID) (n int, err error) {
	err = tx.Raw("SELECT count(*) FROM (SELECT FROM attachments WHERE uploaded_by = ? AND subject_id IS NULL LIMIT ?) few", uploader, maxUnbound).Scan(&n).Error
	return n, err
}

// lockUnbound locks those of the attachments that the person has uploaded and no document has.
func lockUnbound(tx pg.Tx, uploader uuid.UUID, ids []uuid.UUID) (rows []row, err error) {
	err = tx.Raw(`SELECT * FROM attachments WHERE id IN ? AND uploaded_by = ? AND subject_id IS NULL ORDER BY id FOR NO KEY UPDATE`,
		ids, uploader).Scan(&rows).Error
	return rows, err
}

func bind(tx pg.Tx, subjectType string, subjectID uuid.UUID, ids []uuid.UUID) error {
	return tx.Exec(`UPDATE attachments SET subject_type = ?, subject_id = ?, bound_at = ?, version = version + 1 WHERE id IN ?`,
		subjectType, subjectID, tx.Now, ids).Error
}

func boundTo(tx pg.Tx, subjectType string, subjectIDs []uuid.UUID) (rows []row, err error) {
	err = tx.Where("subject_type = ? AND subject_id IN ?", subjectType, subjectIDs).Order("id").Find(&rows).Error
	return rows, err
}

// deleteOrphans deletes at most n uploads that nobody has bound since before, and returns their ids. One that is just being
// bound is left alone.
func deleteOrphans(tx pg.Tx, before time.Time, n int) (ids []uuid.UUID, err error) {
	err = tx.Raw(`DELETE FROM attachments WHERE id IN (
			SELECT id FROM attachments WHERE subject_id IS NULL AND uploaded_at < ? ORDER BY uploaded_at, id LIMIT ? FOR UPDATE SKIP LOCKED)
		RETURNING id`, before, n).Scan(&ids).Error
	return ids, err
}

// present returns which of the ids have a row.
func present(tx pg.Tx, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	var found []uuid.UUID
	if err := tx.Raw("SELECT id FROM attachments WHERE id IN ?", ids).Scan(&found).Error; err != nil {
		return nil, err
	}
	has := make(map[uuid.UUID]bool, len(found))
	for _, id := range found {
		has[id] = true
	}
	return has, nil
}
